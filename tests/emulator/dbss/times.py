# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as evidence has them: the span that a query asks for, and how a moment is written."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Mapping

from ..answers import Refusal

_TIME = "%Y-%m-%d %H:%M:%S"
_HOURS = {"HALF_HOUR": 0.5, "HOUR": 1, "THREE_HOUR": 3, "TWELVE_HOUR": 12, "DAY": 24, "WEEK": 168, "MONTH": 720}


def span_of(time: Mapping[str, Any], now: float) -> tuple[float, float]:
    """The first and last moment that the `time` of a query asks for, in s since the epoch; time_range wins.

    Raises Refusal when it says neither a range nor both ends.
    """
    if time.get("time_range"):
        return now - _HOURS[time["time_range"]] * 3600, now
    if not time.get("start_time") or not time.get("end_time"):
        raise Refusal(400, "DBSS.10000001", "body: time: needs time_range, or start_time and end_time")
    return read(time["start_time"]), min(read(time["end_time"]), now)


def read(text: str) -> float:
    """A time in a request, in s since the epoch. Raises Refusal."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise Refusal(400, "DBSS.10000001", "body: time: there is no such time") from None


def written(moment: float | None) -> str | None:
    """A moment, in s since the epoch, as evidence shows it."""
    return None if moment is None else datetime.fromtimestamp(moment, timezone.utc).strftime(_TIME)
