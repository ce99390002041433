# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user gave: a value, and the name of the option or variable that it came from."""

from __future__ import annotations

from typing import Any


class FromVariable(str):
    """A value that the environment gave; it knows the name of its variable."""

    variable: str

    def __new__(cls, value: str, variable: str) -> FromVariable:
        text = super().__new__(cls, value)
        text.variable = variable
        return text


def name_of(option: str, value: object) -> str:
    """Return what the user has set to this value: the option, or the environment variable."""
    return value.variable if isinstance(value, FromVariable) else option


def trim(option: str, value: Any) -> Any:
    """Return an option's value without the blanks around it that pasting leaves there.

    Nothing that an option takes begins or ends with blanks but a password; of that only line ends go.
    """
    if isinstance(value, dict):
        return {key: trim(key, item) for key, item in value.items()}
    if not isinstance(value, str):
        return value
    text = value.rstrip("\r\n") if option.endswith("password") else value.strip()
    return FromVariable(text, value.variable) if isinstance(value, FromVariable) else text
