# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as ansible-rulebook loads it."""

from __future__ import annotations

import runpy
from types import SimpleNamespace

import pytest

from tests.tools.checkout import ROOT

SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "dbss_alarm_log.py"


@pytest.fixture(scope="session")
def source():
    """Return the names of the event source."""
    return SimpleNamespace(**runpy.run_path(str(SOURCE)))
