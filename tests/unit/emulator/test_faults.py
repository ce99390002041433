# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault, as a client sees it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.emulator.faults import KINDS
from tests.unit.emulator import company
from tests.unit.emulator.company import code

STOP = {"operation": "stopAuditInstance"}


def raw(emulator, method="POST", path=f"/v1/{company.PROJECT}/dbss/audit/instance/stop", instance=company.AUDIT_PROD):
    """Send a request over a bare socket; all that comes back, and the error that ended it."""
    body = json.dumps({"instance_id": instance}) if method == "POST" else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {company.TOKEN}\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    address = urlsplit(emulator.url)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall((head + body).encode())
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except OSError as error:
            return received, error
    return received, None


def acted(emulator):
    return emulator.counters()["changes"] == {company.AUDIT_PROD: {"stop": 1}}


def last(emulator):
    return emulator.requests()[-1]


def test_latency_comes_before_acting(emulator, api):
    emulator.fault("latency", STOP, seconds=0.3)
    started = time.perf_counter()
    assert api.power("stop").status_code == 200
    assert time.perf_counter() - started >= 0.3


def test_a_slow_answer_comes_after_acting(emulator, api):
    emulator.fault("slow_answer", STOP, seconds=3)
    with pytest.raises(Exception, match="timed out"):
        api.http.post(
            f"{emulator.url}/v1/{company.PROJECT}/dbss/audit/instance/stop",
            json={"instance_id": company.AUDIT_PROD},
            timeout=1.5,
        )
    assert acted(emulator)


@pytest.mark.parametrize("retry_after", [None, 3, "Sun, 22 Nov 2026 05:00:00 GMT"])
def test_throttle(emulator, api, retry_after):
    emulator.fault("throttle", STOP, **({} if retry_after is None else {"retry_after": retry_after}))
    answer = api.power("stop")
    assert (answer.status_code, code(answer)) == (429, "APIGW.0308")
    assert answer.headers.get("Retry-After") == (retry_after and str(retry_after))
    assert not acted(emulator)
    assert api.power("stop").status_code == 200, "once, when the rule does not say how often"


def test_error_in_the_shape_of_the_operation(emulator, api):
    emulator.fault("error", STOP, status=500, error_code="DBSS.11000000", message="down")
    answer = api.power("stop")
    assert (answer.status_code, answer.json()) == (500, {"error": {"error_code": "DBSS.11000000", "error_msg": "down"}})
    assert not acted(emulator)
    emulator.fault("error", {"operation": "listClusters"}, status=409, error_code="DWS.0011")
    assert api("GET", company.CLUSTERS).json()["error_code"] == "DWS.0011"
    emulator.fault("error", {"operation": "listProjects"}, status=503)
    assert code(api("GET", "/v3/projects")) == "APIGW.0201"


@pytest.mark.parametrize("kind", ["error", "html", "throttle", "empty", "redirect", "failed_with_200", "unauthorized"])
def test_what_answers_instead_may_act_all_the_same(emulator, api, kind):
    parameters = {"location": "http://127.0.0.1:9/"} if kind == "redirect" else {}
    emulator.fault(kind, STOP, acted=True, **parameters)
    raw(emulator)
    assert acted(emulator)
    assert last(emulator)["acted"] is True


def test_html(emulator, api):
    emulator.fault("html", STOP, status=503)
    answer = api.power("stop")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html")
    assert answer.text.startswith("<html>")
    assert not acted(emulator)


@pytest.mark.parametrize(("kind", "sent", "acts"), [("reset_before", 0, False), ("reset_after", 0, True)])
def test_reset(emulator, kind, sent, acts):
    emulator.fault(kind, STOP)
    received, error = raw(emulator)
    assert (len(received), type(error)) == (sent, ConnectionResetError)
    assert acted(emulator) is acts
    assert (last(emulator)["status"], last(emulator)["fault"], last(emulator)["acted"]) == (None, kind, acts)


def test_reset_in_the_middle_of_the_answer(emulator):
    emulator.fault("reset_mid", STOP)
    received, error = raw(emulator)
    head, _blank, body = received.partition(b"\r\n\r\n")
    assert b"Content-Length: 21" in head
    assert body == b'{"result":'
    assert isinstance(error, ConnectionResetError)
    assert acted(emulator)


def test_truncated(emulator, api):
    emulator.fault("truncated", STOP)
    received, error = raw(emulator)
    assert received.endswith(b'\r\n\r\n{"result":')
    assert error is None, "closed in order, but too early"
    assert acted(emulator)


@pytest.mark.parametrize("kind", ["truncated", "reset_mid"])
def test_half_an_answer_looks_broken_to_a_client(emulator, kind):
    emulator.fault(kind, {"operation": "listAuditInstances"})
    address = urlsplit(emulator.url)
    client = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    client.request("GET", company.INSTANCES, headers={"X-Auth-Token": company.TOKEN})
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        client.getresponse().read()


@pytest.mark.parametrize(("kind", "content_type"), [("invalid_json", "application/json"), ("not_json", "text/plain")])
def test_answers_that_are_not_json(emulator, api, kind, content_type):
    emulator.fault(kind, STOP)
    answer = api.power("stop")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
    with pytest.raises(ValueError, match=r"JSON|Expecting|Unterminated"):
        answer.json()
    assert acted(emulator)


def test_empty(emulator, api):
    emulator.fault("empty", STOP)
    answer = api.power("stop")
    assert (answer.status_code, answer.content) == (200, b"")
    assert not acted(emulator)


def test_failed_with_200_in_each_service_s_own_form(emulator, api):
    emulator.fault("failed_with_200", times=3)
    assert api("GET", company.INSTANCES).status_code == 200, "listings have no such form, and do not use the rule up"
    assert api.power("stop").json() == {"result": "failed"}
    assert api.switch(company.ORDERS, "OFF").json() == {"status": "FAILED"}
    assert api.om_user_action("addOmUser").json()["error_code"] == 1
    assert emulator.counters()["changes"] == {}


def test_redirect(emulator, api):
    emulator.fault("redirect", STOP, location="http://127.0.0.1:9/elsewhere")
    received, _error = raw(emulator)
    assert received.startswith(b"HTTP/1.1 302")
    assert b"Location: http://127.0.0.1:9/elsewhere" in received


@pytest.mark.parametrize(
    ("kind", "wanted", "word"),
    [
        ("expired_token", "APIGW.0307", "updated"),
        ("clock_skew", "APIGW.0301", "clock"),
        ("unauthorized", "APIGW.0301", "authentication"),
    ],
)
def test_refused_credentials(emulator, api, kind, wanted, word):
    emulator.fault(kind, STOP)
    answer = api.power("stop")
    assert (answer.status_code, code(answer)) == (401, wanted)
    assert word in answer.json()["error_msg"]


def test_lag(emulator, api):
    emulator.settings(transition=0)
    emulator.fault("lag", STOP, seconds=30)
    api.power("stop")
    assert api.state() == ("ACTIVE", "NO_TASK")
    emulator.advance(30.1)
    assert api.state() == ("SHUTOFF", "NO_TASK")


def test_flap(emulator, api):
    emulator.fault("flap", resource=company.AUDIT_PROD, status="ERROR", times=3)
    api.power("stop", company.AUDIT_BROKEN)
    seen = [api.instance()["status"] for _attempt in range(5)]
    assert seen == ["ERROR", "ACTIVE", "ERROR", "ACTIVE", "ACTIVE"]
    assert api.instance(company.AUDIT_TEST)["status"] == "SHUTOFF"


def test_flap_of_what_another_rule_spoils(emulator, api):
    emulator.fault("flap", resource=company.AUDIT_PROD, status="ERROR", times=2)
    emulator.fault("html")
    assert api("GET", company.INSTANCES).status_code == 502
    assert api.instance()["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("resource", "status"), [(company.OM_PAIR, "SHUTOFF"), (company.DWS_PROD, "FROZEN"), (company.ORDERS, "OFF")]
)
def test_flap_of_other_things(emulator, api, resource, status):
    emulator.fault("flap", resource=resource, status=status)
    texts = {
        company.OM_PAIR: lambda: api.nodes(company.OM_PAIR),
        company.DWS_PROD: lambda: api("GET", company.CLUSTERS).json()["clusters"][0]["status"],
        company.ORDERS: lambda: api.databases()[0]["status"],
    }
    assert status in str(texts[resource]())
    assert status not in str(texts[resource]())


def test_skip_and_times(emulator, api):
    emulator.fault("throttle", {"operation": "listAuditInstances"}, skip=1, times=2)
    assert [api("GET", company.INSTANCES).status_code for _attempt in range(5)] == [200, 429, 429, 200, 200]
    (rule,) = emulator.admin("GET", "faults")
    assert (rule["matched"], rule["fired"]) == (5, 2)


def test_always(emulator, api):
    emulator.fault("throttle", times=-1)
    assert {api("GET", path).status_code for path in (company.INSTANCES, company.CLUSTERS, "/v3/projects")} == {429}
    emulator.admin("DELETE", "faults")
    assert api("GET", company.INSTANCES).status_code == 200


def test_rules_come_one_after_the_other(emulator, api):
    emulator.fault("throttle", STOP)
    emulator.fault("error", STOP, status=502)
    assert [api.power("stop").status_code for _attempt in range(3)] == [429, 502, 200]


def test_waiting_joins_other_rules(emulator, api):
    emulator.fault("latency", times=-1, seconds=0.2)
    emulator.fault("throttle", STOP)
    started = time.perf_counter()
    assert api.power("stop").status_code == 429
    assert time.perf_counter() - started >= 0.2


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({"path": "audit/instance/st"}, True),
        ({"path": "^/v3"}, False),
        ({"resource": company.AUDIT_PROD}, True),
        ({"resource": company.AUDIT_TEST}, False),
        ({"operation": "stopAuditInstance", "resource": company.AUDIT_PROD}, True),
        ({"operation": "startAuditInstance"}, False),
    ],
)
def test_what_a_rule_matches(emulator, api, match, hit):
    emulator.fault("throttle", match)
    assert (api.power("stop").status_code == 429) is hit


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({}, "one of latency, slow_answer"),
        ([], None),
        ("throttle", "one of latency"),
        ({"kind": "explode"}, "one of latency"),
        ({"kind": ["throttle"]}, "one of latency"),
        ({"kind": "latency"}, "required: seconds"),
        ({"kind": "latency", "seconds": "long"}, "seconds"),
        ({"kind": "throttle", "seconds": 1}, "unknown key 'seconds'"),
        ({"kind": "throttle", "times": -2}, "times"),
        ({"kind": "throttle", "match": {"operation": "sing"}}, "no operation sing"),
        ({"kind": "throttle", "match": {"path": "("}}, "not a regular expression"),
        ({"kind": "throttle", "match": {"host": "x"}}, "unknown key 'host'"),
        ({"kind": "redirect"}, "required: location"),
        ({"kind": "error", "status": 99}, "status"),
    ],
)
def test_bad_rules_are_refused_with_a_sentence(emulator, rule, sentence):
    if sentence is None:
        assert emulator.admin("POST", "faults", rule) == []
        return
    with pytest.raises(ValueError, match=sentence):
        emulator.admin("POST", "faults", rule)
    assert emulator.admin("GET", "faults") == []


def test_of_several_rules_all_or_none_are_taken(emulator):
    with pytest.raises(ValueError, match="one of"):
        emulator.admin("POST", "faults", [{"kind": "throttle"}, {"kind": "explode"}])
    assert emulator.admin("GET", "faults") == []


def test_every_kind_is_tested_here():
    """The list that the tests above go through; a kind that is added has to join it."""
    assert set(KINDS) == {
        *("latency", "slow_answer", "lag", "flap", "throttle", "error", "html", "redirect", "failed_with_200", "empty"),
        *("expired_token", "clock_skew", "unauthorized", "invalid_json", "not_json"),
        *("reset_before", "reset_after", "reset_mid", "truncated"),
    }
