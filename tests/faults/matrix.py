# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state of every state module on every bad day. `python -m tests.faults.matrix` writes docs/fault_matrix.md.

A cell is one run of a module against the embedded cloud, which is told to misbehave in one way at one moment. The cloud
counts what it really did, and what the module says is held against that.
"""

from __future__ import annotations

import multiprocessing
import re
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.emulator import fixtures
from tests.emulator.fixtures import Emulator
from tests.emulator.ids import made_up
from tests.faults import stage

PAGE = Path(__file__).parents[2] / "docs" / "fault_matrix.md"

COMMAND = "python -m tests.faults.matrix"

DONE = "✓"
TOLD = "!"
UNKNOWN = "?"
NOT_REACHED = "·"
BROKEN = "✗"

ONCE, ALWAYS = 1, -1
PATIENCE = {"request_timeout": 0.5}  # s
TOO_LATE = 0.8  # s after which an answer comes that nobody waits for any more
LONG_AFTER = 2.5  # s after which an action is done that was tried for the last time before
WORKERS = 3  # each with a cloud of its own; some cells only wait

AUDIT_ON, AUDIT_OFF = "3b0c7d52-6a41-4e0f-9c1d-2f8e5a7b9c10", "c4e81f06-27b9-4d63-a5f2-8d19e0b37c45"
OM_ON, OM_OFF = "e8a4c6b2-91d0-4f37-b5e8-7c2a0d1f3e49", "0ac6e8d4-b3f2-4159-97fa-9e4c2f315a6b"
OM_PAIR = "f9b5d7c3-a2e1-4048-86f9-8d3b1e204f5a"
DATABASE_ON, DATABASE_OFF = "Kx7dQ2mB9vLr4TzY1wPc", "Zp3nH8sJ6gFa0RuE5kXo"
RULE, SCOPE = "Rk7mN8oP9qR0sT1uV2wX", "Sc7mN8oP9qR0sT1uV2wX"
SQL, MASK, NEW = "Sq7mN8oP9qR0sT1uV2wX", "Mk7mN8oP9qR0sT1uV2wX", made_up("created 1")
ENTRY = "Wh1aB2cD3eF4gH5iJ6kL"
AGENT = "Ag5tR8yU2iOp7QwE4zXc"
LEDGER = {"name": "ledger", "type": "MYSQL", "version": "8.0", "ip": "192.168.0.120", "port": 3306, "os": "LINUX64"}
CHANGED = {"status": "ON", "db_users": ""}
CLUSTER_WITHOUT, CLUSTER_WITH = "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053", "7a1e3c95-4d6b-4f28-8e97-b2c8d0f30164"

ENCRYPT, EIP = "1bd7f9e5-c4a3-426b-98ab-af5d30426b7c", {"address": "203.0.113.7", "id": "eip-7"}
CONSOLE = {"console_user": "sysadmin", "console_password": "example-word", "update_console_password": "always"}
TAGS = [{"key": key, "value": value} for key, value in (("env", "prod"), ("team", "payments"), ("a", "b"))]
NEWEST = "24.01.10.101500"

PASSWORD = {"user_name": "ops-user", "password": "example-password", "domain_name": "example-account"}


class Case(NamedTuple):
    """A column: a module that has something to do."""

    title: str
    module: str
    options: dict[str, Any]
    resource: str  # the ID under which the cloud counts
    actions: list[str]  # that are needed
    read: str  # the operation that reads
    act: str  # the operation that acts
    wanted: dict[str, Any] | None  # what its record in the cloud must show in the end; None: it is gone
    flaps_to: str = "BUILD"  # a state that it may show for a moment


def _audit(state: str, resource: str, action: str, status: str) -> Case:
    options = {"instance_id": resource, "state": state}
    operations = "listAuditInstances", f"{action}AuditInstance"
    wanted = {"status": status, "task": "NO_TASK"}
    return Case(f"audit {state}", "dbss_audit_instance", options, resource, [action], *operations, wanted)


def _om(state: str, resource: str, action: str, status: str) -> Case:
    options = {"instance_id": resource, "state": state}
    operations = "listOmInstances", f"{action}OmInstance"
    return Case(f"O&M {state}", "dbss_om_instance", options, resource, [action], *operations, {"status": status})


def _audit_change(
    title: str, act: str, wanted: dict[str, Any] | None, state: str, read: str = "listAuditInstances", **more: Any
) -> Case:
    resource = AUDIT_OFF if wanted is None else AUDIT_ON
    options = {"instance_id": resource, "state": state, **more}
    flaps = "BUILD" if read == "listAuditInstances" else "?"
    return Case(f"audit {title}", "dbss_audit_instance", options, resource, [act], read, act, wanted, flaps)


def _encryption(title: str, act: str, wanted: dict[str, Any], **more: Any) -> Case:
    options = {"instance_id": ENCRYPT, "state": "present", **more}
    read = "listEncryptInstances"
    return Case(f"encryption {title}", "dbss_encrypt_instance", options, ENCRYPT, [act], read, act, wanted)


def _cluster(state: str, action: str, status: str) -> Case:
    options = {"cluster_id": CLUSTER_WITHOUT, "state": state}
    wanted = {"status": status, "task_status": None}
    operations = "listClusters", f"{action}Cluster"
    return Case(f"cluster {state}", "dws_cluster", options, CLUSTER_WITHOUT, [action], *operations, wanted, "CREATING")


def _database(state: str, resource: str, status: str) -> Case:
    options = {"instance_id": AUDIT_ON, "databases": [resource], "state": state}
    operations = "listAuditDatabasesV2", "switchAuditDatabaseV3"
    return Case(
        f"database {state}", "dbss_audit_database", options, resource, ["switch"], *operations, {"status": status}, "?"
    )


def _om_user(title: str, cluster: str, actions: list[str], status: str, **options: str) -> Case:
    options = {"cluster_id": cluster, **options}
    operations = "getOmUserStatus", "runOmUserAction"
    return Case(f"account {title}", "dws_om_user", options, cluster, actions, *operations, {"status": status})


def _rule(
    module: str, title: str, resource: str, read: str, act: str, wanted: dict[str, Any] | None, state: str, **rule: Any
) -> Case:
    options = {"instance_id": AUDIT_ON, "rules": [rule], "state": state}
    return Case(title, f"dbss_audit_{module}", options, resource, [act], read, act, wanted, "?")


def _scope(title: str, actions: list[str], act: str, wanted: dict[str, Any] | None, state: str, **more: Any) -> Case:
    options = {"instance_id": AUDIT_ON, "scopes": [{"name": "payments", **more}], "state": state}
    return Case(f"scope {title}", "dbss_audit_scope", options, SCOPE, actions, "listScopesNew", act, wanted, "?")


def _registration(title: str, resource: str, act: str, wanted: dict[str, Any] | None, state: str, **more: Any) -> Case:
    options = {"instance_id": AUDIT_ON, "databases": [more], "state": state}
    module, read = "dbss_audit_database_registration", "listAuditDatabasesV2"
    return Case(f"database {title}", module, options, resource, [act], read, act, wanted, "?")


def _agent(title: str, act: str, wanted: dict[str, Any] | None, state: str, **more: Any) -> Case:
    options = {"instance_id": AUDIT_ON, "agents": [{"id": AGENT, "database": DATABASE_ON, **more}], "state": state}
    return Case(f"agent {title}", "dbss_audit_agent", options, AGENT, [act], "listAgentsV3", act, wanted, "?")


def _entry(title: str, act: str, wanted: dict[str, Any] | None, state: str) -> Case:
    options = {"instance_id": AUDIT_ON, "entries": [{"id": ENTRY}], "state": state}
    return Case(f"entry {title}", "dbss_audit_whitelist", options, ENTRY, [act], "listWhitelists", act, wanted, "?")


CASES = (
    _audit("started", AUDIT_OFF, "start", "ACTIVE"),
    _audit("stopped", AUDIT_ON, "stop", "SHUTOFF"),
    _audit("restarted", AUDIT_ON, "reboot", "ACTIVE"),
    _audit_change("remarked on", "updateAuditInstanceNew", {"comment": "new"}, "present", comment="new"),
    _audit_change("tagged", "createTags", {"tags": TAGS}, "present", "listTags", tags={"a": "b"}, purge_tags=False),
    _audit_change("upgraded", "upgradeAuditInstance", {"version": NEWEST}, "upgraded", "listAuditUpgrades"),
    _audit_change("absent", "deleteAuditInstanceNew", None, "absent"),
    _om("started", OM_OFF, "start", "ACTIVE"),
    _om("stopped", OM_ON, "stop", "SHUTOFF"),
    _om("restarted", OM_PAIR, "reboot", "ACTIVE"),
    _encryption("moved", "setEncryptSecurityGroups", {"security_group_id": "sg"}, security_group_ids=["sg"]),
    _encryption("bound", "bindEncryptEip", {"public_ip": EIP["address"]}, eip=EIP),
    _encryption("reset", "resetEncryptPassword", {}, **CONSOLE),
    _cluster("stopped", "stop", "STOPPED"),
    _cluster("restarted", "restart", "AVAILABLE"),
    _database("enabled", DATABASE_OFF, "ON"),
    _database("disabled", DATABASE_ON, "OFF"),
    _registration("registered", NEW, "addSelfBuiltDatabaseV2", {"name": "ledger"}, "present", **LEDGER),
    _registration("removed", DATABASE_OFF, "deleteAuditDatabaseV3", None, "absent", id=DATABASE_OFF),
    _agent("limited", "setAgentThresholds", {"cpu_threshold": 20}, "present", cpu_threshold=20),
    _agent("removed", "deleteAgentV3", None, "absent"),
    Case(
        "retention set",
        "dbss_audit_settings",
        {"instance_id": AUDIT_ON, "retention_days": 200},
        AUDIT_ON,
        ["setLogRetention"],
        "getLogRetention",
        "setLogRetention",
        {"log_retention": {"retention_days": 200, "range_days_min": 180, "range_days_max": 365}},
        "?",
    ),
    _om_user("present", CLUSTER_WITHOUT, ["addOmUser"], "on", state="present"),
    _om_user("present 24h", CLUSTER_WITH, ["increaseOmUserPeriod"] * 3, "on", state="present", min_validity="24h"),
    _om_user("absent", CLUSTER_WITH, ["deleteOmUser"], "off", state="absent"),
    _om_user("extended", CLUSTER_WITH, ["increaseOmUserPeriod"], "on", state="extended"),
    _rule(
        "risk_rule",
        "risk rule created",
        NEW,
        "listRiskRulesNew",
        "createRiskRule",
        {"name": "new"},
        "present",
        name="new",
        risk_level="low",
    ),
    _rule(
        "risk_rule",
        "risk rule deleted",
        RULE,
        "listRiskRulesNew",
        "deleteRiskRule",
        None,
        "absent",
        name="no-drop-in-production",
    ),
    _rule(
        "sql_rule",
        "SQL rule changed",
        SQL,
        "listSqlInjectionRulesNew",
        "updateSqlInjectionRule",
        {"regex": "x"},
        "present",
        name="comment-tricks",
        regex="x",
    ),
    _rule(
        "mask_rule",
        "mask rule disabled",
        MASK,
        "listMaskRulesNew",
        "switchMaskRules",
        {"status": "OFF"},
        "disabled",
        name="card-numbers",
    ),
    _entry("deleted", "deleteWhitelists", None, "absent"),
    _scope("disabled", ["switchScopes"], "switchScopes", {"status": "OFF"}, "disabled"),
    _scope("changed", ["switchScopes", "updateScope", "switchScopes"], "updateScope", CHANGED, "present", db_users=[]),
)
ONE_OF_EACH = tuple({case.module: case for case in reversed(CASES)}.values())[::-1]
# The answer to an action on an account shows the account, so that it is not read once more.
LISTED = tuple(case for case in CASES if case.module != "dws_om_user")


class Fault(NamedTuple):
    """A row: what goes wrong, as rules of the embedded cloud; the last one is the fault itself."""

    title: str
    rules: tuple[dict[str, Any], ...]
    options: dict[str, Any] = {}  # noqa: RUF012 - of the module; never changed
    lies: bool = False  # the service says that it failed although it acted, and has to be believed


def _fault(title: str, kind: str, **parameters: Any) -> Fault:
    return Fault(title, ({"kind": kind, **parameters},))


def _of_action(title: str, kind: str, **parameters: Any) -> list[Fault]:
    """The two forms of a fault in the answer to an action: the service has not acted, or it has."""
    return [
        _fault(f"{title}, {words}", kind, acted=acted, **parameters)
        for words, acted in (("not acted", False), ("acted", True))
    ]


SLOW = _fault("slow, but in time", "latency", seconds=0.02)
REFUSALS = (
    _fault("429", "throttle"),
    _fault("429 with Retry-After", "throttle", retry_after=3),
    _fault("503 with a code of the gateway", "error", status=503),
    _fault("redirect to another host", "redirect", location="https://elsewhere.example.com/"),
    _fault("401, key refused", "unauthorized"),
    _fault("401, clock refused", "clock_skew"),
    _fault("401, token expired, with keys", "expired_token"),
    Fault("401, token expired, with a password", ({"kind": "expired_token"},), PASSWORD),
)
SERVICE_ERRORS = {
    "500": {"kind": "error", "status": 500, "error_code": "DBSS.11000000"},
    "502": {"kind": "error", "status": 502},
    "503": {"kind": "error", "status": 503, "error_code": "DBSS.11000000"},
    "504": {"kind": "error", "status": 504},
    "502 with an HTML page": {"kind": "html"},
    "200 with broken JSON": {"kind": "invalid_json"},
    "200 with plain text": {"kind": "not_json"},
    "200 without a body": {"kind": "empty"},
}
READING = (
    SLOW,
    Fault("no answer in time", ({"kind": "latency", "seconds": TOO_LATE},), PATIENCE),
    *REFUSALS,
    *(Fault(title, (rule,)) for title, rule in SERVICE_ERRORS.items()),
    _fault("connection reset", "reset_before"),
    _fault("connection reset in mid-answer", "reset_mid"),
    _fault("answer cut off", "truncated"),
    _fault("200, but failed", "failed_with_200"),
    _fault("status flaps", "flap"),
)
ACTING = (
    SLOW,
    Fault("no answer in time, acted", ({"kind": "slow_answer", "seconds": TOO_LATE},), PATIENCE),
    Fault(
        "no answer in time, acts later", ({"kind": "latency", "seconds": LONG_AFTER},), {**PATIENCE, "max_retries": 2}
    ),
    *REFUSALS,
    *(fault for title, rule in SERVICE_ERRORS.items() for fault in _of_action(title, **rule)),
    _fault("connection reset, not acted", "reset_before"),
    _fault("connection reset, acted", "reset_after"),
    _fault("connection reset in mid-answer, acted", "reset_mid"),
    _fault("answer cut off, acted", "truncated"),
    _fault("200, but failed", "failed_with_200"),
    _fault("200, but failed, acted all the same", "failed_with_200", acted=True)._replace(lies=True),
    _fault("listing lags 5 s", "lag", seconds=5),
    _fault("listing lags 30 s", "lag", seconds=30),
    _fault("listing lags longer than the task waits", "lag", seconds=300),
    Fault("connection reset, acted, and the listing lags", ({"kind": "lag", "seconds": 5}, {"kind": "reset_after"})),
)


class Moment(NamedTuple):
    """When it goes wrong."""

    title: str
    at: str  # the field of Case that names the operation, or the operation itself
    faults: tuple[Fault, ...]
    skip: int = 0  # calls of it that go well
    options: dict[str, Any] = {}  # noqa: RUF012 - of the module; never changed
    lost: bool = False  # the answer to the action is lost first
    cases: tuple[Case, ...] = CASES


MOMENTS = (
    # Before the first read is done, all states of a module are one.
    Moment("The login with a password", "createTokenByPassword", READING, options=PASSWORD, cases=ONE_OF_EACH),
    Moment("The first read", "read", READING, cases=ONE_OF_EACH),
    Moment("The action", "act", ACTING),
    Moment("The read after the action", "read", READING, skip=1, cases=LISTED),
    Moment("The read after an action whose answer was lost", "read", READING, skip=1, lost=True),
)


class Cell(NamedTuple):
    """One run."""

    moment: Moment
    fault: Fault
    case: Case
    times: int

    @property
    def title(self) -> str:
        """A name for the run."""
        times = "once" if self.times == ONCE else "always"
        return f"{self.case.title} / {self.moment.title} / {self.fault.title} / {times}"

    @property
    def options(self) -> dict[str, Any]:
        """The module's options."""
        patience = {"wait_timeout": 120, "max_retries": 3}
        return {**patience, **self.case.options, **self.fault.options, **self.moment.options}

    @property
    def operation(self) -> str:
        """The operation that goes wrong."""
        return getattr(self.case, self.moment.at, self.moment.at)

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The fault rules for the embedded cloud."""
        when = {"match": {"operation": self.operation}, "skip": self.moment.skip, "times": self.times}
        rules = [{**rule, **when} for rule in self.fault.rules]
        if rules[-1]["kind"] == "flap":
            rules[-1].update(resource=self.case.resource, status=self.case.flaps_to)
        if self.moment.lost:
            rules.insert(0, {"kind": "reset_after", "match": {"operation": self.case.act}})
        return rules


CELLS = {
    cell.title: cell
    for moment in MOMENTS
    for fault in moment.faults
    for case in moment.cases
    for cell in (Cell(moment, fault, case, ONCE), Cell(moment, fault, case, ALWAYS))
}


def run(emulator: Emulator, cell: Cell) -> str:
    """Run a cell and return its verdict: DONE, TOLD, UNKNOWN or NOT_REACHED.

    Raises AssertionError when what the module says is not what happened.
    """
    emulator.reset()
    emulator.admin("POST", "faults", cell.rules)
    outcome = stage.run(cell.case.module, cell.options, emulator.env, stage.fast(emulator.advance))
    verdict = judge(cell, outcome, emulator, stage.drain(emulator)["changes"])
    return verdict if emulator.admin("GET", "faults")[-1]["fired"] else NOT_REACHED


def judge(cell: Cell, outcome: stage.Outcome, emulator: Emulator, changes: dict[str, dict[str, int]]) -> str:
    """Hold what the module says against what the cloud counted, and return the verdict."""
    case, result = cell.case, outcome.result
    counted = sum(changes.pop(case.resource, {}).values())
    assert not changes, f"something else was changed: {changes}"
    assert counted <= len(case.actions), f"done {counted} times"

    rows = next(
        (result[key] for key in ("databases", "agents", "settings", "rules", "scopes", "entries") if key in result), []
    )
    taken = next(iter(rows), result).get("actions", [])
    story = f"took {taken}, really {counted}: {result.get('msg', 'success')}"
    assert taken == case.actions[: len(taken)], story
    assert result.get("changed", False) == bool(taken), story
    for secret in (emulator.env["HW_SECRET_KEY"], PASSWORD["password"], "Signature="):
        assert secret not in outcome.text

    if not outcome.failed:
        assert len(taken) == counted == len(case.actions), story
        record = _record(emulator, case)
        assert (record and {key: record[key] for key in case.wanted or ()}) == case.wanted
        return DONE
    if outcome.message.startswith("The outcome of "):
        assert result["api_error"]["operation"] == case.act
        assert len(taken) <= counted <= len(taken) + 1, story
        return UNKNOWN
    if cell.fault.rules[-1]["kind"] in ("lag", "flap"):
        assert re.search(r"last seen: |\(status ", outcome.message), story
    else:
        assert result["api_error"]["operation"] == cell.operation, story
    assert counted == len(taken) or cell.fault.lies, story
    return TOLD


def _record(emulator: Emulator, case: Case) -> dict[str, Any] | None:
    """Return the record in the cloud that a case is about, None when it is not there."""
    state = emulator.state()
    records = {one["id"]: one for one in state["audit_instances"]}
    records |= {database["id"]: database for one in state["audit_instances"] for database in one["databases"]}
    for part in ("risk_rules", "scopes", "sql_rules", "mask_rules", "whitelist"):
        records |= {row["id"]: row for one in state["audit_instances"] for row in one[part]}
    records |= {agent["agent_id"]: agent for one in state["audit_instances"] for agent in one["agents"]}
    for one in (*state["om_instances"], *state["encrypt_instances"]):
        records[one["instance_id"]] = {**one, **one["nodes"][-1]}
    records |= {one["id"]: one if case.module == "dws_cluster" else one["om_user"] for one in state["clusters"]}
    return records.get(case.resource)


def run_all(titles: Iterable[str]) -> dict[str, str]:
    """Run the cells of these titles, several at a time, and return their verdicts; BROKEN and why for a wrong one."""
    titles = list(titles)
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        clouds = context.SimpleQueue()
        for number in range(WORKERS):  # noqa: B007
            process, emulator = fixtures.start(
                Path(stack.enter_context(tempfile.TemporaryDirectory())), "--validate", "requests"
            )
            stack.callback(fixtures.stop, process)
            clouds.put((emulator.url, emulator.env))
        pool = stack.enter_context(ProcessPoolExecutor(WORKERS, context, _begin, (clouds,)))
        return dict(zip(titles, pool.map(_verdict, titles, chunksize=4)))


def _begin(clouds: Any) -> None:
    """Take one of the clouds for this process."""
    global _emulator  # noqa: PLW0603 - what an initializer leaves for the calls
    _emulator = Emulator(*clouds.get())


def _verdict(title: str) -> str:
    try:
        return run(_emulator, CELLS[title])
    except AssertionError as error:
        return f"{BROKEN} {error}"


def page(verdicts: dict[str, str]) -> str:
    """Return the page that shows the verdicts."""
    held = sum(not verdict.startswith(BROKEN) for verdict in verdicts.values())
    return HEAD.format(command=COMMAND, run=len(verdicts), held=held) + "".join(
        f"\n## {moment.title}\n\n{_table(moment, verdicts)}" for moment in MOMENTS
    )


def _table(moment: Moment, verdicts: dict[str, str]) -> str:
    """Return a moment's table; faults with the same verdicts share a row, those that are never reached have none."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for fault in moment.faults:
        marks = [
            "".join(verdicts[Cell(moment, fault, case, times).title][0] for times in (ONCE, ALWAYS))
            for case in moment.cases
        ]
        if set(marks) != {NOT_REACHED * 2}:
            rows.setdefault(tuple(marks), []).append(fault.title)
    lines = [["", *(case.title.replace(" ", "<br>", 1) for case in moment.cases)], ["---"] * (len(moment.cases) + 1)]
    lines += [["<br>".join(titles), *marks] for marks, titles in rows.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


HEAD = """\
<!--
Copyright (c) huaweicloud.dbops contributors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
# The fault matrix

What the state modules make of a service that misbehaves. Each cell is two runs against the embedded cloud: in the
first it goes wrong once, in the second from then on. After each run the cloud's own counters say what was really done,
and the verdict only stands when the module's words agree with them and nothing was done twice.

| | The task … |
| --- | --- |
| ✓ | does what it should and says so: the service is in the wanted state, and `actions` is what it counted |
| ! | fails with the reason; `actions` is what the service counted |
| ? | fails, says that the outcome of the action is unknown, and how to find out |
| · | never comes to this point |

Cells run: {run}. Cells held: {held}. This page is written by `{command}`.
"""


def main() -> None:
    """Run all cells and write the page."""
    verdicts = run_all(CELLS)
    PAGE.write_text(page(verdicts), encoding="utf-8")
    for title, verdict in verdicts.items():
        if verdict.startswith(BROKEN):
            print(f"{title}: {verdict}")


if __name__ == "__main__":
    main()
