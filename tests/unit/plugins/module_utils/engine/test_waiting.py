# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.doubles import FakeClock


@pytest.fixture
def start(clock):
    return lambda timeout, longest=5.0: Poll(timeout, longest, clock.monotonic, clock.sleep)


@pytest.mark.parametrize(
    ("timeout", "longest", "pauses"),
    [
        (600, 5, [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875, 5, 5]),
        (600, 1, [0.5, 0.75, 1, 1]),
        (600, 0.2, [0.2, 0.2, 0.2]),
        (1, 5, [0.5, 0.5]),
        (0.1, 5, [0.1]),
        (0, 5, []),
    ],
)
def test_pauses_grow_to_the_longest_and_end_at_the_deadline(start, clock, timeout, longest, pauses):
    poll = start(timeout, longest)
    for _pause in range(len(pauses)):
        assert not poll.expired()
        poll.pause()
    assert clock.sleeps == pytest.approx(pauses)
    assert poll.expired() == (sum(pauses) >= timeout)


def test_times_are_on_the_clock_that_was_given(start, clock):
    clock.time = 100.0
    poll = start(30)
    clock.time = 112.0
    assert (poll.now(), poll.elapsed(), poll.deadline) == (112.0, 12.0, 130.0)
    clock.time = 129.9
    assert not poll.expired()
    clock.time = 130.0
    assert poll.expired()
    poll.pause()
    assert clock.sleeps == []


def test_look_at_once_starts_the_interval_anew(start, clock):
    poll = start(600)
    for _pause in range(8):
        poll.pause()
    clock.sleeps.clear()
    poll.look_at_once()
    for _pause in range(3):
        poll.pause()
    assert clock.sleeps == [0.5, 0.75]  # after no pause at all


def test_certain_moment_replaces_the_interval_but_not_the_deadline(start, clock):
    poll = start(10)
    for at_most in (2.0, None, 0.0, None, 60.0):
        poll.pause(at_most)
    assert clock.sleeps == pytest.approx([2.0, 0.75, 1.6875, 10 - 2.0 - 0.75 - 1.6875])


@given(
    st.floats(0, 1000),
    st.floats(0.001, 60),
    st.lists(st.none() | st.just("at once") | st.floats(0, 100), max_size=60),
)
def test_never_past_the_deadline_and_never_longer_than_told(timeout, longest, looks):
    clock = FakeClock()
    poll = Poll(timeout, longest, clock.monotonic, clock.sleep)
    for look in looks:
        before = clock.time
        if look == "at once":
            poll.look_at_once()
        at_most = None if look == "at once" else look
        poll.pause(at_most)
        assert before <= clock.time <= max(before, poll.deadline + 1e-6)
        assert clock.time - before <= (longest if at_most is None else at_most) + 1e-6
