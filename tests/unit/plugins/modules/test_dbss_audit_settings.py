# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_settings: only what the task names is read, only what differs is written, a whole is read and merged."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, AUDIT, OFF, done
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, reset, together

MODULE = "dbss_audit_settings"
INSTANCE = AUDIT.ids[0]
V1, V2 = (f"/v{number}/{PROJECT}/audit" for number in (1, 2))
TOPIC = "urn:smn:cn-north-4:0f1e2d3c4b5a69788796a5b4c3d2e1f0:alarms"
NUMBERS = {"alarm_num": 30, "alarm_cpu": 80, "alarm_memory": 81, "alarm_disk": 82}
TOLD = {
    "alarm_switch": "OFF",
    "alarm_topic_urn": None,
    "alarm_risk": ["low", "high"],
    **{key: str(value) for key, value in NUMBERS.items()},
}


def reads_mask(status, instance=INSTANCE):
    """Return the call that reads whether masking is on."""
    return Call("dbss", "GET", f"{V1}/{instance}/sensitive/mask/switch", answer={"status": status})


def masks(status, instance=INSTANCE):
    """Return the call that turns masking on or off."""
    return done("dbss", "POST", f"{V1}/{instance}/sensitive/mask/switch", {"status": status})


def reads_days(days):
    """Return the call that reads the retention."""
    retention = {"retention_days": days, "range_days_min": 30, "range_days_max": 365}
    return Call("dbss", "GET", f"{V1}/{INSTANCE}/settings/common-settings", answer={"log_retention": retention})


def keeps(days):
    """Return the call that sets the retention."""
    return done("dbss", "PUT", f"{V1}/{INSTANCE}/settings/common-settings", {"retention_days": days}, word="success")


def reads_alarms(**changes):
    """Return the call that reads the alarm notification."""
    return Call("dbss", "GET", f"{V2}/{INSTANCE}/alarm/topic", answer={**TOLD, **changes})


def tells(**body):
    """Return the call that sets the alarm notification."""
    return done("dbss", "POST", f"{V2}/{INSTANCE}/alarm/topic", body, word="success")


def sets_zone():
    """Return the call that sets the time zone."""
    return done("dbss", "POST", f"{V1}/{INSTANCE}/timezone", {"timezone": "UTC"}, word="success")


def run(bench, calls, fails=False, check=False, **options):
    """Run the module, for the first audit instance if the options do not say."""
    where = {} if {"instance_name", "instances", "all_instances"} & set(options) else {"instance_id": INSTANCE}
    return bench.run(MODULE, {**where, **options}, calls, fails=fails, check=check)


def actions(outcome):
    """Return the operations of each instance."""
    return [row["actions"] for row in outcome["settings"]]


FIRST = ({"instance_id": INSTANCE, "mask_sensitive_data": True}, reads_mask("ON"))
LISTED = "getMaskAll"
RUNS = [
    (
        {"instances": [INSTANCE], "retention_days": 40},
        [AUDIT.lists(ACTIVE), reads_days(30), keeps(40).but(200, {"status": "fail"})],
        True,
    ),
    ({"instance_id": INSTANCE, "mask_sensitive_data": True}, [reads_mask("OFF"), masks("ON"), reads_mask("ON")], False),
    ({"instance_id": INSTANCE, "alarm_notification": {"enabled": False}}, [reads_alarms()], False),
    (
        {"instance_id": INSTANCE, "store_results": True},
        [Call("dbss", "GET", f"{V1}/{INSTANCE}/sensitive/result/switch", answer={"status": "ON"})],
        False,
    ),
]


def test_only_what_differs_is_written_in_order(bench):
    calls = [
        together(reads_mask("OFF"), reads_days(30)),
        masks("ON"),
        keeps(180),
        together(reads_mask("ON"), reads_days(180)),
    ]
    options = {"mask_sensitive_data": True, "retention_days": 180}
    outcome = run(bench, calls, **options)
    assert actions(outcome) == [["switchMaskAll", "setLogRetention"]]
    assert actions(run(bench, calls[:1], check=True, **options)) == actions(outcome)
    assert actions(run(bench, [together(reads_mask("ON"), reads_days(30)), keeps(180), calls[-1]], **options)) == [
        ["setLogRetention"]
    ]


def test_a_notification_is_read_and_merged(bench):
    wanted = {"enabled": True, "topic_urn": TOPIC, "risk_levels": ["high"], "cpu_threshold": 50}
    body = {"alarm_switch": "ON", "alarm_topic_urn": TOPIC, "alarm_risk": ["high"], **NUMBERS, "alarm_cpu": 50}
    after = {"alarm_switch": "ON", "alarm_topic_urn": TOPIC, "alarm_risk": ["high"], "alarm_cpu": "50"}
    calls = [reads_alarms(), tells(**body), reads_alarms(**after)]
    outcome = run(bench, calls, alarm_notification=wanted)
    assert actions(outcome) == [["setAlarmTopicNew"]]
    assert outcome["settings"][0]["alarm_notification"]["daily_limit"] == 30
    assert actions(run(bench, [reads_alarms(**after)], alarm_notification=wanted)) == [[]]


def test_what_the_service_does_not_tell_has_to_be_given(bench):
    outcome = run(bench, [reads_alarms(alarm_num=None)], True, alarm_notification={"cpu_threshold": 50})
    assert (
        "has no daily_limit of its alarm_notification, which has to be sent whole: give daily_limit" in outcome["msg"]
    )
    outcome = run(bench, [reads_alarms()], True, alarm_notification={"enabled": True})
    assert "give topic_urn to enable it" in outcome["msg"]


def test_a_retention_out_of_range_changes_nothing_else_either(bench):
    calls = [together(reads_mask("OFF"), reads_days(30))]
    outcome = run(bench, calls, True, mask_sensitive_data=True, retention_days=400)
    assert "takes retention_days from 30 to 365, not 400" in outcome["msg"]
    assert outcome["changed"] is False


def test_a_time_zone_is_set_on_demand_only(bench):
    outcome = run(bench, [], timezone="UTC")
    assert (outcome["changed"], "update_timezone=always" in outcome.warnings[0]) == (False, True)
    assert actions(run(bench, [sets_zone()], timezone="UTC", update_timezone="always")) == [["setTimezone"]]
    lost = run(bench, [sets_zone().fails(reset)], True, timezone="UTC", update_timezone="always")
    assert "unknown" in lost["msg"]


def test_several_instances_of_which_one_does_not_run(bench):
    calls = [
        AUDIT.lists(ACTIVE, OFF),
        together(reads_mask("OFF"), reads_mask("OFF", AUDIT.ids[1])),
        masks("ON"),
        reads_mask("ON"),
    ]
    outcome = run(bench, calls, True, all_instances=True, mask_sensitive_data=True)
    assert [row["name"] for row in outcome["failed_instances"]] == ["audit-test"]
    assert "cannot be changed while its audit instance is SHUTOFF" in outcome["msg"]
    assert actions(outcome) == [["switchMaskAll"], []]


def test_one_that_is_busy_is_waited_for(bench):
    calls = [
        AUDIT.lists(("ACTIVE", "rebooting")),
        reads_mask("OFF"),
        AUDIT.lists(ACTIVE),
        reads_mask("OFF"),
        masks("ON"),
        reads_mask("ON"),
    ]
    assert actions(run(bench, calls, instance_name="audit-prod", mask_sensitive_data=True)) == [["switchMaskAll"]]


def test_an_answer_that_is_lost_is_looked_up(bench):
    calls = [reads_mask("OFF"), masks("ON").fails(reset), reads_mask("ON")]
    assert actions(run(bench, calls, mask_sensitive_data=True)) == [["switchMaskAll"]]


def test_one_that_cannot_be_read_is_named(bench):
    refused = reads_mask("OFF", AUDIT.ids[1]).but(400, fault("DBSS.10020102", "no"))
    calls = [AUDIT.lists(ACTIVE, ACTIVE), together(reads_mask("ON"), refused)]
    outcome = run(bench, calls, True, all_instances=True, mask_sensitive_data=True)
    assert [row["id"] for row in outcome["failed_instances"]] == [AUDIT.ids[1]]


def test_bad_input(bench):
    assert "give at least one of mask_sensitive_data" in run(bench, [], True)["msg"]
    outcome = run(bench, [], True, all_instances=True, instance_name="x", store_results=True)
    assert outcome["msg"].startswith("Say which audit instances")
    outcome = run(bench, [], True, alarm_notification={"disk_threshold": 101})
    assert outcome["msg"] == "disk_threshold of alarm_notification must be from 0 to 100, not 101."
    outcome = run(bench, [], True, alarm_notification={"daily_limit": -1})
    assert outcome["msg"] == "daily_limit of alarm_notification must be 0 or more, not -1."
