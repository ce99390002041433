# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of one kind that one parent has: read, changed one by one or many at once, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import all_of, for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.records import Matched, Wish
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import rows, total
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    FAILED,
    ApiError,
    DbopsError,
    Facts,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import ALL, Field, Kind, Verb
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import outcome
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import ACT, REFUSE, Past, Step
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

_NEW = "new "
"""Begins what stands for the ID of a record that check mode creates in thought; no ID has a blank."""


class Collection(Resource):
    """The records of a kind that belong to one parent, and what is wanted of those that a task names.

    @param parent_id: the ID of their parent
    @param pretend: nothing is really done, so that what is created will never be listed
    @param readers: how many records are read at the same time
    """

    goal = planning.GOAL

    def __init__(self, kind: Kind, client: Caller, parent_id: str, pretend: bool, readers: int) -> None:
        self.kind = kind
        self.noun = kind.noun
        self.actions = planning.actions_of(kind)
        self.advice = f"List the {kind.noun.many} of {kind.parent.noun.one} {parent_id} before you run this again."
        self.obstacle = ""  # why nothing can be changed here, if so
        self.names: dict[str, str] = {}  # of databases, by ID
        self.outside: dict[str, Any] = {}  # what else the task's items refer to, by ID
        # Where records are listed, as parameters of the query.
        self.places: Sequence[Mapping[str, str]] = [] if kind.verbs["list"].query else [{}]
        self._client = client
        self.parent_id = parent_id
        self._parent = {kind.parent.parameter: parent_id}
        self._place = f"{kind.parent.noun.one} {parent_id}"
        self._pretend = pretend
        self._readers = readers
        self._wishes: dict[str, Wish] = {}
        self._first: dict[str, dict[str, Any]] = {}
        self._known: set[Any] = set()  # which records there were
        self._rows: dict[Any, dict[str, Any]] = {}  # as the listing has them
        self.listed: list[dict[str, Any]] = []

    # --- Reading ---

    def refresh(self) -> list[dict[str, Any]]:
        """Read the listing anew and return its records. Raises ApiError."""
        readings = all_of(self._list, self.places, self._readers)
        self.listed = [record for reading in readings for record in reading]
        self._rows = {planning.identity(self.kind, record): record.pop("row") for record in self.listed}
        return self.listed

    def _list(self, place: Mapping[str, str]) -> list[dict[str, Any]]:
        verb = self.kind.verbs["list"]
        resource = f"the {self.noun.many} of {self._place}"

        def parse(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
            needed = [self.kind.id_key, *([] if self.kind.called else [self.noun.name_key])]
            if verb.within:
                payload = {**payload, verb.rows: [row.get(verb.within) for row in rows(payload, verb.rows)]}
            found = [{**row, **place} for row in rows(payload, verb.rows, *needed)]
            return [{**planning.record_of(self.kind, row), "row": row} for row in found], total(payload)

        if verb.operation.method == "POST":
            return self._client.numbered_pages(
                verb.operation,
                resource,
                parse,
                self._parent,
                lambda number: {"page": number, "size": self.kind.per_page},
            )
        if not self.kind.per_page:
            found: tuple[list[dict[str, Any]], int | None] = self._client.call(
                verb.operation, resource, parse, self._parent, place
            )
            return found[0]
        return self._client.pages(verb.operation, resource, parse, self._parent, {"limit": str(self.kind.per_page)})

    def _with_detail(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record with what only the reading of itself shows. Raises ApiError."""
        verb, row = self.kind.verbs["detail"], self._rows[planning.identity(self.kind, record)]
        parameters, _body = verb.place.put([record["id"]])

        def parse(payload: dict[str, Any]) -> dict[str, Any]:
            return planning.record_of(self.kind, row, payload)

        resource = self.noun.describe(record)
        detailed: dict[str, Any] = self._client.call(verb.operation, resource, parse, {**self._parent, **parameters})
        return detailed

    def whole(self, details: bool = True) -> list[dict[str, Any]]:
        """Read the listing and return its records. Raises ApiError.

        @param details: read each custom record by itself where the listing does not show all of it
        """
        records = self.refresh()
        if details and "detail" in self.kind.verbs:
            custom = [record for record in records if not record["system"]]
            readings = dict(zip((one["id"] for one in custom), all_of(self._with_detail, custom, self._readers)))
            records = [readings.get(record["id"], record) for record in records]
        return records

    def rows(self, details: bool = False) -> list[dict[str, Any]]:
        """Read the listing and return its records as results of info modules have them. Raises ApiError."""
        shown = [{**self.report(record), "system": record["system"]} for record in self.whole(details)]
        return [{key: value for key, value in row.items() if key != "exists"} for row in shown]

    def choose(self, matched: Sequence[Matched]) -> dict[str, Any]:
        """Take what is wanted, and return by key the records, or the errors that hid them, that it is wanted of."""
        self._known = {planning.identity(self.kind, record) for record in self.listed}
        self._wishes = {str(number): one.wish for number, one in enumerate(matched)}
        found = self._complete({str(number): one.record for number, one in enumerate(matched)})
        # What is to be told of a record is known by now, and need not be read again.
        self._wishes = {key: wish._replace(logged=False) for key, wish in self._wishes.items()}
        self._first = {key: record for key, record in found.items() if not isinstance(record, DbopsError)}
        for key, record in self._first.items():
            wish = self._wishes[key]
            if record["exists"] and planning.would_create(self.kind, record, wish):
                self._wishes[key] = planning.remade(self.kind, record, wish)
        return found

    def _complete(self, found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the records with their keys, and with their details where a plan depends on those."""
        lacking = [key for key, record in found.items() if planning.needs_detail(self.kind, record, self._wishes[key])]
        details = for_each(lambda key: self._with_detail(found[key]), lacking, self._readers)
        whole = {**found, **dict(zip(lacking, details))}
        return {
            key: record if isinstance(record, DbopsError) else {**record, "key": key} for key, record in whole.items()
        }

    def read(self, keys: list[str]) -> dict[str, Any]:
        found = {planning.identity(self.kind, record): record for record in self.refresh()}
        return self._complete({key: self._find(key, found) for key in keys})

    def _find(self, key: str, found: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
        """Return the record of a key as it is listed now; one that was created is one that was not there before."""
        first, wish = self._first[key], self._wishes[key]
        if first["id"] is not None:
            known = found.get(planning.identity(self.kind, first))
            if known or not wish.recreate:
                return known or planning.nothing(self.kind, first["id"], first["name"])
        alike = self.kind.alike or (lambda fields, one: bool(one["name"] == first["name"]))
        new = [one for which, one in found.items() if which not in self._known and alike(wish.fields, one)]
        as_wanted = [one for one in new if not planning.differences(self.kind, one, wish)]
        return (as_wanted or new or [planning.nothing(self.kind, None, first["name"])])[0]

    # --- Planning ---

    def _wish(self, record: Mapping[str, Any]) -> Wish:
        return self._wishes[record["key"]]

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        was_on = self._first[record["key"]].get("enabled")
        step = planning.plan(self.kind, record, self._wish(record), was_on, past.taken)
        return Step(REFUSE, reason=self.obstacle) if step.verdict == ACT and self.obstacle else step

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return planning.took(self.kind, record, self._wish(record), action)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        predicted = planning.predict(self.kind, record, self._wish(record), action)
        if action in planning.creations(self.kind) and self._pretend:
            predicted["id"] = _NEW + record["key"]
        return {**predicted, "key": record["key"]}

    def would_change(self, records: Mapping[str, Any]) -> bool:
        """Return whether there is something to do for any of the records as they are."""
        return any(
            planning.plan(self.kind, record, self._wish(record), record.get("enabled")).verdict == ACT
            for record in records.values()
            if not isinstance(record, DbopsError)
        )

    def to_create(self, records: Mapping[str, Any]) -> int:
        """Return how many of the records are not there and are to be."""
        absent = [record for record in records.values() if not isinstance(record, DbopsError) and not record["exists"]]
        return sum(self._wish(record).state != planning.ABSENT for record in absent)

    def unsent(self, record: Mapping[str, Any], taken: Sequence[str]) -> list[str]:
        """Return the options that can be written only and that the task gives without saying that they are to be."""
        wish = self._wish(record)
        if planning.KEY in taken or wish.state == planning.ABSENT:
            return []
        return [one.option for one in self.kind.fields if one.verb == planning.KEY and one.option in wish.fields]

    def all_after(self, ends: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Return all records of the parent that are there at the end, of which some have ended so, by key."""
        changed = {
            planning.identity(self.kind, self._first[key]): record for key, record in ends.items() if key in self._first
        }
        new = [record for key, record in ends.items() if key in self._first and self._first[key]["id"] is None]
        kept = [changed.get(planning.identity(self.kind, record), record) for record in self.listed]
        there = {planning.identity(self.kind, one) for one in kept}
        created = [record for record in new if planning.identity(self.kind, record) not in there]
        return [record for record in [*kept, *created] if record["exists"]]

    # --- Acting ---

    def _verb(self, action: str) -> Verb:
        return self.kind.verbs[planning.verb_of(action)]

    def word(self, action: str) -> str:
        return self._verb(action).operation.id

    def together(self, action: str) -> bool:
        return self._verb(action).many

    def act(self, record: dict[str, Any], action: str) -> None:
        for error in self.act_together([record], action).values():
            raise error

    def act_together(self, records: list[dict[str, Any]], action: str) -> dict[str, DbopsError]:
        verb = self._verb(action)
        parameters, body = verb.place.put([record["id"] for record in records])
        bodies = [self._body(record, action) for record in records]
        body = {verb.wraps: bodies} if verb.wraps else {**body, **bodies[0]}
        first = self.noun.describe(records[0])
        resource = first if len(records) == 1 else f"{len(records)} {self.noun.many}, {first} among them"
        query = {name: records[0][option] for name, option in verb.query.items()} or None
        parse: Any = verb.judge or outcome(verb.operation, resource, verb.answer)
        failed = self._client.call(
            verb.operation, resource, parse, {**self._parent, **parameters}, query, body=body or None
        )
        return {
            record["key"]: self._failure(verb, record, failed[sent["id"]])
            for record, sent in zip(records, bodies)
            if failed and sent.get("id") in failed
        }

    def _body(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        """Return what a call says of one record, besides where it says which one it is."""
        if action == planning.DELETE:
            return {}
        if action == planning.KEY:
            return planning.secrets(self.kind, self._wish(record))
        if planning.verb_of(action) == "switch":
            return {"status": self.kind.field("enabled").codec.write(action == planning.SWITCH_ON)}
        return planning.body_of(self.kind, record, self._wish(record), action, {**self.names, **self.outside})

    def _failure(self, verb: Verb, record: dict[str, Any], why: str) -> ApiError:
        """Return the error of a record that the answer to a call for many says has failed."""
        told = f"the service answered that it failed (HTTP 200): {why}"
        resource = self.noun.describe(record)
        return ApiError(verb.operation.id, verb.operation.intent, resource, told, Facts(200), FAILED)

    # --- Reporting ---

    def label(self, record: dict[str, Any]) -> str:
        pretended = str(record["id"]).startswith(_NEW)
        return self.noun.describe({**record, "id": None} if pretended else record)

    def report(self, record: dict[str, Any]) -> dict[str, Any]:
        shown = {field.option: self._shown(field, record) for field in self.kind.fields if field.option in record}
        for field in self.kind.fields:
            if field.codec.refers and field.option in shown:
                value = record[field.option]
                one = isinstance(value, str)
                shown["db_id" if one else "db_ids"] = value if one else [each for each in value if each != ALL]
        record_id = None if str(record["id"]).startswith(_NEW) else record["id"]
        return {"id": record_id, self.noun.name_key: record["name"], "exists": record["exists"], **shown}

    def _shown(self, field: Field, record: Mapping[str, Any]) -> Any:
        """Return a value as results have it: databases by name, where their names are known."""
        value = record[field.option]
        if not field.codec.refers:
            return value
        return self.names.get(value, value) if isinstance(value, str) else [self.names.get(one, one) for one in value]

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        if not record["exists"]:
            return {"exists": False}
        wish = self._wish(record)
        named = [field for field in self.kind.fields if field.option in wish.fields or field.option == "enabled"]
        return {"exists": True, **{one.option: self._shown(one, record) for one in named if one.option in record}}

    def facts(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"enabled": record["enabled"]} if record["exists"] else {}
