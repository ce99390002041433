# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for audit and O&M instances alike: the states started, stopped and restarted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, OFF, REBOOTING, STARTING, STOPPING, Fleet
from tests.unit.plugins.modules.harness import (
    BAD_GATEWAY,
    GATEWAY_PAGE,
    REGION,
    Bench,
    Call,
    Outcome,
    fault,
    refused,
    reset,
    text_diff,
    timeout,
    together,
)

STATES = ("started", "stopped", "restarted")
BUILD, HAWAIT, UPGRADING = ((status, "NO_TASK") for status in ("BUILD", "HAWAIT", "UPGRADING"))
HOST = f"https://dbss.{REGION}.myhuaweicloud.com"
AT_REST = "status ACTIVE, task NO_TASK"

FLAT = {**fault("DBSS.10020131", "instance state does not allow this"), "details": None}
NESTED = {"error": fault("DBSS.10020131", "instance state does not allow this")}
NOT_ALLOWED = "instance state does not allow this (HTTP 400, DBSS.10020131)"


class Sent(NamedTuple):
    """An action whose answer is not the usual one."""

    action: str
    change: Callable[[Call], Call]


def answered(status: int, answer: Any, **headers: str) -> Callable[[Call], Call]:
    """Answer a call in another way."""
    return lambda call: call.but(status, answer, **headers)


def lost(make_error: Callable[[], Exception]) -> Callable[[Call], Call]:
    """Let the connection of a call fail."""
    return lambda call: call.fails(make_error)


THROTTLED = answered(429, {**fault("APIGW.0308", "rate limit reached"), "request_id": "5c3e1f7a9b2d4068"})

# (wanted, what is seen and sent, actions, moments of the calls). The last state seen is the result.
WAYS = {
    "runs already": ("started", [ACTIVE], [], [0]),
    "is off already": ("stopped", [OFF], [], [0]),
    "start": ("started", [OFF, "start", STARTING, ACTIVE], ["start"], [0, 0, 0, 0.5]),
    "stop": ("stopped", [ACTIVE, "stop", STOPPING, OFF], ["stop"], [0, 0, 0, 0.5]),
    "reboot": ("restarted", [ACTIVE, "reboot", REBOOTING, ACTIVE], ["reboot"], [0, 0, 0, 0.5]),
    "restart what is off": ("restarted", [OFF, "start", STARTING, ACTIVE], ["start"], [0, 0, 0, 0.5]),
    "a reboot that passes through off": ("restarted", [ACTIVE, "reboot", OFF, ACTIVE], ["reboot"], [0, 0, 0, 0.5]),
    "the list lags a start": ("started", [OFF, "start", OFF, OFF, ACTIVE], ["start"], [0, 0, 0, 0.5, 1.25]),
    "the list lags a stop": (
        "stopped",
        [ACTIVE, "stop", ACTIVE, ACTIVE, ACTIVE, STOPPING, OFF],
        ["stop"],
        [0, 0, 0, 0.5, 1.25, 2.375, 4.062],
    ),
    "the list lags a reboot": (
        "restarted",
        [ACTIVE, "reboot", ACTIVE, ACTIVE, REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0, 0, 0.5, 1.25, 2.375],
    ),
    "somebody starts it": ("started", [STARTING, ACTIVE], [], [0, 0.5]),
    "somebody reboots it": ("started", [REBOOTING, ACTIVE], [], [0, 0.5]),
    "somebody stops it": ("stopped", [STOPPING, OFF], [], [0, 0.5]),
    "somebody restarts it": ("restarted", [REBOOTING, REBOOTING, ACTIVE], [], [0, 0.5, 1.25]),
    "somebody starts what is to restart": ("restarted", [STARTING, ACTIVE], [], [0, 0.5]),
    "somebody stops what is to run": (
        "started",
        [STOPPING, OFF, "start", STARTING, ACTIVE],
        ["start"],
        [0, 0.5, 0.5, 0.5, 1.0],
    ),
    "somebody stops what is to restart": ("restarted", [STOPPING, OFF, "start", ACTIVE], ["start"], [0, 0.5, 0.5, 0.5]),
    "somebody starts what is to be off": ("stopped", [STARTING, ACTIVE, "stop", OFF], ["stop"], [0, 0.5, 0.5, 0.5]),
    "somebody reboots what is to be off": ("stopped", [REBOOTING, ACTIVE, "stop", OFF], ["stop"], [0, 0.5, 0.5, 0.5]),
    "a task that means nothing here": (
        "restarted",
        [("ACTIVE", "renaming"), ACTIVE, "reboot", REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0.5, 0.5, 0.5, 1.0],
    ),
    "created, then as wanted": ("started", [BUILD, ACTIVE], [], [0, 0.5]),
    "created, then stopped": ("stopped", [BUILD, ACTIVE, "stop", OFF], ["stop"], [0, 0.5, 0.5, 0.5]),
    "created, then rebooted": (
        "restarted",
        [BUILD, BUILD, ACTIVE, "reboot", REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0.5, 1.25, 1.25, 1.25, 1.75],
    ),
    "awaits its standby, then as wanted": ("started", [HAWAIT, ACTIVE], [], [0, 0.5]),
    "awaits its standby, then stopped": ("stopped", [HAWAIT, ACTIVE, "stop", OFF], ["stop"], [0, 0.5, 0.5, 0.5]),
    "upgraded, then as wanted": ("stopped", [UPGRADING, OFF], [], [0, 0.5]),
    "upgraded, then started": ("started", [UPGRADING, OFF, "start", ACTIVE], ["start"], [0, 0.5, 0.5, 0.5]),
    "throttled at first": ("stopped", [ACTIVE, Sent("stop", THROTTLED), "stop", OFF], ["stop"], [0, 0, 1, 1]),
    "throttled for a while": (
        "restarted",
        [ACTIVE, Sent("reboot", answered(429, {}, **{"Retry-After": "7"})), "reboot", REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0, 7, 7, 7.5],
    ),
    "refused at the door": (
        "restarted",
        [ACTIVE, Sent("reboot", answered(503, fault("APIG.0203", "backend timeout"))), "reboot", REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0, 1, 1, 1.5],
    ),
    "no connection at first": (
        "restarted",
        [ACTIVE, Sent("reboot", lost(refused)), Sent("reboot", lost(refused)), "reboot", REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0, 1, 3, 3, 3.5],
    ),
    "refused, because somebody was quicker": (
        "stopped",
        [ACTIVE, Sent("stop", answered(400, NESTED)), STOPPING, OFF],
        [],
        [0, 0, 0, 0.5],
    ),
    "refused, and the list shows late that somebody was quicker": (
        "stopped",
        [ACTIVE, Sent("stop", answered(400, FLAT)), ACTIVE, OFF],
        [],
        [0, 0, 0, 2],
    ),
    "the answer is lost behind a stop": ("stopped", [ACTIVE, Sent("stop", lost(timeout)), OFF], ["stop"], [0, 0, 0]),
    "the answer is lost behind a start": (
        "started",
        [OFF, Sent("start", lost(reset)), STARTING, ACTIVE],
        ["start"],
        [0, 0, 0, 0.5],
    ),
    "the answer is lost behind a reboot": (
        "restarted",
        [ACTIVE, Sent("reboot", lost(timeout)), ACTIVE, REBOOTING, ACTIVE],
        ["reboot"],
        [0, 0, 0, 0.5, 1.25],
    ),
    "the answer is lost and shows late": (
        "stopped",
        [ACTIVE, Sent("stop", answered(502, GATEWAY_PAGE)), ACTIVE, STOPPING, OFF],
        ["stop"],
        [0, 0, 0, 2, 2.75],
    ),
    "the answer is lost before a stop": (
        "stopped",
        [ACTIVE, Sent("stop", answered(502, GATEWAY_PAGE)), ACTIVE, ACTIVE, "stop", OFF],
        ["stop"],
        [0, 0, 0, 2, 2, 2],
    ),
    "the answer is lost, then refused": (
        "started",
        [OFF, Sent("start", lost(reset)), OFF, OFF, Sent("start", answered(400, FLAT)), STARTING, ACTIVE],
        ["start"],
        [0, 0, 0, 2, 2, 2, 2.5],
    ),
    "a successful answer that cannot be read": (
        "stopped",
        [ACTIVE, Sent("stop", answered(200, "success")), STOPPING, OFF],
        ["stop"],
        [0, 0, 0, 0.5],
    ),
    "an answer without a result": (
        "stopped",
        [ACTIVE, Sent("stop", answered(200, {})), STOPPING, OFF],
        ["stop"],
        [0, 0, 0, 0.5],
    ),
}

# (wanted, what is seen, actions that would be taken, the state afterwards)
PREDICTIONS = {
    "runs already": ("started", [ACTIVE], [], ACTIVE),
    "start": ("started", [OFF], ["start"], ACTIVE),
    "stop": ("stopped", [ACTIVE], ["stop"], OFF),
    "is off already": ("stopped", [OFF], [], OFF),
    "reboot": ("restarted", [ACTIVE], ["reboot"], ACTIVE),
    "restart what is off": ("restarted", [OFF], ["start"], ACTIVE),
    "somebody stops what is to run": ("started", [STOPPING, OFF], ["start"], ACTIVE),
    "somebody restarts it": ("restarted", [REBOOTING, ACTIVE], [], ACTIVE),
    "created, then stopped": ("stopped", [BUILD, ACTIVE], ["stop"], OFF),
}

# (wanted, what is seen and sent, actions)
WITHOUT_WAITING = {
    "runs already": ("started", [ACTIVE], []),
    "start": ("started", [OFF, "start"], ["start"]),
    "stop": ("stopped", [ACTIVE, "stop"], ["stop"]),
    "reboot": ("restarted", [ACTIVE, "reboot"], ["reboot"]),
    "somebody starts it": ("started", [STARTING], []),
    "somebody stops it": ("stopped", [STOPPING], []),
    "somebody restarts it": ("restarted", [REBOOTING], []),
    "the answer is lost behind a stop": ("stopped", [ACTIVE, Sent("stop", lost(timeout)), STOPPING], ["stop"]),
    "the answer is lost before a stop": (
        "stopped",
        [ACTIVE, Sent("stop", lost(timeout)), ACTIVE, ACTIVE, "stop"],
        ["stop"],
    ),
    "refused, because somebody was quicker": ("stopped", [ACTIVE, Sent("stop", answered(400, FLAT)), STOPPING], []),
}

# (wanted, state, why it cannot be waited out)
BUSY = {
    "somebody stops what is to run": ("started", STOPPING, "has the task powering-off running"),
    "somebody starts what is to be off": ("stopped", STARTING, "has the task powering-on running"),
    "somebody stops what is to restart": ("restarted", STOPPING, "has the task powering-off running"),
    "created": ("started", BUILD, "is being created"),
    "awaits its standby": ("stopped", HAWAIT, "is waiting for its standby node"),
    "upgraded": ("restarted", UPGRADING, "is being upgraded"),
}

STUCK = {
    ("ERROR", "NO_TASK"): "is broken; the service allows only to delete it",
    ("FROZEN", "NO_TASK"): "is frozen; the service allows only to renew it or to bind and unbind its EIP",
    ("DELETING", "NO_TASK"): "is being deleted; the service allows nothing more",
    ("ACTIVE", "delete_wait"): "is queued for deletion",
    ("ERROR", "powering-on"): "is broken; the service allows only to delete it",
    ("MELTED", "NO_TASK"): "has a status that is not known here",
}

UNSEEN = [ACTIVE] * 7
UNSEEN_MOMENTS = [0, 0, 0, 0.5, 1.25, 2.375, 4.062, 6.594, 10.391]

# (wanted, what is seen and sent, options, actions, message, HTTP status and code of the failed call, moments)
FAILURES = {
    "refused, flat": (
        "stopped",
        [ACTIVE, Sent("stop", answered(400, FLAT)), ACTIVE, ACTIVE],
        {},
        [],
        f"Failed to stop {{it}}: {NOT_ALLOWED}.",
        (400, "DBSS.10020131"),
        [0, 0, 0, 2],
    ),
    "refused, nested": (
        "restarted",
        [ACTIVE, Sent("reboot", answered(400, NESTED)), ACTIVE, ACTIVE],
        {},
        [],
        f"Failed to reboot {{it}}: {NOT_ALLOWED}.",
        (400, "DBSS.10020131"),
        [0, 0, 0, 2],
    ),
    "refused, without waiting": (
        "started",
        [OFF, Sent("start", answered(400, NESTED)), OFF, OFF],
        {"wait": False},
        [],
        f"Failed to start {{it}}: {NOT_ALLOWED}.",
        (400, "DBSS.10020131"),
        [0, 0, 0, 2],
    ),
    "answered that it failed": (
        "stopped",
        [ACTIVE, Sent("stop", answered(200, {"result": "FAILED"}))],
        {},
        [],
        "Failed to stop {it}: the service answered that it failed (HTTP 200, result FAILED).",
        (200, None),
        [0, 0],
    ),
    "throttled to the end": (
        "stopped",
        [ACTIVE, *[Sent("stop", THROTTLED)] * 3, ACTIVE, ACTIVE],
        {"max_retries": 3},
        [],
        "Failed to stop {it}: the service asks for fewer calls: rate limit reached (HTTP 429, APIGW.0308), in 3 tries.",
        (429, "APIGW.0308"),
        [0, 0, 1, 3, 3, 5],
    ),
    "a lost reboot that is never seen": (
        "restarted",
        [ACTIVE, Sent("reboot", lost(timeout)), *UNSEEN],
        {},
        [],
        f"The outcome of reboot on {{it}} is unknown: no answer from {HOST} within 30 s. Last seen: {AT_REST}. "
        "Look at its status and task before you run this again: it may still get there by itself.",
        (None, None),
        UNSEEN_MOMENTS,
    ),
    "a stop that is lost as often as may be": (
        "stopped",
        [ACTIVE, Sent("stop", lost(reset)), ACTIVE, ACTIVE, Sent("stop", lost(reset)), ACTIVE, ACTIVE],
        {"max_retries": 2},
        [],
        f"The outcome of stop on {{it}} is unknown: the connection to {HOST} broke before the answer was complete "
        f"(Connection reset by peer). Last seen: {AT_REST}. Look at its status and task before you run this again: "
        "it may still get there by itself.",
        (None, None),
        [0, 0, 0, 2, 2, 2, 4],
    ),
    "no time to see what became of it": (
        "restarted",
        [ACTIVE, Sent("reboot", answered(500, fault("DBSS.0001", "internal error"))), ACTIVE, ACTIVE, ACTIVE],
        {"wait_timeout": 1},
        [],
        "The outcome of reboot on {it} is unknown: internal error (HTTP 500, DBSS.0001). "
        f"Last seen: {AT_REST}. Look at its status and task before you run this again: it may still get there "
        "by itself.",
        (500, "DBSS.0001"),
        [0, 0, 0, 0.5, 1],
    ),
    "not settled in time": (
        "stopped",
        [ACTIVE, "stop", *[STOPPING] * 5],
        {"wait_timeout": 3},
        ["stop"],
        "{It} did not stop within 3 s; last seen: status ACTIVE, task powering-off.",
        None,
        [0, 0, 0, 0.5, 1.25, 2.375, 3],
    ),
    "an action that never shows": (
        "started",
        [OFF, "start", OFF, OFF, OFF],
        {"wait_timeout": 1},
        ["start"],
        "{It} did not start within 1 s; last seen: status SHUTOFF, task NO_TASK.",
        None,
        [0, 0, 0, 0.5, 1],
    ),
    "a task of somebody else that does not end": (
        "started",
        [STOPPING, STOPPING, STOPPING],
        {"wait_timeout": 1, "wait_sleep": 0.6},
        [],
        "{It} did not start within 1 s; last seen: status ACTIVE, task powering-off.",
        None,
        [0, 0.5, 1],
    ),
    "broken on the way": (
        "restarted",
        [ACTIVE, "reboot", REBOOTING, ("ERROR", "NO_TASK")],
        {},
        ["reboot"],
        "{It} cannot be restarted: it is broken; the service allows only to delete it (status ERROR, task NO_TASK).",
        None,
        [0, 0, 0, 0.5],
    ),
}


class PowerCases:
    """The cases, for the instances that a subclass names."""

    fleet: Fleet

    def run(self, bench: Bench, wanted: str, steps: list[Any], more: dict[str, Any], **how: Any) -> Outcome:
        """Run the module for one instance that is named, and expect what is seen and sent."""
        calls = [self._call(step) for step in steps]
        return bench.run(self.fleet.module, {"name": self.fleet.names[0], "state": wanted, **more}, calls, **how)

    def _call(self, step: Any) -> Call:
        if isinstance(step, Sent):
            return step.change(self.fleet.acts(step.action))
        return self.fleet.acts(step) if isinstance(step, str) else self.fleet.lists(step)

    def words(self, text: str) -> str:
        """Return the text with the instance's description in it."""
        it = self.fleet.it()
        return text.format(it=it, It=it[0].upper() + it[1:])

    @pytest.mark.parametrize(("wanted", "steps", "actions", "moments"), WAYS.values(), ids=WAYS)
    def test_way(self, bench, wanted, steps, actions, moments):
        outcome = self.run(bench, wanted, steps, {})
        assert outcome["actions"] == actions
        assert outcome["changed"] is bool(actions)
        assert outcome["instance"] == self.fleet.record(steps[-1])
        assert outcome.moments == moments
        assert not outcome.warnings

    @pytest.mark.parametrize(("wanted", "steps", "actions", "end"), PREDICTIONS.values(), ids=PREDICTIONS)
    def test_check_mode(self, bench, wanted, steps, actions, end):
        outcome = self.run(bench, wanted, steps, {"wait": len(steps) > 1}, check=True)
        assert outcome["actions"] == actions
        assert outcome["changed"] is bool(actions)
        assert outcome["instance"] == self.fleet.record(end)

    @pytest.mark.parametrize(("wanted", "steps", "actions"), WITHOUT_WAITING.values(), ids=WITHOUT_WAITING)
    def test_without_waiting(self, bench, wanted, steps, actions):
        outcome = self.run(bench, wanted, steps, {"wait": False})
        assert outcome["actions"] == actions
        assert outcome["changed"] is bool(actions)
        last_read = [step for step in steps if step[0] in ("ACTIVE", "SHUTOFF")][-1]
        assert outcome["instance"] == self.fleet.record(last_read)

    @pytest.mark.parametrize(("wanted", "state", "why"), BUSY.values(), ids=BUSY)
    @pytest.mark.parametrize("check", [False, True])
    def test_busy_and_not_waiting(self, bench, wanted, state, why, check):
        outcome = self.run(bench, wanted, [state], {"wait": False}, fails=True, check=check)
        seen = f"status {state[0]}, task {state[1]}"
        assert outcome["msg"] == self.words(f"{{It}} cannot be {wanted}: it {why} and wait is false ({seen}).")
        assert outcome["changed"] is False
        assert outcome["instance"] == self.fleet.record(state)

    @pytest.mark.parametrize("wanted", STATES)
    @pytest.mark.parametrize(("state", "why"), STUCK.items(), ids=map("-".join, STUCK))
    @pytest.mark.parametrize("check", [False, True])
    def test_stuck(self, bench, wanted, state, why, check):
        outcome = self.run(bench, wanted, [state], {}, fails=True, check=check)
        seen = f"status {state[0]}, task {state[1]}"
        assert outcome["msg"] == self.words(f"{{It}} cannot be {wanted}: it {why} ({seen}).")
        assert (outcome["changed"], outcome["actions"]) == (False, [])
        assert "api_error" not in outcome

    @pytest.mark.parametrize("wanted", STATES)
    def test_deleted_instances_do_not_exist(self, bench, wanted):
        outcome = self.run(bench, wanted, [("DELETED", "NO_TASK")], {}, fails=True)
        assert outcome["msg"] == f"No {self.fleet.noun} has the name '{self.fleet.names[0]}' (there are 0)."

    @pytest.mark.parametrize(
        ("wanted", "steps", "options", "actions", "message", "facts", "moments"), FAILURES.values(), ids=FAILURES
    )
    def test_failure(self, bench, wanted, steps, options, actions, message, facts, moments):
        outcome = self.run(bench, wanted, steps, options, fails=True)
        assert outcome["msg"] == self.words(message)
        assert outcome["actions"] == actions
        assert outcome["changed"] is bool(actions)
        assert outcome.moments == moments
        error = outcome.result.get("api_error")
        assert (error and (error["http_status"], error["error_code"])) == facts
        if error:
            action = next(step.action for step in steps if isinstance(step, Sent))
            assert (error["operation"], error["resource"]) == (action + self.fleet.suffix, self.fleet.it())

    def test_reboot_that_is_accepted_and_never_seen(self, bench):
        outcome = self.run(bench, "restarted", [ACTIVE, "reboot", *UNSEEN], {})
        assert outcome["actions"] == ["reboot"]
        assert outcome.moments == UNSEEN_MOMENTS
        assert outcome.warnings == (
            f"reboot of {self.fleet.it()} was accepted, but the listing never showed it within 10 s; it counts as "
            "done.",
        )

    @pytest.mark.parametrize("accepted", [True, False])
    def test_vanishes(self, bench, accepted):
        fleet = self.fleet
        act = fleet.acts("stop") if accepted else fleet.acts("stop").fails(timeout)
        options = {"name": fleet.names[0], "state": "stopped"}
        outcome = bench.run(fleet.module, options, [fleet.lists(ACTIVE), act, fleet.lists()], fails=True)
        vanished = self.words("{It} has vanished: it is not listed any more.")
        doubt = self.words(f"The outcome of stop on {{it}} is unknown: no answer from {HOST} within 30 s. Afterwards: ")
        advice = " Look at its status and task before you run this again: it may still get there by itself."
        assert outcome["msg"] == (vanished if accepted else doubt + vanished + advice)
        assert outcome["changed"] is accepted

    @pytest.mark.parametrize("answer", [answered(502, GATEWAY_PAGE), lost(timeout), lost(reset), answered(200, "")])
    def test_a_listing_is_read_again(self, bench, answer):
        listing = self.fleet.lists(ACTIVE)
        outcome = bench.run(self.fleet.module, {"name": self.fleet.names[0]}, [answer(listing), listing])
        assert outcome["changed"] is False
        assert outcome.moments == [0, 1]

    @pytest.mark.parametrize("accepted", [True, False])
    def test_listing_fails_behind_the_action(self, bench, accepted):
        fleet = self.fleet
        act = fleet.acts("stop") if accepted else fleet.acts("stop").fails(timeout)
        gone = fleet.lists().but(502, GATEWAY_PAGE)
        options = {"name": fleet.names[0], "state": "stopped", "max_retries": 1}
        outcome = bench.run(fleet.module, options, [fleet.lists(ACTIVE), act, gone], fails=True)
        listing = f"Failed to list the {fleet.many}: {BAD_GATEWAY}."
        doubt = (
            f"The outcome of stop on {fleet.it()} is unknown: no answer from {HOST} within 30 s. Afterwards: {listing} "
            "Look at its status and task before you run this again: it may still get there by itself."
        )
        assert outcome["msg"] == (listing if accepted else doubt)
        assert outcome["changed"] is accepted
        assert outcome["instance"] == fleet.record(ACTIVE)
        assert outcome["api_error"]["operation"] == (fleet.listed if accepted else "stop" + fleet.suffix)

    @pytest.mark.parametrize(
        ("sleep", "moments"), [(1, [0, 0, 0, 0.5, 1.25, 2.25, 3.25]), (0.25, [0, 0, 0, 0.25, 0.5, 0.75, 1])]
    )
    def test_longest_pause(self, bench, sleep, moments):
        outcome = self.run(bench, "stopped", [ACTIVE, "stop", *[STOPPING] * 4, OFF], {"wait_sleep": sleep})
        assert outcome.moments == moments

    # --diff

    @pytest.mark.parametrize("check", [False, True])
    @pytest.mark.parametrize(
        ("wanted", "before", "action", "way", "after"),
        [
            ("started", OFF, "start", [STARTING, ACTIVE], {"status": "ACTIVE", "task": "NO_TASK"}),
            ("stopped", ACTIVE, "stop", [STOPPING, OFF], {"status": "SHUTOFF", "task": "NO_TASK"}),
            (
                "restarted",
                ACTIVE,
                "reboot",
                [REBOOTING, ACTIVE],
                {"status": "ACTIVE", "task": "NO_TASK", "actions": ["reboot"]},
            ),
        ],
    )
    def test_diff(self, bench, wanted, before, action, way, after, check):
        steps = [before] if check else [before, action, *way]
        outcome = self.run(bench, wanted, steps, {}, check=check, diff=True)
        assert outcome["diff"] == text_diff(self.fleet.it(), {"status": before[0], "task": before[1]}, after)

    def test_diff_without_waiting(self, bench):
        outcome = self.run(bench, "stopped", [ACTIVE, "stop"], {"wait": False}, diff=True)
        before, after = ({"status": status, "task": "NO_TASK"} for status in ("ACTIVE", "SHUTOFF"))
        assert outcome["diff"] == text_diff(self.fleet.it(), before, after)

    def test_no_diff_without_a_change(self, bench):
        assert "diff" not in self.run(bench, "started", [ACTIVE], {}, diff=True)

    # Which instance

    def test_by_id(self, bench):
        fleet = self.fleet
        outcome = bench.run(fleet.module, {"instance_id": fleet.ids[1]}, [fleet.lists(OFF, ACTIVE)])
        assert outcome["instance"] == fleet.record(ACTIVE, 1)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({}, "one of the following is required: instance_id, name, instances"),
            (
                {"name": "a", "instance_id": "b"},
                "parameters are mutually exclusive: instance_id|name|instances",
            ),
            (
                {"name": "a", "instances": ["b"]},
                "parameters are mutually exclusive: instance_id|name|instances",
            ),
            (
                {"name": "a", "state": "off"},
                "value of state must be one of: {states}, got: off",
            ),
            (
                {"name": "a", "wait_timeout": 0},
                "wait_timeout must be more than 0, not 0.",
            ),
            (
                {"instances": ["a"], "concurrency": 0},
                "concurrency must be more than 0, not 0.",
            ),
            *[
                (
                    {"instance_id": instance_id},
                    f"instance_id {instance_id!r} is not an ID: it must be 32 to 64 letters, digits, hyphens and "
                    "underscores.",
                )
                for instance_id in ("", "audit-prod", "../" * 12, "a" * 65, "a" * 31 + "é", "a" * 32 + "\nb")
            ],
        ],
    )
    def test_options_that_make_no_sense(self, bench, options, message):
        expected = message.format(states=self.fleet.states)
        assert bench.run(self.fleet.module, options, [], fails=True)["msg"] == expected

    @pytest.mark.parametrize(
        ("selector", "key"), [("instance_id", "ID"), ("name", "name"), ("instances", "ID or name")]
    )
    def test_unknown(self, bench, selector, key):
        reference = "f" * 32
        wanted = [reference] if selector == "instances" else reference
        outcome = bench.run(self.fleet.module, {selector: wanted}, [self.fleet.lists(OFF, OFF)], fails=True)
        assert outcome["msg"] == f"No {self.fleet.noun} has the {key} '{reference}' (there are 2)."
        assert "instance" not in outcome

    @pytest.mark.parametrize("selector", ["name", "instances"])
    def test_ambiguous_name(self, bench, selector):
        fleet = self.fleet
        twins = [{**fleet.row(OFF, index), "name": "twin"} for index in (0, 1)]
        wanted = ["twin"] if selector == "instances" else "twin"
        outcome = bench.run(fleet.module, {selector: wanted}, [fleet.listing(*twins)], fails=True)
        ids = ", ".join(sorted(fleet.ids[:2]))
        assert outcome["msg"] == f"2 {fleet.many} have the name 'twin', say which one by its ID: {ids}."

    def test_a_name_that_looks_like_an_id_is_no_id(self, bench):
        outcome = bench.run(self.fleet.module, {"name": self.fleet.ids[0]}, [self.fleet.lists(OFF)], fails=True)
        assert outcome["msg"].startswith(f"No {self.fleet.noun} has the name ")

    # Several instances

    def all_of(self, *states: Any) -> list[dict[str, Any]]:
        """Return the first instances as the list form returns them."""
        return [
            {**self.fleet.record(state, index), "changed": bool(actions), "actions": actions}
            for index, (state, actions) in enumerate(states)
        ]

    def test_several(self, bench):
        fleet = self.fleet
        calls = [
            fleet.lists(ACTIVE, OFF, STOPPING, OFF),
            together(fleet.acts("start", 1), fleet.acts("start", 3)),
            fleet.lists(ACTIVE, STARTING, OFF, ACTIVE),
            fleet.acts("start", 2),
            fleet.lists(ACTIVE, STARTING, ACTIVE, ACTIVE),
            fleet.lists(ACTIVE, ACTIVE, ACTIVE, ACTIVE),
        ]
        wanted = [fleet.names[0], fleet.ids[1], fleet.names[2], fleet.names[3]]
        outcome = bench.run(fleet.module, {"instances": wanted}, calls)
        started = (ACTIVE, ["start"])
        assert outcome["instances"] == self.all_of((ACTIVE, []), started, started, started)
        assert outcome["failed_instances"] == []
        assert outcome["changed"] is True
        assert outcome.moments == [0, 0, 0, 0, 0, 0, 0.5]
        assert "instance" not in outcome

    def test_several_in_the_order_of_the_task_and_each_once(self, bench):
        fleet = self.fleet
        wanted = [fleet.names[1], f" {fleet.ids[0]}", fleet.ids[1], f"{fleet.names[0]} "]
        outcome = bench.run(fleet.module, {"instances": wanted}, [fleet.lists(ACTIVE, ACTIVE, OFF)])
        assert [instance[fleet.key] for instance in outcome["instances"]] == [fleet.ids[1], fleet.ids[0]]
        assert outcome["changed"] is False

    def test_no_instances(self, bench):
        outcome = bench.run(self.fleet.module, {"instances": []}, [self.fleet.lists(OFF)])
        assert (outcome["instances"], outcome["failed_instances"], outcome["changed"]) == ([], [], False)

    @pytest.mark.parametrize("concurrency", [1, 2, 4])
    def test_concurrency(self, bench, concurrency):
        fleet = self.fleet
        stops = [fleet.acts("stop", index) for index in range(4)]
        acts = stops if concurrency == 1 else [together(*stops, width=concurrency)]
        options = {"instances": fleet.names, "state": "stopped", "concurrency": concurrency}
        outcome = bench.run(fleet.module, options, [fleet.lists(*[ACTIVE] * 4), *acts, fleet.lists(*[OFF] * 4)])
        assert outcome["instances"] == self.all_of(*[(OFF, ["stop"])] * 4)

    def test_one_of_several_fails(self, bench):
        fleet = self.fleet
        frozen = ("FROZEN", "NO_TASK")
        calls = [
            fleet.lists(ACTIVE, ACTIVE, frozen),
            together(fleet.acts("stop"), fleet.acts("stop", 1).but(400, NESTED, **{"X-Request-Id": "r-1"})),
            fleet.lists(STOPPING, ACTIVE, frozen),
            fleet.lists(STOPPING, ACTIVE, frozen),
            fleet.lists(OFF, ACTIVE, frozen),
            fleet.lists(OFF, ACTIVE, frozen),
        ]
        options = {"instances": fleet.names[:3], "state": "stopped"}
        outcome = bench.run(fleet.module, options, calls, fails=True)
        errors = [
            f"Failed to stop {fleet.it(1)}: {NOT_ALLOWED}.",
            f"{fleet.it(2)[0].upper()}{fleet.it(2)[1:]} cannot be stopped: it {STUCK[frozen]} "
            "(status FROZEN, task NO_TASK).",
        ]
        facts = {
            "operation": "stop" + fleet.suffix,
            "resource": fleet.it(1),
            "http_status": 400,
            "error_code": "DBSS.10020131",
            "error_msg": "instance state does not allow this",
            "request_id": "r-1",
        }
        assert outcome["msg"] == f"2 of 3 {fleet.many} failed. {errors[0]} {errors[1]}"
        assert outcome["changed"] is True
        assert outcome["instances"] == self.all_of((OFF, ["stop"]), (ACTIVE, []), (frozen, []))
        assert outcome["failed_instances"] == [
            {fleet.key: fleet.ids[1], "name": fleet.names[1], "error": errors[0], "api_error": facts},
            {fleet.key: fleet.ids[2], "name": fleet.names[2], "error": errors[1]},
        ]
        assert outcome["api_error"] == facts
        assert outcome.moments == [0, 0, 0, 0, 0.5, 1.25, 2]

    def test_one_of_several_is_not_in_time(self, bench):
        fleet = self.fleet
        calls = [
            fleet.lists(ACTIVE, OFF),
            together(fleet.acts("reboot"), fleet.acts("start", 1)),
            fleet.lists(REBOOTING, ACTIVE),
            fleet.lists(REBOOTING, ACTIVE),
        ]
        options = {"instances": fleet.names[:2], "state": "restarted", "wait_timeout": 0.5}
        outcome = bench.run(fleet.module, options, calls, fails=True)
        assert outcome["instances"] == self.all_of((REBOOTING, ["reboot"]), (ACTIVE, ["start"]))
        assert [row[fleet.key] for row in outcome["failed_instances"]] == [fleet.ids[0]]

    def test_unknown_names_stop_everything(self, bench):
        fleet = self.fleet
        wanted = [fleet.names[0], "nobody", "none"]
        outcome = bench.run(fleet.module, {"instances": wanted}, [fleet.lists(OFF)], fails=True)
        problems = [f"No {fleet.noun} has the ID or name '{name}' (there are 1)." for name in wanted[1:]]
        assert outcome["msg"] == " ".join(problems)
        assert "instances" not in outcome

    def test_one_of_several_vanishes_before_the_action(self, bench):
        fleet = self.fleet
        refusal = fleet.acts("start", 1).but(400, fault("DBSS.10020021", "no such instance"))
        calls = [fleet.lists(OFF, OFF), together(fleet.acts("start"), refusal), fleet.lists(ACTIVE)]
        outcome = bench.run(fleet.module, {"instances": fleet.names[:2]}, calls, fails=True)
        error = f"{fleet.it(1)[0].upper()}{fleet.it(1)[1:]} has vanished: it is not listed any more."
        assert outcome["msg"] == f"1 of 2 {fleet.many} failed. {error}"
        assert outcome["instances"] == self.all_of((ACTIVE, ["start"]), (OFF, []))
        assert [row["error"] for row in outcome["failed_instances"]] == [error]

    def test_a_task_cannot_forge_a_line(self, bench):
        fleet = self.fleet
        calls = [fleet.lists(("ACTIVE", "a\nok: b"))]
        outcome = bench.run(fleet.module, {"name": fleet.names[0], "wait": False}, calls, fails=True)
        assert r"cannot be started: it has the task a\nok: b running" in outcome["msg"]
        assert "\n" not in outcome["msg"]

    @pytest.mark.parametrize("check", [False, True])
    def test_unknown_names_are_skipped_on_demand(self, bench, check):
        fleet = self.fleet
        wanted = ["nobody", fleet.names[0], fleet.ids[3]]
        calls = [fleet.lists(OFF), fleet.acts("start"), fleet.lists(ACTIVE)][: 1 if check else 3]
        options = {"instances": wanted, "skip_missing": True}
        outcome = bench.run(fleet.module, options, calls, check=check)
        assert outcome["instances"] == self.all_of((ACTIVE, ["start"]))
        assert (outcome["missing"], outcome["failed_instances"]) == ([wanted[0], wanted[2]], [])
        known = "(there are 1)."
        assert outcome.warnings == (
            f"Skipped: No {fleet.noun} has the ID or name 'nobody' {known} "
            f"No {fleet.noun} has the ID or name '{fleet.ids[3]}' {known}",
        )

    def test_nothing_but_unknown_names(self, bench):
        fleet = self.fleet
        outcome = bench.run(fleet.module, {"instances": ["nobody"], "skip_missing": True}, [fleet.lists(OFF)])
        assert (outcome["instances"], outcome["missing"], outcome["changed"]) == ([], ["nobody"], False)

    @pytest.mark.parametrize("selector", ["instance_id", "name"])
    def test_the_one_that_is_named_is_never_skipped(self, bench, selector):
        fleet = self.fleet
        options = {selector: fleet.ids[3], "skip_missing": True}
        assert "has the" in bench.run(fleet.module, options, [fleet.lists(OFF)], fails=True)["msg"]

    def test_several_in_check_mode_with_diff(self, bench):
        fleet = self.fleet
        options = {"instances": fleet.names[:3], "state": "restarted"}
        looks = [fleet.lists(ACTIVE, OFF, REBOOTING), fleet.lists(ACTIVE, OFF, ACTIVE)]
        outcome = bench.run(fleet.module, options, looks, check=True, diff=True)
        assert outcome["instances"] == self.all_of((ACTIVE, ["reboot"]), (ACTIVE, ["start"]), (ACTIVE, []))
        at_rest = {"status": "ACTIVE", "task": "NO_TASK"}
        assert outcome["diff"] == text_diff(
            f"2 {fleet.many}",
            {fleet.it(): at_rest, fleet.it(1): {"status": "SHUTOFF", "task": "NO_TASK"}},
            {fleet.it(): {**at_rest, "actions": ["reboot"]}, fleet.it(1): at_rest},
        )
