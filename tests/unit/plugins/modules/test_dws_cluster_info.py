# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dws_cluster_info: one listing, and its filters."""

from __future__ import annotations

import pytest

from tests.unit.plugins.modules.calls import CLUSTER_IDS, CLUSTERS, clusters
from tests.unit.plugins.modules.harness import sample

MODULE = "dws_cluster_info"
ROWS = [*CLUSTERS[:2], {**CLUSTERS[2], "name": "dws-prod", "task_status": "REBOOTING"}]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, ROWS),
        ({"cluster_id": CLUSTER_IDS[1]}, [ROWS[1]]),
        ({"cluster_id": "dws-prod"}, []),
        ({"cluster_name": "dws-prod"}, [ROWS[0], ROWS[2]]),
        ({"cluster_name": CLUSTER_IDS[0]}, []),
        ({"cluster_id": CLUSTER_IDS[2], "cluster_name": "dws-prod"}, [ROWS[2]]),
        ({"cluster_id": CLUSTER_IDS[1], "cluster_name": "dws-prod"}, []),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_filters(bench, options, found, check):
    outcome = bench.run(MODULE, options, [clusters(*ROWS)], check=check)
    assert outcome["clusters"] == found
    assert outcome["changed"] is False


def test_none(bench):
    assert bench.run(MODULE, {}, [clusters().but(200, sample("listClusters.200.empty"))])["clusters"] == []
