# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs as the service writes them, the same in every run: what was created third has the same ID each time."""

from __future__ import annotations

import hashlib
import itertools
import string
import uuid

_LETTERS = string.ascii_letters + string.digits
_LENGTH = 20


def made_up(place: str) -> str:
    """The ID, of 20 letters and digits, of what stands in a place."""
    number = int.from_bytes(hashlib.sha256(place.encode()).digest(), "big")
    letters = []
    for _place in range(_LENGTH):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return "".join(letters)


class Ids:
    """The IDs of what is created, one after the other."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def short(self) -> str:
        """An ID of 20 letters and digits, as rules, databases and agents have them."""
        return made_up(f"created {next(self._numbers)}")

    def uuid(self) -> str:
        """A UUID, as instances, jobs and orders have them."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.short()))
