# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the task and the environment say together: pure functions of both, the same for every kind of plugin."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_dict
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.errors import UsageError
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.given import FromVariable, name_of, trim

SERVICES = ("iam", "dbss", "dws")

# None of these has a default or a fallback here, so that what the task says can be told from what it leaves open.
AUTH_OPTIONS: dict[str, Any] = {
    "region": {"type": "str"},
    "access_key": {"type": "str", "no_log": False},
    "secret_key": {"type": "str", "no_log": True},
    "security_token": {"type": "str", "no_log": True},
    "auth_token": {"type": "str", "no_log": True},
    "user_name": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "domain_name": {"type": "str"},
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "cloud": {"type": "str"},
    "endpoints": {"type": "dict", "options": {service: {"type": "str"} for service in SERVICES}},
    "validate_certs": {"type": "bool", "default": True},
    "ca_cert": {"type": "str"},
    "request_timeout": {"type": "float", "default": 30.0},
    "max_retries": {"type": "int"},
}

# Where an option comes from when the task does not say, the first one set wins. Credentials: auth.METHODS.
VARIABLES = {
    "region": ("HW_REGION_NAME",),
    "project_id": ("HW_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID"),
    "project_name": ("HW_PROJECT_NAME",),
    "cloud": ("HW_CLOUD",),
    "endpoints": ("HW_ENDPOINTS",),
    "max_retries": ("HW_MAX_RETRIES",),
}
DEFAULTS: dict[str, Any] = {"cloud": "myhuaweicloud.com", "max_retries": 5}

_PROJECT = ("project_id", "project_name")
_REGION = re.compile(r"([a-z]{2}-[a-z]+-[0-9]+)(_.*)?")  # and the names of its projects


def trimmed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with each text as C(trim) leaves it; an empty text among AUTH_OPTIONS is None.

    Lists stay as they are: C(lookup.references) reads them.
    """
    texts = {option: trim(option, value) for option, value in options.items()}
    return {option: None if option in AUTH_OPTIONS and text == "" else text for option, text in texts.items()}


def effective(options: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the options with what the environment and the defaults add to them. Doing so twice changes nothing.

    What the task says wins as a whole. A project that it names makes that of the environment count for nothing, and so
    does a region other than the environment's. Endpoints are taken from one place.

    @param options: the options as the task gave them, checked
    @param environ: the environment variables
    @raises UsageError: when a variable cannot be read, or two options contradict each other
    """
    told = trimmed(options)
    told["endpoints"] = told.get("endpoints") if any((told.get("endpoints") or {}).values()) else None
    _forbid_two_projects(told)
    found = {option: _variable(option, names, environ) for option, names in VARIABLES.items()}
    if _elsewhere(told, found):
        found.update(dict.fromkeys(_PROJECT))
    for option, value in found.items():
        if told.get(option) is None:
            told[option] = value
    if told["project_id"]:
        told["project_name"] = None
    _forbid_another_region(told)
    for option, value in DEFAULTS.items():
        if told[option] is None:
            told[option] = value
    if told.get("ca_cert"):
        told["ca_cert"] = os.path.expanduser(told["ca_cert"])  # noqa: PTH111 - variables are not expanded on purpose
    return told


def _elsewhere(told: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return whether the task leads away from the environment's project."""
    another_region = told.get("region") and found["region"] and told["region"] != found["region"]
    return bool(another_region or any(told.get(option) for option in _PROJECT))


def _forbid_two_projects(told: Mapping[str, Any]) -> None:
    if told.get("project_id") and told.get("project_name"):
        raise UsageError("project_id and project_name both say which project: give one of them.")


def _forbid_another_region(told: Mapping[str, Any]) -> None:
    region, project = told["region"], told["project_name"]
    of = _REGION.fullmatch(project or "")
    if of and region and of.group(1) != region:
        raise UsageError(
            f"{name_of('project_name', project)} '{project}' is a project of the region {of.group(1)}, but "
            f"{name_of('region', region)} is '{region}': change one of them."
        )


def _variable(option: str, names: Iterable[str], environ: Mapping[str, str]) -> Any:
    """Return what the first of the variables that is set says for an option, or None. AWX leaves blanks empty."""
    for name in names:
        text = trim(option, environ.get(name))
        if text:
            return _READ.get(option, FromVariable)(text, name)
    return None


def _read_number(text: str, variable: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{variable} must be a whole number, not {text!r}.") from None


def _read_endpoints(text: str, variable: str) -> dict[str, str | None]:
    try:
        endpoints = check_type_dict(text)
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):  # whatever its parsers raise
        endpoints = {}
    if not endpoints or not all(isinstance(url, (str, type(None))) for url in endpoints.values()):
        raise UsageError(
            f'{variable} cannot be read: give JSON such as {{"dbss": "https://dbss.example.com"}}, or '
            "dbss=https://dbss.example.com,dws=https://dws.example.com."
        )
    unknown = sorted(str(service) for service in endpoints if service not in SERVICES)
    if unknown:
        raise UsageError(f"{variable} has {', '.join(unknown)}, which is no service: it takes {', '.join(SERVICES)}.")
    urls = {service: (endpoints.get(service) or "").strip() for service in SERVICES}
    return {service: FromVariable(url, variable) if url else None for service, url in urls.items()}


_READ: dict[str, Any] = {"max_retries": _read_number, "endpoints": _read_endpoints}
