# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # What audit, O&M and encryption instances share.
    DOCUMENTATION = r"""
options:
  instance_id:
    description:
      - The ID of the instance.
    type: str
  name:
    description:
      - The name of the instance. It must be the name of exactly one.
    type: str
  instances:
    description:
      - IDs or names of several instances, which are brought to the wanted state together. An ID wins over a name.
      - An unknown or ambiguous name fails the task before anything is changed. See also O(skip_missing).
    type: list
    elements: str
  new_name:
    description:
      - The name that the instance is to have. It must not be the name of another one.
      - When no instance has the O(name) any more and one has O(new_name), the renaming is done, and nothing changes.
      - Not with O(instances).
    type: str
    version_added: 1.1.0
  concurrency:
    description:
      - For at most how many of the O(instances) actions are sent at the same time.
    type: int
    default: 8
  skip_missing:
    description:
      - What happens to a reference in O(instances) that matches nothing. When V(false), it fails the task before
        anything is changed. When V(true), it is left out with a warning and listed in RV(missing), and the rest goes
        on.
      - A name that several instances have fails the task all the same.
    type: bool
    default: false
    version_added: 1.1.0
"""

    # What only O&M and encryption instances have.
    NODES = r"""
options:
  state:
    description:
      - V(started) starts the instance unless it runs.
      - V(stopped) stops the instance unless it is off.
      - V(restarted) reboots the instance if it runs, and starts it if it is off. It does so on each run, unless
        somebody else is restarting the instance at this moment; then the task waits for that restart and reports
        no change.
      - V(present) keeps its settings and leaves its power alone.
      - V(absent) deletes an instance that is paid on demand. One that is not there is no change. A subscription is
        refused, because what becomes of it then is not published. The message says until when it is paid.
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
      - absent
  security_group_ids:
    description:
      - The IDs of the security groups that the instance is to be in.
      - Only one security group of a node can be read. When it is one of these, they count as set. When there are
        several of them, the module warns that it cannot see the others.
    type: list
    elements: str
    version_added: 1.1.0
  update_security_group_ids:
    description:
      - V(always) sends O(security_group_ids) although nothing shows that they differ; each run then counts as a change.
    type: str
    choices:
      - never
      - always
    default: never
    version_added: 1.1.0
  eip:
    description:
      - The elastic IP address (EIP) that is to be bound to the instance. Another one that is bound is unbound first.
      - An empty dictionary unbinds what is bound.
      - A frozen instance takes this with O(state=present), too. Not an address together with O(instances).
    type: dict
    version_added: 1.1.0
    suboptions:
      address:
        description:
          - The address. The service wants it together with its O(eip.id).
        type: str
      id:
        description:
          - The ID of the EIP.
        type: str
  console_user:
    description:
      - The account of the instance's console that gets the O(console_password).
    type: str
    version_added: 1.1.0
  console_password:
    description:
      - The password that the O(console_user) gets. It cannot be read back, so it is sent with
        O(update_console_password=always) only. Otherwise the module warns that it was not sent.
    type: str
    version_added: 1.1.0
  update_console_password:
    description:
      - V(always) sends O(console_password) on each run, which then counts as a change.
    type: str
    choices:
      - never
      - always
    default: never
    version_added: 1.1.0
"""
