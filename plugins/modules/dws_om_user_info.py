#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dws_om_user_info
short_description: Read the O&M accounts of DWS clusters
version_added: 1.0.0
description:
  - Returns the state of the O&M account of one DWS cluster, or of all clusters of a project, which are read
    several at a time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  cluster_id:
    description:
      - The ID of the cluster. Without O(cluster_id) and O(cluster_name), all clusters are read.
    type: str
  cluster_name:
    description:
      - The name of the cluster.
    type: str
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read the O&M accounts of all clusters
  huaweicloud.dbops.dws_om_user_info:
  register: found

- name: Read the O&M account of one cluster
  huaweicloud.dbops.dws_om_user_info:
    cluster_name: dws-prod
"""

RETURN = r"""
om_users:
  description: The O&M accounts, one for each cluster.
  returned: when the clusters could be read
  type: list
  elements: dict
  contains:
    cluster_id:
      description: The ID of the cluster.
      type: str
      sample: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    cluster_name:
      description: The name of the cluster, V(null) where O(cluster_id) is given.
      type: str
      version_added: 1.1.0
      sample: dws-prod
    name:
      description: The name of the account, C(om_user_) and the first 8 characters of the cluster's ID.
      type: str
      sample: om_user_6f0d2b84
    status:
      description: Whether the account exists, V(on) or V(off).
      type: str
      sample: "on"
    expires_at:
      description: When it expires, in UTC (RFC 3339). V(null) when it is off.
      type: str
      sample: "2026-11-22T16:00:00Z"
    expires_time:
      description: When it expires, in milliseconds since the epoch. V(null) when it is off.
      type: int
      sample: 1795363200000
    remaining_seconds:
      description: How many seconds are left until it expires. 0 when it is off or has expired.
      type: int
      sample: 28800
failed_clusters:
  description: The clusters whose account could not be read. When there are any, the task fails.
  returned: when the clusters could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the cluster.
      type: str
    name:
      description: The name of the cluster, V(null) when only O(cluster_id) is given.
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
      sample: getOmUserStatus
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
      sample: DWS.0015
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import CLUSTER, Clusters
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import CLUSTER_ID, check_id

OPTIONS: dict[str, Any] = {"cluster_id": {"type": "str"}, "cluster_name": {"type": "str"}}


def find_clusters(frame: Frame, api: Clusters) -> list[dict[str, Any]]:
    """Return the clusters that the task asks about; one that is given by its ID is not looked up."""
    cluster_id, name = frame.options["cluster_id"], frame.options["cluster_name"]
    if cluster_id is not None:
        return [{"id": check_id("cluster_id", cluster_id, CLUSTER_ID)}]
    clusters = api.records()
    return clusters if name is None else find(clusters, CLUSTER, [name], by_id=False)


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, mutually_exclusive=[("cluster_id", "cluster_name")]) as frame:
        api = Clusters(frame.client)

        def read(cluster: dict[str, Any]) -> list[dict[str, Any]]:
            return [api.om_user(cluster["id"], cluster.get("name"))]

        frame.report_readings(CLUSTER, find_clusters(frame, api), {"om_users": read}, "failed_clusters")


if __name__ == "__main__":
    main()
