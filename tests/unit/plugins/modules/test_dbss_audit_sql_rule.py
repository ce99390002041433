# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_sql_rule: numbered pages, one switch a call, and one call for the whole order."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import AUDIT, done
from tests.unit.plugins.modules.harness import PROJECT, Call, together

MODULE = "dbss_audit_sql_rule"
INSTANCE = AUDIT.ids[0]
V1, V2 = (f"/v{number}/{PROJECT}/audit/{INSTANCE}/rule" for number in (1, 2))


def rule(name, rank=1, status="ON", system=False):
    """Return a rule as the service lists it."""
    return {
        "id": f"{name:x<20}",
        "name": name,
        "status": status,
        "risk_level": "HIGH",
        "type": "SYSTEM" if system else "CUSTOMIZE",
        "rank": rank,
        "feature": None,
        "regex": f"(?i){name}",
    }


def lists(*rules):
    """Return the call that lists rules."""
    answer = {"rules": list(rules), "total": len(rules)}
    return Call("dbss", "POST", f"{V1}/sqls", body={"page": 1, "size": 1000}, answer=answer)


def switches(status, row):
    """Return the call that turns a rule on or off."""
    return done("dbss", "POST", f"{V2}/sql/switch", {"id": row["id"], "status": status})


def ranks(*rows):
    """Return the call that sets the order."""
    return done("dbss", "POST", f"{V2}/sql/rank", {"ids": [row["id"] for row in rows]})


def run(bench, calls, fails=False, check=False, **options):
    """Run the module for the first audit instance."""
    return bench.run(MODULE, {"instance_id": INSTANCE, **options}, calls, fails=fails, check=check)


UNION, SLEEP, OTHER = rule("union", 1, system=True), rule("sleep", 2), rule("other", 3)
FIRST = ({"instance_id": INSTANCE, "rules": []}, lists(UNION))
LISTED = "listSqlInjectionRulesNew"
FAILED = (200, {"status": "FAILED"})
RUNS = [
    (
        {"instance_id": INSTANCE, "rules": [{"name": "union"}], "purge": True},
        [lists(UNION, SLEEP), done("dbss", "DELETE", f"{V1}/sql/{SLEEP['id']}").but(*FAILED)],
        True,
    ),
    (
        {"instance_id": INSTANCE, "rules": [{"name": "union"}], "state": "disabled", "ranking": ["union"]},
        [lists(UNION), switches("OFF", UNION), lists({**UNION, "status": "OFF"})],
        False,
    ),
]


def test_a_rule_is_created_and_ranked(bench):
    new = rule("new", 2)
    body = {"rule_name": "new", "sql_regex": "(?i)new", "risk_level": "HIGH", "status": "ON"}
    calls = [
        lists(UNION),
        done("dbss", "POST", f"{V1}/sql", body),
        lists(UNION, new),
        ranks(new),
        lists({**new, "rank": 1}, {**UNION, "rank": 2}),
    ]
    outcome = run(bench, calls, rules=[{"name": "new", "regex": "(?i)new", "risk_level": "high"}], ranking=["new"])
    (row,) = outcome["rules"]
    assert (row["actions"], row["rank"]) == (["createSqlInjectionRule", "rankSqlInjectionRules"], 1)


@pytest.mark.parametrize("ranking", [["union"], ["union", SLEEP["id"]], []])
def test_an_order_that_is_right_costs_nothing(bench, ranking):
    assert not run(bench, [lists(UNION, SLEEP, OTHER)], ranking=ranking)["changed"]


@pytest.mark.parametrize("check", [False, True])
def test_the_order_alone(bench, check):
    writes = [ranks(OTHER), lists({**OTHER, "rank": 1}, {**UNION, "rank": 2}, {**SLEEP, "rank": 3})]
    outcome = run(bench, [lists(UNION, SLEEP, OTHER), *([] if check else writes)], check=check, ranking=["other"])
    assert (outcome["changed"], outcome["rules"]) == (True, [])


def test_each_rule_is_switched_by_itself(bench):
    off = [{**row, "status": "OFF"} for row in (UNION, SLEEP)]
    calls = [lists(UNION, SLEEP), together(switches("OFF", UNION), switches("OFF", SLEEP)), lists(*off)]
    outcome = run(bench, calls, all_rules=True, state="disabled")
    assert [row["actions"] for row in outcome["rules"]] == [["switchSqlInjectionRule"]] * 2


def test_a_change_sends_the_whole_rule(bench):
    body = {"rule_name": "sleep", "sql_regex": "x", "risk_level": "HIGH", "status": "ON"}
    calls = [lists(SLEEP), done("dbss", "POST", f"{V1}/sql/{SLEEP['id']}", body), lists({**SLEEP, "regex": "x"})]
    assert run(bench, calls, rules=[{"name": "sleep", "regex": "x"}])["rules"][0]["regex"] == "x"


@pytest.mark.parametrize(
    ("options", "calls", "message"),
    [
        (
            {"rules": [{"name": "a", "regex": " "}]},
            [],
            "SQL rule 'a' has an empty regex: give one, or leave it out.",
        ),
        (
            {"ranking": ["slep"]},
            [lists(SLEEP)],
            "No SQL rule has the ID or name 'slep' (there are 1). Did you mean 'sleep'?",
        ),
    ],
)
def test_what_cannot_be(bench, options, calls, message):
    assert run(bench, calls, True, **options)["msg"] == message
