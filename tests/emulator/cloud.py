# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud itself: from an authenticated, valid request to an answer that obeys the contract."""

from __future__ import annotations

import sys
import threading
import traceback
from collections import ChainMap
from dataclasses import asdict, dataclass, fields
from http import HTTPStatus
from typing import Any, Mapping
from urllib.parse import parse_qsl

from . import bss, dbss, dws, iam, metadata
from .answers import Answer, Refusal, answer_of, refused
from .call import Call, Handler
from .clock import Clock
from .contract import Complaint, Contract, Operation
from .documents import StateError
from .identity import Caller, Identity, Signable
from .ids import Ids
from .journal import Entry, Journal
from .records import Sorts
from .state import IDENTITY_SECTIONS, Completion, State, remember

BODY_LIMIT = 12 * 1024 * 1024  # bytes
SERVICES = {"iam": iam, "dbss": dbss, "dws": dws, "bss": bss, "metadata": metadata}
ACCOUNT_LEVEL = ("iam", "bss")  # services whose calls name an account and no project
HANDLERS: Mapping[str, Handler] = ChainMap(*(one.HANDLERS for one in SERVICES.values()))
COMPLETIONS: Mapping[str, Completion] = ChainMap(*(one.COMPLETIONS for one in SERVICES.values()))


@dataclass(frozen=True)
class Codes:
    """A service's own codes. Failure bodies of IAM and of the metadata have none: theirs only get into the log."""

    bad_id: str
    bad_request: str
    forbidden: str
    fault: str


CODES = {
    "dbss": Codes("DBSS.10020021", "DBSS.10000001", "DBSS.10020100", "DBSS.11000000"),
    "dws": Codes("DWS.0001", "DWS.0001", "DWS.0015", "DWS.0005"),
    "iam": Codes("IAM.400", "IAM.400", "IAM.0002", "IAM.0006"),
    "bss": Codes("CBC.0100", "CBC.0100", "CBC.0151", "CBC.0999"),
    "metadata": Codes("META.400", "META.400", "META.403", "META.500"),
}


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


class Cloud:
    """State, settings, clock, identities and journal, with one lock around what calls change."""

    def __init__(self, document: dict[str, Any], settings: Mapping[str, Any]):
        """In: a state document, and settings that win over those in it. Raises StateError."""
        self.lock = threading.Lock()
        self.contract = Contract()
        self.sorts = Sorts(self.contract)
        self.clock = Clock()
        self.breaches = 0
        self._document, self._settings = document, settings
        self.reset()

    def reset(self) -> None:
        """Back to the start: state, settings, clock, journal."""
        with self.lock:
            self.clock.offset = 0.0
            self.journal, self.ids = Journal(), Ids()
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
        self.state = State(document, self.sorts, COMPLETIONS, self.clock.now())
        self.identity = Identity(self.state, self.clock)

    def tune(self, changes: Any) -> None:
        """Change settings. Raises StateError."""
        if not isinstance(changes, dict):
            raise StateError(f"settings are a mapping of {', '.join(one.name for one in fields(Settings))}")
        with self.lock:
            self.sorts.check({**self.state.document, "settings": changes})
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
                # Not 404, which callers read as "gone".
                raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "APIGW.0103", "The embedded cloud does not serve this.")
            if len(request.body) > BODY_LIMIT:
                raise Refusal(413, "APIGW.0201", "Request entity too large: more than 12 MB.")
            answer = self._carried_out(operation, path, request, note)
        except Refusal as refusal:
            answer = refused(refusal, shape)
        except Exception:
            traceback.print_exc()
            code = CODES[operation.service].fault if operation else "APIGW.0201"
            answer = refused(Refusal(500, code, "The emulator failed; see its log."), shape)
        note.error_code = answer.error_code
        if operation and self.settings.validate == "all":
            answer = self._obeying(operation, answer)
        return answer

    def _carried_out(self, operation: Operation, path: Mapping[str, str], request: Signable, note: Entry) -> Answer:
        query_text = request.target.partition("?")[2]
        with self.lock:
            now = self.clock.now()
            caller = self._caller(operation, request)
        projects = self._projects(operation, path, request, caller)
        strict = self.settings.validate != "off"
        query_pairs = parse_qsl(query_text, keep_blank_values=True)
        # Of a key that comes twice the first value counts.
        places = {"path": path, "query": dict(reversed(query_pairs)), "header": request.headers}
        if projects is None:
            code = CODES[operation.service].forbidden
            raise Refusal(403, code, "The credentials are not for this project or account.")
        try:
            query = operation.read_parameters(places, strict)
            body = operation.read_body(request.body, request.headers.get("content-type", ""), strict)
        except Complaint as complaint:
            raise self._bad_request(operation, request, complaint) from None
        call = Call(self, operation, path, query, body, request.headers, now, projects)
        try:
            with self.lock:
                self.state.settle(now)
                value = HANDLERS[operation.id](call)
        finally:
            note.resource, note.acted = call.resource, call.acted
        answer = answer_of(call.status, value, call.headers)
        if isinstance(value, dict) and value.get("error_code"):
            answer.error_code = str(value["error_code"])
        return answer

    def _caller(self, operation: Operation, request: Signable) -> Caller:
        """Who calls; nobody in particular where no credentials are needed. Raises Refusal (401)."""
        signed = "authorization" in request.headers or "x-auth-token" in request.headers
        if operation.open or (operation.anonymous and not signed):
            return Caller(frozenset(self.state.projects))
        return self.identity.authenticate(request, self.settings.key_lock)

    def _projects(
        self, operation: Operation, path: Mapping[str, str], request: Signable, caller: Caller
    ) -> frozenset[str] | None:
        """The ids of the projects that a request is about; None when its caller has no business there."""
        account, headers = self.state.account["id"], request.headers
        accounts = {path.get("domain_id", account)}
        if operation.service in ACCOUNT_LEVEL:
            accounts.add(headers.get("x-domain-id", account))
        asked = path.get("project_id") or headers.get("x-project-id")
        if accounts != {account} or headers.get("x-project-id", asked) != asked:
            return None
        if asked is None or operation.service in ACCOUNT_LEVEL:
            return caller.projects
        return frozenset([asked]) if asked in caller.projects else None

    @staticmethod
    def _bad_request(operation: Operation, request: Signable, complaint: Complaint) -> Refusal:
        codes = CODES[operation.service]
        code = codes.bad_id if complaint.place == "path" else codes.bad_request
        if operation.service == "dws" and complaint.place == "body" and not request.body:
            code = "DWS.0006"
        return Refusal(400, code, f"{complaint.place}: {complaint}")

    def _obeying(self, operation: Operation, answer: Answer) -> Answer:
        """The answer, or a loud 500 when it breaks the contract."""
        flaw = operation.flaw_of_answer(answer.status, answer.body, answer.headers.get("Content-Type", ""))
        if flaw is None:
            return answer
        self.breaches += 1
        print(f"CONTRACT BROKEN by {operation.id} {answer.status}: {flaw}", file=sys.stderr, flush=True)
        broken = Refusal(500, CODES[operation.service].fault, f"The emulator broke the contract: {flaw}")
        return refused(broken, operation.error_shape)
