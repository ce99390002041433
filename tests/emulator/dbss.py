# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DBSS: audit instances, audited databases, O&M instances."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable

from .answers import Refusal
from .power import AUDIT, OM, Machine, Record
from .state import seen

if TYPE_CHECKING:
    from .cloud import Call

_REFUSED = {"start": "DBSS.10020130", "stop": "DBSS.10020131", "reboot": "DBSS.10020132"}
_TIME = "%Y-%m-%d %H:%M:%S"
_HOURS = {"HALF_HOUR": 0.5, "HOUR": 1, "THREE_HOUR": 3, "TWELVE_HOUR": 12, "DAY": 24, "WEEK": 168, "MONTH": 720}
# Second names under which lists show fields.
_TWINS = {
    "remainDays": "remain_days",
    "subnetId": "subnet_id",
    "chargeModel": "charge_model",
    "configNum": "config_num",
    "connectIpv6": "connect_ipv6",
}


def _view(call: Call, schema: str, record: Record, **more: Any) -> Record:
    """The record with the fields of a contract schema; `more` adds to the record."""
    names = call.cloud.contract.schemas[schema]["properties"]
    source = {**record, **more}
    return {name: source[_TWINS.get(name, name)] for name in names}


def _page(call: Call, rows: list[Record]) -> list[Record]:
    """The page that the query asks for; everything without `limit`. The page_cap setting keeps it shorter."""
    first = int(call.query["offset"])
    size = int(call.query["limit"] or len(rows))
    return rows[first : first + min(size, call.settings.page_cap or size)]


def _audit_instances(schema: str, key: str) -> Callable[[Call], Any]:
    """A listing of audit instances: the schema of its rows, and the key they come under."""

    def listing(call: Call) -> Record:
        rows = call.listed(call.state.audit_instances.values())
        shown = [
            _view(call, schema, row, config_num=len(row["databases"]), instance_id=row["id"])
            for row in _page(call, rows)
        ]
        return {key: shown, "total": len(rows)}

    return listing


def _own(call: Call, records: dict[str, Record], wanted: str) -> Record:
    """The record with an id in the caller's project. Raises Refusal; its code for an unknown one is not published."""
    call.resource = wanted
    record = records.get(wanted)
    if record is None or record.get("project", call.project) != call.project:
        raise Refusal(400, "DBSS.10020021", "The ID is invalid: there is nothing with this ID.")
    return record


def _power(action: str, machine: Machine, nodes_of: Callable[[Call], list[Record]]) -> Callable[[Call], Any]:
    """An action of a state machine on what `nodes_of` finds."""

    def act(call: Call) -> Record:
        moved = machine.movable(nodes_of(call), action)
        if not moved:
            raise Refusal(400, _REFUSED[action], f"Failed to {action} the instance: its state does not allow this.")
        call.change(moved, action)
        machine.begin(moved, action, call.now + call.settings.transition)
        return {"result": "success"}

    return act


def _audit_nodes(call: Call) -> list[Record]:
    return [_own(call, call.state.audit_instances, call.body["instance_id"])]


def _om_nodes(call: Call) -> list[Record]:
    return _own(call, call.state.om_instances, call.path["instance_id"])["nodes"]


def list_databases(call: Call) -> Record:
    """listAuditDatabases and its successor: filtered by status, then paged."""
    instance = _own(call, call.state.audit_instances, call.path["instance_id"])
    rows = [seen(one, call.now) for one in instance["databases"].values()]
    if call.query["status"]:
        rows = [row for row in rows if row["status"] == call.query["status"]]
    shown = [{"database": _view(call, "AuditDatabase", row)} for row in _page(call, rows)]
    return {"databases": shown, "total": len(rows)}


def switch_database(call: Call) -> Record:
    """switchAuditDatabaseV3 and its predecessor. Not published, so assumed: a stopped instance does not refuse."""
    instance = _own(call, call.state.audit_instances, call.path["instance_id"])
    database = _own(call, instance["databases"], call.body["id"])
    status = call.body["status"]
    lts_stopped = database["lts_stopped"] or (database["type"] == "DWS" and call.body.get("lts_audit_switch") == 1)
    if (database["status"], database["lts_stopped"]) != (status, lts_stopped):
        call.change([database], status)
        audit_status = database["when_on"] if status == "ON" else "SHUTOFF"
        database.update(status=status, audit_status=audit_status, lts_stopped=lts_stopped)
    return {"status": "SUCCESS"}


def list_alarms(call: Call) -> Record:
    """listAuditAlarmLogsV2: the alarms of a span of time, newest first, filtered, then paged."""
    instance = _own(call, call.state.audit_instances, call.path["instance_id"])
    query, span = call.body, call.body["time"]
    if "time_range" in span:
        first, last = call.now - _HOURS[span["time_range"]] * 3600, call.now
    else:
        first, last = _moment(span["start_time"]), _moment(span["end_time"])
    rows = [
        one
        for one in sorted(instance["alarms"], key=lambda one: -one["alarm_time"])
        if first <= int(one["alarm_time"]) <= min(last, call.now)
        and one["alarm_risk"] in query.get("risk", [one["alarm_risk"]])
        and one["alarm_type"] == query.get("type", one["alarm_type"])
        and one["alarm_status"] == query.get("status", one["alarm_status"])
    ]
    skipped = (query["page"] - call.settings.first_page) * query["size"]
    page = rows[skipped : skipped + query["size"]] if skipped >= 0 else []
    times = (datetime.fromtimestamp(one["alarm_time"], timezone.utc).strftime(_TIME) for one in page)
    return {"alarm_log": [{**one, "alarm_time": time} for one, time in zip(page, times)], "total_num": len(rows)}


def _moment(text: str) -> float:
    """A time in a request, in s since the epoch. Raises Refusal."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise Refusal(400, "DBSS.10000001", "body: time: there is no such time") from None


def list_om_instances(call: Call) -> Record:
    """listOmInstances: all of them, state on the nodes."""
    rows = []
    for one in call.listed(call.state.om_instances.values()):
        nodes = [_view(call, "OmServer", seen(node, call.now), instance_id=one["instance_id"]) for node in one["nodes"]]
        detail = {"server": nodes, "total": len(nodes)}
        rows.append(_view(call, "OmCluster", one, detail=detail, is_active_standby=len(nodes) > 1))
    return {"clusters": rows}


HANDLERS: dict[str, Callable[[Call], Any]] = {
    "listAuditInstances": _audit_instances("AuditInstance", "servers"),
    # The page and the SDK disagree on this answer's shape; this is the SDK's.
    "listAuditInstancesV1New": _audit_instances("AuditInstanceV1New", "instances"),
    "listAuditInstancesV2": _audit_instances("AuditInstanceV2", "instances"),
    "startAuditInstance": _power("start", AUDIT, _audit_nodes),
    "stopAuditInstance": _power("stop", AUDIT, _audit_nodes),
    "rebootAuditInstance": _power("reboot", AUDIT, _audit_nodes),
    "listAuditDatabases": list_databases,
    "listAuditDatabasesV2": list_databases,
    "switchAuditDatabaseV2": switch_database,
    "switchAuditDatabaseV3": switch_database,
    "listAuditAlarmLogsV2": list_alarms,
    "listOmInstances": list_om_instances,
    "startOmInstance": _power("start", OM, _om_nodes),
    "stopOmInstance": _power("stop", OM, _om_nodes),
    "rebootOmInstance": _power("reboot", OM, _om_nodes),
}
