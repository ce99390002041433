# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What direct execution lends to a module and takes back; tests/integration/test_direct.py runs modules both ways."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings as recorded
from ansible_collections.huaweicloud.dbops.plugins.module_utils.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils import direct

from tests.tools.checkout import ROOT

ACTION = '''\
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module of this name inside Ansible's own process where that is possible."""

from __future__ import annotations

from ansible_collections.huaweicloud.dbops.plugins.modules import {name} as module
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils.direct import DirectAction


class ActionModule(DirectAction):
    """The action of the module."""

    module = module
'''


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")))
def test_each_module_has_its_action(name):
    path = ROOT / "plugins" / "action" / f"{name}.py"
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert written == ACTION.format(name=name), f"write this into plugins/action/{name}.py:\n{ACTION.format(name=name)}"


def test_each_action_has_its_module():
    plugins = ROOT / "plugins"
    assert {path.stem for path in (plugins / "action").glob("*.py")} == {
        path.stem for path in (plugins / "modules").glob("*.py")
    }


def test_own_python(tmp_path, monkeypatch):
    monkeypatch.chdir(Path(sys.executable).parent)
    other = tmp_path / "bin"
    other.mkdir()
    (other / "python").symlink_to(Path(sys.executable).resolve())
    assert direct.is_own(sys.executable)
    assert direct.is_own("auto_silent")
    assert direct.is_own(f"./{Path(sys.executable).name}")
    assert not direct.is_own(str(other / "python"))  # another environment of the same Python
    assert not direct.is_own("/usr/bin/no-such-python")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, False),
        ("", False),
        (True, False),
        ("yes", False),
        (False, True),
        ("no", True),
        ("false", True),
        (0, True),
    ],
)
def test_says_no(value, expected):
    assert direct._says_no(value) == expected


def lent(**environment):
    return direct._as_in_a_process_of_its_own(b"arguments", environment, os.sep)


def test_what_is_lent(capsys):
    with lent(HW_EXAMPLE=7) as output:
        print("printed")
        print("to nobody", file=sys.stderr)
        assert os.environ["HW_EXAMPLE"] == "7"
        assert Path.cwd() == Path(os.sep)
        assert basic._ANSIBLE_ARGS == b"arguments"
        assert not Frame.surroundings.alone
    assert output.getvalue() == "printed\n"
    assert capsys.readouterr() == ("", "")


class Interrupted(BaseException):
    """Something that ends a task from outside."""


@pytest.mark.parametrize("end", [SystemExit, Interrupted, ValueError])
def test_what_is_taken_back(end):
    recorded._global_warnings.clear()
    stdout, environment, folder, filters = sys.stdout, dict(os.environ), Path.cwd(), list(warnings.filters)
    with pytest.raises(end), lent(HW_EXAMPLE="7"):
        recorded.warn("of the module")
        assert len(recorded.get_warning_messages()) == 1
        warnings.simplefilter("ignore")
        os.environ["LANG"] = "of the module"
        raise end
    assert (sys.stdout, dict(os.environ), Path.cwd()) == (stdout, environment, folder)
    assert warnings.filters == filters
    assert not recorded.get_warning_messages()
    assert basic._ANSIBLE_ARGS is None
    assert Frame.surroundings.alone


def test_a_warning_of_ansible_is_kept():
    with lent():
        recorded.warn("of an item before")
        with lent():
            assert not recorded.get_warning_messages()
        assert recorded.get_warning_messages() == ("of an item before",)
