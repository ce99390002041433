# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in a Markdown page, and what the comment before each says of it.

| comment | the block |
|---|---|
| `file: NAME` | is saved under this name, for the blocks after it |
| `fails: WORDS` | fails, and says these words |
| `not run: REASON` | is not run here |
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>file|fails|not run): (?P<value>[^\n]+) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A fenced block of code: its language, its text, and the comment before it."""

    language: str
    text: str
    mark: str | None
    value: str | None


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in its order."""
    text = page.read_text(encoding="utf-8")
    found = [Block(one["language"], one["text"], one["mark"], one["value"]) for one in BLOCK.finditer(text)]
    assert len(found) == len(re.findall(r"^```\w+$", text, re.MULTILINE)), f"{page} has a block that is not understood"
    return found
