"""Quantities in customs units turned into one base unit of their kind, exactly.

Only units whose content is fixed by definition can be turned: a kilogram is 1,000 g, a bottle is not any number of ml.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from tongguan.codes.catalogue import table

Kind = Literal["mass", "volume", "piece", "sheet"]


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount of one kind: grams for mass, millilitres for volume, number for piece (个 件 只) and sheet (片 张)."""

    kind: Kind
    amount: Fraction


def measure(quantity: Decimal, unit: str) -> Measure | None:
    """The quantity in the base unit of its kind; None where the unit is unknown or has no fixed content."""
    units = table("units")
    if not units.has(unit) or not (kind := units.get(unit, "measure")):
        return None
    return Measure(cast(Kind, kind), Fraction(quantity) * Fraction(units.get(unit, "factor")))
