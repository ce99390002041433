# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DBSS: audit, O&M and encryption instances, what they audit and by which rules, evidence, orders."""

from __future__ import annotations

from collections import ChainMap
from typing import Mapping

from ..call import Handler
from ..state import Completion
from . import (
    agents,
    alarms,
    backups,
    catalog,
    databases,
    instances,
    nodes,
    operation_logs,
    orders,
    registration,
    reports,
    rules,
    settings,
    statements,
    statistics,
    tags,
    upgrades,
)

ROOMS = (
    agents,
    alarms,
    backups,
    catalog,
    databases,
    instances,
    nodes,
    operation_logs,
    orders,
    registration,
    reports,
    rules,
    settings,
    statements,
    statistics,
    tags,
    upgrades,
)
HANDLERS: Mapping[str, Handler] = ChainMap(*(room.HANDLERS for room in ROOMS))
COMPLETIONS: Mapping[str, Completion] = ChainMap(*(room.COMPLETIONS for room in ROOMS))
