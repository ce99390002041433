# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the change has settled.
      - When V(false), the task ends as soon as the service has accepted the action and returns the last record read.
    type: bool
    default: true
  wait_sleep:
    description:
      - The longest pause between two looks at the state, in seconds. The first looks come sooner, and the pause
        grows.
    type: float
    default: 5
  wait_timeout:
    description:
      - How many seconds the task may take in all. After this time it fails and returns what it has seen and done.
    type: float
    default: 600
"""
