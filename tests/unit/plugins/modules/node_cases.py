# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for O&M and encryption instances alike: names, security groups, EIPs, console passwords, removal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, OFF, REBOOTING, STARTING, OmFleet
from tests.unit.plugins.modules.harness import PROJECT, Call, reset, together

FROZEN = ("FROZEN", "NO_TASK")
EIP = {"address": "203.0.113.7", "id": "eip-7"}
OTHER = {"address": "203.0.113.8", "id": "eip-8"}
PASSWORD = {"console_user": "sysadmin", "console_password": "the new password "}
ALWAYS = {**PASSWORD, "update_console_password": "always"}
DEMAND = {"charge_model": "Demand"}
PAID = "unsubscribe from it in the Billing Center of the console (Unsubscriptions), or let it end"


class NodeCases:
    """The cases, for the instances that a subclass names."""

    fleet: OmFleet

    def listing(self, state: Any = ACTIVE, group: str = "sg-old", **changes: Any) -> Call:
        """Return the call that lists the first instance, which is otherwise as changes say."""
        row = self.fleet.row(state, security_group_id=group)
        return self.fleet.listing({**row, "public_ip": None, **changes})

    def acts(self, method: str, path: str, body: Any = None, answer: Any = None) -> Call:
        """Return a call that acts on the first instance, and succeeds."""
        place = f"/v1/{PROJECT}/{self.fleet.area}/{self.fleet.ids[0]}{path}"
        return Call("dbss", method, place, body=body, answer=answer or {"result": "success"})

    def step(self, step: Any) -> Call:
        """Return the call of a step: what is sent is a tuple, what is seen is a mapping."""
        calls = {
            "rename": ("PUT", "/name", lambda name: {"new_name": name}),
            "groups": ("PUT", "/security-group", lambda *ids: {"security_group_ids": list(ids)}),
            "unbind": ("POST", "/eip/unbind", lambda: None),
            "bind": ("POST", "/eip/bind", lambda one: {"eip": one["address"], "eip_id": one["id"]}),
            "reset": ("POST", "/password/reset", lambda user, word: {"user_name": user, "new_password": word}),
            "delete": ("DELETE", "", lambda: None),
        }
        if isinstance(step, Call):
            return step
        if isinstance(step, dict):
            return self.listing(**step)
        name, *given = step
        if name not in calls:
            return self.fleet.acts(name)
        method, path, body = calls[name]
        return self.acts(method, path, body(*given), {"code": 0} if name == "groups" else None)

    def run(self, bench: Any, options: dict[str, Any], steps: list[Any], **how: Any) -> Any:
        """Run the module for the first instance; what is seen and sent are steps."""
        named = {"name": self.fleet.names[0], "state": "present", **options}
        return bench.run(self.fleet.module, named, [self.step(one) for one in steps], **how)

    def operation(self, verb: str) -> str:
        """Return the operation ID of a verb: C(renameInstance) becomes C(renameOmInstance)."""
        word = self.fleet.suffix.replace("Instance", "")
        return verb.replace("*", word)

    @pytest.mark.parametrize(
        ("options", "steps", "actions"),
        [
            ({"new_name": "new"}, [{}, ("rename", "new"), {"name": "new"}], ["rename*Instance"]),
            ({"security_group_ids": ["sg-old"]}, [{}], []),
            (
                {"security_group_ids": ["sg-new"]},
                [{}, ("groups", "sg-new"), {"group": "sg-new"}],
                ["set*SecurityGroups"],
            ),
            (
                {"security_group_ids": ["sg-new"], "new_name": "new"},
                [{}, ("rename", "new"), ("groups", "sg-new"), {"group": "sg-new", "name": "new"}],
                ["rename*Instance", "set*SecurityGroups"],
            ),
            (
                {"security_group_ids": ["sg-old", "sg-b"], "update_security_group_ids": "always"},
                [{}, ("groups", "sg-old", "sg-b"), {}],
                ["set*SecurityGroups"],
            ),
            ({"eip": EIP}, [{}, ("bind", EIP), {"public_ip": EIP["address"]}], ["bind*Eip"]),
            ({"eip": EIP}, [{"public_ip": EIP["address"]}], []),
            (
                {"eip": EIP},
                [{"public_ip": OTHER["address"]}, ("unbind",), ("bind", EIP), {"public_ip": EIP["address"]}],
                ["unbind*Eip", "bind*Eip"],
            ),
            ({"eip": {}}, [{"public_ip": EIP["address"]}, ("unbind",), {"public_ip": ""}], ["unbind*Eip"]),
            ({"eip": {}}, [{"public_ip": ""}], []),
            (
                {"eip": EIP},
                [{"state": FROZEN}, ("bind", EIP), {"state": FROZEN, "public_ip": EIP["address"]}],
                ["bind*Eip"],
            ),
            (ALWAYS, [{}, ("reset", "sysadmin", "the new password "), {}], ["reset*Password"]),
            (
                {**ALWAYS, "state": "stopped", "new_name": "new"},
                [
                    {},
                    ("rename", "new"),
                    ("reset", "sysadmin", "the new password "),
                    ("stop",),
                    {"state": OFF, "name": "new"},
                ],
                ["rename*Instance", "reset*Password", "stop"],
            ),
            (
                {"new_name": "new"},
                [{"state": STARTING}, {}, ("rename", "new"), {"name": "new"}],
                ["rename*Instance"],
            ),
            (
                {"new_name": "new", "state": "restarted"},
                [{"state": REBOOTING}, {}, ("rename", "new"), {"name": "new"}],
                ["rename*Instance"],
            ),
        ],
    )
    def test_settings(self, bench, options, steps, actions):
        outcome = self.run(bench, options, steps)
        assert outcome["actions"] == [self.operation(one) for one in actions]
        assert outcome["changed"] is bool(actions)
        assert not outcome.warnings
        assert "the new password" not in outcome.text

    def test_a_lost_password_is_not_sent_again(self, bench):
        sends = self.step(("reset", "sysadmin", "the new password ")).fails(reset)
        outcome = self.run(bench, ALWAYS, [{}, sends, {}, {}], fails=True)
        reset_password = self.operation("reset*Password")
        assert outcome["msg"].startswith(f"The outcome of {reset_password} on {self.fleet.it()} is unknown")
        assert "the new password" not in outcome.text

    def test_a_password_is_not_sent_by_default(self, bench):
        outcome = self.run(bench, PASSWORD, [{}])
        assert outcome["changed"] is False
        assert outcome.warnings == (
            "console_password cannot be compared and was not sent: update_console_password=always sends it.",
        )

    def test_several_groups_cannot_be_seen(self, bench):
        outcome = self.run(bench, {"security_group_ids": ["sg-old", "sg-b"]}, [{}])
        assert outcome["changed"] is False
        assert outcome.warnings[0].startswith("Only one security group of a node can be read")

    def test_check_mode_and_diff(self, bench):
        options = {"new_name": "new", "security_group_ids": ["sg-new"], "eip": EIP, **ALWAYS, "state": "restarted"}
        outcome = self.run(bench, options, [{"public_ip": OTHER["address"]}], check=True, diff=True)
        verbs = ["rename*Instance", "set*SecurityGroups", "unbind*Eip", "bind*Eip", "reset*Password"]
        assert outcome["actions"] == [*map(self.operation, verbs), "reboot"]
        before, after = (json.loads(outcome["diff"][key]) for key in ("before", "after"))
        rest = {"status": "ACTIVE", "task": "NO_TASK"}
        old = {"name": self.fleet.names[0], "security_group_ids": ["sg-old"], "public_ip": OTHER["address"]}
        assert before == {**rest, **old}
        assert after == {**rest, "name": "new", "security_group_ids": ["sg-new"], "public_ip": EIP["address"]}

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"new_name": ""}, "new_name is empty: an instance has a name, give one."),
            ({"security_group_ids": [" "]}, "security_group_ids is empty: an instance has one at least, name it."),
            ({"eip": {"id": "x"}}, "eip needs both address and id, or neither to unbind what is bound."),
            (
                {"console_password": "x"},
                "console_user and console_password go together: give both or neither.",
            ),
            (
                {"console_user": "", "console_password": "x"},
                "console_user or console_password is empty: give both or neither.",
            ),
            ({"eip": {}, "state": "absent"}, "state=absent goes without eip."),
        ],
    )
    def test_settings_that_make_no_sense(self, bench, options, message):
        assert self.run(bench, options, [], fails=True)["msg"] == message

    def test_a_setting_names_the_state(self, bench):
        options = {"name": self.fleet.names[0], "eip": {}}
        outcome = bench.run(self.fleet.module, options, [], fails=True)
        assert outcome["msg"].startswith("The task gives eip and no state: say state=present to leave the power alone")

    def test_a_refusal_tells_what_was_done(self, bench):
        groups = self.step(("groups", "sg-new")).but(200, {"code": 7, "description": "no such group"})
        options = {"new_name": "new", "security_group_ids": ["sg-new"]}
        outcome = self.run(bench, options, [{}, ("rename", "new"), groups], fails=True)
        assert "the service answered that it failed: no such group (HTTP 200, code 7)." in outcome["msg"]
        assert outcome["actions"] == [self.operation("rename*Instance")]

    def test_many_share_settings_but_no_address(self, bench):
        rows = [self.fleet.row(ACTIVE, index, security_group_id="sg-old") for index in range(2)]
        moved = [self.fleet.row(ACTIVE, index, security_group_id="sg-new") for index in range(2)]
        path = f"/v1/{PROJECT}/{self.fleet.area}/{self.fleet.ids[1]}/security-group"
        first = self.step(("groups", "sg-new"))
        second = Call("dbss", "PUT", path, body=first.body, answer={"code": 0})
        options = {"instances": list(self.fleet.names[:2]), "security_group_ids": ["sg-new"], "state": "present"}
        calls = [self.fleet.listing(*rows), together(first, second), self.fleet.listing(*moved)]
        outcome = bench.run(self.fleet.module, options, calls)
        assert [len(row["actions"]) for row in outcome["instances"]] == [1, 1]
        outcome = bench.run(self.fleet.module, {**options, "eip": EIP}, [], fails=True)
        assert outcome["msg"] == "eip is for one instance: name it by instance_id or name instead of instances."
        unbound = {"instances": list(self.fleet.names[:1]), "eip": {}, "state": "present"}
        assert bench.run(self.fleet.module, unbound, [self.listing()])["changed"] is False

    @pytest.mark.parametrize(
        ("steps", "actions"),
        [
            ([DEMAND, ("delete",), Call], ["delete*Instance"]),
            ([{**DEMAND, "state": ("DELETING", "NO_TASK")}, Call], []),
            ([Call], []),
            ([{**DEMAND, "state": STARTING}, DEMAND, ("delete",), Call], ["delete*Instance"]),
        ],
    )
    def test_removal(self, bench, steps, actions):
        steps = [self.fleet.listing() if step is Call else step for step in steps]
        outcome = self.run(bench, {"state": "absent"}, steps)
        assert outcome["actions"] == [self.operation(one) for one in actions]
        assert not actions or outcome["instance"]["status"] == "DELETED"

    def test_a_subscription_is_not_deleted(self, bench):
        steps = [{"charge_model": "Period", "expired": 1793836800000}]
        outcome = self.run(bench, {"state": "absent"}, steps, fails=True)
        assert f"it is a subscription that is paid until 2026-11-05: {PAID} (" in outcome["msg"]
        outcome = self.run(bench, {"state": "absent"}, [{"charge_model": None}], fails=True)
        assert f"it is not known to be on demand: {PAID} (" in outcome["msg"]
