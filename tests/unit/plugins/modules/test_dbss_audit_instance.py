# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_instance: what it has in common with O&M instances, and what it has not."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, OFF
from tests.unit.plugins.modules.power_cases import PowerCases


class TestAuditInstance(PowerCases):
    fleet = AUDIT


@pytest.mark.parametrize("selector", ["instance_id", "name", "instances"])
def test_the_billing_id_is_named_as_such(bench, selector):
    resource_id = AUDIT.row(OFF)["resource_id"]
    wanted = [resource_id] if selector == "instances" else resource_id
    outcome = bench.run(AUDIT.module, {selector: wanted}, [AUDIT.lists(OFF, OFF)], fails=True)
    assert outcome["msg"] == f"{resource_id} is the resource_id of {AUDIT.it()}, not its id."


@pytest.mark.parametrize("task", ["", None])
def test_a_task_that_is_empty_is_none(bench, task):
    outcome = bench.run(AUDIT.module, {"name": "audit-prod"}, [AUDIT.lists(("ACTIVE", task))])
    assert outcome["changed"] is False


def test_pages(bench):
    rows = [AUDIT.row(ACTIVE, index) for index in range(3)]
    calls = [AUDIT.listing(*rows[:2], total=3), AUDIT.listing(*rows[1:], total=3, offset=1)]
    outcome = bench.run(AUDIT.module, {"name": "audit-dev"}, calls)
    assert outcome["instance"] == AUDIT.record(ACTIVE, 2)


def test_a_listing_without_a_total_is_whole(bench):
    listing = AUDIT.listing(AUDIT.row(ACTIVE))
    outcome = bench.run(AUDIT.module, {"name": "audit-prod"}, [listing.but(200, {"servers": [AUDIT.row(ACTIVE)]})])
    assert outcome["changed"] is False


def test_many_failures_are_not_all_spelled_out(bench):
    rows = [
        {**AUDIT.row(("FROZEN", "NO_TASK")), "id": f"id-{number:030}", "name": f"n{number}"} for number in range(22)
    ]
    outcome = bench.run(AUDIT.module, {"instances": [row["id"] for row in rows]}, [AUDIT.listing(*rows)], fails=True)
    assert outcome["msg"].startswith("22 of 22 audit instances failed. Audit instance n0 (")
    assert outcome["msg"].endswith(" And 9 more.")
    assert "instance n12 " in outcome["msg"]
    assert "instance n13 " not in outcome["msg"]
    assert len(outcome["msg"]) < 2700
    assert len(outcome["failed_instances"]) == 22
