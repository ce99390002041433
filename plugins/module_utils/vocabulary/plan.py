# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan says: the next step for one record. Plain data."""

from __future__ import annotations

from typing import NamedTuple

DONE = "done"  # the record is as wanted
ACT = "act"  # issue the action
WAIT = "wait"  # something is still moving; look again
REFUSE = "refuse"  # the wanted state cannot be reached from here


class Step(NamedTuple):
    """The next step for one record."""

    verdict: str  # one of the words above
    action: str = ""  # for ACT, in the API's words
    reason: str = ""  # for WAIT and REFUSE, what the record is in: "is frozen, …"
    leads: bool = False  # for WAIT: what runs there already leads to the wanted state
    patience: float = 0.0  # for WAIT: seconds after which the record counts as it is, as DONE; 0 waits on
    more: bool = False  # for WAIT: something is left to do once it has ended


class Goal(NamedTuple):
    """What messages say of a record that is not as wanted; the words follow its name."""

    unreachable: str  # "cannot be started"
    overdue: str  # "did not start"


class Action(NamedTuple):
    """How an action may be handled when its answer is lost or its effect does not show."""

    again: bool  # it may be sent again when the state still asks for it after its outcome was unknown
    patience: float = 2.0  # seconds after which a state that does not show it is believed
    unseen: str = ""  # what to do when it was accepted and never shows: "" wait on, "assume" it was done, or "fail"
    trusted: bool = False  # once it was accepted, planning goes on from what it leads to; a reading checks at the end


class Past(NamedTuple):
    """What has happened to a record since the task began."""

    taken: tuple[str, ...] = ()  # the actions that were accepted, in order
    led: bool = False  # a task that somebody else had started was seen leading to the wanted state


NOTHING_YET = Past()
