# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, plain, rows, total
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.strategies import SCALARS, json_with


@pytest.mark.parametrize(
    "found", [[], [{"id": "a", "status": "ACTIVE"}, {"id": "b", "status": "ACTIVE", "more": 1}]], ids=["none", "two"]
)
def test_rows_that_have_what_is_needed(found):
    assert rows({"servers": found, "total": 9}, "servers", "id", "status") == found


def test_rows_need_nothing_but_to_be_objects():
    assert rows({"servers": [{}]}, "servers") == [{}]


@pytest.mark.parametrize(
    ("payload", "needed", "words"),
    [
        pytest.param({}, (), "answered without a list of servers", id="missing"),
        pytest.param({"servers": None}, (), "answered without a list of servers", id="null"),
        pytest.param({"servers": {}}, (), "answered without a list of servers", id="object"),
        pytest.param([], (), "answered without a list of servers", id="not an object"),
        pytest.param(None, (), "answered without a list of servers", id="nothing"),
        pytest.param({"servers": ["a"]}, (), "answered with servers that lack content", id="row of text"),
        pytest.param({"servers": [{}]}, ("id",), "answered with servers that lack id", id="no ID"),
        pytest.param({"servers": [{"id": 5}]}, ("id",), "answered with servers that lack id", id="ID is a number"),
        pytest.param(
            {"servers": [{"id": "a"}]}, ("id", "status"), "answered with servers that lack id or status", id="no status"
        ),
    ],
)
def test_rows_that_do_not(payload, needed, words):
    with pytest.raises(Unreadable, match=f"^{words}$"):
        rows(payload, "servers", *needed)


def test_rows_have_what_is_optional():
    found = rows({"servers": [{"id": "a"}, {"id": "b", "name": "c"}]}, "servers", "id", optional=["name"])
    assert found == [{"id": "a", "name": None}, {"id": "b", "name": "c"}]


@pytest.mark.parametrize("name", [1, True, [], {}])
def test_rows_do_not_have_anything_else_for_it(name):
    with pytest.raises(Unreadable, match=r"^answered with servers whose name is no text$"):
        rows({"servers": [{"id": "a"}, {"id": "b", "name": name}]}, "servers", "id", optional=["name"])


@given(json_with("servers", "id"))
def test_rows_are_sound_or_unreadable(payload):
    try:
        found = rows(payload, "servers", "id")
    except Unreadable:
        return
    assert all(isinstance(row["id"], str) for row in found)


@pytest.mark.parametrize(
    ("payload", "told"), [({"total": 3}, 3), ({"total": "3"}, None), ({"total": None}, None), ({}, None)]
)
def test_total(payload, told):
    assert total(payload) == told


@pytest.mark.parametrize(
    ("row", "record"),
    [
        pytest.param({"id": "a", "connect_ip": None}, {"id": "a", "connect_ip": None}, id="plain already"),
        pytest.param({"remainDays": "3"}, {"remain_days": "3"}, id="camel case"),
        pytest.param({"remain_days": None, "remainDays": "3"}, {"remain_days": "3"}, id="value in the twin"),
        pytest.param({"remainDays": "3", "remain_days": None}, {"remain_days": "3"}, id="twin first"),
        pytest.param({"remain_days": "3", "remainDays": "4"}, {"remain_days": "3"}, id="first of two values"),
        pytest.param({"config_num": 0, "configNum": 2}, {"config_num": 0}, id="0 is a value"),
        pytest.param({"connectIpv6": None}, {"connect_ipv6": None}, id="digit"),
        pytest.param({"vpcID": "v"}, {"vpc_id": "v"}, id="upper case word"),
        pytest.param({}, {}, id="empty"),
    ],
)
def test_plain_record(row, record):
    assert plain(row) == record


@given(st.dictionaries(st.from_regex(r"[a-z]{1,4}([A-Z_][a-z]{1,3}){0,2}", fullmatch=True), SCALARS))
def test_plain_records_have_snake_case_keys_and_lose_no_value(row):
    record = plain(row)
    assert all(key == key.lower() for key in record)
    for key, value in row.items():
        if key == key.lower():
            twins = {other for other in row if other.lower() == key.replace("_", "")}
            assert record[key] == value or value is None or twins
    assert {type(value) for value in record.values()} <= {type(value) for value in row.values()}
