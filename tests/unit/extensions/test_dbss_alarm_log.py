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
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import AUTH_OPTIONS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import ApiError, UsageError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2.nativetypes import NativeEnvironment

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
    """Run a rulebook until its output has a text, or it ends; return the exit code and the output.

    Traps make the file whose name is in C(SPRUNG).
    """
    tools = Path(sys.executable).parent
    more = ["--inventory", inventory] if inventory else []
    with subprocess.Popen(
        [tools / "ansible-rulebook", "--rulebook", rulebook, *more, "--print-events"],
        env=alone(home, ANSIBLE_COLLECTIONS_PATH=str(collections), SPRUNG=str(home / "sprung"), **emulator.env),
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


needs_java = pytest.mark.skipif(
    not (shutil.which("java") and Path(sys.executable).with_name("ansible-rulebook").exists()),
    reason="it needs Java and ansible-rulebook",
)


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


@needs_java
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
        (r"C:\temp \d \ {a} #1 $1 \\n", r"C:\temp \d \ {a} #1 $1 \\n"),
        ("half an opening {", "half an opening { "),
        (r"'\x7b\173\u007b\N{LEFT CURLY BRACKET}'", r"'\ x7b\ 173\ u007b\ N{LEFT CURLY BRACKET}'"),
        ("'{' '{'", "'{ ' '{ '"),
        ("'{\\\n{'", "'{ \\ \\n{ '"),
        ("#jinja2:variable_start_string:'[['", "# jinja2:variable_start_string:'[['"),
        ("$ANSIBLE_VAULT;1.1;AES256", "$ ANSIBLE_VAULT;1.1;AES256"),
        ({"": {"": 1}}, {" ": {" ": 1}}),
        ([float("nan"), float("inf"), 1.5], ["nan", "inf", 1.5]),
        ("two\r\nlines\x1b[2J\u2028\x85", "two\\r\\nlines\\u001b[2J\\u2028\\u0085"),
        ("\u3000数据库", "\u3000数据库"),
    ],
)
def test_no_text_is_a_template(source, text, shown):
    assert source.as_data(text) == shown


PIECES = st.lists(
    st.sampled_from(
        [
            *"{%#$'\"\\[],j \n",
            *("{", "'", "\\x7b", "\\173", "\\u007b", "\\N{LEFT CURLY BRACKET}", "7b", "x7b", "u007b", "\r\n", "r'"),
            *("#j", "inja2:", "#jinja2:", "\\x23", "ANSIBLE_VAULT", "'{' '{'", "'#' 'jinja2:'", "'$' 'ANSIBLE_VAULT'"),
        ]
    ),
    max_size=12,
).map("".join)


def texts(value):
    """Return all texts in a value."""
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in texts(item)]
    if isinstance(value, (list, tuple, set)):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("template", ["{{ a }}", "{{ a }}{{ b }}", "'{{ a }}'", "['{{ a }}', '{{ b }}']", '"{{ a }}"'])
@settings(max_examples=500, deadline=None)
@given(first=PIECES, second=PIECES)
@example(first="'{' '{ 7 * 7 }}'", second="")
@example(first="'\\x7b\\x7b 7 * 7 }}'", second="")
@example(first="{", second="{ 7 * 7 }}")
@example(first="\\x7b\\", second="x7b 7 * 7 }}")
@example(first="'#' 'jinja2:'", second="")
@example(first="#", second="jinja2:")
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_no_text_becomes_a_template_where_a_rulebook_fills_it_in(source, template, first, second):
    """ansible-rulebook reads what a template comes to as a Python literal, and decrypts what looks like a vault."""
    filled = NativeEnvironment().from_string(template).render(source.as_data({"a": first, "b": second}))
    for text in texts(filled):
        assert not re.search(r"\{[{%#]|\A#jinja2:|\$ANSIBLE_VAULT", text), (first, second, filled)


def test_what_an_alarm_says_is_no_template(source, emulator, access):
    async def story():
        async with running(source) as run:
            await run.polls(emulator, 2)
            access("fresh", alarm_description="{{ lookup('pipe', 'id') }}")
            return await run.next()

    assert asyncio.run(story())["alarm"]["alarm_description"] == "{ { lookup('pipe', 'id') }}"


HOSTILE = "{{ lookup('ansible.builtin.pipe','touch $SPRUNG') }}"


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
    assert "Left out of the audit instances: 1, whose ID is not 32 to 64 letters" in caplog.text
    assert "{{" not in caplog.text


def test_many_alarms_without_an_id_are_one_line(source, emulator, access, caplog):
    emulator.settings(validate="off")
    for number in range(3):
        access("{{ " + str(number))
    access("fresh")
    poller = source.Source(source.read_options({"lookback": 60}, source.OPTIONS))
    assert [event["alarm"]["id"] for event in poller.poll()] == ["fresh"]
    poller.close()
    assert caplog.text.count(f"Left out of the alarms of audit instance {PROD}: 3, whose ID is not up to 64") == 1


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
        def readable(self, drop):
            in_source["AuditInstances"] = usual
            raise ApiError("listAuditInstances", "list", "the audit instances", "the listing changed")

    async def story():
        async with running(source, lookback=3600) as run:
            return await run.next()

    monkeypatch.setitem(in_source, "AuditInstances", Restless)
    assert asyncio.run(story())["alarm"]["id"] == "Al1aRm0000000002"
    assert "Failed to list the audit instances: the listing changed." in caplog.text


def test_what_is_too_deep_is_left_out_alone(source, access, caplog, monkeypatch):
    deep = "the bottom"
    for _level in range(sys.getrecursionlimit()):
        deep = [deep]
    found = [{"id": "deep", "alarm_time": deep}, {"id": "fresh"}]
    monkeypatch.setattr(
        source.Alarms,
        "records",
        lambda self, first, last: found if self._instance_id == PROD and last - first > 9 else [],
    )

    async def story():
        async with running(source, lookback=3600) as run:
            return await run.next()

    monkeypatch.setattr(source.News, "__init__", fresh_news)
    assert asyncio.run(story())["alarm"]["id"] == "fresh"
    assert f"The alarm deep of audit instance {PROD} is left out: it is too deep." in caplog.text


def fresh_news(self, since):
    """Begin without knowing any alarm."""
    self.read_until, self._seen = since, {}


def test_a_named_instance_that_is_gone_takes_no_other_along(source, emulator, access, caplog):
    state = emulator.state()["audit_instances"]

    async def story():
        async with running(source, instances=["audit-test", "audit-prod"]) as run:
            await run.polls(emulator, 2)
            emulator.state({"audit_instances": [one for one in state if one["id"] != TEST]})
            await run.polls(emulator, 2)
            access("fresh")
            return await run.next()

    assert asyncio.run(story())["alarm"]["id"] == "fresh"
    assert "No audit instance has the ID or name 'audit-test'" in caplog.text


def test_blanks_name_no_instance(source, access):
    async def story():
        async with running(source, lookback=3600, instances=["", " \n"]) as run:
            return await run.next()

    assert asyncio.run(story())["instance"]["id"] == PROD


def test_a_poll_that_is_over_reads_no_further_page(source, emulator, access, caplog, monkeypatch):
    in_source = source.main.__globals__
    usual = in_source["Alarms"]

    class Late(usual):
        def records(self, first, last):
            in_source["Alarms"] = usual
            self._client.deadline = self._client.clock.monotonic()
            return super().records(first, last)

    state = emulator.state()["audit_instances"]
    state[0]["alarms"] = [{"id": f"alarm-{number}", "alarm_time": "0s ago"} for number in range(101)]
    emulator.state({"audit_instances": state})

    async def story():
        async with running(source, lookback=3600, instances=[state[0]["id"]]) as run:
            return await run.next()

    monkeypatch.setitem(in_source, "Alarms", Late)
    assert asyncio.run(story())["alarm"]["id"] == "alarm-0"
    assert "the listing has no end within the 600 s of a poll. The next try is in 0.05 s." in caplog.text


@needs_java
def test_the_rulebook_runs_nothing_that_the_service_says(emulator, collections, tmp_path):
    plant(emulator, emulator.state()["audit_instances"], alarms=[alarm("fresh", HOSTILE, "RISK_AGENT")])
    emulator.settings(validate="off")
    rules = RULEBOOK.read_text(encoding="utf-8").replace("interval: 60", "interval: 0.5\n        lookback: 3600")
    rulebook, inventory = tmp_path / "rulebook.yml", tmp_path / "inventory.yml"
    rulebook.write_text(rules, encoding="utf-8")
    inventory.write_text("all: {hosts: {localhost: {ansible_connection: local}}}", encoding="utf-8")
    code, output = rulebook_run(rulebook, emulator, collections, tmp_path, until="Left out", inventory=inventory)
    assert "Left out of the audit instances: 1, " in output, (code, output)
    assert not (tmp_path / "sprung").exists(), output


# What is a template, or ends as one when it is filled in.
TRAPS = [
    HOSTILE,
    r"'\x7b\x7b lookup(\'ansible.builtin.pipe\',\'touch $SPRUNG\') }}'",
    "'{' \"{ lookup('ansible.builtin.pipe','touch $SPRUNG') }}\"",
    "#jinja2:variable_start_string:'[[',variable_end_string:']]'\n[[ lookup('ansible.builtin.pipe','touch $SPRUNG') ]]",
    "see $ANSIBLE_VAULT;1.1;AES256",
]
CARELESS = """
- name: Alarms
  hosts: localhost
  sources:
    - huaweicloud.dbops.dbss_alarm_log:
        interval: 0.2
        lookback: 3600
        type: RISK_AGENT
  rules:
    - name: Any
      condition: event.alarm.id is defined
      action:
        run_playbook:
          name: show.yml
          extra_vars:
            text: "{{ event.alarm.alarm_description }}"
"""
SHOW = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "shown {{ text }}"
"""


@needs_java
def test_not_even_a_careless_rulebook_runs_what_the_service_says(emulator, collections, tmp_path):
    alarms = [alarm(f"trap-{number}", text, "RISK_AGENT") for number, text in enumerate([*TRAPS, "the end"])]
    for number, one in enumerate(alarms):
        one["alarm_time"] = f"{600 - number}s ago"
    state = emulator.state()["audit_instances"]
    emulator.state({"audit_instances": [{**state[0], "alarms": alarms}]})
    files = {
        "rulebook.yml": CARELESS,
        "show.yml": SHOW,
        "inventory.yml": "all: {hosts: {localhost: {ansible_connection: local}}}",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    rulebook, inventory = tmp_path / "rulebook.yml", tmp_path / "inventory.yml"
    code, output = rulebook_run(rulebook, emulator, collections, tmp_path, until="shown the end", inventory=inventory)
    assert not (tmp_path / "sprung").exists(), output
    assert output.count('"msg": "shown ') == len(alarms), (code, output)
    assert "shown see $ ANSIBLE_VAULT" in output
