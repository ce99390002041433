# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login, projects, the account, temporary keys."""

from __future__ import annotations

from tests.unit.emulator import company
from tests.unit.emulator.driver import Drive

USER = {"name": company.USER, "password": company.PASSWORD, "domain": {"name": "example-account"}}
LOGIN = {
    "auth": {
        "identity": {"methods": ["password"], "password": {"user": USER}},
        "scope": {"project": {"name": "cn-north-4"}},
    }
}
ASSUME = {
    "auth": {
        "identity": {
            "methods": ["assume_role"],
            "assume_role": {"agency_name": "ops-agency", "domain_name": "example-account", "duration_seconds": 900},
        }
    }
}
BY_TOKEN = {"auth": {"identity": {"methods": ["token"], "token": {"id": company.TOKEN, "duration_seconds": 900}}}}


def are_keys(answer: dict[str, dict[str, str]]) -> bool:
    """Whether these are temporary keys."""
    return all(answer["credential"][key] for key in ("access", "secret", "securitytoken", "expires_at"))


DRIVES = [
    Drive(
        "createTokenByPassword", body=LOGIN, check=lambda answer: answer["token"]["project"]["id"] == company.PROJECT
    ),
    Drive("listProjects", {"name": "cn-north-4"}, check=lambda answer: len(answer["projects"]) == 1),
    Drive("listDomains", check=lambda answer: answer["domains"][0]["id"] == company.ACCOUNT),
    *(Drive("createTemporaryCredential", body=body, check=are_keys) for body in (ASSUME, BY_TOKEN)),
]
