# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud holds: read from a state file, changed by calls, shown by listings that may lag behind."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

import yaml
from jsonschema.exceptions import best_match

from .clock import moment, timestamp
from .contract import Contract, explain
from .power import AUDIT, CLUSTER, OM, Machine, Record

HERE = Path(__file__).parent
SECRET_SECTIONS = ("users", "keys", "tokens")
IDENTITY_SECTIONS = ("region", "account", "projects", *SECRET_SECTIONS)
# What a record has beyond the API's own fields and the state file does not write this way.
_INNER = ("until", "stale", "extended_at")


class StateError(Exception):
    """A state file that cannot be used; the text is one sentence."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML in which ON, off and dates stay text, as the API writes them; only true and false are booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, re.compile("^(?:true|false)$") if tag.endswith(":bool") else pattern)
        for tag, pattern in resolvers
        if not tag.endswith(":timestamp") and (not tag.endswith(":bool") or first in "tf")
    ]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_yaml(text: str) -> Any:
    """YAML (or JSON) as plain data. Raises StateError."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise StateError(f"not valid YAML{place}: {getattr(error, 'problem', None) or 'unreadable'}") from None


def read_file(path: Path) -> dict[str, Any]:
    """The document in a state file. Raises StateError."""
    try:
        return read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StateError(getattr(error, "strerror", None) or "not UTF-8 text") from None


def _schema(contract: Contract) -> dict[str, Any]:
    """The schema of a state document; x-fields-of adds the API's own fields to a record's."""

    def expanded(node: Any) -> Any:
        if isinstance(node, list):
            return [expanded(one) for one in node]
        if not isinstance(node, dict):
            return node
        node = {key: expanded(value) for key, value in node.items()}
        for name in node.pop("x-fields-of", ()):
            node["properties"] = {**contract.schemas[name]["properties"], **node["properties"]}
        return node

    return expanded(yaml.safe_load((HERE / "state.schema.yml").read_text(encoding="utf-8")))


class Rules:
    """How a state document is checked and filled in; built once."""

    def __init__(self, contract: Contract):
        self._validator = contract.validator(_schema(contract))
        self.defaults = read_file(HERE / "defaults.yml")

    def check(self, document: Any) -> None:
        """Raises StateError when the document breaks the schema or names an id twice."""
        error = best_match(self._validator.iter_errors(document))
        if error:
            raise StateError(explain(error))
        audit = document.get("audit_instances", ())
        kinds = {
            "projects": (one["id"] for one in document["projects"]),
            "keys": (one["access_key"] for one in document.get("keys", ())),
            "audit_instances": (one["id"] for one in audit),
            "databases": (database["id"] for one in audit for database in one.get("databases", ())),
            "alarms": (alarm["id"] for one in audit for alarm in one.get("alarms", ())),
            "om_instances": (one["instance_id"] for one in document.get("om_instances", ())),
            "clusters": (one["id"] for one in document.get("clusters", ())),
        }
        for kind, ids in kinds.items():
            twice = [one for one, count in Counter(ids).items() if count > 1]
            if twice:
                raise StateError(f"{kind}: the id {twice[0]} is there twice")


class State:
    """Everything the cloud holds, by id. Records are the API's own fields plus what power.Machine needs."""

    def __init__(self, document: dict[str, Any], rules: Rules, now: float):
        rules.check(document)
        self.document, self._defaults = document, rules.defaults
        self.region: str = document["region"]
        self.account: Record = document["account"]
        self.projects: dict[str, Record] = {one["id"]: one for one in document["projects"]}
        self._now = now
        try:
            self.audit_instances = {one["id"]: self._audit_instance(one) for one in self._given("audit_instances")}
            self.om_instances = {one["instance_id"]: self._om_instance(one) for one in self._given("om_instances")}
            self.clusters = {one["id"]: self._cluster(one) for one in self._given("clusters")}
            self.expiries = {
                one.get("token") or one["access_key"]: moment(one.get("expires", "in 24h"), now)
                for one in (*self._given("tokens"), *self._given("keys"))
            }
        except ValueError as error:
            raise StateError(str(error)) from None

    def _given(self, section: str) -> list[Record]:
        return self.document.get(section, [])

    def _record(self, kind: str, given: Record, **more: Any) -> Record:
        record = {**self._defaults[kind], "ends_in": None, **given, **more, "stale": None}
        seconds = record.pop("seconds_left", None)
        record["until"] = None if seconds is None else self._now + seconds
        return record

    def _project(self, given: Record) -> str:
        wanted = given.get("project", next(iter(self.projects)))
        for one in self.projects.values():
            if wanted in (one["id"], one["name"]):
                return one["id"]
        raise ValueError(f"there is no project {wanted}")

    def _audit_instance(self, given: Record) -> Record:
        databases = {one["id"]: self._database(one) for one in given.get("databases", ())}
        region = given.get("region", self.region)
        alarms = [self._alarm(one) for one in given.get("alarms", ())]
        return self._record(
            "audit_instance", given, databases=databases, alarms=alarms, project=self._project(given), region=region
        )

    def _alarm(self, given: Record) -> Record:
        return {**self._defaults["alarm"], **given, "alarm_time": moment(given["alarm_time"], self._now)}

    def _database(self, given: Record) -> Record:
        record = self._record("database", given)
        if "audit_status" not in given:
            record["audit_status"] = record["when_on"] if record["status"] == "ON" else "SHUTOFF"
        return record

    def _om_instance(self, given: Record) -> Record:
        own = {"instance_id": given["instance_id"], "region": self.region}
        # The first node is the primary one (0), any other a standby (1).
        nodes = [
            self._record("om_node", {**own, **one}, is_active=min(index, 1)) for index, one in enumerate(given["nodes"])
        ]
        return self._record("om_instance", given, nodes=nodes, project=self._project(given))

    def _cluster(self, given: Record) -> Record:
        user = given.get("om_user")
        if user:
            user = {"status": user["status"], "expires": user.get("expires") and moment(user["expires"], self._now)}
            if user["status"] == "on" and not user["expires"]:
                raise ValueError(f"clusters: the om_user of {given['name']} is on and needs expires")
        return self._record("cluster", given, om_user=user, project=self._project(given), extended_at=None)

    def settle(self, now: float) -> None:
        """Bring everything to where it is at the clock time `now`."""
        for machine, record in self.moving():
            machine.settle(record, now)

    def moving(self) -> Iterator[tuple[Machine, Record]]:
        """Every record that a state machine moves."""
        yield from ((AUDIT, one) for one in self.audit_instances.values())
        yield from ((OM, node) for one in self.om_instances.values() for node in one["nodes"])
        yield from ((CLUSTER, one) for one in self.clusters.values())

    def records(self) -> Iterator[Record]:
        """Every record that a listing can show late."""
        yield from (record for _machine, record in self.moving())
        yield from (db for one in self.audit_instances.values() for db in one["databases"].values())

    def dump(self, now: float) -> dict[str, Any]:
        """The state as a state document, without its secrets."""
        self.settle(now)

        def plain(record: Record, **more: Any) -> Record:
            shown = {key: value for key, value in record.items() if key not in _INNER}
            if not record["ends_in"]:
                del shown["ends_in"]
            if record["until"] is not None:
                shown["seconds_left"] = round(max(0.0, record["until"] - now), 3)
            return {**shown, **more}

        def alarm(one: Record) -> Record:
            return {**one, "alarm_time": timestamp(one["alarm_time"])}

        def om_user(user: Record | None) -> Record | None:
            return user and {**user, "expires": user["expires"] and timestamp(user["expires"])}

        return {
            **{key: self.document[key] for key in IDENTITY_SECTIONS if key not in SECRET_SECTIONS},
            "audit_instances": [
                plain(
                    one,
                    databases=[plain(database) for database in one["databases"].values()],
                    alarms=[alarm(known) for known in one["alarms"]],
                )
                for one in self.audit_instances.values()
            ],
            "om_instances": [
                plain(one, nodes=[plain(node) for node in one["nodes"]]) for one in self.om_instances.values()
            ],
            "clusters": [plain(one, om_user=om_user(one["om_user"])) for one in self.clusters.values()],
        }


def remember(record: Record, until: float) -> None:
    """Let listings show the record as it is now until the clock time `until`, in s."""
    record["stale"] = (until, {**record})


def seen(record: Record, now: float) -> Record:
    """The record as listings show it at the clock time `now`."""
    stale = record["stale"]
    return stale[1] if stale and now < stale[0] else record
