# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever comes from outside: a module ends normally or with one clear failure, never with anything else."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator.documents import HERE
from tests.faults import matrix, stage

SAMPLES = HERE / "contract" / "samples"
PLACE = {
    "HW_REGION_NAME": "cn-north-4",
    "HW_ENDPOINTS": json.dumps(dict.fromkeys(("iam", "dbss", "dws"), "http://127.0.0.1:1")),
}
BY_KEY = {
    **PLACE,
    "HW_ACCESS_KEY": "EXAMPLEACCESSKEY0001",
    "HW_SECRET_KEY": "example-secret-key",
    "HW_PROJECT_ID": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
}
BY_PASSWORD = {
    **PLACE,
    "HW_USER_NAME": "ops-user",
    "HW_USER_PASSWORD": "example-password",
    "HW_DOMAIN_NAME": "example-account",
}
TASKS = [
    *((case.module, case.options) for case in matrix.CASES),
    ("dbss_audit_instance", {"instances": [matrix.AUDIT_ON, "audit-prod"], "state": "restarted"}),
    ("dbss_audit_database", {"instance_name": "audit-prod", "all_databases": True, "state": "disabled"}),
    ("dws_om_user", {"clusters": [matrix.CLUSTER_WITH, "dws-prod"], "state": "absent"}),
    (
        "dbss_audit_database_registration",
        {"instance_name": "audit-prod", "databases": [{"rds_name": "rds-payments", "agent_free": True}]},
    ),
    ("dbss_encrypt_instance", {"instances": ["encrypt-prod"], "state": "stopped"}),
    ("dbss_encrypt_instance_info", {}),
    ("dbss_audit_rule_info", {"details": True}),
    ("dbss_audit_policy_info", {}),
    ("dbss_audit_policy_info", {"declared": [{"instance": "audit-prod", "power": "started", "tags": {}}]}),
    ("dbss_audit_agent_info", {}),
    ("dbss_audit_settings_info", {}),
    ("dbss_rds_candidate_info", {}),
    ("dbss_catalog_info", {}),
    ("dbss_audit_instance_info", {"gather": ["tags", "upgrade"], "tags": {"env": "prod"}}),
    ("dbss_om_instance", {"instances": ["om-prod"], "state": "absent"}),
    ("dws_cluster", {"clusters": ["dws-prod"], "state": "started"}),
    ("dbss_audit_database_info", {}),
    ("dbss_om_instance_info", {}),
    ("dws_cluster_info", {}),
    ("dws_om_user_info", {}),
]

# What the contract's samples answer, by the end of the address.
ANSWERS = [
    (
        re.compile(pattern),
        [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob(f"{name}.json"))],
    )
    for pattern, name in [
        ("/auth/tokens", "createTokenByPassword.201.project_scope"),
        ("/projects", "listProjects.200"),
        ("/dbss/audit/instances", "listAuditInstances.200*"),
        ("/tags", "listTags.200*"),
        ("/resource-instances/filter", "filterInstancesByTag.200*"),
        ("/upgrade/status", "listAuditUpgrades.200*"),
        ("/upgrade$", "upgradeAuditInstance.200*"),
        ("/audit/(instance|security-group)", "updateAuditInstanceNew.200*"),
        ("/(db-om|db-encrypt)/[^/]+/security-group", "setEncryptSecurityGroups.200*"),
        ("/(db-om|db-encrypt)/[^/]+/(name|eip|password)", "renameEncryptInstance.200*"),
        ("/clusters/[^/]+/(start|stop)", "startCluster.200*"),
        ("/clusters/[^/]+/restart", "restartCluster.200*"),
        ("/job/", "getJob.200*"),
        ("/db-om/instances", "listOmInstances.200*"),
        ("/db-encrypt/instances", "listEncryptInstances.200*"),
        ("/databases/switch", "switchAuditDatabaseV3.200*"),
        ("/rule/risk/rank", "rankRiskRule.200*"),
        ("/rule/(risk|scopes)/(switch|batch-delete)", "switchRiskRulesNew.200*"),
        ("/v2/.*/rule/risk/[^/]+$", "getRiskRuleNew.200*"),
        ("/rule/risk$", "listRiskRulesNew.200*"),
        ("/rule/scopes$", "listScopesNew.200*"),
        ("/whitelists$", "listWhitelists.200*"),
        ("/whitelists/", "switchRiskRulesNew.200*"),
        ("/rule/sqls$", "listSqlInjectionRulesNew.200*"),
        ("/mask/rule$", "listMaskRulesNew.200*"),
        ("/rule/sql/|/mask/rule/", "switchRiskRulesNew.200*"),
        ("/rule/(risk|scopes)/[^/]+$", "updateScope.200*"),
        ("/agents(/[^/]+)?$|/agent/switch", "listAgentsV3.200"),
        ("/common-settings", "getLogRetention.200*"),
        ("/alarm/topic", "getAlarmTopicNew.200*"),
        ("/sensitive/.*/switch$", "getMaskAll.200*"),
        ("/audit/quota", "getAuditQuotaNew.200*"),
        ("/instance/quota", "getInstanceQuota.200*"),
        ("/specification", "listAuditSpecificationsNew.200*"),
        ("/availability-zone", "listAuditAvailabilityZonesNew.200*"),
        ("/databases/rds", "addRdsDatabaseV3.200"),
        ("/databases", "listAuditDatabasesV2.200"),
        ("/om-user/status", "getOmUserStatus.200*"),
        ("/om-user/action", "runOmUserAction.200*"),
        ("/clusters", "listClusters.200"),
        ("/(start|stop|reboot)", "rebootAuditInstance.200"),
    ]
]
assert all(each[1] for each in ANSWERS)

GONE = "gone"  # in the place of a value: the key is missing too
DAMAGE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            GONE,
            [],
            {},
            [{}],
            {"error_code": 1},
            "ACTIVE",
            "SHUTOFF",
            "ON",
            "OFF",
            "NO_TASK",
            -1,
            10**30,
            "9" * 400,
            "\ud800",
        ]
    )
)
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "Location", "Content-Type", "X-Request-Id"]),
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)
    | st.sampled_from(
        [
            "-1",
            "0",
            "5",
            "1e3",
            "99999999999999999999",
            "٣",
            "Sun, 22 Nov 2026 05:00:00 GMT",
            "Sun, 99 Nov 0000 99:00:00 GMT",
        ]
    )
    | st.sampled_from(["http://[", "//", "https://elsewhere.example.com:x/", "text/html; charset=nonsense"]),
)


class Answer(NamedTuple):
    """How a service answers: a sample of the contract, damaged or not, or something else, or not at all."""

    kind: str
    status: int
    headers: dict[str, str]
    sample: int
    place: list[int]
    damage: Any
    junk: bytes

    def to(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        """Return the answer to a request, or raise what comes instead."""
        headers = {"X-Subject-Token": "a-token", **self.headers}
        if self.kind in ERRORS:
            raise ERRORS[self.kind]
        if self.kind == "junk":
            return self.status, headers, self.junk
        path = request.url.partition("?")[0]
        samples = next(samples for pattern, samples in ANSWERS if pattern.search(path))
        value = samples[self.sample % len(samples)]
        if self.kind == "damaged":
            value = damaged(value, self.place, self.damage)
        status = self.status if self.kind == "refused" else 200
        return status, headers, json.dumps(value).encode()


ERRORS = {
    error.__name__: error(*arguments)
    for error, *arguments in [
        (requests.exceptions.ConnectionError, "broken"),
        (requests.exceptions.ConnectTimeout,),
        (requests.exceptions.ReadTimeout, "late"),
        (requests.exceptions.ChunkedEncodingError, "cut"),
        (requests.exceptions.ContentDecodingError, "no gzip"),
        (requests.exceptions.SSLError, "no certificate"),
        (requests.exceptions.ProxyError, "no proxy"),
        (requests.exceptions.InvalidURL, "no address"),
    ]
}


def damaged(value: Any, place: list[int], damage: Any) -> Any:
    """Return JSON with the value at a place replaced, or GONE; the place says which child to take at each level."""
    if not place or not isinstance(value, (dict, list)) or not value:
        return damage
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[place[0] % len(keys)]
    changed = damaged(value[key], place[1:], damage)
    if isinstance(value, list):
        return [*value[:key], changed, *value[key + 1 :]]
    return {name: one for name, one in {**value, key: changed}.items() if one is not GONE}


ANSWER = st.builds(
    Answer,
    st.sampled_from(["good", "good", "damaged", "damaged", "damaged", "refused", "junk", *ERRORS]),
    st.integers(200, 599),
    HEADERS,
    st.integers(0, 9),
    st.lists(st.integers(0, 30), max_size=6),
    DAMAGE,
    st.binary(max_size=40)
    | DAMAGE.map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"", b"[" * 100_000, b"<html><title>", b"<title>\xff&#0;</title>", b"\xef\xbb\xbf{}", b"NaN"]),
)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
many = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def play(
    module: str, options: dict[str, Any], variables: dict[str, str], answer: Callable[[Any], Any]
) -> stage.Outcome:
    """Run a module whose requests a function answers."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as service:
        for method in ("GET", "POST"):
            service.add_callback(method, re.compile(".*"), answer)
        return stage.run(module, options, variables, stage.fast())


def in_turn(answers: list[Answer]) -> Callable[[Any], Any]:
    """Return a function that gives the answers in this order, the last one over and over."""
    lock, left = threading.Lock(), list(answers)

    def answer(request: Any) -> Any:
        with lock:
            following = left.pop(0) if len(left) > 1 else left[0]
        return following.to(request)

    return answer


def check(outcome: stage.Outcome) -> None:
    """Fail unless a run ended normally or with one clear failure."""
    assert outcome.text.strip().splitlines()[-1] == outcome.text.splitlines()[-1]
    assert "Traceback" not in outcome.text
    assert not outcome.failed or outcome.message
    assert outcome.failed or isinstance(outcome.result["changed"], bool)


WAITS = {"wait_timeout": 30}
RICHEST = {pattern: max(samples, key=lambda sample: len(str(sample))) for pattern, samples in ANSWERS}


def places(value: Any) -> Iterator[list[int]]:
    """Yield the place of each value in JSON, of lists only the first row's."""
    yield []
    children = list(value.values()) if isinstance(value, dict) else value[:1] if isinstance(value, list) else []
    for number, child in enumerate(children):
        yield from ([number, *place] for place in places(child))


@pytest.mark.parametrize(("module", "options"), dict(TASKS).items(), ids=dict(TASKS))
@pytest.mark.parametrize("damage", [GONE, None, [], 0, "x"], ids=repr)
def test_each_value_of_each_answer_damaged(module, options, damage):
    waits = {} if module.endswith("_info") else {"wait_timeout": 3}
    asked: set[re.Pattern[str]] = set()

    def answer(request: Any) -> Any:
        pattern = next(each[0] for each in ANSWERS if each[0].search(request.url.partition("?")[0]))
        asked.add(pattern)
        value = damaged(RICHEST[pattern], place, damage) if pattern is spoilt else RICHEST[pattern]
        return 200, {}, json.dumps(value)

    spoilt: re.Pattern[str] | None = None
    check(play(module, {**waits, **options}, BY_KEY, answer))
    for spoilt in tuple(asked):
        for place in places(RICHEST[spoilt]):  # noqa: B007 - for answer()
            check(play(module, {**waits, **options}, BY_KEY, answer))


@pytest.mark.parametrize(("module", "options"), TASKS, ids=lambda value: str(value)[:60])
@many
@given(answers=st.lists(ANSWER, min_size=1, max_size=6))
def test_answers(module, options, answers):
    waits = {} if module.endswith("_info") else WAITS
    check(play(module, {"max_retries": 2, **waits, **options}, BY_KEY, in_turn(answers)))


@many
@given(answers=st.lists(ANSWER, min_size=1, max_size=4))
def test_answers_to_a_login(answers):
    check(play("dws_cluster_info", {"max_retries": 2}, BY_PASSWORD, in_turn(answers)))


TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
# What is no number at all, ansible-core refuses in its own words, or not even that: those are not this project's.
NUMBERS = {
    **dict.fromkeys(["request_timeout", "wait_timeout", "wait_sleep"], st.floats() | st.integers()),
    **dict.fromkeys(["max_retries", "concurrency"], st.integers()),
}
GOOD = in_turn([Answer("good", 200, {}, 0, [], None, b"")])


@many
@given(
    names=st.lists(TEXT | st.sampled_from([matrix.AUDIT_ON, "audit-prod", "../x", "%2e%2e"]), max_size=4),
    numbers=st.fixed_dictionaries({}, optional=NUMBERS),
)
def test_options_of_instances(names, numbers):
    for options in ({"instances": names}, {"name": "".join(names)}, {"instance_id": "".join(names)}):
        check(play("dbss_audit_instance", {**options, **numbers}, BY_KEY, GOOD))


@many
@given(
    validity=TEXT | st.from_regex(r"([0-9]{0,12}[dhms]){0,5}", fullmatch=True),
    cluster=TEXT | st.just(matrix.CLUSTER_WITH),
)
def test_options_of_accounts(validity, cluster):
    options = {"cluster_id": cluster, "min_validity": validity, "_ansible_check_mode": True}
    check(play("dws_om_user", options, BY_KEY, GOOD))


ADDRESSES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "", "ftp://", "//", "https:", "HTTPS://"]),
    st.sampled_from(["localhost", "[::1]", "[", "user:word@localhost", "a..b", "ä.example", "x" * 70, "127.0.0.1", ""]),
    st.sampled_from(["", ":1", ":99999", ":x", ":-1", ":"]),
    st.sampled_from(["", "/", "/a b", "?x", "#x", "/%", "/ä", "//"]),
)


@many
@given(
    variables=st.fixed_dictionaries(
        {},
        optional={
            "HW_ENDPOINTS": ADDRESSES.map("dbss={}".format) | ADDRESSES.map(lambda url: json.dumps({"dbss": url})),
            "HW_REGION_NAME": TEXT,
            "HW_CLOUD": TEXT,
            "HW_PROJECT_ID": TEXT,
            "HW_PROJECT_NAME": TEXT,
            "HW_MAX_RETRIES": st.integers().map(str),
            "HW_ACCESS_KEY": TEXT,
            "HW_SECRET_KEY": TEXT,
            "HW_SECURITY_TOKEN": TEXT,
            "HW_AUTH_TOKEN": TEXT,
        },
    )
)
def test_variables(variables):
    variables = {**BY_KEY, **variables}
    outcome = play("dbss_audit_instance_info", {}, variables, GOOD)
    # A secret of one letter is hidden in every word, so that sentences are only read where there is none.
    secrets = ("HW_SECRET_KEY", "HW_SECURITY_TOKEN", "HW_AUTH_TOKEN")
    if all(len(variables.get(name, BY_KEY["HW_SECRET_KEY"])) > 8 for name in secrets):
        check(outcome)
