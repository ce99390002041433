# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of AWX's API as the modules of awx.awx need to create, find and change things, as strict as AWX is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.awx import rules
from tests.awx.rules import Refused
from tests.tools.checkout import ROOT

TOKEN = "token-of-the-test"
REPOSITORY = "https://git.example.com/dbops.git"
DEFAULTS: dict[str, dict[str, Any]] = {
    "credentials": {"inputs": {}},
    "projects": {"scm_url": "", "scm_branch": "", "scm_revision": "", "scm_update_on_launch": False},
    "job_templates": {"survey_spec": {}, "job_type": "run"},
    "schedules": {"extra_data": {}, "enabled": True, "job_type": None, "verbosity": None},
}
# Besides its name, what tells a thing from others of its kind.
UNIQUE = {
    "credential_types": ("kind",),
    "credentials": ("organization", "credential_type"),
    "execution_environments": (),
    "schedules": ("unified_job_template",),
}
LINKS = ("credentials", "notification_templates_error", "notification_templates_success")
UNIFIED = ("job_templates", "projects")
SUPERUSER = "credential_types"  # what only a superuser may change


class Awx:
    """What AWX holds, and how often it was changed."""

    def __init__(self) -> None:
        self.things: dict[str, dict[int, dict[str, Any]]] = {}
        self.changes = 0
        self.url = ""
        self.superuser = True
        # What the repositories that AWX can reach have: the revision and the playbooks.
        self.repositories = {
            REPOSITORY: (
                "a1",
                [f"playbooks/{path.name}" for path in sorted((ROOT / "playbooks").glob("*.yml"))],
            )
        }
        self.playbooks: dict[int, list[str]] = {}  # that a project has after its last sync
        self._links: dict[tuple[int, str], list[dict[str, Any]]] = {}
        self.add("organizations", name="Default")

    def add(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Have a thing, made by hand."""
        number = 1 + sum(map(len, self.things.values()))
        url = f"/api/v2/{kind}/{number}/"
        related = {part: f"{url}{part}/" for part in ("survey_spec", "update", *LINKS)}
        common = {"id": number, "url": url, "type": kind.rstrip("s"), "related": related, "summary_fields": {}}
        thing = {**common, **DEFAULTS.get(kind, {}), **fields}
        self.things.setdefault(kind, {})[number] = thing
        return thing

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the things of a kind; C(unified_job_templates) are of several."""
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        return [thing for one in kinds for thing in self.things.get(one, {}).values()]

    def by_name(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the things of a kind by their names."""
        return {thing["name"]: thing for thing in self.all(kind)}

    def linked(self, thing: dict[str, Any], part: str) -> list[dict[str, Any]]:
        """Return what is linked to a thing, such as its credentials."""
        return self._links.setdefault((thing["id"], part), [])

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Return the status and body for a request."""
        kind, number, part = re.fullmatch(r"/api/v2/(\w+)/(?:(\d+)/)?(?:(\w+)/)?", path).groups()
        try:
            if kind == "me":
                me = {"id": 1, "username": "ops", "is_superuser": self.superuser}
                return 200, self._listing([me])
            if number and part:
                return self._part(method, kind, self.things[kind][int(number)], part, body)
            if method == "GET":
                found = [self._shown(kind, one) for one in self.all(kind)]
                if number:
                    return 200, next(one for one in found if one["id"] == int(number))
                return 200, self._listing([one for one in found if self._matches(one, query)])
            if kind == SUPERUSER and not self.superuser:
                raise Refused(403, {"detail": "You do not have permission to perform this action."})
            if method == "DELETE":
                return self._delete(kind, int(number))
            return self._write(kind, int(number) if number else None, body)
        except Refused as refused:
            return refused.status, refused.body

    def sync(self, project: dict[str, Any]) -> dict[str, Any]:
        """Synchronise a project and return the update."""
        revision, playbooks = self.repositories.get(project["scm_url"], (None, None))
        if revision:
            project["scm_revision"], self.playbooks[project["id"]] = revision, playbooks
        status = "successful" if revision else "failed"
        return self.add(
            "project_updates",
            name=project["name"],
            project=project["id"],
            status=status,
            failed=not revision,
            finished="2026-01-01T00:00:00Z",
            event_processing_finished=True,
            scm_revision=project["scm_revision"],
        )

    def _write(self, kind: str, number: int | None, body: dict[str, Any]) -> tuple[int, Any]:
        before = self.things[kind][number] if number else DEFAULTS.get(kind, {})
        after = {**before, **body}
        same = ("name", *UNIQUE.get(kind, ("organization",)))
        for other in self.all(kind):
            if other["id"] != number and all(other.get(key) == after.get(key) for key in same):
                raise Refused(400, {"__all__": [f"{kind} with this {', '.join(same)} already exists."]})
        getattr(self, f"_check_{kind}", lambda *_: None)(before, after)
        self.changes += 1
        if number:
            self.things[kind][number].update(after)
        else:
            after = self.add(kind, **after)
        if kind == "projects" and any(before.get(key) != after[key] for key in ("scm_url", "scm_branch")):
            self.sync(after)
        return (200 if number else 201), self._shown(kind, after)

    def _check_credential_types(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        for field in after["inputs"]["fields"]:
            field.setdefault("type", "string")  # AWX keeps it this way, which would be a difference the next time
        used = any(one["credential_type"] == before.get("id") for one in self.all("credentials"))
        if used and before["inputs"] != after["inputs"]:
            raise Refused(
                403, {"detail": "Modifications to inputs are not allowed for credential types that are in use"}
            )

    def _check_credentials(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        kind = self.things["credential_types"][after["credential_type"]]
        if not before.get("id") and rules.ENCRYPTED in after["inputs"].values():
            raise Refused(400, {"inputs": ["$encrypted$ is a reserved keyword."]})
        rules.check_inputs(kind, after["inputs"])
        after["inputs"] = rules.keep_secrets(kind, before["inputs"], after["inputs"])

    def _check_execution_environments(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        if before.get("organization", after["organization"]) != after["organization"]:
            raise Refused(400, {"organization": ["Cannot change the organization of an execution environment"]})

    def _check_job_templates(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        if after["playbook"] not in self.playbooks.get(after["project"], []):
            raise Refused(400, {"playbook": ["Playbook not found for project."]})

    def _check_schedules(self, _before: dict[str, Any], after: dict[str, Any]) -> None:
        template = self.things["job_templates"][after["unified_job_template"]]
        rules.accept(template, after["extra_data"], saved=True)
        rules.check_prompts(template, {key: after[key] for key in ("job_type", "verbosity")})

    def _delete(self, kind: str, number: int) -> tuple[int, Any]:
        if kind == "credential_types" and any(one["credential_type"] == number for one in self.all("credentials")):
            raise Refused(403, {"detail": "Credential types that are in use cannot be deleted"})
        self.changes += 1
        del self.things[kind][number]
        return 204, None

    def _part(self, method: str, kind: str, thing: dict[str, Any], part: str, body: Any) -> tuple[int, Any]:
        if part == "update":
            return 202, self.sync(thing)
        if part == "launch":
            rules.accept(thing, body.get("extra_vars", {}), saved=False)
            if thing["project"] not in self.playbooks:
                raise Refused(400, {"playbook": ["Missing a revision to run due to failed project update."]})
            return 201, {"extra_vars": json.dumps(rules.extra_vars(thing, body.get("extra_vars", {})))}
        if part == "survey_spec":
            if method == "POST":
                rules.check_survey(body)
                self.changes += 1
                thing["survey_spec"] = body
            return 200, thing["survey_spec"]
        assert part in LINKS
        linked = self.linked(thing, part)
        if method == "GET":
            return 200, self._listing(linked)
        other = self.things["notification_templates" if part.startswith("n") else part][body["id"]]
        if body.get("disassociate"):
            linked.remove(other)
        elif part == "credentials" and any(one["credential_type"] == other["credential_type"] for one in linked):
            raise Refused(400, {"error": "Cannot assign multiple credentials of a type."})
        else:
            linked.append(other)
        self.changes += 1
        return 204, None

    def _shown(self, kind: str, thing: dict[str, Any]) -> dict[str, Any]:
        if kind != "credentials":
            return thing
        credential_type = self.things["credential_types"][thing["credential_type"]]
        return {**thing, "inputs": rules.shown(credential_type, thing["inputs"])}

    def _matches(self, thing: dict[str, Any], query: dict[str, str]) -> bool:
        """Return whether a thing is what a query looks for, such as C(name), C(or__id), C(project__name), C(id__in)."""
        tests = {key: value for key, value in query.items() if key != "page_size"}
        either = [str(thing[key[4:]]) == tests.pop(key) for key in list(tests) if key.startswith("or__")]
        return (not either or any(either)) and all(self._test(thing, key, value) for key, value in tests.items())

    def _test(self, thing: dict[str, Any], key: str, value: str) -> bool:
        field, rest = key.partition("__")[::2]
        found = thing[field]  # AWX does not accept fields that it does not know, either
        if rest == "in":
            return str(found) in value.split(",")
        if rest:
            found = self.things[f"{field}s"][found][rest]
        return str(found) == value

    @staticmethod
    def _listing(found: list[dict[str, Any]]) -> dict[str, Any]:
        return {"count": len(found), "next": None, "previous": None, "results": found}


@contextmanager
def running() -> Iterator[Awx]:
    """Serve an AWX on a free port of this host."""
    awx = Awx()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = 401, {"detail": "Authentication credentials were not provided."}
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                status, body = awx.answer(self.command, parts.path, query, json.loads(text) if text else None)
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
