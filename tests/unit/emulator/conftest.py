# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded cloud and a client for it."""

from __future__ import annotations

import pytest

from tests.emulator.fixtures import Emulator, emulator, running_emulator  # noqa: F401
from tests.unit.emulator.company import Api


@pytest.fixture
def api(emulator: Emulator) -> Api:  # noqa: F811
    """Return a client that holds the token issued before."""
    return Api(emulator.url)
