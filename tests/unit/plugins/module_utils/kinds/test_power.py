# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import (
    ACTIONS,
    RESULT,
    STATES,
    Node,
    least_settled,
    plan,
    took,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    NOTHING_YET,
    REFUSE,
    WAIT,
    Action,
    Past,
    Step,
)
from hypothesis import given
from hypothesis import strategies as st

# The table of the documentation, word by word: settled status -> what started, stopped and restarted do.
START, STOP, REBOOT = Step(ACT, "start"), Step(ACT, "stop"), Step(ACT, "reboot")
FINISHED = Step(DONE)


def waits(reason):
    return Step(WAIT, reason=reason)


def refuses(reason):
    return Step(REFUSE, reason=reason)


SETTLED = {
    "ACTIVE": (FINISHED, STOP, REBOOT),
    "SHUTOFF": (START, FINISHED, START),
    "BUILD": (waits("is being created"),) * 3,
    "HAWAIT": (waits("is waiting for its standby node"),) * 3,
    "UPGRADING": (waits("is being upgraded"),) * 3,
    "ERROR": (refuses("is broken; the service allows only to delete it"),) * 3,
    "FROZEN": (refuses("is frozen; the service allows only to renew it or to bind and unbind its EIP"),) * 3,
    "DELETING": (refuses("is being deleted; the service allows nothing more"),) * 3,
    "DELETED": (refuses("was deleted"),) * 3,
    "SLEEPING": (refuses("has a status that is not known here"),) * 3,
    "": (refuses("has a status that is not known here"),) * 3,
}


MOVING = ("BUILD", "HAWAIT", "UPGRADING")
UNKNOWN = ("SLEEPING", "")


@pytest.mark.parametrize("task", ["NO_TASK", "", None])
@pytest.mark.parametrize(
    ("status", "wanted", "step"),
    [(status, wanted, step) for status, steps in SETTLED.items() for wanted, step in zip(STATES, steps, strict=True)],
)
def test_settled(status, wanted, step, task):
    assert plan([Node(status, task)], wanted) == step


@pytest.mark.parametrize("status", ["ACTIVE", "SHUTOFF", "BUILD", "SLEEPING"])
@pytest.mark.parametrize(
    ("task", "wanted", "leads"),
    [
        ("powering-on", "started", True),
        ("powering-on", "stopped", False),
        ("powering-on", "restarted", True),
        ("powering-off", "started", False),
        ("powering-off", "stopped", True),
        ("powering-off", "restarted", False),
        ("rebooting", "started", True),
        ("rebooting", "stopped", False),
        ("rebooting", "restarted", True),
        ("upgrading", "started", False),
        ("upgrading", "stopped", False),
        ("upgrading", "restarted", False),
    ],
)
def test_running_task_is_waited_for(task, wanted, leads, status):
    assert plan([Node(status, task)], wanted) == Step(WAIT, reason=f"has the task {task} running", leads=leads)


@pytest.mark.parametrize("wanted", STATES)
@pytest.mark.parametrize("status", ["ACTIVE", "SHUTOFF", "BUILD"])
def test_queued_deletion_is_no_task_to_wait_for(status, wanted):
    assert plan([Node(status, "delete_wait")], wanted) == refuses("is queued for deletion")


@pytest.mark.parametrize("wanted", STATES)
@pytest.mark.parametrize("task", ["rebooting", "delete_wait", "NO_TASK"])
def test_stuck_status_beats_a_task(task, wanted):
    assert plan([Node("FROZEN", task)], wanted).reason.startswith("is frozen")


@pytest.mark.parametrize(
    ("status", "wanted", "past", "step"),
    [
        ("ACTIVE", "restarted", Past(("reboot",)), FINISHED),
        ("ACTIVE", "restarted", Past(("start",)), FINISHED),
        ("ACTIVE", "restarted", Past(led=True), FINISHED),
        ("SHUTOFF", "restarted", Past(("reboot",)), waits("does not show the effect of reboot yet")),
        ("SHUTOFF", "restarted", Past(("start",)), waits("does not show the effect of start yet")),
        ("SHUTOFF", "restarted", Past(led=True), START),
        ("SHUTOFF", "started", Past(("start",)), waits("does not show the effect of start yet")),
        ("SHUTOFF", "started", Past(led=True), START),
        ("ACTIVE", "stopped", Past(("stop",)), waits("does not show the effect of stop yet")),
        ("ACTIVE", "stopped", Past(led=True), STOP),
        ("SHUTOFF", "stopped", Past(("stop",)), FINISHED),
        ("ERROR", "restarted", Past(("reboot",)), refuses("is broken; the service allows only to delete it")),
    ],
)
def test_past_counts(status, wanted, past, step):
    assert plan([Node(status)], wanted, past) == step


ON, OFF = Node("ACTIVE", "NO_TASK"), Node("SHUTOFF", "NO_TASK")


@pytest.mark.parametrize(
    ("nodes", "wanted", "step"),
    [
        ([], "started", waits("is being created")),
        ([ON, ON], "started", FINISHED),
        ([ON, OFF], "started", START),
        ([ON, OFF], "stopped", STOP),
        ([OFF, ON], "stopped", STOP),
        ([ON, OFF], "restarted", START),
        ([OFF, ON], "restarted", START),
        ([ON, ON], "restarted", REBOOT),
        ([ON, Node("ACTIVE", "upgrading")], "stopped", waits("has the task upgrading running")),
        ([OFF, Node("BUILD")], "started", waits("is being created")),
        ([ON, Node("ERROR")], "started", SETTLED["ERROR"][0]),
        ([Node("ERROR"), Node("ACTIVE", "rebooting")], "restarted", SETTLED["ERROR"][0]),
        (
            [Node("SHUTOFF", "powering-on"), Node("ACTIVE", "powering-off")],
            "started",
            waits("has the task powering-off running"),
        ),
        (
            [Node("SHUTOFF", "powering-on"), Node("SHUTOFF", "powering-on")],
            "started",
            Step(WAIT, reason="has the task powering-on running", leads=True),
        ),
    ],
)
def test_instance_is_as_settled_as_its_least_settled_node(nodes, wanted, step):
    assert plan(nodes, wanted) == step


@pytest.mark.parametrize(
    ("action", "nodes", "seen"),
    [
        ("start", [OFF], False),
        ("start", [ON], True),
        ("start", [ON, OFF], False),
        ("start", [Node("SHUTOFF", "powering-on")], True),
        ("start", [Node("ERROR")], True),
        ("stop", [ON], False),
        ("stop", [OFF], True),
        ("stop", [OFF, ON], False),
        ("stop", [Node("ACTIVE", "powering-off")], True),
        ("reboot", [ON], False),
        ("reboot", [ON, ON], False),
        ("reboot", [ON, Node("ACTIVE", "rebooting")], True),
        ("reboot", [Node("ACTIVE", "rebooting")], True),
        ("reboot", [OFF], True),
        ("reboot", [ON, OFF], True),
        ("reboot", [Node("ACTIVE", "")], False),
        ("reboot", [Node("ACTIVE", None)], False),
    ],
)
def test_took(action, nodes, seen):
    assert took(nodes, action) is seen


@pytest.mark.parametrize(
    ("nodes", "shown"),
    [
        ([], Node("BUILD", "NO_TASK")),
        ([ON], ON),
        ([Node("ACTIVE", None)], ON),
        ([Node("ACTIVE", "")], ON),
        ([ON, OFF], OFF),
        ([OFF, ON], OFF),
        ([OFF, Node("BUILD")], Node("BUILD", "NO_TASK")),
        ([Node("UPGRADING"), Node("ERROR"), ON], Node("ERROR", "NO_TASK")),
        ([Node("ERROR"), Node("SLEEPING")], Node("SLEEPING", "NO_TASK")),
        ([ON, Node("ACTIVE", "rebooting")], Node("ACTIVE", "rebooting")),
        ([OFF, Node("ACTIVE", "rebooting")], Node("SHUTOFF", "rebooting")),
        ([Node("ACTIVE", "powering-off"), Node("ACTIVE", "rebooting")], Node("ACTIVE", "powering-off")),
    ],
)
def test_least_settled(nodes, shown):
    assert least_settled(iter(nodes)) == shown


def test_how_actions_are_handled():
    expected = {
        "start": Action(again=True, patience=2.0, unseen=""),
        "stop": Action(again=True, patience=2.0, unseen=""),
        "reboot": Action(again=False, patience=10.0, unseen="assume"),
    }
    assert expected == ACTIONS
    assert RESULT == {"start": "ACTIVE", "stop": "SHUTOFF", "reboot": "ACTIVE"}


IDLE = ("NO_TASK", "", None)
TASKS = (*IDLE, "powering-on", "powering-off", "rebooting", "upgrading", "delete_wait", "unheard-of")
NODE = st.builds(
    Node, st.sampled_from(list(SETTLED)) | st.text(max_size=4), st.sampled_from(TASKS) | st.text(max_size=4)
)
PAST = st.builds(Past, st.lists(st.sampled_from(list(ACTIONS)), max_size=2).map(tuple), st.booleans())
everything = given(st.lists(NODE, min_size=1, max_size=3), st.sampled_from(STATES), PAST)


@everything
def test_no_action_while_a_task_runs_or_a_node_is_moving_or_stuck(nodes, wanted, past):
    if plan(nodes, wanted, past).verdict in (ACT, DONE):
        assert all(node.task in IDLE and node.status in ("ACTIVE", "SHUTOFF") for node in nodes)


@everything
def test_no_second_action(nodes, wanted, past):
    if past.taken:
        assert plan(nodes, wanted, past).verdict != ACT


@everything
def test_stuck_nodes_always_refuse(nodes, wanted, past):
    if any(node.status in ("ERROR", "FROZEN", "DELETING", "DELETED") or node.task == "delete_wait" for node in nodes):
        assert plan(nodes, wanted, past).verdict == REFUSE


@everything
def test_each_step_says_what_it_must(nodes, wanted, past):
    step = plan(nodes, wanted, past)
    assert bool(step.action) == (step.verdict == ACT)
    assert bool(step.reason) == (step.verdict in (WAIT, REFUSE))
    assert not step.leads or step.verdict == WAIT
    assert not step.leads or all(node.task not in ("powering-off", *IDLE) or wanted == "stopped" for node in nodes)


@everything
def test_order_of_the_nodes_does_not_matter(nodes, wanted, past):
    step, mirrored = plan(nodes, wanted, past), plan(nodes[::-1], wanted, past)
    assert (step.verdict, step.action, step.leads) == (mirrored.verdict, mirrored.action, mirrored.leads)
    if all(node.status in SETTLED and node.status not in UNKNOWN for node in nodes):
        assert least_settled(nodes).status == least_settled(nodes[::-1]).status


@everything
def test_settled_result_of_an_action_shows_it_and_is_the_end(nodes, wanted, past):
    step = plan(nodes, wanted, NOTHING_YET)
    if step.verdict == ACT:
        settled = [Node(RESULT[step.action], "NO_TASK") for _node in nodes]
        assert not took(nodes, step.action)
        assert took(settled, step.action) or step.action == "reboot"  # once back, a reboot leaves no trace
        assert plan(settled, wanted, Past((step.action,))).verdict == DONE


AFTER_TASK = {"powering-on": "ACTIVE", "powering-off": "SHUTOFF", "rebooting": "ACTIVE"}


@given(st.lists(NODE, min_size=1, max_size=3), st.sampled_from(STATES))
def test_walk_to_the_wanted_state(nodes, wanted):
    """Follow the plan, each task and action ending as it should: at most one action, a restart by exactly one."""
    taken, led = (), False
    for _look in range(4):
        step = plan(nodes, wanted, Past(taken, led))
        led = led or step.leads
        if step.verdict == ACT:
            taken += (step.action,)
            nodes = [Node(RESULT[step.action], "NO_TASK") for _node in nodes]
        elif step.verdict == WAIT:
            nodes = [
                Node("ACTIVE" if node.status in MOVING else AFTER_TASK.get(node.task, node.status)) for node in nodes
            ]
    assert step.verdict in (DONE, REFUSE)
    if step.verdict == DONE:
        assert {node.status for node in nodes} == {"SHUTOFF" if wanted == "stopped" else "ACTIVE"}
        assert len(taken) <= 1
        assert wanted != "restarted" or taken or led
