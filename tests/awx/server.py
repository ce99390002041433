# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of AWX's API as the modules of awx.awx need to create, find and change things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LINKS = {"job_templates": ("credentials", "survey_spec")}
DEFAULTS = {"projects": {"status": "successful", "scm_revision": "", "summary_fields": {}}}
UNIFIED = ("job_templates", "projects")


class Awx:
    """What AWX holds, and how often it was changed."""

    def __init__(self) -> None:
        self.things: dict[str, dict[int, dict[str, Any]]] = {"organizations": {1: {"id": 1, "name": "Default"}}}
        self.changes = 0
        self.url = ""

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the things of a kind; C(unified_job_templates) are of several."""
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        return [thing for one in kinds for thing in self.things.get(one, {}).values()]

    def by_name(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the things of a kind by their names."""
        return {thing["name"]: thing for thing in self.all(kind)}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Return the status and body for a request."""
        kind, number, part = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/)?(?:(\w+)/)?", path).groups()
        if kind == "ping":
            return 200, {"version": "24.6.1"}
        if method == "GET" and not number:
            return 200, self._listing([one for one in self.all(kind) if _matches(one, query)])
        self.changes += method != "GET"
        if not number:
            return 201, self._create(kind, body)
        thing = self.things[kind][int(number)]
        if part:
            return self._part(method, thing, part, body)
        if method == "DELETE":
            del self.things[kind][int(number)]
            return 204, None
        thing.update(body or {})
        return 200, thing

    def _create(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        number = 1 + sum(map(len, self.things.values()))
        url = f"/api/v2/{kind}/{number}/"
        related = {part: f"{url}{part}/" for part in LINKS.get(kind, ())}
        thing = {
            "id": number,
            "url": url,
            "type": kind.rstrip("s"),
            "related": related,
            **DEFAULTS.get(kind, {}),
            **body,
        }
        for field in thing.get("inputs", {}).get("fields", ()):
            field.setdefault("type", "string")  # AWX keeps it this way, which would be a difference the next time
        self.things.setdefault(kind, {})[number] = thing
        return thing

    def _part(self, method: str, thing: dict[str, Any], part: str, body: Any) -> tuple[int, Any]:
        if part == "survey_spec":
            if method == "POST":
                thing["survey_spec"] = body
            return 200, thing.get("survey_spec", {})
        linked = thing.setdefault(f"linked_{part}", [])
        if method == "POST":
            linked.append(self.things[part][body["id"]])
            return 204, None
        return 200, self._listing(linked)

    @staticmethod
    def _listing(found: list[dict[str, Any]]) -> dict[str, Any]:
        return {"count": len(found), "next": None, "previous": None, "results": found}


def _matches(thing: dict[str, Any], query: dict[str, str]) -> bool:
    wanted = {key: value for key, value in query.items() if key in thing}
    return all(str(thing[key]) == value for key, value in wanted.items())


@contextmanager
def running() -> Iterator[Awx]:
    """Serve an AWX on a free port of this host."""
    awx = Awx()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = awx.answer(
                self.command, parts.path, dict(parse_qsl(parts.query)), json.loads(text) if text else None
            )
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    awx.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield awx
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
