# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of the gates counts what ran, and never less than one failure for a gate that failed."""

from __future__ import annotations

import pytest

from tests.tools import gates

PASSED = '<testcase classname="a" name="one"/>'
FAILED = '<testcase classname="a" name="two"><failure message="no"/></testcase>'
ERROR = '<testcase classname="a" name="three"><error message="no"/></testcase>'
SKIPPED = '<testcase classname="a" name="four"><skipped message="not here"/></testcase>'
SKIPPED_BY_ANSIBLE_TEST = '<testcase classname="a" name="five"><skipped>not there</skipped></testcase>'


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """Return a function that reads a gate from nox's result for a session and the test cases it reported, if any."""
    monkeypatch.setattr(gates, "REPORTS", tmp_path)

    def read(result, *cases, reason=None):
        if cases:
            (tmp_path / "unit").mkdir()
            (tmp_path / "unit" / "report.xml").write_text(f"<testsuites>{''.join(cases)}</testsuites>")
        return gates.Gate.read({"signatures": ["unit"], "result": result, "duration": 61.2, "reason": reason})

    return read


@pytest.mark.parametrize(
    ("result", "cases", "counts"),
    [
        ("success", [PASSED, PASSED], {"passed": 2}),
        ("success", [PASSED, SKIPPED], {"passed": 1, "skipped": 1}),
        ("failed", [PASSED, FAILED, ERROR], {"passed": 1, "failed": 2}),
        ("success", [], {"passed": 1}),  # a linter
        ("failed", [], {"failed": 1}),
        ("aborted", [], {"failed": 1}),
        ("skipped", [], {"skipped": 1}),
        ("failed", [PASSED], {"passed": 1, "failed": 1}),  # too little covered
    ],
)
def test_counts(gate, result, cases, counts):
    assert gate(result, *cases).counts == counts


def test_summary_names_failures_and_reasons(gate):
    *lines, last = gates.summary(
        [gate("failed", PASSED, FAILED, SKIPPED, SKIPPED, SKIPPED_BY_ANSIBLE_TEST)]
    ).splitlines()
    assert "unit: failed a::two" in lines
    assert "unit: skipped 2 x not here" in lines
    assert "unit: skipped 1 x not there" in lines
    assert last == "1 passed, 1 failed, 3 skipped"


def test_summary_says_why_a_gate_was_skipped(gate):
    lines = gates.summary([gate("skipped", reason="Python interpreter 3.13 not found")]).splitlines()
    assert lines[-2:] == ["unit: skipped 1 x Python interpreter 3.13 not found", "0 passed, 0 failed, 1 skipped"]
