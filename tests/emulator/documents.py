# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State files and the tables of records as plain data: YAML in which only true and false are booleans."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


class StateError(Exception):
    """A state file that cannot be used; the text is one sentence."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which ON, off and dates stay text, as the API writes them; only true and false are booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, re.compile("^(?:true|false)$") if tag.endswith(":bool") else pattern)
        for tag, pattern in resolvers
        if not tag.endswith(":timestamp") and (not tag.endswith(":bool") or first in "tf")
    ]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> Any:
    """YAML (or JSON) as plain data. Raises StateError."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise StateError(f"not valid YAML{place}: {getattr(error, 'problem', None) or 'unreadable'}") from None


def read_file(path: Path) -> dict[str, Any]:
    """The document in a state file. Raises StateError."""
    try:
        document: dict[str, Any] = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(getattr(error, "strerror", None) or "not UTF-8 text") from None
    return document
