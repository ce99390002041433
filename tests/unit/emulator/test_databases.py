# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audited databases: the switch, filters and pages."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

LIST = f"/v2/{company.PROJECT}/audit/{company.AUDIT_PROD}/databases"


def position(api, database):
    row = next(one for one in api.databases() if one["id"] == database)
    return row["status"], row["audit_status"]


def test_the_switch_goes_both_ways(emulator, api):
    assert position(api, company.ORDERS) == ("ON", "ACTIVE")
    assert api.switch(company.ORDERS, "OFF").json() == {"status": "SUCCESS"}
    assert position(api, company.ORDERS) == ("OFF", "SHUTOFF")
    assert api.switch(company.ORDERS, "ON").json() == {"status": "SUCCESS"}
    assert position(api, company.ORDERS) == ("ON", "ACTIVE")
    assert emulator.counters()["changes"] == {company.ORDERS: {"OFF": 1, "ON": 1}}


def test_a_switch_to_where_it_is_changes_nothing(emulator, api):
    assert api.switch(company.ORDERS, "ON", lts_audit_switch=None).json() == {"status": "SUCCESS"}
    (entry,) = emulator.requests(operation="switchAuditDatabaseV3")
    assert (entry["acted"], entry["resource"]) == (False, company.ORDERS)
    assert emulator.counters()["changes"] == {}


def test_auditing_may_fail_to_run(api):
    assert position(api, company.LEGACY) == ("ON", "ERROR")
    api.switch(company.LEGACY, "OFF")
    assert position(api, company.LEGACY) == ("OFF", "SHUTOFF")
    api.switch(company.LEGACY, "ON")
    assert position(api, company.LEGACY) == ("ON", "ERROR")


@pytest.mark.parametrize(
    ("database", "switch", "stopped"),
    [(company.DWS_DATABASE, 1, True), (company.DWS_DATABASE, 0, False), (company.ORDERS, 1, False)],
)
def test_only_1_stops_lts_auditing_and_only_of_dws(emulator, api, database, switch, stopped):
    api.switch(database, "OFF", lts_audit_switch=switch)
    row = next(one for one in emulator.state()["audit_instances"][0]["databases"] if one["id"] == database)
    assert row["lts_stopped"] is stopped
    assert "lts_stopped" not in next(one for one in api.databases() if one["id"] == database)


def test_unknown_instance_and_database(api):
    assert code(api("GET", LIST.replace(company.AUDIT_PROD, "0" * 32))) == "DBSS.10020021"
    assert code(api.switch("0" * 16, "ON")) == "DBSS.10020021"


def test_failures_of_the_older_path_are_nested(api):
    path = f"/v2/{company.PROJECT}/{company.AUDIT_PROD}/audit/databases/switch"
    assert api("POST", path, json={"id": "0" * 16, "status": "ON"}).json()["error"]["error_code"] == "DBSS.10020021"


@pytest.mark.parametrize(("status", "count"), [("ON", 4), ("OFF", 2), (None, 6)])
def test_filter_by_status(api, status, count):
    answer = api("GET", LIST, params={"status": status}).json()
    assert answer["total"] == len(answer["databases"]) == count


@pytest.fixture
def many(emulator):
    """Give audit-prod 250 databases named 000 to 249."""
    state = emulator.state()
    rows = [{"id": f"database{number:012}", "name": f"{number:03}"} for number in range(250)]
    state["audit_instances"][0]["databases"] = rows
    emulator.state(state)


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ({}, "000", 100),
        ({"limit": 1}, "000", 1),
        ({"limit": 250}, "000", 250),
        ({"limit": 10000}, "000", 250),
        ({"offset": 100}, "100", 100),
        ({"offset": 200}, "200", 50),
        ({"offset": 249, "limit": 5}, "249", 1),
        ({"offset": 250}, None, 0),
    ],
)
def test_pages_of_databases(api, many, query, first, count):
    answer = api("GET", LIST, params=query).json()
    names = [one["database"]["name"] for one in answer["databases"]]
    assert (names[:1], len(names), answer["total"]) == ([first] if first else [], count, 250)


@pytest.mark.parametrize("query", ["limit=0", "limit=10001", "limit=-1", "limit=x", "offset=-1", f"limit={'9' * 5000}"])
def test_pages_that_cannot_be(api, query):
    answer = api("GET", f"{LIST}?{query}")
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")


@pytest.mark.parametrize(
    ("query", "count"),
    [({}, 6), ({"limit": 2}, 2), ({"limit": 6}, 6), ({"limit": 7}, 6), ({"offset": 4}, 2), ({"offset": 6}, 0)],
)
def test_pages_of_audit_instances(api, query, count):
    answer = api("GET", company.INSTANCES, params=query).json()
    assert (len(answer["servers"]), answer["total"]) == (count, 6)


@pytest.mark.parametrize("path", ["/v1/{}/audit/instances", "/v2/{}/audit/instances"])
def test_newer_listings_of_instances_have_a_limit(api, path):
    path = path.format(company.PROJECT)
    assert len(api("GET", path, params={"limit": 1000}).json()["instances"]) == 6
    assert code(api("GET", path, params={"limit": 1001})) == "DBSS.10000001"


def test_the_service_may_give_less_than_asked_for(emulator, api, many):
    emulator.settings(page_cap=40)
    assert len(api.databases()) == 40
    assert len(api.databases(offset=240, limit=100)) == 10
    answer = api("GET", company.INSTANCES).json()
    emulator.settings(page_cap=2)
    answer = api("GET", company.INSTANCES).json()
    assert (len(answer["servers"]), answer["total"]) == (2, 6)


def test_databases_lag_one_by_one(emulator, api):
    emulator.settings(lag=30)
    api.switch(company.ORDERS, "OFF")
    emulator.advance(20)
    api.switch(company.BILLING, "ON")
    assert (position(api, company.ORDERS)[0], position(api, company.BILLING)[0]) == ("ON", "OFF")
    emulator.advance(11)
    assert (position(api, company.ORDERS)[0], position(api, company.BILLING)[0]) == ("OFF", "OFF")
    emulator.advance(20)
    assert position(api, company.BILLING)[0] == "ON"
