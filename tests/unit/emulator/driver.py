# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of each operation, as the vendor's own clients make it: a table for each area, and what runs a row of it."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any, Callable, Mapping

from huaweicloudsdkbss import v2 as bss
from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkdbss import v1 as dbss
from huaweicloudsdkdws import v2 as dws
from huaweicloudsdkiam import v3 as iam

from tests.emulator.contract import Contract
from tests.unit.emulator import company

CLIENTS = {
    "dbss": (dbss, dbss.DbssClient),
    "dws": (dws, dws.DwsClient),
    "iam": (iam, iam.IamClient),
    "bss": (bss, bss.BssClient),
}
PRIMITIVES = {"str": str, "int": int, "float": float, "bool": bool, "object": lambda value: value}
_HTTP_INFO = re.compile(
    r'def _(\w+)_http_info\(cls, request\):\s+http_info = \{\s+"method": "(\w+)",\s+"resource_path": "([^"]+)"'
)
_WORD = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Drive:
    """A call of an operation: `parameters` of path, query and header by their names on the wire, and the body.

    `before` sets the stage; `parameters` may be made of what the last of those answered. `check` is told what came
    back, as JSON.
    """

    operation: str
    parameters: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] = field(default_factory=dict)
    body: Any = None
    before: tuple[Drive, ...] = ()
    check: Callable[[Any], bool] = lambda answer: True


@cache
def contract() -> Contract:
    """The contract, read once."""
    return Contract()


@cache
def methods(service: str) -> dict[tuple[str, str], list[str]]:
    """The methods of the SDK's client for a service, by HTTP method and path without the names in it.

    There are several for an operation that takes bodies of several forms.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name, verb, path in _HTTP_INFO.findall(inspect.getsource(CLIENTS[service][1])):
        found.setdefault((verb, _WORD.sub("{}", path)), []).append(name)
    return found


def methods_of(operation: str) -> tuple[str, list[str]]:
    """The service of an operation, and the SDK's methods for it. Raises KeyError when it has none."""
    row = contract().operations[operation]
    return row.service, methods(row.service)[(row.method, _WORD.sub("{}", row.path))]


def client(service: str, url: str) -> Any:
    """The SDK's client for a service, signing with the company's key."""
    whole_account = service in ("iam", "bss")
    kind, home = (GlobalCredentials, company.ACCOUNT) if whole_account else (BasicCredentials, company.PROJECT)
    credentials = kind(company.ACCESS_KEY, company.SECRET_KEY, home)
    return CLIENTS[service][1].new_builder().with_credentials(credentials).with_endpoint(url).build()


def run(drive: Drive, url: str) -> tuple[Any, Any]:
    """Make the call, after those before it; what the SDK has parsed and what came over the wire. Raises SDK errors."""
    known: Any = None
    for one in drive.before:
        _parsed, known = run(one, url)
    parameters = drive.parameters(known) if callable(drive.parameters) else drive.parameters
    service, names = methods_of(drive.operation)
    for name in names:
        try:
            request = _request(CLIENTS[service][0], name, parameters, drive.body)
            break
        except AssertionError:
            if name == names[-1]:
                raise
    response = getattr(client(service, url), name)(request)
    raw = getattr(response, "raw_content", None)
    return response, json.loads(raw) if raw else None


def _request(module: ModuleType, name: str, parameters: Mapping[str, Any], body: Any) -> Any:
    """The SDK's typed request. Raises AssertionError for a parameter or key that the SDK does not know."""
    camel = "".join(part.capitalize() for part in name.split("_"))
    request = getattr(module, f"{camel}Request")()
    names = {wire: attribute for attribute, wire in request.attribute_map.items()}
    for wire, value in parameters.items():
        # Of a path the SDK knows a parameter by another name at times, of which there is one left then.
        place = names.get(wire) or next(one for key, one in names.items() if key not in parameters and key != "body")
        setattr(request, place, value)
    if body is not None:
        request.body = typed(module, request.openapi_types["body"], body)
    return request


def typed(module: ModuleType, kind: str, value: Any) -> Any:
    """Plain data as the SDK's own models, so that a key that they do not have is noticed."""
    if value is None:
        return None
    inner = re.fullmatch(r"list\[(.+)\]", kind)
    if inner:
        return [typed(module, inner[1], one) for one in value]
    inner = re.fullmatch(r"dict\(\w+, (.+)\)", kind)
    if inner:
        return {key: typed(module, inner[1], one) for key, one in value.items()}
    model = getattr(module, kind, None)
    if model is None or not isinstance(value, dict):
        return value
    names = {wire: attribute for attribute, wire in model.attribute_map.items()}
    unknown = set(value) - set(names)
    assert not unknown, f"{kind} has no {', '.join(sorted(unknown))}"
    built = model()
    for wire, one in value.items():
        setattr(built, names[wire], typed(module, model.openapi_types[names[wire]], one))
    return built


def plain(parsed: Any) -> Any:
    """What the SDK parsed as plain data, under the names on the wire."""
    if isinstance(parsed, list):
        return [plain(one) for one in parsed]
    if isinstance(parsed, dict):
        return {key: plain(one) for key, one in parsed.items()}
    if not hasattr(parsed, "attribute_map"):
        return parsed
    return {wire: plain(getattr(parsed, attribute, None)) for attribute, wire in parsed.attribute_map.items()}


def lost(wire: Any, parsed: Any, place: str = "") -> list[str]:
    """The places of what came over the wire and that the SDK's models do not have, or have otherwise."""
    if isinstance(wire, dict):
        if not isinstance(parsed, dict):
            return [place]
        return [
            where
            for key, value in wire.items()
            for where in (lost(value, parsed.get(key), f"{place}.{key}".lstrip(".")) if value is not None else [])
        ]
    if isinstance(wire, list):
        if not isinstance(parsed, list) or len(parsed) != len(wire):
            return [place] if wire else []
        return [where for one, other in zip(wire, parsed) for where in lost(one, other, f"{place}[]")]
    if isinstance(parsed, datetime):
        same = parsed.replace(tzinfo=None) == datetime.fromisoformat(wire).replace(tzinfo=None)
    else:
        same = wire == parsed or str(wire) == str(parsed)
    return [] if same else [place]
