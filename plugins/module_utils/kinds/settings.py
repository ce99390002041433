# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of an audit instance: a row for each that is read and written by itself. Planning is pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT, acts, reads
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import SWITCH, TEXT, TEXTS, whole
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import outcome
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Past,
    Step,
)

_V1, _V2 = (f"/v{number}/{{project_id}}/audit/{{instance_id}}" for number in (1, 2))


class Setting(NamedTuple):
    """A setting: its option, how it is read and written, and what it must be."""

    option: str
    write: Operation
    body: Callable[[Any, Any], dict[str, Any]]  # of what it is and what it is to be
    read: Operation | None = None  # None: it can be written only
    parse: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda payload: {}  # to what is shown, by option
    merge: Callable[[Any, Any], Any] = lambda now, wanted: wanted  # what it becomes
    why_not: Callable[[Mapping[str, Any], Any], str] = lambda record, wanted: ""  # why it cannot become that


def _switch(option: str, write: str, read: str, path: str) -> Setting:
    return Setting(
        option,
        acts(write, "POST", path, "change the settings of"),
        lambda now, wanted: {"status": SWITCH.write(wanted)},
        reads(read, path, "read the settings of"),
        lambda payload: {option: SWITCH.read(payload.get("status"))},
    )


# --- Retention ---

_COMMON = f"{_V1}/settings/common-settings"
_NUMBER = whole(0, 10**9)


def _retention(payload: Mapping[str, Any]) -> dict[str, Any]:
    told = payload["log_retention"]
    shown = {"retention_days": "retention_days", "retention_days_min": "range_days_min"}
    return {
        option: _NUMBER.read(told.get(key)) for option, key in {**shown, "retention_days_max": "range_days_max"}.items()
    }


def _why_not_so_long(record: Mapping[str, Any], days: int) -> str:
    least, most = record["retention_days_min"], record["retention_days_max"]
    if (least is None or days >= least) and (most is None or days <= most):
        return ""
    return f"takes retention_days from {least} to {most}, not {days}"


# --- Alarm notification ---

_TOPIC = f"{_V2}/alarm/topic"
NUMBERS = {
    "daily_limit": "alarm_num",
    "cpu_threshold": "alarm_cpu",
    "memory_threshold": "alarm_memory",
    "disk_threshold": "alarm_disk",
}


def _notification(payload: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {option: _NUMBER.read(payload.get(key)) for option, key in NUMBERS.items()}
    return {
        "alarm_notification": {
            "enabled": SWITCH.read(payload.get("alarm_switch")),
            "topic_urn": TEXT.read(payload.get("alarm_topic_urn")),
            "risk_levels": sorted(TEXTS.read(payload.get("alarm_risk"))),
            **numbers,
        }
    }


def _notified(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in wanted.items() if value is not None}
    merged = {**now, **given}
    return {**merged, "risk_levels": sorted(set(merged["risk_levels"]))}


def _notification_body(now: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    merged = _notified(now, wanted)
    topic = {"alarm_topic_urn": merged["topic_urn"]} if merged["topic_urn"] else {}
    numbers = {key: merged[option] for option, key in NUMBERS.items()}
    return {"alarm_switch": SWITCH.write(merged["enabled"]), "alarm_risk": merged["risk_levels"], **topic, **numbers}


def _why_not_notified(record: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    merged = _notified(record["alarm_notification"], wanted)
    untold = [option for option in NUMBERS if merged[option] is None]
    if untold:
        names = " and ".join(untold)
        return f"has no {names} of its alarm_notification, which has to be sent whole: give {names}"
    if merged["enabled"] and not merged["topic_urn"]:
        return "has no topic for its alarm_notification: give topic_urn to enable it"
    return ""


SETTINGS = (
    _switch("mask_sensitive_data", "switchMaskAll", "getMaskAll", f"{_V1}/sensitive/mask/switch"),
    _switch("store_results", "switchResultStorage", "getResultStorage", f"{_V1}/sensitive/result/switch"),
    Setting(
        "retention_days",
        acts("setLogRetention", "PUT", _COMMON, "change the settings of"),
        lambda now, wanted: {"retention_days": wanted},
        reads("getLogRetention", _COMMON, "read the settings of"),
        _retention,
        why_not=_why_not_so_long,
    ),
    Setting(
        "alarm_notification",
        acts("setAlarmTopicNew", "POST", _TOPIC, "change the settings of"),
        _notification_body,
        reads("getAlarmTopicNew", _TOPIC, "read the settings of"),
        _notification,
        merge=_notified,
        why_not=_why_not_notified,
    ),
    Setting(
        "timezone",
        acts("setTimezone", "POST", f"{_V1}/timezone", "set the time zone of"),
        lambda now, wanted: {"timezone": wanted},
    ),
)
BY_ACTION = {setting.write.id: setting for setting in SETTINGS}


def read_setting(client: Caller, setting: Setting, instance: dict[str, Any]) -> dict[str, Any]:
    """Return what a setting shows, by option (getMaskAll, getResultStorage, …). Raises ApiError."""

    def parse(payload: Any) -> dict[str, Any]:
        try:
            return setting.parse(payload)
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            raise Unreadable(f"answered with a {setting.option} that cannot be read") from error

    if setting.read is None:
        return {}
    resource = AUDIT.noun.describe(instance)
    found: dict[str, Any] = client.call(setting.read, resource, parse, {"instance_id": instance["id"]})
    return found


def write_setting(client: Caller, setting: Setting, record: dict[str, Any], wanted: Any) -> None:
    """Write a setting (switchMaskAll, switchResultStorage, …). Raises ApiError."""
    resource = AUDIT.noun.describe(record)
    body = setting.body(record.get(setting.option), wanted)
    parse = outcome(setting.write, resource, "status")
    client.call(setting.write, resource, parse, {"instance_id": record["id"]}, body=body)


def plan(record: Mapping[str, Any], wanted: Mapping[str, Any], past: Past) -> Step:
    """Return the next step that brings the settings of an audit instance to what is wanted, by option.

    @param record: what they are, and under C(instance) the record of the audit instance or None where it is not known
    """
    differing = [one for one in SETTINGS if one.option in wanted and _differs(one, record, wanted[one.option], past)]
    for setting in differing:
        why = setting.why_not(record, wanted[setting.option])
        if why:
            return Step(REFUSE, reason=why)
    if not differing:
        return Step(DONE)
    instance = record["instance"]
    obstacle = AUDIT.obstacle(instance) if instance else ""
    if obstacle:
        return Step(WAIT if AUDIT.moving(instance) else REFUSE, reason=obstacle)
    return Step(ACT, differing[0].write.id)


def _differs(setting: Setting, record: Mapping[str, Any], wanted: Any, past: Past) -> bool:
    if setting.read is None:
        return setting.write.id not in past.taken
    now = record[setting.option]
    return bool(setting.merge(now, wanted) != now)


def predict(record: Mapping[str, Any], wanted: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return the settings once an action has been taken."""
    setting = BY_ACTION[action]
    if setting.read is None:
        return dict(record)
    return {**record, setting.option: setting.merge(record[setting.option], wanted[setting.option])}


def took(record: Mapping[str, Any], wanted: Mapping[str, Any], action: str) -> bool:
    """Return whether the settings show that an action was taken."""
    setting = BY_ACTION[action]
    return setting.read is not None and not _differs(setting, record, wanted[setting.option], Past())
