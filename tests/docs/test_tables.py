# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation says twice, or says of the code, is the same everywhere."""

from __future__ import annotations

import fnmatch
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.dbops.plugins.module_utils import kinds
from ansible_collections.huaweicloud.dbops.plugins.module_utils.transport import auth
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation

from tests.docs.blocks import blocks
from tests.docs.test_examples import PAGES, PLUGINS
from tests.tools.checkout import ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "report_files")
"""The modules that call the API."""
README = (ROOT / "README.md").read_text(encoding="utf-8")
NONE = "\N{EN DASH}"
SECRET = re.compile(r"^[ #]*(?:secret_key|security_token|auth_token|password): +(?!\"\{\{)\S", re.MULTILINE)
CREDENTIALS = ROOT / "docs" / "credentials.md"
GRANTED_ON_DEMAND = {"deleteAuditInstanceNew"}  # not by the policy to operate: it takes away what was audited
LEAST = "## The least that must be allowed"


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
        for fragment, name in (("collection", "collection"), ("instances.nodes", "instances")):
            if f"- huaweicloud.dbops.{fragment}\n" in text:
                text = (ROOT / "plugins" / "doc_fragments" / f"{name}.py").read_text(encoding="utf-8")
        found = re.search(r"^  state:\n.*?choices:\n((?: +- \w+\n)+)", text, re.MULTILINE | re.DOTALL)
        assert re.findall(r"\w+", states) == (re.findall(r"\w+", found[1]) if found else []), module


def test_readme_names_the_plugins():
    named = set(re.findall(r"`(\w+)`", "".join(map("".join, rows(README, "## Roles, playbooks and plugins")))))
    assert named - {"huaweicloud"} == {
        *(path.stem for kind in ("filter", "inventory") for path in (ROOT / "plugins" / kind).glob("*.py")),
        *(path.stem for path in (ROOT / "extensions" / "eda" / "plugins" / "event_source").glob("*.py")),
        *(path.stem for path in (ROOT / "playbooks").glob("*.yml")),
        *(path.name for path in (ROOT / "roles").iterdir()),
    }


def test_readme_says_what_is_tested():
    table = rows(README, "### Versions")
    support = {name.partition(",")[0].strip("`"): tested for name, _supported, tested in table}
    pins = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "requirements").glob("*.txt"))
    for package in ("ansible-core", "requests"):
        assert set(support[package].split(", ")) == set(re.findall(rf"^{package}==([\d.]+)", pins, re.MULTILINE))


def test_readme_names_the_repository():
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    for page in (README, (ROOT / "docs" / "index.md").read_text(encoding="utf-8")):
        assert f"git+{galaxy['repository']}.git\n" in page
    assert f"git clone {galaxy['repository']}.git " in README


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


def operations() -> dict[str, Operation]:
    """Return the operations that the plugins call."""
    rooms = [importlib.import_module(f"{kinds.__name__}.{one.name}") for one in pkgutil.iter_modules(kinds.__path__)]
    found = [one for room in (auth, *rooms) for value in vars(room).values() for one in _operations(value)]
    return {one.id: one for one in found}


def _operations(value: Any) -> Iterator[Operation]:
    """Yield the operations in a table, however deep."""
    if isinstance(value, Operation):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _operations(one)


def iam() -> dict[str, str]:
    """Return the IAM action of each operation in the page's table, or a dash."""
    table = rows(CREDENTIALS.read_text(encoding="utf-8"), LEAST)
    return {re.match(r"`(\w+)`", operation)[1]: action.strip("`") for _module, operation, action in table}


def policies() -> list[list[str]]:
    """Return the actions that each policy on the page allows: one to read, one to operate."""
    found = [json.loads(block.text) for block in blocks(CREDENTIALS) if block.language == "json"]
    assert [policy["Version"] for policy in found] == ["5.0", "5.0"]
    [reads], [operates] = (policy["Statement"] for policy in found)
    assert reads["Effect"] == operates["Effect"] == "Allow"
    return [reads["Action"], operates["Action"]]


def allowed(action: str, policy: list[str]) -> bool:
    """Return whether a policy allows an action."""
    return any(fnmatch.fnmatchcase(action, pattern) for pattern in policy)


def test_iam_actions_are_those_of_the_contract():
    folder = ROOT / "tests" / "emulator" / "contract"
    contract = [
        yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in ("openapi.yaml", "openapi-2.yaml")
    ]
    actions = {
        operation["operationId"]: operation.get("x-iam-action", NONE)
        for part in contract
        for path in part["paths"].values()
        for operation in path.values()
        if "operationId" in operation
    }
    table = rows(CREDENTIALS.read_text(encoding="utf-8"), LEAST)
    assert sorted(row[0].strip("`") for row in table if row[0]) == MODULES
    assert {operation: actions[operation] for operation in iam()} == iam()


def test_iam_actions_name_each_operation():
    named = set(re.findall(r"`(\w+)`", CREDENTIALS.read_text(encoding="utf-8")))
    assert set(operations()) <= named


def test_each_action_without_a_name_has_its_path():
    table = rows(CREDENTIALS.read_text(encoding="utf-8"), "the paths there begin with `/dbss`:\n")
    assert {row[0].strip("`") for row in table} == {operation for operation, action in iam().items() if action == NONE}
    for name, request, covered in table:
        operation = operations()[name.strip("`")]
        method, end = request.strip("`").split(" …")
        assert (operation.method, operation.path[-len(end) :]) == (method, end)
        assert covered.startswith("no" if operation.acts or operation.service == "dws" else "likely"), operation


def test_the_policies_allow_what_the_table_names():
    reads, operates = policies()
    for operation, action in iam().items():
        if action != NONE:
            assert allowed(action, operates) is (operation not in GRANTED_ON_DEMAND), operation
            assert allowed(action, reads) is not operations()[operation].acts, operation


def test_the_policies_allow_no_more():
    for policy in policies():
        assert policy == sorted(policy)
        for pattern in policy:
            assert "*" in pattern or pattern in iam().values(), pattern
            assert pattern not in {iam()[operation] for operation in GRANTED_ON_DEMAND}
    assert [pattern for pattern in policies()[1] if "*" in pattern] == ["dbss:*:get*", "dbss:*:list*"]


@pytest.mark.parametrize("page", [*PAGES, *PLUGINS], ids=lambda page: str(page.relative_to(ROOT)))
def test_no_example_shows_a_secret(page):
    assert not SECRET.search(page.read_text(encoding="utf-8"))
