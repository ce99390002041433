# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning for the records of any kind: created, edited, switched, deleted. Pure: no I/O, no clock.

A record here has the fields of its kind by option, those that could be read, and C(id), C(exists) (False for one that
is not there, or not yet) and C(system) (it is the system's own). Its C(id) is None as long as no listing has shown it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError, printable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import NEEDED, Field, Kind
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Action,
    Goal,
    Step,
)

PRESENT, ABSENT, ENABLED, DISABLED = STATES = ("present", "absent", "enabled", "disabled")
CREATE, EDIT, DELETE, SWITCH_ON, SWITCH_OFF = "create", "edit", "delete", "switch on", "switch off"

# In the order in which they are taken where one call takes many records: what has to be off first is turned off first.
ACTIONS = {
    SWITCH_OFF: Action(again=True, trusted=True),
    CREATE: Action(again=False, trusted=True),
    EDIT: Action(again=True, trusted=True),
    SWITCH_ON: Action(again=True, trusted=True),
    DELETE: Action(again=True, trusted=True),
}

GOAL = Goal("cannot be as the task asks", "is not listed as the task asks")

_POSITIONS = {ENABLED: True, DISABLED: False}


class Wish(NamedTuple):
    """What a task wants of one record."""

    state: str  # of STATES
    fields: Mapping[str, Any]  # by option, only what the task gives; the name is the one that it is to have
    reset_unreadable: bool = False  # an edit may send what cannot be read back as a new record has it
    logged: bool = False  # the whole record is wanted, so that it can be made again

    @property
    def enabled(self) -> bool | None:
        """Whether it is to be on, None where the task does not say."""
        return _POSITIONS.get(self.state, self.fields.get("enabled"))


def verb_of(action: str) -> str:
    """Return the verb that an action is of: both ways to switch are of one."""
    return action.partition(" ")[0]


def nothing(kind: Kind, record_id: str | None, name: str | None) -> dict[str, Any]:
    """Return what stands for a record that is not there."""
    return {"id": record_id, "name": name, kind.noun.name_key: name, "exists": False, "system": False}


def record_of(kind: Kind, row: Mapping[str, Any], detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a record, from its row of a listing and, where that does not show all, from the reading of itself.

    @raises Unreadable: when a field is not in the contract's form
    """
    record = {"id": row["id"], "name": row[kind.noun.name_key], "exists": True, "system": kind.system(row)}
    for field in kind.fields:
        source = row if field.listed else detail
        if field.shown and source is not None:
            record[field.option] = _read(field, source)
    return record


def _read(field: Field, source: Mapping[str, Any]) -> Any:
    try:
        return field.codec.read(source.get(field.shown))
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise Unreadable(f"answered with a {field.shown} that cannot be read") from error


def edited(kind: Kind) -> list[Field]:
    """Return the fields that an edit changes."""
    return [field for field in kind.fields if field.plans]


def differences(kind: Kind, record: Mapping[str, Any], wish: Wish) -> dict[str, tuple[Any, Any]]:
    """Return the fields that an edit has to change: option to current and wanted value."""
    return {
        field.option: (record[field.option], wish.fields[field.option])
        for field in edited(kind)
        if field.option in wish.fields
        and field.option in record
        and not field.codec.same(record[field.option], wish.fields[field.option])
    }


def needs_detail(kind: Kind, record: Mapping[str, Any], wish: Wish) -> bool:
    """Return whether the plan depends on what only the reading of the record itself shows."""
    if "detail" not in kind.verbs or not record["exists"] or record["system"]:
        return False
    if wish.state == ABSENT:
        return wish.logged
    asked = any(field.option in wish.fields and field.shown and not field.listed for field in kind.fields)
    return asked or bool(differences(kind, record, wish))


def plan(kind: Kind, record: Mapping[str, Any], wish: Wish, was_on: bool | None = None) -> Step:
    """Return the next step for a record.

    @param was_on: whether it was on when the task began: to where a change puts it back for which it has to be off
    """
    if wish.state == ABSENT:
        return _plan_removal(kind, record) if record["exists"] else Step(DONE)
    if not record["exists"]:
        return _plan_creation(kind, record, wish)
    differing = differences(kind, record, wish)
    if record["system"] and "rank" in wish.fields:
        differing["rank"] = (record["rank"], wish.fields["rank"])
    wanted = was_on if wish.enabled is None and kind.off_before else wish.enabled
    if differing:
        return _plan_edit(kind, record, wish, differing)
    if "switch" in kind.verbs and wanted is not None and record["enabled"] != wanted:
        return _on(record, SWITCH_ON if wanted else SWITCH_OFF)
    return Step(DONE)


def _plan_removal(kind: Kind, record: Mapping[str, Any]) -> Step:
    if record["system"]:
        return Step(REFUSE, reason="is the system's own and cannot be deleted")
    if DELETE in kind.off_before and record["enabled"]:
        return _on(record, SWITCH_OFF)
    return _on(record, DELETE)


def _plan_creation(kind: Kind, record: Mapping[str, Any], wish: Wish) -> Step:
    if record["id"] is not None:
        return Step(REFUSE, reason="is not listed any more")
    missing = [field.option for field in kind.fields if field.born is NEEDED and field.option not in wish.fields]
    if missing:
        return Step(REFUSE, reason=f"does not exist, and to create it {' and '.join(missing)} must be given")
    return Step(ACT, CREATE)


def _plan_edit(kind: Kind, record: Mapping[str, Any], wish: Wish, differing: dict[str, tuple[Any, Any]]) -> Step:
    if record["system"]:
        return Step(REFUSE, reason=f"is the system's own, of which only enabled can be changed: {spelled(differing)}")
    hidden = [field.option for field in edited(kind) if field.wire and not field.shown]
    lost = [option for option in hidden if option not in wish.fields]
    if lost and not wish.reset_unreadable:
        names = " and ".join(lost)
        return Step(
            REFUSE,
            reason=f"has to be sent whole to change it ({spelled(differing)}), and its {names} cannot be read back: "
            f"give {names}, or set reset_unreadable to send none",
        )
    if EDIT in kind.off_before and record["enabled"]:
        return _on(record, SWITCH_OFF)
    return _on(record, EDIT)


def _on(record: Mapping[str, Any], action: str) -> Step:
    """Return the step that takes an action on a record, once it is known which one that is."""
    return Step(WAIT, reason="is not listed yet") if record["id"] is None else Step(ACT, action)


def spelled(differing: Mapping[str, tuple[Any, Any]]) -> str:
    """Return the fields that differ with their current and wanted values."""
    return ", ".join(f"{option} is {_value(now)}, wanted {_value(then)}" for option, (now, then) in differing.items())


def _value(value: Any) -> str:
    return printable(", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value))


def predict(kind: Kind, record: Mapping[str, Any], wish: Wish, action: str) -> dict[str, Any]:
    """Return what a record is once an action on it has been done."""
    if action == DELETE:
        return nothing(kind, record["id"], record.get("name"))
    if action in (SWITCH_ON, SWITCH_OFF):
        return {**record, "enabled": action == SWITCH_ON}
    options = {field.option for field in kind.fields if field.shown and (field.plans or action == CREATE)}
    options -= {"enabled", "rank"} if "switch" in kind.verbs else set()
    given = {option: value for option, value in wish.fields.items() if option in options}
    if action == EDIT:
        return {**record, **given}
    born = {
        field.option: field.codec.read(None) if field.born is None else field.born
        for field in kind.fields
        if field.option in options and field.born is not NEEDED
    }
    enabled = _born_on(kind, wish) if kind.born is None else kind.born
    return {**record, **born, **given, "enabled": enabled, "exists": True}


def _born_on(kind: Kind, wish: Wish) -> bool:
    return bool(kind.field("enabled").born if wish.enabled is None else wish.enabled)


def took(kind: Kind, record: Mapping[str, Any], wish: Wish, action: str) -> bool:
    """Return whether a record shows that an action on it was done."""
    if action in (CREATE, DELETE):
        return bool(record["exists"] == (action == CREATE))
    if not record["exists"]:
        return False
    if action == EDIT:
        return not differences(kind, record, wish)
    return bool(record["enabled"] == (action == SWITCH_ON))


def body_of(kind: Kind, record: Mapping[str, Any], wish: Wish, action: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of a creation or of an edit, which sends the whole record.

    @param names: the names of databases by ID
    """
    body = {}
    for field in kind.fields:
        value = _sent(kind, field, record, wish, action)
        if field.wire and value is not None and value is not NEEDED:
            body[field.wire] = field.codec.write(value)
    return kind.complete(body, names)


def _sent(kind: Kind, field: Field, record: Mapping[str, Any], wish: Wish, action: str) -> Any:
    if field.option == "enabled" and not field.plans:
        # Switching is a verb of its own: an edit leaves the position as it is.
        return record["enabled"] if action == EDIT else _born_on(kind, wish)
    if action == EDIT and not field.plans:
        return None
    if field.option in wish.fields:
        return wish.fields[field.option]
    return record[field.option] if action == EDIT and field.option in record else field.born


class Matched(NamedTuple):
    """An item of a task, and the record that it is about."""

    record: dict[str, Any]
    wish: Wish


def match(
    kind: Kind, items: Sequence[Mapping[str, Any]], records: Sequence[dict[str, Any]], state: str, reset: bool = False
) -> list[Matched]:
    """Return which record each item is about, and what is wanted of it. An ID beats a name.

    In: the items as the task gives them, their values cleaned, what it does not give left out.

    @raises UsageError: when one is unknown or unclear, or when two are about one record; the message tells of each
    """
    found = []
    problems: list[str] = []
    for item in items:
        why, record = _find(kind, item, records, state)
        if why:
            problems.append(why)
            continue
        options = {field.option for field in kind.fields} - {"name"}
        fields = {option: value for option, value in item.items() if option in options}
        wanted_name = item.get("new_name") or (item.get("name") if "id" in item or not record["exists"] else None)
        if wanted_name is not None:
            fields["name"] = wanted_name
        if "switch" not in kind.verbs and state in _POSITIONS:
            fields["enabled"] = _POSITIONS[state]
        found.append(Matched(record, Wish(state, fields, reset)))
    seen: dict[Any, int] = {}
    for matched in found:
        key = matched.record["id"] or ("name", matched.record["name"])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 2:
            problems.append(f"{kind.option} has {kind.noun.one} {matched.record['name']!r} twice.")
    ranks = [matched.wish.fields["rank"] for matched in found if "rank" in matched.wish.fields]
    problems += [f"Two {kind.noun.many} are to have the rank {rank}." for rank in set(ranks) if ranks.count(rank) > 1]
    if problems:
        raise UsageError(" ".join(problems))
    return found


def _find(
    kind: Kind, item: Mapping[str, Any], records: Iterable[dict[str, Any]], state: str
) -> tuple[str, dict[str, Any]]:
    """Return why an item is unclear, or the record that it is about."""
    wanted, name, new_name = item.get("id"), item.get("name"), item.get("new_name")
    if wanted is not None:
        for record in records:
            if record["id"] == wanted:
                return "", record
        missing = "" if state == ABSENT else f"No {kind.noun.one} has the ID {wanted!r}."
        return missing, nothing(kind, wanted, name)
    if name is None:
        return f"An item of {kind.option} has neither id nor {kind.noun.name_key}.", nothing(kind, None, None)
    records = list(records)
    old = [record for record in records if record["name"] == name]
    new = [record for record in records if record["name"] == new_name] if new_name not in (None, name) else []
    for spelling, several in ((name, old), (new_name, new)):
        if len(several) > 1:
            ids = ", ".join(sorted(record["id"] for record in several))
            why = f"{len(several)} {kind.noun.many} have the name {spelling!r}, say which one by its id: {ids}."
            return why, several[0]
    if old and new:
        both = f"{kind.noun.describe(old[0])} and {kind.noun.describe(new[0])}"
        return f"{name!r} cannot be renamed to {new_name!r}: both are there, {both}.", old[0]
    if old or new:
        return "", (old or new)[0]
    return "", nothing(kind, None, new_name or name if state != ABSENT else name)
