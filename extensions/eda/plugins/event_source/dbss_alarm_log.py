# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
short_description: Alarms of DBSS audit instances as events
description:
  - Polls the alarms of DBSS audit instances, and emits each new one once.
  - An event has two keys. C(alarm) is the alarm as the service describes it, with C(id), C(alarm_type), C(alarm_risk)
    (C(LOW), C(MEDIUM) or C(HIGH)), C(alarm_status), C(alarm_life), C(alarm_time), C(alarm_fix_time),
    C(alarm_description) and C(send_email). C(instance) has the C(id) and C(name) of the audit instance.
  - When the service cannot be reached, or answers with an error, that is logged, and the next poll catches up. Alarms
    that the service lists up to an hour late are not missed. Only at the start do wrong options or refused
    credentials end the source.
  - A poll ends after ten minutes. What it did not get to, the next one reads first.
  - Texts of an event are somebody else's words, and rulebooks fill them into templates. So what could begin a template
    there gets a blank, as C({{) that becomes C({ {). The same goes for C({%), C({#), C(#jinja2:), C($ANSIBLE_VAULT),
    for escapes such as C(\x7b), and for the parts of these that two texts could make whole. Control characters and line
    breaks become escapes, such as C(\n). Alarms and instances whose ID is not what an ID of the service looks like are
    left out, which is logged. All the same, let only IDs become extra variables of a playbook, a job template or a
    module, never a name or a description.
  - Alarms from before the start are not emitted, unless O(lookback) says so. What was emitted is forgotten when the
    rulebook stops.
  - It runs where ansible-rulebook runs, and needs ansible-core and requests there.
options:
  instances:
    description: IDs or names of the audit instances. Without any, all of the project, also those that are yet to come.
    type: list
    elements: str
  interval:
    description: Seconds between two polls.
    type: float
    default: 60
  lookback:
    description: How many seconds before the start alarms count as new, at most 31622400 (366 days).
    type: float
    default: 0
  risk:
    description: Only alarms of these risks.
    type: list
    elements: str
    choices: [LOW, MEDIUM, HIGH]
  type:
    description: Only alarms of this type.
    type: str
    choices:
      - RISK_RULE
      - RISK_CPU
      - RISK_MEMORY
      - RISK_DISK
      - RISK_DISK_CAPACITY
      - RISK_BACKUP
      - AUDIT_QPS_OVERFLOW
      - RISK_AGENT
      - AUDIT_BACKUP_FAILED
  status:
    description: Only alarms that are confirmed (V(DONE)) or not (V(UNDO)).
    type: str
    choices: [DONE, UNDO]
  region:
    description: As with the modules, or E(HW_REGION_NAME).
    type: str
  access_key:
    description: As with the modules. The pair falls back to E(HW_ACCESS_KEY) and E(HW_SECRET_KEY).
    type: str
  secret_key:
    description: Belongs to O(access_key).
    type: str
  security_token:
    description: Belongs to a temporary O(access_key), or E(HW_SECURITY_TOKEN).
    type: str
  auth_token:
    description: As with the modules, or E(HW_AUTH_TOKEN). It does not last for long.
    type: str
  user_name:
    description: As with the modules. The user falls back to E(HW_USER_NAME), E(HW_USER_PASSWORD) and E(HW_DOMAIN_NAME).
    type: str
  password:
    description: Belongs to O(user_name).
    type: str
  domain_name:
    description: Belongs to O(user_name).
    type: str
  project_id:
    description: As with the modules, or E(HW_PROJECT_ID).
    type: str
  project_name:
    description: As with the modules, or E(HW_PROJECT_NAME).
    type: str
  cloud:
    description: As with the modules, or E(HW_CLOUD).
    type: str
  endpoints:
    description: As with the modules, or E(HW_ENDPOINTS).
    type: dict
  validate_certs:
    description: As with the modules.
    type: bool
    default: true
  ca_cert:
    description: As with the modules.
    type: str
  request_timeout:
    description: As with the modules.
    type: float
    default: 30
  max_retries:
    description: As with the modules, or E(HW_MAX_RETRIES).
    type: int
"""

EXAMPLES = r"""
- huaweicloud.dbops.dbss_alarm_log:
    region: cn-north-4
    risk: [HIGH]
    interval: 30
"""

import asyncio
import logging
import math
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

try:
    import_module("ansible_collections.huaweicloud.dbops")
except ImportError:  # ansible-rulebook runs this file without making collections importable
    sys.path.append(str(Path(__file__).absolute().parents[7]))

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS, connect, read_options
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import Alarms, AuditInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    REFUSED,
    ApiError,
    DbopsError,
    UsageError,
    bug,
    printable,
)

LOG = logging.getLogger(__name__)

OVERLAP = 3600.0
"""How late, in s, the service may list an alarm, and how far its clock may differ from ours."""

LONGEST_LOOKBACK = 366 * 24 * 60 * 60
"""In s."""

LONGEST_POLL = 600.0
"""In s. After that a poll begins to read nothing further, be it an instance or a page."""

MOST_KNOWN = 200_000
"""How many alarms of an instance are remembered; a listing cannot have more."""

MOST_INSTANCES = 10_000
"""Of how many instances alarms are remembered, before those that are listed no more are forgotten."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MARKS = re.compile(r"""\{(?=[{%#'"\\]|\Z)|#(?=[j'"\\]|\Z)|\$(?=[A'"\\]|\Z)|\\(?=[xuUN0-7\r\n]|\Z)""")
"""What begins a template, or may do so next to another text, in a Python literal, or as an escape in one.

ansible-rulebook reads what a template comes to as a Python literal where it can, so that C('{' '{') becomes C({{). It
decrypts a text with C($ANSIBLE_VAULT) in it. A C(#jinja2:) says in Ansible what begins a template.
"""

TYPES = [
    *("RISK_RULE", "RISK_CPU", "RISK_MEMORY", "RISK_DISK", "RISK_DISK_CAPACITY", "RISK_BACKUP"),
    *("AUDIT_QPS_OVERFLOW", "RISK_AGENT", "AUDIT_BACKUP_FAILED"),
]
OPTIONS: dict[str, Any] = {
    "instances": {"type": "list", "elements": "str"},
    "interval": {"type": "float", "default": 60.0},
    "lookback": {"type": "float", "default": 0.0},
    "risk": {"type": "list", "elements": "str", "choices": ["LOW", "MEDIUM", "HIGH"]},
    "type": {"type": "str", "choices": TYPES},
    "status": {"type": "str", "choices": ["DONE", "UNDO"]},
}
Alarm = dict[str, Any]


def as_data(value: Any) -> Any:
    """Return what the service said in a form that is no template and one line, wherever a rulebook fills it in.

    Texts that stand side by side make no template either: none ends with half an opening. The rule engine gets stuck on
    a key that is empty, and drops an event with a number that JSON does not know.
    """
    if isinstance(value, dict):
        return {as_data(key) or " ": as_data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_data(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, str):
        return value
    return _CONTROL.sub(lambda found: printable(found[0]), _MARKS.sub(r"\g<0> ", value))


class News:
    """Tells the new alarms of one audit instance from those that are known.

    @param since: alarms up to this time, in s since the epoch, are not new
    """

    def __init__(self, since: float) -> None:
        self.read_until = since
        self._seen: dict[str, float] | None = None  # by alarm ID: when it was last seen, in s since the epoch

    def read(self, alarms: Callable[[float, float], list[Alarm]], now: float) -> list[Alarm]:
        """Return the alarms that are new, oldest first. When it raises, the next call catches up.

        @param alarms: returns the alarms between two times, in s since the epoch
        """
        first = self.read_until - OVERLAP
        if self._seen is None:
            self._seen = {alarm["id"]: now for alarm in alarms(first, self.read_until)}
        found = alarms(first, now)
        new = [alarm for alarm in found if alarm["id"] not in self._seen]
        listed = {alarm["id"]: now for alarm in found}
        known = [(one, seen) for one, seen in self._seen.items() if seen >= first and one not in listed]
        self._seen = dict([*known, *listed.items()][-MOST_KNOWN:])
        self.read_until = now
        return sorted(new, key=_time)


def _time(alarm: Alarm) -> str:
    time = alarm.get("alarm_time")
    return time if isinstance(time, str) else ""


def _cannot_be_right(error: Exception) -> bool:
    """Return whether an error shows that options or credentials cannot be right: here, or by a service that says no."""
    refused = isinstance(error, ApiError) and error.effect == REFUSED and error.facts.status is not None
    return refused or isinstance(error, UsageError)


class Source:
    """Polls the audit instances that the options name; the clock of the client tells the time."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._wanted = {key: options[key] for key in ("risk", "type", "status") if options[key]}
        self._named = references(options["instances"] or [])
        if not 0 <= options["lookback"] <= LONGEST_LOOKBACK:
            raise UsageError(f"lookback must be 0 to {LONGEST_LOOKBACK} seconds, not {options['lookback']:g}.")
        self._client: Client | None = connect(options, warn=LOG.warning)
        self._since = self._client.clock.now() - options["lookback"]
        self._news: dict[str, News] = {}
        self._polled = False

    def poll(self) -> list[dict[str, Any]]:
        """Return the events since the last poll. Whatever goes wrong is logged, and the next poll catches up.

        @raises DbopsError: when the very first poll shows that the options or credentials cannot be right
        """
        try:
            return self._poll()
        except Exception as error:
            if not self._polled and _cannot_be_right(error):
                raise
            self._give_up(error)
            return []

    def _poll(self) -> list[dict[str, Any]]:
        client = self._client = self._client or connect(self._options, warn=LOG.warning)
        client.deadline = client.clock.monotonic() + LONGEST_POLL
        client.deadline_name = f"the {LONGEST_POLL:g} s of a poll"
        instances = self._chosen(AuditInstances(client).readable(LOG.warning))
        self._polled = True
        read = {instance["id"]: instance for instance in instances}
        if len(self._news) > MOST_INSTANCES:
            self._news = {instance_id: news for instance_id, news in self._news.items() if instance_id in read}
        for instance_id in read:
            self._news.setdefault(instance_id, News(self._since))
        events = []
        oldest_first = sorted(read, key=lambda instance_id: self._news[instance_id].read_until)
        for result in for_each(self._try_to_read, [read[instance_id] for instance_id in oldest_first], READERS):
            if isinstance(result, Exception):
                self._give_up(result)
            else:
                events += result
        return events

    def _chosen(self, instances: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the instances that the options name, or all. One that is gone later on is logged, and others go on."""
        if not self._named:
            return instances
        if not self._polled:
            return find(instances, AuditInstances.noun, self._named)
        found = []
        for reference in self._named:
            try:
                found += find(instances, AuditInstances.noun, [reference])
            except UsageError as error:
                LOG.warning("%s", error)
        return found

    def _try_to_read(self, instance: dict[str, Any]) -> list[dict[str, Any]] | Exception:
        """Return the new events of an instance, or what went wrong: the events of the others are not lost."""
        try:
            return self._read(instance)
        except Exception as error:
            return error

    def _read(self, instance: dict[str, Any]) -> list[dict[str, Any]]:
        client: Any = self._client
        if client.clock.monotonic() >= client.deadline:
            which = AuditInstances.noun.describe(instance)
            raise DbopsError(f"The alarms of {which} were not read: the poll took {LONGEST_POLL:g} s.")
        source = Alarms(client, instance["id"], self._wanted, LOG.warning)
        origin = {key: instance[key] for key in ("id", "name")}
        events = []
        for alarm in self._news[instance["id"]].read(source.records, client.clock.now()):
            try:
                events.append(as_data({"alarm": alarm, "instance": origin}))
            except RecursionError:
                LOG.warning("The alarm %s of audit instance %s is left out: it is too deep.", alarm["id"], origin["id"])
        return events

    def _give_up(self, error: Exception) -> None:
        """Log an error, and begin the next poll with a new login: the old one may be what is wrong."""
        why = error if isinstance(error, DbopsError) else bug(error)
        LOG.warning("%s The next try is in %g s.", why, self._options["interval"])
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._client:
            self._client.close()
            self._client = None


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Put an event into the queue for each new alarm, until cancelled.

    @param args: the options
    @raises DbopsError: when the options or credentials cannot be right
    """
    options = read_options({key: value for key, value in args.items() if key != "eda_feedback_queue"}, OPTIONS)
    source = Source(options)
    try:
        while True:
            for event in await asyncio.to_thread(source.poll):
                await queue.put(event)
            await asyncio.sleep(options["interval"])
    finally:
        source.close()
