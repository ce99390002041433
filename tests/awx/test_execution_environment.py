# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder makes of the collection. It stops where a container engine would go on."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.awx.conftest import AWX
from tests.tools.checkout import ROOT


def builder(*arguments):
    """Run ansible-builder and return its output."""
    command = [Path(sys.executable).with_name("ansible-builder"), *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_introspection_finds_what_the_plugins_need(collections):
    found = yaml.safe_load(builder("introspect", collections))
    wanted = (ROOT / "meta" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line.partition("#")[0].strip() for line in found["python"]] == [
        line for line in wanted if line.startswith("requests")
    ]
    assert found["system"] == []


def test_the_example_makes_a_build_context(artifact, tmp_path):
    definition = tmp_path / "extensions" / "awx" / "execution-environment.yml"
    definition.parent.mkdir(parents=True)
    shutil.copy(AWX / definition.name, definition)
    shutil.copy(artifact, tmp_path)
    context = tmp_path / "context"

    builder("create", "--file", definition, "--context", context, "--output-filename", "Containerfile")

    assert (context / "_build" / "collections" / artifact.name).read_bytes() == artifact.read_bytes()
    [wanted] = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    steps = (context / "Containerfile").read_text(encoding="utf-8")
    copied, installed = (
        steps.index(step)
        for step in (f"COPY _build/collections/huaweicloud-dbops-*.tar.gz {wanted['name']}", "collection install")
    )
    assert copied < installed
    [base] = re.findall(r'^ARG EE_BASE_IMAGE="(.*)"$', steps, re.MULTILINE)  # what --build-arg replaces
    assert re.fullmatch(r"docker\.io/rockylinux/rockylinux:9\.\d+", base)


def test_the_example_has_the_ansible_that_the_tests_have():
    demo = (ROOT / "tests" / "requirements" / "demo.txt").read_text(encoding="utf-8").split()
    dev = (ROOT / "tests" / "requirements" / "dev.txt").read_text(encoding="utf-8").split()
    wanted = yaml.safe_load((AWX / "execution-environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert wanted["ansible_core"]["package_pip"] in demo
    assert wanted["ansible_runner"]["package_pip"] in dev
