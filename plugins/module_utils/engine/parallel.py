# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do one thing for many, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError


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


def all_of(work: Callable[[Any], Any], items: Iterable[Any], at_most: int) -> list[Any]:
    """Return what C(work) returns for each item, as C(for_each) does, where one error makes all the rest useless.

    @raises DbopsError: the first one
    """
    results = for_each(work, items, at_most)
    for result in results:
        if isinstance(result, DbopsError):
            raise result
    return results
