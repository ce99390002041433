# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of an audit instance: written whole, read in another form, held within what the instance allows."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

AUDIT = f"{company.PROJECT}/audit/{company.AUDIT_PROD}"
TOPIC = f"/v2/{AUDIT}/alarm/topic"
OLD_TOPIC = f"/v1/{company.PROJECT}/{company.AUDIT_PROD}/audit/alarm/topic"
RETENTION = f"/v1/{AUDIT}/settings/common-settings"
NUMBERS = {"alarm_num": 5, "alarm_cpu": 0, "alarm_memory": 100, "alarm_disk": 90}


@pytest.mark.parametrize("path", ["sensitive/mask/switch", "sensitive/result/switch"])
def test_features_are_switched(emulator, api, path):
    url = f"/v1/{AUDIT}/{path}"
    for status in ("OFF", "ON", "ON"):
        assert api("POST", url, json={"status": status}).json() == {"status": "SUCCESS"}
        assert api("GET", url).json() == {"status": status}
    assert not emulator.requests()[-2]["acted"]


def test_a_notification_is_replaced_whole_and_read_as_text(api):
    assert api("POST", TOPIC, json={"alarm_switch": "OFF", **NUMBERS}).json() == {"status": "success"}
    stored = api("GET", OLD_TOPIC).json()
    assert {key: stored[key] for key in NUMBERS} == {key: str(value) for key, value in NUMBERS.items()}
    assert (stored["alarm_switch"], stored["alarm_topic_urn"], stored["alarm_risk"]) == ("OFF", None, [])


def test_a_notification_that_is_on_needs_its_topic(api):
    answer = api("POST", TOPIC, json={"alarm_switch": "ON", **NUMBERS})
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")


@pytest.mark.parametrize(("days", "status"), [(179, 400), (180, 200), (365, 200), (366, 400)])
def test_retention_stays_within_the_range_of_the_read(api, days, status):
    assert api("PUT", RETENTION, json={"retention_days": days}).status_code == status
    assert api("GET", RETENTION).json()["log_retention"]["retention_days"] == (days if status == 200 else 180)


def test_the_time_zone_shows_in_the_intermediate_list_alone(api):
    assert api("POST", f"/v1/{AUDIT}/timezone", json={"timezone": "UTC+01:00"}).json() == {"status": "success"}
    rows = api("GET", f"/v1/{company.PROJECT}/audit/instances").json()["instances"]
    assert next(one for one in rows if one["instance_id"] == company.AUDIT_PROD)["timezone"] == "UTC+01:00"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "sensitive/mask/switch", {"status": "OFF"}),
        ("PUT", "settings/common-settings", {"retention_days": 200}),
        ("POST", "timezone", {"timezone": "UTC"}),
    ],
)
def test_a_stopped_instance_takes_no_settings(api, method, path, body):
    url = f"/v1/{AUDIT.replace(company.AUDIT_PROD, company.AUDIT_TEST)}/{path}"
    assert code(api(method, url, json=body)) == "DBSS.10020102"
