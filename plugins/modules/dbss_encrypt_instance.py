#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_encrypt_instance
short_description: Start, stop or restart DBSS database encryption instances
version_added: 1.1.0
description:
  - Keeps database encryption instances of Database Security Service (DBSS) started or stopped, or restarts them.
  - The module reads the state first and sends an action only when it is needed. It then waits until the action has
    settled.
  - An instance with several nodes is as settled as its least settled node.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.power
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
  - An instance in the status V(ERROR), V(FROZEN) or V(DELETING) cannot be started, stopped or restarted. The
    module fails at once and says what the status means.
  - When the answer to an action is lost, the state is read again and nothing is sent on a guess. A reboot that
    cannot be seen then fails with a message that says how to find out.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_encrypt_instance_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Keep the encryption instance running
  huaweicloud.dbops.dbss_encrypt_instance:
    name: encrypt-prod
    state: started

- name: Restart it by its ID and allow for half an hour
  huaweicloud.dbops.dbss_encrypt_instance:
    instance_id: 1bd7f9e5-c4a3-426b-98ab-af5d30426b7c
    state: restarted
    wait_timeout: 1800
"""

RETURN = r"""
instance:
  description: The encryption instance, as the service describes it after the change, or as it would be in check mode.
  returned: when O(instance_id) or O(name) is given and names an instance
  type: dict
  sample:
    instance_id: 1bd7f9e5-c4a3-426b-98ab-af5d30426b7c
    name: encrypt-prod
    status: ACTIVE
    task: NO_TASK
    nodes:
      - name: encrypt-node-0
        status: ACTIVE
        task_status: NO_TASK
actions:
  description: The actions taken, in order, or those that would be taken in check mode.
  returned: when O(instance_id) or O(name) is given and names an instance
  type: list
  elements: str
  sample:
    - start
instances:
  description: The encryption instances named in O(instances).
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
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: stopEncryptInstance
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import EncryptInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import CONSTRAINTS, OPTIONS, Instances


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, acts=True, **CONSTRAINTS) as frame:
        api = EncryptInstances(frame.client)
        converge_named(frame, api, Instances(api, frame.options["state"]))


if __name__ == "__main__":
    main()
