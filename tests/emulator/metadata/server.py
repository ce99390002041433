# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data and keys of a cloud server, for what runs on it."""

from __future__ import annotations

from ..answers import File, Refusal
from ..call import Call, Handler
from ..power import Record
from ..state import Completion

_TOKEN, _LIFETIME = "x-metadata-token", "x-metadata-token-ttl-seconds"
KEY_LIFETIME = 24 * 3600  # s


def _server(call: Call) -> Record:
    """The server that asks, whose token must be good if it sends or needs one. Raises Refusal."""
    server, token = call.state.server, call.sent_headers.get(_TOKEN)
    stale = token is not None and not call.cloud.identity.knows_metadata_token(token)
    if stale or (token is None and server["tokens"] == "required"):
        raise Refusal(401, "META.401", "The metadata token is missing or stale.")
    return server


def _create_token(call: Call) -> File:
    if call.state.server["tokens"] == "none":
        raise Refusal(404, "META.404", "There are no tokens here.")
    token = call.cloud.identity.issue_metadata_token(int(call.sent_headers[_LIFETIME]))
    return File(token.encode(), "text/plain")


def _security_key(call: Call) -> Record:
    if not _server(call)["agency"]:
        raise Refusal(401, "META.401", "A cloud service agency must be configured for this server.")
    return {"credential": call.cloud.identity.issue_keys(frozenset(call.state.projects), KEY_LIFETIME)}


def _metadata(call: Call) -> Record:
    server = _server(call)
    place = {"project_id": next(iter(call.state.projects)), "region_id": call.state.region}
    return {**place, **{key: value for key, value in server.items() if key not in ("tokens", "agency")}}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {
    "createMetadataToken": _create_token,
    "getInstanceSecurityKey": _security_key,
    "getInstanceMetadata": _metadata,
}
