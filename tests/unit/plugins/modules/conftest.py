# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bench on which modules run."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.unit.plugins.modules.harness", "tests.unit.plugins.modules.power_cases")

from tests.unit.plugins.modules.harness import Bench  # noqa: E402 - after the line that has its assertions explained


@pytest.fixture
def bench(monkeypatch):
    """The bench."""
    return Bench(monkeypatch)
