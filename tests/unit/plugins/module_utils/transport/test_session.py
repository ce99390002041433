# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service can do with one exchange, and what the environment can say about the way; by real sockets."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import socket
import ssl
import threading
import zlib

import pytest
import trustme
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import session as session_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import Credentials
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import is_loopback
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    REFUSED,
    UNKNOWN,
    ApiError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation

from tests.unit.plugins.module_utils.wire import answer, wire

READ = Operation("listThings", "dbss", "GET", "/v1/{project_id}/things", "list")
ACT = Operation("stopThing", "dbss", "POST", "/v1/{project_id}/stop", "stop", acts=True)
FINE = answer(b'{"total": 3}')
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def call(client, operation=READ):
    return client.call(operation, "the things", lambda payload: payload)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in (*PROXIES, *(name.upper() for name in PROXIES), "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


# --- Answers without an end ------------------------------------------------------------------------------------------


def dripping(start, drops):
    """Return an act that sends a start, and then drop after drop until the client has had enough."""

    def drip(connection):
        connection.settimeout(0.02)
        connection.sendall(start)
        for drop in drops():
            with contextlib.suppress(socket.timeout):
                if not connection.recv(1):
                    return  # the client has hung up
            connection.sendall(drop)

    return drip


HEAD = b"HTTP/1.1 200 OK\r\n"
ATTACKS = {
    "status": dripping(b"", lambda: itertools.chain(b"H T T P".split(), itertools.repeat(b"x"))),
    "headers": dripping(HEAD, lambda: itertools.repeat(b"X")),
    "100 Continue": dripping(b"", lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "body": dripping(HEAD + b"Content-Length: 1000000\r\n\r\n", lambda: itertools.repeat(b" ")),
    "body without a length": dripping(HEAD + b"\r\n", lambda: itertools.repeat(b" ")),
    "chunks": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", lambda: itertools.repeat(b"1\r\n \r\n")),
    "one chunk": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n", lambda: itertools.repeat(b" ")),
    "error": dripping(b"HTTP/1.1 500 No\r\n\r\n", lambda: itertools.repeat(b"<p>")),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("operation", [READ, ACT], ids=["read", "act"])
def test_a_request_ends_in_time(connect, authority, attack, secure, operation):
    tls = None
    if secure:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
    with wire(attack, tls=tls) as server:
        client = connect(endpoints={"dbss": server.url}, request_timeout=0.2, max_retries=1, validate_certs=False)
        words = r"did not end within 0\.2 s; request_timeout can allow it more"
        words += "|no answer from" if secure else ""  # a handshake takes its time too
        with pytest.raises(ApiError, match=words) as caught:
            call(client, operation)
        assert caught.value.effect == UNKNOWN


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def test_the_time_of_one_request_is_not_taken_from_the_next(connect):
    """The socket of a connection that is kept has its own timeout again."""
    reply = answer(b"{}").replace(b"Connection: close\r\n", b"")

    def twice(connection):
        for _turn in range(2):
            connection.sendall(reply)
            connection.recv(65536)

    with wire(twice) as server:
        client = connect(endpoints={"dbss": server.url}, request_timeout=7.0)
        assert (call(client), call(client)) == ({}, {})
        [pool] = client._session._session.get_adapter(server.url).poolmanager.pools._container.values()
        kept = pool.pool.get(block=False)
        assert kept.sock.gettimeout() == 7.0


@pytest.fixture
def small(monkeypatch):
    """Let little be read of an answer."""
    monkeypatch.setattr(session_module, "MOST_BYTES", 2000)
    monkeypatch.setattr(session_module, "MOST_ERROR_BYTES", 1000)


LONG = json.dumps({"rows": "x" * 3000}).encode()
EXACT = b'{"rows": "' + b"x" * 1988 + b'"}'


@pytest.mark.parametrize(
    "reply",
    [
        answer(LONG),
        answer(gzip.compress(LONG), "Content-Encoding: gzip"),
        answer(zlib.compress(LONG), "Content-Encoding: deflate"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nbb8\r\n" + b" " * 3000 + b"\r\n0\r\n\r\n",
    ],
    ids=["plain", "gzip", "deflate", "chunked"],
)
@pytest.mark.parametrize(("operation", "effect"), [(READ, REFUSED), (ACT, UNKNOWN)], ids=["read", "act"])
def test_an_answer_that_is_too_long_is_not_read(connect, small, reply, operation, effect):
    with wire(reply) as server:
        with pytest.raises(
            ApiError, match=r"answered with more than the 64 MiB that are read \(HTTP 200\)\.$"
        ) as caught:
            call(connect(endpoints={"dbss": server.url}), operation)
        assert caught.value.effect == effect
        assert len(server.received) == 1


@pytest.mark.parametrize("coding", [None, "gzip", "GZIP"])
def test_an_answer_of_just_the_right_length_is_read(connect, small, coding):
    assert len(EXACT) == 2000
    headers = [f"Content-Encoding: {coding}"] if coding else []
    with wire(answer(gzip.compress(EXACT) if coding else EXACT, *headers)) as server:
        assert call(connect(endpoints={"dbss": server.url}))["rows"] == "x" * 1988


@pytest.mark.parametrize(
    ("body", "coding"),
    [(gzip.compress(FINE)[:-4], "gzip"), (b"{}", "br"), (gzip.compress(gzip.compress(b"{}")), "gzip, gzip")],
    ids=["cut", "not asked for", "twice"],
)
def test_an_answer_that_cannot_be_unpacked(connect, body, coding):
    with wire(answer(body, f"Content-Encoding: {coding}")) as server:
        client = connect(endpoints={"dbss": server.url}, max_retries=1)
        with pytest.raises(ApiError) as caught:
            call(client)
        assert caught.value.effect == UNKNOWN


def test_of_a_long_error_only_the_beginning_is_read(connect, small):
    words = r"a body of more than 1 MiB, which is not read on \(HTTP 500 No\)"
    with wire(answer(b"<html>" + b"x" * 5000, status="500 No")) as server, pytest.raises(ApiError, match=words):
        call(connect(endpoints={"dbss": server.url}, max_retries=1))


def test_a_long_text_of_an_error_is_cut(connect, http):
    http.get(
        "https://dbss.example.com/v1/p1/things", status=400, json={"error_code": "X", "error_msg": "no " * 100_000}
    )
    with pytest.raises(ApiError) as caught:
        call(connect())
    assert len(str(caught.value)) < 600
    assert len(caught.value.facts.text) <= 500


# --- Nothing stays from one exchange to the next ---------------------------------------------------------------------


def test_no_cookie_is_taken(connect):
    with wire(answer(b"{}", "Set-Cookie: session=1; Path=/"), FINE) as server:
        client = connect(endpoints={"dbss": server.url})
        call(client)
        call(client)
        assert b"ookie" not in server.received[1]


# --- Which way -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("cloud.localhost", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback(host, loopback):
    assert is_loopback(host) == loopback


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_this_host_is_not_asked_through_a_proxy(connect, monkeypatch, name):
    with wire(FINE) as server, wire() as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert call(connect(endpoints={"dbss": server.url})) == {"total": 3}
        assert not proxy.received


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://proxy.example.com:1080", "names a SOCKS proxy, which needs the Python library PySocks"),
        ("all_proxy", "socks5h://proxy.example.com:1080", "names a SOCKS proxy"),
        ("HTTPS_PROXY", "http://[::1", "is not the address of a proxy such as"),
        ("https_proxy", "http://", "is not the address of a proxy"),
        ("https_proxy", "proxy.example.com:port", "is not the address of a proxy"),
        ("https_proxy", "ftp://proxy.example.com", "is not the address of a proxy"),
        ("https_proxy", "http://user:s3cret@a b:1", "is not the address of a proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(connect, monkeypatch, name, value, words):
    monkeypatch.setattr(session_module.importlib.util, "find_spec", lambda module: None)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"^{name} {words}") as caught:
        call(connect())
    assert "s3cret" not in str(caught.value)


def test_a_proxy_without_a_scheme_is_one(connect, monkeypatch):
    with wire(answer(b"", status="407 No")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.partition("//")[2])
        with pytest.raises(ApiError, match=r"the proxy on the way to https://dbss.example.com .*: check HTTPS_PROXY"):
            call(connect(max_retries=1))
        assert proxy.received[0].startswith(b"CONNECT dbss.example.com:443")


def test_the_password_of_a_proxy_is_kept_secret(connect, monkeypatch):
    with wire(
        answer(b'{"error_code": "X", "error_msg": "with pass%2Fword-of-ops or pass/word-of-ops"}', status="400 No")
    ) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//ops:pass%2Fword-of-ops@"))
        client = connect(endpoints={"dbss": "http://dbss.example.com"}, validate_certs=False)
        with pytest.raises(ApiError, match=r"with \*\*\* or \*\*\* \(HTTP 400"):
            call(client)


@pytest.mark.parametrize("name", ["ca_cert", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_cas_that_cannot_be_used_are_named(connect, monkeypatch, tmp_path, authority, name, content):
    bundle = tmp_path / "ca.pem"
    if content:
        bundle.write_text(content, encoding="utf-8")
    settings = {"ca_cert": str(bundle)} if name == "ca_cert" else {}
    if not settings:
        monkeypatch.setenv(name, str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    words = rf"^{name} cannot be used: |the CAs are those of {name}\)"
    with wire(FINE, tls=tls) as server, pytest.raises((UsageError, ApiError), match=words):
        call(connect(endpoints={"dbss": server.url}, **settings))


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_an_empty_list_of_cas_does_not_turn_verification_off(connect, http, monkeypatch, name):
    monkeypatch.setenv(name, "")
    client = connect()
    assert client._session.way("dbss", "https://dbss.example.com").verify is True


# --- What is not shown -----------------------------------------------------------------------------------------------

KEY = Credentials("key", access_key="AK", secret_key="secret-key-of-ops-0123456789")


@pytest.mark.parametrize(
    "reply",
    [
        {
            "status": 400,
            "json": {"error_code": "secret-key-of-ops-0123456789", "error_msg": "SECRET-key-of-ops-0123456789"},
        },
        {"status": 400, "json": {"error_code": "X", "error_msg": "secret-key-of \n -ops-0123456789"}},
        {"status": 500, "body": "<title>&#115;ecret-key-of-ops-0123456789</title>"},
        {"status": 400, "json": {}, "headers": {"X-Request-Id": "secret-key-of-ops-0123456789"}},
        {"status": 302, "headers": {"Location": "https://secret-key-of-ops-0123456789/"}},
        {"status": 200, "json": {"secret-key-of-ops-0123456789": {"a": ["secret-key-of-ops-0123456789"]}}},
        {"status": 200, "body": '{"a": "s\\u0065cret-key-of-ops-0123456789"}'},
    ],
)
def test_a_secret_is_hidden_before_anything_is_made_of_an_answer(connect, http, reply):
    http.get("https://dbss.example.com/v1/p1/things", **reply)
    try:
        shown = json.dumps(call(connect(KEY, max_retries=1)))
    except ApiError as error:
        shown = f"{error} {error.result()}"
    assert "***" in shown
    assert "secret" not in shown.lower()
    assert "of-ops" not in shown


def test_a_secret_that_is_where_a_text_is_cut_is_not_left_in_half(connect, http):
    title = f"{'x' * 70} secret-key-of-ops-0123456789"
    http.get("https://dbss.example.com/v1/p1/things", status=500, body=f"<title>{title}</title>")
    with pytest.raises(ApiError) as caught:
        call(connect(KEY, max_retries=1))
    assert "secret" not in str(caught.value)


def test_the_signature_is_hidden_too(connect, http):
    def echo(request):
        signature = request.headers["Authorization"].rpartition("=")[2]
        return 400, {}, json.dumps({"error_code": "X", "error_msg": " ".join(signature)})

    http.add_callback("GET", "https://dbss.example.com/v1/p1/things", echo)
    with pytest.raises(ApiError) as caught:
        call(connect(KEY))
    assert caught.value.facts.text == "***"


def test_half_a_surrogate_pair_in_an_answer_becomes_one_character(connect, http):
    http.get("https://dbss.example.com/v1/p1/things", body='{"a\\ud800": ["\\uDFFF", "\\ud83d\\ude00"]}')
    assert call(connect()) == {"a\ufffd": ["\ufffd", "\U0001f600"]}


def test_an_answer_that_is_deeper_than_can_be_looked_through(connect, http):
    http.get("https://dbss.example.com/v1/p1/things", body='{"a": ' * 900 + '"\\ud800"' + "}" * 900)
    with pytest.raises(ApiError, match="that is no JSON"):
        call(connect(max_retries=1))


def test_exchanges_of_several_threads_have_their_own_time(connect):
    slow = dripping(HEAD, lambda: itertools.repeat(b"X"))
    with wire(slow) as drip, wire(FINE) as server:
        client = connect(endpoints={"dbss": drip.url, "dws": server.url}, request_timeout=0.3, max_retries=1)
        failures = []

        def fail():
            try:
                call(client)
            except ApiError as error:
                failures.append(error)

        thread = threading.Thread(target=fail)
        thread.start()
        assert call(client, READ._replace(service="dws")) == {"total": 3}
        thread.join(30)
        assert len(failures) == 1
