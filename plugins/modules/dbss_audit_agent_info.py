#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_agent_info
short_description: Read the agents that watch the databases of DBSS audit instances
version_added: 1.1.0
description:
  - Returns the agents of the databases of one DBSS audit instance or of all. Each database is asked for its agents,
    several
    at the same time. An agent that several databases share comes once for each.
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
  database:
    description:
      - The ID or name of a database. Without it, those of all databases are read. Goes with O(instance_id) or
        O(instance_name).
    type: str
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_agent
  - module: huaweicloud.dbops.dbss_audit_database_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all agents
  huaweicloud.dbops.dbss_audit_agent_info:
  register: found

- name: Read the agents of a database
  huaweicloud.dbops.dbss_audit_agent_info:
    instance_name: audit-prod
    database: orders
"""

RETURN = r"""
agents:
  description: The agents.
  returned: when the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the agent.
      type: str
      sample: Ag5tR8yU2iOp7QwE4zXc
    name:
      description: What messages call it, its type, operating system and address.
      type: str
    database:
      description: The name of the database that it watches.
      type: str
      sample: orders
    db_id:
      description: The ID of this database.
      type: str
    agent_type:
      description: V(DB) or V(APP).
      type: str
    agent_os:
      description: The operating system of the node.
      type: str
    agent_ip:
      description: The address of the node.
      type: str
    agent_nic:
      description: The network interface that it listens on.
      type: str
    cpu_threshold:
      description: The limit of CPU, in percent.
      type: int
    mem_threshold:
      description: The limit of memory, in percent.
      type: int
    enabled:
      description: Whether it is on.
      type: bool
    datacap_status:
      description: What it does, as the service tells.
      type: int
    state:
      description: The same in a word, V(running), V(sleeping), V(stopped) or V(faulty); V(null) for another number.
      type: str
    universal:
      description: Whether it is an agent of containers.
      type: bool
    agent_url:
      description: Where it can be downloaded from.
      type: str
    sha256:
      description: The SHA-256 of what is downloaded.
      type: str
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
      sample: listAgentsV3
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_instances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import DATABASE
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import AGENT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError

OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "instance_name": {"type": "str"},
    "database": {"type": "str"},
}
STATES = {1: "running", 2: "sleeping", 3: "stopped", 4: "faulty"}


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, mutually_exclusive=[("instance_id", "instance_name")]) as frame:
        wanted = frame.options["database"]
        if wanted is not None and frame.options["instance_id"] is None and frame.options["instance_name"] is None:
            raise UsageError("database says which one of an instance: give instance_id or instance_name too.")

        def read(instance: dict[str, Any]) -> list[dict[str, Any]]:
            databases = AUDIT.databases(frame.client, instance["id"])
            asked = databases if wanted is None else find(databases, DATABASE, [wanted])
            collection = Collection(AGENT, frame.client, instance["id"], False, READERS)
            collection.names = {one["id"]: one["name"] for one in databases}
            collection.places = [{"db_id": one["id"]} for one in asked]
            where = {"instance_id": instance["id"], "instance_name": instance["name"]}
            return [{**row, "state": _state(row["datacap_status"]), **where} for row in collection.rows()]

        frame.report_readings(
            AUDIT.noun, find_instances(frame, AUDIT.noun, AUDIT.records), {"agents": read}, "failed_instances"
        )


def _state(number: Any) -> str | None:
    return STATES.get(number) if isinstance(number, int) else None


if __name__ == "__main__":
    main()
