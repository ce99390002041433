#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dws_cluster
short_description: Start, stop or restart DWS clusters
version_added: 1.1.0
description:
  - Keeps clusters of Data Warehouse Service (DWS) started or stopped, or restarts them.
  - The module reads the state first and sends an action only when it is needed. It then waits until the action has
    settled.
  - A cluster that is busy with another task is waited for. Of one cluster only one thing is asked at a time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(state=restarted) each run restarts the cluster.
options:
  cluster_id:
    description:
      - The ID of the cluster.
    type: str
  cluster_name:
    description:
      - The name of the cluster. It must be the name of exactly one.
    type: str
  clusters:
    description:
      - IDs or names of several clusters, which are brought to the wanted state together. An ID wins over a name.
      - An unknown or ambiguous name fails the task before anything is changed. See also O(skip_missing).
    type: list
    elements: str
  state:
    description:
      - V(started) starts the cluster unless it runs.
      - V(stopped) stops the cluster unless it is off.
      - V(restarted) restarts the cluster if it runs, and starts it if it is off. It does so on each run, unless
        somebody else is restarting the cluster at this moment; then the task waits for that restart and reports no
        change.
      - A task that is running on the cluster is waited for first. With O(wait=false) the module fails instead, unless
        that task leads to the wanted state already.
    type: str
    choices:
      - started
      - stopped
      - restarted
    default: started
  concurrency:
    description:
      - For at most how many of the O(clusters) actions are sent at the same time.
    type: int
    default: 8
  skip_missing:
    description:
      - What happens to a reference in O(clusters) that matches nothing. When V(false), it fails the task before
        anything is changed. When V(true), it is left out with a warning and listed in RV(missing), and the rest goes
        on.
      - A name that several clusters have fails the task all the same.
    type: bool
    default: false
notes:
  - A cluster runs when its status is V(AVAILABLE) or V(ACTIVE). What the service calls a stopped one is not published.
    V(STOPPED), V(SHUTOFF) and V(SHUTDOWN) count as stopped, and after a stop that the module has sent so does any other
    word of a cluster that is idle and does not run. Otherwise a word that is not known fails the task, and nothing is
    sent on a guess.
  - When a start or a stop fails, the message says what the service gives as the reason.
  - When the answer to an action is lost, the state is read again and nothing is sent on a guess. A restart that cannot
    be seen within 30 s then fails with a message that says how to find out.
  - Restarts of large clusters take long. Allow for it by O(wait_timeout).
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dws_cluster_info
  - module: huaweicloud.dbops.dws_om_user
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Keep the cluster running
  huaweicloud.dbops.dws_cluster:
    cluster_name: dws-prod
    state: started

- name: Stop the clusters that nobody needs over night
  huaweicloud.dbops.dws_cluster:
    clusters:
      - dws-reports
      - 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    state: stopped

- name: Restart one and allow for an hour
  huaweicloud.dbops.dws_cluster:
    cluster_id: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    state: restarted
    wait_timeout: 3600
"""

RETURN = r"""
cluster:
  description: The cluster, as the service describes it after the change, or as it would be in check mode.
  returned: when O(cluster_id) or O(cluster_name) is given and names a cluster
  type: dict
  sample:
    id: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    name: dws-prod
    status: AVAILABLE
    task_status: null
actions:
  description: The actions taken, in order, or those that would be taken in check mode.
  returned: when O(cluster_id) or O(cluster_name) is given and names a cluster
  type: list
  elements: str
  sample:
    - restart
clusters:
  description: The clusters named in O(clusters).
  returned: when O(clusters) is given and each one names a cluster
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the cluster. All other keys of RV(cluster) come with it.
      type: str
    changed:
      description: Whether an action was taken on this cluster.
      type: bool
    actions:
      description: The actions taken on this cluster, in order.
      type: list
      elements: str
failed_clusters:
  description: Those of O(clusters) that could not be brought to the wanted state.
  returned: when O(clusters) is given and each one names a cluster
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the cluster.
      type: str
    name:
      description: The name of the cluster.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
missing:
  description: The references in O(clusters) that match nothing, as given. Empty unless O(skip_missing=true).
  returned: when O(clusters) is given and each one names a cluster
  type: list
  elements: str
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: restartCluster
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 403
    error_code:
      description: The error code of the service.
      type: str
      sample: DWS.7023
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import converge_named
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.clusters import CLUSTERS, PoweredClusters
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import Instances

OPTIONS: dict[str, Any] = {
    "cluster_id": {"type": "str"},
    "cluster_name": {"type": "str"},
    "clusters": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": CLUSTERS.states, "default": "started"},
    "concurrency": {"type": "int", "default": 8},
    "skip_missing": {"type": "bool", "default": False},
}
SELECTORS = ("cluster_id", "cluster_name", "clusters")


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, acts=True, mutually_exclusive=[SELECTORS], required_one_of=[SELECTORS]) as frame:
        client = frame.client
        clusters = Instances(CLUSTERS, PoweredClusters(client), client, frame.options, frame.each)
        converge_named(frame, clusters, "cluster", "clusters")


if __name__ == "__main__":
    main()
