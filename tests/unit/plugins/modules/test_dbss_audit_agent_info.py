# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_agent_info: the databases of each instance, then the agents of each database."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, BILLING, ORDERS, databases
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, sample, together

MODULE = "dbss_audit_agent_info"
AGENT = sample("listAgentsV3.200")["agents"][0]


def agents(*rows, of=ORDERS):
    """Return the call that lists the agents of a database."""
    path = f"/v3/{PROJECT}/audit/{AUDIT.ids[0]}/agents"
    return Call("dbss", "GET", path, query={"db_id": of["id"]}, answer={"agents": list(rows)})


FIRST = ({}, AUDIT.lists())
LISTED = "listAuditInstances"
RUNS = [
    ({}, [AUDIT.lists(ACTIVE), databases(ORDERS), agents(AGENT)], False),
    ({}, [AUDIT.lists(ACTIVE), databases(ORDERS), agents().but(400, fault("DBSS.10020102", "no"))], True),
]


def test_a_shared_agent_comes_for_each_database(bench):
    calls = [
        AUDIT.lists(ACTIVE),
        databases(ORDERS, BILLING),
        together(agents(AGENT), agents({**AGENT, "datacap_status": 2}, of=BILLING)),
    ]
    rows = bench.run(MODULE, {}, calls)["agents"]
    assert [(row["id"], row["database"], row["state"]) for row in rows] == [
        (AGENT["agent_id"], "orders", "running"),
        (AGENT["agent_id"], "billing", "sleeping"),
    ]
    assert rows[0]["instance_name"] == "audit-prod"


def test_one_database(bench):
    calls = [AUDIT.lists(ACTIVE), databases(ORDERS, BILLING), agents(of=BILLING)]
    options = {"instance_name": "audit-prod", "database": "billing"}
    assert bench.run(MODULE, options, calls)["agents"] == []
    outcome = bench.run(MODULE, {"database": "billing"}, [], fails=True)
    assert outcome["msg"] == "database says which one of an instance: give instance_id or instance_name too."
