# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import diagnosis
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.diagnosis import Seen, explain, read_fault
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import REFUSED, UNKNOWN, Facts
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.redaction import redact
from hypothesis import given
from hypothesis import strategies as st
from requests.exceptions import ProxyError
from requests.structures import CaseInsensitiveDict

from tests.unit.plugins.module_utils.strategies import JSON, json_with

PAIR = {"error_code": "DBSS.1", "error_msg": "no"}


@pytest.mark.parametrize(
    ("payload", "code", "text"),
    [
        pytest.param({"error": PAIR}, "DBSS.1", "no", id="nested"),
        pytest.param({**PAIR, "details": [{"error_code": "DBSS.2"}]}, "DBSS.1", "no", id="flat"),
        pytest.param({"details": {"error_code": "DBSS.2"}, **PAIR}, "DBSS.1", "no", id="flat before nested"),
        pytest.param({"externalMessage": "m", "errCode": "DWS.2", **PAIR}, "DBSS.1", "no", id="DWS"),
        pytest.param({"error": {"code": 401, "message": "wrong", "title": "T"}}, "401", "wrong", id="IAM"),
        pytest.param({"errorCode": "X.1", "errorMsg": "no"}, "X.1", "no", id="errorCode"),
        pytest.param({"code": "X.1", "message": "no"}, "X.1", "no", id="code"),
        pytest.param({**PAIR, "code": "X.1", "errorCode": "X.2"}, "DBSS.1", "no", id="error_code before others"),
        pytest.param({"error_msg": "no"}, None, "no", id="text only"),
        pytest.param({"error_code": "DBSS.1"}, "DBSS.1", None, id="code only"),
        pytest.param({"error_code": "DBSS.1", "error_msg": ["no"]}, "DBSS.1", None, id="text is a list"),
        pytest.param({"error_code": True}, None, None, id="code is a boolean"),
        pytest.param({"a": {"b": PAIR}}, "DBSS.1", "no", id="two deep"),
        pytest.param({"a": {"b": {"c": PAIR}}}, None, None, id="too deep"),
        pytest.param({"a": 1, "b": {}, "error": PAIR}, "DBSS.1", "no", id="after others"),
        pytest.param({}, None, None, id="empty"),
        pytest.param([PAIR], None, None, id="list"),
        pytest.param("no", None, None, id="text"),
        pytest.param(None, None, None, id="no JSON"),
    ],
)
def test_fault_is_found_in_every_body_shape(payload, code, text):
    assert read_fault(400, payload, {}) == Facts(400, code, text)


@pytest.mark.parametrize(
    ("payload", "headers", "request_id"),
    [
        ({"request_id": "body"}, {}, "body"),
        ({"request_id": "body"}, {"X-Request-Id": "header"}, "header"),
        ({}, {"X-IAM-Trace-Id": "trace"}, "trace"),
        ({"request_id": 5}, {}, None),
        (None, {}, None),
    ],
)
def test_request_id_comes_from_header_or_body(payload, headers, request_id):
    assert read_fault(500, payload, headers).request_id == request_id


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Facts(), "the service gave no reason"),
        (Facts(400), "the service gave no reason (HTTP 400)"),
        (Facts(400, "DBSS.1", "no."), "no (HTTP 400, DBSS.1)"),
        (Facts(400, "", ""), "the service gave no reason (HTTP 400)"),
        (Facts(401, "401", "wrong"), "the credentials were not accepted: wrong (HTTP 401)"),
        (Facts(403), "the credentials lack the permission (HTTP 403)"),
        (Facts(401, "DBSS.10020100"), "the token could not be verified (HTTP 401, DBSS.10020100)"),
        (
            Facts(403, "DBSS.10020100", "Not you"),
            "the credentials lack the permission, or are not for this project: Not you (HTTP 403, DBSS.10020100)",
        ),
        (Facts(404), "the service does not know this address or resource (HTTP 404)"),
        (Facts(429, "APIG.0308"), "the service asks for fewer calls (HTTP 429, APIG.0308)"),
        (
            Facts(403, "DWS.7023", "busy"),
            "the cluster is busy or in a state that does not allow this: busy (HTTP 403, DWS.7023)",
        ),
        (Facts(401, "APIG.0307"), "the token has expired or belongs to another region (HTTP 401, APIG.0307)"),
        (Facts(None, "DWS.0015"), "the cluster does not exist, or these credentials may not see it (DWS.0015)"),
    ],
)
def test_explanation(fault, words):
    assert explain(fault) == words


@pytest.mark.parametrize(
    "text",
    [
        "Signature=s3cret",
        "SignedHeaders=host, Signature=s3cret, more",
        "x-auth-token: s3cret",
        "X-Security-Token:s3cret",
        '{"x-subject-token": "s3cret"}',
        '{"X-Auth-Token":"s3cret"}',
        "X-Auth-Token = 's3cret/+=.~-s3cret'",
    ],
)
def test_secrets_are_taken_out(text):
    assert "s3cret" not in redact(text)
    assert "***" in redact(text)
    assert "s3cret" not in explain(read_fault(400, {"error_code": text, "error_msg": text}, {}))


def test_redacted_text_is_short_and_keeps_the_rest():
    assert redact("verify aksk signature fail") == "verify aksk signature fail"
    assert redact("token expired") == "token expired"
    assert redact("word " * 300) == "word " * 99 + "…"
    assert redact("one two", 7) == "one two"
    assert redact("one two three", 9) == "one two …"
    assert redact("one two three", 8) == "one …"
    assert redact("\tone\r\n line ") == "one line"


def test_half_a_secret_is_not_left():
    token = "t0ken+/" * 100
    assert redact(f"The token {token} is not valid") == "The token *** is not valid"
    assert redact(f"The token {token[:199]} {token[:199]} {token[:199]} is not valid").endswith(f" {token[:199]} …")


KEYS = ("error", "error_code", "error_msg", "errorCode", "errorMsg", "code", "message", "request_id")


@given(JSON | json_with(*KEYS), st.integers(100, 599))
def test_any_body_becomes_one_sentence(payload, status):
    fault = read_fault(status, payload, {})
    why = explain(fault)
    assert why
    assert not why.endswith(".")
    assert all(part is None or isinstance(part, str) for part in (fault.code, fault.text, fault.request_id))


@given(st.text(st.characters(max_codepoint=255)) | st.integers().map(str))
def test_any_retry_after_is_understood_or_ignored(value):
    seconds = diagnosis._retry_after(value, 1795323600.0)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("value", "seconds"), [("0", 0.0), (" 7 ", 7.0), ("9" * 40, 999999999.0), ("", None), (None, None)]
)
def test_retry_after(value, seconds):
    assert diagnosis._retry_after(value, 1795323600.0) == seconds


def answer(status, reason="", payload=None, **headers):
    """Return an answer without a body."""
    return Seen(status, reason, CaseInsensitiveDict(headers), payload=payload)


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (300, {}, "redirects to another address"),
        (302, {"Location": "/login"}, "redirects to another address"),
        (399, {"Location": "https://evil.example.com/x"}, "redirects to evil.example.com"),
        (308, {"Location": "https://[broken"}, "redirects to another address"),
    ],
)
def test_redirect(status, headers, words):
    why, fault, effect = diagnosis.of_answer(answer(status, **headers), 0.0)
    assert why == f"the answer {words}, and credentials are not sent on (HTTP {status})"
    assert (fault.status, effect) == (status, REFUSED)


@pytest.mark.parametrize(
    ("reason", "phrase"),
    [
        ("Bad Gateway", "HTTP 502 Bad Gateway"),
        (None, "HTTP 502"),
        ("first " + "word " * 20, f"HTTP 502 first {'word ' * 12}…"),
    ],
)
def test_reason_of_a_gateway(reason, phrase):
    why, _fault, effect = diagnosis.of_answer(answer(502, reason), 0.0)
    assert (why, effect) == (f"a gateway answered with an empty body ({phrase})", UNKNOWN)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (600, ""),
        (601, "; the clock of this host is 10 min ahead of the service's"),
        (-600, ""),
        (-3600, "; the clock of this host is 60 min behind the service's"),
    ],
)
def test_clock(ahead, words):
    payload = {"error_code": "X.1", "error_msg": "no"}
    refused = answer(401, payload=payload, Date="Sun, 22 Nov 2026 05:00:00 GMT")
    why, _fault, _effect = diagnosis.of_answer(refused, 1795323600.0 + ahead)
    assert why == f"the credentials were not accepted: no (HTTP 401, X.1){words}"


@pytest.mark.parametrize("arguments", [(), ("text",), (SimpleNamespace(reason=None),)], ids=["none", "text", "reason"])
def test_proxy_error_that_does_not_tell_why_leaves_the_outcome_open(arguments):
    why, effect = diagnosis.of_exception(ProxyError(*arguments), "https://dbss.example.com/v1", 30.0)
    assert why == "the connection to https://dbss.example.com broke before the answer was complete (ProxyError)"
    assert effect == UNKNOWN


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<title>Bad & Gateway</title>", "the page 'Bad & Gateway'"),
        (f"<title>{'word ' * 20}</title>", f"the page '{'word ' * 15}…'"),
        ("<HTML><p>no", "an HTML page"),
        ("[1, 2]", "a list"),
        ("no", "a body that is no JSON"),
        (" \n ", "an empty body"),
        ("\xff", "a body that is no JSON"),
    ],
)
def test_description_of_a_body(body, words):
    assert diagnosis.describe_body(Seen(200, text=body)) == words


def test_description_of_a_body_that_is_too_long():
    assert diagnosis.describe_body(Seen(500, text="<title>Oh</title>", cut=True)) == (
        "a body of more than 1 MiB, which is not read on"
    )


@pytest.mark.parametrize(
    ("status", "code", "named"),
    [
        (403, "DWS.0015", True),
        (401, "DWS.0047", True),
        (404, "DWS.3027", True),
        (404, "X.1", True),
        (400, "DBSS.10020021", True),
        (403, "DBSS.10020100", False),
        (400, "X.1", False),
    ],
)
def test_what_is_not_there_may_be_in_another_project(status, code, named):
    refused = answer(status, payload={"error_code": code, "error_msg": "no"})
    assert diagnosis.of_answer(refused, 0.0, "p1")[0].endswith("; the project that was asked is p1") == named
    assert "the project that was asked" not in diagnosis.of_answer(refused, 0.0)[0]
