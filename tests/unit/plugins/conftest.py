# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hypothesis searches: the same way each time, so that a gate that was green stays green. Whose process it is."""

from __future__ import annotations

import pytest
from ansible.module_utils import _internal
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def in_the_process_of_a_module(monkeypatch):
    """Let modules record their warnings, also when a plugin that was imported has made this a controller's process."""
    monkeypatch.setattr(_internal, "is_controller", False)
