# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened: the log of API requests, and counters of real effects."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

LOG_LIMIT = 100_000  # entries; older ones are dropped


@dataclass
class Entry:
    """One API request. No header, body or secret is kept."""

    seq: int
    time: float
    service: str | None
    operation: str | None
    method: str
    path: str
    query: str
    connection: int
    status: int | None = None
    error_code: str | None = None
    resource: str | None = None
    acted: bool = False
    fault: str | None = None
    duration_ms: float | None = None


@dataclass
class Counters:
    """How often the state was really changed, per resource and action; the numbers of the connections used."""

    changes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    in_flight: int = 0
    peak_in_flight: int = 0
    connections: set[int] = field(default_factory=set)


class Journal:
    """The log and the counters; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LOG_LIMIT)
        self._seq = 0
        self._counters = Counters()

    def open(self, **facts: Any) -> Entry:
        """Log a request that has just arrived."""
        with self._lock:
            self._seq += 1
            entry = Entry(self._seq, **facts)
            self._entries.append(entry)
            self._counters.connections.add(entry.connection)
            self._counters.in_flight += 1
            self._counters.peak_in_flight = max(self._counters.peak_in_flight, self._counters.in_flight)
            return entry

    def close(self) -> None:
        """A request has been answered or dropped."""
        with self._lock:
            self._counters.in_flight -= 1

    def count(self, resource: str, action: str) -> None:
        """An action changed a resource."""
        with self._lock:
            self._counters.changes[resource][action] += 1

    def entries(self, **wanted: str) -> list[dict[str, Any]]:
        """The log, oldest first; `wanted` keeps entries with these values, as text (true and false in lower case)."""
        with self._lock:
            rows = [dict(vars(entry)) for entry in self._entries]
        return [row for row in rows if all(_text(row.get(key)) == value for key, value in wanted.items())]

    def counters(self) -> dict[str, Any]:
        """The counters as plain data, of connections their number."""
        with self._lock:
            changes = {resource: dict(counts) for resource, counts in self._counters.changes.items()}
            return {**vars(self._counters), "changes": changes, "connections": len(self._counters.connections)}

    def clear_entries(self) -> None:
        """Forget the log; numbers go on."""
        with self._lock:
            self._entries.clear()

    def clear_counters(self) -> None:
        """Start counting anew; what is in flight stays."""
        with self._lock:
            now = self._counters.in_flight
            self._counters = Counters(in_flight=now, peak_in_flight=now)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
