# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""O&M instances and their twins, encryption instances: several nodes each, the state on the nodes."""

from __future__ import annotations

from typing import Any, Mapping

from ..call import Call, Handler
from ..power import OM, Record
from ..state import Completion, Owner, State
from .power import acting

# The word that the operations of each twin have in their ids, and the section that has its records.
TWINS = {"Om": "om_instances", "Encrypt": "encrypt_instances"}


def _handlers(word: str, section: str) -> dict[str, Handler]:
    """The operations of one twin."""

    def meant(call: Call) -> Record:
        return call.own(call.state[section], call.path["instance_id"])

    def list_all(call: Call) -> Record:
        rows = []
        for one in call.listed(call.state[section]):
            nodes = [call.view("OmServer", node) for node in call.listed(one["nodes"])]
            detail = {"server": nodes, "total": len(nodes)}
            rows.append(call.view("OmCluster", one, detail=detail, is_active_standby=len(nodes) > 1))
        return {"clusters": rows}

    return {
        f"list{word}Instances": list_all,
        **{
            f"{action}{word}Instance": acting(action, OM, lambda call: list(meant(call)["nodes"].values()))
            for action in ("start", "stop", "reboot")
        },
    }


def _complete(state: State, record: Record, _given: Mapping[str, Any], _owner: Owner) -> None:
    # The first node is the primary one (0), any other a standby (1).
    own = {"instance_id": record["instance_id"], "region": state.region}
    record["nodes"] = [{**own, "is_active": min(index, 1), **one} for index, one in enumerate(record["nodes"])]


COMPLETIONS: dict[str, Completion] = dict.fromkeys(TWINS.values(), _complete)

HANDLERS: dict[str, Handler] = {
    name: handler for word, section in TWINS.items() for name, handler in _handlers(word, section).items()
}
