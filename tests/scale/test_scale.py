# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs the service when there is a lot of everything: calls, calls at once, connections. Never seconds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS

from tests.emulator.fixtures import Emulator
from tests.faults import stage
from tests.scale.conftest import Company, identifier

INSTANCE = identifier("instance", 0)


def run(emulator: Emulator, module: str, **options: Any) -> stage.Outcome:
    """Run a module in real time."""
    return stage.run(module, options, emulator.env, stage.REAL)


def quickly(emulator: Emulator, module: str, **options: Any) -> stage.Outcome:
    """Run a module while sleeping lets the embedded cloud's time pass instead of ours."""
    return stage.run(module, options, emulator.env, stage.fast(emulator.advance))


def calls(emulator: Emulator) -> Counter[str]:
    """Return how often each operation was called."""
    return Counter(request["operation"] for request in emulator.requests())


@pytest.mark.parametrize("concurrency", [1, 4, 8])
def test_switches_are_bounded_and_read_once_before_and_once_after(
    emulator: Emulator, company: Company, concurrency: int
) -> None:
    company.fill(databases=200)
    emulator.settings(latency=0.01)
    done = run(emulator, "dbss_audit_database", instance_id=INSTANCE, all_databases=True, concurrency=concurrency)
    counters = emulator.counters()
    assert done.result["changed"] and len(done.result["databases"]) == 200 and not done.result["failed_databases"]
    assert calls(emulator) == {"listAuditDatabasesV2": 2, "switchAuditDatabaseV3": 200}
    assert counters["peak_in_flight"] == concurrency
    assert counters["connections"] == concurrency
    emulator.reset()


def test_a_second_run_costs_one_listing(emulator: Emulator, company: Company) -> None:
    company.fill(databases=500, status="ON")
    done = run(emulator, "dbss_audit_database", instance_id=INSTANCE, all_databases=True)
    assert not done.result["changed"]
    assert calls(emulator) == {"listAuditDatabasesV2": 1}


def test_one_throttled_call_holds_all_back_for_a_while(emulator: Emulator, company: Company) -> None:
    company.fill(databases=60)
    emulator.settings(latency=0.2)  # long beside what a thread takes to notice an answer
    emulator.fault("throttle", {"operation": "switchAuditDatabaseV3"}, skip=10, times=1, retry_after=20)
    done = quickly(emulator, "dbss_audit_database", instance_id=INSTANCE, all_databases=True, concurrency=4)
    switches = emulator.requests(operation="switchAuditDatabaseV3")
    refused = next(request for request in switches if request["status"] == 429)
    meanwhile = [request for request in switches if 0 < request["time"] - refused["time"] < 20]
    afterwards = [request for request in switches if request["time"] - refused["time"] >= 20]
    assert not done.failed and len(done.result["databases"]) == 60
    assert len(switches) == 61 and Counter(request["status"] for request in switches) == {200: 60, 429: 1}
    assert len(meanwhile) <= 4, "no more than what was already on its way"
    assert len(afterwards) > 40
    assert emulator.counters()["peak_in_flight"] == 4
    assert max(request["time"] for request in afterwards) - min(request["time"] for request in afterwards) < 20


def test_databases_of_many_instances_are_read_many_at_a_time(emulator: Emulator, company: Company) -> None:
    company.fill(instances=40, databases=3)
    emulator.settings(latency=0.2)  # long beside what starting a thread takes
    emulator.fault("error", {"path": identifier("instance", 7)}, status=403, times=-1)
    done = run(emulator, "dbss_audit_database_info")
    counters = emulator.counters()
    assert calls(emulator) == {"listAuditInstances": 1, "listAuditDatabasesV2": 40}
    assert counters["peak_in_flight"] == READERS and counters["connections"] == READERS
    assert done.failed and [row["name"] for row in done.result["failed_instances"]] == ["instance-7"]
    assert "instance-7" in done.result["msg"]
    rows = Counter(row["instance_name"] for row in done.result["databases"])
    assert len(rows) == 39 and set(rows.values()) == {3}


def test_accounts_of_many_clusters_are_read_many_at_a_time(emulator: Emulator, company: Company) -> None:
    company.fill(clusters=60)
    emulator.settings(latency=0.2)
    emulator.fault("error", {"path": identifier("cluster", 5)}, status=403, times=-1)
    done = run(emulator, "dws_om_user_info")
    assert calls(emulator) == {"listClusters": 1, "getOmUserStatus": 60}
    assert emulator.counters()["peak_in_flight"] == READERS
    assert done.failed and [row["id"] for row in done.result["failed_clusters"]] == [identifier("cluster", 5)]
    assert len({row["cluster_id"] for row in done.result["om_users"]}) == 59


def test_fewer_are_read_at_a_time_once_the_service_asks_for_fewer(emulator: Emulator, company: Company) -> None:
    latency = 0.2
    company.fill(clusters=150)
    emulator.settings(latency=latency)
    emulator.fault("throttle", {"operation": "getOmUserStatus"}, skip=30, times=1, retry_after=2)
    done = run(emulator, "dws_om_user_info")
    reads = emulator.requests(operation="getOmUserStatus")
    refused = next(request for request in reads if request["status"] == 429)
    times = [request["time"] for request in reads if request["time"] > refused["time"] + 1]
    at_once = max(sum(0 <= other - time < latency / 2 for other in times) for time in times)
    assert not done.failed and len(done.result["om_users"]) == 150
    assert len(times) > 50
    assert at_once <= READERS // 2


@pytest.mark.parametrize(
    ("rows", "page_cap", "pages"),
    [
        pytest.param(0, None, 1, id="none"),
        pytest.param(10_000, None, 1, id="one full page"),
        pytest.param(10_001, None, 2, id="one more than a page"),
        pytest.param(1_000, 300, 4, id="pages capped lower"),
    ],
)
def test_a_listing_takes_as_few_pages_as_possible(
    emulator: Emulator, company: Company, rows: int, page_cap: int | None, pages: int
) -> None:
    company.fill(databases=rows)
    emulator.settings(page_cap=page_cap)
    done = run(emulator, "dbss_audit_database_info", instance_id=INSTANCE)
    assert calls(emulator)["listAuditDatabasesV2"] == pages
    assert len({row["id"] for row in done.result["databases"]}) == len(done.result["databases"]) == rows


@pytest.mark.parametrize("many", [1, 25])
def test_one_loop_over_one_listing_settles_all_instances(emulator: Emulator, company: Company, many: int) -> None:
    company.fill(instances=many)
    emulator.settings(transition=20)
    names = [f"instance-{number}" for number in range(many)]
    done = quickly(emulator, "dbss_audit_instance", instances=names, state="stopped", concurrency=5)
    assert [row["status"] for row in done.result["instances"]] == ["SHUTOFF"] * many
    assert all(row["changed"] and row["actions"] == ["stop"] for row in done.result["instances"])
    # Looks after 0, 0.5, 0.75 … s, growing by half up to wait_sleep: nine within 20 s, and the first reading.
    listings = calls(emulator)["listAuditInstances"]
    assert calls(emulator)["stopAuditInstance"] == many
    assert 9 <= listings <= 11
    assert emulator.counters()["peak_in_flight"] <= 5


def test_accounts_of_many_clusters_are_opened_a_few_at_a_time(emulator: Emulator, company: Company) -> None:
    company.fill(clusters=30)
    emulator.settings(latency=0.02)
    ids = [identifier("cluster", number) for number in range(30)]
    done = run(emulator, "dws_om_user", clusters=ids, min_validity="16h", concurrency=6)
    assert all(row["actions"] == ["addOmUser", "increaseOmUserPeriod"] for row in done.result["om_users"])
    assert calls(emulator) == {"getOmUserStatus": 30, "runOmUserAction": 60}
    counters = emulator.counters()
    assert counters["peak_in_flight"] == 6 and counters["connections"] == 6


# --- Rules and registration ---

RULES = [{"name": f"rule-{number}", "risk_level": "low", "regex": f"x{number}"} for number in range(500)]
SELF_BUILT = [
    {"name": "db", "type": "MYSQL", "version": "8.0", "ip": "192.168.0.1", "port": 3000 + number, "os": "LINUX64"}
    for number in range(200)
]


def test_rules_are_created_by_a_call_each_and_held_by_one_listing(emulator: Emulator, company: Company) -> None:
    company.fill()
    options = {"instance_id": INSTANCE, "rules": RULES}
    done = run(emulator, "dbss_audit_sql_rule", **options)
    assert len({row["id"] for row in done.result["rules"]}) == 500
    assert calls(emulator) == {"listSqlInjectionRulesNew": 2, "createSqlInjectionRule": 500}
    before = calls(emulator)
    assert not run(emulator, "dbss_audit_sql_rule", **options).result["changed"]
    assert calls(emulator) - before == {"listSqlInjectionRulesNew": 1}


def test_all_rules_are_switched_by_one_call(emulator: Emulator, company: Company) -> None:
    company.fill()
    names = [{"name": rule["name"], "risk_level": "low"} for rule in RULES]
    run(emulator, "dbss_audit_risk_rule", instance_id=INSTANCE, rules=names)
    before = calls(emulator)
    off = run(emulator, "dbss_audit_risk_rule", instance_id=INSTANCE, all_rules=True, state="disabled")
    assert sum(row["changed"] for row in off.result["rules"]) == 500
    assert calls(emulator) - before == {"listRiskRulesNew": 2, "switchRiskRulesNew": 1}


def test_many_databases_are_registered(emulator: Emulator, company: Company) -> None:
    company.fill()
    options = {"instance_id": INSTANCE, "databases": SELF_BUILT}
    done = run(emulator, "dbss_audit_database_registration", **options)
    assert len({row["id"] for row in done.result["databases"]}) == 200
    assert calls(emulator) == {"listAuditDatabasesV2": 2, "addSelfBuiltDatabaseV2": 200}
    assert emulator.counters()["peak_in_flight"] <= 8
    before = calls(emulator)
    assert not run(emulator, "dbss_audit_database_registration", **options).result["changed"]
    assert calls(emulator) - before == {"listAuditDatabasesV2": 1}
