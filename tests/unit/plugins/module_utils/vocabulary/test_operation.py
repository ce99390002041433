# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from urllib.parse import unquote

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds import dbss, dws
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import auth
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation
from hypothesis import given
from hypothesis import strategies as st

OPERATION = Operation("readThing", "dbss", "GET", "/v1/{project_id}/things/{thing_id}", "read")


@pytest.mark.parametrize(
    ("thing", "segment"),
    [("a-b_c", "a-b_c"), ("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("100%", "100%25"), ("{é}", "%7B%C3%A9%7D")],
)
def test_parameters_are_encoded_as_one_segment(thing, segment):
    assert OPERATION.url_path({"project_id": "p", "thing_id": thing}) == f"/v1/p/things/{segment}"


@given(st.text(), st.text())
def test_parameters_survive_encoding(project, thing):
    segments = OPERATION.url_path({"project_id": project, "thing_id": thing}).split("/")
    assert [unquote(segment) for segment in segments] == ["", "v1", project, "things", thing]


def operations():
    for module in (auth, dbss, dws):
        for value in vars(module).values():
            if isinstance(value, Operation):
                yield value
            elif isinstance(value, dict):
                yield from (row for row in value.values() if isinstance(row, Operation))


@pytest.mark.parametrize("operation", list(operations()), ids=lambda operation: f"{operation.id} {operation.intent}")
def test_operations_are_those_of_the_contract(operation, contract):
    described = contract["paths"][operation.path][operation.method.lower()]
    assert described["operationId"] == operation.id
    assert operation.service in described["tags"]
    reads = operation.method == "GET" or operation.id in (
        "listOmInstances",
        "listAuditAlarmLogsV2",
        "createTokenByPassword",
    )
    assert operation.acts != reads
