#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_risk_rule
short_description: Say what a DBSS audit instance holds to be risky
version_added: 1.1.0
description:
  - Creates, changes, deletes, ranks and turns on or off the risk rules of a DBSS audit instance, any number in one
    task.
  - The module reads the list of rules once, and each rule of which the task says more than the list shows. What is to
    be turned on or off goes in one call.
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
      - The risk rules, each by its O(rules[].id) or its O(rules[].name).
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
      risk_level:
        description: How risky it is. Creation needs it.
        type: str
        choices:
          - low
          - medium
          - high
          - no_risk
      action:
        description: What it is about, in the words of the API such as V(DROP_TABLE); the list is not published, so
          they are passed on in upper case. Empty is everything.
        type: list
        elements: str
      databases:
        description: The databases that it is about, by ID or name, or V(all).
        type: list
        elements: str
      client_ips:
        description: The addresses or ranges of clients that it is about. Empty is everybody.
        type: list
        elements: str
      exception_ips:
        description: Addresses or ranges that are left out. The service does not show them, so they are never
          compared; they are sent along when the rule is created or changed. See O(reset_unreadable).
        type: list
        elements: str
      schemas:
        description: The objects that it is about.
        type: list
        elements: dict
        suboptions:
          schema:
            description: The schema.
            type: str
          table:
            description: The table.
            type: str
          column:
            description: The column.
            type: str
      ignore_case:
        description: Whether upper and lower case of the objects count the same.
        type: bool
      execution_symbol:
        description: How the time of a statement is compared with
          O(rules[].execution_time). A new rule has V(greater_equal).
        type: str
        choices:
          - greater
          - equal
          - less
          - greater_equal
          - less_equal
          - no_match
      execution_time:
        description: The time of a statement in ms. A new rule has V(0), which is always so.
        type: int
      affect_symbol:
        description: How the rows of a statement are compared with O(rules[].affect_rows).
          A new rule has V(greater_equal).
        type: str
        choices:
          - greater
          - equal
          - less
          - greater_equal
          - less_equal
          - no_match
      affect_rows:
        description: The rows of a statement. A new rule has V(0), which is always so.
        type: int
      rank:
        description: Its place among the custom rules, from 1; of several that match, the first counts. The others make
          room.
        type: int
  all_rules:
    description:
      - Turn all risk rules of the instance on or off, also those that came with it. Goes with O(state=enabled)
        and O(state=disabled) only.
    type: bool
    default: false
  reset_unreadable:
    description:
      - Whether a change may drop O(rules[].exception_ips), which the service does not show, when the task does not
        give them. When V(false), such a change fails and says so.
    type: bool
    default: false
notes:
  - Of the rules that came with the instance only O(rules[].enabled) can be changed.
  - A change sends the whole rule. What the service does not show, O(rules[].exception_ips), has to be given with it,
    or given up with O(reset_unreadable=true).
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_scope
  - module: huaweicloud.dbops.dbss_audit_database
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Dropping tables in production is of high risk
  huaweicloud.dbops.dbss_audit_risk_rule:
    instance_name: audit-prod
    rules:
      - name: no-drop
        risk_level: high
        action:
          - DROP_TABLE
          - DROP_TABLESPACE
        databases:
          - orders
          - billing
        exception_ips:
          - 10.0.0.8
        rank: 1

- name: All rules are on, those that came with the instance too
  huaweicloud.dbops.dbss_audit_risk_rule:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    all_rules: true
    state: enabled

- name: A rule is gone
  huaweicloud.dbops.dbss_audit_risk_rule:
    instance_name: audit-prod
    rules:
      - name: no-drop-in-production
    state: absent
"""

RETURN = r"""
rules:
  description: The risk rules that the task is about, in its order.
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
    risk_level:
      description: How risky it is.
      type: str
    databases:
      description: The databases, by name where the task names any and by ID else; V(all)
        for all. This and what follows, but the rank, only of rules of which the task says more than the list shows.
      type: list
      elements: str
    db_ids:
      description: The IDs of the databases.
      type: list
      elements: str
    action:
      description: What it is about.
      type: list
      elements: str
    client_ips:
      description: The addresses of clients.
      type: list
      elements: str
    schemas:
      description: The objects that it is about.
      type: list
      elements: dict
    ignore_case:
      description: Whether upper and lower case count the same.
      type: bool
    execution_symbol:
      description: How the time of a statement is compared.
      type: str
    execution_time:
      description: The time of a statement in ms.
      type: int
    affect_symbol:
      description: How the rows of a statement are compared.
      type: str
    affect_rows:
      description: The rows of a statement.
      type: int
    rank:
      description: Its place among the custom rules; negative for one that came with the instance.
      type: int
    changed:
      description: Whether it was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - createRiskRule
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_rules:
  description: The risk rules that could not be brought to what the task asks for.
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
      sample: createRiskRule
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import RISK_RULE


def main() -> None:
    """Run the module."""
    run(RISK_RULE)


if __name__ == "__main__":
    main()
