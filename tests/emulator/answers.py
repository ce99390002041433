# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes back to a client: answers, refusals and the shapes of failure bodies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Callable, Mapping
from uuid import uuid4

JSON = "application/json"


@dataclass
class Answer:
    """An HTTP answer; `body` as it goes over the wire."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    error_code: str | None = None


class Refusal(Exception):
    """The service or its gateway says no: HTTP status, code and text of the failure body."""

    def __init__(self, status: int, code: str, text: str):
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


@dataclass
class File:
    """What an operation answers that is no JSON: its bytes and their media type."""

    content: bytes
    media: str = "application/octet-stream"
    name: str = ""


def answer_of(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """The answer with what an operation came to: JSON, a File, or with status 204 nothing."""
    tracing = {"X-Request-Id": uuid4().hex, **(headers or {})}
    if status == HTTPStatus.NO_CONTENT:
        return Answer(status, b"", tracing)
    if isinstance(value, File):
        named = {"Content-Disposition": f'attachment; filename="{value.name}"'} if value.name else {}
        return Answer(status, value.content, {"Content-Type": value.media, **named, **tracing})
    return Answer(status, json.dumps(value).encode(), {"Content-Type": JSON, **tracing})


def _pair(refusal: Refusal) -> dict[str, Any]:
    return {"error_code": refusal.code, "error_msg": refusal.text}


def _keystone(refusal: Refusal) -> dict[str, Any]:
    title = HTTPStatus(refusal.status).phrase
    return {"error": {"code": refusal.status, "message": refusal.text, "title": title}}


def _dws(refusal: Refusal) -> dict[str, Any]:
    twins = {"externalMessage": refusal.text, "errCode": refusal.code} if refusal.code == "DWS.7023" else {}
    return {**twins, **_pair(refusal)}


_SHAPES: Mapping[str, Callable[[Refusal], dict[str, Any]]] = {
    "nested": lambda refusal: {"error": _pair(refusal)},
    "flat": lambda refusal: {**_pair(refusal), "details": None, "encoded_authorization_message": None},
    "iam": _keystone,
    "dws": _dws,
    "bss": _pair,
    "gateway": lambda refusal: {**_pair(refusal), "request_id": uuid4().hex},
}


def refused(refusal: Refusal, shape: str) -> Answer:
    """The answer that carries a refusal in a shape of _SHAPES; the gateway's own codes always come in the gateway's."""
    if refusal.code.startswith("APIGW."):
        shape = "gateway"
    value = File(refusal.text.encode(), "text/plain") if shape == "metadata" else _SHAPES[shape](refusal)
    answer = answer_of(refusal.status, value)
    answer.error_code = refusal.code
    return answer
