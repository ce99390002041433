# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the engine asks of those who know a sort of record."""

from __future__ import annotations

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import Action, Goal, Past, Step


class Resource:
    """One kind of record and what is wanted of it. Subclasses fill in the verbs."""

    noun: Noun
    actions: dict[str, Action]
    goal: Goal
    advice: str  # how to find out what happened when an outcome is unknown

    def read(self, keys: list[str]) -> dict[str, Any]:
        """Return the current record, or the DbopsError that hid it, for each of these IDs that exists."""
        raise NotImplementedError

    def known(self, key: str) -> dict[str, Any]:
        """Return what is known of a record that could not be read. Pure."""
        return {self.noun.id_key: key}

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        """Return the next step for the record. Pure."""
        raise NotImplementedError

    def act(self, record: dict[str, Any], action: str) -> dict[str, Any] | None:
        """Issue the action once; return the record if the answer shows it.

        @raises ApiError: when it failed
        """
        raise NotImplementedError

    def together(self, action: str) -> bool:
        """Return whether one call takes the action for many records. Pure."""
        return False

    def act_together(self, records: list[dict[str, Any]], action: str) -> dict[str, DbopsError]:
        """Issue the action once for many records; return by key the errors of those that the answer says failed.

        @raises ApiError: when it failed, for all of them
        """
        raise NotImplementedError

    def word(self, action: str) -> str:
        """Return what results call the action. Pure."""
        return action

    def not_now(self, error: DbopsError | None) -> bool:
        """Return whether an action that ended so is to be sent again as long as the record asks for it. Pure."""
        return False

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        """Return whether the record shows that the action was taken. Pure."""
        raise NotImplementedError

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        """Return what the record will be once the action has settled. Pure."""
        raise NotImplementedError

    def report(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the record as the result shows it. Pure."""
        return record

    def label(self, record: dict[str, Any]) -> str:
        """Return what the diff calls the record; it is asked for once something was changed, and must not fail."""
        return self.noun.describe(record)

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return the part of the record that actions change, for the diff. Pure."""
        raise NotImplementedError

    def facts(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return what messages say of the record as it is. Pure."""
        return self.view(record)
