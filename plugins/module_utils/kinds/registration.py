# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which databases an audit instance knows, and the agents that watch them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import dbss
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT, acts, reads
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import (
    DATABASE,
    FLAG,
    NEEDED,
    NUMBER_SWITCH,
    PLAIN,
    SWITCH,
    TEXT,
    TEXTS,
    Codec,
    Field,
    Kind,
    Outside,
    Verb,
    in_body,
    in_path,
    whole,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun

_TEXT, _NUMBER = {"type": "str"}, {"type": "int"}

# --- Agents ---

_AGENTS = "/v{}/{{project_id}}/audit/{{instance_id}}/agents"
_PERCENT = whole(0, 100)


def _same_agent(item: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Return whether a task's item is about an agent: the one to share, or one of this type, system and address."""
    if item.get("share_agent_id"):
        return bool(record["id"] == item["share_agent_id"] and record["database"] == item["database"])
    keys = ("database", "agent_type", "agent_ip", "agent_os")
    return all(record[key] == item[key] for key in keys if key in item)


def _agent(fields: Mapping[str, Any]) -> str:
    if fields.get("share_agent_id"):
        return str(fields["share_agent_id"])
    return " ".join(filter(None, (fields.get(key) for key in ("agent_type", "agent_os", "agent_ip"))))


def _new_agent(body: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body that adds an agent, or that shares one; an edit has no database, and stays as it is."""
    return {"mode": 1 if "agent_id" in body else 0, **body} if "db_id" in body else body


def _why_no_agent(action: str, fields: Mapping[str, Any]) -> str:
    if action == "create" and fields.get("agent_type") == "APP" and not fields.get("agent_ip"):
        return "does not exist, and to add an agent of the type APP agent_ip must be given"
    return ""


AGENT = Kind(
    Noun("agent", "agents"),
    "agents",
    AUDIT,
    fields=(
        Field("database", DATABASE, {"type": "str", "required": True}, "db_id", "db_id", NEEDED, verb=""),
        Field("agent_type", TEXT, {**_TEXT, "choices": ["DB", "APP"]}, "agent_type", "agent_type", NEEDED, verb=""),
        Field(
            "agent_os",
            TEXT,
            {**_TEXT, "choices": ["LINUX64_X86", "LINUX64_ARM", "WINDOWS64"]},
            "agent_os",
            "agent_os",
            NEEDED,
            verb="",
        ),
        Field("agent_ip", TEXT, _TEXT, "agent_ip", "agent_ip", verb=""),
        Field("agent_nic", TEXT, _TEXT, "agent_nic", "agent_nic", verb=""),
        Field("share_agent_id", TEXT, _TEXT, "agent_id", verb=""),
        Field("cpu_threshold", _PERCENT, _NUMBER, "cpu_threshold", "cpu_threshold"),
        Field("mem_threshold", _PERCENT, _NUMBER, "mem_threshold", "mem_threshold"),
        # Not published, so assumed: an agent is on as it is added. A reading follows.
        Field("enabled", NUMBER_SWITCH, {"type": "bool"}, shown="status", verb="switch"),
        Field("datacap_status", PLAIN, None, shown="datacap_status", verb=""),
        Field("universal", FLAG, None, shown="universal", verb=""),
        Field("agent_url", TEXT, None, shown="agent_url", verb=""),
        Field("sha256", TEXT, None, shown="sha256", verb=""),
    ),
    verbs={
        "list": Verb(reads("listAgentsV3", _AGENTS.format(3)), rows="agents", query={"db_id": "database"}),
        "create": Verb(acts("addAgentV3", "POST", _AGENTS.format(3), "add"), answer="result"),
        "edit": Verb(
            acts("setAgentThresholds", "POST", f"{_AGENTS.format(2)}/{{agent_id}}", "change"),
            in_path("agent_id"),
            answer="result",
        ),
        "switch": Verb(
            acts("switchAgentV2", "POST", "/v2/{project_id}/audit/{instance_id}/agent/switch", "switch"),
            in_body("agent_id"),
            answer="result",
        ),
        "delete": Verb(
            acts("deleteAgentV3", "DELETE", f"{_AGENTS.format(3)}/{{agent_id}}", "remove"),
            in_path("agent_id"),
            answer="result",
            query={"db_id": "database"},
        ),
    },
    system=lambda row: False,
    born=True,
    per_page=0,
    complete=_new_agent,
    alike=_same_agent,
    called=_agent,
    refusal=_why_no_agent,
    id_key="agent_id",
    sweeps=False,
)

# --- Databases ---

_DATABASES = "/v{}/{{project_id}}/audit/{{instance_id}}/databases"
RDS_ENGINES = (
    "MYSQL",
    "ORACLE",
    "POSTGRESQL",
    "SQLSERVER",
    "DAMENG",
    "TAURUS",
    "DWS",
    "KINGBASE",
    "GAUSSDBOPENGAUSS",
    "MARIADB",
)
_ENGINES = [
    *RDS_ENGINES,
    "GREENPLUM",
    "HIGHGO",
    "SHENTONG",
    "GBASE8A",
    "GBASE8S",
    "GBASEXDM",
    "MONGODB",
    "DDS",
]
_CANDIDATES_PER_PAGE = 100
_SELF_BUILT = ("name", "type", "version", "ip", "port", "os")
_DEFAULT_PROJECT = "0"  # the enterprise project of what has none of its own

RDS_INSTANCE = Noun("RDS instance", "RDS instances", name_key="instance_name")
LIST_CANDIDATES = reads("listRdsCandidates", "/v2/{project_id}/audit/databases/rds")


def candidates(client: Caller, engine: str) -> list[dict[str, Any]]:
    """Return the RDS instances of one engine that could be audited (listRdsCandidates). Raises ApiError."""

    def parse(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
        counted = payload.get("total_count")
        told = ("db_name", "port", "ip", "instance_name", "version", "enterprise_id")
        return rows(payload, "databases", "id", "type", optional=told), counted if isinstance(counted, int) else None

    query = {"db_type": engine, "limit": str(_CANDIDATES_PER_PAGE)}
    return client.pages(LIST_CANDIDATES, f"the {RDS_INSTANCE.many} of type {engine}", parse, {}, query)


def _is_rds(fields: Mapping[str, Any]) -> bool:
    return bool(fields.get("rds_id") or fields.get("rds_name"))


def _engines_to_list(fields: Mapping[str, Any]) -> list[str]:
    """Return the engines whose RDS instances have to be listed to register what the fields say."""
    if not _is_rds(fields) or (fields.get("rds_id") and fields.get("type") and not fields.get("agent_free")):
        return []
    return [fields["type"]] if fields.get("type") else list(RDS_ENGINES)


def _same_database(item: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Return whether a task's item is about a registered database: of an RDS instance, or at an address."""
    if item.get("rds_id"):
        return bool(record["rds_id"] == item["rds_id"])
    if item.get("rds_name"):
        return bool(record["rds_id"] and record["instance_name"] == item["rds_name"])
    if record["rds_id"] or item.get("ip") not in record["ip"].split(","):
        return False
    return all(record[key] == item[key] for key in ("port", "type", "instance_name") if key in item)


def _database(fields: Mapping[str, Any]) -> str:
    if _is_rds(fields):
        return str(fields.get("rds_name") or fields["rds_id"])
    place = ":".join(str(fields[key]) for key in ("ip", "port", "instance_name") if fields.get(key))
    return " ".join(filter(None, (fields.get("name"), fields.get("type"), f"at {place}"))) if place else ""


def _way_in(fields: Mapping[str, Any]) -> str:
    if not _is_rds(fields):
        return "create"
    return "attach without agent" if fields.get("agent_free") else "attach"


def _new_database(body: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what registers a database: all of a self-built one, the ID of an RDS instance, or what is known of it."""
    agent_free, rds_id = body.pop("agent_free", False), body.pop("rds_id", "")
    if not rds_id:
        return {"database": {"db_classification": "ECS", **body}}
    rds = known.get(rds_id, body)
    short = {"id": rds_id, "type": rds["type"]}
    if not agent_free:
        return short
    told = {key: rds.get(key) or "" for key in ("db_name", "port", "ip", "instance_name", "version")}
    return {**short, **told, "status": "OFF", "enterprise_id": rds.get("enterprise_id") or _DEFAULT_PROJECT}


def _why_not(action: str, fields: Mapping[str, Any]) -> str:
    if action == "delete":
        agents = ", ".join(fields["agents"])
        return f"still has agents, which dbss_audit_agent removes: {agents}" if agents else ""
    missing = [option for option in _SELF_BUILT if not fields.get(option) and not _is_rds(fields)]
    return f"is not registered, and to register it {' and '.join(missing)} must be given" if missing else ""


def _room(instance: Mapping[str, Any]) -> int | None:
    limit, known = instance.get("database_limit"), instance.get("config_num")
    return limit - known if isinstance(limit, int) and isinstance(known, int) else None


def _registered(payload: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(payload.get("id"), str):
        raise Unreadable("answered without the id of the database")
    return {}


def _attached(payload: Any) -> dict[str, str]:
    told = rows(payload, "ret_list", "id", "ret_status", optional=["ret_message"])
    return {row["id"]: row["ret_message"] or "" for row in told if row["ret_status"].lower() != "success"}


def _attached_without_agent(payload: Mapping[str, Any]) -> dict[str, str]:
    illegal = payload.get("illegal_db_id") or []
    if not isinstance(illegal, list) or not all(isinstance(one, str) for one in illegal):
        raise Unreadable("answered with an illegal_db_id that is no list of IDs")
    return dict.fromkeys(illegal, "its ID is under illegal_db_id")


DATABASE_REGISTRATION = Kind(
    dbss.DATABASE,
    "databases",
    AUDIT,
    fields=(
        Field("name", TEXT, _TEXT, "name", "name", verb=""),
        Field("type", TEXT, {**_TEXT, "choices": _ENGINES}, "type", "type", verb=""),
        Field("version", TEXT, _TEXT, "version", "version", verb=""),
        Field("ip", Codec(TEXT.read, TEXT.write, lambda now, then: then in now.split(",")), _TEXT, "ip", "ip", verb=""),
        Field("port", whole(1, 65535, write=str), _NUMBER, "port", "port", verb=""),
        Field("os", TEXT, {**_TEXT, "choices": ["LINUX64", "WINDOWS64", "UNIX"]}, "os", "os", verb=""),
        Field(
            "charset",
            Codec(lambda value: value or "UTF8", TEXT.write),
            {**_TEXT, "choices": ["UTF8", "GBK"]},
            "charset",
            "charset",
            "UTF8",
            verb="",
        ),
        Field("instance_name", TEXT, _TEXT, "instance_name", "instance_name", verb=""),
        Field("rds_id", TEXT, _TEXT, "rds_id", "rds_id", verb=""),
        Field("rds_name", TEXT, _TEXT, verb=""),
        Field("agent_free", FLAG, {"type": "bool"}, "agent_free", verb=""),
        Field("ssl_key", TEXT, {**_TEXT, "no_log": True}, "pem_key_txt", verb="key"),
        Field("enabled", SWITCH, {"type": "bool"}, shown="status", verb="switch"),
        Field("agents", TEXTS, None, shown="agent_url", verb=""),
    ),
    verbs={
        "list": Verb(dbss.LIST_DATABASES, rows="databases", within="database"),
        "create": Verb(acts("addSelfBuiltDatabaseV2", "POST", _DATABASES.format(2), "register"), judge=_registered),
        "attach": Verb(
            acts("addRdsDatabaseV3", "POST", f"{_DATABASES.format(3)}/rds", "register"),
            wraps="databases",
            judge=_attached,
        ),
        "attach without agent": Verb(
            acts(
                "addRdsDatabaseAgentFreeV1",
                "POST",
                "/v1/{project_id}/{instance_id}/dbss/audit/databases/rds",
                "register",
            ),
            wraps="databases",
            judge=_attached_without_agent,
        ),
        "key": Verb(
            acts("setDatabaseKey", "POST", f"{_DATABASES.format(2)}/{{db_id}}/sslkey", "set the TLS key of"),
            in_path("db_id"),
            answer="result",
        ),
        "switch": Verb(dbss.SWITCH_DATABASE, in_body(), answer="status"),
        "delete": Verb(
            acts("deleteAuditDatabaseV3", "DELETE", f"{_DATABASES.format(3)}/{{id}}", "remove"),
            in_path(),
            answer="status",
        ),
    },
    system=lambda row: False,
    born=False,
    per_page=dbss.DATABASES_PER_PAGE,
    off_before=("delete",),
    complete=_new_database,
    alike=_same_database,
    called=_database,
    outside=Outside(RDS_INSTANCE, "rds_id", "rds_name", _engines_to_list, candidates),
    variant=_way_in,
    refusal=_why_not,
    room=_room,
    sweeps=False,
)
