# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit instance has recorded: alarms, operations, statements, numbers, reports and backups."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.unit.emulator import company
from tests.unit.emulator.company import code
from tests.unit.emulator.drives.evidence import BACKUP, SCHEDULE, WANTED_REPORT

AUDIT = f"{company.PROJECT}/audit/{company.AUDIT_PROD}"
OF_ACCOUNT = f"/v1/{company.ACCOUNT}/audit/{company.AUDIT_PROD}"
OLD = f"/v1/{company.PROJECT}/{company.AUDIT_PROD}"
WEEK, PAGE = {"time_range": "WEEK"}, {"page": 1, "size": 10}


def alarms(api, **query):
    return api("POST", f"/v2/{AUDIT}/alarm-log", json={"time": WEEK, **PAGE, **query}).json()["alarm_log"]


def operations(api, **query):
    return api("POST", f"/v1/{AUDIT}/operation-log", json={"time": {}, **PAGE, **query}).json()["operate_log"]


def statements(api, **query):
    body = {"time": WEEK, "time_order": "ASC", **PAGE, **query}
    return [one["sql"]["id"][-1] for one in api("POST", f"/v2/{AUDIT}/sqls", json=body).json()["sqls"]]


def backups(api):
    rows = api("POST", f"/v2/{AUDIT}/backups", json=PAGE).json()["data_list"]
    return {one["id"]: (one["progress"], one["deleted"]) for one in rows}


def reports(api):
    return {
        one["report"]["name"]: one["report"]
        for one in api("POST", f"/v1/{AUDIT}/reports/list", json=PAGE).json()["reports"]
    }


def test_an_alarm_is_confirmed_for_good(api):
    done = {"result": "request_success"}
    assert api("PUT", f"/v1/{AUDIT}/alarm-log/{company.ALARM}").json() == done
    assert [one["alarm_status"] for one in alarms(api)] == ["DONE", "DONE"]
    assert api("DELETE", f"/v1/{AUDIT}/alarm-log/{company.ALARM}").json() == done
    assert (len(alarms(api)), code(api("PUT", f"/v1/{AUDIT}/alarm-log/{company.ALARM}"))) == (1, "DBSS.10020021")


def test_older_alarms_have_other_names(api):
    rows = api("POST", f"{OLD}/audit/alarm-log", json={"time": WEEK, **PAGE}).json()["alarm_log"]
    assert (rows[0]["alarmLife"], "alarm_life" in rows[0]) == ("ON", False)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["Op8", "Op7", "Op1"]),
        ({"time": {"time_range": "HALF_HOUR"}}, []),
        ({"page": "2", "size": "2"}, ["Op1"]),
        ({"action": "CREATE"}, ["Op1"]),
        ({"result": "fail"}, ["Op8"]),
        ({"operate_name": "billing"}, ["Op8", "Op1"]),
        ({"user_name": "nobody"}, []),
    ],
)
def test_operations_of_any_time(api, query, ids):
    assert [one["id"][:3] for one in operations(api, **query)] == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["a", "b", "c", "d", "e", "f"]),
        ({"time_order": "DESC", "size": 2}, ["f", "e"]),
        ({"time": {"time_range": "HOUR"}}, ["d", "e", "f"]),
        ({"risk_levels": "HIGH"}, ["a", "c", "f"]),
        ({"db_ip": "192.168.0.101", "sql_response": "FAILED"}, ["e"]),
        ({"sql_statement": "orders"}, ["a", "b", "c"]),
        ({"rule_name": "union_select"}, ["f"]),
    ],
)
def test_statements(api, query, ids):
    assert statements(api, **query) == ids


def test_a_time_needs_its_two_ends(api):
    body = {"time": {"start_time": "2026-11-22 00:00:00"}, "time_order": "ASC", **PAGE}
    assert code(api("POST", f"/v2/{AUDIT}/sqls", json=body)) == "DBSS.10000001"


def test_numbers_follow_from_the_statements(api):
    path = f"/v1/{AUDIT}/statistics/trend"
    body = {"regenerate": 0, "time": WEEK}
    counted = api("POST", f"{path}/sql-count", json=body).json()["count_statistics"]
    assert sum(one["sql_num"] for one in counted) == 6
    of_orders = api("POST", f"{path}/risk-level", json={**body, "db_id": company.ORDERS}).json()["risk_statistics"]
    assert (sum(one["high_risk_num"] for one in of_orders), sum(one["low_risk_num"] for one in of_orders)) == (3, 0)
    sessions = api("POST", f"/v1/{AUDIT}/statistics/session/db-account", json={"time": WEEK}).json()
    assert {(one["db_name"], one["db_user"]): one["session_num"] for one in sessions} == {
        ("orders", "app"): 1,
        ("orders", "om_user_6f0d2b84"): 1,
        ("customers", "app"): 1,
        ("customers", "report"): 1,
    }


def test_counting_takes_its_time(emulator, api):
    path = f"/v1/{AUDIT}/statistics/trend/risk-level"
    assert api("POST", path, json={"regenerate": 1, "time": WEEK}).json()["status"] == "RUNNING"
    assert api("POST", path, json={"regenerate": 0, "time": WEEK}).json()["status"] == "RUNNING"
    assert len(api("GET", f"/v2/{AUDIT}/statistics/trend/history").json()) == 2
    emulator.advance(2.1)
    assert api("POST", path, json={"regenerate": 0, "time": WEEK}).json()["status"] == "FINISHED"


def test_the_summary_task(emulator, api):
    write, read = (f"/v{number}/{company.PROJECT}/audit/summary/risk/task-status" for number in (1, 3))
    assert api("POST", write, json={"oper_type": "execute"}).json() == {}
    assert api("GET", read).json()["task_status"] == "1"
    emulator.advance(2.1)
    assert api("GET", read).json()["task_status"] == "2"
    api("POST", write, json={"oper_type": "switch", "code": "off"})
    assert api("GET", read).json()["task_switch"] == "off"


def test_a_report_becomes_ready(emulator, api):
    assert api("POST", f"/v1/{AUDIT}/reports/create", json=WANTED_REPORT).json() == {"result": "success"}
    report = reports(api)["pci-2026-11-08"]
    path = f"/v1/{AUDIT}/reports/{report['id']}"
    assert (report["percentum"], api("GET", f"{path}/download").status_code) == (0, 400)
    emulator.advance(2.1)
    packed = api("GET", f"{path}/download").content
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["pci-2026-11-08.txt"]
    assert reports(api)["pci-2026-11-08"]["finish_time"]
    assert api("DELETE", path).json() == {"status": "SUCCESS"}
    assert "pci-2026-11-08" not in reports(api)


def test_a_report_of_an_unknown_database_fails(api):
    body = {**WANTED_REPORT, "db_ids": "unknown"}
    assert api("POST", f"/v1/{AUDIT}/reports/create", json=body).json() == {"result": "failed"}


def test_a_schedule_is_replaced_whole(api):
    assert api("POST", f"/v1/{AUDIT}/reports/task", json={"scheduler": SCHEDULE}).json() == {"status": "success"}
    found = api("GET", f"/v2/{AUDIT}/reports/tasks/{company.REPORT_TEMPLATE}").json()["scheduler"]
    assert found == SCHEDULE


def test_backups_move(emulator, api):
    for path, key in (
        (f"backup/{company.GOOD_BACKUP}/restore", "restore"),
        (f"backup/{company.BAD_BACKUP}/retry", "retry"),
    ):
        assert api("POST", f"/v1/{AUDIT}/{path}").json() == {"result": "SUCCESS"}, key
        assert api("POST", f"/v1/{AUDIT}/{path}").json() == {"result": "FAILED"}, key
    assert [one[0] for one in backups(api).values()] == ["AUTO_BACKUPING", "RESTORING"]
    emulator.advance(2.1)
    assert [one[0] for one in backups(api).values()] == ["AUTO_BACKUPED", "RESTORED"]
    api("DELETE", f"/v1/{AUDIT}/backups/{company.GOOD_BACKUP}")
    emulator.advance(2.1)
    assert backups(api)[company.GOOD_BACKUP] == ("DELETED", True)


def test_backups_are_turned_off_by_the_whole_setting(api):
    assert api("POST", f"{OF_ACCOUNT}/backup/switch", json={**BACKUP, "status": 0}).json() == {"result": "SUCCESS"}
    assert api("GET", f"/v1/{AUDIT}/backup/status").json() == {"status": 0}
    assert api("GET", f"/v1/{AUDIT}/backup/template").json()["cycle"] == "PER_WEEK"
    refused = api("POST", f"{OF_ACCOUNT}/backup/switch", json={**BACKUP, "bucket_name": "not-ours"})
    assert (refused.status_code, code(refused)) == (403, "DBSS.10020102")


def test_risks_of_a_database_are_exported(api):
    body = {"db_id": company.ORDERS, "status": 1, "cycle": "PER_DAY"}
    assert api("POST", f"{OF_ACCOUNT}/backup/risk/switch", json=body).json() == {"result": "SUCCESS"}
    rows = api("GET", f"/v1/{AUDIT}/backup/risk/templates").json()["templates"]
    assert [one["db_name"] for one in rows if one["status"]] == ["orders"]
    assert "cycle" not in rows[0]
