# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module in this process, with time that only sleeping makes pass."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import random
import re
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable
from unittest import mock

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import client

from tests.emulator.fixtures import Emulator

PLUGINS = "ansible_collections.huaweicloud.dbops.plugins"
SENTENCE = re.compile(r"[^\s][^\r\n]{10,3000}\.")


def fast(elsewhere: Callable[[float], Any] = lambda seconds: None) -> client.Clock:
    """Return a clock of real time on which sleeping takes none.

    @param elsewhere: is told the seconds of each sleep, to let them pass there too
    """
    slept = 0.0
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        nonlocal slept
        with lock:
            slept += seconds
            elsewhere(seconds)

    return client.Clock(lambda: time.monotonic() + slept, sleep, lambda: time.time() + slept)


REAL = client.Clock()


@dataclass(frozen=True)
class Outcome:
    """How a run of a module ended."""

    result: dict[str, Any]
    text: str  # everything that it printed, and wrote to the system's log

    @property
    def failed(self) -> bool:
        """Whether the task failed."""
        return bool(self.result.get("failed"))

    @property
    def message(self) -> str:
        """Why the task failed, checked to be one clear sentence, or several, on one line."""
        message = str(self.result["msg"])
        assert SENTENCE.fullmatch(message), message
        assert not re.search(r"Traceback|bug in|\bNone\b|object at 0x", message), message
        return message


def run(module: str, options: dict[str, Any], variables: dict[str, str], clock: client.Clock) -> Outcome:
    """Run a module's C(main()) with these options and environment variables, as ansible-core would."""
    main = importlib.import_module(f"{PLUGINS}.modules.{module}").main
    printed = io.StringIO()
    random.seed(0)  # the same pauses each time
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, variables))
        stack.enter_context(mock.patch.object(Frame, "clock", clock))
        stack.enter_context(mock.patch.object(warnings, "_global_warnings", {}))
        stack.enter_context(mock.patch.object(AnsibleModule, "log", lambda _, text, **__: printed.write(f"{text}\n")))
        stack.enter_context(patch_module_args(options))
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        with contextlib.suppress(SystemExit):
            main()
    text = printed.getvalue()
    return Outcome(json.loads(text.strip().splitlines()[-1]), text)


def drain(emulator: Emulator) -> dict[str, Any]:
    """Wait until the embedded cloud has answered everything, also what nobody waits for any more; its counters."""
    while True:
        counters = emulator.counters()
        if not counters["in_flight"]:
            return counters
        time.sleep(0.02)
