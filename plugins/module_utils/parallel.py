# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do one thing for many, a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.errors import DbopsError


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


def for_each(work: Callable[[Any], Any], items: Iterable[Any], at_most: int) -> list[Any]:
    """Call C(work) for each item, at most C(at_most) at a time, and return what it returned, in the items' order.

    An item whose work raises a DbopsError has the error in the place of its result. Any other exception is raised.
    """

    def attempt(item: Any) -> Any:
        try:
            return work(item)
        except DbopsError as error:
            return error

    items = list(items)
    if len(items) < 2 or at_most < 2:
        return [attempt(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - costs start-up time, and most tasks handle one record

    with ThreadPoolExecutor(max_workers=min(at_most, len(items))) as pool:
        return list(pool.map(attempt, items))
