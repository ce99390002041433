# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    AuditDatabases,
    AuditInstances,
    OmInstances,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import Node
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    FAILED,
    UNKNOWN,
    ApiError,
    DbopsError,
)
from hypothesis import given
from hypothesis import strategies as st
from responses import matchers

from tests.unit.plugins.module_utils.doubles import Payloads
from tests.unit.plugins.module_utils.strategies import JSON, json_with

BASE = "https://dbss.example.com"
AUDIT_INSTANCES = f"{BASE}/v1/p1/dbss/audit/instances"
OM_INSTANCES = f"{BASE}/v2/p1/db-om/instances"
DATABASES = f"{BASE}/v2/p1/audit/i1/databases"
SWITCH = f"{BASE}/v3/p1/audit/i1/databases/switch"

AUDIT = {"id": "i1", "name": "audit-prod", "status": "ACTIVE", "task": "NO_TASK"}
OM = {"instance_id": "i1", "name": "om-prod"}
ORDERS = {"id": "d1", "name": "orders", "status": "OFF"}


# --- Audit instances -------------------------------------------------------------------------------------------------


def test_audit_instances_are_read_without_paging_keys(connect, http, sample):
    http.get(AUDIT_INSTANCES, json=sample("listAuditInstances.200"), match=[matchers.query_param_matcher({})])
    records = AuditInstances(connect()).records()
    assert [(record["name"], record["status"], record["task"]) for record in records] == [
        ("audit-prod", "ACTIVE", "NO_TASK"),
        ("audit-test", "SHUTOFF", "NO_TASK"),
    ]
    assert (records[0]["remain_days"], records[0]["config_num"]) == ("321", 2)
    assert all(key == key.lower() for record in records for key in record)


def test_audit_instances_beyond_the_first_page(connect, http):
    http.get(AUDIT_INSTANCES, json={"servers": [AUDIT], "total": 2})
    http.get(f"{AUDIT_INSTANCES}?offset=1", json={"servers": [{**AUDIT, "id": "i2"}], "total": 2})
    assert [record["id"] for record in AuditInstances(connect()).records()] == ["i1", "i2"]


@pytest.mark.parametrize("total", [{}, {"total": None}, {"total": "5"}], ids=["none", "null", "text"])
def test_audit_instances_without_a_total_are_all_there_is(connect, http, total):
    http.get(AUDIT_INSTANCES, json={"servers": [AUDIT], **total})
    assert AuditInstances(connect()).records() == [AUDIT]


def test_no_audit_instances(connect, http, sample):
    http.get(AUDIT_INSTANCES, json=sample("listAuditInstances.200.empty"))
    assert AuditInstances(connect()).records() == []


def test_deleted_audit_instances_are_hidden(connect, http):
    servers = [{**AUDIT, "status": status, "id": status} for status in ("DELETED", "DELETING", "ERROR")]
    http.get(AUDIT_INSTANCES, json={"servers": servers, "total": 3})
    assert [record["id"] for record in AuditInstances(connect()).records()] == ["DELETING", "ERROR"]


ID = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10"


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "a text",
        [],
        {},
        {"id": None},
        {"id": 7, "status": "ACTIVE"},
        {"id": "short"},
        {"id": ID + "/.."},
        {"id": f"{ID}\n"},
        {"id": ["a list"], "Id": "another"},
    ],
)
def test_one_audit_instance_without_an_id_is_left_out_alone(connect, http, bad):
    servers, told = [bad, {**AUDIT, "id": ID}, {"id": f"{ID}0", "status": "DELETED"}], []
    http.get(AUDIT_INSTANCES, json={"servers": servers, "total": 3})
    assert AuditInstances(connect()).readable(told.append) == [{**AUDIT, "id": ID}]
    words = "32 to 64 letters, digits, hyphens and underscores"
    assert told == [f"Left out of the audit instances: 1, whose ID is not {words}."]


def test_pages_fit_together_around_what_cannot_be_read(connect, http):
    told = []
    first = [{"id": ID, "name": ["no text"]}, {"id": None}]
    http.get(AUDIT_INSTANCES, json={"servers": first, "total": 3})
    http.get(f"{AUDIT_INSTANCES}?offset=1", json={"servers": [first[1], {"id": f"{ID}0"}], "total": 3})
    found = AuditInstances(connect()).readable(told.append)
    assert found == [{"id": ID, "name": None}, {"id": f"{ID}0", "name": None}]
    assert len(told) == 1


@pytest.mark.parametrize("payload", [{}, {"servers": None}, {"servers": {}}])
def test_without_a_list_there_is_nothing_to_read(payload):
    with pytest.raises(Unreadable, match=r"^answered without a list of servers$"):
        AuditInstances(Payloads(payload)).readable(print)


@pytest.mark.parametrize(
    ("record", "node"),
    [
        (AUDIT, Node("ACTIVE", "NO_TASK")),
        ({"status": "SHUTOFF", "task": "powering-on"}, Node("SHUTOFF", "powering-on")),
        ({"status": "ACTIVE", "task": None}, Node("ACTIVE", None)),
        ({"status": "ACTIVE"}, Node("ACTIVE", None)),
    ],
)
def test_audit_instance_is_its_only_node(record, node):
    assert AuditInstances.nodes(record) == [node]


def test_settled_audit_instance():
    assert AuditInstances.settled(AUDIT, "SHUTOFF") == {"status": "SHUTOFF", "task": "NO_TASK"}


# --- O&M instances ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "states"),
    [
        ("empty", []),
        ("running", [("ACTIVE", "NO_TASK", 1)]),
        ("starting", [("SHUTOFF", "powering-on", 1)]),
        ("stopped", [("SHUTOFF", "NO_TASK", 1)]),
        ("pair", [("ACTIVE", "NO_TASK", 2)]),
    ],
)
def test_om_instances_of_the_samples(connect, http, sample, name, states):
    http.post(OM_INSTANCES, json=sample(f"listOmInstances.200.{name}"))
    records = OmInstances(connect()).records()
    assert [(record["status"], record["task"], len(record["nodes"])) for record in records] == states
    assert all("detail" not in record for record in records)


def server(status="ACTIVE", task="NO_TASK", update=None):
    return {"status": status, "task_status": task, "update_status": update, "connectIp": "192.0.2.1"}


@pytest.mark.parametrize(
    ("servers", "status", "task"),
    [
        ([server(), server("SHUTOFF")], "SHUTOFF", "NO_TASK"),
        ([server(), server(task="rebooting")], "ACTIVE", "rebooting"),
        ([server(), server(update="UPGRADING")], "UPGRADING", "NO_TASK"),
        ([server(update="FINISHED")], "ACTIVE", "NO_TASK"),
        ([server(task=None), server(task="")], "ACTIVE", "NO_TASK"),
        ([server(), server("FROZEN")], "FROZEN", "NO_TASK"),
        ([], "BUILD", "NO_TASK"),
    ],
    ids=["one off", "one with a task", "one upgrading", "upgraded", "empty tasks", "one frozen", "no node yet"],
)
def test_om_instance_is_as_settled_as_its_least_settled_node(connect, http, servers, status, task):
    http.post(OM_INSTANCES, json={"clusters": [{**OM, "detail": {"server": servers}}]})
    [record] = OmInstances(connect()).records()
    assert (record["status"], record["task"]) == (status, task)
    assert all(node["connect_ip"] == "192.0.2.1" for node in record["nodes"])


def test_deleted_om_instances_are_hidden(connect, http):
    http.post(OM_INSTANCES, json={"clusters": [{**OM, "detail": {"server": [server("DELETED")]}}]})
    assert OmInstances(connect()).records() == []


def test_settled_om_instance():
    record = {**OM, "nodes": [server(), server(task="rebooting")]}
    settled = OmInstances.settled(record, "SHUTOFF")
    assert settled == {"status": "SHUTOFF", "task": "NO_TASK", "nodes": [server("SHUTOFF"), server("SHUTOFF")]}
    assert OmInstances.nodes({**record, **settled}) == [Node("SHUTOFF", "NO_TASK")] * 2
    assert record["nodes"][0] == server()


# --- Databases -------------------------------------------------------------------------------------------------------


def test_databases_of_the_sample(connect, http, sample):
    http.get(
        f"{DATABASES}?limit=10000",
        json=sample("listAuditDatabasesV2.200"),
        match=[matchers.query_param_matcher({"limit": "10000"})],
    )
    records = AuditDatabases(connect(), "i1", "audit-prod").records()
    keys = ("name", "status", "port", "instance_id", "instance_name", "database_instance_name")
    assert [tuple(record[key] for key in keys) for record in records] == [
        ("orders", "ON", "3306", "i1", "audit-prod", "orders"),
        ("billing", "OFF", "3306", "i1", "audit-prod", "billing"),
    ]


def test_databases_at_one_switch_position(connect, http, sample):
    query = {"limit": "10000", "status": "ON"}
    empty = sample("listAuditDatabasesV2.200.empty")
    http.get(DATABASES, json=empty, match=[matchers.query_param_matcher(query)])
    assert AuditDatabases(connect(), "i1").records("ON") == []


@pytest.mark.parametrize(
    ("status", "position"), [("ON", "ON"), ("OFF", "OFF"), ("1", "ON"), ("0", "OFF"), (1, "ON"), (0, "OFF"), ("?", "?")]
)
def test_switch_position_of_old_editions(connect, http, status, position):
    http.get(DATABASES, json={"databases": [{"database": {**ORDERS, "status": status}}], "total": 1})
    [record] = AuditDatabases(connect(), "i1").records()
    assert record["status"] == position
    assert (record["instance_name"], record["database_instance_name"]) == (None, None)


def test_databases_beyond_the_first_page(connect, http):
    http.get(f"{DATABASES}?limit=10000", json={"databases": [{"database": ORDERS}]})
    http.get(f"{DATABASES}?limit=10000&offset=1", json={"databases": [{"database": {**ORDERS, "id": "d2"}}]})
    http.get(f"{DATABASES}?limit=10000&offset=2", json={"databases": []})
    assert [record["id"] for record in AuditDatabases(connect(), "i1").records()] == ["d1", "d2"]


# --- Actions ---------------------------------------------------------------------------------------------------------


def act_on_audit(client, action):
    AuditInstances(client).act(AUDIT, action)


def act_on_om(client, action):
    OmInstances(client).act(OM, action)


def switch(client, status="ON", **how):
    AuditDatabases(client, "i1").switch(ORDERS, status, **how)


ACTIONS = [
    *[
        pytest.param(
            lambda client, action=action: act_on_audit(client, action),
            f"{BASE}/v1/p1/dbss/audit/instance/{action}",
            {"instance_id": "i1"},
            "result",
            f"{action} audit instance audit-prod (i1)",
            id=f"{action} audit instance",
        )
        for action in ("start", "stop", "reboot")
    ],
    *[
        pytest.param(
            lambda client, action=action: act_on_om(client, action),
            f"{BASE}/v1/p1/db-om/i1/{action}",
            None,
            "result",
            f"{action} O&M instance om-prod (i1)",
            id=f"{action} O&M instance",
        )
        for action in ("start", "stop", "reboot")
    ],
    pytest.param(
        switch,
        SWITCH,
        {"id": "d1", "status": "ON"},
        "status",
        "switch the auditing of database orders (d1)",
        id="switch database",
    ),
]
any_action = pytest.mark.parametrize(("act", "url", "body", "key", "words"), ACTIONS)


@any_action
@pytest.mark.parametrize("word", ["success", "SUCCESS", "Success"])
def test_success_in_any_case(connect, http, act, url, body, key, words, word):
    match = [] if body is None else [matchers.json_params_matcher(body)]
    http.post(url, json={key: word}, match=match)
    act(connect())
    assert body or http.calls[0].request.body is None


@any_action
@pytest.mark.parametrize("word", ["failed", "FAILED"])
def test_failed_with_200_is_an_error(connect, http, act, url, body, key, words, word):
    http.post(url, json={key: word})
    with pytest.raises(ApiError) as caught:
        act(connect())
    assert str(caught.value) == f"Failed to {words}: the service answered that it failed (HTTP 200, {key} {word})."
    assert (caught.value.effect, caught.value.facts.status) == (FAILED, 200)


@any_action
@pytest.mark.parametrize("payload", [{}, {"result": None, "status": None}, {"result": 1, "status": "done"}])
def test_other_words_leave_the_outcome_unknown(connect, http, act, url, body, key, words, payload):
    http.post(url, json=payload)
    with pytest.raises(ApiError, match=f"answered without a {key} of success or failed") as caught:
        act(connect())
    assert caught.value.effect == UNKNOWN


@pytest.mark.parametrize(
    ("name", "outcome"), [("as_in_field_table", None), ("as_in_page_sample", None), ("failed", FAILED)]
)
def test_switch_samples(connect, http, sample, name, outcome):
    http.post(SWITCH, json=sample(f"switchAuditDatabaseV3.200.{name}"))
    try:
        switch(connect())
    except ApiError as error:
        assert error.effect == outcome
    else:
        assert outcome is None


@pytest.mark.parametrize(
    ("how", "body"),
    [
        ({}, {"id": "d1", "status": "OFF"}),
        ({"stop_lts": False}, {"id": "d1", "status": "OFF"}),
        ({"stop_lts": True}, {"id": "d1", "status": "OFF", "lts_audit_switch": 1}),
    ],
)
def test_switch_off(connect, http, how, body):
    http.post(SWITCH, json={"status": "SUCCESS"}, match=[matchers.json_params_matcher(body)])
    switch(connect(), "OFF", **how)


# --- Answers that do not say what they must --------------------------------------------------------------------------


def read_audit(client):
    return AuditInstances(client).records()


def read_om(client):
    return OmInstances(client).records()


def read_databases(client):
    return AuditDatabases(client, "i1").records()


@pytest.mark.parametrize(
    ("read", "payload", "words"),
    [
        (read_audit, {}, "answered without a list of servers"),
        (read_audit, {"servers": [{"id": "i1"}]}, "answered with servers that lack id or status"),
        (read_audit, {"servers": [{"id": 1, "status": "ACTIVE"}]}, "answered with servers that lack id or status"),
        (read_om, {"clusters": None}, "answered without a list of clusters"),
        (read_om, {"clusters": [{}]}, "answered with clusters that lack instance_id"),
        (read_om, {"clusters": [OM]}, "answered without a list of server"),
        (read_om, {"clusters": [{**OM, "detail": {"server": [{}]}}]}, "answered with server that lack status"),
        (read_databases, {"databases": [{}]}, "answered with databases that lack id or name"),
        (read_databases, {"databases": ["orders"]}, "answered with databases that lack content"),
        (read_databases, {"databases": [{"database": {"id": "d1"}}]}, "answered with databases that lack id or name"),
    ],
)
def test_unreadable_listings(read, payload, words):
    with pytest.raises(Unreadable, match=f"^{words}$"):
        read(Payloads(payload))


WORDS = st.none() | st.integers(0, 3) | st.sampled_from(["ACTIVE", "DELETED", "NO_TASK", "1", "success", "FAILED"])
LISTS = ("servers", "clusters", "databases")
KEYS = (*LISTS, "database", "detail", "server", "id", "instance_id", "name", "status", "total")


@given(
    JSON | json_with(*KEYS, words=WORDS),
    st.sampled_from([*LISTS, "x"]),
    st.sampled_from([read_audit, read_om, read_databases]),
)
def test_any_listing_is_records_or_unreadable(payload, key, read):
    try:
        records = read(Payloads(payload if isinstance(payload, dict) else {key: payload}))
    except Unreadable:
        return
    assert all(isinstance(record["status"], str) for record in records)


@given(json_with("result", "status", words=WORDS), st.sampled_from([act_on_audit, act_on_om]))
def test_any_outcome_is_success_an_error_or_unreadable(payload, act):
    try:
        act(Payloads(payload if isinstance(payload, dict) else {"result": payload}), "stop")
    except (Unreadable, DbopsError):
        return
    assert str(payload if not isinstance(payload, dict) else payload["result"]).lower() == "success"
