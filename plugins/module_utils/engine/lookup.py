# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the records that a task names. An exact ID beats a name; what is unclear fails before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import MOST_NAMED, Noun

_MOST_NEAR_MISSES = 3
_NEAR = 0.75  # from 0, nothing in common, to 1, the same


def references(values: Sequence[str]) -> list[str]:
    """Return the IDs and names that a list option holds: trimmed, apart at line breaks, without empty ones.

    Lists come from textareas and pasted text as well as from YAML. Commas are what Ansible parts a text at by itself.
    """
    return [line.strip() for value in values for line in value.splitlines() if line.strip()]


class Lookup(NamedTuple):
    """What references came to."""

    records: list[dict[str, Any]]  # those that are named, in the references' order, each once
    missing: list[str]  # the references that match nothing
    warnings: list[str]  # a sentence about what was skipped, if anything was


def look_up(
    records: Sequence[dict[str, Any]],
    noun: Noun,
    wanted: Sequence[str],
    by_id: bool = True,
    by_name: bool = True,
    skip_missing: bool = False,
) -> Lookup:
    """Return what the IDs and names of a task come to. Pure.

    @param wanted: IDs, names, or both, as C(by_id) and C(by_name) say; blanks around them do not count
    @param skip_missing: go on without references that match nothing; those that are unclear fail all the same
    @raises UsageError: when one is unknown or ambiguous; the message tells of each
    """
    ids = {record[noun.id_key]: record for record in records} if by_id else {}
    names: dict[str, list[dict[str, Any]]] = {}
    for record in records if by_name else ():
        if record.get(noun.name_key):
            names.setdefault(record[noun.name_key], []).append(record)
    found: dict[str, dict[str, Any]] = {}
    unclear, missing = [], []
    for reference in dict.fromkeys(map(str.strip, wanted)):
        matches = [ids[reference]] if reference in ids else names.get(reference, [])
        if len(matches) == 1:
            found[matches[0][noun.id_key]] = matches[0]
            continue
        why = _why_unclear(records, noun, reference, matches)
        if why:
            unclear.append(why)
        else:
            missing.append(reference)
    keys = " or ".join(["ID"] * by_id + ["name"] * by_name)
    unknown = [
        f"No {noun.one} has the {keys} {reference!r} (there are {len(records)}).{_near_misses(reference, ids, names)}"
        for reference in missing[:MOST_NAMED]
    ]
    if len(missing) > MOST_NAMED:
        unknown.append(f"And {len(missing) - MOST_NAMED} more.")
    if unclear or (missing and not skip_missing):
        raise UsageError(" ".join(unclear + unknown))
    return Lookup(list(found.values()), missing, [f"Skipped: {' '.join(unknown)}"] if missing else [])


def find(
    records: Sequence[dict[str, Any]], noun: Noun, wanted: Sequence[str], by_id: bool = True, by_name: bool = True
) -> list[dict[str, Any]]:
    """Return the records that C(wanted) names, in its order, each once; as look_up, whose errors it raises."""
    return look_up(records, noun, wanted, by_id, by_name).records


def _why_unclear(
    records: Sequence[dict[str, Any]], noun: Noun, reference: str, matches: list[dict[str, Any]]
) -> str | None:
    """Return why a reference that matches none or several is unclear, or None when there simply is no such record."""
    if matches:
        choice = ", ".join(sorted(record[noun.id_key] for record in matches))
        return f"{len(matches)} {noun.many} have the name {reference!r}, say which one by its ID: {choice}."
    for record in records:
        if noun.twin_key and record.get(noun.twin_key) == reference:
            return f"{reference} is the {noun.twin_key} of {noun.describe(record)}, not its {noun.id_key}."
    return None


def _near_misses(reference: str, *known: Iterable[str]) -> str:
    """Return the question that names what may have been meant, or nothing. Upper and lower case count the same."""
    import difflib  # noqa: PLC0415 - costs start-up time, and only failures need it

    spellings = {word.lower(): word for words in known for word in words}
    near = difflib.get_close_matches(reference.lower(), spellings, n=_MOST_NEAR_MISSES, cutoff=_NEAR)
    meant = " or ".join(repr(spellings[word]) for word in near)
    return f" Did you mean {meant}?" if meant else ""


def matching(
    records: Sequence[dict[str, Any]], filters: Mapping[str, str], options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the records that have the values that the task asks for.

    @param filters: option to the record's key that it is compared with
    @param options: the task's options; those that are None do not filter
    """
    asked = {key: options[option] for option, key in filters.items() if options[option] is not None}
    return [record for record in records if all(record.get(key) == value for key, value in asked.items())]
