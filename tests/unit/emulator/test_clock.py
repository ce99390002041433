# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as state files write them."""

from __future__ import annotations

import pytest

from tests.emulator.clock import moment, timestamp


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("in 3h", 1000 + 3 * 3600),
        ("in 1d2h3m4s", 1000 + 93784),
        ("90m ago", 1000 - 90 * 60),
        ("1970-01-01T01:00:00Z", 3600),
        ("1970-01-01T01:00:00+01:00", 0),
    ],
)
def test_times(text, seconds):
    assert moment(text, 1000) == seconds


@pytest.mark.parametrize("text", ["", "soon", "in", "in 3", "in 3h ago", "3 h ago", "in -3h", "tomorrow"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError, match="is no time"):
        moment(text, 1000)


def test_timestamps_can_be_read_again():
    assert moment(timestamp(1234.5), 0) == 1234.5
