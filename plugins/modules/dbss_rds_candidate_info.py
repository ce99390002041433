#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_rds_candidate_info
short_description: Read the RDS instances that DBSS could audit
version_added: 1.1.0
description:
  - Returns the RDS instances of the project that can be registered with an audit instance, registered or not. Each
    engine is
    a listing of its own, and they are read several at the same time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  type:
    description:
      - The engines to read. Without it, all.
    type: list
    elements: str
    choices:
      - MYSQL
      - ORACLE
      - POSTGRESQL
      - SQLSERVER
      - DAMENG
      - TAURUS
      - DWS
      - KINGBASE
      - GAUSSDBOPENGAUSS
      - MARIADB
  status:
    description:
      - Return only RDS instances in one of these states, such as V(ACTIVE).
    type: list
    elements: str
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_database_registration
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read what could be audited
  huaweicloud.dbops.dbss_rds_candidate_info:
  register: found

- name: Read the MySQL instances that run
  huaweicloud.dbops.dbss_rds_candidate_info:
    type:
      - MYSQL
    status:
      - ACTIVE
"""

RETURN = r"""
candidates:
  description: The RDS instances.
  returned: when they could be read
  type: list
  elements: dict
  contains:
    rds_id:
      description: The ID of the RDS instance.
      type: str
    rds_name:
      description: The name of the RDS instance.
      type: str
      sample: rds-billing
    db_name:
      description: The name of the database.
      type: str
    type:
      description: The engine.
      type: str
      sample: MYSQL
    status:
      description: The state of the RDS instance.
      type: str
      sample: ACTIVE
    ip:
      description: The address.
      type: str
    port:
      description: The port.
      type: int
      sample: 3306
    version:
      description: The version of the engine.
      type: str
    agent_free:
      description: Whether it can be audited without an agent.
      type: bool
    enterprise_project_id:
      description: The ID of its enterprise project.
      type: str
failed_types:
  description: The engines whose RDS instances could not be read. When there are any, the task fails.
  returned: when they could be asked for
  type: list
  elements: dict
  contains:
    type:
      description: The engine.
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
      sample: listRdsCandidates
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

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import RDS_ENGINES, candidates
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun

OPTIONS: dict[str, Any] = {
    "type": {"type": "list", "elements": "str", "choices": list(RDS_ENGINES)},
    "status": {"type": "list", "elements": "str"},
}
ENGINE = Noun("engine", "engines", id_key="type", name_key="")


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """Return an RDS instance as the result has it."""
    port = record["port"] or ""
    return {
        "rds_id": record["id"],
        "rds_name": record["instance_name"],
        **{key: record.get(key) for key in ("db_name", "type", "status", "ip", "version")},
        "port": int(port) if port.isascii() and port.isdecimal() and len(port) <= 5 else None,
        "agent_free": record.get("is_supported") is True,
        "enterprise_project_id": record["enterprise_id"],
    }


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS) as frame:
        wanted = frame.options["status"]

        def read(engine: dict[str, Any]) -> list[dict[str, Any]]:
            found = [shown(record) for record in candidates(frame.client, engine["type"])]
            return found if wanted is None else [one for one in found if one["status"] in wanted]

        asked = RDS_ENGINES if frame.options["type"] is None else dict.fromkeys(frame.options["type"])
        engines = [{"type": engine} for engine in asked]
        frame.report_readings(ENGINE, engines, {"candidates": read}, "failed_types")


if __name__ == "__main__":
    main()
