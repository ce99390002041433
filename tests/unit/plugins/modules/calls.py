# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that modules make, as the contract spells them, with answers after its samples."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from tests.unit.plugins.modules.harness import NOW, PROJECT, REGION, Call, sample

State = tuple  # status and task

ACTIVE = ("ACTIVE", "NO_TASK")
OFF = ("SHUTOFF", "NO_TASK")
STARTING = ("SHUTOFF", "powering-on")
STOPPING = ("ACTIVE", "powering-off")
REBOOTING = ("ACTIVE", "rebooting")


class Fleet:
    """Instances of one kind, which have much in common: how to list them, act on them and expect them in a result."""

    module: str
    noun: str
    many: str
    key: str  # of the ID in a record
    listed: str  # the operation that lists them
    suffix: str  # of the operations that act on them
    ids: tuple[str, ...]
    names: tuple[str, ...]
    states: str  # as the module names them

    def it(self, index: int = 0) -> str:
        """Return how messages call an instance."""
        return f"{self.noun} {self.names[index]} ({self.ids[index]})"

    def row(self, state: State, index: int = 0) -> dict[str, Any]:
        """Return an instance as the service lists it."""
        raise NotImplementedError

    def record(self, state: State, index: int = 0) -> dict[str, Any]:
        """Return an instance as the modules return it."""
        raise NotImplementedError

    def listing(self, *rows: dict[str, Any]) -> Call:
        """Return the call that lists instances."""
        raise NotImplementedError

    def acts(self, action: str, index: int = 0) -> Call:
        """Return the call for an action, which succeeds."""
        raise NotImplementedError

    def lists(self, *states: State) -> Call:
        """Return the call that lists the first instances in these states."""
        return self.listing(*[self.row(state, index) for index, state in enumerate(states)])


class AuditFleet(Fleet):
    """Audit instances."""

    module = "dbss_audit_instance"
    noun, many, key, listed = "audit instance", "audit instances", "id", "listAuditInstances"
    suffix = "AuditInstance"
    ids = (
        "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10",
        "c4e81f06-27b9-4d63-a5f2-8d19e0b37c45",
        "1d6b9a3e-58c7-4f02-8e14-7b30a2c95d68",
        "82f4c0d9-6e1b-4a57-93d8-c5b7e2f60a14",
    )
    states = "started, stopped, restarted, present, upgraded, absent"
    names = ("audit-prod", "audit-test", "audit-dev", "audit-lab")
    twins = ("remainDays", "subnetId", "chargeModel", "configNum", "connectIpv6")

    def row(self, state: State, index: int = 0) -> dict[str, Any]:
        server: dict[str, Any] = sample("listAuditInstances.200")["servers"][0]
        resource_id = server["resource_id"] if index == 0 else f"billing-{index}"
        named = {"id": self.ids[index], "name": self.names[index], "resource_id": resource_id}
        return {**server, **named, "status": state[0], "task": state[1]}

    def record(self, state: State, index: int = 0) -> dict[str, Any]:
        return {key: value for key, value in self.row(state, index).items() if key not in self.twins}

    def listing(self, *rows: dict[str, Any], total: int | None = None, offset: int = 0) -> Call:
        return Call(
            "dbss",
            "GET",
            f"/v1/{PROJECT}/dbss/audit/instances",
            query={"offset": str(offset)} if offset else {},
            answer={"servers": list(rows), "total": len(rows) if total is None else total},
        )

    def acts(self, action: str, index: int = 0) -> Call:
        path = f"/v1/{PROJECT}/dbss/audit/instance/{action}"
        return Call(
            "dbss", "POST", path, body={"instance_id": self.ids[index]}, answer=sample(f"{action}AuditInstance.200")
        )


class OmFleet(Fleet):
    """Database O&M instances."""

    module = "dbss_om_instance"
    noun, many, key, listed = "O&M instance", "O&M instances", "instance_id", "listOmInstances"
    suffix, area, listing_sample = "OmInstance", "db-om", "listOmInstances.200.running"
    ids = (
        "e8a4c6b2-91d0-4f37-b5e8-7c2a0d1f3e49",
        "0b5f7c31-6d2e-4a98-93c4-e1d8f2a7b650",
        "9c3d1e57-0f8b-46a2-b7d9-4e5a6c2f8b13",
        "d71e5b08-3a9c-4c64-8f20-5e9b1d7a3c46",
    )
    states = "started, stopped, restarted, present, absent"
    names = ("om-prod", "om-test", "om-dev", "om-lab")

    def row(self, state: State, index: int = 0, **node: Any) -> dict[str, Any]:
        cluster: dict[str, Any] = sample(self.listing_sample)["clusters"][0]
        server = {**cluster["detail"]["server"][0], "status": state[0], "task_status": state[1], **node}
        named = {"instance_id": self.ids[index], "name": self.names[index]}
        return {**cluster, **named, "detail": {"server": [server], "total": 1}}

    def record(self, state: State, index: int = 0) -> dict[str, Any]:
        row = self.row(state, index)
        nodes = row.pop("detail")["server"]
        return {**row, "nodes": nodes, "status": state[0], "task": state[1]}

    def listing(self, *rows: dict[str, Any]) -> Call:
        return Call("dbss", "POST", f"/v2/{PROJECT}/{self.area}/instances", answer={"clusters": list(rows)})

    def acts(self, action: str, index: int = 0) -> Call:
        path = f"/v1/{PROJECT}/{self.area}/{self.ids[index]}/{action}"
        return Call("dbss", "POST", path, answer=sample(f"{action}{self.suffix}.200"))


class EncryptFleet(OmFleet):
    """Database encryption instances, the twins of O&M instances."""

    module = "dbss_encrypt_instance"
    noun, many, listed = "encryption instance", "encryption instances", "listEncryptInstances"
    suffix, area, listing_sample = "EncryptInstance", "db-encrypt", "listEncryptInstances.200"
    names = ("encrypt-prod", "encrypt-test", "encrypt-dev", "encrypt-lab")


AUDIT = AuditFleet()
OM = OmFleet()
ENCRYPT = EncryptFleet()

ORDERS, BILLING = (item["database"] for item in sample("listAuditDatabasesV2.200")["databases"])
"""Two databases as the service lists them: the first is audited, the second is not."""

SWITCHED = {"ON": "ACTIVE", "OFF": "SHUTOFF"}  # status to audit_status


def database(row: dict[str, Any], status: str, **changes: Any) -> dict[str, Any]:
    """Return a listed database at another switch position."""
    return {**row, "status": status, "audit_status": SWITCHED.get(status), **changes}


def databases(
    *rows: dict[str, Any], instance: str = AUDIT.ids[0], status: str = "", total: int | None = None, offset: int = 0
) -> Call:
    """Return the call that lists the databases of an audit instance."""
    query = {"limit": "10000", "status": status, "offset": str(offset) if offset else ""}
    return Call(
        "dbss",
        "GET",
        f"/v2/{PROJECT}/audit/{instance}/databases",
        query={key: value for key, value in query.items() if value},
        answer={"databases": [{"database": row} for row in rows], "total": len(rows) if total is None else total},
    )


def switch(row: dict[str, Any], status: str, **more: Any) -> Call:
    """Return the call that switches the auditing of a database."""
    return Call(
        "dbss",
        "POST",
        f"/v3/{PROJECT}/audit/{AUDIT.ids[0]}/databases/switch",
        body={"id": row["id"], "status": status, **more},
        answer=sample("switchAuditDatabaseV3.200.as_in_field_table"),
    )


def database_record(
    row: dict[str, Any], instance_name: str | None = None, why: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return a database of the first audit instance as the modules return it.

    @param why: why it is not audited, besides that its auditing is off
    """
    why = why or (None if row["status"] == "ON" else f"its auditing is {row['status']}")
    instance = {"instance_id": AUDIT.ids[0], "instance_name": instance_name}
    effect = {"effective": why is None, "not_effective_because": why}
    return {**row, "database_instance_name": row["instance_name"], **instance, **effect, **more}


CLUSTERS = tuple(
    {**sample("listClusters.200")["clusters"][0], "id": cluster_id, "name": name}
    for cluster_id, name in (
        ("6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053", "dws-prod"),
        ("b83e5d07-94c1-4a2f-8b6d-3f7e1c0a9d52", "dws-reporting"),
        ("2a9c4f61-e07d-48b3-a5e9-d60b8f3c7e14", "dws-lab"),
    )
)
CLUSTER_IDS = tuple(cluster["id"] for cluster in CLUSTERS)
CLUSTER_NAMES = tuple(cluster["name"] for cluster in CLUSTERS)

HOUR = 3600
PERIOD = 8 * HOUR


def clusters(*rows: dict[str, Any]) -> Call:
    """Return the call that lists clusters."""
    return Call("dws", "GET", f"/v1.0/{PROJECT}/clusters", answer={"clusters": list(rows), "count": len(rows)})


def _om_user(remaining: float | None) -> dict[str, Any]:
    state = sample("getOmUserStatus.200.off" if remaining is None else "getOmUserStatus.200.on")
    if remaining is not None:
        state["om_user_info"]["om_user_expires_time"] = int((NOW + remaining) * 1000)
    return state


def om_user_record(
    remaining: float | None, cluster_id: str = CLUSTER_IDS[0], read_at: float = 0, named: bool = False
) -> dict[str, Any]:
    """Return an O&M account as the modules return it.

    @param remaining: seconds from the start of the task until it expires, None when it is off
    @param read_at: seconds from the start of the task until it was read
    @param named: whether the clusters were listed
    """
    on = remaining is not None
    expires = NOW + (remaining or 0)
    return {
        "cluster_id": cluster_id,
        "cluster_name": dict(zip(CLUSTER_IDS, CLUSTER_NAMES))[cluster_id] if named else None,
        "name": f"om_user_{cluster_id[:8]}",
        "status": "on" if on else "off",
        "expires_time": int(expires * 1000) if on else None,
        "expires_at": datetime.fromtimestamp(int(expires), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if on else None,
        "remaining_seconds": max(0, int(remaining - read_at)) if on else 0,
    }


def reads_om_user(remaining: float | None, cluster_id: str = CLUSTER_IDS[0]) -> Call:
    """Return the call that reads an O&M account, which is off or has so many seconds left."""
    path = f"/v1/{PROJECT}/clusters/{cluster_id}/db-manager/om-user/status"
    return Call("dws", "GET", path, answer=_om_user(remaining))


def om_user_acts(operation: str, remaining: float | None, cluster_id: str = CLUSTER_IDS[0]) -> Call:
    """Return the call for an operation on an O&M account, which then is off or has so many seconds left."""
    path = f"/v1/{PROJECT}/clusters/{cluster_id}/db-manager/om-user/action"
    return Call("dws", "POST", path, body={"operation": operation}, answer=_om_user(remaining))


PROJECTS = Call("iam", "GET", "/v3/projects", query={"name": REGION}, answer=sample("listProjects.200"))


def done(service: str, method: str, path: str, body: Any = None, answer: str = "status", word: str = "SUCCESS") -> Call:
    """Return a call that acts on what an audit instance has, and succeeds."""
    return Call(service, method, path, body=body, answer={answer: word})
