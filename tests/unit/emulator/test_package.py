# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded cloud as a package of its own, for other projects. docs/testing.md has it in a new environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomllib
import yaml
from packaging.requirements import Requirement

from tests.tools.checkout import ROOT, files
from tests.tools.environment import index

SOURCE = ROOT / "tests" / "emulator"
PROJECT = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = "huaweicloud_dbops_emulator"
TESTS = """
from tests.helper import PROJECT


def test_the_cloud(emulator):
    emulator.settings(transition=0)
    assert emulator.env["HW_PROJECT_ID"] == PROJECT
    assert [one["name"] for one in emulator.state({"clusters": []})["audit_instances"]] == []


def test_it_starts_anew_for_each_test(emulator):
    assert emulator.state()["audit_instances"]
"""


def pip(*arguments: str | Path) -> None:
    """Run pip, which may ask the package index for what it builds with."""
    run = subprocess.run(
        [sys.executable, "-m", "pip", *arguments],
        env={**os.environ, **index()},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.returncode == 0, run.stdout


def listed(folder: Path) -> list[Path]:
    """Return what is in a folder, compiled modules aside."""
    return sorted(path for path in folder.rglob("*") if "__pycache__" not in path.parts)


@pytest.fixture(scope="session")
def wheel(collections, tmp_path_factory):
    """Return the wheel that pip builds from an installed collection."""
    folder = tmp_path_factory.mktemp("wheel")
    source = collections / "ansible_collections" / "huaweicloud" / "dbops" / "tests" / "emulator"
    before = listed(source)
    pip("wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
    assert listed(source) == before
    [built] = folder.glob("*.whl")
    return built


def held(wheel: Path) -> dict[str, bytes]:
    """Return the content of a wheel's files, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_all_that_it_runs_on(wheel):
    code = {name for name in held(wheel) if name.startswith(f"{NAME}/")}
    own = {path.relative_to("tests/emulator") for path in files() if path.is_relative_to("tests/emulator")}
    wanted = {path for path in own if path.suffix in (".py", ".yml") or path.parts[0] == "contract"}
    assert code == {f"{NAME}/{path}" for path in wanted}
    assert {str(path) for path in own - wanted} == {"README.md", "pyproject.toml", "requirements.txt"}


def test_it_is_the_same_from_a_checkout_and_from_the_artifact(wheel, artifact, tmp_path):
    sources = {"checkout": str(SOURCE), "artifact": f"{NAME} @ {artifact.as_uri()}#subdirectory=tests/emulator"}
    for name, source in sources.items():
        pip("wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path / name, source)
        [built] = (tmp_path / name).glob("*.whl")
        assert held(built) == held(wheel), name


def test_a_project_with_tests_of_its_own(wheel, tmp_path):
    installed, project = tmp_path / "installed", tmp_path / "project" / "tests"
    pip("install", "--quiet", "--no-deps", "--target", installed, wheel)
    project.mkdir(parents=True)
    (project / "__init__.py").touch()
    (project / "helper.py").write_text('PROJECT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"\n', encoding="utf-8")
    (project / "test_cloud.py").write_text(TESTS, encoding="utf-8")
    for explicit in ("", f'pytest_plugins = ["{NAME}.fixtures"]\n'):
        (project.parent / "conftest.py").write_text(explicit, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"],
            cwd=project.parent,
            env={**os.environ, "PYTHONPATH": str(installed)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        assert "2 passed" in run.stdout


def test_its_command(wheel, tmp_path):
    pip("install", "--quiet", "--no-deps", "--target", tmp_path, wheel)
    [command] = (tmp_path / "bin").iterdir()
    helped = subprocess.check_output([command, "--help"], env={**os.environ, "PYTHONPATH": str(tmp_path)}, text=True)
    assert helped.startswith("usage: huaweicloud-dbops-emulator [")
    assert [f"{name} = {target}" for name, target in PROJECT["scripts"].items()] == [
        f"{command.name} = {NAME}.__main__:main"
    ]


def test_the_pinned_versions_are_of_what_it_depends_on():
    wanted = {one.name.lower(): one.specifier for one in map(Requirement, PROJECT["dependencies"])}
    text = (SOURCE / "requirements.txt").read_text(encoding="utf-8")
    pinned = {name.lower(): version for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)}
    assert pinned.keys() == wanted.keys()
    assert [name for name, version in pinned.items() if version not in wanted[name]] == []


def test_it_depends_on_what_it_imports():
    imported = {
        name.lower().replace("_", "-")
        for path in SOURCE.glob("*.py")
        for name in re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if name not in sys.stdlib_module_names
    }
    provided = {"yaml": "pyyaml"}
    wanted = {Requirement(one).name.lower() for one in PROJECT["dependencies"]}
    assert {provided.get(name, name) for name in imported} - {"pytest"} == wanted


def test_its_version_is_that_of_the_collection():
    assert PROJECT["version"] == yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
