# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_encrypt_instance_info: one listing, and its filters."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import ACTIVE, ENCRYPT, OFF
from tests.unit.plugins.modules.harness import fault, sample

MODULE = "dbss_encrypt_instance_info"
FIRST = ({}, ENCRYPT.lists())
LISTED = ENCRYPT.listed
RUNS = [
    ({}, [ENCRYPT.lists(ACTIVE)], False),
    ({}, [ENCRYPT.lists().but(400, fault("DBSS.10020131", "no"))], True),
]


@pytest.mark.parametrize(
    ("options", "found"),
    [({}, [0, 1]), ({"instance_id": ENCRYPT.ids[1]}, [1]), ({"name": ENCRYPT.names[0]}, [0]), ({"name": "x"}, [])],
)
def test_filters(bench, options, found):
    instances = bench.run(MODULE, options, [ENCRYPT.lists(ACTIVE, OFF)])["instances"]
    states = (ACTIVE, OFF)
    assert instances == [ENCRYPT.record(states[index], index) for index in found]


def test_none(bench):
    calls = [ENCRYPT.listing().but(200, sample("listEncryptInstances.200.empty"))]
    assert bench.run(MODULE, {}, calls)["instances"] == []
