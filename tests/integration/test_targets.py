# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each folder of `targets` is a role that checks itself; it meets the embedded cloud in its first state.

Those named setup_… are there for the others to depend on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.tools import playbook

# The modules run where ansible-playbook runs, unless this variable names another interpreter, as of a managed node.
PYTHON = os.environ.get("MANAGED_PYTHON", "{{ ansible_playbook_python }}")
ROLES = Path(__file__).parent / "targets"
TARGETS = sorted(path.name for path in ROLES.iterdir() if not path.name.startswith("setup_"))


# What runs directly unless told otherwise; these few are told otherwise too. Under another Python, all run as modules.
AS_MODULES = () if "MANAGED_PYTHON" in os.environ else ("dbss_audit_database", "dws_om_user_info", "playbook_om_access")


@pytest.mark.parametrize(
    ("target", "direct"), [*((target, True) for target in TARGETS), *((target, False) for target in AS_MODULES)]
)
def test_target(target, direct, emulator, collections, tmp_path):
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": PYTHON, "emulator_url": emulator.url},
        "roles": [target],
    }
    path = tmp_path / "playbook.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")

    variables = {**emulator.env, "ANSIBLE_ROLES_PATH": str(ROLES), "HW_DIRECT": str(direct)}
    code, output = playbook.run(path, collections, tmp_path, variables, "-vvvv")

    if code:
        pytest.fail(output, pytrace=False)
    assert emulator.env["HW_SECRET_KEY"] not in output
