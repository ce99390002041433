# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dws_clusters
short_description: DWS clusters as hosts
version_added: 1.0.0
description:
  - Makes each DWS cluster of a project a host of the group C(dws_clusters).
  - The file that configures it is called C(dws_clusters.yml) or ends in C(.dws_clusters.yml); C(.yaml) is as good.
  - The host has the cluster's name. Characters other than letters, digits, C(.), C(-) and C(_) become C(_), and so do
    C(.) and C(-) at its beginning. Where another cluster has the same name, or it is that of a group, of this host, or
    of a host that another source has added, C(_) and the ID follow it, so that no host stands for two clusters; a
    warning says so where another source decided it. Upper and lower case count as the same. A cluster that two
    sources list is one host. Sources are read in their order; a host of the same name that a later source adds is the
    same host to Ansible.
  - Clusters whose ID is not what an ID of the service looks like are left out, with a warning.
  - Options may be templates, such as a lookup; C(!unsafe) before a value keeps its braces as they are. What is cached
    is for one file, project, address and caller.
  - The host variable C(dws_cluster) holds the cluster as the service describes it. It is one dictionary because many
    of its keys, such as C(name), C(tags), C(port) and C(nodes), would mean something else as variables of their own.
  - Nothing that the service says is taken for a template.
  - The hosts are not there to be logged in to. Plays on them use C(connection=local), as in the examples.
extends_documentation_fragment:
  - huaweicloud.dbops.auth
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - Says that the file is for this plugin.
    type: str
    required: true
    choices:
      - huaweicloud.dbops.dws_clusters
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
# project.dws_clusters.yml; the credentials come from the environment
plugin: huaweicloud.dbops.dws_clusters
region: cn-north-4
keyed_groups:
  - key: dws_cluster.status
    prefix: dws
groups:
  busy: dws_cluster.task_status is not none

# A playbook that lets Ansible's forks, or the slices of an AWX job, share out the clusters that are not busy:
#
# - name: The O&M accounts are closed
#   hosts: dws_clusters:!busy
#   connection: local
#   gather_facts: false
#   tasks:
#     - name: The O&M account is closed
#       huaweicloud.dbops.dws_om_user:
#         cluster_id: "{{ dws_cluster.id }}"
#         state: absent
"""

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import CLUSTER, Clusters
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import CLUSTER_ID
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils.inventory import ApiInventory, Listing


class InventoryModule(ApiInventory):
    """DWS clusters as hosts."""

    NAME = "huaweicloud.dbops.dws_clusters"

    def listings(self) -> list[Listing]:
        return [Listing("dws_cluster", "dws_clusters", CLUSTER, CLUSTER_ID, Clusters)]
