# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_database: one listing, the switches that are needed, one listing."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import ACT, DONE, REFUSE, WAIT, Past
from ansible_collections.huaweicloud.dbops.plugins.modules.dbss_audit_database import plan

from tests.unit.plugins.modules.calls import (
    ACTIVE,
    AUDIT,
    BILLING,
    OFF,
    ORDERS,
    database,
    database_record,
    databases,
    switch,
)
from tests.unit.plugins.modules.harness import (
    ASKED,
    BAD_GATEWAY,
    GATEWAY_PAGE,
    fault,
    refused,
    reset,
    sample,
    text_diff,
    timeout,
    together,
)

MODULE = "dbss_audit_database"
INSTANCE = AUDIT.ids[0]
ORDERS_OFF, BILLING_ON = database(ORDERS, "OFF"), database(BILLING, "ON")
THIRD = {**BILLING, "id": "Qm4vC1xT9yWb6LdS2rNe", "name": "stock"}
IT, THIRD_IT = f"database billing ({BILLING['id']})", f"database stock ({THIRD['id']})"
REFUSED = fault("DBSS.10020102", "database operation failed")
ADVICE = "Run the task again: it switches what still differs."


def keep(bench, calls, fails=False, how=None, **options):
    """Run the module for the databases of the first audit instance, by its ID unless its name is given."""
    instance = {} if "instance_name" in options else {"instance_id": INSTANCE}
    return bench.run(MODULE, {**instance, **options}, calls, fails=fails, **(how or {}))


def switched(row, **more):
    """Return a record that was switched."""
    return database_record(row, changed=True, actions=["switch"], **more)


def left(row, **more):
    """Return a record that was left alone."""
    return database_record(row, changed=False, actions=[], **more)


# Which databases

BOTH = [databases(ORDERS, BILLING)]


@pytest.mark.parametrize(
    ("options", "calls", "expected"),
    [
        pytest.param({"databases": ["orders"]}, BOTH, [left(ORDERS)], id="right already"),
        pytest.param({"databases": ["billing"], "state": "disabled"}, BOTH, [left(BILLING)], id="off already"),
        pytest.param(
            {"databases": ["orders", "billing"]},
            [*BOTH, switch(BILLING, "ON"), databases(ORDERS, BILLING_ON)],
            [left(ORDERS), switched(BILLING_ON)],
            id="enable one",
        ),
        pytest.param(
            {"databases": ["billing", "orders"], "state": "disabled"},
            [*BOTH, switch(ORDERS, "OFF"), databases(ORDERS_OFF, BILLING)],
            [left(BILLING), switched(ORDERS_OFF)],
            id="disable one, in the order of the task",
        ),
        pytest.param(
            {"databases": ["stock", BILLING["id"]]},
            [
                databases(ORDERS, BILLING, THIRD),
                together(switch(THIRD, "ON"), switch(BILLING, "ON")),
                databases(ORDERS, BILLING_ON, database(THIRD, "ON")),
            ],
            [switched(database(THIRD, "ON")), switched(BILLING_ON)],
            id="a name and an ID",
        ),
        pytest.param(
            {"databases": ["billing", BILLING["id"], "billing"]},
            [*BOTH, switch(BILLING, "ON"), databases(ORDERS, BILLING_ON)],
            [switched(BILLING_ON)],
            id="named three times",
        ),
        pytest.param(
            {"all_databases": True},
            [
                databases(ORDERS, BILLING, THIRD),
                together(switch(BILLING, "ON"), switch(THIRD, "ON")),
                databases(ORDERS, BILLING_ON, database(THIRD, "ON")),
            ],
            [left(ORDERS), switched(BILLING_ON), switched(database(THIRD, "ON"))],
            id="all",
        ),
        pytest.param({"all_databases": True}, [databases()], [], id="all of none"),
        pytest.param({"databases": []}, BOTH, [], id="an empty list"),
    ],
)
def test_switches_what_differs(bench, options, calls, expected):
    outcome = keep(bench, calls, **options)
    assert outcome["databases"] == expected
    assert outcome["failed_databases"] == []
    assert outcome["changed"] is any(row["changed"] for row in expected)
    assert outcome.moments == [0] * len(outcome.moments)


def test_an_id_beats_a_name(bench):
    other = {**ORDERS_OFF, "name": BILLING["id"]}
    calls = [databases(other, BILLING), switch(BILLING, "ON"), databases(other, BILLING_ON)]
    assert keep(bench, calls, databases=[BILLING["id"]])["databases"] == [switched(BILLING_ON)]


def test_what_is_unclear_stops_everything(bench):
    twin = {**THIRD, "name": "billing"}
    wanted = ["billing", "nobody", "orders"]
    outcome = keep(bench, [databases(ORDERS, BILLING, twin)], fails=True, databases=wanted)
    assert outcome["msg"] == (
        f"2 databases have the name 'billing', say which one by its ID: {THIRD['id']}, {BILLING['id']}. "
        "No database has the ID or name 'nobody' (there are 3)."
    )
    assert "databases" not in outcome
    assert not outcome.result.get("changed")


def test_what_is_missing_is_skipped_on_demand(bench):
    calls = [*BOTH, switch(BILLING, "ON"), databases(ORDERS, BILLING_ON)]
    outcome = keep(bench, calls, databases=["biling", THIRD["id"], "billing"], skip_missing=True)
    assert outcome["databases"] == [switched(BILLING_ON)]
    assert outcome["missing"] == ["biling", THIRD["id"]]
    assert outcome.warnings == (
        "Skipped: No database has the ID or name 'biling' (there are 2). Did you mean 'billing'? "
        f"No database has the ID or name '{THIRD['id']}' (there are 2).",
    )


def test_what_is_ambiguous_is_never_skipped(bench):
    calls = [databases(ORDERS, BILLING, {**THIRD, "name": "billing"})]
    outcome = keep(bench, calls, fails=True, databases=["orders", "billing"], skip_missing=True, state="disabled")
    assert outcome["msg"].startswith("2 databases have the name 'billing', say which one by its ID: ")


SAY_WHICH = "Say which databases: give either databases or all_databases=true."


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"instance_id": INSTANCE}, SAY_WHICH),
        ({"instance_id": INSTANCE, "all_databases": True, "databases": ["a"]}, SAY_WHICH),
        ({"instance_id": INSTANCE, "all_databases": True, "databases": []}, SAY_WHICH),
        ({"all_databases": True}, "one of the following is required: instance_id, instance_name"),
        (
            {"instance_id": INSTANCE, "instance_name": "audit-prod", "all_databases": True},
            "parameters are mutually exclusive: instance_id|instance_name",
        ),
        (
            {"instance_id": "audit-prod", "all_databases": True},
            "instance_id 'audit-prod' is not an ID: it must be 32 to 64 letters, digits, hyphens and underscores.",
        ),
        (
            {"instance_id": INSTANCE, "all_databases": True, "state": "ON"},
            "value of state must be one of: enabled, disabled, got: ON",
        ),
        (
            {"instance_id": INSTANCE, "all_databases": True, "concurrency": -1},
            "concurrency must be more than 0, not -1.",
        ),
    ],
)
def test_options_that_make_no_sense(bench, options, message):
    assert bench.run(MODULE, options, [], fails=True)["msg"] == message


# Which instance


def test_instance_by_name(bench):
    calls = [AUDIT.lists(ACTIVE, OFF), databases(ORDERS)]
    outcome = keep(bench, calls, instance_name="audit-prod", databases=["orders"])
    assert outcome["databases"] == [left(ORDERS, instance_name="audit-prod")]
    assert outcome.warnings == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "No audit instance has the name 'nobody' (there are 2)."),
        (INSTANCE, f"No audit instance has the name '{INSTANCE}' (there are 2)."),
        (
            "twin",
            "2 audit instances have the name 'twin', say which one by its ID: "
            + ", ".join(sorted(AUDIT.ids[:2]))
            + ".",
        ),
    ],
)
def test_instance_that_is_unclear(bench, name, message):
    rows = [{**AUDIT.row(ACTIVE, index), "name": "twin"} for index in (0, 1)]
    outcome = keep(bench, [AUDIT.listing(*rows)], fails=True, instance_name=name, all_databases=True)
    assert outcome["msg"] == message


# The plan


@pytest.mark.parametrize(
    ("status", "position", "taken", "kind", "action"),
    [
        ("ON", "ON", (), DONE, ""),
        ("OFF", "OFF", (), DONE, ""),
        ("OFF", "ON", (), ACT, "switch"),
        ("ON", "OFF", (), ACT, "switch"),
        ("ON", "ON", ("switch",), DONE, ""),
        ("OFF", "ON", ("switch",), WAIT, ""),  # never twice
        ("HALF", "ON", (), REFUSE, ""),
        ("HALF", "ON", ("switch",), REFUSE, ""),
        ("IDLE", "ON", (), DONE, ""),  # it does not follow any switch of this task
        ("IDLE", "ON", ("switch",), WAIT, ""),
    ],
)
def test_plan(status, position, taken, kind, action):
    record = database(BILLING, "ON", audit_status="SHUTOFF") if status == "IDLE" else database(BILLING, status)
    step = plan(record, position, Past(taken))
    assert (step.verdict, step.action) == (kind, action)
    assert (step.patience > 0) == (status == "IDLE" and kind == WAIT)


# What the service says


@pytest.mark.parametrize(("old", "new"), [(1, "ON"), ("1", "ON"), (0, "OFF"), ("0", "OFF")])
def test_old_spellings_of_the_position(bench, old, new):
    state = {"ON": "enabled", "OFF": "disabled"}[new]
    outcome = keep(bench, [databases({**ORDERS, "status": old})], all_databases=True, state=state)
    assert outcome["databases"][0]["status"] == new


@pytest.mark.parametrize(
    ("position", "shown"), [("HALF", "HALF"), (None, "null"), (2, "2"), ("A\nB\x1b", r"A\nB\u001b")]
)
def test_a_position_that_is_not_known(bench, position, shown):
    calls = [databases({**ORDERS, "status": position}, BILLING), switch(BILLING, "ON"), databases(ORDERS, BILLING_ON)]
    outcome = keep(bench, calls, fails=True, all_databases=True)
    error = (
        f"Database orders ({ORDERS['id']}) cannot have its auditing turned on: it has a switch position that is not "
        f"known here (status {shown})."
    )
    assert outcome["msg"] == f"1 of 2 databases failed. {error}"
    assert outcome["failed_databases"] == [{"id": ORDERS["id"], "name": "orders", "error": error}]
    assert outcome["changed"] is True


def test_success_in_lower_case(bench):
    answer = sample("switchAuditDatabaseV3.200.as_in_page_sample")
    calls = [databases(BILLING), switch(BILLING, "ON").but(200, answer), databases(BILLING_ON)]
    assert keep(bench, calls, all_databases=True)["changed"] is True


# LTS


def test_lts_goes_along_with_a_switch(bench):
    calls = [*BOTH, switch(ORDERS, "OFF", lts_audit_switch=1), databases(ORDERS_OFF, BILLING)]
    outcome = keep(bench, calls, all_databases=True, state="disabled", disable_lts_audit=True)
    assert outcome["databases"] == [switched(ORDERS_OFF), left(BILLING)]


def test_lts_alone_is_not_worth_a_call(bench):
    outcome = keep(bench, [databases(BILLING)], all_databases=True, state="disabled", disable_lts_audit=True)
    assert outcome["changed"] is False


# Settling


def test_the_listing_lags(bench):
    calls = [databases(BILLING), switch(BILLING, "ON"), *[databases(BILLING)] * 3, databases(BILLING_ON)]
    outcome = keep(bench, calls, databases=["billing"])
    assert outcome["databases"] == [switched(BILLING_ON)]
    assert outcome.moments == [0, 0, 0, 0.5, 1.25, 2.375]


def test_the_listing_lags_for_too_long(bench):
    calls = [databases(BILLING), switch(BILLING, "ON"), *[databases(BILLING)] * 3]
    outcome = keep(bench, calls, fails=True, databases=["billing"], wait_timeout=1)
    assert outcome["msg"] == f"D{IT[1:]} did not show its auditing turned on within 1 s; last seen: status OFF."
    assert outcome["changed"] is True
    assert outcome["databases"] == [switched(BILLING)]
    assert "api_error" not in outcome


def test_not_waiting(bench):
    outcome = keep(bench, [*BOTH, switch(BILLING, "ON")], all_databases=True, wait=False, how={"diff": True})
    assert outcome["databases"] == [left(ORDERS), switched(BILLING)]
    assert outcome["diff"] == text_diff(IT, {IT: {"status": "OFF"}}, {IT: {"status": "ON"}})


def test_vanishes(bench):
    calls = [*BOTH, switch(BILLING, "ON"), databases(ORDERS)]
    outcome = keep(bench, calls, fails=True, databases=["billing"])
    assert outcome["msg"] == f"D{IT[1:]} has vanished: it is not listed any more."
    assert outcome["changed"] is True


def test_one_of_several_vanishes_before_its_switch(bench):
    refusal = switch(THIRD, "ON").but(400, fault("DBSS.10020021", "no such database"))
    calls = [databases(BILLING, THIRD), together(switch(BILLING, "ON"), refusal), databases(BILLING_ON)]
    outcome = keep(bench, calls, fails=True, all_databases=True)
    error = f"D{THIRD_IT[1:]} has vanished: it is not listed any more."
    assert outcome["msg"] == f"1 of 2 databases failed. {error}"
    assert outcome["databases"] == [switched(BILLING_ON), left(THIRD)]
    assert outcome["failed_databases"] == [{"id": THIRD["id"], "name": "stock", "error": error}]


# Whether a database is really audited

FAILING = {**ORDERS, "audit_status": "ERROR"}
REPORTS = "its auditing is ON, but reports {}"
MISMATCH = "its auditing is ON, but the upload of its logs is off on the side of RDS (rds_audit_switch_mismatch)"


def idle(number, total, *reasons):
    """Return the warning about databases that are not audited."""
    return (f"{number} of {total} databases should be audited and are not: {'; '.join(reasons)}.",)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (FAILING, REPORTS.format("ERROR")),
        ({**ORDERS, "audit_status": "SHUTOFF"}, REPORTS.format("SHUTOFF")),
        ({**ORDERS, "rds_audit_switch_mismatch": True}, MISMATCH),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_a_database_that_is_on_and_not_audited(bench, row, why, check):
    outcome = keep(bench, [databases(row, BILLING)], databases=["orders"], how={"check": check})
    assert outcome["databases"] == [left(row, why=why)]
    assert outcome.warnings == idle(1, 1, f"database orders ({ORDERS['id']}): {why}")
    assert (outcome["changed"], outcome.moments) == (False, [0])


@pytest.mark.parametrize("status", ["SHUTOFF", "FROZEN", "ERROR", "BUILD"])
def test_an_instance_that_does_not_run(bench, status):
    calls = [AUDIT.lists((status, "NO_TASK")), databases(ORDERS, BILLING), switch(BILLING, "ON")]
    on = database(BILLING, "ON", audit_status="SHUTOFF")
    outcome = keep(bench, [*calls, databases(ORDERS, on)], instance_name="audit-prod", all_databases=True)
    why = f"its audit instance is {status}"
    named = {"instance_name": "audit-prod", "why": why}
    assert outcome["databases"] == [left(ORDERS, **named), switched(on, **named)]
    reasons = [f"database orders ({ORDERS['id']}): {why}", f"{IT}: {why}"]
    assert outcome.warnings == idle(2, 2, *reasons)
    assert outcome.moments == [0] * 4


@pytest.mark.parametrize("state", ["disabled", "enabled"])
def test_only_what_should_be_audited_is_missed(bench, state):
    off = {**database(ORDERS, "OFF"), "audit_status": "ERROR"}
    calls = [databases(off)] if state == "disabled" else [databases(off), switch(off, "ON"), databases(ORDERS)]
    outcome = keep(bench, calls, all_databases=True, state=state)
    assert outcome.warnings == ()
    assert outcome["databases"][0]["effective"] is (state == "enabled")


IDLE_YET = database(BILLING, "ON", audit_status="SHUTOFF")


def test_the_auditing_follows_its_switch(bench):
    calls = [databases(BILLING), switch(BILLING, "ON"), *[databases(IDLE_YET)] * 3, databases(BILLING_ON)]
    outcome = keep(bench, calls, databases=["billing"])
    assert outcome["databases"] == [switched(BILLING_ON)]
    assert (outcome.warnings, outcome.moments) == ((), [0, 0, 0, 0.5, 1.25, 2.375])


@pytest.mark.parametrize(
    ("later", "options", "looks"),
    [
        pytest.param(IDLE_YET, {}, [0, 0.5, 1.25, 2.375, 4.062, 6.594], id="not in time"),
        pytest.param(IDLE_YET, {"wait_timeout": 1}, [0, 0.5, 1], id="not within the time to wait"),
        pytest.param(database(BILLING, "ON", audit_status="ERROR"), {}, [0], id="never"),
    ],
)
def test_the_auditing_does_not_follow_its_switch(bench, later, options, looks):
    calls = [databases(BILLING), switch(BILLING, "ON"), *[databases(later)] * len(looks)]
    outcome = keep(bench, calls, databases=["billing"], **options)
    why = REPORTS.format(later["audit_status"])
    assert outcome["databases"] == [switched(later, why=why)]
    assert outcome.warnings == idle(1, 1, f"{IT}: {why}")
    assert outcome.moments == [0, 0, *looks]


def test_without_waiting_the_auditing_is_trusted_to_follow(bench):
    outcome = keep(bench, [databases(BILLING), switch(BILLING, "ON")], databases=["billing"], wait=False)
    assert (outcome["databases"][0]["effective"], outcome.warnings) == (False, ())


def test_what_failed_is_not_missed_besides(bench):
    failed = switch(BILLING, "ON").but(200, sample("switchAuditDatabaseV3.200.failed"))
    outcome = keep(bench, [databases(FAILING, BILLING), failed], fails=True, all_databases=True)
    why = REPORTS.format("ERROR")
    assert outcome.warnings == idle(1, 2, f"database orders ({ORDERS['id']}): {why}")


def test_a_status_cannot_forge_a_line(bench):
    outcome = keep(bench, [databases({**ORDERS, "audit_status": "A\nok: B"})], all_databases=True)
    assert outcome.warnings == idle(
        1, 1, rf"database orders ({ORDERS['id']}): its auditing is ON, but reports A\nok: B"
    )


def test_of_many_that_are_not_audited_some_are_named(bench):
    rows = [{**FAILING, "id": f"database-{index:09}", "name": f"db{index}"} for index in range(25)]
    outcome = keep(bench, [databases(*rows)], all_databases=True)
    assert outcome.warnings[0].startswith("25 of 25 databases should be audited and are not: database db0 (")
    assert outcome.warnings[0].endswith(
        "database db19 (database-000000019): its auditing is ON, but reports ERROR; and 5 more."
    )


@pytest.mark.parametrize("state", ["enabled", "disabled"])
@pytest.mark.parametrize("by_name", [False, True])
def test_all_of_none(bench, state, by_name):
    which, start = ({"instance_name": "audit-prod"}, [AUDIT.lists(ACTIVE)]) if by_name else ({}, [])
    outcome = keep(bench, [*start, databases()], all_databases=True, state=state, **which)
    words = AUDIT.it() if by_name else f"audit instance {INSTANCE}"
    assert outcome.warnings == (f"Nothing is {state}, because {words} has no databases.",)
    assert (outcome["databases"], outcome["changed"]) == ([], False)


# Check mode and diff


@pytest.mark.parametrize("wait", [True, False])
def test_check_mode(bench, wait):
    outcome = keep(bench, BOTH, all_databases=True, wait=wait, how={"check": True, "diff": True})
    assert outcome["databases"] == [left(ORDERS), switched(BILLING_ON)]
    assert outcome["changed"] is True
    assert outcome["diff"] == text_diff(IT, {IT: {"status": "OFF"}}, {IT: {"status": "ON"}})


def test_diff(bench):
    calls = [*BOTH, switch(BILLING, "ON"), databases(ORDERS, BILLING_ON)]
    outcome = keep(bench, calls, all_databases=True, how={"diff": True})
    assert outcome["diff"] == text_diff(IT, {IT: {"status": "OFF"}}, {IT: {"status": "ON"}})


def test_no_diff_without_a_change(bench):
    assert "diff" not in keep(bench, BOTH, databases=["orders"], how={"diff": True})


# Failures


@pytest.mark.parametrize(
    ("change", "looks", "why", "facts"),
    [
        pytest.param(
            lambda call: call.but(400, REFUSED),
            [0, 2],
            "database operation failed (HTTP 400, DBSS.10020102)",
            (400, "DBSS.10020102"),
            id="refused, flat",
        ),
        pytest.param(
            lambda call: call.but(400, {"error": REFUSED}),
            [0, 2],
            "database operation failed (HTTP 400, DBSS.10020102)",
            (400, "DBSS.10020102"),
            id="refused, nested",
        ),
        pytest.param(
            lambda call: call.but(403, sample("switchAuditDatabaseV3.403")),
            [0, 2],
            "the credentials lack the permission: database operation failed (HTTP 403, DBSS.10020102)",
            (403, "DBSS.10020102"),
            id="not allowed",
        ),
        pytest.param(
            lambda call: call.but(200, sample("switchAuditDatabaseV3.200.failed")),
            [0],
            "the service answered that it failed (HTTP 200, status FAILED)",
            (200, None),
            id="answered that it failed",
        ),
    ],
)
def test_one_of_several_is_refused(bench, change, looks, why, facts):
    after = databases(ORDERS, BILLING_ON, THIRD)
    calls = [
        databases(ORDERS, BILLING, THIRD),
        together(switch(BILLING, "ON"), change(switch(THIRD, "ON"))),
        *[after] * len(looks),
    ]
    outcome = keep(bench, calls, fails=True, all_databases=True)
    error = f"Failed to switch the auditing of {THIRD_IT}: {why}."
    assert outcome["msg"] == f"1 of 3 databases failed. {error}"
    assert outcome["databases"] == [left(ORDERS), switched(BILLING_ON), left(THIRD)]
    assert outcome["failed_databases"] == [
        {"id": THIRD["id"], "name": "stock", "error": error, "api_error": outcome["api_error"]}
    ]
    assert (outcome["api_error"]["http_status"], outcome["api_error"]["error_code"]) == facts
    assert outcome["api_error"]["operation"] == "switchAuditDatabaseV3"
    assert outcome["changed"] is True
    assert outcome.moments == [0, 0, 0, *looks]


@pytest.mark.parametrize(
    "change",
    [
        lambda call: call.fails(timeout),
        lambda call: call.fails(reset),
        lambda call: call.but(502, GATEWAY_PAGE),
        lambda call: call.but(200, GATEWAY_PAGE),
        lambda call: call.but(200, {}),
    ],
)
@pytest.mark.parametrize("acted", [True, False])
def test_an_answer_that_is_lost(bench, change, acted):
    lost = change(switch(BILLING, "ON"))
    again = [databases(BILLING), databases(BILLING), switch(BILLING, "ON")]
    calls = [databases(BILLING), lost, *([] if acted else again), databases(BILLING_ON)]
    outcome = keep(bench, calls, databases=["billing"])
    assert outcome["databases"] == [switched(BILLING_ON)]
    assert outcome.moments == ([0, 0, 0] if acted else [0, 0, 0, 2, 2, 2])


def test_answers_that_are_always_lost(bench):
    lost = [switch(BILLING, "ON").but(502, GATEWAY_PAGE), databases(BILLING), databases(BILLING)]
    calls = [databases(BILLING), *lost, *lost]
    outcome = keep(bench, calls, fails=True, databases=["billing"], max_retries=2)
    assert outcome["msg"] == (
        f"The outcome of switch on {IT} is unknown: {BAD_GATEWAY}. Last seen: status OFF. {ADVICE}"
    )
    assert outcome["changed"] is False


@pytest.mark.parametrize(
    ("change", "moment"),
    [
        (lambda call: call.but(429, sample("rebootAuditInstance.429")), 1),
        (lambda call: call.but(429, {}, **{"Retry-After": "4"}), 4),
        (lambda call: call.but(503, fault("APIGW.0101", "no backend")), 1),
        (lambda call: call.fails(refused), 1),
    ],
)
def test_sent_again_when_it_had_no_effect(bench, change, moment):
    call = switch(BILLING, "ON")
    outcome = keep(bench, [databases(BILLING), change(call), call, databases(BILLING_ON)], databases=["billing"])
    assert outcome["changed"] is True
    assert outcome.moments == [0, 0, moment, moment]


def test_databases_that_cannot_be_listed(bench):
    outcome = keep(bench, [databases().but(403, fault("DBSS.10020021", "no such instance"))], True, all_databases=True)
    assert outcome["msg"] == (
        f"Failed to list the databases of audit instance {INSTANCE}: the ID is not known to the service: "
        f"no such instance (HTTP 403, DBSS.10020021){ASKED}."
    )
    assert outcome["api_error"]["operation"] == "listAuditDatabasesV2"
    assert "databases" not in outcome


@pytest.mark.parametrize(
    "answer",
    [{"databases": [{"database": None}]}, {"databases": [{}]}, {"databases": [{"database": {"id": "a"}}]}, {}, []],
)
def test_a_listing_that_says_nothing(bench, answer):
    outcome = keep(bench, [databases().but(200, answer)], True, all_databases=True, max_retries=1)
    assert outcome["msg"].startswith(f"Failed to list the databases of audit instance {INSTANCE}: the service answered")


# Many


@pytest.mark.parametrize("concurrency", [1, 2, 4])
def test_concurrency(bench, concurrency):
    rows = [{**BILLING, "id": f"database-{index:09}", "name": f"db{index}"} for index in range(4)]
    on = [database(row, "ON") for row in rows]
    switches = [switch(row, "ON") for row in rows]
    act = switches if concurrency == 1 else [together(*switches, width=concurrency)]
    outcome = keep(bench, [databases(*rows), *act, databases(*on)], all_databases=True, concurrency=concurrency)
    assert outcome["databases"] == [switched(row) for row in on]


def test_pages(bench):
    rows = [{**ORDERS, "id": f"database-{index:09}", "name": f"db{index}"} for index in range(10001)]
    last = {**rows[-1], "status": "OFF", "audit_status": "SHUTOFF"}
    calls = [
        databases(*rows[:10000], total=10001),
        databases(rows[9999], last, total=10001, offset=9999),
        switch(last, "ON"),
        databases(*rows[:10000], total=10001),
        databases(*rows[-2:], total=10001, offset=9999),
    ]
    outcome = keep(bench, calls, databases=["db0", "db10000"])
    assert outcome["databases"] == [left(rows[0]), switched(rows[-1])]
