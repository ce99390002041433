# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the audit baseline is about: which instances and databases are judged, and what has to be done to them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: dbss_audit_baseline_selection
short_description: Choose the audit instances and databases that the audit baseline is about
version_added: 1.1.0
description:
  - Finds the audit instances to judge and the databases to leave alone among what was read, and says what has to be
    done. This is the part of the role P(huaweicloud.dbops.dbss_audit_baseline#role) that decides what is changed.
positional: instances, exclude, start, allow_empty
options:
  _input:
    description:
      - What was read, a dictionary with the results of P(huaweicloud.dbops.dbss_audit_instance_info#module)
        (C(instances)) and P(huaweicloud.dbops.dbss_audit_database_info#module) (C(databases), C(failed_instances),
        C(project)).
    type: dict
    required: true
  instances:
    description:
      - IDs and names of the audit instances to judge. An ID wins over a name. Without any, all of them.
    type: list
    elements: str
    default: []
  exclude:
    description:
      - IDs and names of databases that are left alone. A name stands for every database of that name.
    type: list
    elements: str
    default: []
  start:
    description:
      - Whether audit instances that do not run are to be started.
    type: bool
    default: true
  allow_empty:
    description:
      - Whether it is expected that there is nothing to judge.
    type: bool
    default: false
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read the audit instances
  huaweicloud.dbops.dbss_audit_instance_info:
  register: instances

- name: Read their databases
  huaweicloud.dbops.dbss_audit_database_info:
  register: databases

- name: Say what the baseline would do to one instance
  ansible.builtin.debug:
    var: instances | combine(databases) | huaweicloud.dbops.dbss_audit_baseline_selection(['audit-prod'], ['legacy'])
"""

RETURN = r"""
_value:
  description: What the baseline is about.
  type: dict
  contains:
    instances:
      description: IDs of the audit instances to judge.
      type: list
      elements: str
    excluded:
      description: IDs of the databases that are left alone.
      type: list
      elements: str
    start:
      description: IDs of the instances to judge that are to be started, or that are just busy.
      type: list
      elements: str
    switch:
      description:
        - The databases to turn auditing on for, by instance. Each item is a list of the ID of the instance, the IDs of
          the databases, and a text that names them.
      type: list
      elements: list
    problems:
      description:
        - One sentence for each reason not to go on. There is one when a reference matches nothing or is unclear, and
          when there is nothing to judge, unless O(allow_empty=true).
      type: list
      elements: str
"""

from collections.abc import Sequence
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.filter.dbss_audit_baseline import by_name
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AUDIT_INSTANCE, DATABASE
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import Node
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError, printable

Record = dict[str, Any]


def select(
    found: Record,
    instances: Sequence[str] = (),
    exclude: Sequence[str] = (),
    start: bool = True,
    allow_empty: bool = False,
) -> Record:
    """Return what the baseline is about; all arguments and the result are as the documentation says."""
    problems = []
    chosen = found["instances"]
    try:
        chosen = find(chosen, AUDIT_INSTANCE, instances) if instances else chosen
    except UsageError as error:
        problems.append(str(error))
    excluded = [record for record in found["databases"] if _named(record) & set(exclude)]
    unknown = set(exclude).difference(*map(_named, excluded))
    try:
        find(found["databases"], DATABASE, [reference for reference in exclude if reference in unknown])
    except UsageError as error:
        unread = [AUDIT_INSTANCE.describe(record) for record in found.get("failed_instances", ())]
        problems.append(str(error) + "".join(f" The databases of {one} could not be read." for one in unread))

    left_alone = {record["id"] for record in excluded}
    judged: dict[str, list[Record]] = {record["id"]: [] for record in by_name(chosen)}
    for record in by_name(found["databases"]):
        if record["instance_id"] in judged and record["id"] not in left_alone:
            judged[record["instance_id"]].append(record)
    if not problems and not allow_empty:
        problems += _nothing_to_judge(found, judged)
    to_switch = {key: [one for one in databases if one["status"] != "ON"] for key, databases in judged.items()}
    return {
        "instances": list(judged),
        "excluded": sorted(left_alone),
        "start": [record["id"] for record in by_name(chosen) if start and not _runs(record)],
        "switch": [[key, [one["id"] for one in rows], _label(rows)] for key, rows in to_switch.items() if rows],
        "problems": [printable(problem) for problem in problems],
    }


def _named(record: Record) -> set[str]:
    """Return what names a record: its ID, and its name if it has one."""
    return {record["id"], record.get("name") or record["id"]}


def _runs(instance: Record) -> bool:
    node = Node(instance["status"], instance.get("task"))
    return node.status == "ACTIVE" and node.idle


def _label(databases: list[Record]) -> str:
    names = [record.get("name") or record["id"] for record in databases]
    return printable(f"{databases[0].get('instance_name') or databases[0]['instance_id']}: {', '.join(names)}")


def _nothing_to_judge(found: Record, judged: dict[str, list[Record]]) -> list[str]:
    """Return the sentence that says why no database can be judged, if none can."""
    if any(judged.values()) or any(record["id"] in judged for record in found.get("failed_instances", ())):
        return []
    if not judged:
        why = f"{_place(found.get('project') or {})} has no audit instance"
    elif any(record["instance_id"] in judged for record in found["databases"]):
        why = "every database is excluded"
    else:
        why = "the audit instances have no database"
    return [f"There is nothing to judge: {why}. If this is expected, set dbss_audit_baseline_allow_empty to true."]


def _place(project: Record) -> str:
    """Return C(project cn-north-4 (0f1e…) in region cn-north-4), or what of it is known."""
    name, project_id, region = (project.get(key) for key in ("name", "id", "region"))
    words = f"{name} ({project_id})" if name and project_id else name or project_id
    return " ".join(filter(None, ["project" if words else "the project", words, region and f"in region {region}"]))


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> Record:
        """Return each filter by its name."""
        return {"dbss_audit_baseline_selection": select}
