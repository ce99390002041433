# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.converge import converge
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    FAILED,
    NOTHING,
    REFUSED,
    UNKNOWN,
    ApiError,
    Facts,
    OutcomeUnknown,
    StateError,
    UsageError,
    WaitTimeout,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Action,
    Goal,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.doubles import FakeClock, Peak


def failure(effect, why):
    return ApiError("act", "switch", "machine m", why, Facts(), effect)


BUSY = failure(NOTHING, "throttled")
NO = failure(REFUSED, "not now")
FAIL = failure(FAILED, "the service says that it failed")
LOST = failure(UNKNOWN, "no answer")
UNREADABLE = failure(UNKNOWN, "the list cannot be read")
OK = None  # an action that is accepted, without showing the record


class Machines(Resource):
    """Machines with a script: each reading shows the next state, the last one for good, and each action has an answer.

    A state is a word, a number to count up to 3, a DbopsError in place of the reading, or None once it is gone. What is
    at 0 is switched on to count to 1.
    """

    noun = Noun("machine", "machines")
    actions = {  # noqa: RUF012
        "switch_on": Action(again=True),
        "ring": Action(again=False, patience=10.0, unseen="assume"),
        "add": Action(again=False, unseen="fail"),
    }
    advice = "Go and look."

    def __init__(self, clock, wanted, states, answers):
        self._clock = clock
        self._wanted = wanted
        self._states = {key: list(script) for key, script in states.items()}
        self._answers = {key: list(script) for key, script in answers.items()}
        self.goal = Goal(f"cannot become {wanted}", f"did not become {wanted}")
        self.reads = []  # moment and keys of each reading
        self.acts = []  # moment, key and name of each action

    def record(self, key, state):
        return {"id": key, "name": "m", "state": state} if isinstance(state, str) else state

    def read_one(self, key):
        script = self._states[key]
        return self.record(key, script.pop(0) if len(script) > 1 else script[0])

    def read(self, keys):
        self.reads.append((self._clock.time, keys))
        records = {key: self.read_one(key) for key in keys}
        return {key: record for key, record in records.items() if record is not None}

    def plan(self, record, past):
        state = record["state"]
        if state == "broken":
            return Step(REFUSE, reason="is broken")
        if state in ("starting", "stopping"):
            return Step(WAIT, reason=f"is {state}", leads=state == "starting")
        if state in "123":
            return Step(DONE) if int(state) >= 3 else Step(ACT, "add")
        if state == "on":
            return Step(ACT, "ring") if self._wanted == "rung" and not (past.taken or past.led) else Step(DONE)
        return Step(WAIT, reason="is still off") if past.taken and state == "off" else Step(ACT, "switch_on")

    def act(self, record, action):
        key = record["id"]
        self.acts.append((self._clock.time, key, action))
        answer = self._answers[key].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return self.record(key, answer)

    def took(self, before, record, action):
        if action == "add":
            return int(record["state"]) > int(before["state"])
        return record["state"] not in (("on",) if action == "ring" else ("off", "0"))

    def predict(self, record, action):
        state = str(int(record["state"]) + 1) if record["state"].isdigit() else "on"
        return {**record, "state": state}

    def view(self, record):
        return {"state": record.get("state"), "note": None}


class Run(NamedTuple):
    """How converge went for one machine."""

    track: Any
    machines: Machines
    looks: list  # their moments
    acts: list  # their moments and names
    time: float  # at the end


@pytest.fixture
def run(clock):
    """Return the function that converges one machine from the first of its states."""

    def play(wanted, states, answers=(), timeout=600.0, **how):
        first, *later = states.split() if isinstance(states, str) else states
        machines = Machines(clock, wanted, {"1": later or ["never read"]}, {"1": answers})
        poll = Poll(timeout, 5.0, clock.monotonic, clock.sleep)
        [track] = converge(machines, {"1": machines.record("1", first)}, poll, **how)
        return Run(
            track,
            machines,
            [moment for moment, keys in machines.reads],
            [(moment, action) for moment, key, action in machines.acts],
            clock.time,
        )

    return play


GROWING = [0.0, 0.5, 1.25, 2.375, 4.0625, 6.59375, 10.390625]  # the looks after an action


# --- One machine: it gets there --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "states", "answers", "taken", "looks", "acts"),
    [
        pytest.param("on", "on", [], [], [], [], id="nothing to do"),
        pytest.param("on", "off on", [OK], ["switch_on"], GROWING[:1], [0.0], id="acts and looks at once"),
        pytest.param("on", "off off off starting on", [OK], ["switch_on"], GROWING[:4], [0.0], id="list lags"),
        pytest.param("on", "starting on", [], [], [0.5], [], id="waits for a task that leads there"),
        pytest.param("on", "stopping stopping off on", [OK], ["switch_on"], [0.5, 1.25, 1.25], [1.25], id="other task"),
        pytest.param("on", "starting off on", [OK], ["switch_on"], [0.5, 0.5], [0.5], id="task that came to nothing"),
        pytest.param("rung", "on starting on", [OK], ["ring"], GROWING[:2], [0.0], id="seen leaving and coming back"),
        pytest.param("rung", "starting on", [], [], [0.5], [], id="somebody else's ringing serves"),
        pytest.param("rung", "off on", [OK], ["switch_on"], [0.0], [0.0], id="switching on rings too"),
        pytest.param(
            "three", "0", list("123"), ["switch_on", "add", "add"], [], [0.0] * 3, id="answers show the record"
        ),
        pytest.param("three", "1 2 3", [OK, OK], ["add"] * 2, [0.0, 0.0], [0.0] * 2, id="answers do not"),
        pytest.param("three", "1 2", [OK, "3"], ["add"] * 2, [0.0], [0.0] * 2, id="one answer does"),
        pytest.param("three", "1 3", ["1"], ["add"], [2.0], [0.0], id="answer lags"),
    ],
)
def test_gets_there(run, wanted, states, answers, taken, looks, acts):
    result = run(wanted, states, answers)
    assert (result.track.error, result.track.warnings) == (None, [])
    assert result.track.taken == taken
    assert result.looks == looks
    assert [moment for moment, action in result.acts] == acts


def test_result_has_the_record_before_and_after(run):
    track = run("on", "off starting on", [OK]).track
    assert (track.before["state"], track.record["state"], track.after["state"]) == ("off", "on", "on")
    assert (track.seen, track.open, track.in_doubt, track.description) == (True, False, False, "machine m (1)")


def test_action_that_is_never_seen_counts_with_a_warning_when_it_leaves_no_trace(run):
    result = run("rung", "on on", [OK])
    assert (result.track.error, result.track.taken, result.looks) == (None, ["ring"], GROWING)
    assert result.track.warnings == [
        "ring of machine m (1) was accepted, but the listing never showed it within 10 s; it counts as done."
    ]


def test_action_that_is_seen_late_counts_without_a_warning(run):
    result = run("rung", "on on on on on on starting on", [OK])
    assert (result.track.error, result.track.warnings, result.track.taken) == (None, [], ["ring"])
    assert result.looks[:6] == GROWING[:6]


# --- One machine: an action that was not accepted --------------------------------------------------------------------


@pytest.mark.parametrize("refusal", [NO, BUSY], ids=["refused", "throttled"])
@pytest.mark.parametrize(
    ("wanted", "states", "taken", "looks", "acts"),
    [
        pytest.param("on", "off on", [], [0.0], 1, id="done by somebody else"),
        pytest.param("on", "off off on", [], [0.0, 2.0], 1, id="done by somebody else, the list lags"),
        pytest.param("on", "off starting on", [], [0.0, 0.5], 1, id="being done by somebody else"),
        pytest.param("on", "off stopping off on", ["switch_on"], [0.0, 0.5, 0.5], 2, id="refused for a task"),
        pytest.param("rung", "on starting on", [], [0.0, 0.5], 1, id="rung by somebody else"),
        pytest.param("three", "2 3", [], [0.0], 1, id="counted by somebody else"),
    ],
)
def test_refused_but_not_needed_any_more(run, refusal, wanted, states, taken, looks, acts):
    result = run(wanted, states, [refusal, OK])
    assert (result.track.error, result.track.taken, result.looks) == (None, taken, looks)
    assert len(result.acts) == acts


@pytest.mark.parametrize(("wanted", "states"), [("on", "off off"), ("rung", "on on"), ("three", "2 2")])
@pytest.mark.parametrize("refusal", [NO, BUSY], ids=["refused", "throttled"])
def test_refused_and_still_needed(run, wanted, states, refusal):
    result = run(wanted, states, [refusal], max_tries=5)
    assert result.track.error is refusal
    assert (result.track.taken, result.looks, len(result.acts)) == ([], [0.0, 2.0], 1)


@pytest.mark.parametrize(
    ("wanted", "states", "action", "looks"),
    [
        pytest.param("on", "off on", "switch_on", [0.0], id="at once"),
        pytest.param("on", "off off on", "switch_on", [0.0, 2.0], id="after 2 s"),
        pytest.param("on", "off starting on", "switch_on", [0.0, 0.5], id="on its way"),
        pytest.param("rung", "on on on on starting on", "ring", GROWING[:5], id="seen leaving"),
        pytest.param("three", "2 2 3", "add", [0.0, 2.0], id="counted"),
    ],
)
def test_lost_answer_of_an_action_that_is_seen(run, wanted, states, action, looks):
    result = run(wanted, states, [LOST], max_tries=5)
    assert (result.track.error, result.track.taken, result.looks) == (None, [action], looks)
    assert len(result.acts) == 1


def test_lost_answer_of_an_action_that_may_be_sent_again(run):
    result = run("on", "off off off on", [LOST, OK], max_tries=2)
    assert (result.track.error, result.track.taken) == (None, ["switch_on"])
    assert result.looks == [0.0, 2.0, 2.0]
    assert result.acts == [(0.0, "switch_on"), (2.0, "switch_on")]


@pytest.mark.parametrize("max_tries", [1, 2, 5])
def test_lost_answers_one_after_the_other(run, max_tries):
    result = run("on", "off off", [LOST] * 9, max_tries=max_tries)
    assert isinstance(result.track.error, OutcomeUnknown)
    assert [moment for moment, action in result.acts] == [2.0 * number for number in range(max_tries)]
    assert result.track.taken == []


@pytest.mark.parametrize(
    ("wanted", "states", "action", "looks"),
    [("rung", "on on", "ring", GROWING), ("three", "2 2", "add", [0.0, 2.0])],
    ids=["reboot", "extension"],
)
def test_lost_answer_of_an_action_that_must_not_be_sent_again(run, wanted, states, action, looks):
    result = run(wanted, states, [LOST], max_tries=5)
    assert isinstance(result.track.error, OutcomeUnknown)
    state = states.split()[0]
    assert str(result.track.error) == (
        f"The outcome of {action} on machine m is unknown: no answer. Last seen: state {state}. Go and look."
    )
    assert (result.looks, len(result.acts), result.track.taken) == (looks, 1, [])


def test_lost_answer_and_then_no_reading(run):
    result = run("on", ["off", UNREADABLE], [LOST], max_tries=5)
    assert isinstance(result.track.error, OutcomeUnknown)
    assert str(result.track.error) == (
        "The outcome of switch_on on machine m is unknown: no answer. "
        "Afterwards: Failed to switch machine m: the list cannot be read. Go and look."
    )


def test_refusal_and_then_no_reading(run):
    assert run("on", ["off", UNREADABLE], [NO]).track.error is UNREADABLE


def test_no_reading_after_an_accepted_action(run):
    result = run("on", ["off", UNREADABLE], [OK])
    assert (result.track.error, result.track.taken) == (UNREADABLE, ["switch_on"])


@pytest.mark.parametrize("second", [NO, BUSY], ids=["refused", "throttled"])
def test_action_that_was_lost_once_counts_when_it_is_seen_at_last(run, second):
    result = run("on", "off off off starting on", [LOST, second], max_tries=2)
    assert (result.track.error, result.track.taken, len(result.acts)) == (None, ["switch_on"], 2)


@pytest.mark.parametrize("failure_of_add", [NO, LOST], ids=["refused", "lost"])
def test_another_action_is_needed_now(run, failure_of_add):
    result = run("three", "2 0 3", [failure_of_add, OK])
    assert (result.track.error, result.track.taken, result.looks) == (None, ["switch_on"], [0.0, 0.0])
    assert [action for moment, action in result.acts] == ["add", "switch_on"]


@pytest.mark.parametrize("second", [NO, FAIL, UNREADABLE], ids=["refused", "failed", "lost"])
def test_action_that_was_lost_once_and_is_never_seen(run, second):
    result = run("on", "off off", [LOST, second], max_tries=2)
    assert isinstance(result.track.error, OutcomeUnknown)
    assert (len(result.acts), result.track.taken) == (2, [])
    if second is not UNREADABLE:
        assert str(result.track.error) == (
            f"The outcome of switch_on on machine m is unknown: no answer. Afterwards: {second} Go and look."
        )


def test_doubt_that_was_resolved_is_forgotten(run):
    result = run("three", "1 2 3", [LOST, NO])
    assert (result.track.error, result.track.taken) == (None, ["add"])  # the second one is somebody else's


def test_doubt_about_an_action_that_was_accepted_later_is_forgotten(run):
    result = run("on", "off off off broken", [LOST, OK], max_tries=2)
    assert str(result.track.error) == "Machine m (1) cannot become on: it is broken (state broken)."


@pytest.mark.parametrize("failing", [FAIL, UsageError("nobody there")], ids=["failed", "unusable"])
def test_failure_stands_whatever_could_be_read_later(run, failing):
    result = run("on", "off on", [failing], max_tries=5)
    assert (result.track.error, result.track.taken, result.looks) == (failing, [], [])


def test_accepted_without_effect(run):
    result = run("three", "1 1", ["1"])
    assert isinstance(result.track.error, StateError)
    assert str(result.track.error) == "add on machine m (1) was accepted without effect: state 1."
    assert (result.track.taken, result.looks) == (["add"], [2.0])


class Warming(Machines):
    """Machines that are done when they are on, and are given 3 s to be warm."""

    def plan(self, record, past):
        if record["state"] == "on":
            return Step(WAIT, reason="is cold", patience=3.0)
        return Step(DONE) if record["state"] == "warm" else super().plan(record, past)


@pytest.mark.parametrize(
    ("states", "timeout", "end", "looks"),
    [
        ("off on on warm", 600.0, "warm", [0.0, 0.5, 1.25]),
        ("off on on on on on on warm", 600.0, "on", [0.0, 0.5, 1.25, 2.375, 4.0625]),
        ("off on on on", 1.0, "on", [0.0, 0.5, 1.0]),
        ("off off off off on on on on on", 600.0, "on", GROWING[:6]),
    ],
    ids=["in time", "not in time", "not within the time to wait", "from the moment when it is on"],
)
def test_patience_ends_well(clock, states, timeout, end, looks):
    first, *later = states.split()
    machines = Warming(clock, "on", {"1": later}, {"1": [OK]})
    poll = Poll(timeout, 5.0, clock.monotonic, clock.sleep)
    [track] = converge(machines, {"1": machines.record("1", first)}, poll)
    assert (track.error, track.taken, track.record["state"]) == (None, ["switch_on"], end)
    assert [moment for moment, keys in machines.reads] == looks


# --- One machine: it does not get there ------------------------------------------------------------------------------


def test_out_of_reach(run):
    result = run("on", "broken")
    assert isinstance(result.track.error, StateError)
    assert str(result.track.error) == "Machine m (1) cannot become on: it is broken (state broken)."
    assert (result.looks, result.acts) == ([], [])


def test_out_of_reach_later(run):
    result = run("on", "off starting broken", [OK])
    assert str(result.track.error) == "Machine m (1) cannot become on: it is broken (state broken)."
    assert result.track.taken == ["switch_on"]


def test_vanished(run):
    result = run("on", ["off", "starting", None], [OK])
    assert isinstance(result.track.error, StateError)
    assert str(result.track.error) == "Machine m (1) has vanished: it is not listed any more."
    assert (result.track.taken, result.track.after["state"]) == (["switch_on"], "starting")


def test_never_read(run):
    result = run("on", [UNREADABLE])
    assert (result.track.error, result.track.seen) == (UNREADABLE, False)
    assert (result.track.before, result.track.after) == ({"id": "1"}, {"id": "1"})


@pytest.mark.parametrize(
    ("states", "answers", "taken", "state"),
    [("off off", [OK], ["switch_on"], "off"), ("stopping stopping", [], [], "stopping")],
    ids=["effect never shows", "task never ends"],
)
def test_time_is_over(run, states, answers, taken, state):
    result = run("on", states, answers, timeout=30.0)
    assert isinstance(result.track.error, WaitTimeout)
    assert str(result.track.error) == f"Machine m (1) did not become on within 30 s; last seen: state {state}."
    assert (result.track.taken, result.time, result.looks[-1]) == (taken, 30.0, 30.0)


def test_time_is_over_before_the_second_look_at_a_refusal(run):
    result = run("on", "off off", [NO], timeout=1.0)
    assert (result.track.error, result.looks) == (NO, [0.0, 1.0])


def test_time_is_over_before_the_second_look_at_a_lost_answer(run):
    result = run("on", "off off", [LOST], timeout=1.0, max_tries=5)
    assert isinstance(result.track.error, OutcomeUnknown)
    assert len(result.acts) == 1


def test_no_time_at_all(run):
    result = run("on", "off", [OK], timeout=0.0)
    assert isinstance(result.track.error, WaitTimeout)
    assert (result.track.taken, result.looks) == (["switch_on"], [])


# --- Without waiting, and in thought ---------------------------------------------------------------------------------


def test_without_waiting_the_result_is_what_will_be(run):
    result = run("on", "off", [OK], wait=False)
    track = result.track
    assert (track.error, track.taken, result.looks) == (None, ["switch_on"], [])
    assert (track.record["state"], track.after["state"]) == ("off", "on")


def test_without_waiting_a_task_that_leads_there_is_enough(run):
    result = run("on", "starting", wait=False)
    assert (result.track.error, result.track.taken, result.track.after["state"]) == (None, [], "starting")
    assert result.looks == []


def test_without_waiting_another_task_is_in_the_way(run):
    result = run("on", "stopping", wait=False)
    assert isinstance(result.track.error, StateError)
    assert str(result.track.error) == (
        "Machine m (1) cannot become on: it is stopping and wait is false (state stopping)."
    )


@pytest.mark.parametrize(
    ("states", "answers", "taken", "after", "looks"),
    [
        ("off on", [LOST], ["switch_on"], "on", [0.0]),
        ("off starting", [LOST], ["switch_on"], "on", [0.0]),
        ("off off off", [LOST, OK], ["switch_on"], "on", [0.0, 2.0]),
        ("off on", [NO], [], "on", [0.0]),
        ("off starting", [NO], [], "starting", [0.0]),
    ],
)
def test_without_waiting_a_doubt_is_settled_all_the_same(run, states, answers, taken, after, looks):
    result = run("on", states, answers, wait=False, max_tries=2)
    assert (result.track.error, result.track.taken, result.looks) == (None, taken, looks)
    assert result.track.after["state"] == after


def test_without_waiting_a_refusal_fails(run):
    result = run("on", "off off", [NO], wait=False)
    assert (result.track.error, result.looks) == (NO, [0.0, 2.0])


@pytest.mark.parametrize(
    ("wanted", "states", "taken", "after", "looks"),
    [
        ("on", "on", [], "on", []),
        ("on", "off", ["switch_on"], "on", []),
        ("on", "stopping off", ["switch_on"], "on", [0.5]),
        ("rung", "on", ["ring"], "on", []),
        ("rung", "off", ["switch_on"], "on", []),
        ("rung", "starting on", [], "on", [0.5]),
        ("three", "0", ["switch_on", "add", "add"], "3", []),
    ],
)
def test_in_thought_nothing_is_sent(run, wanted, states, taken, after, looks):
    result = run(wanted, states, check_mode=True)
    assert (result.track.error, result.track.taken, result.acts, result.looks) == (None, taken, [], looks)
    assert (result.track.before["state"], result.track.after["state"]) == (states.split()[0], after)


def test_in_thought_it_fails_likewise(run):
    assert isinstance(run("on", "broken", check_mode=True).track.error, StateError)
    assert isinstance(run("on", "stopping", check_mode=True, wait=False).track.error, StateError)


def test_plan_that_never_ends_is_a_bug(clock):
    class Endless(Machines):
        def predict(self, record, action):
            return record

    machines = Endless(clock, "on", {}, {})
    machines.plan = lambda record, past: Step(ACT, "switch_on")
    poll = Poll(600.0, 5.0, clock.monotonic, clock.sleep)
    with pytest.raises(AssertionError, match=r"the plan for machine m \(1\) does not end"):
        converge(machines, {"1": machines.record("1", "off")}, poll, check_mode=True)


@pytest.mark.parametrize(
    "verb",
    [
        lambda resource: resource.read(["1"]),
        lambda resource: resource.plan({}, ()),
        lambda resource: resource.act({}, "on"),
        lambda resource: resource.took({}, {}, "on"),
        lambda resource: resource.predict({}, "on"),
        lambda resource: resource.view({}),
    ],
    ids=["read", "plan", "act", "took", "predict", "view"],
)
def test_resource_must_bring_its_verbs(verb):
    with pytest.raises(NotImplementedError):
        verb(Resource())


# --- Many machines ---------------------------------------------------------------------------------------------------


def fleet(clock, states, answers, kind=Machines, **how):
    """Converge machines from the first of their states and return their tracks and the resource."""
    scripts = {key: script.split() for key, script in states.items()}
    machines = kind(clock, "on", {key: script[1:] or script for key, script in scripts.items()}, answers)
    poll = Poll(600.0, 5.0, clock.monotonic, clock.sleep)
    first = {key: machines.record(key, script[0]) for key, script in scripts.items()}
    return converge(machines, first, poll, **how), machines


def test_no_machine(clock):
    assert fleet(clock, {}, {})[0] == []


def test_each_machine_goes_its_own_way_and_one_reading_serves_all(clock):
    states = {
        "right": "on",
        "off": "off starting starting on",
        "broken": "broken",
        "refused": "off off off off",
        "failed": "off",
        "busy": "stopping stopping off on",
    }
    answers = {"off": [OK], "refused": [NO], "failed": [FAIL], "busy": [OK]}
    tracks, machines = fleet(clock, states, answers, concurrency=2)
    seen = {track.key: (track.taken, type(track.error)) for track in tracks}
    assert seen == {
        "right": ([], type(None)),
        "off": (["switch_on"], type(None)),
        "broken": ([], StateError),
        "refused": ([], ApiError),
        "failed": ([], ApiError),
        "busy": (["switch_on"], type(None)),
    }
    assert [track.key for track in tracks] == list(states)
    together = ["off", "refused", "busy"]
    assert machines.reads == [(0.0, together), (0.5, together), (0.5, together), (2.0, ["refused"])]


def test_reading_that_fails_ends_all_that_wait_for_it(clock):
    class Blind(Machines):
        def read(self, keys):
            super().read(keys)
            raise UNREADABLE

    tracks, machines = fleet(clock, {"a": "off", "b": "stopping", "c": "on"}, {"a": [OK]}, kind=Blind)
    assert [track.error for track in tracks] == [UNREADABLE, UNREADABLE, None]
    assert len(machines.reads) == 1


def test_bug_in_one_machine_is_raised(clock):
    with pytest.raises(ZeroDivisionError):
        fleet(clock, {"a": "off", "b": "off"}, {"a": [ZeroDivisionError()], "b": [OK]}, concurrency=2)


@pytest.mark.parametrize(("number", "concurrency"), [(6, 3), (4, 4), (3, 1), (2, 8)])
def test_never_more_at_a_time_than_told(clock, number, concurrency):
    peak = Peak(min(number, concurrency))

    class Crowded(Machines):
        def act(self, record, action):
            peak(record)
            return super().act(record, action)

    keys = [str(key) for key in range(number)]
    answers = {key: [OK] for key in keys}
    tracks, _machines = fleet(clock, dict.fromkeys(keys, "off on"), answers, kind=Crowded, concurrency=concurrency)
    assert [track.taken for track in tracks] == [["switch_on"]] * number
    assert peak.most == min(number, concurrency)


@pytest.mark.parametrize(
    ("states", "answers", "moments"),
    [
        ({"a": "off off", "b": "off off"}, {"a": [NO], "b": [NO]}, [0.0, 2.0]),
        ({"a": "off off", "b": "starting starting starting starting on"}, {"a": [NO]}, GROWING[:4]),
    ],
    ids=["all wait for a moment", "one goes by the interval"],
)
def test_moment_of_the_look_after_a_refusal(clock, states, answers, moments):
    tracks, machines = fleet(clock, states, answers)
    assert tracks[0].error is NO
    assert [moment for moment, keys in machines.reads] == moments


# --- Whatever happens ------------------------------------------------------------------------------------------------

STATES = st.sampled_from(["off", "on", "starting", "stopping"]) | st.sampled_from(["broken", UNREADABLE, None])
ANSWERS = st.sampled_from([OK, LOST, LOST, NO, BUSY, FAIL, "off", "on", "starting"])


@given(
    st.sampled_from(["on", "rung"]),
    st.sampled_from(["off", "on", "starting", "stopping"]),
    st.lists(st.sampled_from(["off", "on", "starting", "stopping"]) | STATES, min_size=1, max_size=12),
    st.lists(ANSWERS, min_size=40, max_size=40),
    st.integers(1, 4),
    st.sampled_from([0.0, 1.0, 7.0, 60.0]),
    st.booleans(),
)
def test_promises(wanted, first, states, answers, max_tries, timeout, wait):
    clock = FakeClock()
    machines = Machines(clock, wanted, {"1": states}, {"1": answers})
    poll = Poll(timeout, 5.0, clock.monotonic, clock.sleep)
    outcomes = []  # of each action, in order
    act = machines.act

    def judge(record, action):
        reads = len(machines.reads)
        try:
            answer = act(record, action)
        except ApiError as error:
            outcomes.append((action, error.effect, clock.time, reads))
            raise
        outcomes.append((action, "accepted", clock.time, reads))
        return answer

    machines.act = judge
    [track] = converge(machines, {"1": machines.record("1", first)}, poll, wait=wait, max_tries=max_tries)

    assert clock.time <= timeout
    assert not track.open
    effects = [effect for action, effect, moment, reads in outcomes]
    assert effects.count("accepted") <= 1
    assert "accepted" not in effects[:-1], "acted after an action was accepted"
    assert FAILED not in effects[:-1], "acted after a failure"
    assert effects.count("accepted") <= len(track.taken) <= effects.count("accepted") + effects.count(UNKNOWN)
    assert effects.count(UNKNOWN) <= max_tries
    for (action, effect, moment, reads), (again, _effect, later, later_reads) in zip(outcomes, outcomes[1:]):
        assert later_reads > reads, "acted again without looking"
        assert later - moment >= 2.0 or effect != UNKNOWN or again != action, "sent again too soon"
    lost_rings = [outcome for outcome in outcomes if outcome[:2] == ("ring", UNKNOWN)]
    assert len(lost_rings) <= 1, "resent what must not be"
    if track.error is None:
        assert track.after["state"] == "on" or not wait
    if isinstance(track.error, OutcomeUnknown):
        assert UNKNOWN in effects
