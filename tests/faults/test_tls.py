# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is talked to: certificates, proxies, redirects, and addresses that would show the credentials to everybody."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme

from tests.faults import matrix, stage

SECRETS = {"HW_ACCESS_KEY": "EXAMPLEACCESSKEY0001", "HW_SECRET_KEY": "example-secret-key-for-tests-only"}
LISTING = {"servers": [], "total": 0}


class Server:
    """A server that remembers what it is asked, and answers with a listing, or sends everybody elsewhere.

    @param authority: signs its certificate; without one it speaks plain HTTP
    @param host: the name in the certificate
    """

    def __init__(self, authority: trustme.CA | None = None, host: str = "localhost", elsewhere: str = "") -> None:
        self.asked: list[str] = []  # request lines with the credentials that came along
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
                body = json.dumps(LISTING).encode()
                self.send_response(307 if elsewhere else 200)
                self.send_header("Content-Length", str(len(body)))
                if elsewhere:
                    self.send_header("Location", elsewhere)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def do_CONNECT(self) -> None:
                outer.asked.append(f"{self.command} {self.path} {self.headers.get('Authorization')}")
                self.send_error(403)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(host).configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if authority else ''}://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that nobody knows."""
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority) -> Iterator[Server]:
    """A server with a certificate of that authority."""
    with Server(authority) as server:
        yield server


def ask(url: str, options: dict[str, Any] | None = None, **variables: str) -> stage.Outcome:
    """List the audit instances of the service at an address."""
    variables = {
        "HW_REGION_NAME": "cn-north-4",
        "HW_PROJECT_ID": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "HW_ENDPOINTS": json.dumps({"dbss": url}),
        **SECRETS,
        **variables,
    }
    return stage.run("dbss_audit_instance_info", {"max_retries": 2, **(options or {})}, variables, stage.fast())


def test_certificates_are_verified(secure):
    secure.asked.clear()
    outcome = ask(secure.url)
    assert outcome.message.startswith("Failed to list the audit instances: the certificate of https://localhost:")
    assert "ca_cert" in outcome.message
    assert not secure.asked
    assert not outcome.result.get("warnings")


def test_a_certificate_must_be_of_the_right_host(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with Server(authority, "elsewhere.example.com") as server:
        outcome = ask(server.url, {"ca_cert": str(tmp_path / "ca.pem")})
        assert "the certificate of https://localhost:" in outcome.message
        assert not server.asked


def test_ca_cert_makes_a_certificate_good(secure, authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    outcome = ask(secure.url, {"ca_cert": str(tmp_path / "ca.pem")})
    assert outcome.result["instances"] == []
    assert not outcome.result.get("warnings")


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_cert_that_is_none_is_told(secure, tmp_path, content):
    if content is not None:
        (tmp_path / "ca.pem").write_text(content, encoding="utf-8")
    secure.asked.clear()
    outcome = ask(secure.url, {"ca_cert": str(tmp_path / "ca.pem")})
    assert "ca_cert" in outcome.message
    assert not secure.asked


def test_an_unverified_certificate_comes_with_a_warning(secure):
    outcome = ask(secure.url, {"validate_certs": False})
    assert outcome.result["instances"] == []
    [warning] = outcome.result["warnings"]
    assert "Certificates are not verified: validate_certs is false." in str(warning)


def test_a_server_that_speaks_no_tls_is_told():
    with Server() as server:
        outcome = ask(server.url.replace("http:", "https:"))
        assert outcome.message.startswith("Failed to list the audit instances: ")
        assert not server.asked


def test_a_proxy_is_used_for_plain_http():
    with Server() as proxy:
        url = "http://dbss.example.com:8600"
        outcome = ask(url, {"validate_certs": False}, HTTP_PROXY=proxy.url, http_proxy=proxy.url)
        assert outcome.result["instances"] == []
        assert proxy.asked[0].startswith(f"GET {url}/v1/")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_no_proxy_is_between_this_host_and_itself(host):
    with Server() as service, Server() as proxy:
        url = service.url.replace("localhost", host)
        outcome = ask(url, HTTP_PROXY=proxy.url, http_proxy=proxy.url, ALL_PROXY=proxy.url)
        assert outcome.result["instances"] == []
        assert service.asked
        assert not proxy.asked


def test_a_proxy_only_passes_https_on_and_sees_no_credentials(secure):
    with Server() as proxy:
        outcome = ask("https://dbss.example.com", https_proxy=proxy.url)
        assert "proxy" in outcome.message
        assert set(proxy.asked) == {"CONNECT dbss.example.com:443 None"}


def test_no_proxy_is_heeded():
    with Server() as proxy:
        url, options = "http://192.0.2.1:1", {"validate_certs": False, "max_retries": 1, "request_timeout": 0.1}
        assert not ask(url, options, http_proxy=proxy.url).failed
        proxy.asked.clear()
        assert ask(url, options, http_proxy=proxy.url, no_proxy="192.0.2.1").failed
        assert not proxy.asked


def test_a_proxy_that_is_not_there_is_told():
    outcome = ask("https://dbss.example.com", https_proxy="http://127.0.0.1:1")
    assert "the proxy on the way to https://dbss.example.com did not connect" in outcome.message
    assert "check https_proxy" in outcome.message


@pytest.mark.parametrize("where", ["{other}/v1/stolen", "//{host}/v1/stolen", "/v1/here"])
def test_a_redirect_is_not_followed(where):
    with Server() as other:
        host = urlsplit(other.url).netloc.replace("localhost", "127.0.0.1")
        with Server(elsewhere=where.format(other=other.url, host=host)) as server:
            outcome = ask(server.url)
            assert "redirects to" in outcome.message
            assert len(server.asked) == 1
            assert not other.asked


def test_a_redirect_of_an_action_is_not_followed():
    with Server() as other, Server(elsewhere=other.url) as server:
        case = matrix.CASES[0]
        variables = {"HW_ENDPOINTS": json.dumps({"dbss": server.url}), "HW_PROJECT_ID": "0" * 32, **SECRETS}
        outcome = stage.run(case.module, {"max_retries": 2, **case.options}, variables, stage.fast())
        assert "redirects to" in outcome.message
        assert not other.asked


@pytest.mark.parametrize(
    "host", ["dbss.example.com", "192.0.2.1", "localhost.example.com", "x.localhost", "[2001:db8::1]"]
)
def test_plain_http_to_another_host_is_refused_without_a_call(monkeypatch, host):
    calls: list[Any] = []
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: calls.append(1))
    outcome = ask(f"http://{host}:8600")
    assert "plain HTTP" in outcome.message
    assert not calls


def test_no_netrc_is_read(tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login someone password something\n", encoding="utf-8")
    with Server() as server:
        ask(server.url, NETRC=str(netrc))
        [asked] = server.asked
        assert " SDK-HMAC-SHA256 Access=" in asked
