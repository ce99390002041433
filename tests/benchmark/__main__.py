# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs, side by side with what else one could use: `make benchmark`.

All contenders run in one session, in turns, against the same embedded cloud. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmark import page
from tests.emulator import fixtures
from tests.scale.conftest import Company, identifier
from tests.tools import artifact, playbook
from tests.tools.checkout import ROOT

CORES = [
    playbook.OWN,
    *sorted(ROOT.glob(".nox/integration-*/bin/ansible-playbook"), reverse=True),
]
"""Where the versions of ansible-core are that one check is timed with: the environment's, the oldest, the newest."""

LATENCIES = (0, 20, 100)  # ms
COUNTS = (10, 100, 1000)
CONCURRENCY = 8
LONGEST_LOOP = {0: 10, 20: 10, 100: 10}  # by latency: longer loops are extrapolated
INSTANCE = identifier("instance", 0)
SDK = Path(__file__).with_name("sdk.py")
LIBRARY = Path(__file__).with_name("library")
EXTENT = {"clusters": 1000, "databases": 10_000}


class Bench:
    """An embedded cloud, an installed collection, and the ways to time something with them."""

    def __init__(self, folder: Path, emulator: fixtures.Emulator, collections: Path) -> None:
        self.folder, self.emulator, self.collections = folder, emulator, collections
        self.company = Company(emulator)
        self._memory = 0

    def fill(self, latency: int, **contents: Any) -> None:
        """Put these contents into the embedded cloud and let it answer after `latency` ms."""
        self.emulator.reset()
        self.company.fill(**contents)
        self.emulator.settings(latency=latency / 1000, validate="off")
        self.emulator.admin("DELETE", "requests")
        self.emulator.admin("DELETE", "counters")

    def tasks(self, tasks: list[dict[str, Any]], **options: Any) -> list[float]:
        """Run tasks in one play, as `command` does, and return how many seconds each took."""
        marks: list[float] = []
        named = [{"name": f"task {number}", **task} for number, task in enumerate(tasks)]
        self.command(named, marks, **options)
        return [after - before for before, after in zip(marks, marks[1:])]

    def command(
        self,
        tasks: list[dict[str, Any]],
        marks: list[float] | None = None,
        hosts: int = 0,
        program: Path = CORES[0],
        collections: Path | None = None,
    ) -> tuple[float, float]:
        """Run tasks in one play and return how many seconds the whole command took, and how many of the processors.

        @param marks: is filled with the times at which a task began, and that of the recap
        @param hosts: how many hosts run the tasks, ten at a time; 0 for localhost
        @param collections: where collections are searched, if not where this one is
        """
        names = [f"host-{number}" for number in range(hosts)]
        play = {
            "hosts": names or "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "tasks": tasks,
        }
        path = self.folder / "bench.yml"
        path.write_text(json.dumps([play]), encoding="utf-8")
        variables = {**self.emulator.env, "ANSIBLE_LIBRARY": str(LIBRARY)}
        more = ["--inventory", ",".join([*names, ""]), "--forks", "10"] if hosts else []

        def run() -> tuple[list[float], float, float]:
            seen: list[float] = []

            def mark(line: str) -> None:
                if line.startswith(("TASK [", "PLAY RECAP")):
                    seen.append(time.perf_counter())

            begin = time.perf_counter()
            code, output = playbook.run(
                path, collections or self.collections, self.folder, variables, *more, echo=mark, program=program
            )
            wall = time.perf_counter() - begin
            if code:
                raise SystemExit(output)
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            return seen, wall, used.ru_utime + used.ru_stime

        (seen, wall, processor), self._memory = apart(run)
        if marks is not None:
            marks += seen
        return wall, processor

    def script(self, *arguments: str) -> float:
        """Run the script on the official SDK and return the seconds it took."""
        start = time.perf_counter()
        subprocess.run([sys.executable, SDK, *arguments], env={**self.emulator.env}, check=True)
        return time.perf_counter() - start

    def cost(self) -> dict[str, int]:
        """Return what the contender that ran last cost the service."""
        counters = self.emulator.counters()
        return {
            "calls": len(self.emulator.requests()),
            "peak_in_flight": counters["peak_in_flight"],
            "connections": counters["connections"],
            "memory_mib": self._memory,
        }


def apart(work: Callable[[], Any]) -> tuple[Any, int]:
    """Return what `work` returns in a process of its own, and the peak memory of the largest process it ran, in MiB."""
    here, there = multiprocessing.Pipe(duplex=False)

    def run() -> None:
        there.send((work(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024))

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    there.close()
    try:
        found: tuple[Any, int] = here.recv()
    except EOFError:
        raise SystemExit("A contender of the benchmark failed.") from None
    process.join()
    return found


AS_MODULE = {"environment": {"HW_DIRECT": "false"}}
"""What makes a task of the collection run in a process of its own."""


def one_check(bench: Bench, rounds: int) -> dict[str, Any]:
    """Time one check that changes nothing, in turns, and return the spread of each contender's seconds, by core."""
    bench.fill(0, instances=3)
    check = {"huaweicloud.dbops.dbss_audit_instance": {"name": "instance-0"}}
    contenders: dict[str, dict[str, Any]] = {
        "ansible.builtin.set_fact": {"ansible.builtin.set_fact": {"nothing": 0}},
        "dbss_audit_instance": check,
        "ansible.builtin.ping": {"ansible.builtin.ping": {}},
        "dbss_audit_instance, as a module": {**check, **AS_MODULE},
        "module that only imports requests": {"import_requests": {}},
        "ansible.builtin.uri": {"ansible.builtin.uri": {"url": f"{bench.emulator.url}/_emulator/health"}},
        "module on the official SDK": {"sdk_audit_instance": {"name": "instance-0"}},
    }
    found = {}
    for program in CORES:
        own = contenders if program == CORES[0] else dict(list(contenders.items())[:4])
        bench.tasks(list(own.values()), program=program)  # warms the caches up
        times = bench.tasks(list(own.values()) * rounds, program=program)
        found[core_of(program)] = {name: _spread(times[index :: len(own)]) for index, name in enumerate(own)}
    return found


def core_of(program: Path) -> str:
    """Return the version of ansible-core that an ansible-playbook belongs to."""
    [first] = re.findall(r"\[core (.*?)\]", subprocess.check_output([program, "--version"], text=True))
    return str(first)


def whole_commands(bench: Bench, rounds: int) -> dict[str, Any]:
    """Return the spread of the seconds that whole commands took, in turns."""
    bench.fill(0, instances=3)
    check = {"huaweicloud.dbops.dbss_audit_instance": {"name": "instance-0"}}
    empty = bench.folder / "none"
    empty.mkdir(exist_ok=True)
    contenders: dict[str, Callable[[], tuple[float, float]]] = {
        "a play without tasks, no collection": lambda: bench.command([], collections=empty),
        "a play without tasks": lambda: bench.command([]),
        "one check": lambda: bench.command([check]),
        "one check, as a module": lambda: bench.command([{**check, **AS_MODULE}]),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _round in range(rounds):
        for name, contender in contenders.items():
            times[name].append(contender()[0])
    return {name: _spread(values) for name, values in times.items()}


def many_hosts(bench: Bench, hosts: int = 200) -> dict[str, Any]:
    """Time a task on many hosts, one cluster each, ten at a time: seconds and seconds of the processors."""
    clusters = "cluster-{{ inventory_hostname | replace('host-', '') }}"
    task = {"huaweicloud.dbops.dws_om_user": {"cluster_name": clusters, "state": "absent"}}
    contenders = {
        "ansible.builtin.set_fact": {"ansible.builtin.set_fact": {"nothing": 0}},
        "dws_om_user": task,
        "dws_om_user, as a module": {**task, **AS_MODULE},
    }
    found = {}
    for name, contender in contenders.items():
        bench.fill(0, clusters=hosts)
        wall, processor = bench.command([contender], hosts=hosts)
        found[name] = {"hosts": hosts, "seconds": wall, "processor": processor}
    return found


def one_loop(bench: Bench, items: int = 50, latency: int = 20) -> dict[str, Any]:
    """Time a loop, and count the connections that it makes."""
    task = {"huaweicloud.dbops.dbss_audit_instance": {"name": "instance-0"}, "loop": list(range(items))}
    found = {}
    for name, contender in {
        "dbss_audit_instance": task,
        "dbss_audit_instance, as a module": {**task, **AS_MODULE},
    }.items():
        bench.fill(latency, instances=3)
        [seconds] = bench.tasks([contender])
        found[name] = {"items": items, "latency_ms": latency, "seconds": seconds, **bench.cost()}
    return found


def a_region(bench: Bench, clusters: int = 400, latency: int = 50) -> dict[str, Any]:
    """Time the whole command that reads the O&M accounts of a region."""
    bench.fill(latency, clusters=clusters)
    wall, _processor = bench.command([{"huaweicloud.dbops.dws_om_user_info": {}}])
    return {"clusters": clusters, "latency_ms": latency, "seconds": wall, **bench.cost()}


def start_up(bench: Bench, rounds: int) -> float:
    """Return the median seconds of a bulk task that finds nothing to do, as the first of a play."""
    bench.fill(0, databases=1)
    bench.tasks([_bulk()])
    return statistics.median(_timed(bench.tasks, [_bulk()]) for number in range(rounds))


def switching(bench: Bench, begin: float) -> list[dict[str, Any]]:
    """Time the switching of many databases, after `begin` seconds of start-up."""
    rows = []
    for latency in LATENCIES:
        for count in COUNTS:
            row: dict[str, Any] = {"latency_ms": latency, "databases": count}
            bench.fill(latency, databases=count)
            row["bulk task"] = _timed(bench.tasks, [_bulk()])
            row["cost"] = bench.cost()
            bench.fill(latency, databases=count)
            row["script on the official SDK"] = bench.script("switch", INSTANCE)
            for name, task in (("loop over the module", _loop), ("loop over uri", _uri_loop)):
                if count <= LONGEST_LOOP[latency]:
                    bench.fill(latency, databases=count)
                    row[name] = _timed(bench.tasks, [task(bench, count)])
                else:
                    row[name] = rows[-1][name] * count / rows[-1]["databases"]
                    row[f"{name}, extrapolated"] = True
            # Start-up, a listing before and one after, and all lanes full in between.
            row["ideal"] = begin + latency / 1000 * (count / CONCURRENCY + 2)
            rows.append(row)
            print(page.switch_line(row), flush=True)
    return rows


def readings(bench: Bench) -> list[dict[str, Any]]:
    """Time the reading of a whole region."""
    rows = []
    for latency in LATENCIES:
        bench.fill(latency, clusters=EXTENT["clusters"])
        row: dict[str, Any] = {"latency_ms": latency, "what": f"O&M accounts of {EXTENT['clusters']:,} clusters"}
        row["info module"] = _timed(bench.tasks, [{"huaweicloud.dbops.dws_om_user_info": {}}])
        row["cost"] = bench.cost()
        row["script on the official SDK"] = bench.script("om-users")
        rows.append(row)
        bench.fill(latency, databases=EXTENT["databases"])
        row = {"latency_ms": latency, "what": f"{EXTENT['databases']:,} databases"}
        row["info module"] = _timed(bench.tasks, [{"huaweicloud.dbops.dbss_audit_database_info": {}}])
        row["cost"] = bench.cost()
        row["script on the official SDK"] = bench.script("databases", INSTANCE)
        rows.append(row)
    return rows


def the_cloud_alone(bench: Bench, calls: int = 2000) -> dict[str, float]:
    """Return how many requests a second the embedded cloud answers on one connection, by what it validates."""
    token = {"X-Auth-Token": "example-token-issued-before"}
    path = f"/v1/{bench.emulator.env['HW_PROJECT_ID']}/dbss/audit/instances"
    found = {}
    for validation in ("all", "requests", "off"):
        bench.fill(0, instances=3)
        bench.emulator.settings(validate=validation)
        with closing(HTTPConnection(urlsplit(bench.emulator.url).netloc)) as connection:
            start = time.perf_counter()
            for number in range(calls):
                connection.request("GET", path, headers=token)
                answer = connection.getresponse()
                assert answer.read() and answer.status == 200, f"call {number} failed"
            found[validation] = calls / (time.perf_counter() - start)
    return found


def _bulk() -> dict[str, Any]:
    return {
        "huaweicloud.dbops.dbss_audit_database": {
            "instance_id": INSTANCE,
            "all_databases": True,
            "concurrency": CONCURRENCY,
        }
    }


def _loop(bench: Bench, count: int) -> dict[str, Any]:
    options = {"instance_id": INSTANCE, "databases": ["{{ item }}"]}
    return {"huaweicloud.dbops.dbss_audit_database": options, "loop": [f"db-{index}" for index in range(count)]}


def _uri_loop(bench: Bench, count: int) -> dict[str, Any]:
    # With a token, because uri cannot sign: one call for each database, no check before and after.
    path = f"/v3/{bench.emulator.env['HW_PROJECT_ID']}/audit/{INSTANCE}/databases/switch"
    call = {
        "url": bench.emulator.url + path,
        "method": "POST",
        "headers": {"X-Auth-Token": "example-token-issued-before"},
        "body_format": "json",
        "body": {"id": "{{ item }}", "status": "ON"},
    }
    return {"ansible.builtin.uri": call, "loop": [f"database-0000-{index:06}" for index in range(count)]}


def _timed(function: Callable[..., list[float]], *arguments: Any) -> float:
    return sum(function(*arguments))


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


@contextmanager
def bench() -> Iterator[Bench]:
    """Start an embedded cloud and install the collection."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collections = artifact.install(artifact.build(folder / "artifact"))
        process, emulator = fixtures.start(folder)
        try:
            yield Bench(folder, emulator, collections)
        finally:
            fixtures.stop(process)


def main() -> int:
    """Run the benchmark and write the page, the figures and the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="how often a single check is timed (default: 15)")
    parser.add_argument("--page", type=Path, default=Path("docs/performance.md"), help="the page to write to")
    arguments = parser.parse_args()
    with bench() as session:
        found: dict[str, Any] = {
            "python": platform.python_version(),
            "ansible_core": version("ansible-core"),
            "cores": len(os.sched_getaffinity(0)),
            "concurrency": CONCURRENCY,
        }
        found["one check"] = one_check(session, arguments.rounds)
        for core, rows in found["one check"].items():
            print(core, page.check_table(rows), sep="\n", flush=True)
        found["whole commands"] = whole_commands(session, arguments.rounds)
        found["many hosts"] = many_hosts(session)
        found["one loop"] = one_loop(session)
        found["a region"] = a_region(session)
        print(json.dumps({name: found[name] for name in list(found)[-4:]}, indent=2), flush=True)
        found["start-up of a bulk task"] = start_up(session, arguments.rounds)
        found["switching"] = switching(session, found["start-up of a bulk task"])
        found["reading"] = readings(session)
        found["embedded cloud alone"] = the_cloud_alone(session)
    page.write(found, arguments.page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
