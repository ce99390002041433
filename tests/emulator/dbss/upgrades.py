# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upgrades of audit instances, and the jobs of their creation."""

from __future__ import annotations

from ..call import Handler
from ..state import Completion

HANDLERS: dict[str, Handler] = {}
COMPLETIONS: dict[str, Completion] = {}
