# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients at once: nothing is lost, nothing counted twice, connections are reused, and answers come at once."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

from tests.emulator.server import create_server
from tests.unit.emulator import company
from tests.unit.emulator.company import Api

HOURS_8 = 8 * 3600 * 1000  # ms


def test_of_many_stops_at_once_one_acts(emulator):
    def stop(dummy):
        return Api(emulator.url).power("stop").status_code

    with ThreadPoolExecutor(24) as pool:
        statuses = list(pool.map(stop, range(24)))
    assert sorted(statuses) == [200] + [400] * 23
    assert emulator.counters()["changes"] == {company.AUDIT_PROD: {"stop": 1}}
    assert len(emulator.requests(acted=True)) == 1


def test_every_extension_counts_once(emulator, api):
    before = api.om_user(company.DWS_REPORTS)["om_user_expires_time"]

    def extend(dummy):
        return Api(emulator.url).om_user_action("increaseOmUserPeriod", company.DWS_REPORTS).json()["error_code"]

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(extend, range(48))) == {0}
    assert api.om_user(company.DWS_REPORTS)["om_user_expires_time"] - before == 48 * HOURS_8
    assert emulator.counters()["changes"][company.DWS_REPORTS] == {"increaseOmUserPeriod": 48}


def test_what_is_in_flight_is_counted(emulator):
    emulator.settings(latency=1)
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda dummy: Api(emulator.url)("GET", company.INSTANCES), range(40)))
    counters = emulator.counters()
    assert (counters["in_flight"], counters["connections"]) == (0, 40)
    assert 20 <= counters["peak_in_flight"] <= 40


def test_waiting_requests_keep_nobody_else_waiting(emulator, api):
    emulator.fault("latency", {"operation": "listClusters"}, seconds=5, times=-1)
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(Api(emulator.url), "GET", company.CLUSTERS) for _attempt in range(60)]
        while emulator.counters()["in_flight"] < 60:
            pass
        assert api("GET", company.INSTANCES).elapsed.total_seconds() < 2
        assert {one.result().status_code for one in waiting} == {200}


def test_connections_are_reused(emulator, api):
    for _attempt in range(30):
        api("GET", company.INSTANCES).raise_for_status()
    assert len({one["connection"] for one in emulator.requests()}) == 1


def test_the_body_does_not_wait_for_the_acknowledgement_of_the_head():
    """Clients delay acknowledgements by 40 ms."""
    server = create_server("127.0.0.1", 0, None)
    server.prepare()
    try:
        assert server.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # connections inherit it
    finally:
        server.stop()
