# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job templates, run by ansible-runner against the embedded cloud with only what AWX gives a job."""

from __future__ import annotations

import json

import pytest

from tests.awx.controller import answers, inject, planned, run

WHO = """
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - huaweicloud.dbops.dws_cluster_info:
        cluster_name: dws-prod
      register: found
    - ansible.builtin.assert:
        that: found.clusters | length == 1
"""
KEY = {"access_key": "EXAMPLEACCESSKEY0001", "secret_key": "example-secret-key-for-tests-only"}
KINDS = {
    "key pair": KEY,
    "key pair and project": {**KEY, "project_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
    "key pair and project name": {**KEY, "project_name": "cn-north-4"},
    "temporary key pair": {
        "access_key": "EXAMPLETEMPORARY0002",
        "secret_key": "example-temporary-secret-key",
        "security_token": "example-security-token",
    },
    "token": {"auth_token": "example-token-issued-before"},
    "user": {"user_name": "ops-user", "password": "example-password", "domain_name": "example-account"},
}


@pytest.fixture
def job(emulator, collections, credential_type, tmp_path):
    """Return the function that runs a playbook as a job; the inputs of the credential may be given."""
    emulator.settings(transition=0.2)
    folders = iter(range(100))

    def job(playbook, extra, *options, **inputs):
        endpoints = json.loads(emulator.env["HW_ENDPOINTS"])
        given = {"region": "cn-north-4", "endpoints": ",".join(f"{name}={url}" for name, url in endpoints.items())}
        folder = tmp_path / f"job{next(folders)}"
        folder.mkdir()
        done = run(
            folder, collections, playbook, inject(credential_type, {**given, **(inputs or KEY)}), extra, *options
        )
        for secret in ("secret_key", "security_token", "auth_token", "password"):
            assert inputs.get(secret) is None or inputs[secret] not in done.output
        return done

    return job


def writes(emulator):
    """Return how many requests changed something."""
    return len(emulator.requests(acted=True))


@pytest.mark.parametrize("inputs", KINDS.values(), ids=KINDS)
def test_each_kind_of_credential(job, inputs, tmp_path, monkeypatch):
    folder = tmp_path / "repository"
    (folder / "playbooks").mkdir(parents=True)
    (folder / "playbooks" / "who.yml").write_text(WHO, encoding="utf-8")
    monkeypatch.setattr("tests.awx.controller.ROOT", folder)
    done = job("playbooks/who.yml", {}, **inputs)
    assert done.code == 0, done.output


def test_audit_baseline(job, job_templates, emulator):
    template = job_templates["DBSS audit baseline"]
    extra = answers(
        template,
        dbss_audit_baseline_instances="audit-prod, audit-test",
        dbss_audit_baseline_exclude_databases="legacy",
    )
    check = job(template["playbook"], extra, "--check")
    assert check.code == 0, check.output
    assert check.artifacts["dbss_audit_baseline_summary"]["drifted"] > 0
    assert writes(emulator) == 0

    first = job(template["playbook"], extra)
    assert first.code == 0, first.output
    summary = first.artifacts["dbss_audit_baseline_summary"]
    assert summary["instances"] == 2
    assert summary["fixed"] == check.artifacts["dbss_audit_baseline_summary"]["drifted"]

    second = job(template["playbook"], extra)
    assert second.code == 0, second.output
    assert not second.changed
    assert second.artifacts["dbss_audit_baseline_summary"]["drifted"] == 0


def test_audit_baseline_with_every_answer_left_as_it_is(job, job_templates, emulator):
    template = job_templates["DBSS audit baseline"]
    done = job(template["playbook"], answers(template), "--check")
    assert done.artifacts["dbss_audit_baseline_summary"]["instances"] == 6, done.output
    assert writes(emulator) == 0


def test_the_nightly_check(job, job_templates, emulator, tmp_path):
    template = job_templates["DBSS audit baseline"]
    [nightly] = template["schedules"]
    reports = {"dbss_audit_baseline_report_path": str(tmp_path / "reports")}
    extra = planned(template, {**nightly, "extra_data": {**nightly["extra_data"], **reports}})
    done = job(template["playbook"], extra, "--check")
    assert done.artifacts["dbss_audit_baseline_summary"]["drifted"] > 0, done.output
    assert done.code != 0, done.output
    assert (tmp_path / "reports" / "dbss-audit-baseline.html").is_file()
    assert writes(emulator) == 0


def test_audit_baseline_that_starts_nothing(job, job_templates, emulator):
    template = job_templates["DBSS audit baseline"]
    extra = answers(template, dbss_audit_baseline_instances="audit-test", dbss_audit_baseline_start_instances="false")
    job(template["playbook"], extra)
    assert not emulator.requests(operation="startAuditInstance")


def test_om_access(job, job_templates, emulator):
    template = job_templates["DWS O&M access"]
    emulator.state({"clusters": [one for one in emulator.state()["clusters"] if one["name"] != "dws-finance"]})
    given = {"dws_om_access_min_validity": "4h", "dws_om_access_exclusive": "true"}
    extra = answers(template, dws_om_access_clusters="dws-prod, dws-test", **given)

    first = job(template["playbook"], extra)
    assert first.code == 0, first.output
    users = {one["name"]: (one["om_user"] or {}).get("status", "off") for one in emulator.state()["clusters"]}
    assert users == {"dws-prod": "on", "dws-test": "on", "dws-reports": "off"}

    second = job(template["playbook"], extra)
    assert second.code == 0, second.output
    assert not second.changed


def test_om_access_that_is_not_exclusive(job, job_templates, emulator):
    template = job_templates["DWS O&M access"]
    done = job(template["playbook"], answers(template, dws_om_access_clusters="dws-prod"))
    assert done.code == 0, done.output
    users = {one["name"]: (one["om_user"] or {}).get("status", "off") for one in emulator.state()["clusters"]}
    assert users == {"dws-prod": "on", "dws-test": "off", "dws-reports": "on", "dws-finance": "on"}


def test_the_hourly_sweep(job, job_templates, emulator):
    template = job_templates["DWS O&M access"]
    [hourly] = template["schedules"]
    extra = planned(template, {**hourly, "extra_data": {**hourly["extra_data"], "dws_om_access_clusters": "dws-prod"}})
    emulator.state({"clusters": [one for one in emulator.state()["clusters"] if one["name"] != "dws-finance"]})
    done = job(template["playbook"], extra)
    assert done.code == 0, done.output
    users = {one["name"]: (one["om_user"] or {}).get("status", "off") for one in emulator.state()["clusters"]}
    assert users == {"dws-prod": "on", "dws-test": "off", "dws-reports": "off"}


def test_a_name_that_yaml_reads_as_a_number(job, job_templates, emulator):
    """A comma after it keeps it as it is; without, '0123' comes to the job as 83."""
    template = job_templates["DWS O&M access"]
    emulator.state({"clusters": [{**one, "name": "0123"} for one in emulator.state()["clusters"][:1]]})
    done = job(template["playbook"], answers(template, dws_om_access_clusters="0123"))
    assert done.code != 0 and "83" in done.output
    done = job(template["playbook"], answers(template, dws_om_access_clusters="0123,"))
    assert done.code == 0 and done.changed, done.output


def test_rolling_restart(job, job_templates, emulator):
    template = job_templates["DBSS rolling restart"]
    extra = answers(template, dbss_rolling_restart_instances="om-prod, om-pair", dbss_rolling_restart_kind="om")
    done = job(template["playbook"], extra)
    assert done.code == 0, done.output
    assert len(emulator.requests(operation="rebootOmInstance", acted=True)) == 2


def test_a_wrong_secret_is_one_clear_failure(job, job_templates):
    template = job_templates["DWS O&M access"]
    done = job(
        template["playbook"], answers(template, dws_om_access_clusters="dws-prod"), **{**KEY, "secret_key": "wrong"}
    )
    assert done.code != 0
    assert "the credentials were not accepted" in done.output
