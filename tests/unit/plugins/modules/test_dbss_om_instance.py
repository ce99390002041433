# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_om_instance: what it has in common with audit instances, and its nodes."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, OFF, OM, REBOOTING, STARTING, STOPPING
from tests.unit.plugins.modules.harness import sample
from tests.unit.plugins.modules.node_cases import NodeCases
from tests.unit.plugins.modules.power_cases import PowerCases


class TestOmInstance(PowerCases):
    fleet = OM


class TestNodesOm(NodeCases):
    fleet = OM


def pair(first, second):
    """Return the listing of an instance with two nodes in these states."""
    row = sample("listOmInstances.200.pair")["clusters"][0]
    for node, state in zip(row["detail"]["server"], (first, second)):
        node["status"], node["task_status"] = state
    return OM.listing(row)


@pytest.mark.parametrize(
    ("wanted", "steps", "actions", "end"),
    [
        ("started", [(ACTIVE, ACTIVE)], [], ACTIVE),
        ("stopped", [(OFF, OFF)], [], OFF),
        ("started", [(ACTIVE, OFF), "start", (ACTIVE, STARTING), (ACTIVE, ACTIVE)], ["start"], ACTIVE),
        ("stopped", [(OFF, ACTIVE), "stop", (OFF, STOPPING), (OFF, OFF)], ["stop"], OFF),
        ("restarted", [(ACTIVE, ACTIVE), "reboot", (ACTIVE, REBOOTING), (ACTIVE, ACTIVE)], ["reboot"], ACTIVE),
        ("restarted", [(ACTIVE, OFF), "start", (ACTIVE, ACTIVE)], ["start"], ACTIVE),
        ("started", [(ACTIVE, STARTING), (ACTIVE, ACTIVE)], [], ACTIVE),
        ("stopped", [(OFF, ("HAWAIT", None)), (OFF, ACTIVE), "stop", (OFF, OFF)], ["stop"], OFF),
    ],
)
def test_an_instance_is_as_settled_as_its_least_settled_node(bench, wanted, steps, actions, end):
    calls = [OM.acts(step) if isinstance(step, str) else pair(*step) for step in steps]
    outcome = bench.run(OM.module, {"name": "om-prod", "state": wanted}, calls)
    assert outcome["actions"] == actions
    assert (outcome["instance"]["status"], outcome["instance"]["task"]) == end
    assert [node["status"] for node in outcome["instance"]["nodes"]] == [end[0], end[0]]


def test_one_broken_node_is_enough(bench):
    outcome = bench.run(OM.module, {"name": "om-prod"}, [pair(ACTIVE, ("ERROR", None))], fails=True)
    assert "is broken" in outcome["msg"]
    assert outcome["instance"]["status"] == "ERROR"


def test_check_mode_predicts_each_node(bench):
    outcome = bench.run(OM.module, {"name": "om-prod", "state": "stopped"}, [pair(OFF, ACTIVE)], check=True)
    assert {(node["status"], node["task_status"]) for node in outcome["instance"]["nodes"]} == {OFF}
    assert (outcome["instance"]["status"], outcome["instance"]["task"]) == OFF


@pytest.mark.parametrize("task", ["", None])
def test_a_task_that_is_empty_is_none(bench, task):
    outcome = bench.run(OM.module, {"name": "om-prod"}, [OM.lists(("ACTIVE", task))])
    assert outcome["changed"] is False
    assert outcome["instance"]["task"] == "NO_TASK"


def test_an_upgrade_that_only_shows_in_its_own_field(bench):
    calls = [OM.listing(OM.row(ACTIVE, update_status="UPGRADING")), OM.lists(ACTIVE), OM.acts("stop"), OM.lists(OFF)]
    outcome = bench.run(OM.module, {"name": "om-prod", "state": "stopped"}, calls)
    assert outcome["actions"] == ["stop"]


def test_an_instance_without_nodes_is_being_created(bench):
    empty = {**OM.row(ACTIVE), "detail": {"server": [], "total": 0}}
    outcome = bench.run(OM.module, {"name": "om-prod"}, [OM.listing(empty), OM.lists(ACTIVE)])
    assert outcome["changed"] is False
