#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_agent
short_description: Keep the agents that watch the databases of a DBSS audit instance
version_added: 1.1.0
description:
  - Adds, limits, turns on or off and removes agents of the databases that a DBSS audit instance knows, any number in
    one task.
  - The agents of each database that the task names are listed once, several databases at the same time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
  - huaweicloud.dbops.collection
  - huaweicloud.dbops.collection.fixed
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  agents:
    description:
      - The agents. One is known by its O(agents[].id), or by its database with what is given of its type, operating
        system and address.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: The ID of the agent, which wins over all that it could be known by.
        type: str
      database:
        description: The database that it watches, by ID or name.
        type: str
        required: true
      agent_type:
        description: Whether it runs on the node of the database (V(DB)) or of an application (V(APP)). Needed to add
          one.
        type: str
        choices:
          - DB
          - APP
      agent_os:
        description: The operating system of the node. Needed to add one.
        type: str
        choices:
          - LINUX64_X86
          - LINUX64_ARM
          - WINDOWS64
      agent_ip:
        description: The address of the node. Needed to add one of the type V(APP).
        type: str
      agent_nic:
        description: The network interface that it listens on.
        type: str
      share_agent_id:
        description: The ID of an agent of another database that is to watch this one too. Nothing new is installed
          then.
        type: str
      cpu_threshold:
        description: The share of the node's CPU, in percent, above which it pauses. From 0 to 100.
        type: int
      mem_threshold:
        description: The share of the node's memory, in percent, above which it pauses. From 0 to 100.
        type: int
      enabled:
        description: Whether it is on. O(state=enabled) and O(state=disabled) win over it. A new one is on.
        type: bool
notes:
  - Limits and the switch are changed in place. For anything else, see O(recreate).
  - The service sets both limits at once. An agent of which it does not tell one of them needs both from the task.
  - Whether a new agent is on is not published. The module looks, and turns it on or off as the task wants it.
  - An agent that several databases share is removed from the database that the task names.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_database_registration
  - module: huaweicloud.dbops.dbss_audit_database
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: The node of the database is watched, within limits
  huaweicloud.dbops.dbss_audit_agent:
    instance_name: audit-prod
    agents:
      - database: orders
        agent_type: DB
        agent_os: LINUX64_X86
        cpu_threshold: 60
        mem_threshold: 60

- name: An agent watches a second database
  huaweicloud.dbops.dbss_audit_agent:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    agents:
      - database: billing
        agent_type: DB
        agent_os: LINUX64_X86
        share_agent_id: Ag5tR8yU2iOp7QwE4zXc
"""

RETURN = r"""
agents:
  description: The agents that the task is about, in its order.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID, V(null) for one that check mode would add.
      type: str
      sample: Ag5tR8yU2iOp7QwE4zXc
    name:
      description: What messages call it, its type, operating system and address.
      type: str
      sample: DB LINUX64_X86 192.168.0.100
    exists:
      description: Whether it is there.
      type: bool
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
      description: The limit of CPU, in percent, V(null) when the service does not tell.
      type: int
    mem_threshold:
      description: The limit of memory, in percent, V(null) when the service does not tell.
      type: int
    enabled:
      description: Whether it is on.
      type: bool
    datacap_status:
      description: What it does, V(1) running, V(2) sleeping, V(3) stopped or V(4) faulty.
      type: int
    universal:
      description: Whether it is an agent of containers.
      type: bool
    agent_url:
      description: Where it can be downloaded from.
      type: str
    sha256:
      description: The SHA-256 of what is downloaded.
      type: str
    changed:
      description: Whether it was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - addAgentV3
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_agents:
  description: The agents that could not be brought to what the task asks for.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: What messages call it.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: addAgentV3
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import AGENT


def main() -> None:
    """Run the module."""
    run(AGENT)


if __name__ == "__main__":
    main()
