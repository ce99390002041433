# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit instances: listings and power."""

from __future__ import annotations

from typing import Any, Mapping

from ..call import Call, Handler
from ..power import AUDIT, Record
from ..state import Completion, Owner, State
from .power import acting

# Second names under which lists show fields.
_TWINS = {
    "remainDays": "remain_days",
    "subnetId": "subnet_id",
    "chargeModel": "charge_model",
    "configNum": "config_num",
    "connectIpv6": "connect_ipv6",
    "instance_id": "id",
}


def _listing(schema: str, key: str) -> Handler:
    """A listing: the schema of its rows, and the key they come under."""

    def handle(call: Call) -> Record:
        rows = call.listed(call.state["audit_instances"])
        shown = [
            call.view(schema, row, _TWINS, config_num=len(call.listed(row["databases"]))) for row in call.page(rows)
        ]
        return {key: shown, "total": len(rows)}

    return handle


def _meant(call: Call) -> list[Record]:
    return [call.own(call.state["audit_instances"], call.body["instance_id"])]


def _complete(state: State, record: Record, given: Mapping[str, Any], _owner: Owner) -> None:
    record["region"] = given.get("region", state.region)


COMPLETIONS: dict[str, Completion] = {"audit_instances": _complete}

HANDLERS: dict[str, Handler] = {
    "listAuditInstances": _listing("AuditInstance", "servers"),
    # The page and the SDK disagree on this answer's shape; this is the SDK's.
    "listAuditInstancesV1New": _listing("AuditInstanceV1New", "instances"),
    "listAuditInstancesV2": _listing("AuditInstanceV2", "instances"),
    **{
        f"{action}AuditInstance{generation}": acting(action, AUDIT, _meant)
        for action in ("start", "stop", "reboot")
        for generation in ("", "New")
    },
}
