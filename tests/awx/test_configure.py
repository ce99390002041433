# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sets AWX up, run with the real modules of awx.awx."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

import pytest

from tests.awx.server import running
from tests.tools import playbook
from tests.tools.checkout import ROOT

CACHE = ROOT / "build" / "awx"
REQUIREMENTS = ROOT / "tests" / "requirements" / "locked" / "awx.txt"
SECRET = "a-secret-that-nobody-may-see"
GIVEN = {
    "awx_configure_project_url": "https://git.example.com/dbops.git",
    "awx_configure_image": "registry.example.com/dbops-ee:latest",
    "awx_configure_credential": {"region": "cn-north-4", "access_key": "EXAMPLE", "secret_key": SECRET},
}


@pytest.fixture(scope="session")
def awx_collection():
    """Return the folder that holds the collection awx.awx."""
    collections = CACHE / "ansible_collections" / "awx"
    if not collections.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--dest", CACHE]
        subprocess.run([*command, "--requirement", REQUIREMENTS], check=True)
        [package] = CACHE.glob("ansible-*.whl")
        with zipfile.ZipFile(package) as archive:
            archive.extractall(
                CACHE, [name for name in archive.namelist() if name.startswith("ansible_collections/awx/")]
            )
        package.unlink()
    return CACHE


@pytest.fixture
def awx():
    """Return an AWX."""
    with running() as awx:
        yield awx


@pytest.fixture
def configure(awx, collections, awx_collection, tmp_path):
    """Return the function that runs the playbook and returns how often it changed something in AWX."""

    def configure(**more):
        path = collections / "ansible_collections" / "huaweicloud" / "dbops" / "playbooks" / "awx_configure.yml"
        variables = {
            "CONTROLLER_HOST": awx.url,
            "CONTROLLER_OAUTH_TOKEN": "token-of-the-test",
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collection}",
        }
        before = awx.changes
        code, output = playbook.run(
            path, collections, tmp_path, variables, "--extra-vars", json.dumps({**GIVEN, **more}), "-vvv"
        )
        assert code == 0, output
        assert SECRET not in output
        return awx.changes - before

    return configure


def test_everything_is_made_once(configure, awx, credential_type, job_templates):
    assert configure() > 0
    assert configure() == 0
    assert configure(awx_configure_credential={}) == 0  # the credential that is there is left alone

    [made] = awx.all("credential_types")
    assert {key: made[key] for key in credential_type} == credential_type
    for kind in ("credentials", "execution_environments", "projects", "inventories"):
        assert set(awx.by_name(kind)) == {"huaweicloud.dbops"}
    for name, template in awx.by_name("job_templates").items():
        wanted = {key: value for key, value in job_templates[name].items() if key != "schedules"}
        assert {key: template[key] for key in wanted} == wanted
        assert [one["name"] for one in template["linked_credentials"]] == ["huaweicloud.dbops"]
    assert set(awx.by_name("job_templates")) == set(job_templates)


def test_the_hourly_sweep_is_there_when_clusters_are_named(configure, awx):
    nightly, hourly = "DBSS audit baseline, report of every night", "DWS O&M access, sweep of every hour"
    configure()
    assert set(awx.by_name("schedules")) == {nightly}
    assert awx.by_name("schedules")[nightly]["job_type"] == "check"

    configure(awx_configure_om_clusters="dws-prod")
    assert awx.by_name("schedules")[hourly]["extra_data"] == {"dws_om_access_clusters": "dws-prod"}

    configure()
    assert set(awx.by_name("schedules")) == {nightly}
