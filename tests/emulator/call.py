# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of an operation, and what handlers do with it: find, list, page, change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

from .answers import Refusal
from .power import Record
from .state import Owner, Records, State, remember, seen

if TYPE_CHECKING:
    from .cloud import Cloud, Settings
    from .contract import Operation
    from .ids import Ids


@dataclass
class Call:
    """One call of an operation, handed to its handler, which answers with the body.

    `projects` are the ids of those that it is about: that in its path, or all that its caller may use.
    """

    cloud: Cloud
    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    sent_headers: Mapping[str, str]
    now: float
    projects: frozenset[str]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    resource: str | None = None
    acted: bool = False

    @property
    def state(self) -> State:
        """What the cloud holds."""
        return self.cloud.state

    @property
    def settings(self) -> Settings:
        """What can be turned at run time."""
        return self.cloud.settings

    @property
    def ids(self) -> Ids:
        """New IDs."""
        return self.cloud.ids

    # --- Finding and showing ---

    def mine(self, record: Record) -> bool:
        """Whether a record belongs to the projects that this call is about; parts belong where their owner does."""
        return record.get("project") is None or record["project"] in self.projects

    def listed(self, records: Mapping[str, Record]) -> list[Record]:
        """The records as listings show them now, only those of this project."""
        shown = (seen(record, self.now) for record in records.values() if self.mine(record))
        return [record for record in shown if record is not None]

    def own(self, records: Mapping[str, Record], wanted: str) -> Record:
        """The record with an id. Raises Refusal; the service's code for an unknown one is not published."""
        self.resource = wanted
        record = records.get(wanted)
        if record is None or record["gone"] or not self.mine(record):
            raise Refusal(400, "DBSS.10020021", "The ID is invalid: there is nothing with this ID.")
        return record

    def view(self, schema: str, record: Record, twins: Mapping[str, str] | None = None, /, **more: Any) -> Record:
        """The record with the fields of a contract schema.

        In: `twins`, from fields to the names that they have in the record; `more` adds to the record.
        """
        source, twins = {**record, **more}, twins or {}
        return {name: source[twins.get(name, name)] for name in self.cloud.contract.schemas[schema]["properties"]}

    def page(self, rows: list[Record]) -> list[Record]:
        """The page that `offset` and `limit` ask for; everything without `limit`. The page_cap setting shortens it."""
        first = int(self.query.get("offset") or 0)
        size = int(self.query.get("limit") or len(rows))
        return rows[first : first + min(size, self.settings.page_cap or size)]

    def numbered(self, rows: list[Record]) -> list[Record]:
        """The page that `page` and `size` of the body ask for, counted from the first_page setting; else everything."""
        size = int(self.body.get("size") or len(rows))
        skipped = (int(self.body.get("page", self.settings.first_page)) - self.settings.first_page) * size
        shown = min(size, self.settings.page_cap or size)
        return rows[skipped : skipped + shown] if skipped >= 0 else []

    # --- Changing ---

    def change(self, records: Iterable[Record], action: str) -> None:
        """To be said before the records are changed: keeps what lagging listings still show, and counts the effect."""
        for record in records:
            if self.settings.lag:
                remember(record, self.now + self.settings.lag)
        self._count(action)

    def create(self, path: str, owner: Owner, given: Mapping[str, Any], action: str) -> Record:
        """A new record, among those of its sort that the owner has already.

        In: the path of its sort, such as "audit_instances.risk_rules", and what a state file would say of it; without
        an id it gets a new one of 20 letters and digits. The owner of a record at the top is the state.
        """
        sort = self.state.sort(path)
        given = {sort.key: self.ids.short(), **given}
        record = self.state.made(sort, given, owner, self.now)
        owner[sort.name][given[sort.key]] = record
        if self.settings.lag:
            remember(record, self.now + self.settings.lag, shown=False)
        self.resource = given[sort.key]
        self._count(action)
        return record

    def remove(self, records: Records, keys: Iterable[str], action: str) -> None:
        """Take records away; listings that lag still show them."""
        for key in keys:
            if self.settings.lag:
                remember(records[key], self.now + self.settings.lag)
            self.state.remove(records, key)
        self.state.settle(self.now)
        self._count(action)

    def _count(self, action: str) -> None:
        self.acted = True
        if self.resource:
            self.cloud.journal.count(self.resource, action)


Handler = Callable[[Call], Any]
