# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances as a task wants them: what runs on them is waited for, then come their settings, then their power."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterable, List, Mapping, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import power
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import PRESENT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    BUSY_CODES,
    ApiError,
    DbopsError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import outcome
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

ABSENT, UPGRADED = "absent", "upgraded"
GOALS = {
    **power.GOALS,
    PRESENT: Goal("cannot be changed", "does not show what was changed"),
    ABSENT: Goal("cannot be deleted", "was not gone"),
    UPGRADED: Goal("cannot be upgraded", "did not finish its upgrade"),
}
GONE, LEAVING, BROKEN, FROZEN = "DELETED", "DELETING", "ERROR", "FROZEN"

Record = Mapping[str, Any]
Each = Callable[[Callable[[Any], Any], Iterable[Any]], List[Any]]
"""Does one thing for many at the same time and returns what came of each, or the DbopsError in its place."""


def result_word(operation: Operation, resource: str) -> Callable[[dict[str, Any]], None]:
    """Return the parser of most answers: C(result) says how it went."""
    return outcome(operation, resource, "result")


class Change(NamedTuple):
    """A call that changes settings of an instance; the functions are of its record and of what the task says."""

    operation: Operation
    options: tuple[str, ...]  # those that ask for it
    shows: Callable[[Record], dict[str, Any]]  # what of a record it is about
    effect: Callable[[Record, Record], dict[str, Any]]  # what of a record it makes otherwise
    body: Callable[[Record, Record], dict[str, Any] | None]
    key: str = "instance_id"  # the path's placeholder
    of: str = "id"  # the key of the record that fills it
    judge: Callable[[Operation, str], Callable[[dict[str, Any]], None]] = result_word
    update: str = ""  # the option that has it sent although nothing shows that it is needed
    again: bool = True  # it is sent again when its answer was lost and nothing shows it
    frozen: bool = False  # the service does it to a frozen instance too

    def differs(self, record: Record, wanted: Record) -> bool:
        """Return whether the record is to be otherwise. Pure."""
        return self.shows({**record, **self.effect(record, wanted)}) != self.shows(record)


class Sort(NamedTuple):
    """A sort of instances: what the service does to them besides their power."""

    changes: tuple[Change, ...] = ()  # in the order in which they are made
    removal: Change | None = None
    kept: Callable[[Record], str] = lambda record: ""  # why one cannot be deleted
    upgrade: Change | None = None
    # Adds to records by ID what a task asks for and no listing shows, or puts the error that hid it in their place.
    complete: Callable[[Caller, Each, Record, dict[str, Any]], dict[str, Any]] = lambda client, each, wanted, found: (
        found
    )
    check: Callable[[dict[str, Any]], dict[str, Any]] = lambda options: {}  # what options become; raises UsageError
    warnings: Callable[[Record], list[str]] = lambda wanted: []  # about what cannot be seen

    @property
    def settings(self) -> list[str]:
        """The options that are settings."""
        return list(dict.fromkeys(option for change in self.changes for option in change.options))

    @property
    def states(self) -> list[str]:
        """What an instance can be."""
        more = [UPGRADED] if self.upgrade else []
        return [*power.STATES, *([PRESENT] if self.changes else []), *more, *([ABSENT] if self.removal else [])]


def subscription(record: Record) -> str:
    """Return in words that an instance is paid for, and until when."""
    until = _date(record.get("expired"))
    paid = f"a subscription that is paid until {until}" if until else "a subscription"
    if record.get("charge_model") != "Period":
        paid = "not known to be on demand"
    return f"is {paid}: unsubscribe from it in the Billing Center of the console (Unsubscriptions), or let it end"


def _date(value: Any) -> str:
    """Return a time as the service tells it, in ms since the epoch, as a date; other texts as they are."""
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(int(value) / 1000))
    except (TypeError, ValueError, OverflowError, OSError):
        return value if isinstance(value, str) else ""


SELECTORS = ("instance_id", "name", "instances")
CONSTRAINTS: dict[str, Any] = {"mutually_exclusive": [SELECTORS], "required_one_of": [SELECTORS]}


def options_of(sort: Sort, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument spec of the module of a sort, of which C(own) are the rows that only it has."""
    return {
        "instance_id": {"type": "str"},
        "name": {"type": "str"},
        "instances": {"type": "list", "elements": "str"},
        "state": {"type": "str", "choices": sort.states},
        **own,
        "concurrency": {"type": "int", "default": 8},
        "skip_missing": {"type": "bool", "default": False},
    }


def wanted_of(sort: Sort, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task wants, by option: its settings as they are compared, and its C(state).

    @raises UsageError: when it does not say what is to be, or what cannot be
    """
    given = [option for option in sort.settings if options[option] is not None]
    state = options["state"]
    if given and state is None:
        raise UsageError(
            f"The task gives {' and '.join(given)} and no state: say state=present to leave the power alone, or what "
            "the power is to be."
        )
    if given and state == ABSENT:
        raise UsageError(f"state=absent goes without {' and '.join(given)}.")
    only_absent = [option for option in (sort.removal.options if sort.removal else ()) if options[option]]
    if only_absent and state != ABSENT:
        raise UsageError(f"{' and '.join(only_absent)} goes with state=absent only.")
    for option in ("new_name", "eip"):
        value = options.get(option)
        named = any(value.values()) if isinstance(value, dict) else value
        if options["instances"] is not None and named:
            raise UsageError(f"{option} is for one instance: name it by instance_id or name instead of instances.")
    return {**options, **sort.check(dict(options)), "state": state or "started"}


class Instances(Resource):
    """Instances that are to be as a task wants them.

    @param api: AuditInstances or the like: lists them, C(records), and takes power actions, C(act)
    @param wanted: what C(wanted_of) returns
    @param each: reads for many at the same time what no listing shows
    """

    advice = "Look at its status and task before you run this again: it may still get there by itself."

    def __init__(self, sort: Sort, api: Any, client: Caller, wanted: dict[str, Any], each: Each) -> None:
        self._sort = sort
        self._api = api
        self._client = client
        self._wanted = wanted
        self._each = each
        self._state: str = wanted["state"]
        self._first: dict[str, dict[str, Any]] = {}
        self._changes = [
            change for change in sort.changes if any(wanted[option] is not None for option in change.options)
        ]
        self._calls = {one.operation.id: one for one in (*self._changes, sort.removal, sort.upgrade) if one}
        self._removal = sort.removal.operation.id if sort.removal else ""
        self._upgrade = sort.upgrade.operation.id if sort.upgrade else ""
        self.noun = api.noun
        self.goal = GOALS[self._state]
        self.actions = {
            **dict.fromkeys(self._calls, Action(again=True)),
            **{change.operation.id: Action(again=change.again, trusted=True) for change in self._changes},
            **{upgrade: Action(again=False, patience=10.0) for upgrade in [self._upgrade] if upgrade},
            **api.actions,
        }

    # --- Reading ---

    def listing(self) -> list[dict[str, Any]]:
        """Return all instances. Raises ApiError."""
        records: list[dict[str, Any]] = self._api.records()
        return records

    def choose(self, records: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Take those that the task is about; return them by ID with all that it asks for, or the error that hid it."""
        self._first = {record[self.noun.id_key]: record for record in records}
        return self._complete(self._first)

    def _complete(self, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return self._sort.complete(self._client, self._each, self._wanted, found)

    def read(self, keys: list[str]) -> dict[str, Any]:
        found = {record[self.noun.id_key]: record for record in self.listing()}
        there = self._complete({key: found[key] for key in keys if key in found})
        gone = [key for key in keys if key not in found] if self._state == ABSENT else []
        return {**there, **{key: {**self._first[key], **self._api.settled(self._first[key], GONE)} for key in gone}}

    def known(self, key: str) -> dict[str, Any]:
        return self._first[key]

    # --- Planning ---

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        nodes = self._api.nodes(record)
        if self._state == ABSENT:
            return self._plan_removal(record, nodes, past)
        after = self._plan_after(record, nodes, past)
        due = self._due(record, past)
        if due is None:
            return after
        if not (due.frozen and self._state == PRESENT and {node.status for node in nodes} == {FROZEN}):
            blocked = after if after.verdict in (WAIT, REFUSE) else power.plan(nodes, PRESENT)
            if blocked.verdict != DONE:
                return blocked._replace(more=True)
        return Step(ACT, due.operation.id)

    def _plan_after(self, record: dict[str, Any], nodes: list[power.Node], past: Past) -> Step:
        """Return what comes once the settings are as wanted."""
        if self._state == PRESENT:
            return Step(DONE)
        if self._state == UPGRADED:
            return self._plan_upgrade(record, nodes, past)
        taken = tuple(action for action in past.taken if action in self._api.actions)
        step: Step = self._api.plan(record, self._state, past._replace(taken=taken))
        return step

    def _due(self, record: dict[str, Any], past: Past) -> Change | None:
        """Return the next change of settings."""
        for change in self._changes:
            unseen = change.update and self._wanted[change.update] == "always"
            if change.differs(record, self._wanted) or (unseen and change.operation.id not in past.taken):
                return change
        return None

    def _plan_removal(self, record: dict[str, Any], nodes: list[power.Node], past: Past) -> Step:
        statuses = {record["status"], *(node.status for node in nodes)}
        if statuses == {GONE}:
            return Step(DONE)
        if LEAVING in statuses or "delete_wait" in {node.task for node in nodes}:
            return Step(WAIT, reason="is being deleted", leads=True)
        # What is broken is at rest as far as a deletion goes.
        resting = [node._replace(status="SHUTOFF") if node.status == BROKEN else node for node in nodes]
        ready = power.plan(resting, PRESENT)
        if ready.verdict != DONE:
            return ready
        why = self._sort.kept(record)
        if why:
            return Step(REFUSE, reason=why)
        if self._removal in past.taken:
            return Step(WAIT, reason=f"does not show the effect of {self._removal} yet", leads=True)
        return Step(ACT, self._removal)

    def _plan_upgrade(self, record: dict[str, Any], nodes: list[power.Node], past: Past) -> Step:
        """Return the next step by C(upgrade), which says what the service would do (listAuditUpgrades)."""
        told, ready = record["upgrade"], power.plan(nodes, PRESENT)
        if told["status"] == 0 or "UPGRADING" in {node.status for node in nodes}:
            return Step(WAIT, reason="is being upgraded", leads=True)
        if not told["upgrade_version"] or told["upgrade_version"] == told["current_version"]:
            return Step(DONE)
        if ready.verdict != DONE:
            return ready
        if self._upgrade in past.taken:
            return Step(WAIT, reason=f"still has the version {told['current_version']}", leads=True)
        if told["status"] != 1:
            why = "it is off" if record["status"] == "SHUTOFF" else told["reason"] or "the service gives no reason"
            return Step(REFUSE, reason=f"cannot get the version {told['upgrade_version']} now: {why}")
        return Step(ACT, self._upgrade)

    def not_now(self, error: DbopsError | None) -> bool:
        return isinstance(error, ApiError) and error.facts.code in BUSY_CODES and bool(self._wanted["wait"])

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        if action in self._api.actions:
            shown: bool = self._api.took(before, record, action)
            return shown
        if action == self._removal:
            return self._plan_removal(record, self._api.nodes(record), Past()).verdict != ACT
        if action == self._upgrade:
            return self._plan_upgrade(record, self._api.nodes(record), Past()).verdict != ACT
        change = self._calls[action]
        return change.differs(before, self._wanted) and not change.differs(record, self._wanted)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        if action in self._api.actions:
            return {**record, **self._api.settled(record, self._api.results[action])}
        return {**record, **self._calls[action].effect(record, self._wanted)}

    # --- Acting ---

    def act(self, record: dict[str, Any], action: str) -> None:
        if action in self._api.actions:
            self._api.act(record, action)
            return
        change = self._calls[action]
        operation, resource = change.operation, self.noun.describe(record)
        body = change.body(record, self._wanted)
        parse = change.judge(operation, resource)
        place = {change.key: record[change.of]} if f"{{{change.key}}}" in operation.path else {}
        self._client.call(operation, resource, parse, place, body=body)

    # --- Reporting ---

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        shown = [self.facts(record), *(change.shows(record) for change in self._changes)]
        if self._state == UPGRADED:
            shown.append({"version": record["upgrade"]["current_version"]})
        return {key: value for part in shown for key, value in part.items()}

    def facts(self, record: dict[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = self._api.facts(record)
        return facts
