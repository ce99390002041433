# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good and bad input drawn from the contract, and any JSON at all: never a 5xx, never a body of another shape."""

from __future__ import annotations

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis.config import SchemathesisConfig

from tests.emulator.cloud import HANDLERS
from tests.emulator.contract import FOLDER, Contract
from tests.unit.emulator import company

DOCUMENT = yaml.safe_load((FOLDER / "openapi.yaml").read_text(encoding="utf-8"))
CONFIG = SchemathesisConfig.from_dict({"generation": {"mode": "all", "deterministic": True}})
CONTRACT = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG).include(operation_id=list(HANDLERS))
POSTS = [one for one in Contract().operations.values() if one.id in HANDLERS and one.method == "POST"]
# What makes a random request reach something that exists.
KNOWN = {"project_id": company.PROJECT, "instance_id": company.AUDIT_PROD, "cluster_id": company.DWS_PROD}
HEADERS = {"X-Auth-Token": company.TOKEN, "X-Project-Id": company.PROJECT, "X-Domain-Id": company.ACCOUNT}

SCALARS = strategies.one_of(
    strategies.none(),
    strategies.booleans(),
    strategies.integers(),
    strategies.floats(),
    strategies.text(max_size=70),
    strategies.sampled_from(["ON", "OFF", "addOmUser", company.ORDERS, company.AUDIT_PROD]),
)
KEYS = strategies.sampled_from(["id", "instance_id", "status", "operation", "lts_audit_switch", "auth", "restart", "x"])
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
    body = answer.json()
    assert answer.status_code < 400 or "error" in body or "error_code" in body


@pytest.mark.filterwarnings("ignore")
@CONTRACT.given(known=strategies.booleans())
@CONTRACT.parametrize()
@bounded(25)
def test_input_drawn_from_the_contract(running_emulator, case, known):
    own = KNOWN if known else {"project_id": company.PROJECT}
    case.path_parameters = {**(case.path_parameters or {}), **own}
    check(case.call(base_url=running_emulator.url, headers=HEADERS))


@pytest.mark.parametrize("operation", POSTS, ids=lambda operation: operation.id)
@bounded(40)
@given(value=JSON)
def test_any_json(running_emulator, operation, value):
    url = running_emulator.url + operation.path.format(**KNOWN)
    try:
        check(requests.post(url, json=value, headers=HEADERS, timeout=10))
    except requests.exceptions.InvalidJSONError:
        check(requests.post(url, data=str(value).encode("utf-8", "replace"), headers=HEADERS, timeout=10))
