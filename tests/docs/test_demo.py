# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo shows what it promises: a diff, the calls that the cloud saw, and an answer that was lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tools import demo
from tests.tools.checkout import ROOT


def call(operation: str, acted: bool = False, fault: str | None = None) -> dict:
    """Return an entry of the cloud's log."""
    return {"method": "POST" if acted else "GET", "operation": operation, "acted": acted, "fault": fault}


def test_calls():
    log = [call("list"), call("list"), call("start", acted=True), call("extend", acted=True, fault="reset_after")]
    assert demo.calls([*log, call("list")]) == [
        "  GET  list, 2 times",
        "  POST start  <- changes something",
        "  POST extend  <- changes something; its answer is lost on the way",
        "  GET  list",
    ]


class Careless:
    """A stage on which every run changes one task with some calls."""

    def __init__(self, acted: int) -> None:
        self.cloud, self._acted = self, acted

    def fault(self, *_rule: object) -> None:
        """Take a fault."""

    def play(self, _name: str) -> tuple[int, list[dict]]:
        """Return what a careless client would have done."""
        return 1, [call("runOmUserAction", acted=True)] * self._acted


@pytest.mark.parametrize(
    ("acted", "failures"),
    [
        (1, ["The second run has to change nothing."]),
        (2, ["The second run has to change nothing.", "The extension has to happen once."]),
    ],
)
def test_a_careless_collection_fails(acted, failures):
    assert demo.show(Careless(acted)) == failures


@pytest.fixture(scope="module")
def parts() -> list[str]:
    """Return what the demo prints, taken apart at its headings."""
    run = subprocess.run([sys.executable, "-m", demo.__name__], cwd=ROOT, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.split("\n=== ")


def test_the_first_run_shows_its_diff_and_the_calls(parts):
    assert '-    "status": "SHUTOFF"' in parts[1]
    assert '+    "status": "ACTIVE"' in parts[1]
    assert "changed=4" in parts[1]
    assert "  POST switchAuditDatabaseV3, 2 times  <- changes something\n" in parts[1]


def test_the_second_run_changes_nothing(parts):
    assert "changed=0" in parts[2]
    assert "  GET  listAuditDatabasesV2\n" in parts[2]
    assert "changes something" not in parts[2]


def test_what_was_lost_happens_once(parts):
    lost = "  POST runOmUserAction  <- changes something; its answer is lost on the way\n  GET  getOmUserStatus\n"
    assert lost in parts[3]
    assert parts[3].count("runOmUserAction") == 1
    assert "The cloud counts 1 extension." in parts[4]
