# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in: callers that know this server by a name of its own, and no page of another site in a browser.

A page whose name its owner points at this host (DNS rebinding) sends that name as Host; any other page its own Origin.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Collection

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@/\s]+))(?::\d+)?", re.IGNORECASE)


def is_loopback(name: str) -> bool:
    """Whether a name can only mean this host: `localhost`, or an address of the loopback network."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def why_refused(host: str, origin: str | None, names: Collection[str]) -> str | None:
    """One sentence on why a request is refused, None for one that is let in.

    In: its headers Host and Origin, and the names and addresses in lower case that this server has beyond loopback's.
    """
    match = _HOST.fullmatch(host)
    name = (match[1] or match[2]).lower() if match else ""
    if not is_loopback(name) and name not in names:
        return f"The Host {host!r} is no name of this server: call it by its address, or start it with --name {name}."
    if origin is not None and origin.partition("://")[2].lower() != host.lower():
        return f"The Origin {origin!r} is another site: pages of other sites may not call this server."
    return None
