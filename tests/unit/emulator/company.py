# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who and what is who in tests/emulator/company.yml, and the requests that the tests send most."""

from __future__ import annotations

from typing import Any

import requests

PROJECT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
WAREHOUSE = "5e4d3c2b1a0f4e5d8c9bab9a8b7c6d5e"
ACCOUNT = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TOKEN = "example-token-issued-before"
ACCESS_KEY, SECRET_KEY = "EXAMPLEACCESSKEY0001", "example-secret-key-for-tests-only"
TEMPORARY_KEY, TEMPORARY_SECRET = "EXAMPLETEMPORARY0002", "example-temporary-secret-key"
SECURITY_TOKEN = "example-security-token"
USER, PASSWORD = "ops-user", "example-password"

AUDIT_PROD = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10"
AUDIT_TEST = "c4e81f06-27b9-4d63-a5f2-8d19e0b37c45"
AUDIT_BROKEN = "39cbf5d6-7e80-42a2-9c3d-4e5f60718293"
AUDIT_ARCHIVE = "4adc06e7-8f91-43b3-ad4e-5f60718293a4"
ORDERS, BILLING, DWS_DATABASE, LEGACY = (
    "Kx7dQ2mB9vLr4TzY1wPc",
    "Zp3nH8sJ6gFa0RuE5kXo",
    "Wd1sQ9lT7nVb5KcH3jRe",
    "Lg4vQ0oG6tUc8ZaN2rFp",
)
CUSTOMERS, BILLING_TEST = "Cu2tO8mE4rSa6XyL0pDn", "Tb6xS2qI8vWe0BcP4tHr"
AUDIT_PROD_BILLING_ID = "9f2a6c1e-0d3b-4c58-8e77-51b0c4d2e6a8"
SYSTEM_RISK, CUSTOM_RISK = "Rk1aB2cD3eF4gH5iJ6kL", "Rk7mN8oP9qR0sT1uV2wX"
ALL_AUDIT, CUSTOM_SCOPE = "Sc1aB2cD3eF4gH5iJ6kL", "Sc7mN8oP9qR0sT1uV2wX"
SYSTEM_SQL, CUSTOM_SQL = "Sq1aB2cD3eF4gH5iJ6kL", "Sq7mN8oP9qR0sT1uV2wX"
SYSTEM_MASK, CUSTOM_MASK = "Mk1aB2cD3eF4gH5iJ6kL", "Mk7mN8oP9qR0sT1uV2wX"
ENTRY = "Wh1aB2cD3eF4gH5iJ6kL"
AGENT, SLEEPER = "Ag5tR8yU2iOp7QwE4zXc", "Ag6uS9zV3jPq8RxF5aYd"
RDS_PAYMENTS, RDS_LEDGER = "9e0f1a2b3c4d5e6f708192a3b4c5d6e7in01", "af1a2b3c4d5e6f708192a3b4c5d6e7f8in03"
ALARM, STATEMENT = "Al1aRm0000000002", "6f1e0d9c8b7c"
REPORT, REPORT_TEMPLATE = "Rp1aB2cD3eF4gH5iJ6kL", "Tp1aB2cD3eF4gH5iJ6kL"
GOOD_BACKUP, BAD_BACKUP = "Bk1aB2cD3eF4gH5iJ6kL", "Bk7mN8oP9qR0sT1uV2wX"
ENCRYPT_PROD = "1bd7f9e5-c4a3-426b-98ab-af5d30426b7c"
ORDER = "CS2611220512KTQ8M"
OM_PROD = "e8a4c6b2-91d0-4f37-b5e8-7c2a0d1f3e49"
OM_PAIR = "f9b5d7c3-a2e1-4048-86f9-8d3b1e204f5a"
OM_TEST = "0ac6e8d4-b3f2-4159-97fa-9e4c2f315a6b"
DWS_PROD = "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053"
DWS_REPORTS = "7a1e3c95-4d6b-4f28-8e97-b2c8d0f30164"
DWS_TEST = "8b2f4da6-5e7c-4039-9fa8-c3d9e1041275"
DWS_FINANCE = "9c305eb7-6f8d-414a-80b9-d4eaf2152386"

INSTANCES = f"/v1/{PROJECT}/dbss/audit/instances"
OM_INSTANCES = f"/v2/{PROJECT}/db-om/instances"
CLUSTERS = f"/v1.0/{PROJECT}/clusters"


class Api:
    """Calls of the API with the token issued before, and the shortest forms of the most frequent ones."""

    def __init__(self, url: str):
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["X-Auth-Token"] = TOKEN

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; `options` are those of requests."""
        return self.http.request(method, self.url + path, timeout=30, **options)

    def power(self, action: str, instance: str = AUDIT_PROD) -> requests.Response:
        """Start, stop or reboot an audit instance."""
        return self("POST", f"/v1/{PROJECT}/dbss/audit/instance/{action}", json={"instance_id": instance})

    def om_power(self, action: str, instance: str = OM_PROD) -> requests.Response:
        """Start, stop or reboot an O&M instance."""
        return self("POST", f"/v1/{PROJECT}/db-om/{instance}/{action}")

    def instance(self, instance: str = AUDIT_PROD) -> dict[str, Any]:
        """An audit instance as listed."""
        return next(one for one in self("GET", INSTANCES).json()["servers"] if one["id"] == instance)

    def state(self, instance: str = AUDIT_PROD) -> tuple[str, str]:
        """Status and task of an audit instance."""
        row = self.instance(instance)
        return row["status"], row["task"]

    def nodes(self, instance: str) -> list[tuple[str, str | None]]:
        """Status and task of the nodes of an O&M instance."""
        clusters = self("POST", OM_INSTANCES).json()["clusters"]
        detail = next(one for one in clusters if one["instance_id"] == instance)["detail"]
        return [(node["status"], node["task_status"]) for node in detail["server"]]

    def databases(self, instance: str = AUDIT_PROD, **query: Any) -> list[dict[str, Any]]:
        """The databases of an audit instance."""
        answer = self("GET", f"/v2/{PROJECT}/audit/{instance}/databases", params=query)
        return [one["database"] for one in answer.json()["databases"]]

    def switch(self, database: str, status: str, **more: Any) -> requests.Response:
        """Turn auditing of a database of audit-prod on or off."""
        body = {"id": database, "status": status, **more}
        return self("POST", f"/v3/{PROJECT}/audit/{AUDIT_PROD}/databases/switch", json=body)

    def om_user(self, cluster: str = DWS_PROD) -> dict[str, Any] | None:
        """The O&M account of a cluster."""
        return self("GET", f"/v1/{PROJECT}/clusters/{cluster}/db-manager/om-user/status").json()["om_user_info"]

    def om_user_action(self, operation: str, cluster: str = DWS_PROD) -> requests.Response:
        """Add, delete or extend the O&M account of a cluster."""
        path = f"/v1/{PROJECT}/clusters/{cluster}/db-manager/om-user/action"
        return self("POST", path, json={"operation": operation})


def code(answer: requests.Response) -> str:
    """The error code in a failure body of any shape; "" when there is none."""
    body = answer.json()
    return body.get("error_code") or body.get("error", {}).get("error_code", "")
