# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own clients drive every operation that is served, signed by the vendor's own signer."""

from __future__ import annotations

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkdbss import v1 as dbss
from huaweicloudsdkdws import v2 as dws
from huaweicloudsdkiam import v3 as iam

from tests.unit.emulator import company

pytestmark = pytest.mark.filterwarnings("ignore:Method .* is deprecated:DeprecationWarning")


def client(kind, credentials, url):
    return kind.new_builder().with_credentials(credentials).with_endpoint(url).build()


@pytest.fixture(params=["permanent", "temporary"])
def keys(request):
    if request.param == "permanent":
        return BasicCredentials(company.ACCESS_KEY, company.SECRET_KEY, company.PROJECT)
    credentials = BasicCredentials(company.TEMPORARY_KEY, company.TEMPORARY_SECRET, company.PROJECT)
    return credentials.with_security_token(company.SECURITY_TOKEN)


@pytest.fixture
def audit(emulator, keys):
    return client(dbss.DbssClient, keys, emulator.url)


@pytest.fixture
def warehouse(emulator, keys):
    return client(dws.DwsClient, keys, emulator.url)


@pytest.fixture
def identity(emulator):
    credentials = GlobalCredentials(company.ACCESS_KEY, company.SECRET_KEY, company.ACCOUNT)
    return client(iam.IamClient, credentials, emulator.url)


def test_audit_instances_are_listed_on_all_three_paths(audit):
    oldest = audit.list_audit_instances(dbss.ListAuditInstancesRequest())
    middle = audit.list_audit_instances_new(dbss.ListAuditInstancesNewRequest(offset="0", limit="2"))
    newest = audit.list_audit_instances_last(dbss.ListAuditInstancesLastRequest(offset="1", limit="2"))
    assert oldest.servers[0].id == middle.instances[0].instance_id == company.AUDIT_PROD
    assert oldest.servers[0].config_num == 6
    assert [one.name for one in newest.instances] == ["audit-test", "audit-branch"]
    assert oldest.total == middle.total == newest.total == len(oldest.servers) == 6


def test_audit_instances_stop_start_and_reboot(emulator, audit):
    emulator.settings(transition=0)
    body = dbss.ServerIdBean(instance_id=company.AUDIT_PROD)
    assert audit.stop_audit_instance(dbss.StopAuditInstanceRequest(body=body)).result == "success"
    assert audit.start_audit_instance(dbss.StartAuditInstanceRequest(body=body)).result == "success"
    assert audit.reboot_audit_instance(dbss.RebootAuditInstanceRequest(body=body)).result == "success"
    assert emulator.counters()["changes"][company.AUDIT_PROD] == {"stop": 1, "start": 1, "reboot": 1}


def test_a_refusal_reaches_the_sdk_with_code_and_text(audit):
    body = dbss.ServerIdBean(instance_id=company.AUDIT_PROD)
    with pytest.raises(ClientRequestException) as refusal:
        audit.start_audit_instance(dbss.StartAuditInstanceRequest(body=body))
    assert (refusal.value.status_code, refusal.value.error_code) == (400, "DBSS.10020130")
    assert refusal.value.request_id


def test_databases_are_listed_and_switched_on_both_paths(audit):
    older = audit.list_audit_databases(dbss.ListAuditDatabasesRequest(company.AUDIT_PROD, status="ON"))
    assert older.total == len(older.databases) == 4
    off = dbss.SwitchAuditDbRequest(id=company.ORDERS, status="OFF")
    assert audit.switch_audit_database(dbss.SwitchAuditDatabaseRequest(company.AUDIT_PROD, off)).status == "SUCCESS"
    newer = audit.list_audit_databases_new(dbss.ListAuditDatabasesNewRequest(company.AUDIT_PROD, limit="1"))
    assert (newer.databases[0].database.status, newer.databases[0].database.audit_status) == ("OFF", "SHUTOFF")
    on = dbss.SwitchAuditDbRequest(id=company.ORDERS, status="ON", lts_audit_switch=1)
    answer = audit.switch_audit_database_new(dbss.SwitchAuditDatabaseNewRequest(company.AUDIT_PROD, on))
    assert answer.status == "SUCCESS"


def test_alarms_are_listed(audit):
    query = dbss.AlarmLogRequest(time=dbss.AlarmLogRequestTime(time_range="WEEK"), risk=["LOW"], page=1, size=10)
    answer = audit.list_audit_alarm_log_new(dbss.ListAuditAlarmLogNewRequest(company.AUDIT_PROD, query))
    assert answer.total_num == len(answer.alarm_log) == 1
    assert (answer.alarm_log[0].alarm_life, answer.alarm_log[0].alarm_status) == ("OFF", "DONE")


def test_om_instances_are_listed_and_driven(emulator, audit):
    emulator.settings(transition=0)
    clusters = audit.list_instances(dbss.ListInstancesRequest()).clusters
    assert [(one.name, len(one.detail.server)) for one in clusters] == [("om-prod", 1), ("om-pair", 2), ("om-test", 1)]
    assert audit.stop_db_om_instance(dbss.StopDbOmInstanceRequest(company.OM_PROD)).result == "success"
    assert audit.start_db_om_instance(dbss.StartDbOmInstanceRequest(company.OM_PROD)).result == "success"
    assert audit.reboot_db_om_instance(dbss.RebootDbOmInstanceRequest(company.OM_PAIR)).result == "success"


def test_om_accounts_are_read_and_changed(warehouse):
    def act(operation):
        body = dws.DatabaseOmUserActionReq(operation=operation)
        request = dws.ExecuteDatabaseOmUserActionRequest(company.DWS_PROD, body)
        return warehouse.execute_database_om_user_action(request).om_user_info

    added, extended = act("addOmUser"), act("increaseOmUserPeriod")
    assert extended.om_user_expires_time - added.om_user_expires_time == 8 * 3600 * 1000
    read = warehouse.show_database_om_user_status(dws.ShowDatabaseOmUserStatusRequest(company.DWS_PROD))
    assert (read.error_code, read.om_user_info.om_user_status) == (0, "on")
    assert act("deleteOmUser").om_user_status == "off"


def test_clusters_are_listed_read_and_driven(emulator, warehouse):
    emulator.settings(transition=0)
    assert warehouse.list_clusters(dws.ListClustersRequest()).count == 4
    assert warehouse.stop_cluster(dws.StopClusterRequest(company.DWS_PROD)).job_id
    assert warehouse.start_cluster(dws.StartClusterRequest(company.DWS_PROD)).job_id
    warehouse.restart_cluster(dws.RestartClusterRequest(company.DWS_PROD, dws.RestartClusterRequestBody(restart={})))
    emulator.advance(1)
    cluster = warehouse.list_cluster_details(dws.ListClusterDetailsRequest(company.DWS_PROD)).cluster
    assert (cluster.status, cluster.task_status) == ("AVAILABLE", None)


def test_projects_and_accounts_are_found(identity):
    projects = identity.keystone_list_projects(iam.KeystoneListProjectsRequest(name="cn-north-4")).projects
    assert [one.id for one in projects] == [company.PROJECT]
    domains = identity.keystone_list_auth_domains(iam.KeystoneListAuthDomainsRequest()).domains
    assert [one.id for one in domains] == [company.ACCOUNT]


def test_a_password_buys_a_token(identity):
    user = iam.PwdPasswordUser(iam.PwdPasswordUserDomain("example-account"), company.USER, company.PASSWORD)
    auth = iam.PwdAuth(
        iam.PwdIdentity(["password"], iam.PwdPassword(user)),
        iam.AuthScope(project=iam.AuthScopeProject(name="cn-north-4")),
    )
    request = iam.KeystoneCreateUserTokenByPasswordRequest(
        body=iam.KeystoneCreateUserTokenByPasswordRequestBody(auth=auth)
    )
    answer = identity.keystone_create_user_token_by_password(request)
    assert answer.x_subject_token
    assert answer.token.project.id == company.PROJECT


def test_the_project_is_looked_up_by_the_sdk_itself(emulator):
    """Without a project id the SDK asks IAM for the project of the region's name."""
    credentials = BasicCredentials(company.ACCESS_KEY, company.SECRET_KEY).with_iam_endpoint(emulator.url)
    region = Region("cn-north-4", emulator.url)
    audit = dbss.DbssClient.new_builder().with_credentials(credentials).with_region(region).build()
    assert audit.list_audit_instances(dbss.ListAuditInstancesRequest()).total == 6
    assert [one["operation"] for one in emulator.requests()] == ["listProjects", "listAuditInstances"]
