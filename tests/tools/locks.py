# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pin everything that is installed for the tests: `python -m tests.tools.locks [--upgrade]`, which `make lock` runs.

What is wanted stands in tests/requirements. In `locked` beside it stand all packages that this comes to, each with the
hashes of its files, for every platform and Python. Without `--upgrade`, only what has to change does.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.tools.checkout import ROOT

WANTED = Path("tests") / "requirements"
LOCKED = WANTED / "locked"


class Lock(NamedTuple):
    """How a file of `locked` is made."""

    python: str  # the oldest Python that installs it
    options: tuple[str, ...] = ()


# Those that are installed into one environment one after the other have the same versions of what they share.
BESIDE_DEV = Lock("3.11", ("--constraint", str(LOCKED / "dev.txt")))
LOCKS = {
    "dev": Lock("3.11"),
    "demo": BESIDE_DEV,
    "benchmark": BESIDE_DEV,
    "mutation": BESIDE_DEV,
    "awx": Lock("3.11", ("--no-deps",)),
    "core-oldest": Lock("3.11"),
    "core-newest": Lock("3.12"),
    "importer": Lock("3.11"),
    "integration": Lock("3.11"),
    "lock": Lock("3.11"),
    "runtime": Lock("3.8"),
}


def command(name: str, *options: str) -> list[str]:
    """Return the command that makes the lock `name`; no address of a package index gets into it."""
    lock = LOCKS[name]
    return [
        *(
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--no-config",
            "--no-python-downloads",
            "--universal",
            "--python-version",
            lock.python,
        ),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
        *(*lock.options, *options, str(WANTED / f"{name}.txt"), "--output-file", str(LOCKED / f"{name}.txt")),
    ]


def main() -> None:
    """Make every lock, with the command line's options."""
    for name in LOCKS:
        subprocess.run(command(name, *sys.argv[1:]), cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
