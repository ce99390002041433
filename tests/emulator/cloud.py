# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud itself: from an authenticated, valid request to an answer that obeys the contract."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections import ChainMap
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from . import dbss, dws, iam
from .answers import Answer, Refusal, json_answer, refused
from .clock import Clock
from .contract import Complaint, Contract, Operation
from .identity import Identity, Signable
from .journal import Entry, Journal
from .power import Record
from .state import IDENTITY_SECTIONS, Rules, State, StateError, remember, seen

BODY_LIMIT = 12 * 1024 * 1024  # bytes
HANDLERS: Mapping[str, Callable[[Call], Any]] = ChainMap(iam.HANDLERS, dbss.HANDLERS, dws.HANDLERS)
# The services' own codes. IAM's failure bodies have none: those shown here only get into the log.
BAD_ID = {"dbss": "DBSS.10020021", "dws": "DWS.0001", "iam": "IAM.400"}
BAD_REQUEST = {"dbss": "DBSS.10000001", "dws": "DWS.0001", "iam": "IAM.400"}
FORBIDDEN = {"dbss": "DBSS.10020100", "dws": "DWS.0015", "iam": "IAM.0002"}
FAULT = {"dbss": "DBSS.11000000", "dws": "DWS.0005", "iam": "IAM.0006"}


@dataclass
class Settings:
    """What can be turned at run time; times in s."""

    transition: float = 2.0
    lag: float = 0.0
    latency: float = 0.0
    page_cap: int | None = None
    first_page: int = 1
    validate: str = "all"
    key_lock: bool = True
    increase_window: float = 0.0


@dataclass
class Call:
    """One call of an operation, handed to its handler, which answers with the body."""

    cloud: Cloud
    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    now: float
    project: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    resource: str | None = None
    acted: bool = False

    @property
    def state(self) -> State:
        """What the cloud holds."""
        return self.cloud.state

    @property
    def settings(self) -> Settings:
        """What can be turned at run time."""
        return self.cloud.settings

    def listed(self, records: Iterable[Record]) -> list[Record]:
        """The records of this project as listings show them now."""
        return [seen(record, self.now) for record in records if record["project"] == self.project]

    def change(self, records: Iterable[Record], action: str) -> None:
        """To be said before the records are changed: keeps what lagging listings still show, and counts the effect."""
        for record in records:
            if self.settings.lag:
                remember(record, self.now + self.settings.lag)
        self.acted = True
        if self.resource:
            self.cloud.journal.count(self.resource, action)


class Cloud:
    """State, settings, clock, identities and journal, with one lock around what calls change."""

    def __init__(self, document: dict[str, Any], settings: Mapping[str, Any]):
        """In: a state document, and settings that win over those in it. Raises StateError."""
        self.lock = threading.Lock()
        self.contract = Contract()
        self.rules = Rules(self.contract)
        self.clock = Clock()
        self.breaches = 0
        self._document, self._settings = document, settings
        self.reset()

    def reset(self) -> None:
        """Back to the start: state, settings, clock, journal."""
        with self.lock:
            self.clock.offset = 0.0
            self.journal = Journal()
            self._load(self._document)
            self.settings = Settings(**{**self._document.get("settings", {}), **self._settings})

    def replace(self, document: Any) -> None:
        """Hold another state. Sections on identity that it leaves out stay, settings too. Raises StateError."""
        if not isinstance(document, dict):
            raise StateError("a state is a mapping of sections")
        with self.lock:
            kept = {key: value for key, value in self.state.document.items() if key in IDENTITY_SECTIONS}
            self._load({**kept, **document})
            self.settings = Settings(**{**asdict(self.settings), **document.get("settings", {})})

    def _load(self, document: dict[str, Any]) -> None:
        self.state = State(document, self.rules, self.clock.now())
        self.identity = Identity(self.state, self.clock)

    def tune(self, changes: Any) -> None:
        """Change settings. Raises StateError."""
        if not isinstance(changes, dict):
            raise StateError(f"settings are a mapping of {', '.join(one.name for one in fields(Settings))}")
        with self.lock:
            self.rules.check({**self.state.document, "settings": changes})
            self.settings = Settings(**{**asdict(self.settings), **changes})

    def dump(self) -> dict[str, Any]:
        """The whole state and the settings, without secrets."""
        with self.lock:
            return {**self.state.dump(self.clock.now()), "settings": asdict(self.settings)}

    def freeze(self, seconds: float) -> None:
        """Let listings show everything as it is now for so many seconds."""
        with self.lock:
            now = self.clock.now()
            self.state.settle(now)
            for record in self.state.records():
                remember(record, now + seconds)

    def answer(self, operation: Operation | None, path: Mapping[str, str], request: Signable, note: Entry) -> Answer:
        """The answer to a request; `note` (a journal entry) learns what it did."""
        shape = operation.error_shape if operation else "gateway"
        try:
            if operation is None:
                raise Refusal(404, "APIGW.0101", "The API does not exist: neither this path nor this method of it.")
            if operation.id not in HANDLERS:
                raise Refusal(404, "APIGW.0103", "The backend does not exist: the emulator does not serve this.")
            if len(request.body) > BODY_LIMIT:
                raise Refusal(413, "APIGW.0201", "Request entity too large: more than 12 MB.")
            answer = self._carried_out(operation, path, request, note)
        except Refusal as refusal:
            answer = refused(refusal, shape)
        except Exception:
            traceback.print_exc()
            code = FAULT[operation.service] if operation else "APIGW.0201"
            answer = refused(Refusal(500, code, "The emulator failed; see its log."), shape)
        note.error_code = answer.error_code
        if operation and self.settings.validate == "all":
            answer = self._obeying(operation, answer)
        return answer

    def _carried_out(self, operation: Operation, path: Mapping[str, str], request: Signable, note: Entry) -> Answer:
        query_text = request.target.partition("?")[2]
        with self.lock:
            now = self.clock.now()
            caller = None
            if operation.id not in iam.OPEN:
                caller = self.identity.authenticate(request, self.settings.key_lock)
        if caller and not self._may(operation, path, request, caller.projects):
            raise Refusal(403, FORBIDDEN[operation.service], "The credentials are not for this project or account.")
        strict = self.settings.validate != "off"
        query_pairs = parse_qsl(query_text, keep_blank_values=True)
        # Of a key that comes twice the first value counts.
        places = {"path": path, "query": dict(reversed(query_pairs)), "header": request.headers}
        try:
            query = operation.read_parameters(places, strict)
            body = operation.read_body(request.body, request.headers.get("content-type", ""), strict)
        except Complaint as complaint:
            raise self._bad_request(operation, request, complaint) from None
        call = Call(self, operation, path, query, body, now, project=path.get("project_id"))
        try:
            with self.lock:
                self.state.settle(now)
                value = HANDLERS[operation.id](call)
        finally:
            note.resource, note.acted = call.resource, call.acted
        answer = json_answer(call.status, value, call.headers)
        answer.error_code = str(value["error_code"]) if value.get("error_code") else None
        return answer

    def _may(self, operation: Operation, path: Mapping[str, str], request: Signable, projects: frozenset[str]) -> bool:
        if operation.service == "iam":
            return request.headers.get("x-domain-id", self.state.account["id"]) == self.state.account["id"]
        project = path["project_id"]
        return project in projects and request.headers.get("x-project-id", project) == project

    @staticmethod
    def _bad_request(operation: Operation, request: Signable, complaint: Complaint) -> Refusal:
        codes = BAD_ID if complaint.place == "path" else BAD_REQUEST
        code = codes[operation.service]
        if operation.service == "dws" and complaint.place == "body" and not request.body:
            code = "DWS.0006"
        return Refusal(400, code, f"{complaint.place}: {complaint}")

    def _obeying(self, operation: Operation, answer: Answer) -> Answer:
        """The answer, or a loud 500 when it breaks the contract."""
        flaw = operation.flaw_of_answer(answer.status, json.loads(answer.body))
        if flaw is None:
            return answer
        self.breaches += 1
        print(f"CONTRACT BROKEN by {operation.id} {answer.status}: {flaw}", file=sys.stderr, flush=True)
        broken = Refusal(500, FAULT[operation.service], f"The emulator broke the contract: {flaw}")
        return refused(broken, operation.error_shape)
