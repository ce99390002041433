# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is told, and an AWX with the collection that tells it."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
import yaml

from tests.awx.server import running
from tests.tools.checkout import ROOT

AWX = ROOT / "extensions" / "awx"
CACHE = ROOT / "build" / "awx"
REQUIREMENTS = ROOT / "tests" / "requirements" / "locked" / "awx.txt"


@pytest.fixture(scope="session")
def credential_type():
    """Return the credential type."""
    return yaml.safe_load((AWX / "credential_type.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def job_templates():
    """Return the job templates by their names."""
    templates = yaml.safe_load((AWX / "job_templates.yml").read_text(encoding="utf-8"))["job_templates"]
    return {template["name"]: template for template in templates}


@pytest.fixture(scope="session")
def awx_collection():
    """Return the folder that holds the collection awx.awx."""
    collections = CACHE / "ansible_collections" / "awx"
    if not collections.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", CACHE]
        subprocess.run([*command, "--requirement", REQUIREMENTS], check=True)
        [package] = CACHE.glob("ansible-*.whl")
        with zipfile.ZipFile(package) as archive:
            archive.extractall(
                CACHE, [name for name in archive.namelist() if name.startswith("ansible_collections/awx/")]
            )
        package.unlink()
    return CACHE


@pytest.fixture
def awx():
    """Return an AWX."""
    with running() as awx:
        yield awx
