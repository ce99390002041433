# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large company for the embedded cloud."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator.fixtures import Emulator

pytest_plugins = ["tests.emulator.fixtures"]

COMPANY = Path(__file__).parents[1] / "emulator" / "company.yml"


def identifier(kind: str, number: int) -> str:
    """Return the ID of the number-th record of a kind, always the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{number}"))


class Company:
    """Fills the embedded cloud with many records, and lets no answer be checked row by row: that would take minutes."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._state: dict[str, Any] = yaml.load(COMPANY.read_text(encoding="utf-8"), yaml.BaseLoader)
        kept = ("region", "account", "projects", "users", "keys", "tokens")
        self._state = {key: value for key, value in self._state.items() if key in kept}

    def fill(self, instances: int = 1, databases: int = 0, clusters: int = 0, status: str = "OFF") -> None:
        """Put so many audit instances with so many databases each there, and so many clusters."""
        records = {
            "audit_instances": [self._instance(number, databases, status) for number in range(instances)],
            "clusters": [
                {"id": identifier("cluster", number), "name": f"cluster-{number}", "om_user": {"status": "off"}}
                for number in range(clusters)
            ],
        }
        self._emulator.state({**self._state, **records})
        self._emulator.settings(transition=0, validate="requests")

    @staticmethod
    def _instance(number: int, databases: int, status: str) -> dict[str, Any]:
        return {
            "database_limit": 1000,
            "id": identifier("instance", number),
            "resource_id": identifier("resource", number),
            "name": f"instance-{number}",
            "databases": [
                {"id": f"database-{number:04}-{index:06}", "name": f"db-{index}", "ip": "192.168.0.1", "status": status}
                for index in range(databases)
            ],
        }


@pytest.fixture
def company(emulator: Emulator) -> Company:
    """An embedded cloud to be filled."""
    return Company(emulator)
