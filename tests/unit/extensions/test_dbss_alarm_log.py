# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source under ansible-rulebook's contract, C(main(queue, args)), against the embedded cloud."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from ansible_collections.huaweicloud.dbops.plugins.module_utils.errors import ApiError, UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.options import AUTH_OPTIONS

from tests.tools.checkout import ROOT
from tests.tools.environment import alone

RULEBOOK = ROOT / "extensions" / "eda" / "rulebooks" / "dbss_alarms.yml"
PROD, TEST = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10", "c4e81f06-27b9-4d63-a5f2-8d19e0b37c45"
# Rules of no consequence, in which a rulebook ends as soon as it has seen an alarm.
SHORT = """
- name: Alarms
  hosts: localhost
  sources:
    - huaweicloud.dbops.dbss_alarm_log:
        interval: 0.2
        lookback: 3600
        instances: [audit-prod]
  rules:
    - name: The risk is high
      condition: event.alarm.alarm_risk == "HIGH"
      actions:
        - debug:
            msg: "{{ event.instance.name }} says {{ event.alarm.alarm_description }}"
        - shutdown:
            delay: 0
"""


@pytest.fixture
def access(emulator, monkeypatch):
    """Have the way to the embedded cloud in the environment, and return how to raise an alarm there."""
    for name, value in emulator.env.items():
        monkeypatch.setenv(name, value)

    def raise_alarm(alarm_id, instance=PROD, **more):
        state = emulator.state()
        [found] = [one for one in state["audit_instances"] if one["id"] == instance]
        found["alarms"].append({"id": alarm_id, "alarm_time": "0s ago", **more})
        emulator.state({"audit_instances": state["audit_instances"]})

    return raise_alarm


def alarm(alarm_id, description, kind):
    """Return an alarm as the state of the embedded cloud has it."""
    return {
        "id": alarm_id,
        "alarm_time": "0s ago",
        "alarm_type": kind,
        "alarm_risk": "HIGH",
        "alarm_description": description,
    }


def plant(emulator, instances, **more):
    """Put an audit instance into the cloud whose ID would be a template."""
    hostile = {
        **instances[0],
        "id": HOSTILE,
        "resource_id": "0" * 36,
        "name": HOSTILE,
        "databases": [],
        "alarms": [],
        **more,
    }
    emulator.state({"audit_instances": [*instances, hostile]})


def rulebook_run(rulebook, emulator, collections, home, until, inventory=None):
    """Run a rulebook until its output has a text, or it ends; return the exit code, or None, and the output."""
    tools = Path(sys.executable).parent
    more = ["--inventory", inventory] if inventory else []
    with subprocess.Popen(
        [tools / "ansible-rulebook", "--rulebook", rulebook, *more, "--print-events"],
        env=alone(home, ANSIBLE_COLLECTIONS_PATH=str(collections), **emulator.env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=home,
    ) as process:
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        lines = []
        for line in process.stdout:
            lines.append(line)
            if until in line:
                process.terminate()
        watchdog.cancel()
    return process.returncode, "".join(lines)


class Run:
    """A run of the source beside a test."""

    def __init__(self, source, **args):
        self.queue = asyncio.Queue()
        self.task = asyncio.create_task(source.main(self.queue, {"interval": 0.05, **args}))

    async def next(self):
        """Return the next event; when the source ends instead, what it raised is raised."""
        event = asyncio.create_task(self.queue.get())
        await asyncio.wait({event, self.task}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        if not event.done():
            event.cancel()
            self.task.result()
        return event.result()

    async def polls(self, emulator, number):
        """Wait for so many further polls."""
        goal = number + len(emulator.requests(operation="listAuditInstances"))
        while len(emulator.requests(operation="listAuditInstances")) < goal and not self.task.done():
            await asyncio.sleep(0.02)

    async def stop(self):
        """Cancel the source, as ansible-rulebook does."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@contextlib.asynccontextmanager
async def running(source, **args):
    """Have the source run."""
    run = Run(source, **args)
    try:
        yield run
    finally:
        await run.stop()


def test_a_new_alarm_is_one_event(source, emulator, access):
    async def story():
        async with running(source) as run:
            await run.polls(emulator, 2)
            access("fresh", alarm_risk="HIGH", alarm_description="a")
            event = await run.next()
            await run.polls(emulator, 3)
            assert run.queue.empty()
        return event

    event = asyncio.run(story())
    assert event["instance"] == {"id": PROD, "name": "audit-prod"}
    assert (event["alarm"]["id"], event["alarm"]["alarm_risk"]) == ("fresh", "HIGH")
    json.dumps(event)


def test_lookback_counts_what_was_before(source, access):
    async def story():
        async with running(source, lookback=3600, eda_feedback_queue=asyncio.Queue()) as run:
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "Al1aRm0000000002"


def test_only_what_is_asked_for(source, emulator, access):
    async def story():
        async with running(source, instances=["audit-test"], risk=["HIGH", "LOW"], status="UNDO") as run:
            await run.polls(emulator, 2)
            access("other-instance", alarm_risk="HIGH")
            access("other-risk", TEST, alarm_risk="MEDIUM")
            access("other-status", TEST, alarm_risk="LOW", alarm_status="DONE")
            access("wanted", TEST, alarm_risk="LOW")
            event = await run.next()
            await run.polls(emulator, 2)
            assert run.queue.empty()
        return event

    assert asyncio.run(story())["alarm"]["id"] == "wanted"


@pytest.mark.parametrize("operation", ["listAuditInstances", "listAuditAlarmLogsV2"])
@pytest.mark.parametrize("fault", [{"kind": "error", "status": 500}, {"kind": "expired_token"}, {"kind": "html"}])
def test_it_survives_an_outage_and_loses_nothing(source, emulator, access, caplog, operation, fault):
    async def story():
        async with running(source, max_retries=1, instances=["audit-prod"]) as run:
            await run.polls(emulator, 2)
            emulator.fault(match={"operation": operation}, **fault)
            await run.polls(emulator, 2)
            access("during")
            await run.polls(emulator, 2)
            emulator.admin("DELETE", "faults")
            access("after")
            events = [await run.next(), await run.next()]
            await run.polls(emulator, 2)
            assert run.queue.empty()
        return events

    with caplog.at_level(logging.WARNING):
        events = asyncio.run(story())
    assert [event["alarm"]["id"] for event in events] == ["during", "after"]
    assert "The next try is in 0.05 s." in caplog.text
    assert emulator.env["HW_SECRET_KEY"] not in caplog.text


def test_it_logs_in_again_whenever_the_token_has_expired(source, emulator, access):
    user = {"user_name": "ops-user", "password": "example-password", "domain_name": "example-account"}

    async def story():
        async with running(source, **user) as run:
            for _day in range(3):
                await run.polls(emulator, 2)
                emulator.advance(25 * 3600)
            await run.polls(emulator, 3)

    asyncio.run(story())
    assert len(emulator.requests(operation="createTokenByPassword", status=201)) == 4
    assert emulator.requests(operation="listAuditInstances")[-1]["status"] == 200


def test_it_waits_for_a_service_that_is_down_at_the_start(source, emulator, access):
    async def story():
        emulator.fault("error", {"operation": "listAuditInstances"}, status=503)
        async with running(source, max_retries=1) as run:
            await run.polls(emulator, 3)
            emulator.admin("DELETE", "faults")
            access("fresh")
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "fresh"


def test_one_instance_that_fails_does_not_stop_the_others(source, emulator, access):
    async def story():
        emulator.fault("error", {"operation": "listAuditAlarmLogsV2", "resource": TEST}, status=500)
        async with running(source, max_retries=1) as run:
            await run.polls(emulator, 2)
            access("fresh")
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "fresh"


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ({"instances": ["nobody"]}, UsageError, "No audit instance has the ID or name 'nobody'"),
        ({"risk": ["SEVERE"]}, UsageError, "risk"),
        ({"interval": 0}, UsageError, "interval must be more than 0"),
        ({"intervall": 5}, UsageError, "Unknown options: intervall"),
        ({"access_key": "EXAMPLEACCESSKEY0001", "secret_key": "wrong"}, ApiError, "the credentials were not accepted"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_cannot_be_right_ends_it_at_once(source, access, args, error, words):
    with pytest.raises(error, match=words):
        asyncio.run(source.main(asyncio.Queue(), args))


def test_it_finds_the_collection_by_itself(tmp_path):
    """ansible-rulebook runs the file in a process that knows of no collections."""
    installed = tmp_path / "ansible_collections" / "huaweicloud" / "dbops"
    shutil.copytree(ROOT / "plugins", installed / "plugins")
    shutil.copytree(ROOT / "extensions", installed / "extensions")
    path = installed / "extensions" / "eda" / "plugins" / "event_source" / "dbss_alarm_log.py"
    code = f"import runpy; print(runpy.run_path({str(path)!r})['connect'].__module__)"
    command = [sys.executable, "-c", code]
    assert subprocess.check_output(command, text=True, cwd=tmp_path).startswith("ansible_collections.huaweicloud.dbops")


def test_the_documentation_is_that_of_the_options(source):
    documented = yaml.safe_load(source.DOCUMENTATION)["options"]
    accepted = {**AUTH_OPTIONS, **source.OPTIONS}
    assert set(documented) == set(accepted)
    for name, option in accepted.items():
        for key in ("type", "elements", "choices", "default"):
            assert documented[name].get(key) == option.get(key), name


def test_the_example_is_accepted(source):
    [example] = yaml.safe_load(source.EXAMPLES)
    assert source.read_options(example["huaweicloud.dbops.dbss_alarm_log"], source.OPTIONS)["interval"] == 30


def test_the_rulebook_uses_what_there_is(source):
    [rules] = yaml.safe_load(RULEBOOK.read_text(encoding="utf-8"))
    [entry] = rules["sources"]
    source.read_options(entry["huaweicloud.dbops.dbss_alarm_log"], source.OPTIONS)
    [playbook] = [rule["action"]["run_playbook"] for rule in rules["rules"] if "run_playbook" in rule["action"]]
    assert (ROOT / "playbooks" / f"{playbook['name'].rpartition('.')[2]}.yml").exists()
    specs = ROOT / "roles" / "dbss_audit_baseline" / "meta" / "argument_specs.yml"
    options = yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert set(playbook["extra_vars"]) <= set(options)


@pytest.mark.skipif(
    not (shutil.which("java") and Path(sys.executable).with_name("ansible-rulebook").exists()),
    reason="it needs Java and ansible-rulebook",
)
def test_ansible_rulebook_runs_it(emulator, collections, tmp_path):
    rulebook = tmp_path / "rulebook.yml"
    rulebook.write_text(SHORT, encoding="utf-8")
    tools = Path(sys.executable).parent
    run = subprocess.run(
        [tools / "ansible-rulebook", "--rulebook", rulebook],
        env={
            **emulator.env,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
        },
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("audit-prod says orders: SQL injection") == 1, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ 7 * 7 }}", "{ { 7 * 7 }}"),
        ("{% if x %}{# y #}", "{ % if x %}{ # y #}"),
        ("{{{x", "{ { {x"),
        ("SELECT '{}' FROM {a}", "SELECT '{}' FROM {a}"),
        ({"{{ k }}": ["{{ v }}", 7, None]}, {"{ { k }}": ["{ { v }}", 7, None]}),
        ("half an opening {", "half an opening { "),
        ("two\r\nlines\x1b[2J\u2028\x85", "two\\r\\nlines\\u001b[2J\\u2028\\u0085"),
        ("\u3000数据库", "\u3000数据库"),
    ],
)
def test_no_text_is_a_template(source, text, shown):
    assert source.as_data(text) == shown


def test_what_an_alarm_says_is_no_template(source, emulator, access):
    async def story():
        async with running(source) as run:
            await run.polls(emulator, 2)
            access("fresh", alarm_description="{{ lookup('pipe', 'id') }}")
            return await run.next()

    assert asyncio.run(story())["alarm"]["alarm_description"] == "{ { lookup('pipe', 'id') }}"


HOSTILE = "{{ lookup('ansible.builtin.pipe','touch sprung') }}"


def test_an_instance_without_an_id_is_left_out_alone(source, emulator, access, caplog):
    state = emulator.state()["audit_instances"]
    emulator.settings(validate="off")

    async def story():
        async with running(source) as run:
            await run.polls(emulator, 2)
            access("fresh")
            return await run.next()

    plant(emulator, state)
    assert asyncio.run(story())["alarm"]["id"] == "fresh"
    assert "An audit instance is left out: its ID must be 32 to 64 letters" in caplog.text
    assert "{{" not in caplog.text


def test_many_alarms_without_an_id_are_one_line(source, emulator, access, caplog):
    emulator.settings(validate="off")
    for number in range(3):
        access("{{ " + str(number))
    access("fresh")
    poller = source.Source(source.read_options({"lookback": 60}, source.OPTIONS))
    assert [event["alarm"]["id"] for event in poller.poll()] == ["fresh"]
    poller.close()
    assert caplog.text.count(f"An alarm of audit instance {PROD} is left out") == 1


@pytest.mark.parametrize("value", [-1, 1e18, float("nan"), float("inf"), "1e18"])
def test_a_lookback_that_makes_no_sense(source, access, value):
    with pytest.raises(UsageError, match=r"^lookback must be 0 to 31622400 seconds, not (-1|1e\+18|nan|inf)\.$"):
        asyncio.run(source.main(asyncio.Queue(), {"lookback": value}))


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_an_interval_that_makes_no_sense(source, access, value):
    with pytest.raises(UsageError, match=r"^interval must be "):
        asyncio.run(source.main(asyncio.Queue(), {"interval": value}))


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        ("AuditInstances", RuntimeError, "This is a bug in huaweicloud.dbops (RuntimeError at "),
        ("for_each", RecursionError, "This is a bug in huaweicloud.dbops (RecursionError at "),
        ("connect", UsageError, "ca_cert cannot be read. The next try is in 0.05 s."),
    ],
)
def test_nothing_that_a_poll_meets_ends_it(source, emulator, access, caplog, monkeypatch, function, error, words):
    in_source = source.main.__globals__
    usual, calls = in_source[function], []

    def sometimes(*args, **more):
        calls.append(args)
        if len(calls) == 2:
            raise error("ca_cert cannot be read.")
        return usual(*args, **more)

    async def story():
        async with running(source, max_retries=1) as run:
            await run.polls(emulator, 2)
            emulator.fault("error", {"operation": "listAuditInstances"}, status=500, times=1)  # for a new connection
            await run.polls(emulator, 3)
            access("fresh")
            return await run.next()

    monkeypatch.setitem(in_source, function, sometimes)
    assert asyncio.run(story())["alarm"]["id"] == "fresh"
    assert len(calls) > 2
    assert words in caplog.text
    assert ("ca_cert" in caplog.text) == (error is UsageError)  # the text of a bug may hold a secret
    assert "Traceback" not in caplog.text


def test_what_one_instance_meets_costs_no_event_of_another(source, emulator, access, caplog, monkeypatch):
    in_source = source.main.__globals__
    usual, broken = in_source["Alarms"], set()

    def sometimes(client, instance_id, *more):
        if instance_id in broken:
            raise RuntimeError
        return usual(client, instance_id, *more)

    async def story():
        async with running(source, instances=["audit-test", "audit-prod"]) as run:
            await run.polls(emulator, 2)
            broken.add(TEST)
            access("of-prod")
            access("of-test", TEST)
            events = [await run.next()]
            broken.clear()
            return [*events, await run.next()]

    monkeypatch.setitem(in_source, "Alarms", sometimes)
    assert [event["alarm"]["id"] for event in asyncio.run(story())] == ["of-prod", "of-test"]
    assert "This is a bug in huaweicloud.dbops (RuntimeError at " in caplog.text


def test_what_a_poll_does_not_get_to_the_next_one_reads(source, emulator, access, caplog, monkeypatch):
    async def story():
        async with running(source, instances=["audit-prod"]) as run:
            await run.polls(emulator, 2)
            monkeypatch.setitem(source.main.__globals__, "LONGEST_POLL", 0.0)
            await run.polls(emulator, 2)
            access("fresh")
            await run.polls(emulator, 2)
            assert run.queue.empty()
            monkeypatch.setitem(source.main.__globals__, "LONGEST_POLL", 600.0)
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "fresh"
    assert f"The alarms of audit instance audit-prod ({PROD}) were not read: the poll took 0 s." in caplog.text


def test_an_instance_that_is_missing_for_a_while_tells_nothing_twice(source, emulator, access):
    async def story():
        async with running(source, lookback=3600) as run:
            assert (await run.next())["alarm"]["id"] == "Al1aRm0000000002"
            there = emulator.state()["audit_instances"]
            emulator.state({"audit_instances": [one for one in there if one["id"] != PROD]})
            await run.polls(emulator, 2)
            emulator.state({"audit_instances": there})
            await run.polls(emulator, 2)
            access("fresh")
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "fresh"


def test_a_listing_that_does_not_rest_at_the_start_is_no_reason_to_end(source, access, caplog, monkeypatch):
    in_source = source.main.__globals__
    usual = in_source["AuditInstances"]

    class Restless(usual):
        def records(self):
            in_source["AuditInstances"] = usual
            raise ApiError("listAuditInstances", "list", "the audit instances", "the listing changed")

    async def story():
        async with running(source, lookback=3600) as run:
            return await run.next()

    monkeypatch.setitem(in_source, "AuditInstances", Restless)
    assert asyncio.run(story())["alarm"]["id"] == "Al1aRm0000000002"
    assert "Failed to list the audit instances: the listing changed." in caplog.text


@pytest.mark.skipif(
    not (shutil.which("java") and Path(sys.executable).with_name("ansible-rulebook").exists()),
    reason="it needs Java and ansible-rulebook",
)
def test_the_rulebook_runs_nothing_that_the_service_says(emulator, collections, tmp_path):
    plant(emulator, emulator.state()["audit_instances"], alarms=[alarm("fresh", HOSTILE, "RISK_AGENT")])
    emulator.settings(validate="off")
    rules = RULEBOOK.read_text(encoding="utf-8").replace("interval: 60", "interval: 0.5\n        lookback: 3600")
    rulebook, inventory = tmp_path / "rulebook.yml", tmp_path / "inventory.yml"
    rulebook.write_text(rules, encoding="utf-8")
    inventory.write_text("all: {hosts: {localhost: {ansible_connection: local}}}", encoding="utf-8")
    code, output = rulebook_run(rulebook, emulator, collections, tmp_path, until="left out", inventory=inventory)
    assert "An audit instance is left out" in output, (code, output)
    assert not [*tmp_path.rglob("sprung"), *collections.rglob("sprung")], output
