# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests share: a clock that nobody waits for, a service that plays a script, the contract's samples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import responses
from responses.registries import OrderedRegistry

SAMPLES = Path(__file__).parents[2] / "emulator" / "contract" / "samples"

hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("repeatable")


class FakeClock:
    """Stands in for client.Clock: time passes only by sleeping."""

    started = 1795323600.0  # 2026-11-22T05:00:00Z

    def __init__(self) -> None:
        self.time = 0.0  # seconds since the test began
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def now(self) -> float:
        return self.started + self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


class Script(OrderedRegistry):
    """The calls that must come, in order. A wrong or surplus call fails the test; it must not pass for a lost one."""

    def find(self, request: Any) -> Any:
        answer, reasons = super().find(request)
        if answer is None:
            raise AssertionError(f"{request.method} {request.url} was not expected: {reasons}")
        return answer, reasons


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """Add the expected calls to this, in order: C(http.get(url, json=…)). One that does not come fails the test."""
    with responses.RequestsMock(registry=Script) as script:
        yield script


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Any]:
    """Return the function that reads one of the contract's samples."""
    return lambda name: json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
