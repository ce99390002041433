# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
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
  state:
    description:
      - V(started) starts the instance unless it runs.
      - V(stopped) stops the instance unless it is off.
      - V(restarted) reboots the instance if it runs, and starts it if it is off. It does so on each run, unless
        somebody else is restarting the instance at this moment; then the task waits for that restart and reports
        no change.
      - A task that is running on the instance is waited for first. With O(wait=false) the module fails instead,
        unless that task leads to the wanted state already.
    type: str
    choices:
      - started
      - stopped
      - restarted
    default: started
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
