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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import all_of
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.ranking import RANK, Order, WholeOrder
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.records import Matched, Wish
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.waiting import Poll
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_parent
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame, failure
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import ALL, Kind, Outside
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun

_DATABASE = Noun("database", "databases")
_SELECTORS = ("instance_id", "instance_name")


class Ranking(NamedTuple):
    """What became of the ranks: the IDs of what was moved, one for each move; the order at the end; what went wrong."""

    moves: Sequence[str] = ()
    order: Sequence[str] = ()
    error: DbopsError | None = None


def options_of(kind: Kind) -> dict[str, Any]:
    """Return the argument spec of a kind's module."""
    own = {field.option: field.spec for field in kind.fields if field.spec is not None}
    named = kind.alike is None
    item = {"id": {"type": "str"}, **({"new_name": {"type": "str"}} if named and "name" in own else {}), **own}
    items: dict[str, Any] = {"type": "list", "elements": "dict", "options": item}
    if named:
        items["required_one_of"] = [["id", kind.noun.name_key]]
    unreadable = any(field.verb == planning.EDIT and field.wire and not field.shown for field in kind.fields)
    switch = {"type": "bool", "default": False}
    return {
        "instance_id": {"type": "str"},
        "instance_name": {"type": "str"},
        kind.option: items if kind.sweeps else {**items, "required": True},
        **({f"all_{kind.option}": switch, "purge": switch} if kind.sweeps else {}),
        "state": {"type": "str", "choices": list(planning.STATES), "default": planning.PRESENT},
        **({} if named else {"recreate": switch}),
        **({"reset_unreadable": switch} if unreadable else {}),
        **{option: {"type": "str", "choices": ["never", "always"], "default": "never"} for option in _updates(kind)},
        **({"ranking": {"type": "list", "elements": "str"}} if _ranks_all(kind) else {}),
        "concurrency": {"type": "int", "default": 8},
    }


def _updates(kind: Kind) -> list[str]:
    """Return the options that say whether what can be written only is written to what is there already."""
    return [f"update_{field.option}" for field in kind.fields if field.verb == planning.KEY]


def _ranks_all(kind: Kind) -> bool:
    """Return whether one call sets the whole order."""
    return RANK in kind.verbs and kind.verbs[RANK].place.many


def run(kind: Kind) -> None:
    """Run the module of a kind."""
    with Frame(options_of(kind), acts=True, mutually_exclusive=[_SELECTORS], required_one_of=[_SELECTORS]) as frame:
        _check(kind, frame.options)
        poll = frame.start_waiting()
        parent_id, parent = find_parent(frame, kind.parent.noun, kind.parent.records)
        collection = Collection(kind, frame.client, parent_id, frame.module.check_mode, READERS)
        matched, purged = _wanted(kind, frame, collection)
        records = collection.choose([*matched, *purged])
        _settle_parent(kind, frame, collection, poll, parent, records)
        tracks = frame.converge(collection, records, poll)
        ranking = _rank(frame, collection, matched, tracks, poll)
        _report(kind, frame, collection, [*matched, *purged], tracks, len(matched), ranking)


def _check(kind: Kind, options: Mapping[str, Any]) -> None:
    if not kind.sweeps:
        return
    every, state = options[f"all_{kind.option}"], options["state"]
    if every == (options[kind.option] is not None) and (every or options.get("ranking") is None):
        raise UsageError(f"Say which {kind.noun.many}: give either {kind.option} or all_{kind.option}=true.")
    if every and state not in (planning.ENABLED, planning.DISABLED):
        raise UsageError(f"all_{kind.option} goes with the states enabled and disabled, not with {state}.")
    if options["purge"] and (every or state == planning.ABSENT):
        raise UsageError(
            f"purge removes what {kind.option} does not name: it goes with neither all_{kind.option} nor absent."
        )


def _wanted(kind: Kind, frame: Frame, collection: Collection) -> tuple[list[Matched], list[Matched]]:
    """Return what the task wants of which record, and of which it wants that they go."""
    options = frame.options
    items = [planning.clean(kind, item) for item in options[kind.option] or []]
    for secret in _secrets(kind, items):
        frame.client.hide(secret)
    _resolve(kind, frame, collection, items)
    listed = collection.refresh()
    wish = Wish(
        options["state"],
        {},
        reset_unreadable=options.get("reset_unreadable", False),
        recreate=options.get("recreate", False),
        keys=any(options[update] == "always" for update in _updates(kind)),
    )
    if options.get(f"all_{kind.option}"):
        return [Matched(record, wish) for record in listed], []
    matched = _look_outside(kind, frame, collection, planning.match(kind, items, listed, wish))
    if not options.get("purge"):
        return matched, []
    named = {one.record["id"] for one in matched}
    gone = [one for one in listed if one["id"] not in named and not one["system"]]
    return matched, [Matched(record, Wish(planning.ABSENT, {}, logged=True)) for record in gone]


def _secrets(kind: Kind, items: list[dict[str, Any]]) -> list[str]:
    keys = [field.option for field in kind.fields if field.verb == planning.KEY]
    return [item[key] for item in items for key in keys if key in item]


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
        wanted = item[option]
        if isinstance(wanted, str):
            item[option] = find(known, _DATABASE, [wanted])[0]["id"]
            continue
        if ALL in wanted:
            raise UsageError(f"{option} names databases or says {ALL}, not both.")
        item[option] = [one["id"] for one in find(known, _DATABASE, wanted)]
    query = kind.verbs["list"].query
    if query:
        places = [{name: item[option] for name, option in query.items()} for item in items]
        collection.places = [place for number, place in enumerate(places) if place not in places[:number]]


def _look_outside(kind: Kind, frame: Frame, collection: Collection, matched: list[Matched]) -> list[Matched]:
    """Find outside of the parent what those that are to be created stand for, all listings at the same time.

    @raises UsageError: when one is unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    outside = kind.outside
    if outside is None:
        return matched
    new = [one for one in matched if planning.would_create(kind, one.record, one.wish)]
    lists = {id(one): outside.lists(one.wish.fields) for one in new}
    wanted = list(dict.fromkeys(name for names in lists.values() for name in names))
    readings = dict(zip(wanted, all_of(lambda name: outside.read(frame.client, name), wanted, READERS)))
    standing = {key: [one for name in names for one in readings[name]] for key, names in lists.items() if names}
    found = [
        _found_outside(outside, collection, one, standing[id(one)]) if id(one) in standing else one for one in matched
    ]
    ids = [one.wish.fields.get(outside.by_id) for one in found if not one.record["exists"]]
    twice = sorted({one for one in ids if one and ids.count(one) > 1})
    if twice:
        raise UsageError(f"{kind.option} has {outside.noun.one} {', '.join(twice)} twice.")
    return found


def _found_outside(outside: Outside, collection: Collection, one: Matched, listed: Sequence[dict[str, Any]]) -> Matched:
    """Return what is wanted of a record with the ID of what it stands for. Raises UsageError."""
    fields = one.wish.fields
    record = find(listed, outside.noun, [fields.get(outside.by_id) or fields[outside.by_name]])[0]
    collection.outside[record["id"]] = record
    return Matched(one.record, one.wish._replace(fields={**fields, outside.by_id: record["id"]}))


def _settle_parent(
    kind: Kind, frame: Frame, collection: Collection, poll: Poll, parent: dict[str, Any] | None, records: dict[str, Any]
) -> None:
    """Wait for a parent that is moving, if there is something to change, and tell why it cannot be."""
    if parent is None:
        return
    collection.obstacle = kind.parent.obstacle(parent)
    while (
        collection.obstacle
        and collection.would_change(records)
        and kind.parent.moving(parent)
        and frame.options["wait"]
        and not poll.expired()
    ):
        poll.pause()
        listed = {one[kind.parent.noun.id_key]: one for one in kind.parent.records(frame.client)}
        parent = listed.get(collection.parent_id, parent)
        collection.obstacle = kind.parent.obstacle(parent)
    room, more = kind.room(parent), collection.to_create(records)
    if room is not None and more > room:
        what = kind.noun.one if more == 1 else kind.noun.many
        raise UsageError(f"{more} {what} to add, but {kind.parent.noun.describe(parent)} has room for {room}.")


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
        **({"purged": [_lost(collection, track) for track in tracks[named:] if track.taken]} if kind.sweeps else {}),
        **frame.diff_of(collection, taken),
    }
    warning = kind.warning(collection.all_after({track.key: track.after for track in tracks}))
    frame.warn([warning] if warning else [])
    frame.warn(_unsent(collection, tracks))
    frame.report_failures([error for record, error in failures], len(tracks), kind.noun.many, changed, result)
    frame.exit(changed=changed, **result)


def _unsent(collection: Collection, tracks: list[Track]) -> list[str]:
    """Return a sentence about each record whose secrets the task gives and that were not sent."""
    unsent = [
        (track, collection.unsent(track.after, track.taken)) for track in tracks if track.seen and not track.error
    ]
    return [
        f"{' and '.join(options)} of {track.description} cannot be compared and was not sent: "
        f"update_{options[0]}=always sends it."
        for track, options in unsent
        if options
    ]


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
