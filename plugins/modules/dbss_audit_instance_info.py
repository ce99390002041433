#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_instance_info
short_description: Read the DBSS audit instances of a project
version_added: 1.0.0
description:
  - Returns the DBSS audit instances of a project, all or those that match the options.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  instance_id:
    description:
      - Return only the audit instance with this ID.
    type: str
  name:
    description:
      - Return only audit instances with this name.
    type: str
  status:
    description:
      - Return only instances in this status.
    type: str
    choices:
      - ACTIVE
      - SHUTOFF
      - BUILD
      - HAWAIT
      - UPGRADING
      - ERROR
      - FROZEN
      - DELETING
  gather:
    description:
      - What else to read about the instances.
      - V(tags) adds C(tags) to each, V(upgrade) what there is to upgrade. Each costs one call more.
    type: list
    elements: str
    choices:
      - tags
      - upgrade
    version_added: 1.1.0
  tags:
    description:
      - Return only instances that have all of these tags. They then come with their C(tags).
    type: dict
    version_added: 1.1.0
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all audit instances
  huaweicloud.dbops.dbss_audit_instance_info:
  register: found

- name: Read one of them
  huaweicloud.dbops.dbss_audit_instance_info:
    name: audit-prod

- name: Read those of production, with what there is to upgrade
  huaweicloud.dbops.dbss_audit_instance_info:
    tags:
      env: prod
    gather:
      - upgrade
"""

RETURN = r"""
instances:
  description: The audit instances that match, as the service describes them. Empty when none does.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the instance. All that the service's listing tells comes with it.
      type: str
    tags:
      description: The tags of the instance by key.
      returned: when O(gather) names V(tags), or with O(tags), where the service's search knows the instance
      type: dict
      version_added: 1.1.0
    upgrade:
      description: What there is to upgrade.
      returned: when O(gather) names V(upgrade) and the service says
      type: dict
      version_added: 1.1.0
      contains:
        status:
          description: V(0) during an upgrade, V(1) where one can be started, V(2) where none can.
          type: int
        current_version:
          description: The version that runs.
          type: str
        upgrade_version:
          description: The version that an upgrade leads to, V(null) when there is none.
          type: str
        reason:
          description: What the service says of the last step of an upgrade. Often empty.
          type: str
  sample:
    - id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
      name: audit-prod
      resource_id: 9f2a6c1e-0d3b-4c58-8e77-51b0c4d2e6a8
      status: ACTIVE
      task: NO_TASK
      version: 23.05.02.170021
project:
  description: The project that was looked in.
  returned: when the service could be asked
  type: dict
  version_added: 1.1.0
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
      sample: listAuditInstances
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

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import matching
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit_instances import (
    clean_tags,
    read_all_tags,
    read_upgrades,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AuditInstances

STATUSES = ["ACTIVE", "SHUTOFF", "BUILD", "HAWAIT", "UPGRADING", "ERROR", "FROZEN", "DELETING"]
FILTERS = {"instance_id": "id", "name": "name", "status": "status"}
OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "name": {"type": "str"},
    "status": {"type": "str", "choices": STATUSES},
    "gather": {"type": "list", "elements": "str", "choices": ["tags", "upgrade"]},
    "tags": {"type": "dict"},
}


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS) as frame:
        options, client = frame.options, frame.client
        wanted = None if options["tags"] is None else clean_tags(options["tags"])
        found = matching(AuditInstances(client).records(), FILTERS, options)
        gather = options["gather"] or []
        if found and (wanted is not None or "tags" in gather):
            tags = read_all_tags(client, wanted)
            found = [{**one, **_under("tags", tags.get(one.get("resource_id") or ""))} for one in found]
            found = [one for one in found if "tags" in one or not wanted]
        if found and "upgrade" in gather:
            upgrades = read_upgrades(client)
            found = [{**one, **_under("upgrade", upgrades.get(one["id"]))} for one in found]
        frame.exit(instances=found)


def _under(key: str, value: Any) -> dict[str, Any]:
    """Return what is known under its key, and nothing of what is not."""
    return {} if value is None else {key: value}


if __name__ == "__main__":
    main()
