# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that are wrong: always the API's own failure body, never a fault of the server."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.emulator.cloud import BODY_LIMIT
from tests.unit.emulator import company
from tests.unit.emulator.company import code

START = f"/v1/{company.PROJECT}/dbss/audit/instance/start"
SWITCH = f"/v3/{company.PROJECT}/audit/{company.AUDIT_PROD}/databases/switch"
ACTION = f"/v1/{company.PROJECT}/clusters/{company.DWS_PROD}/db-manager/om-user/action"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "wanted", "nested"),
    [(START, "DBSS.10000001", True), (SWITCH, "DBSS.10000001", False), (ACTION, "DWS.0001", False)],
)
@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[]", b"null", b"{}", b'{"id": 1, "instance_id": 1, "operation": 1}', b"[" * 100_000, b"NaN"],
)
def test_bodies(emulator, api, path, wanted, nested, body):
    answer = api("POST", path, data=body, headers=JSON)
    assert (answer.status_code, code(answer)) == (400, wanted)
    assert ("error" in answer.json()) is nested
    assert emulator.counters()["changes"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"id": company.ORDERS},
        {"id": company.ORDERS, "status": "on"},
        {"id": company.ORDERS, "status": 1},
        {"id": company.ORDERS, "status": None},
        {"id": company.ORDERS, "status": "OFF", "lts_audit_switch": "1"},
        {"id": company.ORDERS, "status": "OFF", "lts_audit_switch": True},
        {"id": "short", "status": "OFF"},
        {"id": "x" * 65, "status": "OFF"},
        {"id": [company.ORDERS], "status": "OFF"},
    ],
)
def test_fields(api, body):
    answer = api("POST", SWITCH, json=body)
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")


def test_fields_that_the_contract_does_not_know_are_no_matter(api):
    assert api("POST", SWITCH, json={"id": company.ORDERS, "status": "OFF", "note": {}}).status_code == 200


@pytest.mark.parametrize(("path", "wanted"), [(SWITCH, "DBSS.10000001"), (ACTION, "DWS.0006")])
def test_no_body(api, path, wanted):
    assert code(api("POST", path)) == wanted


def test_another_content_type(api):
    answer = api("POST", SWITCH, data=b"{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")
    assert "Content-Type" in answer.json()["error_msg"]


def test_a_content_type_with_more_to_say(api):
    body = json.dumps({"id": company.ORDERS, "status": "OFF"})
    assert api("POST", SWITCH, data=body, headers={"Content-Type": "application/json;charset=UTF-8"}).status_code == 200


@pytest.mark.parametrize("instance", ["short", "x" * 65, "%2e%2e", "%00", "%ff"])
def test_ids_in_paths(api, instance):
    answer = api("POST", f"/v1/{company.PROJECT}/db-om/{instance}/start")
    assert (answer.status_code, code(answer)) == (400, "DBSS.10020021")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large(emulator, api, chunked):
    body = b" " * (BODY_LIMIT + 1)
    answer = api("POST", SWITCH, data=iter([body]) if chunked else body, headers=JSON)
    assert (answer.status_code, code(answer)) == (413, "APIGW.0201")
    assert api("GET", company.INSTANCES).status_code == 200


def test_a_body_that_is_just_small_enough(api):
    body = json.dumps({"id": company.ORDERS, "status": "OFF"}).encode()
    assert api("POST", SWITCH, data=body + b" " * (BODY_LIMIT - len(body)), headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v9/nothing"),
        ("GET", f"/v1/{company.PROJECT}//dbss/audit/instances"),
        ("GET", f"{company.INSTANCES}/"),
        ("DELETE", "/v3/projects"),
        ("OPTIONS", company.INSTANCES),
        ("PROPFIND", company.INSTANCES),
        ("GET", "/%2e%2e/etc/passwd"),
        ("POST", f"/v1/{company.PROJECT}/audit/instances"),
    ],
)
def test_what_the_contract_does_not_know(emulator, api, method, path):
    answer = api(method, path)
    assert (answer.status_code, code(answer)) == (404, "APIGW.0101")
    assert (emulator.requests()[-1]["operation"], emulator.requests()[-1]["status"]) == (None, 404)


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /v3/auth/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf",
    ],
)
def test_what_is_hardly_http(emulator, text):
    address = urlsplit(emulator.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"400", b"413", b"414", b"505")
    assert json.loads(body)["error_code"] == "APIGW.0201"


def test_head_is_not_in_the_contract(api):
    assert api("HEAD", company.INSTANCES).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "--1", "x", "9" * 40, "1.0"])
def test_numbers_in_queries(api, page):
    answer = api("GET", "/v3/projects", params={"page": page})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


def test_every_answer_has_a_request_id(api):
    for path in (company.INSTANCES, company.CLUSTERS, "/v3/projects", "/nothing"):
        assert api("GET", path).headers["X-Request-Id"]
