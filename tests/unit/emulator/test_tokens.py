# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, the projects they are for, and the calls of IAM."""

from __future__ import annotations

import pytest
import requests

from tests.unit.emulator import company
from tests.unit.emulator.company import Api, code

BY_NAME = {"project": {"name": "cn-north-4"}}


def log_in(emulator, scope, password=company.PASSWORD, account="example-account"):
    user = {"domain": {"name": account}, "name": company.USER, "password": password}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    return requests.post(f"{emulator.url}/v3/auth/tokens", json=body, timeout=10)


def with_token(emulator, token):
    api = Api(emulator.url)
    api.http.headers["X-Auth-Token"] = token
    return api


@pytest.mark.parametrize("scope", [BY_NAME, {"project": {"id": company.PROJECT}}])
def test_a_project_token(emulator, scope):
    answer = log_in(emulator, scope)
    assert answer.status_code == 201
    assert answer.json()["token"]["project"]["id"] == company.PROJECT
    token = answer.headers["X-Subject-Token"]
    assert token not in answer.text
    assert with_token(emulator, token)("GET", company.INSTANCES).status_code == 200


@pytest.mark.parametrize("scope", [{"domain": {"name": "example-account"}}, {"domain": {"id": company.ACCOUNT}}])
def test_an_account_token_finds_projects_but_opens_none(emulator, scope):
    answer = log_in(emulator, scope)
    assert answer.json()["token"]["domain"]["id"] == company.ACCOUNT
    api = with_token(emulator, answer.headers["X-Subject-Token"])
    assert len(api("GET", "/v3/projects").json()["projects"]) == 2
    assert api("GET", company.INSTANCES).status_code == 403


@pytest.mark.parametrize("options", [{"password": "wrong"}, {"account": "another"}])
def test_wrong_credentials(emulator, options):
    answer = log_in(emulator, BY_NAME, **options)
    assert answer.status_code == answer.json()["error"]["code"] == 401
    assert answer.json()["error"]["title"] == "Unauthorized"
    assert "X-Subject-Token" not in answer.headers


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"project": {"name": "cn-south-1"}}, 404),
        ({"project": {}}, 404),
        ({"domain": {"name": "another"}}, 403),
        ({}, 400),
    ],
)
def test_a_scope_that_is_not_there(emulator, scope, status):
    answer = log_in(emulator, scope)
    assert answer.status_code == answer.json()["error"]["code"] == status


@pytest.mark.parametrize("token", ["issued", "preset"])
def test_tokens_expire(emulator, token):
    text = company.TOKEN if token == "preset" else log_in(emulator, BY_NAME).headers["X-Subject-Token"]
    api = with_token(emulator, text)
    emulator.advance(19.9 * 3600)
    assert api("GET", company.INSTANCES).status_code == 200
    emulator.advance(4.2 * 3600)
    answer = api("GET", company.INSTANCES)
    assert (answer.status_code, code(answer)) == (401, "APIGW.0307")


def test_unknown_token_and_none_at_all(emulator):
    for headers in ({"X-Auth-Token": "guessed"}, {}):
        answer = requests.get(emulator.url + company.INSTANCES, headers=headers, timeout=10)
        assert (answer.status_code, code(answer)) == (401, "APIGW.0301")
        assert answer.json()["request_id"]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (f"/v1/{company.WAREHOUSE}/dbss/audit/instances", "DBSS.10020100"),
        (f"/v2/{company.WAREHOUSE}/audit/instances", "DBSS.10020100"),
        (f"/v1.0/{company.WAREHOUSE}/clusters", "DWS.0015"),
    ],
)
def test_another_project(api, path, wanted):
    answer = api("GET", path)
    assert (answer.status_code, code(answer)) == (403, wanted)
    assert ("error" in answer.json()) == ("/dbss/" in path)


def test_another_project_in_the_header(api):
    assert api("GET", company.INSTANCES, headers={"X-Project-Id": company.PROJECT}).status_code == 200
    assert api("GET", company.INSTANCES, headers={"X-Project-Id": company.WAREHOUSE}).status_code == 403
    assert api("GET", "/v3/projects", headers={"X-Domain-Id": "another"}).status_code == 403


def test_each_project_has_its_own(emulator):
    state = emulator.state()
    state["clusters"][1]["project"] = "cn-north-4_warehouse"
    emulator.state(state)
    token = log_in(emulator, {"project": {"id": company.WAREHOUSE}}).headers["X-Subject-Token"]
    answer = with_token(emulator, token)("GET", f"/v1.0/{company.WAREHOUSE}/clusters")
    assert [one["name"] for one in answer.json()["clusters"]] == ["dws-reports"]
    api = Api(emulator.url)
    assert api("GET", company.CLUSTERS).json()["count"] == 3
    assert code(api("GET", f"{company.CLUSTERS}/{company.DWS_REPORTS}")) == "DWS.0015"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "cn-north-4"}, ["cn-north-4"]),
        ({"name": "cn-south-1"}, []),
        ({"domain_id": company.ACCOUNT, "enabled": "true"}, ["cn-north-4", "cn-north-4_warehouse"]),
        ({"enabled": "false"}, []),
        ({"page": 2, "per_page": 1}, ["cn-north-4_warehouse"]),
    ],
)
def test_projects_are_filtered_and_paged(api, query, names):
    assert [one["name"] for one in api("GET", "/v3/projects", params=query).json()["projects"]] == names


def test_the_account(api):
    wanted = {"id": company.ACCOUNT, "name": "example-account", "enabled": True}
    assert api("GET", "/v3/auth/domains").json() == {"domains": [wanted]}


def keys_for(api, identity, **headers):
    body = {"auth": {"identity": identity}}
    return requests.post(f"{api.url}/v3.0/OS-CREDENTIAL/securitytokens", json=body, headers=headers, timeout=10)


ROLE = {"agency_name": "ops-agency", "domain_name": "example-account"}
ASSUME = {"methods": ["assume_role"], "assume_role": ROLE}


def test_a_token_becomes_keys_in_either_place(api):
    in_body = keys_for(api, {"methods": ["token"], "token": {"id": company.TOKEN}})
    in_header = keys_for(api, {"methods": ["token"]}, **{"X-Auth-Token": company.TOKEN})
    assert (in_body.status_code, in_header.status_code) == (201, 201)
    assert keys_for(api, {"methods": ["token"], "token": {"id": "unknown"}}).status_code == 401


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (ROLE, 201),
        ({"agency_name": "ops-agency", "domain_id": company.ACCOUNT}, 201),
        ({**ROLE, "agency_name": "other"}, 403),
        ({**ROLE, "domain_name": "other"}, 403),
    ],
)
def test_an_agency_is_assumed(api, role, status):
    headers = {"X-Auth-Token": company.TOKEN}
    assert keys_for(api, {"methods": ["assume_role"], "assume_role": role}, **headers).status_code == status


def test_an_agency_is_not_assumed_by_nobody(api):
    assert keys_for(api, ASSUME).status_code == 401


def test_a_token_takes_another_scope(api):
    auth = {
        "identity": {"methods": ["token"], "token": {"id": company.TOKEN}},
        "scope": {"project": {"name": "cn-north-4_warehouse"}},
    }
    answer = api("POST", "/v3/auth/tokens", json={"auth": auth})
    assert (answer.status_code, answer.json()["token"]["project"]["id"]) == (201, company.WAREHOUSE)
    auth["identity"]["token"]["id"] = "unknown"
    assert api("POST", "/v3/auth/tokens", json={"auth": auth}).status_code == 401
