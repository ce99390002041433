# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit instance watches, and how: scopes and risk rules, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.huaweicloud.dbops.plugins.module_utils.kinds.audit import AUDIT, acts, reads
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.kind import (
    CSV,
    DATABASE_LIST,
    DATABASES,
    FLAG,
    NEEDED,
    PLAIN,
    SWITCH,
    TEXT,
    UPPER_CSV,
    WORD,
    Field,
    Kind,
    Verb,
    in_body,
    in_list,
    in_path,
    in_text,
    rows_of,
)
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.nouns import Noun
from ansible_collections.huaweicloud.dbops.plugins.module_utils.vocabulary.operation import Operation

_TEXTS = {"type": "list", "elements": "str"}
_V1, _V2, _V3 = (f"/v{number}/{{project_id}}/audit/{{instance_id}}/rule" for number in (1, 2, 3))


# --- Scopes: which of what happens is recorded ---

_ALL_DATABASES = "\u5168\u90e8\u6570\u636e\u5e93"
"""The fixed text that the service wants as the name of all databases (createScope)."""


def _with_names(body: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a scope's body with the names of its databases, which the service wants beside their IDs."""
    if body["db_ids"] == "[ALL]":
        return {**body, "db_names": _ALL_DATABASES}
    ids = [one for one in body["db_ids"].split(",") if one]
    return {**body, "db_names": ",".join(names.get(one, one) for one in ids)}


def _nothing_audited(records: list[dict[str, Any]]) -> str:
    if any(record["enabled"] for record in records):
        return ""
    return "No scope of the audit instance is enabled: nothing is audited."


SCOPE = Kind(
    Noun("scope", "scopes"),
    "scopes",
    AUDIT,
    fields=(
        Field("name", TEXT, {"type": "str"}, wire="rule_name", shown="name", born=NEEDED),
        # How a scope is born is not published: OFF is assumed, and a reading follows its creation.
        Field("enabled", SWITCH, {"type": "bool"}, shown="status", verb="switch"),
        Field("databases", DATABASES, _TEXTS, wire="db_ids", shown="db_ids", born=NEEDED),
        Field("action", UPPER_CSV, _TEXTS, wire="action", shown="action"),
        Field("db_users", CSV, _TEXTS, wire="db_users", shown="db_users"),
        Field("source_ips", CSV, _TEXTS, wire="source_ips", shown="source_ips"),
        Field("source_ports", CSV, _TEXTS, wire="source_ports", shown="source_ports"),
        Field("exception_ips", CSV, _TEXTS, wire="exception_ips", shown="exception_ips"),
    ),
    verbs={
        "list": Verb(reads("listScopesNew", f"{_V1}/scopes"), rows="scopes"),
        "create": Verb(acts("createScope", "POST", f"{_V1}/scopes", "create"), answer="status"),
        "edit": Verb(acts("updateScope", "POST", f"{_V3}/scopes/{{id}}", "change"), in_path(), answer="status"),
        "switch": Verb(acts("switchScopes", "POST", f"{_V2}/scopes/switch", "switch"), in_list(), answer="status"),
        "delete": Verb(
            acts("deleteScopes", "POST", f"{_V1}/scopes/batch-delete", "delete"), in_list(), answer="status"
        ),
    },
    system=lambda row: bool(row.get("all_audit")),
    born=False,
    off_before=("edit", "delete"),
    complete=_with_names,
    warning=_nothing_audited,
)

# --- Risk rules: what is risky, and how much ---

_SYMBOLS = ["greater", "equal", "less", "greater_equal", "less_equal", "no_match"]
_LEVEL = {"type": "str", "choices": ["low", "medium", "high", "no_risk"]}
_SYMBOL, _NUMBER = {"type": "str", "choices": _SYMBOLS}, {"type": "int"}
_SCHEMA = {key: {"type": "str"} for key in ("schema", "table", "column")}

RISK_RULE = Kind(
    Noun("risk rule", "risk rules"),
    "rules",
    AUDIT,
    fields=(
        Field("name", TEXT, {"type": "str"}, wire="rule_name", shown="name", born=NEEDED),
        Field("enabled", SWITCH, {"type": "bool"}, wire="status", shown="status", born=True, verb="switch"),
        Field(
            "risk_level",
            WORD,
            _LEVEL,
            wire="risk_level",
            shown="risk_level",
            born=NEEDED,
        ),
        Field("action", UPPER_CSV, _TEXTS, wire="action", shown="action", born=[], listed=False),
        Field("databases", DATABASES, _TEXTS, wire="db_ids", shown="db_ids", born=[], listed=False),
        Field("client_ips", CSV, _TEXTS, wire="client_ips", shown="client_ips", born=[], listed=False),
        Field("exception_ips", CSV, _TEXTS, wire="exception_ips", born=[]),
        Field(
            "schemas",
            rows_of("schema", "table", "column"),
            {"type": "list", "elements": "dict", "options": _SCHEMA},
            wire="schemas",
            shown="schemas",
            born=[],
            listed=False,
        ),
        Field("ignore_case", FLAG, {"type": "bool"}, wire="ignore_case", shown="ignore_case", born=False, listed=False),
        # Both comparisons are mandatory, and a word for none is not published: at least 0 is always so.
        Field("execution_symbol", WORD, _SYMBOL, "execution_symbol", "execution_symbol", "greater_equal", listed=False),
        Field("execution_time", PLAIN, _NUMBER, "execution_time", "execution_time", 0, listed=False),
        Field("affect_symbol", WORD, _SYMBOL, "affect_symbol", "affect_symbol", "greater_equal", listed=False),
        Field("affect_rows", PLAIN, _NUMBER, "affect_rows", "affect_rows", 0, listed=False),
        Field("rank", PLAIN, _NUMBER, shown="rank", verb="rank"),
    ),
    verbs={
        "list": Verb(reads("listRiskRulesNew", f"{_V1}/risk"), rows="rules"),
        "detail": Verb(reads("getRiskRuleNew", f"{_V2}/risk/{{id}}", "read"), in_path()),
        "create": Verb(acts("createRiskRule", "POST", f"{_V1}/risk", "create"), answer="status"),
        "edit": Verb(acts("updateRiskRule", "PUT", f"{_V2}/risk/{{id}}", "change"), in_path(), answer="status"),
        "switch": Verb(acts("switchRiskRulesNew", "POST", f"{_V2}/risk/switch", "switch"), in_text(), answer="status"),
        "delete": Verb(acts("deleteRiskRule", "DELETE", f"{_V1}/risk/{{id}}", "delete"), in_path(), answer="status"),
        "rank": Verb(acts("rankRiskRule", "POST", f"{_V2}/risk/rank", "rank"), answer="result"),
    },
    system=lambda row: row.get("rule_type") == "SYSTEM",
)

# --- SQL rules: what injection looks like ---

SQL_RULE = Kind(
    Noun("SQL rule", "SQL rules"),
    "rules",
    AUDIT,
    fields=(
        Field("name", TEXT, {"type": "str"}, wire="rule_name", shown="name", born=NEEDED),
        Field("enabled", SWITCH, {"type": "bool"}, wire="status", shown="status", born=True, verb="switch"),
        Field("risk_level", WORD, _LEVEL, wire="risk_level", shown="risk_level", born=NEEDED),
        Field("regex", TEXT, {"type": "str"}, wire="sql_regex", shown="regex", born=NEEDED),
    ),
    verbs={
        "list": Verb(Operation("listSqlInjectionRulesNew", "dbss", "POST", f"{_V1}/sqls", "list"), rows="rules"),
        "create": Verb(acts("createSqlInjectionRule", "POST", f"{_V1}/sql", "create"), answer="status"),
        "edit": Verb(acts("updateSqlInjectionRule", "POST", f"{_V1}/sql/{{id}}", "change"), in_path(), answer="status"),
        "switch": Verb(
            acts("switchSqlInjectionRule", "POST", f"{_V2}/sql/switch", "switch"), in_body(), answer="status"
        ),
        "delete": Verb(
            acts("deleteSqlInjectionRule", "DELETE", f"{_V1}/sql/{{id}}", "delete"), in_path(), answer="status"
        ),
        "rank": Verb(acts("rankSqlInjectionRules", "POST", f"{_V2}/sql/rank", "rank"), in_list(), answer="status"),
    },
    system=lambda row: row.get("type") == "SYSTEM",
)

# --- Mask rules: what is hidden in what is recorded ---

_MASKS = "/v{}/{{project_id}}/audit/{{instance_id}}/sensitive/mask/rule"

MASK_RULE = Kind(
    Noun("mask rule", "mask rules"),
    "rules",
    AUDIT,
    fields=(
        Field("name", TEXT, {"type": "str"}, wire="rule_name", shown="name", born=NEEDED),
        Field("enabled", SWITCH, {"type": "bool"}, shown="status", verb="switch"),
        Field("regex", TEXT, {"type": "str"}, wire="mask_regex", shown="regex", born=NEEDED),
        Field("mask_value", TEXT, {"type": "str"}, wire="mask_value", shown="mask_value", born=NEEDED),
    ),
    verbs={
        "list": Verb(reads("listMaskRulesNew", _MASKS.format(1)), rows="rules"),
        "create": Verb(acts("createMaskRule", "POST", _MASKS.format(1), "create"), answer="status"),
        "edit": Verb(
            acts("updateMaskRule", "POST", f"{_MASKS.format(1)}/{{id}}", "change"), in_path(), answer="status"
        ),
        "switch": Verb(
            acts("switchMaskRules", "POST", f"{_MASKS.format(2)}/switch", "switch"), in_list(), answer="status"
        ),
        "delete": Verb(
            acts("deleteMaskRule", "DELETE", f"{_MASKS.format(1)}/{{id}}", "delete"), in_path(), answer="status"
        ),
    },
    system=lambda row: row.get("type") == "BUILD_IN",
    born=True,
)

# --- The whitelist: statements that are never held to be risky ---

_WHITELISTS = "/v1/{project_id}/audit/{instance_id}/whitelists"

WHITELIST = Kind(
    Noun("whitelist entry", "whitelist entries", name_key="sql"),
    "entries",
    AUDIT,
    fields=(
        Field("sql", TEXT, {"type": "str"}, wire="sql", shown="sql", born=NEEDED, verb=""),
        Field("enabled", FLAG, {"type": "bool"}, wire="enabled", shown="enabled", born=True),
        Field("desc", TEXT, {"type": "str"}, wire="desc", shown="desc", born=""),
        Field("databases", DATABASE_LIST, _TEXTS, wire="db_ids", shown="db_ids", born=[]),
    ),
    verbs={
        "list": Verb(reads("listWhitelists", _WHITELISTS), rows="whitelists"),
        "create": Verb(acts("addWhitelists", "POST", _WHITELISTS, "add"), answer="status", wraps="whitelists"),
        "edit": Verb(acts("updateWhitelist", "PUT", f"{_WHITELISTS}/{{id}}", "change"), in_path(), answer="status"),
        "delete": Verb(
            acts("deleteWhitelists", "POST", f"{_WHITELISTS}/batch-delete", "delete"),
            in_list("whitelists"),
            answer="status",
        ),
    },
    system=lambda row: False,
    per_page=100,
)
