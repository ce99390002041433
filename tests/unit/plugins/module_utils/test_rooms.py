# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each room knows only those below it: modules → frame → engine → transport, and modules → kinds → vocabulary."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[4] / "plugins"
PACKAGE = "ansible_collections.huaweicloud.dbops.plugins."
UTILS = PACKAGE + "module_utils."
MAY_IMPORT = {
    "vocabulary": {"vocabulary"},
    "transport": {"transport", "vocabulary"},
    "engine": {"engine", "transport", "vocabulary"},
    "kinds": {"kinds", "vocabulary"},
    "frame": {"frame", "engine", "transport", "vocabulary"},
}
ANSIBLE = {"frame"}  # rooms that know Ansible
FILES = sorted((PLUGINS / "module_utils").rglob("*.py"))


def imports(path):
    """Return the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_room_knows_only_those_below_it(path):
    room = path.relative_to(PLUGINS / "module_utils").parts[0]
    assert room in MAY_IMPORT, "a file of module_utils stands in one of its rooms"
    for name in imports(path):
        if name.startswith(UTILS):
            assert name[len(UTILS) :].split(".")[0] in MAY_IMPORT[room], f"{room} must not know {name}"
        elif name.startswith("ansible_collections."):
            assert name + "." == UTILS, f"{room} must not know {name}"
        elif name.split(".")[0] == "ansible":
            assert room in ANSIBLE, f"{room} must not know Ansible"


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_rooms_are_packages(name):
    assert (PLUGINS / "module_utils" / name / "__init__.py").read_text(encoding="utf-8") == ""
