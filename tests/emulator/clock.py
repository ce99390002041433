# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's own clock, and the ways a state file writes a time."""

from __future__ import annotations

import re
import threading
import time
from datetime import datetime, timezone

_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:\d+[dhms])+")


class Clock:
    """Wall-clock time in s since the epoch, which can be advanced, and pauses that a stopping server ends early."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._stopping = threading.Event()

    def now(self) -> float:
        """Time in s since the epoch."""
        return time.time() + self.offset

    def pause(self, seconds: float) -> None:
        """Wait in real time, at most until the server stops."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def stop(self) -> None:
        """End all pauses, now and later."""
        self._stopping.set()


def moment(text: str, now: float) -> float:
    """A time as a state file writes it, in s since the epoch: "in 3h30m", "2d ago" or RFC 3339. Raises ValueError."""
    for pattern, sign in ((r"in (\S+)", 1), (r"(\S+) ago", -1)):
        match = re.fullmatch(pattern, text)
        if match and _SPAN.fullmatch(match[1]):
            return now + sign * sum(int(n) * _SECONDS[unit] for n, unit in re.findall(r"(\d+)([dhms])", match[1]))
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise ValueError(f'"{text}" is no time; write "in 3h30m", "2d ago" or 2026-11-22T05:00:00Z') from None


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
