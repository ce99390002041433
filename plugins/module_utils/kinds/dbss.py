# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of DBSS: one method each, answers as plain snake_case records, "200 but failed" as an error."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import Node, Powered, least_settled
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import (
    Unreadable,
    any_rows,
    plain_rows,
    rows,
    total,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import (
    ALARM_ID,
    INSTANCE_ID,
    IdRule,
    Noun,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import outcome

AUDIT_INSTANCE = Noun("audit instance", "audit instances", twin_key="resource_id")
OM_INSTANCE = Noun("O&M instance", "O&M instances", id_key="instance_id")
ENCRYPT_INSTANCE = Noun("encryption instance", "encryption instances", id_key="instance_id")
DATABASE = Noun("database", "databases")

LIST_AUDIT_INSTANCES = Operation("listAuditInstances", "dbss", "GET", "/v1/{project_id}/dbss/audit/instances", "list")
LIST_DATABASES = Operation(
    "listAuditDatabasesV2", "dbss", "GET", "/v2/{project_id}/audit/{instance_id}/databases", "list"
)
LIST_ALARMS = Operation(
    "listAuditAlarmLogsV2", "dbss", "POST", "/v2/{project_id}/audit/{instance_id}/alarm-log", "list"
)
SWITCH_DATABASE = Operation(
    "switchAuditDatabaseV3",
    "dbss",
    "POST",
    "/v3/{project_id}/audit/{instance_id}/databases/switch",
    "switch the auditing of",
    acts=True,
)
AUDIT_INSTANCE_ACTIONS = {
    action: Operation(
        f"{action}AuditInstance", "dbss", "POST", "/v1/{project_id}/dbss/audit/instance/" + action, action, acts=True
    )
    for action in ("start", "stop", "reboot")
}


class Area(NamedTuple):
    """A sort of instances that have nodes: two of them are alike but for their names."""

    noun: Noun
    name: str  # what its operations are called
    path: str  # of one of its instances
    listing: Operation
    actions: Mapping[str, Operation]


def _area(noun: Noun, segment: str, name: str) -> Area:
    path = f"/v1/{{project_id}}/{segment}/{{instance_id}}"
    actions = {
        action: Operation(f"{action}{name}Instance", "dbss", "POST", f"{path}/{action}", action, acts=True)
        for action in ("start", "stop", "reboot")
    }
    listing = Operation(f"list{name}Instances", "dbss", "POST", f"/v2/{{project_id}}/{segment}/instances", "list")
    return Area(noun, name, path, listing, actions)


OM = _area(OM_INSTANCE, "db-om", "Om")
ENCRYPT = _area(ENCRYPT_INSTANCE, "db-encrypt", "Encrypt")

DATABASES_PER_PAGE = 10000
"""The largest page that listAuditDatabasesV2 allows."""

ALARMS_PER_PAGE = 100

_SWITCH_POSITIONS = {"1": "ON", "0": "OFF"}  # as old editions of the service spell them


class AuditInstances(Powered):
    """The audit instances of the project."""

    noun = AUDIT_INSTANCE

    def __init__(self, client: Caller) -> None:
        self._client = client

    def records(self) -> list[dict[str, Any]]:
        """Return all audit instances except deleted ones (listAuditInstances). Raises ApiError."""
        records = self._client.pages(LIST_AUDIT_INSTANCES, f"the {AUDIT_INSTANCE.many}", _audit_instances)
        return [record for record in records if record["status"] != "DELETED"]

    def readable(self, drop: Callable[[str], Any]) -> list[dict[str, Any]]:
        """Return those with an C(id); their C(name) is a text or None (listAuditInstances). Raises ApiError.

        @param drop: is told in one sentence how many were left out because they have no ID that can be one
        """
        resource = f"the {AUDIT_INSTANCE.many}"
        found = self._client.pages(LIST_AUDIT_INSTANCES, resource, _any_audit_instances)
        return [
            {**record, "name": record["name"] if isinstance(record.get("name"), str) else None}
            for record in _with_id(found, INSTANCE_ID, resource, drop)
            if record.get("status") != "DELETED"
        ]

    def act(self, record: dict[str, Any], action: str) -> None:
        """Send C(start), C(stop) or C(reboot) (startAuditInstance, …). Raises ApiError."""
        resource, body = AUDIT_INSTANCE.describe(record), {"instance_id": record["id"]}
        operation = AUDIT_INSTANCE_ACTIONS[action]
        self._client.call(operation, resource, outcome(operation, resource, "result"), body=body)

    @staticmethod
    def nodes(record: dict[str, Any]) -> list[Node]:
        """Return the state of the instance as its only node."""
        return [Node(record["status"], record.get("task"))]

    @staticmethod
    def settled(record: dict[str, Any], status: str) -> dict[str, Any]:
        """Return what of the record changes when it settles in a status."""
        return {"status": status, "task": "NO_TASK"}


def list_audit_instances(client: Caller) -> list[dict[str, Any]]:
    """Return all audit instances except deleted ones (listAuditInstances). Raises ApiError."""
    return AuditInstances(client).records()


class NodeInstances(Powered):
    """The instances of an area that the project has, each with its nodes."""

    area: Area

    def __init__(self, client: Caller) -> None:
        self._client = client

    @property
    def noun(self) -> Noun:
        """What the instances are called."""
        return self.area.noun

    def records(self) -> list[dict[str, Any]]:
        """Return all instances, each with its C(nodes) (listOmInstances, listEncryptInstances). Raises ApiError."""
        listing, many = self.area.listing, self.noun.many
        records: list[dict[str, Any]] = self._client.call(listing, f"the {many}", _with_nodes)
        return [record for record in records if record["status"] != "DELETED"]

    def act(self, record: dict[str, Any], action: str) -> None:
        """Send C(start), C(stop) or C(reboot) (startOmInstance, startEncryptInstance, …). Raises ApiError."""
        resource, parameters = self.noun.describe(record), {"instance_id": record["instance_id"]}
        operation = self.area.actions[action]
        self._client.call(operation, resource, outcome(operation, resource, "result"), parameters)

    @staticmethod
    def nodes(record: dict[str, Any]) -> list[Node]:
        """Return the state of each node; one that is being upgraded says so only in C(update_status)."""
        return [
            Node("UPGRADING" if node.get("update_status") == "UPGRADING" else node["status"], node.get("task_status"))
            for node in record["nodes"]
        ]

    @staticmethod
    def settled(record: dict[str, Any], status: str) -> dict[str, Any]:
        """Return what of the record changes when all its nodes settle in a status."""
        nodes = [{**node, "status": status, "task_status": "NO_TASK"} for node in record["nodes"]]
        return {"status": status, "task": "NO_TASK", "nodes": nodes}


class OmInstances(NodeInstances):
    """The database O&M instances of the project."""

    area = OM


class EncryptInstances(NodeInstances):
    """The database encryption instances of the project."""

    area = ENCRYPT


class AuditDatabases:
    """The databases that one audit instance audits; its name goes into their records."""

    def __init__(self, client: Caller, instance_id: str, instance_name: str | None = None) -> None:
        self._client = client
        self._instance_id = instance_id
        self._instance = {"instance_id": instance_id, "instance_name": instance_name}

    def records(self, status: str | None = None) -> list[dict[str, Any]]:
        """Return the databases, or those at one switch position (listAuditDatabasesV2). Raises ApiError."""
        query = {"limit": str(DATABASES_PER_PAGE), **({"status": status} if status else {})}
        instance = AUDIT_INSTANCE.describe({"id": self._instance_id, "name": self._instance["instance_name"]})
        resource = f"the {DATABASE.many} of {instance}"
        records = self._client.pages(LIST_DATABASES, resource, _databases, {"instance_id": self._instance_id}, query)
        return [{**record, **self._instance} for record in records]

    def switch(self, record: dict[str, Any], status: str, stop_lts: bool = False) -> None:
        """Turn the auditing of a database C(ON) or C(OFF) (switchAuditDatabaseV3). Raises ApiError.

        @param stop_lts: also stop LTS auditing; means something to DWS databases only
        """
        body = {"id": record["id"], "status": status, **({"lts_audit_switch": 1} if stop_lts else {})}
        resource = DATABASE.describe(record)
        parse = outcome(SWITCH_DATABASE, resource, "status")
        self._client.call(SWITCH_DATABASE, resource, parse, {"instance_id": self._instance_id}, body=body)


class Alarms:
    """The alarms of one audit instance.

    @param wanted: C(risk), C(type) and C(status) as the operation takes them; without one, any
    @param drop: is told in one sentence how many were left out because they have no ID that can be one
    """

    def __init__(
        self, client: Caller, instance_id: str, wanted: Mapping[str, Any], drop: Callable[[str], Any] = lambda why: None
    ) -> None:
        self._client = client
        self._drop = drop
        self._instance_id = instance_id
        self._wanted = wanted

    def records(self, first: float, last: float) -> list[dict[str, Any]]:
        """Return the alarms between two times, in s since the epoch (listAuditAlarmLogsV2). Raises ApiError."""
        span = {"start_time": _utc(first), "end_time": _utc(last)}
        resource = f"the alarms of {AUDIT_INSTANCE.one} {self._instance_id}"

        def body(number: int) -> dict[str, Any]:
            return {**self._wanted, "time": span, "page": number, "size": ALARMS_PER_PAGE}

        parameters = {"instance_id": self._instance_id}
        found = self._client.numbered_pages(LIST_ALARMS, resource, _any_alarms, parameters, body)
        return _with_id(found, ALARM_ID, resource, self._drop)


def _with_id(
    records: list[dict[str, Any]], rule: IdRule, resource: str, drop: Callable[[str], Any]
) -> list[dict[str, Any]]:
    """Return the records whose ID can be one, and tell C(drop) how many are left out."""
    kept = [record for record in records if re.fullmatch(rule.pattern, record["id"])]
    if len(kept) < len(records):
        drop(f"Left out of {resource}: {len(records) - len(kept)}, whose ID is not {rule.words}.")
    return kept


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))


def _audit_instances(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    return _all_told(payload, plain_rows(payload, "servers", "id", "status", optional=["name", "task"]))


def _any_audit_instances(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    return _all_told(payload, any_rows(payload, "servers"))


def _all_told(payload: dict[str, Any], found: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Return the records with the total that is told; without one, the answer is all there is."""
    told = total(payload)
    return found, len(found) if told is None else told


def _any_alarms(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    number = payload.get("total_num")
    if not isinstance(number, int):
        raise Unreadable("answered without a total_num")
    return any_rows(payload, "alarm_log"), number


def _with_nodes(payload: dict[str, Any]) -> list[dict[str, Any]]:
    records = []
    for record in plain_rows(payload, "clusters", "instance_id", optional=["name"]):
        record["nodes"] = plain_rows(record.pop("detail", None), "server", "status", optional=["task_status"])
        least = least_settled(NodeInstances.nodes(record))
        record["status"], record["task"] = least.status, least.task
        records.append(record)
    return records


def _databases(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    items = [item.get("database") for item in rows(payload, "databases")]
    found = plain_rows({"databases": items}, "databases", "id", "name")
    return [_database(record) for record in found], total(payload)


def _database(record: dict[str, Any]) -> dict[str, Any]:
    status = "null" if record.get("status") is None else str(record["status"])
    record["status"] = _SWITCH_POSITIONS.get(status, status)
    # The record has the audit instance's name under this key, so the database's own instance moves aside.
    record["database_instance_name"] = record.pop("instance_name", None)
    return record
