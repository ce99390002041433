# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin path: state, settings, log, counters, clock."""

from __future__ import annotations

import json
import re

import pytest
import requests

from tests.unit.emulator import company


def test_state_can_be_taken_out_and_put_back(emulator, api):
    api.power("stop")
    api.switch(company.ORDERS, "OFF")
    before = emulator.state()
    after = emulator.state(before)
    for one in (before, after):
        one["audit_instances"][0]["seconds_left"] = pytest.approx(one["audit_instances"][0]["seconds_left"], abs=1)
    assert before == after


def test_state_takes_yaml_with_the_api_s_own_words(emulator, api):
    text = f"""
clusters:
  - {{id: {company.DWS_PROD}, name: solo, om_user: {{status: on, expires: in 90m}}}}
audit_instances:
  - id: {company.AUDIT_PROD}
    name: solo
    databases:
      - {{id: {company.ORDERS}, name: 'yes', status: ON}}
"""
    answer = requests.put(f"{emulator.url}/_emulator/state", data=text, timeout=10)
    assert answer.status_code == 200
    assert api.om_user()["om_user_status"] == "on"
    assert [(one["name"], one["status"], one["audit_status"]) for one in api.databases()] == [("yes", "ON", "ACTIVE")]
    assert api("POST", company.OM_INSTANCES).json() == {"clusters": []}


def test_new_credentials_replace_the_old_ones(emulator, api):
    emulator.state({"tokens": [{"token": "another", "project": company.PROJECT}]})
    assert api("GET", company.INSTANCES).status_code == 401
    assert api("GET", company.INSTANCES, headers={"X-Auth-Token": "another"}).status_code == 200


def database(identity):
    return {"id": identity, "name": "x"}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"clutsers": []}, "unknown key 'clutsers'"),
        ({"clusters": {}}, "clusters: must have type"),
        ({"clusters": [{"id": company.DWS_PROD}]}, r"clusters\[0\]: required: name"),
        ({"clusters": [{"id": "x", "name": "x"}]}, r"clusters\[0\].id: must have"),
        ({"clusters": [{"id": company.DWS_PROD, "name": "x"}] * 2}, "there twice"),
        ({"clusters": [{"id": company.DWS_PROD, "name": "x", "project": "none"}]}, "no project none"),
        ({"clusters": [{"id": company.DWS_PROD, "name": "x", "om_user": {"status": "maybe"}}]}, "must be one of"),
        (
            {"clusters": [{"id": company.DWS_PROD, "name": "x", "om_user": {"status": "on", "expires": "soon"}}]},
            '"soon" is no time',
        ),
        ({"clusters": [{"id": company.DWS_PROD, "name": "x", "om_user": {"status": "on"}}]}, "expires"),
        ({"audit_instances": [{"id": "0" * 32, "name": "x", "status": "RUNNING"}]}, "must be one of"),
        ({"audit_instances": [{"id": "0" * 32, "name": "x", "colour": "red"}]}, "unknown key 'colour'"),
        (
            {"audit_instances": [{"id": str(n) * 32, "name": "x", "databases": [database("d" * 16)]} for n in (0, 1)]},
            "there twice",
        ),
        ({"om_instances": [{"instance_id": "0" * 32, "name": "x", "nodes": []}]}, "nodes"),
        ({"settings": {"lag": -1}}, "settings.lag"),
        ([], "mapping"),
    ],
)
def test_bad_states_are_refused_with_a_sentence_and_change_nothing(emulator, state, sentence):
    before = emulator.state()
    with pytest.raises(ValueError, match=sentence):
        emulator.state(state) if state else emulator.admin("PUT", "state", state)
    assert emulator.state() == before


def test_broken_yaml(emulator):
    answer = requests.put(f"{emulator.url}/_emulator/state", data="a: [", timeout=10)
    assert answer.status_code == 400
    assert "not valid YAML in line" in answer.json()["error"]


def test_settings(emulator, api):
    settings = emulator.settings(lag=1.5, page_cap=3)
    assert (settings["lag"], settings["page_cap"], settings["validate"]) == (1.5, 3, "all")
    assert emulator.state()["settings"] == settings
    for wrong in ({"lag": "long"}, {"speed": 1}, {"validate": "some"}, {"page_cap": 0}):
        with pytest.raises(ValueError, match="settings"):
            emulator.settings(**wrong)
    with pytest.raises(ValueError, match="mapping"):
        emulator.admin("PATCH", "settings", [1])
    assert emulator.settings() == settings


def test_latency_of_everything(emulator, api):
    emulator.settings(latency=0.2)
    assert api("GET", company.INSTANCES).elapsed.total_seconds() >= 0.2


def test_validation_can_be_off(emulator, api):
    emulator.settings(validate="off")
    assert len(api.databases(limit=10001)) == 6
    assert api("POST", f"/v1/{company.PROJECT}/dbss/audit/instance/start", json={}).status_code == 500
    emulator.settings(validate="requests")
    assert api("POST", f"/v1/{company.PROJECT}/dbss/audit/instance/start", json={}).status_code == 400


def timeless(value):
    """The value without times, some of which count from the start."""
    text = json.dumps(value)
    return json.loads(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "a time", text))


def test_reset_goes_back_to_the_start(emulator, api):
    before = emulator.state()
    api.power("stop")
    emulator.settings(lag=5)
    emulator.advance(1000)
    emulator.fault("throttle")
    emulator.reset()
    after = emulator.state()
    assert timeless(before) == timeless(after)
    assert (emulator.requests(), emulator.admin("GET", "faults")) == ([], [])
    assert emulator.counters() == {"changes": {}, "in_flight": 0, "peak_in_flight": 0, "connections": 0}
    assert api("GET", company.INSTANCES).status_code == 200


def test_the_log(emulator, api):
    api("GET", company.INSTANCES, params={"limit": 2})
    api.power("stop")
    api.power("stop")
    listed, stopped, refused = emulator.requests()
    assert (listed["service"], listed["operation"], listed["method"]) == ("dbss", "listAuditInstances", "GET")
    assert (listed["path"], listed["query"], listed["resource"]) == (company.INSTANCES, "limit=2", None)
    assert (stopped["acted"], stopped["status"], stopped["error_code"]) == (True, 200, None)
    assert (refused["acted"], refused["status"], refused["error_code"]) == (False, 400, "DBSS.10020131")
    assert stopped["resource"] == refused["resource"] == company.AUDIT_PROD
    assert [one["seq"] for one in (listed, stopped, refused)] == [1, 2, 3]
    assert listed["time"] <= stopped["time"]
    assert stopped["duration_ms"] > 0
    assert listed["connection"] == stopped["connection"] > 0


def test_the_log_is_filtered_and_emptied(emulator, api):
    api("GET", company.INSTANCES)
    api.power("stop")
    assert [one["seq"] for one in emulator.requests(acted=True)] == [2]
    assert [one["seq"] for one in emulator.requests(status=200, method="GET")] == [1]
    emulator.admin("DELETE", "requests")
    assert emulator.requests() == []
    api("GET", company.INSTANCES)
    assert [one["seq"] for one in emulator.requests()] == [3]


def test_counters_start_anew(emulator, api):
    api.power("stop")
    assert emulator.counters()["connections"] == 1
    emulator.admin("DELETE", "counters")
    assert emulator.counters() == {"changes": {}, "in_flight": 0, "peak_in_flight": 0, "connections": 0}


@pytest.mark.parametrize("change", [{"advance": "1"}, {"advance": True}, {}, [], {"advance": 1, "back": 2}])
def test_the_clock_needs_a_number(emulator, change):
    with pytest.raises(ValueError, match="advance"):
        emulator.admin("POST", "clock", change)


def test_the_admin_path_is_not_logged_and_knows_its_limits(emulator):
    with pytest.raises(ValueError, match="no such admin path"):
        emulator.admin("GET", "secrets")
    with pytest.raises(ValueError, match="no such admin path"):
        emulator.admin("DELETE", "state")
    assert emulator.requests() == []


def test_health(emulator):
    assert emulator.admin("GET", "health")["status"] == "ok"
