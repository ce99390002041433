# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that were ordered, and their end."""

from __future__ import annotations

from typing import Any, Iterator

from ..answers import Refusal
from ..call import Call, Handler
from ..clock import timestamp
from ..dbss.instances import leave
from ..power import AUDIT, OM, Record
from ..state import Completion
from .orders import SERVICE
from .prices import product_id

_SECTIONS = {"audit_instances": "Database audit", "om_instances": "Database O&M", "encrypt_instances": "Encryption"}
_IN_USE, _FROZEN = 2, 4
_FAILED = {"error_code": "CBC.99003651", "error_msg": "another operation is running"}


def _subscriptions(call: Call) -> Iterator[tuple[str, str, Record]]:
    """The billing id, the section and the record of each subscription."""
    for section in _SECTIONS:
        for record in call.listed(call.state[section]):
            if record["charge_model"] == "Period":
                yield record.get("resource_id") or record["instance_id"], section, record


def _row(call: Call, billing_id: str, section: str, record: Record) -> Record:
    node = record if "resource_spec_code" in record else next(iter(record["nodes"].values()))
    created, expired = (timestamp(int(record[key] or 0) / 1000) for key in ("created", "expired"))
    specification = node["resource_spec_code"]
    return {
        "id": f"sub{billing_id}",
        "resource_id": billing_id,
        "resource_name": record["name"],
        "region_code": call.state.region,
        "service_type_code": SERVICE,
        "resource_type_code": "hws.resource.type.dbss",
        "service_type_name": "Database Security Service",
        "resource_type_name": _SECTIONS[section],
        "resource_spec_code": specification,
        "project_id": record["project"],
        "product_id": product_id(specification),
        "product_spec_desc": None,
        "parent_resource_id": None,
        "is_main_resource": 1,
        "status": _FROZEN if node["status"] == "FROZEN" else _IN_USE,
        "effective_time": created,
        "expire_time": expired,
        "update_time": created,
        "expire_policy": 4,
        "spec_size": None,
        "spec_size_measure_id": None,
        "enterprise_project": {"id": record["enterprise_project_id"], "name": "default"},
    }


def _list(call: Call) -> Record:
    body = call.body
    ordered = call.state["orders"].get(body.get("order_id"), {}).get("resource_ids", [])
    rows = [
        row
        for row in (_row(call, *one) for one in _subscriptions(call))
        if row["resource_id"] in body.get("resource_ids", [row["resource_id"]])
        and ("order_id" not in body or row["resource_id"] in ordered)
        and row["status"] in body.get("status_list", [row["status"]])
    ]
    first = body.get("offset", 0)
    return {"data": rows[first : first + body.get("limit", 10)], "total_count": len(rows)}


def _unsubscribe(call: Call) -> Record:
    """unsubscribeResources: up to ten main resources; type 2 ends renewals only."""
    found = {billing_id: (section, record) for billing_id, section, record in _subscriptions(call)}
    ids = list(dict.fromkeys(call.body["resource_ids"]))
    if not 1 <= len(ids) <= 10:
        raise Refusal(400, "CBC.0100", "The parameter is wrong: resource_ids takes one to ten.")
    if any(one not in found for one in ids):
        raise Refusal(400, "CBC.30000067", "The resource has been unsubscribed.")
    busy = [one for one in ids if not _is_idle(found[one][1])]
    done = [one for one in ids if one not in busy]
    for one in done if call.body["unsubscribe_type"] == 1 else ():
        section, record = found[one]
        call.resource = one
        if section == "audit_instances":
            leave(call, record)
        else:
            call.remove(call.state[section], [one], "delete")
    failed: list[Any] = [{"resource_id": one, **_FAILED} for one in busy]
    return {"order_ids": [f"CS{call.ids.short().upper()}" for _one in done], "fail_resource_infos": failed or None}


def _is_idle(record: Record) -> bool:
    return all(map(OM.is_idle, record["nodes"].values())) if "nodes" in record else AUDIT.is_idle(record)


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"listOrderResources": _list, "unsubscribeResources": _unsubscribe}
