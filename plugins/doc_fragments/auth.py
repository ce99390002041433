# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  region:
    description:
      - The region, such as V(cn-north-4). It decides the addresses of the services and, unless O(project_id) or
        O(project_name) is given, the project.
      - Falls back to the environment variable E(HW_REGION_NAME). A task that says another region than this variable is
        about another project too, so that the variables of O(project_id) and O(project_name) then count for nothing.
    type: str
  access_key:
    description:
      - The access key ID. Together with O(secret_key) it signs each request, so that no login is needed.
      - The pair falls back to E(HW_ACCESS_KEY) and E(HW_SECRET_KEY), then to E(HUAWEICLOUD_SDK_AK) and
        E(HUAWEICLOUD_SDK_SK). A pair is always taken whole from one place.
    type: str
  secret_key:
    description:
      - The secret access key that belongs to O(access_key).
    type: str
  security_token:
    description:
      - The security token that belongs to a temporary O(access_key) and O(secret_key).
      - It is taken from the same place as the pair. E(HW_SECURITY_TOKEN) goes with E(HW_ACCESS_KEY), and
        E(HUAWEICLOUD_SDK_SECURITY_TOKEN) goes with E(HUAWEICLOUD_SDK_AK).
    type: str
  auth_token:
    description:
      - A token that was issued before, scoped to the project. It wins over keys and passwords that are given in
        the same place.
      - Falls back to E(HW_AUTH_TOKEN).
    type: str
  user_name:
    description:
      - The name of an IAM user who logs in with O(password). This costs one login for each task.
      - O(user_name), O(password) and O(domain_name) fall back together to E(HW_USER_NAME), E(HW_USER_PASSWORD) and
        E(HW_DOMAIN_NAME).
    type: str
  password:
    description:
      - The password of O(user_name).
    type: str
  domain_name:
    description:
      - The account (domain) that O(user_name) belongs to.
    type: str
  project_id:
    description:
      - The ID of the project. When it is absent, the project is looked up by O(project_name), which costs one more
        call.
      - Falls back to E(HW_PROJECT_ID), then to E(HUAWEICLOUD_SDK_PROJECT_ID), unless the task gives O(project_name).
      - A task that gives both O(project_id) and O(project_name) fails before any call. In the environment the ID wins.
    type: str
  project_name:
    description:
      - The name of the project. The default is the O(region), which is the name of its built-in project.
      - Falls back to E(HW_PROJECT_NAME), unless the task gives O(project_id).
      - A project of another region than O(region), such as V(cn-east-3_sub) where that is V(cn-north-4), is refused
        before any call.
    type: str
  cloud:
    description:
      - The domain of the cloud. The address of a service is C(https://{service}.{region}.{cloud}).
      - Falls back to E(HW_CLOUD), then to V(myhuaweicloud.com).
    type: str
  endpoints:
    description:
      - Base URLs of services that are not where O(region) and O(cloud) say. They win over these, wherever they are
        given, and are taken whole from the task or from the environment.
      - Plain C(http) to another host than this one is refused, because it would show the credentials to everybody
        on the way, unless O(validate_certs=false) says that this does not matter.
      - Services on this host, which is C(localhost) and its addresses, are never asked through a proxy.
      - Falls back to E(HW_ENDPOINTS), as JSON or in the form V(dbss=https://a.example.com,dws=https://b.example.com).
    type: dict
    suboptions:
      iam:
        description: Base URL of IAM, which is asked for logins and projects.
        type: str
      dbss:
        description: Base URL of DBSS.
        type: str
      dws:
        description: Base URL of DWS.
        type: str
  validate_certs:
    description:
      - Whether the certificates of the services are verified.
    type: bool
    default: true
  ca_cert:
    description:
      - Path of a file with the CA certificates to trust instead of the usual ones. A C(~) at its beginning is the home
        directory; environment variables in it are not expanded.
      - Where it is absent, E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) count.
    type: str
  request_timeout:
    description:
      - How many seconds one request may take, up to the last byte of its answer.
    type: float
    default: 30
  max_retries:
    description:
      - How often a call is tried at most, so that V(1) means no second try. Calls that change something are only
        tried again when the first try surely had no effect.
      - Falls back to E(HW_MAX_RETRIES), then to V(5).
    type: int
notes:
  - A complete kind of credentials in the task wins over any in the environment. Of several kinds in one place, a
    token wins over keys, and keys win over a password.
  - Empty values count as absent. Blanks and line ends around values do not count; of O(password) only line ends at
    its end do not.
  - All tries of one call together take at most 60 seconds, and never more than what is left of the time to wait.
  - At most 64 MiB of an answer are read, and at most 200,000 records of a listing, in 2,000 pages and 10 minutes. A
    listing of several pages that changes while it is read is read again, up to five times.
"""
