# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_whitelist: what is new is added by one call, what goes is deleted by one call."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import AUDIT, ORDERS, databases, done
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, reset

MODULE = "dbss_audit_whitelist"
INSTANCE = AUDIT.ids[0]
PATH = f"/v1/{PROJECT}/audit/{INSTANCE}/whitelists"


def entry(sql, **more):
    """Return an entry as the service lists it."""
    times = {"create_timestamp_ms": 1, "update_timestamp_ms": 1}
    return {"id": f"{sql[-1]:x<20}", "sql": sql, "desc": "", "enabled": True, "db_ids": [], **times, **more}


def lists(*entries):
    """Return the call that lists entries."""
    answer = {"whitelists": list(entries), "total": len(entries)}
    return Call("dbss", "GET", PATH, query={"limit": "100"}, answer=answer)


def adds(*bodies):
    """Return the call that adds entries."""
    bare = {"enabled": True, "desc": "", "db_ids": []}
    return done("dbss", "POST", PATH, {"whitelists": [{**bare, **body} for body in bodies]})


def deletes(*entries):
    """Return the call that deletes entries."""
    return done("dbss", "POST", f"{PATH}/batch-delete", {"whitelists": [one["id"] for one in entries]})


def edits(row, **body):
    """Return the call that changes an entry."""
    whole = {key: row[key] for key in ("enabled", "desc", "db_ids")}
    return done("dbss", "PUT", f"{PATH}/{row['id']}", {**whole, **body})


def run(bench, calls, fails=False, check=False, **options):
    """Run the module for the first audit instance."""
    return bench.run(MODULE, {"instance_id": INSTANCE, **options}, calls, fails=fails, check=check)


def actions(outcome):
    """Return the operations of each entry."""
    return [row["actions"] for row in outcome["entries"]]


A, B, C = (entry(f"SELECT {letter}") for letter in "abc")
NO = (400, fault("DBSS.10020102", "no"))
FAILED = (200, {"status": "FAILED"})
FIRST = ({"instance_id": INSTANCE, "entries": []}, lists(A))
LISTED = "listWhitelists"
RUNS = [
    (
        {"instance_id": INSTANCE, "entries": [{"sql": A["sql"]}], "purge": True},
        [lists(A, B), deletes(B).but(*FAILED)],
        True,
    ),
    (
        {"instance_id": INSTANCE, "entries": [{"sql": A["sql"]}], "state": "disabled"},
        [lists(A), edits(A, enabled=False), lists({**A, "enabled": False})],
        False,
    ),
]


def test_what_is_new_goes_in_one_call(bench):
    calls = [
        databases(ORDERS),
        lists(A),
        adds({"sql": B["sql"], "db_ids": [ORDERS["id"]]}, {"sql": C["sql"], "enabled": False}),
        lists(A, {**B, "db_ids": [ORDERS["id"]]}, {**C, "enabled": False}),
    ]
    entries = [
        {"sql": f" {B['sql']}\n", "databases": ["orders"]},
        {"sql": C["sql"], "enabled": False},
        {"sql": A["sql"]},
    ]
    outcome = run(bench, calls, entries=entries)
    assert actions(outcome) == [["addWhitelists"], ["addWhitelists"], []]
    assert outcome["entries"][0]["databases"] == ["orders"]


def test_all_databases_are_an_array(bench):
    calls = [lists(), adds({"sql": A["sql"], "db_ids": ["[ALL]"]}), lists({**A, "db_ids": ["[ALL]"]})]
    assert run(bench, calls, entries=[{"sql": A["sql"], "databases": ["all"]}])["entries"][0]["databases"] == ["all"]


def test_a_change_sends_all_but_the_statement(bench):
    row = {**A, "db_ids": [ORDERS["id"]]}
    calls = [lists(row), edits(row, desc="why"), lists({**row, "desc": "why"})]
    assert actions(run(bench, calls, entries=[{"sql": A["sql"], "desc": "why"}])) == [["updateWhitelist"]]


def test_what_goes_goes_in_one_call(bench):
    calls = [lists(A, B, C), deletes(A, B), lists(C)]
    entries = [{"sql": A["sql"]}, {"id": B["id"]}, {"sql": "SELECT x"}]
    assert actions(run(bench, calls, entries=entries, state="absent")) == [["deleteWhitelists"]] * 2 + [[]]


def test_an_addition_that_was_refused_is_not_sent_one_by_one(bench):
    calls = [lists(), adds({"sql": A["sql"]}, {"sql": B["sql"]}).but(*FAILED)]
    outcome = run(bench, calls, True, entries=[{"sql": A["sql"]}, {"sql": B["sql"]}])
    assert (outcome["changed"], [row["sql"] for row in outcome["failed_entries"]]) == (False, [A["sql"], B["sql"]])


def test_an_addition_whose_answer_is_lost_is_found_again_each_by_itself(bench):
    calls = [lists(), adds({"sql": A["sql"]}, {"sql": B["sql"]}).fails(reset), lists(A), lists(A)]
    outcome = run(bench, calls, True, entries=[{"sql": A["sql"]}, {"sql": B["sql"]}])
    assert (actions(outcome), [row["sql"] for row in outcome["failed_entries"]]) == (
        [["addWhitelists"], []],
        [B["sql"]],
    )
    assert "unknown" in outcome["msg"]
