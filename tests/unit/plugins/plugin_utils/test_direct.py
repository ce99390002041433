# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What direct execution lends to a module and takes back; tests/integration/test_direct.py runs modules both ways."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import ansible.plugins.loader as plugin_loader
import pytest
import responses
from ansible.module_utils import _internal, basic
from ansible.module_utils.common import warnings as recorded
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.template import Templar
from ansible_collections.huaweicloud.dbops.plugins.action import dbss_audit_instance_info
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
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


# --- The action itself -----------------------------------------------------------------------------------------------

NAME = "huaweicloud.dbops.dbss_audit_instance_info"
LISTING = "https://dbss.cn-north-4.myhuaweicloud.com/v1/0f1e2d3c4b5a69788796a5b4c3d2e1f0/dbss/audit/instances"
OPTIONS = {"auth_token": "a-secret-token", "region": "cn-north-4", "project_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}


@pytest.fixture
def action(monkeypatch):
    """Return the function that makes the action of a task."""
    monkeypatch.setattr(_internal, "is_controller", True)
    loader = DataLoader()

    def make(transport="local", become=None, **keywords):
        task = Task()
        task.action, task.args, task.check_mode, task.diff = NAME, dict(OPTIONS), False, False
        for name, value in keywords.items():
            setattr(task, name, value)
        shell = SimpleNamespace(tmpdir=None, env_prefix=lambda **_variables: "", get_option=lambda _name: None)
        way = SimpleNamespace(transport=transport, become=become, socket_path=None, _shell=shell)
        templar = Templar(loader, {})
        return dbss_audit_instance_info.ActionModule(task, way, PlayContext(), loader, templar, plugin_loader)

    return make


@pytest.fixture
def told(monkeypatch):
    """Return the list of what is told at C(-vvv)."""
    sentences = []
    monkeypatch.setattr(direct.Display, "vvv", lambda display, text, **_more: sentences.append(text))
    return sentences


def test_a_module_that_runs_directly(action, told):
    with responses.RequestsMock() as http:
        http.get(LISTING, json={"servers": [], "total": 0})
        result = action(environment=[{"HW_MAX_RETRIES": 1}]).run(task_vars={})
    assert result["instances"] == []
    assert not result["changed"]
    assert told == [f"{NAME} runs directly, in Ansible's own process."]
    assert "a-secret-token" not in str(result)
    assert not [key for key in result if key.startswith("_ansible") and key != "_ansible_parsed"]


def test_a_module_that_fails_directly(action):
    result = action(args={**OPTIONS, "unknown": 1}).run(task_vars={})
    assert result["failed"]
    assert "unknown" in result["msg"]


def test_a_module_that_runs_as_such(action, told, monkeypatch):
    ordinary = {"instances": [], "changed": False}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda *_given, **_named: ordinary)
    assert action().run(task_vars={"huaweicloud_direct": False})["instances"] == []
    assert told == [f"{NAME} runs as a module in a process of its own, because huaweicloud_direct is false."]


@pytest.mark.parametrize(
    ("keywords", "variables", "environment", "obstacle"),
    [
        ({}, {}, {}, ""),
        ({}, {"ansible_python_interpreter": sys.executable}, {}, ""),
        ({}, {"ansible_python_interpreter": "/usr/bin/other"}, {}, "the Python for modules is /usr/bin/other"),
        (
            {"delegate_to": "there"},
            {"ansible_python_interpreter": "/usr/bin/other", "ansible_delegated_vars": {"there": {}}},
            {},
            "",
        ),
        ({}, {}, {"HW_DIRECT": "no"}, "HW_DIRECT is false"),
        ({}, {"huaweicloud_direct": "false"}, {}, "huaweicloud_direct is false"),
        ({"async_val": 5}, {}, {}, "it is asynchronous"),
        ({"transport": "ssh"}, {}, {}, "the connection is not local"),
        ({"become": "a plugin"}, {}, {}, "it becomes another user"),
    ],
)
def test_obstacles(action, keywords, variables, environment, obstacle):
    assert action(**keywords)._obstacle(variables, environment) == obstacle


def test_other_obstacles(action, monkeypatch):
    one = action()
    monkeypatch.setattr(direct.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert one._obstacle({}, {}) == "remote files are kept"
    monkeypatch.setattr(direct.constants, "DEFAULT_KEEP_REMOTE_FILES", False)
    monkeypatch.setattr(direct, "REQUESTS_IMPORT_ERROR", "ImportError: requests")
    assert one._obstacle({}, {}) == "requests is missing where Ansible runs"


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")))
def test_each_action_runs_its_module(name):
    plugins = "ansible_collections.huaweicloud.dbops.plugins"
    found = importlib.import_module(f"{plugins}.action.{name}").ActionModule.module
    assert found is importlib.import_module(f"{plugins}.modules.{name}")
