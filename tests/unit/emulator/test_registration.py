# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which databases an instance knows, and their agents."""

from __future__ import annotations

import hashlib

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code
from tests.unit.emulator.drives.databases import AGENT_FREE, NEW_AGENT, SELF_BUILT, SHARED

AUDIT = f"{company.PROJECT}/audit/{company.AUDIT_PROD}"
DATABASES, RDS = f"/v2/{AUDIT}/databases", f"/v3/{AUDIT}/databases/rds"
AGENTS = f"/v3/{AUDIT}/agents"


def agents(api, database=company.ORDERS):
    return api("GET", AGENTS, params={"db_id": database}).json()["agents"]


def test_a_self_built_database_lives(api):
    made = api("POST", DATABASES, json=SELF_BUILT).json()["id"]
    database = next(one for one in api.databases() if one["id"] == made)
    assert (database["name"], database["port"], database["status"], database["audit_status"]) == (
        "wiki",
        "3306",
        "OFF",
        "SHUTOFF",
    )
    assert api("DELETE", f"/v3/{AUDIT}/databases/{made}").json() == {"status": "SUCCESS"}
    assert made not in [one["id"] for one in api.databases()]


@pytest.mark.parametrize("field", ["charset", "instance_name"])
def test_null_counts_as_not_given(api, field):
    body = {"database": {**SELF_BUILT["database"], field: None}}
    made = api("POST", DATABASES, json=body).json()["id"]
    assert next(one for one in api.databases() if one["id"] == made)[field] is not None


def test_no_room_is_left(emulator, api):
    state = emulator.state()
    state["audit_instances"][0]["database_limit"] = 6
    emulator.state(state)
    answer = api("POST", DATABASES, json=SELF_BUILT)
    assert (answer.status_code, code(answer)) == (400, "DBSS.10020118")
    listed = api("POST", RDS, json={"databases": [{"id": company.RDS_PAYMENTS, "type": "MYSQL"}]}).json()["ret_list"]
    assert [(one["ret_status"], one["ret_message"]) for one in listed] == [("FAILED", "database limit reached")]


def test_each_rds_instance_has_its_own_verdict(api):
    asked = [(company.RDS_PAYMENTS, "MYSQL"), ("unknown", "MYSQL"), (company.RDS_LEDGER, "MYSQL")]
    body = {"databases": [{"id": one, "type": kind} for one, kind in asked]}
    first = [one["ret_status"] for one in api("POST", RDS, json=body).json()["ret_list"]]
    second = [one["ret_message"] for one in api("POST", RDS, json=body).json()["ret_list"]]
    assert (first, second[0]) == (["SUCCESS", "FAILED", "FAILED"], "already attached")
    database = next(one for one in api.databases() if one["rds_id"] == company.RDS_PAYMENTS)
    assert (database["name"], database["db_classification"], database["status"]) == ("payments", "RDS", "OFF")


def test_what_needs_an_agent_is_illegal_without(api):
    body = {"databases": [*AGENT_FREE["databases"], {**AGENT_FREE["databases"][0], "id": company.RDS_LEDGER}]}
    path = f"/v1/{company.PROJECT}/{company.AUDIT_PROD}/dbss/audit/databases/rds"
    assert api("POST", path, json=body).json() == {
        "legal_db_id": [company.RDS_PAYMENTS],
        "illegal_db_id": [company.RDS_LEDGER],
    }


@pytest.mark.parametrize(("kind", "number"), [("MYSQL", 4), ("POSTGRESQL", 1), ("SQLSERVER", 0)])
def test_candidates_are_told_by_type(api, kind, number):
    answer = api("GET", f"/v2/{company.PROJECT}/audit/databases/rds", params={"db_type": kind, "limit": "1"}).json()
    assert (answer["total_count"], len(answer["databases"])) == (number, min(1, number))


def test_a_key_is_set_and_shown_nowhere(emulator, api):
    key = "-----BEGIN PRIVATE KEY-----hush"  # gitleaks:allow - not a key
    assert api("POST", f"{DATABASES}/{company.ORDERS}/sslkey", json={"pem_key_txt": key}).json() == {
        "result": "SUCCESS"
    }
    assert code(api("POST", f"{DATABASES}/{company.ORDERS}/sslkey", json={"pem_key_txt": "x"})) == "DBSS.10000001"
    assert "hush" not in str(emulator.state())


def test_an_agent_lives(api):
    assert api("POST", AGENTS, json=NEW_AGENT).json() == {"result": "SUCCESS"}
    (agent,) = agents(api, company.BILLING)
    assert (agent["agent_ip"], agent["status"], agent["datacap_status"], agent["db_name"]) == (
        "10.0.0.5",
        1,
        1,
        "billing",
    )
    one = agent["agent_id"]
    assert next(db for db in api.databases() if db["id"] == company.BILLING)["agent_url"] == [one]
    api("POST", f"/v2/{AUDIT}/agents/{one}", json={"cpu_threshold": 50, "mem_threshold": 60})
    api("POST", f"/v2/{AUDIT}/agent/switch", json={"agent_id": one, "status": 0})
    (agent,) = agents(api, company.BILLING)
    assert (agent["cpu_threshold"], agent["mem_threshold"], agent["datacap_status"]) == (50, 60, 3)
    assert api("DELETE", f"{AGENTS}/{one}", params={"db_id": company.ORDERS}).status_code == 400
    assert api("DELETE", f"{AGENTS}/{one}", params={"db_id": company.BILLING}).json() == {"result": "SUCCESS"}
    assert agents(api, company.BILLING) == []


def test_a_shared_agent_stays_with_the_other_database(api):
    assert api("POST", AGENTS, json=SHARED).json() == {"result": "SUCCESS"}
    api("DELETE", f"/v3/{AUDIT}/databases/{company.ORDERS}")
    assert [one["agent_id"] for one in agents(api, company.BILLING)] == [company.AGENT]


def test_an_agent_of_an_application_needs_its_address(api):
    body = {key: value for key, value in NEW_AGENT.items() if key != "agent_ip"}
    assert code(api("POST", AGENTS, json=body)) == "DBSS.10000001"


def test_the_file_of_an_agent_has_the_listed_digest(api):
    answer = api("GET", f"/v2/{AUDIT}/agents/{company.AGENT}/download")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert hashlib.sha256(answer.content).hexdigest() == agents(api)[0]["sha256"]


def test_a_stopped_instance_registers_nothing(api):
    answer = api("POST", DATABASES.replace(company.AUDIT_PROD, company.AUDIT_TEST), json=SELF_BUILT)
    assert code(answer) == "DBSS.10020102"
