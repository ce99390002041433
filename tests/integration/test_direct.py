# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Direct execution: when a module runs inside Ansible's own process, and that nobody can tell by its result."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.tools import playbook
from tests.tools.environment import alone

Task = dict[str, Any]

PYTHON = os.environ.get("MANAGED_PYTHON")
pytestmark = pytest.mark.skipif(bool(PYTHON), reason="the modules run under another Python, so never directly")

OURS = "huaweicloud.dbops."
PROD, CLUSTER = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10", "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053"
DIRECTLY, AS_MODULE = "runs directly, in Ansible's own process", "runs as a module in a process of its own"
TOLD_ANEW = re.compile(r'("(?:request_id|remaining_seconds)": )("[^"]*"|\d+)')
"""What differs from run to run, however a module is run."""


class Stage:
    """Runs tasks against the embedded cloud."""

    def __init__(self, emulator: Any, collections: Path, folder: Path) -> None:
        self.emulator, self.collections, self.folder = emulator, collections, folder

    def reset(self) -> None:
        """Let the embedded cloud be as it starts, but quick."""
        self.emulator.reset()
        self.emulator.settings(transition=0.2)

    def run(self, tasks: list[Task], *options: str, play: Task | None = None, **variables: str) -> tuple[int, str]:
        """Run the tasks in one play; return exit code and output."""
        path = self.folder / "playbook.yml"
        whole = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks, **(play or {})}
        path.write_text(json.dumps([whole]), encoding="utf-8")
        return playbook.run(path, self.collections, self.folder, {**self.emulator.env, **variables}, *options)

    def results(self, tasks: list[Task], direct: bool) -> list[Task]:
        """Return what the tasks return when they run one way or the other."""
        registered = [{"ignore_errors": True, **task, "register": f"result_{at}"} for at, task in enumerate(tasks)]
        names = ", ".join(task["register"] for task in registered)
        kept = self.folder / "results.json"
        self.reset()
        keep = {"ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(kept)}}
        code, output = self.run([*registered, keep], HW_DIRECT=str(direct))
        assert not code, output
        found: list[Task] = json.loads(TOLD_ANEW.sub(r"\1null", kept.read_text(encoding="utf-8")))
        return found


@pytest.fixture
def stage(emulator, collections, tmp_path):
    """Return what runs tasks."""
    one = Stage(emulator, collections, tmp_path)
    one.reset()
    return one


def task(module: str, options: Task | None = None, **keywords: Any) -> Task:
    """Return a task that runs a module of the collection."""
    return {OURS + module: options or {}, **keywords}


WAIT = {"wait_sleep": 0.1}
TASKS = [
    task("dbss_audit_instance_info"),
    task("dbss_audit_instance_info", {"status": "ACTIVE"}, no_log=True),
    task("dbss_audit_instance", {"name": "audit-test", **WAIT}, check_mode=True, diff=True),
    task("dbss_audit_instance", {"name": "audit-test", **WAIT}, diff=True),
    task("dbss_audit_instance", {"name": "audit-test", **WAIT}, diff=True),
    task("dbss_audit_instance", {"instances": ["audit-prod", "audit-broken"], **WAIT}),
    task("dbss_audit_instance", {"instance_id": PROD, "state": "resumed"}),
    task("dbss_audit_instance", {"name": "audit-prod", "unknown": 1}),
    task("dbss_audit_instance", {"name": "audit-prod", "concurrency": "many"}),
    task("dbss_audit_instance", {"name": 2019}),
    task("dbss_audit_instance", {"name": "audit-branch", "validate_certs": False}),
    task("dbss_audit_instance", {}),
    task("dbss_audit_database", {"instance_name": "audit-prod", "all_databases": True, **WAIT}, diff=True),
    task("dbss_audit_database_info", {"instance_id": PROD, "status": "ON"}),
    task("dbss_om_instance", {"name": "om-test", "state": "started", **WAIT}, diff=True),
    task("dbss_om_instance_info"),
    task("dws_cluster_info", {"cluster_name": "dws-prod"}),
    task("dws_om_user", {"cluster_name": "dws-prod", "state": "absent", **WAIT}, diff=True),
    task("dws_om_user", {"cluster_id": CLUSTER, "state": "present", "min_validity": "1y"}),
    task("dws_om_user_info", {"cluster_name": "{{ 'dws' }}-{{ item }}"}, loop=["prod", "none"]),
    task("dws_om_user_info", {"secret_key": "half-of-a-pair"}),
    task("dws_cluster_info", {"access_key": "EXAMPLEACCESSKEY0001", "secret_key": "wrong"}),
    task("dws_cluster_info", environment={"HW_ENDPOINTS": "https://127.0.0.1:1", "HW_MAX_RETRIES": "1"}),
    task("dws_cluster_info", retries=2, delay=0, until="result_23 is failed"),
]


def test_same_results(stage):
    direct, ordinary = stage.results(TASKS, True), stage.results(TASKS, False)
    for given_task, one, other in zip(TASKS, direct, ordinary):
        assert one == other, given_task


REFERENCES = st.sampled_from(["audit-prod", "audit-test", "audit-branch", PROD, "nobody", "", "\u4e2d\u6587", 7, None])
DRAWN = st.builds(
    task,
    st.sampled_from(["dbss_audit_instance", "dbss_om_instance", "dbss_audit_instance_info", "dbss_audit_database"]),
    st.fixed_dictionaries(
        {},
        optional={
            "name": REFERENCES,
            "instance_id": REFERENCES,
            "instances": st.lists(REFERENCES, max_size=3),
            "state": st.sampled_from(["started", "stopped", "enabled", "STOPPED", True]),
            "wait": st.sampled_from([True, "no", "perhaps"]),
            "wait_timeout": st.sampled_from([5, "5", -1, "soon"]),
            "all_databases": st.booleans(),
            "region": st.sampled_from(["cn-north-4", "nowhere at all", ""]),
        },
    ),
    check_mode=st.booleans(),
    diff=st.booleans(),
)


@settings(
    max_examples=2,
    phases=[Phase.generate],  # each example takes seconds
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(DRAWN, min_size=15, max_size=15))
def test_same_results_of_drawn_options(stage, tasks):
    direct, ordinary = stage.results(tasks, True), stage.results(tasks, False)
    for drawn, one, other in zip(tasks, direct, ordinary):
        assert one == other, drawn


READ = task("dws_cluster_info", ignore_errors=True, ignore_unreachable=True)
FAR = {"hosts": "far", "connection": "ssh"}
OTHER_PYTHON = str(Path(sys.executable).resolve())


@pytest.mark.parametrize(
    ("keywords", "play", "variables", "way"),
    [
        ({}, {}, {}, DIRECTLY),
        ({}, {"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}, {}, DIRECTLY),
        ({}, {"vars": {"ansible_python_interpreter": "auto_silent"}}, {}, DIRECTLY),
        ({}, FAR, {}, f"{AS_MODULE}, because the connection is not local"),
        ({"delegate_to": "localhost"}, FAR, {}, DIRECTLY),
        ({"become": True}, {}, {}, f"{AS_MODULE}, because it becomes another user"),
        ({"async": 30, "poll": 1}, {}, {}, f"{AS_MODULE}, because it is asynchronous"),
        (
            {"vars": {"ansible_python_interpreter": OTHER_PYTHON}},
            {},
            {},
            f"{AS_MODULE}, because the Python for modules is {OTHER_PYTHON}",
        ),
        ({"vars": {"huaweicloud_direct": False}}, {}, {}, f"{AS_MODULE}, because huaweicloud_direct is false"),
        ({"vars": {"huaweicloud_direct": "no"}}, {}, {}, f"{AS_MODULE}, because huaweicloud_direct is false"),
        ({"environment": {"HW_DIRECT": False}}, {}, {}, f"{AS_MODULE}, because HW_DIRECT is false"),
        ({}, {}, {"HW_DIRECT": "false"}, f"{AS_MODULE}, because HW_DIRECT is false"),
        ({}, {}, {"HW_DIRECT": ""}, DIRECTLY),
        ({}, {}, {"ANSIBLE_KEEP_REMOTE_FILES": "true"}, f"{AS_MODULE}, because remote files are kept"),
    ],
)
def test_the_way_is_told(stage, keywords, play, variables, way):
    _code, output = stage.run([{**READ, **keywords}], "-vvv", "--inventory", "far,", play=play, **variables)
    assert f"{OURS}dws_cluster_info {way}." in output, output


def test_silent_without_verbosity(stage):
    _code, output = stage.run([READ], "-vv")
    assert "directly" not in output


@pytest.mark.parametrize("strategy", ["linear", "free", "host_pinned"])
def test_hosts_and_loops(stage, strategy):
    inventory = stage.folder / "hosts.yml"
    hosts = {f"project-{number}": {} for number in range(6)}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    looped = task("dbss_audit_instance_info", {"name": "{{ item }}"}, loop=["audit-prod", "audit-test"], register="r")
    check = {
        "ansible.builtin.assert": {
            "that": "r.results | map(attribute='instances.0.name') == ['audit-prod', 'audit-test']"
        }
    }
    code, output = stage.run(
        [looped, check], "--inventory", str(inventory), "--forks", "3", play={"hosts": "all", "strategy": strategy}
    )
    assert not code, output
    assert len(stage.emulator.requests()) == 12


def test_nothing_stays_for_the_next_item(stage):
    environment = "{{ {'HW_SECRET_KEY': 'wrong'} if item == 1 else {'HW_PROJECT_ID': ''} if item == 2 else {} }}"
    tasks = [
        task(
            "dws_cluster_info",
            loop=[0, 1, 2, 3],
            environment=environment,
            register="r",
            ignore_errors=True,
        ),
        {"ansible.builtin.assert": {"that": "r.results | map(attribute='failed') == [false, true, false, false]"}},
    ]
    code, output = stage.run(tasks)
    assert not code, output
    assert len(stage.emulator.requests(operation="listProjects")) == 1


def test_a_loop_shares_a_connection(stage):
    looped = task("dbss_audit_instance_info", {"name": "audit-prod"}, loop=list(range(5)))
    code, output = stage.run([looped])
    assert not code, output
    assert len(stage.emulator.requests(operation="listAuditInstances")) == 5
    assert stage.emulator.counters()["connections"] == 1


@pytest.mark.parametrize(("keywords", "variables"), [({"timeout": 2}, {}), ({}, {"ANSIBLE_TASK_TIMEOUT": "2"})])
def test_a_timeout_tells_what_was_on_its_way(stage, keywords, variables):
    stage.emulator.fault("latency", {"operation": "startAuditInstance"}, seconds=20)
    code, output = stage.run([task("dbss_audit_instance", {"name": "audit-test"}, **keywords)], **variables)
    told = " ".join(output.split())
    assert code
    assert "Sent before the end, with an outcome that is unknown: start audit instance audit-test" in told
    assert "Look at their state before you run this again." in told
    assert "Traceback" not in told


def test_ad_hoc(stage):
    command = [Path(sys.executable).with_name("ansible"), "localhost", "-vvv", "-m", f"{OURS}dws_cluster_info"]
    environment = alone(stage.folder, ANSIBLE_COLLECTIONS_PATH=str(stage.collections), **stage.emulator.env)
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert DIRECTLY in output and '"dws-prod"' in output
