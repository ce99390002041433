# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every module: access, failures of the API, secrets, and documentation that tells the truth."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame import module as frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import VARIABLES
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import auth, client

from tests.unit.plugins.modules.calls import (
    ACTIVE,
    AUDIT,
    BILLING,
    CLUSTER_IDS,
    OFF,
    OM,
    PROJECTS,
    clusters,
    databases,
    om_user_acts,
    reads_om_user,
    switch,
)
from tests.unit.plugins.modules.harness import (
    ACCESS,
    BAD_GATEWAY,
    GATEWAY_PAGE,
    MODULES,
    PLUGINS,
    PROJECT,
    REGION,
    TOKEN,
    Call,
    Clock,
    documentation,
    fault,
    refused,
    sample,
    table,
)

# For each module, options with which it has nothing to do after its first call, and this call.
FIRST = {
    "dbss_audit_database": ({"instance_id": AUDIT.ids[0], "databases": []}, databases()),
    "dbss_audit_database_info": ({}, AUDIT.lists()),
    "dbss_audit_instance": ({"name": "audit-prod"}, AUDIT.lists(ACTIVE)),
    "dbss_om_instance": ({"name": "om-prod"}, OM.lists(ACTIVE)),
    "dbss_om_instance_info": ({}, OM.lists()),
    "dws_cluster_info": ({}, clusters()),
    "dws_om_user": ({"cluster_id": CLUSTER_IDS[0]}, reads_om_user(60)),
    "dws_om_user_info": ({"cluster_id": CLUSTER_IDS[0]}, reads_om_user(60)),
    **table("FIRST"),
}
EVERY = pytest.mark.parametrize(("module", "options", "call"), [(name, *first) for name, first in FIRST.items()])

KEYS = {"access_key": "AKEXAMPLE", "secret_key": "the-secret-of-the-key", "security_token": "the-token-of-the-key"}
PASSWORD = {"user_name": "ops-user", "password": "the-password", "domain_name": "example-account"}
PLACE = {"region": REGION, "project_id": PROJECT}


def login(token, scope):
    """Return the call of a login, answered with a token."""
    user = {"name": "ops-user", "password": "the-password", "domain": {"name": "example-account"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    return Call(
        "iam",
        "POST",
        "/v3/auth/tokens",
        query={"nocatalog": "true"},
        body={"auth": {"identity": identity, "scope": {"project": scope}}},
        status=201,
        answer=sample("createTokenByPassword.201.project_scope"),
        headers={"X-Subject-Token": token},
    )


def test_no_module_is_forgotten():
    missing = sorted(set(MODULES) - set(FIRST)), sorted(set(MODULES) - set(RUNS))
    assert missing == ([], []), "put FIRST and RUNS into the module's own test file"


# Who calls, and where to

NONE = (
    "No credentials: give access_key and secret_key (or HW_ACCESS_KEY and HW_SECRET_KEY, or HUAWEICLOUD_SDK_AK and "
    "HUAWEICLOUD_SDK_SK), auth_token (HW_AUTH_TOKEN), or user_name, password and domain_name (HW_USER_NAME, "
    "HW_USER_PASSWORD and HW_DOMAIN_NAME){}."
)
HALF = (
    "The credentials in the task are incomplete: {} must be given too, because a part from the environment is never "
    "added to a part from the task."
)


@EVERY
@pytest.mark.parametrize(
    ("access", "environment", "message"),
    [
        ({}, {}, NONE.format("")),
        ({}, {"HW_ACCESS_KEY": ""}, NONE.format("")),
        ({}, {"HW_ACCESS_KEY": "a"}, NONE.format("; HW_ACCESS_KEY is set but HW_SECRET_KEY is not")),
        ({"access_key": "a"}, {"HW_SECRET_KEY": "the-secret", "HW_AUTH_TOKEN": TOKEN}, HALF.format("secret_key")),
        ({"secret_key": "the-secret"}, {"HW_ACCESS_KEY": "a"}, HALF.format("access_key")),
        ({"user_name": "a"}, {}, HALF.format("password and domain_name")),
    ],
)
def test_no_credentials(bench, monkeypatch, module, options, call, access, environment, message):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert bench.run(module, options, [], fails=True, access={**PLACE, **access})["msg"] == message


@EVERY
@pytest.mark.parametrize(
    ("access", "logins"),
    [(ACCESS, []), ({**PLACE, **KEYS}, []), ({**PLACE, **PASSWORD}, [login("t-1", {"id": PROJECT})])],
    ids=["token", "keys", "password"],
)
def test_each_kind_of_credentials(bench, module, options, call, access, logins):
    assert bench.run(module, options, [*logins, call], access=access)["changed"] is False


@EVERY
def test_access_from_the_environment(bench, monkeypatch, module, options, call):
    names = {"HW_REGION_NAME": REGION, "HUAWEICLOUD_SDK_PROJECT_ID": PROJECT, "HUAWEICLOUD_SDK_AK": "a"}
    for name, value in {**names, "HUAWEICLOUD_SDK_SK": "the-secret-of-the-key"}.items():
        monkeypatch.setenv(name, value)
    assert "the-secret-of-the-key" not in bench.run(module, options, [call], access={}).text


@EVERY
def test_no_region_and_no_endpoint(bench, module, options, call):
    outcome = bench.run(module, options, [], fails=True, access={"project_id": PROJECT, "auth_token": TOKEN})
    assert outcome["msg"] == (
        f"The address of {call.service} is not known: give region (HW_REGION_NAME) or endpoints.{call.service} "
        "(HW_ENDPOINTS)."
    )


@EVERY
def test_an_endpoint_instead_of_a_region(bench, module, options, call):
    endpoints = {call.service: f"https://{call.service}.{REGION}.myhuaweicloud.com/"}
    access = {"project_id": PROJECT, "auth_token": TOKEN, "endpoints": endpoints}
    assert bench.run(module, options, [call], access=access)["changed"] is False


@EVERY
def test_no_project_and_no_region(bench, module, options, call):
    access = {"auth_token": TOKEN, "endpoints": {call.service: "https://example.com"}}
    outcome = bench.run(module, options, [], fails=True, access=access)
    assert outcome["msg"] == (
        "The project is not known: give project_id (HW_PROJECT_ID), project_name (HW_PROJECT_NAME) or region "
        "(HW_REGION_NAME)."
    )


@EVERY
def test_the_project_is_looked_up(bench, module, options, call):
    access = {"region": REGION, "auth_token": TOKEN}
    assert bench.run(module, options, [PROJECTS, call], access=access)["changed"] is False


@EVERY
def test_a_login_tells_the_project(bench, module, options, call):
    calls = [login("t-1", {"name": REGION}), call]
    assert bench.run(module, options, calls, access={"region": REGION, **PASSWORD})["changed"] is False


INFO = pytest.mark.parametrize(
    ("module", "options", "call"), [(name, *first) for name, first in FIRST.items() if name.endswith("_info")]
)


@INFO
@pytest.mark.parametrize(
    ("access", "calls", "name"),
    [
        (ACCESS, [], None),
        ({"region": REGION, "auth_token": TOKEN}, [PROJECTS], REGION),
        ({"region": REGION, **PASSWORD}, [login("t-1", {"name": REGION})], REGION),
    ],
    ids=["by ID", "by the region's name", "told by a login"],
)
def test_where_an_info_module_looked(bench, module, options, call, access, calls, name):
    outcome = bench.run(module, options, [*calls, call], access=access)
    assert outcome["project"] == {"id": PROJECT, "name": name, "region": REGION}


@pytest.mark.parametrize("module", ["dbss_audit_database_info", "dws_om_user_info"])
def test_where_it_looked_is_told_with_what_could_not_be_read(bench, module):
    options, calls, _fails = RUNS[module][-1]
    outcome = bench.run(module, options, calls, fails=True)
    assert outcome["project"] == {"id": PROJECT, "name": None, "region": REGION}


@INFO
def test_where_it_looked_is_told_without_a_region(bench, module, options, call):
    endpoints = {call.service: f"https://{call.service}.{REGION}.myhuaweicloud.com/"}
    access = {"project_id": PROJECT, "auth_token": TOKEN, "endpoints": endpoints}
    outcome = bench.run(module, options, [call], access=access)
    assert outcome["project"] == {"id": PROJECT, "name": None, "region": None}


TWO = [{"id": letter * 32, "name": REGION} for letter in "ab"]


@EVERY
@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (sample("listProjects.200.no_match"), "No project"),
        ({"projects": [{"id": "a" * 32, "name": "other"}]}, "No project"),
        ({"projects": TWO}, f"2 projects ({'a' * 32}, {'b' * 32})"),
    ],
)
def test_no_such_project(bench, module, options, call, answer, count):
    access = {"region": REGION, "auth_token": TOKEN}
    outcome = bench.run(module, options, [PROJECTS.but(200, answer)], fails=True, access=access)
    assert outcome["msg"] == f"{count} named {REGION} can be seen with these credentials: give project_id."


@EVERY
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("project_id", "cn-north-4", "project_id 'cn-north-4' is not an ID: it must be "),
        ("request_timeout", 0, "request_timeout must be more than 0, not 0."),
        ("max_retries", "many", "argument 'max_retries' is of type str and we were unable to convert to int"),
        ("endpoints", {"ecs": "https://example.com"}, "Unsupported parameters for "),
        ("tenant", "a", "Unsupported parameters for "),
    ],
)
def test_access_that_makes_no_sense(bench, module, options, call, option, value, message):
    outcome = bench.run(module, {**options, option: value}, [], fails=True)
    assert message in outcome["msg"]


@EVERY
def test_a_warning_about_certificates(bench, module, options, call):
    outcome = bench.run(module, {**options, "validate_certs": False}, [call])
    assert outcome.warnings == ("Certificates are not verified: validate_certs is false.",)


# What goes wrong


@EVERY
def test_no_requests(bench, monkeypatch, module, options, call):
    monkeypatch.setattr(frame, "REQUESTS_IMPORT_ERROR", "Traceback: no module")
    outcome = bench.run(module, options, [], fails=True)
    assert outcome["msg"].startswith("Failed to import the required Python library (requests) on ")


@EVERY
@pytest.mark.parametrize(
    ("change", "why", "status"),
    [
        (lambda call: call.but(502, GATEWAY_PAGE), BAD_GATEWAY, 502),
        (
            lambda call: call.but(200, GATEWAY_PAGE),
            "the service answered with the page '502 Bad Gateway' instead of a JSON object (HTTP 200)",
            200,
        ),
        (
            lambda call: call.but(302, "", Location="https://elsewhere.example.com/login"),
            "the answer redirects to elsewhere.example.com, and credentials are not sent on (HTTP 302)",
            302,
        ),
        (lambda call: call.but(403, {}), "the credentials lack the permission (HTTP 403)", 403),
    ],
    ids=["502", "200", "302", "403"],
)
def test_an_answer_that_is_none(bench, module, options, call, change, why, status):
    outcome = bench.run(module, {**options, "max_retries": 1}, [change(call)], fails=True)
    assert re.fullmatch(rf"Failed to (list|read) the .*: {re.escape(why)}\.", outcome["msg"])
    assert outcome["api_error"]["http_status"] == status
    assert not outcome.result.get("changed")


@EVERY
def test_nobody_listens(bench, module, options, call):
    outcome = bench.run(module, options, [call.fails(refused)] * 5, fails=True)
    host = f"https://{call.service}.{REGION}.myhuaweicloud.com"
    assert outcome["msg"].endswith(f": no connection to {host} (Connection refused), in 5 tries.")
    assert outcome["api_error"]["http_status"] is None
    assert outcome.moments == [0, 1, 3, 7, 15]


UNAUTHORISED = (401, fault("APIGW.0301", "Incorrect IAM authentication information"))


@EVERY
@pytest.mark.parametrize("access", [ACCESS, {**PLACE, **KEYS}], ids=["token", "keys"])
def test_unauthorised(bench, module, options, call, access):
    calls = [call.but(*UNAUTHORISED, **{"X-Request-Id": "r-1"})]
    outcome = bench.run(module, options, calls, fails=True, access=access)
    why = "the credentials were not accepted: Incorrect IAM authentication information (HTTP 401, APIGW.0301)"
    assert re.fullmatch(rf"Failed to (list|read) the .*: {re.escape(why)}\.", outcome["msg"])
    facts = outcome["api_error"]
    operations = {"listAuditDatabasesV2", "getOmUserStatus", "listClusters", AUDIT.listed, OM.listed}
    operations.update(table("LISTED").values())
    assert facts["operation"] in operations
    assert facts["resource"] in outcome["msg"]
    assert (facts["http_status"], facts["error_code"], facts["request_id"]) == (401, "APIGW.0301", "r-1")
    assert facts["error_msg"] == "Incorrect IAM authentication information"


@EVERY
@pytest.mark.parametrize("for_good", [False, True])
def test_a_password_logs_in_once_more(bench, module, options, call, for_good):
    logins = [login(token, {"id": PROJECT}) for token in ("t-1", "t-2")]
    calls = [logins[0], call.but(*UNAUTHORISED), logins[1], call.but(*UNAUTHORISED) if for_good else call]
    bench.run(module, options, calls, fails=for_good, access={**PLACE, **PASSWORD})


@EVERY
def test_a_wrong_password(bench, module, options, call):
    refusal = login("", {"id": PROJECT}).but(401, sample("createTokenByPassword.401"), **{"X-IAM-Trace-Id": "trace"})
    outcome = bench.run(module, options, [refusal], fails=True, access={**PLACE, **PASSWORD})
    assert outcome["msg"] == (
        "Failed to log in as user ops-user: the credentials were not accepted: wrong user name or password (HTTP 401)."
    )
    assert (outcome["api_error"]["operation"], outcome["api_error"]["request_id"]) == ("createTokenByPassword", "trace")


@EVERY
def test_a_bug_is_one_line(bench, monkeypatch, module, options, call):
    def boom(self, *arguments, **more):
        raise RuntimeError(f"boom with {TOKEN}")

    monkeypatch.setattr(client.Client, "call", boom)
    outcome = bench.run(module, options, [], fails=True)
    place = r"test_every_module, line \d+(, called from \w+, line \d+)+"
    assert re.fullmatch(
        rf"This is a bug in huaweicloud\.dbops \(RuntimeError at {place}\): please report it\.", outcome["msg"]
    )
    assert "exception" not in outcome
    assert "boom" not in outcome.text


# Secrets


class Echo:
    """A gateway that refuses everything and repeats what it was sent."""

    def __init__(self, secrets):
        self._secrets = secrets
        self.signatures = []

    def answer(self, request):
        """Answer a login with a token, and any other request with all its secrets."""
        if request.url.endswith("/v3/auth/tokens?nocatalog=true"):
            return 201, {"X-Subject-Token": TOKEN}, json.dumps({"token": {}})
        self.signatures += re.findall("Signature=([0-9a-f]{64})", request.headers.get("Authorization", ""))
        signed = f"Authorization: {request.headers.get('Authorization')}"
        words = f"refused {signed} {self._secrets} {signed}"
        return 403, {"X-Request-Id": self._secrets[0]}, json.dumps(fault(self._secrets[0], words))


@EVERY
@pytest.mark.parametrize("from_environment", [False, True])
@pytest.mark.parametrize(
    ("credentials", "family", "secrets"),
    [
        (KEYS, ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"), [KEYS["secret_key"], KEYS["security_token"]]),
        ({"auth_token": TOKEN}, ("HW_AUTH_TOKEN",), [TOKEN]),
        (PASSWORD, ("HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"), [PASSWORD["password"], TOKEN]),
    ],
    ids=["keys", "token", "password"],
)
def test_secrets_are_never_shown(
    bench, monkeypatch, module, options, call, credentials, family, secrets, from_environment
):
    arguments = {**PLACE, **options, "_ansible_verbosity": 4}
    if from_environment:
        for name, value in zip(family, credentials.values()):
            monkeypatch.setenv(name, value)
    else:
        arguments.update(credentials)
    echo = Echo(secrets)
    text = bench.play(module, arguments, echo, Clock())
    assert json.loads(text)["failed"] is True
    assert "refused" in text
    assert bool(echo.signatures) is (credentials is KEYS)
    for secret in [*secrets, *echo.signatures]:
        assert secret not in text


# Documentation


def _but_for_samples(entry):
    if not isinstance(entry, dict):
        return entry
    own = ("sample", "returned", "version_added")
    return {key: _but_for_samples(value) for key, value in entry.items() if key not in own}


@pytest.mark.parametrize("key", ["api_error", "project"])
def test_what_modules_share_reads_the_same_in_each(key):
    returned = {module: documentation(module, "RETURN") for module in MODULES}
    told = {module: _but_for_samples(one[key]) for module, one in returned.items() if key in one}
    first = next(iter(told))
    assert [module for module, entry in told.items() if entry != told[first]] == []
    assert len(told) > 1


def documented_options(module):
    """Return the options of a module's documentation, those of its fragments too."""
    described = documentation(module, "DOCUMENTATION")
    options = dict(described.get("options", {}))
    for fragment in described["extends_documentation_fragment"]:
        name, *part = fragment.split(".")[2:]
        source = importlib.import_module(f"{PLUGINS}.doc_fragments.{name}").ModuleDocFragment
        options.update(yaml.safe_load(getattr(source, "".join(part).upper() or "DOCUMENTATION"))["options"])
    return options


def facts(options, inner):
    """Return what documentation and argument specification must agree on."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": option.get("required", False),
            "default": option.get("default"),
            "choices": option.get("choices"),
            "aliases": option.get("aliases"),
            "inner": facts(option.get(inner) or {}, inner),
        }
        for name, option in options.items()
    }


class Seen(Exception):
    """Carries what a module hands to AnsibleModule."""


def specification(monkeypatch, module):
    """Return the arguments with which a module makes its AnsibleModule."""

    def stop(**arguments):
        raise Seen(arguments)

    monkeypatch.setattr(frame, "AnsibleModule", stop)
    with pytest.raises(Seen) as seen:
        importlib.import_module(f"{PLUGINS}.modules.{module}").main()
    return seen.value.args[0]


@pytest.mark.parametrize("module", MODULES)
def test_options_are_as_documented(monkeypatch, module):
    seen = specification(monkeypatch, module)
    assert facts(seen["argument_spec"], "options") == facts(documented_options(module), "suboptions")
    assert seen["supports_check_mode"] is True


@pytest.mark.parametrize("module", MODULES)
def test_variables_are_as_documented(module):
    variables = {name for kind in auth.METHODS.values() for family in kind.variables for name in family}
    variables.update(name for names in VARIABLES.values() for name in names)
    variables.update(["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    words = json.dumps(documented_options(module))
    assert set(re.findall(r"E\((\w+)\)", words)) == variables


@pytest.mark.parametrize("module", MODULES)
def test_examples_use_options_that_exist(module):
    for task in yaml.safe_load(importlib.import_module(f"{PLUGINS}.modules.{module}").EXAMPLES):
        used = task[f"huaweicloud.dbops.{module}"] or {}
        options = documented_options(module)
        assert set(used) <= set(options)
        for name in (name for name in used if "choices" in options[name]):
            values = used[name] if isinstance(used[name], list) else [used[name]]
            assert set(values) <= set(options[name]["choices"]), name


def test_the_action_group_has_every_module():
    runtime = yaml.safe_load((Path(__file__).parents[4] / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"all": sorted(MODULES)}


# Runs in which, together, each documented key of a result occurs: options, calls, whether the task fails.
NO = (400, fault("DBSS.10020131", "no"))
RUNS = {
    "dbss_audit_database": [
        (
            {"instance_id": AUDIT.ids[0], "all_databases": True},
            [databases(BILLING), switch(BILLING, "ON").but(200, {"status": "FAILED"})],
            True,
        )
    ],
    "dbss_audit_database_info": [
        ({}, [AUDIT.lists(ACTIVE), databases(BILLING)], False),
        ({}, [AUDIT.lists(ACTIVE), databases().but(*NO)], True),
    ],
    **{
        fleet.module: [
            ({"name": fleet.names[0]}, [fleet.lists(ACTIVE)], False),
            (
                {"instances": fleet.names[:1]},
                [fleet.lists(OFF), fleet.acts("start").but(200, {"result": "failed"})],
                True,
            ),
        ]
        for fleet in (AUDIT, OM)
    },
    "dbss_om_instance_info": [({}, [OM.lists(ACTIVE)], False), ({}, [OM.lists().but(*NO)], True)],
    "dws_cluster_info": [({}, [clusters()], False), ({}, [clusters().but(*NO)], True)],
    "dws_om_user": [
        ({"cluster_id": CLUSTER_IDS[0]}, [reads_om_user(60)], False),
        (
            {"clusters": CLUSTER_IDS[:1], "state": "extended"},
            [reads_om_user(60), om_user_acts("increaseOmUserPeriod", 0).but(200, {"error_code": 1})],
            True,
        ),
    ],
    "dws_om_user_info": [
        ({"cluster_id": CLUSTER_IDS[0]}, [reads_om_user(60)], False),
        ({"cluster_id": CLUSTER_IDS[0]}, [reads_om_user(60).but(*NO)], True),
    ],
    **table("RUNS"),
}


def paths(described, prefix=""):
    """Yield the path of each key that is described."""
    for key, description in described.items():
        yield prefix + key
        yield from paths(description.get("contains", {}), f"{prefix}{key}.")


def shown(value, prefix=""):
    """Yield the path of each key in a result."""
    for record in value if isinstance(value, list) else [value]:
        for key, content in record.items() if isinstance(record, dict) else ():
            yield prefix + key
            yield from shown(content, f"{prefix}{key}.")


@pytest.mark.parametrize("module", MODULES)
def test_what_is_documented_is_returned(bench, module):
    seen = set()
    for options, calls, fails in RUNS[module]:
        seen.update(shown(bench.run(module, options, calls, fails=fails).result))
    assert set(paths(documentation(module, "RETURN"))) <= seen
