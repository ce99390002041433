# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in, and what is said of a server that is open to the network."""

from __future__ import annotations

import time

import pytest
import requests

from tests.emulator.door import why_refused
from tests.emulator.fixtures import start, stop
from tests.unit.emulator import company
from tests.unit.emulator.company import code

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8600"},
    {"Host": "localhost.evil.example"},
    {"Host": "cloud.localhost"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "192.0.2.1"},
    {"Host": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:3000"},
    {"Origin": "null"},
    {"Origin": ""},
]
ADMIN = [
    ("POST", "reset", None),
    ("PUT", "state", {"clusters": []}),
    ("PATCH", "settings", {"lag": 9}),
    ("POST", "clock", {"advance": 36000}),
    ("POST", "faults", {"kind": "throttle"}),
    ("DELETE", "requests", None),
    ("GET", "state", None),
    ("GET", "nothing", None),
]


def stage(emulator):
    """What a call of the admin path could have changed: settings, faults, what there is, and the hours it is ahead."""
    state, ahead = emulator.state(), emulator.admin("GET", "health")["now"] - time.time()
    return state["settings"], emulator.admin("GET", "faults"), len(state["clusters"]), round(ahead / 3600)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path", "body"), ADMIN, ids=str)
def test_the_admin_path_refuses_strangers(emulator, headers, method, path, body):
    emulator.settings(lag=1)
    before = stage(emulator)
    answer = requests.request(method, f"{emulator.url}/_emulator/{path}", json=body, headers=headers, timeout=10)
    assert answer.status_code == 403
    [[key, sentence]] = answer.json().items()
    [[header, value]] = headers.items()
    assert key == "error"
    assert sentence.startswith(f"The {header} {value!r} is ")
    assert stage(emulator) == before


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_the_api_refuses_strangers(emulator, api, headers):
    path = f"/v1/{company.PROJECT}/dbss/audit/instance/stop"
    answer = api("POST", path, json={"instance_id": company.AUDIT_PROD}, headers=headers)
    assert (answer.status_code, code(answer)) == (403, "APIGW.0201")
    assert emulator.counters()["changes"] == {}
    assert emulator.requests() == []


def test_a_page_of_its_own_is_no_stranger(emulator):
    health = f"{emulator.url}/_emulator/health"
    assert requests.get(health, headers={"Origin": emulator.url}, timeout=10).status_code == 200


def test_a_simple_form_of_another_site_changes_nothing(emulator):
    """A cross-site POST that a browser sends without asking first."""
    headers = {"Content-Type": "text/plain", "Origin": "https://evil.example"}
    answer = requests.post(f"{emulator.url}/_emulator/faults", '{"kind": "throttle"}', headers=headers, timeout=10)
    assert answer.status_code == 403
    assert emulator.admin("GET", "faults") == []


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8600", "127.0.0.1", "127.1.2.3:8600", "[::1]", "[::1]:8600", "10.0.0.7:80", "cloud:8600"],
)
def test_names_of_its_own(host):
    assert why_refused(host, None, {"10.0.0.7", "cloud"}) is None
    assert why_refused(host, f"http://{host}", {"10.0.0.7", "cloud"}) is None


def test_a_name_that_it_was_told(tmp_path):
    process, emulator = start(tmp_path, "--name", "Cloud.example")
    try:
        health = f"{emulator.url}/_emulator/health"
        assert requests.get(health, headers={"Host": "cloud.example:80"}, timeout=10).status_code == 200
        assert requests.get(health, headers={"Host": "other.example:80"}, timeout=10).status_code == 403
    finally:
        stop(process)
    assert "Warning" not in (tmp_path / "emulator.log").read_text()


def test_a_server_that_is_open_to_the_network_says_so(tmp_path):
    process, emulator = start(tmp_path, "--host", "0.0.0.0")
    try:
        assert emulator.url.startswith("http://127.0.0.1:")
        health = f"{emulator.url}/_emulator/health"
        assert requests.get(health, headers={"Host": "0.0.0.0:80"}, timeout=10).status_code == 200
        assert requests.get(health, headers={"Host": "evil.example"}, timeout=10).status_code == 403
    finally:
        stop(process)
    assert (tmp_path / "emulator.log").read_text().startswith("Warning: 0.0.0.0 is open to everyone on the network. ")
