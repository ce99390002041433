# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main paths of the matrix in a real playbook run, in real time, with the installed collection."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import pytest

from tests.faults import matrix
from tests.tools import playbook

UNKNOWN = "The outcome of {action} on .+ is unknown: .+"


class Task(NamedTuple):
    """A task, what goes wrong with its action, and how it must end."""

    module: str
    options: dict[str, Any]
    act: str  # the operation that goes wrong
    resource: str  # the ID in its path or body
    fault: dict[str, Any]
    actions: list[str]  # that the task must name, and the cloud count
    fails: str = ""  # the message, as a regular expression

    @property
    def title(self) -> str:
        """A name for the task."""
        return f"{self.module} {self.options['state']} {self.fault['kind']}"


def _audit(instance: str, state: str, action: str, fault: dict[str, Any], **more: Any) -> Task:
    options = {"instance_id": instance, "state": state, **more.pop("options", {})}
    return Task("dbss_audit_instance", options, f"{action}AuditInstance", instance, fault, **more)


def _om(instance: str, state: str, action: str, fault: dict[str, Any], **more: Any) -> Task:
    options = {"instance_id": instance, "state": state, **more.pop("options", {})}
    return Task("dbss_om_instance", options, f"{action}OmInstance", instance, fault, **more)


def _database(database: str, state: str, fault: dict[str, Any], **more: Any) -> Task:
    options = {"instance_name": "audit-prod", "databases": [database], "state": state}
    return Task("dbss_audit_database", options, "switchAuditDatabaseV3", database, fault, **more)


def _account(cluster: str, state: str, fault: dict[str, Any], **more: Any) -> Task:
    options = {"cluster_id": cluster, "state": state, **more.pop("options", {})}
    return Task("dws_om_user", options, "runOmUserAction", cluster, fault, **more)


BRANCH, CLUSTER_NEW = "17a9d3b4-5c6e-4f80-9a1b-2c3d4e5f6071", "8b2f4da6-5e7c-4039-9fa8-c3d9e1041275"
WAREHOUSE = "Wd1sQ9lT7nVb5KcH3jRe"

TASKS = [
    _audit(matrix.AUDIT_ON, "stopped", "stop", {"kind": "reset_after"}, actions=["stop"]),
    _audit(matrix.AUDIT_OFF, "started", "start", {"kind": "throttle", "retry_after": 1}, actions=["start"]),
    _audit(BRANCH, "restarted", "reboot", {"kind": "html"}, actions=[], fails=UNKNOWN.format(action="reboot")),
    _om(matrix.OM_OFF, "started", "start", {"kind": "invalid_json"}, actions=["start"]),
    _om(matrix.OM_ON, "stopped", "stop", {"kind": "failed_with_200"}, actions=[], fails="Failed to stop .+"),
    _om(
        matrix.OM_PAIR,
        "restarted",
        "reboot",
        {"kind": "slow_answer", "seconds": 2},
        options={"request_timeout": 1},
        actions=["reboot"],
    ),
    _database(matrix.DATABASE_OFF, "enabled", {"kind": "error", "status": 503}, actions=["switch"]),
    _database(matrix.DATABASE_ON, "disabled", {"kind": "truncated"}, actions=["switch"]),
    _database(WAREHOUSE, "disabled", {"kind": "unauthorized"}, actions=[], fails="Failed to switch .+"),
    _account(
        CLUSTER_NEW,
        "present",
        {"kind": "error", "times": -1},
        options={"max_retries": 2},
        actions=[],
        fails=UNKNOWN.format(action="addOmUser"),
    ),
    _account(
        matrix.CLUSTER_WITH,
        "present",
        {"kind": "reset_mid"},
        options={"min_validity": "24h"},
        actions=["increaseOmUserPeriod"] * 3,
    ),
    _account(
        matrix.CLUSTER_WITHOUT,
        "extended",
        {"kind": "error", "status": 504, "acted": True, "skip": 1},
        actions=["addOmUser", "increaseOmUserPeriod"],
    ),
]


@pytest.fixture(scope="module")
def played(running_emulator, collections, tmp_path_factory):
    """What the tasks returned in one playbook run, by title; what the cloud counted; and the run's output."""
    running_emulator.reset()
    running_emulator.settings(transition=3)
    for task in TASKS:
        match = {"operation": task.act, "resource": task.resource}
        running_emulator.admin("POST", "faults", {**task.fault, "match": match})
    home = tmp_path_factory.mktemp("home")
    tasks: list[dict[str, Any]] = [
        {
            "name": task.title,
            f"huaweicloud.dbops.{task.module}": task.options,
            "register": f"outcome_{number}",
            "ignore_errors": True,
        }
        for number, task in enumerate(TASKS)
    ]
    outcomes = ", ".join(f"outcome_{number}" for number in range(len(TASKS)))
    tasks.append({"ansible.builtin.copy": {"content": f"{{{{ [{outcomes}] }}}}", "dest": f"{home}/outcomes.json"}})
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python, "tasks": tasks}
    path = home / "playbook.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    code, output = playbook.run(path, collections, home, running_emulator.env)
    assert code == 0, output
    outcomes = json.loads((home / "outcomes.json").read_text(encoding="utf-8"))
    by_title = {task.title: outcome for task, outcome in zip(TASKS, outcomes)}
    return by_title, running_emulator.counters()["changes"], output


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.title)
def test_task(played, task):
    outcomes, changes, output = played
    outcome = outcomes[task.title]
    row = next(iter(outcome.get("databases", [])), outcome)
    assert row["actions"] == task.actions
    assert sum(changes.get(task.resource, {}).values()) == len(task.actions)
    assert outcome["changed"] == bool(task.actions)
    assert outcome["failed"] == bool(task.fails)
    if task.fails:
        assert re.fullmatch(task.fails, outcome["msg"])
        assert set(outcome["api_error"]) >= {"operation", "http_status", "error_code"}
    assert "Traceback" not in output
