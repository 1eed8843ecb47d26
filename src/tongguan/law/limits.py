"""The limits of one transaction and of a buyer's calendar year, and which treatment follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Protocol

from tongguan.law.inforce import IMPORT_SCHEME, LawAt
from tongguan.law.money import EXACT
from tongguan.law.rows import LimitRow, TreatmentRow

BUYER = "buyer_id"


class Counted(Protocol):
    """Whatever has a quantity in the unit it is traded in."""

    @property
    def qty(self) -> Decimal: ...


def item_count(lines: Iterable[Counted]) -> int:
    """How many single items an order holds: each line's quantity, a part of one counting as one. Gifts count.

    The law lets a dear order pass when it has exactly one item; two of the same thing are two.
    """
    return sum(max(1, ceil(line.qty)) for line in lines)


def within_single(dutiable_value: Decimal, items: int, law: LawAt) -> TreatmentRow:
    """How one order is treated by its dutiable value in yuan and its number of items.

    Gives the row within_limits (T01), or above the limit single_item_over_limit (T03; T02 to the end of 2018) or
    several_items_over_limit (T04, not allowed; T02M to the end of 2018). Raises NoLaw before 2016-04-08.
    """
    if single_limit(law).allows(dutiable_value):
        return law.treatment("within_limits")
    return law.treatment("single_item_over_limit" if items == 1 else "several_items_over_limit")


def year_left(used: Decimal, law: LawAt) -> Decimal:
    """What is left of a buyer's calendar year, in yuan, 0 or more. ``used`` counts held and used amounts alike."""
    return max(EXACT.subtract(year_limit(law).amount, used), Decimal(0))


def within_year(dutiable_value: Decimal, used: Decimal, law: LawAt) -> TreatmentRow | None:
    """None when the order still fits into the buyer's year, else the row over_year.

    ``used``: yuan held and used before this order. The row over_year (T05) forbids the channel. Raises NoLaw.
    """
    if year_limit(law).allows(EXACT.add(used, dutiable_value)):
        return None
    return law.treatment("over_year")


def single_limit(law: LawAt) -> LimitRow:
    """The limit of one transaction in force. Raises NoLaw."""
    return law.limit(IMPORT_SCHEME, BUYER, "single_transaction")


def year_limit(law: LawAt) -> LimitRow:
    """The limit of a buyer's calendar year in force. Raises NoLaw."""
    return law.limit(IMPORT_SCHEME, BUYER, "calendar_year")


def returned_in_time(released: date, asked: date, arrived: date, law: LawAt) -> TreatmentRow | None:
    """The row returned_in_time (T07: tax not levied, amount taken off the year) or None when it comes too late.

    Days in China of release, of the request and of arrival back in the site. ``law``: of the day of release.
    """
    asked_in_time = (asked - released).days <= law.setting("return_request_days").int
    arrived_in_time = (arrived - released).days <= law.setting("return_arrival_days").int
    return law.treatment("returned_in_time") if asked_in_time and arrived_in_time else None
