# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the services are and how to reach them, from the options."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import name_of

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?")


class Settings(NamedTuple):
    """How to reach the services."""

    region: str | None = None
    cloud: str = "myhuaweicloud.com"
    endpoints: Mapping[str, str | None] = {}
    validate_certs: bool = True
    ca_cert: str | None = None
    request_timeout: float = 30.0  # seconds per try, from the first byte that is sent to the last that comes
    max_retries: int = 5  # tries per call
    connections: int = 8  # kept open per host

    def base_url(self, service: str) -> str:
        """Return the base URL of a service, without a slash at the end.

        @raises UsageError: when neither an endpoint nor the region is known, or one of them is malformed, or plain HTTP
            would carry the credentials off this host
        """
        endpoint = self.endpoints.get(service)
        if not endpoint:
            return self._regional_url(service)
        parts = split(endpoint)
        what = f"The endpoint of {service} ({self.source(service)})"
        if not parts or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
            raise UsageError(f"{what} is not a base URL such as https://{service}.example.com.")
        if parts.username or parts.password:
            raise UsageError(f"{what} must not contain a user name or password.")
        host = parts.hostname or ""
        if parts.scheme == "http" and self.validate_certs and not is_loopback(host):
            raise UsageError(
                f"{what} uses plain HTTP, which would send the credentials unprotected to "
                f"{host}: use https, or say validate_certs=false if that is really wanted."
            )
        return endpoint.rstrip("/")

    def _regional_url(self, service: str) -> str:
        if not self.region:
            raise UsageError(
                f"The address of {service} is not known: give region (HW_REGION_NAME) or endpoints.{service} "
                "(HW_ENDPOINTS)."
            )
        host = f"{service}.{self.region}.{self.cloud}"
        if not _HOST.fullmatch(host):
            raise UsageError(f"{self.source(service)} do not make a host name.")
        return f"https://{host}"

    def source(self, service: str) -> str:
        """Return what the user has set that the address of a service comes from."""
        endpoint = self.endpoints.get(service)
        if endpoint:
            return name_of(f"endpoints.{service}", endpoint)
        values = {"region": self.region, "cloud": self.cloud}
        return " and ".join(f"{name_of(option, value)} {str(value)!r}" for option, value in values.items())


def split(url: str) -> SplitResult | None:
    """Return the parts of a URL with a host, or None when it is not well formed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # such as a bracket that is not closed
        return None
    host = parts.hostname or ""
    named = ":" in host or _HOST.fullmatch(host)  # an IPv6 address or a name
    return parts if named and port != 0 else None


def is_loopback(host: str) -> bool:
    """Return whether a host is this one, whatever a resolver says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
