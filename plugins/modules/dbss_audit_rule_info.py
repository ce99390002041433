#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_rule_info
short_description: Read the rules of DBSS audit instances
version_added: 1.1.0
description:
  - Returns the scopes, risk rules, SQL rules, mask rules and the whitelist of one DBSS audit instance or of all,
    with the
    options that the modules for them take. All are read several at the same time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  instance_id:
    description:
      - The ID of the audit instance. Without O(instance_id) and O(instance_name), all audit instances are read.
    type: str
  instance_name:
    description:
      - The name of the audit instance.
    type: str
  gather:
    description:
      - What to read.
    type: list
    elements: str
    choices:
      - risk
      - scope
      - sql
      - mask
      - whitelist
    default:
      - risk
      - scope
      - sql
      - mask
      - whitelist
  details:
    description:
      - Read each custom risk rule by itself, because their listing has the name, the level and the rank only.
    type: bool
    default: false
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_scope
  - module: huaweicloud.dbops.dbss_audit_risk_rule
  - module: huaweicloud.dbops.dbss_audit_sql_rule
  - module: huaweicloud.dbops.dbss_audit_mask_rule
  - module: huaweicloud.dbops.dbss_audit_whitelist
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all rules of an instance
  huaweicloud.dbops.dbss_audit_rule_info:
    instance_name: audit-prod
    details: true
  register: found

- name: Read what all instances never hold to be risky
  huaweicloud.dbops.dbss_audit_rule_info:
    gather:
      - whitelist
"""

RETURN = r"""
risk_rules:
  description: The risk rules.
  returned: when O(gather) has V(risk) and the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    system:
      description: Whether it is the system's own.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    risk_level:
      description: How risky what it matches is.
      type: str
      sample: high
    rank:
      description: The rank of a custom rule.
      type: int
    action:
      description: The operations. With O(details) only, as what follows.
      type: list
      elements: str
    databases:
      description: The IDs of the databases, or V(all).
      type: list
      elements: str
    db_ids:
      description: The same without V(all).
      type: list
      elements: str
    client_ips:
      description: The addresses of clients.
      type: list
      elements: str
    schemas:
      description: Where it looks, each with C(schema), C(table) and C(column).
      type: list
      elements: dict
    ignore_case:
      description: Whether upper and lower case count the same.
      type: bool
    execution_symbol:
      description: How the time is compared.
      type: str
    execution_time:
      description: The time to compare with.
      type: int
    affect_symbol:
      description: How the number of rows is compared.
      type: str
    affect_rows:
      description: The number of rows to compare with.
      type: int
    instance_id:
      description: The ID of the audit instance.
      type: str
    instance_name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
scopes:
  description: The scopes.
  returned: when O(gather) has V(scope) and the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    system:
      description: Whether it is the system's own.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    databases:
      description: The IDs of the databases, or V(all).
      type: list
      elements: str
    db_ids:
      description: The same without V(all).
      type: list
      elements: str
    action:
      description: The operations.
      type: list
      elements: str
    db_users:
      description: The users of databases.
      type: list
      elements: str
    source_ips:
      description: The addresses of clients.
      type: list
      elements: str
    source_ports:
      description: The ports of clients.
      type: list
      elements: str
    exception_ips:
      description: The addresses that are left out.
      type: list
      elements: str
    instance_id:
      description: The ID of the audit instance.
      type: str
    instance_name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
sql_rules:
  description: The SQL rules.
  returned: when O(gather) has V(sql) and the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    system:
      description: Whether it is the system's own.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    risk_level:
      description: How risky what it matches is.
      type: str
      sample: high
    regex:
      description: The regular expression.
      type: str
    instance_id:
      description: The ID of the audit instance.
      type: str
    instance_name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
mask_rules:
  description: The mask rules.
  returned: when O(gather) has V(mask) and the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    system:
      description: Whether it is the system's own.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    regex:
      description: The regular expression.
      type: str
    mask_value:
      description: What stands in the place of what it matches.
      type: str
    instance_id:
      description: The ID of the audit instance.
      type: str
    instance_name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
whitelist:
  description: The entries of the whitelist.
  returned: when O(gather) has V(whitelist) and the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    sql:
      description: The statement.
      type: str
    system:
      description: Whether it is the system's own.
      type: bool
    enabled:
      description: Whether it is on.
      type: bool
    desc:
      description: What it is for.
      type: str
    databases:
      description: The IDs of the databases, or V(all).
      type: list
      elements: str
    db_ids:
      description: The same without V(all).
      type: list
      elements: str
    instance_id:
      description: The ID of the audit instance.
      type: str
    instance_name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
failed_instances:
  description: The audit instances whose databases could not be read. When there are any, the task fails.
  returned: when the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
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
      sample: listScopesNew
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
      sample: APIGW.0301
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.collection import Collection
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_instances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import (
    MASK_RULE,
    RISK_RULE,
    SCOPE,
    SQL_RULE,
    WHITELIST,
)

# What to gather: the key of the result, and the kind of its rows.
SECTIONS = {
    "risk": ("risk_rules", RISK_RULE),
    "scope": ("scopes", SCOPE),
    "sql": ("sql_rules", SQL_RULE),
    "mask": ("mask_rules", MASK_RULE),
    "whitelist": ("whitelist", WHITELIST),
}
OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "instance_name": {"type": "str"},
    "gather": {"type": "list", "elements": "str", "choices": list(SECTIONS), "default": list(SECTIONS)},
    "details": {"type": "bool", "default": False},
}


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, mutually_exclusive=[("instance_id", "instance_name")]) as frame:

        def read(section: str, instance: dict[str, Any]) -> list[dict[str, Any]]:
            collection = Collection(SECTIONS[section][1], frame.client, instance["id"], False, READERS)
            where = {"instance_id": instance["id"], "instance_name": instance["name"]}
            return [{**row, **where} for row in collection.rows(frame.options["details"])]

        reads = {
            SECTIONS[section][0]: lambda instance, section=section: read(section, instance)
            for section in dict.fromkeys(frame.options["gather"])
        }
        frame.report_readings(AUDIT.noun, find_instances(frame, AUDIT.noun, AUDIT.records), reads, "failed_instances")


if __name__ == "__main__":
    main()
