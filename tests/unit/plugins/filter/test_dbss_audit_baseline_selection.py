# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the audit baseline is about."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.dbss_audit_baseline_selection import FilterModule

select = FilterModule().filters()["dbss_audit_baseline_selection"]

PROJECT = {"id": "0f1e", "name": "cn-north-4", "region": "cn-north-4"}


def instance(name, status="ACTIVE", **more):
    return {"id": f"id-{name}", "name": name, "status": status, "task": "NO_TASK", **more}


def database(name, status="ON", of="prod", **more):
    keys = {"instance_id": f"id-{of}", "instance_name": of}
    return {"id": f"id-{of}-{name}", "name": name, "status": status, **keys, **more}


FOUND = {
    "instances": [instance("test", "SHUTOFF"), instance("prod")],
    "databases": [
        database("orders"),
        database("billing", "OFF"),
        database("archive", "OFF"),
        database("legacy", "OFF"),
        database("legacy", "OFF", of="test"),
        database("2019", of="test"),
    ],
    "failed_instances": [],
    "project": PROJECT,
}


def test_all():
    assert select(FOUND) == {
        "instances": ["id-prod", "id-test"],
        "excluded": [],
        "start": ["id-test"],
        "switch": [
            ["id-prod", ["id-prod-archive", "id-prod-billing", "id-prod-legacy"], "prod: archive, billing, legacy"],
            ["id-test", ["id-test-legacy"], "test: legacy"],
        ],
        "problems": [],
    }


def test_some():
    chosen = select(FOUND, ["id-prod"], ["legacy", "id-prod-archive", "2019"])
    assert chosen["instances"] == ["id-prod"]
    assert chosen["excluded"] == ["id-prod-archive", "id-prod-legacy", "id-test-2019", "id-test-legacy"]
    assert chosen["start"] == []
    assert chosen["switch"] == [["id-prod", ["id-prod-billing"], "prod: billing"]]
    assert chosen["problems"] == []


@pytest.mark.parametrize(
    ("status", "task", "start"),
    [("ACTIVE", None, False), ("ACTIVE", "", False), ("ACTIVE", "powering-off", True), ("FROZEN", "NO_TASK", True)],
)
def test_start(status, task, start):
    found = {"instances": [instance("prod", status, task=task)], "databases": [database("orders")]}
    assert bool(select(found)["start"]) is start
    assert select(found, start=False)["start"] == []


@pytest.mark.parametrize(
    ("instances", "exclude", "problem"),
    [
        (["prd"], [], "No audit instance has the ID or name 'prd' (there are 2). Did you mean 'prod'?"),
        ([], ["biling"], "No database has the ID or name 'biling' (there are 6). Did you mean 'billing'?"),
        ([], ["orders", "\n"], "No database has the ID or name '' (there are 6)."),
    ],
)
def test_a_reference_that_names_nothing(instances, exclude, problem):
    assert select(FOUND, instances, exclude)["problems"] == [problem]


def test_an_ambiguous_instance():
    found = {**FOUND, "instances": [instance("prod"), {**instance("prod"), "id": "id-twin"}]}
    [problem] = select(found, ["prod"])["problems"]
    assert problem.startswith("2 audit instances have the name 'prod', say which one by its ID")


def test_an_exclusion_that_may_name_what_could_not_be_read():
    found = {**FOUND, "failed_instances": [{"id": "id-dark", "name": "dark", "error": "No."}]}
    [problem] = select(found, [], ["hidden"])["problems"]
    assert problem.endswith("The databases of audit instance dark (id-dark) could not be read.")


ADVICE = " If this is expected, set dbss_audit_baseline_allow_empty to true."


@pytest.mark.parametrize(
    ("found", "exclude", "why"),
    [
        ({"instances": [], "databases": []}, [], "the project has no audit instance."),
        (
            {"instances": [], "databases": [], "project": PROJECT},
            [],
            "project cn-north-4 (0f1e) in region cn-north-4 has no audit instance.",
        ),
        (
            {"instances": [], "databases": [], "project": {"id": "0f1e", "name": None, "region": None}},
            [],
            "project 0f1e has no audit instance.",
        ),
        ({"instances": [instance("prod")], "databases": []}, [], "the audit instances have no database."),
        ({"instances": [instance("prod")], "databases": [database("a")]}, ["a"], "every database is excluded."),
    ],
)
def test_nothing_to_judge(found, exclude, why):
    assert select(found, exclude=exclude)["problems"] == ["There is nothing to judge: " + why + ADVICE]
    assert select(found, exclude=exclude, allow_empty=True)["problems"] == []


def test_what_cannot_be_read_is_not_nothing():
    unread = [{"id": "id-prod", "name": "prod", "error": "No."}]
    assert select({"instances": [instance("prod")], "databases": [], "failed_instances": unread})["problems"] == []


def test_any_text_is_a_name():
    names = ["a\nfatal:", "\ud800", None]
    rows = [{**database(str(number), "OFF"), "name": name} for number, name in enumerate(names)]
    [[key, ids, label]] = select({"instances": [{**instance("prod"), "name": None}], "databases": rows})["switch"]
    assert (key, len(ids)) == ("id-prod", 3)
    assert label.isprintable()
