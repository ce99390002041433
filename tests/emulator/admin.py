# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin path /_emulator/: look inside, set the stage, order faults. It needs no credentials."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from .cloud import Cloud
from .documents import StateError, read_yaml
from .faults import FaultError, Faults


def blueprint(cloud: Cloud, faults: Faults) -> Blueprint:
    """The admin routes over a cloud and its faults."""
    admin = Blueprint("emulator", __name__, url_prefix="/_emulator")

    def given() -> Any:
        """The JSON or YAML in the request. Raises StateError."""
        text = request.get_data(as_text=True)
        try:
            return json.loads(text)
        except ValueError:
            return read_yaml(text)

    def done(value: Any = None) -> Response:
        return Response(json.dumps({"done": True} if value is None else value), mimetype="application/json")

    @admin.errorhandler(StateError)
    @admin.errorhandler(FaultError)
    def refuse(error: Exception) -> tuple[Response, int]:
        return done({"error": str(error)}), 400

    @admin.get("/health")
    def health() -> Response:
        return done({"status": "ok", "contract_breaches": cloud.breaches, "now": cloud.clock.now()})

    @admin.get("/state")
    def get_state() -> Response:
        return done(cloud.dump())

    @admin.put("/state")
    def put_state() -> Response:
        cloud.replace(given())
        return done()

    @admin.post("/reset")
    def reset() -> Response:
        faults.clear()
        cloud.reset()
        return done()

    @admin.patch("/settings")
    def settings() -> Response:
        cloud.tune(given())
        return done(cloud.dump()["settings"])

    @admin.post("/clock")
    def clock() -> Response:
        change = given()
        seconds = change.get("advance") if isinstance(change, dict) and len(change) == 1 else None
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise StateError('write {"advance": seconds}')
        cloud.clock.offset += seconds
        return done({"now": cloud.clock.now()})

    @admin.get("/requests")
    def requests() -> Response:
        return done(cloud.journal.entries(**request.args.to_dict()))

    @admin.delete("/requests")
    def clear_requests() -> Response:
        cloud.journal.clear_entries()
        return done()

    @admin.get("/counters")
    def counters() -> Response:
        return done(cloud.journal.counters())

    @admin.delete("/counters")
    def clear_counters() -> Response:
        cloud.journal.clear_counters()
        return done()

    @admin.get("/faults")
    def get_faults() -> Response:
        return done(faults.rules())

    @admin.post("/faults")
    def add_faults() -> Response:
        faults.add(given())
        return done(faults.rules())

    @admin.delete("/faults")
    def clear_faults() -> Response:
        faults.clear()
        return done()

    return admin
