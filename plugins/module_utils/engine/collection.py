# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of one kind that one parent has: read, changed one by one or many at once, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import records as planning
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.records import Matched, Wish
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import rows, total
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError
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

    actions = planning.ACTIONS
    goal = planning.GOAL

    def __init__(self, kind: Kind, client: Caller, parent_id: str, pretend: bool, readers: int) -> None:
        self.kind = kind
        self.noun = kind.noun
        self.advice = f"List the {kind.noun.many} of {kind.parent.noun.one} {parent_id} before you run this again."
        self.obstacle = ""  # why nothing can be changed here, if so
        self.names: dict[str, str] = {}  # of databases, by ID
        self._client = client
        self.parent_id = parent_id
        self._parent = {kind.parent.parameter: parent_id}
        self._place = f"{kind.parent.noun.one} {parent_id}"
        self._pretend = pretend
        self._readers = readers
        self._wishes: dict[str, Wish] = {}
        self._first: dict[str, dict[str, Any]] = {}
        self._known: set[str] = set()
        self._rows: dict[str, dict[str, Any]] = {}  # as the listing has them, by ID
        self.listed: list[dict[str, Any]] = []

    # --- Reading ---

    def refresh(self) -> list[dict[str, Any]]:
        """Read the listing anew and return its records. Raises ApiError."""
        verb = self.kind.verbs["list"]
        resource = f"the {self.noun.many} of {self._place}"

        def parse(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
            found = rows(payload, verb.rows, "id", self.noun.name_key)
            return [{**planning.record_of(self.kind, row), "row": row} for row in found], total(payload)

        if verb.operation.method == "POST":
            found = self._client.numbered_pages(
                verb.operation,
                resource,
                parse,
                self._parent,
                lambda number: {"page": number, "size": self.kind.per_page},
            )
        else:
            found = self._client.pages(
                verb.operation, resource, parse, self._parent, {"limit": str(self.kind.per_page)}
            )
        self._rows = {record["id"]: record.pop("row") for record in found}
        self.listed = found
        return found

    def _with_detail(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a record with what only the reading of itself shows. Raises ApiError."""
        verb, row = self.kind.verbs["detail"], self._rows[record["id"]]
        parameters, _body = verb.place.put([record["id"]])

        def parse(payload: dict[str, Any]) -> dict[str, Any]:
            return planning.record_of(self.kind, row, payload)

        resource = self.noun.describe(record)
        detailed: dict[str, Any] = self._client.call(verb.operation, resource, parse, {**self._parent, **parameters})
        return detailed

    def choose(self, matched: Sequence[Matched]) -> dict[str, Any]:
        """Take what is wanted, and return by key the records, or the errors that hid them, that it is wanted of."""
        self._known = {record["id"] for record in self.listed}
        self._wishes = {str(number): one.wish for number, one in enumerate(matched)}
        found = self._complete({str(number): one.record for number, one in enumerate(matched)})
        # What is to be told of a record is known by now, and need not be read again.
        self._wishes = {key: wish._replace(logged=False) for key, wish in self._wishes.items()}
        self._first = {key: record for key, record in found.items() if not isinstance(record, DbopsError)}
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
        by_id = {record["id"]: record for record in self.refresh()}
        return self._complete({key: self._find(key, by_id) for key in keys})

    def _find(self, key: str, by_id: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the record of a key as it is listed now; one that was created is one that was not there before."""
        first, wish = self._first[key], self._wishes[key]
        if first["id"] is not None:
            return by_id.get(first["id"]) or planning.nothing(self.kind, first["id"], first["name"])
        new = [one for one in by_id.values() if one["id"] not in self._known and one["name"] == first["name"]]
        as_wanted = [one for one in new if not planning.differences(self.kind, one, wish)]
        return (as_wanted or new or [planning.nothing(self.kind, None, first["name"])])[0]

    # --- Planning ---

    def _wish(self, record: Mapping[str, Any]) -> Wish:
        return self._wishes[record["key"]]

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        was_on = self._first[record["key"]].get("enabled")
        step = planning.plan(self.kind, record, self._wish(record), was_on)
        return Step(REFUSE, reason=self.obstacle) if step.verdict == ACT and self.obstacle else step

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return planning.took(self.kind, record, self._wish(record), action)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        predicted = planning.predict(self.kind, record, self._wish(record), action)
        if action == planning.CREATE and self._pretend:
            predicted["id"] = _NEW + record["key"]
        return {**predicted, "key": record["key"]}

    def would_change(self, records: Mapping[str, Any]) -> bool:
        """Return whether there is something to do for any of the records as they are."""
        return any(
            planning.plan(self.kind, record, self._wish(record), record.get("enabled")).verdict == ACT
            for record in records.values()
            if not isinstance(record, DbopsError)
        )

    def all_after(self, ends: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Return all records of the parent that are there at the end, of which some have ended so, by key."""
        changed = {self._first[key]["id"]: record for key, record in ends.items() if key in self._first}
        new = [record for key, record in ends.items() if key in self._first and self._first[key]["id"] is None]
        kept = [changed.get(record["id"], record) for record in self.listed]
        created = [record for record in new if record["id"] not in {one["id"] for one in kept}]
        return [record for record in [*kept, *created] if record["exists"]]

    # --- Acting ---

    def _verb(self, action: str) -> Verb:
        return self.kind.verbs[planning.verb_of(action)]

    def word(self, action: str) -> str:
        return self._verb(action).operation.id

    def together(self, action: str) -> bool:
        return self._verb(action).many

    def act(self, record: dict[str, Any], action: str) -> None:
        self.act_together([record], action)

    def act_together(self, records: list[dict[str, Any]], action: str) -> None:
        verb = self._verb(action)
        parameters, body = verb.place.put([record["id"] for record in records])
        if action in (planning.CREATE, planning.EDIT):
            bodies = [planning.body_of(self.kind, one, self._wish(one), action, self.names) for one in records]
            body = {verb.wraps: bodies} if verb.wraps else bodies[0]
        elif action != planning.DELETE:
            switch = self.kind.field("enabled")
            body = {**body, "status": switch.codec.write(action == planning.SWITCH_ON)}
        first = self.noun.describe(records[0])
        resource = first if len(records) == 1 else f"{len(records)} {self.noun.many}, {first} among them"
        parse = outcome(verb.operation, resource, verb.answer)
        self._client.call(verb.operation, resource, parse, {**self._parent, **parameters}, body=body or None)

    # --- Reporting ---

    def label(self, record: dict[str, Any]) -> str:
        pretended = str(record["id"]).startswith(_NEW)
        return self.noun.describe({**record, "id": None} if pretended else record)

    def report(self, record: dict[str, Any]) -> dict[str, Any]:
        shown = {field.option: self._shown(field, record) for field in self.kind.fields if field.option in record}
        for field in self.kind.fields:
            if field.codec.refers and field.option in shown:
                shown["db_ids"] = [one for one in record[field.option] if one != ALL]
        record_id = None if str(record["id"]).startswith(_NEW) else record["id"]
        return {"id": record_id, self.noun.name_key: record["name"], "exists": record["exists"], **shown}

    def _shown(self, field: Field, record: Mapping[str, Any]) -> Any:
        """Return a value as results have it: databases by name, where their names are known."""
        value = record[field.option]
        return [self.names.get(one, one) for one in value] if field.codec.refers else value

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        if not record["exists"]:
            return {"exists": False}
        wish = self._wish(record)
        named = [field for field in self.kind.fields if field.option in wish.fields or field.option == "enabled"]
        return {"exists": True, **{one.option: self._shown(one, record) for one in named if one.option in record}}

    def facts(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"enabled": record["enabled"]} if record["exists"] else {}
