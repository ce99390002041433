# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""O&M instances and their twins, encryption instances: several nodes each, the state on the nodes."""

from __future__ import annotations

from typing import Any, Mapping

from ..call import Call, Handler
from ..patterns import RESULT
from ..power import OM, Record
from ..state import Completion, Owner, State
from .power import acting

# The word that the operations of each twin have in their ids, and the section that has its records.
TWINS = {"Om": "om_instances", "Encrypt": "encrypt_instances"}

_NO_TASK = {"order_id": None, "task_id": None}


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

    def changed(call: Call, **changes: Any) -> Any:
        record = meant(call)
        if any(record[key] != value for key, value in changes.items()):
            call.change([record], next(iter(changes)))
            record.update(changes)
        return RESULT.done

    def set_security_groups(call: Call) -> Record:
        """Each node shows one group; a longer list cannot be read back."""
        nodes, groups = list(meant(call)["nodes"].values()), call.body["security_group_ids"]
        if not groups:
            return {**_NO_TASK, "code": 1, "description": "No security group is named."}
        moved = [one for one in nodes if one["security_group_id"] != groups[0]]
        if moved:
            call.change(moved, "security_groups")
        for node in moved:
            node["security_group_id"] = groups[0]
        return {**_NO_TASK, "code": 0, "description": None}

    def reset_password(call: Call) -> Any:
        """The password is kept nowhere."""
        call.change([meant(call)], "password")
        return RESULT.done

    def bind_eip(call: Call) -> Any:
        record, wanted = meant(call), call.body["eip"]
        if record["public_ip"] not in (None, wanted):
            return RESULT.failed
        return changed(call, public_ip=wanted)

    def delete(call: Call) -> Any:
        """What it does to a subscription is not published: here the instance goes, subscription or not."""
        nodes = list(meant(call)["nodes"].values())
        if not all(map(OM.is_idle, nodes)):
            return RESULT.failed
        call.remove(call.state[section], [call.path["instance_id"]], "delete")
        return RESULT.done

    return {
        f"list{word}Instances": list_all,
        f"rename{word}Instance": lambda call: changed(call, name=call.body["new_name"]),
        f"set{word}SecurityGroups": set_security_groups,
        f"reset{word}Password": reset_password,
        f"bind{word}Eip": bind_eip,
        f"unbind{word}Eip": lambda call: changed(call, public_ip=None),
        f"delete{word}Instance": delete,
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
