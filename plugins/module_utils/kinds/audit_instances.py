# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audit instances: their settings, tags, upgrades and removal as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import acts, reads
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AUDIT_INSTANCE
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import (
    BROKEN,
    GONE,
    Change,
    Each,
    Record,
    Sort,
    subscription,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, plain_rows, rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    DbopsError,
    StateError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import silence, zero_code

_TAGS = "/v1/{project_id}/auditInstance/{resource_id}/tags"
LIST_TAGS = reads("listTags", _TAGS, "read the tags of")
LIST_UPGRADES = reads("listAuditUpgrades", "/v1/{project_id}/audit/upgrade/status")
FIND_TAGGED = Operation(
    "filterInstancesByTag", "dbss", "POST", "/v1/{project_id}/auditInstance/resource-instances/filter", "find by tags"
)
TAGGED_PER_PAGE = 10000
"""The largest page that filterInstancesByTag allows."""

OWN: dict[str, Any] = {
    "new_name": {"type": "str"},
    "comment": {"type": "str"},
    "security_group_id": {"type": "str"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
    "delete_publicip": {"type": "bool", "default": False},
    "delete_volume": {"type": "bool", "default": False},
}

_NAME = re.compile(r"[\u3400-\u9fff\uf900-\ufaffA-Za-z0-9_-]{1,64}")
_COMMENT = re.compile(r"[\u3400-\u9fff\uf900-\ufaffA-Za-z0-9_ -]{0,255}")
_LONGEST_KEY, _LONGEST_VALUE = 128, 255  # characters of a tag


def read_tags(client: Caller, record: Record) -> dict[str, str]:
    """Return the tags of an audit instance, by its billing ID (listTags). Raises ApiError or StateError."""
    resource = AUDIT_INSTANCE.describe(dict(record))
    if not isinstance(record.get("resource_id"), str):
        raise StateError(f"{resource[0].upper()}{resource[1:]} has no resource_id, which tags go by.")
    found: dict[str, str] = client.call(LIST_TAGS, resource, tags_in, {"resource_id": record["resource_id"]})
    return found


def tags_in(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return tags by key, from where an answer has them under C(tags).

    @raises Unreadable: when it has none
    """
    return {row["key"]: row["value"] or "" for row in rows(payload, "tags", "key", optional=["value"])}


def read_all_tags(client: Caller, wanted: Mapping[str, str] | None) -> dict[str, dict[str, str]]:
    """Return the tags of the project's audit instances by billing ID (filterInstancesByTag). Raises ApiError.

    @param wanted: only of instances that have all of these
    """

    def parse(payload: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        found = rows(payload, "resources", "resource_id")
        told = payload.get("total_count")
        return [{"id": row["resource_id"], "tags": tags_in(row)} for row in found], told if isinstance(told, int) else 0

    filters = [{"key": key, "values": [value]} for key, value in (wanted or {}).items()]
    found: dict[str, dict[str, str]] = {}
    while True:
        query = {"limit": str(TAGGED_PER_PAGE), **({"offset": str(len(found))} if found else {})}
        body = {"tags": filters} if filters else {}
        page, total = client.call(FIND_TAGGED, f"the {AUDIT_INSTANCE.many}", parse, query=query, body=body)
        new = {row["id"]: row["tags"] for row in page if row["id"] not in found}
        found.update(new)
        if not new or len(found) >= total:
            return found


def read_upgrades(client: Caller) -> dict[str, dict[str, Any]]:
    """Return what there is to upgrade, by the ID of the audit instance (listAuditUpgrades). Raises ApiError."""

    def parse(payload: dict[str, Any]) -> dict[str, dict[str, Any]]:
        found = plain_rows(
            payload, "audit_upgrade_infos", "instance_id", optional=["current_version", "upgrade_version"]
        )
        if not all(isinstance(row.get("status"), int) for row in found):
            raise Unreadable("answered with audit_upgrade_infos whose status is no number")
        return {row["instance_id"]: _upgrade(row) for row in found}

    upgrades: dict[str, dict[str, Any]] = client.call(LIST_UPGRADES, "the upgrades of audit instances", parse)
    return upgrades


def _upgrade(row: Mapping[str, Any]) -> dict[str, Any]:
    steps = [step for step in row.get("steps") or [] if isinstance(step, dict)]
    reason = str(steps[-1].get("msg") or "") if steps else ""
    return {**{key: row[key] for key in ("status", "current_version", "upgrade_version")}, "reason": reason}


def _complete(client: Caller, each: Each, wanted: Record, found: dict[str, Any]) -> dict[str, Any]:
    if wanted["tags"] is not None:
        readings = dict(zip(found, each(lambda record: read_tags(client, record), list(found.values()))))
        found = {
            key: tags if isinstance(tags, DbopsError) else {**found[key], "tags": tags}
            for key, tags in readings.items()
        }
    if wanted["state"] == "upgraded":
        upgrades = read_upgrades(client) if found else {}
        found = {
            key: record if isinstance(record, DbopsError) else _with_upgrade(record, upgrades.get(key))
            for key, record in found.items()
        }
    return found


def _with_upgrade(record: dict[str, Any], upgrade: dict[str, Any] | None) -> Any:
    if upgrade is not None:
        return {**record, "upgrade": upgrade}
    resource = AUDIT_INSTANCE.describe(record)
    return StateError(
        f"{resource[0].upper()}{resource[1:]} cannot be upgraded: the service lists no upgrade state of it."
    )


def _check(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings as they are compared.

    @raises UsageError: when one is not what the service takes
    """
    for option, pattern, words in (
        ("new_name", _NAME, "1 to 64 Chinese characters, letters, digits, underscores and hyphens"),
        ("comment", _COMMENT, "up to 255 Chinese characters, letters, digits, underscores, hyphens and blanks"),
    ):
        if options[option] is not None and not pattern.fullmatch(options[option]):
            raise UsageError(f"{option} {options[option]!r} must be {words}.")
    if options["security_group_id"] == "":
        raise UsageError("security_group_id is empty: an audit instance has one, give its ID.")
    return {} if options["tags"] is None else {"tags": clean_tags(options["tags"])}


def clean_tags(tags: Mapping[Any, Any]) -> dict[str, str]:
    """Return the tags of a task as texts: C(true) for what YAML takes for a truth value, nothing for null.

    @raises UsageError: when one is no text or too long
    """
    cleaned = {}
    for key, value in tags.items():
        name = str(key).strip()
        if isinstance(value, (dict, list)):
            raise UsageError(f"The tag {name!r} must have a text as its value.")
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        if not 1 <= len(name) <= _LONGEST_KEY or len(text) > _LONGEST_VALUE:
            raise UsageError(
                f"The tag {name[:_LONGEST_KEY]!r} is too long or empty: a key has 1 to {_LONGEST_KEY} characters, "
                f"a value up to {_LONGEST_VALUE}."
            )
        cleaned[name] = text
    return cleaned


def _named(record: Record, wanted: Record) -> dict[str, Any]:
    """Return the name, which the call wants, and the comment where the task gives one."""
    comment = {} if wanted["comment"] is None else {"comment": wanted["comment"]}
    return {"name": wanted["new_name"] or record["name"], **comment}


def _to_add(record: Record, wanted: Record) -> dict[str, str]:
    return {key: value for key, value in wanted["tags"].items() if record["tags"].get(key) != value}


def _to_remove(record: Record, wanted: Record) -> list[str]:
    return [key for key in record["tags"] if wanted["purge_tags"] and key not in wanted["tags"]]


def _paid(record: Record) -> str:
    """Return why an audit instance cannot be deleted, or nothing."""
    if record.get("charge_model") == "Demand" or record["status"] == BROKEN:
        return ""
    return subscription(record)


def _upgraded(record: Record, _wanted: Record) -> dict[str, Any]:
    version = record["upgrade"]["upgrade_version"]
    told = {"status": 2, "current_version": version, "upgrade_version": None, "reason": ""}
    return {"version": version, "new_version": None, "upgrade": told}


AUDIT_INSTANCES = Sort(
    changes=(
        Change(
            acts("updateAuditInstanceNew", "PUT", "/v1/{project_id}/audit/instance/{instance_id}", "change"),
            ("new_name", "comment"),
            shows=lambda record: {"name": record["name"], "comment": record.get("comment") or ""},
            effect=_named,
            body=_named,
        ),
        Change(
            acts(
                "updateAuditSecurityGroupNew",
                "POST",
                "/v1/{project_id}/audit/security-group",
                "change the security group of",
            ),
            ("security_group_id",),
            shows=lambda record: {"security_group_id": record.get("security_group_id")},
            effect=lambda record, wanted: {"security_group_id": wanted["security_group_id"]},
            body=lambda record, wanted: {
                "instance_id": record["id"],
                "securitygroup_ids": [wanted["security_group_id"]],
            },
        ),
        Change(
            acts("createTags", "POST", f"{_TAGS}/create", "add tags to"),
            ("tags",),
            shows=lambda record: {"tags": record["tags"]},
            effect=lambda record, wanted: {"tags": {**record["tags"], **wanted["tags"]}},
            body=lambda record, wanted: {
                "tags": [{"key": key, "value": value} for key, value in _to_add(record, wanted).items()]
            },
            key="resource_id",
            of="resource_id",
            judge=silence,
        ),
        Change(
            acts("deleteTags", "DELETE", f"{_TAGS}/delete", "remove tags from"),
            ("tags",),
            shows=lambda record: {"tags": record["tags"]},
            effect=lambda record, wanted: {
                "tags": {key: value for key, value in record["tags"].items() if key not in _to_remove(record, wanted)}
            },
            body=lambda record, wanted: {"tags": [{"key": key} for key in _to_remove(record, wanted)]},
            key="resource_id",
            of="resource_id",
            judge=silence,
        ),
    ),
    removal=Change(
        acts("deleteAuditInstanceNew", "DELETE", "/v1/{project_id}/audit/instance", "delete"),
        ("delete_publicip", "delete_volume"),
        shows=lambda record: {"status": record["status"]},
        effect=lambda record, wanted: {"status": GONE, "task": "NO_TASK"},
        body=lambda record, wanted: {
            "id": record["id"],
            "delete_publicip": wanted["delete_publicip"],
            "delete_volume": wanted["delete_volume"],
        },
    ),
    kept=_paid,
    upgrade=Change(
        acts("upgradeAuditInstance", "POST", "/v1/{project_id}/audit/{resource_id}/upgrade", "upgrade"),
        (),
        shows=lambda record: {"version": record["upgrade"]["current_version"]},
        effect=_upgraded,
        body=lambda record, wanted: None,
        key="resource_id",
        of="resource_id",
        judge=zero_code,
    ),
    complete=_complete,
    check=_check,
)
