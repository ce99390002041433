#!/usr/bin/python
# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dbss_audit_database_registration
short_description: Say which databases a DBSS audit instance knows
version_added: 1.1.0
description:
  - Registers databases with a DBSS audit instance and removes them, any number in one task. Self-built databases are
    registered one by one, RDS instances all by one call, of which each has a verdict of its own.
  - Whether a registered database is audited is what M(huaweicloud.dbops.dbss_audit_database) is for.
    O(databases[].enabled)
    does it in the same task.
extends_documentation_fragment:
  - huaweicloud.dbops.attributes
  - huaweicloud.dbops.auth
  - huaweicloud.dbops.wait
  - huaweicloud.dbops.collection
  - huaweicloud.dbops.collection.fixed
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  databases:
    description:
      - The databases. One is known by its O(databases[].id); an RDS instance by O(databases[].rds_id) or
        O(databases[].rds_name); a self-built database by O(databases[].ip) with what is given of O(databases[].port),
        O(databases[].type) and O(databases[].instance_name). The name is free text and tells nothing apart.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: The ID that the database has in DBSS.
        type: str
      name:
        description: The name. Needed for a new self-built database.
        type: str
      type:
        description: The engine. Needed for a new self-built database. Of an RDS instance, saves one call for each
          engine
          that has to be looked through otherwise. RDS instances are of the first ten only, self-built databases not of
          V(MARIADB).
        type: str
        choices:
          - MYSQL
          - ORACLE
          - POSTGRESQL
          - SQLSERVER
          - DAMENG
          - TAURUS
          - DWS
          - KINGBASE
          - GAUSSDBOPENGAUSS
          - MARIADB
          - GREENPLUM
          - HIGHGO
          - SHENTONG
          - GBASE8A
          - GBASE8S
          - GBASEXDM
          - MONGODB
          - DDS
      version:
        description: The version of the engine. Needed for a new self-built database.
        type: str
      ip:
        description: The address. Needed for a new self-built database.
        type: str
      port:
        description: The port, from 1 to 65535. Needed for a new self-built database.
        type: int
      os:
        description: The operating system. Needed for a new self-built database.
        type: str
        choices:
          - LINUX64
          - WINDOWS64
          - UNIX
      charset:
        description: The character set. A new self-built database has V(UTF8) when the task does not say.
        type: str
        choices:
          - UTF8
          - GBK
      instance_name:
        description: The name of the database instance. Oracle wants it.
        type: str
      rds_id:
        description: The ID of the RDS instance.
        type: str
      rds_name:
        description: The name of the RDS instance.
        type: str
      agent_free:
        description: Register an RDS instance so that no agent is needed. Counts when it is registered; the service does
          not tell it later.
        type: bool
      ssl_key:
        description: The private key of its TLS, as PEM text. Sent after the database was registered; later only with
          O(update_ssl_key=always), because it cannot be read back. For the same reason O(recreate=true) needs it again.
        type: str
      enabled:
        description: Whether it is audited. Stays as it is when the task does not say, and a new database is not
          audited.
          O(state=enabled) and O(state=disabled) win over it.
        type: bool
  update_ssl_key:
    description:
      - V(never) sends O(databases[].ssl_key) to new databases only, and warns about each other one that it was not
        sent to.
      - V(always) sends it to all of them, which is a change each time.
    type: str
    choices:
      - never
      - always
    default: never
notes:
  - The service has no call to edit a database. All but the switch and the key is as it was registered. For anything
    else,
    see O(recreate).
  - A database that is audited is turned off before it is removed. One that still has agents is not removed.
  - What O(databases[].agent_free) has to tell the service is taken from its listing of RDS instances, with the
    auditing off; nothing is published about it.
  - With O(instance_name), the room that the instance has left is checked before anything is registered.
requirements:
  - requests
seealso:
  - module: huaweicloud.dbops.dbss_audit_database
  - module: huaweicloud.dbops.dbss_audit_agent
author:
  - huaweicloud.dbops contributors (@huaweicloud-dbops)
"""

EXAMPLES = r"""
- name: A self-built database is audited
  huaweicloud.dbops.dbss_audit_database_registration:
    instance_name: audit-prod
    databases:
      - name: ledger
        type: POSTGRESQL
        version: "14.6"
        ip: 192.168.0.120
        port: 5432
        os: LINUX64
        enabled: true

- name: An RDS instance is registered
  huaweicloud.dbops.dbss_audit_database_registration:
    instance_name: audit-prod
    databases:
      - rds_name: rds-payments
        type: MYSQL

- name: A database is not known any more
  huaweicloud.dbops.dbss_audit_database_registration:
    instance_name: audit-prod
    state: absent
    databases:
      - ip: 192.168.0.120
        port: 5432
"""

RETURN = r"""
databases:
  description: The databases that the task is about, in its order.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID in DBSS, V(null) for one that check mode would register.
      type: str
      sample: Kx7dQ2mB9vLr4TzY1wPc
    name:
      description: The name; for one that is not there, what messages call it.
      type: str
      sample: ledger
    exists:
      description: Whether it is registered.
      type: bool
    type:
      description: The engine.
      type: str
      sample: POSTGRESQL
    version:
      description: The version of the engine.
      type: str
    ip:
      description: The address; several with commas.
      type: str
    port:
      description: The port.
      type: int
      sample: 5432
    os:
      description: The operating system.
      type: str
    charset:
      description: The character set.
      type: str
    instance_name:
      description: The name of the database instance.
      type: str
    rds_id:
      description: The ID of the RDS instance, empty for a self-built database.
      type: str
    enabled:
      description: Whether its auditing is on. Whether it is in effect is what
        M(huaweicloud.dbops.dbss_audit_database_info) tells.
      type: bool
    agents:
      description: The IDs of its agents.
      type: list
      elements: str
    changed:
      description: Whether it was changed.
      type: bool
    actions:
      description: The operations of the API that changed it, in order.
      type: list
      elements: str
      sample:
        - addSelfBuiltDatabaseV2
    diff:
      description: The fields that the task names, C(before) and C(after) it.
      returned: when it was changed
      type: dict
failed_databases:
  description: The databases that could not be brought to what the task asks for.
  returned: when they could be read and each one named is clear
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
    name:
      description: What messages call it.
      type: str
    error:
      description: What went wrong.
      type: str
    api_error:
      description: The facts behind it, when a call failed. As RV(api_error).
      type: dict
api_error:
  description: The facts behind a failed call. Of several, those of the first.
  returned: when a call failed
  type: dict
  contains:
    operation:
      description: The operation of the API.
      type: str
      sample: addSelfBuiltDatabaseV2
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
      sample: DBSS.10020102
    error_msg:
      description: The text of the service.
      type: str
    request_id:
      description: The ID under which the service's support finds the request.
      type: str
"""

from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.kinds import run
from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.registration import DATABASE_REGISTRATION


def main() -> None:
    """Run the module."""
    run(DATABASE_REGISTRATION)


if __name__ == "__main__":
    main()
