# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the audit baseline."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.dbss_audit_baseline import FilterModule

judge = FilterModule().filters()["dbss_audit_baseline"]


def instance(name, status="ACTIVE"):
    return {"id": f"id-{name}", "name": name, "status": status}


def database(name, status="ON", audit_status=None, of="prod", **more):
    audit_status = audit_status or {"ON": "ACTIVE", "OFF": "SHUTOFF"}[status]
    keys = {"id": f"id-{name}", "name": name, "instance_id": f"id-{of}"}
    return {**keys, "status": status, "audit_status": audit_status, **more}


def cloud(*records, failed=()):
    """What is in the cloud, in the form of the info modules."""
    return {
        "instances": [record for record in records if "instance_id" not in record],
        "databases": [record for record in records if "instance_id" in record],
        "failed_instances": list(failed),
    }


def started(*names, failed=()):
    return {"instances": [instance(name) for name in names], "failed_instances": list(failed)}


def outcomes(verdict):
    rows = [row for one in verdict["instances"] for row in (one, *one["databases"])]
    return {row["name"]: row["outcome"] for row in rows}


@pytest.mark.parametrize(
    ("before", "after", "error", "outcome"),
    [
        ("ACTIVE", "ACTIVE", None, "compliant"),
        ("SHUTOFF", "ACTIVE", None, "fixed"),
        ("BUILD", "ACTIVE", None, "fixed"),
        ("SHUTOFF", "SHUTOFF", None, "drifted"),
        ("ACTIVE", "SHUTOFF", None, "drifted"),
        ("ACTIVE", None, None, "drifted"),
        ("SHUTOFF", "SHUTOFF", "It will not.", "failed"),
        ("SHUTOFF", "ACTIVE", "It was slow.", "failed"),
    ],
)
def test_instance(before, after, error, outcome):
    now = [instance("prod", after)] if after else []
    failed = [{"id": "id-prod", "error": error}] if error else []
    verdict = judge(cloud(instance("prod", before)), cloud(*now), started("prod", failed=failed), [])
    [row] = verdict["instances"]
    assert (row["before"], row["after"], row["outcome"], row["error"]) == (before, after, outcome, error)
    assert verdict["failures"] == ([error] if error else [])
    assert verdict["summary"][outcome] == verdict["summary"]["instances"] == 1


@pytest.mark.parametrize(
    ("before", "after", "audit_status", "outcome"),
    [
        ("ON", "ON", "ACTIVE", "compliant"),
        ("ON", "ON", "SHUTOFF", "compliant"),  # it follows the switch a little later
        ("OFF", "ON", "ACTIVE", "fixed"),
        ("OFF", "OFF", "SHUTOFF", "drifted"),
        ("OFF", "OFF", "ERROR", "drifted"),
        ("OFF", "ON", "ERROR", "failed"),
        ("ON", "ON", "ERROR", "failed"),
    ],
)
def test_database(before, after, audit_status, outcome):
    found = cloud(instance("prod"), database("orders", before))
    now = cloud(instance("prod"), database("orders", after, audit_status))
    verdict = judge(found, now, started("prod"), [])
    assert outcomes(verdict) == {"prod": "compliant", "orders": outcome}
    assert [one for one in verdict["failures"] if "database orders (id-orders)" in one] == verdict["failures"]


def test_counts_add_up_and_excluded_databases_do_not_count():
    found = cloud(
        instance("prod"), instance("test", "SHUTOFF"), database("b", "OFF"), database("a"), database("x", "OFF")
    )
    verdict = judge(found, found, started("prod", "test"), [], ["id-x", "unknown"])
    assert verdict["summary"] == {
        "instances": 2,
        "databases": 2,
        "compliant": 2,
        "drifted": 2,
        "fixed": 0,
        "failed": 0,
        "excluded": 1,
    }
    assert list(outcomes(verdict)) == ["prod", "a", "b", "x", "test"]


@pytest.mark.parametrize("exclude", ["x", "id-x"])
def test_excluded_database_does_not_fail(exclude):
    found = cloud(instance("prod"), database("x", "ON", "ERROR"))
    verdict = judge(found, found, started("prod"), [], [exclude])
    assert outcomes(verdict)["x"] == "excluded"
    assert not verdict["failures"]


def test_only_chosen_instances_are_judged():
    found = cloud(instance("prod"), instance("test", "SHUTOFF"), database("a"), database("b", "OFF", of="test"))
    unread = cloud(*found["instances"], *found["databases"], failed=[{"id": "id-test", "error": "No."}])
    assert outcomes(judge(unread, found, started("prod"), [])) == {"prod": "compliant", "a": "compliant"}


def test_errors_come_from_everywhere_and_each_is_told_once():
    unread = [{"id": "id-dark", "error": "Dark."}]
    found = cloud(instance("dark"), instance("prod"), database("a", "OFF"), database("b", "OFF"), failed=unread)
    now = cloud(instance("dark"), instance("prod"), database("a"), database("b", "OFF"), failed=unread)
    switched = [
        {"failed": True, "failed_databases": [{"id": "id-b", "error": "Refused."}], "item": ["id-prod", []]},
        {"failed": False, "msg": "Stuck.", "item": ["id-prod", []]},  # the task that loops never fails
    ]
    verdict = judge(found, now, started("dark", "prod"), switched)
    assert outcomes(verdict) == {"dark": "failed", "prod": "failed", "a": "fixed", "b": "failed"}
    assert verdict["failures"] == ["Dark.", "Stuck.", "Refused."]


@pytest.mark.parametrize(
    ("keys", "address"),
    [({}, ""), ({"ip": "10.0.0.1"}, "10.0.0.1"), ({"ip": "10.0.0.1", "port": "3306"}, "10.0.0.1:3306")],
)
def test_address(keys, address):
    found = cloud(instance("prod"), database("a", **keys))
    [row] = judge(found, found, started("prod"), [])["instances"][0]["databases"]
    assert row["address"] == address


def test_nothing_to_judge():
    assert judge(cloud(), cloud(), started(), []) == {
        "summary": dict.fromkeys(["instances", "databases", "compliant", "drifted", "fixed", "failed", "excluded"], 0),
        "instances": [],
        "failures": [],
    }
