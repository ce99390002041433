# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, stopping and rebooting, of audit, O&M and encryption instances alike."""

from __future__ import annotations

from typing import Any, Callable

from ..answers import Refusal
from ..call import Call, Handler
from ..power import Machine, Record

_REFUSED = {"start": "DBSS.10020130", "stop": "DBSS.10020131", "reboot": "DBSS.10020132"}


def acting(action: str, machine: Machine, nodes_of: Callable[[Call], list[Record]]) -> Handler:
    """An action of a state machine on what `nodes_of` finds."""

    def handle(call: Call) -> Any:
        moved = machine.movable(nodes_of(call), action)
        if not moved:
            raise Refusal(400, _REFUSED[action], f"Failed to {action} the instance: its state does not allow this.")
        call.change(moved, action)
        machine.begin(moved, action, call.now + call.settings.transition)
        return {"result": "success"}

    return handle
