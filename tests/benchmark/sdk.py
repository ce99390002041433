# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work in a plain script on the official SDK, one call after the other: the contender of the benchmark."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials


def client(service: str) -> Any:
    """Return the SDK's client of a service, for the account and endpoint in the environment."""
    if service == "dbss":
        from huaweicloudsdkdbss.v1 import DbssClient as Client  # noqa: PLC0415 - each check needs one service only
    else:
        from huaweicloudsdkdws.v2 import DwsClient as Client  # noqa: PLC0415
    credentials = BasicCredentials(
        os.environ["HW_ACCESS_KEY"], os.environ["HW_SECRET_KEY"], os.environ["HW_PROJECT_ID"]
    )
    endpoint = json.loads(os.environ["HW_ENDPOINTS"])[service]
    return Client.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()


def databases(instance_id: str) -> list[Any]:
    """Read all databases of an audit instance."""
    from huaweicloudsdkdbss.v1 import ListAuditDatabasesNewRequest  # noqa: PLC0415

    dbss = client("dbss")
    answer = dbss.list_audit_databases_new(ListAuditDatabasesNewRequest(instance_id=instance_id, limit="10000"))
    return [item.database for item in answer.databases]


def switch(instance_id: str) -> None:
    """Read the databases, switch those that are off, read them again."""
    from huaweicloudsdkdbss.v1 import SwitchAuditDatabaseNewRequest, SwitchAuditDbRequest  # noqa: PLC0415

    dbss = client("dbss")
    for database in databases(instance_id):
        if database.status != "ON":
            body = SwitchAuditDbRequest(id=database.id, status="ON")
            dbss.switch_audit_database_new(SwitchAuditDatabaseNewRequest(instance_id=instance_id, body=body))
    assert all(database.status == "ON" for database in databases(instance_id))


def om_users() -> None:
    """Read the O&M account of each cluster."""
    from huaweicloudsdkdws.v2 import ListClustersRequest, ShowDatabaseOmUserStatusRequest  # noqa: PLC0415

    dws = client("dws")
    for cluster in dws.list_clusters(ListClustersRequest()).clusters:
        dws.show_database_om_user_status(ShowDatabaseOmUserStatusRequest(cluster_id=cluster.id))


if __name__ == "__main__":
    {"databases": databases, "switch": switch, "om-users": om_users}[sys.argv[1]](*sys.argv[2:])
