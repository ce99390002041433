# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import html
import json
import string
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.masking import MASK, Mask, map_texts, whole
from hypothesis import given
from hypothesis import strategies as st

SECRET = "pa55-of the/ops+=&<user>\"'x"

WAYS = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "URL": quote,
    "URL with slashes": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "HTML": html.escape,
    "JSON": json.dumps,
    "JSON twice": lambda text: json.dumps(json.dumps({"password": text})),
    "Python": lambda text: repr({"password": text}),
    "hex": lambda text: text.encode().hex(),
    "blanks": " ".join,
    "lines": lambda text: "\r\n".join(text[at : at + 5] for at in range(0, len(text), 5)),
    "invisible": "\u200b".join,
    **{
        f"base64 after {before}": lambda text, before=before: base64.b64encode(b"x" * before + text.encode()).decode()
        for before in range(4)
    },
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_secret_is_hidden_however_it_is_written(way):
    shown = Mask([SECRET])(f"before {way(SECRET)} after")
    assert MASK in shown
    assert (shown[:7], shown[-6:]) == ("before ", " after")
    for part in ("pa55-of", "ops", "user"):
        assert part not in shown.lower()


@pytest.mark.parametrize("cut", [slice(0, 16), slice(4, 20), slice(-16, None)])
def test_a_part_that_gives_a_secret_away_is_hidden(cut):
    secret = "abcdefghijklmnopqrstuvwxyz0123456789"
    assert Mask([secret])(f"<{secret[cut]}>") == f"<{MASK}>"


@given(st.text(string.ascii_letters, max_size=20), st.text(max_size=20), st.sampled_from(sorted(WAYS)))
def test_nothing_else_is_touched(before, text, way):
    mask = Mask(["0123456789" * 3])
    assert mask(before + text) == before + text
    assert mask(before + WAYS[way]("0123456789" * 3)).startswith(before)


def test_what_is_short_or_empty_is_no_secret_that_could_be_told_from_words():
    assert Mask(["", "a", "audit"])("audit-prod") == "audit-prod"


def test_several_secrets():
    assert Mask(["first-secret", "second-secret"])("first-secret and second-secret") == "*** and ***"


@pytest.mark.parametrize("form", [json.dumps, lambda text: json.dumps(text, ensure_ascii=False)])
@pytest.mark.parametrize(
    "value",
    [
        {"a": [{"b": SECRET}]},
        {SECRET: 1},
        SECRET.upper(),
        {"a": "\n".join(SECRET)},
        ["\u001b".join(SECRET)],
        [quote(SECRET)],
    ],
)
def test_json_that_holds_a_secret(form, value):
    assert Mask([SECRET]).in_json(form(value), value)


def test_json_with_escaped_letters():
    text = "".join(f"\\u{ord(one):04x}" for one in SECRET)
    assert Mask([SECRET]).in_json(f'"{text}"', SECRET)


def test_json_without_one():
    value = {"name": "audit-prod", "remark": "über\n\\"}
    assert not Mask([SECRET, ""]).in_json(json.dumps(value), value)


def test_texts_of_json_are_keys_and_values():
    value = {"a": ["b", {"c": None, "d": 1}], "e": True}
    assert map_texts(value, str.upper) == {"A": ["B", {"C": None, "D": 1}], "E": True}


def test_half_a_surrogate_pair_becomes_one_that_can_be_printed():
    assert whole("a\ud800b\udfffc\U0001f600") == "a\ufffdb\ufffdc\U0001f600"
