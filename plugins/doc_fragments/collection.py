# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  instance_id:
    description:
      - The ID of the audit instance.
    type: str
  instance_name:
    description:
      - The name of the audit instance. This costs one more call, to find its ID. The task then also waits for an
        instance that is busy, and says so when it does not run.
    type: str
  state:
    description:
      - V(present) creates what is missing and changes what differs.
      - V(absent) deletes.
      - V(enabled) and V(disabled) do the same as V(present), and also turn on or off.
    type: str
    choices:
      - present
      - absent
      - enabled
      - disabled
    default: present
  concurrency:
    description:
      - At most how many changes are sent at the same time, where one call takes one record.
    type: int
    default: 8
notes:
  - What a task does not give stays as it is.
  - A record that cannot be changed does not stop the others. The task fails at the end and names each one with its
    error.
  - The task ends when the listing of the service shows what was done. With O(wait=false) it ends at the answers.
  - Nothing that creates is ever sent twice. Is an answer lost, a record that was not there before and is what the
    task asks for counts as created; without one, the task fails and says that the outcome is unknown.
"""

    # Records that are known by a name.
    NAMED = r"""
options:
  purge:
    description:
      - Also delete every custom record of the audit instance that the task does not name. What came with the
        instance stays. The result has what was deleted in RV(purged), from which it can be made again.
    type: bool
    default: false
notes:
  - Names are told apart by upper and lower case. Of two records of one name the task has to give the ID.
"""

    # Records that are known by what they are.
    FIXED = r"""
options:
  recreate:
    description:
      - What cannot be changed in place fails the task, which names each field with its current and its wanted value.
        With V(true) such a record is deleted and made anew instead.
    type: bool
    default: false
"""
