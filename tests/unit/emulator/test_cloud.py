# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud does about faults of its own: a loud word in its log, and a failure body for the client."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.emulator.cloud import Cloud
from tests.emulator.documents import HERE, read_file
from tests.emulator.iam import projects
from tests.emulator.identity import Signable
from tests.unit.emulator import company


def ask(handler, monkeypatch, **settings):
    """Answer listDomains with a handler; the cloud, the status and the body."""
    cloud = Cloud(read_file(HERE / "company.yml"), settings)
    monkeypatch.setitem(projects.HANDLERS, "listDomains", handler)
    request = Signable("GET", "/v3/auth/domains", {"x-auth-token": company.TOKEN})
    answer = cloud.answer(cloud.contract.operations["listDomains"], {}, request, SimpleNamespace())
    return cloud, answer.status, json.loads(answer.body)


def test_an_answer_that_breaks_the_contract(monkeypatch, capsys):
    cloud, status, body = ask(lambda call: {"domains": [{"id": 1}]}, monkeypatch)
    assert (status, cloud.breaches) == (500, 1)
    assert "broke the contract" in body["error"]["message"]
    assert "CONTRACT BROKEN by listDomains 200: domains[0]" in capsys.readouterr().err


@pytest.mark.parametrize("validate", ["requests", "off"])
def test_answers_are_not_looked_at_when_told_so(monkeypatch, validate):
    cloud, status, body = ask(lambda call: {"domains": [{"id": 1}]}, monkeypatch, validate=validate)
    assert (status, body, cloud.breaches) == (200, {"domains": [{"id": 1}]}, 0)


def test_an_accident(monkeypatch, capsys):
    def handler(call):
        raise KeyError("inside")

    _cloud, status, body = ask(handler, monkeypatch)
    assert status == body["error"]["code"] == 500
    assert "inside" not in str(body)
    assert "KeyError: 'inside'" in capsys.readouterr().err


def test_what_is_not_served_is_not_gone(monkeypatch):
    """A 404 would tell callers that the thing they asked for is not there."""
    cloud = Cloud(read_file(HERE / "company.yml"), {})
    monkeypatch.delitem(projects.HANDLERS, "listDomains")
    request = Signable("GET", "/v3/auth/domains", {"x-auth-token": company.TOKEN})
    answer = cloud.answer(cloud.contract.operations["listDomains"], {}, request, SimpleNamespace())
    assert (answer.status, json.loads(answer.body)["error_code"]) == (501, "APIGW.0103")
