# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping and rebooting audit and O&M instances: tasks, refusals, lag."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

REFUSED = {"start": "DBSS.10020130", "stop": "DBSS.10020131", "reboot": "DBSS.10020132"}


def with_instance(emulator, instance=company.AUDIT_PROD, **fields):
    """Hold the company with other fields in one audit instance."""
    state = emulator.state()
    next(one for one in state["audit_instances"] if one["id"] == instance).update(fields)
    emulator.state(state)


@pytest.mark.parametrize(
    ("instance", "action", "during", "after"),
    [
        (company.AUDIT_PROD, "stop", ("ACTIVE", "powering-off"), ("SHUTOFF", "NO_TASK")),
        (company.AUDIT_PROD, "reboot", ("ACTIVE", "rebooting"), ("ACTIVE", "NO_TASK")),
        (company.AUDIT_TEST, "start", ("SHUTOFF", "powering-on"), ("ACTIVE", "NO_TASK")),
    ],
)
def test_an_action_shows_its_task_until_the_transition_ends(emulator, api, instance, action, during, after):
    emulator.settings(transition=100)
    answer = api.power(action, instance)
    assert (answer.status_code, answer.json()) == (200, {"result": "success"})
    assert api.state(instance) == during
    emulator.advance(99)
    assert api.state(instance) == during
    emulator.advance(1.1)
    assert api.state(instance) == after
    assert emulator.counters()["changes"] == {instance: {action: 1}}


@pytest.mark.parametrize(
    ("instance", "actions"),
    [
        (company.AUDIT_PROD, ["start"]),
        (company.AUDIT_TEST, ["stop", "reboot"]),
        (company.AUDIT_BROKEN, list(REFUSED)),
        (company.AUDIT_ARCHIVE, list(REFUSED)),
    ],
)
def test_actions_in_a_wrong_state_are_refused(emulator, api, instance, actions):
    before = api.state(instance)
    for action in actions:
        answer = api.power(action, instance)
        assert (answer.status_code, answer.json()["error"]["error_code"]) == (400, REFUSED[action])
    assert api.state(instance) == before
    assert emulator.counters()["changes"] == {}
    assert [one["acted"] for one in emulator.requests(method="POST")] == [False] * len(actions)


@pytest.mark.parametrize("status", ["BUILD", "DELETING", "HAWAIT", "ERROR", "FROZEN", "UPGRADING", "DELETED"])
@pytest.mark.parametrize("action", list(REFUSED))
def test_states_that_allow_nothing(emulator, api, status, action):
    with_instance(emulator, status=status)
    assert code(api.power(action)) == REFUSED[action]


@pytest.mark.parametrize("task", ["powering-on", "powering-off", "rebooting", "delete_wait"])
@pytest.mark.parametrize("action", list(REFUSED))
def test_nothing_is_allowed_during_a_task(emulator, api, task, action):
    with_instance(emulator, status="SHUTOFF" if action == "start" else "ACTIVE", task=task)
    assert code(api.power(action)) == REFUSED[action]


@pytest.mark.parametrize(
    ("fields", "after"),
    [
        ({"status": "SHUTOFF", "task": "powering-on"}, ("ACTIVE", "NO_TASK")),
        ({"status": "ACTIVE", "task": "delete_wait"}, ("DELETED", "NO_TASK")),
        ({"status": "BUILD"}, ("ACTIVE", "NO_TASK")),
        ({"status": "UPGRADING", "ends_in": "ERROR"}, ("ERROR", "NO_TASK")),
    ],
)
def test_instances_may_be_in_the_middle_of_something(emulator, api, fields, after):
    with_instance(emulator, seconds_left=50, **fields)
    before = (fields["status"], fields.get("task", "NO_TASK"))
    assert api.state() == before
    emulator.advance(49)
    assert api.state() == before
    assert 0 < emulator.state()["audit_instances"][0]["seconds_left"] <= 1
    emulator.advance(1.1)
    assert api.state() == after


def test_the_next_action_may_be_told_how_to_end(emulator, api):
    emulator.settings(transition=0)
    with_instance(emulator, ends_in="ERROR")
    api.power("reboot")
    assert api.state() == ("ERROR", "NO_TASK")


def test_unknown_instances(api):
    nobody = "0" * 32
    answer = api.power("start", nobody)
    assert (answer.status_code, answer.json()["error"]["error_code"]) == (400, "DBSS.10020021")
    answer = api.om_power("start", nobody)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "DBSS.10020021")


@pytest.mark.parametrize(
    ("instance", "action", "during", "after"),
    [
        (company.OM_PROD, "stop", [("ACTIVE", "powering-off")], [("SHUTOFF", None)]),
        (company.OM_PAIR, "reboot", [("ACTIVE", "rebooting")] * 2, [("ACTIVE", None)] * 2),
        (company.OM_TEST, "start", [("SHUTOFF", "powering-on")], [("ACTIVE", None)]),
    ],
)
def test_om_instances_show_tasks_on_their_nodes(emulator, api, instance, action, during, after):
    emulator.settings(transition=100)
    assert api.om_power(action, instance).json() == {"result": "success"}
    assert api.nodes(instance) == during
    emulator.advance(100.1)
    assert api.nodes(instance) == after
    assert emulator.counters()["changes"] == {instance: {action: 1}}


def test_om_refusals_are_flat(api):
    answer = api.om_power("start", company.OM_PROD)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "DBSS.10020130"
    assert answer.json()["details"] is None


def test_om_instances_of_many_nodes(emulator, api):
    emulator.state({"om_instances": [{"instance_id": company.OM_PROD, "name": "wide", "nodes": [{}, {}, {}]}]})
    assert api.nodes(company.OM_PROD) == [("ACTIVE", None)] * 3


def test_om_nodes_of_different_states(emulator, api):
    """One busy node keeps all from moving; of idle ones those move that can."""
    state = emulator.state()
    pair = state["om_instances"][1]["nodes"]
    pair[1].update(status="SHUTOFF", task_status="powering-on", seconds_left=50)
    emulator.state(state)
    emulator.settings(transition=0)
    assert code(api.om_power("stop", company.OM_PAIR)) == "DBSS.10020131"
    emulator.advance(50.1)
    assert api.nodes(company.OM_PAIR) == [("ACTIVE", "NO_TASK"), ("ACTIVE", None)]
    pair[1].update(status="SHUTOFF", task_status=None)
    emulator.state(state)
    emulator.settings(transition=100)
    assert api.om_power("stop", company.OM_PAIR).status_code == 200
    emulator.advance(0.1)
    assert [status for status, _task in api.nodes(company.OM_PAIR)] != ["SHUTOFF"] * 2


def test_listings_lag_behind_an_action(emulator, api):
    emulator.settings(transition=0, lag=30)
    api.power("stop")
    api.om_power("stop")
    assert api.state() == ("ACTIVE", "NO_TASK")
    assert api.nodes(company.OM_PROD) == [("ACTIVE", None)]
    assert code(api.power("stop")) == "DBSS.10020131", "what is allowed goes by what is, not by what is listed"
    emulator.advance(30.1)
    assert api.state() == ("SHUTOFF", "NO_TASK")
    assert api.nodes(company.OM_PROD) == [("SHUTOFF", None)]


def test_a_removed_instance_may_be_listed(emulator, api):
    with_instance(emulator, status="DELETED")
    assert api.state() == ("DELETED", "NO_TASK")
