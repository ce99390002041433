#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_database_info
short_description: Read the databases that DBSS audits
version_added: 1.0.0
description:
  - Returns the databases of one DBSS audit instance, or of all audit instances of a project, which are read
    several at a time.
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
  status:
    description:
      - Return only databases that are audited (V(ON)) or not audited (V(OFF)).
    type: str
    choices:
      - "ON"
      - "OFF"
  type:
    description:
      - Return only databases of these engines, such as V(MYSQL).
    type: list
    elements: str
    version_added: 1.1.0
  classification:
    description:
      - Return only databases of RDS instances (V(RDS)) or self-built ones (V(ECS)).
    type: str
    choices:
      - RDS
      - ECS
    version_added: 1.1.0
  effective:
    description:
      - Return only databases that are really audited (V(true)) or that are not (V(false)), as
        RV(databases[].effective) says.
    type: bool
    version_added: 1.1.0
  rds_audit_switch_mismatch:
    description:
      - Return only databases whose auditing is on while RDS does not upload their logs (V(true)), or only the others
        (V(false)).
    type: bool
    version_added: 1.1.0
requirements:
  - requests
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all databases of all audit instances
  huaweicloud.dbops.dbss_audit_database_info:
  register: found

- name: Read the databases that an instance does not audit
  huaweicloud.dbops.dbss_audit_database_info:
    instance_name: audit-prod
    status: "OFF"

- name: Read those whose auditing is on, but without effect
  huaweicloud.dbops.dbss_audit_database_info:
    status: "ON"
    effective: false
"""

RETURN = r"""
databases:
  description: The databases that match.
  returned: when the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the database in DBSS. All other keys of the service's record come with it.
      type: str
      sample: Kx7dQ2mB9vLr4TzY1wPc
    name:
      description: The name of the database.
      type: str
      sample: orders
    status:
      description: Whether it is audited, V(ON) or V(OFF).
      type: str
      sample: "ON"
    audit_status:
      description: Whether auditing really runs, V(ACTIVE), V(SHUTOFF) or V(ERROR). It follows
        RV(databases[].status) later.
      type: str
      sample: ACTIVE
    effective:
      description: Whether it is really audited, by every word that its record and that of its
        audit instance have.
      type: bool
      version_added: 1.1.0
    not_effective_because:
      description: Why it is not audited, V(null) when it is.
      type: str
      version_added: 1.1.0
      sample: its auditing is ON, but reports ERROR
    type:
      description: The engine.
      type: str
      sample: MYSQL
    db_classification:
      description: V(RDS) for a database of an RDS instance, V(ECS) for a self-built one.
      type: str
    rds_id:
      description: The ID of the RDS instance, V(null) for a self-built database.
      type: str
    rds_audit_switch_mismatch:
      description: Whether its auditing is on while RDS does not upload its logs.
      type: bool
    agent_url:
      description: The IDs of its agents.
      type: list
      elements: str
    database_instance_name:
      description: The database instance that the database belongs to, which the service calls C(instance_name).
      type: str
    instance_id:
      description: The ID of the audit instance.
      type: str
      sample: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
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
  version_added: 1.1.0
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
      sample: listAuditDatabasesV2
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

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_instances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.auditing import with_effect
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    AUDIT_INSTANCE,
    AuditDatabases,
    list_audit_instances,
)

OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "instance_name": {"type": "str"},
    "status": {"type": "str", "choices": ["ON", "OFF"]},
    "type": {"type": "list", "elements": "str"},
    "classification": {"type": "str", "choices": ["RDS", "ECS"]},
    "effective": {"type": "bool"},
    "rds_audit_switch_mismatch": {"type": "bool"},
}


def is_asked_for(record: dict[str, Any], options: dict[str, Any]) -> bool:
    """Return whether a database is one that the task asks for."""
    told = {
        "classification": record.get("db_classification"),
        "effective": record["effective"],
        "rds_audit_switch_mismatch": record.get("rds_audit_switch_mismatch") is True,
    }
    types = options["type"]
    return (types is None or record.get("type") in types) and all(
        options[option] in (None, value) for option, value in told.items()
    )


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, mutually_exclusive=[("instance_id", "instance_name")]) as frame:

        def read(instance: dict[str, Any]) -> list[dict[str, Any]]:
            databases = AuditDatabases(frame.client, instance["id"], instance["name"])
            records = [with_effect(record, instance) for record in databases.records(frame.options["status"])]
            return [record for record in records if is_asked_for(record, frame.options)]

        frame.report_readings(
            AUDIT_INSTANCE,
            find_instances(frame, AUDIT_INSTANCE, list_audit_instances),
            {"databases": read},
            "failed_instances",
        )


if __name__ == "__main__":
    main()
