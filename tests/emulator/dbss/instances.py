# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit instances: listings, power, names, security groups, removal."""

from __future__ import annotations

import re
import uuid
from typing import Any, Mapping

from ..answers import Refusal
from ..call import Call, Handler
from ..patterns import RESULT
from ..power import AUDIT, Record
from ..state import Completion, Owner, State
from .power import acting

_FORBIDDEN = {"BUILD", "DELETING", "DELETED", "HAWAIT", "UPGRADING", "ERROR", "FROZEN"}
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_-]{1,64}")
_COMMENT = re.compile(r"[\u4e00-\u9fffA-Za-z0-9_ -]{0,255}")
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
            call.view(schema, row, _TWINS, config_num=sum(not one["gone"] for one in row["databases"].values()))
            for row in call.page(rows)
        ]
        return {key: shown, "total": len(rows)}

    return handle


def _meant(call: Call) -> list[Record]:
    return [call.own(call.state["audit_instances"], call.body["instance_id"])]


def _meant_either_way(call: Call) -> Record:
    """The instance in the body, by its id or, as Terraform sends it, by its resource_id. Raises Refusal."""
    records, wanted = call.state["audit_instances"], call.body.get("instance_id")
    if wanted is None:
        by_resource = {one["resource_id"]: key for key, one in records.items()}
        wanted = by_resource.get(call.body.get("resource_id"), "")
    return call.own(records, wanted)


def _settled(record: Record) -> None:
    """Raises Refusal where nothing is allowed (QUIRKS 2.4)."""
    if not AUDIT.is_idle(record) or record["status"] in _FORBIDDEN:
        raise Refusal(400, "DBSS.10020102", "The operation failed: the state of the instance does not allow this.")


def _update(call: Call) -> Any:
    """updateAuditInstance(New): what is left out or null stays; empty text clears the comment."""
    record = call.own(call.state["audit_instances"], call.path["instance_id"])
    given = {key: value for key, value in call.body.items() if value is not None}
    name, comment = str(given.get("name", record["name"])), str(given.get("comment", ""))
    if not _NAME.fullmatch(name) or not _COMMENT.fullmatch(comment):
        raise Refusal(400, "DBSS.10000001", "body: name or comment has characters that are not allowed")
    _settled(record)
    if any(record[key] != value for key, value in given.items()):
        call.change([record], "update")
        record.update(given)
    return RESULT.done


def _set_security_group(call: Call) -> Any:
    record, groups = _meant_either_way(call), call.body["securitygroup_ids"]
    if len(groups) != 1:
        raise Refusal(400, "DBSS.10000001", "body: securitygroup_ids must name exactly one group")
    _settled(record)
    if record["security_group_id"] != groups[0]:
        call.change([record], "security_group")
        record["security_group_id"] = groups[0]
    return RESULT.done


def _delete(call: Call) -> Any:
    """deleteAuditInstance(New): on demand without a task, or a subscription in ERROR."""
    record = call.own(call.state["audit_instances"], call.body["id"])
    on_demand = record["charge_model"] == "Demand" and record["status"] not in _FORBIDDEN - {"ERROR"}
    if not AUDIT.is_idle(record) or not (on_demand or record["status"] == "ERROR"):
        raise Refusal(400, "DBSS.10020102", "The operation failed: the instance cannot be deleted as it is.")
    leave(call, record)
    return RESULT.done


def leave(call: Call, record: Record) -> None:
    """Let an audit instance be DELETING, and then gone."""
    call.change([record], "delete")
    record.update(status="DELETING", until=call.now + call.settings.transition, arrives={"gone": True})


def _complete(state: State, record: Record, given: Mapping[str, Any], _owner: Owner) -> None:
    record["region"] = given.get("region", state.region)
    # No two instances are billed as one.
    record["resource_id"] = given.get("resource_id") or str(uuid.uuid5(uuid.NAMESPACE_OID, record["id"]))


COMPLETIONS: dict[str, Completion] = {"audit_instances": _complete}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("updateAuditInstance", "updateAuditInstanceNew"), _update),
    **dict.fromkeys(("updateAuditSecurityGroup", "updateAuditSecurityGroupNew"), _set_security_group),
    **dict.fromkeys(("deleteAuditInstance", "deleteAuditInstanceNew"), _delete),
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
