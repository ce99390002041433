# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import calendar
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from urllib.parse import quote, urlencode, urlsplit

import pytest
import requests
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import (
    CREATE_TOKEN,
    LIST_PROJECTS,
    AkSkAuth,
    Credentials,
    Identity,
    TokenAuth,
    canonical_request,
    choose_credentials,
    string_to_sign,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Answer
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.strategies import json_with

# --- The signature ---------------------------------------------------------------------------------------------------


def at(sdk_date):
    """Return a clock that stands still at an X-Sdk-Date."""
    return lambda: calendar.timegm(time.strptime(sdk_date, "%Y%m%dT%H%M%SZ"))


def signed_names(request):
    return re.search("SignedHeaders=([^,]+)", request.headers["Authorization"]).group(1).split(";")


@pytest.mark.parametrize("number", [0, 1], ids=["get with query", "post with body and security token"])
def test_vector_of_the_contract(contract, number):
    vector = contract["components"]["securitySchemes"]["AkSkSignature"]["x-test-vectors"][number]
    headers = dict(vector["headers"])
    url = f"https://{headers.pop('Host')}{vector['path']}"
    sdk_date, token = headers.pop("X-Sdk-Date"), headers.pop("X-Security-Token", None)
    request = requests.Request(vector["method"], url, headers, data=vector["body"], params=vector["query"]).prepare()

    AkSkAuth(vector["access_key"], vector["secret_key"], token, at(sdk_date))(request)

    assert request.headers["Authorization"] == vector["authorization"]
    assert {name: request.headers[name] for name in vector["headers"]} == vector["headers"]
    signed = {name.lower(): value for name, value in vector["headers"].items()}
    canonical = canonical_request(vector["method"], request.url, signed, vector["body"].encode())
    assert canonical == vector["canonical_request"]
    assert string_to_sign(sdk_date, canonical) == vector["string_to_sign"]


SEGMENTS = st.lists(st.text(max_size=8).filter(lambda text: text not in (".", "..")), max_size=5)
TEXT = st.text(max_size=8)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    segments=SEGMENTS,
    query=st.lists(st.tuples(TEXT, TEXT), max_size=5),
    body=st.none() | st.just("") | st.text() | json_with("operation", "instance_id").map(json.dumps) | st.binary(),
    token=st.none() | st.just("temporary-token"),
)
@example(
    "GET", ["é ü", "~", "100%", "a%2Fb", "+"], [("name", "x"), ("name", ""), ("é", "a+b c"), ("~", "1")], None, None
)
@example("GET", [], [("z", "2"), ("z", "10"), ("z", "1"), ("é", "x"), ("~", "y"), ("a!", ""), ("a", "")], None, None)
def test_signature_equals_that_of_the_official_sdk(method, segments, query, body, token):
    url = "https://dbss.cn-north-4.myhuaweicloud.com:8443/" + "/".join(quote(part, safe="") for part in segments)
    url += "?" + urlencode(query, quote_via=quote, safe="~") if query else ""
    headers = {"Content-Type": "application/json", "X-Project-Id": "p", "User-Agent": "any"}
    data = body.encode() if isinstance(body, str) else body
    request = requests.Request(method, url, headers, data=data).prepare()

    AkSkAuth("AK", "SK", token, at("20261122T050000Z"))(request)

    oracle = SdkRequest(
        method,
        "https",
        resource_path=urlsplit(request.url).path,
        query_params=list(query),
        header_params={name: request.headers[name] for name in signed_names(request)},
        body=request.body,
    )
    Signer(SimpleNamespace(ak="AK", sk="SK")).sign(oracle)
    assert request.headers["Authorization"] == oracle.header_params["Authorization"]


def test_signature_covers_what_arrives_unchanged_and_nothing_else():
    headers = {"Content-Type": "application/json", "X-Project-Id": "p", "X-Domain-Id": "d", "Accept": "*/*"}
    request = requests.Request("GET", "http://127.0.0.1:8080/v3/projects", headers).prepare()
    AkSkAuth("AK", "SK", "temporary-token")(request)
    assert signed_names(request) == [
        "content-type",
        "host",
        "x-domain-id",
        "x-project-id",
        "x-sdk-date",
        "x-security-token",
    ]
    assert request.headers["Host"] == "127.0.0.1:8080"


def test_request_is_signed_anew_each_time():
    clock = iter([0, 0, 60]).__next__
    request = requests.Request("POST", "https://dbss.example.com/", data="{}").prepare()
    signer = AkSkAuth("AK", "SK", now=clock)
    first, second, third = (signer(request).headers["Authorization"] for attempt in range(3))
    assert first == second != third
    assert request.headers["X-Sdk-Date"] == "19700101T000100Z"


@pytest.mark.parametrize("body", [b"{}", "{}"], ids=["bytes", "text"])
def test_body_may_be_bytes_or_text(body):
    request = requests.Request("POST", "https://dbss.example.com/").prepare()
    request.body = body
    headers = {"host": "dbss.example.com", "x-sdk-date": "19700101T000000Z"}
    AkSkAuth("AK", "SK", now=lambda: 0)(request)
    canonical = canonical_request("POST", request.url, headers, b"{}")
    assert canonical.endswith("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")  # SHA-256 of {}
    assert signed_names(request) == ["host", "x-sdk-date"]


def test_token_is_sent():
    request = TokenAuth("a-token")(requests.Request("GET", "https://dbss.example.com/").prepare())
    assert request.headers["X-Auth-Token"] == "a-token"


# --- The choice of credentials ---------------------------------------------------------------------------------------

TASK_TOKEN = {"auth_token": "task token"}
TASK_KEY = {"access_key": "task AK", "secret_key": "task SK"}
TASK_PASSWORD = {"user_name": "task user", "password": "task password", "domain_name": "task domain"}
ENV_TOKEN = {"HW_AUTH_TOKEN": "env token"}
ENV_KEY = {"HW_ACCESS_KEY": "env AK", "HW_SECRET_KEY": "env SK"}
SDK_KEY = {"HUAWEICLOUD_SDK_AK": "sdk AK", "HUAWEICLOUD_SDK_SK": "sdk SK"}
ENV_PASSWORD = {"HW_USER_NAME": "env user", "HW_USER_PASSWORD": "env password", "HW_DOMAIN_NAME": "env domain"}
ENV_ALL = {**ENV_TOKEN, **ENV_KEY, **SDK_KEY, **ENV_PASSWORD}

FROM_ENV_TOKEN = Credentials("token", auth_token="env token")
FROM_ENV_KEY = Credentials("key", access_key="env AK", secret_key="env SK")
FROM_SDK_KEY = Credentials("key", access_key="sdk AK", secret_key="sdk SK")
FROM_ENV_PASSWORD = Credentials("password", user_name="env user", password="env password", domain_name="env domain")
FROM_TASK_KEY = Credentials("key", **TASK_KEY)


@pytest.mark.parametrize(
    ("options", "environ", "chosen"),
    [
        pytest.param(TASK_TOKEN, ENV_ALL, Credentials("token", **TASK_TOKEN), id="task token before environment"),
        pytest.param(TASK_KEY, ENV_ALL, FROM_TASK_KEY, id="task key before environment's token"),
        pytest.param(TASK_PASSWORD, ENV_ALL, Credentials("password", **TASK_PASSWORD), id="task password likewise"),
        pytest.param({**TASK_KEY, **TASK_TOKEN}, {}, Credentials("token", **TASK_TOKEN), id="token before key"),
        pytest.param({**TASK_PASSWORD, **TASK_KEY}, {}, FROM_TASK_KEY, id="key before password"),
        pytest.param({}, ENV_ALL, FROM_ENV_TOKEN, id="environment: token first"),
        pytest.param({}, {**ENV_PASSWORD, **SDK_KEY, **ENV_KEY}, FROM_ENV_KEY, id="environment: HW before SDK"),
        pytest.param({}, {**ENV_PASSWORD, **SDK_KEY}, FROM_SDK_KEY, id="environment: SDK key before password"),
        pytest.param({}, ENV_PASSWORD, FROM_ENV_PASSWORD, id="environment: password"),
        pytest.param({}, {"HW_ACCESS_KEY": "env AK", **SDK_KEY}, FROM_SDK_KEY, id="half HW pair beside an SDK pair"),
        pytest.param({}, {"HW_SECRET_KEY": "s", **ENV_PASSWORD}, FROM_ENV_PASSWORD, id="half pair beside a password"),
        pytest.param(
            {**TASK_TOKEN, "access_key": "task AK"},
            {},
            Credentials("token", **TASK_TOKEN),
            id="token beside half a pair",
        ),
        pytest.param(
            {**TASK_KEY, "security_token": "task ST"},
            {"HW_SECURITY_TOKEN": "env ST"},
            Credentials("key", **TASK_KEY, security_token="task ST"),
            id="task's security token",
        ),
        pytest.param(TASK_KEY, {"HW_SECURITY_TOKEN": "env ST"}, FROM_TASK_KEY, id="no security token from elsewhere"),
        pytest.param(
            {},
            {**ENV_KEY, "HUAWEICLOUD_SDK_SECURITY_TOKEN": "sdk ST"},
            FROM_ENV_KEY,
            id="no security token from the other family",
        ),
        pytest.param(
            {},
            {**ENV_KEY, "HW_SECURITY_TOKEN": "env ST"},
            Credentials("key", access_key="env AK", secret_key="env SK", security_token="env ST"),
            id="HW security token",
        ),
        pytest.param(
            {},
            {**SDK_KEY, "HUAWEICLOUD_SDK_SECURITY_TOKEN": "sdk ST", "HW_SECURITY_TOKEN": "env ST"},
            Credentials("key", access_key="sdk AK", secret_key="sdk SK", security_token="sdk ST"),
            id="SDK security token",
        ),
        pytest.param(
            {"auth_token": "", "access_key": "", "secret_key": "", "user_name": None},
            {"HW_AUTH_TOKEN": "", **ENV_KEY},
            FROM_ENV_KEY,
            id="empty counts as absent",
        ),
        pytest.param({**TASK_KEY, "security_token": ""}, {}, FROM_TASK_KEY, id="empty security token"),
    ],
)
def test_choice_of_credentials(options, environ, chosen):
    assert choose_credentials(options, environ) == chosen


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ({"access_key": "xx"}, ENV_ALL, "The credentials in the task are incomplete: secret_key must be given"),
        ({"secret_key": "xx"}, ENV_ALL, "incomplete: access_key must be given"),
        ({"access_key": "xx", "secret_key": ""}, SDK_KEY, "incomplete: secret_key must be given"),
        ({"security_token": "xx"}, ENV_KEY, "incomplete: access_key and secret_key must be given"),
        ({"user_name": "xx"}, ENV_PASSWORD, "incomplete: password and domain_name must be given"),
        ({"access_key": "xx", **TASK_PASSWORD}, {}, "incomplete: secret_key must be given"),
        ({}, {}, r"HW_USER_PASSWORD and HW_DOMAIN_NAME\)\.$"),
        ({}, {"HW_ACCESS_KEY": "xx"}, "; HW_ACCESS_KEY is set but HW_SECRET_KEY is not"),
        ({}, {"HUAWEICLOUD_SDK_SK": "xx"}, "; HUAWEICLOUD_SDK_SK is set but HUAWEICLOUD_SDK_AK is not"),
        ({}, {"HW_ACCESS_KEY": "xx", "HUAWEICLOUD_SDK_SK": "xx"}, "; HUAWEICLOUD_SDK_SK is set but HUAWEICLOUD_SDK_AK"),
        (
            {},
            {"HW_USER_NAME": "xx", "HW_DOMAIN_NAME": "xx"},
            "; HW_USER_NAME and HW_DOMAIN_NAME is set but HW_USER_PASS",
        ),
        ({}, {"HW_SECURITY_TOKEN": "xx"}, "; HW_SECURITY_TOKEN is set but HW_ACCESS_KEY and HW_SECRET_KEY is not"),
    ],
)
def test_incomplete_credentials(options, environ, words):
    with pytest.raises(UsageError, match=words) as caught:
        choose_credentials(options, environ)
    assert "xx" not in str(caught.value)


def test_missing_credentials_name_the_options_and_the_variables():
    with pytest.raises(UsageError) as caught:
        choose_credentials({}, {})
    for name in ["auth_token", "access_key", "secret_key", "user_name", "password", "domain_name", *ENV_ALL]:
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("credentials", "secrets"),
    [
        (Credentials("token", auth_token="T"), ["T"]),
        (Credentials("key", access_key="AK", secret_key="SK", security_token="ST"), ["SK", "ST"]),
        (Credentials("password", user_name="U", password="P", domain_name="D"), ["P"]),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_secrets(credentials, secrets):
    assert credentials.secrets == secrets


# --- Who calls, in which project -------------------------------------------------------------------------------------

PASSWORD = Credentials("password", user_name="ops", password="s3cret", domain_name="company")
KEY = Credentials("key", access_key="AK", secret_key="SK")
TOKEN = Credentials("token", auth_token="T")


class Iam:
    """Answers logins with numbered tokens, and lookups with the projects that it is given."""

    def __init__(self, projects=(), login_project=None):
        self.calls = []
        self.tokens = []  # those that were to be kept secret
        self._projects = list(projects)
        self._token = {"token": {"project": login_project} if login_project else {}}

    def send(self, operation, resource, auth, query, body, parse):
        self.calls.append((operation, resource, query, body))
        if operation == CREATE_TOKEN:
            return parse(Answer(self._token, {"X-Subject-Token": f"token {len(self.calls)}"}))
        return parse(Answer({"projects": self._projects}, {}))

    def identity(self, credentials, project_id=None, project_name="cn-north-4"):
        return Identity(credentials, project_id, project_name, self.send, self.tokens.append)

    @property
    def operations(self):
        return [call[0] for call in self.calls]


def token_of(auth):
    return auth(SimpleNamespace(headers={})).headers["X-Auth-Token"]


def project(name, project_id):
    return {"name": name, "id": project_id}


@pytest.mark.parametrize(("credentials", "kind"), [(TOKEN, TokenAuth), (KEY, AkSkAuth)], ids=["token", "key"])
def test_token_and_key_need_no_call(credentials, kind):
    iam = Iam()
    identity = iam.identity(credentials, "p1")
    auth = identity.auth()
    assert isinstance(auth, kind)
    assert identity.project_id() == "p1"
    assert identity.renew(auth) is False
    assert iam.calls == []


def test_nobody_logs_in_to_find_a_project_that_is_known():
    iam = Iam()
    assert iam.identity(PASSWORD, "p1").project_id() == "p1"
    assert iam.calls == []


def test_password_logs_in_once_and_tells_the_project():
    iam = Iam(login_project=project("cn-north-4", "p1"))
    identity = iam.identity(PASSWORD)
    assert identity.project_id() == "p1"
    assert token_of(identity.auth()) == "token 1"
    assert iam.tokens == ["token 1"]
    user = {"name": "ops", "password": "s3cret", "domain": {"name": "company"}}
    body = {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": "cn-north-4"}},
        }
    }
    assert iam.calls == [(CREATE_TOKEN, "user ops", {"nocatalog": "true"}, body)]


def test_login_into_a_project_that_is_known_by_its_id():
    iam = Iam(login_project=project("other", "p2"))
    identity = iam.identity(PASSWORD, "p1")
    identity.auth()
    assert iam.calls[0][3]["auth"]["scope"] == {"project": {"id": "p1"}}
    assert identity.project_id() == "p1"


def test_project_is_looked_up_when_the_login_does_not_tell_it():
    iam = Iam([project("cn-north-4", "p1")])
    assert iam.identity(PASSWORD).project_id() == "p1"
    assert iam.operations == [CREATE_TOKEN, LIST_PROJECTS]


@pytest.mark.parametrize("credentials", [KEY, TOKEN], ids=["key", "token"])
def test_project_is_looked_up_once_by_its_exact_name(credentials):
    iam = Iam([project("cn-north-4_sub", "p2"), project("cn-north-4", "p1")])
    identity = iam.identity(credentials)
    assert [identity.project_id(), identity.project_id()] == ["p1", "p1"]
    assert iam.calls == [(LIST_PROJECTS, "project cn-north-4", {"name": "cn-north-4"}, None)]


def test_what_is_known_of_the_project_costs_no_call():
    iam = Iam([project("cn-north-4", "p1")])
    assert iam.identity(KEY, "p7").project == {"id": "p7", "name": None}
    identity = iam.identity(KEY)
    assert (identity.project, iam.calls) == ({"id": None, "name": "cn-north-4"}, [])
    identity.project_id()
    assert identity.project == {"id": "p1", "name": "cn-north-4"}


@pytest.mark.parametrize(
    ("projects", "words"),
    [
        ([], "No project named cn-north-4 can be seen with these credentials: give project_id."),
        ([project("cn-north-9", "p9")], "No project named cn-north-4 can be seen"),
        ([project("cn-north-4", "p2"), project("cn-north-4", "p1")], r"2 projects \(p1, p2\) named cn-north-4"),
    ],
    ids=["none", "another", "two"],
)
def test_project_that_is_not_exactly_one(projects, words):
    with pytest.raises(UsageError, match=f"^{words}"):
        Iam(projects).identity(KEY).project_id()


@pytest.mark.parametrize("credentials", [KEY, PASSWORD], ids=["key", "password"])
def test_project_without_a_name_to_look_for(credentials):
    iam = Iam()
    with pytest.raises(UsageError, match=r"^The project is not known: give project_id .*, project_name .* or region "):
        iam.identity(credentials, project_name=None).project_id()
    assert iam.calls == []


@pytest.mark.parametrize("headers", [{}, {"X-Subject-Token": ""}], ids=["none", "empty"])
def test_login_without_a_token(headers):
    identity = Identity(PASSWORD, "p1", None, lambda *call: call[-1](Answer({"token": {}}, headers)), pytest.fail)
    with pytest.raises(Unreadable, match=r"^answered without a token \(X-Subject-Token\)$"):
        identity.auth()


@pytest.mark.parametrize("told", [{}, {"token": []}, {"token": {"project": "p"}}, {"token": {"project": {"id": 5}}}])
def test_login_that_does_not_tell_the_project(told):
    answers = iter([Answer(told, {"X-Subject-Token": "T"}), Answer({"projects": [project("x", "p1")]}, {})])
    assert Identity(PASSWORD, None, "x", lambda *call: call[-1](next(answers)), str).project_id() == "p1"


@pytest.mark.parametrize("projects", [None, {}, "p", ["p"], [{"name": "x"}], [{"id": "p1"}], [{"id": 5, "name": "x"}]])
def test_unreadable_projects(projects):
    identity = Identity(KEY, None, "x", lambda *call: call[-1](Answer({"projects": projects}, {})), pytest.fail)
    with pytest.raises(Unreadable, match="projects"):
        identity.project_id()


@given(json_with("token", "project", "projects", "id", "name", words=st.none() | st.just("x") | st.integers()))
def test_any_answer_of_iam_is_read_or_unreadable(payload):
    answer = Answer({"token": payload, "projects": payload}, {"X-Subject-Token": "T"})
    for credentials in (PASSWORD, KEY):
        identity = Identity(credentials, None, "x", lambda *call: call[-1](answer), str)
        try:
            assert isinstance(identity.project_id(), str)
        except (Unreadable, UsageError):
            continue


def test_token_is_renewed_once():
    iam = Iam()
    identity = iam.identity(PASSWORD, "p1")
    first = identity.auth()
    assert identity.renew(first) is True
    second = identity.auth()
    assert token_of(second) == "token 2"
    assert identity.renew(second) is False
    assert identity.renew(first) is True  # a straggler: the second token is worth a try
    assert iam.tokens == ["token 1", "token 2"]


def test_threads_share_one_login_and_one_renewal():
    iam = Iam(login_project=project("cn-north-4", "p1"))
    identity = iam.identity(PASSWORD)
    together = Barrier(8, timeout=10)

    def use(number):
        together.wait()
        project_id, auth = identity.project_id(), identity.auth()
        together.wait()
        return project_id, token_of(auth), identity.renew(auth), token_of(identity.auth())

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(use, range(8)))
    assert seen == {("p1", "token 1", True, "token 2")}
    assert iam.operations == [CREATE_TOKEN] * 2
