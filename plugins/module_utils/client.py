# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to the API: a keep-alive session with endpoints, the retry policy, paging and error mapping."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from ansible_collections.huaweicloud.dbops.plugins.module_utils import diagnosis
from ansible_collections.huaweicloud.dbops.plugins.module_utils.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.auth import Credentials, Identity
from ansible_collections.huaweicloud.dbops.plugins.module_utils.errors import (
    BUSY_CODES,
    NO_FACTS,
    NOTHING,
    UNKNOWN,
    ApiError,
    Fault,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.operation import Answer, Operation

REQUESTS_IMPORT_ERROR: str | None
try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import InsecureRequestWarning
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

CALL_BUDGET = 60.0
"""Seconds that all tries of one call may take together."""

_LONGEST_RETRY_AFTER = 30.0
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 10.0
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


class Clock(NamedTuple):
    """The time, as everything here sees it; tests hand in their own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time  # seconds since the epoch


class Settings(NamedTuple):
    """How to reach the services."""

    region: str | None = None
    cloud: str = "myhuaweicloud.com"
    endpoints: Mapping[str, str | None] = {}
    validate_certs: bool = True
    ca_cert: str | None = None
    request_timeout: float = 30.0  # seconds per try
    max_retries: int = 5  # tries per call
    connections: int = 8  # kept open per host

    def base_url(self, service: str) -> str:
        """Return the base URL of a service, without a slash at the end.

        @raises UsageError: when neither an endpoint nor the region is known, or one of them is malformed, or plain HTTP
            would carry the credentials off this host
        """
        endpoint = self.endpoints.get(service)
        if not endpoint:
            return self._regional_url(service)
        try:
            parts = urlsplit(endpoint)
        except ValueError:  # such as a bracket that is not closed
            parts = urlsplit("")
        host = parts.hostname or ""
        named = ":" in host or _HOST.fullmatch(host)  # an IPv6 address or a name
        if parts.scheme not in ("http", "https") or not named or parts.query or parts.fragment:
            raise UsageError(f"The endpoint of {service} is not a base URL such as https://{service}.example.com.")
        if parts.username or parts.password:
            raise UsageError(f"The endpoint of {service} must not contain a user name or password.")
        if parts.scheme == "http" and self.validate_certs and not _is_loopback(host):
            raise UsageError(
                f"The endpoint of {service} uses plain HTTP, which would send the credentials unprotected to "
                f"{host}: use https, or say validate_certs=false if that is really wanted."
            )
        return endpoint.rstrip("/")

    def _regional_url(self, service: str) -> str:
        if not self.region:
            raise UsageError(
                f"The address of {service} is not known: give region (HW_REGION_NAME) or endpoints.{service} "
                "(HW_ENDPOINTS)."
            )
        host = f"{service}.{self.region}.{self.cloud}"
        if not _HOST.fullmatch(host):
            raise UsageError(f"region {self.region!r} and cloud {self.cloud!r} do not make a host name.")
        return f"https://{host}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Client:
    """Sends operations of the contract. Safe for several threads.

    @param credentials: who calls
    @param settings: where to and how
    @param project_id: the project's ID, or None to find it out by C(project_name)
    @param read_only: refuse every operation that acts (check mode, info modules)
    @param keep_secret: is told each token that a login returns
    """

    def __init__(
        self,
        credentials: Credentials,
        settings: Settings,
        project_id: str | None = None,
        project_name: str | None = None,
        read_only: bool = False,
        keep_secret: Callable[[str], Any] = lambda token: None,
        clock: Clock = Clock(),  # noqa: B008
    ) -> None:
        self.clock = clock
        self.deadline: float | None = None
        """When the task's C(wait_timeout) is over, on the monotonic clock."""
        self.retry_busy = True
        """Whether a cluster that is busy with another task is asked again."""
        self.max_tries = max(1, settings.max_retries)
        self._settings = settings
        self._read_only = read_only
        self._identity = Identity(credentials, project_id, project_name, self._send_identity, keep_secret)
        self._session = requests.Session()
        self._session.get_redirect_target = _no_redirect  # type: ignore[assignment]
        adapter = HTTPAdapter(pool_maxsize=settings.connections)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        if not settings.validate_certs:
            warnings.simplefilter("ignore", InsecureRequestWarning)
        self._session.headers.update({"User-Agent": "huaweicloud.dbops", "Accept": "application/json"})
        self._ways: dict[str, Mapping[str, Any]] = {}
        self._quiet_until = 0.0  # no call is sent before: the service asked for fewer calls
        self._quiet_lock = threading.Lock()

    @property
    def project(self) -> dict[str, str | None]:
        """Where the calls go, as far as it is known by now: the project's C(id) and C(name), and the C(region)."""
        return {**self._identity.project, "region": self._settings.region}

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], Any],
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """Send an operation of a project service and return what C(parse) makes of its JSON object.

        @param resource: what it is about, for error messages: C(audit instance audit-prod)
        @param parse: turns the payload into a result; raises Unreadable when it does not say what it must
        @param parameters: the path's placeholders besides C(project_id)
        @param query: query parameters, in the order in which to send them
        @param body: sent as JSON
        @raises ApiError: when the call failed; its C(effect) says what that means
        @raises UsageError: when the address, the project or the credentials cannot be used
        """
        if operation.acts and self._read_only:
            raise UsageError(f"{operation.id} changes things and must not be called here.")
        project_id = self._identity.project_id()
        path = operation.url_path({"project_id": project_id, **(parameters or {})})
        headers = {"X-Project-Id": project_id}
        while True:
            auth = self._identity.auth()
            try:
                return self._try(
                    operation, resource, path, query, body, headers, auth, lambda found: parse(found.payload)
                )
            except ApiError as error:
                if error.fault.status != 401 or not self._identity.renew(auth):
                    raise

    def pages(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], tuple[list[dict[str, Any]], int | None]],
        parameters: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """Read a listing to its end, each record once, by C(offset), which counts records.

        Copes with a C(total) that lies, with pages shorter than asked for and with rows that shift between pages. Ends
        when C(total) rows are there, or at the first page that brings nothing new.

        @param parse: turns a page into its records, each with an C(id), and the total that the service tells or None
        @raises ApiError: when a page cannot be read
        """
        found: dict[str, dict[str, Any]] = {}
        offset = 0
        while True:
            paging = {"offset": str(offset)} if offset else {}
            rows, total = self.call(operation, resource, parse, parameters, {**(query or {}), **paging})
            known = len(found)
            for row in rows:
                found.setdefault(row["id"], row)
            offset += len(rows)
            if len(found) == known or offset == total:
                return list(found.values())

    def _send_identity(
        self,
        operation: Operation,
        resource: str,
        auth: Any,
        query: Mapping[str, str],
        body: Any,
        parse: Callable[[Answer], Any],
    ) -> Any:
        return self._try(operation, resource, operation.path, query, body, {}, auth, parse)

    def _try(
        self,
        operation: Operation,
        resource: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str],
        auth: Any,
        parse: Callable[[Answer], Any],
    ) -> Any:
        """Send an operation as often as the retry policy allows; the one place that knows this policy."""
        url = self._settings.base_url(operation.service) + path
        if query:
            url += "?" + urlencode(list(query.items()), quote_via=quote)
        data = None if body is None else json.dumps(body).encode()
        end = self.clock.monotonic() + CALL_BUDGET
        if self.deadline is not None:
            end = min(end, self.deadline)
        tries = 0
        while True:
            self._keep_quiet(end)
            tries += 1
            try:
                return self._send(operation, resource, url, data, headers, auth, end, parse)
            except ApiError as error:
                pause = self._pause_before_retry(operation, error, tries)
                if pause is None or tries >= self.max_tries or self.clock.monotonic() + pause >= end:
                    raise error.after(tries) from error
                if error.fault.status == 429:
                    self._ask_for_quiet(pause)
                else:
                    self.clock.sleep(pause)

    def _pause_before_retry(self, operation: Operation, error: ApiError, tries: int) -> float | None:
        """Return how long to wait before the same call may be sent again, in seconds, or None when it must not be."""
        busy = error.fault.code in BUSY_CODES
        if busy and not self.retry_busy:
            return None
        if error.effect != NOTHING and (operation.acts or error.effect != UNKNOWN):
            return None
        if error.fault.retry_after is not None:
            return min(error.fault.retry_after, _LONGEST_RETRY_AFTER)
        return random.uniform(0, min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**tries))

    def _ask_for_quiet(self, pause: float) -> None:
        """Hold back the calls of all threads for a while."""
        with self._quiet_lock:
            self._quiet_until = max(self._quiet_until, self.clock.monotonic() + pause)

    def _keep_quiet(self, end: float) -> None:
        pause = min(self._quiet_until, end) - self.clock.monotonic()
        if pause > 0:
            self.clock.sleep(pause)

    def _send(
        self,
        operation: Operation,
        resource: str,
        url: str,
        data: bytes | None,
        headers: Mapping[str, str],
        auth: Any,
        end: float,
        parse: Callable[[Answer], Any],
    ) -> Any:
        """Send a request once and judge its answer."""
        timeout = self._settings.request_timeout
        if not operation.acts:  # an action is given its full time: cutting it short would only hide its outcome
            timeout = min(timeout, max(1.0, end - self.clock.monotonic()))
        try:
            response = self._session.send(
                self._session.prepare_request(
                    requests.Request(
                        operation.method,
                        url,
                        data=data,
                        headers={"Content-Type": "application/json", **headers},
                        auth=auth or _no_auth,
                    )
                ),
                timeout=timeout,
                allow_redirects=False,
                **self._way_to(operation.service, url),
            )
        except requests.exceptions.RequestException as error:
            why, effect = diagnosis.of_exception(error, url, timeout)
            raise ApiError(operation.id, operation.intent, resource, why, NO_FACTS, effect) from error
        except OSError as error:
            raise UsageError(f"ca_cert cannot be used: {error}.") from error
        except ValueError:  # its text would show the header, that is, a secret
            raise UsageError("The credentials hold a character that cannot be sent, such as a line break.") from None
        payload = _parse_json(response.content)
        if not 200 <= response.status_code < 300:
            why, fault, effect = diagnosis.of_answer(response, payload, self.clock.now())
            raise ApiError(operation.id, operation.intent, resource, why, fault, effect)
        try:
            if not isinstance(payload, dict):
                raise Unreadable(f"answered with {diagnosis.describe_body(response)} instead of a JSON object")
            return parse(Answer(payload, response.headers))
        except Unreadable as reason:
            fault = Fault(response.status_code, request_id=response.headers.get("X-Request-Id"))
            why = f"the service {reason} (HTTP {response.status_code})"
            raise ApiError(operation.id, operation.intent, resource, why, fault, UNKNOWN) from reason

    def _way_to(self, service: str, url: str) -> Mapping[str, Any]:
        """Return the proxies and CAs for a service, from options and environment; requests would look at each call."""
        if service not in self._ways:
            verify = (self._settings.ca_cert or True) if self._settings.validate_certs else False
            self._ways[service] = self._session.merge_environment_settings(url, {}, None, verify, None)
        return self._ways[service]


def _no_redirect(response: Any) -> None:
    """Keep requests from even parsing where an answer redirects to."""


def _no_auth(request: Any) -> Any:
    """Keep requests from looking into a C(.netrc) file."""
    return request


def _parse_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
