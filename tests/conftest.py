# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of the caller's, and fixtures for every test: the embedded cloud, the built and installed collection."""

from __future__ import annotations

from tests.tools.environment import NETWORK, SETTINGS, forget

forget(SETTINGS, NETWORK)  # before anything reads them

pytest_plugins = ["tests.emulator.fixtures", "tests.tools.fixtures"]
