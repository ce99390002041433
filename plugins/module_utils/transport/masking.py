# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hide what is secret in what a service says, however it has reshaped it. Pure functions of text."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"

_SHORTEST = 6  # characters; a shorter secret could not be told from ordinary words
_WINDOW = 16  # so many characters in a row give a longer secret away
# What may stand between the characters of a secret: blanks, what is not seen, and what quotes or escapes.
_BETWEEN = (*range(0x21), *range(0x7F, 0xA1), 0xAD, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x3000, 0xFEFF)
_DROPPED: dict[int, None] = dict.fromkeys((*_BETWEEN, *map(ord, "\\\"'")))
_JSON_BLANKS = re.compile(r"\\(?:[bfnrt]|u00[01][0-9a-f])")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Mask:
    """Hides secrets in texts: also in other letters, encoded or escaped, in parts, or with blanks in between.

    @param secrets: the values that must never be shown
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {_essence(form) for secret in secrets for form in _forms(secret)}
        self._forms = {form for form in forms if len(form) >= _SHORTEST}
        self._parts: dict[int, set[str]] = {}  # by length

    def __call__(self, text: str) -> str:
        """Return the text with C(***) for each secret and for each part that gives one away."""
        for form in () if self._parts else self._forms:
            size = min(len(form), _WINDOW)
            self._parts.setdefault(size, set()).update(form[at : at + size] for at in range(len(form) - size + 1))
        characters = [(place, part) for place, one in enumerate(text) for part in _essence(one)]
        essence = "".join(part for place, part in characters)
        hidden = {
            place
            for size, parts in self._parts.items()
            for at in range(len(essence) - size + 1)
            if essence[at : at + size] in parts
            for place in range(characters[at][0], characters[at + size - 1][0] + 1)
        }
        if not hidden:
            return text
        return "".join(
            one if place not in hidden else "" if place - 1 in hidden else MASK for place, one in enumerate(text)
        )

    def in_json(self, text: str, value: Any, signature: str = "") -> bool:
        """Return whether JSON holds a whole secret somewhere; costs less than parsing it.

        @param value: what the text is when it is parsed; asked where characters are escaped in the text
        @param signature: a secret of one call, in lower-case hex digits
        """
        if "\\" in text:
            text = _JSON_BLANKS.sub("", json.dumps(value, ensure_ascii=False))
        essence = _essence(text)
        return any(form in essence for form in self._forms) or (bool(signature) and signature in essence)


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return parsed JSON with each text in it changed, keys too."""
    if isinstance(value, dict):
        return {change(key): map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [map_texts(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def whole(text: str) -> str:
    """Return a text with U+FFFD for each half of a surrogate pair, which can be neither printed nor sent."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _essence(text: str) -> str:
    return text.translate(_DROPPED).lower()


def _forms(secret: str) -> Iterator[str]:
    """Yield how a secret may be written."""
    data = secret.encode("utf-8", "replace")
    yield secret
    yield from (quote(data), quote(data, safe=""), quote_plus(data))
    yield html.escape(secret)
    yield json.dumps(secret)[1:-1]
    yield data.hex()
    for before in range(3):  # how many bytes stand before it in its group of three
        coded = base64.b64encode(bytes(before) + data).decode()
        yield coded[(before * 8 + 5) // 6 : len(coded) - 4 if len(coded) > 8 else None]
