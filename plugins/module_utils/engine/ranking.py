# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of records that count one after the other: the least moves to where a task wants them. Pure planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.collection import Collection
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import outcome
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    Action,
    Goal,
    Past,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

RANK = "rank"
ACTIONS = {RANK: Action(again=True, trusted=True)}


def wanted_order(order: Sequence[str], ranks: Mapping[str, int]) -> list[str]:
    """Return the order in which the named ones have their ranks, from 1, and the others keep theirs.

    A rank beyond the end is the end.
    """
    others = [one for one in order if one not in ranks]
    wanted = list(others)
    for one, rank in sorted(ranks.items(), key=lambda pair: pair[1]):
        wanted.insert(min(rank, len(wanted) + 1) - 1, one)
    return wanted


def next_move(order: Sequence[str], ranks: Mapping[str, int]) -> tuple[str, int] | None:
    """Return the next move to the wanted order, or None when it is reached: which one, and to which rank.

    Only those that are named are moved, and of them as few as possible: the longest run of records that stand in the
    wanted order already stays.
    """
    wanted = wanted_order(order, ranks)
    if list(order) == wanted:
        return None
    staying = _staying(order, wanted, ranks)
    for place, one in enumerate(wanted):
        if one not in staying:
            # Those before it in the wanted order are in place, if they were not to be moved yet.
            rest = [other for other in order if other != one]
            before = [other for other in wanted[:place] if other in staying]
            return one, (rest.index(before[-1]) + 1 if before else 0) + 1
    return None


def _staying(order: Sequence[str], wanted: Sequence[str], ranks: Mapping[str, int]) -> set[str]:
    """Return those that need no move: all that are not named, and the most of the others that stand in order."""
    target = {one: place for place, one in enumerate(wanted)}
    weight = {one: 1 if one in ranks else len(order) + 1 for one in order}
    best: list[tuple[int, tuple[str, ...]]] = []
    for one in order:
        before = [run for run in best if target[run[1][-1]] < target[one]]
        score, run = max(before, key=lambda found: found[0], default=(0, ()))
        best.append((score + weight[one], (*run, one)))
    return set(max(best, key=lambda found: found[0])[1])


def _moved(order: Sequence[str], move: tuple[str, int]) -> list[str]:
    one, rank = move
    rest = [other for other in order if other != one]
    return [*rest[: rank - 1], one, *rest[rank - 1 :]]


class Order(Resource):
    """The order of a collection's custom records, as one record: C(order), their IDs."""

    actions = ACTIONS
    goal = Goal("cannot rank as the task asks", "does not show the ranks that the task asks for")

    def __init__(self, collection: Collection, client: Caller, ranks: Mapping[str, int]) -> None:
        self._collection = collection
        self._client = client
        self._ranks = ranks
        self.noun = collection.kind.parent.noun
        self._many = collection.noun.many
        self.advice = collection.advice

    def _record(self, order: Sequence[str]) -> dict[str, Any]:
        return {"id": self._collection.parent_id, "name": None, "order": list(order)}

    def first(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the order of the collection's records as they are, or will be."""
        custom = [record for record in records if not record["system"]]
        ranked = sorted(custom, key=lambda record: record.get("rank") or len(records) + 1)
        return self._record([record["id"] for record in ranked])

    def read(self, keys: list[str]) -> dict[str, Any]:
        return dict.fromkeys(keys, self.first(self._collection.refresh()))

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        last = len(record["order"])
        beyond = [rank for rank in self._ranks.values() if rank > last]
        if beyond:
            return Step(REFUSE, reason=f"has {last} custom {self._many}, and rank {beyond[0]} is beyond the last")
        if not next_move(record["order"], self._ranks):
            return Step(DONE)
        obstacle = self._collection.obstacle
        return Step(REFUSE, reason=obstacle) if obstacle else Step(ACT, RANK)

    def act(self, record: dict[str, Any], action: str) -> None:
        move = next_move(record["order"], self._ranks)
        if not move:
            return
        verb = self._collection.kind.verbs[RANK]
        resource = f"{self._collection.noun.one} {move[0]}"
        body = {"id": move[0], "new_rank": move[1]}
        self._client.call(
            verb.operation,
            resource,
            outcome(verb.operation, resource, verb.answer),
            {self._collection.kind.parent.parameter: self._collection.parent_id},
            body=body,
        )

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return bool(record["order"] == self.predict(before, action)["order"])

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        move = next_move(record["order"], self._ranks)
        return self._record(_moved(record["order"], move)) if move else record

    def moves(self, record: dict[str, Any], number: int) -> list[str]:
        """Return which records the first so many moves, from an order on, are about."""
        found = []
        for _count in range(number):
            move = next_move(record["order"], self._ranks)
            if move:
                found.append(move[0])
                record = self._record(_moved(record["order"], move))
        return found

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        return {}


class WholeOrder(Order):
    """The order of all of a collection's records, those that came with the instance too, set by one call."""

    def __init__(self, collection: Collection, client: Caller, ids: Sequence[str]) -> None:
        super().__init__(collection, client, {})
        self._first = list(ids)

    def first(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        ranked = sorted(records, key=lambda record: record.get("rank") or len(records) + 1)
        return self._record([record["id"] for record in ranked])

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        if self.predict(record, RANK)["order"] == record["order"]:
            return Step(DONE)
        obstacle = self._collection.obstacle
        return Step(REFUSE, reason=obstacle) if obstacle else Step(ACT, RANK)

    def act(self, record: dict[str, Any], action: str) -> None:
        verb = self._collection.kind.verbs[RANK]
        parameters, body = verb.place.put(self._first)
        resource = f"the {self._many} of {self.noun.one} {record['id']}"
        parent = {self._collection.kind.parent.parameter: self._collection.parent_id}
        parse = outcome(verb.operation, resource, verb.answer)
        self._client.call(verb.operation, resource, parse, {**parent, **parameters}, body=body)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return self._record([*self._first, *(one for one in record["order"] if one not in self._first)])

    def moves(self, record: dict[str, Any], number: int) -> list[str]:
        return self._first if number else []
