# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
import yaml
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import Credentials
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import Settings

from tests.unit.plugins.module_utils.doubles import FakeClock, Script

TOKEN = Credentials("token", auth_token="a-token")
ENDPOINTS = {service: f"https://{service}.example.com" for service in ("iam", "dbss", "dws")}
CONTRACT = Path(__file__).parents[3] / "emulator" / "contract"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """Add the expected calls to this, in order: C(http.get(url, json=…)). One that does not come fails the test."""
    with responses.RequestsMock(registry=Script) as script:
        yield script


@pytest.fixture
def connect(clock: FakeClock) -> Iterator[Callable[..., Client]]:
    """Return the function that makes a client; its further keywords are those of Settings."""
    clients = []

    def make(
        credentials: Credentials = TOKEN,
        project_id: str | None = "p1",
        project_name: str = "cn-north-4",
        read_only: bool = False,
        **settings: Any,
    ) -> Client:
        how = Settings(**{"endpoints": ENDPOINTS, **settings})
        clients.append(Client(credentials, how, project_id, project_name, read_only, clock=clock))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Any]:
    """Return the function that reads one of the contract's samples."""
    return lambda name: json.loads((CONTRACT / "samples" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def contract() -> Any:
    """Return the contract of the API, its two files as one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    names = ("openapi.yaml", "openapi-2.yaml")
    document, more = (yaml.load((CONTRACT / name).read_text(encoding="utf-8"), Loader=loader) for name in names)
    for path, item in more["paths"].items():
        document["paths"].setdefault(path, {}).update(item)
    return document
