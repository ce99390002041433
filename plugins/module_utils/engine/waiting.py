# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one polling loop's timing: a deadline and an interval that grows."""

from __future__ import annotations

from collections.abc import Callable

_FIRST_PAUSE = 0.5
_GROWTH = 1.5


class Poll:
    """Tells when to look again.

    @param timeout: seconds until the deadline, from now
    @param longest: longest pause between two looks, in seconds
    @param monotonic: returns a time that never goes back, in seconds
    @param sleep: sleeps that many seconds
    """

    def __init__(
        self,
        timeout: float,
        longest: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._longest = longest
        self._started = monotonic()
        self.deadline = self._started + timeout
        self._next = min(_FIRST_PAUSE, longest)

    def now(self) -> float:
        """Return the time on the clock that the deadline is on."""
        return self._monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self.now() - self._started

    def expired(self) -> bool:
        """Return whether the deadline has passed."""
        return self.now() >= self.deadline

    def look_at_once(self) -> None:
        """Make the next pause none at all, and let the interval grow anew after it."""
        self._next = 0.0

    def pause(self, at_most: float | None = None) -> None:
        """Sleep until it is time for the next look, but never past the deadline.

        @param at_most: seconds after which somebody wants to look anyway; replaces the interval
        """
        pause = self._next if at_most is None else at_most
        self._next = min(self._longest, max(_FIRST_PAUSE, self._next * _GROWTH))
        pause = min(pause, self.deadline - self.now())
        if pause > 0:
            self._sleep(pause)
