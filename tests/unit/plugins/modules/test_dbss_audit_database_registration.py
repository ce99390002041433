# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_database_registration: self-built ones by a call each, RDS instances by one call with a word for each."""

from __future__ import annotations

import json

from tests.unit.plugins.modules.calls import AUDIT, BILLING, ORDERS, database, databases, done, switch
from tests.unit.plugins.modules.harness import PROJECT, Call, reset, sample

MODULE = "dbss_audit_database_registration"
INSTANCE = AUDIT.ids[0]
PATH = f"/v2/{PROJECT}/audit/{INSTANCE}/databases"
V3 = f"/v3/{PROJECT}/audit/{INSTANCE}/databases"
LEDGER = {
    "name": "ledger",
    "type": "POSTGRESQL",
    "version": "14.6",
    "ip": "192.168.0.120",
    "port": 5432,
    "os": "LINUX64",
}
NEW = {**ORDERS, **LEDGER, "id": "Ld5tR8yU2iOp7QwE4zXc", "port": "5432", "agent_url": [], "status": "OFF"}
RDS = sample("listRdsCandidates.200")["databases"]
SOLD = {**BILLING, "id": "So5tR8yU2iOp7QwE4zXc", "rds_id": RDS[1]["id"], "instance_name": "rds-archive"}
BARE = {**ORDERS, "agent_url": []}


def registers(**more):
    """Return the call that registers a self-built database."""
    given = {**LEDGER, "port": "5432", "charset": "UTF8", "db_classification": "ECS", **more}
    return Call("dbss", "POST", PATH, body={"database": given}, answer=sample("addSelfBuiltDatabaseV2.200"))


def attaches(*rows, failed=()):
    """Return the call that registers RDS instances; some may fail."""
    told = [
        {"id": one["id"], "ret_status": "FAILED" if one in failed else "SUCCESS", "ret_message": "already attached"}
        for one in rows
    ]
    body = {"databases": [{"id": one["id"], "type": one["type"]} for one in rows]}
    return Call("dbss", "POST", f"{V3}/rds", body=body, answer={"ret_list": told})


def candidates(*rows, engine="MYSQL"):
    """Return the call that lists the RDS instances of an engine."""
    answer = {"databases": list(rows), "total_count": len(rows)}
    query = {"db_type": engine, "limit": "100"}
    return Call("dbss", "GET", f"/v2/{PROJECT}/audit/databases/rds", query=query, answer=answer)


def removes(row):
    """Return the call that removes a database."""
    return done("dbss", "DELETE", f"{V3}/{row['id']}")


def sets_key(row, key):
    """Return the call that sets the TLS key of a database."""
    return done("dbss", "POST", f"{PATH}/{row['id']}/sslkey", {"pem_key_txt": key}, "result")


def run(bench, calls, fails=False, check=False, **options):
    """Run the module for the first audit instance."""
    named = {} if "instance_name" in options else {"instance_id": INSTANCE}
    return bench.run(MODULE, {**named, **options}, calls, fails=fails, check=check)


def actions(outcome):
    """Return the operations of each database."""
    return [row["actions"] for row in outcome["databases"]]


FIRST = ({"instance_id": INSTANCE, "databases": [{"id": ORDERS["id"]}]}, databases(ORDERS))
LISTED = "listAuditDatabasesV2"
RUNS = [
    (
        {"instance_id": INSTANCE, "databases": [LEDGER]},
        [databases(), registers(), databases(NEW)],
        False,
    ),
    (
        {"instance_id": INSTANCE, "databases": [{"rds_id": RDS[0]["id"], "type": "MYSQL"}]},
        [databases(), attaches(RDS[0], failed=[RDS[0]])],
        True,
    ),
]


def test_one_is_registered_gets_its_key_and_is_audited(bench):
    calls = [
        databases(ORDERS),
        registers(),
        databases(ORDERS, NEW),
        sets_key(NEW, "pem"),
        switch(NEW, "ON"),
        databases(ORDERS, database(NEW, "ON")),
    ]
    outcome = run(bench, calls, databases=[{**LEDGER, "ssl_key": "pem", "enabled": True}])
    assert actions(outcome) == [["addSelfBuiltDatabaseV2", "setDatabaseKey", "switchAuditDatabaseV3"]]
    assert (outcome["databases"][0]["id"], outcome["databases"][0]["enabled"]) == (NEW["id"], True)


def test_what_is_registered_costs_one_listing_whatever_its_name(bench):
    item = {key: value for key, value in LEDGER.items() if key != "name"}
    outcome = run(
        bench, [databases(NEW, BILLING)], databases=[item, {"rds_name": "billing"}, {"rds_id": RDS[0]["id"]}][:2]
    )
    assert actions(outcome) == [[], []]


def test_a_key_is_not_sent_again_unless_the_task_says_so(bench):
    item = {**LEDGER, "ssl_key": "pem"}
    outcome = run(bench, [databases(NEW)], databases=[item])
    assert (outcome["changed"], "update_ssl_key=always" in outcome.warnings[0]) == (False, True)
    calls = [databases(NEW), sets_key(NEW, "pem"), databases(NEW)]
    assert actions(run(bench, calls, databases=[item], update_ssl_key="always")) == [["setDatabaseKey"]]


def test_a_key_is_shown_nowhere_also_when_the_service_repeats_it(bench):
    key = "-----BEGIN PRIVATE KEY-----\nMIIEXAMPLEKEY0123456789\n-----END PRIVATE KEY-----"
    refused = sets_key(NEW, key).but(400, {"error_code": "DBSS.1", "error_msg": f"bad {json.dumps(key)}"})
    calls = [databases(NEW), refused, databases(NEW), databases(NEW)]
    outcome = run(bench, calls, True, databases=[{**LEDGER, "ssl_key": key}], update_ssl_key="always")
    assert "MIIEXAMPLE" not in outcome.text
    assert 'bad "***"' in outcome["msg"]


def test_rds_instances_go_in_one_call_each_with_its_own_word(bench):
    calls = [
        databases(ORDERS),
        candidates(*RDS),
        attaches(*RDS, failed=[RDS[0]]),
        databases(ORDERS, SOLD),
    ]
    items = [{"rds_name": "rds-billing", "type": "MYSQL"}, {"rds_id": RDS[1]["id"], "type": "MYSQL"}]
    outcome = run(bench, calls, True, databases=items)
    assert actions(outcome) == [[], ["addRdsDatabaseV3"]]
    assert (outcome["changed"], len(outcome["failed_databases"])) == (True, 1)
    assert "already attached" in outcome["failed_databases"][0]["error"]


def test_one_without_agent_is_told_all_that_is_known_of_it(bench):
    row = {key: RDS[0][key] for key in ("id", "db_name", "port", "ip", "instance_name", "version", "type")}
    body = {"databases": [{**row, "status": "OFF", "enterprise_id": "0"}]}
    path = f"/v1/{PROJECT}/{INSTANCE}/dbss/audit/databases/rds"
    add = Call("dbss", "POST", path, body=body, answer={"legal_db_id": [row["id"]], "illegal_db_id": []})
    item = {"rds_id": row["id"], "type": "MYSQL", "agent_free": True}
    outcome = run(bench, [databases(), candidates(*RDS), add, databases(BILLING)], databases=[item])
    assert actions(outcome) == [["addRdsDatabaseAgentFreeV1"]]
    refused = add.but(200, {"legal_db_id": None, "illegal_db_id": [row["id"]]})
    outcome = run(bench, [databases(), candidates(*RDS), refused], True, databases=[item])
    assert "illegal_db_id" in outcome["msg"]
    assert outcome["changed"] is False


def test_one_that_is_audited_is_turned_off_before_it_goes(bench):
    off = database(BARE, "OFF")
    calls = [databases(BARE), switch(BARE, "OFF"), removes(BARE), databases()]
    outcome = run(bench, calls, databases=[{"ip": ORDERS["ip"], "port": 3306}], state="absent")
    assert actions(outcome) == [["switchAuditDatabaseV3", "deleteAuditDatabaseV3"]]
    calls = [databases(off), removes(off), databases()]
    assert actions(run(bench, calls, databases=[{"id": off["id"]}], state="absent")) == [["deleteAuditDatabaseV3"]]
    assert run(bench, [databases()], databases=[{"rds_name": "x"}], state="absent")["changed"] is False


def test_one_with_agents_stays(bench):
    outcome = run(bench, [databases(ORDERS)], True, databases=[{"id": ORDERS["id"]}], state="absent")
    assert f"still has agents, which dbss_audit_agent removes: {ORDERS['agent_url'][0]}" in outcome["msg"]


def test_what_cannot_be_changed_is_named_and_made_anew_on_demand(bench):
    item = {**LEDGER, "version": "15"}
    outcome = run(bench, [databases(NEW)], True, databases=[item])
    assert "cannot be changed in place: version is 14.6, wanted 15; recreate" in outcome["msg"]
    on, new = database(NEW, "ON"), {**NEW, "version": "15", "id": "Lx5tR8yU2iOp7QwE4zXc"}
    calls = [
        databases(on),
        switch(on, "OFF"),
        removes(on),
        registers(version="15", instance_name="orders"),
        databases(new),
        switch(new, "ON"),
        databases(database(new, "ON")),
    ]
    outcome = run(bench, calls, databases=[item], recreate=True)
    assert actions(outcome)[0][1:] == ["deleteAuditDatabaseV3", "addSelfBuiltDatabaseV2", "switchAuditDatabaseV3"]
    assert outcome["databases"][0]["id"] == new["id"]


def test_there_must_be_room_before_the_first_is_registered(bench):
    instance = {**AUDIT.row(("ACTIVE", "NO_TASK")), "database_limit": 3, "config_num": 2}
    items = [LEDGER, {**LEDGER, "port": 5433}]
    outcome = run(bench, [AUDIT.listing(instance), databases()], True, instance_name="audit-prod", databases=items)
    assert outcome["msg"] == f"2 databases to add, but {AUDIT.it()} has room for 1."


def test_a_registration_whose_answer_is_lost_is_not_sent_again(bench):
    calls = [databases(), registers().fails(reset)]
    assert actions(run(bench, [*calls, databases(NEW)], databases=[LEDGER])) == [["addSelfBuiltDatabaseV2"]]
    assert "unknown" in run(bench, [*calls, databases(), databases()], True, databases=[LEDGER])["msg"]


def test_bad_input(bench):
    outcome = run(bench, [], True, databases=[{**LEDGER, "port": 70000}])
    assert outcome["msg"] == "port of database 'ledger' must be from 1 to 65535, not 70000."
    outcome = run(bench, [databases()], True, databases=[{"ip": "192.168.0.120", "port": 5432}])
    assert "to register it name and type and version and os must be given" in outcome["msg"]
    outcome = run(bench, [databases()], True, databases=[{"name": "ledger"}])
    assert outcome["msg"] == "An item of databases does not say which database it is about."
    item = {"rds_name": "rds-biling", "type": "MYSQL"}
    outcome = run(bench, [databases(), candidates(*RDS)], True, databases=[item])
    assert "Did you mean 'rds-billing'?" in outcome["msg"]


def test_one_that_is_named_twice(bench):
    outcome = run(bench, [databases()], True, databases=[LEDGER, {**LEDGER, "name": "other"}])
    assert outcome["msg"].endswith("twice.")
    items = [{"rds_name": "rds-billing", "type": "MYSQL"}, {"rds_id": RDS[0]["id"], "type": "MYSQL"}]
    outcome = run(bench, [databases(), candidates(*RDS)], True, databases=items)
    assert outcome["msg"] == f"databases has RDS instance {RDS[0]['id']} twice."


def test_an_rds_instance_is_made_anew_with_what_is_known_of_it(bench):
    off = {**BILLING, "agent_url": []}
    item = {"rds_id": RDS[0]["id"], "charset": "GBK", "agent_free": True, "type": "MYSQL"}
    row = {key: RDS[0][key] for key in ("id", "db_name", "port", "ip", "instance_name", "version", "type")}
    body = {"databases": [{**row, "status": "OFF", "enterprise_id": "0"}]}
    path = f"/v1/{PROJECT}/{INSTANCE}/dbss/audit/databases/rds"
    add = Call("dbss", "POST", path, body=body, answer={"legal_db_id": [row["id"]], "illegal_db_id": None})
    new = {**off, "id": "Bx5tR8yU2iOp7QwE4zXc", "charset": "GBK"}
    calls = [databases(off), candidates(*RDS), removes(off), add, databases(new)]
    outcome = run(bench, calls, databases=[item], recreate=True)
    assert actions(outcome) == [["deleteAuditDatabaseV3", "addRdsDatabaseAgentFreeV1"]]
