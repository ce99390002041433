# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to a client: the same for modules, inventory plugins and event sources."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.huaweicloud.dbops.plugins.module_utils.frame.options import AUTH_OPTIONS, effective
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.auth import choose_credentials
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.client import Client, Clock
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.endpoints import Settings
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport.session import (
    REQUESTS_IMPORT_ERROR,
    shared_adapter,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import name_of
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import PROJECT_ID, check_id

READERS = 24
"""How many records are read at the same time; fewer once the service asks for fewer calls."""

_POSITIVE = ("request_timeout", "concurrency", "wait_sleep", "wait_timeout", "interval")
_MOST = 1_000_000  # sockets cannot wait much longer, nor can a pool make room for many more connections


def read_options(given: Mapping[str, Any], own: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """Return the options of a plugin that is no module, checked, with defaults and variables, as a module has them.

    @param given: what the user wrote
    @param own: the argument spec of the plugin's own options
    @raises UsageError: when an option is unknown or malformed, or requests is not installed
    """
    if REQUESTS_IMPORT_ERROR:
        raise UsageError("The Python library requests is missing where Ansible runs: install it.")
    checked = ArgumentSpecValidator({**AUTH_OPTIONS, **own}).validate(given)
    unknown = sorted(name if isinstance(name, str) else ".".join(name) for name in checked.unsupported_parameters)
    if unknown:
        raise UsageError(f"Unknown options: {', '.join(unknown)}.")
    if checked.error_messages:
        raise UsageError(f"{'; '.join(checked.error_messages).rstrip('.')}.")
    return effective(checked.validated_parameters, os.environ)


def connect(
    options: Mapping[str, Any],
    warn: Callable[[str], Any],
    keep_secret: Callable[[str], Any] = lambda secret: None,
    read_only: bool = True,
    clock: Clock = Clock(),  # noqa: B008
    adapters: dict[Any, Any] | None = None,
) -> Client:
    """Return the API client that checked options describe, with what the environment adds to them.

    @param warn: is told what the user should know
    @param keep_secret: is told each secret, and each token that a login returns later
    @param read_only: refuse every operation that acts
    @param adapters: keeps the connections for the next client that has the same credentials and settings
    @raises UsageError: when the credentials are missing or incomplete, a variable cannot be read, options contradict
        each other, or one makes no sense
    """
    options = effective(options, os.environ)
    for name in _POSITIVE:
        value = options.get(name)
        if value is not None and not 0 < value <= _MOST:
            limit = f"at most {_MOST}" if value > 0 else "more than 0"
            raise UsageError(f"{name} must be {limit}, not {value:g}.")
    if options["project_id"]:
        check_id(name_of("project_id", options["project_id"]), options["project_id"], PROJECT_ID)
    credentials = choose_credentials(options, os.environ)
    for secret in credentials.secrets:
        keep_secret(secret)
    if not options["validate_certs"]:
        warn("Certificates are not verified: validate_certs is false.")
    settings = Settings(
        region=options["region"],
        cloud=options["cloud"],
        endpoints=options["endpoints"] or {},
        validate_certs=options["validate_certs"],
        ca_cert=options["ca_cert"],
        request_timeout=options["request_timeout"],
        max_retries=options["max_retries"],
        connections=max(options.get("concurrency") or 0, READERS),
    )
    return Client(
        credentials,
        settings,
        project_id=options["project_id"],
        project_name=options["project_name"] or options["region"],
        read_only=read_only,
        keep_secret=keep_secret,
        clock=clock,
        adapter=None if adapters is None else shared_adapter(adapters, credentials, settings, os.environ),
    )
