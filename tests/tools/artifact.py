# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a user gets it: built into an artifact, and installed from that alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.checkout import ROOT


def galaxy(*arguments: str | Path) -> None:
    """Run `ansible-galaxy collection` of the running environment; its output is shown when it fails."""
    command = [Path(sys.executable).with_name("ansible-galaxy"), "collection", *arguments]
    run = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{run.stdout}")


def build(folder: Path) -> Path:
    """Build the checkout into the empty or missing `folder` and return the path of the artifact."""
    galaxy("build", "--output-path", folder, ROOT)
    [artifact] = folder.glob("*.tar.gz")
    return artifact


def install(artifact: Path) -> Path:
    """Install `artifact`, with no server asked, beside itself and return the folder to search for collections."""
    collections = artifact.with_name("collections")
    shutil.rmtree(collections, ignore_errors=True)
    galaxy("install", "--offline", "--collections-path", collections, artifact)
    return collections
