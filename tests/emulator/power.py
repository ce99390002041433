# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of things that start, stop and reboot: audit instances, nodes of O&M instances, clusters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Mapping

Record = dict[str, Any]


@dataclass(frozen=True)
class Move:
    """An action: the states it is allowed in, the task it shows meanwhile, the state it ends in (None: as before)."""

    allowed_in: tuple[str, ...]
    task: str
    ends_in: str | None = None


@dataclass(frozen=True)
class Machine:
    """States and tasks of one kind of thing.

    A record has `status`, a task under `task_key`, `until` (clock time in s at which what is running ends, None: never)
    and `ends_in` (the status that it then gets, for the state file to choose). While something runs it may have
    `arrives`: fields that change at the end.
    """

    task_key: str
    idle: Any
    moves: Mapping[str, Move]
    outcomes: Mapping[str, str]

    def is_idle(self, record: Record) -> bool:
        """Whether no task runs; all three idle words of the contract count."""
        return record[self.task_key] in (None, "", "NO_TASK")

    def settle(self, record: Record, now: float) -> None:
        """End what has run long enough."""
        if record["until"] is None or now < record["until"]:
            return
        running = record["status"] if self.is_idle(record) else record[self.task_key]
        record["status"] = record["ends_in"] or self.outcomes.get(running, record["status"])
        record.update({self.task_key: self.idle, "until": None, "ends_in": None})
        record.update(record.pop("arrives", {}))

    def movable(self, records: Iterable[Record], action: str) -> list[Record]:
        """The records that an action would move; empty when it is not allowed.

        Of several nodes none may be busy or in a state that forbids everything. The contract does not say what an
        action does to nodes of different states: here it moves those that it can, and needs at least one.
        """
        records = list(records)
        settled = {state for move in self.moves.values() for state in move.allowed_in}
        if not all(self.is_idle(one) and one["status"] in settled for one in records):
            return []
        return [one for one in records if one["status"] in self.moves[action].allowed_in]

    def begin(self, records: Iterable[Record], action: str, until: float) -> None:
        """Set the records moving; `until` is the clock time in s at which they arrive."""
        move = self.moves[action]
        for record in records:
            ends_in = record["ends_in"] or move.ends_in
            record.update({self.task_key: move.task, "until": until, "ends_in": ends_in})


DBSS_MOVES = {
    "start": Move(("SHUTOFF",), "powering-on", "ACTIVE"),
    "stop": Move(("ACTIVE",), "powering-off", "SHUTOFF"),
    "reboot": Move(("ACTIVE",), "rebooting", "ACTIVE"),
}
# How a state file's "in mid-task" ends when the file does not say.
DBSS_OUTCOMES = {
    "powering-on": "ACTIVE",
    "powering-off": "SHUTOFF",
    "rebooting": "ACTIVE",
    "delete_wait": "DELETED",
    "BUILD": "ACTIVE",
    "HAWAIT": "ACTIVE",
    "UPGRADING": "ACTIVE",
    "DELETING": "DELETED",
}
AUDIT = Machine("task", "NO_TASK", DBSS_MOVES, DBSS_OUTCOMES)
OM = Machine("task_status", None, DBSS_MOVES, DBSS_OUTCOMES)
# The word for a stopped cluster is not published; STOPPED is ours.
CLUSTER = Machine(
    "task_status",
    None,
    {
        "start": Move(("STOPPED",), "STARTING", "AVAILABLE"),
        "stop": Move(("AVAILABLE", "ACTIVE"), "STOPPING", "STOPPED"),
        "restart": Move(("AVAILABLE", "ACTIVE"), "REBOOTING"),
    },
    {"STARTING": "AVAILABLE", "STOPPING": "STOPPED", "CREATING": "AVAILABLE", "DELETING": "DELETED"},
)


@dataclass(frozen=True)
class Timer:
    """Things that take their time and then are done; `outcome` says of a record and the time what it then gets."""

    outcome: Callable[[Record, float], Record]

    def settle(self, record: Record, now: float) -> None:
        """End what has run long enough."""
        if record["until"] is not None and now >= record["until"]:
            record.update(self.outcome(record, now), until=None)


_BACKUP_ENDS = {
    "AUTO_BACKUPING": {"progress": "AUTO_BACKUPED", "percentage": 100, "backup_task_fail_reason": None},
    "RESTORING": {"progress": "RESTORED", "percentage": 100},
    "DELETING": {"progress": "DELETED", "deleted": True},
}


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


BACKUP = Timer(lambda record, _now: _BACKUP_ENDS.get(record["progress"], {}))
REPORT = Timer(lambda _record, now: {"percentum": 100, "finish_time": _written(now)})
SUMMARY = Timer(
    lambda record, now: {"task_status": "2", "end_time": round(now * 1000), "completed_num": record["total_num"]}
)
ORDER = Timer(lambda record, _now: {"status": 5 if record["status"] == 3 else 4})  # paid and carried out, or lapsed

# By the names that records.yml uses.
MACHINES: Mapping[str, Machine | Timer] = {
    "AUDIT": AUDIT,
    "OM": OM,
    "CLUSTER": CLUSTER,
    "BACKUP": BACKUP,
    "REPORT": REPORT,
    "SUMMARY": SUMMARY,
    "ORDER": ORDER,
}
