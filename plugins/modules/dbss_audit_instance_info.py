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
"""

RETURN = r"""
instances:
  description: The audit instances that match, as the service describes them. Empty when none does.
  returned: success
  type: list
  elements: dict
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

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import matching
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AuditInstances

STATUSES = ["ACTIVE", "SHUTOFF", "BUILD", "HAWAIT", "UPGRADING", "ERROR", "FROZEN", "DELETING"]
FILTERS = {"instance_id": "id", "name": "name", "status": "status"}


def main() -> None:
    """Run the module."""
    with Frame(
        {"instance_id": {"type": "str"}, "name": {"type": "str"}, "status": {"type": "str", "choices": STATUSES}}
    ) as frame:
        frame.exit(instances=matching(AuditInstances(frame.client).records(), FILTERS, frame.options))


if __name__ == "__main__":
    main()
