# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_instance_info: one listing, and its filters."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, OFF
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, sample

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


def tagged(tags, wanted=None, start=0, total=None):
    """Return the call that finds instances by tags: of each, by its index, its tags."""
    rows = [
        {
            "resource_id": ROWS[index]["resource_id"],
            "resource_name": ROWS[index]["name"],
            "resource_detail": {},
            "tags": [{"key": key, "value": value} for key, value in found.items()],
        }
        for index, found in tags.items()
    ]
    filters = [{"key": key, "values": [value]} for key, value in (wanted or {}).items()]
    return Call(
        "dbss",
        "POST",
        f"/v1/{PROJECT}/auditInstance/resource-instances/filter",
        query={"limit": "10000", **({"offset": str(start)} if start else {})},
        body={"tags": filters} if filters else {},
        answer={"resources": rows, "total_count": len(rows) if total is None else total},
    )


def upgrades(*infos):
    """Return the call that lists what can be upgraded."""
    answer = {"audit_upgrade_infos": list(infos)}
    return Call("dbss", "GET", f"/v1/{PROJECT}/audit/upgrade/status", answer=answer)


def test_tags_are_read_for_all_at_once(bench):
    calls = [AUDIT.listing(*ROWS), tagged({0: {"env": "prod"}, 1: {}})]
    outcome = bench.run(MODULE, {"gather": ["tags"]}, calls)
    assert [one.get("tags") for one in outcome["instances"]] == [{"env": "prod"}, {}, None]
    calls = [AUDIT.listing(*ROWS), tagged({0: {"env": "prod"}}, total=2), tagged({1: {"env": "x"}}, start=1, total=2)]
    outcome = bench.run(MODULE, {"gather": ["tags"]}, calls)
    assert [one.get("tags") for one in outcome["instances"]] == [{"env": "prod"}, {"env": "x"}, None]


def test_a_total_that_lies_does_not_go_on_for_ever(bench):
    calls = [AUDIT.listing(*ROWS), tagged({0: {}}, total=9), tagged({0: {}}, start=1, total=9)]
    assert len(bench.run(MODULE, {"gather": ["tags"]}, calls)["instances"]) == 3


def test_instances_are_found_by_their_tags(bench):
    calls = [AUDIT.listing(*ROWS), tagged({1: {"env": "prod", "pci": "true"}}, {"env": "prod", "pci": "true"})]
    outcome = bench.run(MODULE, {"tags": {"env": "prod", "pci": True}}, calls)
    assert outcome["instances"] == [{**RECORDS[1], "tags": {"env": "prod", "pci": "true"}}]
    assert bench.run(MODULE, {"tags": {}, "name": "nobody"}, [AUDIT.listing(*ROWS)])["instances"] == []


def test_what_there_is_to_upgrade(bench):
    info = {"instance_id": AUDIT.ids[0], "status": 1, "current_version": "1", "upgrade_version": "2", "steps": []}
    told = {"status": 1, "current_version": "1", "upgrade_version": "2", "reason": ""}
    outcome = bench.run(MODULE, {"gather": ["upgrade"]}, [AUDIT.listing(*ROWS), upgrades(info)])
    assert [one.get("upgrade") for one in outcome["instances"]] == [told, None, None]


@pytest.mark.parametrize(
    "broken",
    [
        tagged({0: {}}).but(200, {"resources": [{"tags": []}]}),
        tagged({0: {}}).but(200, {"resources": [{"resource_id": "x"}]}),
        tagged({0: {}}).but(200, {"resources": [{"resource_id": "x", "tags": [{"value": "y"}]}]}),
    ],
)
def test_tags_that_cannot_be_read(bench, broken):
    outcome = bench.run(MODULE, {"gather": ["tags"], "max_retries": 1}, [AUDIT.listing(*ROWS), broken], fails=True)
    assert outcome["msg"].startswith("Failed to find by tags the audit instances: the service answered with")


FIRST = ({}, AUDIT.lists())
LISTED = "listAuditInstances"
EVERYTHING = [AUDIT.listing(*ROWS), tagged({0: {"env": "prod"}})]
INFO = {"instance_id": AUDIT.ids[0], "status": 1, "current_version": "1", "upgrade_version": "2", "steps": []}
RUNS = [
    ({"gather": ["tags", "upgrade"]}, [*EVERYTHING, upgrades(INFO)], False),
    ({}, [AUDIT.lists().but(403, fault("DBSS.10000003", "not you"))], True),
]
