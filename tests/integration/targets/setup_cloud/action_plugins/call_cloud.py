# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls the admin path of the embedded cloud, for which ansible.builtin.uri would start a process each time."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Sends each of `calls`, with `method`, `url` and `body`, in order; an answer that is no success fails."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return that nothing has changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        opener = build_opener(ProxyHandler({}))
        for call in self._task.args["calls"]:
            body = json.dumps(call["body"]).encode()
            request = Request(call["url"], body, {"Content-Type": "application/json"}, method=call["method"])
            opener.open(request, timeout=30).close()
        return {**result, "changed": False}
