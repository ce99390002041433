# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clusters are opened and closed when O&M access may exist nowhere else."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.dbops.plugins.filter.dws_om_access import FilterModule

dws_om_access = FilterModule().filters()["dws_om_access"]

PROD, TEST, TWIN, OTHER, NAMELESS = (f"{number}f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053" for number in range(5))
CLUSTERS = [
    {"id": PROD, "name": "prod"},
    {"id": TEST, "name": "test"},
    {"id": TWIN, "name": "twin"},
    {"id": OTHER, "name": "twin"},
    {"id": NAMELESS, "name": None},
]


@pytest.mark.parametrize(
    ("wanted", "opened", "closed"),
    [
        ([], [], [PROD, TEST, TWIN, OTHER, NAMELESS]),
        (["test", "prod"], [TEST, PROD], [TWIN, OTHER, NAMELESS]),
        (["prod", PROD.upper(), PROD], [PROD], [TEST, TWIN, OTHER, NAMELESS]),
        ([OTHER], [OTHER], [PROD, TEST, TWIN, NAMELESS]),
        (["twin"], [], [PROD, TEST, NAMELESS]),
        (["twin", OTHER], [OTHER], [PROD, TEST, NAMELESS]),
        (["prdo", "prod"], [PROD], [TEST, TWIN, OTHER, NAMELESS]),
        (["None"], [], [PROD, TEST, TWIN, OTHER, NAMELESS]),
    ],
)
def test_what_is_opened_and_closed(wanted, opened, closed):
    parted = dws_om_access(CLUSTERS, wanted)
    assert (parted["open"], parted["close"]) == (opened, closed)


def test_what_is_unknown_and_what_is_unclear():
    parted = dws_om_access(CLUSTERS, ["prdo", "twin", "test", "nobody"])
    assert [sentence.split("(")[0] for sentence in parted["unknown"]] == [
        "No cluster has the ID or name 'prdo' ",
        "No cluster has the ID or name 'nobody' ",
    ]
    assert parted["unclear"] == [f"2 clusters have the name 'twin', say which one by its ID: {TWIN}, {OTHER}."]


def test_an_id_wins_over_a_name():
    clusters = [*CLUSTERS, {"id": "5" + PROD[1:], "name": PROD}]
    assert dws_om_access(clusters, [PROD])["open"] == [PROD]
