# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehaviour on demand: rules that say which requests go wrong, and how."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Callable, Iterator, Mapping

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from .answers import JSON, Answer, Refusal, answer_of, refused
from .cloud import Cloud
from .contract import Operation, explain
from .identity import clock_skew

Proceed = Callable[[], Answer]


class FaultError(Exception):
    """A fault rule that cannot be used; the text is one sentence."""


@dataclass
class Incident:
    """A request that a rule is about to spoil, for the `turn`-th time (1 is the first)."""

    cloud: Cloud
    operation: Operation | None
    connection: Any
    rule: Rule
    turn: int

    def given(self, key: str) -> Any:
        """A parameter of the rule, or its kind's default."""
        return self.rule.spec.get(key, KINDS[self.rule.kind].parameters.get(key, {}).get("default"))


@dataclass
class Kind:
    """A kind of fault: the JSON schemas of its parameters, those it cannot do without, and what it does.

    A kind that is `final` answers the request itself; the others let the next rule have its say.
    """

    spoil: Callable[[Incident, Proceed], Answer]
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    final: bool = True


def _instead(
    make: Callable[[Incident], Answer],
    parameters: Mapping[str, dict[str, Any]] | None = None,
    required: tuple[str, ...] = (),
    acted: bool = False,
) -> Kind:
    """A kind that answers something else; `acted` is whether the request takes effect when the rule does not say."""

    def spoil(incident: Incident, proceed: Proceed) -> Answer:
        if incident.given("acted"):
            proceed()
        return make(incident)

    return Kind(spoil, {"acted": {"type": "boolean", "default": acted}, **(parameters or {})}, required)


def _gateway(status: int, code: str, text: str) -> Callable[[Incident], Answer]:
    return lambda _incident: refused(Refusal(status, code, text), "gateway")


def _throttled(incident: Incident) -> Answer:
    answer = refused(Refusal(429, "APIGW.0308", "The throttling threshold has been reached."), "gateway")
    retry_after = incident.given("retry_after")
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _error(incident: Incident) -> Answer:
    refusal = Refusal(incident.given("status"), incident.given("error_code"), incident.given("message"))
    return refused(refusal, incident.operation.error_shape if incident.operation else "gateway")


def _html(incident: Incident) -> Answer:
    status = incident.given("status")
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>gateway</body></html>"
    return Answer(status, page.encode(), {"Content-Type": "text/html"})


def _redirect(incident: Incident) -> Answer:
    return Answer(302, headers={"Location": incident.given("location")})


# How an operation says in its own words, with HTTP 200, that it failed.
FAILED_FORMS: Mapping[str, dict[str, Any]] = {
    "ResultLowerBody": {"result": "failed"},
    "ResultUpperBody": {"result": "FAILED"},
    "StatusUpperBody": {"status": "FAILED"},
    "StatusLowerBody": {"status": "fail"},
    "OmSecurityGroupResult": {"code": 1, "description": "the operation failed", "order_id": None, "task_id": None},
    "AuditUpgradeResult": {"code": 1, "description": "the operation failed", "order_id": None, "task_id": None},
    "OmUserResponse": {"error_code": 1, "error_msg": "the operation failed", "om_user_info": None},
}


def _failed(incident: Incident) -> Answer:
    return answer_of(200, FAILED_FORMS[incident.operation.ok_schema] if incident.operation else {})


def _latency(incident: Incident, proceed: Proceed) -> Answer:
    incident.cloud.clock.pause(incident.given("seconds"))
    return proceed()


def _slow_answer(incident: Incident, proceed: Proceed) -> Answer:
    answer = proceed()
    incident.cloud.clock.pause(incident.given("seconds"))
    return answer


def _lag(incident: Incident, proceed: Proceed) -> Answer:
    incident.cloud.freeze(incident.given("seconds"))
    return proceed()


def _flap(incident: Incident, proceed: Proceed) -> Answer:
    """Every other reading shows the given status instead of the resource's own."""
    answer = proceed()
    try:
        value = json.loads(answer.body)
    except ValueError:
        return answer  # another rule made this of it
    for record in _named(value, incident.given("resource")) if incident.turn % 2 else ():
        for shown in record.get("detail", {}).get("server", [record]):
            shown["status"] = incident.given("status")
    answer.body = json.dumps(value).encode()
    return answer


def _named(value: Any, resource: str) -> Iterator[dict[str, Any]]:
    """The topmost records in an answer that have this id."""
    if isinstance(value, dict):
        if resource in (value.get("id"), value.get("instance_id")):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _named(one, resource)


def _reset_before(incident: Incident, _proceed: Proceed) -> Answer:
    raise incident.connection.reset()


def _reset_after(incident: Incident, proceed: Proceed) -> Answer:
    proceed()
    raise incident.connection.reset()


def _reset_mid(incident: Incident, proceed: Proceed) -> Answer:
    incident.connection.send_half(proceed())
    # Time for the half to be read: a reset may overtake what is still under way.
    incident.cloud.clock.pause(0.05)
    raise incident.connection.reset()


def _truncated(incident: Incident, proceed: Proceed) -> Answer:
    incident.connection.send_half(proceed())
    raise incident.connection.hang_up()


_SECONDS = {"seconds": {"type": "number", "minimum": 0}}
_TEXT = {"type": "string"}
_STATUS = {"enum": [status.value for status in HTTPStatus if status >= 300]}

KINDS: Mapping[str, Kind] = {
    "latency": Kind(_latency, _SECONDS, ("seconds",), final=False),
    "slow_answer": Kind(_slow_answer, _SECONDS, ("seconds",), final=False),
    "lag": Kind(_lag, _SECONDS, ("seconds",), final=False),
    "flap": Kind(_flap, {"resource": _TEXT, "status": _TEXT}, ("resource", "status"), final=False),
    "throttle": _instead(_throttled, {"retry_after": {"type": ["number", "string"]}}),
    "error": _instead(
        _error,
        {
            "status": {**_STATUS, "default": 500},
            "error_code": {**_TEXT, "default": "APIGW.0201"},
            "message": {**_TEXT, "default": "backend unavailable"},
        },
    ),
    "html": _instead(_html, {"status": {**_STATUS, "default": 502}}),
    "redirect": _instead(_redirect, {"location": _TEXT}, ("location",)),
    "expired_token": _instead(_gateway(401, "APIGW.0307", "The token must be updated.")),
    "unauthorized": _instead(_gateway(401, "APIGW.0301", "Incorrect IAM authentication information")),
    "clock_skew": _instead(lambda _incident: refused(clock_skew(), "gateway")),
    "failed_with_200": _instead(_failed),
    "empty": _instead(lambda _incident: Answer(200)),
    "not_json": _instead(lambda _incident: Answer(200, b"it works", {"Content-Type": "text/plain"}), acted=True),
    "invalid_json": _instead(lambda _incident: Answer(200, b'{"result": "succ', {"Content-Type": JSON}), acted=True),
    "reset_before": Kind(_reset_before),
    "reset_after": Kind(_reset_after),
    "reset_mid": Kind(_reset_mid),
    "truncated": Kind(_truncated),
}

_MATCH = {
    "type": "object",
    "additionalProperties": False,
    "properties": dict.fromkeys(("operation", "path", "resource"), _TEXT),
}


def _schema(kind: Kind) -> dict[str, Any]:
    common = {
        "kind": {},
        "match": _MATCH,
        "times": {"type": "integer", "minimum": -1},
        "skip": {"type": "integer", "minimum": 0},
    }
    properties = {**kind.parameters, **common}
    return {"type": "object", "properties": properties, "required": kind.required, "additionalProperties": False}


@dataclass
class Rule:
    """A fault rule and how often requests matched it and it fired."""

    spec: dict[str, Any]
    matched: int = 0
    fired: int = 0

    @property
    def kind(self) -> str:
        """The kind of fault."""
        return str(self.spec["kind"])

    def wants(self, operation: Operation | None, path: str, resources: set[str]) -> bool:
        """Whether the rule is about this request: its operation, its path, the ids in its path and body."""
        match = self.spec.get("match", {})
        if self.kind == "failed_with_200" and (not operation or operation.ok_schema not in FAILED_FORMS):
            return False
        if self.kind == "flap" and operation and not operation.reads:
            return False
        return (
            match.get("operation") in (None, operation and operation.id)
            and ("path" not in match or re.search(match["path"], path) is not None)
            and ("resource" not in match or match["resource"] in resources)
        )

    def fires(self) -> bool:
        """Count a match; whether it is one of those that go wrong."""
        self.matched += 1
        times = self.spec.get("times", 1)
        if self.matched <= self.spec.get("skip", 0) or 0 <= times <= self.fired:
            return False
        self.fired += 1
        return True


class Faults:
    """The rules, in the order they were given; thread-safe. The first final one that fires ends the search."""

    def __init__(self, cloud: Cloud):
        self._cloud, self._lock = cloud, threading.Lock()
        self._rules: list[Rule] = []

    def add(self, spec: Any) -> None:
        """Add a rule, or a list of them. Raises FaultError, and then adds none."""
        specs = spec if isinstance(spec, list) else [spec]
        for one in specs:
            self._check(one)
        with self._lock:
            self._rules.extend(Rule(one) for one in specs)

    def _check(self, spec: Any) -> None:
        if not isinstance(spec, dict) or spec.get("kind") not in list(KINDS):
            raise FaultError(f"a fault rule is an object with a kind, one of {', '.join(KINDS)}")
        error = best_match(Draft202012Validator(_schema(KINDS[spec["kind"]])).iter_errors(spec))
        if error:
            raise FaultError(explain(error))
        match = spec.get("match", {})
        if match.get("operation", "listClusters") not in self._cloud.contract.operations:
            raise FaultError(f"match.operation: the contract has no operation {match['operation']}")
        try:
            re.compile(match.get("path", ""))
        except re.error as error:
            raise FaultError(f"match.path: not a regular expression: {error}") from None

    def rules(self) -> list[dict[str, Any]]:
        """The rules with how often each matched and fired."""
        with self._lock:
            return [{**rule.spec, "matched": rule.matched, "fired": rule.fired} for rule in self._rules]

    def clear(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()

    def firing(self, operation: Operation | None, path: str, resources: set[str], connection: Any) -> list[Incident]:
        """What the rules that fire on a request are about to do to it, outermost first."""
        firing = []
        with self._lock:
            for rule in self._rules:
                if rule.wants(operation, path, resources) and rule.fires():
                    firing.append(Incident(self._cloud, operation, connection, rule, rule.fired))
                    if KINDS[rule.kind].final:
                        break
        return firing


def spoiled(incidents: list[Incident], proceed: Proceed) -> Answer:
    """Answer a request as the rules say. Raises ConnectionError when they break the connection."""
    for incident in reversed(incidents):
        proceed = partial(KINDS[incident.rule.kind].spoil, incident, proceed)
    return proceed()
