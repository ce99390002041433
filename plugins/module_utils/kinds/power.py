# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Anything with a status and a task, to be started, stopped or restarted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    NOTHING_YET,
    REFUSE,
    WAIT,
    Action,
    Goal,
    Past,
    Step,
)

GOALS = {
    "started": Goal("cannot be started", "did not start"),
    "stopped": Goal("cannot be stopped", "did not stop"),
    "restarted": Goal("cannot be restarted", "did not restart"),
}

STATES = tuple(GOALS)

PRESENT = "present"
"""The state that leaves the power alone: whatever rests is as wanted."""

ACTIONS = {
    "start": Action(again=True),
    "stop": Action(again=True),
    "reboot": Action(again=False, patience=10.0, unseen="assume"),
}

IDLE_TASKS = frozenset({"NO_TASK", "", None})

# What to do to a settled node: wanted state -> status -> action, empty for none.
SETTLED = {
    "started": {"ACTIVE": "", "SHUTOFF": "start"},
    "stopped": {"ACTIVE": "stop", "SHUTOFF": ""},
    "restarted": {"ACTIVE": "reboot", "SHUTOFF": "start"},
    PRESENT: {"ACTIVE": "", "SHUTOFF": ""},
}

# Running tasks that end in the wanted state. An instance that somebody else is restarting needs no second restart.
_COMING = frozenset({"powering-on", "rebooting", "STARTING", "REBOOTING"})
LEADING_TASKS = {
    "started": _COMING,
    "stopped": frozenset({"powering-off", "STOPPING"}),
    "restarted": _COMING,
    PRESENT: frozenset(),
}

MOVING = {
    "BUILD": "is being created",
    "HAWAIT": "is waiting for its standby node",
    "UPGRADING": "is being upgraded",
}

STUCK = {
    "ERROR": "is broken; the service allows only to delete it",
    "FROZEN": "is frozen; the service allows only to renew it or to bind and unbind its EIP",
    "DELETING": "is being deleted; the service allows nothing more",
    "DELETED": "was deleted",
}

# The status that an action leads to.
RESULT = {"start": "ACTIVE", "stop": "SHUTOFF", "reboot": "ACTIVE"}

_STRENGTH = {DONE: 0, ACT: 1, WAIT: 2, REFUSE: 3}


class Node(NamedTuple):
    """The state of one node: its lifecycle status and its running task."""

    status: str
    task: str | None = None
    stuck: str = ""  # why nothing can be done with it, besides what its status says

    @property
    def idle(self) -> bool:
        """Whether no task is running."""
        return self.task in IDLE_TASKS


def plan(nodes: Sequence[Node], wanted: str, past: Past = NOTHING_YET) -> Step:
    """Return the next step for an instance, which is as settled as its least settled node.

    @param nodes: all nodes of the instance; none means that it is still being created
    @param wanted: one of STATES, or PRESENT
    """
    steps = [_plan_node(node, wanted, past) for node in nodes or (Node("BUILD"),)]
    # Of two actions the later name wins: a node that is off is started (start) before others are restarted (reboot).
    return max(steps, key=lambda step: (_STRENGTH[step.verdict], not step.leads, step.action))


def _plan_node(node: Node, wanted: str, past: Past) -> Step:
    stuck = node.stuck or STUCK.get(node.status)
    if stuck:
        return Step(REFUSE, reason=stuck)
    if node.task == "delete_wait":
        return Step(REFUSE, reason="is queued for deletion")
    if not node.idle:
        return Step(WAIT, reason=f"has the task {node.task} running", leads=node.task in LEADING_TASKS[wanted])
    if node.status in MOVING:
        return Step(WAIT, reason=MOVING[node.status])
    if wanted == "restarted" and (past.taken or past.led):
        wanted = "started"
    if node.status not in SETTLED[wanted]:
        return Step(REFUSE, reason="has a status that is not known here")
    action = SETTLED[wanted][node.status]
    if not action:
        return Step(DONE)
    if past.taken:
        return Step(WAIT, reason=f"does not show the effect of {past.taken[-1]} yet")
    return Step(ACT, action)


def took(nodes: Sequence[Node], action: str) -> bool:
    """Return whether the nodes show that the action was taken: that the instance left the state it was in."""
    if action == "reboot":
        return any(not node.idle or node.status != "ACTIVE" for node in nodes)
    return plan(nodes, "started" if action == "start" else "stopped").verdict != ACT


def least_settled(nodes: Iterable[Node]) -> Node:
    """Return one status and task for all nodes: those furthest from settled."""
    nodes = list(nodes) or [Node("BUILD")]
    order = [*STUCK, *MOVING, "SHUTOFF", "ACTIVE"]
    statuses = sorted((node.status for node in nodes), key=lambda s: order.index(s) if s in order else -1)
    tasks = [node.task for node in nodes if not node.idle]
    return Node(statuses[0], tasks[0] if tasks else "NO_TASK")


class Powered:
    """Things with nodes whose power can be planned. Subclasses say what their nodes are."""

    actions = ACTIONS
    results = RESULT

    @staticmethod
    def nodes(record: dict[str, Any]) -> list[Node]:
        """Return the state of each node of a record."""
        raise NotImplementedError

    def plan(self, record: dict[str, Any], wanted: str, past: Past) -> Step:
        """Return the next step towards one of STATES; C(past) has power actions only."""
        return plan(self.nodes(record), wanted, past)

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        """Return whether the record shows that the action was taken."""
        return took(self.nodes(record), action)

    @staticmethod
    def facts(record: dict[str, Any]) -> dict[str, Any]:
        """Return what messages say of the state of a record."""
        return {"status": record["status"], "task": record["task"]}
