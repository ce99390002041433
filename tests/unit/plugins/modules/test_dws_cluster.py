# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dws_cluster: what the words of clusters mean, a restart that is sent once, and why a start or a stop failed."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import CLUSTER_IDS, CLUSTERS, clusters
from tests.unit.plugins.modules.harness import PROJECT, Call, fault, reset, sample, together

MODULE = "dws_cluster"
IT = f"cluster dws-prod ({CLUSTER_IDS[0]})"
JOB = sample("startCluster.200")["job_id"]
ON, OFF = ("AVAILABLE", None), ("STOPPED", "")
STARTING, STOPPING, RESTARTING = ("STOPPED", "STARTING"), ("AVAILABLE", "STOPPING"), ("AVAILABLE", "REBOOTING")


def listing(*states, **more):
    """Return the call that lists the first clusters in these states."""
    rows = [
        {**cluster, "status": status, "task_status": task, **more} for cluster, (status, task) in zip(CLUSTERS, states)
    ]
    return clusters(*rows)


def acts(action, index=0):
    """Return the call for an action, which succeeds."""
    version = "v1.0" if action == "restart" else "v1"
    path = f"/{version}/{PROJECT}/clusters/{CLUSTER_IDS[index]}/{action}"
    body = {"restart": {}} if action == "restart" else None
    return Call("dws", "POST", path, body=body, answer={} if action == "restart" else {"job_id": JOB})


def reads_job(**told):
    """Return the call that reads the task of a start or a stop."""
    return Call("dws", "GET", f"/v1.0/{PROJECT}/job/{JOB}", answer={**sample("getJob.200.failed"), **told})


FIRST = ({"cluster_id": CLUSTER_IDS[0]}, listing(ON))
LISTED = "listClusters"
RUNS = [
    ({"cluster_name": "dws-prod", "state": "stopped"}, [listing(ON), acts("stop"), listing(OFF)], False),
    (
        {"clusters": ["dws-prod"], "state": "restarted"},
        [listing(ON), acts("restart").but(400, fault("DWS.0001", "no")), listing(ON), listing(ON)],
        True,
    ),
]

# wanted, what is seen and sent, actions, moments of the calls
WAYS = {
    "runs already": ("started", [ON], [], [0]),
    "runs already, in a newer word": ("started", [("ACTIVE", "")], [], [0]),
    "is off already": ("stopped", [OFF], [], [0]),
    "is off already, in another word": ("stopped", [("SHUTDOWN", None)], [], [0]),
    "start": ("started", [OFF, "start", STARTING, ON], ["start"], [0, 0, 0, 0.5]),
    "stop": ("stopped", [ON, "stop", STOPPING, OFF], ["stop"], [0, 0, 0, 0.5]),
    "restart": ("restarted", [ON, "restart", RESTARTING, ON], ["restart"], [0, 0, 0, 0.5]),
    "restart what is off": ("restarted", [OFF, "start", STARTING, ON], ["start"], [0, 0, 0, 0.5]),
    "somebody restarts it": ("restarted", [RESTARTING, ON], [], [0, 0.5]),
    "somebody starts it": ("started", [STARTING, ON], [], [0, 0.5]),
    "somebody stops it": ("stopped", [STOPPING, OFF], [], [0, 0.5]),
    "what it is busy with is waited for": (
        "restarted",
        [("AVAILABLE", "SNAPSHOTTING"), ON, "restart", RESTARTING, ON],
        ["restart"],
        [0, 0.5, 0.5, 0.5, 1.0],
    ),
    "a failure of long ago is no task": ("started", [("AVAILABLE", "RESIZE_FAILURE")], [], [0]),
    "a failed restart of long ago is no task": (
        "restarted",
        [("AVAILABLE", "REBOOT_FAILURE"), "restart", RESTARTING, ON],
        ["restart"],
        [0, 0, 0, 0.5],
    ),
    "a word that is not known counts as off after a stop": (
        "stopped",
        [ON, "stop", STOPPING, ("HALTED", None), "job done"],
        ["stop"],
        [0, 0, 0, 0.5, 0.5],
    ),
    "being created": ("started", [("CREATING", None), ON], [], [0, 0.5]),
    "the listing lags": ("started", [OFF, "start", OFF, "job runs", ON], ["start"], [0, 0, 0, 0, 0.5]),
}


def steps_to_calls(steps):
    """Return the calls of what is seen and sent."""
    jobs = {"job done": reads_job(status="SUCCESS"), "job runs": reads_job(status="RUNNING")}
    return [jobs[one] if one in jobs else acts(one) if isinstance(one, str) else listing(one) for one in steps]


@pytest.mark.parametrize(("wanted", "steps", "actions", "moments"), WAYS.values(), ids=WAYS)
def test_way(bench, wanted, steps, actions, moments):
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": wanted}, steps_to_calls(steps))
    assert outcome["actions"] == actions
    assert outcome["changed"] is bool(actions)
    assert outcome.moments == moments
    assert outcome["cluster"]["name"] == "dws-prod"
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("wanted", "state", "actions", "end"),
    [
        ("started", OFF, ["start"], ("AVAILABLE", None)),
        ("stopped", ON, ["stop"], ("STOPPED", None)),
        ("restarted", ON, ["restart"], ("AVAILABLE", None)),
        ("restarted", OFF, ["start"], ("AVAILABLE", None)),
    ],
)
def test_check_mode(bench, wanted, state, actions, end):
    options = {"cluster_name": "dws-prod", "state": wanted}
    outcome = bench.run(MODULE, options, [listing(state)], check=True)
    assert outcome["actions"] == actions
    assert (outcome["cluster"]["status"], outcome["cluster"]["task_status"]) == end


def test_without_waiting(bench):
    options = {"cluster_name": "dws-prod", "wait": False}
    assert bench.run(MODULE, {**options, "state": "stopped"}, [listing(ON), acts("stop")])["actions"] == ["stop"]
    assert bench.run(MODULE, {**options, "state": "restarted"}, [listing(RESTARTING)])["changed"] is False
    outcome = bench.run(MODULE, {**options, "state": "started"}, [listing(STOPPING)], fails=True)
    assert "cannot be started: it has the task STOPPING running and wait is false" in outcome["msg"]


def test_a_lost_restart_is_never_sent_again(bench):
    seen = [listing(ON), acts("restart").fails(reset), listing(ON), listing(RESTARTING), listing(ON)]
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": "restarted"}, seen)
    assert outcome["actions"] == ["restart"]
    unseen = [listing(ON), acts("restart").fails(reset), *[listing(ON)] * 11]
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": "restarted"}, unseen, fails=True)
    assert outcome["msg"].startswith(f"The outcome of restart on {IT} is unknown: the connection to ")
    assert outcome["changed"] is False
    assert 30 <= outcome.moments[-1] <= 36


def test_a_restart_that_never_shows_counts_as_done(bench):
    calls = [listing(ON), acts("restart"), *[listing(ON)] * 11]
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": "restarted"}, calls)
    assert outcome["actions"] == ["restart"]
    assert outcome.warnings == (
        f"restart of {IT} was accepted, but the listing never showed it within 30 s; it counts as done.",
    )


BUSY = fault("DWS.7023", "The state of the cluster does not allow this operation.")


def test_a_busy_cluster_is_looked_at_and_asked_again(bench):
    busy = acts("stop").but(403, BUSY)
    calls = [listing(ON), busy, listing(ON), listing(ON), busy, listing(ON), listing(ON), acts("stop"), listing(OFF)]
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": "stopped", "max_retries": 1}, calls)
    assert outcome["actions"] == ["stop"]
    assert outcome.moments[:6] == [0, 0, 0, 2, 2, 2]


def test_a_restart_is_not_sent_when_the_one_in_the_way_was_a_restart(bench):
    calls = [listing(ON), acts("restart").but(403, BUSY), listing(RESTARTING), listing(ON)]
    assert bench.run(MODULE, {"cluster_name": "dws-prod", "state": "restarted"}, calls)["actions"] == []


def test_a_busy_cluster_without_waiting(bench):
    calls = [listing(ON), acts("stop").but(403, BUSY), listing(ON), listing(ON)]
    options = {"cluster_name": "dws-prod", "state": "stopped", "wait": False}
    assert "HTTP 403, DWS.7023" in bench.run(MODULE, options, calls, fails=True)["msg"]


def test_a_cluster_that_stays_busy(bench):
    busy = acts("stop").but(403, BUSY)
    calls = [listing(ON), busy, listing(ON), listing(ON), busy, listing(ON), listing(ON)]
    options = {"cluster_name": "dws-prod", "state": "stopped", "wait_timeout": 3}
    outcome = bench.run(MODULE, options, calls, fails=True)
    assert outcome["msg"].startswith(f"Failed to stop {IT}: ")
    assert outcome["changed"] is False


REASON = {"error_code": "DWS.1234", "error_msg": "no quorum"}

FAILURES = {
    "a start that failed": (
        "started",
        [listing(OFF), acts("start"), listing(STARTING), listing(OFF), reads_job()],
        "cannot be started: it failed to start: node did not start (DWS.9999) (status STOPPED).",
        ["start"],
    ),
    "a stop that failed": (
        "stopped",
        [listing(ON), acts("stop"), listing(STOPPING), listing(ON), reads_job(status="STOP", failed_detail=None)],
        "cannot be stopped: it failed to stop: the service gives no reason (DWS.9999) (status AVAILABLE).",
        ["stop"],
    ),
    "a restart that failed": (
        "restarted",
        [
            listing(ON),
            acts("restart"),
            listing(RESTARTING),
            listing(("AVAILABLE", "REBOOT_FAILURE"), failed_reasons=REASON),
        ],
        "cannot be restarted: it failed to restart: no quorum (DWS.1234) (status AVAILABLE, task_status "
        "REBOOT_FAILURE).",
        ["restart"],
    ),
    "a restart that failed before anybody looked": (
        "restarted",
        [listing(ON), acts("restart"), listing(("AVAILABLE", "REBOOT_FAILURE"))],
        "cannot be restarted: it failed to restart: the service gives no reason (REBOOT_FAILURE) (status AVAILABLE, "
        "task_status REBOOT_FAILURE).",
        ["restart"],
    ),
    "a word that is not known": (
        "started",
        [listing(("HALTED", None))],
        "cannot be started: it has a status that is not known here (status HALTED).",
        [],
    ),
    "frozen": (
        "started",
        [listing(("POLICE_FROZEN", None))],
        "cannot be started: it is frozen (status POLICE_FROZEN).",
        [],
    ),
    "broken": (
        "restarted",
        [listing(("CREATION FAILED", None))],
        "cannot be restarted: it has failed (status CREATION FAILED).",
        [],
    ),
    "being deleted": (
        "started",
        [listing(("DELETING", None))],
        "cannot be started: it is being deleted; the service allows nothing more (status DELETING).",
        [],
    ),
}


@pytest.mark.parametrize(("wanted", "calls", "message", "actions"), FAILURES.values(), ids=FAILURES)
def test_failure(bench, wanted, calls, message, actions):
    outcome = bench.run(MODULE, {"cluster_name": "dws-prod", "state": wanted}, calls, fails=True)
    assert outcome["msg"] == f"Cluster{IT[7:]} {message}"
    assert outcome["actions"] == actions


def test_a_task_that_cannot_be_read_is_waited_for(bench):
    lost = reads_job().but(404, sample("getJob.404"))
    calls = [listing(OFF), acts("start"), listing(OFF), lost, listing(ON)]
    assert bench.run(MODULE, {"cluster_name": "dws-prod", "state": "started"}, calls)["actions"] == ["start"]


def test_many(bench):
    calls = [
        listing(ON, ON, OFF),
        together(acts("stop"), acts("stop", 1).but(400, fault("DWS.0001", "no"))),
        listing(OFF, ON, OFF),
        listing(OFF, ON, OFF),
    ]
    options = {"clusters": [*(one["name"] for one in CLUSTERS), "nobody"], "state": "stopped", "skip_missing": True}
    outcome = bench.run(MODULE, options, calls, fails=True)
    assert [row["actions"] for row in outcome["clusters"]] == [["stop"], [], []]
    assert [row["name"] for row in outcome["failed_clusters"]] == ["dws-reporting"]
    assert outcome["missing"] == ["nobody"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "one of the following is required: cluster_id, cluster_name, clusters"),
        ({"cluster_id": "dws-prod"}, "cluster_id 'dws-prod' is not an ID: it must be a UUID of 36 characters."),
        (
            {"cluster_id": CLUSTER_IDS[0], "cluster_name": "a"},
            "parameters are mutually exclusive: cluster_id|cluster_name|clusters",
        ),
        (
            {"cluster_name": "a", "state": "present"},
            "value of state must be one of: started, stopped, restarted, got: present",
        ),
    ],
)
def test_options_that_make_no_sense(bench, options, message):
    assert bench.run(MODULE, options, [], fails=True)["msg"] == message
