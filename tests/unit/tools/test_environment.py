# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checkout holds is what runs, for a caller who has everything set otherwise and another build installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml

from tests.tools import environment
from tests.tools.checkout import ROOT

# One test of each kind: a playbook, an example, a module in this process, a plugin in Ansible's process.
RUNS = [
    "tests/integration/test_targets.py::test_target[dws_cluster_info-True]",
    "tests/docs/test_examples.py::test_plugin[inventory-dws_clusters]",
    "tests/faults/test_races.py::test_both_runs_may_turn_the_same_switch",
    "tests/unit/plugins/inventory/test_inventory.py",
]
CONFIGURATION = "[defaults]\ncollections_path = {0}\nlibrary = {0}\nstdout_callback = oneline\ngathering = nonsense\n"


@pytest.fixture
def caller(tmp_path):
    """Return the environment of somebody with a build of this version installed that has no plugins."""
    collections = tmp_path / ".ansible" / "collections"
    installed = collections / "ansible_collections" / "huaweicloud" / "dbops"
    (installed / "plugins" / "modules").mkdir(parents=True)
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    manifest = {"collection_info": {**about, "dependencies": {}}, "file_manifest_file": {}, "format": 1}
    (installed / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    (installed / "FILES.json").write_text('{"files": [], "format": 1}', encoding="utf-8")
    for name in (".ansible.cfg", "ansible.cfg"):
        (tmp_path / name).write_text(CONFIGURATION.format(collections), encoding="utf-8")
    return {
        "ANSIBLE_CHECK_MODE_MARKERS": "true",
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
        "ANSIBLE_GATHERING": "explicit",
        "ANSIBLE_STDOUT_CALLBACK": "minimal",
        "ALL_PROXY": "socks5://127.0.0.1:9",
        "HOME": str(tmp_path),
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HUAWEICLOUD_SDK_AK": "ANOTHER",
        "HW_CLOUD": "example.com",
        "HW_ENDPOINTS": "dws=http://127.0.0.1:9",
        "HW_MAX_RETRIES": "many",
        "HW_PROJECT_NAME": "another",
        "LC_ALL": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "REQUESTS_CA_BUNDLE": str(tmp_path / "none.pem"),
    }


def test_tests_run_the_checkout(caller, tmp_path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    tests = [str(ROOT / name) for name in RUNS]
    run = subprocess.run([*command, *tests], cwd=tmp_path, env=caller, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_demo_runs_the_checkout(caller):
    command = [sys.executable, "-m", "tests.tools.demo"]
    run = subprocess.run(command, cwd=ROOT, env=caller, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_the_caller_has_set_is_forgotten(caller, monkeypatch):
    for name, value in caller.items():
        monkeypatch.setenv(name, value)
    environment.forget(environment.SETTINGS, environment.NETWORK)
    left = {name for name in caller if name in os.environ}
    assert left == {"ANSIBLE_CONFIG", "HOME", "LC_ALL", "PATH"}
    assert os.environ["ANSIBLE_CONFIG"] == str(ROOT / "tests" / "ansible.cfg")


@pytest.mark.parametrize(
    ("caller", "known"),
    [
        ({}, {}),
        ({"PIP_INDEX_URL": "https://index.example", "OTHER": "x"}, {"PIP_INDEX_URL": "https://index.example"}),
        ({"https_proxy": "http://proxy.example"}, {"PIP_PROXY": "http://proxy.example"}),
        ({"HTTPS_PROXY": "http://a.example", "PIP_PROXY": "http://b.example"}, {"PIP_PROXY": "http://b.example"}),
        ({"REQUESTS_CA_BUNDLE": "/ca.pem"}, {"PIP_CERT": "/ca.pem"}),
        ({"PIP_CACHE_DIR": "/cache"}, {"PIP_CACHE_DIR": "/cache"}),
    ],
)
def test_the_way_to_the_package_index_is_for_pip_alone(caller, known, monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "CALLER", caller)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.index() == {"PIP_CACHE_DIR": str(tmp_path / ".cache" / "pip"), **known}


def test_pip_s_own_configuration_counts(monkeypatch, tmp_path):
    file = tmp_path / ".config" / "pip" / "pip.conf"
    file.parent.mkdir(parents=True)
    file.touch()
    monkeypatch.setattr(environment, "CALLER", {})
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.index()["PIP_CONFIG_FILE"] == str(file)
