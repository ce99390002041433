#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_encrypt_instance_info
short_description: Read the DBSS database encryption instances of a project
version_added: 1.1.0
description:
  - Returns the DBSS database encryption instances of a project, all or those that match the options.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  instance_id:
    description:
      - Return only the encryption instance with this ID.
    type: str
  name:
    description:
      - Return only encryption instances with this name.
    type: str
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all encryption instances
  huaweicloud.dbops.dbss_encrypt_instance_info:
  register: found

- name: Read one of them
  huaweicloud.dbops.dbss_encrypt_instance_info:
    name: encrypt-prod
"""

RETURN = r"""
instances:
  description: The encryption instances that match, as the service describes them. Empty when none does.
  returned: success
  type: list
  elements: dict
  sample:
    - instance_id: 1bd7f9e5-c4a3-426b-98ab-af5d30426b7c
      name: encrypt-prod
      status: ACTIVE
      task: NO_TASK
      nodes:
        - name: encrypt-node-0
          status: ACTIVE
          task_status: NO_TASK
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
      sample: listEncryptInstances
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import EncryptInstances

FILTERS = {"instance_id": "instance_id", "name": "name"}


def main() -> None:
    """Run the module."""
    with Frame({"instance_id": {"type": "str"}, "name": {"type": "str"}}) as frame:
        frame.exit(instances=matching(EncryptInstances(frame.client).records(), FILTERS, frame.options))


if __name__ == "__main__":
    main()
