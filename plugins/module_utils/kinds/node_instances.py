# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""O&M instances and their twins, encryption instances: their settings and removal as a table."""

from __future__ import annotations

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import ENCRYPT, OM, Area, NodeInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import (
    GONE,
    Change,
    Record,
    Sort,
    subscription,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.outcomes import zero_code

_UPDATE = {"type": "str", "choices": ["never", "always"], "default": "never"}
OWN: dict[str, Any] = {
    "new_name": {"type": "str"},
    "security_group_ids": {"type": "list", "elements": "str"},
    "update_security_group_ids": _UPDATE,
    "eip": {"type": "dict", "options": {"address": {"type": "str"}, "id": {"type": "str"}}},
    "console_user": {"type": "str"},
    "console_password": {"type": "str", "no_log": True},
    "update_console_password": {**_UPDATE, "no_log": False},
}


def _check(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings as they are compared.

    @raises UsageError: when one is not what the service takes
    """
    if options["new_name"] == "":
        raise UsageError("new_name is empty: an instance has a name, give one.")
    groups, eip = options["security_group_ids"], options["eip"]
    cleaned: dict[str, Any] = {}
    if groups is not None:
        cleaned["security_group_ids"] = [group.strip() for group in groups if group.strip()]
        if not cleaned["security_group_ids"]:
            raise UsageError("security_group_ids is empty: an instance has one at least, name it.")
    if eip is not None and bool(eip.get("address")) != bool(eip.get("id")):
        raise UsageError("eip needs both address and id, or neither to unbind what is bound.")
    if (options["console_user"] is None) != (options["console_password"] is None):
        raise UsageError("console_user and console_password go together: give both or neither.")
    if options["console_password"] == "" or options["console_user"] == "":
        raise UsageError("console_user or console_password is empty: give both or neither.")
    return cleaned


def _warnings(wanted: Record) -> list[str]:
    found = []
    if wanted["console_password"] is not None and wanted["update_console_password"] == "never":
        found.append("console_password cannot be compared and was not sent: update_console_password=always sends it.")
    groups = wanted["security_group_ids"] or []
    if len(groups) > 1 and wanted["update_security_group_ids"] == "never":
        found.append(
            "Only one security group of a node can be read: when it is one of security_group_ids, they count as set. "
            "update_security_group_ids=always sends them."
        )
    return found


def _groups(record: Record) -> list[str]:
    return sorted({str(node.get("security_group_id")) for node in record["nodes"]})


def _grouped(record: Record, wanted: Record) -> dict[str, Any]:
    """Return the nodes with a group that is wanted: only one of each can be read."""
    groups = wanted["security_group_ids"]
    given = [one.get("security_group_id") in groups for one in record["nodes"]]
    moved = [{**one, "security_group_id": groups[0]} for one in record["nodes"]]
    return {"nodes": [one if fits else other for fits, one, other in zip(given, record["nodes"], moved)]}


def _address(record: Record) -> str | None:
    return record.get("public_ip") or None


def _to_unbind(record: Record, wanted: Record) -> bool:
    return _address(record) not in (None, wanted["eip"]["address"] or None)


def _gone(record: Record) -> dict[str, Any]:
    return {"status": GONE, **NodeInstances.settled(dict(record), GONE)}


def _paid(record: Record) -> str:
    """Return why an instance cannot be deleted, or nothing: what becomes of a subscription is not published."""
    return "" if record.get("charge_model") == "Demand" else subscription(record)


def _acts(name: str, method: str, path: str, intent: str) -> Operation:
    return Operation(name, "dbss", method, path, intent, acts=True)


def _sort_of(area: Area) -> Sort:
    """Return what the service does to the instances of an area besides their power."""
    path, name = area.path, area.name
    return Sort(
        changes=(
            Change(
                _acts(f"rename{name}Instance", "PUT", f"{path}/name", "rename"),
                ("new_name",),
                shows=lambda record: {"name": record["name"]},
                effect=lambda record, wanted: {"name": wanted["new_name"]},
                body=lambda record, wanted: {"new_name": wanted["new_name"]},
                of="instance_id",
            ),
            Change(
                _acts(f"set{name}SecurityGroups", "PUT", f"{path}/security-group", "change the security groups of"),
                ("security_group_ids",),
                shows=lambda record: {"security_group_ids": _groups(record)},
                effect=_grouped,
                body=lambda record, wanted: {"security_group_ids": wanted["security_group_ids"]},
                of="instance_id",
                judge=zero_code,
                update="update_security_group_ids",
            ),
            Change(
                _acts(f"unbind{name}Eip", "POST", f"{path}/eip/unbind", "unbind the EIP of"),
                ("eip",),
                shows=lambda record: {"public_ip": _address(record)},
                effect=lambda record, wanted: {"public_ip": None} if _to_unbind(record, wanted) else {},
                body=lambda record, wanted: None,
                of="instance_id",
                frozen=True,
            ),
            Change(
                _acts(f"bind{name}Eip", "POST", f"{path}/eip/bind", "bind an EIP to"),
                ("eip",),
                shows=lambda record: {"public_ip": _address(record)},
                effect=lambda record, wanted: {"public_ip": wanted["eip"]["address"] or None},
                body=lambda record, wanted: {"eip": wanted["eip"]["address"], "eip_id": wanted["eip"]["id"]},
                of="instance_id",
                frozen=True,
            ),
            Change(
                _acts(f"reset{name}Password", "POST", f"{path}/password/reset", "reset the console password of"),
                ("console_password", "console_user"),
                shows=lambda record: {},
                effect=lambda record, wanted: {},
                body=lambda record, wanted: {
                    "user_name": wanted["console_user"],
                    "new_password": wanted["console_password"],
                },
                of="instance_id",
                update="update_console_password",
                again=False,
            ),
        ),
        removal=Change(
            _acts(f"delete{name}Instance", "DELETE", path, "delete"),
            (),
            shows=lambda record: {"status": record["status"]},
            effect=lambda record, wanted: _gone(record),
            body=lambda record, wanted: None,
            of="instance_id",
        ),
        kept=_paid,
        check=_check,
        warnings=_warnings,
    )


OM_INSTANCES = _sort_of(OM)
ENCRYPT_INSTANCES = _sort_of(ENCRYPT)
