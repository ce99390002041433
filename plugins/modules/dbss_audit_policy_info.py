#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_policy_info
short_description: Read all that is set on DBSS audit instances, as policies
version_added: 1.1.0
description:
  - Returns for each audit instance one document that says all that can be kept of it, in the very options of the
    modules that keep it. The role P(huaweicloud.dbops.dbss_audit_policy#role) takes such documents.
  - Holds policies that are declared against what is there, and returns the drift.
  - It changes nothing.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  instances:
    description:
      - IDs or names of the audit instances to read, all by default; with O(declared), by default those of the policies.
    type: list
    elements: str
  gather:
    description:
      - The sections to read, all by default; with O(declared), by default those that the policies have.
    type: list
    elements: str
    choices:
      - power
      - settings
      - tags
      - databases
      - agents
      - scopes
      - risk_rules
      - sql_rules
      - mask_rules
      - whitelist
  declared:
    description:
      - Policies that are declared, as RV(policies) has them. Each has an C(instance), by ID or name, and the sections
        that are kept. What a section does not say is not looked at. RV(drift) tells where they are not as things are.
    type: list
    elements: dict
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_rule_info
  - module: huaweicloud.dbops.dbss_audit_settings_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read all that is set on all audit instances
  huaweicloud.dbops.dbss_audit_policy_info:
  register: estate

- name: Read the rules of one of them
  huaweicloud.dbops.dbss_audit_policy_info:
    instances:
      - audit-prod
    gather:
      - scopes
      - risk_rules
      - sql_rules
      - mask_rules
      - whitelist

- name: See what is not as it is declared
  huaweicloud.dbops.dbss_audit_policy_info:
    declared:
      - instance: audit-prod
        power: started
        settings:
          mask_sensitive_data: true
        risk_rules:
          - name: no-drop-in-production
            risk_level: high
            enabled: true
  register: found
"""

RETURN = r"""
policies:
  description: The policy of each audit instance that could be read, in the order in which the service lists them.
  returned: success
  type: list
  elements: dict
  contains:
    instance:
      description: The name of the instance, or its ID where it has none or shares it with another one.
      type: str
      sample: audit-prod
    power:
      description: C(started) or C(stopped). Left out while the instance is neither.
      returned: when O(gather) names it
      type: str
      sample: started
    settings:
      description: As the options of M(huaweicloud.dbops.dbss_audit_settings).
      returned: when O(gather) names it
      type: dict
    tags:
      description: The tags of the instance.
      returned: when O(gather) names it
      type: dict
    databases:
      description: As O(huaweicloud.dbops.dbss_audit_database_registration#module:databases).
      returned: when O(gather) names it
      type: list
      elements: dict
    agents:
      description: As O(huaweicloud.dbops.dbss_audit_agent#module:agents).
      returned: when O(gather) names it
      type: list
      elements: dict
    scopes:
      description: As O(huaweicloud.dbops.dbss_audit_scope#module:scopes).
      returned: when O(gather) names it
      type: list
      elements: dict
    risk_rules:
      description: As O(huaweicloud.dbops.dbss_audit_risk_rule#module:rules), in the order of their ranks.
      returned: when O(gather) names it
      type: list
      elements: dict
    sql_rules:
      description: As O(huaweicloud.dbops.dbss_audit_sql_rule#module:rules), in their order.
      returned: when O(gather) names it
      type: list
      elements: dict
    mask_rules:
      description: As O(huaweicloud.dbops.dbss_audit_mask_rule#module:rules).
      returned: when O(gather) names it
      type: list
      elements: dict
    whitelist:
      description: As O(huaweicloud.dbops.dbss_audit_whitelist#module:entries).
      returned: when O(gather) names it
      type: list
      elements: dict
    unreadable:
      description: By section the options that cannot be read back, and the records that may have them.
      type: dict
      sample:
        settings:
          timezone: []
        risk_rules:
          exception_ips:
            - no-drop-in-production
instances:
  description: The audit instances of RV(policies), in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
      type: str
drift:
  description: Each thing that is not as O(declared) says. Empty when all is.
  returned: when O(declared) is given
  type: list
  elements: dict
  contains:
    instance:
      description: The instance as its policy names it.
      type: str
      sample: audit-prod
    section:
      description: The section of the policy, or V(instance) when there is no such instance.
      type: str
      sample: risk_rules
    name:
      description: The name of the record. V(null) for what is no record.
      type: str
      sample: no-drop-in-production
    difference:
      description:
        - V(missing) when it is declared and not there, V(differs) when it is otherwise, V(undeclared) when it is there
          and its section does not name it.
      type: str
      sample: differs
    option:
      description: The option that differs. V(order) for the order of SQL rules.
      returned: when RV(drift[].difference) is V(differs)
      type: str
      sample: risk_level
    current:
      description: What it is.
      returned: when RV(drift[].difference) is V(differs)
      type: raw
      sample: low
    wanted:
      description: What it is to be.
      returned: when RV(drift[].difference) is V(differs)
      type: raw
      sample: high
as_declared:
  description: How many values and records are as O(declared) says.
  returned: when O(declared) is given
  type: int
  sample: 12
failed_instances:
  description: The audit instances that could not be read as a whole.
  returned: when they could be listed
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
project:
  description: The project that was looked in.
  returned: when the service could be asked
  type: dict
  contains:
    id:
      description: The ID of the project, V(null) when it could not be found out.
      type: str
      sample: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    name:
      description: The name that the project was found by, V(null) when O(project_id) says which one.
      type: str
      sample: cn-north-4
    region:
      description: The region, V(null) when O(endpoints) says where the services are and O(region) is not set.
      type: str
      sample: cn-north-4
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: listScopesNew
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 400
    error_code:
      description: The error code of the service.
      type: str
      sample: APIGW.0301
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import documents
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.collection import Collection
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import look_up, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import all_of
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame, failure
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import policy
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit_instances import (
    clean_tags,
    read_all_tags,
    read_tags,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.settings import SETTINGS, read_setting
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError

OPTIONS: dict[str, Any] = {
    "instances": {"type": "list", "elements": "str"},
    "gather": {"type": "list", "elements": "str", "choices": list(policy.SECTIONS)},
    "declared": {"type": "list", "elements": "dict"},
}
_AT_ONCE = 4  # readings inside of one section of one instance


class Reading:
    """What was read of one audit instance: values and records by section, and the names of its databases."""

    def __init__(self, instance: dict[str, Any], called: str) -> None:
        self.instance = instance
        self.called = called  # what its policy calls it
        self.names: dict[str, str] = {}  # of its databases, by ID
        self.values: dict[str, Any] = {}
        self.records: dict[str, list[dict[str, Any]]] = {}

    def read(self, client: Client, sections: list[str], tags: dict[str, dict[str, str]]) -> Reading:
        """Read these sections. Raises ApiError."""
        instance_id = self.instance["id"]
        if "power" in sections:
            self.values["power"] = policy.POWER.get(self.instance["status"])
        if "tags" in sections:
            known = tags.get(self.instance.get("resource_id") or "")
            self.values["tags"] = read_tags(client, self.instance) if known is None else known
        if "settings" in sections:
            readings = all_of(lambda one: read_setting(client, one, self.instance), SETTINGS, _AT_ONCE)
            self.values["settings"] = {key: value for reading in readings for key, value in reading.items()}
        wanted = [section for section in policy.RECORDS if section in sections]
        referring = {"agents", "scopes", "risk_rules", "whitelist"} & set(wanted)
        if referring or "databases" in wanted:
            databases = Collection(policy.RECORDS["databases"].kind, client, instance_id, False, _AT_ONCE)
            self.records["databases"] = databases.whole()
            self.names = {one["id"]: one["name"] for one in self.records["databases"]}
        for section in wanted:
            if section != "databases":
                collection = Collection(policy.RECORDS[section].kind, client, instance_id, False, _AT_ONCE)
                if section == "agents":
                    collection.places = [{"db_id": one} for one in self.names]
                self.records[section] = collection.whole()
        return self

    def document(self, sections: list[str]) -> dict[str, Any]:
        """Return the policy."""
        unique = {one: name for one, name in self.names.items() if list(self.names.values()).count(name) == 1}
        found: dict[str, Any] = {"instance": self.called}
        unreadable: dict[str, Any] = {}
        for section in (one for one in policy.SECTIONS if one in sections):
            if section in policy.RECORDS:
                kind, brief = policy.RECORDS[section]
                records = self.records[section]
                found[section] = documents.items_of(kind, records, unique, brief)
                hidden = documents.unreadable(kind, records)
                unreadable.update({section: hidden} if hidden else {})
            elif section == "settings":
                found[section] = policy.settings_shown(self.values[section])
                unreadable[section] = {option: [] for option in policy.UNREADABLE_SETTINGS}
            elif self.values[section] is not None:
                found[section] = self.values[section]
        return {**found, "unreadable": unreadable}

    def drift(self, declared: dict[str, Any]) -> list[dict[str, Any]]:
        """Return where the instance is not as it is declared. Raises UsageError."""
        found: list[dict[str, Any]] = []
        for section in (one for one in policy.SECTIONS if declared.get(one) is not None):
            wanted = declared[section]
            if section in policy.RECORDS:
                rows = documents.compare(policy.RECORDS[section].kind, wanted, self.records[section], self.names)
            elif section == "settings":
                differing = policy.settings_differing(wanted, self.values[section])
                rows = documents.rows_of(differing)
            elif section == "tags":
                rows = documents.compare_tags(clean_tags(wanted), self.values[section])
            else:
                now = self.values[section] or self.instance["status"]
                rows = documents.rows_of({section: (now, wanted)} if now != wanted else {})
            found += [{"instance": declared["instance"], "section": section, **row} for row in rows]
        return found


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS) as frame:
        options, client = frame.options, frame.client
        declared = options["declared"]
        for document in declared or []:
            documents.check_document(document, policy.VALUES, list(policy.RECORDS))
        listed = AUDIT.records(client)
        named = options["instances"]
        chosen = listed
        if named is not None:
            chosen = look_up(listed, AUDIT.noun, references(named)).records
        elif declared is not None:
            wanted = [one["instance"] for one in declared]
            chosen = look_up(listed, AUDIT.noun, wanted, skip_missing=True).records
        sections = _sections(options["gather"], declared)
        tags = read_all_tags(client, None) if "tags" in sections and chosen else {}
        names = [one["name"] for one in listed]
        unique = [name for name in names if name and names.count(name) == 1]
        readings = [Reading(one, one["name"] if one["name"] in unique else one["id"]) for one in chosen]
        results = frame.each(lambda one: one.read(client, sections, tags), readings)
        errors = {
            one.instance["id"]: result for one, result in zip(readings, results) if isinstance(result, DbopsError)
        }
        whole = [one for one in readings if one.instance["id"] not in errors]
        failed = [one.instance for one in readings if one.instance["id"] in errors]
        result: dict[str, Any] = {
            "instances": [{"id": one.instance["id"], "name": one.instance["name"]} for one in whole],
            "policies": [one.document(sections) for one in whole],
            "failed_instances": [failure(AUDIT.noun, one, errors[one["id"]]) for one in failed],
            **({} if declared is None else _drift(declared, whole, failed)),
        }
        everything = {**result, "project": client.project}
        frame.report_failures(list(errors.values()), len(readings), AUDIT.noun.many, False, everything)
        frame.exit(**result)


def _sections(gather: list[str] | None, declared: list[dict[str, Any]] | None) -> list[str]:
    if gather is not None:
        return list(gather)
    if declared is None:
        return list(policy.SECTIONS)
    return [section for section in policy.SECTIONS if any(one.get(section) is not None for one in declared)]


def _drift(declared: list[dict[str, Any]], readings: list[Reading], failed: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the drift of the instances that could be read, and how much is as declared. Raises UsageError."""
    by_name = {one.instance["name"]: one for one in readings}
    known = {**by_name, **{one.instance["id"]: one for one in readings}}
    unread = {one[key] for one in failed for key in ("id", "name")}
    drift: list[dict[str, Any]] = []
    kept = 0
    for document in declared:
        wanted = document["instance"]
        if wanted in known:
            found = known[wanted].drift(document)
            drift += found
            kept += documents.as_declared(document, policy.SECTIONS, found)
        elif wanted not in unread:
            row = {"section": "instance", "name": wanted, "difference": documents.MISSING}
            drift.append({"instance": wanted, **row})
    return {"drift": drift, "as_declared": kept}


if __name__ == "__main__":
    main()
