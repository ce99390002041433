# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_catalog_info: quotas, flavors and zones, all at the same time."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import PROJECTS
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, sample, together

MODULE = "dbss_catalog_info"
QUOTA = Call("dbss", "GET", f"/v2/{PROJECT}/audit/quota", answer={"audit_quota": 3, "cpu": 8, "ram": 64})
OTHERS = Call("dbss", "GET", f"/v1/{PROJECT}/instance/quota", answer={"quota": 5, "cpu": 9, "ram": 65})
ZONES = Call("dbss", "GET", f"/v2/{PROJECT}/availability-zone", answer=sample("listAuditAvailabilityZonesNew.200"))


def flavors(number):
    """Return the call that lists the flavors of a sort."""
    path = f"/v1/{PROJECT}/audit/specification"
    query = {"image_business_type": number}
    return Call("dbss", "GET", path, query=query, answer=sample("listAuditSpecificationsNew.200"))


FIRST = ({"gather": ["zones"]}, ZONES)
LISTED = "listAuditAvailabilityZonesNew"
RUNS = [
    ({"product": ["audit"]}, [together(QUOTA, OTHERS, flavors("3"), ZONES)], False),
    ({"gather": ["zones"]}, [ZONES.but(400, fault("DBSS.10020102", "no"))], True),
]


def test_quotas(bench):
    outcome = bench.run(MODULE, {"gather": ["quota"]}, [together(QUOTA, OTHERS)])
    assert outcome["quota"] == [
        {"for": "audit", "instances": 3, "cpu": 8, "ram": 64},
        {"for": "om_and_encrypt", "instances": 5, "cpu": 9, "ram": 65},
    ]
    assert "zones" not in outcome


def test_flavors(bench):
    calls = [together(flavors("3"), flavors("1"), flavors("2"))]
    rows = bench.run(MODULE, {"gather": ["flavors"]}, calls)["flavors"]
    told = sample("listAuditSpecificationsNew.200")["specifications"][0]
    assert list(dict.fromkeys(row["product"] for row in rows)) == ["audit", "om", "encrypt"]
    assert (rows[0]["zones"], rows[0]["databases"]) == (told["azs"], told["proxy"])


def test_a_part_that_cannot_be_read(bench):
    calls = [together(QUOTA.but(400, fault("DBSS.10020102", "no")), OTHERS)]
    outcome = bench.run(MODULE, {"gather": ["quota"]}, calls, fails=True)
    assert ([row["for"] for row in outcome["quota"]], [row["part"] for row in outcome["failed_parts"]]) == (
        ["om_and_encrypt"],
        ["quota of audit"],
    )


def test_a_lookup_that_fails_counts_for_all_calls_and_is_told_once(bench):
    options = {"gather": ["quota", "zones"]}
    access = {"access_key": "a", "secret_key": "the-secret", "region": "cn-north-4"}
    outcome = bench.run(MODULE, options, [PROJECTS.but(403, fault("IAM.0003", "no"))], fails=True, access=access)
    assert outcome["msg"].count("Failed to look up project cn-north-4") == 1
    assert len(outcome["failed_parts"]) == 3
