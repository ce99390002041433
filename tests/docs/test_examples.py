# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the documentation, run against the embedded cloud."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.docs.blocks import Block, blocks
from tests.tools.checkout import ROOT
from tests.tools.environment import alone, index

PAGES = [
    ROOT / "README.md",
    ROOT / "tests" / "emulator" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "roles").glob("*/README.md")),
]
PLUGINS = sorted(path for kind in ("filter", "inventory", "modules") for path in (ROOT / "plugins" / kind).glob("*.py"))
OUTPUT = {"text"}
LOCAL = {
    "connection": "local",
    "gather_facts": False,
}


class Shell:
    """A folder, and a shell with the collection installed and the variables of the embedded cloud."""

    def __init__(self, folder: Path, collections: Path, cloud) -> None:
        self.folder, self._cloud = folder, cloud
        installed = folder / ".ansible" / "collections"
        installed.parent.mkdir()
        installed.symlink_to(collections)
        pins = {"PIP_CONSTRAINT": str(ROOT / "tests" / "docs" / "constraints.txt")}
        self._environment = alone(folder, **index(), **pins, **cloud.env)
        tools = folder / ".venv" / "bin"  # which a guide makes, and activates
        self._environment["PATH"] = os.pathsep.join([str(tools), self._environment["PATH"]])

    def run(self, script: str, fails: str | None = None) -> str:
        """Run a script; it must succeed, or fail with the words, if there are any. Return its output."""
        script = script.replace("localhost:8600", self._cloud.url.removeprefix("http://"))
        command = ["bash", "-euo", "pipefail", "-c", script]
        run = subprocess.run(
            command, cwd=self.folder, env=self._environment, check=False, capture_output=True, text=True
        )
        output = run.stdout + run.stderr
        assert bool(run.returncode) is bool(fails), f"{script}\n{output}"
        assert fails is None or fails in output, output
        return output

    def play(self, name: str, text: str) -> None:
        """Run an example in YAML: a playbook, tasks, options for a play, or the source of an inventory."""
        content = yaml.safe_load(text)
        if isinstance(content, dict) and "plugin" in content:
            source = f"{name}.{content['plugin'].rpartition('.')[2]}.yml"
            (self.folder / source).write_text(text, encoding="utf-8")
            hosts = yaml.safe_load(self.run(f"ansible-inventory --inventory {source} --list"))["_meta"]["hostvars"]
            assert hosts
            playbook = text.partition("\n#\n")[2]  # in the comment at the end
            (self.folder / "site.yml").write_text(re.sub(r"^# ?", "", playbook, flags=re.MULTILINE), encoding="utf-8")
            if playbook:
                self.run(f"ansible-playbook --inventory {source} site.yml")
            return
        if isinstance(content, dict):
            content = [
                {"hosts": "localhost", **LOCAL, **content, "tasks": [{"huaweicloud.dbops.dws_cluster_info": {}}]}
            ]
        elif "hosts" not in content[0]:
            content = [{"hosts": "localhost", **LOCAL, "tasks": content}]
        path = self.folder / f"{name}.yml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        self.run(f"ansible-playbook {path.name}")

    def follow(self, number: int, block: Block) -> None:
        """Do what a reader of a page does with a block."""
        if block.mark == "file":
            (self.folder / block.value).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.value).write_text(block.text, encoding="utf-8")
        elif block.mark == "not run" or block.language in OUTPUT:
            pass
        elif block.language == "json":
            json.loads(block.text)
        elif block.language == "yaml":
            self.play(f"example{number}", block.text)
        elif block.language == "shell":
            self.run(block.text, block.value)
        else:
            pytest.fail(f"Nobody knows how to run {block.language}: {block.text}")


@pytest.fixture
def shell(tmp_path, collections, cloud):
    """Return a shell in an empty folder."""
    return Shell(tmp_path, collections, cloud)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page(shell, page):
    for number, block in enumerate(blocks(page)):
        shell.follow(number, block)


def examples(plugin: Path) -> str:
    """Return the EXAMPLES of a plugin, which is not imported."""
    for statement in ast.parse(plugin.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "EXAMPLES":
            return ast.literal_eval(statement.value)
    raise AssertionError(f"{plugin} has no examples")


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: f"{plugin.parent.name}-{plugin.stem}")
def test_plugin(shell, plugin):
    shell.play("example", examples(plugin))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_of_a_page_are_used(page):
    used = "".join(block.text for block in blocks(page) if block.mark != "file" or block.language == "yaml")
    for block in blocks(page):
        assert block.mark != "file" or Path(block.value).parts[0] in used  # a tool finds its folder by itself


def test_several_projects_are_asked_each(shell, cloud):
    for number, block in enumerate(blocks(ROOT / "docs" / "credentials.md")):
        if "every_project" in block.text or block.value in ("projects.yml", "every_project.yml"):
            shell.follow(number, block)
    projects = yaml.safe_load((shell.folder / "projects.yml").read_text(encoding="utf-8"))["projects"]["hosts"]
    asked = {call["path"].split("/")[2] for call in cloud.requests(service="dbss")}
    assert asked == {project["project_id"] for project in projects.values()}
    assert sorted(path.parent.name for path in (shell.folder / "reports").glob("*/*.json")) == ["main", "warehouse"]
