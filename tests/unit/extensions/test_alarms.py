# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading alarms page by page, however the service numbers its pages."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import ALARMS_PER_PAGE, Alarms
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client, Clock
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import REFUSED, UNKNOWN, ApiError


class Service:
    """Answers from a list of alarms, in pages that are numbered from C(first)."""

    clock = Clock()
    deadline = None
    agreed = Client.agreed
    numbered_pages = Client.numbered_pages

    def __init__(self, number, first=1, total=None, refusal=None):
        self.rows = [{"id": f"alarm-{one}", "alarmRisk": "LOW"} for one in range(number)]
        self.first, self.total, self.refusal = first, total, refusal
        self.bodies = []

    def call(self, operation, resource, parse, parameters=None, body=None):
        self.bodies.append(body)
        if self.refusal and body["page"] == 0:
            raise ApiError(operation.id, operation.intent, resource, "no", effect=self.refusal)
        start = (body["page"] - self.first) * body["size"]
        rows = self.rows[start : start + body["size"]] if start >= 0 else []
        return parse({"alarm_log": rows, "total_num": len(self.rows) if self.total is None else self.total})

    @property
    def pages(self):
        return [body["page"] for body in self.bodies]


def read(service):
    return [one["id"] for one in Alarms(service, "i", {"risk": ["LOW"]}).records(0.9, 86400.9)]


def ids(number):
    return {f"alarm-{one}" for one in range(number)}


@pytest.mark.parametrize(
    ("number", "first", "pages"),
    [
        (0, 1, [1]),
        (1, 1, [1]),
        (ALARMS_PER_PAGE, 1, [1]),
        (ALARMS_PER_PAGE + 1, 1, [1, 2]),
        (0, 0, [1]),
        (1, 0, [1, 0]),
        (ALARMS_PER_PAGE + 1, 0, [1, 2, 0]),
    ],
)
def test_all_are_read_from_any_first_page(number, first, pages):
    service = Service(number, first)
    found = read(service)
    assert (set(found), len(found)) == (ids(number), number)
    assert service.pages == pages


def test_what_is_asked():
    service = Service(0)
    assert read(service) == []
    assert service.bodies == [
        {
            "risk": ["LOW"],
            "time": {"start_time": "1970-01-01 00:00:00", "end_time": "1970-01-02 00:00:00"},
            "page": 1,
            "size": ALARMS_PER_PAGE,
        }
    ]


def test_a_total_that_is_too_large_does_not_matter_where_there_is_no_page_0():
    service = Service(3, total=5, refusal=REFUSED)
    assert set(read(service)) == ids(3)
    assert service.pages == [1, 2, 0, 1, 2, 0]  # until it is twice the same


def test_another_failure_of_page_0_does():
    with pytest.raises(ApiError):
        read(Service(3, total=5, refusal=UNKNOWN))


def test_keys_are_in_snake_case():
    [alarm] = Alarms(Service(1), "i", {}).records(0, 1)
    assert alarm == {"id": "alarm-0", "alarm_risk": "LOW"}


@pytest.mark.parametrize("total", ["3", [], {}])
def test_a_total_is_a_number(total):
    with pytest.raises(Unreadable, match="without a total_num"):
        read(Service(1, total=total))


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "a text",
        {},
        {"id": None},
        {"id": 7},
        {"id": ""},
        {"id": "{{ lookup('pipe', 'id') }}"},
        {"id": "a/b"},
        {"id": "x" * 65},
        {"Id": ["a list"], "id": "alarm-x"},
    ],
)
def test_an_alarm_without_an_id_is_left_out_alone(bad):
    service, told = Service(3), []
    service.rows[1] = {"alarmRisk": "LOW", **bad} if isinstance(bad, dict) else bad
    found = Alarms(service, "i", {}, told.append).records(0, 1)
    assert [one["id"] for one in found] == ["alarm-0", "alarm-2"]
    words = "up to 64 letters, digits, hyphens and underscores"
    assert told == [f"Left out of the alarms of audit instance i: 1, whose ID is not {words}."]
    assert service.pages == [1]
