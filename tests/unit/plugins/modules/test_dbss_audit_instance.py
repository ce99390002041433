# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_instance: what it has in common with O&M instances, and what it has not."""

from __future__ import annotations

import json

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, OFF, REBOOTING, STARTING, STOPPING
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, reset, together
from tests.unit.plugins.modules.power_cases import PowerCases


class TestAuditInstance(PowerCases):
    fleet = AUDIT


@pytest.mark.parametrize("selector", ["instance_id", "name", "instances"])
def test_the_billing_id_is_named_as_such(bench, selector):
    resource_id = AUDIT.row(OFF)["resource_id"]
    wanted = [resource_id] if selector == "instances" else resource_id
    outcome = bench.run(AUDIT.module, {selector: wanted}, [AUDIT.lists(OFF, OFF)], fails=True)
    assert outcome["msg"] == f"{resource_id} is the resource_id of {AUDIT.it()}, not its id."


@pytest.mark.parametrize("task", ["", None])
def test_a_task_that_is_empty_is_none(bench, task):
    outcome = bench.run(AUDIT.module, {"name": "audit-prod"}, [AUDIT.lists(("ACTIVE", task))])
    assert outcome["changed"] is False


def test_pages(bench):
    rows = [AUDIT.row(ACTIVE, index) for index in range(3)]
    calls = [AUDIT.listing(*rows[:2], total=3), AUDIT.listing(*rows[1:], total=3, offset=1)]
    outcome = bench.run(AUDIT.module, {"name": "audit-dev"}, calls)
    assert outcome["instance"] == AUDIT.record(ACTIVE, 2)


def test_a_listing_without_a_total_is_whole(bench):
    listing = AUDIT.listing(AUDIT.row(ACTIVE))
    outcome = bench.run(AUDIT.module, {"name": "audit-prod"}, [listing.but(200, {"servers": [AUDIT.row(ACTIVE)]})])
    assert outcome["changed"] is False


def test_many_failures_are_not_all_spelled_out(bench):
    rows = [
        {**AUDIT.row(("FROZEN", "NO_TASK")), "id": f"id-{number:030}", "name": f"n{number}"} for number in range(22)
    ]
    outcome = bench.run(AUDIT.module, {"instances": [row["id"] for row in rows]}, [AUDIT.listing(*rows)], fails=True)
    assert outcome["msg"].startswith("22 of 22 audit instances failed. Audit instance n0 (")
    assert outcome["msg"].endswith(" And 9 more.")
    assert "instance n12 " in outcome["msg"]
    assert "instance n13 " not in outcome["msg"]
    assert len(outcome["msg"]) < 2700
    assert len(outcome["failed_instances"]) == 22


# Settings

V1 = f"/v1/{PROJECT}/audit"
TAGS = f"/v1/{PROJECT}/auditInstance/{AUDIT.row(ACTIVE)['resource_id']}/tags"
ME = {"instance_id": AUDIT.ids[0], "state": "present"}


def lists(state=ACTIVE, **changes):
    """Return the call that lists the first audit instance, which is otherwise as changes say."""
    return AUDIT.listing({**AUDIT.row(state), "comment": "old", "security_group_id": "sg-old", **changes})


def names(answer="success", index=0, **body):
    """Return the call that changes a name and a comment."""
    return Call("dbss", "PUT", f"{V1}/instance/{AUDIT.ids[index]}", body=body, answer={"result": answer})


def groups(group):
    """Return the call that changes the security group."""
    body = {"instance_id": AUDIT.ids[0], "securitygroup_ids": [group]}
    return Call("dbss", "POST", f"{V1}/security-group", body=body, answer={"result": "success"})


def reads_tags(index=0, **tags):
    """Return the call that reads tags."""
    rows = [{"key": key, "value": value} for key, value in tags.items()]
    path = f"/v1/{PROJECT}/auditInstance/{AUDIT.row(ACTIVE, index)['resource_id']}/tags"
    return Call("dbss", "GET", path, answer={"tags": rows, "sys_tags": [{"key": "_sys", "value": "x"}]})


def adds_tags(**tags):
    """Return the call that adds tags; nothing comes back."""
    body = {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
    return Call("dbss", "POST", f"{TAGS}/create", body=body, status=204, answer="")


def removes_tags(*keys):
    """Return the call that removes tags."""
    return Call(
        "dbss", "DELETE", f"{TAGS}/delete", body={"tags": [{"key": key} for key in keys]}, status=204, answer=""
    )


RENAME, GROUP = "updateAuditInstanceNew", "updateAuditSecurityGroupNew"

# options, what is seen and sent, actions
SETTINGS = {
    "nothing differs": ({"comment": "old", "security_group_id": "sg-old"}, [lists()], []),
    "one call for name and comment": (
        {"new_name": "audit-pci", "comment": "new"},
        [lists(), names(name="audit-pci", comment="new"), lists(name="audit-pci", comment="new")],
        [RENAME],
    ),
    "the name is sent with a comment": (
        {"comment": ""},
        [lists(), names(name="audit-prod", comment=""), lists(comment=None)],
        [RENAME],
    ),
    "no comment is an empty one": ({"comment": ""}, [lists(comment=None)], []),
    "each change is a call, in order": (
        {"new_name": "audit-pci", "security_group_id": "sg-new"},
        [lists(), names(name="audit-pci"), groups("sg-new"), lists(name="audit-pci", security_group_id="sg-new")],
        [RENAME, GROUP],
    ),
    "a listing that lags is read again": (
        {"security_group_id": "sg-new"},
        [lists(), groups("sg-new"), lists(), lists(security_group_id="sg-new")],
        [GROUP],
    ),
    "an instance that is off can be changed": (
        {"security_group_id": "sg-new"},
        [lists(OFF), groups("sg-new"), lists(OFF, security_group_id="sg-new")],
        [GROUP],
    ),
    "what runs there is waited for": (
        {"security_group_id": "sg-new"},
        [lists(STARTING), lists(), groups("sg-new"), lists(security_group_id="sg-new")],
        [GROUP],
    ),
    "settings come before power": (
        {"comment": "new", "state": "stopped"},
        [lists(), names(name="audit-prod", comment="new"), AUDIT.acts("stop"), lists(OFF, comment="new")],
        [RENAME, "stop"],
    ),
    "settings come between a task and the restart": (
        {"comment": "new", "state": "restarted"},
        [
            lists(STOPPING),
            lists(OFF),
            names(name="audit-prod", comment="new"),
            AUDIT.acts("start"),
            lists(STARTING, comment="new"),
            lists(comment="new"),
        ],
        [RENAME, "start"],
    ),
    "somebody else's restart counts": (
        {"comment": "new", "state": "restarted"},
        [lists(REBOOTING), lists(), names(name="audit-prod", comment="new"), lists(comment="new")],
        [RENAME],
    ),
    "the power is right": (
        {"comment": "new", "state": "started"},
        [lists(), names(name="audit-prod", comment="new"), lists(comment="new")],
        [RENAME],
    ),
    "a lost answer is looked up": (
        {"comment": "new"},
        [lists(), names(name="audit-prod", comment="new").fails(reset), lists(comment="new")],
        [RENAME],
    ),
    "a lost call is sent again": (
        {"comment": "new"},
        [
            lists(),
            names(name="audit-prod", comment="new").fails(reset),
            lists(),
            lists(),
            names(name="audit-prod", comment="new"),
            lists(comment="new"),
        ],
        [RENAME],
    ),
    "no tags are needed": ({"tags": {"env": "prod"}}, [lists(), reads_tags(env="prod")], []),
    "a value that is no text is one": (
        {"tags": {"pci": True, "tier": 1}},
        [lists(), reads_tags(pci="true", tier="1")],
        [],
    ),
    "the difference of tags only, added before anything is removed": (
        {"tags": {"env": "prod", "team": "dba"}},
        [
            lists(),
            reads_tags(env="test", old="x"),
            adds_tags(env="prod", team="dba"),
            removes_tags("old"),
            lists(),
            reads_tags(env="prod", team="dba"),
        ],
        ["createTags", "deleteTags"],
    ),
    "other tags stay without purge_tags": (
        {"tags": {"team": "dba"}, "purge_tags": False},
        [lists(), reads_tags(env="test"), adds_tags(team="dba"), lists(), reads_tags(env="test", team="dba")],
        ["createTags"],
    ),
    "no tags at all": (
        {"tags": {}},
        [lists(), reads_tags(env="test"), removes_tags("env"), lists(), reads_tags()],
        ["deleteTags"],
    ),
    "a frozen instance that is as wanted": ({"comment": "old"}, [lists(("FROZEN", "NO_TASK"))], []),
}


@pytest.mark.parametrize(("options", "calls", "actions"), SETTINGS.values(), ids=SETTINGS)
def test_settings(bench, options, calls, actions):
    outcome = bench.run(AUDIT.module, {**ME, **options}, calls)
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)
    assert not outcome.warnings


def test_check_mode_and_diff(bench):
    options = {"new_name": "audit-pci", "comment": "new", "tags": {"env": "prod"}, "state": "restarted"}
    outcome = bench.run(AUDIT.module, {**ME, **options}, [lists(), reads_tags(env="test")], check=True, diff=True)
    assert outcome["actions"] == [RENAME, "createTags", "reboot"]
    assert outcome["instance"]["name"] == "audit-pci"
    before, after = (json.loads(outcome["diff"][key]) for key in ("before", "after"))
    changed = {"name": "audit-prod", "comment": "old", "tags": {"env": "test"}}
    assert before == {"status": "ACTIVE", "task": "NO_TASK", **changed}
    assert after == {
        "status": "ACTIVE",
        "task": "NO_TASK",
        "name": "audit-pci",
        "comment": "new",
        "tags": {"env": "prod"},
    }


WITHOUT_WAITING = {
    "accepted is enough": (
        {"comment": "new", "state": "stopped"},
        [lists(), names(name="audit-prod", comment="new"), AUDIT.acts("stop")],
        [RENAME, "stop"],
    ),
    "settings alone": ({"comment": "new"}, [lists(), names(name="audit-prod", comment="new")], [RENAME]),
}


@pytest.mark.parametrize(("options", "calls", "actions"), WITHOUT_WAITING.values(), ids=WITHOUT_WAITING)
def test_without_waiting(bench, options, calls, actions):
    outcome = bench.run(AUDIT.module, {**ME, "wait": False, **options}, calls)
    assert outcome["actions"] == actions


REFUSED = {
    "a frozen instance": (
        {"comment": "new"},
        [lists(("FROZEN", "NO_TASK"))],
        "{It} cannot be changed: it is frozen; the service allows only to renew it or to bind and unbind its EIP "
        "(status FROZEN, task NO_TASK).",
    ),
    "one whose power cannot be right is not changed either": (
        {"comment": "new", "state": "started"},
        [lists(("ERROR", "NO_TASK"))],
        "{It} cannot be started: it is broken; the service allows only to delete it (status ERROR, task NO_TASK).",
    ),
    "settings are not set although what runs leads to the power": (
        {"comment": "new", "state": "started", "wait": False},
        [lists(STARTING)],
        "{It} cannot be started: it has the task powering-on running and wait is false "
        "(status SHUTOFF, task powering-on).",
    ),
    "no state": (
        {"comment": "new", "state": None},
        [],
        "The task gives comment and no state: say state=present to leave the power alone, or what the power is to be.",
    ),
    "absent with settings": (
        {"comment": "new", "tags": {}, "state": "absent"},
        [],
        "state=absent goes without comment and tags.",
    ),
    "deleting what belongs to it without deleting it": (
        {"delete_volume": True},
        [],
        "delete_volume goes with state=absent only.",
    ),
    "a name that cannot be": (
        {"new_name": "audit prod"},
        [],
        "new_name 'audit prod' must be 1 to 64 Chinese characters, letters, digits, underscores and hyphens.",
    ),
    "a comment that cannot be": (
        {"comment": "a;b"},
        [],
        "comment 'a;b' must be up to 255 Chinese characters, letters, digits, underscores, hyphens and blanks.",
    ),
    "no security group": (
        {"security_group_id": ""},
        [],
        "security_group_id is empty: an audit instance has one, give its ID.",
    ),
    "a tag without a text": ({"tags": {"env": ["a"]}}, [], "The tag 'env' must have a text as its value."),
    "a tag that is too long": (
        {"tags": {"env": "x" * 256}},
        [],
        "The tag 'env' is too long or empty: a key has 1 to 128 characters, a value up to 255.",
    ),
    "a name that another one has": (
        {"new_name": "audit-test"},
        [AUDIT.lists(ACTIVE, ACTIVE)],
        "new_name 'audit-test' is the name of audit instance audit-test (c4e81f06-27b9-4d63-a5f2-8d19e0b37c45): {it} "
        "was not renamed.",
    ),
    "a refusal tells what was done": (
        {"new_name": "audit-pci", "security_group_id": "sg-new"},
        [
            lists(),
            names(name="audit-pci"),
            groups("sg-new").but(200, {"result": "failed"}),
        ],
        "Failed to change the security group of audit instance audit-pci (3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10): the "
        "service answered that it failed (HTTP 200, result failed).",
    ),
    "a change that never shows": (
        {"comment": "new", "wait_timeout": 1},
        [lists(), names(name="audit-prod", comment="new"), lists(), lists(), lists()],
        "{It} does not show what was changed within 1 s; last seen: status ACTIVE, task NO_TASK.",
    ),
}


@pytest.mark.parametrize(("options", "calls", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(bench, options, calls, message):
    wanted = {key: value for key, value in {**ME, **options}.items() if value is not None}
    outcome = bench.run(AUDIT.module, wanted, calls, fails=True)
    it = AUDIT.it()
    assert outcome["msg"] == message.format(it=it, It=it[0].upper() + it[1:])


def test_a_failure_tells_what_was_done(bench):
    calls = REFUSED["a refusal tells what was done"][1]
    outcome = bench.run(AUDIT.module, {**ME, "new_name": "audit-pci", "security_group_id": "sg-new"}, calls, fails=True)
    assert outcome["actions"] == [RENAME]
    assert outcome["changed"] is True


def test_a_renaming_that_is_done_is_nothing_to_do(bench):
    options = {"name": "audit-old", "new_name": "audit-prod", "state": "present"}
    assert bench.run(AUDIT.module, options, [lists()])["changed"] is False
    calls = [lists(), names(name="audit-new"), lists(name="audit-new")]
    options = {"name": "audit-prod", "new_name": "audit-new", "state": "present"}
    assert bench.run(AUDIT.module, options, calls)["actions"] == [RENAME]


def test_the_same_settings_for_many(bench):
    first, second, third = ({**AUDIT.row(ACTIVE, index), "comment": "old"} for index in range(3))
    after = [{**one, "comment": "new"} for one in (first, second)]
    calls = [
        AUDIT.listing(first, second, {**third, "comment": "new"}),
        together(
            names(name="audit-prod", comment="new"),
            names(name="audit-test", comment="new", index=1).but(200, {"result": "failed"}),
        ),
        AUDIT.listing(after[0], second, {**third, "comment": "new"}),
    ]
    options = {"instances": list(AUDIT.names[:3]), "comment": "new", "state": "present"}
    outcome = bench.run(AUDIT.module, options, calls, fails=True)
    assert [row["actions"] for row in outcome["instances"]] == [[RENAME], [], []]
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-test"]
    refused = bench.run(AUDIT.module, {**options, "new_name": "x"}, [], fails=True)
    assert refused["msg"] == "new_name is for one instance: name it by instance_id or name instead of instances."


def test_tags_of_many_are_read_at_the_same_time(bench):
    calls = [AUDIT.lists(ACTIVE, ACTIVE), together(reads_tags(env="prod"), reads_tags(1, env="prod"))]
    options = {"instances": list(AUDIT.names[:2]), "tags": {"env": "prod"}, "state": "present"}
    assert bench.run(AUDIT.module, options, calls)["changed"] is False
    calls[1] = together(reads_tags(env="prod"), reads_tags(1).but(403, fault("DBSS.10000003", "not you")))
    outcome = bench.run(AUDIT.module, options, calls, fails=True)
    start = "1 of 2 audit instances failed. Failed to read the tags of audit instance audit-test "
    assert outcome["msg"].startswith(f"{start}({AUDIT.ids[1]}): ")
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-test"]


# Removal

DEMAND = {"charge_model": "Demand", "chargeModel": "Demand"}


def deletes(publicip=False, volume=False):
    """Return the call that deletes the first audit instance."""
    body = {"id": AUDIT.ids[0], "delete_publicip": publicip, "delete_volume": volume}
    return Call("dbss", "DELETE", f"{V1}/instance", body=body, answer={"result": "success"})


DELETE = "deleteAuditInstanceNew"
LEAVING = ("DELETING", "NO_TASK")

REMOVALS = {
    "it is gone already": ({}, [AUDIT.lists()], []),
    "on demand": ({}, [lists(**DEMAND), deletes(), lists(LEAVING, **DEMAND), AUDIT.lists()], [DELETE]),
    "what belongs to it goes only when it is named": (
        {"delete_publicip": True, "delete_volume": True},
        [lists(**DEMAND), deletes(publicip=True, volume=True), AUDIT.lists()],
        [DELETE],
    ),
    "a broken subscription": ({}, [lists(("ERROR", "NO_TASK")), deletes(), AUDIT.lists()], [DELETE]),
    "somebody deletes it": ({}, [lists(LEAVING), AUDIT.lists()], []),
    "it is queued for deletion": ({}, [lists(("ACTIVE", "delete_wait")), AUDIT.lists()], []),
    "what runs there is waited for": (
        {},
        [lists(STARTING, **DEMAND), lists(**DEMAND), deletes(), AUDIT.lists()],
        [DELETE],
    ),
    "a lost answer is looked up": ({}, [lists(**DEMAND), deletes().fails(reset), AUDIT.lists()], [DELETE]),
    "somebody was quicker": (
        {},
        [lists(**DEMAND), deletes().but(400, fault("DBSS.10020021", "The ID is invalid")), AUDIT.lists()],
        [],
    ),
    "the listing lags": ({}, [lists(**DEMAND), deletes(), lists(**DEMAND), AUDIT.lists()], [DELETE]),
    "without waiting": ({"wait": False}, [lists(**DEMAND), deletes()], [DELETE]),
}


@pytest.mark.parametrize(("options", "calls", "actions"), REMOVALS.values(), ids=REMOVALS)
def test_removal(bench, options, calls, actions):
    outcome = bench.run(AUDIT.module, {"name": "audit-prod", "state": "absent", **options}, calls)
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)


def test_removal_in_check_mode(bench):
    outcome = bench.run(AUDIT.module, {**ME, "state": "absent"}, [lists(**DEMAND)], check=True, diff=True)
    assert outcome["actions"] == [DELETE]
    assert json.loads(outcome["diff"]["after"]) == {"status": "DELETED", "task": "NO_TASK"}


PAID = "unsubscribe from it in the Billing Center of the console (Unsubscriptions), or let it end"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"expired": "1793836800000"}, f"is a subscription that is paid until 2026-11-05: {PAID}"),
        ({"expired": "next year"}, f"is a subscription that is paid until next year: {PAID}"),
        ({"expired": None}, f"is a subscription: {PAID}"),
        ({"charge_model": None, "chargeModel": None}, f"is not known to be on demand: {PAID}"),
    ],
)
def test_a_subscription_is_not_deleted(bench, changes, why):
    outcome = bench.run(AUDIT.module, {**ME, "state": "absent"}, [lists(**changes)], fails=True)
    it = AUDIT.it()
    assert outcome["msg"] == f"{it[0].upper()}{it[1:]} cannot be deleted: it {why} ({'status ACTIVE, task NO_TASK'})."


def test_many_are_removed(bench):
    rows = [{**AUDIT.row(ACTIVE, index), **DEMAND} for index in range(2)]
    paid = AUDIT.row(ACTIVE, 2)
    calls = [
        AUDIT.listing(*rows, paid),
        together(
            deletes(),
            Call(
                "dbss",
                "DELETE",
                f"{V1}/instance",
                body={**deletes().body, "id": AUDIT.ids[1]},
                answer={"result": "success"},
            ),
        ),
        AUDIT.listing(paid),
    ]
    options = {"instances": [*AUDIT.names[:3], "nobody"], "state": "absent"}
    outcome = bench.run(AUDIT.module, options, calls, fails=True)
    assert [row["actions"] for row in outcome["instances"]] == [[DELETE], [DELETE], []]
    assert [row["status"] for row in outcome["instances"]] == ["DELETED", "DELETED", "ACTIVE"]
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-dev"]
    assert outcome["missing"] == ["nobody"]


# Upgrades

UPGRADE = "upgradeAuditInstance"
UPGRADING = ("UPGRADING", "NO_TASK")


def upgrades(status, new="24.1", now="23.05", msg=None, instance=AUDIT.ids[0]):
    """Return the call that lists what can be upgraded."""
    steps = [{"msg": msg, "result_code": "1", "step_name": "check", "time": None}] if msg else []
    row = {"instance_id": instance, "status": status, "current_version": now, "upgrade_version": new}
    return Call("dbss", "GET", f"{V1}/upgrade/status", answer={"audit_upgrade_infos": [{**row, "steps": steps}]})


def starts_upgrade(code=0, text=None):
    """Return the call that starts the upgrade."""
    path = f"{V1}/{AUDIT.row(ACTIVE)['resource_id']}/upgrade"
    return Call("dbss", "POST", path, answer={"code": code, "description": text, "order_id": None, "task_id": "t"})


UPGRADES = {
    "nothing newer": ({}, [lists(), upgrades(2, new=None)], []),
    "the newest already": ({}, [lists(), upgrades(2, new="23.05")], []),
    "upgraded": (
        {},
        [lists(), upgrades(1), starts_upgrade(), lists(UPGRADING), upgrades(0), lists(), upgrades(2, None, "24.1")],
        [UPGRADE],
    ),
    "upgraded before anybody could look": (
        {},
        [lists(), upgrades(1), starts_upgrade(), lists(), upgrades(2, None, "24.1")],
        [UPGRADE],
    ),
    "the listings lag": (
        {},
        [lists(), upgrades(1), starts_upgrade(), lists(), upgrades(1), lists(), upgrades(2, None, "24.1")],
        [UPGRADE],
    ),
    "somebody upgrades it": ({}, [lists(UPGRADING), upgrades(0), lists(), upgrades(2, None, "24.1")], []),
    "somebody upgrades it, without waiting": ({"wait": False}, [lists(UPGRADING), upgrades(0)], []),
    "what runs there is waited for": (
        {},
        [lists(REBOOTING), upgrades(2), lists(), upgrades(1), starts_upgrade(), lists(), upgrades(2, None, "24.1")],
        [UPGRADE],
    ),
    "settings first": (
        {"comment": "new"},
        [
            lists(),
            upgrades(1),
            names(name="audit-prod", comment="new"),
            starts_upgrade(),
            lists(comment="new"),
            upgrades(2, None, "24.1"),
        ],
        [RENAME, UPGRADE],
    ),
    "a lost answer is looked up": (
        {},
        [
            lists(),
            upgrades(1),
            starts_upgrade().fails(reset),
            lists(UPGRADING),
            upgrades(0),
            lists(),
            upgrades(2, None, "24.1"),
        ],
        [UPGRADE],
    ),
}


@pytest.mark.parametrize(("options", "calls", "actions"), UPGRADES.values(), ids=UPGRADES)
def test_upgrade(bench, options, calls, actions):
    outcome = bench.run(AUDIT.module, {**ME, "state": "upgraded", **options}, calls)
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)


@pytest.mark.parametrize(
    ("calls", "message"),
    [
        (
            [lists(), upgrades(2, msg="low on disk")],
            "{It} cannot be upgraded: it cannot get the version 24.1 now: low on disk (status ACTIVE, task NO_TASK).",
        ),
        (
            [lists(), upgrades(2)],
            "{It} cannot be upgraded: it cannot get the version 24.1 now: the service gives no reason "
            "(status ACTIVE, task NO_TASK).",
        ),
        (
            [lists(OFF), upgrades(2)],
            "{It} cannot be upgraded: it cannot get the version 24.1 now: it is off (status SHUTOFF, task NO_TASK).",
        ),
        ([lists(), upgrades(1, instance="x")], "{It} cannot be upgraded: the service lists no upgrade state of it."),
        (
            [lists(), upgrades(1), starts_upgrade(1, "not now")],
            "Failed to upgrade {it}: the service answered that it failed: not now (HTTP 200, code 1).",
        ),
    ],
)
def test_refused_upgrades(bench, calls, message):
    outcome = bench.run(AUDIT.module, {**ME, "state": "upgraded"}, calls, fails=True)
    it = AUDIT.it()
    assert outcome["msg"] == message.format(it=it, It=it[0].upper() + it[1:])


def test_an_upgrade_in_check_mode(bench):
    outcome = bench.run(AUDIT.module, {**ME, "state": "upgraded"}, [lists(), upgrades(1)], check=True, diff=True)
    assert outcome["actions"] == [UPGRADE]
    assert outcome["instance"]["version"] == "24.1"
    assert json.loads(outcome["diff"]["before"])["version"] == "23.05"
