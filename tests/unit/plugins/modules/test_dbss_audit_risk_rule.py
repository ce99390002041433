# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_risk_rule: what the list does not show, what nobody shows, and the order."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import AUDIT, ORDERS, databases, done
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, together

MODULE = "dbss_audit_risk_rule"
INSTANCE = AUDIT.ids[0]
V1, V2 = (f"/v{number}/{PROJECT}/audit/{INSTANCE}/rule/risk" for number in (1, 2))


def rule(name, rank=1, status="ON", level="MEDIUM", system=False):
    """Return a rule as the service lists it."""
    return {
        "id": f"{name:x<20}",
        "name": name,
        "type": "OPERATE",
        "feature": None,
        "status": status,
        "rank": -1 if system else rank,
        "risk_level": level,
        "rule_type": "SYSTEM" if system else "CUSTOMIZE",
    }


def lists(*rules):
    """Return the call that lists rules."""
    return Call("dbss", "GET", V1, query={"limit": "1000"}, answer={"rules": list(rules), "total": len(rules)})


DETAIL = {
    "action": "DROP_TABLE",
    "schemas": [],
    "ignore_case": False,
    "db_ids": ORDERS["id"],
    "client_ips": None,
    "execution_symbol": "GREATER_EQUAL",
    "execution_time": 0,
    "affect_symbol": "GREATER_EQUAL",
    "affect_rows": 0,
}


def reads(row, **more):
    """Return the call that reads one rule."""
    own = {"rule_id": row["id"], "rule_name": row["name"]}
    same = {key: row[key] for key in ("status", "rank", "risk_level")}
    return Call("dbss", "GET", f"{V2}/{row['id']}", answer={**own, **same, **DETAIL, **more})


def body(name, **more):
    """Return the body that creates or changes a rule."""
    bare = {"client_ips": "", "db_ids": "", "exception_ips": "", "action": "", "status": "ON"}
    same = {key: value for key, value in DETAIL.items() if key not in ("action", "db_ids", "client_ips")}
    return {**same, **bare, "rule_name": name, **more}


def creates(name, **more):
    """Return the call that creates a rule."""
    return done("dbss", "POST", V1, body(name, **more))


def edits(row, **more):
    """Return the call that changes a rule."""
    whole = body(
        row["name"], risk_level=row["risk_level"], action="DROP_TABLE", db_ids=ORDERS["id"], status=row["status"]
    )
    return done("dbss", "PUT", f"{V2}/{row['id']}", {**whole, **more})


def switches(status, *rules):
    """Return the call that turns rules on or off."""
    return done("dbss", "POST", f"{V2}/switch", {"ids": ",".join(one["id"] for one in rules), "status": status})


def ranks(row, rank):
    """Return the call that ranks a rule."""
    return done("dbss", "POST", f"{V2}/rank", {"id": row["id"], "new_rank": rank}, "result", "success")


def deletes(row):
    """Return the call that deletes a rule."""
    return done("dbss", "DELETE", f"{V1}/{row['id']}")


def run(bench, calls, fails=False, check=False, **options):
    """Run the module for the first audit instance."""
    return bench.run(MODULE, {"instance_id": INSTANCE, **options}, calls, fails=fails, check=check)


def actions(outcome):
    """Return the operations of each rule."""
    return [row["actions"] for row in outcome["rules"]]


NO = (400, fault("DBSS.10020102", "no"))
SYSTEM, DROP, BULK = rule("bulk_read", system=True), rule("drop"), rule("bulk", 2, "OFF", "LOW")
FIRST = ({"instance_id": INSTANCE, "rules": []}, lists(SYSTEM))
LISTED = "listRiskRulesNew"
RUNS = [
    (
        {"instance_id": INSTANCE, "rules": [{"name": "drop", "action": ["DROP_TABLE"]}], "purge": True},
        [
            lists(DROP, BULK),
            together(reads(DROP), reads(BULK)),
            deletes(BULK).but(200, {"status": "FAILED"}),
        ],
        True,
    ),
    (
        {"instance_id": INSTANCE, "rules": [{"name": "drop", "action": ["DROP_TABLE"]}], "state": "disabled"},
        [
            lists(DROP),
            reads(DROP),
            switches("OFF", DROP),
            lists({**DROP, "status": "OFF"}),
            reads({**DROP, "status": "OFF"}),
        ],
        False,
    ),
]


@pytest.mark.parametrize(
    ("item", "calls"),
    [
        ({"name": "drop"}, []),
        ({"name": "drop", "risk_level": "medium", "enabled": True, "rank": 1}, []),
        ({"name": "bulk_read", "enabled": True}, []),
        ({"name": "drop", "exception_ips": ["10.0.0.8"]}, []),
        ({"name": "drop", "action": ["drop_table"], "affect_rows": 0, "schemas": []}, [reads(DROP)]),
    ],
)
def test_what_is_right_costs_its_readings(bench, item, calls):
    outcome = run(bench, [lists(SYSTEM, DROP), *calls], rules=[item])
    assert (outcome["changed"], actions(outcome)) == (False, [[]])


def test_a_rule_is_created_whole(bench):
    new = rule("new", level="HIGH")
    calls = [
        databases(ORDERS),
        lists(),
        creates("new", risk_level="HIGH", db_ids=ORDERS["id"], exception_ips="10.0.0.8"),
    ]
    seen = [lists(new), reads(new, action=None)]
    item = {"name": "new", "risk_level": "high", "databases": ["orders"], "exception_ips": ["10.0.0.8"]}
    outcome = run(bench, [*calls, *seen], rules=[item])
    assert (actions(outcome), outcome["rules"][0]["databases"]) == ([["createRiskRule"]], ["orders"])


def test_a_change_sends_what_it_has_read(bench):
    changed = {**DROP, "risk_level": "LOW"}
    calls = [
        lists(DROP),
        reads(DROP, client_ips="10.0.0.1"),
        edits(DROP, risk_level="LOW", client_ips="10.0.0.1"),
        lists(changed),
    ]
    outcome = run(bench, calls, rules=[{"name": "drop", "risk_level": "low"}], reset_unreadable=True)
    assert actions(outcome) == [["updateRiskRule"]]


def test_what_nobody_shows_is_not_dropped_in_silence(bench):
    outcome = run(bench, [lists(DROP), reads(DROP)], True, rules=[{"name": "drop", "risk_level": "low"}])
    assert outcome["msg"] == (
        f"Risk rule drop ({DROP['id']}) cannot be as the task asks: it has to be sent whole to change it "
        "(risk_level is medium, wanted low), and its exception_ips cannot be read back: give exception_ips, or set "
        "reset_unreadable to send none (enabled True)."
    )


def test_a_change_keeps_the_switch_which_goes_by_itself(bench):
    changed = {**DROP, "risk_level": "LOW"}
    calls = [
        lists(DROP, SYSTEM),
        reads(DROP),
        edits(DROP, risk_level="LOW", exception_ips="10.0.0.8"),
        switches("OFF", DROP, SYSTEM),
        lists({**changed, "status": "OFF"}, {**SYSTEM, "status": "OFF"}),
    ]
    item = {"name": "drop", "risk_level": "low", "exception_ips": ["10.0.0.8"]}
    outcome = run(bench, calls, rules=[item, {"name": "bulk_read"}], state="disabled")
    assert actions(outcome) == [["updateRiskRule", "switchRiskRulesNew"], ["switchRiskRulesNew"]]


def test_all_rules_are_switched_by_one_call(bench):
    on = {**BULK, "status": "ON"}
    outcome = run(
        bench,
        [lists(SYSTEM, DROP, BULK), switches("ON", BULK), lists(SYSTEM, DROP, on)],
        all_rules=True,
        state="enabled",
    )
    assert actions(outcome) == [[], [], ["switchRiskRulesNew"]]


@pytest.mark.parametrize("check", [False, True])
def test_ranks_come_last_and_by_the_fewest_moves(bench, check):
    rows = [rule(name, place) for place, name in enumerate("abc", 1)]
    a, b, c = rows
    moved = [{**c, "rank": 1}, {**a, "rank": 2}, {**b, "rank": 3}]
    writes = [] if check else [ranks(c, 1), lists(*moved)]
    outcome = run(
        bench, [lists(*rows), *writes], check=check, rules=[{"name": "c", "rank": 1}, {"name": "b", "rank": 3}]
    )
    assert (actions(outcome), [row["rank"] for row in outcome["rules"]]) == ([["rankRiskRule"], []], [1, 3])


def test_a_rank_that_cannot_be(bench):
    rules = [{"name": "drop", "rank": 3}]
    assert "rank 3 is beyond the last" in run(bench, [lists(DROP, BULK)], True, rules=rules)["msg"]
    rules = [{"name": "drop", "rank": 1}, {"name": "bulk", "rank": 1}]
    assert run(bench, [lists(DROP, BULK)], True, rules=rules)["msg"] == "Two risk rules are to have the rank 1."
    outcome = run(bench, [lists(SYSTEM)], True, rules=[{"name": "bulk_read", "rank": 1}])
    assert "only enabled can be changed: rank is -1, wanted 1" in outcome["msg"]


def test_what_is_purged_is_told_whole(bench):
    calls = [lists(SYSTEM, DROP, BULK), reads(BULK), deletes(BULK), lists(SYSTEM, DROP)]
    (gone,) = run(bench, calls, rules=[{"name": "drop"}], purge=True)["purged"]
    assert (gone["name"], gone["risk_level"], gone["enabled"], gone["action"], gone["databases"]) == (
        "bulk",
        "low",
        False,
        ["DROP_TABLE"],
        [ORDERS["id"]],
    )


def test_a_rule_that_cannot_be_read_fails_alone(bench):
    calls = [lists(DROP, BULK), together(reads(DROP).but(*NO), reads(BULK))]
    rules = [{"name": name, "action": ["DROP_TABLE"]} for name in ("drop", "bulk")]
    outcome = run(bench, calls, True, rules=rules)
    assert [row["name"] for row in outcome["failed_rules"]] == ["drop"]
