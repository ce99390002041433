# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of clusters."""

from __future__ import annotations

from typing import Any, Mapping

from ..call import Call, Handler
from ..power import Record
from ..state import Completion
from .clusters import own_cluster


def _as_mapping(rows: list[Record]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in rows}


def _change(call: Call, cluster: Record, tags: Mapping[str, str]) -> Any:
    rows = [{"key": key, "value": value} for key, value in tags.items()]
    if cluster["tags"] != rows:
        call.change([cluster], "tags")
        cluster["tags"] = rows
    return {}


def _create(call: Call) -> Any:
    """createClusterTags: a key that is there gets the new value (assumed)."""
    cluster = own_cluster(call)
    return _change(call, cluster, {**_as_mapping(cluster["tags"]), **_as_mapping(call.body["tags"])})


def _delete(call: Call) -> Any:
    cluster, gone = own_cluster(call), call.body["tags"]
    return _change(call, cluster, _as_mapping([one for one in cluster["tags"] if one not in gone]))


def _list_project(call: Call) -> Record:
    values: dict[str, set[str]] = {}
    for cluster in call.listed(call.state["clusters"]):
        for tag in cluster["tags"]:
            values.setdefault(tag["key"], set()).add(tag["value"])
    return {"tags": [{"key": key, "values": sorted(known)} for key, known in sorted(values.items())]}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {
    "listClusterTags": lambda call: {"tags": own_cluster(call)["tags"]},
    "createClusterTags": _create,
    "deleteClusterTags": _delete,
    "listClusterProjectTags": _list_project,
}
