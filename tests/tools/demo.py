# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first playbook, twice, against the embedded cloud: `python -m tests.tools.demo`.

The collection is built and installed as a user would. The first run has to change things, the second nothing.
"""

from __future__ import annotations

import re
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.emulator import fixtures
from tests.tools import artifact, playbook
from tests.tools.checkout import ROOT

SITE = ROOT / "tests" / "demo" / "site.yml"
RECAP = re.compile(r"^localhost\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)


def changes(title: str, collections: Path, home: Path, variables: dict[str, str]) -> int:
    """Run the playbook under a heading with `title` and return how many tasks changed something."""
    print(f"\n=== {title}: ansible-playbook {SITE.relative_to(ROOT)}", flush=True)
    code, output = playbook.run(SITE, collections, home, variables, echo=partial(print, end="", flush=True))
    recap = RECAP.search(output)
    if code or not recap:
        raise SystemExit(f"The demo failed: the playbook ended with exit code {code}.")
    return int(recap[1])


def main() -> int:
    """Run the demo and return its exit code."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # so that the embedded cloud stops, too
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        print("=== Building the collection and installing the artifact", flush=True)
        collections = artifact.install(artifact.build(home))
        process, emulator = fixtures.start(home)
        try:
            print(f"=== The embedded cloud answers at {emulator.url}", flush=True)
            first, second = (changes(title, collections, home, emulator.env) for title in ("First run", "Second run"))
        finally:
            fixtures.stop(process)
    print(f"=== The first run changed {first} tasks, the second {second}.")
    if first and not second:
        print("=== As it should be: what is as declared is left alone.")
        return 0
    print("=== The demo failed: the first run has to change something and the second nothing.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
