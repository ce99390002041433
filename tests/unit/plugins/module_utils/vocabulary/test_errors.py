# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    NO_FACTS,
    REFUSED,
    UNKNOWN,
    ApiError,
    DbopsError,
    Facts,
    OutcomeUnknown,
    StateError,
    UsageError,
    WaitTimeout,
)


def api_error(why, fault=NO_FACTS, effect=REFUSED):
    return ApiError("stopAuditInstance", "stop", "audit instance audit-prod", why, fault, effect)


def test_api_error_is_one_sentence_with_its_facts_beside():
    error = api_error("busy (HTTP 409)", Facts(409, "DBSS.1", "busy", "r-1"))
    assert str(error) == "Failed to stop audit instance audit-prod: busy (HTTP 409)."
    assert error.result() == {
        "api_error": {
            "operation": "stopAuditInstance",
            "resource": "audit instance audit-prod",
            "http_status": 409,
            "error_code": "DBSS.1",
            "error_msg": "busy",
            "request_id": "r-1",
        }
    }


def test_api_error_says_in_how_many_tries_it_came():
    error = api_error("no answer", Facts(504), UNKNOWN)
    assert error.after(1) is error
    late = error.after(3)
    assert str(late) == "Failed to stop audit instance audit-prod: no answer, in 3 tries."
    assert (late.effect, late.facts, late.result()) == (UNKNOWN, error.facts, error.result())


def test_unknown_outcome_names_the_action_and_the_advice():
    cause = api_error("no answer", Facts(504, request_id="r-1"), UNKNOWN)
    error = OutcomeUnknown(cause, "stop", "Look again.")
    assert str(error) == "The outcome of stop on audit instance audit-prod is unknown: no answer. Look again."
    assert (error.result(), error.effect) == (cause.result(), UNKNOWN)


@pytest.mark.parametrize("kind", [UsageError, StateError, WaitTimeout])
def test_other_errors_have_no_facts(kind):
    assert isinstance(kind("x"), DbopsError)
    assert kind("x").result() == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("line\r\nbreak", "line\\r\\nbreak"),
        ("\x1b[2J", "\\u001b[2J"),
        ("a\u2028b\u202ec", "a\\u2028b\\u202ec"),
        ("\ud800", "\\ud800"),
        ("Größe 数据库", "Größe 数据库"),
    ],
)
def test_a_sentence_is_one_line_that_can_be_printed(text, shown):
    error = ApiError("op", "list", f"database {text}", "no")
    assert str(UsageError(text)) == shown
    assert str(error) == f"Failed to list database {shown}: no."
    assert f"on database {shown} is unknown" in str(OutcomeUnknown(error, "stop", "Look."))


def test_a_sentence_has_an_end():
    assert str(UsageError("x" * 10_000)) == "x" * 10_000
    assert str(UsageError("x" * 10_007)) == "x" * 10_000 + " … and 7 characters more."
