# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms of audit instances: spans of time, filters and pages."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

PATH = f"/v2/{company.PROJECT}/audit/{company.AUDIT_PROD}/alarm-log"
LOW, HIGH = "Al1aRm0000000001", "Al1aRm0000000002"


@pytest.fixture
def alarms(api):
    """Return the function that asks for alarms and returns their IDs."""

    def alarms(time="WEEK", page=1, size=10, **more):
        span = {"time_range": time} if isinstance(time, str) else dict(zip(("start_time", "end_time"), time))
        answer = api("POST", PATH, json={"time": span, "page": page, "size": size, **more})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["alarm_log"]]

    return alarms


@pytest.mark.parametrize(("span", "expected"), [("HALF_HOUR", [HIGH]), ("DAY", [HIGH]), ("WEEK", [HIGH, LOW])])
def test_a_span_up_to_now(alarms, span, expected):
    assert alarms(span) == expected


def test_a_span_between_two_times(api, alarms):
    at = api("POST", PATH, json={"time": {"time_range": "HOUR"}, "page": 1, "size": 1}).json()["alarm_log"][0][
        "alarm_time"
    ]
    assert alarms((at, at)) == [HIGH]
    assert alarms(("2026-01-01 00:00:00", "2026-01-01 00:00:01")) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"risk": ["LOW", "MEDIUM"]}, [LOW]),
        ({"risk": []}, []),
        ({"type": "RISK_RULE"}, [HIGH]),
        ({"status": "DONE"}, [LOW]),
    ],
)
def test_filters(alarms, wanted, expected):
    assert alarms(**wanted) == expected


@pytest.mark.parametrize("first", [0, 1])
def test_pages(emulator, alarms, first):
    emulator.settings(first_page=first)
    assert [alarms(page=page, size=1) for page in (first, first + 1, first + 2)] == [[HIGH], [LOW], []]


def test_there_is_nothing_before_the_first_page(alarms):
    assert alarms(page=0, size=1) == []


def test_an_alarm_shows_when_its_time_has_come(emulator, alarms):
    state = emulator.state()
    state["audit_instances"][0]["alarms"] = [{"id": "later", "alarm_time": "in 1h"}]
    emulator.state({"audit_instances": state["audit_instances"]})
    assert alarms() == []
    emulator.advance(3601)
    assert alarms() == ["later"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"time": {"time_range": "YEAR"}, "page": 1, "size": 1},
        {"time": {"start_time": "2026-01-01 00:00:00"}, "page": 1, "size": 1},
        {"time": {"start_time": "2026-13-01 00:00:00", "end_time": "2026-13-01 00:00:00"}, "page": 1, "size": 1},
        {"time": {"time_range": "DAY"}, "page": 1, "size": 0},
        {"time": {"time_range": "DAY"}, "page": 1, "size": 1, "risk": ["SEVERE"]},
    ],
)
def test_bad_requests(api, body):
    answer = api("POST", PATH, json=body)
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")


def test_an_unknown_instance(api):
    body = {"time": {"time_range": "DAY"}, "page": 1, "size": 1}
    assert code(api("POST", PATH.replace(company.AUDIT_PROD, "0" * 32), json=body)) == "DBSS.10020021"
