# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DWS clusters and their O&M accounts."""

from __future__ import annotations

import time

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

HOURS_8 = 8 * 3600 * 1000  # ms


def with_cluster(emulator, cluster=company.DWS_PROD, **fields):
    """Hold the company with other fields in one cluster."""
    state = emulator.state()
    next(one for one in state["clusters"] if one["id"] == cluster).update(fields)
    emulator.state(state)


def cluster(api, cluster=company.DWS_PROD):
    row = api("GET", f"{company.CLUSTERS}/{cluster}").json()["cluster"]
    return row["status"], row["task_status"]


def power(api, action, cluster=company.DWS_PROD):
    version = "v1.0" if action == "restart" else "v1"
    body = {"json": {"restart": {}}} if action == "restart" else {}
    return api("POST", f"/{version}/{company.PROJECT}/clusters/{cluster}/{action}", **body)


def hours_left(info):
    return (info["om_user_expires_time"] / 1000 - time.time()) / 3600


def test_how_the_company_starts(api):
    assert api.om_user(company.DWS_PROD) == {"om_user_status": "off", "om_user_expires_time": None}
    assert hours_left(api.om_user(company.DWS_REPORTS)) == pytest.approx(3, abs=0.05)
    assert api.om_user(company.DWS_TEST) is None
    assert cluster(api, company.DWS_FINANCE) == ("AVAILABLE", "SNAPSHOTTING")


def test_an_account_comes_for_8_hours_is_extended_by_8_and_goes(emulator, api):
    added = api.om_user_action("addOmUser").json()
    assert (added["error_code"], added["error_msg"]) == (0, None)
    assert hours_left(added["om_user_info"]) == pytest.approx(8, abs=0.05)
    extended = api.om_user_action("increaseOmUserPeriod").json()["om_user_info"]
    assert extended["om_user_expires_time"] - added["om_user_info"]["om_user_expires_time"] == HOURS_8
    assert api.om_user() == extended
    assert api.om_user_action("deleteOmUser").json()["om_user_info"]["om_user_status"] == "off"
    assert api.om_user() == {"om_user_status": "off", "om_user_expires_time": None}
    assert emulator.counters()["changes"] == {
        company.DWS_PROD: {"addOmUser": 1, "increaseOmUserPeriod": 1, "deleteOmUser": 1}
    }


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        (company.DWS_PROD, "increaseOmUserPeriod"),
        (company.DWS_TEST, "increaseOmUserPeriod"),
        (company.DWS_TEST, "deleteOmUser"),
        (company.DWS_REPORTS, "addOmUser"),
    ],
)
def test_what_does_not_fit_fails_with_http_200(emulator, api, name, operation):
    before = api.om_user(name)
    answer = api.om_user_action(operation, name)
    assert (answer.status_code, answer.json()["error_code"], answer.json()["om_user_info"]) == (200, 1, None)
    assert answer.json()["error_msg"]
    assert api.om_user(name) == before
    (entry,) = emulator.requests(operation="runOmUserAction")
    assert (entry["acted"], entry["error_code"], entry["status"]) == (False, "1", 200)


def test_an_expired_account_is_off(emulator, api):
    emulator.advance(3 * 3600 + 1)
    assert api.om_user(company.DWS_REPORTS) == {"om_user_status": "off", "om_user_expires_time": None}
    assert api.om_user_action("increaseOmUserPeriod", company.DWS_REPORTS).json()["error_code"] == 1
    assert api.om_user_action("addOmUser", company.DWS_REPORTS).json()["error_code"] == 0


def test_an_expired_account_may_still_read_on(emulator, api):
    with_cluster(emulator, om_user={"status": "on", "expires": "2h ago"}, expired_account="on")
    info = api.om_user()
    assert (info["om_user_status"], hours_left(info)) == ("on", pytest.approx(-2, abs=0.05))
    extended = api.om_user_action("increaseOmUserPeriod").json()["om_user_info"]
    assert hours_left(extended) == pytest.approx(8, abs=0.05), "an extension of an expired account counts from now"


def test_of_extensions_sent_together_only_the_first_counts(emulator, api):
    emulator.settings(increase_window=5)
    before = api.om_user(company.DWS_REPORTS)["om_user_expires_time"]
    for _attempt in range(3):
        answer = api.om_user_action("increaseOmUserPeriod", company.DWS_REPORTS).json()
        assert answer["om_user_info"]["om_user_expires_time"] == before + HOURS_8
    emulator.advance(5)
    api.om_user_action("increaseOmUserPeriod", company.DWS_REPORTS)
    assert api.om_user(company.DWS_REPORTS)["om_user_expires_time"] == before + 2 * HOURS_8
    assert emulator.counters()["changes"][company.DWS_REPORTS]["increaseOmUserPeriod"] == 2


def test_a_busy_cluster_refuses(api):
    answer = api.om_user_action("increaseOmUserPeriod", company.DWS_FINANCE)
    body = answer.json()
    assert (answer.status_code, body["error_code"], body["errCode"]) == (403, "DWS.7023", "DWS.7023")
    assert body["externalMessage"] == body["error_msg"]
    assert api.om_user(company.DWS_FINANCE)["om_user_status"] == "on"


@pytest.mark.parametrize(
    ("version", "status"),
    [("8.1.3.99", 400), ("8.1.3.109", 400), ("8.1.3.110", 200), ("8.1.10", 200), ("9.1.0.200", 200), ("10.0", 200)],
)
def test_accounts_need_a_young_enough_cluster(emulator, api, version, status):
    with_cluster(emulator, version=version)
    assert api.om_user_action("addOmUser").status_code == status


@pytest.mark.parametrize("suffix", ["", "/db-manager/om-user/status"])
@pytest.mark.parametrize(
    ("name", "status", "wanted"),
    [("11111111-2222-4333-8444-555555555555", 403, "DWS.0015"), ("x", 400, "DWS.0001"), ("removed", 404, "DWS.3027")],
)
def test_clusters_that_are_not_there(emulator, api, suffix, name, status, wanted):
    if name == "removed":
        name = company.DWS_TEST
        with_cluster(emulator, name, removed=True)
        assert api("GET", company.CLUSTERS).json()["count"] == 3
    path = f"/{'v1' if suffix else 'v1.0'}/{company.PROJECT}/clusters/{name}{suffix}"
    answer = api("GET", path)
    assert (answer.status_code, code(answer)) == (status, wanted)


@pytest.mark.parametrize(
    ("actions", "during", "after"),
    [
        (["stop"], ("AVAILABLE", "STOPPING"), ("STOPPED", None)),
        (["stop", "start"], ("STOPPED", "STARTING"), ("AVAILABLE", None)),
        (["restart"], ("AVAILABLE", "REBOOTING"), ("AVAILABLE", None)),
    ],
)
def test_clusters_move(emulator, api, actions, during, after):
    emulator.settings(transition=100)
    for action in actions:
        emulator.advance(100.1)
        assert power(api, action).status_code == 200
    assert cluster(api) == during
    assert code(power(api, "restart")) == "DWS.7023", "one task at a time"
    assert api("GET", company.CLUSTERS).json()["clusters"][0]["action_progress"] == {during[1]: "10%"}
    emulator.advance(100.1)
    assert cluster(api) == after


def test_a_restarted_cluster_keeps_its_own_word_for_running(emulator, api):
    emulator.settings(transition=0)
    power(api, "restart", company.DWS_REPORTS)
    assert cluster(api, company.DWS_REPORTS) == ("ACTIVE", None)


@pytest.mark.parametrize("body", [{}, {"json": {"restart": {}}}])
def test_a_restart_needs_no_body(api, body):
    answer = api("POST", f"{company.CLUSTERS}/{company.DWS_PROD}/restart", **body)
    assert (answer.status_code, answer.json()) == (200, {})


def test_accounts_lag_too(emulator, api):
    emulator.settings(lag=30)
    assert api.om_user_action("addOmUser").json()["om_user_info"]["om_user_status"] == "on"
    assert api.om_user()["om_user_status"] == "off"
    emulator.advance(30.1)
    assert api.om_user()["om_user_status"] == "on"


@pytest.mark.parametrize(("query", "count"), [("0", 4), ("all_granted_eps", 4), ("another", 0)])
def test_filter_by_enterprise_project(api, query, count):
    assert api("GET", company.CLUSTERS, params={"enterprise_project_id": query}).json()["count"] == count


@pytest.mark.parametrize(
    ("ends_in", "status", "code_of_failure"), [(None, "SUCCESS", None), ("UNAVAILABLE", "FAIL", "DWS.9999")]
)
def test_a_task_tells_what_became_of_it(emulator, api, ends_in, status, code_of_failure):
    state = emulator.state()
    if ends_in:
        state["clusters"][0]["ends_in"] = ends_in
    emulator.state(state)
    task = api("POST", f"/v1/{company.PROJECT}/clusters/{company.DWS_PROD}/stop").json()["job_id"]
    path = f"/v1.0/{company.PROJECT}/job/{task}"
    assert (api("GET", path).json()["status"], api("GET", path).json()["end_time"]) == ("RUNNING", None)
    emulator.advance(2.1)
    ended = api("GET", path).json()
    assert (ended["status"], ended["failed_code"]) == (status, code_of_failure)


def test_an_unknown_task(api):
    answer = api("GET", f"/v1.0/{company.PROJECT}/job/{company.DWS_PROD}")
    assert (answer.status_code, code(answer)) == (404, "DWS.3027")


def test_tags_of_a_cluster(api):
    path = f"{company.CLUSTERS}/{company.DWS_PROD}/tags"
    tags = [{"key": "env", "value": "prod"}, {"key": "team", "value": "bi"}]
    assert api("POST", f"{path}/batch-create", json={"tags": tags}).json() == {}
    api("POST", f"{path}/batch-create", json={"tags": [{"key": "env", "value": "live"}]})
    assert api("GET", path).json()["tags"] == [{"key": "env", "value": "live"}, tags[1]]
    project = api("GET", f"/v1.0/{company.PROJECT}/tags").json()["tags"]
    assert project == [{"key": "env", "values": ["live"]}, {"key": "team", "values": ["bi"]}]
    assert api("POST", f"{path}/batch-delete", json={"tags": [{"key": "env"}]}).status_code == 400
    api("POST", f"{path}/batch-delete", json={"tags": [tags[1], {"key": "env", "value": "prod"}]})
    assert api("GET", path).json()["tags"] == [{"key": "env", "value": "live"}]
