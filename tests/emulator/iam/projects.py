# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: login, projects, the account."""

from __future__ import annotations

from typing import Any

from ..call import Call, Handler
from ..state import Completion


def create_token(call: Call) -> dict[str, Any]:
    """createTokenByPassword: the token travels in the X-Subject-Token header only."""
    token, description = call.cloud.identity.log_in(call.body["auth"], call.sent_headers.get("x-auth-token"))
    call.status = 201
    call.headers.update({"X-Subject-Token": token, "X-IAM-Trace-Id": "token_emulator"})
    return {"token": description}


def list_domains(call: Call) -> dict[str, Any]:
    """listDomains: the one account."""
    return {"domains": [{**call.state.account, "enabled": True}]}


def list_projects(call: Call) -> dict[str, Any]:
    """listProjects, filtered and paged."""
    account = call.state.account["id"]
    rows = [
        {
            "id": one["id"],
            "name": one["name"],
            "domain_id": account,
            "parent_id": account,
            "is_domain": False,
            "enabled": True,
            "description": "",
            "links": {"self": f"/v3/projects/{one['id']}", "previous": None, "next": None},
        }
        for one in call.state.projects.values()
    ]
    for key in ("name", "domain_id", "parent_id", "enabled"):
        if call.query[key] is not None:
            rows = [row for row in rows if row[key] == call.query[key]]
    size, page = call.query["per_page"], call.query["page"]
    if size:
        first = size * ((page or 1) - 1)
        rows = rows[first : first + size]
    return {"projects": rows, "links": {"self": "/v3/projects", "previous": None, "next": None}}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {
    "createTokenByPassword": create_token,
    "listDomains": list_domains,
    "listProjects": list_projects,
}
