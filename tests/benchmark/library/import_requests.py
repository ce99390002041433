# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that imports requests and does nothing: what any module costs that uses it."""

from __future__ import annotations

import requests
from ansible.module_utils.basic import AnsibleModule

if __name__ == "__main__":
    AnsibleModule({}).exit_json(version=requests.__version__)
