# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for audit and O&M instances share: options, and power planning joined to API operations."""

from __future__ import annotations

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils import power
from ansible_collections.huaweicloud.dbops.plugins.module_utils.converge import Resource
from ansible_collections.huaweicloud.dbops.plugins.module_utils.lookup import (
    INSTANCE_ID,
    Lookup,
    check_id,
    look_up,
    references,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.plan import Past, Step

OPTIONS: dict[str, Any] = {
    "instance_id": {"type": "str"},
    "name": {"type": "str"},
    "instances": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": list(power.STATES), "default": "started"},
    "concurrency": {"type": "int", "default": 8},
    "skip_missing": {"type": "bool", "default": False},
}
SELECTORS = ("instance_id", "name", "instances")
CONSTRAINTS = {"mutually_exclusive": [SELECTORS], "required_one_of": [SELECTORS]}


class Instances(Resource):
    """Instances that are to be C(started), C(stopped) or C(restarted).

    @param api: AuditInstances or OmInstances of C(dbss.py)
    """

    actions = power.ACTIONS
    advice = "Look at its status and task before you run this again: it may still get there by itself."

    def __init__(self, api: Any, wanted: str) -> None:
        self._api = api
        self._wanted = wanted
        self.noun = api.noun
        self.goal = power.GOALS[wanted]

    def read(self, keys: list[str]) -> dict[str, Any]:
        return {record[self.noun.id_key]: record for record in self._api.records()}

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        return power.plan(self._api.nodes(record), self._wanted, past)

    def act(self, record: dict[str, Any], action: str) -> None:
        self._api.act(record, action)

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return power.took(self._api.nodes(record), action)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return {**record, **self._api.settled(record, power.RESULT[action])}

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"status": record["status"], "task": record["task"]}


def keep(frame: Frame, api: Any) -> None:
    """Bring the instances that the task names to the wanted state and end the module."""
    options, poll = frame.options, frame.start_waiting()
    resource = Instances(api, options["state"])
    chosen = choose(api, options)
    frame.warn(chosen.warnings)
    tracks = frame.settle(resource, {record[api.noun.id_key]: record for record in chosen.records}, poll)
    if options["instances"] is None:
        frame.report_one(resource, tracks[0], "instance")
    frame.report_all(resource, tracks, "instances", "failed_instances", missing=chosen.missing)


def choose(api: Any, options: dict[str, Any]) -> Lookup:
    """Read all instances and return those that the task names.

    @raises UsageError: when one is malformed, unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    if options["instance_id"] is not None:
        check_id("instance_id", options["instance_id"], INSTANCE_ID)
        return look_up(api.records(), api.noun, [options["instance_id"]], by_name=False)
    if options["name"] is not None:
        return look_up(api.records(), api.noun, [options["name"]], by_id=False)
    wanted = references(options["instances"])
    return look_up(api.records(), api.noun, wanted, skip_missing=options["skip_missing"])
