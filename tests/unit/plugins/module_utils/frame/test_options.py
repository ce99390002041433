# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import (
    AUTH_OPTIONS,
    VARIABLES,
    effective,
    trimmed,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import FromVariable, name_of, trim
from hypothesis import given
from hypothesis import strategies as st

NOTHING = dict.fromkeys(AUTH_OPTIONS)
PLACE = ("region", "project_id", "project_name")
PROJECT_VARIABLES = ("HW_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_NAME")


def place(task, **environ):
    """Return region, project ID and project name that count."""
    options = effective({**NOTHING, **task}, environ)
    return tuple(options[name] for name in PLACE)


@pytest.mark.parametrize(
    ("task", "environ", "expected"),
    [
        pytest.param({}, {"HW_PROJECT_ID": "e"}, (None, "e", None), id="nothing in the task"),
        pytest.param({"project_id": "t"}, {"HW_PROJECT_ID": "e"}, (None, "t", None), id="ID over ID"),
        pytest.param({"project_name": "t"}, {"HW_PROJECT_ID": "e"}, (None, None, "t"), id="name over ID"),
        pytest.param({"project_name": "t"}, {"HUAWEICLOUD_SDK_PROJECT_ID": "e"}, (None, None, "t"), id="vendor's ID"),
        pytest.param({"project_id": "t"}, {"HW_PROJECT_NAME": "e"}, (None, "t", None), id="ID over name"),
        pytest.param({}, {"HW_PROJECT_ID": "e", "HW_PROJECT_NAME": "n"}, (None, "e", None), id="two variables"),
        pytest.param({"region": "r"}, {"HW_PROJECT_ID": "e"}, ("r", "e", None), id="no region in the environment"),
        pytest.param(
            {"region": "r"}, {"HW_REGION_NAME": "r", "HW_PROJECT_ID": "e"}, ("r", "e", None), id="the same region"
        ),
        *(
            pytest.param({"region": "r"}, {"HW_REGION_NAME": "q", name: "e"}, ("r", None, None), id=f"another, {name}")
            for name in PROJECT_VARIABLES
        ),
        pytest.param(
            {"region": "r", "project_id": "t"},
            {"HW_REGION_NAME": "q", "HW_PROJECT_ID": "e"},
            ("r", "t", None),
            id="both",
        ),
        pytest.param({"region": " "}, {"HW_REGION_NAME": "q"}, ("q", None, None), id="blank in the task"),
        pytest.param({"project_id": ""}, {"HW_PROJECT_ID": " \n"}, (None, None, None), id="blank everywhere"),
    ],
)
def test_the_task_wins_as_a_whole(task, environ, expected):
    assert place(task, **environ) == expected


TEXTS = st.none() | st.sampled_from(["", " ", "a", " b\n", "cn-north-4", "cn-north-4_sub", "eu-west-101"])
VALUES = st.fixed_dictionaries(dict.fromkeys(PLACE, TEXTS))
ENVIRON = st.dictionaries(st.sampled_from(["HW_REGION_NAME", *PROJECT_VARIABLES]), TEXTS.map(lambda text: text or ""))


@given(VALUES, ENVIRON)
def test_what_the_task_says_always_counts(task, environ):
    try:
        found = effective({**NOTHING, **task}, environ)
    except UsageError:
        return
    told = trimmed({**NOTHING, **task})
    assert all(found[name] == told[name] for name in PLACE if told[name])
    assert not (found["project_id"] and found["project_name"])
    if told["project_id"] or told["project_name"]:
        assert not any(isinstance(found[name], FromVariable) for name in ("project_id", "project_name"))
    assert effective(found, environ) == found


@given(ENVIRON, VALUES)
def test_where_a_value_is_from_is_known(environ, task):
    try:
        found = effective({**NOTHING, **task}, environ)
    except UsageError:
        return
    for name in PLACE:
        if isinstance(found[name], FromVariable):
            assert found[name].variable in VARIABLES[name]
            assert environ[found[name].variable].strip() == found[name]


@pytest.mark.parametrize(
    ("task", "environ", "words"),
    [
        ({"project_id": "i", "project_name": "n"}, {}, "^project_id and project_name both say which project"),
        (
            {"region": "cn-north-4", "project_name": "eu-west-101_x"},
            {},
            "^project_name 'eu-west-101_x' is a project of the region eu-west-101, but region is 'cn-north-4'",
        ),
        (
            {"project_name": "eu-west-101"},
            {"HW_REGION_NAME": "cn-north-4"},
            "^project_name 'eu-west-101' .* but HW_REGION_NAME is 'cn-north-4'",
        ),
        (
            {"region": "cn-north-4"},
            {"HW_PROJECT_NAME": "eu-west-101"},
            "^HW_PROJECT_NAME 'eu-west-101' .* but region is 'cn-north-4'",
        ),
        ({}, {"HW_MAX_RETRIES": "many"}, "^HW_MAX_RETRIES must be a whole number, not 'many'"),
        ({}, {"HW_ENDPOINTS": "nothing"}, "^HW_ENDPOINTS cannot be read: give JSON"),
        ({}, {"HW_ENDPOINTS": '{"dbss": '}, "^HW_ENDPOINTS cannot be read"),
        ({}, {"HW_ENDPOINTS": '{"dbss": 5}'}, "^HW_ENDPOINTS cannot be read"),
        ({}, {"HW_ENDPOINTS": "{}"}, "^HW_ENDPOINTS cannot be read"),
        ({}, {"HW_ENDPOINTS": "dsw=https://a"}, "^HW_ENDPOINTS has dsw, which is no service: it takes iam, dbss, dws"),
    ],
)
def test_what_contradicts_itself_or_cannot_be_read(task, environ, words):
    with pytest.raises(UsageError, match=words):
        effective({**NOTHING, **task}, environ)


@pytest.mark.parametrize("project", ["cn-north-4", "cn-north-4_sub", "sub", "eu_west"])
def test_projects_of_the_region_and_those_with_other_names(project):
    assert place({"region": "cn-north-4", "project_name": project}) == ("cn-north-4", None, project)


def test_endpoints_are_taken_whole_and_win_over_the_region():
    environ = {"HW_ENDPOINTS": "dbss=https://a,dws=https://b"}
    given_ones = {"iam": None, "dbss": " https://t\n", "dws": None}
    task = {**NOTHING, "region": "r", "endpoints": given_ones}
    assert effective(task, environ)["endpoints"] == {"iam": None, "dbss": "https://t", "dws": None}
    for nothing in (None, {}, {"iam": None, "dbss": "", "dws": " "}):
        found = effective({**NOTHING, "region": "r", "endpoints": nothing}, environ)["endpoints"]
        assert found == {"iam": None, "dbss": "https://a", "dws": "https://b"}
        assert name_of("endpoints.dbss", found["dbss"]) == "HW_ENDPOINTS"


def test_defaults_come_last():
    assert (effective(NOTHING, {})["cloud"], effective(NOTHING, {})["max_retries"]) == ("myhuaweicloud.com", 5)
    environ = {"HW_CLOUD": "example.eu", "HW_MAX_RETRIES": " 7 "}
    assert (effective(NOTHING, environ)["cloud"], effective(NOTHING, environ)["max_retries"]) == ("example.eu", 7)
    task = {**NOTHING, "cloud": "myhuaweicloud.com", "max_retries": 5}
    assert (effective(task, environ)["cloud"], effective(task, environ)["max_retries"]) == ("myhuaweicloud.com", 5)


def test_no_variable_is_expanded_in_a_path(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ops")
    monkeypatch.setenv("HW_SECRET_KEY", "s3cret")
    assert effective({**NOTHING, "ca_cert": "~/ca.pem"}, {})["ca_cert"] == "/home/ops/ca.pem"
    assert effective({**NOTHING, "ca_cert": "/x/$HW_SECRET_KEY"}, {})["ca_cert"] == "/x/$HW_SECRET_KEY"


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("secret_key", "s3cret\r\n", "s3cret"),
        ("instance_id", "\t a \n", "a"),
        ("password", " s3cret \r\n", " s3cret "),
        ("endpoints", {"dbss": " https://a "}, {"dbss": "https://a"}),
        ("instances", [" a "], [" a "]),
        ("wait", True, True),
        ("region", None, None),
    ],
)
def test_trim(option, value, expected):
    assert trim(option, value) == expected


def test_only_options_of_the_connection_are_absent_when_blank():
    assert trimmed({"region": " ", "name": " "}) == {"region": None, "name": ""}
