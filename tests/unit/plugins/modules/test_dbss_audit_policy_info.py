# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_policy_info: each section is read once, and held against what is declared."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, BILLING, OFF, ORDERS, databases
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, together
from tests.unit.plugins.modules.test_dbss_audit_agent_info import AGENT, agents
from tests.unit.plugins.modules.test_dbss_audit_instance import reads_tags
from tests.unit.plugins.modules.test_dbss_audit_instance_info import tagged
from tests.unit.plugins.modules.test_dbss_audit_rule_info import CUSTOM, ENTRY, detail, risks, sections, whitelist
from tests.unit.plugins.modules.test_dbss_audit_settings_info import reads

MODULE = "dbss_audit_policy_info"
SCOPES, SQLS, MASKS = sections()
EVERYTHING = [
    AUDIT.lists(ACTIVE),
    tagged({0: {"env": "prod"}}),
    together(*reads()),
    databases(ORDERS),
    agents(AGENT),
    SCOPES,
    risks(*CUSTOM),
    detail(CUSTOM[0]),
    SQLS,
    MASKS,
    whitelist(ENTRY),
]
SECTIONS = [
    *("power", "settings", "tags", "databases", "agents", "scopes"),
    *("risk_rules", "sql_rules", "mask_rules", "whitelist"),
]

FIRST = ({}, AUDIT.lists())
LISTED = "listAuditInstances"
RUNS = [
    ({}, EVERYTHING, False),
    (
        {"declared": [{"instance": "audit-prod", "power": "stopped"}, {"instance": "nobody", "power": "started"}]},
        [AUDIT.lists(ACTIVE)],
        False,
    ),
    (
        {"gather": ["whitelist"]},
        [AUDIT.lists(ACTIVE), databases().but(400, fault("DBSS.10020102", "no"))],
        True,
    ),
]


def test_all_that_can_be_kept_is_read_once(bench):
    outcome = bench.run(MODULE, {}, EVERYTHING)
    [policy] = outcome["policies"]
    assert list(policy) == ["instance", *SECTIONS, "unreadable"]
    assert policy["instance"] == "audit-prod"
    assert policy["power"] == "started"
    assert policy["tags"] == {"env": "prod"}
    assert policy["settings"]["alarm_notification"]["topic_urn"] == "urn:smn:x"
    assert "retention_days_max" not in policy["settings"]
    assert policy["databases"][0]["name"] == "orders"
    assert policy["agents"][0]["database"] == "orders"
    assert policy["unreadable"]["settings"] == {"timezone": []}
    assert "id" not in str({section: [sorted(row) for row in policy[section]] for section in SECTIONS[3:]}).split("'")


def test_what_was_read_is_as_declared(bench):
    policies = bench.run(MODULE, {}, EVERYTHING)["policies"]
    outcome = bench.run(MODULE, {"declared": policies}, EVERYTHING)
    assert outcome["drift"] == []
    assert outcome["as_declared"] > 10


def test_only_declared_sections_are_read(bench):
    declared = [{"instance": "audit-prod", "sql_rules": []}]
    outcome = bench.run(MODULE, {"declared": declared}, [AUDIT.lists(ACTIVE, OFF), SQLS])
    assert {row["difference"] for row in outcome["drift"]} <= {"undeclared"}
    assert outcome["as_declared"] == 0


DECLARED = {
    "power": ({"power": "stopped"}, [], [(None, "differs", "power", "started", "stopped")]),
    "settings": (
        {"settings": {"store_results": True, "alarm_notification": {"cpu_threshold": 50}, "timezone": "UTC"}},
        [together(*reads())],
        [(None, "differs", "store_results", False, True), (None, "differs", "alarm_notification")],
    ),
    "tags": (
        {"tags": {"env": "test", "pci": True}},
        [tagged({0: {"env": "prod", "old": "x"}})],
        [("pci", "missing"), ("env", "differs", "value", "prod", "test"), ("old", "undeclared")],
    ),
    "rules": (
        {"risk_rules": [{"name": "new", "risk_level": "low"}, {"name": CUSTOM[0]["name"], "databases": ["billing"]}]},
        [databases(ORDERS, BILLING), risks(*CUSTOM), detail(CUSTOM[0])],
        [("new", "missing"), (CUSTOM[0]["name"], "differs", "databases")],
    ),
    "databases": (
        {"databases": [{"ip": "10.1.1.1", "port": 3306, "type": "MYSQL"}]},
        [databases(ORDERS)],
        [("MYSQL at 10.1.1.1:3306", "missing"), ("orders", "undeclared")],
    ),
}


@pytest.mark.parametrize(("sections", "calls", "rows"), DECLARED.values(), ids=DECLARED)
def test_drift(bench, sections, calls, rows):
    declared = [{"instance": "audit-prod", **sections}]
    outcome = bench.run(MODULE, {"declared": declared}, [AUDIT.lists(ACTIVE), *calls])
    keys = ("name", "difference", "option", "current", "wanted")
    found = [tuple(row.get(key) for key in keys) for row in outcome["drift"]]
    assert [row[: len(wanted)] for row, wanted in zip(found, rows, strict=True)] == rows


def test_tags_that_the_search_does_not_know_are_read(bench):
    calls = [AUDIT.lists(ACTIVE), tagged({}), reads_tags(env="prod")]
    outcome = bench.run(MODULE, {"gather": ["tags"]}, calls)
    assert outcome["policies"][0]["tags"] == {"env": "prod"}


def test_an_instance_that_is_not_there_is_missing(bench):
    declared = [{"instance": "nobody", "power": "started"}]
    outcome = bench.run(MODULE, {"declared": declared}, [AUDIT.lists(ACTIVE)])
    row = {"instance": "nobody", "section": "instance", "name": "nobody", "difference": "missing"}
    assert outcome["drift"] == [row]


def test_what_could_not_be_read_is_not_judged(bench):
    declared = [{"instance": name, "mask_rules": []} for name in AUDIT.names[:2]]
    other = Call(
        "dbss",
        "GET",
        f"/v1/{PROJECT}/audit/{AUDIT.ids[1]}/sensitive/mask/rule",
        query={"limit": "1000"},
        answer={"rules": [], "total": 0},
    )
    no = MASKS.but(400, fault("DBSS.10020102", "no"))
    calls = [AUDIT.lists(ACTIVE, ACTIVE), together(no, other)]
    outcome = bench.run(MODULE, {"declared": declared}, calls, fails=True)
    assert outcome["drift"] == []
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-prod"]
    assert [row["instance"] for row in outcome["policies"]] == ["audit-test"]
    assert outcome["project"]["id"] == PROJECT


def test_an_instance_that_shares_its_name_is_called_by_its_id(bench):
    rows = [AUDIT.row(ACTIVE), {**AUDIT.row(OFF, 1), "name": "audit-prod"}]
    outcome = bench.run(MODULE, {"gather": ["power"]}, [AUDIT.listing(*rows)])
    assert [one["instance"] for one in outcome["policies"]] == list(AUDIT.ids[:2])
    assert [one["power"] for one in outcome["policies"]] == ["started", "stopped"]


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ([{"power": "started"}], "A policy has no instance: say by ID or name which audit instance it is about."),
        (
            [{"instance": "a", "power": "on"}],
            "The power of the policy of 'a' must be started or stopped, not 'on'.",
        ),
    ],
)
def test_declarations_that_make_no_sense(bench, declared, message):
    assert bench.run(MODULE, {"declared": declared}, [], fails=True)["msg"] == message
