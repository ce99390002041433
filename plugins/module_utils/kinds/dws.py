# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of DWS: one method each, answers as plain snake_case records, "200 but failed" as an error."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable, rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import FAILED, ApiError, Facts
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.redaction import redact

PROJECT = Noun("project", "projects")
CLUSTER = Noun("cluster", "clusters")
OM_USER = Noun("O&M account of cluster", "O&M accounts of clusters", id_key="cluster_id", name_key="cluster_name")

LIST_CLUSTERS = Operation("listClusters", "dws", "GET", "/v1.0/{project_id}/clusters", "list")
GET_OM_USER = Operation(
    "getOmUserStatus", "dws", "GET", "/v1/{project_id}/clusters/{cluster_id}/db-manager/om-user/status", "read"
)
_ACTION_PATH = "/v1/{project_id}/clusters/{cluster_id}/db-manager/om-user/action"
OM_USER_ACTIONS = {
    action: Operation("runOmUserAction", "dws", "POST", _ACTION_PATH, intent, acts=True)
    for action, intent in {"addOmUser": "add", "deleteOmUser": "delete", "increaseOmUserPeriod": "extend"}.items()
}


class Clusters:
    """The clusters of the project and their O&M accounts."""

    def __init__(self, client: Caller) -> None:
        self._client = client

    @property
    def project(self) -> str:
        """What messages call the project, once a call has been made."""
        return PROJECT.describe(self._client.project)

    def records(self) -> list[dict[str, Any]]:
        """Return all clusters (listClusters). Raises ApiError."""
        clusters: list[dict[str, Any]] = self._client.call(
            LIST_CLUSTERS, f"the {CLUSTER.many}", lambda payload: rows(payload, "clusters", "id", optional=["name"])
        )
        return clusters

    def om_user(self, cluster_id: str, cluster_name: str | None = None) -> dict[str, Any]:
        """Return the O&M account of a cluster (getOmUserStatus). Raises ApiError."""
        return self._om_user(GET_OM_USER, cluster_id, cluster_name)

    def act(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        """Send C(addOmUser), C(deleteOmUser) or C(increaseOmUserPeriod) and return the account as the answer shows it.

        The operation is runOmUserAction. Raises ApiError.
        """
        body = {"operation": action}
        return self._om_user(OM_USER_ACTIONS[action], record["cluster_id"], record["cluster_name"], body)

    def _om_user(
        self, operation: Operation, cluster_id: str, cluster_name: str | None, body: Any = None
    ) -> dict[str, Any]:
        resource = f"the {OM_USER.describe({'cluster_id': cluster_id, 'cluster_name': cluster_name})}"

        def parse(payload: dict[str, Any]) -> dict[str, Any]:
            code = str(payload.get("error_code"))
            if code != "0":
                if not code.lstrip("-").isdigit():
                    raise Unreadable("answered without an error_code")
                text = redact(str(payload.get("error_msg") or "no reason given"))
                why = f"{text} (HTTP 200, error_code {code})"
                raise ApiError(operation.id, operation.intent, resource, why, Facts(200, code, text), FAILED)
            expires = expiry(payload.get("om_user_info"))
            return account(cluster_id, expires, self._client.clock.now(), cluster_name)

        record: dict[str, Any] = self._client.call(operation, resource, parse, {"cluster_id": cluster_id}, body=body)
        return record


def expiry(info: Any) -> int | None:
    """Return when an O&M account expires, in ms since the epoch, or None when it is off.

    @param info: C(om_user_info) of the answer; None means that the account is off
    @raises Unreadable: when it is on without an expiry, or not in the contract's form
    """
    status = str(info.get("om_user_status")).lower() if isinstance(info, dict) else ""
    if info is None or status == "off":
        return None
    expires = str(info.get("om_user_expires_time")) if status == "on" else ""
    if not expires.isdecimal() or len(expires) > 15:
        raise Unreadable("answered with an O&M account that is neither off nor on with an expiry")
    return int(expires)


def account(cluster_id: str, expires_time: int | None, now: float, cluster_name: str | None = None) -> dict[str, Any]:
    """Return the record of an O&M account.

    @param expires_time: until when it is on, in ms since the epoch; None when it is off
    @param now: seconds since the epoch
    @param cluster_name: None where it is not known
    @raises Unreadable: when the expiry is no date
    """
    return {
        "cluster_id": cluster_id,
        "cluster_name": cluster_name,
        "name": f"om_user_{cluster_id[:8]}",
        "status": "off" if expires_time is None else "on",
        "expires_time": expires_time,
        "expires_at": None if expires_time is None else _rfc3339(expires_time),
        "remaining_seconds": 0 if expires_time is None else max(0, int(expires_time / 1000 - now)),
    }


def _rfc3339(milliseconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(milliseconds // 1000))
    except (OverflowError, ValueError, OSError) as error:
        raise Unreadable("answered with an expiry that is no date") from error
