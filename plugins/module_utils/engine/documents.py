# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records as documents in the options of the modules, and how they differ from those that are declared. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import Field, Kind

MISSING, DIFFERS, UNDECLARED = "missing", "differs", "undeclared"
ORDER = "order"

_RANK = "rank"
_COMPARED = (planning.EDIT, "", "switch", _RANK)  # verbs of the fields that a document can be held against


def items_of(
    kind: Kind, records: Sequence[Mapping[str, Any]], names: Mapping[str, str], brief: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return the records in the options of the kind's module: names instead of IDs where names are unique.

    Of the system's own records only the name and whether they are on can be kept, and is told.

    @param records: as C(Collection.whole) returns them
    @param names: of databases by ID, those that are unique
    @param brief: where a record has the key, it is told by these options alone
    """
    seen = Counter(record["name"] for record in records)
    items = [_item(kind, record, names, brief, seen[record["name"]] == 1) for record in records]
    own = sorted((item for item, record in zip(items, records) if record["system"]), key=str)
    rest = [(record.get(_RANK) or 0, str(item), item) for item, record in zip(items, records) if not record["system"]]
    # Where no order is kept, a document has its own, so that two of them can be compared line by line.
    custom = sorted(rest, key=lambda one: one[0] if _RANK in kind.verbs else one[1])
    return [*own, *(item for _rank, _text, item in custom)]


def _item(
    kind: Kind, record: Mapping[str, Any], names: Mapping[str, str], brief: Mapping[str, Sequence[str]], unique: bool
) -> dict[str, Any]:
    own = {} if unique or kind.alike else {"id": record["id"]}
    if record["system"]:
        return {**own, kind.noun.name_key: record["name"], "enabled": record["enabled"]}
    told = next((options for key, options in brief.items() if record.get(key)), None)
    shown = {
        field.option: _named(field, record[field.option], names)
        for field in kind.fields
        if field.spec is not None and field.option in record and (told is None or field.option in told)
    }
    # Whoever is known by what it is has no empty features; of others an empty list is a statement.
    empty = (None, "") if kind.alike else (None,)
    return {**own, **{option: value for option, value in shown.items() if value not in empty}}


def _named(field: Field, value: Any, names: Mapping[str, str]) -> Any:
    if not field.codec.refers:
        return value
    return names.get(value, value) if isinstance(value, str) else [names.get(one, one) for one in value]


def unreadable(kind: Kind, records: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return by option the records of which nobody can read it back, although they may have it."""
    hidden = [
        field.option
        for field in kind.fields
        if field.wire and not field.shown and field.spec is not None and field.verb in (planning.EDIT, planning.KEY)
    ]
    names = [str(record["name"]) for record in records if not record["system"]]
    return {option: names for option in hidden if names}


def compare(
    kind: Kind, declared: Sequence[Mapping[str, Any]], records: Sequence[dict[str, Any]], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return what of a section is missing, differs or is declared by nobody.

    @param declared: items as the kind's module takes them
    @param records: as C(Collection.whole) returns them
    @param names: of databases by ID
    @raises UsageError: when an item is unclear, or is declared twice
    """
    ids = {name: one for one, name in names.items() if list(names.values()).count(name) == 1}
    items = [_with_ids(kind, planning.clean(kind, item), ids) for item in declared]
    matched = planning.match(kind, items, records, planning.Wish(planning.PRESENT, {}))
    found: list[dict[str, Any]] = []
    for one in matched:
        record, name = one.record, one.record["name"]
        if not record["exists"]:
            found.append({"name": name, "difference": MISSING})
            continue
        for verb in _COMPARED:
            for option, (now, wanted) in planning.differences(kind, record, one.wish, verb).items():
                found.append(
                    {
                        "name": name,
                        "difference": DIFFERS,
                        "option": option,
                        "current": _told(kind, option, now, names),
                        "wanted": _told(kind, option, wanted, names),
                    }
                )
    known = {planning.identity(kind, one.record) for one in matched if one.record["exists"]}
    rest = [one for one in records if not one["system"] and planning.identity(kind, one) not in known]
    found += [{"name": record["name"], "difference": UNDECLARED} for record in rest]
    return found + _order(kind, [one.record for one in matched], records)


def _with_ids(kind: Kind, item: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    for field in kind.fields:
        if field.codec.refers and field.option in item:
            value = item[field.option]
            item[field.option] = (
                ids.get(value, value) if isinstance(value, str) else [ids.get(one, one) for one in value]
            )
    return item


def _told(kind: Kind, option: str, value: Any, names: Mapping[str, str]) -> Any:
    field = next(one for one in kind.fields if one.option == option)
    return _named(field, value, names)


def _order(
    kind: Kind, declared: Sequence[Mapping[str, Any]], records: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return how the order of custom records differs, where one call sets the whole order."""
    if _RANK not in kind.verbs or not kind.verbs[_RANK].place.many:
        return []
    first = [one["name"] for one in declared if one["exists"] and not one["system"]]
    now = [one["name"] for one in records if not one["system"]]
    wanted = [*first, *(name for name in now if name not in first)]
    if now == wanted:
        return []
    return [{"name": None, "difference": DIFFERS, "option": ORDER, "current": now, "wanted": wanted}]


def rows_of(differing: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Return the rows about single values: by option, what each is and what it is to be."""
    return [
        {"name": None, "difference": DIFFERS, "option": option, "current": now, "wanted": wanted}
        for option, (now, wanted) in differing.items()
    ]


def compare_tags(wanted: Mapping[str, str], current: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what of the tags is missing, differs or is declared by nobody."""
    found: list[dict[str, Any]] = [{"name": key, "difference": MISSING} for key in wanted if key not in current]
    found += [
        {"name": key, "difference": DIFFERS, "option": "value", "current": current[key], "wanted": value}
        for key, value in wanted.items()
        if key in current and current[key] != value
    ]
    return found + [{"name": key, "difference": UNDECLARED} for key in current if key not in wanted]


def as_declared(document: Mapping[str, Any], sections: Sequence[str], drift: Sequence[Mapping[str, Any]]) -> int:
    """Return how many of the values and records of a document are as it says."""
    declared = [document[section] for section in sections if document.get(section) is not None]
    wanted = sum(len(one) if isinstance(one, (list, dict)) else 1 for one in declared)
    off = {
        (row["section"], row["name"] or row["option"])
        for row in drift
        if row["difference"] != UNDECLARED and row.get("option") != ORDER
    }
    return wanted - len(off)


def check_document(document: Any, values: Mapping[str, Any], records: Sequence[str]) -> None:
    """Raise UsageError when a policy has a section that is not known, or one in another form.

    @param values: the sections that are no lists, and what they must be: a type, or the words that there are
    @param records: the sections that are lists of records
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("instance"), str):
        raise UsageError("A policy has no instance: say by ID or name which audit instance it is about.")
    known = (*values, *records)
    it = f"the policy of {document['instance']!r}"
    for section, value in document.items():
        if section in ("instance", "unreadable"):
            continue
        if section not in known:
            raise UsageError(f"T{it[1:]} has a section {section!r}: there are {', '.join(known)}.")
        wanted = values.get(section)
        if value is None:
            continue
        if section in records and not (isinstance(value, list) and all(isinstance(row, Mapping) for row in value)):
            raise UsageError(f"The section {section} of {it} must be a list of dictionaries.")
        if wanted is dict and not isinstance(value, Mapping):
            raise UsageError(f"The section {section} of {it} must be a dictionary.")
        if isinstance(wanted, tuple) and value not in wanted:
            raise UsageError(f"The {section} of {it} must be {' or '.join(wanted)}, not {value!r}.")
