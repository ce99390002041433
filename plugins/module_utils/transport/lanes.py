# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let only so many threads do a thing at the same time."""

from __future__ import annotations

import threading


class Lanes:
    """Lets so many threads in at a time; the others wait until one has left.

    @param number: how many
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._inside = 0
        self._changed = threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self._number)
            self._inside += 1

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify()

    def narrow(self) -> None:
        """Let in half as many from now on, but always one."""
        with self._changed:
            self._number = max(1, self._number // 2)
