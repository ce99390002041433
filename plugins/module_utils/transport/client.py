# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to the API: a keep-alive session with endpoints, the retry policy, paging and error mapping."""

from __future__ import annotations

import contextlib
import html
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import diagnosis, paging
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import Credentials, Identity
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import Settings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.lanes import Lanes
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.masking import Mask, map_texts, whole
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import MOST_BYTES, Reply, Session
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    BUSY_CODES,
    NO_FACTS,
    NOTHING,
    REFUSED,
    UNKNOWN,
    ApiError,
    Facts,
    UsageError,
    printable,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Answer, Operation

try:
    from requests.exceptions import RequestException
    from requests.structures import CaseInsensitiveDict
except ImportError:  # reported by session.py
    pass

CALL_BUDGET = 60.0
"""Seconds that all tries of one call may take together."""

_LONGEST_RETRY_AFTER = 30.0
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 10.0
_NO_CONTENT = 204  # the HTTP status of a good answer that has no body
_MOST_TEXT = 10_000  # characters of one text in an answer that says that something is wrong
_MOST_PAGE = 65536  # characters of such an answer that is no JSON

MOST_PAGES = 2_000
MOST_RECORDS = 200_000
MOST_SECONDS = 600.0
"""Where a listing ends that does not end by itself: pages, records, and seconds until its last page is asked for."""

_MOST_READINGS = 5  # of a listing that changes while it is read


class Clock(NamedTuple):
    """The time, as everything here sees it; tests hand in their own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time  # seconds since the epoch


class Acts:
    """The acting calls of a client, to be told when it is ended from outside. Safe for several threads."""

    def __init__(self) -> None:
        self._accepted: list[str] = []
        self._sent: list[str] = []

    @contextlib.contextmanager
    def under_way(self, operation: Operation, resource: str) -> Iterator[None]:
        """Note an acting call while it is sent and when it was accepted, but not when it failed."""
        what = f"{operation.intent} {resource}"
        if operation.acts:
            self._sent.append(what)
        try:
            yield
        except Exception:
            if operation.acts:
                self._sent.remove(what)
            raise
        if operation.acts:
            self._sent.remove(what)
            self._accepted.append(what)

    def left_behind(self) -> list[str]:
        """Return what a person has to know when nobody looks at the outcome any more: no sentence, or one."""
        told = []
        if self._accepted:
            told.append(f"Accepted before the end, and not waited for: {', '.join(self._accepted)}.")
        if self._sent:
            told.append(f"Sent before the end, with an outcome that is unknown: {', '.join(self._sent)}.")
        return [printable(f"{' '.join(told)} Look at their state before you run this again.")] if told else []


class Client:
    """Sends operations of the contract. Safe for several threads.

    @param credentials: who calls
    @param settings: where to and how
    @param project_id: the project's ID, or None to find it out by C(project_name)
    @param read_only: refuse every operation that acts (check mode, info modules)
    @param keep_secret: is told each token that a login returns
    @param adapter: keeps the connections when others go on using them, see shared_adapter
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
        adapter: Any = None,
    ) -> None:
        self.clock = clock
        self.deadline: float | None = None
        """When the task's C(wait_timeout) is over, on the monotonic clock."""
        self.deadline_name = "wait_timeout"
        self.retry_busy = True
        """Whether a cluster that is busy with another task is asked again."""
        self.max_tries = max(1, settings.max_retries)
        self._settings = settings
        self._read_only = read_only
        self._secrets = set(credentials.secrets)
        self._mask = Mask(self._secrets)
        self._keep_secret = keep_secret
        self._identity = Identity(credentials, project_id, project_name, self._send_identity, self.hide)
        self._session = Session(settings, self.hide, adapter)
        self.acts = Acts()
        self._lanes = Lanes(settings.connections)
        self._quiet_until = 0.0  # no call is sent before: the service asked for fewer calls
        self._quiet_lock = threading.Lock()

    @property
    def project(self) -> dict[str, str | None]:
        """Where the calls go, as far as it is known by now: the project's C(id) and C(name), and the C(region)."""
        return {**self._identity.project, "region": self._settings.region}

    def projects(self) -> list[dict[str, Any]]:
        """Return all enabled projects that the caller can see (listProjects). Raises ApiError."""
        return self._identity.projects()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def hide(self, secret: str) -> None:
        """Show a secret nowhere from now on."""
        self._keep_secret(secret)
        self._secrets = {*self._secrets, secret}
        self._mask = Mask(self._secrets)

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
                if error.facts.status != 401 or not self._identity.renew(auth):
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

        It costs one call when the first page holds all that C(total) tells. A C(total) that lies is believed no more
        than the rows: the listing is then read until it is twice the same.

        @param parse: turns a page into its records, each with an C(id), and the total that the service tells or None
        @raises ApiError: when a page cannot be read, or as C(agreed) says
        """

        def read_page(offset: int) -> tuple[list[dict[str, Any]], int | None]:
            place = {"offset": str(offset)} if offset else {}
            page: tuple[list[dict[str, Any]], int | None] = self.call(
                operation, resource, parse, parameters, {**(query or {}), **place}
            )
            return page

        return self.agreed(operation, resource, lambda go_on: paging.by_offset(read_page, go_on))

    def numbered_pages(
        self,
        operation: Operation,
        resource: str,
        parse: Callable[[Any], tuple[list[dict[str, Any]], int | None]],
        parameters: Mapping[str, str] | None,
        body: Callable[[int], dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Read a listing to its end, each record once, whose pages have numbers.

        @param parse: turns a page into its records, each with an C(id), and the total that the service tells or None
        @param body: returns the body that asks for the page of a number
        @raises ApiError: when a page cannot be read, or as C(agreed) says
        """

        def read_page(number: int) -> tuple[list[dict[str, Any]], int | None]:
            try:
                page: tuple[list[dict[str, Any]], int | None] = self.call(
                    operation, resource, parse, parameters, body=body(number)
                )
            except ApiError as error:
                if number == 0 and error.effect == REFUSED:
                    return [], None  # there is no page 0
                raise
            return page

        return self.agreed(operation, resource, lambda go_on: paging.by_number(read_page, go_on))

    def agreed(
        self,
        operation: Operation,
        resource: str,
        read: Callable[[Callable[[int], None]], paging.Reading | None],
    ) -> list[dict[str, Any]]:
        """Read a listing until two things agree, so that no record is lost that moved while it was read.

        @param read: reads it once, as the functions of C(paging) do; is handed what to call before each further page
        @raises ApiError: when a page cannot be read, when the listing changes each time that it is read, or when it
            does not end
        """
        end = self.clock.monotonic() + MOST_SECONDS
        pages = 0

        def fail(why: str) -> ApiError:
            return ApiError(operation.id, operation.intent, resource, why)

        def go_on(records: int) -> None:
            nonlocal pages
            pages += 1
            now = self.clock.monotonic()
            if pages >= MOST_PAGES or records > MOST_RECORDS:
                raise fail(f"the listing has no end within {MOST_PAGES:,} pages and {MOST_RECORDS:,} records")
            if now >= end:
                raise fail(f"the listing has no end within {MOST_SECONDS:g} s")
            if self.deadline is not None and now >= self.deadline:
                raise fail(f"the listing has no end within {self.deadline_name}")

        before: list[str] | None = None
        for _reading in range(_MOST_READINGS):
            reading = read(go_on)
            ids = [row["id"] for row in reading.rows] if reading else None
            if reading and (reading.complete or ids == before):
                return reading.rows
            before = ids
        raise fail(f"the listing changed each of the {_MOST_READINGS} times that it was read; try again when it rests")

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
                with self._lanes, self.acts.under_way(operation, resource):
                    return self._send(operation, resource, url, data, headers, auth, end, parse)
            except ApiError as error:
                pause = self._pause_before_retry(operation, error, tries)
                if pause is None or tries >= self.max_tries or self.clock.monotonic() + pause >= end:
                    raise error.after(tries) from error
                if error.facts.status == 429:
                    self._ask_for_quiet(pause)
                else:
                    self.clock.sleep(pause)

    def _pause_before_retry(self, operation: Operation, error: ApiError, tries: int) -> float | None:
        """Return how long to wait before the same call may be sent again, in seconds, or None when it must not be."""
        busy = error.facts.code in BUSY_CODES
        if busy and (operation.looks or not self.retry_busy):
            return None
        if error.effect != NOTHING and (operation.acts or error.effect != UNKNOWN):
            return None
        if error.facts.retry_after is not None:
            return min(error.facts.retry_after, _LONGEST_RETRY_AFTER)
        return random.uniform(0, min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**tries))

    def _ask_for_quiet(self, pause: float) -> None:
        """Hold back the calls of all threads for a while, and let fewer go at once from then on."""
        with self._quiet_lock:
            if self.clock.monotonic() >= self._quiet_until:  # else the same burst of calls was asked for less already
                self._lanes.narrow()
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

        def failed(why: str, facts: Facts = NO_FACTS, effect: str = UNKNOWN) -> ApiError:
            return ApiError(operation.id, operation.intent, resource, why, facts, effect)

        way = self._session.way(operation.service, url)
        try:
            request = self._session.prepare(operation.method, url, data, headers, auth)
            reply = self._session.send(request, way, timeout)
        except RequestException as error:
            why, effect = diagnosis.of_exception(error, url, timeout, way)
            raise failed(self._mask(why), NO_FACTS, effect) from error
        except OSError as error:
            raise UsageError(f"{way.trust} cannot be used: {error}.") from error
        except ValueError:  # its text would show the header, that is, a secret
            raise UsageError("The credentials hold a character that cannot be sent, such as a line break.") from None
        signature = request.headers.get("Authorization", "").rpartition("Signature=")[2]
        if not 200 <= reply.status < 300:
            seen = seen_through(Mask({*self._secrets, signature}), reply)
            why, facts, effect = diagnosis.of_answer(seen, self.clock.now(), headers.get("X-Project-Id"))
            raise failed(why, facts, effect)
        if reply.cut:
            why = f"the service answered with more than the {MOST_BYTES // 1024**2} MiB that are read"
            raise failed(f"{why} (HTTP {reply.status})", Facts(reply.status), UNKNOWN if operation.acts else REFUSED)
        try:
            payload = {} if reply.status == _NO_CONTENT else self._payload(reply, signature)
            if not isinstance(payload, dict):
                seen = seen_through(Mask({*self._secrets, signature}), reply)
                raise Unreadable(f"answered with {diagnosis.describe_body(seen)} instead of a JSON object")
            return parse(Answer(payload, reply.headers))
        except Unreadable as reason:
            seen = seen_through(Mask({*self._secrets, signature}), reply)
            facts = diagnosis.read_fault(seen.status, None, seen.headers)
            raise failed(f"the service {reason} (HTTP {reply.status})", facts) from reason

    def _payload(self, reply: Reply, signature: str) -> Any:
        """Return the JSON of an answer without what must not be shown, or None when it is not JSON.

        Most answers hold nothing of the kind, so that this is first looked for in all of it.
        """
        text = reply.body.decode("utf-8-sig", "replace")
        payload = _parse_json(text)
        secret, halves = self._mask.in_json(text, payload, signature), "\\ud" in text or "\\uD" in text
        if secret or halves:
            mask = Mask({*self._secrets, signature})
            return _changed(payload, lambda one: mask(whole(one)) if secret else whole(one))
        return payload


def seen_through(mask: Mask, reply: Reply) -> diagnosis.Seen:
    """Return an answer as it may be shown, before anything in it is reshaped; long texts are cut."""
    text = reply.body.decode("utf-8-sig", "replace")
    return diagnosis.Seen(
        reply.status,
        mask(reply.reason),
        CaseInsensitiveDict({name: mask(value) for name, value in reply.headers.items()}),
        mask(html.unescape(text[:_MOST_PAGE])),
        _changed(None if reply.cut else _parse_json(text), lambda one: mask(whole(one[:_MOST_TEXT]))),
        reply.cut,
    )


def _changed(payload: Any, change: Callable[[str], str]) -> Any:
    try:
        return map_texts(payload, change)
    except RecursionError:  # deeper than anything that is to be read
        return None


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
