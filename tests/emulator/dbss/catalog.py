# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What could be ordered, and what the account has: quotas, specifications, zones, resources."""

from __future__ import annotations

from typing import Any, Mapping

from ..answers import Refusal
from ..call import Call, Handler
from ..clock import timestamp
from ..power import Record
from ..state import Completion

# Instances, CPUs and MB of memory that a project may have of each sort.
_LIMITS = {"audit_instances": (20, 200, 819200), "om_instances": (10, 128, 524288)}
_LEVELS = (("low", 4, 3), ("medium", 8, 6), ("high", 16, 30))
_ZONES = ("a", "b")
# image_business_type: what a specification is for, all alike here.
_PREFIX = {"1": "dbss.om", "2": "dbss.encrypt", "3": "c3ne"}
_AZ = "DEDICATED"


def left(call: Call, section: str) -> tuple[int, int, int]:
    """How many instances of a sort, CPUs and MB of memory the project may still have."""
    rows = [one for one in call.state[section].values() if call.mine(one) and not one["gone"]]
    nodes = [node for row in rows for node in (row["nodes"].values() if "nodes" in row else [row])]
    count, cpu, ram = _LIMITS.get(section, _LIMITS["om_instances"])
    used_cpu = sum(int(node["cpu"] or 0) for node in nodes)
    used_ram = sum(int(node["ram"] or 0) for node in nodes)
    return max(0, count - len(rows)), max(0, cpu - used_cpu), max(0, ram - used_ram)


def _audit_quota(call: Call) -> Record:
    count, cpu, ram = left(call, "audit_instances")
    return {"project_id": call.path["project_id"], "audit_quota": count, "cpu": cpu, "ram": ram}


def _instance_quota(call: Call) -> Record:
    count, cpu, ram = left(call, "om_instances")
    return {"project_id": call.path["project_id"], "quota": count, "cpu": cpu, "ram": ram}


def _zones(call: Call) -> list[str]:
    return [f"{call.state.region}{letter}" for letter in _ZONES]


def _flavors(call: Call, prefix: str) -> list[Record]:
    return [
        {
            "id": f"{prefix}.{vcpus // 4 if vcpus > 4 else ''}xlarge.4",
            "name": f"{prefix}.{vcpus // 4 if vcpus > 4 else ''}xlarge.4",
            "level": level,
            "azs": _zones(call),
            "proxy": proxy,
            "ram": vcpus * 4096,
            "vcpus": vcpus,
            "az_type": _AZ,
        }
        for level, vcpus, proxy in _LEVELS
    ]


def _specification(call: Call) -> Record:
    return {"specification": _flavors(call, _PREFIX["3"])}


def _specifications(call: Call) -> Record:
    wanted = str(call.query.get("image_business_type") or "3")
    if wanted not in _PREFIX:
        raise Refusal(400, "DBSS.10020101", "The specifications could not be read: image_business_type is 1, 2 or 3.")
    return {"specifications": _flavors(call, _PREFIX[wanted])}


def _availability_zones(call: Call) -> Record:
    rows = [
        {
            "zone_name": zone,
            "zone_number": number,
            "az_type": _AZ,
            "alias": f"zone {number}",
            "alias_us": f"AZ{number}",
        }
        for number, zone in enumerate(_zones(call), 1)
    ]
    return {"azs": rows}


# --- The resources of the account: sort of resource to section, and to the word in its URN ---

_RESOURCES = {
    "cloudservers": ("audit_instances", "auditInstance"),
    "dbEncrypt": ("encrypt_instances", "dbEncrypt"),
    "dbOm": ("om_instances", "dbOm"),
}


def _resources(call: Call) -> list[Record]:
    kind = call.path["resource_type"]
    if kind not in _RESOURCES or call.path["region_id"] != call.state.region:
        return []
    section, word = _RESOURCES[kind]
    return [_resource(call, kind, word, one) for one in call.listed(call.state[section])]


def _resource(call: Call, kind: str, word: str, record: Record) -> Record:
    account, region = call.state.account["id"], call.state.region
    place = record if "vpc_id" in record else next(iter(record["nodes"].values()))
    resource_id = record.get("resource_id") or record["instance_id"]
    created = timestamp(int(record["created"] or 0) / 1000)
    return {
        "tags": record.get("tags", []),
        "affected_resources": [_protected(call, record, one) for one in record.get("databases", {}).values()],
        "create_time": created,
        "update_time": created,
        "description": record["comment"],
        "environment": {
            "domain_id": account,
            "ep_id": record["enterprise_project_id"],
            "ep_name": "default",
            "project_id": record["project"],
            "region_id": region,
        },
        "name": record["name"],
        "provider": "dbss",
        "resource_id": resource_id,
        "security_group_id": place["security_group_id"],
        "subnet_id": place["subnet_id"],
        "vpc_id": place["vpc_id"],
        "type": kind,
        "urn": f"dbss:{region}:{account}:{word}:{resource_id}",
        "urnext": None,
    }


def _protected(call: Call, record: Record, database: Mapping[str, Any]) -> Record:
    account, provider = call.state.account["id"], database["db_classification"].lower()
    return {
        "affected_attached_domain_id": account,
        "affected_attached_project_id": record["project"],
        "affected_head": {
            "alias": database["name"],
            "datastore": {"type": database["type"], "version": database["version"]},
            "db_ip": database["ip"],
            "db_name": database["name"],
            "db_port": database["port"],
            "db_user_list": [],
            "provider": provider,
            "rds_id": database["rds_id"],
            "status": database["status"],
            "type": database["type"],
        },
        "affected_properties": None,
        "affected_protected_id": database["id"],
        "affected_subtype": "DB",
        "affected_type": "Data",
        "affected_urn": f"{provider}:{call.state.region}:{account}:instance:{database['rds_id'] or database['id']}",
        "affected_urnext": None,
        "affected_value": None,
    }


def _list_resources(call: Call) -> Record:
    """listDomainResources: the marker is the last resource_id of the page before."""
    rows, marker = _resources(call), call.query.get("marker")
    known = [one["resource_id"] for one in rows]
    if marker and marker not in known:
        raise Refusal(400, "DBSS.10000001", "query: marker is of no page")
    first = known.index(marker) + 1 if marker else 0
    size = min(int(call.query.get("limit") or 100), call.settings.page_cap or 100)
    page = rows[first : first + size]
    more = first + size < len(rows)
    info = {"current_count": len(page), "next_marker": page[-1]["resource_id"] if more else None}
    return {"page_info": info, "resources": page}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("getAuditQuota", "getAuditQuotaNew"), _audit_quota),
    "getInstanceQuota": _instance_quota,
    "listAuditSpecifications": _specification,
    "listAuditSpecificationsNew": _specifications,
    **dict.fromkeys(("listAuditAvailabilityZones", "listAuditAvailabilityZonesNew"), _availability_zones),
    "getServiceVersion": lambda _call: {"version": "24.1.0"},
    "listDomainResources": _list_resources,
    "countDomainResources": lambda call: {"total_count": len(_resources(call))},
}
