# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the price to the instance, and the end of a subscription."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code
from tests.unit.emulator.drives.orders import AUDIT_ORDER, NODES_ORDER, PRICE

P = company.PROJECT
PAY = "/v3/orders/customer-orders/pay"
UNSUBSCRIBE = "/v2/orders/subscriptions/resources/unsubscribe"
RESOURCES = "/v2/orders/suscriptions/resources/query"


def order(api, wanted):
    return api("GET", f"/v2/orders/customer-orders/details/{wanted}").json()["order_info"]


def pay(api, wanted):
    return api("POST", PAY, json={"order_id": wanted, "use_coupon": "NO", "use_discount": "NO"})


def test_an_instance_is_ordered_paid_and_made(emulator, api):
    wanted = api("POST", f"/v2/{P}/audit/charge/period/order", json=AUDIT_ORDER).json()["order_id"]
    assert (order(api, wanted)["status"], order(api, wanted)["official_amount"]) == (6, 4500.0)
    assert "audit-new" not in [one["name"] for one in api("GET", company.INSTANCES).json()["servers"]]
    answer = pay(api, wanted)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (order(api, wanted)["status"], pay(api, wanted).status_code) == (3, 400)
    made = next(one for one in api("GET", company.INSTANCES).json()["servers"] if one["name"] == "audit-new")
    jobs = f"/v1/{P}/audit/{made['resource_id']}/jobs"
    assert (made["status"], api("GET", jobs).json()["jobs"][0]["status"]) == ("BUILD", "RUNNING")
    emulator.advance(2.1)
    assert order(api, wanted)["status"] == 5
    (row,) = api("POST", RESOURCES, json={"order_id": wanted}).json()["data"]
    assert (row["resource_id"], row["resource_spec_code"]) == (made["resource_id"], "dbss.bypassaudit.low")
    emulator.advance(2.1)
    assert (api.state(made["id"]), api("GET", jobs).json()["jobs"][0]["status"]) == (("ACTIVE", "NO_TASK"), "SUCCESS")


@pytest.mark.parametrize(("word", "image"), [("db-om", 1), ("db-encrypt", 2)])
def test_nodes_are_ordered(emulator, api, word, image):
    body = {**NODES_ORDER, "image_business_type": image}
    assert code(api("POST", f"/v2/{P}/{word}/charge/period/order", json={**body, "image_business_type": 9}))
    wanted = api("POST", f"/v2/{P}/{word}/charge/period/order", json=body).json()["order_id"]
    assert pay(api, wanted).status_code == 204
    emulator.advance(4.1)
    clusters = api("POST", f"/v2/{P}/{word}/instances").json()["clusters"]
    made = next(one for one in clusters if one["name"] == "audit-new")
    assert [one["status"] for one in made["detail"]["server"]] == ["ACTIVE"]
    assert "Example-1" not in str(emulator.state())


@pytest.mark.parametrize("change", [{"period_type": 4}, {"charging_mode": 1}])
def test_orders_that_cannot_be(api, change):
    answer = api("POST", f"/v2/{P}/audit/charge/period/order", json={**AUDIT_ORDER, **change})
    assert (answer.status_code, code(answer)) == (400, "DBSS.10000001")


@pytest.mark.parametrize(("number", "kind", "amount"), [(1, 2, 9000.0), ("2", "3", 216000.0)])
def test_prices_take_numbers_and_texts(api, number, kind, amount):
    product = {**PRICE["product_infos"][0], "period_num": int(number), "period_type": kind}
    answer = api(
        "POST", "/v2/bills/ratings/period-resources/subscribe-rate", json={**PRICE, "product_infos": [product]}
    )
    assert answer.json()["official_website_rating_result"]["official_website_amount"] == amount


def test_a_subscription_ends(emulator, api):
    body = {"resource_ids": [company.AUDIT_PROD_BILLING_ID], "unsubscribe_type": 1}
    api.power("reboot")
    busy = api("POST", UNSUBSCRIBE, json=body).json()
    assert busy["fail_resource_infos"][0]["error_code"] == "CBC.99003651"
    emulator.advance(2.1)
    assert api("POST", UNSUBSCRIBE, json=body).json()["fail_resource_infos"] is None
    assert api.state()[0] == "DELETING"
    emulator.advance(2.1)
    again = api("POST", UNSUBSCRIBE, json=body)
    assert (again.status_code, code(again)) == (400, "CBC.30000067")


def test_an_end_of_renewals_ends_nothing_now(emulator, api):
    body = {"resource_ids": [company.AUDIT_PROD_BILLING_ID], "unsubscribe_type": 2}
    assert api("POST", UNSUBSCRIBE, json=body).status_code == 200
    assert api.state() == ("ACTIVE", "NO_TASK")


def test_an_unknown_order(api):
    assert code(api("GET", "/v2/orders/customer-orders/details/CS0")) == code(pay(api, "CS0")) == "CBC.0100"
