# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alarms are new: each once, none lost, whatever fails and however late the service lists them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SINCE = 1_000_000


class Service:
    """Lists alarms, given as (time, time from which on it lists them), in s since the epoch; fails when told to."""

    def __init__(self, alarms):
        self.alarms = alarms
        self.now = 0
        self.failures = 0

    def __call__(self, first, last):
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        return [
            {"id": str(number), "alarm_time": str(time)}
            for number, (time, listed) in enumerate(self.alarms)
            if first <= time <= last and listed <= self.now
        ]


def read(news, service, now, failures=0):
    """Return the IDs of what is new at a time."""
    service.now, service.failures = now, failures
    return [alarm["id"] for alarm in news.read(service, now)]


def test_what_was_there_before_is_not_new(source):
    service = Service([(SINCE - 10, 0), (SINCE, 0), (SINCE + 1, 0)])
    assert read(source.News(SINCE), service, SINCE + 5) == ["2"]


def test_each_alarm_is_new_once(source):
    news, service = source.News(SINCE), Service([(SINCE + 1, 0), (SINCE + 20, 0)])
    assert [read(news, service, SINCE + seconds) for seconds in (5, 10, 30, 40)] == [["0"], [], ["1"], []]


def test_the_oldest_comes_first(source):
    service = Service([(SINCE + 3, 0), (SINCE + 1, 0), (SINCE + 2, 0)])
    assert read(source.News(SINCE), service, SINCE + 5) == ["1", "2", "0"]


def test_an_alarm_without_a_time_is_no_problem(source):
    assert source.News(0).read(lambda first, last: [{"id": "x"}] if last > 0 else [], 5) == [{"id": "x"}]


@pytest.mark.parametrize("time", [7, None, ["1970"], {}])
def test_a_time_that_is_no_text_is_no_problem(source, time):
    alarms = [{"id": "x", "alarm_time": "1970-01-01"}, {"id": "y", "alarm_time": time}]
    assert source.News(0).read(lambda first, last: alarms if last > 0 else [], 5) == alarms[::-1]


def test_a_late_alarm_is_not_missed(source):
    news, late = source.News(SINCE), source.OVERLAP
    service = Service([(SINCE + 1, SINCE + 1 + late)])
    assert read(news, service, SINCE + 60) == []
    assert read(news, service, SINCE + late) == []
    assert read(news, service, SINCE + late + 60) == ["0"]


@pytest.mark.parametrize("failures", [1, 2])
def test_after_a_failure_it_catches_up(source, failures):
    news, service = source.News(SINCE), Service([(SINCE + 1, 0), (SINCE + 50, 0)])
    for now in range(SINCE + 5, SINCE + 5 + failures):
        with pytest.raises(ConnectionError):
            read(news, service, now, failures=1)
    assert read(news, service, SINCE + 86400 * 2) == ["0", "1"]


def test_an_alarm_that_is_missing_for_a_while_is_not_new_again(source):
    news, service = source.News(SINCE), Service([(SINCE + 1, 0)])
    assert read(news, service, SINCE + 5) == ["0"]
    service.alarms = [(SINCE + 1, SINCE + 1000)]
    assert [read(news, service, SINCE + seconds) for seconds in (60, 999, 1001)] == [[], [], []]


def test_a_long_run_does_not_remember_everything(source):
    news, service = source.News(SINCE), Service([(SINCE + 100 * number, 0) for number in range(2000)])
    emitted = [one for now in range(SINCE, SINCE + 200_000, 300) for one in read(news, service, now)]
    assert emitted == [str(number) for number in range(1, 1999)]
    assert len(news._seen) < 100


def test_what_is_remembered_has_a_bound(source, monkeypatch):
    monkeypatch.setitem(source.News.read.__globals__, "MOST_KNOWN", 3)
    news, service = source.News(SINCE), Service([(SINCE + number, 0) for number in range(1, 20)])
    for now in range(SINCE, SINCE + 20):
        read(news, service, now)
        service.alarms[max(0, now - SINCE - 2)] = (0, 0)  # no longer listed
        assert len(news._seen) <= 3
    assert [*news._seen][-1] == "18"


ALARMS = st.lists(st.tuples(st.integers(-5000, 20_000), st.integers(0, 3600)), max_size=20)
POLLS = st.lists(st.tuples(st.integers(1, 5000), st.booleans()), min_size=1, max_size=20)


@settings(max_examples=300)
@given(alarms=ALARMS, polls=POLLS)
def test_never_twice_and_never_lost(source, alarms, polls):
    """Alarms at a time from SINCE on, listed up to an hour later; polls after a pause, some of which fail."""
    service = Service([(SINCE + time, SINCE + time + delay) for time, delay in alarms])
    news, now, emitted, polled, primed = source.News(SINCE), SINCE, [], None, None
    for pause, fails in polls:
        now += pause
        if fails:
            with pytest.raises(ConnectionError):
                read(news, service, now, failures=1)
            continue
        emitted += read(news, service, now)
        polled, primed = now, primed or now
    assert len(emitted) == len(set(emitted))
    for number, (time, listed) in enumerate(service.alarms):
        if polled and time > SINCE and listed <= polled:
            assert str(number) in emitted
        if time <= SINCE and (primed is None or listed <= primed):
            assert str(number) not in emitted
