# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit instances, O&M and encryption instances, tags, upgrades, and what could be ordered."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive

PROD, TEST = {"instance_id": company.AUDIT_PROD}, {"instance_id": company.AUDIT_TEST}
BILLING = {"resource_id": company.AUDIT_PROD_BILLING_ID}
TAGGED = {**BILLING, "resource_type": "auditInstance"}
TYPED = {"resource_type": "auditInstance"}
GROUP = "4b5c6d7e-8f9a-4b0c-9d1e-2f3a4b5c6d7e"
RESOURCES = {"domain_id": company.ACCOUNT, "region_id": "cn-north-4", "resource_type": "cloudservers"}
ENV = [{"key": "env", "value": "prod"}]


def twins(word: str, instance: str) -> list[Drive]:
    """The drives of O&M instances, or of their twins."""
    where = {"instance_id": instance}
    stop = Drive(f"stop{word}Instance", where)
    return [
        Drive(f"list{word}Instances", check=lambda answer: answer["clusters"][0]["instance_id"] == instance),
        stop,
        Drive(f"start{word}Instance", where, None, (stop,)),
        Drive(f"reboot{word}Instance", where),
        Drive(f"rename{word}Instance", where, {"new_name": "other"}),
        Drive(f"set{word}SecurityGroups", where, {"security_group_ids": [GROUP]}, check=lambda it: it["code"] == 0),
        Drive(f"reset{word}Password", where, {"user_name": "admin", "new_password": "Example-1"}),
        Drive(
            f"bind{word}Eip", where, {"eip": "203.0.113.20", "eip_id": "e1"}, check=lambda it: it["result"] == "success"
        ),
        Drive(f"unbind{word}Eip", where),
        Drive(f"delete{word}Instance", where, check=lambda answer: answer["result"] == "success"),
    ]


DRIVES = [
    *(
        Drive(name, check=lambda answer: answer["total"] == 6)
        for name in ("listAuditInstances", "listAuditInstancesV1New", "listAuditInstancesV2")
    ),
    *(Drive(f"startAuditInstance{end}", body=TEST) for end in ("", "New")),
    *(Drive(f"{action}AuditInstance{end}", body=PROD) for action in ("stop", "reboot") for end in ("", "New")),
    *(
        Drive(
            f"updateAuditInstance{end}",
            PROD,
            {"name": "audit-main", "comment": ""},
            check=lambda it: it["result"] == "success",
        )
        for end in ("", "New")
    ),
    *(Drive(f"updateAuditSecurityGroup{end}", body={**PROD, "securitygroup_ids": [GROUP]}) for end in ("", "New")),
    *(Drive(f"deleteAuditInstance{end}", body={"id": company.AUDIT_TEST}) for end in ("", "New")),
    *(
        Drive(f"listAuditInstanceJobs{end}", BILLING, check=lambda answer: answer["jobs"][0]["status"] == "SUCCESS")
        for end in ("", "New")
    ),
    Drive("listAuditUpgrades", check=lambda answer: answer["audit_upgrade_infos"][0]["status"] == 1),
    Drive("upgradeAuditInstance", BILLING, check=lambda answer: answer["code"] == 0),
    Drive("listTags", TAGGED, check=lambda answer: answer["tags"][0] == ENV[0]),
    Drive("createTags", TAGGED, {"tags": [{"key": "owner", "value": "dba"}]}),
    Drive("deleteTags", TAGGED, {"tags": [{"key": "env"}]}),
    Drive(
        "listProjectTags", TYPED, check=lambda answer: answer["tags"][0] == {"key": "env", "values": ["prod", "test"]}
    ),
    Drive(
        "filterInstancesByTag",
        {**TYPED, "limit": "10"},
        {"tags": [{"key": "env", "values": ["prod"]}]},
        check=lambda answer: answer["total_count"] == 1,
    ),
    Drive("countInstancesByTag", TYPED, {"without_any_tag": True}, check=lambda answer: answer["total_count"] == 4),
    *(Drive(f"getAuditQuota{end}", check=lambda answer: answer["audit_quota"] == 14) for end in ("", "New")),
    Drive("listAuditSpecifications", check=lambda answer: len(answer["specification"]) == 3),
    Drive("listAuditSpecificationsNew", {"image_business_type": 3}, check=lambda it: len(it["specifications"]) == 3),
    *(Drive(f"listAuditAvailabilityZones{end}", check=lambda it: len(it["azs"]) == 2) for end in ("", "New")),
    Drive("getInstanceQuota", check=lambda answer: answer["quota"] == 7),
    Drive("getServiceVersion"),
    Drive("listDomainResources", RESOURCES, check=lambda answer: answer["page_info"]["current_count"] == 6),
    Drive("countDomainResources", RESOURCES, check=lambda answer: answer["total_count"] == 6),
    *twins("Om", company.OM_PROD),
    *twins("Encrypt", company.ENCRYPT_PROD),
]
