# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud holds: read from a state file, changed by calls, shown by listings that may lag behind."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator, Mapping

from .clock import moment
from .documents import StateError
from .power import Machine, Record, Timer
from .records import Sort, Sorts, named

SECRET_SECTIONS = ("users", "keys", "tokens")
OPEN_SECTIONS = ("region", "account", "projects", "agencies", "server")
IDENTITY_SECTIONS = (*OPEN_SECTIONS, *SECRET_SECTIONS)
# The cloud server that asks for its metadata, where a state file does not say.
_SERVER = {
    "uuid": "d0e1f2a3-b4c5-4d6e-8f70-819203a4b5c6",
    "name": "runner-01",
    "hostname": "runner-01.novalocal",
    "availability_zone": "cn-north-4a",
    "enterprise_project_id": "0",
    "instance_type": "s6.large.2",
    "launch_index": 0,
    "random_seed": "ZXhhbXBsZS1zZWVk",
    "meta": {"os_type": "Linux", "image_name": "Ubuntu 24.04"},
    "agency": None,
    "tokens": "optional",
}
Records = dict[str, Record]  # by id, in the order of the listing
# Fills in what follows from the rest: of the state, the record, what the state file says of it, and what owns it.
# Raises ValueError.
Completion = Callable[["State", Record, Mapping[str, Any], "Owner"], None]


class State:
    """Everything the cloud holds. Records are the API's own fields, those of ours, and what listings need."""

    def __init__(self, document: dict[str, Any], sorts: Sorts, completions: Mapping[str, Completion], now: float):
        """In: a state document and, by name of the sort, what completes its records. Raises StateError."""
        sorts.check(document)
        self.document, self._sorts, self._completions = document, sorts, completions
        self.now = now
        self.region: str = document["region"]
        self.account: Record = document["account"]
        self.agencies: list[str] = document.get("agencies", [])
        self.server: Record = {**_SERVER, **document.get("server", {})}
        self.projects: Records = {one["id"]: one for one in document["projects"]}
        self._moving: list[tuple[Machine | Timer, Record]] = []
        self._gone: list[tuple[Records, str]] = []
        try:
            self._sections = {
                sort.name: self._records(sort, document.get(sort.name, ()), sort.name, self) for sort in sorts.top
            }
            self.expiries = {
                one.get("token") or one["access_key"]: moment(one.get("expires", "in 24h"), now)
                for one in (*document.get("tokens", ()), *document.get("keys", ()))
            }
        except ValueError as error:
            raise StateError(str(error)) from None

    def __getitem__(self, section: str) -> Records:
        """The records of a section of the state file."""
        return self._sections[section]

    def _records(self, sort: Sort, listed: Iterable[Mapping[str, Any]], place: str, owner: Owner) -> Records:
        rows = [named(sort, given, f"{place} {index}") for index, given in enumerate(listed)]
        return {given[sort.key]: self._record(sort, given, f"{place} {given[sort.key]}", owner) for given in rows}

    def _record(self, sort: Sort, given: Mapping[str, Any], place: str, owner: Owner) -> Record:
        record = sort.record(given, self.now)
        if sort in self._sorts.top:
            record["project"] = self._project(given)
        if sort.name in self._completions:
            self._completions[sort.name](self, record, given, owner)
        for part in sort.parts:
            record[part.name] = self._records(part, record[part.name], f"{place} {part.name}", record)
        if sort.machine:
            self._moving.append((sort.machine, record))
        return record

    def _project(self, given: Mapping[str, Any]) -> str:
        wanted = given.get("project", next(iter(self.projects)))
        for one in self.projects.values():
            if wanted in (one["id"], one["name"]):
                return str(one["id"])
        raise ValueError(f"there is no project {wanted}")

    def sort(self, path: str) -> Sort:
        """The sort of record at a path of sections, such as "audit_instances.risk_rules"."""
        return self._sorts.at(path)

    def made(self, sort: Sort, given: Mapping[str, Any], owner: Owner, now: float) -> Record:
        """A record as just created, of what a state file would say of it, its id too."""
        self.now = now
        return self._record(sort, given, f"created {given[sort.key]}", owner)

    def settle(self, now: float) -> None:
        """Bring everything to where it is at the clock time `now`."""
        for machine, record in self._moving:
            if record["until"] is not None and now >= record["until"]:
                machine.settle(record, now)
        for records, key in [one for one in self._gone if not _late(one[0].get(one[1]), now)]:
            self._gone.remove((records, key))
            if records.get(key, {}).get("gone"):
                del records[key]

    def records(self) -> Iterator[Record]:
        """Every record that a listing can show late."""

        def walk(sorts: Iterable[Sort], holder: Owner) -> Iterator[Record]:
            for sort in sorts:
                for record in holder[sort.name].values():
                    yield record
                    yield from walk(sort.parts, record)

        return walk(self._sorts.top, self)

    def remove(self, records: Records, key: str) -> None:
        """Take a record away; a listing that lags shows it until it is up to date."""
        records[key]["gone"] = True
        self._gone.append((records, key))

    def dump(self, now: float) -> dict[str, Any]:
        """The state as a state document, without its secrets."""
        self.settle(now)

        def written(sort: Sort, records: Records) -> list[Record]:
            return [
                {**sort.written(one, now), **{part.name: written(part, one[part.name]) for part in sort.parts}}
                for one in records.values()
                if not one["gone"]
            ]

        return {
            **{key: self.document[key] for key in OPEN_SECTIONS if key in self.document},
            **{sort.name: written(sort, self._sections[sort.name]) for sort in self._sorts.top},
        }


def remember(record: Record, until: float, shown: bool = True) -> None:
    """Let listings show the record as it is now, or not at all, until the clock time `until`, in s."""
    record["stale"] = (until, {**record} if shown else None)


def seen(record: Record, now: float) -> Record | None:
    """The record as listings show it at the clock time `now`; None when they do not show it."""
    if _late(record, now):
        late: Record | None = record["stale"][1]
        return late
    return None if record["gone"] else record


def _late(record: Record | None, now: float) -> bool:
    return bool(record and record["stale"] and now < record["stale"][0])


Owner = Mapping[str, Any] | State  # what holds the records of a sort by its name: a record, or the state itself
