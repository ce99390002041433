# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which databases an audit instance knows: RDS instances that could be audited, registration, removal, keys."""

from __future__ import annotations

from typing import Any, Mapping

from ..answers import Refusal
from ..call import Call, Handler
from ..patterns import RESULT, RESULT_UPPER, STATUS, Outcome
from ..power import Record
from ..state import Completion
from .audit import running_instance

_NEW = "audit_instances.databases"
_LIMIT = "The database limit of the instance is reached."


def _list_candidates(call: Call) -> Record:
    """listRdsCandidates: registered or not; the type is told apart by upper and lower case."""
    rows = [one for one in call.listed(call.state["rds_instances"]) if one["type"] == call.query["db_type"]]
    shown = [call.view("RdsCandidate", one) for one in call.page(rows)]
    return {"databases": shown, "total_count": len(rows)}


def _room(record: Record) -> int:
    """How many databases more the instance takes."""
    known = sum(not one["gone"] for one in record["databases"].values())
    return int(record["database_limit"]) - known


def _add_self_built(call: Call) -> Record:
    """addSelfBuiltDatabase and its successor: null counts as not given; UTF8 is what then counts (assumed)."""
    record = running_instance(call)
    if _room(record) < 1:
        raise Refusal(400, "DBSS.10020118", _LIMIT)
    given = {key: value for key, value in call.body["database"].items() if value is not None}
    return {"id": call.create(_NEW, record, given, "create")["id"]}


def _why_not(call: Call, record: Record, item: Mapping[str, Any]) -> str:
    """Why an RDS instance cannot be registered, "" when it can."""
    candidate = call.state["rds_instances"].get(item["id"])
    if candidate is None or not call.mine(candidate) or candidate["type"] != item["type"]:
        return "there is no such RDS instance"
    attached = [one["rds_id"] for one in call.state["audit_instances"].values() for one in one["databases"].values()]
    if item["id"] in attached:
        return "already attached"
    return "" if _room(record) else "database limit reached"


def _register(call: Call, record: Record, item: Mapping[str, Any]) -> None:
    candidate = call.state["rds_instances"][item["id"]]
    same = {key: candidate[key] for key in ("type", "version", "ip", "port", "instance_name")}
    given = {"name": candidate["db_name"], "db_classification": "RDS", "rds_id": candidate["id"], **same}
    call.create(_NEW, record, given, "create")


def _add_rds(call: Call) -> Record:
    """addRdsDatabaseV3 and its predecessor: each item has its own verdict."""
    record, told = running_instance(call), []
    for item in call.body["databases"]:
        why = _why_not(call, record, item)
        if not why:
            _register(call, record, item)
        told.append({"id": item["id"], "ret_status": "FAILED" if why else "SUCCESS", "ret_message": why})
    return {"ret_list": told}


def _add_agent_free(call: Call) -> Record:
    """addRdsDatabaseAgentFreeV1: those that can be audited without an agent and are not registered yet."""
    record = running_instance(call)
    legal: list[str] = []
    illegal: list[str] = []
    for item in call.body["databases"]:
        supported = call.state["rds_instances"].get(item["id"], {}).get("is_supported")
        if _why_not(call, record, item) or not supported:
            illegal.append(item["id"])
            continue
        _register(call, record, item)
        legal.append(item["id"])
    return {"legal_db_id": legal, "illegal_db_id": illegal}


def _delete(parameter: str, outcome: Outcome) -> Handler:
    """deleteAuditDatabaseV3 and its predecessor. Assumed: one that is ON goes too, and so do its own agents."""

    def handle(call: Call) -> Any:
        record = running_instance(call)
        key = call.path[parameter]
        call.own(record["databases"], key)
        call.remove(record["databases"], [key], "delete")
        for agent in record["agents"].values():
            left = [one for one in agent["db_ids"] if one != key]
            if left != agent["db_ids"]:
                agent["db_ids"] = left
        for agent_id in [one for one, agent in record["agents"].items() if not agent["db_ids"] and not agent["gone"]]:
            call.state.remove(record["agents"], agent_id)
        return outcome.done

    return handle


def _set_key(call: Call) -> Any:
    """setDatabaseKey: the key is kept nowhere; that it was set shows in has_key of the state."""
    database = call.own(running_instance(call)["databases"], call.path["db_id"])
    if "PRIVATE KEY" not in call.body["pem_key_txt"]:
        raise Refusal(400, "DBSS.10000001", "body: pem_key_txt is no private key in PEM")
    call.change([database], "key")
    database["has_key"] = True
    return RESULT_UPPER.done


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "listRdsCandidates": _list_candidates,
    **dict.fromkeys(("addSelfBuiltDatabase", "addSelfBuiltDatabaseV2"), _add_self_built),
    **dict.fromkeys(("addRdsDatabaseV2", "addRdsDatabaseV3"), _add_rds),
    "addRdsDatabaseAgentFreeV1": _add_agent_free,
    "deleteAuditDatabaseV2": _delete("db_id", RESULT_UPPER),
    "deleteAuditDatabaseV3": _delete("id", STATUS),
    "setDatabaseKey": _set_key,
    "exportDatabaseConfigs": lambda _call: RESULT.done,
}
