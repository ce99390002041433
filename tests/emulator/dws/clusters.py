# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DWS: clusters and their O&M accounts."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ..answers import Refusal
from ..call import Call, Handler
from ..power import CLUSTER, Record
from ..state import Completion, Owner, State, seen
from .tasks import begin

PERIOD = 8 * 3600  # s; what addOmUser gives (assumed) and increaseOmUserPeriod adds
OLDEST_VERSION = (8, 1, 3, 110)
_OFF: Record = {"status": "off", "expires": None}


def own_cluster(call: Call) -> Record:
    """The cluster in the path. Raises Refusal: 403 for an unknown one, 404 for a removed one."""
    call.resource = call.path["cluster_id"]
    cluster = call.state["clusters"].get(call.resource)
    if cluster is None or not call.mine(cluster):
        raise Refusal(403, "DWS.0015", "The cluster does not exist or was deleted, or there is no permission.")
    if cluster["removed"]:
        raise Refusal(404, "DWS.3027", "The cluster does not exist or was deleted.")
    return cluster


def _busy() -> Refusal:
    return Refusal(403, "DWS.7023", "The state of the cluster does not allow this operation.")


def _view(call: Call, schema: str, cluster: Record) -> Record:
    names = call.cloud.contract.schemas[schema]["properties"]
    task = cluster["task_status"]
    return {**{name: cluster[name] for name in names}, "action_progress": {task: "10%"} if task else {}}


def list_clusters(call: Call) -> Record:
    """listClusters: all that are not removed."""
    rows = [one for one in call.listed(call.state["clusters"]) if not one["removed"]]
    wanted = call.query["enterprise_project_id"]
    if wanted not in (None, "all_granted_eps"):
        rows = [row for row in rows if row["enterprise_project_id"] == wanted]
    return {"clusters": [_view(call, "DwsCluster", row) for row in rows], "count": len(rows)}


def get_cluster(call: Call) -> Record:
    """getCluster."""
    return {"cluster": _view(call, "DwsClusterDetail", seen(own_cluster(call), call.now) or {})}


def _power(action: str) -> Handler:
    def act(call: Call) -> Record:
        cluster = own_cluster(call)
        moved = CLUSTER.movable([cluster], action)
        if not moved:
            raise _busy()
        call.change(moved, action)
        failed = cluster["ends_in"] not in (None, CLUSTER.moves[action].ends_in)
        CLUSTER.begin(moved, action, call.now + call.settings.transition)
        return {} if action == "restart" else {"job_id": begin(call, cluster, f"{action}Cluster", failed)}

    return act


def _account(cluster: Record, now: float) -> Record:
    """The O&M account as it is now. An expired one is off (assumed), unless the cluster says that it still reads on."""
    user = cluster["om_user"] or _OFF
    if user["status"] == "on" and user["expires"] <= now and cluster["expired_account"] == "off":
        return _OFF
    return user


def _om_answer(cluster: Record, now: float) -> Record:
    info = None
    if cluster["om_user"]:
        user = _account(cluster, now)
        expires = user["expires"] and round(user["expires"] * 1000)
        info = {"om_user_status": user["status"], "om_user_expires_time": expires}
    return {"error_code": 0, "error_msg": None, "om_user_info": info}


def _om_failure(text: str) -> Record:
    return {"error_code": 1, "error_msg": text, "om_user_info": None}


def get_om_user(call: Call) -> Record:
    """getOmUserStatus: null for an account that was never enabled."""
    return _om_answer(seen(own_cluster(call), call.now) or {}, call.now)


def run_om_user_action(call: Call) -> Record:
    """runOmUserAction."""
    cluster, operation = own_cluster(call), call.body["operation"]
    version = tuple(map(int, re.findall(r"\d+", cluster["version"])))
    if version < OLDEST_VERSION:
        raise Refusal(400, "DWS.0001", "O&M accounts need cluster version 8.1.3.110 or later.")
    if not CLUSTER.is_idle(cluster) or cluster["status"] not in CLUSTER.moves["stop"].allowed_in:
        raise _busy()
    user = _account(cluster, call.now)
    # Adding while on and deleting while off: the outcome is not published; this is how an extension fails while off.
    if operation == "addOmUser" and user["status"] == "on":
        return _om_failure("account switch is on")
    if operation != "addOmUser" and user["status"] == "off":
        return _om_failure("account switch is off")
    if operation == "increaseOmUserPeriod":
        extended_at = cluster["extended_at"]
        if extended_at is not None and call.now - extended_at < call.settings.increase_window:
            return _om_answer(cluster, call.now)
        cluster["extended_at"] = call.now
    call.change([cluster], operation)
    if operation == "deleteOmUser":
        cluster["om_user"] = _OFF
    else:
        start = max(call.now, user["expires"] or call.now)
        cluster["om_user"] = {"status": "on", "expires": start + PERIOD}
    return _om_answer(cluster, call.now)


def _complete(_state: State, record: Record, given: Mapping[str, Any], _owner: Owner) -> None:
    user = record["om_user"]
    if user and user["status"] == "on" and not user.get("expires"):
        raise ValueError(f"clusters: the om_user of {given['name']} is on and needs expires")
    record["om_user"] = user and {"expires": None, **user}
    record["extended_at"] = None


COMPLETIONS: dict[str, Completion] = {"clusters": _complete}

HANDLERS: dict[str, Handler] = {
    "listClusters": list_clusters,
    "getCluster": get_cluster,
    "startCluster": _power("start"),
    "stopCluster": _power("stop"),
    "restartCluster": _power("restart"),
    "getOmUserStatus": get_om_user,
    "runOmUserAction": run_om_user_action,
}
