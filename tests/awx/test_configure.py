# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sets AWX up, run with the real modules of awx.awx."""

from __future__ import annotations

import json
import re

import pytest

from tests.awx.server import REPOSITORY, TOKEN
from tests.tools import playbook

SECRET = "a-secret-that-nobody-may-see"
OTHER_SECRET = f"{SECRET}-either"
CREDENTIAL = {"region": "cn-north-4", "access_key": "EXAMPLE", "secret_key": SECRET}
NO_CREDENTIAL = {"awx_configure_credential": {}}
GIVEN = {
    "awx_configure_project_url": REPOSITORY,
    "awx_configure_image": "registry.example.com/dbops-ee:1.1.0",
    "awx_configure_credential": CREDENTIAL,
}
BASELINE = "DBSS audit baseline"
NIGHTLY = "DBSS audit baseline, report of every night"
HOURLY = "DWS O&M access, sweep of every hour"


@pytest.fixture
def run(awx, collections, awx_collection, tmp_path):
    """Return the function that runs the playbook and returns its exit code and output, where no secret may be."""

    def run(*options, given=None, environment=None, **more):
        given = GIVEN if given is None else given
        path = collections / "ansible_collections" / "huaweicloud" / "dbops" / "playbooks" / "awx_configure.yml"
        variables = {
            "CONTROLLER_HOST": awx.url,
            "CONTROLLER_OAUTH_TOKEN": TOKEN,
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}:{awx_collection}",
            "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true",
            "ANSIBLE_PIPELINING": "true",
            **(environment or {}),
        }
        code, output = playbook.run(
            path, collections, tmp_path, variables, "--extra-vars", json.dumps({**given, **more}), *options
        )
        assert SECRET not in output
        return code, output

    return run


@pytest.fixture
def configure(awx, run):
    """Return the function that runs the playbook and returns how often it changed something in AWX."""

    def configure(*options, **more):
        before = awx.changes
        code, output = run("-vvv", *options, **more)
        assert code == 0, output
        return awx.changes - before

    return configure


@pytest.fixture
def refused(awx, run):
    """Return the function that runs the playbook, which fails, and returns the last sentence and all of the output."""

    def refused(**more):
        code, output = run(**more)
        assert code != 0, output
        sentence = re.findall(r'"msg": "((?:[^"\\]|\\.)*)"', output)[-1]
        return json.loads(f'"{sentence}"'), output

    return refused


def inputs(awx, name="huaweicloud.dbops"):
    """Return the inputs of a credential, as AWX keeps them."""
    return awx.by_name("credentials")[name]["inputs"]


def test_everything_is_made_once(configure, run, awx, credential_type, job_templates):
    code, output = run("--check")
    assert (code, awx.changes) == (0, 0)
    assert '"msg": "A run without check mode makes the rest' in output

    configure()
    [made] = awx.all("credential_types")
    assert {key: made[key] for key in credential_type} == credential_type
    for kind in ("credentials", "execution_environments", "projects", "inventories"):
        assert set(awx.by_name(kind)) == {"huaweicloud.dbops"}
    for name, template in awx.by_name("job_templates").items():
        wanted = {key: value for key, value in job_templates[name].items() if key != "schedules"}
        assert {key: template[key] for key in wanted} == wanted
        assert [one["name"] for one in awx.linked(template, "credentials")] == ["huaweicloud.dbops"]
    assert set(awx.by_name("job_templates")) == set(job_templates)
    [nightly] = awx.all("schedules")
    assert (nightly["name"], nightly["job_type"]) == (NIGHTLY, "check")
    assert nightly["extra_data"] == {"dbss_audit_baseline_fail_on_drift": "true"}

    awx.superuser = False  # nothing is to be done that takes one
    assert configure() == 0
    changes = awx.changes
    code, output = run("--check", awx_configure_om_clusters="dws-prod")
    assert (code, awx.changes - changes) == (0, 0)
    assert '"msg": "A run without check mode makes the rest' not in output
    assert f"changed: [localhost] => (item={HOURLY})" in output


def test_what_was_done_by_hand_stays(configure, awx):
    awx.add("notification_templates", name="on call", organization=1)
    configure(
        awx_configure_om_clusters=["dws-prod", "dws-test"],
        awx_configure_notify_on_error="on call",
        awx_configure_report_path="/reports",
    )
    nightly, hourly = awx.by_name("schedules")[NIGHTLY], awx.by_name("schedules")[HOURLY]
    named = {"dws_om_access_clusters": "dws-prod, dws-test", "dws_om_access_exclusive": "true"}
    assert hourly["extra_data"] == named
    assert nightly["extra_data"] == {
        "dbss_audit_baseline_fail_on_drift": "true",
        "dbss_audit_baseline_report_path": "/reports",
    }
    hourly["enabled"] = False
    hourly["extra_data"] = {**named, "dws_om_access_min_validity": "24h"}
    inputs(awx)["project_id"] = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    project = awx.by_name("projects")["huaweicloud.dbops"]
    project["scm_update_on_launch"] = True
    awx.repositories[REPOSITORY] = ("a2", awx.repositories[REPOSITORY][1])

    assert configure() == 0
    assert configure(awx_configure_credential={}) == 0
    assert project["scm_update_on_launch"]
    assert project["scm_revision"] == "a2"  # a run fetches what is new
    assert inputs(awx) == {**CREDENTIAL, "project_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}
    assert not hourly["enabled"]
    for template in awx.all("job_templates"):
        assert [one["name"] for one in awx.linked(template, "notification_templates_error")] == ["on call"]
        assert awx.linked(template, "notification_templates_success") == []


def test_the_credential_changes(configure, run, awx):
    configure()
    rotated = {**CREDENTIAL, "secret_key": OTHER_SECRET}
    code, output = run(awx_configure_credential=rotated)
    assert code == 0
    assert '"msg": "AWX does not show the secrets' in output
    assert inputs(awx) == CREDENTIAL

    assert configure(awx_configure_credential=rotated, awx_configure_rotate_credential="true") == 1
    assert inputs(awx) == rotated

    other = {"access_key": "", "secret_key": None, "auth_token": OTHER_SECRET}
    assert configure(awx_configure_credential=other) == 1
    assert inputs(awx) == {"region": "cn-north-4", "auth_token": OTHER_SECRET}


def test_two_sets(configure, awx, job_templates):
    """The second was made by release 1.0, under its own name, but with the names of the first for the templates."""
    project = awx.add("projects", name="south", organization=1, scm_url=REPOSITORY)
    awx.sync(project)
    old = awx.add("job_templates", name=BASELINE, organization=1, project=project["id"], playbook="")
    awx.add("schedules", name=NIGHTLY, unified_job_template=old["id"])
    south = {"awx_configure_name": "south", "awx_configure_credential": {**CREDENTIAL, "region": "cn-south-1"}}

    configure(**south)
    names = {f"{name} (south)" for name in job_templates}
    assert set(awx.by_name("job_templates")) == names
    assert old["name"] == f"{BASELINE} (south)"
    assert [one["name"] for one in awx.all("schedules")] == [f"{NIGHTLY} (south)"]

    configure()
    assert set(awx.by_name("job_templates")) == names | set(job_templates)
    for name, template in awx.by_name("job_templates").items():
        own = "south" if name.endswith("(south)") else "huaweicloud.dbops"
        assert template["project"] == awx.by_name("projects")[own]["id"]
        assert [one["name"] for one in awx.linked(template, "credentials")] == [own]
    assert configure(**south) == 0


def test_a_credential_type_that_has_a_new_field(configure, refused, awx, credential_type):
    """AWX does not add a field to a credential type that is in use, so that a new type and credential take over."""
    configure()
    awx.all("credential_types")[0]["inputs"]["fields"].pop()
    changes = awx.changes
    sentence = refused()[0]
    assert "has other inputs in AWX" in sentence and "Set awx_configure_credential_type_name" in sentence
    assert awx.changes == changes

    name = f"{credential_type['name']} 2"
    assert "Set awx_configure_credential" in refused(awx_configure_credential_type_name=name, **NO_CREDENTIAL)[0]
    configure(awx_configure_credential_type_name=name)
    new = awx.by_name("credential_types")[name]["id"]
    for template in awx.all("job_templates"):
        assert [one["credential_type"] for one in awx.linked(template, "credentials")] == [new]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"given": {}}, ["Set awx_configure_project_url", "and awx_configure_image to"]),
        (NO_CREDENTIAL, ["AWX has no credential 'huaweicloud.dbops'", "Set awx_configure_credential to its inputs."]),
        ({"awx_configure_organization": "Ops"}, ["AWX has no organization 'Ops'."]),
        ({"awx_configure_notify_on_error": "nobody"}, ["AWX has no notification template 'nobody'."]),
        ({"awx_configure_scm_credential": "git"}, ["AWX has no credential 'git'. Set awx_configure_scm_credential"]),
        ({"awx_configure_registry_credential": "a"}, ["AWX has no credential 'a'. Set awx_configure_registry_cred"]),
        ({"environment": {"CONTROLLER_HOST": ""}}, ["Set CONTROLLER_HOST, and CONTROLLER_OAUTH_TOKEN"]),
        ({"environment": {"CONTROLLER_OAUTH_TOKEN": "wrong"}}, ["(HTTP 401)", "Set CONTROLLER_HOST, and CONTROLLER_O"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_what_is_missing_is_said_first(refused, awx, given, words):
    sentence = refused(**given)[0]
    for one in words:
        assert one in sentence
    assert awx.changes == 0


def test_who_is_no_superuser(refused, awx):
    awx.superuser = False
    sentence = refused()[0]
    assert "Only a superuser of AWX" in sentence and "ops is none" in sentence
    assert awx.changes == 0


def test_a_repository_that_cannot_be_read(configure, refused, awx):
    sentence, output = refused(awx_configure_project_url="https://git.example.com/dpobs.git")
    assert "The Project Update - huaweicloud.dbops, failed" in sentence and "awx_configure_scm_credential" in sentence
    assert "job_data" not in output

    configure()  # mended, it goes on
    assert len(awx.all("job_templates")) == 4


def test_the_reason_of_awx_is_one_sentence(refused, awx):
    sentence = refused(awx_configure_credential={**CREDENTIAL, "regoin": "cn-north-4"})[0]
    assert re.match(r"Failed at 'The credential is there': .*'regoin' was unexpected", sentence), sentence

    awx.repositories[REPOSITORY] = ("a0", [])
    sentence, output = refused()
    assert re.match(r"Failed at 'The job templates .* are there': .*Playbook not found for project", sentence), sentence
    assert "question_name" not in output
