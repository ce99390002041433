# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of an audit instance: masking, result storage, alarm notification, retention, time zone."""

from __future__ import annotations

from typing import Any

from ..answers import Refusal
from ..call import Call, Handler
from ..patterns import STATUS, STATUS_LOWER
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance

_TEXTS = ("alarm_cpu", "alarm_disk", "alarm_memory", "alarm_num")  # written as numbers, read as text


def _get_switch(field: str) -> Handler:
    return lambda call: {"status": instance(call)[field]}


def _set_switch(field: str) -> Handler:
    def handle(call: Call) -> Any:
        _set(call, running_instance(call), field, call.body["status"])
        return STATUS.done

    return handle


def _set(call: Call, record: Record, field: str, value: Any) -> None:
    if record[field] != value:
        call.change([record], field)
        record[field] = value


def _get_topic(call: Call) -> Record:
    return call.view("AlarmTopic", instance(call)["alarm_topic"])


def _set_topic(call: Call) -> Any:
    """setAlarmTopic(New): the whole notification is replaced; the topic is needed when it is ON."""
    record, body = running_instance(call), call.body
    if body["alarm_switch"] == "ON" and not body.get("alarm_topic_urn"):
        raise Refusal(400, "DBSS.10000001", "body: alarm_topic_urn is required when alarm_switch is ON")
    texts = {key: str(body[key]) for key in _TEXTS}
    whole = {"alarm_topic_urn": None, "alarm_risk": [], **body, **texts}
    _set(call, record, "alarm_topic", {**record["alarm_topic"], **whole})
    return STATUS_LOWER.done


def _get_retention(call: Call) -> Record:
    record = instance(call)
    shown = call.view("LogRetention", record["log_retention"])
    return {"log_retention": shown, "data_usage_limit": record["data_usage_limit"]}


def _set_retention(call: Call) -> Any:
    record, days = running_instance(call), call.body["retention_days"]
    retention = record["log_retention"]
    low, high = retention["range_days_min"], retention["range_days_max"]
    if not low <= days <= high:
        raise Refusal(400, "DBSS.10000001", f"body: retention_days must lie between {low} and {high}")
    _set(call, record, "log_retention", {**retention, "retention_days": days})
    return STATUS_LOWER.done


def _set_timezone(call: Call) -> Any:
    """setTimezone: the restart of processes that it causes is not played."""
    _set(call, running_instance(call), "timezone", call.body["timezone"])
    return STATUS_LOWER.done


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "getMaskAll": _get_switch("mask_all"),
    "switchMaskAll": _set_switch("mask_all"),
    "getResultStorage": _get_switch("result_storage"),
    "switchResultStorage": _set_switch("result_storage"),
    **dict.fromkeys(("getAlarmTopic", "getAlarmTopicNew"), _get_topic),
    **dict.fromkeys(("setAlarmTopic", "setAlarmTopicNew"), _set_topic),
    "getLogRetention": _get_retention,
    "setLogRetention": _set_retention,
    "setTimezone": _set_timezone,
}
