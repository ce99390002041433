# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugins: which hosts, groups and variables come of which answers."""

from __future__ import annotations

import importlib
import json
import os

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible.template import Templar

PROJECT = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
DWS = f"https://dws.cn-north-4.myhuaweicloud.com/v1.0/{PROJECT}/clusters"
AUDIT = f"https://dbss.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/dbss/audit/instances"
OM = f"https://dbss.cn-north-4.myhuaweicloud.com/v2/{PROJECT}/db-om/instances"

ONE = "6f0d2b84-3c5a-4e17-9d86-a1b7c9e2f053"
TWO = "7a1e3c95-4d6b-4f28-8e97-b2c8d0f30164"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in [*os.environ]:
        if name.startswith("ANSIBLE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HW_REGION_NAME", "cn-north-4")
    monkeypatch.setenv("HW_PROJECT_ID", PROJECT)
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-the-test")


@pytest.fixture
def base():
    """Return the module on which the plugins stand, as Ansible's loader imports it."""
    return importlib.import_module("ansible_collections.huaweicloud.dbops.plugins.plugin_utils.inventory")


@pytest.fixture
def parse(tmp_path):
    """Return the function that lets a plugin read a configuration and returns the inventory."""

    def parse(plugin, use_cache=True, **options):
        path = tmp_path / f"test.{plugin}.yml"
        path.write_text(yaml.safe_dump({"plugin": f"huaweicloud.dbops.{plugin}", **options}), encoding="utf-8")
        inventory, loader = InventoryData(), DataLoader()
        reader = inventory_loader.get(f"huaweicloud.dbops.{plugin}")
        assert reader.verify_file(str(path))
        reader.parse(inventory, loader, str(path), cache=use_cache)
        if "cache" in options:
            reader.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory

    return parse


def clusters(*records):
    return {"clusters": [{"id": record_id, "name": name, **more} for record_id, name, more in records]}


def servers(*records):
    return {"servers": [{"id": one, "name": name, "status": status} for one, name, status in records]}


def members(inventory, group):
    return [host.name for host in inventory.groups[group].get_hosts()]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("prod.dws_clusters.yml", True),
        ("prod.dws_clusters.yaml", True),
        ("dws_clusters.yml", True),
        ("prod_dws_clusters.yml", False),
        ("prod.dws_clusters.json", False),
        ("prod.dbss_instances.yml", False),
    ],
)
def test_it_is_for_files_of_its_name(tmp_path, name, ours):
    path = tmp_path / name
    path.touch()
    assert inventory_loader.get("huaweicloud.dbops.dws_clusters").verify_file(str(path)) is ours


def test_a_missing_file_is_not_its_own(tmp_path):
    path = tmp_path / "no.dws_clusters.yml"
    assert not inventory_loader.get("huaweicloud.dbops.dws_clusters").verify_file(str(path))


def test_each_cluster_is_a_host_with_the_record_as_one_variable(parse, http, sample):
    answer = sample("listClusters.200")
    http.get(DWS, json=answer)
    inventory = parse("dws_clusters")
    assert members(inventory, "dws_clusters") == [one["name"] for one in answer["clusters"]]
    for one in answer["clusters"]:
        ours = inventory.hosts[one["name"]].vars
        assert ours["dws_cluster"] == one
        assert not set(one) & set(ours)


def test_instances_of_both_kinds_are_hosts(parse, http, sample):
    http.get(AUDIT, json=sample("listAuditInstances.200"))
    http.post(OM, json=sample("listOmInstances.200.pair"))
    inventory = parse("dbss_instances")
    audit, om = members(inventory, "dbss_audit_instances")[0], members(inventory, "dbss_om_instances")[0]
    assert inventory.hosts[audit].vars["dbss_audit_instance"]["name"] == audit
    assert inventory.hosts[om].vars["dbss_om_instance"]["status"] == "ACTIVE"
    assert "dbss_om_instance" not in inventory.hosts[audit].vars


def test_only_the_kinds_asked_for_are_listed(parse, http, sample):
    http.post(OM, json=sample("listOmInstances.200.pair"))
    inventory = parse("dbss_instances", kinds=["om"])
    assert len(inventory.hosts) == 1
    assert "dbss_audit_instances" not in inventory.groups


def test_deleted_instances_are_hidden(parse, http):
    http.get(AUDIT, json={**servers((ONE, "here", "ACTIVE"), (TWO, "gone", "DELETED")), "total": 2})
    assert list(parse("dbss_instances", kinds=["audit"]).hosts) == ["here"]


def test_a_project_without_any_has_an_empty_group(parse, http):
    http.get(DWS, json=clusters())
    inventory = parse("dws_clusters")
    assert not inventory.hosts
    assert "dws_clusters" in inventory.groups


def test_two_of_one_name_are_two_hosts(parse, http):
    http.get(DWS, json=clusters((ONE, "twin", {"port": 1}), (TWO, "twin", {"port": 2})))
    inventory = parse("dws_clusters")
    assert {name: host.vars["dws_cluster"]["port"] for name, host in inventory.hosts.items()} == {
        f"twin_{ONE}": 1,
        f"twin_{TWO}": 2,
    }


@pytest.mark.parametrize(
    ("names", "hosts"),
    [
        (["dws-prod", "dws.test_2"], ["dws-prod", "dws.test_2"]),
        (["数据库"], ["数据库"]),
        (["a", "a", "b"], ["a_0", "a_1", "b"]),
        (["a b", "a:b"], ["a_b_0", "a_b_1"]),
        (["!all", "&x", "-i"], ["_all", "_x", "_i"]),
        (["{{ 1 }}"], ["___1___"]),
        (["", ""], ["0", "1"]),
        (["localhost", "all"], ["localhost_0", "all_1"]),
        (["Localhost", "Web", "WEB"], ["Localhost_0", "Web_1", "WEB_2"]),
        (["\ufb01le", "file"], ["\ufb01le_0", "file_1"]),
        (["..", ".hidden", "a.b"], ["_.", "_hidden", "a.b"]),
        (["taken", "taken_2"], ["taken_0_2", "taken_2"]),
    ],
)
def test_host_names(base, names, hosts):
    records = [(name, str(number)) for number, name in enumerate(names)]
    assert base.host_names(records, {"localhost", "all", "taken", "taken_0"}) == hosts


def test_a_record_whose_id_is_none_is_left_out_alone(parse, http, monkeypatch):
    warnings = []
    monkeypatch.setattr(
        "ansible.utils.display.Display.warning", lambda self, text, *more, **most: warnings.append(text)
    )
    http.get(DWS, json=clusters(("{{ 1 }}\n", "trap", {}), (ONE, "good", {})))
    assert list(parse("dws_clusters").hosts) == ["good"]
    [warning] = warnings
    assert warning.endswith(r"the cluster with the ID '{{ 1 }}\n' is left out: an ID must be a UUID of 36 characters.")


@pytest.mark.parametrize("text", ["{{ 1 / 0 }}", "{{ nowhere }}", "{{", "{{ ('x' * 3).nowhere() }}"])
def test_a_template_that_fails_names_its_option(parse, text):
    with pytest.raises(AnsibleParserError, match="The template in region cannot be filled in: "):
        parse("dws_clusters", region=text)


def test_no_host_takes_the_name_of_this_one_or_of_a_group(parse, http):
    http.get(DWS, json=clusters((ONE, "localhost", {}), (TWO, "dws_clusters", {})))
    assert list(parse("dws_clusters").hosts) == [f"localhost_{ONE}", f"dws_clusters_{TWO}"]


def test_constructed_variables_and_groups(parse, http):
    http.get(DWS, json=clusters((ONE, "a", {"status": "IDLE", "n": 3}), (TWO, "b", {"status": "UN-KNOWN", "n": 1})))
    inventory = parse(
        "dws_clusters",
        compose={"double": "dws_cluster.n * 2"},
        groups={"large": "dws_cluster.n > 2"},
        keyed_groups=[{"key": "dws_cluster.status", "prefix": "dws"}],
        strict=True,
    )
    assert {name: host.vars["double"] for name, host in inventory.hosts.items()} == {"a": 6, "b": 2}
    assert members(inventory, "large") == ["a"]
    assert members(inventory, "dws_IDLE") == ["a"]
    assert members(inventory, "dws_UN_KNOWN") == ["b"]


@pytest.mark.parametrize("strict", [False, True])
def test_strict_decides_on_what_cannot_be_constructed(parse, http, strict):
    http.get(DWS, json=clusters((ONE, "a", {})))
    options = {"groups": {"lost": "no_such_variable.x == 1"}, "strict": strict}
    if strict:
        with pytest.raises(AnsibleParserError, match="lost"):
            parse("dws_clusters", **options)
    else:
        assert "lost" not in parse("dws_clusters", **options).groups


def test_nothing_of_the_service_is_a_template(parse, http):
    trap = "{{ 6 * 7 }}"
    http.get(DWS, json=clusters((ONE, trap, {"tags": [{"key": trap}]})))
    inventory = parse("dws_clusters", compose={"composed": "dws_cluster.name"})
    [host] = inventory.hosts.values()
    shown = Templar(loader=DataLoader(), variables=host.vars).template(host.vars)
    assert shown["dws_cluster"]["name"] == shown["composed"] == trap
    assert shown["dws_cluster"]["tags"] == [{"key": trap}]


def test_what_the_service_says_stays_what_it_is(base):
    value = {"name": "{{ x }}", "nodes": [{"n": 1, "up": True, "ip": None}], "plain": "x"}
    assert base.as_data(value) == value
    assert json.dumps(base.as_data(value)) == json.dumps(value)


def test_the_cache_spares_the_call(parse, http, tmp_path):
    options = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    http.get(DWS, json=clusters((ONE, "first", {})))
    assert list(parse("dws_clusters", **options).hosts) == ["first"]
    assert list(parse("dws_clusters", **options).hosts) == ["first"]
    http.get(DWS, json=clusters((TWO, "second", {})))
    assert list(parse("dws_clusters", use_cache=False, **options).hosts) == ["second"]
    assert list(parse("dws_clusters", **options).hosts) == ["second"]


def test_a_kind_that_the_cache_lacks_is_asked_for(parse, http, tmp_path, sample):
    options = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    http.get(AUDIT, json=servers((ONE, "here", "ACTIVE")))
    parse("dbss_instances", kinds=["audit"], **options)
    http.post(OM, json=sample("listOmInstances.200.pair"))
    assert len(parse("dbss_instances", kinds=["om"], **options).hosts) == 1


def test_the_file_wins_over_the_environment(parse, http):
    other = "1f1e2d3c4b5a69788796a5b4c3d2e1f0"
    http.get(f"https://dws.eu-west-101.myhuaweicloud.eu/v1.0/{other}/clusters", json=clusters())
    place = {"region": "eu-west-101", "cloud": "myhuaweicloud.eu", "project_id": other}
    parse("dws_clusters", **place, auth_token="another")
    assert http.calls[0].request.headers["X-Auth-Token"] == "another"


def test_empty_variables_count_as_absent(parse, http, monkeypatch):
    for name in ("HW_CLOUD", "HW_MAX_RETRIES", "HW_ENDPOINTS", "HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_PROJECT_NAME"):
        monkeypatch.setenv(name, "")
    http.get(DWS, json=clusters())
    parse("dws_clusters")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"acces_key": "x"}, "Unknown options: acces_key"),
        ({"request_timeout": 0}, "request_timeout must be more than 0"),
        ({"access_key": "x"}, "secret_key must be given too"),
        ({"endpoints": {"dws": "http://dws.example.com"}}, "plain HTTP"),
        ({"project_id": "short"}, "project_id 'short' is not an ID"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_options_that_make_no_sense(parse, options, words):
    with pytest.raises(AnsibleParserError, match=words):
        parse("dws_clusters", **options)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("HW_MAX_RETRIES", "many", "HW_MAX_RETRIES must be a whole number, not 'many'"),
        ("HW_ENDPOINTS", "dsw=https://example.com", "HW_ENDPOINTS has dsw, which is no service"),
    ],
)
def test_variables_that_make_no_sense(parse, monkeypatch, variable, value, words):
    monkeypatch.setenv(variable, value)
    with pytest.raises(AnsibleParserError, match=words):
        parse("dws_clusters")


@pytest.mark.parametrize("options", [{"kinds": ["encrypt"]}, {"max_retries": "many"}], ids=str)
def test_values_that_ansible_refuses(parse, options):
    with pytest.raises(AnsibleError, match=next(iter(options))):
        parse("dbss_instances", **options)


def test_an_error_of_the_service_is_one_sentence(parse, http):
    http.get(DWS, status=403, json={"error_code": "DWS.0015", "error_msg": "no"})
    with pytest.raises(AnsibleParserError) as caught:
        parse("dws_clusters")
    assert str(caught.value).endswith(f"(HTTP 403, DWS.0015); the project that was asked is {PROJECT}.")
    assert "Failed to list the clusters" in str(caught.value)
    assert "token-of-the-test" not in str(caught.value)


def test_unverified_certificates_are_warned_of(parse, http, monkeypatch):
    warnings = []
    monkeypatch.setattr(
        "ansible.utils.display.Display.warning", lambda self, text, *more, **most: warnings.append(text)
    )
    http.get(DWS, json=clusters())
    parse("dws_clusters", validate_certs=False)
    assert any("not verified" in text for text in warnings)


def test_requests_is_needed(parse, monkeypatch):
    monkeypatch.setattr(
        "ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection.REQUESTS_IMPORT_ERROR",
        "it is not there",
    )
    with pytest.raises(AnsibleParserError, match="requests is missing"):
        parse("dws_clusters")


PROJECTS = "https://iam.cn-north-4.myhuaweicloud.com/v3/projects"
WAREHOUSE = "5e4d3c2b1a0f4e5d8c9bab9a8b7c6d5e"


def projects(*names):
    return {"projects": [{"id": f"{number}{PROJECT[1:]}", "name": name} for number, name in enumerate(names)]}


@pytest.mark.parametrize(
    ("options", "hosts"),
    [
        ({}, ["cn-north-4", "cn-north-4_warehouse", "eu-west-101"]),
        ({"regions": ["cn-north-4"]}, ["cn-north-4", "cn-north-4_warehouse"]),
        ({"names": ["*_warehouse", "eu-west-101"]}, ["cn-north-4_warehouse", "eu-west-101"]),
        ({"regions": ["cn-north-4"], "names": ["eu*"]}, []),
    ],
)
def test_projects(parse, http, options, hosts):
    http.get(PROJECTS, json=projects("cn-north-4", "cn-north-4_warehouse", "MOS", "eu-west-101"))
    inventory = parse("projects", **options)
    assert members(inventory, "huaweicloud_projects") == hosts
    for name, host in inventory.hosts.items():
        known = host.vars["huaweicloud_project"]
        assert (host.vars["project_id"], host.vars["project_name"]) == (known["id"], known["name"])
        assert (name, host.vars["region"]) == (known["name"], known["name"].partition("_")[0])


def test_projects_go_on_over_pages(parse, http):
    first, second = projects(*(f"cn-north-4_{number}" for number in range(1000)))["projects"], projects("cn-east-3")
    for number, row in enumerate(first):
        row["id"] = f"{number:032}"
    http.get(PROJECTS, json={"projects": first})
    http.get(PROJECTS, json={"projects": [{**second["projects"][0], "id": WAREHOUSE}]})
    inventory = parse("projects")
    assert len(members(inventory, "huaweicloud_projects")) == 1001
    assert [call.request.url.partition("?")[2] for call in http.calls] == [
        f"enabled=true&page={page}&per_page=1000" for page in (1, 2)
    ]


def test_projects_that_come_again_do_not_go_on_for_ever(parse, http):
    row = projects("cn-north-4")["projects"][0]
    http.get(PROJECTS, json={"projects": [row] * 1000})
    http.get(PROJECTS, json={"projects": [row] * 1000})
    assert members(parse("projects"), "huaweicloud_projects") == ["cn-north-4"]
    assert len(http.calls) == 2


def test_projects_of_a_region_that_is_chosen_later_come_from_the_cache(parse, http, tmp_path):
    options = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    http.get(PROJECTS, json=projects("cn-north-4", "eu-west-101"))
    assert len(members(parse("projects", **options), "huaweicloud_projects")) == 2
    chosen = parse("projects", regions=["eu-west-101"], **options)
    assert members(chosen, "huaweicloud_projects") == ["eu-west-101"]
    assert len(http.calls) == 1
