# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DWS clusters as something with a status and a task: what their words mean, and why a start or a stop failed."""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import CLUSTER, LIST_CLUSTERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import Sort
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.power import RESULT, SETTLED, Node, Powered
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import ApiError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import DONE, REFUSE, Action, Past, Step
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.redaction import redact

GET_JOB = Operation("getJob", "dws", "GET", "/v1.0/{project_id}/job/{job_id}", "read")
_PATH = "/{version}/{{project_id}}/clusters/{{cluster_id}}/"
CLUSTER_ACTIONS = {
    action: Operation(
        f"{action}Cluster", "dws", "POST", _PATH.format(version=version) + action, action, acts=True, looks=True
    )
    for action, version in {"start": "v1", "stop": "v1", "restart": "v1.0"}.items()
}
CLUSTERS = Sort()

# Of these words only the first two and CREATING are published; of those for a stopped cluster none is.
_WORDS = {
    **dict.fromkeys(("AVAILABLE", "ACTIVE"), "ACTIVE"),
    **dict.fromkeys(("STOPPED", "SHUTOFF", "SHUTDOWN"), "SHUTOFF"),
    "CREATING": "BUILD",
}
_BACK = {"ACTIVE": "AVAILABLE", "SHUTOFF": "STOPPED"}
_STUCK = {
    **dict.fromkeys(("FROZEN", "POLICE_FROZEN"), "is frozen"),
    **dict.fromkeys(("FAILED", "CREATE_FAILED", "CREATION FAILED", "DELETE_FAILED"), "has failed"),
}
_FAILURES = {"start": ("START",), "stop": ("STOP",), "restart": ("REBOOT", "RESTART")}
_BAD_ENDS = ("FAIL", "STOP")  # of a task


class Begun(NamedTuple):
    """A start or a stop that the service has taken on."""

    action: str
    job_id: str


class PoweredClusters(Powered):
    """The clusters of the project."""

    noun = CLUSTER
    actions = {  # noqa: RUF012
        "start": Action(again=True),
        "stop": Action(again=True),
        "restart": Action(again=False, patience=30.0, unseen="assume"),
    }
    results = {**RESULT, "restart": RESULT["reboot"]}  # noqa: RUF012

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._begun: dict[str, Begun] = {}

    def records(self) -> list[dict[str, Any]]:
        """Return all clusters (listClusters), and why one did not get where it was sent (getJob). Raises ApiError."""

        def parse(payload: dict[str, Any]) -> list[dict[str, Any]]:
            return rows(payload, "clusters", "id", "status", optional=["name", "task_status"])

        listed: list[dict[str, Any]] = self._client.call(LIST_CLUSTERS, f"the {CLUSTER.many}", parse)
        return [self._with_job(record) for record in listed]

    def _with_job(self, record: dict[str, Any]) -> dict[str, Any]:
        begun = self._begun.get(record["id"])
        node = self.nodes(record)[0]
        if begun is None or not node.idle or node.status == RESULT[begun.action]:
            return record
        return {**record, "job": {"action": begun.action, **self._job(begun.job_id)}}

    def _job(self, job_id: str) -> dict[str, Any]:
        """Return what became of a task (getJob); where that cannot be read, nothing: the cluster tells."""

        def parse(payload: dict[str, Any]) -> dict[str, Any]:
            told = {key: payload.get(key) for key in ("status", "failed_code", "failed_detail")}
            return {key: redact(value) for key, value in told.items() if isinstance(value, str)}

        try:
            job: dict[str, Any] = self._client.call(GET_JOB, f"the task {job_id}", parse, {"job_id": job_id})
        except ApiError:
            return {}
        return job

    def act(self, record: dict[str, Any], action: str) -> None:
        """Send C(start), C(stop) or C(restart) (startCluster, stopCluster, restartCluster). Raises ApiError."""

        def parse(payload: dict[str, Any]) -> str | None:
            job_id = payload.get("job_id")
            if action != "restart" and not isinstance(job_id, str):
                raise Unreadable("answered without a job_id")
            return job_id if isinstance(job_id, str) else None

        body: Any = {"restart": {}} if action == "restart" else None
        parameters = {"cluster_id": record["id"]}
        job_id = self._client.call(CLUSTER_ACTIONS[action], CLUSTER.describe(record), parse, parameters, body=body)
        self._begun.pop(record["id"], None)
        if job_id:
            self._begun[record["id"]] = Begun(action, job_id)

    @staticmethod
    def nodes(record: dict[str, Any]) -> list[Node]:
        """Return the state of the cluster as its only node. A task that has failed runs no more."""
        status, task = record["status"], record.get("task_status")
        return [Node(_WORDS.get(status, status), None if _failed(task) else task, _STUCK.get(status, ""))]

    def plan(self, record: dict[str, Any], wanted: str, past: Past) -> Step:
        """Return the next step; what is idle but does not run after a stop is stopped, whatever that is called."""
        node = self.nodes(record)[0]
        why = _why_failed(record, past.taken[-1] if past.taken else "")
        if why:
            return Step(REFUSE, reason=why)
        known = node.status in SETTLED[wanted] or node.stuck or node.status in ("BUILD", "DELETING", "DELETED")
        if wanted == "stopped" and "stop" in past.taken and node.idle and not known:
            return Step(DONE)
        step = super().plan(record, wanted, past)
        return step._replace(action="restart") if step.action == "reboot" else step

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        """Return whether the record shows that the action was taken, or that it failed."""
        if _why_failed(record, action) and not _why_failed(before, action):
            return True
        return super().took(before, record, "reboot" if action == "restart" else action)

    @staticmethod
    def settled(record: dict[str, Any], status: str) -> dict[str, Any]:
        """Return what of the record changes when it settles in a status."""
        return {"status": _BACK[status], "task_status": None}

    @staticmethod
    def facts(record: dict[str, Any]) -> dict[str, Any]:
        """Return what messages say of the state of a record, in the service's words."""
        return {"status": record["status"], "task_status": record.get("task_status") or None}


def _failed(task: str | None) -> bool:
    return (task or "").endswith(("_FAILURE", "_FAILED"))


def _why_failed(record: dict[str, Any], action: str) -> str:
    """Return why the last action on a cluster failed, or nothing."""
    job, task = record.get("job") or {}, record.get("task_status") or ""
    if job.get("status") in _BAD_ENDS and job["action"] == action:
        told = (job.get("failed_detail"), job.get("failed_code"))
    elif _failed(task) and task.startswith(_FAILURES.get(action, ("-",))):
        reasons = record.get("failed_reasons")
        reasons = reasons if isinstance(reasons, dict) else {}
        told = (reasons.get("error_msg"), reasons.get("error_code") or task)
    else:
        return ""
    text, code = (redact(str(value)) if value else "" for value in told)
    return f"failed to {action}: {text or 'the service gives no reason'}{f' ({code})' if code else ''}"
