# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of an action, by its answer and by what the record shows since: one table. Pure."""

from __future__ import annotations

from typing import NamedTuple

ACCEPTED, REFUSED, LOST = "accepted", "refused", "lost"  # how an action was answered

GO_ON = "go on"  # plan from what the record shows
COUNT = "count it"  # it was taken after all
LOOK = "look again"
ASSUME = "assume that it was done"
NO_EFFECT = "fail: it had no effect"
SEND_AGAIN = "send it again"
GIVE_UP = "fail with the error"


class Evidence(NamedTuple):
    """What is known of an action."""

    answer: str  # ACCEPTED, REFUSED, or LOST: nobody knows whether it was taken
    shown: bool  # the record shows that it was taken
    asked: bool  # the plan still asks for it
    over: bool  # it is time to believe a record that does not show it
    unseen: str  # what counts when it was accepted and never shows: Action.unseen
    again: bool  # it may be sent again


class Row(NamedTuple):
    """A row: what the evidence must be, None for anything, and the verdict."""

    verdict: str
    answer: str | None = None
    shown: bool | None = None
    asked: bool | None = None
    over: bool | None = None
    unseen: str | None = None
    again: bool | None = None


# The first row that fits counts.
ROWS = (
    Row(COUNT, LOST, shown=True),
    Row(GO_ON, shown=True),
    Row(LOOK, ACCEPTED, over=False),
    Row(LOOK, ACCEPTED, unseen=""),
    Row(ASSUME, ACCEPTED, unseen="assume"),
    Row(NO_EFFECT, ACCEPTED, unseen="fail"),
    Row(GO_ON, asked=False),
    Row(LOOK, over=False),
    Row(SEND_AGAIN, again=True),
    Row(GIVE_UP),
)


def verdict(evidence: Evidence) -> str:
    """Return what to make of the evidence."""
    return next(row.verdict for row in ROWS if _fits(row, evidence))


def _fits(row: Row, evidence: Evidence) -> bool:
    return all(wanted in (None, found) for wanted, found in zip(row[1:], evidence))
