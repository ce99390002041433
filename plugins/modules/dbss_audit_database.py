#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_database
short_description: Turn the auditing of databases on or off
version_added: 1.0.0
description:
  - Turns the auditing of databases by a DBSS audit instance on or off, for any number of databases in one task.
  - The module reads all databases of the instance once, switches those that differ, several at a time, and reads
    them once more to see that the switches have settled.
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
    support: full
options:
  instance_id:
    description:
      - The ID of the audit instance.
    type: str
  instance_name:
    description:
      - The name of the audit instance. This costs one more call, to find its ID.
    type: str
  databases:
    description:
      - IDs or names of the databases. An ID wins over a name, and a database that is named twice counts once.
      - An unknown or ambiguous name fails the task before anything is changed. See also O(skip_missing).
    type: list
    elements: str
  all_databases:
    description:
      - Switch all databases of the instance, instead of those in O(databases).
    type: bool
    default: false
  state:
    description:
      - V(enabled) turns auditing on, V(disabled) turns it off.
    type: str
    choices:
      - enabled
      - disabled
    default: enabled
  disable_lts_audit:
    description:
      - Also stop the auditing of DWS databases by Log Tank Service (LTS).
      - The service does not show this setting, so it is only sent along with a switch that is needed anyway.
    type: bool
    default: false
  concurrency:
    description:
      - At most how many switches are sent at the same time.
    type: int
    default: 8
  skip_missing:
    description:
      - What happens to a reference in O(databases) that matches nothing. When V(false), it fails the task before
        anything is changed. When V(true), it is left out with a warning and listed in RV(missing), and the rest goes
        on.
      - A name that several databases have fails the task all the same.
    type: bool
    default: false
    version_added: 1.1.0
notes:
  - With O(state=enabled), a warning names the databases whose auditing is on and that are not audited all the same,
    such as those that report V(ERROR). After a switch, the module waits a few seconds for the auditing to follow.
  - A database that cannot be switched does not stop the others. The task fails at the end and names each one with
    its error.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_database_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Audit two databases
  huaweicloud.dbops.dbss_audit_database:
    instance_name: audit-prod
    databases:
      - orders
      - Zp3nH8sJ6gFa0RuE5kXo
    state: enabled

- name: Audit all databases of an instance
  huaweicloud.dbops.dbss_audit_database:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    all_databases: true

- name: Stop auditing a database
  huaweicloud.dbops.dbss_audit_database:
    instance_name: audit-prod
    databases:
      - billing
    state: disabled
"""

RETURN = r"""
databases:
  description: The databases that the task is about.
  returned: when the databases could be read and each one named is known
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the database in DBSS. All other keys of the service's record come with it.
      type: str
      sample: Kx7dQ2mB9vLr4TzY1wPc
    name:
      description: The name of the database.
      type: str
      sample: orders
    status:
      description: Whether it is audited, V(ON) or V(OFF).
      type: str
      sample: "ON"
    audit_status:
      description: Whether auditing really runs, V(ACTIVE), V(SHUTOFF) or V(ERROR). It follows
        RV(databases[].status) later.
      type: str
      sample: ACTIVE
    effective:
      description: Whether it is really audited, by every word that its record has. The record of the audit
        instance counts too where O(instance_name) made the task read it.
      type: bool
      version_added: 1.1.0
    not_effective_because:
      description: Why it is not audited, V(null) when it is.
      type: str
      version_added: 1.1.0
      sample: its auditing is ON, but reports ERROR
    database_instance_name:
      description: The database instance that the database belongs to, which the service calls C(instance_name).
      type: str
    instance_id:
      description: The ID of the audit instance.
      type: str
      sample: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    instance_name:
      description: The name of the audit instance, V(null) when only O(instance_id) is given.
      type: str
      sample: audit-prod
    changed:
      description: Whether the database was switched.
      type: bool
    actions:
      description: The actions taken on the database, V(switch) or nothing.
      type: list
      elements: str
failed_databases:
  description: The databases that could not be switched.
  returned: when the databases could be read and each one named is known
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the database.
      type: str
    name:
      description: The name of the database.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
missing:
  description: The references in O(databases) that match nothing, as given. Empty unless O(skip_missing=true).
  returned: when the databases could be read and each one named is known
  type: list
  elements: str
  version_added: 1.1.0
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: switchAuditDatabaseV3
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

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.converge import Track
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import Lookup, look_up, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_parent
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.auditing import why_not_audited, with_effect
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    AUDIT_INSTANCE,
    DATABASE,
    AuditDatabases,
    list_audit_instances,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import MOST_NAMED
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Action,
    Goal,
    Past,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "instance_name": {"type": "str"},
    "databases": {"type": "list", "elements": "str"},
    "all_databases": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"},
    "disable_lts_audit": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 8},
    "skip_missing": {"type": "bool", "default": False},
}
SELECTORS = ("instance_id", "instance_name")

POSITIONS = {"enabled": "ON", "disabled": "OFF"}
GOALS = {
    "enabled": Goal("cannot have its auditing turned on", "did not show its auditing turned on"),
    "disabled": Goal("cannot have its auditing turned off", "did not show its auditing turned off"),
}
RUN_STATUS = {"ON": "ACTIVE", "OFF": "SHUTOFF"}


FOLLOWS_WITHIN = 5.0
"""Seconds that the auditing of a database is given to follow its switch."""


def plan(record: dict[str, Any], position: str, past: Past, patience: float = FOLLOWS_WITHIN) -> Step:
    """Return the next step that brings a database to the switch position C(ON) or C(OFF).

    What really runs follows a switch later, so one that was just turned on is looked at for a while. An ERROR is final.

    @param patience: for how many seconds; 0 for not at all
    """
    if record["status"] == position:
        follows = patience and past.taken and position == "ON" and record.get("audit_status") == RUN_STATUS["OFF"]
        return Step(WAIT, reason="is not audited yet", patience=patience) if follows else Step(DONE)
    if record["status"] not in RUN_STATUS:
        return Step(REFUSE, reason="has a switch position that is not known here")
    if past.taken:
        return Step(WAIT, reason="does not show the switch yet")
    return Step(ACT, "switch")


class Databases(Resource):
    """Databases whose auditing is to be C(enabled) or C(disabled).

    @param instance: the record of their audit instance, where the task has read it
    """

    noun = DATABASE
    actions = {"switch": Action(again=True)}  # noqa: RUF012
    advice = "Run the task again: it switches what still differs."

    def __init__(self, api: AuditDatabases, state: str, stop_lts: bool, instance: dict[str, Any] | None = None) -> None:
        self._api = api
        self._instance = instance
        self._patience = FOLLOWS_WITHIN if instance is None or instance["status"] == "ACTIVE" else 0.0
        self._position = POSITIONS[state]
        self._stop_lts = stop_lts
        self.goal = GOALS[state]

    def read(self, keys: list[str]) -> dict[str, Any]:
        return {record["id"]: record for record in self._api.records()}

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        return plan(record, self._position, past, self._patience)

    def act(self, record: dict[str, Any], action: str) -> None:
        self._api.switch(record, self._position, self._stop_lts)

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return bool(record["status"] == self._position)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return {**record, "status": self._position, "audit_status": RUN_STATUS[self._position]}

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"status": record["status"]}

    def report(self, record: dict[str, Any]) -> dict[str, Any]:
        return with_effect(record, self._instance)

    def warnings(self, tracks: list[Track]) -> list[str]:
        """Return a sentence about the databases that should be audited by now and are not, if there are any. Pure.

        Those that failed are told as failures.
        """
        if self._position == "OFF":
            return []
        reasons = {
            track.description: why_not_audited(track.after, self._instance) for track in tracks if not track.error
        }
        idle = [f"{name}: {why}" for name, why in reasons.items() if why]
        if not idle:
            return []
        more = f"; and {len(idle) - MOST_NAMED} more" if len(idle) > MOST_NAMED else ""
        named = "; ".join(idle[:MOST_NAMED])
        counted = f"{len(idle)} of {len(tracks)} {self.noun.many} should be audited and are not"
        return [f"{counted}: {named}{more}."]


def choose(frame: Frame, records: list[dict[str, Any]], instance: str) -> Lookup:
    """Return those of the databases that the task names.

    @param instance: what messages call their audit instance
    @raises UsageError: when one is unknown or ambiguous
    """
    options = frame.options
    if not options["all_databases"]:
        return look_up(records, DATABASE, references(options["databases"]), skip_missing=options["skip_missing"])
    none = [] if records else [f"Nothing is {options['state']}, because {instance} has no databases."]
    return Lookup(records, [], none)


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, acts=True, mutually_exclusive=[SELECTORS], required_one_of=[SELECTORS]) as frame:
        options = frame.options
        if options["all_databases"] == (options["databases"] is not None):
            raise UsageError("Say which databases: give either databases or all_databases=true.")
        poll = frame.start_waiting()
        instance_id, instance = find_parent(frame, AUDIT_INSTANCE, list_audit_instances)
        api = AuditDatabases(frame.client, instance_id, instance["name"] if instance else None)
        resource = Databases(api, options["state"], options["disable_lts_audit"], instance)
        chosen = choose(frame, api.records(), AUDIT_INSTANCE.describe(instance or {"id": instance_id}))
        frame.warn(chosen.warnings)
        tracks = frame.converge(resource, {record["id"]: record for record in chosen.records}, poll)
        frame.warn(resource.warnings(tracks))
        frame.report_all(resource, tracks, "databases", "failed_databases", missing=chosen.missing)


if __name__ == "__main__":
    main()
