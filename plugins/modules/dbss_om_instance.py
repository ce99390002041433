#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_om_instance
short_description: Manage DBSS database O&M instances, their power and their settings
version_added: 1.0.0
description:
  - Keeps database O&M instances of Database Security Service (DBSS) started or stopped, restarts or deletes them.
  - Keeps their settings, with or without a change of their power.
  - The module reads the state first and sends an action only when it is needed. It then waits until the action has
    settled.
  - An instance with several nodes is as settled as its least settled node.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.instances
  - huaweicloud.dbops.instances.nodes
  - huaweicloud.dbops.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(state=restarted) each run restarts the instance.
notes:
  - Settings are changed before the power, each in a call of its own. When one fails, RV(actions) says what was done
    before.
  - An instance in the status V(ERROR), V(FROZEN) or V(DELETING) cannot be started, stopped or restarted. The
    module fails at once and says what the status means.
  - When the answer to an action is lost, the state is read again and nothing is sent on a guess. A reboot that
    cannot be seen then fails with a message that says how to find out.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_om_instance_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Keep the O&M instance running
  huaweicloud.dbops.dbss_om_instance:
    name: om-prod
    state: started

- name: Restart it by its ID and allow for half an hour
  huaweicloud.dbops.dbss_om_instance:
    instance_id: e8a4c6b2-91d0-4f37-b5e8-7c2a0d1f3e49
    state: restarted
    wait_timeout: 1800

- name: Keep its settings, whatever its power
  huaweicloud.dbops.dbss_om_instance:
    name: om-prod
    state: present
    security_group_ids:
      - 3a4b5c6d-7e8f-4a9b-8c1d-2e3f4a5b6c7d
    eip:
      address: 203.0.113.7
      id: 7d1c2b3a-4e5f-4a6b-8c9d-0e1f2a3b4c5d

- name: Unbind its EIP
  huaweicloud.dbops.dbss_om_instance:
    name: om-prod
    state: present
    eip: {}

- name: Give the console's administrator another password
  huaweicloud.dbops.dbss_om_instance:
    name: om-prod
    state: present
    console_user: sysadmin
    console_password: "{{ console_password_from_a_vault }}"
    update_console_password: always
  vars:
    console_password_from_a_vault: an-example-of-a-password
"""

RETURN = r"""
instance:
  description: The O&M instance, as the service describes it after the change, or as it would be in check mode.
  returned: when O(instance_id) or O(name) is given and names an instance
  type: dict
  sample:
    instance_id: e8a4c6b2-91d0-4f37-b5e8-7c2a0d1f3e49
    name: om-prod
    status: ACTIVE
    task: NO_TASK
    nodes:
      - name: om-node-0
        status: ACTIVE
        task_status: NO_TASK
actions:
  description:
    - The actions taken, in order, or those that would be taken in check mode. Changes of the power are V(start),
      V(stop) and V(reboot). All others are called as the operation of the API.
  returned: when O(instance_id) or O(name) is given and names an instance
  type: list
  elements: str
  sample:
    - start
instances:
  description: The O&M instances named in O(instances).
  returned: when O(instances) is given and each one names an instance
  type: list
  elements: dict
  contains:
    instance_id:
      description: The ID of the instance. All other keys of RV(instance) come with it.
      type: str
    changed:
      description: Whether an action was taken on this instance.
      type: bool
    actions:
      description: The actions taken on this instance, in order.
      type: list
      elements: str
failed_instances:
  description: Those of O(instances) that could not be brought to the wanted state.
  returned: when O(instances) is given and each one names an instance
  type: list
  elements: dict
  contains:
    instance_id:
      description: The ID of the instance.
      type: str
    name:
      description: The name of the instance.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
missing:
  description: The references in O(instances) that match nothing, as given. Empty unless O(skip_missing=true).
  returned: when O(instances) is given and each one names an instance
  type: list
  elements: str
  version_added: 1.1.0
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: stopOmInstance
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
      sample: DBSS.10020131
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import converge_named
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import OmInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import (
    CONSTRAINTS,
    Instances,
    options_of,
    wanted_of,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.node_instances import OM_INSTANCES, OWN


def main() -> None:
    """Run the module."""
    with Frame(options_of(OM_INSTANCES, OWN), acts=True, **CONSTRAINTS) as frame:
        wanted = wanted_of(OM_INSTANCES, frame.options)
        frame.warn(OM_INSTANCES.warnings(wanted))
        if wanted["console_password"]:
            frame.client.hide(wanted["console_password"])
        resource = Instances(OM_INSTANCES, OmInstances(frame.client), frame.client, wanted, frame.each)
        converge_named(frame, resource)


if __name__ == "__main__":
    main()
