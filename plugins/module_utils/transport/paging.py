# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a listing of several pages, and notice when its rows moved meanwhile."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

Page = Callable[[int], Tuple[List[Dict[str, Any]], Optional[int]]]
"""Reads a page, by the offset of its first row or by its number: its rows and the total that it tells, or None."""


class Reading(NamedTuple):
    """What reading a listing once has brought."""

    rows: list[dict[str, Any]]  # each once
    complete: bool  # the pages show by themselves that these are all


def by_offset(read: Page, go_on: Callable[[int], None]) -> Reading | None:
    """Read a listing by offsets, which count rows. Copes with pages that are shorter than asked for.

    Each page begins with the last row of the one before, which shows that no row has moved. Without that, a row that
    was deleted behind us would hide another, also when a new one keeps the total as it was.

    @param go_on: is told before each further page how many rows there are
    @return: None when the pages do not fit together
    """
    found: dict[str, dict[str, Any]] = {}
    totals: set[int | None] = set()
    offset = overlap = 0
    last = None
    while True:
        rows, total = read(offset - overlap)
        totals.add(total)
        if overlap and (not rows or rows[0]["id"] != last):
            return None
        further = rows[overlap:]
        if offset and any(row["id"] in found for row in further):
            return None
        for row in further:
            found.setdefault(row["id"], row)
        offset += len(further)
        if offset == total or not (further or overlap):
            return Reading(list(found.values()), totals in ({len(found)}, {None}))
        # A page of one row cannot overlap the next one and still bring a new row.
        overlap, last = (1, rows[-1]["id"]) if further and len(rows) > 1 else (0, None)
        go_on(len(found))


def by_number(read: Page, go_on: Callable[[int], None]) -> Reading:
    """Read a listing by page numbers, of which it is not known whether they begin with 0 or 1.

    Page 0 is asked for when the total says that the others do not hold all.

    @param go_on: is told before each further page how many rows there are
    """
    found: dict[str, dict[str, Any]] = {}
    totals: set[int | None] = set()
    number = 1
    while True:
        rows, total = read(number)
        totals.add(total)
        known = len(found)
        for row in rows:
            found.setdefault(row["id"], row)
        if number == 0 or len(found) >= (total or 0):
            return Reading(list(found.values()), totals - {None} == {len(found)})
        number = number + 1 if len(found) > known else 0
        go_on(len(found))
