# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on the audit baseline: what was found, what was done about it, and what is there now."""

from __future__ import annotations

DOCUMENTATION = r"""
name: dbss_audit_baseline
short_description: Judge DBSS audit instances and databases by the audit baseline
version_added: 1.0.0
description:
  - Compares what was found with what is there now, and says of each audit instance and each database whether it meets
    the baseline. This is the part of the role P(huaweicloud.dbops.dbss_audit_baseline#role) that counts and names.
  - An instance meets the baseline when it is V(ACTIVE), a database when its auditing is V(ON) and does not report
    V(ERROR).
positional: after, started, switched, exclude
options:
  _input:
    description:
      - The state before, a dictionary with the results of P(huaweicloud.dbops.dbss_audit_instance_info#module)
        (C(instances)) and P(huaweicloud.dbops.dbss_audit_database_info#module) (C(databases), C(failed_instances)).
    type: dict
    required: true
  after:
    description:
      - The state now, in the same form.
    type: dict
    required: true
  started:
    description:
      - The result of P(huaweicloud.dbops.dbss_audit_instance#module) for the instances to judge.
    type: dict
    required: true
  switched:
    description:
      - The results of P(huaweicloud.dbops.dbss_audit_database#module), one for each instance with databases to
        switch.
    type: list
    elements: dict
    required: true
  exclude:
    description:
      - IDs and names of databases that are not judged.
    type: list
    elements: str
    default: []
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

- name: See whether the audit instances that the baseline covers run
  huaweicloud.dbops.dbss_audit_instance:
    instances: [audit-prod, audit-test]
  register: started
  check_mode: true

- name: Judge what was found by the audit baseline
  ansible.builtin.set_fact:
    verdict: "{{ found | huaweicloud.dbops.dbss_audit_baseline(found, started, []) }}"
  vars:
    found: "{{ instances | combine(databases) }}"
"""

RETURN = r"""
_value:
  description: The verdict.
  type: dict
  contains:
    summary:
      description:
        - How many C(instances) and C(databases) were judged, and how many of these are C(compliant), C(drifted),
          C(fixed) and C(failed); each is one of the four. C(excluded) counts the databases that were not judged.
      type: dict
    failures:
      description: One sentence for each instance and database that failed.
      type: list
      elements: str
    instances:
      description:
        - The instances that were judged, by name, each with C(id), C(name), C(before), C(after), C(outcome), C(error)
          and C(databases). Databases also have C(type) and C(address). The outcome is one of the four words, or
          C(excluded).
      type: list
      elements: dict
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

Record = dict[str, Any]


def judge(
    before: Record, after: Record, started: Record, switched: Sequence[Record], exclude: Sequence[str] = ()
) -> Record:
    """Return the verdict on the audit baseline; all arguments and the result are as the documentation says."""
    errors: dict[str, list[str]] = {}
    for key, error in _errors(before, after, started, switched):
        errors.setdefault(key, []).append(error)
    now = {record["id"]: record for record in after["instances"]}
    databases_now = {record["id"]: record for record in after["databases"]}
    chosen = {record["id"] for record in (*started["instances"], *started["failed_instances"])}

    instances = []
    for record in _by_name(record for record in before["instances"] if record["id"] in chosen):
        databases = []
        for database in _by_name(one for one in before["databases"] if one["instance_id"] == record["id"]):
            row = _row(database, databases_now, "ON", errors)
            if not {database["id"], database["name"]}.isdisjoint(exclude):
                row.update(outcome="excluded", error=None)
            databases.append({**row, "type": database.get("type"), "address": _address(database)})
        instances.append({**_row(record, now, "ACTIVE", errors), "databases": databases})

    rows = [*instances, *chain.from_iterable(row["databases"] for row in instances)]
    outcomes = Counter(row["outcome"] for row in rows)
    summary = {"instances": len(instances), "databases": len(rows) - len(instances) - outcomes["excluded"]}
    summary.update({word: outcomes[word] for word in ("compliant", "drifted", "fixed", "failed", "excluded")})
    return {"summary": summary, "instances": instances, "failures": [row["error"] for row in rows if row["error"]]}


def _errors(before: Record, after: Record, started: Record, switched: Sequence[Record]) -> Iterator[tuple[str, str]]:
    """Yield what went wrong: the ID of an instance or a database, and a sentence; the same may come twice."""
    for result in (before, after, started):
        yield from ((row["id"], row["error"]) for row in result.get("failed_instances", ()))
    for result in switched:
        if "failed_databases" not in result:  # it did not come to single databases
            yield result["item"][0], result["msg"]
        yield from ((row["id"], row["error"]) for row in result.get("failed_databases", ()))
    for database in after["databases"]:
        if database["status"] == "ON" and database.get("audit_status") == "ERROR":
            yield (
                database["id"],
                f"The auditing of database {database['name']} ({database['id']}) is on, but it reports ERROR.",
            )


def _row(record: Record, now: dict[str, Record], wanted: str, errors: dict[str, list[str]]) -> Record:
    """Return how an instance or a database fared whose status should be C(wanted)."""
    status = {"before": record["status"], "after": now.get(record["id"], {}).get("status")}
    error = " ".join(dict.fromkeys(errors.get(record["id"], ()))) or None
    if error:
        outcome = "failed"
    elif status["after"] != wanted:
        outcome = "drifted"
    else:
        outcome = "compliant" if status["before"] == wanted else "fixed"
    return {"id": record["id"], "name": record["name"], **status, "outcome": outcome, "error": error}


def _by_name(records: Iterator[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (record["name"], record["id"]))


def _address(database: Record) -> str:
    return ":".join(str(database[key]) for key in ("ip", "port") if database.get(key))


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> Record:
        """Return each filter by its name."""
        return {"dbss_audit_baseline": judge}
