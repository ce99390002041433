# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies laid over a base: by key, by what names a record, as a whole."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.dbops.plugins.filter.dbss_audit_policies import FilterModule

policies = FilterModule().filters()["dbss_audit_policies"]


def one(base, **sections):
    """Return the only policy that comes of a base and sections."""
    [found] = policies([{"instance": "a", **sections}], base)
    assert found.pop("instance") == "a"
    return found


@pytest.mark.parametrize(
    ("base", "own", "merged"),
    [
        (None, {"power": "started"}, {"power": "started"}),
        ({"power": "stopped"}, {}, {"power": "stopped"}),
        ({"power": "stopped"}, {"power": "started"}, {"power": "started"}),
        (
            {"settings": {"store_results": False, "alarm_notification": {"enabled": True, "daily_limit": 3}}},
            {"settings": {"retention_days": 9, "alarm_notification": {"daily_limit": 5}}},
            {
                "settings": {
                    "store_results": False,
                    "retention_days": 9,
                    "alarm_notification": {"enabled": True, "daily_limit": 5},
                }
            },
        ),
        ({"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "3"}}, {"tags": {"a": "1", "b": "3"}}),
        (
            {"risk_rules": [{"name": "x", "risk_level": "low"}, {"name": "y", "enabled": True}]},
            {"risk_rules": [{"name": "z"}, {"name": "x", "enabled": False}]},
            {"risk_rules": [{"name": "x", "enabled": False}, {"name": "y", "enabled": True}, {"name": "z"}]},
        ),
        (
            {"databases": [{"rds_id": "r", "enabled": True}, {"ip": "1", "port": 2, "type": "MYSQL"}]},
            {"databases": [{"ip": "1", "port": 2, "type": "MYSQL", "enabled": True}, {"rds_name": "r"}]},
            {
                "databases": [
                    {"rds_id": "r", "enabled": True},
                    {"ip": "1", "port": 2, "type": "MYSQL", "enabled": True},
                    {"rds_name": "r"},
                ]
            },
        ),
        ({"whitelist": [{"sql": "a"}]}, {"whitelist": [{"sql": "a", "enabled": False}]}, None),
        ({"scopes": [{"name": "a"}]}, {"scopes": None}, {"scopes": [{"name": "a"}]}),
        ({"scopes": [{"name": "a"}]}, {"scopes": []}, {"scopes": [{"name": "a"}]}),
    ],
)
def test_merging(base, own, merged):
    assert one(base, **own) == (own if merged is None else merged)


def test_texts_are_yaml():
    found = policies("[{instance: a, power: started}]", "tags: {env: prod}")
    assert found == [{"instance": "a", "power": "started", "tags": {"env": "prod"}}]


def test_what_cannot_be_read_back_is_no_section():
    assert one(None, unreadable={"settings": {"timezone": []}}) == {}


@pytest.mark.parametrize(
    ("documents", "base", "why"),
    [
        ({}, None, "The policies are no list"),
        ("a: [", None, "The policies cannot be read as YAML in line"),
        ([{"power": "started"}], None, "A policy has no instance"),
        (["a"], None, "A policy has no instance"),
        ([{"instance": "a", "rules": []}], None, "The policy of 'a' has a section 'rules': there are power, settings"),
        ([{"instance": "a", "scopes": {}}], None, "The section scopes of the policy of 'a' must be a list"),
        ([{"instance": "a", "settings": []}], None, "The section settings of the policy of 'a' must be a dictionary"),
        ([{"instance": "a", "power": "on"}], None, "The power of the policy of 'a' must be started or stopped"),
        ([{"instance": "a", "scopes": ["x"]}], None, "The section scopes of the policy of 'a' must be a list of dict"),
        ([{"instance": "a"}, {"instance": "a"}], None, "There are two policies of 'a': put them into one."),
        ([], ["x"], "The base is no dictionary"),
        ([], {"rules": []}, "has a section 'rules'"),
    ],
)
def test_what_is_no_policy(documents, base, why):
    with pytest.raises(AnsibleFilterError, match=why):
        policies(documents, base)
