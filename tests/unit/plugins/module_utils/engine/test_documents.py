# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is exported can be applied: it differs in nothing, and what is created from it exports as the same."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.documents import (
    as_declared,
    check_document,
    compare,
    compare_tags,
    items_of,
    unreadable,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.policy import RECORDS, SECTIONS, VALUES
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st

IDS = {"id-1": "orders", "id-2": "billing"}
WORDS = st.text("abc", min_size=1, max_size=3)
TYPES = {
    "str": WORDS,
    "bool": st.booleans(),
    "int": st.integers(1, 99),
    "list": st.lists(WORDS, max_size=2, unique=True),
}
SYSTEM = {"risk_rules", "scopes", "sql_rules", "mask_rules"}


def value_of(field):
    """Return the strategy of a field's values, as records have them."""
    spec = field.spec
    if field.codec.refers:
        return st.sampled_from(sorted(IDS)) if spec["type"] == "str" else st.just(["all"]) | st.just(["id-1", "id-2"])
    if "choices" in spec:
        return st.sampled_from(spec["choices"])
    if spec.get("elements") == "dict":
        return st.lists(st.fixed_dictionaries(dict.fromkeys(spec["options"], WORDS)), max_size=1)
    if spec["type"] == "list":
        return TYPES["list"].map(lambda words: [word.upper() for word in words])
    return TYPES[spec["type"]]


@st.composite
def estates(draw, section):
    """Return records of a section, apart by name and address."""
    kind = RECORDS[section].kind
    found = []
    for number in range(draw(st.integers(0, 3))):
        fields = [one for one in kind.fields if one.spec is not None and one.shown and one.option != "rds_id"]
        record = {one.option: draw(value_of(one)) for one in fields}
        name = f"{draw(WORDS)}-{number}"
        apart = {"ip": f"10.0.0.{number}", "agent_ip": f"10.0.0.{number}", "rank": number + 1}
        record.update({key: value for key, value in apart.items() if key in record})
        system = section in SYSTEM and draw(st.booleans())
        found.append({**record, kind.noun.name_key: name, "name": name, "id": f"r{number}", "exists": True})
        found[-1].update(system=system, agents=[], **({"rds_id": ""} if section == "databases" else {}))
    return found


EACH = pytest.mark.parametrize("section", RECORDS)


@EACH
@given(data=st.data())
def test_what_is_exported_differs_in_nothing(section, data):
    kind, brief = RECORDS[section]
    records = data.draw(estates(section))
    found = compare(kind, items_of(kind, records, IDS, brief), records, IDS)
    assert [row for row in found if row.get("option") != "order"] == []


@EACH
@given(data=st.data())
def test_what_is_created_from_a_document_exports_as_the_same(section, data):
    kind, brief = RECORDS[section]
    records = [one for one in data.draw(estates(section)) if not one["system"]]
    items = items_of(kind, records, IDS, brief)
    ids = {name: one for one, name in IDS.items()}
    made = []
    for number, item in enumerate(items):
        fields = planning.clean(kind, item)
        for field in kind.fields:
            if field.codec.refers and field.option in fields:
                value = fields[field.option]
                fields[field.option] = (
                    ids.get(value, value) if isinstance(value, str) else [ids.get(x, x) for x in value]
                )
        wish = planning.Wish("present", fields)
        record = planning.nothing(kind, None, item.get(kind.noun.name_key))
        taken = []
        while (step := planning.plan(kind, record, wish, None, taken)).verdict == "act":
            record = {**planning.predict(kind, record, wish, step.action), "id": f"n{number}"}
            taken.append(step.action)
        made.append({"agents": [], **record, "rank": item.get("rank")})
    assert items_of(kind, made, IDS, brief) == items


@EACH
@given(data=st.data())
def test_each_difference_is_seen(section, data):
    kind, brief = RECORDS[section]
    records = [one for one in data.draw(estates(section)) if not one["system"]]
    items = items_of(kind, records, IDS, brief)
    for number, record in enumerate(records):
        gone = compare(kind, items, [one for one in records if one is not record], IDS)
        assert [row["difference"] for row in gone if row.get("option") != "order"] == ["missing"]
        extra = compare(kind, [one for at, one in enumerate(items) if at != number], records, IDS)
        assert [row["difference"] for row in extra if row.get("option") != "order"] == ["undeclared"]
        other = [{**one, "enabled": not one["enabled"]} if one is record else one for one in records]
        changed = compare(kind, items, other, IDS)
        assert [(row["difference"], row["option"]) for row in changed] == [("differs", "enabled")]


def test_the_order_of_sql_rules_counts():
    kind, brief = RECORDS["sql_rules"]
    records = [
        {"id": name, "name": name, "exists": True, "system": False, "enabled": True, "risk_level": "low", "regex": name}
        for name in ("one", "two", "three")
    ]
    items = items_of(kind, records, IDS, brief)
    assert compare(kind, items[::-1], records, IDS) == [
        {
            "name": None,
            "difference": "differs",
            "option": "order",
            "current": ["one", "two", "three"],
            "wanted": ["three", "two", "one"],
        }
    ]
    assert compare(kind, items[:1], records, IDS)[-1]["difference"] == "undeclared"


def test_names_that_are_not_unique_come_with_an_id():
    kind, brief = RECORDS["mask_rules"]
    twin = {"name": "twin", "exists": True, "system": False, "enabled": True, "regex": "x", "mask_value": "y"}
    items = items_of(kind, [{**twin, "id": "a"}, {**twin, "id": "b"}], IDS, brief)
    assert [item["id"] for item in items] == ["a", "b"]


def test_of_the_systems_own_only_enabled_is_told():
    kind, brief = RECORDS["risk_rules"]
    record = {"id": "s", "name": "bulk", "exists": True, "system": True, "enabled": False, "risk_level": "high"}
    assert items_of(kind, [record], IDS, brief) == [{"name": "bulk", "enabled": False}]
    assert unreadable(kind, [record]) == {}
    assert unreadable(kind, [{**record, "system": False}]) == {"exception_ips": ["bulk"]}


def test_tags():
    assert compare_tags({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == [
        {"name": "b", "difference": "differs", "option": "value", "current": "3", "wanted": "2"},
        {"name": "c", "difference": "undeclared"},
    ]


def test_what_is_as_declared_is_counted():
    document = {"instance": "a", "power": "started", "tags": {"a": "1", "b": "2"}, "scopes": [{"name": "x"}]}
    drift = [
        {"section": "tags", "name": "b", "difference": "missing"},
        {"section": "tags", "name": "c", "difference": "undeclared"},
        {"section": "scopes", "name": "x", "difference": "differs", "option": "action"},
        {"section": "scopes", "name": "x", "difference": "differs", "option": "db_users"},
    ]
    assert as_declared(document, SECTIONS, drift) == 2


@given(st.recursive(st.none() | st.booleans() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner)))
def test_whatever_is_no_policy_is_one_sentence(document):
    with pytest.raises(UsageError, match=r"\.$"):
        check_document(document, VALUES, list(RECORDS))
