# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit instance as the parent of what it watches, and by what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import power
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    AUDIT_INSTANCE,
    AuditDatabases,
    list_audit_instances,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import Parent
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation


def reads(operation_id: str, path: str, intent: str = "list") -> Operation:
    """Return an operation of DBSS that reads."""
    return Operation(operation_id, "dbss", "GET", path, intent)


def acts(operation_id: str, method: str, path: str, intent: str) -> Operation:
    """Return an operation of DBSS that changes something."""
    return Operation(operation_id, "dbss", method, path, intent, acts=True)


def _obstacle(instance: Mapping[str, Any]) -> str:
    status, task = instance.get("status"), instance.get("task")
    if task not in power.IDLE_TASKS:
        return f"cannot be changed while the task {task} runs on its audit instance"
    return "" if status == "ACTIVE" else f"cannot be changed while its audit instance is {status}"


AUDIT = Parent(
    AUDIT_INSTANCE,
    "instance_id",
    records=list_audit_instances,
    moving=lambda one: one.get("task") not in power.IDLE_TASKS or one.get("status") in power.MOVING,
    obstacle=_obstacle,
    databases=lambda client, instance_id: AuditDatabases(client, instance_id).records(),
)
