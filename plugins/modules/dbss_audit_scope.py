#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_scope
short_description: Say what a DBSS audit instance records
version_added: 1.1.0
description:
  - Creates, changes, deletes and turns on or off the audit scopes of a DBSS audit instance, any number in one task.
    A scope says which databases, users, addresses and operations are recorded.
  - The module reads all scopes once. A scope has to be off to be changed or deleted, so one that is on is turned off,
    changed, and turned on again; all that is to be turned on or off goes in one call.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
  - huaweicloud.dbops.collection
  - huaweicloud.dbops.collection.named
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  scopes:
    description:
      - The scopes, each by its O(scopes[].id) or its O(scopes[].name).
    type: list
    elements: dict
    suboptions:
      id:
        description: The ID. An ID wins over a name.
        type: str
      name:
        description: The name. A record that is created has it.
        type: str
      new_name:
        description: The name that it is to have. Is it there already under this name, nothing is renamed.
        type: str
      enabled:
        description: Whether it is on. O(state=enabled) and O(state=disabled) win over it.
        type: bool
      databases:
        description: The databases that it is about, by ID or name, or V(all). Creation needs them.
        type: list
        elements: str
      action:
        description: What is recorded, in the words of the API such as V(LOGIN) and V(SELECT); V(ALL) is everything.
        type: list
        elements: str
      db_users:
        description: The database users whose doings are recorded. Empty is everybody.
        type: list
        elements: str
      source_ips:
        description: The addresses or ranges from where they come. Empty is everywhere.
        type: list
        elements: str
      source_ports:
        description: The ports or ranges of ports from where they come.
        type: list
        elements: str
      exception_ips:
        description: Addresses or ranges that are left out.
        type: list
        elements: str
  all_scopes:
    description:
      - Turn all scopes of the instance on or off, also those that came with it. Goes with O(state=enabled)
        and O(state=disabled) only.
    type: bool
    default: false
notes:
  - The built-in scope that records everything can be turned on and off only. While it is on, other scopes have no
    effect.
  - A warning says so when no scope is left on.
  - If the last step of a change fails, the scope is left off, and the task fails.
  - How the service brings a new scope into the world is not published; the module looks, and turns it on or off then.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_risk_rule
  - module: huaweicloud.dbops.dbss_audit_database
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: What the application does on orders is recorded
  huaweicloud.dbops.dbss_audit_scope:
    instance_name: audit-prod
    scopes:
      - name: orders
        databases:
          - orders
        action:
          - LOGIN
          - SELECT
          - DELETE
        exception_ips:
          - 10.0.0.8
        enabled: true

- name: Only these scopes are left
  huaweicloud.dbops.dbss_audit_scope:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    scopes:
      - name: everything
        databases:
          - all
    state: enabled
    purge: true

- name: The scope that came with the instance is off
  huaweicloud.dbops.dbss_audit_scope:
    instance_name: audit-prod
    scopes:
      - name: audit_all
    state: disabled
"""

RETURN = r"""
scopes:
  description: The scopes that the task is about, in its order.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID, V(null) for one that check mode would create.
      type: str
      sample: Sc7mN8oP9qR0sT1uV2wX
    name:
      description: The name.
      type: str
    exists:
      description: Whether it is there.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    databases:
      description: The databases, by name where the task names any and by ID else; V(all) for all.
      type: list
      elements: str
    db_ids:
      description: The IDs of the databases.
      type: list
      elements: str
    action:
      description: What is recorded, in the words of the API such as V(LOGIN) and V(SELECT); V(ALL) is everything.
      type: list
      elements: str
    db_users:
      description: The database users whose doings are recorded.
      type: list
      elements: str
    source_ips:
      description: The addresses or ranges from where they come.
      type: list
      elements: str
    source_ports:
      description: The ports or ranges of ports from where they come.
      type: list
      elements: str
    exception_ips:
      description: Addresses or ranges that are left out.
      type: list
      elements: str
    changed:
      description: Whether it was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - createScope
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_scopes:
  description: The scopes that could not be brought to what the task asks for.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
purged:
  description: What O(purge=true) has deleted, with its fields as O(scopes) takes them.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: createScope
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
      sample: DBSS.10020102
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.kinds import run
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import SCOPE


def main() -> None:
    """Run the module."""
    run(SCOPE)


if __name__ == "__main__":
    main()
