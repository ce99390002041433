# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way of all modules of a kind: from its table to options, plans and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.collection import Collection
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.converge import Track
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.ranking import RANK, Order, WholeOrder
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.records import Matched, Wish
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame, failure
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import ALL, NEEDED, Kind
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import INSTANCE_ID, Noun, check_id

_DATABASE = Noun("database", "databases")
_SELECTORS = ("instance_id", "instance_name")


class Ranking(NamedTuple):
    """What became of the ranks: the IDs of what was moved, one for each move; the order at the end; what went wrong."""

    moves: Sequence[str] = ()
    order: Sequence[str] = ()
    error: DbopsError | None = None


def options_of(kind: Kind) -> dict[str, Any]:
    """Return the argument spec of a kind's module."""
    own = {field.option: field.spec for field in kind.fields}
    item = {"id": {"type": "str"}, **({"new_name": {"type": "str"}} if "name" in own else {}), **own}
    unreadable = any(field.wire and not field.shown for field in kind.fields)
    return {
        "instance_id": {"type": "str"},
        "instance_name": {"type": "str"},
        kind.option: {
            "type": "list",
            "elements": "dict",
            "options": item,
            "required_one_of": [["id", kind.noun.name_key]],
        },
        f"all_{kind.option}": {"type": "bool", "default": False},
        "state": {"type": "str", "choices": list(planning.STATES), "default": planning.PRESENT},
        "purge": {"type": "bool", "default": False},
        **({"reset_unreadable": {"type": "bool", "default": False}} if unreadable else {}),
        **({"ranking": {"type": "list", "elements": "str"}} if _ranks_all(kind) else {}),
        "concurrency": {"type": "int", "default": 8},
    }


def _ranks_all(kind: Kind) -> bool:
    """Return whether one call sets the whole order."""
    return RANK in kind.verbs and kind.verbs[RANK].place.many


def run(kind: Kind) -> None:
    """Run the module of a kind."""
    with Frame(options_of(kind), acts=True, mutually_exclusive=[_SELECTORS], required_one_of=[_SELECTORS]) as frame:
        _check(kind, frame.options)
        poll = frame.start_waiting()
        parent_id, parent = _find_parent(kind, frame)
        collection = Collection(kind, frame.client, parent_id, frame.module.check_mode, READERS)
        matched, purged = _wanted(kind, frame, collection)
        records = collection.choose([*matched, *purged])
        _settle_parent(kind, frame, collection, poll, parent, records)
        tracks = frame.converge(collection, records, poll)
        ranking = _rank(frame, collection, matched, tracks, poll)
        _report(kind, frame, collection, [*matched, *purged], tracks, len(matched), ranking)


def _check(kind: Kind, options: Mapping[str, Any]) -> None:
    every, state = options[f"all_{kind.option}"], options["state"]
    if every == (options[kind.option] is not None) and (every or options.get("ranking") is None):
        raise UsageError(f"Say which {kind.noun.many}: give either {kind.option} or all_{kind.option}=true.")
    if every and state not in (planning.ENABLED, planning.DISABLED):
        raise UsageError(f"all_{kind.option} goes with the states enabled and disabled, not with {state}.")
    if options["purge"] and (every or state == planning.ABSENT):
        raise UsageError(
            f"purge removes what {kind.option} does not name: it goes with neither all_{kind.option} nor absent."
        )


def _find_parent(kind: Kind, frame: Frame) -> tuple[str, dict[str, Any] | None]:
    """Return the ID of the parent and, when it had to be looked up, its record."""
    wanted, name = frame.options["instance_id"], frame.options["instance_name"]
    if wanted is not None:
        return check_id("instance_id", wanted, INSTANCE_ID), None
    record = find(kind.parent.records(frame.client), kind.parent.noun, [name], by_id=False)[0]
    return record[kind.parent.noun.id_key], record


def _wanted(kind: Kind, frame: Frame, collection: Collection) -> tuple[list[Matched], list[Matched]]:
    """Return what the task wants of which record, and of which it wants that they go."""
    options = frame.options
    items = [_clean(kind, item) for item in options[kind.option] or []]
    _resolve(kind, frame, collection, items)
    listed = collection.refresh()
    if options[f"all_{kind.option}"]:
        return [Matched(record, Wish(options["state"], {})) for record in listed], []
    reset = options.get("reset_unreadable", False)
    matched = planning.match(kind, items, listed, options["state"], reset)
    if not options["purge"]:
        return matched, []
    named = {one.record["id"] for one in matched}
    gone = [one for one in listed if one["id"] not in named and not one["system"]]
    return matched, [Matched(record, Wish(planning.ABSENT, {}, logged=True)) for record in gone]


def _clean(kind: Kind, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an item gives, as it is compared and written.

    @raises UsageError: when it is empty where it must not be
    """
    given = {option: value.strip() if isinstance(value, str) else value for option, value in item.items()}
    cleaned = {field.option: field.codec.clean for field in kind.fields}
    empty = [field.option for field in kind.fields if field.born is NEEDED and given.get(field.option) in ("", [])]
    if empty:
        who = given.get(kind.noun.name_key) or given.get("id")
        raise UsageError(f"{kind.noun.one} {who!r} has an empty {' and '.join(empty)}: give one, or leave it out.")
    item = {
        option: cleaned.get(option, lambda value: value)(value) for option, value in given.items() if value is not None
    }
    return {**item, "name": item[kind.noun.name_key]} if kind.noun.name_key in item else item


def _resolve(kind: Kind, frame: Frame, collection: Collection, items: list[dict[str, Any]]) -> None:
    """Put IDs in the place of the databases that the items name, by one listing if they name any.

    @raises UsageError: when one is unknown or ambiguous
    """
    options = [field.option for field in kind.fields if field.codec.refers]
    naming = [(item, option) for item in items for option in options if item.get(option) not in (None, [], [ALL])]
    if not naming:
        return
    known = kind.parent.databases(frame.client, collection.parent_id)
    collection.names = {one["id"]: one["name"] for one in known}
    for item, option in naming:
        if ALL in item[option]:
            raise UsageError(f"{option} names databases or says {ALL}, not both.")
        item[option] = [one["id"] for one in find(known, _DATABASE, item[option])]


def _settle_parent(
    kind: Kind, frame: Frame, collection: Collection, poll: Poll, parent: dict[str, Any] | None, records: dict[str, Any]
) -> None:
    """Wait for a parent that is moving, if there is something to change, and tell why it cannot be."""
    if parent is None:
        return
    collection.obstacle = kind.parent.obstacle(parent)
    if not collection.obstacle or not collection.would_change(records):
        return
    while kind.parent.moving(parent) and frame.options["wait"] and not poll.expired():
        poll.pause()
        listed = {one[kind.parent.noun.id_key]: one for one in kind.parent.records(frame.client)}
        parent = listed.get(collection.parent_id, parent)
    collection.obstacle = kind.parent.obstacle(parent)


def _rank(frame: Frame, collection: Collection, matched: list[Matched], tracks: list[Track], poll: Poll) -> Ranking:
    """Give records the ranks that the task wants, once all else is done. Raises UsageError."""
    ends = collection.all_after({track.key: track.after for track in tracks})
    ranking = frame.options.get("ranking")
    if ranking is not None:
        wanted = find(ends, collection.noun, references(ranking))
        return _ordered(frame, WholeOrder(collection, frame.client, [one["id"] for one in wanted]), ends, poll)
    pairs = [(one.wish.fields.get(RANK), track) for one, track in zip(matched, tracks)]
    ranks = {track.after["id"]: rank for rank, track in pairs if rank is not None and not track.error}
    if not ranks:
        return Ranking()
    return _ordered(frame, Order(collection, frame.client, ranks), ends, poll)


def _ordered(frame: Frame, order: Order, ends: list[dict[str, Any]], poll: Poll) -> Ranking:
    first = order.first(ends)
    track = frame.converge(order, {first["id"]: first}, poll)[0]
    return Ranking(order.moves(first, len(track.taken)), track.after["order"], track.error)


def _report(
    kind: Kind,
    frame: Frame,
    collection: Collection,
    about: list[Matched],
    tracks: list[Track],
    named: int,
    ranking: Ranking,
) -> None:
    """End the module. The first tracks are of what the task names, the others of what it purges."""
    taken = [track for track in tracks if track.taken]
    failures = [
        (track.record if track.seen else one.record, track.error) for one, track in zip(about, tracks) if track.error
    ]
    if ranking.error:
        failures.append(({"id": None, "name": None}, ranking.error))
    changed = bool(taken or ranking.moves)
    result: dict[str, Any] = {
        kind.option: [_row(collection, track, ranking) for track in tracks[:named] if track.seen],
        f"failed_{kind.option}": [failure(kind.noun, record, error) for record, error in failures],
        "purged": [_lost(collection, track) for track in tracks[named:] if track.taken],
        **frame.diff_of(collection, taken),
    }
    warning = kind.warning(collection.all_after({track.key: track.after for track in tracks}))
    frame.warn([warning] if warning else [])
    frame.report_failures([error for record, error in failures], len(tracks), kind.noun.many, changed, result)
    frame.exit(changed=changed, **result)


def _row(collection: Collection, track: Track, ranking: Ranking) -> dict[str, Any]:
    ranked = [collection.kind.verbs[RANK].operation.id for one in ranking.moves if one == track.after["id"]]
    actions = [*(collection.word(action) for action in track.taken), *ranked]
    row = {**collection.report(track.after), "changed": bool(actions), "actions": actions}
    if track.after["id"] in ranking.order:
        row[RANK] = ranking.order.index(track.after["id"]) + 1
    if actions:
        row["diff"] = {"before": collection.view(track.before), "after": collection.view(track.after)}
    return row


def _lost(collection: Collection, track: Track) -> dict[str, Any]:
    """Return the fields of a record that was purged, from which it can be made again."""
    return {
        key: value for key, value in collection.report(track.before).items() if key not in ("id", "exists", "db_ids")
    }
