# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection does, shown against the embedded cloud: `python -m tests.tools.demo`.

The collection is built and installed as a user would. The first run of a playbook has to change things, the second
nothing, and an extension whose answer is lost has to happen once. What the cloud saw is from its own log.
"""

from __future__ import annotations

import itertools
import re
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.emulator import fixtures
from tests.tools import artifact, playbook
from tests.tools.checkout import ROOT

DEMO = ROOT / "tests" / "demo"
RECAP = re.compile(r"^localhost\s+: ok=\d+\s+changed=(\d+)", re.MULTILINE)
TRANSITION = "0.5"  # s that a start or stop takes


def title(text: str) -> None:
    """Print a heading."""
    print(f"\n=== {text}", flush=True)


def calls(log: list[dict[str, Any]]) -> list[str]:
    """Return the lines that tell a log of the cloud; calls in a row that are alike are one line."""
    alike = itertools.groupby(log, lambda call: (call["method"], call["operation"], call["acted"], call["fault"]))
    lines = []
    for (method, operation, acted, fault), same in alike:
        times = len(list(same))
        line = f"  {method:4} {operation}" + (f", {times} times" if times > 1 else "")
        lost = "; its answer is lost on the way" if fault else ""
        lines.append(f"{line}  <- changes something{lost}" if acted else line)
    return lines


def echo(line: str) -> None:
    """Print a line of ansible-playbook, unless it is blank, without the stars that fill it."""
    if line.strip():
        print(re.sub(r" \*{3,}$", "", line.rstrip()), flush=True)


class Stage:
    """The installed collection and the embedded cloud."""

    def __init__(self, collections: Path, home: Path, cloud: fixtures.Emulator) -> None:
        self.cloud = cloud
        self._collections, self._home = collections, home

    def play(self, name: str) -> tuple[int, list[dict[str, Any]]]:
        """Run a playbook of the demo; how many tasks changed something, and the calls that the cloud saw.

        Raises SystemExit when the playbook fails.
        """
        seen = len(self.cloud.requests())
        print(f"$ ansible-playbook --diff tests/demo/{name}", flush=True)
        code, output = playbook.run(DEMO / name, self._collections, self._home, self.cloud.env, "--diff", echo=echo)
        recap = RECAP.search(output)
        if code or not recap:
            raise SystemExit(f"The demo failed: the playbook ended with exit code {code}.")
        log = self.cloud.requests()[seen:]
        print("What the cloud saw:", *calls(log), sep="\n", flush=True)
        return int(recap[1]), [call for call in log if call["acted"]]


def show(stage: Stage) -> list[str]:
    """Play the demo; return what was not as it should be, a sentence each."""
    title("First run: the cloud is not as the playbook says")
    changed, acted = stage.play("site.yml")
    title("Second run: it is, so nothing is changed")
    changed_again, acted_again = stage.play("site.yml")
    title("A bad day: the account is extended, and the connection breaks before the answer is there")
    stage.cloud.fault("reset_after", {"operation": "runOmUserAction"})
    extended, extensions = stage.play("extend.yml")
    title("In short")
    print(f"The first run changed {changed} tasks with {len(acted)} calls, the second {changed_again}.")
    print(f"After the lost answer the state was read again. The cloud counts {len(extensions)} extension.")
    expected = {
        "The first run has to change something.": changed and acted,
        "The second run has to change nothing.": not changed_again and not acted_again,
        "The extension has to happen once.": extended == len(extensions) == 1,
    }
    return [sentence for sentence, holds in expected.items() if not holds]


def main() -> int:
    """Run the demo and return its exit code."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # so that the embedded cloud stops, too
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        print("=== The collection is built and installed, and the embedded cloud started", flush=True)
        collections = artifact.install(artifact.build(home))
        process, cloud = fixtures.start(home, "--transition", TRANSITION)
        try:
            failures = show(Stage(collections, home, cloud))
        finally:
            fixtures.stop(process)
    for sentence in failures:
        print(f"The demo failed: {sentence}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
