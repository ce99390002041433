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

from tests.unit.plugins.module_utils.doubles import FakeClock, Script

CONTRACT = Path(__file__).parents[3] / "emulator" / "contract"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """Add the expected calls to this, in order: C(http.get(url, json=…)). One that does not come fails the test."""
    with responses.RequestsMock(registry=Script) as script:
        yield script


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Any]:
    """Return the function that reads one of the contract's samples."""
    return lambda name: json.loads((CONTRACT / "samples" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def contract() -> Any:
    """Return the contract of the API."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((CONTRACT / "openapi.yaml").read_text(encoding="utf-8"), Loader=loader)
