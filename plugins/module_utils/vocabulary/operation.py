# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an API operation is: one row of the contract, as plain data."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple
from urllib.parse import quote


class Operation(NamedTuple):
    """One operation of the contract."""

    id: str  # its operationId
    service: str  # iam, dbss or dws
    method: str
    path: str  # with {placeholders}
    intent: str  # what it does, for people: "Failed to <intent> <resource>"
    acts: bool = False  # it changes something, so it must not be sent twice on a guess
    looks: bool = False  # what is busy has to be looked at before it is sent again

    def url_path(self, parameters: Mapping[str, str]) -> str:
        """Return the path with its placeholders filled in, each value percent-encoded as one segment."""
        return self.path.format(**{name: quote(value, safe="") for name, value in parameters.items()})


class Answer(NamedTuple):
    """A successful answer."""

    payload: Any  # the parsed JSON object
    headers: Mapping[str, str]
