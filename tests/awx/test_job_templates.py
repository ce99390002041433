# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates fit the playbooks and roles, and their surveys and schedules obey AWX's rules."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.awx.conftest import AWX
from tests.awx.controller import answers, planned
from tests.awx.rules import TYPES, Refused, check_survey, complaints
from tests.tools.checkout import ROOT

TEMPLATES = yaml.safe_load((AWX / "job_templates.yml").read_text(encoding="utf-8"))["job_templates"]
QUESTIONS = [
    pytest.param(template, question, id=question["variable"])
    for template in TEMPLATES
    for question in template["survey_spec"]["spec"]
]
SCHEDULES = [
    pytest.param(template, schedule, id=schedule["name"])
    for template in TEMPLATES
    for schedule in template["schedules"]
]
FOR_PEOPLE = {"playbooks/awx_configure.yml", "playbooks/export.yml"}  # what they write is for where people work
# What the roles mean by an absent answer. A question whose absence means nothing has no default.
MEANT = {
    "dbss_audit_baseline_start_instances": "true",
    "dbss_audit_baseline_fail_on_drift": "false",
    "dbss_audit_baseline_allow_empty": "false",
    "dbss_audit_policy_purge": "false",
    "dbss_audit_policy_reset_unreadable": "false",
    "dbss_audit_policy_report_only": "false",
    "dbss_audit_policy_fail_on_drift": "false",
    "dws_om_access_min_validity": "8h",
    "dws_om_access_exclusive": "false",
    "dws_om_access_allow_empty": "false",
    "dbss_rolling_restart_kind": "audit",
    "dbss_rolling_restart_timeout": 600,
    "dbss_rolling_restart_pause": 0,
}


def read(template, path):
    """Return what a file of the one role holds that the template's playbook runs."""
    [play] = yaml.safe_load((ROOT / template["playbook"]).read_text(encoding="utf-8"))
    [role] = play["roles"]
    return yaml.safe_load((ROOT / "roles" / role.rpartition(".")[2] / path).read_text(encoding="utf-8"))


def options(template):
    """Return the options of the template's role that people are asked for."""
    found = read(template, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    del found["huaweicloud_endpoints"]  # they belong to the credential
    return found


def test_each_playbook_has_a_template():
    playbooks = {f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")}
    assert {template["playbook"] for template in TEMPLATES} == playbooks - FOR_PEOPLE


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["name"])
def test_the_survey_asks_for_every_option(template):
    asked = [question["variable"] for question in template["survey_spec"]["spec"]]
    assert sorted(asked) == sorted(options(template))
    assert all(isinstance(template["survey_spec"][key], str) for key in ("name", "description"))


@pytest.mark.parametrize(("template", "question"), QUESTIONS)
def test_questions_obey_the_rules(template, question):
    assert set(question) <= {
        *("variable", "question_name", "question_description", "type", "required", "default", "choices", "min", "max")
    }
    check_survey(template["survey_spec"])
    assert question["type"] in TYPES
    assert ("choices" in question) == (question["type"] in ("multiplechoice", "multiselect"))
    low, high = question.get("min"), question.get("max")
    assert low is None or (isinstance(low, int) and isinstance(high, int) and low <= high)


@pytest.mark.parametrize(("template", "question"), QUESTIONS)
def test_a_question_is_required_or_has_a_default_or_may_be_left_alone(template, question):
    """AWX wants an answer to a required question, whatever its default, and gives a job each valid default."""
    name = question["variable"]
    assert question["required"] == (name not in MEANT and bool(options(template)[name].get("required")))
    assert question.get("default") == MEANT.get(name)
    if "default" in question:
        assert complaints(question, {name: question["default"]}) == []


@pytest.mark.parametrize(("template", "question"), QUESTIONS)
def test_questions_mean_what_the_roles_mean(template, question):
    option = options(template)[question["variable"]]
    texts = dict.fromkeys(("list", "str", "path"), "text")
    types = {**texts, "raw": "textarea", "bool": "multiplechoice", "int": "integer"}
    expected = "multiplechoice" if "choices" in option else types[option["type"]]
    assert question["type"] == expected
    if "choices" in option:
        assert question["choices"] == [choice for choice in option["choices"] if choice is not None]
    elif option["type"] == "bool":
        assert question["choices"] == ["true", "false"]
    if question["variable"] in set(MEANT) & set(read(template, "defaults/main.yml")):
        meant = read(template, "defaults/main.yml")[question["variable"]]
        assert str(meant).lower() == str(MEANT[question["variable"]])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["name"])
def test_a_launch_needs_what_is_required_and_no_more(template):
    needed = {one["variable"]: "x" for one in template["survey_spec"]["spec"] if one["required"]}
    given = answers(template, **needed)
    assert given == {**needed, **{name: MEANT[name] for name in given if name in MEANT}}
    assert "" not in given.values()
    for name in needed:
        with pytest.raises(Refused, match=f"'{name}' value missing"):
            answers(template, **{key: value for key, value in needed.items() if key != name})


@pytest.mark.parametrize(("template", "schedule"), SCHEDULES)
def test_schedules_obey_the_rules(template, schedule):
    assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=(HOURLY|DAILY);INTERVAL=\d+", schedule["rrule"])
    assert set(schedule["extra_data"]) <= set(planned(template, schedule))


def test_the_nightly_check_is_red_when_something_has_drifted_and_changes_nothing():
    [nightly] = SCHEDULES[0].values[0]["schedules"]
    assert nightly["job_type"] == "check"
    assert nightly["extra_data"]["dbss_audit_baseline_fail_on_drift"] == "true"


def test_the_sweep_closes_what_it_does_not_name():
    [hourly] = SCHEDULES[1].values[0]["schedules"]
    assert hourly["job_type"] == "run"
    assert hourly["extra_data"]["dws_om_access_exclusive"] == "true"


def test_the_names_are_unique():
    for names in ([one["name"] for one in TEMPLATES], [param.values[1]["name"] for param in SCHEDULES]):
        assert len(names) == len(set(names))
