# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning for the records of any kind: created, edited, switched, deleted. Pure: no I/O, no clock.

A record here has the fields of its kind by option, those that could be read, and C(id), C(exists) (False for one that
is not there, or not yet) and C(system) (it is the system's own). Its C(id) is None as long as no listing has shown it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
KEY = "key"
_NOT_CREATING = ("list", "detail", EDIT, DELETE, "switch", "rank", KEY)

GOAL = Goal("cannot be as the task asks", "is not listed as the task asks")

_POSITIONS = {ENABLED: True, DISABLED: False}


class Wish(NamedTuple):
    """What a task wants of one record."""

    state: str  # of STATES
    fields: Mapping[str, Any]  # by option, only what the task gives; the name is the one that it is to have
    reset_unreadable: bool = False  # an edit may send what cannot be read back as a new record has it
    logged: bool = False  # the whole record is wanted, so that it can be made again
    recreate: bool = False  # what cannot be changed in place may be made anew
    keys: bool = False  # what can be written only is to be written, whatever is there

    @property
    def enabled(self) -> bool | None:
        """Whether it is to be on, None where the task does not say."""
        return _POSITIONS.get(self.state, self.fields.get("enabled"))


def verb_of(action: str) -> str:
    """Return the verb that an action is of: both ways to switch are of one."""
    return "switch" if action in (SWITCH_ON, SWITCH_OFF) else action


def creations(kind: Kind) -> list[str]:
    """Return the verbs that create a record, of which a kind may have several."""
    return [verb for verb in kind.verbs if verb not in _NOT_CREATING]


def actions_of(kind: Kind) -> dict[str, Action]:
    """Return how the actions on a kind's records are handled.

    They are in the order in which they are taken where one call takes many records: what has to be off first is turned
    off first.
    """
    again = Action(again=True, trusted=True)
    born = dict.fromkeys(creations(kind), Action(again=False, trusted=True))
    return {SWITCH_OFF: again, **born, EDIT: again, KEY: again, SWITCH_ON: again, DELETE: again}


def identity(kind: Kind, record: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells a record from all others of its parent: its ID, and where it is listed if in several places."""
    return (record["id"], *(record.get(option) for option in kind.verbs["list"].query.values()))


def nothing(kind: Kind, record_id: str | None, name: str | None) -> dict[str, Any]:
    """Return what stands for a record that is not there."""
    return {"id": record_id, "name": name, kind.noun.name_key: name, "exists": False, "system": False}


def record_of(kind: Kind, row: Mapping[str, Any], detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a record, from its row of a listing and, where that does not show all, from the reading of itself.

    @raises Unreadable: when a field is not in the contract's form
    """
    record = {"id": row[kind.id_key], "name": row.get(kind.noun.name_key), "exists": True, "system": kind.system(row)}
    for field in kind.fields:
        source = row if field.listed else detail
        if field.shown and source is not None:
            record[field.option] = _read(field, source)
    if record["name"] is None and kind.called:
        record["name"] = kind.called(record)
    return record


def _read(field: Field, source: Mapping[str, Any]) -> Any:
    try:
        return field.codec.read(source.get(field.shown))
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise Unreadable(f"answered with a {field.shown} that cannot be read") from error


def edited(kind: Kind) -> list[Field]:
    """Return the fields that an edit changes."""
    return [field for field in kind.fields if field.verb == EDIT]


def differences(kind: Kind, record: Mapping[str, Any], wish: Wish, verb: str = EDIT) -> dict[str, tuple[Any, Any]]:
    """Return the fields that a verb has to change: option to current and wanted value.

    @param verb: "" for those that nothing changes
    """
    return {
        field.option: (record[field.option], wish.fields[field.option])
        for field in kind.fields
        if field.verb == verb
        and field.option in wish.fields
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


def plan(
    kind: Kind, record: Mapping[str, Any], wish: Wish, was_on: bool | None = None, taken: Collection[str] = ()
) -> Step:
    """Return the next step for a record.

    @param was_on: whether it was on when the task began: to where a change puts it back for which it has to be off
    @param taken: the actions that were taken on it
    """
    if wish.state == ABSENT:
        return _plan_removal(kind, record) if record["exists"] else Step(DONE)
    if not record["exists"]:
        return _plan_creation(kind, record, wish)
    differing = differences(kind, record, wish)
    if record["system"] and "rank" in wish.fields:
        differing["rank"] = (record["rank"], wish.fields["rank"])
    put_back = kind.off_before or DELETE in taken
    wanted = was_on if wish.enabled is None and put_back else wish.enabled
    fixed = differences(kind, record, wish, "")
    if fixed and not wish.recreate:
        anew = "; recreate deletes it and makes it anew" if kind.alike else ""
        return Step(REFUSE, reason=f"cannot be changed in place: {spelled(fixed)}{anew}")
    if fixed:
        # Nothing is deleted that could not be made again.
        creation = _plan_creation(kind, nothing(kind, None, None), remade(kind, record, wish))
        return creation if creation.verdict == REFUSE else _plan_removal(kind, record)
    if differing:
        return _plan_edit(kind, record, wish, differing)
    if KEY not in taken and secrets(kind, wish) and (wish.keys or not set(taken).isdisjoint(creations(kind))):
        return _on(record, KEY)
    if "switch" in kind.verbs and wanted is not None and record["enabled"] != wanted:
        return _on(record, SWITCH_ON if wanted else SWITCH_OFF)
    return Step(DONE)


def would_create(kind: Kind, record: Mapping[str, Any], wish: Wish) -> bool:
    """Return whether a record is to be created, as new or anew."""
    if wish.state == ABSENT:
        return False
    return not record["exists"] or (wish.recreate and bool(differences(kind, record, wish, "")))


def remade(kind: Kind, record: Mapping[str, Any], wish: Wish) -> Wish:
    """Return what is wanted of a record that is deleted and made anew: what the task leaves open is as it was."""
    options = [field.option for field in kind.fields if field.verb in (EDIT, "") and field.shown and field.spec]
    kept = {option: record[option] for option in options if record[option] not in (None, "", [])}
    return wish._replace(fields={**kept, **wish.fields})


def secrets(kind: Kind, wish: Wish) -> dict[str, Any]:
    """Return what a wish has that can be written only, as bodies have it."""
    given = [field for field in kind.fields if field.verb == KEY and field.option in wish.fields]
    return {field.wire: field.codec.write(wish.fields[field.option]) for field in given}


def _plan_removal(kind: Kind, record: Mapping[str, Any]) -> Step:
    if record["system"]:
        return Step(REFUSE, reason="is the system's own and cannot be deleted")
    why_not = kind.refusal(DELETE, record)
    if why_not:
        return Step(REFUSE, reason=why_not)
    if DELETE in kind.off_before and record["enabled"]:
        return _on(record, SWITCH_OFF)
    return _on(record, DELETE)


def _plan_creation(kind: Kind, record: Mapping[str, Any], wish: Wish) -> Step:
    if record["id"] is not None:
        return Step(REFUSE, reason="is not listed any more")
    missing = [field.option for field in kind.fields if field.born is NEEDED and field.option not in wish.fields]
    if missing:
        return Step(REFUSE, reason=f"does not exist, and to create it {' and '.join(missing)} must be given")
    why_not = kind.refusal(CREATE, wish.fields)
    return Step(REFUSE, reason=why_not) if why_not else Step(ACT, kind.variant(wish.fields))


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
    whole = {**record, **wish.fields}
    untold = [one.option for one in edited(kind) if one.wire and one.born is None and whole.get(one.option, "") is None]
    if untold:
        names = " and ".join(untold)
        return Step(REFUSE, reason=f"has to be sent whole, and the service does not tell its {names}: give {names}")
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
        return nothing(kind, None if wish.recreate else record["id"], record.get("name"))
    if action in (SWITCH_ON, SWITCH_OFF):
        return {**record, "enabled": action == SWITCH_ON}
    if action == KEY:
        return dict(record)
    changed = (EDIT,) if action == EDIT else (EDIT, "")
    options = {field.option for field in kind.fields if field.shown and field.verb in changed}
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
    if action == DELETE or action in creations(kind):
        return bool(record["exists"] == (action != DELETE))
    if not record["exists"] or action == KEY:
        return False
    if action == EDIT:
        return not differences(kind, record, wish)
    return bool(record["enabled"] == (action == SWITCH_ON))


def body_of(kind: Kind, record: Mapping[str, Any], wish: Wish, action: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a creation or of an edit, which sends the whole record.

    @param known: what the task's references came to, by ID, such as the names of databases
    """
    body = {}
    for field in kind.fields:
        value = _sent(kind, field, record, wish, action)
        if field.wire and value is not None and value is not NEEDED:
            body[field.wire] = field.codec.write(value)
    return kind.complete(body, known)


def _sent(kind: Kind, field: Field, record: Mapping[str, Any], wish: Wish, action: str) -> Any:
    if field.verb == KEY:
        return None
    if field.verb == "switch":
        # Switching is a verb of its own: an edit leaves the position as it is.
        return record["enabled"] if action == EDIT else _born_on(kind, wish)
    if action == EDIT and field.verb != EDIT:
        return None
    if field.option in wish.fields:
        return wish.fields[field.option]
    told = record.get(field.option) if action == EDIT else None
    return field.born if told is None else told


class Matched(NamedTuple):
    """An item of a task, and the record that it is about."""

    record: dict[str, Any]
    wish: Wish


def clean(kind: Kind, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an item gives, as it is compared and written.

    @raises UsageError: when it is empty where it must not be
    """
    given = {option: value.strip() if isinstance(value, str) else value for option, value in item.items()}
    cleaned = {field.option: field.codec.clean for field in kind.fields}
    empty = [field.option for field in kind.fields if field.born is NEEDED and given.get(field.option) in ("", [])]
    if empty:
        raise UsageError(
            f"{kind.noun.one} {_who(kind, given)!r} has an empty {' and '.join(empty)}: give one, or leave it out."
        )
    item = {}
    for option, value in given.items():
        try:
            item.update({} if value is None else {option: cleaned.get(option, lambda value: value)(value)})
        except ValueError as error:
            raise UsageError(f"{option} of {kind.noun.one} {_who(kind, given)!r} {error}.") from None
    return {**item, "name": item[kind.noun.name_key]} if kind.noun.name_key in item else item


def _who(kind: Kind, given: Mapping[str, Any]) -> Any:
    """Return what a message calls an item."""
    return given.get(kind.noun.name_key) or given.get("id") or (kind.called(given) if kind.called else None)


def match(
    kind: Kind, items: Sequence[Mapping[str, Any]], records: Sequence[dict[str, Any]], wish: Wish
) -> list[Matched]:
    """Return which record each item is about, and what is wanted of it. An ID beats a name.

    @param items: as the task gives them, their values cleaned, what it does not give left out
    @param wish: what is wanted of all of them

    @raises UsageError: when one is unknown or unclear, or when two are about one record; the message tells of each
    """
    found = []
    problems: list[str] = []
    for item in items:
        why, record = _find(kind, item, records, wish.state)
        if why:
            problems.append(why)
            continue
        options = {field.option for field in kind.fields}
        fields = {option: value for option, value in item.items() if option in options}
        if kind.alike is None:
            wanted_name = item.get("new_name") or (item.get("name") if "id" in item or not record["exists"] else None)
            fields.pop("name", None)
            fields.update({} if wanted_name is None else {"name": wanted_name})
        if "switch" not in kind.verbs and wish.state in _POSITIONS:
            fields["enabled"] = _POSITIONS[wish.state]
        found.append(Matched(record, wish._replace(fields=fields)))
    seen: dict[Any, int] = {}
    for matched in found:
        key = identity(kind, matched.record) if matched.record["id"] else ("name", _apart(kind, matched))
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == 2:
            problems.append(f"{kind.option} has {kind.noun.one} {matched.record['name']!r} twice.")
    ranks = [matched.wish.fields["rank"] for matched in found if "rank" in matched.wish.fields]
    problems += [f"Two {kind.noun.many} are to have the rank {rank}." for rank in set(ranks) if ranks.count(rank) > 1]
    if problems:
        raise UsageError(" ".join(problems))
    return found


def _apart(kind: Kind, matched: Matched) -> Any:
    """Return what tells a record that is to be created from the others."""
    if kind.alike and kind.called:
        return kind.called({option: value for option, value in matched.wish.fields.items() if option != "name"})
    return matched.record["name"]


def _find(
    kind: Kind, item: Mapping[str, Any], records: Iterable[dict[str, Any]], state: str
) -> tuple[str, dict[str, Any]]:
    """Return why an item is unclear, or the record that it is about."""
    wanted, name, new_name = item.get("id"), item.get("name"), item.get("new_name")
    if wanted is not None:
        for record in records:
            if identity(kind, record) == identity(kind, item):
                return "", record
        missing = "" if state == ABSENT else f"No {kind.noun.one} has the ID {wanted!r}."
        return missing, nothing(kind, wanted, name)
    if kind.alike and kind.called:
        return _find_alike(kind, item, records, kind.alike, kind.called(item))
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


def _find_alike(
    kind: Kind,
    item: Mapping[str, Any],
    records: Iterable[dict[str, Any]],
    alike: Callable[[Mapping[str, Any], Mapping[str, Any]], bool],
    called: str,
) -> tuple[str, dict[str, Any]]:
    if not called:
        return f"An item of {kind.option} does not say which {kind.noun.one} it is about.", nothing(kind, None, None)
    found = [record for record in records if alike(item, record)]
    if len(found) > 1:
        ids = ", ".join(sorted(record["id"] for record in found))
        return f"{len(found)} {kind.noun.many} are like {called}, say which one by its id: {ids}.", found[0]
    return "", found[0] if found else nothing(kind, None, called)
