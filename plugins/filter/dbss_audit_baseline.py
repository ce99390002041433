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
  - An instance meets the baseline when it is V(ACTIVE). A database meets it when it is really audited, by every word
    that the service has for it. Its auditing is V(ON), its instance is V(ACTIVE), C(audit_status) is not V(ERROR) or
    V(SHUTOFF), and C(rds_audit_switch_mismatch) is not V(true).
positional: after, started, switched, exclude
options:
  _input:
    description:
      - The state before, a dictionary with the results of P(huaweicloud.dbops.dbss_audit_instance_info#module)
        (C(instances)) and P(huaweicloud.dbops.dbss_audit_database_info#module) (C(databases), C(failed_instances)).
        V(null) when it could not be read.
    type: dict
    required: true
  after:
    description:
      - The state now, in the same form. V(null) when it could not be read; what O(started) and O(switched) show then
        counts.
    type: dict
    required: true
  started:
    description:
      - The result of P(huaweicloud.dbops.dbss_audit_instance#module) for the instances that had to be started, if
        there were any.
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
  chosen:
    description:
      - IDs of the instances to judge. Without it, those of O(started).
    type: list
    elements: str
    version_added: 1.1.0
  start:
    description:
      - Whether instances that do not run should be started. If not, a database that is only not audited because its
        instance is V(SHUTOFF) is accepted.
    type: bool
    default: true
    version_added: 1.1.0
  fail_on_drift:
    description:
      - Whether the complaint is also about what has drifted.
    type: bool
    default: false
    version_added: 1.1.0
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
          C(fixed), C(not_effective) and C(failed); each is one of the five. C(excluded) counts the databases that were
          not judged.
      type: dict
    failures:
      description: One sentence for each instance and database that failed.
      type: list
      elements: str
    drift:
      description:
        - The instances and databases that are not as they should be, failed ones included. The role hands this list on.
      type: list
      elements: dict
      version_added: 1.1.0
      contains:
        kind:
          description: V(audit_instance) or V(database).
          type: str
        id:
          description: The ID.
          type: str
        name:
          description: The name, V(null) when it has none.
          type: str
        instance_name:
          description: The name of the audit instance, of an instance its own.
          type: str
        outcome:
          description: V(drifted), V(not_effective) or V(failed).
          type: str
        before:
          description: The status before.
          type: str
        after:
          description: The status now, V(null) when it is not known.
          type: str
        reason:
          description: What is wrong, as a sentence.
          type: str
        accepted:
          description: Whether it is so because the user wants it so, by O(start=false). It is then no complaint.
          type: bool
    complaint:
      description: Why the baseline is not met, naming at most 20 instances and databases. V(null) when it is met.
      type: str
      version_added: 1.1.0
    instances:
      description:
        - The instances that were judged, by name, each with C(id), C(name), C(before), C(after), C(outcome), C(error),
          C(reason) and C(databases). Databases also have C(before_reason), C(type) and C(address). The outcome is one
          of the five words, or C(excluded). C(reason) says why something is not as it should be, and
          C(before_reason) why a database was not audited before.
      type: list
      elements: dict
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.auditing import why_not_audited
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AUDIT_INSTANCE, DATABASE
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import STUCK
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import printable

Record = dict[str, Any]

OUTCOMES = ("compliant", "drifted", "fixed", "not_effective", "failed")
_MOST_NAMED = 20  # instances and databases that a complaint names; the verdict has them all


class _Now(NamedTuple):
    """What is there after the baseline was applied."""

    instances: dict[str, Record]
    databases: dict[str, Record]
    unread: set[str]  # IDs of the instances whose databases could not be read
    expected: dict[str, Record]  # the instances as they will be once they are started


def judge(
    before: Record | None,
    after: Record | None,
    started: Record,
    switched: Sequence[Record],
    exclude: Sequence[str] = (),
    chosen: Sequence[str] | None = None,
    start: bool = True,
    fail_on_drift: bool = False,
) -> Record:
    """Return the verdict on the audit baseline; all arguments and the result are as the documentation says."""
    before = before or {"instances": [], "databases": []}
    after = after or None  # before ansible-core 2.19, null comes out of a template as an empty text
    errors = _errors(before, after or {}, started, switched)
    now = _now(before, after, started, switched)
    if chosen is None:
        chosen = [record["id"] for record in (*started["instances"], *started["failed_instances"])]

    instances, drift = [], []
    for record in by_name(record for record in before["instances"] if record["id"] in chosen):
        databases = []
        for database in by_name(one for one in before["databases"] if one["instance_id"] == record["id"]):
            row = _judge_database(database, record, now, errors.get(database["id"], ()), start)
            if {database["id"], database.get("name")} & set(exclude):
                row.update(outcome="excluded", error=None, reason=None)
            databases.append(row)
        instances.append({**_judge_instance(record, now, errors.get(record["id"], ())), "databases": databases})
        drift += [_drift(row, record) for row in (instances[-1], *databases) if row["reason"]]

    rows = [row for instance in instances for row in (instance, *instance["databases"])]
    outcomes = Counter(row["outcome"] for row in rows)
    summary = {"instances": len(instances), "databases": len(rows) - len(instances) - outcomes["excluded"]}
    summary.update({word: outcomes[word] for word in (*OUTCOMES, "excluded")})
    return {
        "summary": summary,
        "instances": instances,
        "failures": [row["error"] for row in rows if row["error"]],
        "drift": drift,
        "complaint": _complaint(drift, fail_on_drift),
    }


def by_name(records: Iterable[Record]) -> list[Record]:
    """Return the records sorted by name; one without a name counts by its ID."""
    return sorted(records, key=lambda record: (record.get("name") or record["id"], record["id"]))


def _errors(before: Record, after: Record, started: Record, switched: Sequence[Record]) -> dict[str, list[str]]:
    """Return what went wrong: ID of an instance or a database to sentences, each once."""
    pairs = []
    for result in (before, after, started):
        pairs += [(row["id"], row["error"]) for row in result.get("failed_instances", ())]
    for result in switched:
        if "failed_databases" not in result:  # it did not come to single databases
            pairs.append((result["item"][0], result["msg"]))
        pairs += [(row["id"], row["error"]) for row in result.get("failed_databases", ())]
    errors: dict[str, list[str]] = {}
    for key, error in dict.fromkeys(pairs):
        errors.setdefault(key, []).append(error)
    return errors


def _now(before: Record, after: Record | None, started: Record, switched: Sequence[Record]) -> _Now:
    """Return what is there now: as it was read, or else as the modules that changed it have left it."""
    done = {"instances": started.get("instances", ()), "databases": []}
    for result in switched:
        done["databases"] += result.get("databases", ())
    instances, databases = (
        _by_id((*before[key], *done[key]) if after is None else after[key]) for key in ("instances", "databases")
    )
    unread = {row["id"] for row in (after or {}).get("failed_instances", ())}
    return _Now(instances, databases, unread, {**instances, **_by_id(done["instances"])})


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    return {record["id"]: record for record in records}


def _judge_instance(record: Record, now: _Now, errors: Sequence[str]) -> Record:
    """Return how an audit instance fared."""
    current = now.instances.get(record["id"], {})
    status = current.get("status")
    words = _start(AUDIT_INSTANCE.describe(record))
    error = " ".join(errors)
    if not current:
        error = f"{words} has vanished while the baseline was applied."
    elif not error and status in STUCK:
        error = f"{words} {STUCK[status]}."
    if error:
        outcome, reason = "failed", error
    elif status != "ACTIVE":
        outcome, reason = "drifted", f"{words} is {status} and should be ACTIVE."
    else:
        outcome, reason = "compliant" if record["status"] == "ACTIVE" else "fixed", ""
    return _row(record, status, outcome, error, reason)


def _judge_database(record: Record, instance: Record, now: _Now, errors: Sequence[str], start: bool) -> Record:
    """Return how a database of an audit instance fared."""
    current = now.databases.get(record["id"], {})
    current_instance = now.instances.get(instance["id"], {})
    why_before = why_not_audited(record, instance)
    why = why_not_audited(current, current_instance)
    words = f"{_start(DATABASE.describe(record))} of {AUDIT_INSTANCE.describe(instance)}"
    error, accepted = " ".join(errors), False
    if not current:
        what = "could not be read again" if instance["id"] in now.unread else "has vanished"
        error = f"{words} {what} while the baseline was applied."
    if error:
        outcome = "failed"
    elif why is None:
        outcome = "fixed" if why_before else "compliant"
    elif current["status"] != "ON" or _will_be_audited(current, now.expected.get(instance["id"], {})):
        outcome = "drifted"
    else:
        outcome = "not_effective"
        off = not start and current_instance.get("status") == "SHUTOFF"
        accepted = off and _will_be_audited(current, {**current_instance, "status": "ACTIVE"})
    reason = error or (why and f"{words} is not audited: {why}.") or ""
    return {
        **_row(record, current.get("status"), outcome, error, reason, accepted),
        "before_reason": why_before,
        "type": record.get("type"),
        "address": ":".join(str(record[key]) for key in ("ip", "port") if record.get(key)),
    }


def _will_be_audited(database: Record, instance: Record) -> bool:
    """Return whether a database is audited by an instance as it is once it runs; C(audit_status) then follows it."""
    follows = database.get("audit_status") == "SHUTOFF"
    return why_not_audited({**database, "audit_status": None} if follows else database, instance) is None


def _row(record: Record, status: str | None, outcome: str, error: str, reason: str, accepted: bool = False) -> Record:
    return {
        "id": record["id"],
        "name": record.get("name"),
        "before": record["status"],
        "after": status,
        "outcome": outcome,
        "error": printable(error) or None,
        "reason": printable(reason) or None,
        "accepted": accepted,
    }


def _drift(row: Record, instance: Record) -> Record:
    """Return the item of C(drift) for a row that is not as it should be."""
    kind = "audit_instance" if "databases" in row else "database"
    keys = ("id", "name", "outcome", "before", "after", "reason", "accepted")
    return {"kind": kind, "instance_name": instance.get("name"), **{key: row[key] for key in keys}}


def _complaint(drift: Sequence[Record], fail_on_drift: bool) -> str | None:
    """Return the sentences that say why the baseline is not met, those that weigh most first, if it is not."""
    words = {"failed": "failed", "not_effective": "not effective", **({"drifted": "drifted"} if fail_on_drift else {})}
    by_outcome = {
        outcome: [one["reason"] for one in drift if one["outcome"] == outcome and not one["accepted"]]
        for outcome in words
    }
    reasons = [reason for some in by_outcome.values() for reason in some]
    if not reasons:
        return None
    counts = ", ".join(f"{len(some)} {words[outcome]}" for outcome, some in by_outcome.items() if some)
    more = [f"And {len(reasons) - _MOST_NAMED} more."] if len(reasons) > _MOST_NAMED else []
    return " ".join([f"The audit baseline is not met: {counts}.", *reasons[:_MOST_NAMED], *more])


def _start(text: str) -> str:
    return text[0].upper() + text[1:]


class FilterModule:
    """The filters of this file, as Ansible looks for them."""

    def filters(self) -> Record:
        """Return each filter by its name."""
        return {"dbss_audit_baseline": judge}
