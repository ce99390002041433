# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: the ready line, exit codes, stopping."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from tests.emulator.fixtures import start, stop
from tests.tools.checkout import ROOT
from tests.unit.emulator import company
from tests.unit.emulator.company import Api

COMMAND = [sys.executable, "-m", "tests.emulator"]


def run(*options):
    """Run a command that ends by itself; its exit code, output and error output."""
    done = subprocess.run([*COMMAND, *options], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_says_when_it_is_ready_and_what_to_export():
    with subprocess.Popen([*COMMAND, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        url = first.partition(" at ")[2].split()[0]
        assert first.startswith("The embedded cloud is ready at http://127.0.0.1:")
        assert requests.get(f"{url}/_emulator/health", timeout=10).status_code == 200
        process.terminate()
        rest = process.stdout.read()
    shell = f"{rest}\nenv"
    answer = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=True, env={})
    variables = dict(line.split("=", 1) for line in answer.stdout.splitlines() if line.startswith("HW_"))
    assert variables["HW_REGION_NAME"] == "cn-north-4"
    assert (variables["HW_ACCESS_KEY"], variables["HW_SECRET_KEY"]) == (company.ACCESS_KEY, company.SECRET_KEY)
    assert variables["HW_PROJECT_ID"] == company.PROJECT
    assert json.loads(variables["HW_ENDPOINTS"]) == {"iam": url, "dbss": url, "dws": url}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_at_once_whatever_is_under_way(tmp_path, number):
    process, emulator = start(tmp_path)
    try:
        emulator.fault("latency", seconds=60)
        idle, waiting = (
            socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2]))) for dummy in "ab"
        )
        waiting.sendall(f"GET {company.INSTANCES} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while not emulator.counters()["in_flight"]:
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(30) == 0  # and not after the 60 s
        idle.close()
        waiting.close()
    finally:
        stop(process)
    assert "Traceback" not in (tmp_path / "emulator.log").read_text()


def test_options_win_over_the_state_file_and_over_a_reset(tmp_path):
    process, emulator = start(tmp_path, "--transition", "7", "--lag", "0.5", "--validate", "requests")
    try:
        emulator.settings(lag=3)
        emulator.reset()
        settings = emulator.state()["settings"]
        assert (settings["transition"], settings["lag"], settings["validate"]) == (7, 0.5, "requests")
    finally:
        stop(process)


def test_another_state_file(tmp_path):
    file = tmp_path / "mine.yml"
    file.write_text(
        "region: eu-west-101\naccount: {id: a, name: b}\nprojects: [{id: 0123456789abcdef0123456789abcdef, name: p}]\n"
        "tokens: [{token: t, project: p}]\nsettings: {transition: 9}\n"
    )
    process, emulator = start(tmp_path, "--state", str(file))
    try:
        assert emulator.env["HW_REGION_NAME"] == "eu-west-101"
        assert "HW_ACCESS_KEY" not in emulator.env
        assert emulator.state()["settings"]["transition"] == 9
        path = "/v1/0123456789abcdef0123456789abcdef/dbss/audit/instances"
        assert Api(emulator.url)("GET", path, headers={"X-Auth-Token": "t"}).json() == {"servers": [], "total": 0}
    finally:
        stop(process)


def test_a_port_that_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output, error = run("--port", str(port))
    assert (code, output) == (2, "")
    assert error.startswith(f"Cannot start on 127.0.0.1:{port}: ")
    assert error.count("\n") == 1


def test_a_ready_file_that_cannot_be_written(tmp_path):
    code, _output, error = run("--port", "0", "--ready-file", str(tmp_path / "none" / "ready.json"))
    assert code == 2
    assert error.startswith("Cannot start on 127.0.0.1:0: ")
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "No such file"),
        ("region: [", "not valid YAML in line"),
        ("", "must have type"),
        ("region: x", "required: account, projects"),
        ("{region: x, account: {id: a, name: b}, projects: [{id: a, name: b}], colour: red}", "unknown key 'colour'"),
        ("{region: x, account: {id: a, name: b}, projects: [{id: a, name: b}, {id: a, name: c}]}", "there twice"),
        ("{region: 1, account: {id: a, name: b}, projects: [{id: a, name: b}]}", "region: must have type"),
    ],
)
def test_a_state_file_that_cannot_be_used(tmp_path, text, sentence):
    file = tmp_path / "state.yml"
    if text is not None:
        file.write_text(text)
    code, output, error = run("--port", "0", "--state", str(file))
    assert (code, output) == (2, "")
    assert error.startswith(f"The state file {file} cannot be used: ")
    assert sentence in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("option", [("--transition", "soon"), ("--lag", "-1"), ("--validate", "some"), ("--port", "x")])
def test_bad_options(option):
    code, _output, error = run(*option)
    assert code == 2
    assert "Traceback" not in error


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_port_that_cannot_be(port):
    code, _output, error = run("--port", port)
    assert code == 2
    assert "Traceback" not in error


def test_a_command_has_the_cloud_while_it_runs_and_no_other(monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", "of-a-real-cloud")
    monkeypatch.setenv("HUAWEICLOUD_SDK_AK", "of-a-real-cloud")
    script = (
        "import json, os, urllib.request as http; url = json.loads(os.environ['HW_ENDPOINTS'])['dws'];"
        "print(http.urlopen(url + '/_emulator/health').status, *sorted(one for one in os.environ if 'HUAWEI' in one"
        " or 'HW_' in one)); raise SystemExit(7)"
    )
    code, output, error = run("--port", "0", "--", sys.executable, "-c", script)
    assert (code, error) == (7, "")
    assert output.split() == [
        "200", "HW_ACCESS_KEY", "HW_ENDPOINTS", "HW_PROJECT_ID", "HW_REGION_NAME", "HW_SECRET_KEY",
    ]  # fmt: skip


def test_a_command_that_is_not_there():
    code, output, error = run("--port", "0", "--", "no-such-command")
    assert (code, output) == (127, "")
    assert error == "Cannot run no-such-command: No such file or directory.\n"


def test_a_command_that_a_signal_ends():
    code, _output, _error = run("--port", "0", "--", "sh", "-c", "kill -9 $$")
    assert code == 128 + 9


def test_stopping_stops_the_command(tmp_path):
    script = f"echo $$ > {tmp_path}/pid; mv {tmp_path}/pid {tmp_path}/ready; exec sleep 60"
    with subprocess.Popen([*COMMAND, "--port", "0", "--", "sh", "-c", script], cwd=ROOT) as process:
        while not (tmp_path / "ready").exists():
            time.sleep(0.01)
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "ready").read_text()), 0)
