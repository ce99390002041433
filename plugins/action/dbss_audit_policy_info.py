# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the module of this name inside Ansible's own process where that is possible."""

from __future__ import annotations

from ansible_collections.huaweicloud.dbops.plugins.modules import dbss_audit_policy_info as module
from ansible_collections.huaweicloud.dbops.plugins.plugin_utils.direct import DirectAction


class ActionModule(DirectAction):
    """The action of the module."""

    module = module
