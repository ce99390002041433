# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does between its forms and ansible-runner: injectors, survey answers, the folder of a job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.awx import rules
from tests.tools.checkout import ROOT


def inject(credential_type: dict[str, Any], inputs: dict[str, str]) -> dict[str, str]:
    """Return the variables of a job with this credential. What is left blank is undefined, and renders as nothing."""
    environment, filled = ImmutableSandboxedEnvironment(), {key: value for key, value in inputs.items() if value}
    return {
        name: environment.from_string(template).render(**filled)
        for name, template in credential_type["injectors"]["env"].items()
    }


def answers(template: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Return the extra variables of a job that is launched with these answers. Raises Refused as AWX does."""
    rules.accept(template, given, saved=False)
    return rules.extra_vars(template, given)


def planned(template: dict[str, Any], schedule: dict[str, Any]) -> dict[str, Any]:
    """Return the extra variables of a job that a schedule launches. Raises Refused when AWX does not take it."""
    rules.accept(template, schedule["extra_data"], saved=True)
    rules.check_prompts(template, {"job_type": schedule["job_type"]})
    return rules.extra_vars(template, schedule["extra_data"])


@dataclass
class Job:
    """What became of a job."""

    code: int
    output: str
    artifacts: dict[str, Any]  # what set_stats handed over

    @property
    def changed(self) -> bool:
        """Whether a task of it changed something."""
        return "changed=0 " not in self.output


OWN = {"awx_job_id": 1, "awx_job_launch_type": "manual"}
"""Extra variables that each job has from AWX itself."""


def run(
    folder: Path, collections: Path, playbook: str, env: dict[str, str], extra: dict[str, Any], *options: str
) -> Job:
    """Run a playbook of the project as AWX does, with nothing in the environment but what the credential gives.

    @param folder: an empty folder for the job
    @param collections: where the execution environment has its collections
    @param playbook: its path in the project
    @param options: further options of ansible-playbook, such as C(--check)
    """
    for part in ("env", "inventory", "project"):
        (folder / part).mkdir()
    shutil.copytree(ROOT / "playbooks", folder / "project" / "playbooks")
    (folder / "inventory" / "hosts").touch()
    (folder / "env" / "extravars").write_text(rules.as_yaml({**OWN, **extra}), encoding="utf-8")
    settings = {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_HOME": str(folder),
    }
    (folder / "env" / "envvars").write_text(json.dumps({**settings, **env}), encoding="utf-8")
    (folder / "env" / "cmdline").write_text(" ".join(options), encoding="utf-8")
    tools = Path(sys.executable).parent
    run = subprocess.run(
        [tools / "ansible-runner", "run", folder, "--playbook", playbook, "--ident", "job"],
        env={"PATH": f"{tools}:{os.defpath}", "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        check=False,
        capture_output=True,
        text=True,
    )
    events = [
        json.loads(path.read_text(encoding="utf-8")) for path in (folder / "artifacts/job/job_events").glob("*.json")
    ]
    [stats] = [one["event_data"] for one in events if one["event"] == "playbook_on_stats"] or [{}]
    return Job(run.returncode, run.stdout + run.stderr, stats.get("artifact_data", {}))
