# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as a user has it, and the embedded cloud, hurried."""

from __future__ import annotations

import pytest


@pytest.fixture
def cloud(emulator):
    """Return the embedded cloud at its start, with transitions that take no time worth waiting for."""
    emulator.settings(transition=0.2)
    return emulator
