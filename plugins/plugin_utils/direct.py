# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Direct execution: a module runs inside Ansible's own worker process, so that a task costs its call and no more.

Ansible's strategies load the action plugin of a task before they fork the worker, so that what this file and the module
import is paid once for a play. The module reads its arguments and prints its result as ever; only the process is
another, and whatever cannot be the same in it is left to the ordinary way.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from ansible import constants
from ansible.module_utils import basic
from ansible.module_utils.common import warnings as recorded
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible.utils.display import Display
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame, Surroundings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import REQUESTS_IMPORT_ERROR

PROFILE = "legacy"
"""How ansible-core 2.19 and later write the arguments and results of a module that says nothing else."""

core: Any
written: dict[str, Any]
try:  # ansible-core 2.19 and later
    from ansible.module_utils import _internal
    from ansible.module_utils.common.json import Direction, get_module_encoder
except ImportError:
    from ansible.parsing.ajson import AnsibleJSONEncoder
    from ansible.utils.unsafe_proxy import wrap_var as as_data

    core = None  # there is nothing to set
    written = {"cls": AnsibleJSONEncoder, "vault_to_text": True}
else:
    core = _internal
    as_data = dict
    written = {"cls": get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)}
with contextlib.suppress(ImportError):  # before ansible-core 2.21
    from ansible.vars.clean import remove_internal_keys

SURROUNDINGS = Surroundings(alone=False, adapters={}, tell=Display().warning)
"""Of all modules that this process runs, which are the items of one task: they share connections."""

VARIABLE, ENVIRONMENT = "huaweicloud_direct", "HW_DIRECT"


class DirectAction(OrdinaryAction):  # type: ignore[misc]
    """Base of the action plugins; they say which module they run."""

    module: Any

    def _execute_module(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        variables = kwargs.get("task_vars") or {}
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        obstacle = self._obstacle(variables, {**os.environ, **environment})
        if obstacle:
            Display().vvv(f"{self._task.action} runs as a module in a process of its own, because {obstacle}.")
            result: dict[str, Any] = super()._execute_module(*args, **kwargs)
            return result
        Display().vvv(f"{self._task.action} runs directly, in Ansible's own process.")
        return self._run_directly(variables, environment)

    def _obstacle(self, variables: Mapping[str, Any], environment: Mapping[str, Any]) -> str:
        """Return why the module cannot run here, as words that follow "because", or nothing when it can."""
        interpreter = self._interpreter(variables)
        obstacles = {
            f"{VARIABLE} is false": _says_no(self._templar.template(variables.get(VARIABLE))),
            f"{ENVIRONMENT} is false": _says_no(environment.get(ENVIRONMENT)),
            "the connection is not local": self._connection.transport != "local",
            "it becomes another user": self._connection.become is not None,
            "it is asynchronous": bool(self._task.async_val),
            f"the Python for modules is {interpreter}": not is_own(interpreter),
            "remote files are kept": bool(constants.DEFAULT_KEEP_REMOTE_FILES),
            "requests is missing where Ansible runs": bool(REQUESTS_IMPORT_ERROR),
        }
        return next((why for why, applies in obstacles.items() if applies), "")

    def _interpreter(self, variables: Mapping[str, Any]) -> str:
        """Return the Python that variables or settings name, or C(auto) and the like when Ansible is to find one."""
        # A delegated task goes by the variables of the host that it is delegated to.
        there = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, variables)
        named = self._templar.template(there.get("ansible_python_interpreter"))
        return str(named or constants.config.get_config_value("INTERPRETER_PYTHON"))

    def _run_directly(self, variables: Mapping[str, Any], environment: Mapping[str, Any]) -> dict[str, Any]:
        """Run the module and return its result as C(_execute_module) does."""
        arguments = dict(self._task.args)
        self._update_module_args(self._task.action, arguments, variables)
        text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}, **written)
        with _as_in_a_process_of_its_own(text.encode(), environment, self._loader.get_basedir()) as output:
            try:
                self.module.main()
                code: Any = 0
            except SystemExit as end:
                code = end.code
        text = output.getvalue()
        printed = {"rc": code, "stdout": text, "stdout_lines": text.splitlines(), "stderr": "", "stderr_lines": []}
        told = self._parse_returned_data(printed, *([] if core is None else [PROFILE]))
        if not isinstance(told, dict):
            told.remove_internal_keys()
            return dict(told.as_result_dict(for_round_trip=True))
        remove_internal_keys(told)
        return dict(as_data(told))


def is_own(interpreter: str) -> bool:
    """Return whether a Python is the one that runs here, or whether Ansible may choose, as with C(auto)."""
    return interpreter.startswith("auto") or _place(interpreter) == _place(sys.executable)


def _place(interpreter: str) -> tuple[str, str]:
    # The folder counts too: all virtual environments of one Python have the same file at the end of their links.
    return os.path.realpath(os.path.dirname(interpreter)), os.path.realpath(interpreter)  # noqa: PTH120


def _says_no(value: Any) -> bool:
    """Return whether a setting is there and means no."""
    return value not in (None, "") and not boolean(value, strict=False)


@contextlib.contextmanager
def _as_in_a_process_of_its_own(arguments: bytes, environment: Mapping[str, Any], folder: str) -> Iterator[io.StringIO]:
    """Let code find what a module finds in its own process, and leave no trace of it. Yields what it prints."""
    output = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(_environment(environment))
        stack.enter_context(_folder(folder))
        stack.enter_context(_recorded_apart())
        stack.enter_context(_set(basic, "_ANSIBLE_ARGS", arguments))
        stack.enter_context(_set(Frame, "surroundings", SURROUNDINGS))
        if core is not None:
            stack.enter_context(_set(basic, "_ANSIBLE_PROFILE", PROFILE))
            stack.enter_context(_set(core, "is_controller", False))
        yield output


@contextlib.contextmanager
def _set(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextlib.contextmanager
def _environment(changes: Mapping[str, Any]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in changes.items()})
    try:
        yield
    finally:
        if dict(os.environ) != before:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def _folder(path: str) -> Iterator[None]:
    before = os.getcwd()  # noqa: PTH109
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _recorded_apart() -> Iterator[None]:
    """Keep the warnings that modules record for their result away from those of others."""
    stores = (recorded._global_warnings, recorded._global_deprecations)
    before = [store.copy() for store in stores]
    for store in stores:
        store.clear()
    try:
        yield
    finally:
        for store, content in zip(stores, before):
            store.clear()
            (store.update if isinstance(store, dict) else store.extend)(content)
