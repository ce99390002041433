# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of every run: what the checkout says, whatever the caller has set, written or installed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tests.tools.checkout import ROOT

CONFIGURATION = ROOT / "tests" / "ansible.cfg"
# What tells Ansible, the collection or pytest what to do, and what tells requests how to reach a server.
SETTINGS = re.compile(r"(ANSIBLE|CONTROLLER|TOWER|HW|HUAWEICLOUD|PYTEST)_\w+|PYTHONPATH")
NETWORK = re.compile(r"\w+_PROXY|(CURL|REQUESTS)_CA_BUNDLE|NETRC|SSL_CERT_(DIR|FILE)", re.IGNORECASE)
CALLER = {**os.environ}


def forget(*kinds: re.Pattern[str]) -> None:
    """Take what the caller has set of these `kinds` out of this process's environment, and use our own settings."""
    for name in [*os.environ]:
        if any(kind.fullmatch(name) for kind in kinds):
            del os.environ[name]
    os.environ["ANSIBLE_CONFIG"] = str(CONFIGURATION)


def alone(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a command that finds nothing of the caller's, but `home`, our tools and `variables`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        "ANSIBLE_CONFIG": str(CONFIGURATION),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": path,
        **variables,
    }


def index() -> dict[str, str]:
    """Return the caller's way to the package index, and what came from there, as variables that pip alone heeds."""
    given = {name: value for name, value in CALLER.items() if name.startswith("PIP_")}
    files = [Path(name).expanduser() for name in ("~/.config/pip/pip.conf", "~/.pip/pip.conf")]
    known = {
        "PIP_CACHE_DIR": str(Path("~/.cache/pip").expanduser()),
        "PIP_CERT": CALLER.get("REQUESTS_CA_BUNDLE"),
        "PIP_CONFIG_FILE": next((str(file) for file in files if file.exists()), None),
        "PIP_PROXY": CALLER.get("HTTPS_PROXY") or CALLER.get("https_proxy"),
    }
    return {**{name: value for name, value in known.items() if value}, **given}
