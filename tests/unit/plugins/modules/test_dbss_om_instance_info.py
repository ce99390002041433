# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_om_instance_info: one listing, and its filters."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, OFF, OM, REBOOTING, STOPPING
from tests.unit.plugins.modules.harness import sample

MODULE = "dbss_om_instance_info"
TWIN = {**OM.row(OFF, 2), "name": OM.names[0]}
ROWS = [OM.row(ACTIVE), OM.row(OFF, 1), TWIN]
RECORDS = [OM.record(ACTIVE), OM.record(OFF, 1), {**OM.record(OFF, 2), "name": TWIN["name"]}]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [0, 1, 2]),
        ({"instance_id": OM.ids[1]}, [1]),
        ({"instance_id": "nobody"}, []),
        ({"name": OM.names[0]}, [0, 2]),
        ({"name": OM.ids[0]}, []),
        ({"instance_id": OM.ids[0], "name": OM.names[1]}, []),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_filters(bench, options, found, check):
    outcome = bench.run(MODULE, options, [OM.listing(*ROWS)], check=check)
    assert outcome["instances"] == [RECORDS[index] for index in found]
    assert outcome["changed"] is False


def test_none(bench):
    assert bench.run(MODULE, {}, [OM.listing().but(200, sample("listOmInstances.200.empty"))])["instances"] == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (ACTIVE, ACTIVE, ACTIVE),
        (ACTIVE, OFF, OFF),
        (ACTIVE, STOPPING, STOPPING),
        (REBOOTING, ACTIVE, REBOOTING),
        (("HAWAIT", None), OFF, ("HAWAIT", "NO_TASK")),
        (ACTIVE, ("ERROR", None), ("ERROR", "NO_TASK")),
        (("MELTED", None), ("ERROR", None), ("MELTED", "NO_TASK")),
    ],
)
def test_the_state_is_that_of_the_least_settled_node(bench, first, second, expected):
    row = OM.row(first)
    row["detail"]["server"] += OM.row(second)["detail"]["server"]
    found = bench.run(MODULE, {}, [OM.listing(row)])["instances"]
    assert [(instance["status"], instance["task"]) for instance in found] == [expected]
    assert len(found[0]["nodes"]) == 2


def test_deleted_instances_are_not_shown(bench):
    assert bench.run(MODULE, {}, [OM.lists(("DELETED", None), OFF)])["instances"] == [OM.record(OFF, 1)]
