# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a database is audited, by every word that its record and its audit instance's record have. Pure."""

from __future__ import annotations

from typing import Any


def with_effect(database: dict[str, Any], instance: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the database's record with C(effective), whether it is audited, and C(not_effective_because), why not."""
    why = why_not_audited(database, instance)
    return {**database, "effective": why is None, "not_effective_because": why}


def why_not_audited(database: dict[str, Any], instance: dict[str, Any] | None = None) -> str | None:
    """Return why a database is not audited, as words that go on from "is not audited: ", or None when it is.

    @param database: a record of listAuditDatabasesV2; what it does not say is not held against it
    @param instance: the record of its audit instance (listAuditInstances), or None where that is not known
    """
    if database.get("status") != "ON":
        return f"its auditing is {database.get('status')}"
    if instance is not None and instance.get("status") != "ACTIVE":
        return f"its audit instance is {instance.get('status')}"
    if database.get("audit_status") not in (None, "", "ACTIVE"):
        return f"its auditing is ON, but reports {database['audit_status']}"
    if database.get("rds_audit_switch_mismatch") is True:
        return "its auditing is ON, but the upload of its logs is off on the side of RDS (rds_audit_switch_mismatch)"
    return None
