# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own clients drive every operation of the contract, signed by their own signer, parsed without loss."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from tests.emulator.cloud import HANDLERS
from tests.unit.emulator import driver, drives

pytestmark = pytest.mark.filterwarnings("ignore:Method .* is deprecated:DeprecationWarning")

DRIVES = [
    one
    for module in pkgutil.iter_modules(drives.__path__)
    for one in importlib.import_module(f"{drives.__name__}.{module.name}").DRIVES
]
# What the vendor has no client for: what a server asks for from inside. test_metadata.py drives it.
WITHOUT_CLIENT = {"createMetadataToken", "getInstanceSecurityKey", "getInstanceMetadata"}
# What the SDK's models do not have although the contract does, with the reason.
NOT_PARSED = {
    # QUIRKS 3.10: the older list carries camel-case twins beside the SDK's names.
    "listAuditInstances": {f"servers[].{name}" for name in ("remainDays", "subnetId", "chargeModel", "configNum")},
}


@pytest.mark.parametrize("drive", DRIVES, ids=[drive.operation for drive in DRIVES])
def test_the_vendors_client_drives_it(emulator, drive):
    emulator.settings(transition=0)
    response, wire = driver.run(drive, emulator.url)
    entry = emulator.requests()[-1]
    assert (entry["operation"], entry["error_code"]) == (drive.operation, None)
    assert drive.check(wire)
    if wire is not None:
        parsed = driver.plain(response)
        # An answer that is a bare array is the response's body to the SDK.
        parsed = parsed.get("body") if isinstance(wire, list) else parsed
        assert set(driver.lost(wire, parsed)) == NOT_PARSED.get(drive.operation, set())


def test_all_is_served_and_driven():
    """Served, driven and total are one number; what is missing is named."""
    total = set(driver.contract().operations)
    served, driven = set(HANDLERS), {one.operation for one in DRIVES} | WITHOUT_CLIENT
    print(f"served {len(served)}, driven {len(driven)}, total {len(total)}")
    assert sorted(total - served) == []
    assert sorted(total - driven) == []
    assert served | driven <= total
