# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the audit baseline."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.dbss_audit_baseline import FilterModule

SUMMARY = ["instances", "databases", "compliant", "drifted", "fixed", "not_effective", "failed", "excluded"]

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


GONE = "Audit instance prod (id-prod) has vanished while the baseline was applied."
FROZEN = "Audit instance prod (id-prod) is frozen; the service allows only to renew it or to bind and unbind its EIP."


@pytest.mark.parametrize(
    ("before", "after", "errors", "outcome", "error"),
    [
        ("ACTIVE", "ACTIVE", [], "compliant", None),
        ("SHUTOFF", "ACTIVE", [], "fixed", None),
        ("BUILD", "ACTIVE", [], "fixed", None),
        ("SHUTOFF", "SHUTOFF", [], "drifted", None),
        ("ACTIVE", "SHUTOFF", [], "drifted", None),
        ("ACTIVE", None, [], "failed", GONE),
        ("SHUTOFF", None, ["It is not there."], "failed", GONE),
        ("FROZEN", "FROZEN", [], "failed", FROZEN),
        ("FROZEN", "FROZEN", ["It will not."], "failed", "It will not."),
        ("SHUTOFF", "SHUTOFF", ["It will not."], "failed", "It will not."),
        ("SHUTOFF", "ACTIVE", ["It was slow."], "failed", "It was slow."),
    ],
)
def test_instance(before, after, errors, outcome, error):
    now = [instance("prod", after)] if after else []
    failed = [{"id": "id-prod", "error": one} for one in errors]
    verdict = judge(cloud(instance("prod", before)), cloud(*now), started("prod", failed=failed), [])
    [row] = verdict["instances"]
    assert (row["before"], row["after"], row["outcome"], row["error"]) == (before, after, outcome, error)
    assert verdict["failures"] == ([error] if error else [])
    assert verdict["summary"][outcome] == verdict["summary"]["instances"] == 1
    assert [one["outcome"] for one in verdict["drift"]] == ([outcome] if outcome in ("drifted", "failed") else [])


NOT_AUDITED = "Database orders (id-orders) of audit instance prod (id-prod) is not audited: "


@pytest.mark.parametrize(
    ("before", "after", "now", "outcome", "reason"),
    [
        ("ON", "ON", {}, "compliant", None),
        ("OFF", "ON", {}, "fixed", None),
        ("OFF", "OFF", {}, "drifted", "its auditing is OFF"),
        ("OFF", "OFF", {"audit_status": "ERROR"}, "drifted", "its auditing is OFF"),
        ("OFF", "ON", {"audit_status": "ERROR"}, "not_effective", "its auditing is ON, but reports ERROR"),
        ("ON", "ON", {"audit_status": "ERROR"}, "not_effective", "its auditing is ON, but reports ERROR"),
        ("ON", "ON", {"audit_status": "SHUTOFF"}, "drifted", "its auditing is ON, but reports SHUTOFF"),
        (
            "ON",
            "ON",
            {"rds_audit_switch_mismatch": True},
            "not_effective",
            "its auditing is ON, but the upload of its logs is off on the side of RDS (rds_audit_switch_mismatch)",
        ),
    ],
)
def test_database(before, after, now, outcome, reason):
    found = cloud(instance("prod"), database("orders", before))
    after = cloud(instance("prod"), {**database("orders", after), **now})
    verdict = judge(found, after, started("prod"), [])
    assert outcomes(verdict) == {"prod": "compliant", "orders": outcome}
    assert [one["reason"] for one in verdict["drift"]] == ([NOT_AUDITED + reason + "."] if reason else [])
    assert bool(verdict["complaint"]) is (outcome == "not_effective")


@pytest.mark.parametrize("audit_status", ["ACTIVE", "SHUTOFF"])
@pytest.mark.parametrize("status", ["SHUTOFF", "FROZEN", "ERROR"])
def test_database_of_an_instance_that_does_not_run(status, audit_status):
    found = cloud(instance("prod", status), database("orders", "ON", audit_status))
    verdict = judge(found, found, {}, [], chosen=["id-prod"])
    assert outcomes(verdict)["orders"] == "not_effective"
    assert verdict["drift"][1]["reason"] == f"{NOT_AUDITED}its audit instance is {status}."
    assert NOT_AUDITED in verdict["complaint"]


@pytest.mark.parametrize(
    ("status", "audit_status", "accepted"),
    [
        ("SHUTOFF", "ACTIVE", True),
        ("SHUTOFF", "SHUTOFF", True),
        ("SHUTOFF", "ERROR", False),
        ("FROZEN", "ACTIVE", False),
    ],
)
def test_an_instance_that_is_off_on_request_is_no_complaint(status, audit_status, accepted):
    found = cloud(instance("prod", status), database("orders", "ON", audit_status))
    verdict = judge(found, found, {}, [], chosen=["id-prod"], start=False)
    assert outcomes(verdict)["orders"] == "not_effective"
    assert verdict["drift"][1]["accepted"] is accepted
    assert (verdict["complaint"] is None) is accepted


def test_in_check_mode_a_database_that_would_be_audited_has_drifted():
    found = cloud(instance("prod", "SHUTOFF"), database("orders"), database("sick", "ON", "ERROR"))
    verdict = judge(found, found, started("prod"), [], chosen=["id-prod"])
    assert outcomes(verdict) == {"prod": "drifted", "orders": "drifted", "sick": "not_effective"}


def test_a_database_whose_instance_was_started_is_fixed():
    found = cloud(instance("prod", "SHUTOFF"), database("orders"))
    verdict = judge(found, cloud(instance("prod"), database("orders")), started("prod"), [])
    assert outcomes(verdict) == {"prod": "fixed", "orders": "fixed"}
    assert verdict["instances"][0]["databases"][0]["before_reason"] == "its audit instance is SHUTOFF"


@pytest.mark.parametrize(("failed", "word"), [([], "has vanished"), (["id-prod"], "could not be read again")])
def test_a_database_that_vanishes_is_told_alone(failed, word):
    found = cloud(instance("prod"), database("a"), database("b", "OFF"))
    now = cloud(instance("prod"), database("a"), failed=[{"id": key, "error": "No."} for key in failed])
    verdict = judge(found, now, {}, [], chosen=["id-prod"])
    assert outcomes(verdict)["a"] == "compliant"
    [row] = [one for one in verdict["drift"] if one["name"] == "b"]
    assert row["outcome"] == "failed"
    assert f"Database b (id-b) of audit instance prod (id-prod) {word} while" in row["reason"]


def test_what_was_done_counts_when_it_cannot_be_read_again():
    found = cloud(instance("prod", "SHUTOFF"), database("a", "OFF"), database("b", "OFF"))
    switched = [{"failed_databases": [{"id": "id-b", "error": "No."}], "databases": [database("a")]}]
    verdict = judge(found, None, started("prod"), switched, chosen=["id-prod"])
    assert outcomes(verdict) == {"prod": "fixed", "a": "fixed", "b": "failed"}


def test_nothing_could_be_read():
    assert judge(None, None, {}, [], chosen=[])["summary"] == dict.fromkeys(SUMMARY, 0)


@pytest.mark.parametrize("number", [20, 21, 25])
def test_the_complaint_names_twenty_at_most(number):
    found = cloud(instance("prod"), *(database(f"d{one:02}", "OFF") for one in range(number)))
    verdict = judge(found, found, {}, [], chosen=["id-prod"], fail_on_drift=True)
    assert verdict["complaint"].startswith(f"The audit baseline is not met: {number} drifted. Database d00 (id-d00) of")
    assert verdict["complaint"].count("is not audited") == 20
    assert verdict["complaint"].endswith(f" And {number - 20} more.") is (number > 20)
    assert judge(found, found, {}, [], chosen=["id-prod"])["complaint"] is None
    assert len(verdict["drift"]) == number


def test_any_text_is_a_name():
    names = ["a\nfatal: [localhost]: FAILED!", "\ud800", None, "{{ 6 * 7 }}"]
    found = cloud(
        {**instance("prod"), "name": None}, *({**database(str(n), "OFF"), "name": one} for n, one in enumerate(names))
    )
    verdict = judge(found, found, {}, [], chosen=["id-prod"], fail_on_drift=True)
    assert verdict["complaint"].isprintable()
    assert {one["name"] for one in verdict["drift"]} == set(names)
    assert verdict["complaint"].count("is not audited") == 4


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
        "not_effective": 0,
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
        "summary": dict.fromkeys(SUMMARY, 0),
        "instances": [],
        "failures": [],
        "drift": [],
        "complaint": None,
    }
