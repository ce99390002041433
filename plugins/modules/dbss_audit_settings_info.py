#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_settings_info
short_description: Read the settings of DBSS audit instances
version_added: 1.1.0
description:
  - Returns what one DBSS audit instance, or each of them, hides and stores, for how long, and whom it tells. All are
    read
    several at the same time.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.attributes.info
  - huaweicloud.dbops.auth
options:
  instance_id:
    description:
      - The ID of the audit instance. Without O(instance_id) and O(instance_name), all audit instances are read.
    type: str
  instance_name:
    description:
      - The name of the audit instance.
    type: str
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_settings
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: Read the settings of all instances
  huaweicloud.dbops.dbss_audit_settings_info:
  register: found
"""

RETURN = r"""
settings:
  description: The settings, a row for each instance.
  returned: when the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
      type: str
      sample: audit-prod
    mask_sensitive_data:
      description: Whether mask rules are applied.
      type: bool
    store_results:
      description: Whether results of statements are stored.
      type: bool
    retention_days:
      description: For how many days logs are kept.
      type: int
      sample: 180
    retention_days_min:
      description: The fewest days that can be set.
      type: int
    retention_days_max:
      description: The most days that can be set.
      type: int
    alarm_notification:
      description: Who is told of alarms, and when. A number that the service does not tell is V(null).
      type: dict
      contains:
        enabled:
          description: Whether anybody is told.
          type: bool
        topic_urn:
          description: The SMN topic, empty without one.
          type: str
        risk_levels:
          description: The levels of risk that are told.
          type: list
          elements: str
        daily_limit:
          description: At most how many messages a day.
          type: int
        cpu_threshold:
          description: The use of CPU, in percent.
          type: int
        memory_threshold:
          description: The use of memory, in percent.
          type: int
        disk_threshold:
          description: The use of the disk, in percent.
          type: int
failed_instances:
  description: The audit instances whose databases could not be read. When there are any, the task fails.
  returned: when the audit instances could be read
  type: list
  elements: dict
  contains:
    id:
      description: The ID of the audit instance.
      type: str
    name:
      description: The name of the audit instance.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
project:
  description: The project that was looked in.
  returned: when the service could be asked
  type: dict
  contains:
    id:
      description: The ID of the project, V(null) when it could not be found out.
      type: str
      sample: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    name:
      description: The name that the project was found by, V(null) when O(project_id) says which one.
      type: str
      sample: cn-north-4
    region:
      description: The region, V(null) when O(endpoints) says where the services are and O(region) is not set.
      type: str
      sample: cn-north-4
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: getMaskAll
    resource:
      description: What it was called for.
      type: str
    http_status:
      description: The HTTP status, or V(null) when there was no answer.
      type: int
      sample: 400
    error_code:
      description: The error code of the service.
      type: str
      sample: APIGW.0301
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.parallel import all_of
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.connection import READERS
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.instances import find_instances
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.module import Frame
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.settings import SETTINGS, read_setting

OPTIONS: dict[str, Any] = {"instance_id": {"type": "str"}, "instance_name": {"type": "str"}}


def main() -> None:
    """Run the module."""
    with Frame(OPTIONS, mutually_exclusive=[("instance_id", "instance_name")]) as frame:

        def read(instance: dict[str, Any]) -> list[dict[str, Any]]:
            row: dict[str, Any] = {"id": instance["id"], "name": instance["name"]}
            for reading in all_of(lambda one: read_setting(frame.client, one, instance), SETTINGS, READERS):
                row.update(reading)
            return [row]

        frame.report_readings(
            AUDIT.noun, find_instances(frame, AUDIT.noun, AUDIT.records), {"settings": read}, "failed_instances"
        )


if __name__ == "__main__":
    main()
