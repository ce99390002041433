# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_scope: off, change, on again; one call for many; and what is never touched."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, BILLING, OFF, ORDERS, databases, done
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, reset, together

MODULE = "dbss_audit_scope"
INSTANCE = AUDIT.ids[0]
PATH = f"/v1/{PROJECT}/audit/{INSTANCE}/rule/scopes"
EVERYTHING = "\u5168\u90e8\u6570\u636e\u5e93"


def scope(name, status="ON", **more):
    """Return a scope as the service lists it."""
    bare = dict.fromkeys(("action", "exception_ips", "source_ips", "source_ports", "db_users"))
    return {
        **bare,
        "id": f"{name:x<20}",
        "name": name,
        "status": status,
        "db_ids": ORDERS["id"],
        "db_names": "orders",
        "all_audit": False,
        **more,
    }


BUILT_IN = scope("everything", all_audit=True, db_ids="[ALL]", db_names="all", action="ALL")
PAYMENTS = scope("payments", action="LOGIN,SELECT", db_users="app")


def lists(*scopes):
    """Return the call that lists scopes."""
    return Call("dbss", "GET", PATH, query={"limit": "1000"}, answer={"scopes": list(scopes), "total": len(scopes)})


def switches(status, *scopes):
    """Return the call that turns scopes on or off."""
    body = {"ids": [one["id"] for one in scopes], "status": status}
    return done("dbss", "POST", PATH.replace("/v1/", "/v2/") + "/switch", body)


def edits(row, **body):
    """Return the call that changes a scope."""
    whole = {
        "rule_name": row["name"],
        "db_ids": row["db_ids"],
        "db_names": row["db_ids"],
        "action": row["action"] or "",
    }
    texts = {key: row[key] or "" for key in ("db_users", "source_ips", "source_ports", "exception_ips")}
    return done("dbss", "POST", f"{PATH.replace('/v1/', '/v3/')}/{row['id']}", {**whole, **texts, **body})


def creates(name, **body):
    """Return the call that creates a scope."""
    return done("dbss", "POST", PATH, {"rule_name": name, **body})


def deletes(*scopes):
    """Return the call that deletes scopes."""
    return done("dbss", "POST", f"{PATH}/batch-delete", {"ids": [one["id"] for one in scopes]})


def run(bench, calls, fails=False, check=False, diff=False, **options):
    """Run the module for the first audit instance, by its ID unless its name is given."""
    instance = {} if "instance_name" in options else {"instance_id": INSTANCE}
    return bench.run(MODULE, {**instance, **options}, calls, fails=fails, check=check, diff=diff)


def actions(outcome):
    """Return the operations of each scope."""
    return [row["actions"] for row in outcome["scopes"]]


NO = (400, fault("DBSS.10020102", "no"))
FIRST = ({"instance_id": INSTANCE, "scopes": []}, lists(BUILT_IN))
LISTED = "listScopesNew"
RUNS = [
    (
        {"instance_id": INSTANCE, "scopes": [{"name": "payments", "db_users": []}], "purge": True},
        [
            lists(PAYMENTS, scope("old", "OFF")),
            switches("OFF", PAYMENTS).but(200, {"status": "FAILED"}),
            deletes(scope("old")),
            lists(PAYMENTS),
        ],
        True,
    ),
    (
        {"instance_id": INSTANCE, "scopes": [{"name": "payments"}], "state": "disabled"},
        [lists(PAYMENTS), switches("OFF", PAYMENTS), lists({**PAYMENTS, "status": "OFF"})],
        False,
    ),
]


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ({"name": "payments"}, "present"),
        ({"name": "payments", "action": ["select", " LOGIN"], "db_users": ["app"]}, "present"),
        ({"id": PAYMENTS["id"], "name": "payments", "source_ips": []}, "enabled"),
        ({"name": "paid", "new_name": "payments"}, "present"),
        ({"name": "everything", "databases": ["all"]}, "enabled"),
        ({"name": "gone"}, "absent"),
        ({"id": "a" * 20}, "absent"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_what_is_right_costs_one_reading(bench, item, state, check):
    outcome = run(bench, [lists(BUILT_IN, PAYMENTS)], check=check, scopes=[item], state=state)
    assert (outcome["changed"], actions(outcome)) == (False, [[]])


def test_a_change_turns_off_changes_and_turns_on_again(bench):
    changed = {**PAYMENTS, "source_ips": "10.1.0.0/16"}
    calls = [
        lists(BUILT_IN, PAYMENTS),
        switches("OFF", PAYMENTS),
        edits(PAYMENTS, source_ips="10.1.0.0/16"),
        switches("ON", PAYMENTS),
        lists(BUILT_IN, changed),
    ]
    options = {"scopes": [{"name": "payments", "source_ips": ["10.1.0.0/16"]}]}
    outcome = run(bench, calls, **options)
    told = run(bench, calls[:1], check=True, diff=True, **options)
    assert actions(outcome) == actions(told) == [["switchScopes", "updateScope", "switchScopes"]]
    assert outcome["scopes"][0]["diff"]["after"] == {"exists": True, "enabled": True, "source_ips": ["10.1.0.0/16"]}
    assert '"source_ips": [' in told["diff"]["after"]


def test_all_that_is_turned_off_goes_in_one_call(bench):
    other = scope("other")
    calls = [
        lists(PAYMENTS, other, BUILT_IN),
        switches("OFF", PAYMENTS, other),
        edits(PAYMENTS, db_users="report"),
        lists({**PAYMENTS, "status": "OFF", "db_users": "report"}, {**other, "status": "OFF"}, BUILT_IN),
    ]
    scopes = [{"name": "payments", "db_users": ["report"]}, {"name": "other"}]
    outcome = run(bench, calls, scopes=scopes, state="disabled")
    assert actions(outcome) == [["switchScopes", "updateScope"], ["switchScopes"]]


@pytest.mark.parametrize(("born", "calls"), [("OFF", [switches("ON", scope("night"))]), ("ON", [])])
def test_a_new_scope_is_looked_at_before_it_is_turned_on(bench, born, calls):
    new = scope("night", born, db_ids=f"{ORDERS['id']},{BILLING['id']}")
    created = creates("night", db_ids=new["db_ids"], db_names="orders,billing", action="LOGIN")
    seen = [lists({**new, "status": "ON", "action": "LOGIN"})] if calls else []
    every = [databases(ORDERS, BILLING), lists(), created, lists({**new, "action": "LOGIN"}), *calls, *seen]
    item = {"name": "night", "databases": ["orders", BILLING["id"]], "action": ["login"], "enabled": True}
    outcome = run(bench, every, scopes=[item])
    assert actions(outcome) == [["createScope", "switchScopes"][: 1 + len(calls)]]
    row = outcome["scopes"][0]
    assert (row["id"], row["databases"], row["db_ids"]) == (
        new["id"],
        ["orders", "billing"],
        [ORDERS["id"], BILLING["id"]],
    )


def test_all_databases_have_a_fixed_text(bench):
    calls = [
        lists(),
        creates("all", db_ids="[ALL]", db_names=EVERYTHING),
        lists(scope("all", "OFF", db_ids="[ALL]", db_names=EVERYTHING)),
    ]
    outcome = run(bench, calls, scopes=[{"name": "all", "databases": ["all"]}])
    assert outcome["scopes"][0]["databases"] == ["all"]


def test_a_purge_leaves_what_came_with_the_instance(bench):
    other, idle = scope("other"), scope("idle", "OFF")
    calls = [
        lists(BUILT_IN, PAYMENTS, other, idle),
        switches("OFF", other),
        deletes(other, idle),
        lists(BUILT_IN, PAYMENTS),
    ]
    outcome = run(bench, calls, scopes=[{"name": "payments"}], purge=True)
    assert [row["name"] for row in outcome["purged"]] == ["other", "idle"]
    assert actions(outcome) == [[]]


def test_the_last_scope_is_turned_off_with_a_warning(bench):
    calls = [lists(PAYMENTS), switches("OFF", PAYMENTS), lists({**PAYMENTS, "status": "OFF"})]
    outcome = run(bench, calls, scopes=[{"name": "payments"}], state="disabled")
    assert outcome.warnings == ("No scope of the audit instance is enabled: nothing is audited.",)


def test_of_many_the_one_that_vanished_is_told_alone(bench):
    other = scope("other")
    calls = [
        lists(PAYMENTS, other),
        switches("OFF", PAYMENTS, other).but(*NO),
        switches("OFF", PAYMENTS),
        switches("OFF", other).but(*NO),
        lists({**PAYMENTS, "status": "OFF"}),
    ]
    outcome = run(bench, calls, True, scopes=[{"name": "payments"}, {"name": "other"}], state="disabled")
    assert actions(outcome) == [["switchScopes"], []]
    assert [row["name"] for row in outcome["failed_scopes"]] == ["other"]


def test_a_failure_after_the_turning_off_says_so(bench):
    off = {**PAYMENTS, "status": "OFF"}
    calls = [
        lists(PAYMENTS),
        switches("OFF", PAYMENTS),
        edits(PAYMENTS, db_users="").but(200, {"status": "FAILED"}),
    ]
    outcome = run(bench, calls, True, scopes=[{"name": "payments", "db_users": []}])
    assert (outcome["changed"], actions(outcome)) == (True, [["switchScopes"]])
    assert outcome["scopes"][0]["enabled"] is False, off
    assert "status FAILED" in outcome["msg"]


def test_a_late_listing_is_waited_for(bench):
    off = {**PAYMENTS, "status": "OFF"}
    calls = [lists(PAYMENTS), switches("OFF", PAYMENTS), lists(PAYMENTS), lists(PAYMENTS), lists(off)]
    assert actions(run(bench, calls, scopes=[{"name": "payments"}], state="disabled")) == [["switchScopes"]]


def test_without_waiting_the_answers_are_the_end(bench):
    calls = [lists(PAYMENTS), switches("OFF", PAYMENTS)]
    outcome = run(bench, calls, scopes=[{"name": "payments"}], state="disabled", wait=False)
    assert (actions(outcome), outcome["scopes"][0]["enabled"]) == ([["switchScopes"]], False)


def test_a_creation_whose_answer_is_lost_is_found_again(bench):
    new = scope("night", "OFF")
    calls = [
        databases(ORDERS),
        lists(),
        creates("night", db_ids=ORDERS["id"], db_names="orders").fails(reset),
        lists(new),
    ]
    outcome = run(bench, calls, scopes=[{"name": "night", "databases": ["orders"]}])
    assert (actions(outcome), outcome["scopes"][0]["id"]) == ([["createScope"]], new["id"])


def test_a_creation_is_never_sent_twice(bench):
    created = creates("night", db_ids=ORDERS["id"], db_names="orders").fails(reset)
    calls = [databases(ORDERS), lists(), created, lists(), lists()]
    outcome = run(bench, calls, True, scopes=[{"name": "night", "databases": ["orders"]}])
    assert (outcome["changed"], actions(outcome)) == (False, [[]])
    assert "unknown" in outcome["msg"]


def test_a_switch_whose_answer_is_lost_is_sent_again_when_nothing_shows(bench):
    off = {**PAYMENTS, "status": "OFF"}
    lost = switches("OFF", PAYMENTS).fails(reset)
    calls = [lists(PAYMENTS), lost, lists(PAYMENTS), lists(PAYMENTS), switches("OFF", PAYMENTS), lists(off)]
    assert actions(run(bench, calls, scopes=[{"name": "payments"}], state="disabled")) == [["switchScopes"]]


def test_changes_go_several_at_a_time(bench):
    rows = [scope(f"idle{number}", "OFF") for number in range(3)]
    calls = [
        lists(*rows, BUILT_IN),
        together(*(edits(row, db_users="app") for row in rows)),
        lists(*({**row, "db_users": "app"} for row in rows), BUILT_IN),
    ]
    run(bench, calls, scopes=[{"name": row["name"], "db_users": ["app"]} for row in rows])


@pytest.mark.parametrize(
    ("options", "rows", "message"),
    [
        ({"scopes": [{"name": "a"}, {"name": "a"}]}, [scope("a")], "scopes has scope 'a' twice."),
        ({"scopes": [{"id": "b" * 20}]}, [scope("a")], f"No scope has the ID '{'b' * 20}'."),
        (
            {"scopes": [{"name": "a"}]},
            [scope("a"), scope("a", id="c" * 20)],
            f"2 scopes have the name 'a', say which one by its id: {'a' + 'x' * 19}, {'c' * 20}.",
        ),
        (
            {"scopes": [{"name": "a", "new_name": "b"}]},
            [scope("a"), scope("b")],
            f"'a' cannot be renamed to 'b': both are there, scope a ({'a' + 'x' * 19}) and scope b ({'b' + 'x' * 19}).",
        ),
        ({"scopes": [], "all_scopes": True}, None, "Say which scopes: give either scopes or all_scopes=true."),
        ({}, None, "Say which scopes: give either scopes or all_scopes=true."),
        ({"all_scopes": True}, None, "all_scopes goes with the states enabled and disabled, not with present."),
        (
            {"scopes": [], "purge": True, "state": "absent"},
            None,
            "purge removes what scopes does not name: it goes with neither all_scopes nor absent.",
        ),
    ],
)
def test_what_is_unclear_changes_nothing(bench, options, rows, message):
    calls = [] if rows is None else [lists(*rows)]
    assert run(bench, calls, True, **options)["msg"] == message


@pytest.mark.parametrize(
    ("item", "state", "why"),
    [
        (
            {"name": "everything", "db_users": ["app"]},
            "present",
            "is the system's own, of which only enabled can be changed: db_users is none, wanted app (enabled True)",
        ),
        ({"name": "everything"}, "absent", "is the system's own and cannot be deleted (enabled True)"),
        ({"name": "new"}, "enabled", "does not exist, and to create it databases must be given"),
    ],
)
def test_what_cannot_be(bench, item, state, why):
    outcome = run(bench, [lists(BUILT_IN)], True, scopes=[item], state=state)
    assert outcome["msg"].endswith(f"cannot be as the task asks: it {why}.")


def test_an_instance_that_does_not_run_refuses_changes_only(bench):
    calls = [AUDIT.lists(OFF), lists(PAYMENTS)]
    assert not run(bench, calls, instance_name="audit-prod", scopes=[{"name": "payments"}])["changed"]
    outcome = run(bench, calls, True, instance_name="audit-prod", scopes=[{"name": "payments"}], state="disabled")
    assert "it cannot be changed while its audit instance is SHUTOFF" in outcome["msg"]


def test_a_busy_instance_is_waited_for(bench):
    calls = [
        AUDIT.lists(("ACTIVE", "rebooting")),
        lists(PAYMENTS),
        AUDIT.lists(ACTIVE),
        switches("OFF", PAYMENTS),
        lists({**PAYMENTS, "status": "OFF"}),
    ]
    run(bench, calls, instance_name="audit-prod", scopes=[{"name": "payments"}], state="disabled")


def test_unknown_databases_are_told_before_anything_is_changed(bench):
    outcome = run(bench, [databases(ORDERS)], True, scopes=[{"name": "payments", "databases": ["order"]}])
    assert outcome["msg"] == "No database has the ID or name 'order' (there are 1). Did you mean 'orders'?"
