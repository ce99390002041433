# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_database_info: the instances once, then the databases of each."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, BILLING, OFF, ORDERS, database_record, databases
from tests.unit.plugins.modules.harness import ASKED, BAD_GATEWAY, GATEWAY_PAGE, fault, together

MODULE = "dbss_audit_database_info"


def found(row, index=0, why=None):
    """Return a database of an instance as the module returns it."""
    return {**database_record(row, AUDIT.names[index], why), "instance_id": AUDIT.ids[index]}


def test_whether_a_database_is_really_audited(bench):
    failing = {**ORDERS, "id": BILLING["id"], "audit_status": "ERROR"}
    calls = [AUDIT.lists(ACTIVE, OFF), together(databases(ORDERS, failing), databases(ORDERS, instance=AUDIT.ids[1]))]
    rows = bench.run(MODULE, {}, calls)["databases"]
    assert [(row["effective"], row["not_effective_because"]) for row in rows] == [
        (True, None),
        (False, "its auditing is ON, but reports ERROR"),
        (False, "its audit instance is SHUTOFF"),
    ]


@pytest.mark.parametrize("check", [False, True])
def test_all_instances(bench, check):
    calls = [
        AUDIT.lists(ACTIVE, OFF, ("ERROR", "NO_TASK")),
        together(
            databases(ORDERS, BILLING),
            databases(instance=AUDIT.ids[1]),
            databases({**ORDERS, "status": 0}, instance=AUDIT.ids[2]),
        ),
    ]
    outcome = bench.run(MODULE, {}, calls, check=check)
    assert outcome["databases"] == [found(ORDERS), found(BILLING), found({**ORDERS, "status": "OFF"}, 2)]
    assert outcome["failed_instances"] == []
    assert outcome["changed"] is False


def test_many_instances_at_a_time(bench):
    ids = [f"instance-{index:030}" for index in range(2 * READERS)]
    rows = [{**AUDIT.row(ACTIVE), "id": instance_id} for instance_id in ids]
    reads = [databases(ORDERS, instance=instance_id) for instance_id in ids]
    outcome = bench.run(MODULE, {}, [AUDIT.listing(*rows), together(*reads, width=READERS)])
    assert [row["instance_id"] for row in outcome["databases"]] == ids


def test_no_instances(bench):
    assert bench.run(MODULE, {}, [AUDIT.lists()])["databases"] == []


@pytest.mark.parametrize("options", [{"instance_id": AUDIT.ids[1]}, {"instance_name": AUDIT.names[1]}])
def test_one_instance(bench, options):
    outcome = bench.run(MODULE, options, [AUDIT.lists(ACTIVE, OFF), databases(ORDERS, instance=AUDIT.ids[1])])
    assert outcome["databases"] == [found(ORDERS, 1, "its audit instance is SHUTOFF")]


@pytest.mark.parametrize("status", ["ON", "OFF"])
def test_the_service_filters_by_status(bench, status):
    row = {"ON": ORDERS, "OFF": BILLING}[status]
    outcome = bench.run(MODULE, {"status": status}, [AUDIT.lists(ACTIVE), databases(row, status=status)])
    assert outcome["databases"] == [found(row)]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"type": ["MYSQL"]}, ["orders"]),
        ({"type": ["MYSQL", "DWS"]}, ["orders", "shop"]),
        ({"type": []}, []),
        ({"classification": "RDS"}, ["shop"]),
        ({"effective": True}, ["orders"]),
        ({"effective": False}, ["shop"]),
        ({"rds_audit_switch_mismatch": True}, ["shop"]),
        ({"rds_audit_switch_mismatch": False, "classification": "RDS"}, []),
    ],
)
def test_other_filters_hold_after_the_listing(bench, asked, names):
    shop = {
        **ORDERS,
        "id": BILLING["id"],
        "name": "shop",
        "type": "DWS",
        "db_classification": "RDS",
        "rds_audit_switch_mismatch": True,
    }
    outcome = bench.run(MODULE, asked, [AUDIT.lists(ACTIVE), databases(ORDERS, shop)])
    assert [row["name"] for row in outcome["databases"]] == names


def test_pages_keep_the_filter(bench):
    calls = [
        AUDIT.lists(ACTIVE),
        databases(ORDERS, status="ON", total=2),
        databases({**ORDERS, "id": BILLING["id"]}, status="ON", total=2, offset=1),
    ]
    outcome = bench.run(MODULE, {"status": "ON"}, calls)
    assert [row["id"] for row in outcome["databases"]] == [ORDERS["id"], BILLING["id"]]


def test_what_could_be_read_comes_with_what_could_not(bench):
    calls = [
        AUDIT.lists(ACTIVE, ACTIVE, ACTIVE),
        together(
            databases(ORDERS),
            databases(instance=AUDIT.ids[1]).but(403, fault("DBSS.10020021", "no such instance")),
            databases(instance=AUDIT.ids[2]).but(502, GATEWAY_PAGE),
        ),
    ]
    outcome = bench.run(MODULE, {"max_retries": 1}, calls, fails=True)
    errors = [
        f"Failed to list the databases of audit instance {AUDIT.names[1]} ({AUDIT.ids[1]}): "
        f"the ID is not known to the service: no such instance (HTTP 403, DBSS.10020021){ASKED}.",
        f"Failed to list the databases of audit instance {AUDIT.names[2]} ({AUDIT.ids[2]}): {BAD_GATEWAY}.",
    ]
    assert outcome["msg"] == f"2 of 3 audit instances failed. {errors[0]} {errors[1]}"
    assert outcome["databases"] == [found(ORDERS)]
    assert [(row["id"], row["name"], row["error"]) for row in outcome["failed_instances"]] == [
        (AUDIT.ids[1], AUDIT.names[1], errors[0]),
        (AUDIT.ids[2], AUDIT.names[2], errors[1]),
    ]
    assert [row["api_error"]["http_status"] for row in outcome["failed_instances"]] == [403, 502]
    assert outcome["api_error"]["operation"] == "listAuditDatabasesV2"
    assert outcome["changed"] is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instance_name": "nobody"}, "No audit instance has the name 'nobody' (there are 1)."),
        ({"instance_id": AUDIT.ids[1]}, f"No audit instance has the ID '{AUDIT.ids[1]}' (there are 1)."),
        (
            {"instance_id": AUDIT.row(OFF)["resource_id"]},
            f"{AUDIT.row(OFF)['resource_id']} is the resource_id of {AUDIT.it()}, not its id.",
        ),
    ],
)
def test_an_instance_that_is_not_there(bench, options, message):
    assert bench.run(MODULE, options, [AUDIT.lists(ACTIVE)], fails=True)["msg"] == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"instance_id": "a", "instance_name": "b"},
            "parameters are mutually exclusive: instance_id|instance_name",
        ),
        (
            {"instance_id": "a"},
            "instance_id 'a' is not an ID: it must be 32 to 64 letters, digits, hyphens and underscores.",
        ),
        ({"status": "on"}, "value of status must be one of: ON, OFF, got: on"),
    ],
)
def test_options_that_make_no_sense(bench, options, message):
    assert bench.run(MODULE, options, [], fails=True)["msg"] == message
