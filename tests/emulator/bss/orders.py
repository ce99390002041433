# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders and their payment, after which there is an instance."""

from __future__ import annotations

from ..answers import Refusal
from ..call import Call, Handler
from ..clock import timestamp
from ..power import Record
from ..state import Completion
from .prices import CURRENCY, MEASURE

TO_PAY, BEING_CARRIED_OUT = 6, 3
SERVICE = "hws.service.type.dbss"
_DAYS = {2: 30, 3: 365}  # period_type: month, year


def _order(call: Call, wanted: str) -> Record:
    call.resource = wanted
    order = call.state["orders"].get(wanted)
    if order is None or not call.mine(order):
        raise Refusal(400, "CBC.0100", "The parameter is wrong: there is no such order.")
    return order


def _pay(call: Call) -> None:
    """payOrder: money is taken, and an instance in BUILD is there."""
    order = _order(call, call.body["order_id"])
    if order["status"] != TO_PAY:
        raise Refusal(400, "CBC.0100", "The parameter is wrong: the order is not to be paid.")
    call.change([order], "pay")
    transition = call.settings.transition
    order.update(status=BEING_CARRIED_OUT, payment_time=timestamp(call.now), until=call.now + transition)
    wanted = order["wanted"]
    created = round(call.now * 1000)
    expired = created + _DAYS[wanted["period_type"]] * wanted["period_num"] * 86_400_000
    section, given = wanted["section"], dict(wanted["given"])
    if section == "audit_instances":
        moving = {"status": "BUILD", "seconds_left": transition * 2}
        given.update(id=call.ids.uuid(), created=str(created), expired=str(expired), **moving)
        order["resource_ids"] = [given["resource_id"]]
    else:
        node = {**given.pop("node"), "status": "BUILD", "seconds_left": transition * 2}
        given.update(instance_id=call.ids.uuid(), created=created, expired=expired, nodes=[node])
        order["resource_ids"] = [given["instance_id"]]
    call.create(section, call.state, {**given, "project": order["project"]}, "create")
    call.status = 204


def _get(call: Call) -> Record:
    order = _order(call, call.path["order_id"])
    wanted = order["wanted"]
    done = order["status"] == 5
    line = {
        "order_line_item_id": f"{order['order_id']}-000001",
        "order_id": order["order_id"],
        "product_id": wanted["product_id"],
        "product_spec_desc": None,
        "service_type_code": SERVICE,
        "period_type": wanted["period_type"],
        "period_num": wanted["period_num"],
        "subscription_num": 1,
        "effective_time": order["payment_time"] if done else None,
        "expire_time": None,
        "amount_after_discount": order["amount"],
        "official_amount": order["amount"],
        "currency": CURRENCY,
    }
    info = call.view(
        "Order",
        order,
        amount_after_discount=order["amount"],
        official_amount=order["amount"],
        measure_id=MEASURE,
        currency=CURRENCY,
        customer_id=call.state.account["id"],
        create_time=timestamp(order["create_time"]),
        pending_payment_end_time=timestamp(order["create_time"] + 7 * 86400),
    )
    return {"total_count": 1, "order_info": info, "order_line_items": [line]}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"payOrder": _pay, "getOrder": _get}
