# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters: power, O&M accounts, tasks and tags."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive

PROD = {"cluster_id": company.DWS_PROD}
TAGS = {"tags": [{"key": "env", "value": "prod"}]}
STOP = Drive("stopCluster", PROD)
TAG = Drive("createClusterTags", PROD, TAGS)

DRIVES = [
    Drive("listClusters", check=lambda answer: answer["count"] == 4),
    Drive("getCluster", PROD, check=lambda answer: answer["cluster"]["id"] == company.DWS_PROD),
    STOP,
    Drive("startCluster", PROD, None, (STOP,)),
    Drive("getJob", lambda answer: {"job_id": answer["job_id"]}, None, (STOP,), lambda it: it["status"] == "SUCCESS"),
    Drive("restartCluster", PROD, {"restart": {}}),
    Drive("getOmUserStatus", PROD, check=lambda answer: answer["om_user_info"]["om_user_status"] == "off"),
    Drive("runOmUserAction", PROD, {"operation": "addOmUser"}, check=lambda answer: answer["error_code"] == 0),
    TAG,
    Drive("deleteClusterTags", PROD, TAGS, (TAG,)),
    Drive("listClusterTags", PROD, None, (TAG,), lambda answer: answer == TAGS),
    Drive("listClusterProjectTags", {}, None, (TAG,), lambda it: it["tags"] == [{"key": "env", "values": ["prod"]}]),
]
