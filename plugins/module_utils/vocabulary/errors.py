# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, each as one sentence a person can act on plus the facts behind it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

# What a failed call did, as far as the answer tells.
NOTHING = "nothing"  # it surely had no effect: throttled, refused at the door, never connected
REFUSED = "refused"  # the service looked at it and said no
FAILED = "failed"  # the service took it, answered HTTP 200 and said itself that it failed
UNKNOWN = "unknown"  # it may or may not have acted: timeout, broken connection, 5xx, unreadable answer

BUSY_CODES = frozenset({"DWS.0011", "DWS.7023"})
"""Codes of a cluster that is busy with another task."""

UNKNOWN_CLUSTER_CODES = frozenset({"DWS.0015", "DWS.0047", "DWS.3027"})
"""Codes of a cluster that does not exist, was removed or may not be seen."""


_MOST_CHARACTERS = 10_000  # of a sentence; what is left of it is counted only


def printable(text: str) -> str:
    """Return the text with escapes for what does not print: control characters, line breaks, lone surrogates."""
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


class DbopsError(Exception):
    """Base of all errors that end a task. C(str(error)) is one sentence on one line, whatever names are in it."""

    def __init__(self, sentence: str) -> None:
        left = len(sentence) - _MOST_CHARACTERS
        if left > 0:
            sentence = f"{sentence[:_MOST_CHARACTERS]} … and {left} characters more."
        super().__init__(printable(sentence))

    def result(self) -> dict[str, Any]:
        """Return the structured facts that belong into the task's result next to C(msg)."""
        return {}


_MOST_PLACES = 4


def bug(error: BaseException) -> str:
    """Return the sentence that tells of an exception that nothing here should raise: its type and places, no more.

    The place where it was raised comes first, then those from where that was called. Its text may hold anything, also
    a secret, and so may values.
    """
    places, trace = [], error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals["__name__"].rpartition(".")[2]
        places.append(f"{module}, line {trace.tb_lineno}")
        trace = trace.tb_next
    chain = ", called from ".join(places[: -_MOST_PLACES - 1 : -1]) or "unknown"
    return f"This is a bug in huaweicloud.dbops ({type(error).__name__} at {chain}): please report it."


class UsageError(DbopsError):
    """The options cannot be carried out as given; nothing was changed."""


class StateError(DbopsError):
    """The resource is in a state from which the wanted one cannot be reached."""


class WaitTimeout(DbopsError):
    """The resource did not get there within C(wait_timeout)."""


class Facts(NamedTuple):
    """The facts of one failed call, as far as they are known."""

    status: int | None = None  # HTTP status
    code: str | None = None  # error_code
    text: str | None = None  # error_msg
    request_id: str | None = None
    retry_after: float | None = None  # seconds the service asks to wait


NO_FACTS = Facts()


class ApiError(DbopsError):
    """A call failed.

    @param intent: what was tried, such as C(stop)
    @param resource: on what, such as C(audit instance audit-prod)
    @param why: the reason in plain words, without a full stop
    @param effect: NOTHING, REFUSED, FAILED or UNKNOWN
    """

    def __init__(
        self, operation: str, intent: str, resource: str, why: str, facts: Facts = NO_FACTS, effect: str = REFUSED
    ) -> None:
        super().__init__(f"Failed to {intent} {resource}: {why}.")
        self.operation = operation
        self.intent = intent
        self.resource = resource
        self.why = why
        self.facts = facts
        self.effect = effect

    def result(self) -> dict[str, Any]:
        return {
            "api_error": {
                "operation": self.operation,
                "resource": self.resource,
                "http_status": self.facts.status,
                "error_code": self.facts.code,
                "error_msg": self.facts.text,
                "request_id": self.facts.request_id,
            }
        }

    def after(self, tries: int) -> ApiError:
        """Return the same error, saying in how many tries it came, when there were several."""
        return self if tries == 1 else self.because(f"{self.why}, in {tries} tries")

    def because(self, why: str) -> ApiError:
        """Return the same error for another reason."""
        return ApiError(self.operation, self.intent, self.resource, why, self.facts, self.effect)


class OutcomeUnknown(ApiError):
    """An action was sent, its answer was lost, and the state does not tell whether it was done."""

    def __init__(self, cause: ApiError, action: str, advice: str) -> None:
        super().__init__(cause.operation, action, cause.resource, cause.why, cause.facts, UNKNOWN)
        DbopsError.__init__(self, f"The outcome of {action} on {cause.resource} is unknown: {cause.why}. {advice}")
