# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server asks for from inside, as the vendor's SDK core asks; and the keys that it gets."""

from __future__ import annotations

import pytest
import requests
from huaweicloudsdkcore.auth import internal
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.auth.provider import MetadataCredentialProvider
from huaweicloudsdkdbss import v1 as dbss

from tests.unit.emulator import company

KEY, DATA, TOKEN = "/openstack/latest/securitykey", "/openstack/latest/meta_data.json", "/meta-data/latest/api/token"


@pytest.fixture
def ask(emulator):
    """Return the function that asks for something as a server does."""

    def send(method, path, **headers):
        return requests.request(method, emulator.url + path, headers=headers, timeout=10)

    return send


def server(emulator, **said):
    emulator.state({**emulator.state(), "server": said})


def test_the_sdk_finds_keys_with_which_it_can_sign(emulator, monkeypatch):
    monkeypatch.setattr(internal.MetadataAccessor, "_METADATA_ENDPOINT", emulator.url)
    credentials = MetadataCredentialProvider.get_basic_credential_metadata_provider().get_credentials()
    credentials.project_id = company.PROJECT
    audit = dbss.DbssClient.new_builder().with_credentials(credentials).with_endpoint(emulator.url).build()
    assert audit.list_audit_instances(dbss.ListAuditInstancesRequest()).total == 6
    asked = [one["operation"] for one in emulator.requests()]
    assert asked == ["createMetadataToken", "getInstanceSecurityKey", "listAuditInstances"]


def test_a_server_without_an_agency_gets_no_keys(emulator, ask):
    server(emulator, agency=None)
    answer = ask("GET", KEY)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain")
    assert "agency must be configured" in answer.text


@pytest.mark.parametrize("path", [KEY, DATA])
def test_a_stale_token_is_refused(emulator, ask, path):
    token = ask("PUT", TOKEN, **{"X-Metadata-Token-Ttl-Seconds": "60"}).text
    assert ask("GET", path, **{"X-Metadata-Token": token}).status_code == 200
    emulator.advance(61)
    assert ask("GET", path, **{"X-Metadata-Token": token}).status_code == 401


def test_a_server_may_demand_a_token_or_know_none(emulator, ask):
    server(emulator, agency="ops-agency", tokens="required")
    assert ask("GET", KEY).status_code == 401
    server(emulator, agency="ops-agency", tokens="none")
    assert ask("PUT", TOKEN, **{"X-Metadata-Token-Ttl-Seconds": "60"}).status_code == 404
    assert ask("GET", KEY).status_code == 200


def test_the_data_of_the_server(emulator, ask):
    data = ask("GET", DATA).json()
    assert (data["project_id"], data["region_id"]) == (company.PROJECT, "cn-north-4")
    assert "agency" not in data


def test_temporary_keys_end(emulator):
    keys = requests.get(emulator.url + KEY, timeout=10).json()["credential"]
    credentials = BasicCredentials(keys["access"], keys["secret"], company.PROJECT)
    credentials.with_security_token(keys["securitytoken"])
    audit = dbss.DbssClient.new_builder().with_credentials(credentials).with_endpoint(emulator.url).build()
    assert audit.list_audit_instances(dbss.ListAuditInstancesRequest()).total == 6
    emulator.advance(24 * 3600 + 1)
    with pytest.raises(Exception, match="expired"):
        audit.list_audit_instances(dbss.ListAuditInstancesRequest())
