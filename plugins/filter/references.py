# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role's variable names, however it was written: in YAML, in a survey, or with C(-e)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: references
short_description: Turn whatever names records into a list of IDs and names
version_added: 1.1.0
description:
  - Returns a list of text. A text is taken apart at its commas and line breaks, an item of a list at its line breaks
    only; blanks around an item, empty items and V(null) mean nothing; a number that YAML made of a name becomes text
    again.
  - The roles of this collection use it, so that a variable means the same however it came.
options:
  _input:
    description: IDs and names, as a list, as text, as a single number, or V(null).
    type: raw
    required: true
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Take apart what was pasted
  ansible.builtin.assert:
    that:
      - "'orders, billing' | huaweicloud.dbops.references == ['orders', 'billing']"
      - "[2019, ' orders\n'] | huaweicloud.dbops.references == ['2019', 'orders']"
      - none | huaweicloud.dbops.references == []
"""

RETURN = r"""
_value:
  description: The IDs and names.
  type: list
  elements: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import lookup


def references(value: Any) -> list[str]:
    """Return the IDs and names; value and result are as the documentation says."""
    if value is None:
        return []
    items = value if isinstance(value, (list, tuple)) else str(value).split(",")
    return lookup.references([str(item) for item in items if item is not None])


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> dict[str, Any]:
        """Return each filter by its name."""
        return {"references": references}
