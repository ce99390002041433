# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the inventory plugins, run as they stand in the documentation; and names that would be templates."""

from __future__ import annotations

import json
import re

import pytest

from tests.tools import playbook
from tests.tools.checkout import ROOT

ECHO = """
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ dws_cluster.name }} is {{ again }}"
"""


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
