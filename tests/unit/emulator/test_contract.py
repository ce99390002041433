# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract's own file and samples, judged by the rules that the server applies."""

from __future__ import annotations

import json

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.emulator.contract import FILES, FOLDER, Complaint, Contract

SAMPLES = sorted((FOLDER / "samples").glob("*.json"))


@pytest.fixture(scope="module")
def contract():
    return Contract()


def test_the_contract_is_valid_openapi(contract):
    document = json.loads(json.dumps(contract.document).replace('"contract:#/', '"#/'))
    assert not list(OpenAPIV30SpecValidator(document).iter_errors())


def test_its_files_have_no_operation_and_no_schema_in_common():
    first, second = (yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")) for name in FILES)
    shared = [path for path in second["paths"] if path in first["paths"]]
    assert len(shared) == 5
    for path in shared:
        one, other = first["paths"][path], second["paths"][path]
        assert set(one) & set(other) <= {"servers", "parameters"}
        assert (one["servers"], one["parameters"]) == (other["servers"], other["parameters"])
    assert not set(first["components"]["schemas"]) & set(second["components"]["schemas"])


@pytest.mark.parametrize(
    ("operation", "status", "body", "media", "flaw"),
    [
        ("downloadReport", 200, b"%PDF", "application/octet-stream", None),
        ("downloadReport", 200, b"{}", "application/json", "must be application/octet-stream, not application/json"),
        ("createMetadataToken", 200, b"token", "text/plain", None),
        ("createTags", 204, b"", "", None),
        ("listTags", 200, b"", "", "must be application/json, not empty"),
    ],
)
def test_answers_that_are_no_json(contract, operation, status, body, media, flaw):
    assert contract.operations[operation].flaw_of_answer(status, body, media) == flaw


def test_there_are_samples():
    assert len(SAMPLES) > 290


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples_obey_the_contract(contract, sample):
    operation, status = sample.name.split(".")[:2]
    assert contract.operations[operation].flaw_of_answer(int(status), sample.read_bytes()) is None


@pytest.mark.parametrize(
    ("operation", "status", "answer"),
    [
        ("listAuditInstances", 200, {"servers": [{"id": 1}]}),
        ("listAuditInstances", 200, {}),
        ("switchAuditDatabaseV3", 200, {"status": "DONE"}),
        ("runOmUserAction", 200, {"error_code": "0"}),
        ("startAuditInstance", 400, {"message": "no"}),
        ("startAuditInstance", 418, {"error": {"error_code": "X", "error_msg": "x"}}),
    ],
)
def test_answers_that_break_the_contract_are_found(contract, operation, status, answer):
    assert contract.operations[operation].flaw_of_answer(status, json.dumps(answer).encode())


def test_words_outside_an_open_list_are_no_flaw(contract):
    cluster = {"id": "x", "name": "x", "status": "STOPPED"}
    assert contract.operations["getCluster"].flaw_of_answer(200, json.dumps({"cluster": cluster}).encode()) is None


def test_complaints_never_repeat_a_value(contract):
    body = {"auth": {"identity": {"password": {"user": {"password": ["hush"]}}}}}
    with pytest.raises(Complaint) as complaint:
        contract.operations["createTokenByPassword"].read_body(json.dumps(body).encode(), "application/json")
    assert "hush" not in str(complaint.value)
    assert complaint.value.place == "body"
