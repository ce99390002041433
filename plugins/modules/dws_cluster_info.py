#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dws_cluster_info
short_description: Read the DWS clusters of a project
version_added: 1.0.0
description:
  - Returns the DWS clusters of a project, all or those that match the options.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  cluster_id:
    description:
      - Return only the cluster with this ID.
    type: str
  cluster_name:
    description:
      - Return only clusters with this name.
    type: str
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all clusters
  huaweicloud.dbops.dws_cluster_info:
  register: found

- name: Read one of them
  huaweicloud.dbops.dws_cluster_info:
    cluster_name: dws-prod
"""

RETURN = r"""
clusters:
  description: The clusters that match, as the service describes them. Empty when none does.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
      name: dws-prod
      status: AVAILABLE
      task_status: null
      version: 9.1.0.200
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
      sample: listClusters
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import Clusters

FILTERS = {"cluster_id": "id", "cluster_name": "name"}


def main() -> None:
    """Run the module."""
    with Frame({"cluster_id": {"type": "str"}, "cluster_name": {"type": "str"}}) as frame:
        frame.exit(clusters=matching(Clusters(frame.client).records(), FILTERS, frame.options))


if __name__ == "__main__":
    main()
