# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact holds what is in git and nothing else, whatever lies about in the checkout."""

from __future__ import annotations

import tarfile

import yaml

from tests.tools.checkout import ROOT, files

ONLY_IN_A_CHECKOUT = {
    ".ci/run",
    ".github/workflows/test.yml",
    ".gitignore",
    ".pre-commit-config.yaml",
    "LICENSES/GPL-3.0-or-later.txt",
    "galaxy.yml",
}
ONLY_IN_AN_ARTIFACT = {"FILES.json", "MANIFEST.json"}


def test_artifact_holds_the_files_of_the_checkout(artifact):
    with tarfile.open(artifact) as archive:
        held = {member.name for member in archive if member.isfile()}
    assert held == {str(path) for path in files()} - ONLY_IN_A_CHECKOUT | ONLY_IN_AN_ARTIFACT


def test_galaxy_ignores_what_git_ignores():
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    git = {line.strip("/") for line in lines if line and not line.startswith("#")}
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    assert git <= set(galaxy)
