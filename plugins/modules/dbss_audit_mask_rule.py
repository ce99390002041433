#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_mask_rule
short_description: Say what a DBSS audit instance hides in what it records
version_added: 1.1.0
description:
  - Creates, changes, deletes and turns on or off the rules by which a DBSS audit instance masks sensitive data, any
    number in one task.
  - The module reads all rules once. What is to be turned on or off goes in one call.
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
  rules:
    description:
      - The mask rules, each by its O(rules[].id) or its O(rules[].name).
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
      regex:
        description: The regular expression of what is hidden. Creation needs it.
        type: str
      mask_value:
        description: What stands in its place. Creation needs it.
        type: str
  all_rules:
    description:
      - Turn all mask rules of the instance on or off, also those that came with it. Goes with O(state=enabled)
        and O(state=disabled) only.
    type: bool
    default: false
notes:
  - Of the rules that came with the instance only O(rules[].enabled) can be changed.
  - The service creates a rule turned on; one that is to be off is turned off at once.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_scope
  - module: huaweicloud.dbops.dbss_audit_database
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Card numbers are hidden
  huaweicloud.dbops.dbss_audit_mask_rule:
    instance_name: audit-prod
    rules:
      - name: card-numbers
        regex: "[0-9]{13,19}"
        mask_value: "####"

- name: Only the rules that came with the instance are left
  huaweicloud.dbops.dbss_audit_mask_rule:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    rules: []
    purge: true
"""

RETURN = r"""
rules:
  description: The mask rules that the task is about, in its order.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID, V(null) for one that check mode would create.
      type: str
      sample: Rk7mN8oP9qR0sT1uV2wX
    name:
      description: The name.
      type: str
    exists:
      description: Whether it is there.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    regex:
      description: The regular expression of what is hidden.
      type: str
    mask_value:
      description: What stands in its place.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - createMaskRule
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_rules:
  description: The mask rules that could not be brought to what the task asks for.
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
  description: What O(purge=true) has deleted, with its fields as O(rules) takes them.
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
      sample: createMaskRule
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import MASK_RULE


def main() -> None:
    """Run the module."""
    run(MASK_RULE)


if __name__ == "__main__":
    main()
