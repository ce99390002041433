# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was recorded, in numbers that follow from the statements: summaries, trends, sessions; and the load."""

from __future__ import annotations

from collections import Counter
from typing import Any, Callable, Mapping

from ..call import Call, Handler
from ..clock import timestamp
from ..power import Record
from ..state import Completion
from .audit import instance
from .statements import recorded
from .times import span_of, written

_DAY = 86400  # s
_RISKS = ("HIGH", "MEDIUM", "LOW")
Rows = list[Record]


def _at_risk(rows: Rows, *levels: str) -> int:
    return sum(one["level"] in (levels or _RISKS) for one in rows)


def _of_kind(rows: Rows, kind: str) -> int:
    return sum(one["query_type"].startswith(kind) for one in rows)


# --- Trends: the key of the points, what a point counts, and the word for it in the history ---

_KINDS = ("DELETE", "INSERT", "SELECT", "UPDATE")
_TRENDS: Mapping[str, tuple[str, str, Callable[[Rows], Record]]] = {
    "getRiskTrend": (
        "risk_statistics",
        "RISK",
        lambda rows: {
            "high_risk_num": _at_risk(rows, "HIGH"),
            "middle_risk_num": _at_risk(rows, "MEDIUM"),
            "low_risk_num": _at_risk(rows, "LOW"),
            "no_risk_num": _at_risk(rows, "NO_RISK"),
        },
    ),
    "getRiskOperationTrend": (
        "operation_statistics",
        "OPERATION",
        lambda rows: {"risk_operation_num": _at_risk(rows)},
    ),
    "getSessionTrend": (
        "session_statistics",
        "SESSION",
        lambda rows: {
            "active_session_num": _sessions(rows),
            "new_session_num": _sessions(rows),
            "fail_session_num": sum(one["query_type"] == "LOGIN" and one["sql_response"] == "FAILED" for one in rows),
        },
    ),
    "getSqlCountTrend": ("count_statistics", "COUNT", lambda rows: {"sql_num": len(rows)}),
    "getInjectionTrend": (
        "injection_statistics",
        "INJECTION",
        lambda rows: {"injection_num": sum(one["rule_type"] == "SQL" for one in rows)},
    ),
    "getSqlTypeTrend": (
        "sql_statistics",
        "SQL",
        lambda rows: {
            **{f"{kind.lower()}_num": _of_kind(rows, kind) for kind in _KINDS},
            "other_num": sum(not one["query_type"].startswith(_KINDS) for one in rows),
        },
    ),
}


def _sessions(rows: Rows) -> int:
    return len({(one["db_user"], one["client_ip"], one["db_session_id"]) for one in rows})


def _trend(key: str, word: str, count: Callable[[Rows], Record]) -> Handler:
    """A trend, hour by hour. With `regenerate` 1 the service counts for a while, and says so until it is done."""

    def handle(call: Call) -> Record:
        record, wanted = instance(call), call.body.get("db_id") or ""
        database = call.own(record["databases"], wanted) if wanted else None
        rows = recorded(call, call.body["time"], record)
        if database:
            rows = [one for one in rows if one["db_ip"] == database["ip"]]
        if call.body["regenerate"] == 1:
            given = {"db_id": wanted, "db_name": database["name"] if database else "", "statistics_type": word}
            call.create("audit_instances.counts", record, {**given, "generate_time": timestamp(call.now)}, "count")
        counts = [one for one in record["counts"].values() if one["statistics_type"] == word]
        running = any(one["generate_time"] + call.settings.transition > call.now for one in counts)
        hours = sorted({int(one["start_time"] // 3600) for one in rows})
        points = [
            {**count([one for one in rows if one["start_time"] // 3600 == hour]), "period": written(hour * 3600)}
            for hour in hours
        ]
        state = "RUNNING" if running else "FINISHED"
        return {"generate_time": written(call.now), key: [] if running else points, "status": state}

    return handle


def _history(call: Call) -> Any:
    rows = call.listed(instance(call)["counts"])
    return [call.view("TrendHistoryEntry", one, generate_time=written(one["generate_time"])) for one in rows]


# --- Sessions ---


def _by_database(call: Call) -> list[tuple[Record, Rows]]:
    record = instance(call)
    rows = recorded(call, call.body["time"], record)
    databases = call.listed(record["databases"])
    wanted = call.body.get("db_id") or [one["id"] for one in databases]
    found = [(one, [row for row in rows if row["db_ip"] == one["ip"]]) for one in databases if one["id"] in wanted]
    return [(one, mine) for one, mine in found if mine]


def _place(database: Record) -> Record:
    return {"db_id": database["id"], "db_ip": database["ip"], "db_name": database["name"]}


def _accounts(call: Call) -> Any:
    return [
        {**_place(one), "db_user": user, "session_num": _sessions([row for row in rows if row["db_user"] == user])}
        for one, rows in _by_database(call)
        for user in sorted({row["db_user"] for row in rows})
    ]


def _clients(call: Call) -> Any:
    return [{**_place(one), "session_num": _sessions(rows)} for one, rows in _by_database(call)]


# --- Summaries of a project ---


def _summaries(call: Call) -> Record:
    """listAuditSummaries: here an instance has a number, not its id, as the SDK reads it."""
    found = call.listed(call.state["audit_instances"])
    rows = [_summary(call, number, one) for number, one in enumerate(found, 1)]
    keys = ("total_sql", "total_risk", "today_sql", "today_risk", "today_session")
    return {
        "project_id": call.path["project_id"],
        "audit_duration": max((one["audit_duration"] for one in rows), default=0),
        **{key: sum(one[key] for one in rows) for key in keys},
        "update_time": round(call.now * 1000),
        "data_list": call.page(rows),
        "total": len(rows),
    }


def _summary(call: Call, number: int, record: Record) -> Record:
    rows = [one for one in record["statements"].values() if one["start_time"] <= call.now]
    today = [one for one in rows if one["start_time"] >= call.now - call.now % _DAY]
    return {
        "id": 100 + number,
        "status": "1" if record["status"] == "ACTIVE" else "2",
        "project_id": record["project"],
        "instance_id": 1000 + number,
        "instance_name": record["name"],
        "audit_duration": int(record["keep_days"] or 0),
        "total_sql": len(rows),
        "total_risk": _at_risk(rows),
        "today_sql": len(today),
        "today_risk": _at_risk(today),
        "today_session": _sessions(today),
        "update_time": round(call.now * 1000),
        "reserve1": None,
        "reserve2": None,
    }


def _risk_statistics(call: Call) -> Record:
    found = []
    for record in call.listed(call.state["audit_instances"]):
        rows = [
            one for one in record["statements"].values() if one["level"] in _RISKS and one["start_time"] <= call.now
        ]
        for database in record["databases"].values():
            mine = [one for one in rows if one["db_ip"] == database["ip"]]
            if mine:
                place = {**_place(database), "instance_id": record["id"], "instance_name": record["name"]}
                found.append((place, mine))
    everything = [row for _place_of, rows in found for row in rows]
    names = sorted({row["rule_name"] for row in everything if row["rule_name"]})
    return {
        "project_id": call.path["project_id"],
        "update_time": round(call.now * 1000),
        "high_risk_total": _at_risk(everything, "HIGH"),
        "medium_risk_total": _at_risk(everything, "MEDIUM"),
        "low_risk_total": _at_risk(everything, "LOW"),
        "db_risk_statistics": [
            {
                **place,
                "high_risk": _at_risk(rows, "HIGH"),
                "medium_risk": _at_risk(rows, "MEDIUM"),
                "low_risk": _at_risk(rows, "LOW"),
                "total_risk": len(rows),
                "risk_rule": [
                    {"count": count, "rule_name": name, "rule_name_english": name}
                    for name, count in sorted(Counter(row["rule_name"] for row in rows if row["rule_name"]).items())
                ],
            }
            for place, rows in found
        ],
        "rule_risk_statistics": [
            {
                "rule_name": name,
                "count": sum(row["rule_name"] == name for row in everything),
                "instance_risk_count": [
                    {**place, "count": sum(row["rule_name"] == name for row in rows)}
                    for place, rows in found
                    if any(row["rule_name"] == name for row in rows)
                ],
            }
            for name in names
        ],
        "unsupported_audit_infos": {"audit_infos": [], "support_version": "22.07.09.000000"},
    }


def _task(call: Call) -> Record:
    """The summary task of the project for one line of business; it is there from the first question on."""
    tasks, kind = call.state["summary_tasks"], call.path["busi_type"]
    if kind not in tasks:
        sort = call.state.sort("summary_tasks")
        tasks[kind] = call.state.made(sort, {"busi_type": kind}, call.state, call.now)
    return tasks[kind]


def _get_task(call: Call) -> Record:
    return call.view("SummaryTask", _task(call), project_id=call.path["project_id"])


def _set_task(call: Call) -> Any:
    task, body = _task(call), call.body
    call.resource = call.path["busi_type"]
    call.change([task], body["oper_type"])
    if body["oper_type"] == "switch":
        task["task_switch"] = body.get("code", "on")
    else:
        now = round(call.now * 1000)
        times = {key: body.get(key, now) for key in ("query_begin_time", "query_end_time")}
        number = len(call.listed(call.state["audit_instances"]))
        task.update(times, task_status="1", begin_time=now, completed_num=0, total_num=number)
        task["until"] = call.now + call.settings.transition
    return {}


# --- Load ---


def _monitor(call: Call) -> Record:
    """getMonitorInfo: the load is made up, and the same at the same minute; only the time is real."""
    _first, last = span_of(call.body["time"], call.now)
    load = 10 + len(instance(call)["databases"])
    minutes = [(str(number), written(last - last % 60 - 60 * (2 - number))) for number in (1, 2)]
    disk = {
        "data_available": 380.5,
        "data_total": 500.0,
        "data_use_percent": 24,
        "id": "1",
        "swap_available": 8.0,
        "swap_total": 8.0,
        "swap_use_percent": 0,
        "system_available": 31.0,
        "system_total": 40.0,
        "system_use_percent": 23,
        "time": written(last - last % 60),
    }
    return {
        "disk_infos": disk,
        "system_infos": [{"cpu_use": load + 0.5, "id": key, "mem_use": 41.0, "time": time} for key, time in minutes],
        "traffic_infos": [{"id": key, "rxmegabytes": 1.5, "time": time, "txmegabytes": 0.2} for key, time in minutes],
    }


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **{name: _trend(*row) for name, row in _TRENDS.items()},
    "listTrendHistory": _history,
    "countAccountSessions": _accounts,
    "countClientSessions": _clients,
    "listAuditSummaries": _summaries,
    "getRiskStatistics": _risk_statistics,
    "getSummaryTask": _get_task,
    "setSummaryTask": _set_task,
    "getMonitorInfo": _monitor,
}
