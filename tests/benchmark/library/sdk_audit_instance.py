# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one would write on the official SDK instead of using the collection: a contender of the benchmark."""

from __future__ import annotations

import json
import os

from ansible.module_utils.basic import AnsibleModule
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkdbss.v1 import DbssClient, ListAuditInstancesRequest


def main() -> None:
    """Read the audit instances and see that the named one runs."""
    module = AnsibleModule({"name": {"type": "str", "required": True}}, supports_check_mode=True)
    credentials = BasicCredentials(
        os.environ["HW_ACCESS_KEY"], os.environ["HW_SECRET_KEY"], os.environ["HW_PROJECT_ID"]
    )
    endpoint = json.loads(os.environ["HW_ENDPOINTS"])["dbss"]
    client = DbssClient.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()
    for server in client.list_audit_instances(ListAuditInstancesRequest()).servers:
        if server.name == module.params["name"]:
            module.exit_json(changed=False, status=server.status)
    module.fail_json(msg=f"No instance has the name {module.params['name']}.")


if __name__ == "__main__":
    main()
