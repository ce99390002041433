# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role's variable says, yes or no, however it was written: in YAML, in a survey, or with C(-e)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flag
short_description: Turn whatever says yes or no into a boolean
version_added: 1.1.0
description:
  - Returns a boolean, by the words that Ansible takes for one in an option of that type, such as V(true), V(yes),
    V(y), V(on) and V(1). V(null) and text without anything in it mean nothing, so that the default counts.
  - The roles of this collection use it, so that a variable means the same however it came, and what its argument
    specification accepts is also understood.
positional: default
options:
  _input:
    description: A boolean, text, a number, or V(null).
    type: raw
    required: true
  default:
    description: What counts when the value says nothing.
    type: bool
    default: false
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Understand the answer of a survey
  ansible.builtin.assert:
    that:
      - "'y' | huaweicloud.dbops.flag"
      - not 'off' | huaweicloud.dbops.flag
      - none | huaweicloud.dbops.flag(true)
"""

RETURN = r"""
_value:
  description: What the value says.
  type: bool
"""

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean


def flag(value: Any, default: bool = False) -> bool:
    """Return what the value says; value, default and result are as the documentation says.

    @raises ValueError: when it says neither yes nor no
    """
    text = value.strip() if isinstance(value, str) else value
    if text in (None, ""):
        return default
    try:
        return bool(boolean(text))
    except TypeError:
        raise ValueError(f"{value!r} is neither true nor false.") from None


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> dict[str, Any]:
        """Return each filter by its name."""
        return {"flag": flag}
