# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_settings_info: four readings of each instance, all at the same time."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, together

MODULE = "dbss_audit_settings_info"
TOPIC = {
    "alarm_switch": "ON",
    "alarm_topic_urn": "urn:smn:x",
    "alarm_risk": ["high"],
    "alarm_cpu": "80",
    "alarm_num": None,
}


def reads(index=0):
    """Return the calls that read the settings of an instance."""
    v1, v2 = (f"/v{number}/{PROJECT}/audit/{AUDIT.ids[index]}" for number in (1, 2))
    days = {"log_retention": {"retention_days": 180, "range_days_min": 30, "range_days_max": 365}}
    return [
        Call("dbss", "GET", f"{v1}/sensitive/mask/switch", answer={"status": "ON"}),
        Call("dbss", "GET", f"{v1}/sensitive/result/switch", answer={"status": "OFF"}),
        Call("dbss", "GET", f"{v1}/settings/common-settings", answer=days),
        Call("dbss", "GET", f"{v2}/alarm/topic", answer=TOPIC),
    ]


FIRST = ({}, AUDIT.lists())
LISTED = "listAuditInstances"
RUNS = [
    ({}, [AUDIT.lists(ACTIVE), together(*reads())], False),
    (
        {},
        [AUDIT.lists(ACTIVE), together(*reads()[:3], reads()[3].but(400, fault("DBSS.10020102", "no")))],
        True,
    ),
]


def test_all_settings_of_all_instances(bench):
    outcome = bench.run(MODULE, {}, [AUDIT.lists(ACTIVE, ACTIVE), together(*reads(), *reads(1))])
    first = outcome["settings"][0]
    assert [row["name"] for row in outcome["settings"]] == ["audit-prod", "audit-test"]
    assert (first["mask_sensitive_data"], first["store_results"]) == (True, False)
    assert [first[f"retention_days{end}"] for end in ("", "_min", "_max")] == [180, 30, 365]
    notification = first["alarm_notification"]
    assert (notification["cpu_threshold"], notification["daily_limit"]) == (80, None)
    assert notification["topic_urn"] == "urn:smn:x"


def test_what_cannot_be_read(bench):
    broken = reads()[0].but(200, {"status": "MAYBE"})
    calls = [AUDIT.lists(ACTIVE), together(broken, *reads()[1:])]
    outcome = bench.run(MODULE, {"max_retries": 1}, calls, fails=True)
    assert "a mask_sensitive_data that cannot be read" in outcome["msg"]
