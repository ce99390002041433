# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded cloud and the built and installed collection, as fixtures for every test."""

pytest_plugins = ["tests.emulator.fixtures", "tests.tools.fixtures"]
