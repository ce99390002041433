# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Billing: prices, orders, subscriptions."""

from __future__ import annotations

from collections import ChainMap
from typing import Mapping

from ..call import Handler
from ..state import Completion
from . import (
    orders,
    prices,
    subscriptions,
)

ROOMS = (
    orders,
    prices,
    subscriptions,
)
HANDLERS: Mapping[str, Handler] = ChainMap(*(room.HANDLERS for room in ROOMS))
COMPLETIONS: Mapping[str, Completion] = ChainMap(*(room.COMPLETIONS for room in ROOMS))
