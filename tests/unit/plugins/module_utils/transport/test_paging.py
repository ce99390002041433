# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import math

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import client as client_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import paging
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import ApiError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.doubles import FakeClock

READ = Operation("listThings", "dbss", "GET", "/v1/{project_id}/things", "list")
HONEST = "honest"


class Service:
    """Lists what is there at the moment of each call, as it likes.

    @param states: the rows at each call, the last ones from then on
    @param caps: the rows of each page at most, in the same way
    @param total: HONEST, or what it says instead
    """

    pages = Client.pages
    agreed = Client.agreed
    deadline = None
    deadline_name = "wait_timeout"

    def __init__(self, states, caps=(3,), total=HONEST):
        self.states, self.caps, self.total = list(states), list(caps), total
        self.clock = FakeClock()
        self.asked = []

    def call(self, operation, resource, parse, parameters=None, query=None):
        offset = int((query or {}).get("offset", "0"))
        rows = self.states[min(len(self.asked), len(self.states) - 1)]
        cap = self.caps[min(len(self.asked), len(self.caps) - 1)]
        self.asked.append(offset)
        page = [{"id": row} for row in rows[offset : offset + cap]]
        return parse((page, len(rows) if self.total == HONEST else self.total))

    def ids(self):
        return [row["id"] for row in self.pages(READ, "the things", lambda page: page)]


@pytest.mark.parametrize(
    ("number", "cap", "total", "offsets"),
    [
        pytest.param(0, 3, HONEST, [0], id="none"),
        pytest.param(3, 3, HONEST, [0], id="one full page"),
        pytest.param(4, 3, HONEST, [0, 2], id="one more"),
        pytest.param(5, 1, HONEST, [0, 1, 2, 3, 4], id="pages of one"),
        pytest.param(5, 2, HONEST, [0, 1, 2, 3], id="pages of two"),
        pytest.param(4, 3, None, [0, 2, 3, 4], id="no total"),
        # A total that lies is believed when the rows are twice the same.
        pytest.param(4, 3, 9, [0, 2, 3, 4] * 2, id="total too high"),
        pytest.param(4, 3, 2, [0, 2, 3, 4] * 2, id="total too low"),
        pytest.param(4, 3, -1, [0, 2, 3, 4] * 2, id="negative total"),
        pytest.param(0, 3, 5, [0] * 2, id="total of nothing"),
    ],
)
def test_calls_for_a_listing(number, cap, total, offsets):
    service = Service([range(number)], [cap], total)
    assert service.ids() == list(range(number))
    assert service.asked == offsets


@pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param("bcdef", id="first row deleted"),
        pytest.param("acdef", id="a row of the first page deleted"),
        pytest.param("bcdefg", id="first row deleted and one added"),
        pytest.param("zabcdef", id="row added in front"),
        pytest.param("abcdefg", id="row added at the end"),
        pytest.param("fedcba", id="order turned round"),
        pytest.param("", id="all deleted"),
    ],
)
def test_no_row_is_lost_that_moves_between_pages(meanwhile):
    service = Service(["abcdef", meanwhile])
    assert service.ids() == list(meanwhile)


@given(
    st.permutations("abcdefgh").flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))),
    st.integers(0, 8),
    st.integers(0, 8),
    st.integers(2, 5),
    st.integers(1, 4),
)
def test_what_is_there_all_the_time_is_found(rows, before, after, cap, moment):
    """Whatever is deleted, added or put elsewhere at some call: what both states have is found."""
    first, second = rows[0][:before], rows[1][:after]
    try:
        ids = Service([*[first] * moment, second], [cap]).ids()
    except ApiError:
        return
    assert len(ids) == len(set(ids))
    assert set(first) & set(second) <= set(ids)


def test_a_listing_that_never_rests_fails():
    states = [[f"{state}-{row}" for row in range(4)] for state in range(99)]
    service = Service(states)
    with pytest.raises(
        ApiError, match=r"^Failed to list the things: the listing changed each of the 5 times that it w"
    ):
        service.ids()
    assert len(service.asked) == 10


@pytest.mark.parametrize("size", [1, 3])
def test_a_service_that_ignores_the_offset_is_not_believed(size):
    class Stubborn(Service):
        def call(self, operation, resource, parse, parameters=None, query=None):
            return parse(([{"id": row} for row in range(size)], 9))

    with pytest.raises(ApiError, match="the listing changed each of the 5 times"):
        Stubborn([]).ids()


def test_a_row_that_comes_twice_on_one_page_counts_once():
    assert Service([["a", "a", "b"]], [9]).ids() == ["a", "b"]


@given(st.integers(0, 40), st.lists(st.integers(1, 12), min_size=1), st.sampled_from([None, HONEST]))
def test_listing_that_stands_still_is_read_whole(number, caps, total):
    service = Service([range(number)], caps, total)
    assert service.ids() == list(range(number))
    if len(set(caps)) == 1 and total == HONEST:
        steps = max(1, caps[0] - 1)
        assert len(service.asked) == max(1, math.ceil((number - caps[0]) / steps) + 1)


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=30), min_size=1, max_size=8),
    st.lists(st.integers(0, 12), min_size=1),
    st.none() | st.integers(-5, 40),
)
def test_listing_that_shifts_and_lies_ends_and_names_no_row_twice(states, caps, total):
    service = Service(states, caps, total)
    try:
        ids = service.ids()
    except ApiError:
        ids = []
    assert len(ids) == len(set(ids))
    assert set(ids) <= {row for state in states for row in state}
    assert len(service.asked) <= 5 * 70  # five readings, in each of which all but two pages bring something new


# --- Listings without an end -----------------------------------------------------------------------------------------


class Endless(Service):
    """Has another page of new rows each time; a page takes a second."""

    size = 3

    def call(self, operation, resource, parse, parameters=None, query=None):
        self.clock.time += 1.0
        offset = int((query or {}).get("offset", "0"))
        self.asked.append(offset)
        return parse(([{"id": row} for row in range(offset, offset + self.size)], None))


@pytest.mark.parametrize(
    ("bound", "value", "pages", "words"),
    [
        ("MOST_PAGES", 7, 7, "has no end within 7 pages and 200,000 records"),
        ("MOST_RECORDS", 10, 5, "has no end within 2,000 pages and 10 records"),
        ("MOST_SECONDS", 4.0, 4, "has no end within 4 s"),
    ],
)
def test_a_listing_has_bounds(monkeypatch, bound, value, pages, words):
    monkeypatch.setattr(client_module, bound, value)
    service = Endless([])
    with pytest.raises(ApiError, match=f"^Failed to list the things: the listing {words}\\.$"):
        service.ids()
    assert len(service.asked) == pages


def test_a_listing_keeps_to_the_time_of_the_task():
    service = Endless([])
    service.deadline = 3.0
    with pytest.raises(ApiError, match=r"the listing has no end within wait_timeout\.$"):
        service.ids()
    assert len(service.asked) == 3


# --- Pages with numbers ----------------------------------------------------------------------------------------------


def numbered(states, first=1, size=2):
    """Return the function that reads a page of what is there at each call, and the numbers it was asked for."""
    asked = []
    moments = itertools.chain(states[:-1], itertools.repeat(states[-1]))

    def read(number):
        rows = next(moments)
        asked.append(number)
        start = (number - first) * size
        return [{"id": row} for row in (rows[start : start + size] if start >= 0 else [])], len(rows)

    return read, asked


@pytest.mark.parametrize(
    ("rows", "first", "numbers"),
    [("", 1, [1]), ("ab", 1, [1]), ("abc", 1, [1, 2]), ("abc", 0, [1, 2, 0]), ("ab", 0, [1, 0])],
)
def test_numbered_pages(rows, first, numbers):
    read, asked = numbered([rows], first)
    reading = paging.by_number(read, lambda records: None)
    assert (sorted(row["id"] for row in reading.rows), reading.complete) == (list(rows), True)
    assert asked == numbers


@pytest.mark.parametrize("meanwhile", ["bcd", "acd", "zabcd", "abcde"])
def test_numbered_pages_whose_rows_move_are_not_all(meanwhile):
    read, _asked = numbered(["abcd", meanwhile])
    assert not paging.by_number(read, lambda records: None).complete
