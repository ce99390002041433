# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once on the same thing, and a run that is killed half-way: nothing is done twice."""

from __future__ import annotations

import multiprocessing
import re
import time
from typing import Any, Callable

import pytest

from tests.emulator.fixtures import Emulator
from tests.faults import matrix, stage

CONTEXT = multiprocessing.get_context("fork")
PATIENCE = {"wait_timeout": 60, "wait_sleep": 1}
CASES = {case.title: case for case in matrix.CASES}
POWER = [
    title for title in CASES if re.fullmatch(r"(audit|O&M|cluster) (started|stopped|restarted)|audit absent", title)
]
DATABASES = [title for title, case in CASES.items() if case.module == "dbss_audit_database"]
KINDS = [
    "database removed",
    "agent limited",
    "agent removed",
    "retention set",
    "risk rule deleted",
    "SQL rule changed",
    "mask rule disabled",
    "entry deleted",
    "audit remarked on",
    "audit tagged",
    "encryption moved",
    "encryption bound",
]


def _run(ready: Any, results: Any, module: str, options: dict[str, Any], variables: dict[str, str]) -> None:
    """Run a module in real time, as soon as the other runs are ready too, and hand over its result."""
    ready.wait()
    results.put(stage.run(module, {**PATIENCE, **options}, variables, stage.REAL).result)


def _twice(emulator: Emulator, case: matrix.Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a case in two processes at once; their results, and first that of the one that changed something."""
    # Both have read what there is to do before anything is done.
    emulator.fault("latency", {"operation": case.act}, seconds=1, times=2)
    ready, results = CONTEXT.Barrier(2), CONTEXT.SimpleQueue()
    arguments = (ready, results, case.module, case.options, emulator.env)
    runs = [CONTEXT.Process(target=_run, args=arguments) for number in range(2)]
    for run in runs:
        run.start()
    both = results.get(), results.get()
    for run in runs:
        run.join()
    assert len(emulator.requests(operation=case.act)) >= 2, "they did not meet"
    return both if both[0]["changed"] else both[::-1]


def _counted(emulator: Emulator, case: matrix.Case) -> int:
    """How often something was really done."""
    return sum(emulator.counters()["changes"][case.resource].values())


@pytest.mark.parametrize("title", POWER)
def test_one_run_acts_and_the_other_waits_for_it(emulator, title):
    case = CASES[title]
    first, second = _twice(emulator, case)
    assert (first["actions"], second["actions"]) == (case.actions, [])
    assert (first["changed"], second["changed"]) == (True, False)
    key = "cluster" if case.module == "dws_cluster" else "instance"
    wanted = (case.wanted or {"status": "DELETED"})["status"]
    assert first[key]["status"] == second[key]["status"] == wanted
    assert _counted(emulator, case) == 1


@pytest.mark.parametrize("title", DATABASES)
def test_both_runs_may_turn_the_same_switch(emulator, title):
    case = CASES[title]
    for result in _twice(emulator, case):
        assert result["databases"][0]["status"] == case.wanted["status"]
    assert _counted(emulator, case) == 1


@pytest.mark.parametrize("title", KINDS)
def test_both_runs_may_do_the_same_with_a_record(emulator, title):
    case = CASES[title]
    for result in _twice(emulator, case):
        assert "failed" not in result, result["msg"]
    assert _counted(emulator, case) == 1


@pytest.mark.parametrize("options", [{"state": "extended"}, {"state": "present", "min_validity": "4h"}], ids=str)
def test_of_two_extensions_sent_together_the_service_counts_one(emulator, options):
    emulator.settings(increase_window=5)
    case = CASES["account extended"]
    case = case._replace(options={**case.options, **options})
    for result in _twice(emulator, case):
        assert result["om_user"]["status"] == "on"
        assert result["om_user"]["remaining_seconds"] > 10 * 3600
    assert _counted(emulator, case) == 1


def test_runs_that_extend_step_by_step_take_note_of_each_other(emulator):
    case = CASES["account present 24h"]
    for result in _twice(emulator, case):
        assert result["om_user"]["remaining_seconds"] > 24 * 3600
    # Nobody can lock a cluster: the last step is planned without knowing of the other run's.
    assert _counted(emulator, case) <= len(case.actions) + 1


@pytest.mark.parametrize("title", ["account present", "account absent"])
def test_the_service_says_of_an_account_that_the_other_run_was_quicker(emulator, title):
    case = CASES[title]
    first, second = _twice(emulator, case)
    assert (first["actions"], second["actions"]) == (case.actions, [])
    assert second["changed"] is False
    assert "account switch is" in second["msg"]  # the service's own "failed" stands
    assert _counted(emulator, case) == 1


def test_the_service_says_of_an_upgrade_that_the_other_run_was_quicker(emulator):
    case = CASES["audit upgraded"]
    first, second = _twice(emulator, case)
    assert (first["actions"], second["actions"]) == (case.actions, [])
    assert "The instance cannot be upgraded" in second["msg"]
    assert _counted(emulator, case) == 1


def _meanwhile(
    emulator: Emulator, module: str, options: dict[str, Any], act: str, change: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Run a module and change what the cloud holds when everything is read and its first action is on the way."""
    emulator.fault("latency", {"operation": act}, seconds=1, times=-1)
    results = CONTEXT.SimpleQueue()
    run = CONTEXT.Process(target=_run, args=(CONTEXT.Barrier(1), results, module, options, emulator.env))
    run.start()
    while run.is_alive() and not emulator.admin("GET", "faults")[0]["fired"]:
        time.sleep(0.02)
    state = emulator.state()
    change(state)
    emulator.state(state)
    result: dict[str, Any] = results.get()
    run.join()
    return result


def test_of_databases_that_vanish_before_their_switch_the_others_are_switched(emulator):
    def delete(state: dict[str, Any]) -> None:
        prod = next(one for one in state["audit_instances"] if one["id"] == matrix.AUDIT_ON)
        prod["databases"] = [one for one in prod["databases"] if one["name"] != "billing"]

    options = {"instance_id": matrix.AUDIT_ON, "all_databases": True}
    result = _meanwhile(emulator, "dbss_audit_database", options, "switchAuditDatabaseV3", delete)
    [gone] = result["failed_databases"]
    assert gone["error"] == f"Database billing ({matrix.DATABASE_OFF}) has vanished: it is not listed any more."
    assert result["msg"] == f"1 of 6 databases failed. {gone['error']}"
    switched = [one["name"] for one in result["databases"] if one["changed"]]
    assert (switched, result["changed"]) == (["customers"], True)


@pytest.mark.parametrize("which", [{"cluster_id": matrix.CLUSTER_WITH}, {"clusters": ["dws-reports"]}], ids=str)
def test_the_account_of_a_cluster_that_vanishes_meanwhile_is_absent(emulator, which):
    def delete(state: dict[str, Any]) -> None:
        state["clusters"] = [one for one in state["clusters"] if one["id"] != matrix.CLUSTER_WITH]

    options = {**which, "state": "absent"}
    result = _meanwhile(emulator, "dws_om_user", options, "runOmUserAction", delete)
    assert not result.get("failed")
    assert result["changed"] is False
    assert "so its O&M account counts as absent." in str(result["warnings"])
    assert emulator.counters()["changes"] == {}


def test_the_next_run_finishes_what_a_killed_one_left(emulator):
    databases = [f"{number:04}" + "Kx7dQ2mB9vLr4Tz" for number in range(12)]
    rows = [{"id": one, "name": f"db-{one[:4]}", "ip": "192.168.0.1", "status": "OFF"} for one in databases]
    prod = {"id": matrix.AUDIT_ON, "resource_id": "billing", "name": "audit-prod", "databases": rows}
    emulator.state({"audit_instances": [prod]})
    options = {"instance_id": matrix.AUDIT_ON, "all_databases": True, "concurrency": 2}
    emulator.fault("latency", {"operation": "switchAuditDatabaseV3"}, seconds=0.2, times=-1)

    arguments = (CONTEXT.Barrier(1), CONTEXT.SimpleQueue(), "dbss_audit_database", options, emulator.env)
    run = CONTEXT.Process(target=_run, args=arguments)
    run.start()
    while len(emulator.counters()["changes"]) < 3:
        time.sleep(0.02)
    run.kill()
    run.join()
    done = stage.drain(emulator)["changes"]
    assert 3 <= len(done) < len(databases)

    result = stage.run("dbss_audit_database", options, emulator.env, stage.fast(emulator.advance)).result
    switched = {database["id"] for database in result["databases"] if database["changed"]}
    assert switched == set(databases) - set(done)
    assert emulator.counters()["changes"] == {one: {"ON": 1} for one in databases}
