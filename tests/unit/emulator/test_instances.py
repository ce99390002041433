# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audit, O&M and encryption instances beyond their power: names, groups, addresses, tags, upgrades, removal."""

from __future__ import annotations

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code

P = company.PROJECT
TAGS = f"/v1/{P}/auditInstance/{company.AUDIT_PROD_BILLING_ID}/tags"
GROUP = "4b5c6d7e-8f9a-4b0c-9d1e-2f3a4b5c6d7e"
SUCCESS = {"result": "success"}


def update(api, instance=company.AUDIT_PROD, **body):
    return api("PUT", f"/v1/{P}/audit/instance/{instance}", json=body)


def delete(api, instance, **more):
    return api("DELETE", f"/v1/{P}/audit/instance", json={"id": instance, **more})


def names(api):
    return [one["name"] for one in api("GET", company.INSTANCES).json()["servers"]]


def tags(api):
    return {one["key"]: one["value"] for one in api("GET", TAGS).json()["tags"]}


def test_name_and_comment_are_set_apart(api):
    assert update(api, name="审计_main-1").json() == SUCCESS
    assert (api.instance()["name"], api.instance()["comment"]) == ("审计_main-1", "orders and billing")
    update(api, comment="")
    assert (api.instance()["name"], api.instance()["comment"]) == ("审计_main-1", "")


@pytest.mark.parametrize("body", [{"name": "a b"}, {"name": "a/b"}, {"comment": "a;b"}, {"name": ""}])
def test_characters_that_are_not_allowed(api, body):
    assert (update(api, **body).status_code, api.instance()["name"]) == (400, "audit-prod")


@pytest.mark.parametrize("instance", [company.AUDIT_BROKEN, company.AUDIT_ARCHIVE])
def test_a_state_that_allows_nothing(api, instance):
    assert code(update(api, instance, name="x")) == "DBSS.10020102"


@pytest.mark.parametrize(
    "target", [{"instance_id": company.AUDIT_PROD}, {"resource_id": company.AUDIT_PROD_BILLING_ID}]
)
def test_a_security_group_goes_by_either_id(api, target):
    path = f"/v1/{P}/audit/security-group"
    assert api("POST", path, json={**target, "securitygroup_ids": [GROUP]}).json() == SUCCESS
    assert api.instance()["security_group_id"] == GROUP
    assert code(api("POST", path, json={**target, "securitygroup_ids": [GROUP, "b"]})) == "DBSS.10000001"


def test_an_instance_on_demand_goes_by_and_by(emulator, api):
    assert delete(api, company.AUDIT_TEST).json() == SUCCESS
    assert api.state(company.AUDIT_TEST)[0] == "DELETING"
    assert delete(api, company.AUDIT_TEST).status_code == 400
    emulator.advance(2.1)
    assert "audit-test" not in names(api)
    assert code(delete(api, company.AUDIT_TEST)) == "DBSS.10020021"
    assert emulator.state()["audit_instances"][1]["name"] == "audit-branch"


@pytest.mark.parametrize(
    ("instance", "status"), [(company.AUDIT_PROD, 400), (company.AUDIT_BROKEN, 200), (company.AUDIT_ARCHIVE, 400)]
)
def test_only_a_broken_subscription_can_be_deleted(api, instance, status):
    assert delete(api, instance).status_code == status


def test_tags_go_by_the_billing_id(api):
    assert tags(api) == {"env": "prod", "team": "payments"}
    added = {"tags": [{"key": "env", "value": "live"}, {"key": "owner", "value": "dba"}]}
    assert (api("POST", f"{TAGS}/create", json=added).status_code, tags(api)["env"]) == (204, "live")
    removed = {"tags": [{"key": "team"}, {"key": "owner", "value": "other"}]}
    answer = api("DELETE", f"{TAGS}/delete", json=removed)
    assert (answer.status_code, answer.content, tags(api)) == (204, b"", {"env": "live", "owner": "dba"})


@pytest.mark.parametrize(
    "path", [TAGS.replace("auditInstance", "dbOm"), TAGS.replace(company.AUDIT_PROD_BILLING_ID, company.AUDIT_PROD)]
)
def test_tags_of_something_else(api, path):
    assert api("GET", path).status_code == 400


def test_system_tags_are_the_operators(api):
    assert api("POST", f"{TAGS}/create", json={"sys_tags": [{"key": "_sys", "value": "x"}]}).status_code == 403


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, 6),
        ({"tags": [{"key": "env", "values": ["prod", "test"]}]}, 2),
        ({"tags": [{"key": "env", "values": []}, {"key": "team", "values": ["payments"]}]}, 1),
        ({"tags_any": [{"key": "team", "values": []}, {"key": "env", "values": ["test"]}]}, 2),
        ({"not_tags": [{"key": "env", "values": []}]}, 4),
        ({"not_tags_any": [{"key": "env", "values": []}, {"key": "team", "values": []}]}, 5),
        ({"without_any_tag": True, "tags": [{"key": "env", "values": []}]}, 4),
        ({"matches": [{"key": "resource_name", "value": "branch"}]}, 2),
    ],
)
def test_instances_are_found_by_tag(api, body, found):
    path = f"/v1/{P}/auditInstance/resource-instances"
    assert api("POST", f"{path}/count", json=body).json() == {"total_count": found}
    assert len(api("POST", f"{path}/filter", json=body).json()["resources"]) == found


def test_an_upgrade_takes_its_time(emulator, api):
    def look():
        rows = api("GET", f"/v1/{P}/audit/upgrade/status").json()["audit_upgrade_infos"]
        return next(one for one in rows if one["instance_id"] == company.AUDIT_PROD)

    path = f"/v1/{P}/audit/{company.AUDIT_PROD_BILLING_ID}/upgrade"
    assert (look()["status"], look()["upgrade_version"]) == (1, "24.01.10.101500")
    assert api("POST", path).json()["code"] == 0
    assert (look()["status"], api.state()[0]) == (0, "UPGRADING")
    assert api("POST", path).json()["code"] == 1
    emulator.advance(2.1)
    assert (look()["status"], look()["current_version"], look()["upgrade_version"]) == (2, "24.01.10.101500", None)
    assert api.state() == ("ACTIVE", "NO_TASK")


def test_resources_of_the_account_come_by_marker(api):
    path = f"/v1/resource-manager/domains/{company.ACCOUNT}/all-resources/cn-north-4/cloudservers"
    seen, marker = [], None
    while marker is not None or not seen:
        page = api("GET", path, params={"limit": 4, "marker": marker}).json()
        seen += [one["name"] for one in page["resources"]]
        marker = page["page_info"]["next_marker"]
    assert (len(seen), seen[0]) == (6, "audit-prod")
    assert api("GET", f"{path}/count").json() == {"total_count": 6}
    assert api("GET", path.replace("cn-north-4", "cn-east-3")).json()["resources"] == []
    assert api("GET", path.replace(company.ACCOUNT, "b" * 32)).status_code == 403


@pytest.mark.parametrize(("word", "instance"), [("db-om", company.OM_PAIR), ("db-encrypt", company.ENCRYPT_PROD)])
class TestTwins:
    """O&M instances and encryption instances."""

    @staticmethod
    def look(api, word, instance):
        clusters = api("POST", f"/v2/{P}/{word}/instances").json()["clusters"]
        return next((one for one in clusters if one["instance_id"] == instance), None)

    def test_power(self, emulator, api, word, instance):
        path = f"/v1/{P}/{word}/{instance}"
        assert api("POST", f"{path}/start").status_code == 400
        assert api("POST", f"{path}/stop").json() == SUCCESS
        emulator.advance(2.1)
        assert {one["status"] for one in self.look(api, word, instance)["detail"]["server"]} == {"SHUTOFF"}

    def test_settings(self, emulator, api, word, instance):
        path = f"/v1/{P}/{word}/{instance}"
        assert api("PUT", f"{path}/name", json={"new_name": "new"}).json() == SUCCESS
        assert api("PUT", f"{path}/security-group", json={"security_group_ids": [GROUP]}).json()["code"] == 0
        body = {"user_name": "admin", "new_password": "hush-hush-1"}
        assert api("POST", f"{path}/password/reset", json=body).json() == SUCCESS
        found = self.look(api, word, instance)
        assert (found["name"], {one["security_group_id"] for one in found["detail"]["server"]}) == ("new", {GROUP})
        assert "hush" not in str(emulator.state())
        assert emulator.counters()["changes"][instance] == {"name": 1, "security_groups": 1, "password": 1}

    def test_addresses(self, api, word, instance):
        path = f"/v1/{P}/{word}/{instance}/eip"
        api("POST", f"{path}/unbind")
        assert api("POST", f"{path}/bind", json={"eip": "203.0.113.20", "eip_id": "e"}).json() == SUCCESS
        assert self.look(api, word, instance)["public_ip"] == "203.0.113.20"
        assert api("POST", f"{path}/bind", json={"eip": "203.0.113.21", "eip_id": "f"}).json() == {"result": "failed"}

    def test_removal(self, emulator, api, word, instance):
        emulator.settings(lag=30)
        assert api("DELETE", f"/v1/{P}/{word}/{instance}").json() == SUCCESS
        assert self.look(api, word, instance)
        emulator.advance(30.1)
        assert self.look(api, word, instance) is None
        assert code(api("POST", f"/v1/{P}/{word}/{instance}/stop")) == "DBSS.10020021"
