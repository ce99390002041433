# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says twice, or says of the code, is the same everywhere."""

from __future__ import annotations

import re

import yaml

from tests.docs.blocks import blocks
from tests.tools.checkout import ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
NONE = "\N{EN DASH}"
OPERATION = re.compile(r"\bOperation\(\s*\"(\w+)\"")


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    table = text.split(f"{heading}\n", 1)[1].split("|\n\n", 1)[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_readme_lists_the_modules():
    assert sorted(row[0].strip("`") for row in rows(README, "## Modules")) == MODULES


def test_readme_lists_their_states():
    for module, _keeps, states in rows(README, "## Modules"):
        text = (ROOT / "plugins" / "modules" / f"{module.strip('`')}.py").read_text(encoding="utf-8")
        if "huaweicloud.dbops.power" in text:
            text = (ROOT / "plugins" / "doc_fragments" / "power.py").read_text(encoding="utf-8")
        found = re.search(r"^  state:\n.*?choices:\n((?: +- \w+\n)+)", text, re.MULTILINE | re.DOTALL)
        assert re.findall(r"\w+", states) == (re.findall(r"\w+", found[1]) if found else []), module


def test_the_action_group_has_the_modules():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"all": MODULES}


def test_the_modules_have_the_fragments():
    for module in MODULES:
        text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8")
        assert {"huaweicloud.dbops.auth", "huaweicloud.dbops.attributes"} <= set(re.findall(r"  - (\S+)", text)), module


def test_readme_shows_the_demo():
    playbook = next(block for block in blocks(ROOT / "README.md") if block.language == "yaml")
    assert yaml.safe_load(playbook.text) == yaml.safe_load(
        (ROOT / "tests" / "demo" / "site.yml").read_text(encoding="utf-8")
    )


def test_iam_actions_are_those_of_the_contract():
    contract = yaml.safe_load((ROOT / "tests" / "emulator" / "contract" / "openapi.yaml").read_text(encoding="utf-8"))
    actions = {
        operation["operationId"]: operation.get("x-iam-action", NONE)
        for path in contract["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    }
    page = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    table = rows(page, "## The least that must be allowed")
    assert sorted(row[0].strip("`") for row in table if row[0]) == MODULES
    for _module, operation, action in table:
        assert actions[re.match(r"`(\w+)`", operation)[1]] == action.strip("`"), operation


def test_iam_actions_name_each_operation():
    page = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    text = "".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "plugins" / "module_utils").glob("*.py"))
    )
    assert set(OPERATION.findall(text)) <= named
