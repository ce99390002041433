# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a kind is: plain data that says all there is to say about a sort of record."""

from __future__ import annotations

import operator
from types import MappingProxyType
from typing import Any, Callable, Dict, Mapping, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation

ALL = "all"
"""What an option says for every database, where it could list them."""

NEEDED = object()
"""Of a field: a record cannot be created without it."""


class Codec(NamedTuple):
    """How a value stands in options and results, and how over the wire."""

    read: Callable[[Any], Any]  # from the wire, where it may be missing (None)
    write: Callable[[Any], Any]  # to the wire
    same: Callable[[Any, Any], bool] = operator.eq  # whether two values in options mean one thing
    clean: Callable[[Any], Any] = lambda value: value  # what a task gives, as it is compared and written
    refers: bool = False  # it lists databases, which a task may name


def _same_set(one: Any, other: Any) -> bool:
    return set(one) == set(other) if isinstance(one, list) and isinstance(other, list) else bool(one == other)


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError("no text")
    return value or ""


def _words(text: Any) -> list[str]:
    """Return the words of a text with commas, without blanks and empty ones."""
    return [word.strip() for word in str(text or "").split(",") if word.strip()]


def _distinct(values: list[str]) -> list[str]:
    return list(dict.fromkeys(word for value in values for word in _words(value)))


def _databases(value: Any) -> list[str]:
    """Return the IDs of the databases, or C([ALL]) in each of its spellings as C([all])."""
    ids = list(value) if isinstance(value, list) else _words(value)
    return [ALL] if [one.strip("[]").lower() for one in ids] == [ALL] else ids


_POSITIONS = {"ON": True, "OFF": False, "1": True, "0": False}

PLAIN = Codec(lambda value: value, lambda value: value)
TEXT = Codec(_text, lambda value: value)
FLAG = Codec(bool, bool)
WORD = Codec(lambda value: value and str(value).lower(), lambda value: value.upper(), clean=str.lower)
TEXTS = Codec(lambda value: [_text(one) for one in value or []], lambda value: value, _same_set)
NUMBER_SWITCH = Codec(lambda value: _POSITIONS[str(value).upper()], int)
SWITCH = Codec(lambda value: _POSITIONS[str(value).upper()], lambda value: "ON" if value else "OFF")
CSV = Codec(_words, ",".join, _same_set, _distinct)
UPPER_CSV = Codec(_words, ",".join, _same_set, lambda values: [value.upper() for value in _distinct(values)])
DATABASES = Codec(_databases, lambda ids: "[ALL]" if ids == [ALL] else ",".join(ids), _same_set, refers=True)
DATABASE = Codec(lambda value: value, lambda value: value, refers=True)
DATABASE_LIST = Codec(_databases, lambda ids: ["[ALL]"] if ids == [ALL] else ids, _same_set, refers=True)


def whole(least: int, most: int, write: Callable[[int], Any] = int) -> Codec:
    """Return the codec of a whole number, which may stand over the wire as text. A task's may be no other than these.

    Its clean raises ValueError, which says so.
    """

    def clean(value: int) -> int:
        if not least <= value <= most:
            raise ValueError(f"must be from {least} to {most}, not {value}")
        return value

    return Codec(lambda value: None if value in (None, "") else int(value), write, clean=clean)


def rows_of(*keys: str) -> Codec:
    """Return the codec of a list of objects that have these keys, each a text that may be empty."""

    def clean(value: Any) -> list[dict[str, str]]:
        return [{key: row.get(key) or "" for key in keys} for row in value or []]

    def same(one: Any, other: Any) -> bool:
        order = operator.itemgetter(*keys)
        return bool(sorted(one, key=order) == sorted(other, key=order))

    return Codec(clean, clean, same, clean)


class Field(NamedTuple):
    """A field of a record: one row of its kind's table. Never more than these eight attributes."""

    option: str  # its name in options and results
    codec: Codec
    spec: Mapping[str, Any] | None  # its row of the argument spec; None for what is only shown
    wire: str = ""  # its key in bodies; "" where no body has it
    shown: str = ""  # its key in records; "" where it cannot be read back
    born: Any = None  # what creation sends when the task gives nothing, NEEDED, or None to leave it out
    listed: bool = True  # a listing shows it; False: only the reading of the record itself
    verb: str = "edit"  # by which it changes: edit, switch, rank, key; "" when it stays as it was created


class Place(NamedTuple):
    """Where a call says which records it is about."""

    put: Callable[[list[str]], tuple[dict[str, str], dict[str, Any]]]  # IDs to parameters and part of the body
    many: bool = False  # one call takes many


def in_path(name: str = "id") -> Place:
    """Return the place of one ID in the path."""
    return Place(lambda ids: ({name: ids[0]}, {}))


def in_body(name: str = "id") -> Place:
    """Return the place of one ID in the body."""
    return Place(lambda ids: ({}, {name: ids[0]}))


def in_list(name: str = "ids") -> Place:
    """Return the place of many IDs as an array of the body."""
    return Place(lambda ids: ({}, {name: ids}), many=True)


def in_text(name: str = "ids") -> Place:
    """Return the place of many IDs as a text with commas."""
    return Place(lambda ids: ({}, {name: ",".join(ids)}), many=True)


Judge = Callable[[Mapping[str, Any]], Dict[str, str]]
"""Returns, from an answer that has a word for each, which IDs it says failed, and why. Raises Unreadable."""

NOWHERE = Place(lambda ids: ({}, {}))


class Verb(NamedTuple):
    """A verb of a kind: the operation, where it says which records, and what the answer must say."""

    operation: Operation
    place: Place = NOWHERE
    answer: str = ""  # the key under which an action says whether it succeeded
    rows: str = ""  # of a listing: the key of its rows
    within: str = ""  # of a listing: the key in a row under which the record stands
    wraps: str = ""  # of a creation that takes many: the key of the list of bodies
    query: Mapping[str, str] = MappingProxyType({})  # parameters of the query, by the option that has their value
    judge: Judge | None = None  # of a call for many that has a word for each of them

    @property
    def many(self) -> bool:
        """Whether one call takes many records."""
        return self.place.many or bool(self.wraps)


class Parent(NamedTuple):
    """The record to which all records of a kind belong, and what else it has that they refer to."""

    noun: Noun
    parameter: str  # the parameter of paths that is its ID
    records: Callable[[Caller], list[dict[str, Any]]]  # lists all that there could be
    moving: Callable[[Mapping[str, Any]], bool]  # whether it will be another by itself
    obstacle: Callable[[Mapping[str, Any]], str]  # why its records cannot be changed as it is, "" when they can
    databases: Callable[[Caller, str], list[dict[str, Any]]]  # lists those of one, by its ID


class Outside(NamedTuple):
    """Records outside of the parent that those to be created stand for."""

    noun: Noun
    by_id: str  # the option that says which one by its ID
    by_name: str  # and by its name
    lists: Callable[[Mapping[str, Any]], list[str]]  # what has to be listed to create what the fields say
    read: Callable[[Caller, str], list[dict[str, Any]]]  # lists it


class Kind(NamedTuple):
    """A sort of record: what it is called, its fields, its verbs, and where it is odd."""

    noun: Noun
    option: str  # the list option, and the key of the results
    parent: Parent
    fields: tuple[Field, ...]
    verbs: Mapping[str, Verb]  # list, detail, create, edit, delete, switch, rank, key, and other ways to create
    system: Callable[[Mapping[str, Any]], bool]  # whether a record, as it came over the wire, is the system's own
    born: bool | None = None  # whether a new record is on; None: as its creation says
    per_page: int = 1000  # the largest page that its listing allows, 0 where it has none
    off_before: tuple[str, ...] = ()  # verbs before which a record has to be off
    complete: Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]] = lambda body, known: body
    """Makes of a body what is sent; told by ID what the task's references came to, such as names of databases."""
    alike: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None
    """Whether an item is about a record, where that is not told by a name. Such a record can be made anew instead."""
    called: Callable[[Mapping[str, Any]], str] | None = None  # what a record is called that has no name
    outside: Outside | None = None
    variant: Callable[[Mapping[str, Any]], str] = lambda fields: "create"  # the verb that creates what the fields say
    refusal: Callable[[str, Mapping[str, Any]], str] = lambda action, record: ""
    """Says why an action must not be taken on a record although the task asks for it."""
    room: Callable[[Mapping[str, Any]], int | None] = lambda parent: None  # how many more the parent can have
    id_key: str = "id"  # of its rows, the key that has the ID
    sweeps: bool = True  # a task may be about all that the parent has: purge and all_...
    warning: Callable[[list[dict[str, Any]]], str] = lambda records: ""
    """Says what all records together should not be, as they are at the end; "" when all is well."""

    def field(self, option: str) -> Field:
        """Return the field with this option."""
        return next(field for field in self.fields if field.option == option)
