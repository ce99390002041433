# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, each as one sentence a person can act on plus the facts behind it."""

from __future__ import annotations

import re
from typing import Any, Mapping, NamedTuple

# What a failed call did, as far as the answer tells.
NOTHING = "nothing"  # it surely had no effect: throttled, refused at the door, never connected
REFUSED = "refused"  # the service looked at it and said no
FAILED = "failed"  # the service took it, answered HTTP 200 and said itself that it failed
UNKNOWN = "unknown"  # it may or may not have acted: timeout, broken connection, 5xx, unreadable answer

BUSY_CODES = frozenset({"DWS.0011", "DWS.7023"})
"""Codes of a cluster that is busy with another task."""

UNKNOWN_CLUSTER_CODES = frozenset({"DWS.0015", "DWS.0047", "DWS.3027"})
"""Codes of a cluster that does not exist, was removed or may not be seen."""

_HINTS = {
    "APIGW.0301": "the credentials were not accepted",
    "APIGW.0307": "the token has expired or belongs to another region",
    "APIGW.0308": "the service asks for fewer calls",
    "DBSS.10020021": "the ID is not known to the service",
    "DBSS.10020100": "the token could not be verified",
    "DWS.0001": "the service does not accept a parameter",
    "DWS.0011": "the cluster is busy with another task or faulty",
    "DWS.0015": "the cluster does not exist, or these credentials may not see it",
    "DWS.0047": "the cluster does not exist or was removed",
    "DWS.3027": "the cluster was removed",
    "DWS.7023": "the cluster is busy or in a state that does not allow this",
}
_STATUS_HINTS = {
    401: "the credentials were not accepted",
    403: "the credentials lack the permission",
    404: "the service does not know this address or resource",
    429: "the service asks for fewer calls",
}

# Gateways like to repeat the headers they refuse, and services the token, which is longer than any word.
_SECRET_WORDS = re.compile(
    r"(?i)((?:signature|x-auth-token|x-security-token|x-subject-token)[\"']?\s*[:=]\s*[\"']?)[\w+/=.~-]+"
    r"|[\w+/=.~-]{200,}"
)


class DbopsError(Exception):
    """Base of all errors that end a task. C(str(error)) is one sentence."""

    def result(self) -> dict[str, Any]:
        """Return the structured facts that belong into the task's result next to C(msg)."""
        return {}


class UsageError(DbopsError):
    """The options cannot be carried out as given; nothing was changed."""


class StateError(DbopsError):
    """The resource is in a state from which the wanted one cannot be reached."""


class WaitTimeout(DbopsError):
    """The resource did not get there within C(wait_timeout)."""


class Fault(NamedTuple):
    """The facts of one failed call, as far as they are known."""

    status: int | None = None  # HTTP status
    code: str | None = None  # error_code
    text: str | None = None  # error_msg
    request_id: str | None = None
    retry_after: float | None = None  # seconds the service asks to wait


NO_FACTS = Fault()


class ApiError(DbopsError):
    """A call failed.

    @param intent: what was tried, such as C(stop)
    @param resource: on what, such as C(audit instance audit-prod)
    @param why: the reason in plain words, without a full stop
    @param effect: NOTHING, REFUSED, FAILED or UNKNOWN
    """

    def __init__(
        self, operation: str, intent: str, resource: str, why: str, fault: Fault = NO_FACTS, effect: str = REFUSED
    ) -> None:
        super().__init__(f"Failed to {intent} {resource}: {why}.")
        self.operation = operation
        self.intent = intent
        self.resource = resource
        self.why = why
        self.fault = fault
        self.effect = effect

    def result(self) -> dict[str, Any]:
        return {
            "api_error": {
                "operation": self.operation,
                "resource": self.resource,
                "http_status": self.fault.status,
                "error_code": self.fault.code,
                "error_msg": self.fault.text,
                "request_id": self.fault.request_id,
            }
        }

    def after(self, tries: int) -> ApiError:
        """Return the same error, saying in how many tries it came, when there were several."""
        if tries == 1:
            return self
        return ApiError(
            self.operation, self.intent, self.resource, f"{self.why}, in {tries} tries", self.fault, self.effect
        )


class OutcomeUnknown(ApiError):
    """An action was sent, its answer was lost, and the state does not tell whether it was done."""

    def __init__(self, cause: ApiError, action: str, advice: str) -> None:
        super().__init__(cause.operation, action, cause.resource, cause.why, cause.fault, UNKNOWN)
        self.args = (f"The outcome of {action} on {cause.resource} is unknown: {cause.why}. {advice}",)


def read_fault(status: int, payload: Any, headers: Mapping[str, str]) -> Fault:
    """Find code, text and request ID in any of the error bodies the services and their gateways write.

    @param payload: the parsed JSON body, or None when the body is not JSON
    """
    pair = _find_pair(payload)
    request_id = headers.get("X-Request-Id") or headers.get("X-IAM-Trace-Id")
    if not request_id and isinstance(payload, dict) and isinstance(payload.get("request_id"), str):
        request_id = payload["request_id"]
    return Fault(status, pair[0], pair[1], _text(request_id))


def explain(fault: Fault) -> str:
    """Say in plain words why a call failed, ending with the HTTP status and code in brackets."""
    code = (fault.code or "").replace("APIG.", "APIGW.")
    hint = _HINTS.get(code) or _STATUS_HINTS.get(fault.status or 0)
    words = ": ".join(part.rstrip(".") for part in (hint, fault.text) if part) or "the service gave no reason"
    marks = [f"HTTP {fault.status}"] if fault.status else []
    if fault.code and fault.code != str(fault.status):
        marks.append(fault.code)
    return f"{words} ({', '.join(marks)})" if marks else words


def redact(text: str, at_most: int = 500) -> str:
    """Take signatures and tokens out of a text that a service or gateway wrote, and make it one line of whole words.

    Half a word could be half a secret, which nobody would recognise any more.

    @param at_most: how many characters to keep
    """
    line = " ".join(_SECRET_WORDS.sub(r"\1***", text).split())
    return line if len(line) <= at_most else line[: at_most - 1].rpartition(" ")[0] + " …"


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
