# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_rule_info: each section of each instance once, and the details of custom risk rules on demand."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, sample, together

MODULE = "dbss_audit_rule_info"
INSTANCE = AUDIT.ids[0]
RULES = sample("listRiskRulesNew.200")["rules"]
ENTRY = sample("listWhitelists.200")["whitelists"][0]


def risks(*rows, instance=INSTANCE):
    """Return the call that lists risk rules."""
    path = f"/v1/{PROJECT}/audit/{instance}/rule/risk"
    return Call("dbss", "GET", path, query={"limit": "1000"}, answer={"rules": list(rows), "total": len(rows)})


def whitelist(*rows, instance=INSTANCE):
    """Return the call that lists a whitelist."""
    path = f"/v1/{PROJECT}/audit/{instance}/whitelists"
    return Call("dbss", "GET", path, query={"limit": "100"}, answer={"whitelists": list(rows), "total": len(rows)})


def sections():
    """Return the calls that list all other sections, each with a row of the contract's samples."""
    base = f"/v1/{PROJECT}/audit/{INSTANCE}"
    limit = {"limit": "1000"}
    return [
        Call("dbss", "GET", f"{base}/rule/scopes", query=limit, answer=sample("listScopesNew.200")),
        Call(
            "dbss",
            "POST",
            f"{base}/rule/sqls",
            body={"page": 1, "size": 1000},
            answer=sample("listSqlInjectionRulesNew.200"),
        ),
        Call("dbss", "GET", f"{base}/sensitive/mask/rule", query=limit, answer=sample("listMaskRulesNew.200")),
    ]


def detail(row):
    """Return the call that reads a risk rule by itself."""
    path = f"/v2/{PROJECT}/audit/{INSTANCE}/rule/risk/{row['id']}"
    return Call("dbss", "GET", path, answer=sample("getRiskRuleNew.200"))


CUSTOM = [row for row in RULES if row["rule_type"] != "SYSTEM"][:1]
FIRST = ({}, AUDIT.lists())
LISTED = "listAuditInstances"
RUNS = [
    (
        {"gather": ["scope", "sql", "mask", "whitelist"]},
        [AUDIT.lists(ACTIVE), together(*sections(), whitelist(ENTRY))],
        False,
    ),
    (
        {"gather": ["risk"], "details": True},
        [AUDIT.lists(ACTIVE), risks(*CUSTOM), detail(CUSTOM[0])],
        False,
    ),
    (
        {"gather": ["risk"]},
        [AUDIT.lists(ACTIVE), risks().but(400, fault("DBSS.10020102", "no"))],
        True,
    ),
]


def test_each_section_of_each_instance_is_read_once(bench):
    calls = [
        AUDIT.lists(ACTIVE, ACTIVE),
        together(
            risks(*RULES),
            whitelist(ENTRY),
            risks(instance=AUDIT.ids[1]),
            whitelist(instance=AUDIT.ids[1]),
        ),
    ]
    outcome = bench.run(MODULE, {"gather": ["risk", "whitelist"]}, calls)
    assert [row["name"] for row in outcome["risk_rules"]] == [row["name"] for row in RULES]
    assert {row["instance_name"] for row in outcome["risk_rules"]} == {"audit-prod"}
    assert [row["system"] for row in outcome["risk_rules"]] == [row["rule_type"] == "SYSTEM" for row in RULES]
    assert outcome["whitelist"][0]["sql"] == ENTRY["sql"]
    assert "scopes" not in outcome


def test_details_of_custom_risk_rules(bench):
    calls = [AUDIT.lists(ACTIVE), risks(*CUSTOM), detail(CUSTOM[0])]
    options = {"instance_name": "audit-prod", "gather": ["risk"], "details": True}
    assert bench.run(MODULE, options, calls)["risk_rules"][0]["action"] == ["DROP_TABLE"]


def test_what_cannot_be_read_is_listed_and_the_rest_is_there(bench):
    calls = [
        AUDIT.lists(ACTIVE, ACTIVE),
        together(whitelist(ENTRY), whitelist(instance=AUDIT.ids[1]).but(400, fault("DBSS.10020102", "no"))),
    ]
    outcome = bench.run(MODULE, {"gather": ["whitelist"]}, calls, fails=True)
    assert len(outcome["whitelist"]) == 1
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-test"]
