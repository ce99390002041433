# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dws_om_user: the grammar of durations, the plan, and every call."""

from __future__ import annotations

import json

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import account
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import ACT, DONE, NOTHING_YET, Past
from ansible_collections.huaweicloud.dbops.plugins.modules.dws_om_user import parse_validity, plan, predict, took
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plugins.modules.calls import (
    CLUSTER_IDS,
    CLUSTERS,
    HOUR,
    PERIOD,
    clusters,
    om_user_acts,
    om_user_record,
    reads_om_user,
)
from tests.unit.plugins.modules.harness import (
    ACCESS,
    ASKED,
    BAD_GATEWAY,
    GATEWAY_PAGE,
    NOW,
    PROJECT,
    REGION,
    Bench,
    Clock,
    fault,
    refused,
    reset,
    sample,
    text_diff,
    timeout,
    together,
)

MODULE = "dws_om_user"
CLUSTER = CLUSTER_IDS[0]
ACCOUNT = f"the O&M account of cluster {CLUSTER}"
NAMED = f"O&M account of cluster dws-prod ({CLUSTER})"
HOST = f"https://dws.{REGION}.myhuaweicloud.com"
ADVICE = "Look at its expiry (dws_om_user_info) before you run this again."
DAY = 24 * HOUR
ADD, DELETE, EXTEND = "addOmUser", "deleteOmUser", "increaseOmUserPeriod"
BUSY = (403, sample("runOmUserAction.403.busy"))


def keep(bench, calls, fails=False, how=None, **options):
    """Run the module for the first cluster, by its ID unless the options name others."""
    chosen = {} if {"cluster_name", "clusters"} & set(options) else {"cluster_id": CLUSTER}
    return bench.run(MODULE, {**chosen, **options}, calls, fails=fails, **(how or {}))


# The grammar of min_validity


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", DAY),
        ("1d", DAY),
        ("1d12h30m10s", DAY + 12 * HOUR + 30 * 60 + 10),
        ("90m", 90 * 60),
        ("1d1s", DAY + 1),
        ("036h", 36 * HOUR),
        ("0s", 0),
        ("30d", 30 * DAY),
        ("720h", 30 * DAY),
        ("2592000s", 30 * DAY),
        ("29d23h59m60s", 30 * DAY),
    ],
)
def test_duration(text, seconds):
    assert parse_validity(text) == seconds * 1000


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "24", "h", "d1", "1h1d", "1h 30m", " 1h", "1h\n", "-1h", "+1h", "1.5h", "1H", "1w", "1h1h"],
        *["\u0663h", "\u00b2h"],  # digits, but not ours
        "0" * 40 + "s",
    ],
)
def test_no_duration(text):
    with pytest.raises(UsageError) as error:
        parse_validity(text)
    assert str(error.value) == f"min_validity {text!r} is not a duration such as 24h or 1d12h30m10s."


@pytest.mark.parametrize("text", ["31d", "30d1s", "721h", "2592001s", "9" * 39 + "d"])
def test_too_long_a_duration(text):
    with pytest.raises(UsageError, match="is longer than 30 days"):
        parse_validity(text)


@given(st.tuples(*[st.integers(0, most) for most in (29, 23, 59, 59)]).filter(any))
def test_every_duration(parts):
    days, hours, minutes, seconds = parts
    text = "".join(f"{part}{unit}" for part, unit in zip(parts, "dhms") if part)
    assert parse_validity(text) == (days * DAY + hours * HOUR + minutes * 60 + seconds) * 1000


# The plan, the look back and the look ahead

BEGIN = int(NOW * 1000)
OFF = account(CLUSTER, None, NOW)


def until(milliseconds):
    """Return an account that expires so many milliseconds from the beginning."""
    return account(CLUSTER, BEGIN + milliseconds, NOW)


@pytest.mark.parametrize(
    ("record", "wanted", "taken", "min_validity", "action"),
    [
        (OFF, "present", (), 0, ADD),
        (OFF, "present", (), DAY * 1000, ADD),
        (until(1), "present", (), 0, ""),
        (until(0), "present", (), 0, EXTEND),
        (until(-DAY * 1000), "present", (), 0, EXTEND),
        (until(5000), "present", (), 5000, ""),
        (until(4999), "present", (), 5000, EXTEND),
        (until(4999), "present", (EXTEND,), 5000, EXTEND),
        (until(4999), "present", (ADD, EXTEND), 5000, EXTEND),
        (OFF, "absent", (), 0, ""),
        (until(1), "absent", (), 0, DELETE),
        (until(-1), "absent", (), 0, DELETE),
        (OFF, "extended", (), 0, ADD),
        (until(1), "extended", (), 0, EXTEND),
        (until(-1), "extended", (), 0, EXTEND),
        (until(1), "extended", (ADD,), 0, EXTEND),
        (until(1), "extended", (EXTEND,), 0, ""),
        (until(1), "extended", (ADD, EXTEND), 0, ""),
    ],
)
def test_plan(record, wanted, taken, min_validity, action):
    step = plan(record, wanted, Past(taken), min_validity, BEGIN)
    assert (step.verdict, step.action) == (ACT if action else DONE, action)


@pytest.mark.parametrize(
    ("before", "after", "action", "expected"),
    [
        (OFF, until(1), ADD, True),
        (OFF, OFF, ADD, False),
        (until(1), OFF, DELETE, True),
        (until(1), until(1), DELETE, False),
        (until(1), until(2), EXTEND, True),
        (until(1), until(1), EXTEND, False),
        (until(2), until(1), EXTEND, False),
        (until(1), OFF, EXTEND, False),
        (OFF, until(1), EXTEND, True),
    ],
)
def test_took(before, after, action, expected):
    assert took(before, after, action) is expected


@pytest.mark.parametrize(
    ("record", "action", "expected"),
    [
        (OFF, ADD, until(PERIOD * 1000)),
        (until(1), EXTEND, until(PERIOD * 1000 + 1)),
        (until(-1), EXTEND, until(PERIOD * 1000)),
        (until(1), DELETE, OFF),
    ],
)
def test_predict(record, action, expected):
    assert predict(record, action, BEGIN) == expected


ACCOUNTS = st.one_of(st.just(OFF), st.integers(-2 * DAY, 40 * DAY).map(lambda seconds: until(seconds * 1000)))


@given(ACCOUNTS, st.integers(0, 30 * DAY * 1000), st.integers(HOUR * 1000, 3 * DAY * 1000))
def test_present_extends_enough_and_never_more(record, min_validity, first):
    taken = []
    while plan(record, "present", Past(tuple(taken)), min_validity, BEGIN).verdict == ACT:
        before = record
        taken.append(plan(record, "present", Past(tuple(taken)), min_validity, BEGIN).action)
        record = until(first) if taken[-1] == ADD else predict(record, taken[-1], BEGIN)
        assert taken[-1] == ADD or before["expires_time"] - BEGIN < max(min_validity, 1)
        assert len(taken) < 100
    assert record["status"] == "on"
    assert record["expires_time"] - BEGIN >= max(min_validity, 1)
    assert plan(record, "present", NOTHING_YET, min_validity, BEGIN).verdict == DONE


class Service:
    """An O&M account as the service keeps it, which stays on when it expires.

    @param remaining: seconds until it expires, None when it is off
    """

    def __init__(self, remaining):
        self._remaining = remaining
        self.operations = []

    def answer(self, request):
        """Answer a request of the status or of an operation."""
        if request.method == "POST":
            operation = json.loads(request.body)["operation"]
            self.operations.append(operation)
            self._remaining = None if operation == DELETE else max(self._remaining or 0, 0) + PERIOD
        return 200, {}, json.dumps(reads_om_user(self._remaining).answer)


@given(
    st.one_of(st.none(), st.integers(-2 * DAY, 10 * DAY)),
    st.one_of(
        st.sampled_from([{"state": "absent"}, {"state": "extended"}, {}]),
        st.integers(0, 8 * DAY).map(lambda seconds: {"min_validity": f"{seconds}s"}),
    ),
)
@settings(deadline=None)  # how long a run takes says more about the machine than about the module
def test_check_mode_predicts_what_a_run_does(remaining, options):
    def run(check):
        service = Service(remaining)
        with pytest.MonkeyPatch.context() as monkeypatch:
            arguments = {**ACCESS, "cluster_id": CLUSTER, **options, "_ansible_check_mode": check}
            text = Bench(monkeypatch).play(MODULE, arguments, service, Clock())
        return json.loads(text), service.operations

    (predicted, none), (real, sent) = run(True), run(False)
    assert none == []
    assert predicted["actions"] == real["actions"] == sent
    assert (predicted["changed"], predicted["om_user"]) == (real["changed"], real["om_user"])


# Each state, call by call. (state, options, calls, actions, seconds left afterwards)

WAYS = {
    "present already": ("present", {}, [reads_om_user(60)], [], 60),
    "present for long enough": ("present", {"min_validity": "24h"}, [reads_om_user(DAY)], [], DAY),
    "add": ("present", {}, [reads_om_user(None), om_user_acts(ADD, PERIOD)], [ADD], PERIOD),
    "add for a minute": ("present", {}, [reads_om_user(None), om_user_acts(ADD, 60)], [ADD], 60),
    "add and extend": (
        "present",
        {"min_validity": "1d"},
        [
            reads_om_user(None),
            om_user_acts(ADD, PERIOD),
            om_user_acts(EXTEND, 2 * PERIOD),
            om_user_acts(EXTEND, 3 * PERIOD),
        ],
        [ADD, EXTEND, EXTEND],
        DAY,
    ),
    "a new account that is valid for longer": (
        "present",
        {"min_validity": "1d"},
        [reads_om_user(None), om_user_acts(ADD, DAY)],
        [ADD],
        DAY,
    ),
    "expired": ("present", {}, [reads_om_user(-5), om_user_acts(EXTEND, PERIOD)], [EXTEND], PERIOD),
    "expired at this moment": ("present", {}, [reads_om_user(0), om_user_acts(EXTEND, PERIOD)], [EXTEND], PERIOD),
    "a second is missing": (
        "present",
        {"min_validity": "1h"},
        [reads_om_user(HOUR - 1), om_user_acts(EXTEND, PERIOD + HOUR - 1)],
        [EXTEND],
        PERIOD + HOUR - 1,
    ),
    "absent already": ("absent", {}, [reads_om_user(None)], [], None),
    "delete": ("absent", {}, [reads_om_user(60), om_user_acts(DELETE, None)], [DELETE], None),
    "delete what has expired": ("absent", {}, [reads_om_user(-60), om_user_acts(DELETE, None)], [DELETE], None),
    "extend": ("extended", {}, [reads_om_user(DAY), om_user_acts(EXTEND, DAY + PERIOD)], [EXTEND], DAY + PERIOD),
    "extend what has expired": ("extended", {}, [reads_om_user(-1), om_user_acts(EXTEND, PERIOD)], [EXTEND], PERIOD),
    "extend what is off": (
        "extended",
        {},
        [reads_om_user(None), om_user_acts(ADD, PERIOD), om_user_acts(EXTEND, 2 * PERIOD)],
        [ADD, EXTEND],
        2 * PERIOD,
    ),
}


@pytest.mark.parametrize(("state", "options", "calls", "actions", "remaining"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("wait", [True, False])
def test_way(bench, state, options, calls, actions, remaining, wait):
    outcome = keep(bench, calls, state=state, wait=wait, **options)
    assert outcome["om_user"] == om_user_record(remaining)
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)
    assert outcome.moments == [0] * len(calls)


@pytest.mark.parametrize("name", ["off", "never_enabled"])
def test_both_ways_to_be_off(bench, name):
    outcome = keep(bench, [reads_om_user(None).but(200, sample(f"getOmUserStatus.200.{name}"))], state="absent")
    assert outcome["om_user"] == om_user_record(None)


@pytest.mark.parametrize("expires", [1763800000000, "1763800000000"])
@pytest.mark.parametrize("status", ["on", "ON"])
def test_spellings_of_an_account_that_is_on(bench, expires, status):
    info = {"om_user_status": status, "om_user_expires_time": expires}
    outcome = keep(bench, [reads_om_user(0).but(200, {"error_code": 0, "error_msg": None, "om_user_info": info})])
    assert outcome["om_user"] == om_user_record(1763800000 - NOW)


# Check mode and diff


@pytest.mark.parametrize(
    ("options", "remaining", "actions", "end"),
    [
        ({}, None, [ADD], PERIOD),
        ({"min_validity": "20h"}, None, [ADD, EXTEND, EXTEND], 3 * PERIOD),
        ({"min_validity": "20h"}, 5 * HOUR, [EXTEND, EXTEND], 5 * HOUR + 2 * PERIOD),
        ({"state": "extended"}, None, [ADD, EXTEND], 2 * PERIOD),
        ({"state": "extended"}, -DAY, [EXTEND], PERIOD),
        ({"state": "absent"}, 5, [DELETE], None),
        ({"state": "absent"}, None, [], None),
        ({}, 5, [], 5),
    ],
)
@pytest.mark.parametrize("wait", [True, False])
def test_check_mode_with_diff(bench, options, remaining, actions, end, wait):
    calls = [reads_om_user(remaining), *[clusters(*CLUSTERS)] * bool(actions)]
    outcome = keep(bench, calls, wait=wait, how={"check": True, "diff": True}, **options)
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)
    assert outcome["om_user"] == om_user_record(end)
    both = [om_user_record(when) for when in (remaining, end)]
    before, after = ({key: record[key] for key in ("status", "expires_at")} for record in both)
    assert outcome.result.get("diff") == (text_diff(NAMED, before, after) if actions else None)


CLOSED = {"status": "off", "expires_at": None}


@pytest.mark.parametrize(
    ("listing", "header"),
    [
        (clusters(*CLUSTERS), NAMED),
        (clusters({**CLUSTERS[0], "id": CLUSTER.upper()}), NAMED),
        (clusters(CLUSTERS[1]), ACCOUNT[4:]),
        (clusters().but(403, fault("DWS.0001", "you may not")), ACCOUNT[4:]),
        (clusters().but(502, GATEWAY_PAGE), ACCOUNT[4:]),
    ],
    ids=["named", "in another spelling", "not listed", "not allowed", "no answer"],
)
def test_diff(bench, listing, header):
    calls = [reads_om_user(None), om_user_acts(ADD, PERIOD), listing]
    opened = {"status": "on", "expires_at": om_user_record(PERIOD)["expires_at"]}
    outcome = keep(bench, calls, how={"diff": True}, max_retries=1)
    assert outcome["diff"] == text_diff(header, CLOSED, opened)
    assert outcome["om_user"] == om_user_record(PERIOD)


def test_diff_of_a_cluster_that_was_found_by_its_name(bench):
    calls = [clusters(*CLUSTERS), reads_om_user(60), om_user_acts(DELETE, None)]
    outcome = keep(bench, calls, cluster_name="dws-prod", state="absent", how={"diff": True})
    assert outcome["diff"]["before_header"] == outcome["diff"]["after_header"] == NAMED
    assert outcome["om_user"] == om_user_record(None, named=True)


# Answers that are lost, or that do not show the effect

LOSSES = {
    "timeout": (lambda call: call.fails(timeout), f"no answer from {HOST} within 30 s"),
    "reset": (
        lambda call: call.fails(reset),
        f"the connection to {HOST} broke before the answer was complete (Connection reset by peer)",
    ),
    "gateway": (lambda call: call.but(502, GATEWAY_PAGE), BAD_GATEWAY),
    "500": (lambda call: call.but(500, fault("DWS.0005", "oops")), "oops (HTTP 500, DWS.0005)"),
    "unreadable": (
        lambda call: call.but(200, "OK"),
        "the service answered with a body that is no JSON instead of a JSON object (HTTP 200)",
    ),
    "no error_code": (lambda call: call.but(200, {}), "the service answered without an error_code (HTTP 200)"),
    "no expiry": (
        lambda call: call.but(200, {"error_code": 0, "om_user_info": {"om_user_status": "on"}}),
        "the service answered with an O&M account that is neither off nor on with an expiry (HTTP 200)",
    ),
}
LOST = pytest.mark.parametrize("lose", [change for change, words in LOSSES.values()], ids=LOSSES)


@LOST
@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(
    ("options", "before", "action", "after"),
    [
        ({}, None, ADD, PERIOD),
        ({"state": "absent"}, 60, DELETE, None),
        ({"state": "extended"}, 60, EXTEND, 60 + PERIOD),
        ({"min_validity": "1h"}, 60, EXTEND, 60 + PERIOD),
    ],
)
def test_lost_answer_of_what_was_done(bench, lose, options, before, action, after, wait):
    calls = [reads_om_user(before), lose(om_user_acts(action, after)), reads_om_user(after)]
    outcome = keep(bench, calls, wait=wait, **options)
    assert outcome["actions"] == [action]
    assert outcome["changed"] is True
    assert outcome["om_user"] == om_user_record(after)
    assert outcome.moments == [0, 0, 0]


@LOST
@pytest.mark.parametrize(
    ("options", "before", "action", "after"), [({}, None, ADD, PERIOD), ({"state": "absent"}, 60, DELETE, None)]
)
def test_lost_answer_of_what_was_not_done(bench, lose, options, before, action, after):
    act, read = om_user_acts(action, after), reads_om_user(before)
    outcome = keep(bench, [read, lose(act), read, read, act], **options)
    assert outcome["actions"] == [action]
    assert outcome["om_user"]["status"] == om_user_record(after)["status"]
    assert outcome.moments == [0, 0, 0, 2, 2]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("options", [{"state": "extended"}, {"min_validity": "1h"}])
def test_an_extension_is_never_sent_again_on_a_guess(bench, name, options):
    lose, words = LOSSES[name]
    read = reads_om_user(60)
    outcome = keep(bench, [read, lose(om_user_acts(EXTEND, 60 + PERIOD)), read, read], fails=True, **options)
    expires_at = om_user_record(60)["expires_at"]
    assert outcome["msg"] == (
        f"The outcome of {EXTEND} on {ACCOUNT} is unknown: {words}. "
        f"Last seen: status on, expires_at {expires_at}. {ADVICE}"
    )
    assert (outcome["changed"], outcome["actions"]) == (False, [])
    assert outcome["api_error"]["operation"] == "runOmUserAction"
    assert outcome.moments == [0, 0, 0, 2]


def test_a_lost_extension_that_shows_late(bench):
    calls = [reads_om_user(60), om_user_acts(EXTEND, 0).fails(timeout), reads_om_user(60), reads_om_user(60 + PERIOD)]
    outcome = keep(bench, calls, state="extended")
    assert outcome["actions"] == [EXTEND]
    assert outcome["om_user"] == om_user_record(60 + PERIOD, read_at=2)


def test_a_lost_extension_among_several(bench):
    calls = [
        reads_om_user(None),
        om_user_acts(ADD, PERIOD),
        om_user_acts(EXTEND, 2 * PERIOD).fails(timeout),
        reads_om_user(2 * PERIOD),
        om_user_acts(EXTEND, 3 * PERIOD),
    ]
    assert keep(bench, calls, min_validity="1d")["actions"] == [ADD, EXTEND, EXTEND]


def test_the_account_cannot_be_read_again(bench):
    gone = reads_om_user(60).but(502, GATEWAY_PAGE)
    calls = [reads_om_user(60), om_user_acts(EXTEND, 0).fails(timeout), gone]
    outcome = keep(bench, calls, fails=True, state="extended", max_retries=1)
    assert outcome["msg"] == (
        f"The outcome of {EXTEND} on {ACCOUNT} is unknown: no answer from {HOST} within 30 s. "
        f"Afterwards: Failed to read {ACCOUNT}: {BAD_GATEWAY}. {ADVICE}"
    )


@pytest.mark.parametrize("answer", [60, 30, None])
def test_an_extension_that_does_not_move_the_expiry(bench, answer):
    calls = [reads_om_user(60), om_user_acts(EXTEND, answer), reads_om_user(60)]
    outcome = keep(bench, calls, fails=True, min_validity="1h")
    expires_at = om_user_record(60)["expires_at"]
    assert outcome["msg"] == (
        f"{EXTEND} on O&M account of cluster {CLUSTER} was accepted without effect: status on, expires_at {expires_at}."
    )
    assert (outcome["changed"], outcome["actions"]) == (True, [EXTEND])
    assert outcome.moments == [0, 0, 2]


@pytest.mark.parametrize(
    ("options", "before", "action", "after"),
    [({}, None, ADD, PERIOD), ({"state": "absent"}, 60, DELETE, None), ({"state": "extended"}, 60, EXTEND, PERIOD)],
)
def test_an_effect_that_shows_late(bench, options, before, action, after):
    calls = [reads_om_user(before), om_user_acts(action, before), reads_om_user(after)]
    outcome = keep(bench, calls, **options)
    assert outcome["actions"] == [action]
    assert outcome["om_user"] == om_user_record(after, read_at=2)
    assert outcome.moments == [0, 0, 2]


# Failures


def test_the_service_says_that_it_failed(bench):
    act = om_user_acts(EXTEND, 0).but(200, sample("runOmUserAction.200.increase_while_off"))
    outcome = keep(bench, [reads_om_user(60), act], fails=True, state="extended")
    assert outcome["msg"] == f"Failed to extend {ACCOUNT}: account switch is off (HTTP 200, error_code 1)."
    assert outcome["api_error"] == {
        "operation": "runOmUserAction",
        "resource": ACCOUNT,
        "http_status": 200,
        "error_code": "1",
        "error_msg": "account switch is off",
        "request_id": None,
    }
    assert outcome["changed"] is False


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    ("options", "before", "action", "verb"),
    [
        ({}, None, ADD, "add"),
        ({"state": "absent"}, 60, DELETE, "delete"),
        ({"state": "extended"}, 60, EXTEND, "extend"),
    ],
)
def test_refused(bench, options, before, action, verb, nested):
    body = fault("DWS.0001", "parameter error")
    act = om_user_acts(action, 0).but(400, {"error": body} if nested else body)
    read = reads_om_user(before)
    outcome = keep(bench, [read, act, read, read], fails=True, **options)
    why = "the service does not accept a parameter: parameter error (HTTP 400, DWS.0001)"
    assert outcome["msg"] == f"Failed to {verb} {ACCOUNT}: {why}."
    assert (outcome["changed"], outcome["actions"]) == (False, [])
    assert outcome.moments == [0, 0, 0, 2]


def test_refused_after_others_were_accepted(bench):
    read = reads_om_user(PERIOD)
    refusal = om_user_acts(EXTEND, 0).but(400, fault("DWS.0001", "parameter error"))
    calls = [reads_om_user(None), om_user_acts(ADD, PERIOD), refusal, read, read]
    outcome = keep(bench, calls, fails=True, state="extended")
    assert (outcome["changed"], outcome["actions"]) == (True, [ADD])


def test_somebody_else_was_quicker(bench):
    calls = [reads_om_user(None), om_user_acts(ADD, 0).but(400, fault("DWS.0001", "exists")), reads_om_user(60)]
    assert keep(bench, calls)["changed"] is False


@pytest.mark.parametrize("busy", [BUSY, (409, fault("DWS.0011", "busy"))])
def test_a_busy_cluster_is_asked_again(bench, busy):
    act = om_user_acts(EXTEND, DAY + PERIOD)
    outcome = keep(bench, [reads_om_user(DAY), act.but(*busy), act.but(*busy), act], state="extended")
    assert outcome["actions"] == [EXTEND]
    assert outcome.moments == [0, 0, 1, 3]


def test_a_cluster_that_stays_busy(bench):
    read = reads_om_user(60)
    tries = [om_user_acts(DELETE, None).but(*BUSY)] * 5
    outcome = keep(bench, [read, *tries, read, read], fails=True, state="absent")
    assert outcome["msg"] == (
        f"Failed to delete {ACCOUNT}: the cluster is busy or in a state that does not allow this: "
        "cluster state does not allow this (HTTP 403, DWS.7023), in 5 tries."
    )
    assert outcome["changed"] is False
    assert outcome.moments == [0, 0, 1, 3, 7, 15, 15, 17]


def test_a_busy_cluster_is_not_waited_for(bench):
    read = reads_om_user(60)
    calls = [read, om_user_acts(DELETE, None).but(*BUSY), read, read]
    outcome = keep(bench, calls, fails=True, state="absent", wait=False)
    assert outcome["api_error"]["error_code"] == "DWS.7023"
    assert outcome.moments == [0, 0, 0, 2]


@pytest.mark.parametrize(
    "change",
    [lambda call: call.but(429, fault("APIGW.0308", "slower")), lambda call: call.fails(refused)],
)
def test_sent_again_when_it_had_no_effect(bench, change):
    act = om_user_acts(EXTEND, 60 + PERIOD)
    outcome = keep(bench, [reads_om_user(60), change(act), act], state="extended")
    assert outcome["actions"] == [EXTEND]
    assert outcome.moments == [0, 0, 1]


def test_the_time_to_wait_is_over(bench):
    read = reads_om_user(60)
    calls = [read, om_user_acts(EXTEND, 60), read]
    outcome = keep(bench, calls, fails=True, state="extended", wait_timeout=1)
    assert outcome["msg"] == (
        f"O&M account of cluster {CLUSTER} was not seen extended within 1 s; "
        f"last seen: status on, expires_at {om_user_record(60)['expires_at']}."
    )
    assert (outcome["changed"], outcome["actions"]) == (True, [EXTEND])
    assert outcome.moments == [0, 0, 1]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            403,
            sample("getOmUserStatus.403.unknown_cluster"),
            "the cluster does not exist, or these credentials may not see it: "
            f"Cluster does not exist or has been deleted (HTTP 403, DWS.0015){ASKED}",
        ),
        (
            401,
            fault("DWS.0047", "gone"),
            "the cluster does not exist or was removed: gone (HTTP 401, DWS.0047)" + ASKED,
        ),
        (404, fault("DWS.3027", "removed"), "the cluster was removed: removed (HTTP 404, DWS.3027)" + ASKED),
        (200, {"error_code": 1, "error_msg": "broken"}, "broken (HTTP 200, error_code 1)"),
        (200, {"error_code": -1}, "no reason given (HTTP 200, error_code -1)"),
    ],
)
def test_an_account_that_cannot_be_read(bench, status, body, words):
    outcome = keep(bench, [reads_om_user(None).but(status, body)], fails=True)
    assert outcome["msg"] == f"Failed to read {ACCOUNT}: {words}."
    assert outcome["changed"] is False
    assert outcome["api_error"]["operation"] == "getOmUserStatus"


# A cluster that is gone has no account: that is as wanted where it should be absent

UNKNOWN = (403, sample("getOmUserStatus.403.unknown_cluster"))
REMOVED = (404, fault("DWS.3027", "removed"))
GONE = f"There is no cluster {{}} in project {PROJECT}, so its O&M account counts as absent."


def closed(outcome, warnings):
    """See that an account of a cluster that is gone counts as absent, and that a warning says so."""
    assert (outcome["changed"], outcome["actions"]) == (False, [])
    assert outcome["om_user"]["status"] == "off"
    assert outcome.warnings == warnings


@pytest.mark.parametrize("answer", [UNKNOWN, REMOVED, (401, fault("DWS.0047", "gone"))], ids=["0015", "3027", "0047"])
@pytest.mark.parametrize("check", [False, True])
def test_absent_from_a_cluster_that_is_gone(bench, answer, check):
    calls = [reads_om_user(None).but(*answer), clusters(*CLUSTERS[1:])]
    closed(keep(bench, calls, state="absent", how={"check": check}), (GONE.format(CLUSTER),))


def test_absent_from_a_cluster_that_went_after_it_was_looked_up(bench):
    calls = [clusters(*CLUSTERS), reads_om_user(None).but(*REMOVED), clusters(*CLUSTERS[1:])]
    outcome = keep(bench, calls, cluster_name="dws-prod", state="absent")
    closed(outcome, (GONE.format(f"dws-prod ({CLUSTER})"),))
    assert outcome["om_user"] == om_user_record(None, named=True)


def test_absent_from_a_cluster_that_went_before_the_action(bench):
    gone = om_user_acts(DELETE, None).but(*UNKNOWN), reads_om_user(None).but(*UNKNOWN)
    closed(keep(bench, [reads_om_user(60), *gone, clusters(CLUSTERS[1])], state="absent"), (GONE.format(CLUSTER),))


@pytest.mark.parametrize("by_name", [False, True])
def test_absent_from_the_last_cluster_which_went_after_it_was_seen(bench, by_name):
    start = [clusters(CLUSTERS[0])] if by_name else [reads_om_user(60), om_user_acts(DELETE, None).but(*UNKNOWN)]
    which = {"cluster_name": "dws-prod"} if by_name else {}
    calls = [*start, reads_om_user(None).but(*UNKNOWN), clusters()]
    words = f"dws-prod ({CLUSTER})" if by_name else CLUSTER
    closed(keep(bench, calls, state="absent", **which), (GONE.format(words),))


WHY_UNKNOWN = (
    "the cluster does not exist, or these credentials may not see it: Cluster does not exist or has been deleted "
    f"(HTTP 403, DWS.0015){ASKED}"
)


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        pytest.param(
            clusters(),
            f"; there is no cluster at all in project {PROJECT}, so see whether it is the right one",
            id="a wrong project must not pass as closed",
        ),
        pytest.param(clusters(*CLUSTERS), "", id="it is there, but may not be seen"),
        pytest.param(clusters({**CLUSTERS[0], "id": CLUSTER.upper()}), "", id="it is there, in another spelling"),
        pytest.param(clusters().but(502, GATEWAY_PAGE), "", id="nobody knows"),
    ],
)
@pytest.mark.parametrize("several", [False, True])
def test_absent_from_a_cluster_that_may_well_be_there(bench, listing, words, several):
    which = {"clusters": [CLUSTER]} if several else {}
    calls = [reads_om_user(None).but(*UNKNOWN), listing]
    outcome = keep(bench, calls, fails=True, state="absent", max_retries=1, **which)
    assert outcome["msg"] == f"Failed to read {ACCOUNT}: {WHY_UNKNOWN}{words}."
    assert outcome["api_error"]["error_code"] == "DWS.0015"
    assert (outcome["changed"], outcome.warnings) == (False, ())


@pytest.mark.parametrize("state", ["present", "extended"])
def test_an_account_of_a_cluster_that_is_gone_cannot_be_opened(bench, state):
    outcome = keep(bench, [reads_om_user(None).but(*UNKNOWN)], fails=True, state=state)
    assert outcome["msg"] == f"Failed to read {ACCOUNT}: {WHY_UNKNOWN}."


def test_some_of_several_are_gone(bench):
    gone = [reads_om_user(None, cluster_id).but(*REMOVED) for cluster_id in CLUSTER_IDS[1:]]
    calls = [together(reads_om_user(60), *gone), clusters(CLUSTERS[0]), om_user_acts(DELETE, None)]
    outcome = keep(bench, calls, clusters=CLUSTER_IDS, state="absent")
    assert outcome["om_users"] == [one(None, 0, DELETE), one(None, 1), one(None, 2)]
    assert outcome["failed_clusters"] == []
    assert outcome.warnings == tuple(GONE.format(cluster_id) for cluster_id in CLUSTER_IDS[1:])


# Which cluster


def test_by_name(bench):
    calls = [clusters(*CLUSTERS), reads_om_user(60, CLUSTER_IDS[1])]
    outcome = keep(bench, calls, cluster_name="dws-reporting")
    assert outcome["om_user"] == om_user_record(60, CLUSTER_IDS[1], named=True)


def test_messages_name_a_cluster_that_was_looked_up(bench):
    act = om_user_acts(EXTEND, 0).but(200, {"error_code": 1, "error_msg": "no"})
    outcome = keep(
        bench, [clusters(*CLUSTERS), reads_om_user(60), act], True, cluster_name="dws-prod", state="extended"
    )
    assert outcome["msg"] == f"Failed to extend the {NAMED}: no (HTTP 200, error_code 1)."


@pytest.mark.parametrize("selector", ["cluster_name", "clusters"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "No cluster has the {keys} 'nobody' (there are 3)."),
        (
            "twin",
            f"2 clusters have the name 'twin', say which one by its ID: {', '.join(sorted(CLUSTER_IDS[:2]))}.",
        ),
    ],
)
def test_a_cluster_that_is_unclear(bench, selector, name, message):
    rows = [{**cluster, "name": "twin"} for cluster in CLUSTERS[:2]]
    wanted = {selector: [name] if selector == "clusters" else name}
    outcome = keep(bench, [clusters(*rows, CLUSTERS[2])], fails=True, **wanted)
    assert outcome["msg"] == message.format(keys="ID or name" if selector == "clusters" else "name")


def test_an_empty_name(bench):
    outcome = keep(bench, [clusters(*CLUSTERS)], fails=True, cluster_name="")
    assert outcome["msg"] == "No cluster has the name '' (there are 3)."


def test_empty_items_are_nothing(bench):
    outcome = keep(bench, [], clusters=["", " \n"])
    assert (outcome["changed"], outcome["om_users"]) == (False, [])


def test_a_list_from_a_textarea(bench):
    rows = [{**cluster, "name": "twin"} for cluster in CLUSTERS[:2]]
    outcome = keep(bench, [clusters(*rows)], fails=True, clusters=["nobody\r\nnothing"])
    assert outcome["msg"].startswith(
        "No cluster has the ID or name 'nobody' (there are 2). No cluster has the ID or name 'noth"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of the following is required: cluster_id, cluster_name, clusters"),
        (
            {"cluster_id": CLUSTER, "clusters": []},
            "parameters are mutually exclusive: cluster_id|cluster_name|clusters",
        ),
        (
            {"cluster_id": CLUSTER, "state": "gone"},
            "value of state must be one of: present, absent, extended, got: gone",
        ),
        (
            {"cluster_id": CLUSTER, "min_validity": "1h", "state": "absent"},
            "min_validity goes with state=present only.",
        ),
        (
            {"cluster_id": CLUSTER, "min_validity": "1h", "state": "extended"},
            "min_validity goes with state=present only.",
        ),
        (
            {"cluster_id": CLUSTER, "min_validity": ""},
            "min_validity '' is not a duration such as 24h or 1d12h30m10s.",
        ),
        ({"cluster_id": CLUSTER, "min_validity": "31d"}, "min_validity '31d' is longer than 30 days."),
        *[
            ({"cluster_id": cluster_id}, f"cluster_id {cluster_id!r} is not an ID: it must be a UUID of 36 characters.")
            for cluster_id in ("", "dws-prod", CLUSTER + "0", CLUSTER.replace("-", "_"), "g" + CLUSTER[1:])
        ],
    ],
)
def test_options_that_make_no_sense(bench, options, message):
    assert bench.run(MODULE, options, [], fails=True)["msg"] == message


# Several clusters


def one(remaining, index, *actions, named=False):
    """Return an account as the list form returns it."""
    record = om_user_record(remaining, CLUSTER_IDS[index], named=named)
    return {**record, "changed": bool(actions), "actions": list(actions)}


def reads_all(*remaining):
    """Return the calls that read the accounts of the first clusters, together."""
    return together(*[reads_om_user(left, cluster_id) for left, cluster_id in zip(remaining, CLUSTER_IDS)])


def test_several_by_id_are_not_looked_up(bench):
    calls = [
        reads_all(None, 60, -60),
        together(om_user_acts(ADD, PERIOD), om_user_acts(EXTEND, PERIOD, CLUSTER_IDS[2])),
    ]
    outcome = keep(bench, calls, clusters=[*CLUSTER_IDS, CLUSTER])
    assert outcome["om_users"] == [one(PERIOD, 0, ADD), one(60, 1), one(PERIOD, 2, EXTEND)]
    assert outcome["failed_clusters"] == []
    assert outcome["changed"] is True
    assert "om_user" not in outcome


def test_several_by_name(bench):
    wanted = ["dws-reporting", CLUSTER, "dws-prod"]
    outcome = keep(bench, [clusters(*CLUSTERS), reads_all(60, 60)], clusters=wanted)
    assert outcome["om_users"] == [one(60, 1, named=True), one(60, 0, named=True)]
    assert outcome["changed"] is False


def test_names_keep_their_spelling(bench):
    capital = {**CLUSTERS[0], "name": "DWS-Prod"}
    outcome = keep(bench, [clusters(capital, CLUSTERS[1]), reads_om_user(60)], clusters=["DWS-Prod"])
    assert [row["cluster_id"] for row in outcome["om_users"]] == [CLUSTER]
    outcome = keep(bench, [clusters(capital, CLUSTERS[1])], clusters=["dws-prod"], fails=True)
    assert outcome["msg"].startswith("No cluster has the ID or name 'dws-prod'")


def test_an_account_that_is_still_on_is_valid_without_min_validity(bench):
    assert keep(bench, [reads_om_user(0.5)])["actions"] == []


def test_one_cluster_in_two_spellings_is_one(bench):
    outcome = keep(bench, [reads_om_user(60)], clusters=[CLUSTER, CLUSTER.upper()])
    assert [row["cluster_id"] for row in outcome["om_users"]] == [CLUSTER]


def test_the_account_of_an_unreadable_cluster_is_not_made_up(bench):
    unknown = reads_om_user(60).but(403, fault("DWS.0015", "cluster does not exist"))
    assert "om_user" not in keep(bench, [unknown], fails=True)


def test_no_clusters(bench):
    outcome = keep(bench, [], clusters=[])
    assert (outcome["om_users"], outcome["failed_clusters"], outcome["changed"]) == ([], [], False)


def test_several_in_check_mode_with_diff(bench):
    calls = [reads_all(60, None), clusters(*CLUSTERS)]
    outcome = keep(bench, calls, clusters=CLUSTER_IDS[:2], state="absent", how={"check": True, "diff": True})
    assert outcome["om_users"] == [one(None, 0, DELETE), one(None, 1)]
    opened = {"status": "on", "expires_at": om_user_record(60)["expires_at"]}
    assert outcome["diff"] == text_diff(NAMED, {NAMED: opened}, {NAMED: CLOSED})


@pytest.mark.parametrize("concurrency", [1, 2])
def test_concurrency(bench, concurrency):
    ids = [f"{CLUSTER[:-1]}{digit}" for digit in range(4)]
    reads = [reads_om_user(60, cluster_id) for cluster_id in ids]
    acts = [om_user_acts(DELETE, None, cluster_id) for cluster_id in ids]
    calls = [*reads, *acts] if concurrency == 1 else [together(*reads, width=2), together(*acts, width=2)]
    outcome = keep(bench, calls, clusters=ids, state="absent", concurrency=concurrency)
    assert [user["actions"] for user in outcome["om_users"]] == [[DELETE]] * 4


def test_some_of_several_fail(bench):
    unknown = reads_om_user(None, CLUSTER_IDS[1]).but(403, sample("getOmUserStatus.403.unknown_cluster"))
    calls = [
        together(reads_om_user(60), unknown, reads_om_user(60, CLUSTER_IDS[2])),
        together(
            om_user_acts(EXTEND, 60 + PERIOD),
            om_user_acts(EXTEND, 0, CLUSTER_IDS[2]).but(200, sample("runOmUserAction.200.increase_while_off")),
        ),
    ]
    outcome = keep(bench, calls, fails=True, clusters=CLUSTER_IDS, state="extended")
    errors = [
        f"Failed to read the O&M account of cluster {CLUSTER_IDS[1]}: the cluster does not exist, or these credentials "
        f"may not see it: Cluster does not exist or has been deleted (HTTP 403, DWS.0015){ASKED}.",
        f"Failed to extend the O&M account of cluster {CLUSTER_IDS[2]}: account switch is off "
        "(HTTP 200, error_code 1).",
    ]
    assert outcome["msg"] == f"2 of 3 O&M accounts of clusters failed. {errors[0]} {errors[1]}"
    assert outcome["om_users"] == [one(60 + PERIOD, 0, EXTEND), one(60, 2)]
    assert [(row["cluster_id"], row["error"]) for row in outcome["failed_clusters"]] == [
        (CLUSTER_IDS[1], errors[0]),
        (CLUSTER_IDS[2], errors[1]),
    ]
    assert [row["api_error"]["error_code"] for row in outcome["failed_clusters"]] == ["DWS.0015", "1"]
    assert outcome["api_error"] == outcome["failed_clusters"][0]["api_error"]
    assert outcome["changed"] is True
