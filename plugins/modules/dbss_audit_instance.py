#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_instance
short_description: Manage DBSS audit instances, their power and their settings
version_added: 1.0.0
description:
  - Keeps audit instances of Database Security Service (DBSS) started or stopped, restarts or deletes them.
  - Keeps their settings, with or without a change of their power.
  - The module reads the state first and sends an action only when it is needed. It then waits until the action has
    settled.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.instances
  - huaweicloud.dbops.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(state=restarted) each run restarts the instance.
options:
  state:
    description:
      - V(started) starts the instance unless it runs.
      - V(stopped) stops the instance unless it is off.
      - V(restarted) reboots the instance if it runs, and starts it if it is off. It does so on each run, unless
        somebody else is restarting the instance at this moment; then the task waits for that restart and reports
        no change.
      - V(present) keeps its settings and leaves its power alone.
      - V(upgraded) upgrades the instance when the service has a newer version for it, and waits for the end. The
        instance must run. Upgrades take long; allow for it by O(wait_timeout).
      - V(absent) deletes an instance that is paid on demand, or that is broken (V(ERROR)). One that is not there is no
        change. A subscription that is not broken is refused; the message says until when it is paid and how to
        unsubscribe from it. All that the instance has audited goes with it.
      - A task that is running on the instance is waited for first. With O(wait=false) the module fails instead,
        unless that task leads to the wanted state already.
      - A task that gives no setting and no state means V(started). A task that gives a setting must say the state, so
        that a renaming starts nothing by accident.
    type: str
    choices:
      - started
      - stopped
      - restarted
      - present
      - upgraded
      - absent
  comment:
    description:
      - The remark about the instance. An empty text clears it.
    type: str
    version_added: 1.1.0
  security_group_id:
    description:
      - The ID of the security group that the instance is to be in. An audit instance has exactly one.
    type: str
    version_added: 1.1.0
  tags:
    description:
      - The tags that the instance is to have. Only what differs is sent, and nothing is removed before the rest is
        there. The service's own tags stay as they are.
    type: dict
    version_added: 1.1.0
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed.
    type: bool
    default: true
    version_added: 1.1.0
  delete_publicip:
    description:
      - Whether O(state=absent) releases the elastic IP address (EIP) of the instance, too.
    type: bool
    default: false
    version_added: 1.1.0
  delete_volume:
    description:
      - Whether O(state=absent) removes the disks of the instance, too, with what was audited on them.
    type: bool
    default: false
    version_added: 1.1.0
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
  - module: huaweicloud.dbops.dbss_audit_instance_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Keep the audit instance running
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-prod
    state: started

- name: Stop it by its ID, without waiting for the end
  huaweicloud.dbops.dbss_audit_instance:
    instance_id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    state: stopped
    wait: false

- name: Restart several instances, two at a time
  huaweicloud.dbops.dbss_audit_instance:
    instances:
      - audit-prod
      - c4e81f06-27b9-4d63-a5f2-8d19e0b37c45
    state: restarted
    concurrency: 2

- name: Keep its settings, whatever its power
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-prod
    state: present
    comment: Audits the payment databases
    tags:
      env: prod
      team: payments
      pci: true

- name: Take all tags and the remark away
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-test
    state: present
    comment: ""
    tags: {}

- name: Rename it, which a second run finds done
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-test
    new_name: audit-trial
    state: present

- name: Upgrade it to the newest version and allow for two hours
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-prod
    state: upgraded
    wait_timeout: 7200

- name: Delete what is paid on demand and needed no more, disks included
  huaweicloud.dbops.dbss_audit_instance:
    name: audit-trial
    state: absent
    delete_volume: true
"""

RETURN = r"""
instance:
  description:
    - The audit instance, as the service describes it after the change, or as it would be in check mode. Its status is
      V(DELETED) once it is gone.
    - With O(tags) it has C(tags), a dictionary. With O(state=upgraded) it has C(upgrade), with the C(current_version),
      the C(upgrade_version) and the C(status), which is V(0) during an upgrade, V(1) where one can be started and V(2)
      where none can.
  returned: when O(instance_id) or O(name) is given and names an instance
  type: dict
  sample:
    id: 3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10
    name: audit-prod
    resource_id: 9f2a6c1e-0d3b-4c58-8e77-51b0c4d2e6a8
    status: ACTIVE
    task: NO_TASK
    version: 23.05.02.170021
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
  description: The audit instances named in O(instances).
  returned: when O(instances) is given and each one names an instance
  type: list
  elements: dict
  contains:
    id:
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
    id:
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
      sample: stopAuditInstance
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
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit_instances import AUDIT_INSTANCES, OWN
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AuditInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import (
    CONSTRAINTS,
    Instances,
    options_of,
    wanted_of,
)


def main() -> None:
    """Run the module."""
    with Frame(options_of(AUDIT_INSTANCES, OWN), acts=True, **CONSTRAINTS) as frame:
        wanted = wanted_of(AUDIT_INSTANCES, frame.options)
        frame.warn(AUDIT_INSTANCES.warnings(wanted))
        resource = Instances(AUDIT_INSTANCES, AuditInstances(frame.client), frame.client, wanted, frame.each)
        converge_named(frame, resource)


if __name__ == "__main__":
    main()
