#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dws_om_user
short_description: Add, delete or extend the O&M account of DWS clusters
version_added: 1.0.0
description:
  - Keeps the O&M account of a DWS cluster present or absent, or extends the time for which it is valid. With this
    account the service's operations staff can log in to the cluster.
  - One extension adds 8 hours; an expired account is extended to 8 hours from now.
  - The module reads the state first and sends an action only when it is needed.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
attributes:
  check_mode:
    support: full
    details: It assumes that a new account is valid for 8 hours, which the service does not promise.
  diff_mode:
    support: full
    details: When something changes and the clusters were given by their IDs, they are listed once to name them.
  idempotent:
    support: partial
    details: With O(state=extended) each run extends the account.
options:
  cluster_id:
    description:
      - The ID of the cluster.
    type: str
  cluster_name:
    description:
      - The name of the cluster. It must be the name of exactly one. This costs one more call, to find its ID.
    type: str
  clusters:
    description:
      - IDs or names of several clusters, which are handled together. An ID wins over a name.
    type: list
    elements: str
  state:
    description:
      - V(present) adds the account when there is none, and extends it when it has expired or has less than
        O(min_validity) left.
      - V(absent) deletes the account. A cluster that does not exist any more has none, which is as wanted; a warning
        names it. To tell it from a cluster in another project, the clusters are then listed once, and when there is
        none at all, only a cluster that this task has seen before counts as gone.
      - V(extended) extends the account exactly once on each run. When there is none, it is added first.
    type: str
    choices:
      - present
      - absent
      - extended
    default: present
  min_validity:
    description:
      - For how long the account must still be valid with O(state=present), such as V(24h) or V(1d12h30m10s), at
        most 30 days.
      - The account is extended as often as needed and no more. Without it, an account that has not expired is enough.
    type: str
  concurrency:
    description:
      - At most how many of the O(clusters) are handled at the same time.
    type: int
    default: 8
notes:
  - The service needs cluster version 8.1.3.110 or later.
  - While the cluster is busy with another task, the action is tried again for up to 60 seconds and never longer than
    O(wait_timeout). With O(wait=false) it is not tried again.
  - When the answer to an extension is lost, the account is read again. The extension counts when the expiry has
    moved; otherwise the task fails and says that the outcome is unknown.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dws_om_user_info
  - module: huaweicloud.dbops.dws_cluster_info
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Open O&M access for at least a day
  huaweicloud.dbops.dws_om_user:
    cluster_name: dws-prod
    state: present
    min_validity: 24h

- name: Close O&M access
  huaweicloud.dbops.dws_om_user:
    cluster_id: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    state: absent

- name: Close O&M access to several clusters
  huaweicloud.dbops.dws_om_user:
    clusters:
      - dws-prod
      - dws-reports
    state: absent
"""

RETURN = r"""
om_user:
  description: The O&M account after the change, or as it would be in check mode.
  returned: when O(cluster_id) or O(cluster_name) is given and names a cluster
  type: dict
  contains:
    cluster_id:
      description: The ID of the cluster.
      type: str
      sample: 6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053
    cluster_name:
      description: The name of the cluster, V(null) where the task had no need to look it up.
      type: str
      version_added: 1.1.0
      sample: dws-prod
    name:
      description: The name of the account, C(om_user_) and the first 8 characters of the cluster's ID.
      type: str
      sample: om_user_6f0d2b84
    status:
      description: Whether the account exists, V(on) or V(off).
      type: str
      sample: "on"
    expires_at:
      description: When it expires, in UTC (RFC 3339). V(null) when it is off.
      type: str
      sample: "2026-11-22T16:00:00Z"
    expires_time:
      description: When it expires, in milliseconds since the epoch. V(null) when it is off.
      type: int
      sample: 1795363200000
    remaining_seconds:
      description: How many seconds are left until it expires. 0 when it is off or has expired.
      type: int
      sample: 28800
actions:
  description: The actions taken, in order, or those that would be taken in check mode.
  returned: when O(cluster_id) or O(cluster_name) is given and names a cluster
  type: list
  elements: str
  sample:
    - addOmUser
    - increaseOmUserPeriod
om_users:
  description: The O&M accounts of the O(clusters).
  returned: when O(clusters) is given and each one names a cluster
  type: list
  elements: dict
  contains:
    cluster_id:
      description: The ID of the cluster. All other keys of RV(om_user) come with it.
      type: str
    changed:
      description: Whether an action was taken on this account.
      type: bool
    actions:
      description: The actions taken on this account, in order.
      type: list
      elements: str
failed_clusters:
  description: Those of O(clusters) whose account could not be brought to the wanted state.
  returned: when O(clusters) is given and each one names a cluster
  type: list
  elements: dict
  contains:
    cluster_id:
      description: The ID of the cluster.
      type: str
    cluster_name:
      description: The name of the cluster, as in RV(om_user.cluster_name).
      type: str
      version_added: 1.1.0
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: runOmUserAction
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 400
    error_code:
      description: The error code of the service.
      type: str
      sample: DWS.7023
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

import re
from contextlib import suppress
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.lookup import find, references
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import for_each
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import CLUSTER, OM_USER, Clusters, account
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import (
    UNKNOWN_CLUSTER_CODES,
    ApiError,
    DbopsError,
    UsageError,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import CLUSTER_ID, check_id
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.plan import (
    ACT,
    DONE,
    Action,
    Goal,
    Past,
    Step,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.resource import Resource

OPTIONS: dict[str, Any] = {
    "cluster_id": {"type": "str"},
    "cluster_name": {"type": "str"},
    "clusters": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["present", "absent", "extended"], "default": "present"},
    "min_validity": {"type": "str"},
    "concurrency": {"type": "int", "default": 8},
}
SELECTORS = ("cluster_id", "cluster_name", "clusters")

GOALS = {
    "present": Goal("cannot be opened", "was not seen open"),
    "absent": Goal("cannot be closed", "was not seen closed"),
    "extended": Goal("cannot be extended", "was not seen extended"),
}

PERIOD = 8 * 60 * 60 * 1000
"""What one increaseOmUserPeriod adds, and what a new account is assumed to have, in ms."""

LONGEST_VALIDITY = 30 * 24 * 60 * 60
VALIDITY = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)


def parse_validity(text: str) -> int:
    """Return the milliseconds that a duration such as C(1d12h30m10s) means.

    @raises UsageError: when it is not in this form or longer than 30 days
    """
    match = VALIDITY.fullmatch(text) if len(text) <= 40 else None
    if not match or not text:
        raise UsageError(f"min_validity {text!r} is not a duration such as 24h or 1d12h30m10s.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if total > LONGEST_VALIDITY:
        raise UsageError(f"min_validity {text!r} is longer than 30 days.")
    return total * 1000


def plan(record: dict[str, Any], wanted: str, past: Past, min_validity: int, now: int) -> Step:
    """Return the next step for an O&M account.

    @param wanted: present, absent or extended
    @param min_validity: how long it must still be valid, in ms
    @param now: the time in ms since the epoch
    """
    if wanted == "absent":
        return Step(ACT, "deleteOmUser") if record["status"] == "on" else Step(DONE)
    if wanted == "extended" and "increaseOmUserPeriod" in past.taken:
        return Step(DONE)
    if record["status"] == "off":
        return Step(ACT, "addOmUser")
    remaining = record["expires_time"] - now
    if wanted == "extended" or remaining <= 0 or remaining < min_validity:
        return Step(ACT, "increaseOmUserPeriod")
    return Step(DONE)


def took(before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
    """Return whether the account shows that the action was taken."""
    if action == "increaseOmUserPeriod":
        return bool(record["status"] == "on" and record["expires_time"] > (before["expires_time"] or 0))
    return bool(record["status"] == ("on" if action == "addOmUser" else "off"))


def predict(record: dict[str, Any], action: str, now: int) -> dict[str, Any]:
    """Return the account as it will be after the action."""
    expires = None if action == "deleteOmUser" else max(record["expires_time"] or 0, now) + PERIOD
    return account(record["cluster_id"], expires, now / 1000, record["cluster_name"])


class OmUsers(Resource):
    """O&M accounts that are to be C(present), C(absent) or C(extended).

    @param options: the task's options
    @param min_validity: how long they must still be valid, in ms
    @param now: the time that is planned with, in ms since the epoch; one for the whole task, so that a plan cannot
        chase it
    @param names: the names of the clusters that were looked up, by their IDs
    """

    noun = OM_USER
    # An account that was not seen to be extended is not extended again: that could open it for too long.
    actions = {  # noqa: RUF012
        "addOmUser": Action(again=True, unseen="fail"),
        "deleteOmUser": Action(again=True, unseen="fail"),
        "increaseOmUserPeriod": Action(again=False, unseen="fail"),
    }
    advice = "Look at its expiry (dws_om_user_info) before you run this again."

    def __init__(
        self, api: Clusters, options: dict[str, Any], min_validity: int, now: int, names: dict[str, str | None]
    ) -> None:
        self._api = api
        self._wanted = options["state"]
        self._concurrency = options["concurrency"]
        self._min_validity = min_validity
        self._now = now
        self._names = names
        self._seen = set(names)  # clusters that this task has seen in the project
        self._listed = bool(names)
        self.goal = GOALS[self._wanted]
        self.warnings: list[str] = []

    def read(self, keys: list[str]) -> dict[str, Any]:
        def read(key: str) -> dict[str, Any]:
            return self._api.om_user(key, self._names.get(key))

        readings = dict(zip(keys, for_each(read, keys, self._concurrency)))
        unknown = {key: error for key, error in readings.items() if _is_unknown(error)}
        self._seen.update(key for key in keys if not isinstance(readings[key], DbopsError))
        return {**readings, **self._gone(unknown)} if unknown and self._wanted == "absent" else readings

    def _gone(self, unknown: dict[str, ApiError]) -> dict[str, Any]:
        """Return, for clusters that the service does not know, an account that is off where the cluster surely is gone.

        The code alone would not do: it also comes for a cluster that may not be seen, and in the wrong project. So the
        clusters are listed once. Where there is none at all, only what this task has seen before can be gone.
        """
        try:
            listed = {cluster["id"].lower() for cluster in self._api.records()}
        except DbopsError:
            return {}
        readings: dict[str, Any] = {}
        for key, error in unknown.items():
            name = self._names.get(key)
            if key.lower() not in listed and (listed or key in self._seen):
                readings[key] = account(key, None, self._now / 1000, name)
                cluster, project = CLUSTER.describe({"id": key, "name": name}), self._api.project
                self.warnings.append(f"There is no {cluster} in {project}, so its O&M account counts as absent.")
            elif not listed:
                hint = f"there is no cluster at all in {self._api.project}, so see whether it is the right one"
                readings[key] = error.because(f"{error.why}; {hint}")
        return readings

    def plan(self, record: dict[str, Any], past: Past) -> Step:
        return plan(record, self._wanted, past, self._min_validity, self._now)

    def act(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return self._api.act(record, action)

    def took(self, before: dict[str, Any], record: dict[str, Any], action: str) -> bool:
        return took(before, record, action)

    def predict(self, record: dict[str, Any], action: str) -> dict[str, Any]:
        return predict(record, action, self._now)

    def view(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"status": record["status"], "expires_at": record["expires_at"]}

    def label(self, record: dict[str, Any]) -> str:
        if not self._listed:
            self._listed = True
            with suppress(DbopsError):  # a diff without names is better than none
                self._names.update((cluster["id"].lower(), cluster["name"]) for cluster in self._api.records())
        return self.noun.describe({**record, "cluster_name": self._names.get(record["cluster_id"])})


def _is_unknown(reading: Any) -> bool:
    return isinstance(reading, ApiError) and reading.facts.code in UNKNOWN_CLUSTER_CODES


def find_clusters(options: dict[str, Any], api: Clusters) -> tuple[list[str], dict[str, str | None]]:
    """Return the IDs of the clusters that the task names, and the names of those that were looked up, by their IDs.

    They are only looked up when one is given by its name.
    """
    if options["cluster_id"] is not None:
        return [check_id("cluster_id", options["cluster_id"], CLUSTER_ID).lower()], {}
    if options["cluster_name"] is not None:
        found = find(api.records(), CLUSTER, [options["cluster_name"]], by_id=False)
    else:
        # One ID in two spellings must not be extended twice.
        are_ids = {name: bool(re.fullmatch(CLUSTER_ID.pattern, name)) for name in references(options["clusters"])}
        named = list(dict.fromkeys(name.lower() if is_id else name for name, is_id in are_ids.items()))
        if all(are_ids.values()):
            return named, {}
        found = find(api.records(), CLUSTER, named)
    return [cluster["id"] for cluster in found], {cluster["id"]: cluster["name"] for cluster in found}


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, acts=True, mutually_exclusive=[SELECTORS], required_one_of=[SELECTORS]) as frame:
        options = frame.options
        if options["min_validity"] is not None and options["state"] != "present":
            raise UsageError("min_validity goes with state=present only.")
        min_validity = parse_validity(options["min_validity"]) if options["min_validity"] is not None else 0
        poll = frame.start_waiting()
        api, now = Clusters(frame.client), int(frame.clock.now() * 1000)
        keys, names = find_clusters(options, api)
        resource = OmUsers(api, options, min_validity, now, names)
        tracks = frame.converge(resource, resource.read(keys), poll)
        frame.warn(resource.warnings)
        if options["clusters"] is None:
            frame.report_one(resource, tracks[0], "om_user")
        frame.report_all(resource, tracks, "om_users", "failed_clusters")


if __name__ == "__main__":
    main()
