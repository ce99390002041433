# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner of kinds: each row of its table, and what holds for all records and wishes."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.records import (
    CREATE,
    DELETE,
    EDIT,
    KEY,
    SWITCH_OFF,
    SWITCH_ON,
    Wish,
    match,
    nothing,
    plan,
    predict,
    record_of,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import AGENT, DATABASE_REGISTRATION
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import RISK_RULE, SCOPE
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import NEEDED
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import ACT, DONE, REFUSE, WAIT, Step
from hypothesis import given
from hypothesis import strategies as st

KINDS = {"scope": SCOPE, "risk rule": RISK_RULE, "agent": AGENT, "database": DATABASE_REGISTRATION}
SELF_BUILT = {"name": "it", "type": "MYSQL", "version": "8", "ip": "1.1.1.1", "port": 1, "os": "UNIX"}
MOST = 10  # steps; a plan that needs more does not end


def record(kind, enabled=True, system=False, **more):
    """Return a record that is there."""
    fields = {
        field.option: field.codec.read(None) for field in kind.fields if field.shown and field.option != "enabled"
    }
    given_ = {"name": "it", "enabled": enabled, "databases": ["a"], "rank": 1}
    whole = {**fields, **{key: value for key, value in given_.items() if key in {*fields, "enabled"}}, **more}
    return {"id": "i", "exists": True, "system": system, **whole}


def walk(kind, start, wish, was_on=None):
    """Return the actions that a plan takes, each as predicted, and its last step and record."""
    here, taken = {**start}, []
    wish = planning.remade(kind, here, wish) if wish.recreate and here["exists"] else wish
    while (step := plan(kind, here, wish, was_on, taken)).verdict == ACT:
        taken.append(step.action)
        assert len(taken) <= MOST, "the plan does not end"
        here = predict(kind, here, wish, step.action)
        here["id"] = "new" if here["exists"] and here["id"] is None else here["id"]
    return taken, step, here


@pytest.mark.parametrize(
    ("kind", "current", "state", "fields", "taken"),
    [
        # none
        ("scope", None, "present", {"databases": ["a"]}, [CREATE]),
        ("scope", None, "present", {"databases": ["a"], "enabled": True}, [CREATE, SWITCH_ON]),
        ("scope", None, "present", {"databases": ["a"], "enabled": False}, [CREATE]),
        ("scope", None, "enabled", {"databases": ["a"]}, [CREATE, SWITCH_ON]),
        ("scope", None, "absent", {}, []),
        ("risk rule", None, "present", {"risk_level": "low"}, [CREATE]),
        ("risk rule", None, "disabled", {"risk_level": "low"}, [CREATE]),
        # custom, equal
        ("scope", {}, "present", {"databases": ["a"]}, []),
        ("scope", {}, "disabled", {}, [SWITCH_OFF]),
        ("scope", {"enabled": False}, "enabled", {}, [SWITCH_ON]),
        ("scope", {}, "absent", {}, [SWITCH_OFF, DELETE]),
        ("scope", {"enabled": False}, "absent", {}, [DELETE]),
        ("risk rule", {}, "absent", {}, [DELETE]),
        # custom, differs
        ("scope", {}, "present", {"db_users": ["x"]}, [SWITCH_OFF, EDIT, SWITCH_ON]),
        ("scope", {}, "disabled", {"db_users": ["x"]}, [SWITCH_OFF, EDIT]),
        ("scope", {"enabled": False}, "present", {"db_users": ["x"]}, [EDIT]),
        ("scope", {"enabled": False}, "enabled", {"db_users": ["x"]}, [EDIT, SWITCH_ON]),
        ("risk rule", {}, "present", {"action": ["DROP"], "exception_ips": []}, [EDIT]),
        ("risk rule", {}, "disabled", {"action": ["DROP"], "exception_ips": []}, [EDIT, SWITCH_OFF]),
        # known by what it is: made anew where it cannot be changed, as it was otherwise
        ("database", None, "present", {**SELF_BUILT, "ssl_key": "k", "enabled": True}, [CREATE, KEY, SWITCH_ON]),
        ("database", None, "present", {"rds_id": "r", "type": "MYSQL"}, ["attach"]),
        ("database", None, "present", {"rds_id": "r", "agent_free": True}, ["attach without agent"]),
        ("database", SELF_BUILT, "present", {**SELF_BUILT, "ssl_key": "k"}, []),
        ("database", SELF_BUILT, "absent", {}, [SWITCH_OFF, DELETE]),
        ("agent", {"cpu_threshold": 1, "mem_threshold": 2}, "disabled", {"cpu_threshold": 3}, [EDIT, SWITCH_OFF]),
        # the system's own, only enabled differs
        ("scope", {"system": True}, "disabled", {}, [SWITCH_OFF]),
        ("risk rule", {"system": True, "enabled": False}, "present", {"enabled": True}, [SWITCH_ON]),
    ],
)
def test_plans(kind, current, state, fields, taken):
    kind = KINDS[kind]
    start = nothing(kind, None, "it") if current is None else record(kind, **current)
    wish = Wish(state, {"name": "it", **fields})
    assert walk(kind, start, wish, start.get("enabled"))[:2] == (taken, Step(DONE))


@pytest.mark.parametrize(
    ("kind", "current", "state", "fields", "reason"),
    [
        ("scope", None, "present", {}, "does not exist, and to create it databases must be given"),
        ("risk rule", None, "enabled", {}, "does not exist, and to create it risk_level must be given"),
        (
            "scope",
            {"system": True},
            "present",
            {"db_users": ["x"]},
            "only enabled can be changed: db_users is none, wanted x",
        ),
        ("scope", {"system": True}, "absent", {}, "is the system's own and cannot be deleted"),
        ("risk rule", {"system": True}, "present", {"rank": 2}, "only enabled can be changed: rank is 1, wanted 2"),
        ("database", None, "present", {"ip": "1.1.1.1"}, "to register it type and version and port and os must be"),
        ("database", SELF_BUILT, "present", {"port": 2}, "in place: port is 1, wanted 2; recreate deletes it"),
        ("database", {**SELF_BUILT, "agents": ["x"]}, "absent", {}, "still has agents"),
        ("agent", {"cpu_threshold": 1}, "present", {"cpu_threshold": 2}, "does not tell its mem_threshold: give"),
        ("risk rule", {}, "present", {"ignore_case": True}, "exception_ips cannot be read back: give exception_ips"),
    ],
)
def test_refusals(kind, current, state, fields, reason):
    kind = KINDS[kind]
    start = nothing(kind, None, "it") if current is None else record(kind, **current)
    step = plan(kind, start, Wish(state, {"name": "it", **fields}))
    assert (step.verdict, reason in step.reason) == (REFUSE, True), step.reason


def test_what_is_not_readable_may_be_reset():
    wish = Wish("present", {"ignore_case": True}, reset_unreadable=True)
    assert walk(RISK_RULE, record(RISK_RULE), wish)[0] == [EDIT]


@pytest.mark.parametrize("enabled", [False, True])
def test_what_is_made_anew_is_otherwise_as_it_was(enabled):
    wish = Wish("present", {"version": "9"}, recreate=True)
    taken, _step, end = walk(DATABASE_REGISTRATION, record(DATABASE_REGISTRATION, enabled, **SELF_BUILT), wish, enabled)
    assert taken == [*([SWITCH_OFF] if enabled else []), DELETE, CREATE, *([SWITCH_ON] if enabled else [])]
    assert {**SELF_BUILT, "version": "9", "enabled": enabled}.items() <= end.items()


def test_what_is_made_anew_is_turned_off_again():
    fields = {"database": "d", "agent_type": "DB", "agent_os": "LINUX64_X86", "agent_ip": "1"}
    row = record(AGENT, False, **fields)
    wish = Wish("present", {"agent_ip": "2"}, recreate=True)
    assert walk(AGENT, row, wish, False)[0] == [DELETE, CREATE, SWITCH_OFF]


def test_nothing_is_deleted_that_could_not_be_made_again():
    row = record(DATABASE_REGISTRATION, **{**SELF_BUILT, "os": ""})
    step = plan(DATABASE_REGISTRATION, row, Wish("present", {"version": "9"}, recreate=True))
    assert (step.verdict, "to register it os must be given" in step.reason) == (REFUSE, True)


def test_a_secret_is_written_once_whenever_the_task_says_so():
    wish = Wish("present", {"ssl_key": "k"}, keys=True)
    row = record(DATABASE_REGISTRATION, **SELF_BUILT)
    assert plan(DATABASE_REGISTRATION, row, wish).action == KEY
    assert plan(DATABASE_REGISTRATION, row, wish, taken=[KEY]).verdict == DONE


def test_what_was_created_is_waited_for():
    created = predict(SCOPE, nothing(SCOPE, None, "it"), Wish("enabled", {"name": "it", "databases": ["a"]}), CREATE)
    assert plan(SCOPE, created, Wish("enabled", {"name": "it", "databases": ["a"]})).verdict == WAIT


def test_what_was_there_and_is_gone_is_not_made_again():
    assert plan(SCOPE, nothing(SCOPE, "i", "it"), Wish("present", {"databases": ["a"]})).verdict == REFUSE


@pytest.mark.parametrize("row", [{"status": "MAYBE"}, {"status": None}])
def test_a_row_that_cannot_be_read(row):
    with pytest.raises(Unreadable, match="status that cannot be read"):
        record_of(SCOPE, {"id": "i", "name": "it", "db_ids": "", **row})


def test_an_order_of_ids_and_blanks_make_no_difference():
    row = {"id": "i", "name": "it", "status": "ON", "db_ids": "b, a", "action": " LOGIN ,SELECT"}
    wish = Wish("present", {"databases": ["a", "b"], "action": ["SELECT", "LOGIN"]})
    assert not planning.differences(SCOPE, record_of(SCOPE, row), wish)


@pytest.mark.parametrize("spelling", ["[ALL]", "all", "[all]", "ALL"])
def test_all_databases_have_many_spellings(spelling):
    row = {"id": "i", "name": "it", "status": "ON", "db_ids": spelling}
    assert record_of(SCOPE, row)["databases"] == ["all"]


@pytest.mark.parametrize(
    ("item", "found"), [({"name": "gone", "new_name": "it"}, "i"), ({"id": "i", "name": "x"}, "i")]
)
def test_matches(item, found):
    (matched,) = match(SCOPE, [item], [record(SCOPE)], Wish("present", {}))
    assert matched.record["id"] == found


def test_an_item_without_a_name():
    with pytest.raises(UsageError, match="An item of scopes has neither id nor name"):
        match(SCOPE, [{"databases": ["all"]}], [], Wish("present", {}))


# --- What holds for all ---

WORDS = st.lists(st.sampled_from(["a", "b", "c"]), unique=True)
VALUES = {"list": WORDS, "str": st.sampled_from(["low", "high"]), "int": st.integers(0, 3), "bool": st.booleans()}


def values_of(field):
    """Return a strategy for a field's values."""
    return st.just([]) if "options" in field.spec else VALUES[field.spec["type"]]


@st.composite
def situations(draw):
    """A kind, a record of it that is there or not, and a wish for it."""
    kind = draw(st.sampled_from(list(KINDS.values())))
    fields = {
        field.option: values_of(field)
        for field in kind.fields
        if field.spec and field.option not in ("name", "enabled", "rank", "ssl_key")
    }
    there = draw(st.booleans())
    readable = {field.option for field in kind.fields if field.shown}
    now = draw(st.fixed_dictionaries({option: value for option, value in fields.items() if option in readable}))
    start = record(kind, draw(st.booleans()), draw(st.booleans()), **now) if there else nothing(kind, None, "it")
    wanted = draw(st.fixed_dictionaries({}, optional={**fields, "enabled": st.booleans()}))
    state = draw(st.sampled_from(planning.STATES))
    wish = Wish(state, {"name": "it", **wanted}, draw(st.booleans()), recreate=bool(kind.alike) and draw(st.booleans()))
    return kind, start, wish


@given(situations())
def test_a_plan_applied_to_its_own_prediction_is_empty(situation):
    kind, start, wish = situation
    taken, step, end = walk(kind, start, wish, start.get("enabled"))
    if step.verdict == DONE:
        assert walk(kind, end, wish, end.get("enabled"))[0] == []
        assert end["exists"] == (wish.state != "absent")
        if wish.enabled is not None and end["exists"]:
            assert end["enabled"] == wish.enabled
    else:
        assert not taken or start["system"] is False


@given(situations())
def test_nothing_that_a_wish_does_not_name_is_ever_changed(situation):
    kind, start, wish = situation
    _taken, step, end = walk(kind, start, wish, start.get("enabled"))
    if start["exists"] and end["exists"] and step.verdict == DONE:
        kept = {field.option for field in kind.fields if field.shown} - set(wish.fields) - {"enabled"}
        assert {option: end[option] for option in kept} == {option: start[option] for option in kept}
        if wish.enabled is None:
            assert end["enabled"] == start["enabled"]


@given(situations())
def test_what_is_the_systems_own_is_only_switched(situation):
    kind, start, wish = situation
    taken = walk(kind, start, wish, start.get("enabled"))[0]
    assert not start["system"] or set(taken) <= {SWITCH_ON, SWITCH_OFF}


@given(situations())
def test_an_edit_sends_all_that_is_known(situation):
    kind, start, wish = situation
    if start["exists"]:
        body = planning.body_of(kind, start, wish, EDIT, {})
        for field in kind.fields:
            if field.wire and field.verb == EDIT and field.shown:
                value = wish.fields.get(field.option, start[field.option])
                assert body[field.wire] == field.codec.write(value)


def test_rows_have_at_most_eight_attributes():
    assert {len(field) for kind in KINDS.values() for field in kind.fields} == {8}
    needing = [kind for kind in KINDS.values() if any(field.born is NEEDED for field in kind.fields)]
    assert needing == [SCOPE, RISK_RULE, AGENT]
