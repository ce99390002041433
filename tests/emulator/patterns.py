# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handlers for operations of a known pattern on records of one sort: list, read, create, edit, delete, switch, rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, NamedTuple

from .call import Call, Handler
from .power import Record
from .state import Owner, Records


class Outcome(NamedTuple):
    """How an operation says that it was done, or with HTTP 200 that it failed."""

    done: Mapping[str, Any]
    failed: Mapping[str, Any]


STATUS = Outcome({"status": "SUCCESS"}, {"status": "FAILED"})
STATUS_LOWER = Outcome({"status": "success"}, {"status": "fail"})
RESULT = Outcome({"result": "success"}, {"result": "failed"})
RESULT_UPPER = Outcome({"result": "SUCCESS"}, {"result": "FAILED"})

Rule = Callable[[Record], bool]
Ids = Callable[[Call], "list[str]"]


@dataclass(frozen=True)
class Shelf:
    """Where records of one sort stand: `path` as Call.create takes it, and who owns those that a call is about.

    `owner` may refuse for those who only read, `writable` for those who write.
    """

    path: str
    owner: Callable[[Call], Owner]
    writable: Callable[[Call], Owner]

    @property
    def section(self) -> str:
        """The section under which the owner has them."""
        return self.path.rpartition(".")[2]

    def records(self, call: Call) -> Records:
        """The records, for a call that reads."""
        records: Records = self.owner(call)[self.section]
        return records


def in_path(name: str = "id") -> Ids:
    """The one id in the path."""
    return lambda call: [call.path[name]]


BY_ID = in_path()


def in_body(name: str = "id") -> Ids:
    """The ids in the body: one, an array, or a text with commas."""

    def ids(call: Call) -> list[str]:
        value = call.body[name]
        return value if isinstance(value, list) else [one.strip() for one in value.split(",") if one.strip()]

    return ids


def listing(
    shelf: Shelf,
    key: str,
    show: Callable[[Call, Record], Record],
    *,
    total: str = "total",
    wrap: str = "",
    only: Callable[[Call], Rule] | None = None,
    order: Callable[[Record], Any] | None = None,
    page: Callable[[Call, list[Record]], list[Record]] = Call.page,
    more: Callable[[list[Record]], Record] = lambda _rows: {},
) -> Handler:
    """A listing: its rows under `key`, each under `wrap` if there is one, and their number under `total`.

    In: `only` makes of a call the filter, `order` sorts, `more` adds to the answer what follows from all rows.
    """

    def handle(call: Call) -> Record:
        rows = call.listed(shelf.records(call))
        if only:
            rows = list(filter(only(call), rows))
        if order:
            rows.sort(key=order)
        shown = [show(call, row) for row in page(call, rows)]
        counted = {total: len(rows)} if total else {}
        return {key: [{wrap: one} for one in shown] if wrap else shown, **counted, **more(rows)}

    return handle


def reading(shelf: Shelf, show: Callable[[Call, Record], Record], ids: Ids = BY_ID) -> Handler:
    """The reading of one record."""

    def handle(call: Call) -> Record:
        records = shelf.records(call)
        return show(call, call.own(records, ids(call)[0]))

    return handle


def creation(shelf: Shelf, read: Callable[[Call], list[Record]], outcome: Outcome) -> Handler:
    """The creation of one record or several; `read` makes of the call what a state file would say of each."""

    def handle(call: Call) -> Any:
        owner = shelf.writable(call)
        for given in read(call):
            call.create(shelf.path, owner, given, "create")
        return outcome.done

    return handle


def editing(
    shelf: Shelf,
    read: Callable[[Call], Record],
    outcome: Outcome,
    allowed: Rule = lambda _record: True,
    ids: Ids = BY_ID,
) -> Handler:
    """The change of one record to what `read` makes of the call; refused with HTTP 200 where it is not allowed."""

    def handle(call: Call) -> Any:
        record = call.own(shelf.writable(call)[shelf.section], ids(call)[0])
        if not allowed(record):
            return outcome.failed
        changes = read(call)
        if any(record.get(key) != value for key, value in changes.items()):
            call.change([record], "edit")
            record.update(changes)
        return outcome.done

    return handle


def deletion(shelf: Shelf, ids: Ids, outcome: Outcome, allowed: Rule = lambda _record: True) -> Handler:
    """The removal of records, all or none."""

    def handle(call: Call) -> Any:
        records = shelf.writable(call)[shelf.section]
        found = [call.own(records, one) for one in ids(call)]
        if not all(map(allowed, found)):
            return outcome.failed
        for key in dict.fromkeys(ids(call)):
            call.resource = key
            call.remove(records, [key], "delete")
        return outcome.done

    return handle


def switching(
    shelf: Shelf,
    ids: Ids,
    outcome: Outcome,
    read: Callable[[Call], Record] = lambda call: {"status": call.body["status"]},
) -> Handler:
    """The turning on or off of records, all or none."""

    def handle(call: Call) -> Any:
        records = shelf.writable(call)[shelf.section]
        changes = read(call)
        for record in [call.own(records, one) for one in ids(call)]:
            if any(record[key] != value for key, value in changes.items()):
                call.resource = record["id"]
                call.change([record], next(iter(map(str, changes.values()))))
                record.update(changes)
        return outcome.done

    return handle
