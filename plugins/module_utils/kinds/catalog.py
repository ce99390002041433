# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the project may still have, and what there is to choose from: a row for each reading."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import reads
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.answers import rows
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation

_QUOTA = {"cpu": "cpu", "ram": "ram"}
_FLAVOR = {key: key for key in ("id", "name", "level", "vcpus", "ram")}
_ZONE = {"name": "zone_name", "number": "zone_number", **{key: key for key in ("alias", "alias_us", "az_type")}}


class Part(NamedTuple):
    """A reading of the catalog."""

    key: str  # of the result
    about: str  # what its rows are about
    read: Operation
    shown: Mapping[str, str]  # keys of a row, and those in the answer
    label: str = ""  # the key of a row that says what it is about
    listed: str = ""  # the key of the rows in the answer; "" where the answer is one row
    query: Mapping[str, str] = MappingProxyType({})

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{self.key} of {self.about}" if self.about else self.key


_FLAVORS = reads("listAuditSpecificationsNew", "/v1/{project_id}/audit/specification")
PARTS = (
    Part(
        "quota",
        "audit",
        reads("getAuditQuotaNew", "/v2/{project_id}/audit/quota", "read"),
        {"instances": "audit_quota", **_QUOTA},
        "for",
    ),
    Part(
        "quota",
        "om_and_encrypt",
        reads("getInstanceQuota", "/v1/{project_id}/instance/quota", "read"),
        {"instances": "quota", **_QUOTA},
        "for",
    ),
    *(
        Part(
            "flavors",
            product,
            _FLAVORS,
            {**_FLAVOR, "zones": "azs", "databases": "proxy"},
            "product",
            "specifications",
            {"image_business_type": number},
        )
        for product, number in (("audit", "3"), ("om", "1"), ("encrypt", "2"))
    ),
    Part(
        "zones",
        "",
        reads("listAuditAvailabilityZonesNew", "/v2/{project_id}/availability-zone"),
        _ZONE,
        listed="azs",
    ),
)


def read_part(client: Caller, part: Part) -> list[dict[str, Any]]:
    """Return the rows of a part of the catalog (getAuditQuotaNew, listAuditSpecificationsNew, …). Raises ApiError."""

    def parse(payload: dict[str, Any]) -> list[dict[str, Any]]:
        found = rows(payload, part.listed) if part.listed else rows({"row": [payload]}, "row")
        about = {part.label: part.about} if part.label else {}
        return [{**about, **{key: row.get(source) for key, source in part.shown.items()}} for row in found]

    told: list[dict[str, Any]] = client.call(part.read, f"the {part.name}", parse, {}, dict(part.query) or None)
    return told
