# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret anywhere: canaries for every credential, and services that repeat what they were sent, in any form."""

from __future__ import annotations

import base64
import html
import importlib.util
import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, product
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import DbopsError
from requests.adapters import HTTPAdapter

from tests.emulator import fixtures
from tests.emulator.documents import HERE, read_file
from tests.faults import matrix, stage
from tests.tools import playbook
from tests.tools.checkout import ROOT
from tests.tools.environment import alone

LONG = "MIIEXAMPLE+/" * 60  # as long as real tokens are, and longer than a message
CANARIES = {
    "secret_key": "canary-of-the-secret-key/+=",
    "password": "canary-of-the-password/+=&<",
    "auth_token": f"canary-of-the-token-{LONG}",
    "security_token": f"canary-of-the-security-token-{LONG}",
}
ISSUED = f"canary-of-the-issued-token-{LONG}"
WORDS = ("canary-of-the-", "MIIEXAMPLE")  # no part of a canary may be seen either
FORMS = {
    *WORDS,
    *(base64.b64encode(b"x" * before + word.encode()).decode()[4:-4] for word in WORDS for before in range(3)),
    *(word.encode().hex() for word in WORDS),
}

# Kind of credentials: options and their variables.
KINDS = {
    "keys": {"access_key": "HW_ACCESS_KEY", "secret_key": "HW_SECRET_KEY"},
    "temporary keys": {
        "access_key": "HUAWEICLOUD_SDK_AK",
        "secret_key": "HUAWEICLOUD_SDK_SK",
        "security_token": "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    },
    "token": {"auth_token": "HW_AUTH_TOKEN"},
    "password": {"user_name": "HW_USER_NAME", "password": "HW_USER_PASSWORD", "domain_name": "HW_DOMAIN_NAME"},
}
IDENTIFIERS = {"user_name": "ops-user", "domain_name": "example-account"}
TASKS = {
    **{case.module: case.options for case in matrix.CASES},
    "dbss_audit_instance_info": {},
    "dbss_audit_database_info": {},
    "dbss_encrypt_instance_info": {},
    "dbss_audit_rule_info": {},
    "dbss_audit_policy_info": {},
    "dbss_audit_agent_info": {},
    "dbss_audit_settings_info": {},
    "dbss_rds_candidate_info": {},
    "dbss_catalog_info": {},
    "dbss_om_instance_info": {},
    "dws_cluster_info": {},
    "dws_om_user_info": {},
}
FAULTS = [
    {"kind": "unauthorized", "times": -1},
    {"kind": "expired_token", "times": -1},
    {"kind": "html", "times": -1},
    {"kind": "reset_after", "times": -1},
    {"kind": "redirect", "location": "https://elsewhere.example.com/", "times": -1},
]


def credentials(kind: str, source: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the options and the variables that give a kind of credentials in the task or in the environment."""
    values = {**IDENTIFIERS, **CANARIES, "access_key": f"CANARY{kind.replace(' ', '').upper()}"}
    if source == "task":
        return {option: values[option] for option in KINDS[kind]}, {}
    return {}, {variable: values[option] for option, variable in KINDS[kind].items()}


def leaks(text: str, signatures: set[str]) -> list[str]:
    """Return what a text shows that nobody may see, also in other letters, apart, or in base64."""
    essence = re.sub(r"\\[nrt]|[\s\\_]", "", text).lower()
    return [word for word in (*FORMS, *signatures) if word.lower() in essence]


@pytest.fixture
def signatures() -> Iterator[set[str]]:
    """The signatures that this process sends during the test."""
    sent: set[str] = set()
    send = HTTPAdapter.send

    def spy(adapter: Any, request: Any, **options: Any) -> Any:
        sent.update(re.findall("Signature=(.+)", request.headers.get("Authorization", "")))
        return send(adapter, request, **options)

    with mock.patch.object(HTTPAdapter, "send", spy):
        yield sent


# What a service or its gateway makes of the headers and the body that it refuses: status, content type and page.
ECHOES: dict[str, Callable[[str], tuple[int, str, str]]] = {
    "flat": lambda seen: (400, "application/json", json.dumps({"error_code": "DBSS.1", "error_msg": f"Bad: {seen}"})),
    "nested": lambda seen: (403, "application/json", json.dumps({"error": {"code": seen, "message": seen}})),
    "unauthorized": lambda seen: (401, "application/json", json.dumps({"error_code": "X", "error_msg": seen})),
    "page": lambda seen: (502, "text/html", f"<html><title>{html.escape(seen)}</title></html>"),
    "raw page": lambda seen: (500, "text/html", f"<html><title>{seen}</title></html>"),
    "text": lambda seen: (500, "text/plain", seen),
    "success": lambda seen: (200, "application/json", json.dumps({"error_code": 7, "error_msg": seen, "result": seen})),
}


RESHAPED: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper": str.upper,
    "URL": quote,
    "form": quote_plus,
    "HTML": html.escape,
    "base64": lambda seen: base64.b64encode(seen.encode()).decode(),
    "hex": lambda seen: seen.encode().hex(),
    "blanks": " ".join,
    "lines": lambda seen: "\n".join(seen[at : at + 7] for at in range(0, len(seen), 7)),
    "JSON": json.dumps,
}
PROJECT_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def listings(seen: str) -> str:
    """Return all listings of the services, each with a record whose names, keys and values say what was seen."""
    record = {"status": "ACTIVE", "name": seen[:4000], "remark": seen, seen: seen, "task": "NO_TASK"}
    number = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10"
    return json.dumps(
        {
            "total": 1,
            "total_num": 1,
            "servers": [{**record, "id": number}],
            "clusters": [{**record, "id": number, "instance_id": number, "detail": {"server": [record]}}],
            "databases": [{"database": {**record, "id": number}}],
            "alarm_log": [{**record, "id": seen[:4000]}],
            "projects": [{"id": PROJECT_ID, "name": "cn-north-4"}],
            "error_code": 0,
            "om_user_info": None,
        }
    )


for name, reshape in RESHAPED.items():

    def error(seen: str, reshape: Callable[[str], str] = reshape) -> tuple[int, str, str]:
        body = {"error_code": reshape(seen)[:3000], "error_msg": reshape(seen), "request_id": reshape(seen)}
        return 400, "application/json", json.dumps({**body, reshape(seen): 1})

    def listing(seen: str, reshape: Callable[[str], str] = reshape) -> tuple[int, str, str]:
        return 200, "application/json", listings(reshape(seen))

    ECHOES[f"error, {name}"], ECHOES[f"listing, {name}"] = error, listing


class Echo(NamedTuple):
    """A service that repeats what it was sent: its address, the way that it does so, and the signatures that it saw."""

    url: str
    way: list[str]
    signatures: set[str]


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    """A service that logs everybody in and answers everything else with what it was sent."""
    way, seen = ["flat"], set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            told = [value for name, value in self.headers.items() if "oken" in name]
            seen.update(re.findall("Signature=(.+)", self.headers.get("Authorization", "")))
            said = f"{told} {dict(self.headers)} {self.headers} {body}" if way[0] != "text" else " ".join(told)
            where = re.sub(r"\s+", " ", quote(said) if way[0].startswith("error") else said)[:8000]
            status, kind, page = ECHOES[way[0]](said)
            issued = self.path.startswith("/v3/auth/tokens") and way[0] != "unauthorized"
            if issued:
                status, page = 201, json.dumps({"token": {"project": {"id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}}})
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(page.encode())))
            self.send_header("X-Request-Id", where)
            if issued:
                self.send_header("X-Subject-Token", ISSUED)
            self.end_headers()
            self.wfile.write(page.encode())

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Echo(f"http://127.0.0.1:{server.server_port}", way, seen)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[tuple[fixtures.Emulator, Any]]:
    """An embedded cloud whose secrets are the canaries, and a function that returns what it has logged."""
    folder = tmp_path_factory.mktemp("cloud")
    document = read_file(HERE / "company.yml")
    keys = {kind: credentials(kind, "task")[0] for kind in ("keys", "temporary keys")}
    document["keys"] = list(keys.values())
    document["users"][0]["password"] = CANARIES["password"]
    document["tokens"][0]["token"] = CANARIES["auth_token"]
    (folder / "state.json").write_text(json.dumps(document), encoding="utf-8")
    process, emulator = fixtures.start(folder, "--state", str(folder / "state.json"))
    log = folder / "emulator.log"
    greeting = len(log.read_text(encoding="utf-8"))  # says on purpose with which keys to come
    yield emulator, lambda: log.read_text(encoding="utf-8")[greeting:]
    fixtures.stop(process)


def reach(url: str) -> dict[str, str]:
    """Return the variables that lead to a service at an address."""
    return {"HW_REGION_NAME": "cn-north-4", "HW_ENDPOINTS": json.dumps(dict.fromkeys(("iam", "dbss", "dws"), url))}


@pytest.mark.parametrize("source", ["task", "environment"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("module", TASKS)
def test_modules_show_no_secret(cloud, signatures, module, kind, source):
    emulator, log = cloud
    options, variables = credentials(kind, source)
    options = {**TASKS[module], **options, "max_retries": 2, "_ansible_diff": True, "_ansible_verbosity": 4}
    for fault in [None, *FAULTS]:
        emulator.reset()
        if fault:
            emulator.admin("POST", "faults", {**fault, "match": {"path": "/v[12]"}})
        variables = {**reach(emulator.url), **variables}
        outcome = stage.run(module, options, variables, stage.fast(emulator.advance))
        assert outcome.failed == bool(fault), outcome.text
        shown = outcome.text + json.dumps(emulator.requests()) + json.dumps(emulator.state())
        assert not leaks(shown + log(), signatures)
    assert bool(signatures) == ("keys" in kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("module", "way"),
    [
        (module, way)
        for module, way in product(TASKS, ECHOES)
        if ", " not in way or module in ("dbss_audit_database_info", "dws_om_user_info")  # these read most
    ],
)
def test_what_a_service_repeats_is_not_shown(echo, module, kind, way):
    echo.way[0] = way
    _options, variables = credentials(kind, "environment")
    outcome = stage.run(module, {**TASKS[module], "max_retries": 2}, {**reach(echo.url), **variables}, stage.fast())
    assert outcome.failed or way.startswith("listing")
    assert not outcome.failed or outcome.message
    assert not leaks(outcome.text, echo.signatures), outcome.text


@pytest.mark.parametrize("way", ["unauthorized", "page", *(way for way in ECHOES if way.startswith("listing"))])
def test_inventories_show_no_secret(echo, collections, tmp_path, way):
    echo.way[0] = way
    command = [Path(sys.executable).with_name("ansible-inventory"), "--list", "-vvvv"]
    for plugin, kind in product(["dws_clusters", "dbss_instances", "projects"], KINDS):
        path = tmp_path / f"{kind.replace(' ', '_')}.{plugin}.yml"
        options = {**credentials(kind, "task")[0], "max_retries": 1}
        path.write_text(json.dumps({"plugin": f"huaweicloud.dbops.{plugin}", **options}), encoding="utf-8")
        command += ["--inventory", path]
    environment = alone(tmp_path, ANSIBLE_COLLECTIONS_PATH=str(collections), **reach(echo.url))
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    shown = run.stdout + run.stderr
    assert shown.count("dbops") > len(KINDS)
    assert not leaks(shown, echo.signatures), shown


@pytest.mark.parametrize("way", ECHOES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_event_source_shows_no_secret(echo, caplog, kind, way):
    spec = importlib.util.spec_from_file_location(
        "source", ROOT / "extensions" / "eda" / "plugins" / "event_source" / "dbss_alarm_log.py"
    )
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    echo.way[0] = way
    caplog.set_level(logging.DEBUG)
    told = []
    with mock.patch.dict(os.environ, {**reach(echo.url), **credentials(kind, "environment")[1]}):
        alarms = source.Source(source.read_options({"max_retries": 1, "lookback": 60}, source.OPTIONS))
        for _poll in range(2):
            try:
                told.append(json.dumps(alarms.poll()))
            except DbopsError as error:
                told.append(f"{error} {error.result()}")
        alarms.close()
    assert not leaks(" ".join([*told, caplog.text]), echo.signatures), told


@pytest.mark.parametrize("refused", [False, True], ids=["success", "repeated"])
def test_playbooks_show_no_secret(cloud, echo, collections, tmp_path, refused):
    emulator, log = cloud
    emulator.reset()
    emulator.settings(transition=0.2)
    echo.way[0] = "flat"
    variables = {**reach(echo.url if refused else emulator.url), **credentials("keys", "environment")[1]}
    tasks = [
        {
            f"huaweicloud.dbops.{module}": {**own, **(credentials(kind, "task")[0] if kind else {})},
            "ignore_errors": refused,
        }
        for (module, own), kind in zip(TASKS.items(), cycle([*KINDS, None]))
    ]
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python, "tasks": tasks}
    path = tmp_path / "playbook.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    own_log = tmp_path / "ansible.log"
    variables["ANSIBLE_LOG_PATH"] = str(own_log)

    code, output = playbook.run(path, collections, tmp_path, variables, "-vvvv", "--diff")

    assert code == 0, output
    assert output.count("fatal: ") == len(TASKS) * refused
    assert not leaks(output + own_log.read_text(encoding="utf-8") + log(), echo.signatures)
    assert bool(echo.signatures) or not refused
