# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_encrypt_instance: what it has in common with all instances; its nodes are those of O&M instances."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import ACTIVE, ENCRYPT, OFF
from tests.unit.plugins.modules.node_cases import NodeCases
from tests.unit.plugins.modules.power_cases import PowerCases

FIRST = ({"name": "encrypt-prod"}, ENCRYPT.lists(ACTIVE))
LISTED = ENCRYPT.listed
RUNS = [
    ({"name": "encrypt-prod"}, [ENCRYPT.lists(ACTIVE)], False),
    (
        {"instances": ENCRYPT.names[:1]},
        [ENCRYPT.lists(OFF), ENCRYPT.acts("start").but(200, {"result": "failed"})],
        True,
    ),
]


class TestEncryptInstance(PowerCases):
    fleet = ENCRYPT


class TestNodesEncrypt(NodeCases):
    fleet = ENCRYPT
