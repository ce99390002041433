# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of audit instances, which go by the billing id, and the search by them."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..answers import Refusal
from ..call import Call, Handler
from ..power import Record
from ..state import Completion
from .upgrades import by_resource

TYPE = "auditInstance"  # the one resource type that is documented


def _of_type(call: Call) -> None:
    """Raises Refusal for another type of resource; its code is assumed."""
    if call.path["resource_type"] != TYPE:
        raise Refusal(400, "DBSS.10000001", f"path: resource_type must be {TYPE}")


def _tagged(call: Call) -> Record:
    _of_type(call)
    return by_resource(call, call.path["resource_id"])


def _list(call: Call) -> Record:
    record = _tagged(call)
    return {"tags": record["tags"], "sys_tags": record["sys_tags"]}


def _change(call: Call, record: Record, tags: Mapping[str, str]) -> None:
    rows = [{"key": key, "value": value} for key, value in tags.items()]
    if record["tags"] != rows:
        call.change([record], "tags")
        record["tags"] = rows
    call.status = 204


def _as_mapping(rows: list[Record]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in rows}


def _create(call: Call) -> None:
    """createTags: a key that is there gets the new value (assumed). System tags are for operators only."""
    record = _tagged(call)
    if call.body.get("sys_tags"):
        raise Refusal(403, "DBSS.10020102", "The operation failed: sys_tags are for operators only.")
    _change(call, record, {**_as_mapping(record["tags"]), **_as_mapping(call.body.get("tags") or [])})


def _delete(call: Call) -> None:
    """deleteTags: by key, and by value where one is given."""
    record = _tagged(call)
    wanted = {one["key"]: one.get("value") for one in call.body.get("tags") or []}
    kept = {
        key: value
        for key, value in _as_mapping(record["tags"]).items()
        if key not in wanted or wanted[key] not in (None, value)
    }
    _change(call, record, kept)


def _list_project(call: Call) -> Record:
    _of_type(call)
    values: dict[str, list[str]] = {}
    for record in call.listed(call.state["audit_instances"]):
        for tag in record["tags"]:
            known = values.setdefault(tag["key"], [])
            if tag["value"] not in known:
                known.append(tag["value"])
    return {"tags": [{"key": key, "values": sorted(known)} for key, known in sorted(values.items())]}


def _has(tags: Mapping[str, str], rule: Record) -> bool:
    return rule["key"] in tags and (not rule["values"] or tags[rule["key"]] in rule["values"])


_FILTERS: Mapping[str, Callable[[list[bool]], bool]] = {
    "tags": all,
    "tags_any": any,
    "not_tags": lambda found: not any(found),
    "not_tags_any": lambda found: not all(found),
}


def _matches(body: Record, record: Record) -> bool:
    names = [one.get("value", "") for one in body.get("matches") or [] if one.get("key") == "resource_name"]
    if not all(name in record["name"] for name in names):
        return False
    tags = _as_mapping(record["tags"])
    if body.get("without_any_tag"):
        return not tags
    given = {name: body[name] for name in _FILTERS if body.get(name)}
    return all(_FILTERS[name]([_has(tags, rule) for rule in rules]) for name, rules in given.items())


def _found(call: Call) -> list[Record]:
    _of_type(call)
    for name in _FILTERS:
        keys = [rule["key"] for rule in call.body.get(name) or []]
        if len(set(keys)) < len(keys):
            raise Refusal(400, "DBSS.10000001", f"body: {name} has a key twice")
    return [one for one in call.listed(call.state["audit_instances"]) if _matches(call.body, one)]


def _filter(call: Call) -> Record:
    rows = _found(call)
    shown = [
        {
            "resource_id": one["resource_id"],
            "resource_name": one["name"],
            "resource_detail": {},
            "tags": one["tags"],
            "sys_tags": one["sys_tags"],
        }
        for one in call.page(rows)
    ]
    return {"resources": shown, "total_count": len(rows)}


def _count(call: Call) -> Any:
    return {"total_count": len(_found(call))}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "listTags": _list,
    "createTags": _create,
    "deleteTags": _delete,
    "listProjectTags": _list_project,
    "filterInstancesByTag": _filter,
    "countInstancesByTag": _count,
}
