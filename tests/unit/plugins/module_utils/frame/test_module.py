# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame import module as module_module
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame, Surroundings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    REFUSED,
    ApiError,
    Facts,
    StateError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    REFUSE,
    WAIT,
    Action,
    Goal,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

ACCESS = {"auth_token": "a-token", "region": "cn-north-4", "project_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}
THINGS = f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{ACCESS['project_id']}/things"
READ = Operation("listThings", "dbss", "GET", "/v1/{project_id}/things", "list")
ACT_ON = Operation("stopThing", "dbss", "POST", "/v1/{project_id}/things", "stop", acts=True)
NO = ApiError("stopLamp", "switch on", "lamp a", "not now (HTTP 409)", Facts(409, "X.1", "not now", "r-1"), REFUSED)
FACTS = NO.result()["api_error"]


@pytest.fixture
def run(capsys, clock, monkeypatch):
    """Return the function that runs a body as a module, and returns what it printed as its result."""
    monkeypatch.setattr(Frame, "clock", clock)
    monkeypatch.setattr(warnings, "_global_warnings", {})

    def play(body, options=(), own=None, acts=True, check=False, diff=False, **constraints):
        arguments = {**ACCESS, **dict(options), "_ansible_check_mode": check, "_ansible_diff": diff}
        with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
            with Frame(own or {}, acts=acts, **constraints) as frame:
                body(frame)
            pytest.fail("the module did not end")
        result = json.loads(capsys.readouterr().out)
        assert ended.value.code == (1 if result.get("failed") else 0)
        return result

    return play


def without_invocation(result):
    return {key: value for key, value in result.items() if key not in ("invocation", "exception")}


class EndedError(BaseException):
    """What ends a module from outside, such as the timeout of its task."""


@pytest.mark.parametrize(
    ("accepted", "lost", "sentences"),
    [
        (0, False, []),
        (1, False, ["Accepted before the end, and not waited for: stop thing 0."]),
        (0, True, ["Sent before the end, with an outcome that is unknown: stop thing 0."]),
        (
            2,
            True,
            [
                "Accepted before the end, and not waited for: stop thing 0, stop thing 1. "
                "Sent before the end, with an outcome that is unknown: stop thing 2."
            ],
        ),
    ],
)
def test_ended_from_outside(http, clock, monkeypatch, accepted, lost, sentences):
    def end(request):
        raise EndedError

    told = []
    monkeypatch.setattr(Frame, "clock", clock)
    monkeypatch.setattr(Frame, "surroundings", Surroundings(tell=told.append))
    http.post(THINGS, status=409, json={})
    for _number in range(accepted):
        http.post(THINGS, json={})
    if lost:
        http.add_callback("POST", THINGS, end)
    with patch_module_args(ACCESS), pytest.raises(EndedError), Frame({}, acts=True) as frame:
        with pytest.raises(ApiError):
            frame.client.call(ACT_ON, "a thing that is refused", dict)
        for number in range(accepted + lost):
            frame.client.call(ACT_ON, f"thing {number}", dict)
        raise EndedError
    assert told == [f"{sentence} Look at their state before you run this again." for sentence in sentences]


# --- Options, and how a module ends ----------------------------------------------------------------------------------


def test_state_modules_have_the_wait_options_and_info_modules_do_not(run):
    waits = {"wait": True, "wait_sleep": 5.0, "wait_timeout": 600.0}
    seen = []

    def body(frame):
        seen.append({name: frame.options.get(name) for name in waits})
        frame.exit()

    run(body)
    run(body, acts=False)
    assert seen == [waits, dict.fromkeys(waits)]


def test_own_options_and_constraints(run):
    own = {"name": {"type": "str"}, "thing_id": {"type": "str"}}
    constraints = {"mutually_exclusive": [("name", "thing_id")]}
    result = run(lambda frame: frame.exit(name=frame.options["name"]), {"name": "one"}, own, **constraints)
    assert result["name"] == "one"
    result = run(lambda frame: frame.exit(), {"name": "one", "thing_id": "1"}, own, **constraints)
    assert "mutually exclusive" in result["msg"]


def test_good_end(run):
    result = run(lambda frame: frame.exit(changed=True, things=[1]))
    assert without_invocation(result) == {"changed": True, "things": [1]}
    assert run(lambda frame: frame.exit())["changed"] is False


def raising(error):
    def body(frame):
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "more"), [(UsageError("No."), {}), (StateError("No."), {}), (NO, {"api_error": FACTS})]
)
def test_expected_error_is_one_sentence_and_its_facts(run, error, more):
    result = run(raising(error))
    assert without_invocation(result) == {"failed": True, "msg": str(error), **more}


def test_bug_is_told_in_one_line_without_its_words(run):
    result = run(raising(ValueError("s3cret")))
    assert result["msg"].startswith("This is a bug in huaweicloud.dbops (ValueError at test_module, line ")
    assert result["msg"].endswith("): please report it.")
    assert "s3cret" not in str(result)


def test_interrupt_is_no_failure(clock):
    with patch_module_args(ACCESS), pytest.raises(KeyboardInterrupt), Frame({}):
        raise KeyboardInterrupt


def test_requests_is_missing(run, monkeypatch):
    monkeypatch.setattr(module_module, "REQUESTS_IMPORT_ERROR", "Traceback …")
    result = run(lambda frame: pytest.fail("the body ran"))
    assert "Failed to import the required Python library (requests)" in result["msg"]


# --- The client ------------------------------------------------------------------------------------------------------


def calling(operation):
    def body(frame):
        frame.exit(answer=frame.client.call(operation, "the things", lambda payload: payload))

    return body


def test_client_reads(run, http):
    http.get(THINGS, json={"total": 3})
    assert run(calling(READ))["answer"] == {"total": 3}


@pytest.mark.parametrize(
    ("acts", "check", "allowed"),
    [(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_only_state_modules_act_and_not_in_check_mode(run, http, acts, check, allowed):
    if allowed:
        http.post(THINGS, json={})
    result = run(calling(ACT_ON), acts=acts, check=check)
    assert ("must not be called here" in result.get("msg", "")) != allowed


def test_client_is_made_once_and_closed(run):
    kept = []

    def body(frame):
        kept.append(frame.client)
        assert frame.client is kept[0]
        kept[0].close = lambda: kept.append("closed")
        frame.exit()

    run(body)
    assert kept[1:] == ["closed"]


def test_secrets_are_never_shown(run, http, sample):
    login = {"auth_token": None, "user_name": "ops", "password": "s3cret", "domain_name": "company"}
    http.post(
        "https://iam.cn-north-4.myhuaweicloud.com/v3/auth/tokens",
        status=201,
        json=sample("createTokenByPassword.201.project_scope"),
        headers={"X-Subject-Token": "an-issued-token"},
    )
    http.get(THINGS, json={"echo": ["s3cret", "an-issued-token"]})
    result = run(calling(READ), login)
    assert "answer" in result
    assert "s3cret" not in str(result)
    assert "an-issued-token" not in str(result)


def test_warning_about_certificates(run, http):
    http.get(THINGS, json={})
    result = run(calling(READ), {"validate_certs": False})
    assert "Certificates are not verified: validate_certs is false." in str(result["warnings"])


def test_start_of_the_wait(run, clock):
    kept = []

    def body(frame):
        poll = frame.start_waiting()
        kept.extend([poll.deadline, frame.client.deadline, frame.client.retry_busy])
        poll.pause(60)
        kept.append(clock.sleeps)
        frame.exit()

    clock.time = 5.0
    run(body, {"wait_timeout": 30, "wait_sleep": 2, "wait": False})
    assert kept == [35.0, 35.0, False, [30.0]]


# --- Reports ---------------------------------------------------------------------------------------------------------


class Lamps(Resource):
    """Lamps by their names; C(broken) cannot be switched on, C(stuck) refuses, C(shy) is never seen being rung."""

    noun = Noun("lamp", "lamps")
    actions = {"on": Action(again=True), "ring": Action(again=False, unseen="assume")}  # noqa: RUF012
    goal = Goal("cannot be lit", "did not light up")
    advice = "Look."

    def __init__(self, *names):
        self.records = {name: {"id": name, "name": f"lamp-{name}", "on": name == "lit"} for name in names}
        self._rung = set()

    def read(self, keys):
        return {key: dict(self.records[key]) for key in keys}

    def plan(self, record, past):
        name = record["id"]
        if name == "broken":
            return Step(REFUSE, reason="is broken")
        if name in ("shy", "bell"):
            return Step(DONE) if past.taken else Step(ACT, "ring")
        if name == "slow":
            return Step(WAIT, reason="is warming up")
        return Step(DONE) if record["on"] else Step(ACT, "on")

    def act(self, record, action):
        if record["id"] == "stuck":
            raise NO
        if record["id"] == "bell":
            return {**record, "rings": True}
        self.records[record["id"]]["on"] = action == "on"
        return None

    def took(self, before, record, action):
        return record.get("rings", False) if action == "ring" else record["on"]

    def predict(self, record, action):
        return {**record, "on": True}

    def view(self, record):
        return {"on": record.get("on")}


def settling(*names, report="one"):
    def body(frame):
        lamps = Lamps(*names)
        poll = frame.start_waiting()
        tracks = frame.converge(lamps, lamps.read(list(names)), poll)
        if report == "one":
            frame.report_one(lamps, tracks[0], "lamp")
        frame.report_all(lamps, tracks, "lamps", "failed_lamps")

    return body


HEADERS = dict.fromkeys(["before_header", "after_header"], "lamp lamp-dark (dark)")


def lamp(name, on=True):
    return {"id": name, "name": f"lamp-{name}", "on": on}


@pytest.mark.parametrize(
    ("name", "how", "expected"),
    [
        pytest.param("lit", {}, {"changed": False, "lamp": lamp("lit"), "actions": []}, id="right already"),
        pytest.param("lit", {"diff": True}, {"changed": False, "lamp": lamp("lit"), "actions": []}, id="no diff"),
        pytest.param("dark", {}, {"changed": True, "lamp": lamp("dark"), "actions": ["on"]}, id="changed"),
        pytest.param(
            "dark",
            {"diff": True},
            {
                "changed": True,
                "lamp": lamp("dark"),
                "actions": ["on"],
                "diff": {**HEADERS, "before": '{\n    "on": false\n}\n', "after": '{\n    "on": true\n}\n'},
            },
            id="diff",
        ),
        pytest.param(
            "dark",
            {"diff": True, "check": True},
            {
                "changed": True,
                "lamp": lamp("dark"),
                "actions": ["on"],
                "diff": {**HEADERS, "before": '{\n    "on": false\n}\n', "after": '{\n    "on": true\n}\n'},
            },
            id="check mode",
        ),
        pytest.param(
            "dark",
            {"diff": True, "options": {"wait": False}},
            {
                "changed": True,
                "lamp": lamp("dark", on=False),
                "actions": ["on"],
                "diff": {**HEADERS, "before": '{\n    "on": false\n}\n', "after": '{\n    "on": true\n}\n'},
            },
            id="without waiting",
        ),
        pytest.param(
            "bell",
            {"diff": True},
            {
                "changed": True,
                "lamp": {**lamp("bell", on=False), "rings": True},
                "actions": ["ring"],
                "diff": {
                    "before_header": "lamp lamp-bell (bell)",
                    "after_header": "lamp lamp-bell (bell)",
                    "before": '{\n    "on": false\n}\n',
                    "after": '{\n    "on": false,\n    "actions": [\n        "ring"\n    ]\n}\n',
                },
            },
            id="no other trace",
        ),
        pytest.param(
            "broken",
            {},
            {
                "failed": True,
                "changed": False,
                "msg": "Lamp lamp-broken (broken) cannot be lit: it is broken (on False).",
                "lamp": lamp("broken", on=False),
                "actions": [],
            },
            id="out of reach",
        ),
        pytest.param(
            "stuck",
            {},
            {
                "failed": True,
                "changed": False,
                "msg": str(NO),
                "api_error": FACTS,
                "lamp": lamp("stuck", on=False),
                "actions": [],
            },
            id="refused",
        ),
        pytest.param(
            "slow",
            {"options": {"wait_timeout": 3}},
            {
                "failed": True,
                "changed": False,
                "msg": "Lamp lamp-slow (slow) did not light up within 3 s; last seen: on False.",
                "lamp": lamp("slow", on=False),
                "actions": [],
            },
            id="time is over",
        ),
    ],
)
def test_report_of_one(run, name, how, expected):
    assert without_invocation(run(settling(name), **how)) == expected


def test_failure_after_an_action_is_a_change(run, monkeypatch):
    monkeypatch.setattr(Lamps, "took", lambda self, before, record, action: False)
    result = run(settling("dark"), {"wait_timeout": 3})
    assert (result["failed"], result["changed"], result["actions"]) == (True, True, ["on"])


def test_warnings_are_passed_on(run):
    result = run(settling("shy"))
    assert "ring of lamp lamp-shy (shy) was accepted, but the listing never showed it" in str(result["warnings"])


def test_report_of_all(run):
    result = run(settling("lit", "dark", report="all"))
    assert without_invocation(result) == {
        "changed": True,
        "lamps": [
            {**lamp("lit"), "changed": False, "actions": []},
            {**lamp("dark"), "changed": True, "actions": ["on"]},
        ],
        "failed_lamps": [],
    }


def test_report_of_all_with_failures(run):
    result = run(settling("stuck", "dark", "broken", report="all"), diff=True)
    broken = "Lamp lamp-broken (broken) cannot be lit: it is broken (on False)."
    assert without_invocation(result) == {
        "failed": True,
        "changed": True,
        "msg": f"2 of 3 lamps failed. {NO} {broken}",
        "api_error": FACTS,
        "lamps": [
            {**lamp("stuck", on=False), "changed": False, "actions": []},
            {**lamp("dark"), "changed": True, "actions": ["on"]},
            {**lamp("broken", on=False), "changed": False, "actions": []},
        ],
        "failed_lamps": [
            {"id": "stuck", "name": "lamp-stuck", "error": str(NO), "api_error": FACTS},
            {"id": "broken", "name": "lamp-broken", "error": broken},
        ],
        "diff": {
            **HEADERS,
            "before": '{\n    "lamp lamp-dark (dark)": {\n        "on": false\n    }\n}\n',
            "after": '{\n    "lamp lamp-dark (dark)": {\n        "on": true\n    }\n}\n',
        },
    }


def test_header_of_a_diff_of_several_counts_them(run):
    diff = run(settling("dark", "bell", report="all"), diff=True)["diff"]
    assert (diff["before_header"], diff["after_header"]) == ("2 lamps", "2 lamps")
    assert list(json.loads(diff["after"])) == ["lamp lamp-dark (dark)", "lamp lamp-bell (bell)"]


@pytest.mark.parametrize("report", ["one", "all"])
def test_diff_shows_letters_and_no_control_characters(run, monkeypatch, report):
    name = "订单\nok: done\x1b[2J\u202e\ud800"
    monkeypatch.setattr(Lamps, "view", lambda self, record: {"name": record["name"], "on": record["on"]})
    monkeypatch.setattr(Lamps, "read", lambda self, keys: {"dark": {"id": "dark", "name": name, "on": False}})
    diff = run(settling("dark", report=report), {"wait": False}, diff=True)["diff"]
    assert diff["before_header"] == r"lamp 订单\nok: done\u001b[2J\u202e\ud800 (dark)"
    assert r'"name": "订单\nok: done\u001b[2J\u202e\ud800"' in diff["before"]
    assert all(c.isprintable() or c == "\n" for side in diff.values() for c in side)


def test_report_of_nothing(run):
    result = run(settling(report="all"), diff=True)
    assert without_invocation(result) == {"changed": False, "lamps": [], "failed_lamps": []}


def test_report_of_one_in_a_list_names_no_count(run):
    assert run(settling("stuck", report="all"))["msg"] == str(NO)


def test_record_that_was_never_read_is_only_among_the_failures(run):
    def body(frame):
        lamps = Lamps("dark")
        tracks = frame.converge(lamps, {"gone": NO, **lamps.read(["dark"])}, frame.start_waiting())
        frame.report_all(lamps, tracks, "lamps", "failed_lamps")

    result = run(body)
    assert [row["id"] for row in result["lamps"]] == ["dark"]
    assert result["failed_lamps"] == [{"id": "gone", "name": None, "error": str(NO), "api_error": FACTS}]
    assert (result["changed"], result["msg"]) == (True, f"1 of 2 lamps failed. {NO}")


def test_many_failures_are_not_all_spelled_out(run):
    errors = [StateError(f"Error {number}.") for number in range(25)]
    result = run(lambda frame: frame.report_failures(errors, 30, "lamps", True, {"lamps": []}))
    assert result["msg"].startswith("25 of 30 lamps failed. Error 0. Error 1. ")
    assert result["msg"].endswith(" Error 19. And 5 more.")
    assert (result["changed"], result["lamps"]) == (True, [])


def test_twenty_failures_are_all_spelled_out(run):
    errors = [StateError(f"Error {number}.") for number in range(20)]
    result = run(lambda frame: frame.report_failures(errors, 20, "lamps", False, {}))
    assert result["msg"].endswith(" Error 19.")


def reading(*names):
    def read(parent):
        if parent["id"] == "stuck":
            raise NO
        return [{"lamp": parent["id"], "number": number} for number in range(2)]

    def body(frame):
        frame.report_readings(Lamps.noun, [lamp(name) for name in names], {"switches": read}, "failed_lamps")

    return body


def test_readings(run):
    result = run(reading("lit", "dark"), acts=False)
    rows = [{"lamp": name, "number": number} for name in ("lit", "dark") for number in range(2)]
    assert without_invocation(result) == {"changed": False, "switches": rows, "failed_lamps": []}


def test_readings_with_a_failure_report_the_rest(run):
    result = run(reading("lit", "stuck"), acts=False)
    assert without_invocation(result) == {
        "failed": True,
        "changed": False,
        "msg": f"1 of 2 lamps failed. {NO}",
        "api_error": FACTS,
        "switches": [{"lamp": "lit", "number": 0}, {"lamp": "lit", "number": 1}],
        "failed_lamps": [{"id": "stuck", "name": "lamp-stuck", "error": str(NO), "api_error": FACTS}],
    }


def test_row_of_a_failure_has_the_keys_that_the_noun_has():
    account = Noun("account", "accounts", id_key="cluster_id", name_key="")
    row = module_module.failure(account, {"cluster_id": "1", "status": "on"}, StateError("No."))
    assert row == {"cluster_id": "1", "error": "No."}
