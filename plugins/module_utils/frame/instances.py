# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules share whose task names instances: which ones are meant, and how the module ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Dict, List, Protocol

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import Lookup, find, look_up, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import (
    CLUSTER_ID,
    INSTANCE_ID,
    Noun,
    check_id,
)

ABSENT = "absent"
ID_RULES = {"instance": INSTANCE_ID, "cluster": CLUSTER_ID}

Records = Callable[[Caller], List[Dict[str, Any]]]
"""Lists all instances that there could be. Raises ApiError."""


class Chosen(Protocol):
    """A resource whose records a task chooses by ID or name."""

    noun: Noun

    def listing(self) -> list[dict[str, Any]]:
        """Return all that there are. Raises ApiError."""

    def choose(self, records: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Take those that the task is about and return them by ID, or the DbopsError that hid one."""


def converge_named(frame: Frame, resource: Any, one: str = "instance", many: str = "instances") -> None:
    """Bring the instances that the task names to the wanted state and end the module.

    @param resource: a Resource that is Chosen
    @param one: the key of the result for the one that C(<one>_id) or a name says
    @param many: the option that names several, and the key of the result for them
    """
    options, poll = frame.options, frame.start_waiting()
    chosen = choose(resource, options, one, many)
    frame.warn(chosen.warnings)
    tracks = frame.converge(resource, resource.choose(chosen.records), poll)
    if options[many] is None and not tracks:
        frame.exit(actions=[])
    elif options[many] is None:
        frame.report_one(resource, tracks[0], one)
    frame.report_all(resource, tracks, many, f"failed_{many}", missing=chosen.missing)


def choose(resource: Chosen, options: Mapping[str, Any], one: str = "instance", many: str = "instances") -> Lookup:
    """Read all instances and return those that the task names; what is to be absent need not be there.

    @raises UsageError: when one is malformed, unknown or ambiguous
    @raises ApiError: when they cannot be listed
    """
    absent, noun = options["state"] == ABSENT, resource.noun
    name, wanted_id = options.get("name", options.get(f"{one}_name")), options[f"{one}_id"]
    if wanted_id is not None:
        check_id(f"{one}_id", wanted_id, ID_RULES[one])
    records = resource.listing()
    if options[many] is not None:
        skip = options["skip_missing"] or absent
        found = look_up(records, noun, references(options[many]), skip_missing=skip)
    elif wanted_id is not None:
        found = look_up(records, noun, [wanted_id], by_name=False, skip_missing=absent)
    else:
        meant = _name_now(records, noun, name, options.get("new_name"))
        found = look_up(records, noun, [meant], by_id=False, skip_missing=absent)
    _see_that_a_name_is_free(records, noun, found.records, options.get("new_name"))
    return found._replace(warnings=[]) if absent else found


def _name_now(records: Sequence[dict[str, Any]], noun: Noun, name: str, new_name: str | None) -> str:
    """Return the name, or the new one when nothing has the old one any more: then the renaming is done."""
    names = {record.get(noun.name_key) for record in records}
    return name if new_name is None or name in names or new_name not in names else new_name


def _see_that_a_name_is_free(
    records: Sequence[dict[str, Any]], noun: Noun, found: Sequence[dict[str, Any]], new_name: str | None
) -> None:
    """Raise UsageError when another one has the new name: a task that names it would mean two."""
    named = {record[noun.id_key] for record in found}
    for record in records:
        if new_name is not None and record.get(noun.name_key) == new_name and record[noun.id_key] not in named:
            meant = " and ".join(noun.describe(one) for one in found)
            raise UsageError(f"new_name {new_name!r} is the name of {noun.describe(record)}: {meant} was not renamed.")


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
