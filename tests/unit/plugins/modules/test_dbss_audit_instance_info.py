# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_instance_info: one listing, and its filters."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, OFF
from tests.unit.plugins.modules.harness import sample

MODULE = "dbss_audit_instance_info"
TWIN = {**AUDIT.row(("ERROR", "NO_TASK"), 2), "name": AUDIT.names[0]}
ROWS = [AUDIT.row(ACTIVE), AUDIT.row(OFF, 1), TWIN]
RECORDS = [AUDIT.record(ACTIVE), AUDIT.record(OFF, 1), {**AUDIT.record(("ERROR", "NO_TASK"), 2), "name": TWIN["name"]}]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [0, 1, 2]),
        ({"instance_id": AUDIT.ids[1]}, [1]),
        ({"instance_id": "nobody"}, []),
        ({"instance_id": AUDIT.names[0]}, []),
        ({"name": AUDIT.names[0]}, [0, 2]),
        ({"name": AUDIT.ids[0]}, []),
        ({"status": "SHUTOFF"}, [1]),
        ({"status": "FROZEN"}, []),
        ({"name": AUDIT.names[0], "status": "ERROR"}, [2]),
        ({"instance_id": AUDIT.ids[0], "name": AUDIT.names[1]}, []),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_filters(bench, options, found, check):
    outcome = bench.run(MODULE, options, [AUDIT.listing(*ROWS)], check=check)
    assert outcome["instances"] == [RECORDS[index] for index in found]
    assert outcome["changed"] is False


def test_none(bench):
    calls = [AUDIT.listing().but(200, sample("listAuditInstances.200.empty"))]
    assert bench.run(MODULE, {}, calls)["instances"] == []


def test_deleted_instances_are_not_shown(bench):
    outcome = bench.run(MODULE, {}, [AUDIT.lists(("DELETED", "NO_TASK"), OFF)])
    assert outcome["instances"] == [AUDIT.record(OFF, 1)]


@pytest.mark.parametrize(("row", "days"), [({"remainDays": "7"}, "7"), ({"remainDays": "7", "remain_days": None}, "7")])
def test_of_two_spellings_of_a_key_the_one_with_a_value_wins(bench, row, days):
    bare = {"id": AUDIT.ids[0], "name": "a", "status": "ACTIVE", "task": "NO_TASK"}
    outcome = bench.run(MODULE, {}, [AUDIT.listing({**bare, **row})])
    assert outcome["instances"] == [{**bare, "remain_days": days}]


def test_pages(bench):
    calls = [
        AUDIT.listing(*ROWS[:2], total=3),
        AUDIT.listing(*ROWS[:2], total=3, offset=1),  # a new row came before them, so that they are read again
        AUDIT.listing(*ROWS[:2], total=3),
        AUDIT.listing(*ROWS[1:], total=3, offset=1),
    ]
    assert bench.run(MODULE, {}, calls)["instances"] == RECORDS


def test_status_that_does_not_exist(bench):
    outcome = bench.run(MODULE, {"status": "DELETED"}, [], fails=True)
    assert outcome["msg"] == (
        "value of status must be one of: ACTIVE, SHUTOFF, BUILD, HAWAIT, UPGRADING, ERROR, FROZEN, DELETING, "
        "got: DELETED"
    )
