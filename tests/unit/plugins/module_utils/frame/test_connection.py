# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame import connection
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS, connect, read_options
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from responses import matchers

PROJECT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
READ = Operation("listThings", "dbss", "GET", "/v1/{project_id}/things", "list")
ACT = Operation("stopThing", "dbss", "POST", "/v1/{project_id}/stop", "stop", acts=True)
ACCESS = {"auth_token": "a-token", "region": "cn-north-4", "project_id": PROJECT}


def options_of(given=(), **more):
    return read_options({**ACCESS, **dict(given)}, more)


def call(client, operation=READ):
    return client.call(operation, "the things", lambda payload: payload)


# --- Options ---------------------------------------------------------------------------------------------------------


def test_defaults():
    options = read_options({}, {})
    told = {name: value for name, value in options.items() if value is not None}
    assert told == {"cloud": "myhuaweicloud.com", "validate_certs": True, "request_timeout": 30.0, "max_retries": 5}


@pytest.mark.parametrize(
    ("option", "variable", "text", "value"),
    [
        ("region", "HW_REGION_NAME", "cn-north-4", "cn-north-4"),
        ("project_id", "HW_PROJECT_ID", "p1", "p1"),
        ("project_id", "HUAWEICLOUD_SDK_PROJECT_ID", "p1", "p1"),
        ("project_name", "HW_PROJECT_NAME", "cn-north-4_sub", "cn-north-4_sub"),
        ("cloud", "HW_CLOUD", "example.eu", "example.eu"),
        ("max_retries", "HW_MAX_RETRIES", "7", 7),
        ("endpoints", "HW_ENDPOINTS", '{"dbss": "http://a"}', {"iam": None, "dbss": "http://a", "dws": None}),
        ("endpoints", "HW_ENDPOINTS", "dbss=http://a,dws=c", {"iam": None, "dbss": "http://a", "dws": "c"}),
    ],
)
def test_options_fall_back_to_variables(monkeypatch, option, variable, text, value):
    monkeypatch.setenv(variable, text)
    assert read_options({}, {})[option] == value


def test_task_beats_variable_and_first_variable_beats_second(monkeypatch):
    monkeypatch.setenv("HW_PROJECT_ID", "first")
    monkeypatch.setenv("HUAWEICLOUD_SDK_PROJECT_ID", "second")
    assert read_options({}, {})["project_id"] == "first"
    assert read_options({"project_id": "task"}, {})["project_id"] == "task"
    monkeypatch.setenv("HW_PROJECT_ID", "")
    assert read_options({}, {})["project_id"] == "second"


@pytest.mark.parametrize(("name", "variable"), [("access_key", "HW_ACCESS_KEY"), ("password", "HW_USER_PASSWORD")])
def test_credentials_are_no_options_with_a_fallback(monkeypatch, name, variable):
    monkeypatch.setenv(variable, "x")  # a pair is taken whole, which choose_credentials sees to
    assert read_options({}, {})[name] is None


def test_own_options_are_read_too():
    options = read_options({"interval": "5"}, {"interval": {"type": "float", "default": 60.0}})
    assert options["interval"] == 5.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"max_retries": "many"}, "max_retries"),
        ({"colour": "red"}, "colour"),
        ({"endpoints": {"ecs": "https://a"}}, r"endpoints\.ecs"),
    ],
)
def test_options_that_cannot_be_read(given, words):
    with pytest.raises(UsageError, match=rf"{words}[^.]*\.$"):
        read_options(given, {})


def test_requests_is_missing(monkeypatch):
    monkeypatch.setattr(connection, "REQUESTS_IMPORT_ERROR", "Traceback …")
    with pytest.raises(UsageError, match="The Python library requests is missing where Ansible runs: install it"):
        read_options({}, {})


# --- The client ------------------------------------------------------------------------------------------------------


def test_client_has_what_the_options_say(http, clock):
    warnings = []
    options = options_of({"request_timeout": 7, "max_retries": 3, "ca_cert": "/etc/ca.pem"})
    client = connect(options, warn=warnings.append, clock=clock)
    sent = matchers.header_matcher({"X-Auth-Token": "a-token", "X-Project-Id": PROJECT})
    how = matchers.request_kwargs_matcher({"timeout": 7.0, "verify": "/etc/ca.pem"})
    http.get(f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/things", json={}, match=[sent, how])
    assert call(client) == {}
    assert (client.max_tries, client.clock, warnings) == (3, clock, [])


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({"cloud": "example.eu"}, "https://dbss.cn-north-4.example.eu"),
        ({"endpoints": {"dbss": "https://dbss.example.com"}}, "https://dbss.example.com"),
    ],
)
def test_address_of_the_options(http, given, base):
    http.get(f"{base}/v1/{PROJECT}/things", json={})
    call(connect(options_of(given), warn=pytest.fail))


@pytest.mark.parametrize(
    ("given", "name"),
    [({}, "cn-north-4"), ({"project_name": "cn-north-4_sub"}, "cn-north-4_sub"), ({"project_name": ""}, "cn-north-4")],
)
def test_project_is_looked_up_by_its_name_or_the_region(http, given, name):
    projects = {"projects": [{"id": PROJECT, "name": name}]}
    http.get(f"https://iam.cn-north-4.myhuaweicloud.com/v3/projects?name={name}", json=projects)
    http.get(f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/things", json={})
    call(connect(options_of({"project_id": None, **given}), warn=pytest.fail))


def test_client_only_reads_unless_told_otherwise(http):
    with pytest.raises(UsageError, match="must not be called here"):
        call(connect(options_of(), warn=pytest.fail), ACT)
    http.post(f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/stop", json={})
    call(connect(options_of(), warn=pytest.fail, read_only=False), ACT)


def test_secrets_are_told_those_of_a_login_too(http, sample):
    login = {"user_name": "ops", "password": "s3cret", "domain_name": "company", "auth_token": None}
    secrets = []
    client = connect(options_of(login), warn=pytest.fail, keep_secret=secrets.append)
    assert secrets == ["s3cret"]
    http.post(
        "https://iam.cn-north-4.myhuaweicloud.com/v3/auth/tokens",
        status=201,
        json=sample("createTokenByPassword.201.project_scope"),
        headers={"X-Subject-Token": "issued"},
    )
    http.get(f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/things", json={})
    call(client)
    assert secrets == ["s3cret", "issued"]


def test_credentials_come_from_variables(monkeypatch):
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "AK")
    monkeypatch.setenv("HUAWEICLOUD_SDK_SK", "s3cret")
    secrets = []
    connect(options_of({"auth_token": None}), warn=pytest.fail, keep_secret=secrets.append)
    assert secrets == ["s3cret"]


def test_no_verification_is_warned_of():
    warnings = []
    connect(options_of({"validate_certs": False}), warn=warnings.append)
    assert warnings == ["Certificates are not verified: validate_certs is false."]


@pytest.mark.parametrize("name", ["request_timeout", "concurrency", "wait_sleep", "wait_timeout", "interval"])
@pytest.mark.parametrize("value", [0, -1.5, float("nan")])
def test_numbers_must_be_positive(name, value):
    with pytest.raises(UsageError, match=f"^{name} must be more than 0, not "):
        connect({**options_of(), name: value}, warn=pytest.fail)


@pytest.mark.parametrize("name", ["request_timeout", "concurrency", "wait_sleep", "wait_timeout", "interval"])
@pytest.mark.parametrize("value", [1_000_001, 1e30, float("inf")])
def test_numbers_have_an_end(name, value):
    with pytest.raises(UsageError, match=f"^{name} must be at most 1000000, not "):
        connect({**options_of(), name: value}, warn=pytest.fail)


def test_a_variable_that_makes_no_sense_is_named(monkeypatch):
    monkeypatch.setenv("HW_PROJECT_ID", "p1")
    with pytest.raises(UsageError, match=r"^HW_PROJECT_ID 'p1' is not an ID"):
        connect(options_of({"project_id": None}), warn=pytest.fail)


def test_pasted_line_ends_are_no_part_of_a_secret(monkeypatch):
    secrets = []
    given = {"auth_token": None, "access_key": " AK\n", "secret_key": "s3cret\r\n"}
    connect(options_of(given), warn=pytest.fail, keep_secret=secrets.append)
    monkeypatch.setenv("HW_AUTH_TOKEN", "from-a-file\n")
    connect(options_of({"auth_token": None}), warn=pytest.fail, keep_secret=secrets.append)
    assert secrets == ["s3cret", "from-a-file"]


@pytest.mark.parametrize("project", ["../other", "p1", "a" * 65])
def test_project_id_must_be_one(project):
    with pytest.raises(UsageError, match=f"^project_id {project!r} is not an ID"):
        connect(options_of({"project_id": project}), warn=pytest.fail)


def test_connections_follow_the_concurrency(monkeypatch):
    kept = []
    monkeypatch.setattr(connection, "Client", lambda credentials, settings, **how: kept.append(settings.connections))
    connect(options_of(), warn=pytest.fail)
    connect({**options_of(), "concurrency": 8}, warn=pytest.fail)
    connect({**options_of(), "concurrency": 200}, warn=pytest.fail)
    assert kept == [READERS, READERS, 200]


def test_connections_are_shared_where_all_that_matters_is_the_same(monkeypatch):
    adapters = {}

    def adapter(environment=(), **changes):
        monkeypatch.setenv("HTTPS_PROXY", dict(environment).get("HTTPS_PROXY", ""))
        client = connect({**options_of(), **changes}, warn=print, adapters=adapters)
        return client._session._session.get_adapter("https://dbss.example.com")

    first = adapter()
    assert adapter() is first
    others = [
        adapter(auth_token="another-token"),
        adapter(region="cn-south-1"),
        adapter(validate_certs=False),
        adapter(ca_cert="/some/ca.pem"),
        adapter([("HTTPS_PROXY", "http://proxy.example.com:3128")]),
    ]
    assert len({id(one) for one in [first, *others]}) == 6


def test_only_shared_connections_outlast_their_client(monkeypatch):
    closed = []

    def close(adapter):
        closed.append(adapter)

    monkeypatch.setattr("requests.adapters.HTTPAdapter.close", close)
    connect(options_of(), warn=pytest.fail, adapters={}).close()
    assert not closed
    connect(options_of(), warn=pytest.fail).close()
    assert closed
