# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dws_om_user_info: the clusters once unless one is given by its ID, then the account of each."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS

from tests.unit.plugins.modules.calls import CLUSTER_IDS, CLUSTERS, clusters, om_user_record, reads_om_user
from tests.unit.plugins.modules.harness import ASKED, fault, sample, together

MODULE = "dws_om_user_info"


@pytest.mark.parametrize("check", [False, True])
def test_all_clusters(bench, check):
    left = dict(zip(CLUSTER_IDS, (60, None, -60)))
    reads = together(*[reads_om_user(remaining, cluster_id) for cluster_id, remaining in left.items()])
    outcome = bench.run(MODULE, {}, [clusters(*CLUSTERS), reads], check=check)
    assert outcome["om_users"] == [om_user_record(*one, named=True) for one in zip(left.values(), left)]
    assert outcome["failed_clusters"] == []
    assert outcome["changed"] is False


def test_many_clusters_at_a_time(bench):
    ids = [f"{CLUSTER_IDS[0][:-2]}{index:02}" for index in range(2 * READERS)]
    reads = [reads_om_user(60, cluster_id) for cluster_id in ids]
    outcome = bench.run(MODULE, {}, [clusters(*[{"id": one} for one in ids]), together(*reads, width=READERS)])
    assert [user["cluster_id"] for user in outcome["om_users"]] == ids


def test_no_clusters(bench):
    assert bench.run(MODULE, {}, [clusters()])["om_users"] == []


def test_by_id_nothing_is_looked_up(bench):
    outcome = bench.run(MODULE, {"cluster_id": CLUSTER_IDS[0]}, [reads_om_user(60)])
    assert outcome["om_users"] == [om_user_record(60)]


def test_by_name(bench):
    calls = [clusters(*CLUSTERS), reads_om_user(60, CLUSTER_IDS[2])]
    outcome = bench.run(MODULE, {"cluster_name": "dws-lab"}, calls)
    assert outcome["om_users"] == [om_user_record(60, CLUSTER_IDS[2], named=True)]


def test_what_could_be_read_comes_with_what_could_not(bench):
    unknown = reads_om_user(None, CLUSTER_IDS[1]).but(404, fault("DWS.3027", "removed"), **{"X-Request-Id": "r-7"})
    reads = together(reads_om_user(None), unknown, reads_om_user(60, CLUSTER_IDS[2]))
    outcome = bench.run(MODULE, {}, [clusters(*CLUSTERS), reads], fails=True)
    resource = f"the O&M account of cluster dws-reporting ({CLUSTER_IDS[1]})"
    error = f"Failed to read {resource}: the cluster was removed: removed (HTTP 404, DWS.3027){ASKED}."
    facts = {
        "operation": "getOmUserStatus",
        "resource": resource,
        "http_status": 404,
        "error_code": "DWS.3027",
        "error_msg": "removed",
        "request_id": "r-7",
    }
    assert outcome["msg"] == f"1 of 3 clusters failed. {error}"
    assert outcome["om_users"] == [om_user_record(None, named=True), om_user_record(60, CLUSTER_IDS[2], named=True)]
    failed = {"id": CLUSTER_IDS[1], "name": "dws-reporting", "error": error, "api_error": facts}
    assert outcome["failed_clusters"] == [failed]
    assert outcome["api_error"] == facts


def test_the_only_cluster_cannot_be_read(bench):
    call = reads_om_user(None).but(403, sample("getOmUserStatus.403.unknown_cluster"))
    outcome = bench.run(MODULE, {"cluster_id": CLUSTER_IDS[0]}, [call], fails=True)
    assert outcome["msg"].startswith(f"Failed to read the O&M account of cluster {CLUSTER_IDS[0]}: ")
    assert (outcome["om_users"], outcome["failed_clusters"][0]["name"]) == ([], None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nobody", "No cluster has the name 'nobody' (there are 2)."),
        ("twin", f"2 clusters have the name 'twin', say which one by its ID: {', '.join(sorted(CLUSTER_IDS[:2]))}."),
    ],
)
def test_a_name_that_is_unclear(bench, name, message):
    rows = [{**cluster, "name": "twin"} for cluster in CLUSTERS[:2]]
    assert bench.run(MODULE, {"cluster_name": name}, [clusters(*rows)], fails=True)["msg"] == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cluster_id": "a", "cluster_name": "b"}, "parameters are mutually exclusive: cluster_id|cluster_name"),
        ({"cluster_id": "dws-prod"}, "cluster_id 'dws-prod' is not an ID: it must be a UUID of 36 characters."),
    ],
)
def test_options_that_make_no_sense(bench, options, message):
    assert bench.run(MODULE, options, [], fails=True)["msg"] == message
