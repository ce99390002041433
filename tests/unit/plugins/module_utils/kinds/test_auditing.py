# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a database is audited, row by row."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.auditing import why_not_audited, with_effect

RUNS = {"status": "ACTIVE"}


@pytest.mark.parametrize(
    ("database", "instance", "why"),
    [
        ({"status": "ON", "audit_status": "ACTIVE"}, RUNS, None),
        ({"status": "ON", "audit_status": "ACTIVE"}, None, None),
        ({"status": "ON"}, RUNS, None),
        ({"status": "ON", "audit_status": None, "rds_audit_switch_mismatch": None}, RUNS, None),
        ({"status": "ON", "audit_status": "", "rds_audit_switch_mismatch": False}, RUNS, None),
        ({"status": "OFF", "audit_status": "ACTIVE"}, RUNS, "its auditing is OFF"),
        ({}, RUNS, "its auditing is None"),
        ({"status": "ON", "audit_status": "ACTIVE"}, {"status": "SHUTOFF"}, "its audit instance is SHUTOFF"),
        ({"status": "ON", "audit_status": "ERROR"}, {"status": "FROZEN"}, "its audit instance is FROZEN"),
        ({"status": "ON", "audit_status": "ERROR"}, RUNS, "its auditing is ON, but reports ERROR"),
        ({"status": "ON", "audit_status": "SHUTOFF"}, None, "its auditing is ON, but reports SHUTOFF"),
        (
            {"status": "ON", "audit_status": "ACTIVE", "rds_audit_switch_mismatch": True},
            RUNS,
            "its auditing is ON, but the upload of its logs is off on the side of RDS (rds_audit_switch_mismatch)",
        ),
    ],
)
def test_why_not_audited(database, instance, why):
    assert why_not_audited(database, instance) == why
    expected = {**database, "effective": why is None, "not_effective_because": why}
    assert with_effect(database, instance) == expected
