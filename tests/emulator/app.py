# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The web application: routes taken from the contract, and the admin path."""

from __future__ import annotations

import json
import time
from typing import Any, Collection

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from .admin import blueprint
from .answers import JSON, Answer, Refusal, refused
from .cloud import BODY_LIMIT, Cloud
from .contract import Operation
from .door import why_refused
from .faults import Faults, spoiled
from .identity import Signable

ADMIN = "/_emulator/"


def create_app(cloud: Cloud, names: Collection[str] = ()) -> Flask:
    """The WSGI application over a cloud, for callers that know it as one of the `names`, by its address or by loopback.

    Needs server.py's environ for what concerns the connection.
    """
    app = Flask(__name__, static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.url_map.merge_slashes = False
    faults = Faults(cloud)
    app.register_blueprint(blueprint(cloud, faults))
    known = {name.lower() for name in names}

    @app.before_request
    def keep_out() -> Response | None:
        address = request.environ["emulator.connection"].socket.getsockname()[0]
        sentence = why_refused(request.headers.get("Host", ""), request.headers.get("Origin"), {*known, address})
        if sentence is None:
            return None
        if request.path.startswith(ADMIN):
            return _complaint(403, sentence)
        return _response(refused(Refusal(403, "APIGW.0201", sentence), "gateway"))

    def serve(**path: str) -> Response:
        operation = cloud.contract.operations[str(request.endpoint)]
        # The router adds HEAD to GET; the contract does not.
        return _serve(cloud, faults, operation if operation.method == request.method else None, path)

    def serve_unknown(_error: HTTPException) -> Response:
        if request.path.startswith(ADMIN):
            return _complaint(404, "no such admin path or method")
        return _serve(cloud, faults, None, {})

    for operation in cloud.contract.operations.values():
        app.add_url_rule(
            operation.path.replace("{", "<").replace("}", ">"),
            endpoint=operation.id,
            view_func=serve,
            methods=[operation.method],
            provide_automatic_options=False,
        )
    app.register_error_handler(HTTPException, serve_unknown)
    return app


def _serve(cloud: Cloud, faults: Faults, operation: Operation | None, path: dict[str, str]) -> Response:
    """Answer an API request and log it. Raises ConnectionError when a fault breaks the connection."""
    connection, target = request.environ["emulator.connection"], request.environ["REQUEST_URI"]
    bare, _mark, query = target.partition("?")
    journal = cloud.journal
    entry = journal.open(
        connection=connection.number,
        time=cloud.clock.now(),
        service=operation and operation.service,
        operation=operation and operation.id,
        method=request.method,
        path=bare,
        query=query,
    )
    started = time.perf_counter()
    try:
        body = _read_body(connection)
        headers = {name.lower(): value for name, value in request.headers.items()}
        signable = Signable(request.method, target, headers, body)
        cloud.clock.pause(cloud.settings.latency)
        incidents = faults.firing(operation, bare, _resources(path, body), connection)
        entry.fault = incidents[-1].rule.kind if incidents else None
        answer = spoiled(incidents, lambda: cloud.answer(operation, path, signable, entry))
        entry.status, entry.error_code = answer.status, answer.error_code
    finally:
        entry.duration_ms = round((time.perf_counter() - started) * 1000, 3)
        journal.close()
    return _response(answer)


def _read_body(connection: Any) -> bytes:
    """The body; of one that is too large only enough to see that it is. Raises ConnectionError for half a body."""
    kept, received = b"", 0
    try:
        while chunk := request.stream.read(1 << 20):
            received += len(chunk)
            if len(kept) <= BODY_LIMIT:
                kept += chunk
        if received < (request.content_length or 0):
            raise ValueError("the client stopped sending")
    except ValueError:
        connection.send(refused(Refusal(400, "APIGW.0201", "The body is not as long as announced."), "gateway"))
        raise connection.hang_up() from None
    return kept


def _resources(path: dict[str, str], body: bytes) -> set[str]:
    """The ids that a request names in its path and its body, alone, in an array or in a text with commas."""
    try:
        value: Any = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        value = {}
    if not isinstance(value, dict):
        return set(path.values())
    named = [value.get(key) for key in ("id", "ids", "instance_id", "resource_id", "db_id", "agent_id")]
    many = [one.split(",") if isinstance(one, str) else one for one in named]
    return {*path.values(), *(one for ids in many if isinstance(ids, list) for one in ids if isinstance(one, str))}


def _complaint(status: int, sentence: str) -> Response:
    """A failure of the admin path, in its own shape."""
    return Response(json.dumps({"error": sentence}), status, content_type=JSON)


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    del response.headers["Content-Type"]
    response.headers.update(answer.headers)
    return response
