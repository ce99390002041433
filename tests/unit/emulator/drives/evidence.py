# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms, operation logs, statements, statistics, reports and backups."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive
from tests.unit.emulator.drives.rules import AUDIT, one

WEEK = {"time_range": "WEEK"}
PAGE = {"page": 1, "size": 10}
TEXT_PAGE = {"page": "1", "size": "10"}
TREND = {"db_id": company.ORDERS, "regenerate": 0, "time": WEEK}
SCHEDULE = {
    "id": company.REPORT_TEMPLATE,
    "db_ids": company.ORDERS,
    "format": "PDF",
    "frequency": "AUDIT_REPORT_DAY",
    "mode": "PERIODIC",
    "notice": "OFF",
    "start_time": "03:00",
    "status": "ON",
    "topic_urn": "",
}
WANTED_REPORT = {
    "template_id": company.REPORT_TEMPLATE,
    "db_ids": company.ORDERS,
    "start_time": "2026-11-01 00:00:00",
    "end_time": "2026-11-08 00:00:00",
}
BACKUP = {
    "bucket_name": "dbss-audit-backup",
    "bucket_root_path": "here",
    "cycle": "PER_WEEK",
    "mode": "AUTO",
    "status": 1,
    "trigger_time": "2026-12-01 02:00:00",
}
OF_ACCOUNT = {**AUDIT, "domain_id": company.ACCOUNT}
AUDITED = {"busi_type": "audit"}

DRIVES = [
    *(
        Drive(name, AUDIT, {"time": WEEK, **PAGE}, check=lambda answer: answer["total_num"] == 2)
        for name in ("listAuditAlarmLogs", "listAuditAlarmLogsV2")
    ),
    Drive("confirmAlarm", one(company.ALARM)),
    Drive("confirmAlarms", AUDIT, {"ids": [company.ALARM]}),
    Drive("deleteAlarm", one(company.ALARM)),
    *(
        Drive(
            name, AUDIT, {"time": WEEK, "action": "UPDATE", **TEXT_PAGE}, check=lambda answer: answer["total_num"] == 1
        )
        for name in ("listAuditOperationLogs", "listAuditOperationLogsNew")
    ),
    *(
        Drive(name, AUDIT, {"time": WEEK, "time_order": "DESC", **PAGE}, check=lambda answer: answer["total"] == 6)
        for name in ("listAuditSqls", "listAuditSqlsNew")
    ),
    Drive("getAuditSql", one(company.STATEMENT), check=lambda answer: answer["sql"]["level"] == "HIGH"),
    Drive("listAuditSummaries", check=lambda answer: answer["total_sql"] == 6),
    Drive("getRiskStatistics", check=lambda answer: answer["high_risk_total"] == 3),
    Drive("getSummaryTask", AUDITED),
    Drive("setSummaryTask", AUDITED, {"oper_type": "switch", "code": "off"}),
    Drive("getRiskTrend", AUDIT, TREND, check=lambda answer: len(answer["risk_statistics"]) >= 3),
    Drive("getRiskOperationTrend", AUDIT, TREND),
    Drive("getSessionTrend", AUDIT, TREND),
    Drive("getSqlCountTrend", AUDIT, TREND),
    Drive("getInjectionTrend", AUDIT, TREND),
    Drive("getSqlTypeTrend", AUDIT, TREND),
    Drive("listTrendHistory", AUDIT, check=lambda answer: len(answer) == 1),
    Drive("countAccountSessions", AUDIT, {"time": WEEK, "db_id": [company.ORDERS]}, check=lambda it: len(it) == 2),
    Drive("countClientSessions", AUDIT, {"time": WEEK}, check=lambda answer: len(answer) == 2),
    Drive("getMonitorInfo", AUDIT, {"time": WEEK}),
    Drive("listReports", AUDIT, PAGE, check=lambda answer: answer["total"] == 2),
    Drive("listReportTemplates", AUDIT, check=lambda answer: len(answer["templates"]) == 2),
    Drive("createReport", AUDIT, WANTED_REPORT, check=lambda answer: answer["result"] == "success"),
    Drive("downloadReport", one(company.REPORT)),
    Drive("deleteReport", one(company.REPORT)),
    Drive("getReportSchedule", one(company.REPORT_TEMPLATE), check=lambda it: it["scheduler"]["start_time"] == "02:00"),
    Drive("setReportSchedule", AUDIT, {"scheduler": SCHEDULE}),
    Drive("switchBackup", OF_ACCOUNT, BACKUP),
    Drive("getBackupTemplate", AUDIT, check=lambda answer: answer["bucket_name"] == "dbss-audit-backup"),
    Drive("getBackupState", AUDIT, check=lambda answer: answer["status"] == 1),
    Drive("listBackups", AUDIT, PAGE, check=lambda answer: answer["total_num"] == 2),
    Drive("deleteBackup", one(company.GOOD_BACKUP), check=lambda answer: answer["result"] == "SUCCESS"),
    Drive("restoreBackup", one(company.GOOD_BACKUP), check=lambda answer: answer["result"] == "SUCCESS"),
    Drive("retryBackup", one(company.BAD_BACKUP), check=lambda answer: answer["result"] == "SUCCESS"),
    Drive("listObsBuckets", check=lambda answer: len(answer["obs_list"]) == 2),
    Drive("switchRiskExport", OF_ACCOUNT, {"db_id": company.ORDERS, "status": 1, "cycle": "PER_DAY"}),
    Drive("setRiskExportBucket", OF_ACCOUNT, {"bucket_name": "dbss-risk-export", "bucket_root_path": "x"}),
    Drive("getRiskExportBucket", AUDIT, check=lambda answer: answer["bucket_name"] == "dbss-risk-export"),
    Drive("listRiskExportTemplates", AUDIT, check=lambda answer: len(answer["templates"]) == 6),
    Drive("getRiskExportTemplate", one(company.ORDERS, "db_id")),
]
