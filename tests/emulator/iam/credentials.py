# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary keys, for an agency or a token."""

from __future__ import annotations

from typing import Any

from ..answers import Refusal
from ..call import Call, Handler
from ..power import Record
from ..state import Completion


def _agency_projects(call: Call, role: Record) -> frozenset[str]:
    """The projects of an agency that the account has. Raises Refusal."""
    account = call.state.account
    domains = {role.get("domain_name", account["name"]), role.get("domain_id", account["id"])}
    if role.get("agency_name") not in call.state.agencies or domains != {account["name"], account["id"]}:
        raise Refusal(403, "IAM.0002", "You are not allowed to assume the agency.")
    return frozenset(call.state.projects)


def _create(call: Call) -> Any:
    """createTemporaryCredential."""
    identity, sent = call.body["auth"]["identity"], call.sent_headers
    if identity["methods"] == ["assume_role"]:
        if "authorization" not in sent and "x-auth-token" not in sent:
            raise Refusal(401, "IAM.401", "Credentials are needed to assume an agency.")
        asked = identity["assume_role"]
        projects = _agency_projects(call, asked)
    else:
        asked = identity.get("token") or {}
        projects = call.cloud.identity.projects_of(asked.get("id") or sent.get("x-auth-token", ""))
    call.status = 201
    return {"credential": call.cloud.identity.issue_keys(projects, asked.get("duration_seconds", 900))}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"createTemporaryCredential": _create}
