# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of audit logs, and the export of risks to a bucket."""

from __future__ import annotations

from typing import Any, Callable

from ..answers import Refusal
from ..call import Call, Handler
from ..patterns import RESULT_UPPER
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance
from .times import read, written

_BAD_ENDS = ("CLEAN_AFTER_FAILED", "AUTO_BACKUP_FAIL", "MANUAL_BACKUP_FAIL", "ISAP_BACKUP_FAIL")
_GOOD_ENDS = ("AUTO_BACKUPED", "MANUAL_BACKUPED", "ISAP_BACKUPED", "RESTORED", "RESTORE_FAIL")


def _bucket(call: Call) -> str:
    """The bucket in the body; the service must have been granted it. Raises Refusal."""
    name: str = call.body["bucket_name"]
    if name not in call.state["obs_buckets"]:
        raise Refusal(403, "DBSS.10020102", "The operation failed: the bucket is not there, or was not granted.")
    return name


def _switch(call: Call) -> Any:
    """switchBackup: the whole setting is replaced, also to turn it off."""
    record, body = running_instance(call), call.body
    _bucket(call)
    read(body["trigger_time"])
    whole = {**record["backup"], "bucket_root_path": "", **{key: value for key, value in body.items() if key != "mode"}}
    if record["backup"] != whole:
        call.change([record], "backup")
        record["backup"] = whole
    return RESULT_UPPER.done


def _list(call: Call) -> Record:
    body, rows = call.body, call.listed(instance(call)["backups"])
    first, last = (read(body[key]) if body.get(key) else None for key in ("start_time", "end_time"))
    rows = [
        one
        for one in sorted(rows, key=lambda one: -one["backup_time"])
        if (first is None or one["backup_time"] >= first) and (last is None or one["backup_time"] <= last)
    ]
    shown = [_show(call, one) for one in call.numbered(rows)]
    return {"data_list": shown, "total_num": len(rows)}


def _show(call: Call, backup: Record) -> Record:
    times = {key: written(backup[key]) for key in ("backup_time", "start_time", "end_time")}
    return call.view("Backup", backup, **times)


def _moving(ends: tuple[str, ...] | None, progress: str, owner: Callable[[Call], Record], action: str) -> Handler:
    """What is done to a backup in one of some states (None: any that rests): it takes a while, then it is done."""

    def handle(call: Call) -> Any:
        backup = call.own(owner(call)["backups"], call.path["id"])
        if (
            backup["until"] is not None
            or backup["deleted"]
            or backup["progress"] not in (ends or (backup["progress"],))
        ):
            return RESULT_UPPER.failed
        call.change([backup], action)
        backup.update(progress=progress, percentage=0, until=call.now + call.settings.transition)
        return RESULT_UPPER.done

    return handle


def _set_bucket(call: Call) -> Any:
    record = running_instance(call)
    _bucket(call)
    whole = {**record["risk_export"], "bucket_root_path": "", **call.body}
    if record["risk_export"] != whole:
        call.change([record], "risk_export")
        record["risk_export"] = whole
    return RESULT_UPPER.done


def _switch_risk(call: Call) -> Any:
    """switchRiskExport: for one database; its cycle is kept and never shown."""
    database = call.own(running_instance(call)["databases"], call.body["db_id"])
    changes = {"risk_export": call.body["status"], "risk_export_cycle": call.body.get("cycle")}
    if any(database[key] != value for key, value in changes.items()):
        call.change([database], "risk_export")
        database.update(changes)
    return RESULT_UPPER.done


def _template(call: Call, database: Record) -> Record:
    return {
        "db_id": database["id"],
        "db_ip": database["ip"],
        "db_name": database["name"],
        "db_port": int(database["port"]),
        "id": database["id"],
        "status": database["risk_export"],
    }


def _templates(call: Call) -> Record:
    return {"templates": [_template(call, one) for one in call.listed(instance(call)["databases"])]}


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "switchBackup": _switch,
    "getBackupTemplate": lambda call: call.view("BackupTemplate", instance(call)["backup"]),
    "getBackupState": lambda call: {"status": instance(call)["backup"]["status"]},
    "listBackups": _list,
    "deleteBackup": _moving(None, "DELETING", instance, "delete"),
    "restoreBackup": _moving(_GOOD_ENDS, "RESTORING", running_instance, "restore"),
    "retryBackup": _moving(_BAD_ENDS, "AUTO_BACKUPING", running_instance, "retry"),
    "listObsBuckets": lambda call: {
        "obs_list": [call.view("ObsBucket", one) for one in call.listed(call.state["obs_buckets"])]
    },
    "switchRiskExport": _switch_risk,
    "setRiskExportBucket": _set_bucket,
    "getRiskExportBucket": lambda call: call.view("RiskExportBucket", instance(call)["risk_export"]),
    "listRiskExportTemplates": _templates,
    "getRiskExportTemplate": lambda call: _template(call, call.own(instance(call)["databases"], call.path["db_id"])),
}
