# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for instances: they end, settings come before power, and nothing that a task does not name changes."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import power
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit_instances import (
    AUDIT_INSTANCES,
    clean_tags,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit_instances import OWN as AUDIT_OWN
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import AuditInstances, OmInstances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import (
    Instances,
    subscription,
    wanted_of,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.node_instances import OM_INSTANCES
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.node_instances import OWN as NODE_OWN
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import ACT, DONE, NOTHING_YET, Past
from hypothesis import given
from hypothesis import strategies as st

MOST = 12  # steps; a plan that needs more does not end
NAMES = st.sampled_from(["a", "b"])
TAGS = st.dictionaries(NAMES, NAMES, max_size=2)
STATES = st.sampled_from([*power.STATES, "present"])


def given_or(strategy):
    """Return an option that a task may leave out."""
    return st.none() | strategy


def each(work, items):
    """Do something for many."""
    return [work(item) for item in items]


AUDIT_TASKS = st.fixed_dictionaries(
    {
        "new_name": given_or(NAMES),
        "comment": given_or(NAMES | st.just("")),
        "security_group_id": given_or(NAMES),
        "tags": given_or(TAGS),
        "purge_tags": st.booleans(),
        "state": STATES,
    }
)
AUDIT_RECORDS = st.fixed_dictionaries(
    {
        "id": st.just("i" * 32),
        "resource_id": st.just("r" * 32),
        "name": NAMES,
        "comment": given_or(NAMES | st.just("")),
        "security_group_id": NAMES,
        "status": st.sampled_from(["ACTIVE", "SHUTOFF"]),
        "task": st.sampled_from(["NO_TASK", None]),
        "tags": TAGS,
        "other": st.just("untouched"),
    }
)
NODE_TASKS = st.fixed_dictionaries(
    {
        "new_name": given_or(NAMES),
        "security_group_ids": given_or(st.lists(NAMES, min_size=1, max_size=2)),
        "update_security_group_ids": st.sampled_from(["never", "always"]),
        "eip": given_or(st.sampled_from([{}, {"address": "1", "id": "x"}, {"address": "2", "id": "y"}])),
        "update_console_password": st.sampled_from(["never", "always"]),
        "console_user": st.none(),
        "console_password": st.none(),
        "state": STATES,
    }
)
NODE_RECORDS = st.builds(
    lambda name, address, groups, status: {
        "instance_id": "i" * 32,
        "name": name,
        "public_ip": address,
        "status": status,
        "task": "NO_TASK",
        "nodes": [{"security_group_id": group, "status": status, "task_status": None} for group in groups],
        "other": "untouched",
    },
    NAMES,
    st.sampled_from([None, "", "1", "2"]),
    st.lists(NAMES, min_size=1, max_size=2),
    st.sampled_from(["ACTIVE", "SHUTOFF"]),
)
OPTIONS = {"instance_id": None, "name": "a", "instances": None, "wait": True, "concurrency": 1, "skip_missing": False}


def resource(sort, api, own, task):
    """Return the resource of a task."""
    defaults = {option: row.get("default") for option, row in own.items()}
    options = {**OPTIONS, **defaults, **task}
    if options.get("eip") is not None:
        options["eip"] = {"address": None, "id": None, **options["eip"]}
    return Instances(sort, api, None, wanted_of(sort, options), each)


def walk(instances, record):
    """Take the plan's steps in thought; return the actions, the record at the end, and the last step."""
    taken = []
    for _step in range(MOST):
        step = instances.plan(record, Past(tuple(taken)))
        if step.verdict != ACT:
            return taken, record, step
        before, record = record, instances.predict(record, step.action)
        assert not instances.took(before, before, step.action)
        taken.append(step.action)
    raise AssertionError(f"no end: {taken}")


def check(instances, record, named):
    """Hold a plan against what every plan keeps."""
    taken, end, step = walk(instances, record)
    assert step.verdict == DONE
    assert len(set(taken)) == len(taken), "nothing is done twice"
    by_power = [action in power.ACTIONS for action in taken]
    assert by_power == sorted(by_power), "settings come before power"
    assert sum(by_power) <= 1
    changed = {key for key in end if end[key] != record[key]}
    assert changed <= named | ({"status", "task", "nodes"} if any(by_power) else set()), changed
    again = [action for action in walk(instances, end)[0] if action != "reboot"]
    assert [one for one in again if not one.startswith("set")] == [], "a second run has nothing to do"


@given(task=AUDIT_TASKS, record=AUDIT_RECORDS)
def test_plans_of_audit_instances(task, record):
    instances = resource(AUDIT_INSTANCES, AuditInstances(None), AUDIT_OWN, task)
    keys = {"new_name": "name", "comment": "comment", "security_group_id": "security_group_id", "tags": "tags"}
    named = {key for option, key in keys.items() if task[option] is not None}
    check(instances, record, named)
    end = walk(instances, record)[1]
    if task["tags"] is not None:
        kept = {} if task["purge_tags"] else record["tags"]
        assert end["tags"] == {**kept, **task["tags"]}


@given(task=NODE_TASKS, record=NODE_RECORDS)
def test_plans_of_instances_with_nodes(task, record):
    instances = resource(OM_INSTANCES, OmInstances(None), NODE_OWN, task)
    keys = {"new_name": "name", "security_group_ids": "nodes", "eip": "public_ip"}
    check(instances, record, {key for option, key in keys.items() if task[option] is not None})


@given(task=AUDIT_TASKS, record=AUDIT_RECORDS, running=st.sampled_from(["powering-on", "powering-off", "rebooting"]))
def test_nothing_is_sent_to_what_is_busy(task, record, running):
    instances = resource(AUDIT_INSTANCES, AuditInstances(None), AUDIT_OWN, task)
    assert instances.plan({**record, "task": running}, NOTHING_YET).verdict != ACT


@given(AUDIT_RECORDS, st.sampled_from(["Period", "Demand", None]))
def test_only_what_is_paid_on_demand_is_deleted(record, model):
    instances = resource(AUDIT_INSTANCES, AuditInstances(None), AUDIT_OWN, {"state": "absent"})
    taken, end, step = walk(instances, {**record, "charge_model": model})
    assert taken == (["deleteAuditInstanceNew"] if model == "Demand" else [])
    assert (end["status"] == "DELETED") is (model == "Demand") is (step.verdict == DONE)


@pytest.mark.parametrize(
    ("expired", "words"),
    [
        (1793836800000, "is a subscription that is paid until 2026-11-05: "),
        ("1793836800000", "is a subscription that is paid until 2026-11-05: "),
        ("soon", "is a subscription that is paid until soon: "),
        (None, "is a subscription: "),
        (10**30, "is a subscription: "),
    ],
)
def test_until_when_a_subscription_is_paid(expired, words):
    assert subscription({"charge_model": "Period", "expired": expired}).startswith(words)


@pytest.mark.parametrize(
    ("given_tags", "cleaned"),
    [
        ({"a": "b"}, {"a": "b"}),
        ({" a ": 1, "b": True, "c": None, "d": 1.5}, {"a": "1", "b": "true", "c": "", "d": "1.5"}),
    ],
)
def test_tags_become_texts(given_tags, cleaned):
    assert clean_tags(given_tags) == cleaned


@pytest.mark.parametrize("wrong", [{"": "a"}, {"a" * 129: "b"}, {"a": {}}, {"a": "b" * 256}])
def test_tags_that_cannot_be(wrong):
    with pytest.raises(UsageError):
        clean_tags(wrong)
