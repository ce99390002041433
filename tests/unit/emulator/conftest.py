# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for the embedded cloud."""

from __future__ import annotations

import pytest

from tests.emulator.fixtures import Emulator
from tests.unit.emulator.company import Api


@pytest.fixture
def api(emulator: Emulator) -> Api:
    """Return a client that holds the token issued before."""
    return Api(emulator.url)
