# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the world: a clock that nobody waits for, and a service that plays a script."""

from __future__ import annotations

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.client import Client
from responses.registries import OrderedRegistry


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


class Payloads:
    """Stands in for a Client that receives one payload again and again."""

    clock = FakeClock()
    pages = Client.pages

    def __init__(self, payload: Any) -> None:
        self._payload = payload

    def call(self, operation: Any, resource: str, parse: Any, *details: Any, **more: Any) -> Any:
        return parse(self._payload)
