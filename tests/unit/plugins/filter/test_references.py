# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role's variable names, however it was written."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.references import FilterModule

references = FilterModule().filters()["references"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("", []),
        ("orders", ["orders"]),
        (" orders ,billing,, ", ["orders", "billing"]),
        ("billing\r\ncustomers\n", ["billing", "customers"]),
        (2019, ["2019"]),
        ([2019, None, " orders\n"], ["2019", "orders"]),
        (["one, with a comma"], ["one, with a comma"]),
        (("a",), ["a"]),
        ([], []),
    ],
)
def test_references(value, expected):
    assert references(value) == expected
