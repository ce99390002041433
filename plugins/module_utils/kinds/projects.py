# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The projects of an account, each in the region that its name begins with."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.dws import PROJECT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.caller import Caller

_REGION = re.compile(r"([a-z]{2}-[a-z]+-[0-9]+)(_.*)?")


class Projects:
    """The projects that the caller can see."""

    noun = PROJECT

    def __init__(self, client: Caller) -> None:
        self._client = client

    def records(self) -> list[dict[str, Any]]:
        """Return all enabled projects of a region, each with its C(region) (listProjects). Raises ApiError.

        Those whose name begins with no region are for services that are in none.
        """
        found = []
        for project in self._client.projects():
            of = _REGION.fullmatch(project["name"])
            if of:
                found.append({"id": project["id"], "name": project["name"], "region": of.group(1)})
        return found
