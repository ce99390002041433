# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clusters an O&M account is added to, and which it is deleted from, when it may exist nowhere else."""

from __future__ import annotations

DOCUMENTATION = r"""
name: dws_om_access
short_description: Part DWS clusters into those with and those without O&M access
version_added: 1.1.0
description:
  - Finds the clusters that are to have O&M access among all clusters of a project; every other cluster is to have none.
    This is the part of the role P(huaweicloud.dbops.dws_om_access#role) that decides which account is deleted.
  - A name that several clusters have is unclear; none of these clusters is in either list.
positional: wanted
options:
  _input:
    description: All clusters, as P(huaweicloud.dbops.dws_cluster_info#module) returns them.
    type: list
    elements: dict
    required: true
  wanted:
    description: IDs and names of the clusters with O&M access. An ID wins over a name.
    type: list
    elements: str
    required: true
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read the clusters
  huaweicloud.dbops.dws_cluster_info:
  register: found

- name: Say which clusters lose their O&M access
  ansible.builtin.debug:
    msg: "{{ (found.clusters | huaweicloud.dbops.dws_om_access(['dws-prod'])).close }}"
"""

RETURN = r"""
_value:
  description: What becomes of the clusters.
  type: dict
  contains:
    open:
      description: IDs of the clusters that are wanted, in the order of O(wanted), each once.
      type: list
      elements: str
    close:
      description: IDs of the clusters that nothing in O(wanted) can mean.
      type: list
      elements: str
    unknown:
      description: One sentence for each item of O(wanted) that matches nothing.
      type: list
      elements: str
    unclear:
      description: One sentence for each item of O(wanted) that is the name of several clusters.
      type: list
      elements: str
"""

import re
from collections.abc import Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import CLUSTER
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import CLUSTER_ID


def dws_om_access(clusters: Sequence[dict[str, Any]], wanted: Sequence[str]) -> dict[str, list[str]]:
    """Return what becomes of each cluster; arguments and result are as the documentation says."""
    opened: dict[str, None] = {}
    kept: set[str] = set()
    problems: dict[bool, list[str]] = {True: [], False: []}
    for reference in wanted:
        key = reference.lower() if re.fullmatch(CLUSTER_ID.pattern, reference) else reference
        try:
            opened.update((cluster["id"], None) for cluster in find(clusters, CLUSTER, [key]))
        except UsageError as error:
            twins = {cluster["id"] for cluster in clusters if cluster.get("name") == key}
            kept |= twins
            problems[bool(twins)].append(str(error))
    return {
        "open": list(opened),
        "close": [cluster["id"] for cluster in clusters if cluster["id"] not in kept.union(opened)],
        "unknown": problems[False],
        "unclear": problems[True],
    }


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> dict[str, Any]:
        """Return each filter by its name."""
        return {"dws_om_access": dws_om_access}
