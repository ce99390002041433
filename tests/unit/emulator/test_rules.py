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
SQL, MASK, WHITELIST = f"/v1/{AUDIT}/rule/sql", f"/v1/{AUDIT}/sensitive/mask/rule", f"/v1/{AUDIT}/whitelists"
SQL_BODY = {"rule_name": "sleep", "sql_regex": "(?i)sleep", "risk_level": "LOW", "status": "OFF"}
MASK_BODY = {"rule_name": "iban", "mask_regex": "[A-Z]{2}[0-9]{20}", "mask_value": "##"}
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
    assert api("PUT", f"/v2/{AUDIT}/rule/risk/{company.CUSTOM_RISK}", json=BODY).json() == DONE
    (instance,) = [one for one in emulator.state()["audit_instances"] if one["id"] == company.AUDIT_PROD]
    (rule,) = [one for one in instance["risk_rules"] if one["id"] == company.CUSTOM_RISK]
    assert (rule["exception_ips"], rule["db_ids"]) == ("", "")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"/v2/{AUDIT}/rule/risk/{company.SYSTEM_RISK}", BODY),
        ("DELETE", f"{RISK}/{company.SYSTEM_RISK}", None),
        ("POST", f"/v3/{AUDIT}/rule/scopes/{company.ALL_AUDIT}", SCOPE_BODY),
        ("POST", f"/v3/{AUDIT}/rule/scopes/{company.CUSTOM_SCOPE}", SCOPE_BODY),
        ("DELETE", f"{SCOPES}/{company.CUSTOM_SCOPE}", None),
        ("POST", f"{SCOPES}/batch-delete", {"ids": [company.CUSTOM_SCOPE]}),
        ("POST", f"{SQL}/{company.SYSTEM_SQL}", SQL_BODY),
        ("DELETE", f"{SQL}/{company.SYSTEM_SQL}", None),
        ("POST", f"{MASK}/{company.SYSTEM_MASK}", MASK_BODY),
        ("DELETE", f"{MASK}/{company.SYSTEM_MASK}", None),
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
    answer = api("POST", f"/v2/{AUDIT}/rule/risk/rank", json={"id": company.CUSTOM_RISK, "new_rank": rank})
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
    body = {"ids": f"{company.SYSTEM_RISK},{company.CUSTOM_RISK}", "status": "OFF"}
    assert api("POST", f"/v2/{AUDIT}/rule/risk/switch", json=body).json() == DONE
    assert {rule["status"] for rule in risk_rules(api).values()} == {"OFF"}


def test_a_scope_is_changed_while_it_is_off(api):
    assert switch_scope(api, company.CUSTOM_SCOPE, "OFF") == DONE
    assert api("POST", f"/v3/{AUDIT}/rule/scopes/{company.CUSTOM_SCOPE}", json=SCOPE_BODY).json() == DONE
    scope = scopes(api)["night"]
    assert (scope["id"], scope["status"], scope["source_ips"], scope["db_users"]) == (
        company.CUSTOM_SCOPE,
        "OFF",
        "10.1.0.0/16",
        None,
    )
    assert api("POST", f"{SCOPES}/batch-delete", json={"ids": [company.CUSTOM_SCOPE]}).json() == DONE
    assert set(scopes(api)) == {"audit_all"}


def test_the_full_audit_scope_can_be_switched(api):
    assert switch_scope(api, company.ALL_AUDIT, "OFF") == DONE
    assert scopes(api)["audit_all"]["status"] == "OFF"


def test_rules_of_a_stopped_instance_can_be_read_only(api):
    audit = AUDIT.replace(company.AUDIT_PROD, company.AUDIT_TEST)
    assert api("GET", f"/v1/{audit}/rule/risk").status_code == 200
    answer = api("POST", f"/v1/{audit}/rule/risk", json=BODY)
    assert (answer.status_code, code(answer)) == (400, "DBSS.10020102")


def test_lists_lag_behind_creation_and_removal(emulator, api):
    emulator.settings(lag=30)
    api("POST", RISK, json=BODY)
    api("DELETE", f"{RISK}/{company.CUSTOM_RISK}")
    assert set(risk_rules(api)) == {"bulk_read", "no-drop-in-production"}
    assert code(api("DELETE", f"{RISK}/{company.CUSTOM_RISK}")) == "DBSS.10020021"
    emulator.advance(30.1)
    assert set(risk_rules(api)) == {"bulk_read", "bulk-delete"}


def test_both_generations_act_on_the_same_rules(api):
    old = f"/v1/{company.PROJECT}/{company.AUDIT_PROD}"
    body = {"ids": company.CUSTOM_RISK, "status": "OFF"}
    assert api("POST", f"{old}/audit/rule/risk/switch", json=body).json() == DONE
    assert api("GET", f"{old}/dbss/audit/rule/risk/{company.CUSTOM_RISK}").json()["status"] == "OFF"
    assert api("GET", f"{old}/dbss/audit/rule/risk").json() == api("GET", RISK).json()
    assert api("GET", f"{old}/dbss/audit/rule/scopes").json() == api("GET", SCOPES).json()


def sql_rules(api, **query):
    return api("POST", f"/v1/{AUDIT}/rule/sqls", json=query).json()["rules"]


def test_sql_rules_have_one_order(api):
    assert api("POST", SQL, json=SQL_BODY).json() == DONE
    new = sql_rules(api)[-1]
    assert (new["name"], new["rank"], new["status"], new["type"]) == ("sleep", 3, "OFF", "CUSTOMIZE")
    assert api("POST", f"/v2/{AUDIT}/rule/sql/rank", json={"ids": [new["id"]]}).json() == DONE
    assert [one["name"] for one in sql_rules(api)] == ["sleep", "union_select", "comment-tricks"]
    assert api("DELETE", f"{SQL}/{new['id']}").json() == DONE
    assert [one["rank"] for one in sql_rules(api)] == [1, 2]


def test_sql_rules_come_in_numbered_pages(emulator, api):
    assert [one["name"] for one in sql_rules(api, page=2, size=1)] == ["comment-tricks"]
    emulator.settings(first_page=0)
    assert [one["name"] for one in sql_rules(api, page=1, size=1)] == ["comment-tricks"]
    assert [one["name"] for one in sql_rules(api, risk_levels="HIGH,LOW")] == ["union_select"]


def test_one_sql_rule_is_switched_at_a_time(api):
    body = {"id": company.SYSTEM_SQL, "status": "OFF"}
    assert api("POST", f"/v2/{AUDIT}/rule/sql/switch", json=body).json() == DONE
    assert [one["status"] for one in sql_rules(api)] == ["OFF", "ON"]


def test_a_mask_is_born_on_and_dated(api):
    assert api("POST", MASK, json=MASK_BODY).json() == DONE
    new = api("GET", MASK).json()["rules"][-1]
    assert (new["name"], new["regex"], new["mask_value"], new["status"]) == ("iban", "[A-Z]{2}[0-9]{20}", "##", "ON")
    assert int(new["operate_time"]) > 1760000000000
    body = {"ids": [new["id"], company.SYSTEM_MASK], "status": "OFF"}
    assert api("POST", f"/v2/{AUDIT}/sensitive/mask/rule/switch", json=body).json() == DONE
    assert [one["status"] for one in api("GET", MASK).json()["rules"]] == ["OFF", "ON", "OFF"]


def test_the_whitelist_is_added_to_and_taken_from_in_batches(api):
    entries = [{"sql": f"SELECT {number}", "enabled": number > 1} for number in (1, 2)]
    assert api("POST", WHITELIST, json={"whitelists": entries}).json() == DONE
    listed = api("GET", WHITELIST, params={"offset": 2, "limit": 10}).json()
    assert (listed["total"], [one["enabled"] for one in listed["whitelists"]]) == (4, [False, True])
    first = listed["whitelists"][0]["id"]
    assert api("PUT", f"{WHITELIST}/{first}", json={"enabled": True, "desc": "on"}).json() == DONE
    assert api("POST", f"{WHITELIST}/batch-delete", json={"whitelists": [company.ENTRY]}).json() == DONE
    left = {one["sql"]: (one["enabled"], one["desc"]) for one in api("GET", WHITELIST).json()["whitelists"]}
    assert (len(left), left["SELECT 1"]) == (3, (True, "on"))


def test_a_batch_is_done_whole_or_not(api):
    answer = api("POST", f"{WHITELIST}/batch-delete", json={"whitelists": [company.ENTRY, "unknown0000000000001"]})
    assert code(answer) == "DBSS.10020021"
    assert api("GET", WHITELIST).json()["total"] == 2
