# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders of DBSS, and billing."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive

PRODUCT = {
    "product_id": "OFFI740586375358963717",
    "cloud_service_type": "hws.service.type.dbss",
    "resource_type": "hws.resource.type.dbss",
    "resource_spec_code": "dbss.bypassaudit.low",
    "product_spec_desc": "{}",
}
COMMON = {
    "name": "audit-new",
    "flavor_ref": "c3ne.xlarge.4",
    "vpc_id": "1e2f3a4b-5c6d-4e7f-8a9b-0c1d2e3f4a5b",
    "availability_zone": "cn-north-4a",
    "enterprise_project_id": "0",
    "nics": [{"subnet_id": "2f3a4b5c-6d7e-4f8a-9b0c-1d2e3f4a5b6c", "ip_address": "192.168.10.40"}],
    "security_groups": [{"id": "3a4b5c6d-7e8f-4a9b-8c1d-2e3f4a5b6c7d"}],
    "comment": "",
    "cloud_service_type": "hws.service.type.dbss",
    "charging_mode": 0,
    "period_type": 2,
    "period_num": 1,
    "subscription_num": 1,
    "product_infos": [PRODUCT],
    "is_auto_renew": 0,
}
AUDIT_ORDER = {**COMMON, "region": "cn-north-4"}
NODES_ORDER = {
    **COMMON,
    "region_id": "cn-north-4",
    "asset_nums": 5,
    "deploy_mode": "CLOUD",
    "hx_password": "Example-1",
    "image_business_type": 1,
}
PRICE = {
    "project_id": company.PROJECT,
    "product_infos": [
        {
            "id": "1",
            "cloud_service_type": "hws.service.type.dbss",
            "resource_type": "hws.resource.type.dbss",
            "resource_spec": "dbss.bypassaudit.medium",
            "region": "cn-north-4",
            "period_type": 2,
            "period_num": 3,
            "subscription_num": 1,
        }
    ],
}
PAY = Drive("payOrder", body={"order_id": company.ORDER, "use_coupon": "NO", "use_discount": "NO"})


def ordered(answer: dict[str, str]) -> bool:
    """Whether an order was made."""
    return answer["order_id"].startswith("CS")


DRIVES = [
    *(Drive(name, body=AUDIT_ORDER, check=ordered) for name in ("createAuditOrder", "createAuditOrderNew")),
    Drive("createOmOrder", body=NODES_ORDER, check=ordered),
    Drive("createEncryptOrder", body={**NODES_ORDER, "image_business_type": 2}, check=ordered),
    Drive(
        "getPeriodRate",
        body=PRICE,
        check=lambda answer: answer["official_website_rating_result"]["official_website_amount"] == 27000.0,
    ),
    PAY,
    Drive("getOrder", {"order_id": company.ORDER}, None, (PAY,), lambda it: it["order_info"]["status"] == 5),
    Drive(
        "listOrderResources",
        body={"order_id": company.ORDER, "only_main_resource": 1},
        before=(PAY,),
        check=lambda answer: answer["data"][0]["resource_name"] == "audit-south",
    ),
    Drive(
        "unsubscribeResources",
        body={"resource_ids": [company.AUDIT_PROD_BILLING_ID], "unsubscribe_type": 1},
        check=lambda answer: answer["fail_resource_infos"] is None,
    ),
]
