# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades of audit instances, and the jobs of their creation."""

from __future__ import annotations

from ..answers import Refusal
from ..call import Call, Handler
from ..ids import made_up
from ..power import AUDIT, Record
from ..state import Completion

_JOBS = {"BUILD": "RUNNING", "HAWAIT": "RUNNING", "ERROR": "FAIL"}


def by_resource(call: Call, wanted: str) -> Record:
    """The audit instance with a billing id. Raises Refusal."""
    for key, record in call.state["audit_instances"].items():
        if record["resource_id"] == wanted:
            return call.own(call.state["audit_instances"], key)
    call.resource = wanted
    raise Refusal(400, "DBSS.10020021", "The ID is invalid: there is no instance with this resource_id.")


def _list_jobs(call: Call) -> Record:
    """listAuditInstanceJobs(New): the one job that made the instance; it says what became of it."""
    record = by_resource(call, call.path["resource_id"])
    status = _JOBS.get(record["status"], "SUCCESS")
    begin = int(record["created"] or 0)
    job = {
        "job_id": made_up(f"job {record['id']}"),
        "status": status,
        "job_type": "createInstance",
        "server_id": None if status == "RUNNING" else record["port_id"],
        "server_name": record["name"],
        "resource_id": record["resource_id"],
        "begin_time": begin,
        "end_time": None if status == "RUNNING" else begin + 600_000,
        "charge_mode": record["charge_model"],
        "error_code": "DBSS.11000000" if status == "FAIL" else None,
        "fail_reason": (record["failed_reason"] or "no resources in the zone") if status == "FAIL" else None,
        "ha_id": None,
        "ha_name": None,
    }
    return {"jobs": [job]}


def _upgrade_status(record: Record) -> int:
    if record["status"] == "UPGRADING":
        return 0
    return 1 if record["new_version"] and record["status"] == "ACTIVE" and AUDIT.is_idle(record) else 2


def _list_upgrades(call: Call) -> Record:
    rows = [
        {
            "current_version": one["version"],
            "instance_id": one["id"],
            "status": _upgrade_status(one),
            "steps": [],
            "total": 0,
            "upgrade_version": one["new_version"],
        }
        for one in call.listed(call.state["audit_instances"])
    ]
    return {"audit_upgrade_infos": rows}


def _upgrade(call: Call) -> Record:
    record = by_resource(call, call.path["resource_id"])
    if _upgrade_status(record) != 1:
        return {"code": 1, "description": "The instance cannot be upgraded.", "order_id": None, "task_id": None}
    call.change([record], "upgrade")
    version = {"version": record["new_version"], "new_version": None}
    record.update(status="UPGRADING", until=call.now + call.settings.transition, arrives=version)
    return {"code": 0, "description": None, "order_id": None, "task_id": call.ids.uuid()}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("listAuditInstanceJobs", "listAuditInstanceJobsNew"), _list_jobs),
    "listAuditUpgrades": _list_upgrades,
    "upgradeAuditInstance": _upgrade,
}
