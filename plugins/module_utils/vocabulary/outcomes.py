# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How operations say in their answer, with HTTP 200, whether they succeeded."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import Unreadable
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import FAILED, ApiError, Facts
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.redaction import redact

_FAILURES = ("failed", "fail")


def outcome(operation: Operation, resource: str, key: str) -> Callable[[dict[str, Any]], None]:
    """Return a parser that accepts C(success) under a key and raises an ApiError for C(failed), whatever their case."""

    def parse(payload: dict[str, Any]) -> None:
        word = str(payload.get(key)).lower()
        if word in _FAILURES:
            why = f"the service answered that it failed (HTTP 200, {key} {payload[key]})"
            raise ApiError(operation.id, operation.intent, resource, why, Facts(200), FAILED)
        if word != "success":
            raise Unreadable(f"answered without a {key} of success or failed")

    return parse


def zero_code(operation: Operation, resource: str) -> Callable[[dict[str, Any]], None]:
    """Return a parser that accepts the C(code) 0 and raises an ApiError for any other, with the service's words."""

    def parse(payload: dict[str, Any]) -> None:
        code = payload.get("code")
        if not isinstance(code, int):
            raise Unreadable("answered without a code")
        if code != 0:
            text = redact(str(payload.get("description") or "no reason given"))
            why = f"the service answered that it failed: {text} (HTTP 200, code {code})"
            raise ApiError(operation.id, operation.intent, resource, why, Facts(200, str(code), text), FAILED)

    return parse


def silence(operation: Operation, resource: str) -> Callable[[dict[str, Any]], None]:
    """Return a parser of answers that say nothing: their HTTP status is all there is."""
    return lambda payload: None
