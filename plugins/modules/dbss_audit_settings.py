#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_settings
short_description: Keep the settings of DBSS audit instances
version_added: 1.1.0
description:
  - Keeps what an audit instance hides and stores, for how long, and whom it tells, of one instance or of many.
  - Only the settings that the task names are read, several at the same time, and only those that differ are written.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(update_timezone=always) the time zone is set each time, because it cannot be read back.
options:
  instance_id:
    description:
      - The ID of the audit instance. Exactly one of O(instance_id), O(instance_name), O(instances) and O(all_instances)
        says which ones are meant.
    type: str
  instance_name:
    description:
      - The name of the audit instance. This costs one more call. The task then also waits for an instance that is busy,
        and says so when it does not run.
    type: str
  instances:
    description:
      - IDs or names of several audit instances. An ID wins over a name. As for O(instance_name), they are listed once.
    type: list
    elements: str
  all_instances:
    description:
      - All audit instances of the project.
    type: bool
    default: false
  skip_missing:
    description:
      - What happens to a reference in O(instances) that matches nothing. When V(false), it fails the task before
        anything is changed. When V(true), it is left out with a warning and listed in RV(missing).
    type: bool
    default: false
  concurrency:
    description:
      - At most how many instances are changed at the same time.
    type: int
    default: 8
  state:
    description:
      - V(present) keeps the settings that the task names.
    type: str
    choices:
      - present
    default: present
  mask_sensitive_data:
    description:
      - Whether the rules of M(huaweicloud.dbops.dbss_audit_mask_rule) are applied at all.
    type: bool
  store_results:
    description:
      - Whether the results of statements are stored. This works for databases with an agent only, and rules for card
        data want it off.
    type: bool
  retention_days:
    description:
      - For how many days audit logs are kept. The instance says from when to when that can be. A shorter time may drop
        old logs.
    type: int
  alarm_notification:
    description:
      - Who is told of alarms, and when. What is not given stays as it is.
    type: dict
    suboptions:
      enabled:
        description: Whether anybody is told.
        type: bool
      topic_urn:
        description: The SMN topic. Needed to turn it on, unless there is one.
        type: str
      risk_levels:
        description: The levels of risk that are told.
        type: list
        elements: str
        choices:
          - low
          - medium
          - high
      daily_limit:
        description: At most how many messages a day.
        type: int
      cpu_threshold:
        description: The use of CPU, in percent, above which it tells. From 0 to 100.
        type: int
      memory_threshold:
        description: The use of memory, in percent, above which it tells. From 0 to 100.
        type: int
      disk_threshold:
        description: The use of the disk, in percent, above which it tells. From 0 to 100.
        type: int
  timezone:
    description:
      - The time zone, such as V(UTC+08:00). The service does not publish the form. It cannot be read back, so see
        O(update_timezone).
      - Setting it restarts processes of the instance, in which calls may fail for about half a minute.
    type: str
  update_timezone:
    description:
      - V(never) does not send O(timezone), and warns about it.
      - V(always) sends it, which is a change each time.
    type: str
    choices:
      - never
      - always
    default: never
notes:
  - The service replaces the alarm notification as a whole, so what the task leaves open is read and sent back. What it
    does not tell has to be given once.
  - An instance that cannot be changed does not stop the others. The task fails at the end and names each one with its
    error.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_mask_rule
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: The instance keeps logs for half a year and no results
  huaweicloud.dbops.dbss_audit_settings:
    instance_name: audit-prod
    mask_sensitive_data: true
    store_results: false
    retention_days: 180

- name: Somebody is told of what is risky
  huaweicloud.dbops.dbss_audit_settings:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    alarm_notification:
      enabled: true
      topic_urn: urn:smn:cn-north-4:0f1e2d3c4b5a69788796a5b4c3d2e1f0:dbss-alarms
      risk_levels:
        - high
        - medium
      daily_limit: 50
      cpu_threshold: 80
      memory_threshold: 80
      disk_threshold: 80
"""

RETURN = r"""
settings:
  description: The settings that the task names, a row for each instance.
  returned: when each instance named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
      sample: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    name:
      description: The name of the audit instance, V(null) with O(instance_id), where it is not looked up.
      type: str
      sample: audit-prod
    mask_sensitive_data:
      description: Whether mask rules are applied.
      returned: when O(mask_sensitive_data) is given
      type: bool
    store_results:
      description: Whether results are stored.
      returned: when O(store_results) is given
      type: bool
    retention_days:
      description: For how many days logs are kept.
      returned: when O(retention_days) is given
      type: int
      sample: 180
    retention_days_min:
      description: The fewest days that can be set.
      returned: when O(retention_days) is given
      type: int
    retention_days_max:
      description: The most days that can be set.
      returned: when O(retention_days) is given
      type: int
    alarm_notification:
      description: Who is told of alarms, with the keys of O(alarm_notification).
      returned: when O(alarm_notification) is given
      type: dict
    changed:
      description: Whether something was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - switchMaskAll
failed_instances:
  description: The audit instances that could not be brought to what the task asks for.
  returned: when each instance named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
missing:
  description: The references in O(instances) that match nothing and were skipped.
  returned: when each instance named is clear
  type: list
  elements: str
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: setLogRetention
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 400
    error_code:
      description: The error code of the service.
      type: str
      sample: DBSS.10020102
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import Lookup, look_up, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import settings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import INSTANCE_ID, check_id
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import Action, Goal, Past, Step
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

NOTIFICATION: dict[str, Any] = {
    "enabled": {"type": "bool"},
    "topic_urn": {"type": "str"},
    "risk_levels": {"type": "list", "elements": "str", "choices": ["low", "medium", "high"]},
    "daily_limit": {"type": "int"},
    "cpu_threshold": {"type": "int"},
    "memory_threshold": {"type": "int"},
    "disk_threshold": {"type": "int"},
}
OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "instance_name": {"type": "str"},
    "instances": {"type": "list", "elements": "str"},
    "all_instances": {"type": "bool", "default": False},
    "skip_missing": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 8},
    "state": {"type": "str", "choices": ["present"], "default": "present"},
    "mask_sensitive_data": {"type": "bool"},
    "store_results": {"type": "bool"},
    "retention_days": {"type": "int"},
    "alarm_notification": {"type": "dict", "options": NOTIFICATION},
    "timezone": {"type": "str"},
    "update_timezone": {"type": "str", "choices": ["never", "always"], "default": "never"},
}
SELECTORS = ("instance_id", "instance_name", "instances")


class Settings(Resource):
    """The settings of audit instances that a task names.

    @param instances: the records of the instances by ID, None where one is not known
    """

    noun = AUDIT.noun
    # Nothing shows the time zone, and setting it restarts processes: a lost answer is told.
    actions = {  # noqa: RUF012
        one.write.id: Action(again=one.read is not None, trusted=True) for one in settings.SETTINGS
    }
    goal = Goal("cannot have the settings that the task asks for", "does not show the settings that the task asks for")
    advice = "Run the task again: it writes what still differs. A time zone cannot be read back: see the console."

    def __init__(self, client: Client, wanted: dict[str, Any], instances: dict[str, dict[str, Any] | None]) -> None:
        self._client = client
        self._wanted = wanted
        self._instances = instances

    def read(self, keys: list[str]) -> dict[str, Any]:
        if any(AUDIT.moving(one) for one in (self._instances[key] for key in keys) if one):
            self._instances = {**self._instances, **{one["id"]: one for one in AUDIT.records(self._client)}}
        return self.readings(keys)

    def readings(self, keys: list[str]) -> dict[str, Any]:
        """Return the settings of each instance, or the DbopsError that hid them, several at the same time."""
        asked = [one for one in settings.SETTINGS if one.option in self._wanted and one.read]
        pairs = [(key, one) for key in keys for one in asked]
        readings = for_each(
            lambda pair: settings.read_setting(self._client, pair[1], self._it(pair[0])), pairs, READERS
        )
        found: dict[str, Any] = {key: {**self._it(key), "instance": self._instances[key]} for key in keys}
        for (key, _setting), reading in zip(pairs, readings):
            if isinstance(reading, DbopsError) or isinstance(found[key], DbopsError):
                found[key] = found[key] if isinstance(found[key], DbopsError) else reading
            else:
                found[key].update(reading)
        return found

    def known(self, key: str) -> dict[str, Any]:
        return self._it(key)

    def _it(self, key: str) -> dict[str, Any]:
        return {"id": key, "name": (self._instances[key] or {}).get("name")}

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        return settings.plan(record, self._wanted, past)

    def act(self, record: dict[str, Any], action: str) -> None:
        setting = settings.BY_ACTION[action]
        settings.write_setting(self._client, setting, record, self._wanted[setting.option])

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return settings.took(record, self._wanted, action)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return settings.predict(record, self._wanted, action)

    def report(self, record: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in record.items() if key != "instance"}

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        return {option: record[option] for option in self._wanted if option in record}

    def facts(self, record: dict[str, Any]) -> dict[str, Any]:
        return {}


def choose(frame: Frame) -> Lookup:
    """Return the audit instances that the task names; of one that it names by its ID, only that.

    @raises UsageError: when one is malformed, unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    options = frame.options
    if options["instance_id"] is not None:
        return Lookup([{"id": check_id("instance_id", options["instance_id"], INSTANCE_ID)}], [], [])
    listed = AUDIT.records(frame.client)
    if options["all_instances"]:
        return Lookup(listed, [], [] if listed else ["There is no audit instance in the project: nothing was set."])
    if options["instance_name"] is not None:
        return look_up(listed, AUDIT.noun, [options["instance_name"]], by_id=False)
    return look_up(listed, AUDIT.noun, references(options["instances"]), skip_missing=options["skip_missing"])


def wanted_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the task wants, by option.

    @raises UsageError: when it wants nothing, or what cannot be
    """
    given = {one.option: options[one.option] for one in settings.SETTINGS if options[one.option] is not None}
    if not given:
        names = ", ".join(one.option for one in settings.SETTINGS)
        raise UsageError(f"Say what to keep: give at least one of {names}.")
    for option in settings.NUMBERS:
        value, most = (given.get("alarm_notification") or {}).get(option), 10**9 if option == "daily_limit" else 100
        if value is not None and not 0 <= value <= most:
            limits = "0 or more" if option == "daily_limit" else f"from 0 to {most}"
            raise UsageError(f"{option} of alarm_notification must be {limits}, not {value}.")
    if options["update_timezone"] == "never":
        given.pop("timezone", None)
    return given


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, acts=True, mutually_exclusive=[SELECTORS]) as frame:
        options = frame.options
        if options["all_instances"] == any(options[selector] is not None for selector in SELECTORS):
            one_of = "instance_id, instance_name, instances or all_instances=true"
            raise UsageError(f"Say which audit instances: give either {one_of}.")
        wanted = wanted_settings(options)
        if options["timezone"] is not None and "timezone" not in wanted:
            frame.warn(["timezone cannot be compared and was not sent: update_timezone=always sends it."])
        poll = frame.start_waiting()
        chosen = choose(frame)
        frame.warn(chosen.warnings)
        instances = {one["id"]: one if "status" in one else None for one in chosen.records}
        resource = Settings(frame.client, wanted, instances)
        tracks = frame.converge(resource, resource.readings(list(instances)), poll)
        frame.report_all(resource, tracks, "settings", "failed_instances", missing=chosen.missing)


if __name__ == "__main__":
    main()
