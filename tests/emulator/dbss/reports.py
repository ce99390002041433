# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of an audit instance: templates, schedules, files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from ..answers import File, Refusal
from ..call import Call, Handler
from ..patterns import RESULT, STATUS, STATUS_LOWER, Shelf, deletion, in_path
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance

REPORTS = Shelf("audit_instances.reports", owner=instance, writable=instance)
_NO_SCHEDULE = {
    "db_ids": "",
    "format": "PDF",
    "frequency": "AUDIT_REPORT_WEEK",
    "mode": "PERIODIC",
    "notice": "OFF",
    "start_time": "00:00",
    "status": "OFF",
    "topic_urn": None,
}


def _list(call: Call) -> Record:
    name = call.body.get("name") or ""
    rows = [one for one in call.listed(instance(call)["reports"]) if name in one["name"]]
    return {"reports": [{"report": call.view("Report", one)} for one in call.numbered(rows)], "total": len(rows)}


def _templates(call: Call) -> Record:
    rows = call.listed(instance(call)["report_templates"])
    return {"os_type": "LINUX", "templates": [{"template": call.view("ReportTemplate", one)} for one in rows]}


def _create(call: Call) -> Any:
    """createReport: it is named after its template and its end (assumed), and is ready after a while."""
    record, body = running_instance(call), call.body
    template = call.own(record["report_templates"], body["template_id"])
    ids = [one for one in (body.get("db_ids") or "").split(",") if one]
    if any(one not in record["databases"] for one in ids):
        return RESULT.failed
    given = {
        "name": f"{template['name']}-{body['end_time'][:10]}",
        "db_ids": ",".join(ids),
        "db_names": ",".join(record["databases"][one]["name"] for one in ids),
        "start_time": body["start_time"],
        "end_time": body["end_time"],
        "percentum": 0,
        "type": "AUDIT_REPORT_REAL_TIME",
        "seconds_left": call.settings.transition,
    }
    call.create(REPORTS.path, record, given, "create")
    return RESULT.done


def _download(call: Call) -> File:
    report = call.own(instance(call)["reports"], call.path["id"])
    if report["percentum"] != 100:
        raise Refusal(400, "DBSS.10020102", "The operation failed: the report is not ready.")
    text = f"{report['name']}: {report['start_time']} to {report['end_time']}\n"
    if report["format"] == "pdf":
        return File(f"%PDF-1.4\n% {text}%%EOF\n".encode(), name=f"{report['name']}.pdf")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{report['name']}.txt"), text)
    return File(packed.getvalue(), name=f"{report['name']}.zip")


def _get_schedule(call: Call) -> Record:
    template = call.own(instance(call)["report_templates"], call.path["id"])
    schedule = {**_NO_SCHEDULE, **(template["schedule"] or {}), "id": template["id"]}
    return {"scheduler": call.view("ReportSchedule", schedule), "smn_effective": True}


def _set_schedule(call: Call) -> Any:
    """setReportSchedule: the whole schedule of a template, whose id is the schedule's."""
    given = call.body["scheduler"]
    template = call.own(running_instance(call)["report_templates"], given["id"])
    whole = {**_NO_SCHEDULE, **given}
    if template["schedule"] != whole:
        call.change([template], "schedule")
        template.update(schedule=whole, status=given["status"], frequency=given["frequency"])
    return STATUS_LOWER.done


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    "listReports": _list,
    "listReportTemplates": _templates,
    "createReport": _create,
    "downloadReport": _download,
    "deleteReport": deletion(REPORTS, in_path(), STATUS),
    "getReportSchedule": _get_schedule,
    "setReportSchedule": _set_schedule,
}
