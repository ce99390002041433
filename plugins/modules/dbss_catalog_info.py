#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_catalog_info
short_description: Read what DBSS instances the project may still have, and of which sorts
version_added: 1.1.0
description:
  - Returns what is left of the quotas, the flavors of DBSS instances, and the zones where they can be. All are read
    at the
    same time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  gather:
    description:
      - What to read.
    type: list
    elements: str
    choices:
      - quota
      - flavors
      - zones
    default:
      - quota
      - flavors
      - zones
  product:
    description:
      - The sorts of instances whose flavors are read, for audit, for O&M and for encryption.
    type: list
    elements: str
    choices:
      - audit
      - om
      - encrypt
    default:
      - audit
      - om
      - encrypt
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Is there room for another audit instance?
  huaweicloud.dbops.dbss_catalog_info:
    gather:
      - quota
  register: left

- name: Read the flavors of audit instances
  huaweicloud.dbops.dbss_catalog_info:
    gather:
      - flavors
    product:
      - audit
"""

RETURN = r"""
quota:
  description: What is left.
  returned: when O(gather) has V(quota) and it could be read
  type: list
  elements: dict
  contains:
    for:
      description: V(audit) for audit instances, V(om_and_encrypt) for the others, which share a quota.
      type: str
      sample: audit
    instances:
      description: How many instances more there may be.
      type: int
    cpu:
      description: How many vCPUs more.
      type: int
    ram:
      description: How much memory more, in MB.
      type: int
flavors:
  description: The flavors.
  returned: when O(gather) has V(flavors) and they could be read
  type: list
  elements: dict
  contains:
    product:
      description: V(audit), V(om) or V(encrypt).
      type: str
    id:
      description: The ID of the flavor.
      type: str
      sample: c3ne.xlarge.4
    name:
      description: The name of the flavor.
      type: str
    level:
      description: The edition.
      type: str
      sample: low
    zones:
      description: The zones that have it.
      type: list
      elements: str
    databases:
      description: How many databases can be added.
      type: int
    vcpus:
      description: How many vCPUs it has.
      type: int
    ram:
      description: How much memory it has, in MB.
      type: int
zones:
  description: The zones.
  returned: when O(gather) has V(zones) and they could be read
  type: list
  elements: dict
  contains:
    name:
      description: The name of the zone.
      type: str
      sample: cn-north-4a
    number:
      description: Its number.
      type: int
    alias:
      description: What it is called locally.
      type: str
    alias_us:
      description: What it is called in English.
      type: str
    az_type:
      description: Its sort, such as V(DEDICATED).
      type: str
failed_parts:
  description: What could not be read. When there is any, the task fails.
  returned: when it could be asked for
  type: list
  elements: dict
  contains:
    part:
      description: What it is, such as V(flavors of audit).
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
project:
  description: The project that was looked in.
  returned: when the service could be asked
  type: dict
  contains:
    id:
      description: The ID of the project, V(null) when it could not be found out.
      type: str
      sample: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    name:
      description: The name that the project was found by, V(null) when O(project_id) says which one.
      type: str
      sample: cn-north-4
    region:
      description: The region, V(null) when O(endpoints) says where the services are and O(region) is not set.
      type: str
      sample: cn-north-4
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: getAuditQuotaNew
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 400
    error_code:
      description: The error code of the service.
      type: str
      sample: APIGW.0301
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import catalog
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun

OPTIONS: dict[str, Any] = {
    "gather": {
        "type": "list",
        "elements": "str",
        "choices": ["quota", "flavors", "zones"],
        "default": ["quota", "flavors", "zones"],
    },
    "product": {
        "type": "list",
        "elements": "str",
        "choices": ["audit", "om", "encrypt"],
        "default": ["audit", "om", "encrypt"],
    },
}
PART = Noun("part", "parts", id_key="part", name_key="")


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS) as frame:
        asked = [
            one
            for one in catalog.PARTS
            if one.key in frame.options["gather"] and (one.key != "flavors" or one.about in frame.options["product"])
        ]

        def read(key: str, part: dict[str, Any]) -> list[dict[str, Any]]:
            return catalog.read_part(frame.client, part["row"]) if part["row"].key == key else []

        reads = {key: lambda part, key=key: read(key, part) for key in dict.fromkeys(one.key for one in asked)}
        parts = [{"part": one.name, "row": one} for one in asked]
        frame.report_readings(PART, parts, reads, "failed_parts")


if __name__ == "__main__":
    main()
