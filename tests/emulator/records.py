# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sorts of record that the cloud holds: a row each in the records.yml of its service.

A row says how a state file writes such records and what they look like where it says nothing:

  fields_of   schemas of the contract whose fields a record takes
  fields      fields of ours, as JSON schema; x-fields-of adds those of contract schemas to an object
  key         the field that identifies it (id), unique where it stands; made up where a file leaves it out
  required    the fields that a state file has to give
  machine     the state machine of power.py that moves it
  times       fields that a state file writes as a time: "in 3h30m", "2d ago" or 2026-11-22T05:00:00Z; a.b is b inside a
  defaults    what it looks like; of a mapping a state file may give a part
  parts       the sorts of record that belong to it, each a list in a state file
  at_least    of a part: how many there have to be
  everywhere  of a part: its ids are unique in the whole document, not only where they stand
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Mapping

from jsonschema.exceptions import best_match

from .clock import moment, timestamp
from .contract import Contract, explain
from .documents import HERE, StateError, read_file
from .ids import made_up
from .power import MACHINES, Machine, Record, Timer

SERVICES = ("iam", "dbss", "dws", "bss", "metadata")
_SECONDS = {"type": "number", "minimum": 0}
# What every record may say beyond its row, and what those that a state machine moves may say.
_OURS = {"project": {"type": "string"}}
_OF_MACHINES = {"seconds_left": _SECONDS, "ends_in": {"type": "string"}}
# What a record has beyond the API's own fields and a state file does not write this way.
INNER = ("until", "stale", "gone", "arrives", "extended_at")


@dataclass(frozen=True)
class Sort:
    """A sort of record; `times`, `key` and `defaults` as in its row, `schema` that of one in a state file."""

    name: str
    key: str
    schema: Mapping[str, Any]
    times: tuple[str, ...]
    defaults: Mapping[str, Any]
    machine: Machine | Timer | None
    parts: tuple[Sort, ...]
    at_least: int = 0
    everywhere: bool = False

    def record(self, given: Mapping[str, Any], now: float) -> Record:
        """The record that a state file gives; its parts are left as they are given. Raises ValueError."""
        record: Record = {
            **_filled(self.defaults, given),
            **{part.name: given.get(part.name, []) for part in self.parts},
            "stale": None,
            "gone": False,
        }
        for name in self.times:
            _rewrite(record, name, lambda text: moment(text, now))
        if self.machine:
            seconds = record.pop("seconds_left", None)
            record.update(ends_in=given.get("ends_in"), until=None if seconds is None else now + seconds)
        return record

    def written(self, record: Record, now: float) -> Record:
        """The record as a state file gives it, without its parts."""
        parts = [part.name for part in self.parts]
        shown = {name: value for name, value in record.items() if name not in (*INNER, *parts)}
        for name in self.times:
            _rewrite(shown, name, timestamp)
        if self.machine:
            if not shown["ends_in"]:
                del shown["ends_in"]
            if record["until"] is not None:
                shown["seconds_left"] = round(max(0.0, record["until"] - now), 3)
        return shown


class Sorts:
    """All sorts of record, and the rules for a state document; built once from a contract."""

    def __init__(self, contract: Contract):
        self._contract = contract
        rows = {name: row for service in SERVICES for name, row in _rows(HERE / service).items()}
        self.top = tuple(self._sort(name, row, _OURS) for name, row in rows.items())
        schema = read_file(HERE / "document.schema.yml")
        schema["properties"].update((sort.name, _listed(sort)) for sort in self.top)
        self._validator = contract.validator(schema)

    def at(self, path: str) -> Sort:
        """The sort at a path of sections, such as "audit_instances.risk_rules"."""
        sorts, names = self.top, path.split(".")
        for name in names[:-1]:
            sorts = next(one for one in sorts if one.name == name).parts
        return next(one for one in sorts if one.name == names[-1])

    def _sort(self, name: str, row: Mapping[str, Any], more: Mapping[str, Any]) -> Sort:
        key, machine = row.get("key", "id"), row.get("machine")
        parts = tuple(self._sort(part, inner, {}) for part, inner in row.get("parts", {}).items())
        properties = {
            **{field: rule for schema in row.get("fields_of", ()) for field, rule in self._fields(schema).items()},
            **more,
            **(_OF_MACHINES if machine else {}),
            **self._expanded(row.get("fields", {})),
            **{field: {"type": "string", "nullable": True} for field in row.get("times", ()) if "." not in field},
            **{part.name: _listed(part) for part in parts},
        }
        schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
            **({"required": row["required"]} if "required" in row else {}),
        }
        return Sort(
            name,
            key,
            schema,
            times=tuple(row.get("times", ())),
            defaults=row.get("defaults", {}),
            machine=MACHINES[machine] if machine else None,
            parts=parts,
            at_least=row.get("at_least", 0),
            everywhere=row.get("everywhere", False),
        )

    def _fields(self, schema: str) -> Mapping[str, Any]:
        properties: Mapping[str, Any] = self._contract.schemas[schema]["properties"]
        return properties

    def _expanded(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._expanded(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = {key: self._expanded(value) for key, value in node.items()}
        for schema in node.pop("x-fields-of", ()):
            node["properties"] = {**self._fields(schema), **node.get("properties", {})}
        return node

    def check(self, document: Any) -> None:
        """Raises StateError when a state document breaks the rules or names an id twice."""
        error = best_match(self._validator.iter_errors(document))
        if error:
            raise StateError(explain(error))
        named = [
            ("projects", [one["id"] for one in document["projects"]]),
            ("keys", [one["access_key"] for one in document.get("keys", ())]),
            *_named(self.top, [document]),
        ]
        for name, ids in named:
            twice = [one for one, count in Counter(ids).items() if count > 1]
            if twice:
                raise StateError(f"{name}: the id {twice[0]} is there twice")


def _named(sorts: Iterable[Sort], owners: list[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """The ids that a document gives to the records of each sort: those of one owner, or those of all together."""
    for sort in sorts:
        given = [one for owner in owners for one in owner.get(sort.name, ())]
        for group in [given] if sort.everywhere else [owner.get(sort.name, ()) for owner in owners]:
            yield sort.name, [one[sort.key] for one in group if sort.key in one]
        yield from _named(sort.parts, given)


def named(sort: Sort, given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """What a state file gives, with an id: made up from the place where it stands, when there is none."""
    return {sort.key: made_up(place), **given}


def _listed(sort: Sort) -> dict[str, Any]:
    return {"type": "array", "items": sort.schema, "minItems": sort.at_least}


def _rewrite(record: Record, name: str, change: Callable[[Any], Any]) -> None:
    """Change the value of a field, "om_user.expires" for one inside another, where there is one."""
    outer, _dot, inner = name.partition(".")
    value = record.get(outer)
    if inner and isinstance(value, dict):
        record[outer] = value = {**value}
        _rewrite(value, inner, change)
    elif value is not None and not inner:
        record[outer] = change(value)


def _filled(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> Record:
    """What is given over the defaults; mappings are joined, anything else is replaced."""
    both = {**defaults, **given}
    for key, value in given.items():
        if isinstance(value, dict) and isinstance(defaults.get(key), dict):
            both[key] = _filled(defaults[key], value)
    return both


def _rows(service: Path) -> dict[str, Any]:
    path = service / "records.yml"
    return read_file(path) if path.exists() else {}
