# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The databases of an audit instance."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..call import Call, Handler
from ..patterns import STATUS, Shelf, listing
from ..power import Record
from ..state import Completion, Owner, State
from .audit import instance

DATABASES = Shelf("audit_instances.databases", owner=instance, writable=instance)


def _at_one_position(call: Call) -> Callable[[Record], bool]:
    wanted = call.query["status"]
    return lambda record: wanted in (None, record["status"])


def _show(call: Call, record: Record) -> Record:
    agents = [key for key, one in instance(call)["agents"].items() if record["id"] in one["db_ids"] and not one["gone"]]
    return call.view("AuditDatabase", record, agent_url=agents or record["agent_url"])


def _switch(call: Call) -> Any:
    """switchAuditDatabaseV3 and its predecessor. Not published, so assumed: a stopped instance does not refuse."""
    database = call.own(instance(call)["databases"], call.body["id"])
    status = call.body["status"]
    lts_stopped = database["lts_stopped"] or (database["type"] == "DWS" and call.body.get("lts_audit_switch") == 1)
    if (database["status"], database["lts_stopped"]) != (status, lts_stopped):
        call.change([database], status)
        audit_status = database["when_on"] if status == "ON" else "SHUTOFF"
        database.update(status=status, audit_status=audit_status, lts_stopped=lts_stopped)
    return STATUS.done


def _complete(_state: State, record: Record, given: Mapping[str, Any], _owner: Owner) -> None:
    if "audit_status" not in given:
        record["audit_status"] = record["when_on"] if record["status"] == "ON" else "SHUTOFF"


COMPLETIONS: dict[str, Completion] = {"databases": _complete}

_LISTING = listing(DATABASES, "databases", _show, wrap="database", only=_at_one_position)
HANDLERS: dict[str, Handler] = {
    "listAuditDatabases": _LISTING,
    "listAuditDatabasesV2": _LISTING,
    "switchAuditDatabaseV2": _switch,
    "switchAuditDatabaseV3": _switch,
}
