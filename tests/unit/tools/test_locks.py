# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted and what is locked agree, and nothing else is installed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tools.checkout import ROOT
from tests.tools.locks import LOCKED, LOCKS, WANTED, command

HASH = re.compile(r" *--hash=sha256:[0-9a-f]{64}")
ACTION = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def pins(lines: Iterable[str], python: str) -> set[tuple[str, str]]:
    """Return the names and the versions of the requirements in `lines` that hold for this Python."""
    found = set()
    for requirement in map(Requirement, lines):
        [specifier] = requirement.specifier
        assert specifier.operator == "==" and not specifier.version.endswith("*"), requirement
        versions = {"python_version": python, "python_full_version": f"{python}.0"}
        if requirement.marker is None or requirement.marker.evaluate(versions):
            found.add((canonicalize_name(requirement.name), specifier.version))
    return found


def wanted(path: Path, python: str) -> set[tuple[str, str]]:
    """Return what a file of requirements pins, and those that it includes."""
    lines = [line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    included = [path.parent / line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    own = pins((line for line in lines if line and not line.startswith("-r ")), python)
    return own.union(*(wanted(other, python) for other in included))


def locked(name: str, python: str) -> set[tuple[str, str]]:
    """Return what a lock pins; each package must have hashes."""
    text = (ROOT / LOCKED / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", "\0")
    rows = [line.split("#")[0].rstrip().split("\0") for line in text.splitlines()]
    rows = [row for row in rows if row != [""]]
    for requirement, *hashes in rows:
        assert hashes and all(HASH.fullmatch(one.rstrip()) for one in hashes), requirement
    return pins((row[0] for row in rows), python)


def test_each_file_has_its_lock():
    inputs, locks = (sorted(path.stem for path in (ROOT / folder).glob("*.txt")) for folder in (WANTED, LOCKED))
    assert inputs == locks == sorted(LOCKS)


@pytest.mark.parametrize(
    ("name", "python"), [(name, python) for name, lock in LOCKS.items() for python in (lock.python, "3.13")]
)
def test_the_lock_has_what_is_wanted(name, python):
    found = wanted(ROOT / WANTED / f"{name}.txt", python)
    assert found and found <= locked(name, python)


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_names_no_address(name):
    text = (ROOT / LOCKED / f"{name}.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|^ *-(?!-hash)", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("python", "names"),
    [
        ("3.11", ("demo", "dev", "benchmark", "mutation")),
        ("3.11", ("core-oldest", "integration")),
        ("3.13", ("core-newest", "integration")),
    ],
)
def test_what_goes_into_one_environment_agrees(python, names):
    found = set().union(*(locked(name, python) for name in names))
    assert len(found) == len({name for name, version in found})


def test_no_lock_is_made_with_an_address_in_it():
    for name in LOCKS:
        assert {"--no-emit-index-url", "--no-emit-find-links", "--generate-hashes"} <= set(command(name))


@pytest.mark.parametrize("name", ["Makefile", "noxfile.py", "tests/awx/conftest.py"])
def test_nothing_is_installed_without_hashes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    installs = re.findall(r"pip install[^\n]*|session\.install\([^\n]*|\"pip\", \"download\"[^\n]*", text)
    assert installs and all("--require-hashes" in install for install in installs)


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_use_commits_and_keep_no_credentials(path):
    text = path.read_text(encoding="utf-8")
    uses = re.findall(r"uses: *(.*)", text)
    assert uses and all(ACTION.fullmatch(use) for use in uses)
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)
