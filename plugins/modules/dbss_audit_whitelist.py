#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_whitelist
short_description: Say what a DBSS audit instance never holds to be risky
version_added: 1.1.0
description:
  - Adds, changes, deletes and turns on or off the statements that a DBSS audit instance records without risk, any
    number in one task.
  - The module reads the whitelist once. What is new is added by one call, and what is to go is deleted by one call.
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
  entries:
    description:
      - The whitelist entries, each by its O(entries[].id) or its O(entries[].sql).
    type: list
    elements: dict
    suboptions:
      id:
        description: The ID. An ID wins over a statement.
        type: str
      sql:
        description: The statement, which is what an entry is known by. Blanks around it do not count. It never changes;
          another statement is another entry.
        type: str
      enabled:
        description: Whether it is in force. O(state=enabled) and O(state=disabled) win over it.
        type: bool
      desc:
        description: What it is for.
        type: str
      databases:
        description: The databases for which it holds, by ID or name, or V(all).
        type: list
        elements: str
  all_entries:
    description:
      - Turn all whitelist entries of the instance on or off, also those that came with it. Goes with O(state=enabled)
        and O(state=disabled) only.
    type: bool
    default: false
notes:
  - A change acts within about a minute, and not on what is recorded already.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_scope
  - module: huaweicloud.dbops.dbss_audit_database
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: The nightly count is no risk
  huaweicloud.dbops.dbss_audit_whitelist:
    instance_name: audit-prod
    entries:
      - sql: SELECT COUNT(*) FROM app.orders
        desc: nightly count
        databases:
          - orders

- name: Nothing is excused
  huaweicloud.dbops.dbss_audit_whitelist:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    entries: []
    purge: true
"""

RETURN = r"""
entries:
  description: The entries that the task is about, in its order.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID, V(null) for one that check mode would create.
      type: str
      sample: Wh1aB2cD3eF4gH5iJ6kL
    sql:
      description: The statement.
      type: str
    exists:
      description: Whether it is there.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    desc:
      description: What it is for.
      type: str
    databases:
      description: The databases, by name where the task names any and by ID else; V(all) for all.
      type: list
      elements: str
    db_ids:
      description: The IDs of the databases.
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
        - addWhitelists
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_entries:
  description: The entries that could not be brought to what the task asks for.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    sql:
      description: The statement.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
purged:
  description: What O(purge=true) has deleted, with its fields as O(entries) takes them.
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
      sample: addWhitelists
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import WHITELIST


def main() -> None:
    """Run the module."""
    run(WHITELIST)


if __name__ == "__main__":
    main()
