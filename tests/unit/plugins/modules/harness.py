# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module in this process against a script of HTTP calls: a missing, extra or different call fails the test."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import operator
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
import yaml
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import client
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

PLUGINS = "ansible_collections.huaweicloud.dbops.plugins"
FOLDER = Path(__file__).parents[4] / "plugins" / "modules"
SAMPLES = Path(__file__).parents[3] / "emulator" / "contract" / "samples"

MODULES = tuple(sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "report_files"))
"""All modules that call the API."""


def table(name: str) -> dict[str, Any]:
    """Return what the test files of the modules say under a name of capitals, by module, of those that say it."""
    files = {module: f"tests.unit.plugins.modules.test_{module}" for module in MODULES}
    found = {module: getattr(importlib.import_module(file), name, None) for module, file in files.items()}
    return {module: value for module, value in found.items() if value is not None}


REGION = "cn-north-4"
PROJECT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ASKED = f"; the project that was asked is {PROJECT}"
TOKEN = "a-token-that-nobody-may-see"
ACCESS = {"region": REGION, "project_id": PROJECT, "auth_token": TOKEN}
NOW = 1763789200.0
"""Seconds since the epoch at which each run begins: three hours before the expiry in the contract's samples."""

# What ansible-core adds to a result, and what each module may return without documenting it.
COMMON_KEYS = {"changed", "failed", "msg", "invocation", "diff", "warnings", "exception"}


def sample(name: str) -> Any:
    """Return an answer from the contract's samples."""
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def fault(code: str, text: str) -> dict[str, Any]:
    """Return a flat error body."""
    return {"error_code": code, "error_msg": text}


def text_diff(header: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Return the diff that a result should have: the header names the records, JSON in lines shows them."""
    sides = {"before": before, "after": after}
    texts = {side: json.dumps(value, indent=4) + "\n" for side, value in sides.items()}
    return {**texts, **{f"{side}_header": header for side in sides}}


GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head></html>"
BAD_GATEWAY = "a gateway answered with the page '502 Bad Gateway' (HTTP 502 Bad Gateway)"

# Connections that fail: each name stands for a function that makes a new exception, as requests would raise it.


def timeout() -> Exception:
    """No answer in time."""
    return requests.exceptions.ReadTimeout("timed out")


def reset() -> Exception:
    """The connection broke after the request was sent."""
    error = requests.exceptions.ConnectionError(ProtocolError("Connection aborted."))
    error.__cause__ = ConnectionResetError(104, "Connection reset by peer")
    return error


def refused() -> Exception:
    """Nobody listens."""
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    error = requests.exceptions.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    return error


@dataclass(frozen=True)
class Call:
    """A call that is expected, and its answer."""

    service: str
    method: str
    path: str  # behind the project, or the whole path for IAM
    query: dict[str, str] = field(default_factory=dict)  # in the order in which it is sent
    body: Any = None  # JSON
    status: int = 200
    answer: Any = None  # JSON, a text that is none, or a function that makes an exception
    headers: dict[str, str] = field(default_factory=dict)  # of the answer

    def but(self, status: int, answer: Any, **headers: str) -> Call:
        """Return the same call with another answer."""
        return replace(self, status=status, answer=answer, headers=headers)

    def fails(self, make_error: Callable[[], Exception]) -> Call:
        """Return the same call with an exception in the place of its answer."""
        return replace(self, answer=make_error)

    @property
    def request(self) -> tuple[Any, ...]:
        """What must be the same in the request."""
        host = f"https://{self.service}.{REGION}.myhuaweicloud.com"
        return (self.method, host + self.path, list(self.query.items()), self.body)


PARTS = ("method", "address", "query", "body")


def difference(seen: tuple[Any, ...], expected: list[Call]) -> str:
    """Return in words how a request differs from the expected one that is nearest to it."""
    if not expected:
        return f"{seen[0]} {seen[1]} came, and no more calls were expected"
    nearest = max(expected, key=lambda call: sum(map(operator.eq, call.request, seen)))
    parts = zip(PARTS, nearest.request, seen)
    return "; ".join(f"the {part} is {got!r}, expected {want!r}" for part, want, got in parts if want != got)


@dataclass(frozen=True)
class Together:
    """Calls that come in any order, as many at a time as C(width) says: no fewer and no more."""

    calls: tuple[Call, ...]
    width: int


def together(*calls: Call, width: int = 0) -> Together:
    """Expect the calls in any order; all at the same time unless there is a width."""
    return Together(calls, width or len(calls))


class Clock:
    """A clock on which only sleeping takes time."""

    def __init__(self) -> None:
        self.slept = 0.0
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept += seconds

    def monotonic(self) -> float:
        return 1000.0 + self.slept

    def now(self) -> float:
        return NOW + self.slept


class Script:
    """Answers the expected calls, and remembers when they came and what was wrong with them."""

    def __init__(self, calls: Iterable[Call | Together], clock: Clock) -> None:
        self._stages = [call if isinstance(call, Together) else Together((call,), 1) for call in calls]
        self._left = list(self._stages[0].calls) if self._stages else []
        self._barriers = [threading.Barrier(stage.width) for stage in self._stages]
        self._at_once = 0
        self._lock = threading.Lock()
        self._clock = clock
        self.moments: list[float] = []
        self.problems: list[str] = []

    def answer(self, request: Any) -> Any:
        """Return the answer to the request, or raise what comes in its place."""
        url = urlsplit(request.url)
        seen = (
            request.method,
            f"{url.scheme}://{url.netloc}{url.path}",
            parse_qsl(url.query, keep_blank_values=True),
            json.loads(request.body) if request.body else None,
        )
        with self._lock:
            self.moments.append(round(self._clock.slept, 3))
            while not self._left and len(self._stages) > 1:
                del self._stages[0], self._barriers[0]
                self._left = list(self._stages[0].calls)
            found = next((call for call in self._left if call.request == seen), None)
            if found is None:
                self.problems.append(f"call {len(self.moments)}: {difference(seen, self._left)}")
                raise AssertionError(self.problems[-1])
            self._left.remove(found)
            barrier, width = self._barriers[0], self._stages[0].width
        if width > 1:
            self._hold(barrier, width)
        if callable(found.answer):
            raise found.answer()
        text = found.answer if isinstance(found.answer, str) else json.dumps(found.answer)
        return found.status, found.headers, text

    def _hold(self, barrier: threading.Barrier, width: int) -> None:
        """Keep a call until as many run as should, and a moment more for those that should not."""
        with self._lock:
            self._at_once += 1
            if self._at_once > width:
                self.problems.append(f"{self._at_once} calls at once, not {width}")
        try:
            barrier.wait(timeout=5)
            time.sleep(0.02)
        except threading.BrokenBarrierError:
            self.problems.append(f"fewer than {width} calls at once")
        with self._lock:
            self._at_once -= 1

    def verify(self) -> None:
        """Fail unless exactly the expected calls came."""
        assert not self.problems, "; ".join(self.problems)
        missing = self._left + [call for stage in self._stages[1:] for call in stage.calls]
        assert not missing, f"calls that never came: {[call.request for call in missing]}"


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    result: dict[str, Any]
    text: str  # all that it printed
    moments: list[float]  # at which the calls came, in seconds from the start
    warnings: tuple[str, ...]

    def __getitem__(self, key: str) -> Any:
        return self.result[key]

    def __contains__(self, key: str) -> bool:
        return key in self.result


class Bench:
    """Runs modules.

    @param monkeypatch: undoes at the end of the test what the bench replaces
    """

    def __init__(self, monkeypatch: Any) -> None:
        self._monkeypatch = monkeypatch

    def run(
        self,
        module: str,
        options: dict[str, Any],
        calls: Iterable[Call | Together] = (),
        fails: bool = False,
        check: bool = False,
        diff: bool = False,
        access: dict[str, Any] | None = None,
    ) -> Outcome:
        """Run a module and return its outcome, after checking what holds for every run.

        @param calls: the calls that it must make, in order
        @param fails: whether the task must fail
        @param access: the options that say where to and who calls, instead of ACCESS
        """
        clock = Clock()
        script = Script(calls, clock)
        arguments = {**(ACCESS if access is None else access), **options}
        text = self.play(module, {**arguments, "_ansible_check_mode": check, "_ansible_diff": diff}, script, clock)
        script.verify()
        outcome = Outcome(json.loads(text.splitlines()[-1]), text, script.moments, warnings.get_warning_messages())
        assert bool(outcome.result.get("failed")) == fails, outcome.result
        own = {key: value for key, value in outcome.result.items() if key not in COMMON_KEYS}
        verify_documented(own, documentation(module, "RETURN"), f"RETURN of {module}")
        assert diff or "diff" not in outcome
        for secret in ("auth_token", "secret_key", "security_token", "password"):
            assert str(arguments.get(secret) or TOKEN) not in text, f"{secret} is shown"
        return outcome

    def play(self, module: str, arguments: dict[str, Any], service: Any, clock: Clock) -> str:
        """Run a module against anything that has a method C(answer), and return what it printed."""
        self._monkeypatch.setattr(Frame, "clock", client.Clock(clock.monotonic, clock.sleep, clock.now))
        self._monkeypatch.setattr(client.random, "uniform", lambda least, most: most)
        self._monkeypatch.setattr(warnings, "_global_warnings", {})
        main = importlib.import_module(f"{PLUGINS}.modules.{module}").main
        printed = io.StringIO()
        with responses.RequestsMock(assert_all_requests_are_fired=False) as web, patch_module_args(arguments):
            for method in ("GET", "POST", "PUT", "DELETE"):
                web.add_callback(method, re.compile(".*"), service.answer)
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), pytest.raises(SystemExit):
                main()
        return printed.getvalue()


TYPES = {"str": (str, type(None)), "int": (int, type(None)), "bool": bool, "list": list, "dict": dict, "raw": object}


def verify_documented(values: dict[str, Any], described: dict[str, Any], place: str) -> None:
    """Fail unless all values are described, and are of the type that is described."""
    assert set(values) <= set(described), f"{place} lacks {set(values) - set(described)}"
    for key, value in values.items():
        description = described[key]
        assert isinstance(value, TYPES[description["type"]]), f"{place}: {key} is {value!r}"
        inner = description.get("contains", {})
        for record in value if description.get("elements") == "dict" else [value] if inner else []:
            # Records of the service come whole, so their other keys are only described in words.
            known = {name: content for name, content in record.items() if name in inner or key == "api_error"}
            verify_documented(known, inner, f"{place}, {key}")


@lru_cache(maxsize=None)
def documentation(module: str, part: str) -> dict[str, Any]:
    """Return C(DOCUMENTATION) or C(RETURN) of a module, parsed."""
    parsed: dict[str, Any] = yaml.safe_load(getattr(importlib.import_module(f"{PLUGINS}.modules.{module}"), part))
    return parsed
