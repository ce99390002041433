# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import Clusters, account, expiry
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    FAILED,
    REFUSED,
    UNKNOWN,
    ApiError,
    DbopsError,
    Facts,
)
from hypothesis import example, given
from hypothesis import strategies as st
from responses import matchers

from tests.unit.plugins.module_utils.doubles import Payloads
from tests.unit.plugins.module_utils.strategies import JSON, json_with

BASE = "https://dws.example.com"
CLUSTER = "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053"
STATUS = f"{BASE}/v1/p1/clusters/{CLUSTER}/db-manager/om-user/status"
ACTION = f"{BASE}/v1/p1/clusters/{CLUSTER}/db-manager/om-user/action"
NOW = 1763800000.0 - 3600  # an hour before the account of the samples expires

OFF = {
    "cluster_id": CLUSTER,
    "cluster_name": None,
    "name": "om_user_6f0d2b84",
    "status": "off",
    "expires_time": None,
    "expires_at": None,
    "remaining_seconds": 0,
}
ON = {
    **OFF,
    "status": "on",
    "expires_time": 1763800000000,
    "expires_at": "2025-11-22T08:26:40Z",
    "remaining_seconds": 3600,
}


@pytest.fixture
def clusters(connect, clock):
    clock.started = NOW
    return Clusters(connect())


def test_clusters(clusters, http, sample):
    http.get(f"{BASE}/v1.0/p1/clusters", json=sample("listClusters.200"))
    assert clusters.records() == sample("listClusters.200")["clusters"]


def test_no_clusters(clusters, http, sample):
    http.get(f"{BASE}/v1.0/p1/clusters", json=sample("listClusters.200.empty"))
    assert clusters.records() == []


@pytest.mark.parametrize(("name", "record"), [("on", ON), ("off", OFF), ("never_enabled", OFF)])
def test_account_of_the_samples(clusters, http, sample, name, record):
    http.get(STATUS, json=sample(f"getOmUserStatus.200.{name}"))
    assert clusters.om_user(CLUSTER) == record


@pytest.mark.parametrize(
    ("action", "name", "expires"),
    [
        ("addOmUser", "add", 1763800000000),
        ("deleteOmUser", "delete", None),
        ("increaseOmUserPeriod", "increase", 1763828800000),
    ],
)
def test_action_shows_the_account(clusters, http, sample, action, name, expires):
    http.post(
        ACTION,
        json=sample(f"runOmUserAction.200.{name}"),
        match=[matchers.json_params_matcher({"operation": action})],
    )
    record = clusters.act(OFF, action)
    assert record == account(CLUSTER, expires, NOW)


def test_the_name_of_the_cluster_goes_along_where_it_is_known(clusters, http, sample):
    named = {**OFF, "cluster_name": "dws-prod"}
    http.get(STATUS, json=sample("getOmUserStatus.200.off"))
    assert clusters.om_user(CLUSTER, "dws-prod") == named
    http.post(ACTION, json=sample("runOmUserAction.200.add"))
    assert clusters.act(named, "addOmUser")["cluster_name"] == "dws-prod"
    http.post(ACTION, json={"error_code": 1, "error_msg": "no"})
    with pytest.raises(ApiError, match=rf"^Failed to add the O&M account of cluster dws-prod \({CLUSTER}\): no "):
        clusters.act(named, "addOmUser")
    assert clusters.project == "project p1"


def test_failed_with_200_is_an_error(clusters, http, sample):
    http.post(ACTION, json=sample("runOmUserAction.200.increase_while_off"))
    with pytest.raises(ApiError) as caught:
        clusters.act(OFF, "increaseOmUserPeriod")
    error = caught.value
    assert str(error) == (
        f"Failed to extend the O&M account of cluster {CLUSTER}: account switch is off (HTTP 200, error_code 1)."
    )
    assert (error.operation, error.effect) == ("runOmUserAction", FAILED)
    assert error.facts == Facts(200, "1", "account switch is off")


@pytest.mark.parametrize(
    ("payload", "effect", "words"),
    [
        ({"error_code": "0", "om_user_info": None}, None, ""),
        ({"error_code": "1", "error_msg": "no"}, FAILED, r": no \(HTTP 200, error_code 1\)\.$"),
        ({"error_code": -1}, FAILED, r"no reason given \(HTTP 200, error_code -1\)"),
        ({"error_code": 1, "error_msg": "x-auth-token: s3cret"}, FAILED, r"x-auth-token: \*\*\* "),
        ({}, UNKNOWN, "answered without an error_code"),
        ({"error_code": None, "om_user_info": None}, UNKNOWN, "answered without an error_code"),
        ({"error_code": "DWS.0015"}, UNKNOWN, "answered without an error_code"),
        ({"error_code": {}}, UNKNOWN, "answered without an error_code"),
    ],
)
def test_error_code_of_a_200(clusters, http, payload, effect, words):
    http.post(ACTION, json=payload)
    if effect is None:
        assert clusters.act(OFF, "addOmUser") == OFF
        return
    with pytest.raises(ApiError, match=words) as caught:
        clusters.act(OFF, "addOmUser")
    assert caught.value.effect == effect


def test_busy_cluster_is_asked_again(clusters, http, sample):
    http.post(ACTION, status=403, json=sample("runOmUserAction.403.busy"))
    http.post(ACTION, json=sample("runOmUserAction.200.add"))
    assert clusters.act(OFF, "addOmUser")["expires_time"] == ON["expires_time"]


def test_unknown_cluster(clusters, http, sample):
    http.get(STATUS, status=403, json=sample("getOmUserStatus.403.unknown_cluster"))
    with pytest.raises(
        ApiError, match=r"does not exist, or these credentials may not see it: .* has been deleted"
    ) as caught:
        clusters.om_user(CLUSTER)
    assert caught.value.effect == REFUSED


@pytest.mark.parametrize(
    ("info", "expires"),
    [
        (None, None),
        ({"om_user_status": "off"}, None),
        ({"om_user_status": "OFF", "om_user_expires_time": 5}, None),
        ({"om_user_status": "on", "om_user_expires_time": 5000}, 5000),
        ({"om_user_status": "ON", "om_user_expires_time": "5000"}, 5000),
        ({"om_user_status": "on", "om_user_expires_time": 0}, 0),
    ],
)
def test_account_in_all_spellings(info, expires):
    assert expiry(info) == expires


@pytest.mark.parametrize(
    "info",
    [
        {},
        [],
        "off",
        0,
        {"om_user_status": None},
        {"om_user_status": "expired"},
        {"om_user_status": "on"},
        {"om_user_status": "on", "om_user_expires_time": None},
        {"om_user_status": "on", "om_user_expires_time": ""},
        {"om_user_status": "on", "om_user_expires_time": "soon"},
        {"om_user_status": "on", "om_user_expires_time": "\u00b2"},
        {"om_user_status": "on", "om_user_expires_time": -1},
        {"om_user_status": "on", "om_user_expires_time": 1.5},
        {"om_user_status": "on", "om_user_expires_time": True},
        {"om_user_status": "on", "om_user_expires_time": 10**15},
    ],
)
def test_account_that_is_neither_off_nor_on_with_an_expiry(info):
    with pytest.raises(Unreadable, match="neither off nor on with an expiry"):
        expiry(info)


@pytest.mark.parametrize(
    ("expires", "now", "expires_at", "remaining"),
    [
        (1795363200000, 1795363200.0 - 28800, "2026-11-22T16:00:00Z", 28800),
        (1795363200999, 1795363200.0, "2026-11-22T16:00:00Z", 0),
        (1795363201000, 1795363199.5, "2026-11-22T16:00:01Z", 1),
        (1795363200000, 1795363201.0, "2026-11-22T16:00:00Z", 0),
        (0, 0.0, "1970-01-01T00:00:00Z", 0),
    ],
)
def test_expiry_in_words_and_seconds(expires, now, expires_at, remaining):
    record = account(CLUSTER, expires, now)
    assert (record["expires_at"], record["remaining_seconds"]) == (expires_at, remaining)


def test_expiry_that_is_no_date():
    with pytest.raises(Unreadable, match="answered with an expiry that is no date"):
        account(CLUSTER, 10**30, 0.0)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, "answered without a list of clusters"),
        ({"clusters": [{"name": "dws-prod"}]}, "answered with clusters that lack id"),
    ],
)
def test_unreadable_clusters(payload, words):
    with pytest.raises(Unreadable, match=words):
        Clusters(Payloads(payload)).records()


KEYS = ("error_code", "error_msg", "om_user_info", "om_user_status", "om_user_expires_time", "clusters", "id")
WORDS = st.none() | st.integers() | st.text(max_size=3) | st.sampled_from(["on", "off", "0", 0, 0, "\u00b2"])


@given(JSON | json_with(*KEYS, words=WORDS))
@example({"error_code": 0, "om_user_info": {"om_user_status": "on", "om_user_expires_time": 999999999999999}})
def test_any_answer_is_an_account_an_error_or_unreadable(payload):
    api = Clusters(Payloads(payload if isinstance(payload, dict) else {"error_code": 0, "om_user_info": payload}))
    for call in (lambda: api.om_user(CLUSTER), lambda: api.act(OFF, "addOmUser")):
        try:
            record = call()
        except (Unreadable, DbopsError):
            continue
        assert (record["status"] == "on") == isinstance(record["expires_time"], int)
        assert (record["status"] == "off") == (record["expires_at"] is None)


@given(json_with("clusters", "id", words=st.none() | st.just("x")))
def test_any_listing_is_clusters_or_unreadable(payload):
    try:
        records = Clusters(Payloads({"clusters": payload})).records()
    except Unreadable:
        return
    assert all(isinstance(record["id"], str) for record in records)
