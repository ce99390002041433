# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agents of audited databases, and the files that install them."""

from __future__ import annotations

import hashlib
from typing import Any

from ..answers import File, Refusal
from ..call import Call, Handler
from ..patterns import RESULT_UPPER
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance

_CAPTURE = {1: 1, 0: 3}  # what switching on and off makes of datacap_status: running, stopped


def _package(agent: Record) -> bytes:
    """The file that installs an agent, the same each time."""
    return f"#!/bin/sh\n# Installs the audit agent {agent['agent_id']} for {agent['agent_os']}.\n".encode()


def _show(call: Call, agent: Record) -> Record:
    names = [one["name"] for key, one in instance(call)["databases"].items() if key == call.query["db_id"]]
    sha256 = hashlib.sha256(_package(agent)).hexdigest()
    return call.view("Agent", agent, db_name=names[0], sha256=sha256)


def _list(call: Call) -> Record:
    """listAgentsV3 and its predecessor: those of one database."""
    record, wanted = instance(call), call.query["db_id"]
    call.own(record["databases"], wanted)
    rows = [one for one in call.listed(record["agents"]) if wanted in one["db_ids"]]
    return {"agents": [_show(call, one) for one in call.page(rows)]}


def _add(call: Call) -> Any:
    """addAgentV3 and its predecessor: a new agent for a database, or one that is there already for one more."""
    record, body = running_instance(call), call.body
    call.own(record["databases"], body["db_id"])
    if body["mode"] == 1:
        agent = call.own(record["agents"], body.get("agent_id") or "")
        if body["db_id"] not in agent["db_ids"]:
            call.change([agent], "share")
            agent["db_ids"] = [*agent["db_ids"], body["db_id"]]
        return RESULT_UPPER.done
    if body["agent_type"] == "APP" and not body.get("agent_ip"):
        raise Refusal(400, "DBSS.10000001", "body: agent_ip is required for an agent of type APP")
    ip = body.get("agent_ip") or record["databases"][body["db_id"]]["ip"]
    given = {key: value for key, value in body.items() if key not in ("db_id", "mode", "agent_id")}
    call.create("audit_instances.agents", record, {**given, "agent_ip": ip, "db_ids": [body["db_id"]]}, "create")
    return RESULT_UPPER.done


def _delete(call: Call) -> Any:
    """deleteAgentV3 and its predecessor: from one database; an agent that no other database shares is gone."""
    record, wanted = running_instance(call), call.query["db_id"]
    agent = call.own(record["agents"], call.path["agent_id"])
    if wanted not in agent["db_ids"]:
        raise Refusal(400, "DBSS.10020021", "The ID is invalid: the database has no such agent.")
    if agent["db_ids"] == [wanted]:
        call.remove(record["agents"], [agent["agent_id"]], "delete")
    else:
        call.change([agent], "delete")
        agent["db_ids"] = [one for one in agent["db_ids"] if one != wanted]
    return RESULT_UPPER.done


def _switch(call: Call) -> Any:
    agent, status = call.own(running_instance(call)["agents"], call.body["agent_id"]), call.body["status"]
    if agent["status"] != status:
        call.change([agent], "ON" if status else "OFF")
        agent.update(status=status, datacap_status=_CAPTURE[status])
    return RESULT_UPPER.done


def _set_thresholds(call: Call) -> Any:
    agent = call.own(running_instance(call)["agents"], call.path["agent_id"])
    if any(agent[key] != value for key, value in call.body.items()):
        call.change([agent], "edit")
        agent.update(call.body)
    return RESULT_UPPER.done


def _download(call: Call) -> File:
    agent = call.own(instance(call)["agents"], call.path["agent_id"])
    return File(_package(agent), name=f"agent-{agent['agent_id']}.sh")


def _download_older(call: Call) -> Any:
    """downloadAgent: JSON, as the SDK declares it; its page calls it a download."""
    call.own(instance(call)["agents"], call.path["agent_id"])
    return RESULT_UPPER.done


COMPLETIONS: dict[str, Completion] = {}

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("listAgentsV2", "listAgentsV3"), _list),
    **dict.fromkeys(("addAgentV2", "addAgentV3"), _add),
    **dict.fromkeys(("deleteAgentV2", "deleteAgentV3"), _delete),
    **dict.fromkeys(("switchAgentV1", "switchAgentV2"), _switch),
    "setAgentThresholds": _set_thresholds,
    "downloadAgentNew": _download,
    "downloadAgent": _download_older,
}
