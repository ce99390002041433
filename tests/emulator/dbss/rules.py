# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an audit instance: risk rules, scopes, SQL injection rules, mask rules, and the whitelist."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..call import Call, Handler
from ..patterns import (
    RESULT,
    STATUS,
    Shelf,
    creation,
    deletion,
    editing,
    in_body,
    in_path,
    listing,
    reading,
    switching,
)
from ..power import Record
from ..state import Completion
from .audit import instance, running_instance


def _shelf(section: str) -> Shelf:
    return Shelf(f"audit_instances.{section}", owner=instance, writable=running_instance)


def _renamed(names: Mapping[str, str], defaults: Mapping[str, Any]) -> Callable[[Call], Record]:
    """What a full body says of a record: under the record's names, what is left out as in `defaults`."""

    def read(call: Call) -> Record:
        return {**defaults, **{names.get(key, key): value for key, value in call.body.items()}}

    return read


def _once(read: Callable[[Call], Record], **more: Any) -> Callable[[Call], list[Record]]:
    """What creation makes of a body of one record; `more` is what every new record is."""
    return lambda call: [{**read(call), **more}]


def _showing(schema: str, twins: Mapping[str, str] | None = None) -> Callable[[Call, Record], Record]:
    return lambda call, record: call.view(schema, record, twins)


def _ranked(shelf: Shelf) -> Callable[[Call], list[Record]]:
    """The custom records of a shelf in their order."""
    return lambda call: sorted(
        (one for one in shelf.records(call).values() if one["rank"] > 0 and not one["gone"]),
        key=lambda one: one["rank"],
    )


def _put(call: Call, rows: list[Record]) -> None:
    """Number records, in a new order."""
    for rank, record in enumerate(rows, 1):
        if record["rank"] != rank:
            call.change([record], "rank")
            record["rank"] = rank


# --- Risk rules ---

RISK = _shelf("risk_rules")
_RISK_NAMES = {"rule_name": "name"}
_RISK_BARE = {
    "action": "", "client_ips": "", "db_ids": "", "exception_ips": "", "ignore_case": False, "schemas": [],
}  # fmt: skip
_risk_ranks = _ranked(RISK)


def _is_own(field: str, system: str) -> Callable[[Record], bool]:
    """Whether a record is the user's own, and not one that came with the instance."""
    return lambda record: bool(record[field] != system)


_is_custom = _is_own("rule_type", "SYSTEM")


def _feature(record: Record) -> str:
    return f"CLIENT[{record['client_ips'] or 'Any'}]OPERATE[{record['action'] or 'Any'}]OBJECT[Any]"


def _show_risk(call: Call, record: Record) -> Record:
    return call.view("RiskRule", {**record, "feature": record["feature"] or _feature(record)})


def _risk_filter(call: Call) -> Callable[[Record], bool]:
    name, levels = call.query.get("risk_name") or "", (call.query.get("risk_levels") or "").upper()
    return lambda record: name in record["name"] and (not levels or record["risk_level"] in levels.split(","))


def _create_risk(call: Call) -> Any:
    rank = len(_risk_ranks(call)) + 1
    return creation(RISK, _once(_renamed(_RISK_NAMES, _RISK_BARE), rank=rank), STATUS)(call)


def _rank_risk(call: Call) -> Any:
    """rankRiskRule: the rule moves, the others make room; a rank beyond the last is refused (assumed)."""
    record = call.own(running_instance(call)["risk_rules"], call.body["id"])
    rows, rank = _risk_ranks(call), call.body["new_rank"]
    if not _is_custom(record) or not 1 <= rank <= len(rows):
        return RESULT.failed
    rows.remove(record)
    rows.insert(rank - 1, record)
    _put(call, rows)
    return RESULT.done


def _delete_risk(call: Call) -> Any:
    answer = deletion(RISK, in_path(), STATUS, _is_custom)(call)
    for rank, record in enumerate(_risk_ranks(call), 1):
        record["rank"] = rank
    return answer


_RISK_LIST = listing(
    RISK,
    "rules",
    _show_risk,
    only=_risk_filter,
    more=lambda rows: {"customize_total": sum(map(_is_custom, rows))},
)
_RISK_DETAIL = _showing("RiskRuleDetail", {"rule_id": "id", "rule_name": "name"})

# --- Scopes ---

SCOPES = _shelf("scopes")
_SCOPE_BARE: Record = dict.fromkeys(("action", "db_users", "exception_ips", "source_ips", "source_ports"))
_read_scope = _renamed({"rule_name": "name"}, _SCOPE_BARE)
_SCOPE_LIST = listing(SCOPES, "scopes", _showing("ScopeRule"))


def _may_be_changed(record: Record) -> bool:
    return record["status"] == "OFF" and not record["all_audit"]


# --- SQL injection rules: one order for all, the system's own too ---

SQL = _shelf("sql_rules")
_read_sql = _renamed({"rule_name": "name", "sql_regex": "regex"}, {})


def _sql_ranks(call: Call) -> list[Record]:
    return sorted((one for one in SQL.records(call).values() if not one["gone"]), key=lambda one: one["rank"])


def _sql_filter(call: Call) -> Callable[[Record], bool]:
    levels = (call.body.get("risk_levels") or "").upper()
    return lambda record: not levels or record["risk_level"] in levels.split(",")


def _create_sql(call: Call) -> Any:
    return creation(SQL, _once(_read_sql, rank=len(_sql_ranks(call)) + 1), STATUS)(call)


def _rank_sql(call: Call) -> Any:
    """rankSqlInjectionRules: those that are named come first; the others keep their order behind them (assumed)."""
    records = running_instance(call)["sql_rules"]
    named = [call.own(records, one) for one in dict.fromkeys(call.body["ids"])]
    _put(call, [*named, *(one for one in _sql_ranks(call) if all(one is not other for other in named))])
    return STATUS.done


def _delete_sql(call: Call) -> Any:
    answer = deletion(SQL, in_path(), STATUS, _is_own("type", "SYSTEM"))(call)
    for rank, record in enumerate(_sql_ranks(call), 1):
        record["rank"] = rank
    return answer


_SQL_LIST = listing(
    SQL, "rules", _showing("SqlRule"), only=_sql_filter, order=lambda record: record["rank"], page=Call.numbered
)

# --- Mask rules ---

MASKS = _shelf("mask_rules")


def _read_mask(call: Call) -> Record:
    read = _renamed({"rule_name": "name", "mask_regex": "regex"}, {})
    return {**read(call), "operate_time": str(round(call.now * 1000))}


_MASK_LIST = listing(MASKS, "rules", _showing("MaskRule"))

# --- The whitelist ---

WHITELIST = _shelf("whitelist")


def _read_entries(call: Call) -> list[Record]:
    now = round(call.now * 1000)
    times = {"create_timestamp_ms": now, "update_timestamp_ms": now}
    return [{**one, **times} for one in call.body["whitelists"]]


def _read_entry(call: Call) -> Record:
    """What an edit says; fields that it leaves out stay (assumed)."""
    return {**call.body, "update_timestamp_ms": round(call.now * 1000)}


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("listRiskRules", "listRiskRulesNew"), _RISK_LIST),
    "getRiskRule": reading(RISK, _RISK_DETAIL, in_path("risk_id")),
    "getRiskRuleNew": reading(RISK, _RISK_DETAIL),
    "createRiskRule": _create_risk,
    "updateRiskRule": editing(RISK, _renamed(_RISK_NAMES, _RISK_BARE), STATUS, _is_custom),
    "deleteRiskRule": _delete_risk,
    **dict.fromkeys(("switchRiskRules", "switchRiskRulesNew"), switching(RISK, in_body("ids"), STATUS)),
    "rankRiskRule": _rank_risk,
    **dict.fromkeys(("listScopes", "listScopesNew"), _SCOPE_LIST),
    "createScope": creation(SCOPES, _once(_read_scope), STATUS),
    "updateScope": editing(SCOPES, _read_scope, STATUS, _may_be_changed),
    "deleteScope": deletion(SCOPES, in_path(), STATUS, _may_be_changed),
    "deleteScopes": deletion(SCOPES, in_body("ids"), STATUS, _may_be_changed),
    "switchScopes": switching(SCOPES, in_body("ids"), STATUS),
    **dict.fromkeys(("listSqlInjectionRules", "listSqlInjectionRulesNew"), _SQL_LIST),
    "createSqlInjectionRule": _create_sql,
    "updateSqlInjectionRule": editing(SQL, _read_sql, STATUS, _is_own("type", "SYSTEM")),
    "deleteSqlInjectionRule": _delete_sql,
    "switchSqlInjectionRule": switching(SQL, in_body("id"), STATUS),
    "rankSqlInjectionRules": _rank_sql,
    **dict.fromkeys(("listMaskRules", "listMaskRulesNew"), _MASK_LIST),
    "createMaskRule": creation(MASKS, _once(_read_mask), STATUS),
    "updateMaskRule": editing(MASKS, _read_mask, STATUS, _is_own("type", "BUILD_IN")),
    "deleteMaskRule": deletion(MASKS, in_path(), STATUS, _is_own("type", "BUILD_IN")),
    "switchMaskRules": switching(MASKS, in_body("ids"), STATUS),
    "listWhitelists": listing(WHITELIST, "whitelists", _showing("Whitelist")),
    "addWhitelists": creation(WHITELIST, _read_entries, STATUS),
    "updateWhitelist": editing(WHITELIST, _read_entry, STATUS),
    "deleteWhitelists": deletion(WHITELIST, in_body("whitelists"), STATUS),
}
