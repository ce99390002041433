# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks run with an installed collection, and with nothing of the person who runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Callable

from tests.tools.environment import alone

OWN = Path(sys.executable).with_name("ansible-playbook")


def run(
    playbook: Path,
    collections: Path,
    home: Path,
    variables: dict[str, str],
    *options: str,
    echo: Callable = lambda _: None,
    program: Path = OWN,
) -> tuple[int, str]:
    """Run `playbook` with the running environment's ansible-playbook, or another; return exit code and output.

    Collections come from `collections` alone, and the only settings are `variables`: not those of the caller's
    environment or home, for which `home` stands in. Each line of output goes to `echo` as it comes.
    """
    environment = alone(home, **{"ANSIBLE_COLLECTIONS_PATH": str(collections), **variables})
    command = [program, *options, playbook]
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            lines = []
            for line in process.stdout:
                lines.append(line)
                echo(line)
        except BaseException:
            process.terminate()
            raise
    return process.returncode, "".join(lines)
