# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every gate and end with a summary on one screen: `python -m tests.tools.gates`.

A gate counts the tests in its JUnit reports; one that writes none, such as a linter, counts as one test.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

BUILD = Path(__file__).parents[2] / "build"
REPORTS = BUILD / "reports"
OUTCOMES = {"failure": "failed", "error": "failed", "skipped": "skipped"}


@dataclass
class Gate:
    """What one nox session came to: `status` in nox's words, seconds, and its tests by outcome."""

    name: str
    status: str
    seconds: float
    counts: Counter = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    reasons: Counter = field(default_factory=Counter)

    @classmethod
    def read(cls, session: dict) -> Gate:
        """Return the gate that `session`, an entry of nox's report, and its JUnit reports tell of."""
        name = session["signatures"][0]
        gate = cls(name, session["result"], session["duration"])
        for path in sorted((REPORTS / name).glob("*.xml")):
            for case in ElementTree.parse(path).iter("testcase"):
                gate.count(case)
        outcome = {"success": "passed", "skipped": "skipped"}.get(gate.status, "failed")
        if not gate.counts or (outcome == "failed" and not gate.counts["failed"]):
            gate.counts[outcome] += 1
        if outcome == "skipped":
            gate.reasons[session["reason"]] += 1
        return gate

    def count(self, case: ElementTree.Element) -> None:
        """Add the test `case` of a JUnit report."""
        verdict = next((child for child in case if child.tag in OUTCOMES), None)
        outcome = "passed" if verdict is None else OUTCOMES[verdict.tag]
        self.counts[outcome] += 1
        if outcome == "failed":
            self.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif outcome == "skipped":
            self.reasons[verdict.get("message") or verdict.text] += 1


def summary(gates: list[Gate]) -> str:
    """Return the table of `gates`, what failed, what was skipped and why, and the line that counts."""
    lines = ["", f"{'gate':<22}{'result':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'time':>9}"]
    for gate in gates:
        counts = f"{gate.counts['passed']:>8}{gate.counts['failed']:>8}{gate.counts['skipped']:>9}"
        lines.append(f"{gate.name:<22}{gate.status:<10}{counts}{gate.seconds:>7.0f} s")
    for gate in gates:
        lines += [f"{gate.name}: failed {failure}" for failure in gate.failures]
        lines += [f"{gate.name}: skipped {times} x {reason}" for reason, times in gate.reasons.items()]
    total = sum((gate.counts for gate in gates), Counter())
    return "\n".join([*lines, f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped"])


def main() -> int:
    """Run nox, print the summary of what it reports, and return its exit code."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    report = REPORTS / "nox.json"
    code = subprocess.run(
        [sys.executable, "-m", "nox", "--parallel", "auto", "--report", report, *sys.argv[1:]], check=False
    ).returncode
    gates = [Gate.read(session) for session in json.loads(report.read_text(encoding="utf-8"))["sessions"]]
    print(summary(gates), flush=True)
    return code or int(any(gate.counts["failed"] for gate in gates))


if __name__ == "__main__":
    sys.exit(main())
