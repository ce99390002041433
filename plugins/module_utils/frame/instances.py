# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules share whose task names instances: which ones are meant, and how the module ends."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import Lookup, find, look_up, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import INSTANCE_ID, Noun, check_id
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

Records = Callable[[Caller], List[Dict[str, Any]]]
"""Lists all instances that there could be. Raises ApiError."""


def converge_named(frame: Frame, api: Any, resource: Resource) -> None:
    """Bring the instances that the task names to the wanted state and end the module.

    @param api: lists them all, C(records), and has their C(noun)
    """
    options, poll = frame.options, frame.start_waiting()
    chosen = choose(api, options)
    frame.warn(chosen.warnings)
    tracks = frame.converge(resource, {record[api.noun.id_key]: record for record in chosen.records}, poll)
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


def find_instances(frame: Frame, noun: Noun, records: Records) -> list[dict[str, Any]]:
    """Return the instances that an info module is asked about: one by C(instance_id) or C(instance_name), else all.

    @raises UsageError: when it is malformed, unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    instance_id, name = frame.options["instance_id"], frame.options["instance_name"]
    if instance_id is not None:
        check_id("instance_id", instance_id, INSTANCE_ID)
    instances = records(frame.client)
    if instance_id is not None:
        return find(instances, noun, [instance_id], by_name=False)
    return instances if name is None else find(instances, noun, [name], by_id=False)


def find_parent(frame: Frame, noun: Noun, records: Records) -> tuple[str, dict[str, Any] | None]:
    """Return the ID of the instance that C(instance_id) or C(instance_name) says and, when looked up, its record.

    @raises UsageError: when it is malformed, unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    instance_id, name = frame.options["instance_id"], frame.options["instance_name"]
    if instance_id is not None:
        return check_id("instance_id", instance_id, INSTANCE_ID), None
    record = find(records(frame.client), noun, [name], by_id=False)[0]
    return record[noun.id_key], record
