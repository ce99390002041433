# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of an audit instance."""

from __future__ import annotations

from datetime import datetime, timezone

from ..answers import Refusal
from ..call import Call, Handler
from ..power import Record
from ..state import Completion
from .audit import instance

_TIME = "%Y-%m-%d %H:%M:%S"
_HOURS = {"HALF_HOUR": 0.5, "HOUR": 1, "THREE_HOUR": 3, "TWELVE_HOUR": 12, "DAY": 24, "WEEK": 168, "MONTH": 720}


def span_of(call: Call) -> tuple[float, float]:
    """The first and last moment that the `time` of a query asks for, in s since the epoch. Raises Refusal."""
    time = call.body["time"]
    if time.get("time_range"):
        return call.now - _HOURS[time["time_range"]] * 3600, call.now
    return _moment(time["start_time"]), min(_moment(time["end_time"]), call.now)


def written(moment: float) -> str:
    """A moment, in s since the epoch, as evidence shows it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime(_TIME)


def _moment(text: str) -> float:
    """A time in a request, in s since the epoch. Raises Refusal."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise Refusal(400, "DBSS.10000001", "body: time: there is no such time") from None


def _list(call: Call) -> Record:
    """listAuditAlarmLogsV2: the alarms of a span of time, newest first, filtered, then paged."""
    (first, last), query = span_of(call), call.body
    rows = [
        one
        for one in sorted(call.listed(instance(call)["alarms"]), key=lambda one: -one["alarm_time"])
        if first <= int(one["alarm_time"]) <= last
        and one["alarm_risk"] in query.get("risk", [one["alarm_risk"]])
        and one["alarm_type"] == query.get("type", one["alarm_type"])
        and one["alarm_status"] == query.get("status", one["alarm_status"])
    ]
    shown = [call.view("Alarm", one, alarm_time=written(one["alarm_time"])) for one in call.numbered(rows)]
    return {"alarm_log": shown, "total_num": len(rows)}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"listAuditAlarmLogsV2": _list}
