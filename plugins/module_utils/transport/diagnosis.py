# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed call comes to: its facts, the reason in plain words, and what it means for the call's effect."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import (
    MOST_ERROR_BYTES,
    TooSlow,
    Way,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    BUSY_CODES,
    NOTHING,
    REFUSED,
    UNKNOWN,
    UNKNOWN_CLUSTER_CODES,
    Facts,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.redaction import redact

try:
    from requests import exceptions
    from urllib3.exceptions import NewConnectionError
except ImportError:  # reported by client.py
    pass

_HINTS = {
    "APIGW.0301": "the credentials were not accepted",
    "APIGW.0307": "the token has expired or belongs to another region",
    "APIGW.0308": "the service asks for fewer calls",
    "DBSS.10020021": "the ID is not known to the service",
    "DWS.0001": "the service does not accept a parameter",
    "DWS.0011": "the cluster is busy with another task or faulty",
    "DWS.0015": "the cluster does not exist, or these credentials may not see it",
    "DWS.0047": "the cluster does not exist or was removed",
    "DWS.3027": "the cluster was removed",
    "DWS.7023": "the cluster is busy or in a state that does not allow this",
}
_UNKNOWN_CODES = {*UNKNOWN_CLUSTER_CODES, "DBSS.10020021"}  # these may be of another project
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

# The service has one code for both.
_TOKEN_HINTS = {
    401: "the token could not be verified",
    403: "the credentials lack the permission, or are not for this project",
}
_STATUS_HINTS = {
    401: "the credentials were not accepted",
    403: "the credentials lack the permission",
    404: "the service does not know this address or resource",
    429: "the service asks for fewer calls",
}


class Seen(NamedTuple):
    """An answer as it may be shown: no secret is in it."""

    status: int
    reason: str = ""
    headers: Mapping[str, str] = {}
    text: str = ""  # its body, with entities resolved
    payload: Any = None  # its body as parsed JSON, None when it is not JSON
    cut: bool = False  # the body was longer


def of_exception(error: Any, url: str, timeout: float, way: Way = Way()) -> tuple[str, str]:  # noqa: B008
    """Return why no answer came, in plain words without a full stop, and what that means for the call's effect.

    @param error: the RequestException
    @param url: where the request went
    @param timeout: the seconds that it was given
    @param way: what the user has set that leads there
    @raises UsageError: when the request was never fit to be sent
    """
    host = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    words = _system_words(error)
    if isinstance(error, exceptions.SSLError) and "certificate" in str(error).lower():
        why = f"the certificate of {host} was not accepted ({words}); if it is right, give its CA with ca_cert"
        return why + (f" (the CAs are those of {way.trust})" if way.trust else ""), REFUSED
    if isinstance(error, exceptions.ProxyError) and _never_got_through(error):
        return f"the proxy on the way to {host} did not connect ({words})" + _check(way.proxy), NOTHING
    unresolved = [one for one in _causes(error) if isinstance(one, socket.gaierror)]
    if unresolved:
        final = unresolved[0].errno in _NO_SUCH_HOST
        return f"no connection to {host} ({words})" + _check(way.address), REFUSED if final else NOTHING
    if isinstance(error, exceptions.ConnectTimeout):
        return f"no connection to {host} within {round(timeout, 1):g} s", NOTHING
    if isinstance(error, exceptions.Timeout):
        span = f"within {round(timeout, 1):g} s"
        if any(isinstance(one, TooSlow) for one in _causes(error)):
            return f"the answer of {host} did not end {span}; request_timeout can allow it more", UNKNOWN
        return f"no answer from {host} {span}", UNKNOWN
    if isinstance(error, exceptions.ConnectionError) and isinstance(_reason(error), NewConnectionError):
        return f"no connection to {host} ({words})", NOTHING
    if isinstance(
        error, (exceptions.ConnectionError, exceptions.ChunkedEncodingError, exceptions.ContentDecodingError)
    ):
        return f"the connection to {host} broke before the answer was complete ({words})", UNKNOWN
    raise UsageError(f"The request to {host} cannot be built ({type(error).__name__}): check {way.address} and IDs.")


def _check(what: str) -> str:
    return f": check {what}" if what else ""


def of_answer(seen: Seen, now: float, project: str | None = None) -> tuple[str, Facts, str]:
    """Return why an answer is no success, in plain words without a full stop, its facts, and what that means.

    @param now: seconds since the epoch, on this host's clock
    @param project: the ID of the project that the call was about
    """
    facts = read_fault(seen.status, seen.payload, seen.headers)
    facts = facts._replace(retry_after=_retry_after(seen.headers.get("Retry-After"), now))
    return _words(seen, facts, now, project), facts, _effect(facts)


def describe_body(seen: Seen) -> str:
    """Say what an answer holds that is not the JSON object that was asked for."""
    if seen.cut:
        return f"a body of more than {MOST_ERROR_BYTES // 1024**2} MiB, which is not read on"
    text = seen.text.strip()
    if not text:
        return "an empty body"
    title = re.search(r"(?is)<title>(.*?)</title>", text)
    if title:
        return f"the page '{redact(title.group(1), 80)}'"
    return "an HTML page" if "<html" in text.lower() else "a body that is no JSON" if text[0] != "[" else "a list"


def read_fault(status: int, payload: Any, headers: Mapping[str, str]) -> Facts:
    """Find code, text and request ID in any of the error bodies the services and their gateways write.

    @param payload: the parsed JSON body, or None when the body is not JSON
    """
    pair = _find_pair(payload)
    request_id = headers.get("X-Request-Id") or headers.get("X-IAM-Trace-Id")
    if not request_id and isinstance(payload, dict) and isinstance(payload.get("request_id"), str):
        request_id = payload["request_id"]
    return Facts(status, pair[0], pair[1], _text(request_id))


def explain(facts: Facts) -> str:
    """Say in plain words why a call failed, ending with the HTTP status and code in brackets."""
    code = (facts.code or "").replace("APIG.", "APIGW.")
    hints = _TOKEN_HINTS if code == "DBSS.10020100" else _STATUS_HINTS
    hint = _HINTS.get(code) or hints.get(facts.status or 0)
    words = ": ".join(part.rstrip(".") for part in (hint, facts.text) if part) or "the service gave no reason"
    marks = [f"HTTP {facts.status}"] if facts.status else []
    if facts.code and facts.code != str(facts.status):
        marks.append(facts.code)
    return f"{words} ({', '.join(marks)})" if marks else words


def _never_got_through(error: Any) -> bool:
    """Return whether a ProxyError came before the request was sent: urllib3 raises it also for a proxy that breaks."""
    cause = getattr(_reason(error), "original_error", None)
    return isinstance(cause, NewConnectionError) or "Tunnel connection failed" in str(cause)


def _reason(error: Any) -> Any:
    return getattr(error.args[0], "reason", None) if error.args else None


def _system_words(error: BaseException) -> str:
    """Return what the operating system or TLS library said at the bottom of an exception."""
    said = [str(cause.strerror) for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror]
    return redact(said[-1] if said else type(error).__name__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _words(seen: Seen, facts: Facts, now: float, project: str | None) -> str:
    status = seen.status
    if 300 <= status < 400:
        target = _host_of(seen.headers.get("Location") or "") or "another address"
        return f"the answer redirects to {redact(target)}, and credentials are not sent on (HTTP {status})"
    if seen.payload is None:
        phrase = redact(f"HTTP {status} {seen.reason or ''}", 80)
        return f"a gateway answered with {describe_body(seen)} ({phrase})"
    words = explain(facts)
    if project and (status == 404 or facts.code in _UNKNOWN_CODES):
        words += f"; the project that was asked is {project}"
    skew = _clock_skew(seen.headers.get("Date"), now)
    if status == 401 and abs(skew) > 600:
        words += (
            f"; the clock of this host is {abs(skew) / 60:.0f} min {'ahead of' if skew > 0 else 'behind'} the service's"
        )
    return words


def _effect(facts: Facts) -> str:
    code, status = facts.code or "", facts.status or 0
    if status == 429 or code in BUSY_CODES or (status == 503 and code.startswith(("APIGW.", "APIG."))):
        return NOTHING
    return UNKNOWN if status >= 500 or status == 408 else REFUSED


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _retry_after(value: str | None, now: float) -> float | None:
    """Read a C(Retry-After) header, seconds or a date, as seconds from now; None when there is none to go by."""
    if value and value.strip().isdecimal():
        return float(value.strip()[:9])
    date = _http_date(value)
    return None if date is None else max(0.0, date - now)


def _clock_skew(date: str | None, now: float) -> float:
    """Return how many seconds this host's clock is ahead of the service's, 0 when unknown."""
    theirs = _http_date(date)
    return 0.0 if theirs is None else now - theirs


def _http_date(value: str | None) -> float | None:
    try:
        return parsedate_to_datetime(value or "").timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _find_pair(payload: Any, depth: int = 3) -> tuple[str | None, str | None]:
    if not isinstance(payload, dict) or depth == 0:
        return (None, None)
    for code_key, text_key in (("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message")):
        code, text = payload.get(code_key), payload.get(text_key)
        if isinstance(text, str) or isinstance(code, (str, int)):
            return (_text(code), _text(text))
    for value in payload.values():
        pair = _find_pair(value, depth - 1)
        if pair != (None, None):
            return pair
    return (None, None)


def _text(value: Any) -> str | None:
    return redact(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
