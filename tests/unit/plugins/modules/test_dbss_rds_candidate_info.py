# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_rds_candidate_info: a listing for each engine, all at the same time."""

from __future__ import annotations

from tests.unit.plugins.modules.harness import PROJECT, Call, fault, sample, together

MODULE = "dbss_rds_candidate_info"
ROWS = sample("listRdsCandidates.200")["databases"]
ENGINES = 10


def lists(*rows, engine="MYSQL", total=None):
    """Return the call that lists the RDS instances of an engine."""
    answer = {"databases": list(rows), "total_count": len(rows) if total is None else total}
    query = {"db_type": engine, "limit": "100"}
    return Call("dbss", "GET", f"/v2/{PROJECT}/audit/databases/rds", query=query, answer=answer)


FIRST = ({"type": ["MYSQL"]}, lists())
LISTED = "listRdsCandidates"
RUNS = [
    ({"type": ["MYSQL"]}, [lists(*ROWS)], False),
    ({"type": ["MYSQL"]}, [lists().but(400, fault("DBSS.10020102", "no"))], True),
]


def test_what_is_told_of_one(bench):
    row = bench.run(MODULE, {"type": ["MYSQL", "MYSQL"]}, [lists(*ROWS)])["candidates"][0]
    assert row == {
        "rds_id": ROWS[0]["id"],
        "rds_name": "rds-billing",
        "db_name": "billing",
        "type": "MYSQL",
        "status": "ACTIVE",
        "ip": "192.168.0.99",
        "port": 3306,
        "version": "8.0.28",
        "agent_free": True,
        "enterprise_project_id": "0",
    }


def test_those_in_a_state(bench):
    found = bench.run(MODULE, {"type": ["MYSQL"], "status": ["BACKING UP"]}, [lists(*ROWS)])["candidates"]
    assert [row["rds_name"] for row in found] == ["rds-archive"]


def test_an_engine_that_cannot_be_read_does_not_hide_the_others(bench):
    refused = lists(engine="DWS").but(400, fault("DBSS.10020102", "no"))
    outcome = bench.run(MODULE, {"type": ["MYSQL", "DWS"]}, [together(lists(*ROWS), refused)], fails=True)
    assert (len(outcome["candidates"]), [row["type"] for row in outcome["failed_types"]]) == (2, ["DWS"])
