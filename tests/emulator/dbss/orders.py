# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders of subscriptions: audit, O&M and encryption instances. They take no money; payOrder does."""

from __future__ import annotations

from typing import Any

from ..answers import Refusal
from ..bss.prices import price
from ..call import Call, Handler
from ..clock import timestamp
from ..power import Record
from ..state import Completion
from .catalog import left


def _place(call: Call, section: str, product: Record, given: Record) -> Any:
    """Make an order that is to be paid within a week. Raises Refusal."""
    body = call.body
    if left(call, section)[0] < 1:
        raise Refusal(400, "DBSS.10020102", "The operation failed: the quota is used up.")
    if body["charging_mode"] != 0:
        raise Refusal(400, "DBSS.10000001", "body: charging_mode must be 0")
    if body["period_type"] not in (2, 3):
        raise Refusal(400, "DBSS.10000001", "body: period_type must be 2 (month) or 3 (year)")
    amount = price(product.get("resource_spec_code") or "", body["period_type"], body["period_num"])
    period = {key: body[key] for key in ("period_type", "period_num")}
    wanted = {"section": section, "product_id": product.get("product_id") or "", "given": given, **period}
    order = {
        "order_id": f"CS{call.ids.short().upper()}",
        "create_time": timestamp(call.now),
        "amount": amount,
        "wanted": wanted,
        "project": call.path["project_id"],
        "seconds_left": 7 * 86400,
    }
    call.create("orders", call.state, order, "order")
    return {"description": "", "code": "0", "order_id": order["order_id"]}


def _audit(call: Call) -> Any:
    """createAuditOrder(New)."""
    body = call.body
    product, specification = body["product_infos"][0], body["product_infos"][0]["resource_spec_code"]
    given = {
        "resource_id": call.ids.uuid(),
        "name": body["name"],
        "comment": body.get("comment", ""),
        "zone": body["availability_zone"],
        "vpc_id": body["vpc_id"],
        "subnet_id": body["nics"][0]["subnet_id"],
        "security_group_id": body["security_groups"][0]["id"],
        "resource_spec_code": specification,
        "enterprise_project_id": body.get("enterprise_project_id", "0"),
        "tags": [{"key": one["key"], "value": one.get("value") or ""} for one in body.get("tags", [])],
    }
    if body["nics"][0].get("ip_address"):
        given["connect_ip"] = body["nics"][0]["ip_address"]
    return _place(call, "audit_instances", product, given)


def _nodes(section: str, image: int) -> Handler:
    """createOmOrder and its twin, createEncryptOrder: image_business_type tells them apart."""

    def handle(call: Call) -> Any:
        body = call.body
        if body["image_business_type"] != image:
            raise Refusal(400, "DBSS.10000001", f"body: image_business_type must be {image}")
        product = body["product_infos"][0] if body["product_infos"] else {}
        node = {
            "name": f"{body['name']}-0",
            "zone": body["availability_zone"],
            "vpc_id": body["vpc_id"],
            "subnet_id": body["nics"][0].get("subnet_id") if body["nics"] else None,
            "security_group_id": body["security_groups"][0].get("id") if body["security_groups"] else None,
            "resource_spec_code": product.get("resource_spec_code") or "dbss.om.basic",
        }
        given = {
            "name": body["name"],
            "comment": body.get("comment"),
            "deploy_mode": body["deploy_mode"],
            "enterprise_project_id": body["enterprise_project_id"],
            "node": node,
        }
        return _place(call, section, product, given)

    return handle


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("createAuditOrder", "createAuditOrderNew"), _audit),
    "createOmOrder": _nodes("om_instances", 1),
    "createEncryptOrder": _nodes("encrypt_instances", 2),
}
