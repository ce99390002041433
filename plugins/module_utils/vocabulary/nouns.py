# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the records of a kind are called and told apart, and what IDs look like."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError, printable

MOST_NAMED = 20
"""How many records, references and errors a message spells out."""


class IdRule(NamedTuple):
    """What an ID looks like."""

    pattern: str
    words: str


# Lengths: contract, components.parameters. Characters: those of the contract's samples, none of which needs encoding.
INSTANCE_ID = IdRule(r"[A-Za-z0-9_-]{32,64}", "32 to 64 letters, digits, hyphens and underscores")
PROJECT_ID = INSTANCE_ID
ALARM_ID = IdRule(r"[A-Za-z0-9_-]{1,64}", "up to 64 letters, digits, hyphens and underscores")
CLUSTER_ID = IdRule(r"(?i)[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "a UUID of 36 characters")


def check_id(option: str, value: str, rule: IdRule) -> str:
    """Return the ID if it looks like one.

    @raises UsageError: when it does not
    """
    if not re.fullmatch(rule.pattern, value):
        raise UsageError(f"{option} {value!r} is not an ID: it must be {rule.words}.")
    return value


class Noun(NamedTuple):
    """How the records of one kind are called and told apart."""

    one: str  # audit instance
    many: str  # audit instances
    id_key: str = "id"
    name_key: str = "name"
    twin_key: str = ""  # another ID in the record that is easily taken for the right one

    def describe(self, record: dict[str, Any]) -> str:
        """Return C(audit instance audit-prod (3b0c…)), with escapes for what does not print.

        A record that is not there yet has no ID.
        """
        name, record_id = record.get(self.name_key), record[self.id_key]
        if name and record_id is not None:
            return printable(f"{self.one} {name} ({record_id})")
        return printable(f"{self.one} {name or record_id}")
