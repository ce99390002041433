# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugins under Ansible's own commands, on the embedded cloud."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.tools import playbook
from tests.tools.checkout import ROOT
from tests.tools.environment import alone

ECHO = """
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ dws_cluster.name }} is {{ again }}"
"""

HOME, WAREHOUSE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "5e4d3c2b1a0f4e5d8c9bab9a8b7c6d5e"  # the cloud's two projects
ONE, TWO = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-8999-aaaaaaaaaaaa"


@pytest.fixture
def show(emulator, collections, tmp_path):
    """Return the function that lists inventory sources and returns the variables of each host, and the messages."""

    def show(*sources: Path, code: int = 0, **variables: str) -> tuple[dict[str, dict], str]:
        run = subprocess.run(
            [
                Path(sys.executable).with_name("ansible-inventory"),
                "--list",
                *(part for source in sources for part in ("--inventory", source)),
            ],
            env=alone(
                tmp_path,
                **{
                    **emulator.env,
                    "ANSIBLE_COLLECTIONS_PATH": str(collections),
                    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
                    "COLUMNS": "10000",
                    **variables,
                },
            ),
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert run.returncode == code, run.stdout + run.stderr
        if code:
            return {}, run.stderr
        marked = json.loads(run.stdout, object_hook=lambda one: one.get("__ansible_unsafe", one))
        return marked["_meta"]["hostvars"], run.stderr

    return show


def says(messages: str, text: str) -> bool:
    """Return whether the text is in messages that Ansible has wrapped wherever it liked."""
    return "".join(text.split()) in "".join(messages.split())


@pytest.fixture
def source(tmp_path):
    """Return the function that writes an inventory file for the clusters and returns its path."""

    def source(name: str = "project", **options: object) -> Path:
        path = tmp_path / f"{name}.dws_clusters.yml"
        path.write_text(yaml.safe_dump({"plugin": "huaweicloud.dbops.dws_clusters", **options}), encoding="utf-8")
        return path

    return source


def examples(plugin: str) -> tuple[str, str]:
    """Return the configuration and the playbook, which is commented out, of a plugin's EXAMPLES."""
    source = (ROOT / "plugins" / "inventory" / f"{plugin}.py").read_text(encoding="utf-8")
    [text] = re.findall(r'(?s)EXAMPLES = r"""\n(.*?)"""', source)
    configuration, commented = text.split("# A playbook that lets", 1)
    return configuration, re.sub(r"(?m)^# ?", "", commented.partition("\n")[2])


def changed(output: str) -> dict[str, int]:
    """Return how many tasks changed something, by host."""
    return {host: int(count) for host, count in re.findall(r"(?m)^(\S+)\s+: ok=\d+\s+changed=(\d+)", output)}


@pytest.mark.parametrize(
    ("plugin", "first"),
    [
        ("dws_clusters", {"dws-prod": 0, "dws-reports": 1, "dws-test": 0}),
        (
            "dbss_instances",
            {
                "audit-prod": 1,
                "audit-branch_17a9d3b4-5c6e-4f80-9a1b-2c3d4e5f6071": 1,
                "audit-branch_28bae4c5-6d7f-4191-8b2c-3d4e5f607182": 0,
            },
        ),
    ],
)
def test_examples(plugin, first, emulator, collections, tmp_path):
    configuration, play = examples(plugin)
    source, path = tmp_path / f"project.{plugin}.yml", tmp_path / "playbook.yml"
    source.write_text(configuration, encoding="utf-8")
    path.write_text(play, encoding="utf-8")
    # The finance warehouse is busy for good, so that its account cannot be closed.
    options = ("--inventory", str(source), "--forks", "2", "--limit", "!dws-finance")

    code, output = playbook.run(path, collections, tmp_path, emulator.env, *options)
    assert code == 0, output
    assert changed(output) == first

    code, output = playbook.run(path, collections, tmp_path, emulator.env, *options)
    assert code == 0, output
    assert changed(output) == dict.fromkeys(first, 0)


def test_a_playbook_goes_over_projects(emulator, collections, tmp_path):
    configuration, play = examples("projects")
    (tmp_path / "all.projects.yml").write_text(configuration, encoding="utf-8")
    path = tmp_path / "playbook.yml"
    path.write_text(play, encoding="utf-8")
    code, output = playbook.run(path, collections, tmp_path, emulator.env, "--inventory", "all.projects.yml")
    assert code == 0, output
    assert changed(output) == {"cn-north-4": 0, "cn-north-4_warehouse": 0}
    asked = {request["path"].split("/")[2] for request in emulator.requests(operation="listAuditInstances")}
    assert asked == {HOME, WAREHOUSE}


def test_the_export_goes_over_projects(emulator, collections, tmp_path):
    configuration, _play = examples("projects")
    (tmp_path / "all.projects.yml").write_text(configuration, encoding="utf-8")
    path = tmp_path / "playbook.yml"
    path.write_text("- ansible.builtin.import_playbook: huaweicloud.dbops.export\n", encoding="utf-8")
    variables = json.dumps({"dbops_hosts": "huaweicloud_projects", "export_path": str(tmp_path / "estate")})
    options = ("--inventory", "all.projects.yml", "--extra-vars", variables)
    code, output = playbook.run(path, collections, tmp_path, emulator.env, *options)
    assert code == 0, output
    files = {one.name: yaml.safe_load(one.read_text(encoding="utf-8")) for one in (tmp_path / "estate").iterdir()}
    counts = {name: len(content["dbss_audit_policies"]) for name, content in files.items()}
    assert counts["dbss_audit_policies-cn-north-4.yml"] == 6
    assert set(counts) == {f"dbss_audit_policies-{name}.yml" for name in ("cn-north-4", "cn-north-4_warehouse")}


def test_a_name_is_never_a_template(emulator, collections, tmp_path):
    trap = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "sprung") + "') }}"
    state = emulator.state()
    emulator.state({"clusters": [{"id": state["clusters"][0]["id"], "name": trap}]})
    source, path = tmp_path / "trap.dws_clusters.yml", tmp_path / "playbook.yml"
    options = {"plugin": "huaweicloud.dbops.dws_clusters", "compose": {"again": "dws_cluster.name"}}
    source.write_text(json.dumps(options), encoding="utf-8")
    path.write_text(ECHO, encoding="utf-8")

    code, output = playbook.run(path, collections, tmp_path, emulator.env, "--inventory", str(source))

    assert code == 0, output
    assert not (tmp_path / "sprung").exists()
    assert output.count("lookup(") == 2, output


def test_no_host_stands_for_two_clusters(emulator, show, source, tmp_path):
    emulator.state({"clusters": [{"id": ONE, "name": "dws"}, {"id": TWO, "name": "dws", "project": WAREHOUSE}]})
    home, warehouse = source("home", project_id=HOME), source("warehouse", project_id=WAREHOUSE)

    hosts, messages = show(home, warehouse)
    assert {name: one["dws_cluster"]["id"] for name, one in hosts.items()} == {"dws": ONE, f"dws_{TWO}": TWO}
    assert says(
        messages, f"the cluster {TWO} becomes the host dws_{TWO}, because dws is already the name of another host"
    )

    again = source("again", project_id=WAREHOUSE)
    hosts, messages = show(home, warehouse, again)
    assert {name: one["dws_cluster"]["id"] for name, one in hosts.items()} == {"dws": ONE, f"dws_{TWO}": TWO}

    static = tmp_path / "static.yml"
    static.write_text(yaml.safe_dump({"all": {"hosts": {"DWS": {"mine": 1}}}}), encoding="utf-8")
    hosts, messages = show(static, home)
    assert hosts["DWS"] == {"mine": 1}
    assert hosts[f"dws_{ONE}"]["dws_cluster"]["id"] == ONE
    assert says(messages, "[WARNING]")


def test_the_cache_is_for_one_project_and_one_caller(emulator, show, source, tmp_path):
    emulator.state({"clusters": [{"id": ONE, "name": "old"}, {"id": TWO, "name": "new", "project": WAREHOUSE}]})
    path = source(cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(tmp_path / "cache"))

    def calls() -> int:
        return len(emulator.requests(operation="listClusters"))

    for variables, host, called in [
        ({}, "old", 1),
        ({}, "old", 1),
        ({"HW_PROJECT_ID": WAREHOUSE}, "new", 2),
        ({"HW_PROJECT_ID": WAREHOUSE}, "new", 2),
        ({"HW_AUTH_TOKEN": "example-token-issued-before"}, "old", 3),
        ({"HW_REGION_NAME": "cn-east-3"}, "old", 4),
        ({}, "old", 4),
    ]:
        hosts, messages = show(path, **variables)
        assert (list(hosts), calls()) == ([host], called), messages
    kept = "".join(one.name for one in (tmp_path / "cache").iterdir())
    assert "example-token" not in kept
    assert emulator.env["HW_ACCESS_KEY"] not in kept


def test_templates_in_options_are_filled_in(emulator, show, source):
    emulator.state({"clusters": [{"id": ONE, "name": "{{ 6 * 7 }}"}, {"id": TWO, "name": "x", "project": WAREHOUSE}]})
    path = source(
        project_id="{{ lookup('ansible.builtin.env', 'MY_PROJECT') }}",
        endpoints={"dws": "{{ lookup('ansible.builtin.env', 'HERE') }}"},
        access_key="{{ 'EXAMPLEACCESSKEY' }}0001",
        secret_key="{{ lookup('ansible.builtin.env', 'HW_SECRET_KEY') }}",
        max_retries="{{ 1 + 1 }}",
        validate_certs="{{ not true }}",
        cache="{{ false }}",
        compose={"named": "dws_cluster.name"},
    )
    variables = {"HERE": emulator.url, "MY_PROJECT": HOME, "HW_ENDPOINTS": "", "HW_PROJECT_ID": ""}
    hosts, messages = show(path, **variables)
    [(name, found)] = hosts.items()
    assert name == "___6___7___"
    assert "6 * 7" in json.dumps(found["named"])
    assert "42" not in json.dumps(found)
    assert says(messages, "Certificates are not verified")


def test_a_template_that_cannot_be_filled_in_names_its_option(show, source):
    for text in (
        "{{ no_such_variable }}",
        "{{ 1 | no_such_filter }}",
        "{{ 1 / 0 }}",
        "{{ lookup('ansible.builtin.file', 'nowhere') }}",
        "{{",
    ):
        _hosts, messages = show(source(region=text), code=1)
        assert says(messages, "The template in region cannot be filled in: ")
        assert "Traceback" not in messages


def test_a_secret_with_braces_is_not_shown(show, source):
    for text in ("canary{{", "canary{{ 1 | no_such_filter }}", "canary{{ nowhere }}"):
        _hosts, messages = show(source(access_key="EXAMPLEACCESSKEY0001", secret_key=text), code=1)
        assert says(messages, "The template in secret_key cannot be filled in: ")
        assert "canary" not in messages


def test_braces_can_be_kept(show, source):
    path = source()
    with path.open("a", encoding="utf-8") as file:
        file.write("project_id: !unsafe 'kept {{ 1 + 1 }}'\n")
    _hosts, messages = show(path, code=1)
    assert says(messages, "project_id 'kept {{ 1 + 1 }}' is not an ID")


def test_a_vaulted_option(emulator, show, source, tmp_path):
    password = tmp_path / "password"
    password.write_text("of the vault", encoding="utf-8")
    tool = Path(sys.executable).with_name("ansible-vault")
    command = [tool, "encrypt_string", "--vault-password-file", password, emulator.env["HW_SECRET_KEY"]]
    secret = subprocess.check_output(command, text=True, cwd=tmp_path)
    path = source(access_key=emulator.env["HW_ACCESS_KEY"])
    with path.open("a", encoding="utf-8") as file:
        file.write(f"secret_key: {secret}\n")
    hosts, messages = show(path, ANSIBLE_VAULT_PASSWORD_FILE=str(password), HW_ACCESS_KEY="", HW_SECRET_KEY="")
    assert hosts, messages
