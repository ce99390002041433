# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine import verdicts
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.verdicts import (
    ACCEPTED,
    ASSUME,
    COUNT,
    GIVE_UP,
    GO_ON,
    LOOK,
    LOST,
    NO_EFFECT,
    REFUSED,
    ROWS,
    SEND_AGAIN,
    Evidence,
    verdict,
)

PAGE = Path(__file__).parents[5] / "docs" / "when_things_go_wrong.md"


@pytest.mark.parametrize(
    ("answer", "shown", "asked", "over", "unseen", "again", "found"),
    [
        (LOST, True, False, False, "", False, COUNT),
        (ACCEPTED, True, False, False, "", False, GO_ON),
        (REFUSED, True, False, True, "", False, GO_ON),
        (ACCEPTED, False, True, False, "fail", False, LOOK),
        (ACCEPTED, False, True, True, "", False, LOOK),
        (ACCEPTED, False, True, True, "assume", False, ASSUME),
        (ACCEPTED, False, True, True, "fail", False, NO_EFFECT),
        (REFUSED, False, False, False, "", False, GO_ON),
        (LOST, False, False, True, "", True, GO_ON),
        (LOST, False, True, False, "", True, LOOK),
        (REFUSED, False, True, False, "", False, LOOK),
        (LOST, False, True, True, "", True, SEND_AGAIN),
        (REFUSED, False, True, True, "", True, SEND_AGAIN),
        (REFUSED, False, True, False, "", True, LOOK),
        (LOST, False, True, True, "", False, GIVE_UP),
        (REFUSED, False, True, True, "", False, GIVE_UP),
    ],
)
def test_rows(answer, shown, asked, over, unseen, again, found):
    assert verdict(Evidence(answer, shown, asked, over, unseen, again)) == found


def everything():
    """Yield all evidence that there can be."""
    flags = (False, True)
    yield from map(
        Evidence._make,
        itertools.product((ACCEPTED, REFUSED, LOST), flags, flags, flags, ("", "assume", "fail"), flags),
    )


def test_there_is_a_verdict_for_everything_and_no_row_too_many():
    used = {next(row for row in ROWS if verdicts._fits(row, evidence)) for evidence in everything()}
    assert used == set(ROWS)


def test_nothing_is_sent_again_that_was_answered_or_is_not_asked_for():
    again = [evidence for evidence in everything() if verdict(evidence) == SEND_AGAIN]
    assert all(
        one.answer in (LOST, REFUSED) and one.again and one.asked and one.over and not one.shown for one in again
    )


def test_the_documentation_has_the_table():
    words = {None: "", True: "yes", False: "no"}
    lines = [
        "| "
        + " | ".join([row.answer or "", *(words[flag] for flag in (row.shown, row.asked, row.over)), row.verdict])
        + " |"
        for row in ROWS
    ]
    text = PAGE.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line in lines] == lines
