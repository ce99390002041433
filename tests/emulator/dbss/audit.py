# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all operations on an audit instance begin with: the instance that is meant, and whether it may be changed."""

from __future__ import annotations

from ..answers import Refusal
from ..call import Call
from ..power import AUDIT, Record


def instance(call: Call) -> Record:
    """The audit instance in the path. Raises Refusal."""
    return call.own(call.state["audit_instances"], call.path["instance_id"])


def running_instance(call: Call) -> Record:
    """The audit instance in the path, which has to be ACTIVE without a task. Raises Refusal; its code is assumed."""
    found = instance(call)
    if found["status"] != "ACTIVE" or not AUDIT.is_idle(found):
        raise Refusal(400, "DBSS.10020102", "The operation failed: the audit instance is not running, or busy.")
    return found
