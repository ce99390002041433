# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of clusters: what became of a start or a stop."""

from __future__ import annotations

from ..answers import Refusal
from ..call import Call, Handler
from ..clock import timestamp
from ..power import Record
from ..state import Completion


def begin(call: Call, cluster: Record, name: str, failed: bool) -> str:
    """Note a task that has just begun, and whether it will fail; its id."""
    now, end = call.now, call.now + call.settings.transition
    given = {"job_id": call.ids.uuid(), "job_name": name, "failed": failed}
    times = {"begin_time": timestamp(now), "end_time": timestamp(end)}
    job = call.state.made(call.state.sort("clusters.jobs"), {**given, **times}, cluster, now)
    cluster["jobs"][job["job_id"]] = job
    return str(job["job_id"])


def _get(call: Call) -> Record:
    wanted = call.resource = call.path["job_id"]
    clusters = [one for one in call.state["clusters"].values() if call.mine(one)]
    job = next((one["jobs"][wanted] for one in clusters if wanted in one["jobs"]), None)
    if job is None:
        raise Refusal(404, "DWS.3027", "The task does not exist.")
    running = call.now < job["end_time"]
    failed = job["failed"] and not running
    return {
        "job_id": job["job_id"],
        "job_name": job["job_name"],
        "begin_time": timestamp(job["begin_time"]),
        "end_time": None if running else timestamp(job["end_time"]),
        "status": "RUNNING" if running else "FAIL" if failed else "SUCCESS",
        "failed_code": "DWS.9999" if failed else None,
        "failed_detail": "a node did not answer" if failed else None,
        "progress": "50" if running else "100",
    }


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"getJob": _get}
