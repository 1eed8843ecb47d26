"""Which consumption tax one line bears: rows chosen by the goods code, the label's kind of content, the threshold.

Net content comes from the quantities filed, in the order legal quantity 1, legal quantity 2, traded quantity, and only
from units of fixed content (codes/measure): a bottle or a box tells nothing, and nothing is ever guessed.
- By g or ml: for goods labelled by volume the first volume filed, else the first mass; for all others the other way
  round. The law gives one threshold for both, so the one that is filed decides.
- By sheet: only goods whose code says that the label counts sheets (片, 张); their number must be filed in sheets.
- By piece: the first number of pieces (个, 只, 件).
- By litre or kilogram (spirits, beer): the first volume, else the first mass; each has its own amount in the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from tongguan.codes.measure import Kind, Measure, measure
from tongguan.law.inforce import LawAt
from tongguan.law.rows import ConsumptionRow, GoodsRow, Row
from tongguan.law.taxfault import NO_CONTENT, TaxFault

_GRAMS_PER_KG = 1000
_ML_PER_LITRE = 1000
_KG_PER_TONNE = 1000


class Quantities(Protocol):
    """What an inventory line tells of how much there is. ``qty2`` and ``unit2`` may be absent."""

    @property
    def gnum(self) -> int: ...
    @property
    def gcode(self) -> str: ...
    @property
    def qty(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def qty1(self) -> Decimal: ...
    @property
    def unit1(self) -> str: ...
    @property
    def qty2(self) -> Decimal | None: ...
    @property
    def unit2(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Tested:
    """A threshold held against a line: ``price`` is yuan of dutiable value for each ``per``; so is ``threshold``.

    ``test`` says on which side of the threshold the row applies: from, or below. ``reached``: whether it does.
    """

    row_id: str
    per: str
    amount: Fraction
    price: Fraction
    threshold: Fraction
    test: str
    reached: bool


@dataclass(frozen=True, slots=True)
class Excise:
    """The consumption tax of a line: a share of its base and an amount by quantity (yuan). ``rows``: all looked at."""

    rate: Decimal
    specific: Fraction
    rows: tuple[Row, ...]
    tests: tuple[Tested, ...] = ()


_NONE_DUE = Excise(Decimal(0), Fraction(0), ())


def excise(line: Quantities, goods: GoodsRow, value: Fraction, law: LawAt) -> Excise | TaxFault:
    """The consumption tax due on a line of that dutiable value (yuan), or why it cannot be told."""
    looked_at: list[Row] = []
    tests: list[Tested] = []
    for row in law.consumption(goods.code):
        if row.threshold_per in ("sheet", "gram_or_ml") and (row.threshold_per == "sheet") != (
            goods.content == "sheet"
        ):
            continue
        looked_at.append(row)
        if row.threshold is not None:
            tested = _tested(line, goods, value, row, row.threshold, law, looked_at)
            if isinstance(tested, TaxFault):
                return tested
            tests.append(tested)
            if not tested.reached:
                continue
        specific = _by_quantity(line, row)
        if isinstance(specific, TaxFault):
            return specific
        return Excise(row.rate, specific, tuple(looked_at), tuple(tests))
    return Excise(Decimal(0), Fraction(0), tuple(looked_at), tuple(tests)) if looked_at else _NONE_DUE


def _tested(
    line: Quantities,
    goods: GoodsRow,
    value: Fraction,
    row: ConsumptionRow,
    limit: Decimal,
    law: LawAt,
    looked_at: list[Row],
) -> Tested | TaxFault:
    amount = _amount_of(line, goods, row)
    if amount is None:
        return _no_content(line, row, row.threshold_per)
    threshold = Fraction(limit)
    if row.threshold_currency == "USD":
        rate = law.setting("usd_rate_yuan")
        looked_at.append(rate)
        threshold *= Fraction(rate.decimal)
    price = value / amount
    reached = price >= threshold if row.threshold_test == "from" else price < threshold
    return Tested(row.id, row.threshold_per, amount, price, threshold, row.threshold_test, reached)


def _amount_of(line: Quantities, goods: GoodsRow, row: ConsumptionRow) -> Fraction | None:
    """The line's quantity in the unit of the row's threshold."""
    if row.threshold_per == "tonne":
        return _tonnes(line, row)
    found = first_measure(line, *_kinds(row.threshold_per, goods.content))
    return found.amount if found else None


def _kinds(threshold_per: str, content: str) -> tuple[Kind, ...]:
    """The kinds of measure that a threshold is reckoned in, best first."""
    if threshold_per == "sheet":
        return ("sheet",)
    if threshold_per == "piece":
        return ("piece",)
    return ("volume", "mass") if content == "volume" else ("mass", "volume")


def _tonnes(line: Quantities, row: ConsumptionRow) -> Fraction | None:
    """Litres are turned by the row's own factor; a mass is taken only where no volume is filed."""
    found = first_measure(line, "volume", "mass")
    if found is None or row.litres_per_kg is None:
        return None
    if found.kind == "mass":
        return found.amount / _GRAMS_PER_KG / _KG_PER_TONNE
    return found.amount / _ML_PER_LITRE / Fraction(row.litres_per_kg) / _KG_PER_TONNE


def _by_quantity(line: Quantities, row: ConsumptionRow) -> Fraction | TaxFault:
    if row.yuan_per_litre is None or row.yuan_per_kg is None:
        return Fraction(0)
    found = first_measure(line, "volume", "mass")
    if found is None:
        return _no_content(line, row, "litre_or_kg")
    if found.kind == "volume":
        return found.amount / _ML_PER_LITRE * Fraction(row.yuan_per_litre)
    return found.amount / _GRAMS_PER_KG * Fraction(row.yuan_per_kg)


def first_measure(line: Quantities, *kinds: Kind) -> Measure | None:
    """The first quantity above 0 of the first kind that the line has."""
    measures = list(_measures(line))
    for kind in kinds:
        for found in measures:
            if found.kind == kind and found.amount > 0:
                return found
    return None


def _measures(line: Quantities) -> Iterator[Measure]:
    for quantity, unit in ((line.qty1, line.unit1), (line.qty2, line.unit2), (line.qty, line.unit)):
        if quantity is not None and (found := measure(quantity, unit)) is not None:
            yield found


def _no_content(line: Quantities, row: ConsumptionRow, expected: str) -> TaxFault:
    units = ", ".join(filter(None, (line.unit1, line.unit2, line.unit)))
    return TaxFault(NO_CONTENT, line.gnum, "qty1", found=units, expected=expected, law_row=row.id)
