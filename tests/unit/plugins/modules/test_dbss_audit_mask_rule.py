# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dbss_audit_mask_rule: born on, and turned off at once where that is wanted."""

from __future__ import annotations

from tests.unit.plugins.modules.calls import AUDIT, done
from tests.unit.plugins.modules.harness import PROJECT, Call

MODULE = "dbss_audit_mask_rule"
INSTANCE = AUDIT.ids[0]
PATH = f"/v1/{PROJECT}/audit/{INSTANCE}/sensitive/mask/rule"


def rule(name, status="ON", kind="USER_DEFINE"):
    """Return a rule as the service lists it."""
    own = {"id": f"{name:x<20}", "name": name, "status": status, "type": kind}
    return {**own, "regex": "[0-9]+", "mask_value": "#", "operate_time": "1760000000000"}


def lists(*rules):
    """Return the call that lists rules."""
    return Call("dbss", "GET", PATH, query={"limit": "1000"}, answer={"rules": list(rules), "total": len(rules)})


def switches(status, *rows):
    """Return the call that turns rules on or off."""
    body = {"ids": [row["id"] for row in rows], "status": status}
    return done("dbss", "POST", PATH.replace("/v1/", "/v2/") + "/switch", body)


def run(bench, calls, fails=False, **options):
    """Run the module for the first audit instance."""
    return bench.run(MODULE, {"instance_id": INSTANCE, **options}, calls, fails=fails)


CARDS, BUILT_IN = rule("cards"), rule("id_card", kind="BUILD_IN")
BODY = {"rule_name": "cards", "mask_regex": "[0-9]+", "mask_value": "#"}
FIRST = ({"instance_id": INSTANCE, "rules": []}, lists(BUILT_IN))
LISTED = "listMaskRulesNew"
RUNS = [
    (
        {"instance_id": INSTANCE, "rules": [{"name": "id_card"}], "purge": True},
        [lists(CARDS, BUILT_IN), done("dbss", "DELETE", f"{PATH}/{CARDS['id']}").but(200, {"status": "FAILED"})],
        True,
    ),
    (
        {"instance_id": INSTANCE, "rules": [{"name": "cards"}], "state": "disabled"},
        [lists(CARDS), switches("OFF", CARDS), lists(rule("cards", "OFF"))],
        False,
    ),
]


def test_a_rule_that_is_to_be_off_is_turned_off_at_once(bench):
    calls = [
        lists(BUILT_IN),
        done("dbss", "POST", PATH, BODY),
        lists(BUILT_IN, CARDS),
        switches("OFF", CARDS),
        lists(BUILT_IN, rule("cards", "OFF")),
    ]
    item = {"name": "cards", "regex": "[0-9]+", "mask_value": "#"}
    outcome = run(bench, calls, rules=[item], state="disabled")
    assert outcome["rules"][0]["actions"] == ["createMaskRule", "switchMaskRules"]


def test_a_change(bench):
    calls = [
        lists(CARDS),
        done("dbss", "POST", f"{PATH}/{CARDS['id']}", {**BODY, "mask_value": "*"}),
        lists({**CARDS, "mask_value": "*"}),
    ]
    assert run(bench, calls, rules=[{"name": "cards", "mask_value": "*"}])["rules"][0]["mask_value"] == "*"


def test_what_came_with_the_instance_is_only_switched(bench):
    outcome = run(bench, [lists(BUILT_IN)], True, rules=[{"name": "id_card", "regex": "x"}])
    assert "only enabled can be changed: regex is [0-9]+, wanted x" in outcome["msg"]
