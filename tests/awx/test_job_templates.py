# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates fit the playbooks and roles, and their surveys and schedules obey AWX's rules."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.awx.conftest import AWX
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
# Types of questions, and of their defaults.
TYPES = {
    "text": str,
    "textarea": str,
    "password": str,
    "integer": int,
    "float": float,
    "multiplechoice": str,
    "multiselect": str,
}


def read(template, path):
    """Return what a file of the one role holds that the template's playbook runs."""
    [play] = yaml.safe_load((ROOT / template["playbook"]).read_text(encoding="utf-8"))
    [role] = play["roles"]
    return yaml.safe_load((ROOT / "roles" / role.rpartition(".")[2] / path).read_text(encoding="utf-8"))


def options(template):
    """Return the options of the template's role."""
    return read(template, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def test_each_playbook_has_a_template():
    playbooks = {f"playbooks/{path.name}" for path in (ROOT / "playbooks").glob("*.yml")}
    assert {template["playbook"] for template in TEMPLATES} == playbooks - {"playbooks/awx_configure.yml"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template["name"])
def test_the_survey_asks_for_every_option(template):
    asked = [question["variable"] for question in template["survey_spec"]["spec"]]
    # The endpoints belong to the credential.
    assert sorted(asked) == sorted(set(options(template)) - {"huaweicloud_endpoints"})
    assert all(isinstance(template["survey_spec"][key], str) for key in ("name", "description"))


@pytest.mark.parametrize(("template", "question"), QUESTIONS)
def test_questions_obey_the_rules(template, question):
    assert set(question) <= {
        *("variable", "question_name", "question_description", "type", "required", "default", "choices", "min", "max")
    }
    assert all(isinstance(question[key], str) for key in ("type", "question_name", "variable"))
    assert isinstance(question["required"], bool)
    assert question["type"] in TYPES
    assert ("choices" in question) == (question["type"] in ("multiplechoice", "multiselect"))
    low, high = question.get("min"), question.get("max")
    assert low is None or (isinstance(low, int) and isinstance(high, int) and low <= high)
    if "default" in question:
        default = question["default"]
        assert isinstance(default, TYPES[question["type"]]) and not isinstance(default, bool)
        if "choices" in question:
            assert default in question["choices"]
        elif low is not None:
            assert low <= (len(default) if isinstance(default, str) else default) <= high


@pytest.mark.parametrize(("template", "question"), QUESTIONS)
def test_questions_mean_what_the_roles_mean(template, question):
    option = options(template)[question["variable"]]
    assert question["required"] or not option.get("required")
    types = {"list": "text", "str": "text", "path": "text", "bool": "multiplechoice", "int": "integer"}
    expected = "multiplechoice" if "choices" in option else types[option["type"]]
    assert question["type"] == expected
    if "choices" in option:
        assert question["choices"] == [choice for choice in option["choices"] if choice is not None]
    elif option["type"] == "bool":
        assert question["choices"] == ["true", "false"]
    # What a blank list means, a blank answer means.
    default = {"list": ""}.get(option["type"], read(template, "defaults/main.yml").get(question["variable"]))
    if not option.get("required"):
        assert str(question["default"]).lower() == str(default).lower()


@pytest.mark.parametrize(("template", "schedule"), SCHEDULES)
def test_schedules_obey_the_rules(template, schedule):
    assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=(HOURLY|DAILY);INTERVAL=\d+", schedule["rrule"])
    assert template["ask_job_type_on_launch"] or schedule["job_type"] == template["job_type"]
    questions = {question["variable"]: question for question in template["survey_spec"]["spec"]}
    assert set(schedule["extra_data"]) <= set(questions)
    assert {name for name, one in questions.items() if one["required"] and "default" not in one} <= set(
        schedule["extra_data"]
    )


def test_the_names_are_unique():
    for names in ([one["name"] for one in TEMPLATES], [param.values[1]["name"] for param in SCHEDULES]):
        assert len(names) == len(set(names))
