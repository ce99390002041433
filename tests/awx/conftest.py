# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is told, the collection as an execution environment has it, and the embedded cloud."""

from __future__ import annotations

import pytest
import yaml

from tests.tools.checkout import ROOT

AWX = ROOT / "extensions" / "awx"


@pytest.fixture(scope="session")
def credential_type():
    """Return the credential type."""
    return yaml.safe_load((AWX / "credential_type.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def job_templates():
    """Return the job templates by their names."""
    templates = yaml.safe_load((AWX / "job_templates.yml").read_text(encoding="utf-8"))["job_templates"]
    return {template["name"]: template for template in templates}
