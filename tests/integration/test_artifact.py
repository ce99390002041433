# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact holds what users need and nothing else, and each build of it is the same."""

from __future__ import annotations

import re
import shutil
import tarfile

import yaml

from tests.tools import artifact as tools
from tests.tools.checkout import ROOT, files

USERS_NEED = re.compile(
    r"\.ansible-lint|(CHANGELOG|README|SECURITY)\.md|COPYING|changelogs/changelog\.yaml|docs/\w+\.(json|md|svg)"
    r"|(extensions|meta|playbooks|plugins|roles|tests/emulator)/.*|tests/__init__\.py"
)


def test_artifact_holds_what_users_need(artifact):
    with tarfile.open(artifact) as archive:
        held = {member.name for member in archive if member.isfile()}
    needed = {str(path) for path in files() if USERS_NEED.fullmatch(str(path))}
    assert held == needed | {"FILES.json", "MANIFEST.json"}


def test_artifact_is_built_the_same_again(artifact, tmp_path, monkeypatch):
    def copy_backwards(target):
        for path in reversed(files()):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, target / path)  # and not its time

    monkeypatch.setattr(tools, "copy", copy_backwards)
    assert tools.build(tmp_path / "again").read_bytes() == artifact.read_bytes()


def test_galaxy_ignores_what_git_ignores():
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    git = {line.strip("/") for line in lines if line and not line.startswith("#")}
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    assert git <= set(galaxy)
