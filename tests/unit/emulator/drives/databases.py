# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The databases of an audit instance, RDS instances that could be audited, and agents."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive
from tests.unit.emulator.drives.rules import AUDIT, one, switch

SELF_BUILT = {
    "database": {
        "db_classification": "ECS",
        "name": "wiki",
        "type": "MYSQL",
        "version": "8.0",
        "charset": "UTF8",
        "ip": "192.168.0.120",
        "port": "3306",
        "os": "LINUX64",
        "instance_name": "main",
    }
}
RDS = {"databases": [{"id": company.RDS_PAYMENTS, "type": "MYSQL"}]}
AGENT_FREE = {
    "databases": [
        {
            "id": company.RDS_PAYMENTS,
            "db_name": "payments",
            "status": "ON",
            "port": "3306",
            "ip": "192.168.0.110",
            "instance_name": "rds-payments",
            "version": "8.0.28",
            "type": "MYSQL",
            "enterprise_id": "0",
        }
    ]
}
NEW_AGENT = {
    "db_id": company.BILLING,
    "mode": 0,
    "agent_type": "APP",
    "agent_os": "LINUX64_X86",
    "agent_ip": "10.0.0.5",
}
SHARED = {"db_id": company.BILLING, "mode": 1, "agent_id": company.AGENT, "agent_type": "DB", "agent_os": "LINUX64_X86"}
OF_ORDERS = {**AUDIT, "db_id": company.ORDERS}

DRIVES = [
    Drive("listAuditDatabases", {**AUDIT, "status": "ON"}, check=lambda answer: answer["total"] == 4),
    Drive("listAuditDatabasesV2", {**AUDIT, "limit": "1"}, check=lambda answer: len(answer["databases"]) == 1),
    *(
        Drive(name, AUDIT, switch(id=company.ORDERS, lts_audit_switch=0))
        for name in ("switchAuditDatabaseV2", "switchAuditDatabaseV3")
    ),
    *(
        Drive(name, AUDIT, SELF_BUILT, check=lambda answer: len(answer["id"]) == 20)
        for name in ("addSelfBuiltDatabase", "addSelfBuiltDatabaseV2")
    ),
    *(
        Drive(name, AUDIT, RDS, check=lambda answer: answer["ret_list"][0]["ret_status"] == "SUCCESS")
        for name in ("addRdsDatabaseV2", "addRdsDatabaseV3")
    ),
    Drive(
        "addRdsDatabaseAgentFreeV1",
        AUDIT,
        AGENT_FREE,
        check=lambda answer: answer == {"legal_db_id": [company.RDS_PAYMENTS], "illegal_db_id": []},
    ),
    Drive("deleteAuditDatabaseV2", one(company.ORDERS, "db_id")),
    Drive("deleteAuditDatabaseV3", one(company.ORDERS)),
    Drive("listRdsCandidates", {"db_type": "MYSQL", "limit": "2"}, check=lambda answer: answer["total_count"] == 4),
    Drive(
        "setDatabaseKey",
        one(company.ORDERS, "db_id"),
        {"pem_key_txt": "-----BEGIN PRIVATE KEY-----"},  # gitleaks:allow - not a key
    ),
    Drive("exportDatabaseConfigs"),
    *(
        Drive(name, OF_ORDERS, check=lambda answer: answer["agents"][0]["agent_id"] == company.AGENT)
        for name in ("listAgentsV2", "listAgentsV3")
    ),
    Drive("addAgentV2", AUDIT, NEW_AGENT),
    Drive("addAgentV3", AUDIT, SHARED),
    *(Drive(name, {**OF_ORDERS, "agent_id": company.AGENT}) for name in ("deleteAgentV2", "deleteAgentV3")),
    *(Drive(name, AUDIT, {"agent_id": company.AGENT, "status": 0}) for name in ("switchAgentV1", "switchAgentV2")),
    Drive("setAgentThresholds", one(company.AGENT, "agent_id"), {"cpu_threshold": 50, "mem_threshold": 60}),
    Drive("downloadAgent", one(company.AGENT, "agent_id")),
    Drive("downloadAgentNew", one(company.AGENT, "agent_id")),
]
