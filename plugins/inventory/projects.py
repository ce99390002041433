# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: projects
short_description: Projects of an account as hosts
version_added: 1.1.0
description:
  - Makes each enabled project of an account, in any region, a host of the group C(huaweicloud_projects), so that one
    play goes over all of them.
  - The file that configures it is called C(projects.yml) or ends in C(.projects.yml); C(.yaml) is as good.
  - The host has the project's name, such as C(cn-north-4_warehouse). Characters other than letters, digits, C(.), C(-)
    and C(_) become C(_). Where another host or a group has the name, C(_) and the ID follow it. A project that two
    sources list is one host.
  - The host variables C(region), C(project_id) and C(project_name) say which one it is. C(huaweicloud_project) holds
    all three, and is what tells the host from others. The playbooks of this collection go by them.
  - Projects whose name begins with no region, and those whose ID is not what an ID looks like, are left out; the latter
    with a warning.
  - Options may be templates, such as a lookup; C(!unsafe) before a value keeps its braces as they are. What is cached
    is for one file, project, address and caller.
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
      - huaweicloud.dbops.projects
  regions:
    description:
      - Only projects of these regions.
    type: list
    elements: str
  names:
    description:
      - Only projects of these names. V(*), V(?) and V([…]) in a name stand for what they do in file names.
    type: list
    elements: str
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
# all.projects.yml; the credentials come from the environment, region says where to ask
plugin: huaweicloud.dbops.projects
region: cn-north-4
names:
  - cn-north-4*
keyed_groups:
  - key: region
    prefix: ""
    separator: ""

# A playbook that lets Ansible's forks, or the slices of an AWX job, share out the projects:
#
# - name: No audit instance is forgotten
#   hosts: huaweicloud_projects
#   connection: local
#   gather_facts: false
#   tasks:
#     - name: Read the audit instances of this project
#       huaweicloud.dbops.dbss_audit_instance_info:
#         region: "{{ region }}"
#         project_id: "{{ project_id }}"
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.projects import Projects
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import PROJECT_ID
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils.inventory import ApiInventory, Entry, Listing


class InventoryModule(ApiInventory):
    """Projects as hosts."""

    NAME = "huaweicloud.dbops.projects"

    def listings(self) -> list[Listing]:
        return [Listing("huaweicloud_project", "huaweicloud_projects", Projects.noun, PROJECT_ID, Projects)]

    def wanted(self, record: Mapping[str, Any]) -> bool:
        regions, names = self.get_option("regions"), self.get_option("names")
        of_region = not regions or record["region"] in regions
        return of_region and (not names or any(fnmatchcase(record["name"], name) for name in names))

    def variables(self, entry: Entry) -> dict[str, Any]:
        record = entry.record
        plain = {"region": record["region"], "project_id": record["id"], "project_name": record["name"]}
        return {**super().variables(entry), **plain}
