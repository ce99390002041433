# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies that are wanted: what every instance gets, and what each has of its own."""

from __future__ import annotations

DOCUMENTATION = r"""
name: dbss_audit_policies
short_description: Lay the policies of audit instances over what all of them share
version_added: 1.1.0
description:
  - Returns the policies with all that a base has for every instance. What a policy says wins. Settings and tags are
    merged by key. Lists are merged by what names a record, and the row of a policy replaces the row of the base as a
    whole.
  - The role P(huaweicloud.dbops.dbss_audit_policy#role) applies what comes of it.
positional: base
options:
  _input:
    description:
      - The policies, each with an C(instance) and sections as
        P(huaweicloud.dbops.dbss_audit_policy_info#module) returns them. A text is read as YAML.
    type: raw
    required: true
  base:
    description:
      - The sections that every instance gets. A text is read as YAML.
    type: raw
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Show what is wanted of an instance
  ansible.builtin.debug:
    msg: "{{ policies | huaweicloud.dbops.dbss_audit_policies(base) }}"
  vars:
    base:
      settings:
        mask_sensitive_data: true
        retention_days: 180
    policies:
      - instance: audit-prod
        settings:
          retention_days: 365
"""

RETURN = r"""
_value:
  description: The policies, one for each instance, in their order.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.documents import check_document
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.policy import RECORDS, SECTIONS, VALUES
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError, printable

Document = dict[str, Any]

# What names a record of a section: the first of these that it has, or all of a group.
_IDENTITIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "databases": (("id",), ("rds_id",), ("rds_name",), ("ip", "port", "type", "instance_name")),
    "agents": (("id", "database"), ("share_agent_id", "database"), ("database", "agent_type", "agent_ip", "agent_os")),
    "whitelist": (("id",), ("sql",)),
}
_BY_NAME = (("id",), ("name",))


def policies(documents: Any, base: Any = None) -> list[Document]:
    """Return the policies laid over the base; the arguments and the result are as the documentation says.

    @raises AnsibleFilterError: when one of them is not in the form of a policy
    """
    found, shared = _read(documents, "policies"), _read(base, "base") or {}
    if not isinstance(found, list):
        raise AnsibleFilterError("The policies are no list: give one item for each audit instance.")
    if not isinstance(shared, Mapping):
        raise AnsibleFilterError("The base is no dictionary of sections.")
    try:
        for one in ({"instance": "all", **shared}, *found):
            check_document(one, VALUES, list(RECORDS))
    except UsageError as error:
        raise AnsibleFilterError(str(error)) from None
    names = [one["instance"] for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise AnsibleFilterError(printable(f"There are two policies of {twice!r}: put them into one."))
    return [_laid_over(shared, one) for one in found]


def _read(value: Any, what: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f" in line {place.line + 1}" if place else ""
        raise AnsibleFilterError(f"The {what} cannot be read as YAML{where}.") from None


def _laid_over(base: Mapping[str, Any], document: Mapping[str, Any]) -> Document:
    merged: Document = {"instance": document["instance"]}
    for section in SECTIONS:
        below, above = base.get(section), document.get(section)
        if above is None or below is None:
            value = below if above is None else above
        elif section in RECORDS:
            value = _rows(section, below, above)
        elif isinstance(above, Mapping):
            value = _keys(below, above)
        else:
            value = above
        if value is not None:
            merged[section] = value
    return merged


def _keys(below: Mapping[str, Any], above: Mapping[str, Any]) -> Document:
    """Return both by key, and one level deeper where both have a dictionary."""
    deep = {
        key: {**below[key], **value}
        for key, value in above.items()
        if isinstance(value, Mapping) and isinstance(below.get(key), Mapping)
    }
    return {**below, **above, **deep}


def _rows(section: str, below: list[Any], above: list[Any]) -> list[Any]:
    """Return the rows of both; one above replaces the one below that has its name."""
    own = {_identity(section, row): row for row in above}
    shared = {_identity(section, row): row for row in below}
    return [
        *(own.get(key, row) for key, row in shared.items()),
        *(row for key, row in own.items() if key not in shared),
    ]


def _identity(section: str, row: Mapping[str, Any]) -> Any:
    for keys in _IDENTITIES.get(section, _BY_NAME):
        if row.get(keys[0]) not in (None, ""):
            return (keys, *(str(row.get(key)) for key in keys))
    return repr(row)


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> dict[str, Any]:
        """Return each filter by its name."""
        return {"dbss_audit_policies": policies}
