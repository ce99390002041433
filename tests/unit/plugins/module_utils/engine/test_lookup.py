# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find, look_up, matching, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import (
    CLUSTER_ID,
    INSTANCE_ID,
    PROJECT_ID,
    Noun,
    check_id,
)
from hypothesis import given
from hypothesis import strategies as st

THING = Noun("thing", "things", twin_key="resource_id")


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("a" * 32, INSTANCE_ID),
        ("a" * 64, INSTANCE_ID),
        ("3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10", INSTANCE_ID),
        ("3b0c7d52_6a41_4e0f_9c1d_2f8e5a7b9c10", INSTANCE_ID),
        ("0f1e2d3c4b5a69788796a5b4c3d2e1f0", PROJECT_ID),
        ("6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053", CLUSTER_ID),
        ("6F0D2B84-3C5A-4E17-9D86-A1B7C9E2F053", CLUSTER_ID),
    ],
)
def test_ids(value, rule):
    assert check_id("instance_id", value, rule) == value


@pytest.mark.parametrize("rule", [INSTANCE_ID, CLUSTER_ID], ids=["instance", "cluster"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "a" * 31,
        "a" * 65,
        "../" + "a" * 32,
        "a" * 32 + "/stop",
        "a" * 32 + "?x=1",
        "a" * 31 + "\u00e9",
        "a" * 32 + "\n",
        "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053\n",
        " 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053",
        "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053 ",
    ],
)
def test_malformed_ids(value, rule):
    with pytest.raises(UsageError) as caught:
        check_id("instance_id", value, rule)
    assert str(caught.value) == f"instance_id {value!r} is not an ID: it must be {rule.words}."


@pytest.mark.parametrize("value", ["6f0d2b843c5a4e179d86a1b7c9e2f053", "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f05g"])
def test_cluster_id_is_a_uuid(value):
    with pytest.raises(UsageError, match="a UUID of 36 characters"):
        check_id("cluster_id", value, CLUSTER_ID)


@pytest.mark.parametrize(
    ("noun", "record", "words"),
    [
        (THING, {"id": "1", "name": "one"}, "thing one (1)"),
        (THING, {"id": "1", "name": None}, "thing 1"),
        (THING, {"id": "1"}, "thing 1"),
        (Noun("account", "accounts", "cluster_id", ""), {"cluster_id": "1"}, "account 1"),
        (THING, {"id": "1", "name": "one\nok: \ud800 订单"}, r"thing one\nok: \ud800 订单 (1)"),
    ],
)
def test_description(noun, record, words):
    assert noun.describe(record) == words


RECORDS = [
    {"id": "1", "name": "one", "resource_id": "r1"},
    {"id": "2", "name": "two", "resource_id": "r2"},
    {"id": "3", "name": "twin", "resource_id": "r3"},
    {"id": "4", "name": "twin", "resource_id": "r4"},
    {"id": "one", "name": "its ID is a name", "resource_id": "r5"},
    {"id": "6", "name": None},
]


@pytest.mark.parametrize(
    ("wanted", "how", "ids"),
    [
        pytest.param(["1"], {}, ["1"], id="ID"),
        pytest.param(["two"], {}, ["2"], id="name"),
        pytest.param(["two", "1"], {}, ["2", "1"], id="order of the task"),
        pytest.param(["one"], {}, ["one"], id="ID beats name"),
        pytest.param(["one"], {"by_id": False}, ["1"], id="by name only"),
        pytest.param(["one"], {"by_name": False}, ["one"], id="by ID only"),
        pytest.param(["2", "two", "2"], {}, ["2"], id="each once"),
        pytest.param(["3", "4"], {}, ["3", "4"], id="twins by ID"),
        pytest.param([], {}, [], id="nothing"),
    ],
)
def test_find(wanted, how, ids):
    assert [record["id"] for record in find(RECORDS, THING, wanted, **how)] == ids


@pytest.mark.parametrize(
    ("wanted", "how", "words"),
    [
        pytest.param(["9"], {}, "No thing has the ID or name '9' (there are 6).", id="unknown"),
        pytest.param(["9"], {"by_name": False}, "No thing has the ID '9' (there are 6).", id="unknown ID"),
        pytest.param(["1"], {"by_id": False}, "No thing has the name '1' (there are 6).", id="unknown name"),
        pytest.param(["two"], {"by_name": False}, "No thing has the ID 'two' (there are 6).", id="name is no ID"),
        pytest.param(["twin"], {}, "2 things have the name 'twin', say which one by its ID: 3, 4.", id="ambiguous"),
        pytest.param(["r2"], {}, "r2 is the resource_id of thing two (2), not its id.", id="the other ID"),
        pytest.param(
            ["one", "8", "twin", "9"],
            {},
            "2 things have the name 'twin', say which one by its ID: 3, 4. "
            "No thing has the ID or name '8' (there are 6). No thing has the ID or name '9' (there are 6).",
            id="all that is wrong",
        ),
        pytest.param(
            ["None"], {}, "No thing has the ID or name 'None' (there are 6). Did you mean 'one'?", id="no name"
        ),
    ],
)
def test_find_fails(wanted, how, words):
    with pytest.raises(UsageError) as caught:
        find(RECORDS, THING, wanted, **how)
    assert str(caught.value) == words


COMPANY = [
    {"id": "Zp3nH8sJ6gFa0RuE5kXo", "name": "billing"},
    {"id": "Kx7dQ2mB9vLr4TzY1wPc", "name": "Orders-EU"},
    {"id": "Cu2tO8mE4rSa6XyL0pDn", "name": "orders-us"},
    {"id": "Cv3uP9nF5sTb7YzM1qEo", "name": "orders-uk"},
    {"id": "Lg4vQ0oG6tUc8ZaN2rFp", "name": "orders-in"},
    {"id": "Wd1sQ9lT7nVb5KcH3jRe", "name": None},
]


@pytest.mark.parametrize(
    ("reference", "how", "meant"),
    [
        pytest.param("biling", {}, " Did you mean 'billing'?", id="a letter is missing"),
        pytest.param("BILLING", {}, " Did you mean 'billing'?", id="upper case"),
        pytest.param("orders-eu", {}, " Did you mean 'Orders-EU' or 'orders-us' or 'orders-uk'?", id="three at most"),
        pytest.param("zp3nH8sJ6gFa0RuE5kXo", {}, " Did you mean 'Zp3nH8sJ6gFa0RuE5kXo'?", id="an ID"),
        pytest.param("zp3nH8sJ6gFa0RuE5kXo", {"by_id": False}, "", id="an ID where names are asked for"),
        pytest.param("biling", {"by_name": False}, "", id="a name where IDs are asked for"),
        pytest.param("customers", {}, "", id="nothing like it"),
        pytest.param("2019", {}, "", id="a number"),
        pytest.param("", {}, "", id="empty"),
    ],
)
def test_near_misses_are_named(reference, how, meant):
    with pytest.raises(UsageError) as caught:
        find(COMPANY, Noun("database", "databases"), [reference], **how)
    keys = {"by_id": "name", "by_name": "ID"}.get("".join(how), "ID or name")
    assert str(caught.value) == f"No database has the {keys} {reference!r} (there are 6).{meant}"


def test_a_name_of_the_cloud_cannot_forge_a_line():
    with pytest.raises(UsageError) as caught:
        find([{"id": "1", "name": "billing\nok: done\u202e"}], THING, ["billing\nok: dne"])
    assert "\n" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_an_id_of_the_cloud_cannot_forge_a_line_either():
    twins = [{"id": "1\nok: done", "name": "twin"}, {"id": "2", "name": "twin"}]
    with pytest.raises(UsageError, match=r"say which one by its ID: 1\\nok: done, 2\.$"):
        find(twins, THING, ["twin"])


def test_what_is_missing_is_skipped_on_demand():
    found = look_up(RECORDS, THING, ["9", "two", " 9 ", "tvo"], skip_missing=True)
    assert [record["id"] for record in found.records] == ["2"]
    assert found.missing == ["9", "tvo"]
    assert found.warnings == [
        "Skipped: No thing has the ID or name '9' (there are 6). No thing has the ID or name 'tvo' (there are 6)."
    ]


def test_nothing_is_missing():
    assert look_up(RECORDS, THING, ["1"], skip_missing=True) == (RECORDS[:1], [], [])


@pytest.mark.parametrize("wanted", [["9", "twin"], ["9", "r2"]], ids=["ambiguous", "the other ID"])
def test_what_is_unclear_is_never_skipped(wanted):
    with pytest.raises(UsageError, match=r"(twin|r2).* No thing has the ID or name '9'"):
        look_up(RECORDS, THING, wanted, skip_missing=True)


def test_of_many_unknown_references_some_are_named():
    wanted = [f"unknown-{number}" for number in range(25)]
    with pytest.raises(UsageError, match=r"'unknown-19' \(there are 6\)\. And 5 more\.$"):
        find(RECORDS, THING, wanted)
    assert look_up(RECORDS, THING, wanted, skip_missing=True).missing == wanted
    with pytest.raises(UsageError, match=r"'unknown-19' \(there are 6\)\.$"):
        find(RECORDS, THING, wanted[:20])


def test_find_without_a_twin_key():
    noun = Noun("account", "accounts", id_key="cluster_id", name_key="")
    with pytest.raises(UsageError, match="No account has the ID 'r1'"):
        find([{"cluster_id": "1", "resource_id": "r1"}], noun, ["r1"], by_name=False)


@given(
    st.lists(
        st.fixed_dictionaries({"id": st.sampled_from("abcdef"), "name": st.sampled_from("abcxyz")}),
        unique_by=lambda record: record["id"],
    ),
    st.lists(st.sampled_from("abcxyz")),
)
def test_find_returns_what_was_named_or_fails(records, wanted):
    try:
        found = find(records, THING, wanted)
    except UsageError:
        ids = {record["id"] for record in records}
        names = [record["name"] for record in records]
        assert any(reference not in ids and names.count(reference) != 1 for reference in wanted)
    else:
        assert len({record["id"] for record in found}) == len(found) <= len(wanted)
        assert all(any(reference in (record["id"], record["name"]) for reference in wanted) for record in found)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"thing_id": None, "name": None}, ["1", "2", "3", "4", "one", "6"]),
        ({"thing_id": "3", "name": None}, ["3"]),
        ({"thing_id": None, "name": "twin"}, ["3", "4"]),
        ({"thing_id": "4", "name": "twin"}, ["4"]),
        ({"thing_id": "1", "name": "twin"}, []),
        ({"thing_id": None, "name": ""}, []),
    ],
)
def test_matching(options, ids):
    found = matching(RECORDS, {"thing_id": "id", "name": "name"}, {**options, "region": "x"})
    assert [record["id"] for record in found] == ids


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", " b "], ["a", "b"]),
        (["billing\r\ncustomers"], ["billing", "customers"]),
        (["a\n\n b\n"], ["a", "b"]),
        (["", "  "], []),
        ([], []),
    ],
)
def test_references(values, expected):
    assert references(values) == expected
