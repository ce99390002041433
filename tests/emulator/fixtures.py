# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded cloud for pytest: the fixture `emulator`.

Installed with pip, pytest finds this plugin by itself; a checkout says pytest_plugins = ["tests.emulator.fixtures"].
It needs pytest and requests. The server runs under the interpreter that EMULATOR_PYTHON names (default: this one),
which needs the dependencies in pyproject.toml.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
import requests

PACKAGE = __package__ or ""  # tests.emulator in a checkout, huaweicloud_dbops_emulator where pip installed it
FOUND_IN = Path(__file__).resolve().parents[PACKAGE.count(".") + 1]
START_WITHIN = 20.0  # s
STOP_WITHIN = 5.0  # s


class Emulator:
    """A running embedded cloud: `url`, and `env`, the variables with which the collection reaches it."""

    def __init__(self, url: str, env: dict[str, str]):
        self.url, self.env = url, env
        self._http = requests.Session()
        self._http.trust_env = False

    def admin(self, method: str, path: str, value: Any = None, /, **query: Any) -> Any:
        """Call the admin path; the JSON it answers. Raises ValueError with its sentence when it refuses."""
        answer = self._http.request(method, f"{self.url}/_emulator/{path}", json=value, params=query, timeout=30)
        result = answer.json()
        if not answer.ok:
            raise ValueError(result["error"])
        return result

    def reset(self) -> None:
        """Back to the start: state, settings, clock, log, counters, no faults."""
        self.admin("POST", "reset")

    def requests(self, **wanted: Any) -> list[dict[str, Any]]:
        """The log of API requests, oldest first; only those whose fields have the wanted values."""
        query = {key: str(value).lower() if isinstance(value, bool) else value for key, value in wanted.items()}
        entries: list[dict[str, Any]] = self.admin("GET", "requests", **query)
        return entries

    def counters(self) -> dict[str, Any]:
        """`changes` (resource, action: count), `in_flight`, `peak_in_flight`, `connections`."""
        counted: dict[str, Any] = self.admin("GET", "counters")
        return counted

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings; all of them as they are then. Times in s."""
        settings: dict[str, Any] = self.admin("PATCH", "settings", changes)
        return settings

    def fault(self, kind: str, match: dict[str, str] | None = None, **parameters: Any) -> None:
        """Add a fault rule."""
        self.admin("POST", "faults", {"kind": kind, "match": match or {}, **parameters})

    def advance(self, seconds: float) -> None:
        """Let the emulator's clock go on by so many s."""
        self.admin("POST", "clock", {"advance": seconds})

    def state(self, replacement: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the cloud holds, after holding the replacement instead, if one is given."""
        if replacement is not None:
            self.admin("PUT", "state", replacement)
        held: dict[str, Any] = self.admin("GET", "state")
        return held


def start(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], Emulator]:
    """Start an embedded cloud on a free port with a log in the folder; the process and the handle."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [os.environ.get("EMULATOR_PYTHON", sys.executable), "-m", PACKAGE]
    search = os.pathsep.join([str(FOUND_IN), *filter(None, [os.environ.get("PYTHONPATH")])])
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", "--ready-file", str(ready), *options],
            env={**os.environ, "PYTHONPATH": search},
            stdout=log,
            stderr=log,
        )
    deadline = time.monotonic() + START_WITHIN
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError("the embedded cloud did not start:\n" + (folder / "emulator.log").read_text())
        time.sleep(0.02)
    facts = json.loads(ready.read_text(encoding="utf-8"))
    return process, Emulator(facts["url"], facts["env"])


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop an embedded cloud."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def running_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One embedded cloud for the whole session. At its end the contract must never have been broken."""
    process, handle = start(tmp_path_factory.mktemp("emulator"))
    try:
        yield handle
        assert handle.admin("GET", "health")["contract_breaches"] == 0, "the emulator broke the contract; see its log"
    finally:
        stop(process)


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The session's embedded cloud, back at the start for each test."""
    running_emulator.reset()
    return running_emulator
