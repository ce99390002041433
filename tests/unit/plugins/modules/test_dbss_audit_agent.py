# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_agent: agents of several databases at once, known by what they are, shared, limited, switched, removed."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, BILLING, ORDERS, databases, done
from tests.unit.plugins.modules.harness import PROJECT, Call, reset, sample, together

MODULE = "dbss_audit_agent"
INSTANCE = AUDIT.ids[0]
PATH = f"/v3/{PROJECT}/audit/{INSTANCE}/agents"
AGENT = sample("listAgentsV3.200")["agents"][0]
APP = {**AGENT, "agent_id": "Ag9uS9zV3jPq8RxF5aYd", "agent_type": "APP", "agent_ip": "192.168.0.9"}
ITEM = {"database": "orders", "agent_type": "DB", "agent_os": "LINUX64_X86"}
ON_APP = {"database": "orders", "agent_type": "APP", "agent_os": "LINUX64_X86", "agent_ip": "192.168.0.9"}


def lists(*rows, of=ORDERS):
    """Return the call that lists the agents of a database."""
    return Call("dbss", "GET", PATH, query={"db_id": of["id"]}, answer={"agents": list(rows)})


def adds(database=ORDERS, mode=0, **body):
    """Return the call that adds an agent."""
    return done("dbss", "POST", PATH, {"db_id": database["id"], "mode": mode, **body}, "result")


def limits(agent, cpu, memory):
    """Return the call that changes the limits of an agent."""
    path = f"/v2/{PROJECT}/audit/{INSTANCE}/agents/{agent['agent_id']}"
    return done("dbss", "POST", path, {"cpu_threshold": cpu, "mem_threshold": memory}, "result")


def switches(agent, status):
    """Return the call that turns an agent on or off."""
    path = f"/v2/{PROJECT}/audit/{INSTANCE}/agent/switch"
    return done("dbss", "POST", path, {"agent_id": agent["agent_id"], "status": status}, "result")


def removes(agent, database=ORDERS):
    """Return the call that removes an agent from a database."""
    path = f"{PATH}/{agent['agent_id']}"
    return Call("dbss", "DELETE", path, query={"db_id": database["id"]}, answer={"result": "SUCCESS"})


def run(bench, calls, fails=False, check=False, **options):
    """Run the module for the first audit instance."""
    return bench.run(MODULE, {"instance_id": INSTANCE, **options}, calls, fails=fails, check=check)


def actions(outcome):
    """Return the operations of each agent."""
    return [row["actions"] for row in outcome["agents"]]


FIRST = ({"instance_name": "audit-prod", "agents": []}, AUDIT.lists(ACTIVE))
LISTED = "listAuditInstances"
RUNS = [
    (
        {"instance_id": INSTANCE, "agents": [{**ITEM, "cpu_threshold": 60}]},
        [databases(ORDERS), lists(AGENT), limits(AGENT, 60, 80), lists({**AGENT, "cpu_threshold": 60})],
        False,
    ),
    (
        {"instance_id": INSTANCE, "agents": [{**ITEM, "cpu_threshold": 60}]},
        [databases(ORDERS), lists(AGENT), limits(AGENT, 60, 80).but(200, {"result": "FAILED"})],
        True,
    ),
]


def test_what_is_as_wanted_costs_a_listing_of_each_database(bench):
    calls = [databases(ORDERS, BILLING), together(lists(AGENT), lists(AGENT, of=BILLING))]
    outcome = run(bench, calls, agents=[ITEM, {**ITEM, "database": BILLING["id"], "enabled": True}])
    assert actions(outcome) == [[], []]
    assert [row["database"] for row in outcome["agents"]] == ["orders", "billing"]


def test_one_is_added_and_found_again(bench):
    body = {"agent_type": "APP", "agent_os": "LINUX64_X86", "agent_ip": "192.168.0.9", "cpu_threshold": 60}
    calls = [databases(ORDERS), lists(AGENT), adds(**body), lists(AGENT, {**APP, "cpu_threshold": 60})]
    outcome = run(bench, calls, agents=[{**ON_APP, "cpu_threshold": 60}])
    assert actions(outcome) == [["addAgentV3"]]
    assert outcome["agents"][0]["id"] == APP["agent_id"]


def test_one_that_is_born_on_is_turned_off(bench):
    body = {"agent_type": "APP", "agent_os": "LINUX64_X86", "agent_ip": "192.168.0.9"}
    calls = [databases(ORDERS), lists(), adds(**body), lists(APP), switches(APP, 0), lists({**APP, "status": 0})]
    assert actions(run(bench, calls, agents=[ON_APP], state="disabled")) == [["addAgentV3", "switchAgentV2"]]


def test_an_agent_is_shared(bench):
    body = {"agent_type": "DB", "agent_os": "LINUX64_X86", "agent_id": AGENT["agent_id"]}
    calls = [databases(ORDERS, BILLING), lists(of=BILLING), adds(BILLING, 1, **body), lists(AGENT, of=BILLING)]
    shared = {**ITEM, "database": "billing", "share_agent_id": AGENT["agent_id"]}
    assert actions(run(bench, calls, agents=[shared])) == [["addAgentV3"]]
    calls = [databases(ORDERS, BILLING), lists(AGENT, of=BILLING)]
    assert actions(run(bench, calls, agents=[shared])) == [[]]


def test_the_same_agent_of_two_databases_is_removed_from_one(bench):
    calls = [
        databases(ORDERS, BILLING),
        together(lists(AGENT), lists(AGENT, of=BILLING)),
        removes(AGENT, BILLING),
        together(lists(AGENT), lists(of=BILLING)),
    ]
    agents = [{"id": AGENT["agent_id"], "database": "billing"}, {**ON_APP}]
    outcome = run(bench, calls, agents=agents, state="absent")
    assert [row["exists"] for row in outcome["agents"]] == [False, False]
    assert actions(outcome) == [["deleteAgentV3"], []]


def test_what_cannot_be_changed_is_named(bench):
    item = {"id": AGENT["agent_id"], "database": "orders", "agent_ip": "192.168.0.1"}
    outcome = run(bench, [databases(ORDERS), lists(AGENT)], True, agents=[item])
    assert "cannot be changed in place: agent_ip is 192.168.0.88, wanted 192.168.0.1; recreate" in outcome["msg"]


def test_it_is_made_anew_on_demand(bench):
    item = {**ITEM, "id": AGENT["agent_id"], "agent_ip": "192.168.0.1"}
    new = {**AGENT, "agent_id": "Ag9uS9zV3jPq8RxF5aYd", "agent_ip": "192.168.0.1"}
    kept = {key: AGENT[key] for key in ("agent_nic", "cpu_threshold", "mem_threshold")}
    body = {"agent_type": "DB", "agent_os": "LINUX64_X86", "agent_ip": "192.168.0.1", **kept}
    calls = [databases(ORDERS), lists(AGENT), removes(AGENT), adds(**body), lists(new)]
    outcome = run(bench, calls, agents=[item], recreate=True)
    assert (actions(outcome), outcome["agents"][0]["id"]) == ([["deleteAgentV3", "addAgentV3"]], new["agent_id"])
    checked = run(bench, calls[:2], check=True, agents=[item], recreate=True)
    assert actions(checked) == [["deleteAgentV3", "addAgentV3"]]


def test_a_limit_that_the_service_does_not_tell_has_to_be_given(bench):
    row = {**AGENT, "mem_threshold": None}
    outcome = run(bench, [databases(ORDERS), lists(row)], True, agents=[{**ITEM, "cpu_threshold": 60}])
    assert "the service does not tell its mem_threshold: give mem_threshold" in outcome["msg"]


def test_an_addition_whose_answer_is_lost_is_not_sent_again(bench):
    body = {"agent_type": "APP", "agent_os": "LINUX64_X86", "agent_ip": "192.168.0.9"}
    calls = [databases(ORDERS), lists(), adds(**body).fails(reset)]
    assert actions(run(bench, [*calls, lists(APP)], agents=[ON_APP])) == [["addAgentV3"]]
    assert "unknown" in run(bench, [*calls, lists(), lists()], True, agents=[ON_APP])["msg"]


def test_bad_input(bench):
    outcome = run(bench, [], True, agents=[{**ITEM, "cpu_threshold": 101}])
    assert outcome["msg"] == "cpu_threshold of agent 'DB LINUX64_X86' must be from 0 to 100, not 101."
    outcome = run(bench, [databases(ORDERS), lists(AGENT, {**AGENT, "agent_id": APP["agent_id"]})], True, agents=[ITEM])
    assert "2 agents are like DB LINUX64_X86, say which one by its id" in outcome["msg"]
    outcome = run(bench, [databases(ORDERS)], True, agents=[{**ITEM, "database": "order"}])
    assert "Did you mean 'orders'?" in outcome["msg"]
    calls = [databases(ORDERS), lists(AGENT)]
    outcome = run(bench, calls, True, agents=[{"database": "orders"}])
    assert outcome["msg"] == "An item of agents does not say which agent it is about."
    outcome = run(bench, calls, True, agents=[{**ITEM, "agent_type": "APP"}])
    assert "agent_ip must be given" in outcome["msg"]
