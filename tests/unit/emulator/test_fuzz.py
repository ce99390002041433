# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good and bad input drawn from the contract, and any JSON at all: never a 5xx, never a body of another shape."""

from __future__ import annotations

import json
import re

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.config import SchemathesisConfig

from tests.emulator.contract import Contract
from tests.unit.emulator import company

DOCUMENT = json.loads(json.dumps(Contract().document).replace('"contract:#/', '"#/'))
CONFIG = SchemathesisConfig.from_dict({"generation": {"mode": "all", "deterministic": True}})
CONTRACT = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)
WITH_BODY = [one for one in Contract().operations.values() if one.takes_body]
# What makes a random request reach something that exists.
KNOWN = {
    "project_id": company.PROJECT,
    "domain_id": company.ACCOUNT,
    "instance_id": company.AUDIT_PROD,
    "cluster_id": company.DWS_PROD,
    "resource_type": "auditInstance",
    "resource_id": company.AUDIT_PROD_BILLING_ID,
    "region_id": "cn-north-4",
    "db_id": company.ORDERS,
    "agent_id": company.AGENT,
    "order_id": company.ORDER,
    "busi_type": "audit",
}
PLACE = re.compile(r"\{(\w+)\}")
HEADERS = {"X-Auth-Token": company.TOKEN, "X-Project-Id": company.PROJECT, "X-Domain-Id": company.ACCOUNT}

SCALARS = strategies.one_of(
    strategies.none(),
    strategies.booleans(),
    strategies.integers(),
    strategies.floats(),
    strategies.text(max_size=70),
    strategies.sampled_from(["ON", "OFF", "addOmUser", company.ORDERS, company.AUDIT_PROD]),
)
KEYS = strategies.sampled_from(
    [
        "id",
        "ids",
        "instance_id",
        "status",
        "operation",
        "auth",
        "restart",
        "time",
        "page",
        "size",
        "tags",
        "databases",
        "x",
    ]
)
JSON = strategies.recursive(
    SCALARS, lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(KEYS, inner, max_size=5)
)


def bounded(examples):
    """Return the settings that draw so many examples, the same in every run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def check(answer):
    assert answer.status_code < 500, answer.text
    if answer.headers.get("Content-Type") == "application/json":
        body = answer.json()
        assert answer.status_code < 400 or "error" in body or "error_code" in body


@pytest.mark.filterwarnings("ignore")
@CONTRACT.given(known=strategies.booleans())
@CONTRACT.parametrize()
@bounded(12)
def test_input_drawn_from_the_contract(running_emulator, case, known):
    own = KNOWN if known else {"project_id": company.PROJECT}
    drawn = case.path_parameters or {}
    case.path_parameters = {**drawn, **{name: value for name, value in own.items() if name in case.operation.path}}
    check(case.call(base_url=running_emulator.url, headers=HEADERS))


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.id)
@bounded(15)
@given(value=JSON)
def test_any_json(running_emulator, operation, value):
    url = running_emulator.url + PLACE.sub(lambda match: KNOWN.get(match[1], company.ORDERS), operation.path)
    try:
        check(requests.request(operation.method, url, json=value, headers=HEADERS, timeout=10))
    except requests.exceptions.InvalidJSONError:
        check(
            requests.request(
                operation.method, url, data=str(value).encode("utf-8", "replace"), headers=HEADERS, timeout=10
            )
        )
