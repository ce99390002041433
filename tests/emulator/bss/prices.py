# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What things cost: by month, whatever the discount."""

from __future__ import annotations

from ..answers import Refusal
from ..call import Call, Handler
from ..power import Record
from ..state import Completion

CURRENCY = "CNY"
MEASURE = 1  # money is counted in the currency's own unit
_A_MONTH = {"low": 4500.0, "medium": 9000.0, "high": 18000.0}
_MONTHS = {2: 1, 3: 12}  # period_type: month, year


def price(specification: str, period_type: int, period_num: int) -> float:
    """What a specification costs for so many months or years. Raises Refusal."""
    months = _MONTHS.get(period_type)
    if months is None:
        raise Refusal(400, "CBC.0100", "The parameter is wrong: period_type is 2 (month) or 3 (year).")
    return _A_MONTH.get(specification.rpartition(".")[2], _A_MONTH["low"]) * months * period_num


def product_id(specification: str) -> str:
    """The product of a specification."""
    number = sum((place + 1) * ord(letter) for place, letter in enumerate(specification))
    return f"OFFI7405863753589{number:05d}"


def _rate(call: Call) -> Record:
    """getPeriodRate: numbers may come as text."""
    if call.body["project_id"] not in call.projects:
        raise Refusal(403, "CBC.0151", "Access is denied: the project is not yours.")
    rows = [
        {
            "id": one["id"],
            "product_id": product_id(one["resource_spec"]),
            "official_website_amount": price(one["resource_spec"], _whole(one["period_type"]), one["period_num"])
            * _whole(one["subscription_num"]),
            "measure_id": MEASURE,
        }
        for one in call.body["product_infos"]
    ]
    total = sum(one["official_website_amount"] for one in rows)
    rated = {"official_website_amount": total, "measure_id": MEASURE, "product_rating_results": rows}
    return {"official_website_rating_result": rated, "optional_discount_rating_results": [], "currency": CURRENCY}


def _whole(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > 9:
        raise Refusal(400, "CBC.0100", "The parameter is wrong: a whole number is needed.")
    return int(text)


COMPLETIONS: dict[str, Completion] = {}
HANDLERS: dict[str, Handler] = {"getPeriodRate": _rate}
