# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import all_of, for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.lanes import Lanes
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError

from tests.unit.plugins.module_utils.doubles import Peak


@pytest.mark.parametrize(
    ("items", "at_most", "together"),
    [(8, 4, 4), (4, 4, 4), (3, 8, 3), (2, 2, 2), (6, 1, 1), (6, 0, 1), (1, 8, 1), (0, 8, 1)],
)
def test_results_come_in_order_and_so_many_run_at_the_same_time(items, at_most, together):
    peak = Peak(together)
    assert for_each(peak, iter(range(items)), at_most) == list(range(items))
    assert peak.most == min(together, items)


@pytest.mark.parametrize(("items", "at_most"), [(1, 8), (5, 1)])
def test_one_at_a_time_needs_no_thread(items, at_most):
    peak = Peak(1)
    for_each(peak, range(items), at_most)
    assert peak.threads == {threading.get_ident()}


@pytest.mark.parametrize("at_most", [1, 3])
def test_one_error_does_not_stop_the_others(at_most):
    error = UsageError("no")

    def work(item):
        if item == 1:
            raise error
        return item

    assert for_each(work, [0, 1, 2], at_most) == [0, error, 2]


@pytest.mark.parametrize("at_most", [1, 3])
def test_bugs_are_raised(at_most):
    with pytest.raises(ZeroDivisionError):
        for_each(lambda item: 1 // item, [1, 0, 2], at_most)


def test_lanes_let_so_many_in():
    lanes, peak = Lanes(3), Peak(3)

    def work(item):
        with lanes:
            return peak(item)

    assert for_each(work, range(9), 9) == list(range(9))
    assert peak.most == 3


@pytest.mark.parametrize(("number", "times", "left"), [(8, 1, 4), (3, 1, 1), (1, 1, 1), (24, 2, 6), (4, 9, 1)])
def test_lanes_narrow(number, times, left):
    lanes, peak = Lanes(number), Peak(left)
    for _time in range(times):
        lanes.narrow()

    def work(item):
        with lanes:
            return peak(item)

    for_each(work, range(2 * number), 2 * number)
    assert peak.most == left


def test_a_lane_is_left_after_an_error():
    lanes = Lanes(1)
    for _time in range(2):
        with pytest.raises(UsageError), lanes:
            raise UsageError("no")


def test_one_error_makes_the_rest_useless():
    def work(item):
        if item > 1:
            raise UsageError(f"no {item}")
        return item

    assert all_of(work, [0, 1], 2) == [0, 1]
    with pytest.raises(UsageError, match="no 2"):
        all_of(work, [0, 2, 3], 2)
