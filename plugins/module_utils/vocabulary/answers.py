# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a service answered, without trusting it."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Collection
from functools import lru_cache
from typing import Any


class Unreadable(ValueError):
    """A successful answer does not say what it must; its text goes on from "the service …"."""


def rows(payload: Any, key: str, *needed: str, optional: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the list under a key, after checking that each row is an object with a text under the needed keys.

    @param optional: keys that have a text or None; None too where they are missing
    @raises Unreadable: when it is not so
    """
    found = payload.get(key) if isinstance(payload, dict) else None
    if not isinstance(found, list):
        raise Unreadable(f"answered without a list of {key}")
    if not all(isinstance(row, dict) and all(isinstance(row.get(name), str) for name in needed) for row in found):
        raise Unreadable(f"answered with {key} that lack {' or '.join(needed) or 'content'}")
    for name in optional:
        if not all(row.setdefault(name) is None or isinstance(row[name], str) for row in found):
            raise Unreadable(f"answered with {key} whose {name} is no text")
    return found


def total(payload: dict[str, Any]) -> int | None:
    """Return the total that a listing tells, or None."""
    value = payload.get("total")
    return value if isinstance(value, int) else None


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record with snake_case keys only; of several spellings of a key, the first one with a value wins."""
    record: dict[str, Any] = {}
    for key, value in row.items():
        name = _snake_case(key)
        if record.get(name) is None:
            record[name] = value
    return record


def plain_rows(payload: Any, key: str, *needed: str, optional: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the list under a key as plain records, checked as C(rows) does once their keys have one spelling.

    @raises Unreadable: when it is not so
    """
    found = payload.get(key) if isinstance(payload, dict) else None
    if isinstance(found, list):
        payload = {key: [plain(row) if isinstance(row, dict) else row for row in found]}
    return rows(payload, key, *needed, optional=optional)


def any_rows(payload: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the list under a key as plain records, also what is none: each has a text as C(id), which may be no ID.

    So pages fit together, and what can be read is found although something else cannot.

    @raises Unreadable: when there is no list
    """
    found = payload.get(key)
    if not isinstance(found, list):
        raise Unreadable(f"answered without a list of {key}")
    return [_with_text_as_id(row) for row in found]


def _with_text_as_id(row: Any) -> dict[str, Any]:
    record = plain(row) if isinstance(row, dict) else {}
    return record if isinstance(record.get("id"), str) else {**record, "id": f"?{reprlib.repr(row)}"}


@lru_cache(maxsize=1024)  # a listing has few keys and many rows
def _snake_case(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()
