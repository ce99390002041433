# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role's variable says, yes or no, however it was written."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.flag import FilterModule

flag = FilterModule().filters()["flag"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, True) for value in (True, "true", "True", "yes", "y", "t", "on", " on\n", "1", 1, 1.0)),
        *((value, False) for value in (False, "false", "no", "N", "f", "off", "0", 0)),
    ],
)
@pytest.mark.parametrize("default", [True, False])
def test_says_something(value, expected, default):
    assert flag(value, default) is expected


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_says_nothing(value):
    assert (flag(value), flag(value, True)) == (False, True)


@pytest.mark.parametrize("value", ["perhaps", 2, ["true"]])
def test_says_neither(value):
    with pytest.raises(ValueError, match=r"is neither true nor false\.$"):
        flag(value)
