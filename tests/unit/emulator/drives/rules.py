# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of an audit instance, and its settings."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive

AUDIT = {"instance_id": company.AUDIT_PROD}
RISK_BODY = {
    "rule_name": "bulk-delete",
    "risk_level": "HIGH",
    "status": "ON",
    "action": "DELETE",
    "schemas": [{"schema": "app", "table": "orders", "column": ""}],
    "ignore_case": True,
    "client_ips": "10.0.0.1",
    "exception_ips": "10.0.0.8",
    "db_ids": company.ORDERS,
    "execution_symbol": "GREATER",
    "execution_time": 1000,
    "affect_symbol": "GREATER_EQUAL",
    "affect_rows": 500,
}
SCOPE_BODY = {"rule_name": "night", "db_ids": company.ORDERS, "db_names": "orders", "action": "LOGIN"}
SQL_BODY = {"rule_name": "sleep", "sql_regex": "(?i)sleep", "risk_level": "LOW", "status": "ON"}
MASK_BODY = {"rule_name": "iban", "mask_regex": "[A-Z]{2}[0-9]{20}", "mask_value": "##"}
TOPIC = {
    "alarm_switch": "ON",
    "alarm_topic_urn": "urn:smn:cn-north-4:0f1e2d3c4b5a69788796a5b4c3d2e1f0:other",
    "alarm_risk": ["high"],
    "alarm_num": 5,
    "alarm_cpu": 90,
    "alarm_memory": 90,
    "alarm_disk": 90,
}
PAGE = {"page": 1, "size": 10}


def one(key: str, name: str = "id") -> dict[str, str]:
    """The parameters that name one record of audit-prod."""
    return {**AUDIT, name: key}


def switch(status: str = "OFF", **ids: object) -> dict[str, object]:
    """The body that switches records."""
    return {**ids, "status": status}


SCOPE_OFF = Drive("switchScopes", AUDIT, switch(ids=[company.CUSTOM_SCOPE]))

DRIVES = [
    Drive("listRiskRules", AUDIT, check=lambda answer: answer["total"] == 2),
    Drive("listRiskRulesNew", {**AUDIT, "limit": "1"}, check=lambda answer: len(answer["rules"]) == 1),
    Drive("getRiskRule", one(company.CUSTOM_RISK, "risk_id")),
    Drive("getRiskRuleNew", one(company.CUSTOM_RISK), check=lambda answer: answer["action"] == "DROP_TABLE"),
    Drive("createRiskRule", AUDIT, RISK_BODY),
    Drive("updateRiskRule", one(company.CUSTOM_RISK), RISK_BODY),
    Drive("deleteRiskRule", one(company.CUSTOM_RISK)),
    Drive("switchRiskRules", AUDIT, switch(ids=company.SYSTEM_RISK)),
    Drive("switchRiskRulesNew", AUDIT, switch(ids=f"{company.SYSTEM_RISK},{company.CUSTOM_RISK}")),
    Drive("rankRiskRule", AUDIT, {"id": company.CUSTOM_RISK, "new_rank": 1}),
    Drive("listScopes", AUDIT, check=lambda answer: answer["scopes"][0]["all_audit"]),
    Drive("listScopesNew", {**AUDIT, "offset": "1"}, check=lambda answer: answer["total"] == 2),
    Drive("createScope", AUDIT, SCOPE_BODY),
    Drive("updateScope", one(company.CUSTOM_SCOPE), SCOPE_BODY, (SCOPE_OFF,), lambda it: it["status"] == "SUCCESS"),
    Drive("deleteScope", one(company.CUSTOM_SCOPE), None, (SCOPE_OFF,), lambda it: it["status"] == "SUCCESS"),
    Drive("deleteScopes", AUDIT, {"ids": [company.CUSTOM_SCOPE]}, (SCOPE_OFF,), lambda it: it["status"] == "SUCCESS"),
    SCOPE_OFF,
    Drive("listSqlInjectionRules", AUDIT, PAGE, check=lambda answer: answer["total"] == 2),
    Drive("listSqlInjectionRulesNew", AUDIT, {**PAGE, "risk_levels": "HIGH"}, check=lambda it: it["total"] == 1),
    Drive("createSqlInjectionRule", AUDIT, SQL_BODY),
    Drive("updateSqlInjectionRule", one(company.CUSTOM_SQL), SQL_BODY, check=lambda it: it["status"] == "SUCCESS"),
    Drive("deleteSqlInjectionRule", one(company.CUSTOM_SQL), check=lambda it: it["status"] == "SUCCESS"),
    Drive("switchSqlInjectionRule", AUDIT, switch(id=company.SYSTEM_SQL)),
    Drive("rankSqlInjectionRules", AUDIT, {"ids": [company.CUSTOM_SQL, company.SYSTEM_SQL]}),
    Drive("listMaskRules", AUDIT, check=lambda answer: answer["total"] == 2),
    Drive("listMaskRulesNew", AUDIT, check=lambda answer: answer["rules"][0]["type"] == "BUILD_IN"),
    Drive("createMaskRule", AUDIT, MASK_BODY),
    Drive("updateMaskRule", one(company.CUSTOM_MASK), MASK_BODY, check=lambda it: it["status"] == "SUCCESS"),
    Drive("deleteMaskRule", one(company.CUSTOM_MASK), check=lambda it: it["status"] == "SUCCESS"),
    Drive("switchMaskRules", AUDIT, switch(ids=[company.SYSTEM_MASK])),
    Drive("listWhitelists", AUDIT, check=lambda answer: answer["total"] == 2),
    Drive("addWhitelists", AUDIT, {"whitelists": [{"sql": "SELECT 1", "enabled": True, "desc": "", "db_ids": []}]}),
    Drive("updateWhitelist", one(company.ENTRY), {"enabled": False, "desc": "off", "db_ids": []}),
    Drive("deleteWhitelists", AUDIT, {"whitelists": [company.ENTRY]}),
    Drive("getMaskAll", AUDIT, check=lambda answer: answer == {"status": "ON"}),
    Drive("switchMaskAll", AUDIT, switch()),
    Drive("getResultStorage", AUDIT, check=lambda answer: answer == {"status": "OFF"}),
    Drive("switchResultStorage", AUDIT, switch("ON")),
    *(
        Drive(name, AUDIT, check=lambda answer: answer["alarm_num"] == "30")
        for name in ("getAlarmTopic", "getAlarmTopicNew")
    ),
    *(Drive(name, AUDIT, TOPIC) for name in ("setAlarmTopic", "setAlarmTopicNew")),
    Drive("getLogRetention", AUDIT, check=lambda answer: answer["log_retention"]["retention_days"] == 180),
    Drive("setLogRetention", AUDIT, {"retention_days": 200}),
    Drive("setTimezone", AUDIT, {"timezone": "UTC+01:00"}),
]
