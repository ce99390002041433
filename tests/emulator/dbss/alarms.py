# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of an audit instance."""

from __future__ import annotations

from typing import Any

from ..call import Call, Handler
from ..patterns import Ids, in_body, in_path
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance
from .times import span_of, written

_DONE = {"result": "request_success"}
_OLD_NAMES = {"alarmLife": "alarm_life", "sendEmail": "send_email"}


def _listing(schema: str) -> Handler:
    """The alarms of a span of time, newest first, filtered, then paged."""

    def handle(call: Call) -> Record:
        (first, last), query = span_of(call.body["time"], call.now), call.body
        rows = [
            one
            for one in sorted(call.listed(instance(call)["alarms"]), key=lambda one: -one["alarm_time"])
            if first <= int(one["alarm_time"]) <= last
            and one["alarm_risk"] in query.get("risk", [one["alarm_risk"]])
            and one["alarm_type"] == query.get("type", one["alarm_type"])
            and one["alarm_status"] == query.get("status", one["alarm_status"])
        ]
        shown = [_show(call, schema, one) for one in call.numbered(rows)]
        return {"alarm_log": shown, "total_num": len(rows)}

    return handle


def _show(call: Call, schema: str, alarm: Record) -> Record:
    times = {key: written(alarm[key]) for key in ("alarm_time", "alarm_fix_time")}
    return call.view(schema, alarm, _OLD_NAMES, **times)


def _confirm(ids: Ids) -> Handler:
    def handle(call: Call) -> Any:
        alarms = running_instance(call)["alarms"]
        for alarm in [call.own(alarms, one) for one in ids(call)]:
            if alarm["alarm_status"] != "DONE":
                call.change([alarm], "confirm")
                alarm.update(alarm_status="DONE", alarm_fix_time=call.now)
        return _DONE

    return handle


def _delete(call: Call) -> Any:
    alarms = running_instance(call)["alarms"]
    call.remove(alarms, [call.own(alarms, call.path["id"])["id"]], "delete")
    return _DONE


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "listAuditAlarmLogs": _listing("AlarmOld"),
    "listAuditAlarmLogsV2": _listing("Alarm"),
    "confirmAlarm": _confirm(in_path()),
    "confirmAlarms": _confirm(in_body("ids")),
    "deleteAlarm": _delete,
}
