# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an audit instance: what can be changed when, in which order they stand, and what listings show."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

AUDIT = f"{company.PROJECT}/audit/{company.AUDIT_PROD}"
RISK, SCOPES = f"/v1/{AUDIT}/rule/risk", f"/v1/{AUDIT}/rule/scopes"
SYSTEM_RISK, CUSTOM_RISK = "Rk1aB2cD3eF4gH5iJ6kL", "Rk7mN8oP9qR0sT1uV2wX"
ALL_AUDIT, CUSTOM_SCOPE = "Sc1aB2cD3eF4gH5iJ6kL", "Sc7mN8oP9qR0sT1uV2wX"
BODY = {
    "rule_name": "bulk-delete",
    "risk_level": "HIGH",
    "status": "OFF",
    "action": "DELETE",
    "execution_symbol": "GREATER",
    "execution_time": 1000,
    "affect_symbol": "GREATER_EQUAL",
    "affect_rows": 500,
}
SCOPE_BODY = {"rule_name": "night", "db_ids": "[ALL]", "db_names": "全部数据库", "source_ips": "10.1.0.0/16"}
DONE, FAILED = {"status": "SUCCESS"}, {"status": "FAILED"}


def risk_rules(api):
    return {one["name"]: one for one in api("GET", RISK).json()["rules"]}


def scopes(api):
    return {one["name"]: one for one in api("GET", SCOPES).json()["scopes"]}


def switch_scope(api, scope, status):
    return api("POST", f"/v2/{AUDIT}/rule/scopes/switch", json={"ids": [scope], "status": status}).json()


def test_a_risk_rule_lives(emulator, api):
    assert api("POST", RISK, json=BODY).json() == DONE
    rule = risk_rules(api)["bulk-delete"]
    assert (rule["status"], rule["rank"], rule["rule_type"], rule["feature"]) == (
        "OFF",
        2,
        "CUSTOMIZE",
        "CLIENT[Any]OPERATE[DELETE]OBJECT[Any]",
    )
    one = f"/v2/{AUDIT}/rule/risk/{rule['id']}"
    assert api("PUT", one, json={**BODY, "affect_rows": 5, "client_ips": "10.0.0.1"}).json() == DONE
    detail = api("GET", one).json()
    assert (detail["rule_name"], detail["affect_rows"], detail["client_ips"]) == ("bulk-delete", 5, "10.0.0.1")
    assert "exception_ips" not in detail
    assert api("DELETE", f"{RISK}/{rule['id']}").json() == DONE
    assert "bulk-delete" not in risk_rules(api)
    assert emulator.counters()["changes"][rule["id"]] == {"create": 1, "edit": 1, "delete": 1}


def test_an_edit_replaces_all_that_it_does_not_say(emulator, api):
    assert api("PUT", f"/v2/{AUDIT}/rule/risk/{CUSTOM_RISK}", json=BODY).json() == DONE
    (instance,) = [one for one in emulator.state()["audit_instances"] if one["id"] == company.AUDIT_PROD]
    (rule,) = [one for one in instance["risk_rules"] if one["id"] == CUSTOM_RISK]
    assert (rule["exception_ips"], rule["db_ids"]) == ("", "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"/v2/{AUDIT}/rule/risk/{SYSTEM_RISK}", BODY),
        ("DELETE", f"{RISK}/{SYSTEM_RISK}", None),
        ("POST", f"/v3/{AUDIT}/rule/scopes/{ALL_AUDIT}", SCOPE_BODY),
        ("POST", f"/v3/{AUDIT}/rule/scopes/{CUSTOM_SCOPE}", SCOPE_BODY),
        ("DELETE", f"{SCOPES}/{CUSTOM_SCOPE}", None),
        ("POST", f"{SCOPES}/batch-delete", {"ids": [CUSTOM_SCOPE]}),
    ],
)
def test_what_may_not_be_changed_fails_with_200(emulator, api, method, path, body):
    before = emulator.state()["audit_instances"]
    answer = api(method, path, json=body)
    assert (answer.status_code, answer.json()) == (200, FAILED)
    assert emulator.state()["audit_instances"] == before
    assert not emulator.requests()[-1]["acted"]


@pytest.mark.parametrize("rank", [0, 2])
def test_a_rank_out_of_reach(api, rank):
    answer = api("POST", f"/v2/{AUDIT}/rule/risk/rank", json={"id": CUSTOM_RISK, "new_rank": rank})
    assert answer.status_code == 400 or answer.json() == {"result": "failed"}


def test_custom_risk_rules_make_room(api):
    for name in ("second", "third"):
        api("POST", RISK, json={**BODY, "rule_name": name})
    third = risk_rules(api)["third"]["id"]
    answer = api("POST", f"/v2/{AUDIT}/rule/risk/rank", json={"id": third, "new_rank": 1})
    assert answer.json() == {"result": "success"}
    ranks = {name: rule["rank"] for name, rule in risk_rules(api).items()}
    assert ranks == {"bulk_read": -1, "third": 1, "no-drop-in-production": 2, "second": 3}
    api("DELETE", f"{RISK}/{third}")
    assert risk_rules(api)["second"]["rank"] == 2


def test_risk_rules_are_switched_by_text_with_commas(api):
    body = {"ids": f"{SYSTEM_RISK},{CUSTOM_RISK}", "status": "OFF"}
    assert api("POST", f"/v2/{AUDIT}/rule/risk/switch", json=body).json() == DONE
    assert {rule["status"] for rule in risk_rules(api).values()} == {"OFF"}


def test_a_scope_is_changed_while_it_is_off(api):
    assert switch_scope(api, CUSTOM_SCOPE, "OFF") == DONE
    assert api("POST", f"/v3/{AUDIT}/rule/scopes/{CUSTOM_SCOPE}", json=SCOPE_BODY).json() == DONE
    scope = scopes(api)["night"]
    assert (scope["id"], scope["status"], scope["source_ips"], scope["db_users"]) == (
        CUSTOM_SCOPE,
        "OFF",
        "10.1.0.0/16",
        None,
    )
    assert api("POST", f"{SCOPES}/batch-delete", json={"ids": [CUSTOM_SCOPE]}).json() == DONE
    assert set(scopes(api)) == {"audit_all"}


def test_the_full_audit_scope_can_be_switched(api):
    assert switch_scope(api, ALL_AUDIT, "OFF") == DONE
    assert scopes(api)["audit_all"]["status"] == "OFF"


def test_rules_of_a_stopped_instance_can_be_read_only(api):
    audit = AUDIT.replace(company.AUDIT_PROD, company.AUDIT_TEST)
    assert api("GET", f"/v1/{audit}/rule/risk").status_code == 200
    answer = api("POST", f"/v1/{audit}/rule/risk", json=BODY)
    assert (answer.status_code, code(answer)) == (400, "DBSS.10020102")


def test_lists_lag_behind_creation_and_removal(emulator, api):
    emulator.settings(lag=30)
    api("POST", RISK, json=BODY)
    api("DELETE", f"{RISK}/{CUSTOM_RISK}")
    assert set(risk_rules(api)) == {"bulk_read", "no-drop-in-production"}
    assert code(api("DELETE", f"{RISK}/{CUSTOM_RISK}")) == "DBSS.10020021"
    emulator.advance(30.1)
    assert set(risk_rules(api)) == {"bulk_read", "bulk-delete"}


def test_both_generations_act_on_the_same_rules(api):
    old = f"/v1/{company.PROJECT}/{company.AUDIT_PROD}"
    body = {"ids": CUSTOM_RISK, "status": "OFF"}
    assert api("POST", f"{old}/audit/rule/risk/switch", json=body).json() == DONE
    assert api("GET", f"{old}/dbss/audit/rule/risk/{CUSTOM_RISK}").json()["status"] == "OFF"
    assert api("GET", f"{old}/dbss/audit/rule/risk").json() == api("GET", RISK).json()
    assert api("GET", f"{old}/dbss/audit/rule/scopes").json() == api("GET", SCOPES).json()
