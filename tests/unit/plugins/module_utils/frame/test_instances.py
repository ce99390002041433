# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import choose, converge_named
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import power
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dbss import (
    AUDIT_INSTANCE,
    OM_INSTANCE,
    AuditInstances,
    OmInstances,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.instances import Instances, Sort
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    NOTHING_YET,
    Past,
    Step,
)

PROD, TEST = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10", "c4e81f06-27b9-4d63-a5f2-8d19e0b37c45"
NODES = [{"status": "ACTIVE", "task_status": "NO_TASK"}, {"status": "ACTIVE", "task_status": "NO_TASK"}]


class Audits(AuditInstances):
    """Audit instances without a service."""

    def __init__(self, *records):
        self.listed = [dict(record) for record in records]
        self.acts = []
        self.listings = 0

    def records(self):
        self.listings += 1
        return [dict(record) for record in self.listed]

    def act(self, record, action):
        self.acts.append((record["id"], action))
        for listed in self.listed:
            if listed["id"] == record["id"]:
                listed["status"] = power.RESULT[action]


def instance(name, instance_id, status="ACTIVE", task="NO_TASK"):
    return {"id": instance_id, "name": name, "status": status, "task": task, "resource_id": f"billing-{name}"}


def wanting(api, state):
    return Instances(Sort(), api, None, {"state": state}, lambda work, items: [work(item) for item in items])


@pytest.fixture
def audits():
    return Audits(instance("audit-prod", PROD), instance("audit-test", TEST, "SHUTOFF"))


def asked(**options):
    return {"instance_id": None, "name": None, "instances": None, "state": "started", "skip_missing": False, **options}


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (asked(instance_id=TEST), [TEST]),
        (asked(name="audit-prod"), [PROD]),
        (asked(instances=["audit-test", PROD]), [TEST, PROD]),
        (asked(instances=["audit-test", TEST]), [TEST]),
        (asked(instances=[]), []),
    ],
)
def test_choice(audits, options, ids):
    assert [record["id"] for record in choose(wanting(audits, options["state"]), options).records] == ids
    assert audits.listings == 1


@pytest.mark.parametrize(
    ("options", "words", "listings"),
    [
        (asked(instance_id="audit-prod"), "instance_id 'audit-prod' is not an ID", 0),
        (asked(instance_id="a" * 32), "No audit instance has the ID", 1),
        (asked(name=PROD), "No audit instance has the name", 1),
        (
            asked(instances=["billing-audit-prod"]),
            "is the resource_id of audit instance audit-prod",
            1,
        ),
    ],
)
def test_choice_that_fails(audits, options, words, listings):
    with pytest.raises(UsageError, match=words):
        choose(wanting(audits, options["state"]), options)
    assert audits.listings == listings


def test_instances_are_planned_by_their_nodes(audits):
    prod, test = audits.records()
    started = wanting(audits, "started")
    assert started.read([PROD, TEST]) == {PROD: prod, TEST: test}
    assert started.plan(prod, NOTHING_YET) == Step(DONE)
    assert started.plan(test, NOTHING_YET) == Step(ACT, "start")
    assert started.plan(test, Past(("start",))).verdict != ACT
    assert wanting(audits, "restarted").plan(prod, NOTHING_YET) == Step(ACT, "reboot")
    assert started.took(test, test, "start") is False
    assert started.took(test, prod, "start") is True
    assert started.predict(test, "start") == {**test, "status": "ACTIVE", "task": "NO_TASK"}
    assert started.predict(prod, "stop") == {**prod, "status": "SHUTOFF"}
    assert started.view(prod) == {"status": "ACTIVE", "task": "NO_TASK"}
    started.act(test, "start")
    assert audits.acts == [(TEST, "start")]
    assert (started.goal, started.noun) == (("cannot be started", "did not start"), AUDIT_INSTANCE)


def test_om_instances_are_planned_by_all_their_nodes():
    resource = wanting(OmInstances(None), "stopped")
    record = {"instance_id": PROD, "name": "om-prod", "status": "ACTIVE", "task": "NO_TASK", "nodes": NODES}
    half = {**record, "nodes": [NODES[0], {**NODES[1], "status": "SHUTOFF"}]}
    assert resource.noun == OM_INSTANCE
    assert resource.plan(record, NOTHING_YET) == Step(ACT, "stop")
    assert resource.plan(half, NOTHING_YET) == Step(ACT, "stop")
    predicted = resource.predict(half, "stop")
    assert resource.plan(predicted, Past(("stop",))) == Step(DONE)
    assert (predicted["status"], predicted["task"]) == ("SHUTOFF", "NO_TASK")


class Ended(Exception):
    """The module has reported."""


class Stage:
    """Stands in for a Frame: settles without waiting for anything and keeps the report."""

    def __init__(self, options):
        self.options = options
        self.report = None
        self.warnings = []

    def warn(self, warnings):
        self.warnings.extend(warnings)

    def start_waiting(self):
        return "poll"

    def converge(self, resource, records, poll):
        assert poll == "poll"
        return [SimpleNamespace(key=key, step=resource.plan(record, NOTHING_YET)) for key, record in records.items()]

    def report_one(self, resource, track, key):
        self.report = (key, track)
        raise Ended

    def report_all(self, resource, tracks, key, failed_key, missing):
        self.report = (key, failed_key, tracks, missing)
        raise Ended


def test_converge_one(audits):
    stage = Stage(asked(name="audit-test"))
    with pytest.raises(Ended):
        converge_named(stage, wanting(audits, stage.options["state"]))
    key, track = stage.report
    assert (key, track.key, track.step) == ("instance", TEST, Step(ACT, "start"))


def test_converge_many(audits):
    stage = Stage(asked(instances=[PROD, "audit-test"], state="stopped"))
    with pytest.raises(Ended):
        converge_named(stage, wanting(audits, stage.options["state"]))
    key, failed_key, tracks, missing = stage.report
    assert (key, failed_key, missing, stage.warnings) == ("instances", "failed_instances", [], [])
    assert [(track.key, track.step) for track in tracks] == [(PROD, Step(ACT, "stop")), (TEST, Step(DONE))]


def test_what_is_to_be_absent_need_not_be_there(audits):
    resource = wanting(audits, "absent")
    assert choose(resource, asked(name="audit-old", state="absent")) == ([], ["audit-old"], [])
    several = choose(resource, asked(instances=["audit-prod", "audit-old"], state="absent"))
    assert ([one["id"] for one in several.records], several.missing, several.warnings) == ([PROD], ["audit-old"], [])


def test_a_name_that_is_gone_may_be_the_new_one_already(audits):
    resource = wanting(audits, "present")
    renamed = choose(resource, asked(name="audit-old", new_name="audit-prod", state="present"))
    assert [one["id"] for one in renamed.records] == [PROD]
    with pytest.raises(
        UsageError, match=r"'audit-test' is the name of audit instance audit-test .*audit-prod .* was not"
    ):
        choose(resource, asked(name="audit-prod", new_name="audit-test", state="present"))
    with pytest.raises(UsageError, match="has the name 'audit-old'"):
        choose(resource, asked(name="audit-old", new_name="audit-new", state="present"))
