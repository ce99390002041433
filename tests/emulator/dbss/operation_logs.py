# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done to an audit instance, and by whom."""

from __future__ import annotations

from ..call import Call, Handler
from ..power import Record
from ..state import Completion
from .audit import instance
from .times import span_of


def _list(call: Call) -> Record:
    """listAuditOperationLogsNew and its predecessor: pages from 1, as text or numbers; without a time, of any time."""
    body = call.body
    first, last = span_of(body["time"], call.now) if body["time"] else (0.0, call.now)
    rows = [
        one
        for one in sorted(call.listed(instance(call)["operations"]), key=lambda one: -one["time"])
        if first <= int(one["time"]) <= last
        and one["user"] == body.get("user_name", one["user"])
        and one["action"] == body.get("action", one["action"]).lower()
        and one["result"] == body.get("result", one["result"])
        and one["name"] == body.get("operate_name", one["name"])
    ]
    page, size = int(body["page"]), int(body["size"])
    shown = rows[(page - 1) * size : page * size] if page > 0 else []
    entries = [call.view("OperationLogEntry", one, time=str(round(one["time"] * 1000))) for one in shown]
    return {"total_num": len(rows), "operate_log": entries}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = dict.fromkeys(("listAuditOperationLogs", "listAuditOperationLogsNew"), _list)
