# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of docs/awx.md that need an AWX, as they stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.awx.server import TOKEN
from tests.docs.blocks import blocks
from tests.tools.checkout import ROOT

SECRET = "a-secret-that-nobody-may-see"


def test_the_playbook_makes_what_the_page_says(awx, awx_collection, tmp_path):
    for folder in ("playbooks", "extensions"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(awx_collection),
        "ANSIBLE_PIPELINING": "true",
        "CONTROLLER_HOST": awx.url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        "HOME": str(tmp_path),
        "HW_ACCESS_KEY": "EXAMPLE",
        "HW_SECRET_KEY": SECRET,
        "LC_ALL": "C.UTF-8",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    ran = 0
    for block in blocks(ROOT / "docs" / "awx.md"):
        if block.mark == "file":
            (tmp_path / block.value).write_text(block.text, encoding="utf-8")
        elif "awx_configure.yml" in block.text:
            script = block.text.replace("https://awx.example.com", awx.url)
            script = script.replace("ansible-galaxy collection install awx.awx\n", "")  # it is there
            run = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=tmp_path,
                env=environment,
                check=False,
                capture_output=True,
                input=f"{TOKEN}\n",
                text=True,
            )
            output = run.stdout + run.stderr
            assert run.returncode == 0, output
            assert SECRET not in output
            ran += 1
    assert ran == 3
    assert (tmp_path / "awx.yml").stat().st_mode & 0o777 == 0o600
    assert {one["name"]: one["inputs"]["region"] for one in awx.all("credentials")} == {
        "huaweicloud.dbops": "cn-north-4",
        "dbops-south": "cn-south-1",
    }
    assert {one["inputs"]["secret_key"] for one in awx.all("credentials")} == {SECRET}
    assert "DBSS audit baseline (dbops-south)" in awx.by_name("job_templates")
