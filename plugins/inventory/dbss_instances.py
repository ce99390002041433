# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dbss_instances
short_description: DBSS audit and O&M instances as hosts
version_added: 1.0.0
description:
  - Makes each DBSS audit instance of a project a host of the group C(dbss_audit_instances), and each database O&M
    instance a host of the group C(dbss_om_instances). Deleted instances are left out.
  - The file that configures it is called C(dbss_instances.yml) or ends in C(.dbss_instances.yml); C(.yaml) is as good.
  - The host has the instance's name. Characters other than letters, digits, C(.), C(-) and C(_) become C(_), and so do
    C(.) and C(-) at its beginning. Where another instance has the same name, or it is that of a group, of this host, or
    of a host that another source has added, C(_) and the ID follow it, so that no host stands for two instances; a
    warning says so where another source decided it. Upper and lower case count as the same. An instance that two
    sources list is one host. Sources are read in their order; a host of the same name that a later source adds is the
    same host to Ansible.
  - Instances whose ID is not what an ID of the service looks like are left out, with a warning.
  - Options may be templates, such as a lookup; C(!unsafe) before a value keeps its braces as they are. What is cached
    is for one file, project, address and caller.
  - The host variable C(dbss_audit_instance) or C(dbss_om_instance) holds the instance as the info module of that name
    returns it. It is one dictionary because many of its keys, such as C(name), C(status) and C(version), would mean
    something else as variables of their own.
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
      - huaweicloud.dbops.dbss_instances
  kinds:
    description:
      - Which kinds of instances become hosts.
    type: list
    elements: str
    choices:
      - audit
      - om
    default:
      - audit
      - om
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
# project.dbss_instances.yml; the credentials come from the environment
plugin: huaweicloud.dbops.dbss_instances
region: cn-north-4
kinds:
  - audit
keyed_groups:
  - key: dbss_audit_instance.status
    prefix: dbss_audit

# A playbook that lets Ansible's forks, or the slices of an AWX job, share out the instances:
#
# - name: All databases are audited
#   hosts: dbss_audit_ACTIVE
#   connection: local
#   gather_facts: false
#   tasks:
#     - name: The databases of this instance are audited
#       huaweicloud.dbops.dbss_audit_database:
#         instance_id: "{{ dbss_audit_instance.id }}"
#         all_databases: true
"""

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    OM_INSTANCE,
    AuditInstances,
    OmInstances,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import INSTANCE_ID
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils.inventory import ApiInventory, Listing

KINDS = {
    "audit": Listing("dbss_audit_instance", "dbss_audit_instances", AuditInstances.noun, INSTANCE_ID, AuditInstances),
    "om": Listing("dbss_om_instance", "dbss_om_instances", OM_INSTANCE, INSTANCE_ID, OmInstances),
}


class InventoryModule(ApiInventory):
    """DBSS instances as hosts."""

    NAME = "huaweicloud.dbops.dbss_instances"

    def listings(self) -> list[Listing]:
        return [KINDS[kind] for kind in dict.fromkeys(self.get_option("kinds"))]
