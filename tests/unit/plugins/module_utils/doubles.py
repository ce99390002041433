# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the world: a clock that nobody waits for, and a service that plays a script."""

from __future__ import annotations

import threading
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
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
    deadline = None
    pages = Client.pages
    agreed = Client.agreed

    def __init__(self, payload: Any) -> None:
        self._payload = payload

    def call(self, operation: Any, resource: str, parse: Any, *details: Any, **more: Any) -> Any:
        return parse(self._payload)


class Peak:
    """Work that counts how much of it runs at the same time.

    @param together: how much of it waits for each other; the number of items is a multiple of it
    """

    def __init__(self, together: int) -> None:
        self.most = 0
        self.threads: set[int] = set()
        self._together = together
        self._running = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(together, timeout=30)
        self._too_many = threading.Event()

    def __call__(self, item: Any) -> Any:
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
            self.threads.add(threading.get_ident())
        if self.most > self._together:
            self._too_many.set()
        self._barrier.wait()
        self._too_many.wait(0.05)  # time for one more to come in
        with self._lock:
            self._running -= 1
        return item
