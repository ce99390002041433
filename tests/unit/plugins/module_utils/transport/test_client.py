# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import runpy
import socket
import ssl
import sys
import threading
import warnings
from email.utils import formatdate

import pytest
import requests
import trustme
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import auth as auth_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import client as client_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import session as session_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import Credentials
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import Settings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import Reply
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    NOTHING,
    REFUSED,
    UNKNOWN,
    ApiError,
    DbopsError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import FromVariable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from hypothesis import given
from hypothesis import strategies as st
from responses import matchers

from tests.unit.plugins.module_utils.strategies import JSON, json_with
from tests.unit.plugins.module_utils.wire import SILENCE, answer, hang_up, reset, wire

BASE = "https://dbss.cn-north-4.myhuaweicloud.com"
IAM = "https://iam.cn-north-4.myhuaweicloud.com"
THINGS = f"{BASE}/v1/p1/things"
STOP = f"{BASE}/v1/p1/things/t1/stop"

READ = Operation("listThings", "dbss", "GET", "/v1/{project_id}/things", "list")
ACT = Operation("stopThing", "dbss", "POST", "/v1/{project_id}/things/{thing_id}/stop", "stop", acts=True)

TOKEN = Credentials("token", auth_token="a-token")
KEY = Credentials("key", access_key="AK", secret_key="s3cret")
PASSWORD = Credentials("password", user_name="ops", password="s3cret", domain_name="company")


@pytest.fixture
def connect(connect):
    """As the shared one, but addresses come from the region."""
    return lambda credentials=TOKEN, **how: connect(credentials, **{"region": "cn-north-4", "endpoints": {}, **how})


@pytest.fixture
def longest_jitter(monkeypatch):
    """Let each random pause be the longest possible one, and return the bounds that were asked for."""
    bounds = []

    def uniform(low, high):
        bounds.append((low, high))
        return high

    monkeypatch.setattr(client_module.random, "uniform", uniform)
    return bounds


def whole(payload):
    return payload


def read(client, **call):
    return client.call(READ, "the things", whole, **call)


def act(client, **call):
    return client.call(ACT, "thing t1", whole, {"thing_id": "t1"}, **call)


CALLS = [
    pytest.param(read, "GET", THINGS, id="read"),
    pytest.param(act, "POST", STOP, id="act"),
]
any_call = pytest.mark.parametrize(("call", "method", "url"), CALLS)

# --- What is sent ----------------------------------------------------------------------------------------------------


def test_read(connect, http):
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "huaweicloud.dbops",
        "X-Auth-Token": "a-token",
        "X-Project-Id": "p1",
    }
    http.get(THINGS, json={"total": 3}, match=[matchers.header_matcher(headers)])
    assert read(connect()) == {"total": 3}
    assert http.calls[0].request.body is None


def test_action_with_a_body(connect, http):
    http.post(STOP, json={"result": "success"}, match=[matchers.json_params_matcher({"name": "é"})])
    assert act(connect(), body={"name": "é"}) == {"result": "success"}


def test_action_without_a_body(connect, http):
    http.post(STOP, json={})
    act(connect())
    request = http.calls[0].request
    assert (request.body, request.headers["Content-Length"]) == (None, "0")


def test_parse_makes_the_result(connect, http):
    http.get(THINGS, json={"total": 3})
    assert connect().call(READ, "the things", lambda payload: payload["total"] + 1) == 4


def test_calls_are_signed_with_a_key(connect, http):
    http.get(THINGS, json={})
    read(connect(KEY))
    headers = http.calls[0].request.headers
    assert headers["Authorization"].startswith(
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature="
    )
    assert "s3cret" not in str(headers)


def test_calls_with_temporary_keys_carry_their_token(connect, http):
    http.get(THINGS, json={})
    read(connect(KEY._replace(security_token="for-a-time")))
    headers = http.calls[0].request.headers
    assert headers["X-Security-Token"] == "for-a-time"
    assert ";x-sdk-date;x-security-token, Signature=" in headers["Authorization"]


def test_query_is_encoded_and_keeps_its_order(connect, http):
    http.get(f"{THINGS}?b=2&a=x%20%2B%26%3D%C3%A9~&c=", json={})
    read(connect(), query={"b": "2", "a": "x +&=é~", "c": ""})
    assert http.calls[0].request.url == f"{THINGS}?b=2&a=x%20%2B%26%3D%C3%A9~&c="


def test_path_parameters_are_encoded(connect, http):
    http.post(f"{BASE}/v1/p1/things/a%2Fb%20%C3%A9/stop", json={})
    connect().call(ACT, "thing", whole, {"thing_id": "a/b é"})
    assert http.calls[0].request.url == f"{BASE}/v1/p1/things/a%2Fb%20%C3%A9/stop"


@pytest.mark.parametrize(
    ("settings", "verify"),
    [({}, True), ({"ca_cert": "/etc/ca.pem"}, "/etc/ca.pem"), ({"validate_certs": False, "ca_cert": "/x"}, False)],
    ids=["default", "ca_cert", "no verification"],
)
def test_certificates_are_verified_as_told(connect, http, settings, verify, monkeypatch):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    http.get(THINGS, json={}, match=[matchers.request_kwargs_matcher({"verify": verify, "timeout": 30.0})])
    read(connect(**settings))


def test_request_timeout(connect, http):
    http.get(THINGS, json={}, match=[matchers.request_kwargs_matcher({"timeout": 7.5})])
    read(connect(request_timeout=7.5))


def test_each_service_has_its_own_way(connect, http, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for spelling in (name, name.upper()):
            monkeypatch.delenv(spelling, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", IAM.partition("//")[2])
    found = {"projects": [{"id": "p1", "name": "cn-north-4"}]}
    http.get(f"{IAM}/v3/projects", json=found, match=[matchers.request_kwargs_matcher({"proxies": {}})])
    for _call in range(2):
        way = {"proxies": {"https": "http://proxy.example.com:3128", "no": IAM.partition("//")[2]}}
        http.get(THINGS, json={}, match=[matchers.request_kwargs_matcher(way)])
    client = connect(KEY, project_id=None)
    read(client)
    read(client)


def test_no_netrc_is_read(connect, http, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password something\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    http.post(f"{IAM}/v3/auth/tokens", json={}, status=201, headers={"X-Subject-Token": "T"})
    http.get(THINGS, json={})
    read(connect(PASSWORD))
    assert [call.request.headers.get("Authorization") for call in http.calls] == [None, None]


def test_read_only_client_refuses_to_act(connect, http):
    client = connect(read_only=True)
    with pytest.raises(UsageError, match="stopThing changes things and must not be called here"):
        act(client)
    http.get(THINGS, json={})
    read(client)


def test_no_retry_setting_is_less_than_one_try(connect, http):
    http.get(THINGS, json={})
    client = connect(max_retries=0)
    assert client.max_tries == 1
    read(client)


def test_requests_is_missing(monkeypatch):
    for name in ("requests", "requests.auth", "requests.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    assert "ModuleNotFoundError" in runpy.run_path(session_module.__file__)["REQUESTS_IMPORT_ERROR"]
    assert "RequestException" not in runpy.run_path(client_module.__file__)
    assert runpy.run_path(auth_module.__file__)["AuthBase"] is object


# --- Where to --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, BASE),
        ({"cloud": "example.eu"}, "https://dbss.cn-north-4.example.eu"),
        ({"endpoints": {"dbss": None}}, BASE),
        ({"endpoints": {"dws": "https://dws.example.com"}}, BASE),
        ({"endpoints": {"dbss": "https://dbss.example.com"}, "region": None}, "https://dbss.example.com"),
        ({"endpoints": {"dbss": "https://dbss.example.com:8443/"}}, "https://dbss.example.com:8443"),
        ({"endpoints": {"dbss": "https://gateway.example.com/dbss/"}}, "https://gateway.example.com/dbss"),
        ({"endpoints": {"dbss": "http://127.0.0.1:8080"}}, "http://127.0.0.1:8080"),
        ({"endpoints": {"dbss": "http://[::1]:8080"}}, "http://[::1]:8080"),
        ({"endpoints": {"dbss": "http://localhost"}}, "http://localhost"),
        ({"endpoints": {"dbss": "http://dbss.example.com"}, "validate_certs": False}, "http://dbss.example.com"),
    ],
)
def test_base_url(settings, url):
    assert Settings(**{"region": "cn-north-4", **settings}).base_url("dbss") == url


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"region": None}, r"The address of dbss is not known: give region \(HW_REGION_NAME\) or endpoints.dbss"),
        ({"region": ""}, "The address of dbss is not known"),
        ({"region": "cn north"}, "region 'cn north' and cloud 'myhuaweicloud.com' do not make a host name"),
        ({"region": "x/y"}, "do not make a host name"),
        ({"region": "x@evil.example.com"}, "do not make a host name"),
        ({"region": "evil.example.com:443"}, "do not make a host name"),
        ({"cloud": "example.com:8443"}, "do not make a host name"),
        ({"cloud": "example.com/#"}, "do not make a host name"),
        ({"endpoints": {"dbss": "dbss.example.com"}}, "is not a base URL such as https://dbss.example.com"),
        ({"endpoints": {"dbss": "ftp://dbss.example.com"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://[oops"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://dbss..example.com"}}, "is not a base URL"),
        ({"endpoints": {"dbss": f"https://{'x' * 64}.example.com"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://-dbss.example.com"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "http://a b"}}, "is not a base URL"),
        ({"region": "cn..north"}, "do not make a host name"),
        ({"endpoints": {"dbss": "https://dbss.example.com?x=1"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://dbss.example.com#x"}}, "is not a base URL"),
        ({"endpoints": {"dbss": "https://user:s3cret@dbss.example.com"}}, "must not contain a user name or password"),
        ({"endpoints": {"dbss": "https://user@dbss.example.com"}}, "must not contain a user name or password"),
        (
            {"endpoints": {"dbss": "http://dbss.example.com"}},
            "plain HTTP, .* unprotected to dbss.example.com: use https",
        ),
        ({"endpoints": {"dbss": "http://127.0.0.1.example.com"}}, "plain HTTP"),
        ({"endpoints": {"dbss": "http://cloud.localhost"}}, "plain HTTP"),
        (
            {"endpoints": {"dbss": "https://dbss.example.com:port"}},
            r"endpoint of dbss \(endpoints.dbss\) is not a base",
        ),
        (
            {"endpoints": {"dbss": FromVariable("x", "HW_ENDPOINTS")}},
            r"of dbss \(HW_ENDPOINTS\) is not a base",
        ),
        ({"region": FromVariable("x/y", "HW_REGION_NAME")}, "^HW_REGION_NAME 'x/y' and cloud 'myhuaweicloud.com' do"),
        ({"endpoints": {"dbss": "http://10.0.0.1"}}, "plain HTTP"),
    ],
)
def test_address_that_cannot_be_used(settings, words):
    with pytest.raises(UsageError, match=words) as caught:
        Settings(**{"region": "cn-north-4", **settings}).base_url("dbss")
    assert "s3cret" not in str(caught.value)


# --- The retry policy ------------------------------------------------------------------------------------------------

THROTTLED = {"error_msg": "rate limit reached", "error_code": "APIGW.0308", "request_id": "r-1"}


def refusal(status, code=None, **headers):
    return {"status": status, "json": {"error_code": code, "error_msg": "no"} if code else {}, "headers": headers}


RETRIED_ALWAYS = {
    "429": refusal(429),
    "429 with a code": {"status": 429, "json": THROTTLED},
    "429 as HTML": {"status": 429, "body": "<html>"},
    "503 of the gateway": refusal(503, "APIGW.0105"),
    "503 of the gateway, old spelling": refusal(503, "APIG.0105"),
    "409 busy cluster": refusal(409, "DWS.0011"),
    "403 busy cluster": refusal(403, "DWS.7023"),
    "connect timeout": {"body": requests.exceptions.ConnectTimeout()},
}
RETRIED_READS = {
    "500": refusal(500),
    "502": {"status": 502, "body": "<html><title>Bad Gateway</title>"},
    "503": refusal(503),
    "503 of the service": refusal(503, "DBSS.1"),
    "504": refusal(504),
    "500 with a gateway code": refusal(500, "APIGW.0105"),
    "500 DWS.0005": refusal(500, "DWS.0005"),
    "408": refusal(408),
    "read timeout": {"body": requests.exceptions.ReadTimeout()},
    "200 with an empty body": {"body": ""},
    "200 with HTML": {"body": "<html><title>Welcome</title></html>"},
    "200 with a list": {"json": []},
    "200 with a text": {"json": "fine"},
    "200 with half a JSON": {"body": '{"total": 1'},
    "200 with deep JSON": {"body": "[" * 100_000},
    "200 with other bytes": {"body": b"\xff\xfe\x00"},
}
NEVER_RETRIED = {
    "300": refusal(300, Location="https://elsewhere.example.com/"),
    "301": refusal(301, Location="https://elsewhere.example.com/"),
    "307": refusal(307, Location="https://elsewhere.example.com/"),
    "400": refusal(400, "DBSS.10020132"),
    "401": refusal(401, "APIGW.0301"),
    "403": refusal(403, "DWS.0015"),
    "404": refusal(404),
    "404 with a gateway code": refusal(404, "APIGW.0101"),
    "409": refusal(409, "DWS.9999"),
}


def rows(answers):
    return [pytest.param(row, id=name) for name, row in answers.items()]


@any_call
@pytest.mark.parametrize("failure", rows(RETRIED_ALWAYS))
def test_failures_without_effect_are_retried(connect, http, failure, call, method, url):
    http.add(method, url, **failure)
    http.add(method, url, json={"total": 3})
    assert call(connect()) == {"total": 3}


@any_call
@pytest.mark.parametrize("failure", rows(RETRIED_ALWAYS))
def test_failures_without_effect_in_all_tries(connect, http, failure, call, method, url):
    for _attempt in range(3):
        http.add(method, url, **failure)
    with pytest.raises(ApiError, match=r", in 3 tries\.$") as caught:
        call(connect(max_retries=3))
    assert caught.value.effect == NOTHING


@pytest.mark.parametrize("failure", rows(RETRIED_READS))
def test_reads_are_retried_when_their_outcome_is_unknown(connect, http, failure):
    http.get(THINGS, **failure)
    http.get(THINGS, json={"total": 3})
    assert read(connect()) == {"total": 3}


@pytest.mark.parametrize("failure", rows(RETRIED_READS))
def test_actions_are_not_sent_again_when_their_outcome_is_unknown(connect, http, failure, clock):
    http.post(STOP, **failure)
    with pytest.raises(ApiError) as caught:
        act(connect())
    assert caught.value.effect == UNKNOWN
    assert clock.sleeps == []


@any_call
@pytest.mark.parametrize("failure", rows(NEVER_RETRIED))
def test_refusals_are_final(connect, http, failure, call, method, url):
    http.add(method, url, **failure)
    with pytest.raises(ApiError) as caught:
        call(connect())
    assert caught.value.effect == REFUSED


@any_call
@pytest.mark.parametrize("number", [1, 5])
def test_number_of_tries(connect, http, call, method, url, number, longest_jitter, clock):
    for _attempt in range(number):
        http.add(method, url, **RETRIED_ALWAYS["503 of the gateway"])
    with pytest.raises(ApiError):
        call(connect(max_retries=number))
    assert clock.sleeps == [1.0, 2.0, 4.0, 8.0][: number - 1]


def test_pauses_grow_to_a_limit_with_full_jitter(connect, http, longest_jitter, clock):
    for _attempt in range(8):
        http.get(THINGS, status=500)
    with pytest.raises(ApiError):
        read(connect(max_retries=8))
    assert longest_jitter[:7] == [(0, 1.0), (0, 2.0), (0, 4.0), (0, 8.0), (0, 10.0), (0, 10.0), (0, 10.0)]
    assert clock.sleeps == [high for low, high in longest_jitter[:7]]


@any_call
@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("30", 30.0),
        ("120", 30.0),
        ("999999999999999999999999", 30.0),
        (formatdate(1795323600 + 7, usegmt=True), 7.0),
        (formatdate(1795323600 + 3600, usegmt=True), 30.0),
        (formatdate(1795323600 - 60, usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 06:00:07 +0100", 7.0),
        ("-5", 1.0),
        ("soon", 1.0),
        ("\u00b2", 1.0),
        ("", 1.0),
        ("Sun, 99 Nov 2026 05:00:07 GMT", 1.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(connect, http, clock, longest_jitter, call, method, url, header, pause, status):
    http.add(method, url, **refusal(status, "APIGW.0308", **{"Retry-After": header}))
    http.add(method, url, json={})
    call(connect())
    assert sum(clock.sleeps) == pause


def test_all_tries_together_take_at_most_a_minute(connect, http, clock):
    def answer_slowly(request):
        clock.time += 25
        return (500, {}, "{}")

    for _attempt in range(3):
        http.add_callback("GET", THINGS, answer_slowly)
    with pytest.raises(ApiError, match="in 3 tries"):
        read(connect(max_retries=10))
    assert 75 <= clock.time < 75 + 3


def test_a_pause_that_would_end_too_late_is_not_begun(connect, http, clock):
    http.get(THINGS, **refusal(429, **{"Retry-After": "30"}))
    http.get(THINGS, **refusal(429, **{"Retry-After": "30"}))
    with pytest.raises(ApiError, match="in 2 tries"):
        read(connect(max_retries=10))
    assert clock.sleeps == [30.0]


@any_call
def test_tries_keep_to_the_deadline_of_the_task(connect, http, call, method, url, clock):
    client = connect()
    client.deadline = clock.monotonic() + 5
    http.add(method, url, **refusal(429, **{"Retry-After": "5"}))
    with pytest.raises(ApiError):
        call(client)
    assert clock.sleeps == []


def test_reads_are_cut_short_by_the_deadline_and_actions_are_not(connect, http, clock):
    client = connect()
    client.deadline = clock.monotonic() + 5
    http.get(THINGS, json={}, match=[matchers.request_kwargs_matcher({"timeout": 5.0})])
    http.post(STOP, json={}, match=[matchers.request_kwargs_matcher({"timeout": 30.0})])
    read(client)
    act(client)
    clock.time = 20.0
    http.get(THINGS, json={}, match=[matchers.request_kwargs_matcher({"timeout": 1.0})])
    read(client)


@any_call
@pytest.mark.parametrize("code", ["DWS.0011", "DWS.7023"])
def test_busy_cluster_is_not_asked_again_when_nobody_waits(connect, http, call, method, url, code, clock):
    client = connect()
    client.retry_busy = False
    http.add(method, url, **refusal(409, code))
    with pytest.raises(ApiError) as caught:
        call(client)
    assert caught.value.effect == NOTHING
    http.add(method, url, **refusal(429))
    http.add(method, url, json={})
    call(client)


def test_throttling_holds_back_all_threads(connect, http, clock):
    client = connect()
    log = []

    def serve(status, name, **headers):
        def callback(request):
            log.append((name, clock.monotonic()))
            return (status, headers, "{}")

        return callback

    def start_another(seconds, sleep=clock.sleep):
        clock.sleep = sleep
        other = threading.Thread(target=act, args=[client])
        other.start()
        other.join(10)
        sleep(seconds)

    http.add_callback("GET", THINGS, serve(429, "read", **{"Retry-After": "5"}))
    http.add_callback("POST", STOP, serve(200, "act"))
    http.add_callback("GET", THINGS, serve(200, "read"))
    clock.sleep = start_another
    read(client)
    assert log == [("read", 0.0), ("act", 5.0), ("read", 10.0)]


def test_quiet_does_not_outlast_the_deadline(connect, http, clock):
    client = connect()
    http.get(THINGS, **refusal(429, **{"Retry-After": "20"}))
    http.get(THINGS, json={})
    sleep = clock.sleep
    clock.sleep = lambda seconds: None  # the call itself is held back, without time passing
    read(client)
    clock.sleep = sleep
    client.deadline = 3.0
    http.get(THINGS, json={})
    read(client)
    assert clock.sleeps == [3.0]


def test_quiet_ends_when_it_was_to_end(connect, http, clock):
    client = connect()
    clock.time = 100.0
    http.get(THINGS, **refusal(429, **{"Retry-After": "20"}))
    http.get(THINGS, json={})
    read(client)
    assert clock.sleeps == [20.0]


# --- What goes wrong on the way, for real ----------------------------------------------------------------------------

BROKE = "broke before the answer was complete"
FINE = answer(b'{"total": 3}')

LOST = [
    pytest.param(hang_up, BROKE, id="hung up"),
    pytest.param(reset, r"broke before the answer was complete \(Connection reset by peer\)", id="reset"),
    pytest.param(SILENCE, r"no answer from http://127.0.0.1:[0-9]+ within 0\.3 s", id="silence"),
    pytest.param(answer(b'{"total"', length=20), BROKE, id="truncated"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", BROKE, id="broken chunk"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", BROKE, id="truncated chunk"),
    pytest.param(answer(b"no gzip", "Content-Encoding: gzip"), BROKE, id="not compressed as told"),
    pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", BROKE, id="not HTTP"),
    pytest.param(
        answer(b'{"total"'), r"answered with a body that is no JSON instead of a JSON object", id="half a JSON"
    ),
    pytest.param(answer(b"[1]"), r"answered with a list instead of a JSON object \(HTTP 200\)", id="list"),
    pytest.param(answer(b""), r"answered with an empty body instead of a JSON object", id="empty"),
]


@pytest.mark.parametrize(("failure", "words"), LOST)
def test_lost_answers(connect, failure, words):
    with wire(failure, FINE) as server:
        client = connect(endpoints={"dbss": server.url}, request_timeout=0.3)
        with pytest.raises(ApiError, match=words) as caught:
            act(client)
        assert str(caught.value).startswith("Failed to stop thing t1: ")
        assert caught.value.effect == UNKNOWN
        assert len(server.received) == 1
        assert read(client) == {"total": 3}


@pytest.mark.parametrize(("failure", "words"), LOST)
def test_lost_answers_to_reads_are_asked_for_again(connect, failure, words):
    with wire(failure, FINE) as server:
        assert read(connect(endpoints={"dbss": server.url}, request_timeout=0.3)) == {"total": 3}
        assert len(server.received) == 2


def unused_url():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@any_call
def test_refused_connections_are_retried(connect, call, method, url, clock, longest_jitter):
    with pytest.raises(
        ApiError, match=r"no connection to http://127.0.0.1:\d+ \(Connection refused\), in 3 t"
    ) as caught:
        call(connect(endpoints={"dbss": unused_url()}, max_retries=3))
    assert caught.value.effect == NOTHING
    assert clock.sleeps == [1.0, 2.0]


ELSEWHERE = {"region": FromVariable("cn-nowhere-1", "HW_REGION_NAME"), "cloud": "example.eu"}


@any_call
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            ELSEWHERE,
            "cn-nowhere-1.example.eu .*: check HW_REGION_NAME 'cn-nowhere-1' and cloud 'example.eu'.",
        ),
        ({"endpoints": {"dbss": "https://nowhere.example.com"}}, "nowhere.example.com .*: check endpoints.dbss."),
        ({"endpoints": {"dbss": FromVariable("https://a.b", "HW_ENDPOINTS")}}, "a.b .*: check HW_ENDPOINTS."),
    ],
    ids=["region", "endpoint", "variable"],
)
def test_unknown_host_is_final_and_names_what_it_comes_from(
    connect, monkeypatch, clock, call, method, url, settings, words
):
    monkeypatch.setattr(socket, "getaddrinfo", raising(socket.gaierror(socket.EAI_NONAME, "Name not known")))
    with pytest.raises(ApiError, match=rf"no connection to .*{words}$") as caught:
        call(connect(**settings))
    assert caught.value.effect == REFUSED
    assert clock.sleeps == []


@any_call
def test_resolver_that_is_out_of_order_is_asked_again(connect, monkeypatch, call, method, url):
    monkeypatch.setattr(socket, "getaddrinfo", raising(socket.gaierror(socket.EAI_AGAIN, "Temporary failure")))
    with pytest.raises(ApiError, match=r"Temporary failure\): check region 'cn-north-4' and .*, in 2 tries") as caught:
        call(connect(max_retries=2))
    assert caught.value.effect == NOTHING


def raising(error):
    """Return a function that raises this error, whatever it is called with."""

    def fail(*arguments, **named):
        raise error

    return fail


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def tls(authority):
    """Return the function that makes the TLS side of a server with a certificate for a name."""

    def make(name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return context

    return make


@any_call
def test_certificate_of_an_unknown_authority(connect, call, method, url, tls):
    with wire(FINE, tls=tls("127.0.0.1")) as server:
        with pytest.raises(
            ApiError, match=r"the certificate of .* was not accepted .* give its CA with ca_cert"
        ) as caught:
            call(connect(endpoints={"dbss": server.url}))
        assert caught.value.effect == REFUSED


def test_ca_cert_and_the_name_in_the_certificate(connect, tls, authority, tmp_path):
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with wire(FINE, tls=tls("127.0.0.1")) as server:
        assert read(connect(endpoints={"dbss": server.url}, ca_cert=str(bundle))) == {"total": 3}
    with wire(FINE, tls=tls("other.example.com")) as server, pytest.raises(ApiError, match="the certificate of"):
        read(connect(endpoints={"dbss": server.url}, ca_cert=str(bundle)))
    with wire(FINE, tls=tls("other.example.com")) as server:
        assert read(connect(endpoints={"dbss": server.url}, validate_certs=False)) == {"total": 3}


def test_unverified_certificates_are_not_warned_of_at_each_call(connect, tls):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with wire(FINE, tls=tls("127.0.0.1")) as server:
            read(connect(endpoints={"dbss": server.url}, validate_certs=False))
        assert caught == []
        warnings.warn("something else", stacklevel=1)
        assert len(caught) == 1


@pytest.mark.parametrize("url", ["https://dbss.example.com", "http://127.0.0.1:8600"])
def test_as_many_connections_are_kept_as_there_are_workers(connect, url):
    adapter = connect(connections=16)._session._session.get_adapter(url)
    assert adapter.poolmanager.connection_pool_kw["maxsize"] == 16


def test_tls_with_a_server_that_speaks_none(connect):
    with wire(FINE) as server, pytest.raises(ApiError, match=BROKE):
        read(connect(endpoints={"dbss": server.url.replace("http:", "https:")}, max_retries=1))


def test_ca_cert_that_is_not_there(connect, tmp_path):
    with pytest.raises(UsageError, match=r"^ca_cert cannot be used: .* invalid path"):
        read(connect(endpoints={"dbss": "https://127.0.0.1:1"}, ca_cert=str(tmp_path / "ca.pem")))


def test_ca_cert_that_holds_no_certificate(connect, tls, tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate", encoding="utf-8")
    with wire(FINE, tls=tls("127.0.0.1")) as server, pytest.raises(ApiError, match="no certificate or crl found"):
        read(connect(endpoints={"dbss": server.url}, ca_cert=str(bundle)))


@pytest.fixture
def proxy(monkeypatch):
    """Return the function that makes all calls go through a proxy."""

    def use(url):
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)

    return use


@any_call
def test_proxy_that_cannot_be_reached(connect, call, method, url, proxy):
    proxy(unused_url())
    with pytest.raises(ApiError, match=f"the proxy on the way to {BASE} did not connect .* in 2 tries") as caught:
        call(connect(max_retries=2))
    assert caught.value.effect == NOTHING


@any_call
def test_proxy_that_refuses(connect, call, method, url, proxy):
    with wire(answer(b"", status="407 Proxy Authentication Required")) as server:
        proxy(server.url)
        with pytest.raises(ApiError, match=r"the proxy on the way .* did not connect") as caught:
            call(connect(max_retries=1))
        assert caught.value.effect == NOTHING


@pytest.mark.parametrize("failure", [hang_up, reset])
def test_proxy_that_breaks_after_it_has_taken_the_request(connect, proxy, failure):
    with wire(failure, FINE) as server:
        proxy(server.url)
        client = connect(endpoints={"dbss": "http://dbss.example.com"}, validate_certs=False)
        with pytest.raises(ApiError, match=BROKE) as caught:
            act(client)
        assert caught.value.effect == UNKNOWN
        assert read(client) == {"total": 3}


@any_call
@pytest.mark.parametrize("token", ["line\nbreak", "sn\u2603w"])
def test_token_that_cannot_be_sent(connect, call, method, url, token):
    with wire(FINE) as server:
        client = connect(Credentials("token", auth_token=token), endpoints={"dbss": server.url})
        with pytest.raises(UsageError, match=r"^The credentials hold a .*, such as a line break\.$") as caught:
            call(client)
    assert token not in str(caught.value)


# --- What a failure says ---------------------------------------------------------------------------------------------


def failure_of(client, call=read):
    with pytest.raises(ApiError) as caught:
        call(client)
    return caught.value


def test_error_carries_its_facts(connect, http, sample):
    http.post(STOP, status=400, json=sample("rebootAuditInstance.400.nested"), headers={"X-Request-Id": "r-1"})
    error = failure_of(connect(), act)
    assert str(error) == ("Failed to stop thing t1: instance state does not allow this (HTTP 400, DBSS.10020132).")
    assert error.result()["api_error"] == {
        "operation": "stopThing",
        "resource": "thing t1",
        "http_status": 400,
        "error_code": "DBSS.10020132",
        "error_msg": "instance state does not allow this",
        "request_id": "r-1",
    }


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            {"status": 404, "body": "<html><head><TITLE>\n 404 Not\n Found </TITLE>"},
            "a gateway answered with the page '404 Not Found' (HTTP 404 Not Found)",
        ),
        ({"status": 400, "body": "<HTML>oops"}, "a gateway answered with an HTML page (HTTP 400 Bad Request)"),
        ({"status": 400, "body": "oops"}, "a gateway answered with a body that is no JSON (HTTP 400 Bad Request)"),
        ({"status": 400, "body": " "}, "a gateway answered with an empty body (HTTP 400 Bad Request)"),
        (
            {"status": 400, "body": "<title>Signature=s3cret</title>"},
            "a gateway answered with the page 'Signature=***' (HTTP 400 Bad Request)",
        ),
        ({"status": 400, "json": []}, "the service gave no reason (HTTP 400)"),
        (
            {"status": 302, "headers": {"Location": "https://login.example.com/x"}},
            "the answer redirects to login.example.com, and credentials are not sent on (HTTP 302)",
        ),
        ({"status": 302}, "the answer redirects to another address, and credentials are not sent on (HTTP 302)"),
        (
            {"status": 302, "headers": {"Location": "https://[oops"}},
            "the answer redirects to another address, and credentials are not sent on (HTTP 302)",
        ),
    ],
)
def test_words_of_a_failure(connect, http, reply, words):
    http.get(THINGS, **reply)
    assert failure_of(connect()).why == words


def test_unreadable_answer_carries_its_request_id(connect, http):
    http.get(THINGS, json={"total": "x"}, headers={"X-Request-Id": "r-1"})

    def parse(payload):
        raise Unreadable("answered with nonsense")

    with pytest.raises(ApiError) as caught:
        connect(max_retries=1).call(READ, "the things", parse)
    assert str(caught.value) == "Failed to list the things: the service answered with nonsense (HTTP 200)."
    assert (caught.value.effect, caught.value.facts.request_id) == (UNKNOWN, "r-1")


@pytest.mark.parametrize(
    ("status", "date", "words"),
    [
        (401, formatdate(1795323600 - 1200, usegmt=True), "; the clock of this host is 20 min ahead of the service's"),
        (401, formatdate(1795323600 + 1200, usegmt=True), "; the clock of this host is 20 min behind the service's"),
        (401, formatdate(1795323600 - 600, usegmt=True), ""),
        (401, "no date", ""),
        (401, None, ""),
        (403, formatdate(1795323600 - 1200, usegmt=True), ""),
    ],
)
def test_wrong_clock_is_told(connect, http, status, date, words):
    http.get(
        THINGS, status=status, json={"error_code": "X.1", "error_msg": "no"}, headers={"Date": date} if date else {}
    )
    assert failure_of(connect()).why.endswith(f"no (HTTP {status}, X.1){words}")


@given(
    JSON.map(json.dumps).map(str.encode)
    | json_with("error", "error_code", "total").map(json.dumps).map(str.encode)
    | st.binary(),
    st.sampled_from([200, 201, 204, 301, 400, 401, 429, 500, 503]),
    st.sampled_from([READ, ACT]),
)
def test_any_answer_is_an_object_or_one_clear_error(body, status, operation):
    client = Client(TOKEN, Settings(region="cn-north-4", max_retries=1), "p1")
    client._session.send = lambda *args, **kwargs: Reply(status, "", {}, body, False)
    try:
        result = client.call(operation, "the things", whole, {"thing_id": "t1"})
    except DbopsError as error:
        assert str(error).startswith(f"Failed to {operation.intent} the things: ")
        assert str(error).endswith(".")
    else:
        assert isinstance(result, dict)
        assert status < 300


# --- Tokens that expire ----------------------------------------------------------------------------------------------


@pytest.fixture
def iam(http, sample):
    """Return the function that expects a login, which issues a token."""

    def log_in(token):
        answer_of_iam = sample("createTokenByPassword.201.project_scope")
        answer_of_iam["token"]["project"]["id"] = "p1"
        http.post(
            f"{IAM}/v3/auth/tokens",
            status=201,
            json=answer_of_iam,
            headers={"X-Subject-Token": token},
            match=[matchers.query_param_matcher({"nocatalog": "true"})],
        )

    return log_in


def sent(token):
    return [matchers.header_matcher({"X-Auth-Token": token, "X-Project-Id": "p1"})]


@any_call
def test_refused_token_is_renewed_once(connect, http, iam, call, method, url):
    iam("first")
    http.add(method, url, status=401, json={"error_code": "APIGW.0307"}, match=sent("first"))
    iam("second")
    http.add(method, url, json={"total": 3}, match=sent("second"))
    client = connect(PASSWORD, project_id=None)
    assert call(client) == {"total": 3}
    http.add(method, url, status=401, json={"error_code": "APIGW.0307"}, match=sent("second"))
    assert "the token has expired" in failure_of(client, call).why


def test_refused_login_is_final(connect, http, sample):
    http.post(f"{IAM}/v3/auth/tokens", status=401, json=sample("createTokenByPassword.401"))
    error = failure_of(connect(PASSWORD))
    assert str(error) == (
        "Failed to log in as user ops: the credentials were not accepted: wrong user name or password (HTTP 401)."
    )


@pytest.mark.parametrize(
    "reply",
    [{"status": 429}, {"status": 500}, {"status": 201, "body": "<html>"}, {"status": 201, "json": {"token": {}}}],
    ids=["429", "500", "HTML", "no token"],
)
def test_login_is_retried(connect, http, iam, reply):
    http.post(f"{IAM}/v3/auth/tokens", **reply)
    iam("first")
    http.get(THINGS, json={}, match=sent("first"))
    read(connect(PASSWORD, project_id=None))


def test_project_lookup(connect, http, sample):
    projects = sample("listProjects.200")
    projects["projects"][0]["id"] = "p1"
    http.get(f"{IAM}/v3/projects?name=cn-north-4", status=502)
    http.get(f"{IAM}/v3/projects?name=cn-north-4", json=projects)
    http.get(THINGS, json={"total": 3})
    assert read(connect(KEY, project_id=None)) == {"total": 3}
    assert "X-Project-Id" not in http.calls[1].request.headers
    assert http.calls[1].request.headers["Authorization"].startswith("SDK-HMAC-SHA256 Access=")


# --- Paging ----------------------------------------------------------------------------------------------------------


def parse_page(payload):
    return payload["rows"], payload.get("total")


def page(ids, total=None):
    return {"rows": [{"id": name} for name in ids], "total": total}


def test_pages_are_read_by_offset(connect, http):
    http.get(f"{THINGS}?limit=2", json=page("ab", 3), match=[matchers.query_string_matcher("limit=2")])
    http.get(f"{THINGS}?limit=2&offset=1", json=page("bc", 3))
    records = connect().pages(READ, "the things", parse_page, query={"limit": "2"})
    assert records == [{"id": "a"}, {"id": "b"}, {"id": "c"}]


def test_pages_carry_their_path_parameters(connect, http):
    listing = READ._replace(path="/v1/{project_id}/things/{thing_id}")
    http.get(f"{THINGS}/t1", json=page("a", 1))
    assert connect().pages(listing, "the things", parse_page, {"thing_id": "t1"}) == [{"id": "a"}]
