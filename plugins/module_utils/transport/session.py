# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One exchange over HTTP: which way it goes, how long it may take, and how much of an answer is read."""

from __future__ import annotations

import functools
import http.client
import importlib.util
import io
import os
import socket
import threading
import time
import traceback
import warnings
import zlib
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import unquote

from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import Settings, is_loopback, split
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies, select_proxy
    from urllib3.exceptions import HTTPError, InsecureRequestWarning, ReadTimeoutError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
    HTTPAdapter = object  # type: ignore[assignment,misc]
else:
    REQUESTS_IMPORT_ERROR = None

MOST_BYTES = 64 * 1024 * 1024
"""How much of an answer is read, unpacked."""

MOST_ERROR_BYTES = 1024 * 1024
"""How much of an answer is read that says that something is wrong."""

_CHUNK = 65536
_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


class Way(NamedTuple):
    """The way to a service, and what the user has set that leads there."""

    proxies: Mapping[str, str] = {}  # as requests takes them
    verify: bool | str = True  # whether certificates are verified, or the path of the CAs
    address: str = "the endpoints"  # what the address comes from
    proxy: str = ""  # the variable that names the proxy
    trust: str = ""  # what names the CAs


class Reply(NamedTuple):
    """An answer, of any status, as far as it was read."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool  # there was more than is read


class Session:
    """Keeps connections, but nothing else from one exchange to the next. Safe for several threads.

    @param keep_secret: is told the passwords of proxies
    @param adapter: keeps the connections, also when the session is closed; None for one of its own
    """

    def __init__(self, settings: Settings, keep_secret: Callable[[str], Any], adapter: Any = None) -> None:
        self._shares = adapter is not None
        self._settings = settings
        self._keep_secret = keep_secret
        self._ways: dict[str, Way] = {}
        self._session = requests.Session()
        self._session.trust_env = False  # no .netrc; what else the environment says is looked up once
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.get_redirect_target = _no_redirect  # type: ignore[assignment]
        adapter = adapter or _Adapter(pool_maxsize=settings.connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        if not settings.validate_certs:
            warnings.simplefilter("ignore", InsecureRequestWarning)
        self._session.headers.update(
            {"User-Agent": "huaweicloud.dbops", "Accept": "application/json", "Accept-Encoding": "gzip"}
        )

    def close(self) -> None:
        """Close the connections, unless they are shared."""
        if not self._shares:
            self._session.close()

    def prepare(self, method: str, url: str, data: bytes | None, headers: Mapping[str, str], auth: Any) -> Any:
        """Return the request as it is to be sent, signed.

        @raises RequestException: when the address cannot be used
        @raises ValueError: when a header cannot be sent
        """
        request = requests.Request(
            method, url, data=data, headers={"Content-Type": "application/json", **headers}, auth=auth
        )
        return self._session.prepare_request(request)

    def send(self, request: Any, way: Way, timeout: float) -> Reply:
        """Send a prepared request and read its answer.

        @param timeout: seconds for all of it, also when the answer comes byte by byte
        @raises RequestException: when no whole answer came
        @raises OSError: when the CAs cannot be read
        """
        _limit.until = time.monotonic() + timeout
        response = self._session.send(
            request, timeout=timeout, allow_redirects=False, stream=True, proxies=dict(way.proxies), verify=way.verify
        )
        most = MOST_BYTES if 200 <= response.status_code < 300 else MOST_ERROR_BYTES
        try:
            body, cut = _read(response.raw, response.headers.get("Content-Encoding"), most)
        except ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from error
        except (HTTPError, zlib.error) as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        finally:
            response.close()  # gives the connection back when all was read, else drops it
        return Reply(response.status_code, response.reason or "", response.headers, body, cut)

    def way(self, service: str, url: str) -> Way:
        """Return the way to a service, from options and environment; requests would look at each call.

        @raises UsageError: when the environment names a proxy that cannot be used
        """
        if service not in self._ways:
            parts = split(url)
            near = parts is not None and is_loopback(parts.hostname or "")
            proxies = {} if near else get_environ_proxies(url)
            name, password = _check_proxy(url.partition(":")[0], select_proxy(url, proxies))
            for secret in {password, unquote(password)} - {""}:
                self._keep_secret(secret)
            verify, trust = self._trust()
            self._ways[service] = Way(proxies, verify, self._settings.source(service), name, trust)
        return self._ways[service]

    def _trust(self) -> tuple[bool | str, str]:
        if not self._settings.validate_certs:
            return False, ""
        paths = {"ca_cert": self._settings.ca_cert}
        paths.update({name: os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")})
        return next(((path, name) for name, path in paths.items() if path), (True, ""))  # an empty path would trust all


def _check_proxy(scheme: str, proxy: str | None) -> tuple[str, str]:
    """Return the variable that names a proxy, and the password in it; both are empty when there is no proxy.

    @raises UsageError: when it is malformed, or needs a library that is missing
    """
    if not proxy:
        return "", ""
    names = [spelling for name in (f"{scheme}_proxy", "all_proxy") for spelling in (name, name.upper())]
    name = next((name for name in names if os.environ.get(name) == proxy), "the proxy setting of this host")
    parts = split(proxy if "://" in proxy else f"http://{proxy}")
    if not parts or parts.scheme not in _PROXY_SCHEMES:
        raise UsageError(f"{name} is not the address of a proxy such as http://proxy.example.com:3128.")
    if parts.scheme.startswith("socks") and not importlib.util.find_spec("socks"):
        raise UsageError(
            f"{name} names a SOCKS proxy, which needs the Python library PySocks where the modules run: install it, "
            f"or unset {name}."
        )
    return name, parts.password or ""


def _read(raw: Any, coding: str | None, most: int) -> tuple[bytes, bool]:
    """Return a body, unpacked, up to so many bytes, and whether there was more.

    @raises HTTPError: when the connection broke before the end
    @raises zlib.error: when it is not packed as it says
    """
    data = bytearray()
    while len(data) <= most:
        chunk = raw.read(_CHUNK, decode_content=False)
        if not chunk:
            if getattr(raw, "length_remaining", None):  # urllib3 1 does not mind
                raise HTTPError("the body is shorter than was told")
            break
        data += chunk
    cut, body = len(data) > most, bytes(data)
    if (coding or "identity").strip().lower() != "identity" and body:
        inflater = zlib.decompressobj(47)  # gzip or zlib, and nothing else was asked for
        body = inflater.decompress(body, most + 1)
        cut = cut or len(body) > most
        if not cut and not inflater.eof:
            raise zlib.error("the packed body ends too early")
    return body[:most], cut


class TooSlow(socket.timeout):
    """An answer has begun, but did not end in time."""


_limit = threading.local()  # until: when this thread's exchange must be over, on the monotonic clock


class _Timed(io.RawIOBase):
    """What comes from a socket until the exchange must be over; the socket's own timeout starts anew at each byte."""

    def __init__(self, raw: Any, sock: Any) -> None:
        self._raw = raw
        self._sock = sock
        self._until = _limit.until
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        usual = self._sock.gettimeout()
        self._sock.settimeout(max(0.001, self._until - time.monotonic()))
        try:
            number = self._raw.readinto(buffer)
            if number and self._begun and time.monotonic() > self._until:
                raise TooSlow("timed out")
        except socket.timeout:
            raise (TooSlow if self._begun else socket.timeout)("timed out") from None
        finally:
            self._sock.settimeout(usual)
        self._begun = True
        return number

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """Reads all of an answer in time: status, headers, however many "100 Continue" come before, and body."""

    def __init__(self, sock: Any, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self.fp: Any = io.BufferedReader(_Timed(self.fp.detach(), sock))


@functools.lru_cache(maxsize=None)
def _timed(pool: Any) -> Any:
    """Return a class of urllib3's connection pools, with answers that are read in time."""
    connection = type(pool.ConnectionCls.__name__, (pool.ConnectionCls,), {"response_class": _TimedResponse})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


class _Adapter(HTTPAdapter):
    """Gives out timed connections, also those through a proxy."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        _time(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **named)
        if not known:
            _time(manager)
        return manager


def shared_adapter(adapters: dict[Any, Any], credentials: Any, settings: Settings, environ: Mapping[str, str]) -> Any:
    """Return what keeps the connections of all who have the same credentials, settings, proxies and CAs.

    @param adapters: those that there are; a new one is added
    """
    ways = sorted(pair for pair in environ.items() if pair[0].lower().endswith(("_proxy", "_ca_bundle")))
    key = repr((credentials, settings, ways))
    if key not in adapters:
        adapters[key] = _Adapter(pool_maxsize=settings.connections)
    return adapters[key]


def _time(manager: Any) -> None:
    manager.pool_classes_by_scheme = {scheme: _timed(pool) for scheme, pool in manager.pool_classes_by_scheme.items()}


def _no_redirect(response: Any) -> None:
    """Keep requests from even parsing where an answer redirects to."""
