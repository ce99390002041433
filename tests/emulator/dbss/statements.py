# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statements that an audit instance recorded."""

from __future__ import annotations

from typing import Any, Mapping

from ..call import Call, Handler
from ..power import Record
from ..state import Completion
from .audit import instance
from .times import span_of, written

# Filters that have to be the same, and those whose text has to be in it: key of the query to that of the record.
_SAME = {
    "client_ip": "client_ip",
    "client_name": "client_name",
    "db_ip": "db_ip",
    "db_user": "db_user",
    "query_type": "query_type",
    "rule_name": "rule_name",
    "sql_response": "sql_response",
}


def recorded(call: Call, time: Mapping[str, Any], record: Record) -> list[Record]:
    """The statements of an audit instance in a span of time, oldest first."""
    first, last = span_of(time, call.now)
    rows = [one for one in call.listed(record["statements"]) if first <= int(one["start_time"]) <= last]
    return sorted(rows, key=lambda one: one["start_time"])


def _wanted(query: Mapping[str, Any], row: Record) -> bool:
    levels = (query.get("risk_levels") or "").upper()
    return (
        all(query.get(key) in (None, row[name]) for key, name in _SAME.items())
        and (not levels or row["level"] in levels.split(","))
        and (query.get("sql_statement") or "") in row["sql_statement"]
    )


def _list(call: Call) -> Record:
    rows = [one for one in recorded(call, call.body["time"], instance(call)) if _wanted(call.body, one)]
    if call.body["time_order"] == "DESC":
        rows.reverse()
    shown = [{"sql": _show(call, one)} for one in call.numbered(rows)]
    return {"total": len(rows), "count": len(rows), "sqls": shown}


def _show(call: Call, row: Record) -> Record:
    table = {
        "column_name": row["field"],
        "object_type": "",
        "schema_name": row["schema"],
        "sql_type": row["query_type"],
        "sys_name": "",
        "table_name": row["object"],
    }
    more = {"operated_obj_info": [table], "start_time": written(row["start_time"])}
    return call.view("AuditSql", row, {"risk_level": "level"}, **more)


def _get(call: Call) -> Record:
    row = call.own(instance(call)["statements"], call.path["id"])
    times = {
        "start_time": written(row["start_time"]),
        "end_time": written(row["start_time"] + row["execute_time"] / 1000),
    }
    ports = {"client_port_str": str(row["client_port"]), "db_port_str": str(row["db_port"])}
    return {"sql": call.view("AuditSqlDetail", row, **times, **ports)}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("listAuditSqls", "listAuditSqlsNew"), _list),
    "getAuditSql": _get,
}
