# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sections of a policy: all that can be kept of an audit instance, in the order in which it is written."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Sequence

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import AGENT, DATABASE_REGISTRATION
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.rules import (
    MASK_RULE,
    RISK_RULE,
    SCOPE,
    SQL_RULE,
    WHITELIST,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.settings import SETTINGS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import Kind

POWER = {"ACTIVE": "started", "SHUTOFF": "stopped"}
"""The status of an instance, and the state that keeps it so."""

UNREADABLE_SETTINGS = [setting.option for setting in SETTINGS if setting.read is None]


class Section(NamedTuple):
    """A list of records of a kind."""

    kind: Kind
    brief: Mapping[str, Sequence[str]] = {}


# The sections that are no records, and what they must be.
VALUES: dict[str, Any] = {"power": ("started", "stopped"), "settings": dict, "tags": dict}
RECORDS = {
    # What an RDS instance is besides, it tells itself.
    "databases": Section(DATABASE_REGISTRATION, {"rds_id": ("rds_id", "type", "enabled")}),
    "agents": Section(AGENT),
    "scopes": Section(SCOPE),
    "risk_rules": Section(RISK_RULE),
    "sql_rules": Section(SQL_RULE),
    "mask_rules": Section(MASK_RULE),
    "whitelist": Section(WHITELIST),
}
SECTIONS = (*VALUES, *RECORDS)


def settings_shown(readings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as their module takes them, without limits and what the service does not tell."""
    return {
        setting.option: readings[setting.option] for setting in SETTINGS if readings.get(setting.option) is not None
    }


def settings_differing(declared: Mapping[str, Any], readings: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the declared settings that are otherwise: what they are, and what they are to be."""
    found = {}
    for setting in SETTINGS:
        if setting.read is None or declared.get(setting.option) is None:
            continue
        now = readings[setting.option]
        wanted = setting.merge(now, declared[setting.option])
        if now != wanted:
            found[setting.option] = (now, wanted)
    return found
