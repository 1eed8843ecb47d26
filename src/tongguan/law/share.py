"""Sharing an amount over the lines of an order by their value."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from tongguan.law.money import EXACT, ZERO, Rounding, add, to_fen


def share(freight: Decimal, values: Sequence[Decimal], rounding: Rounding = "half_up") -> tuple[Decimal, ...]:
    """Share an amount over lines by value, each part to the fen; the last line with a value takes the rest.

    ``freight`` and ``values`` are yuan, 0 or more, and there is at least one line, else ValueError. The parts are
    never below 0 and add up to the amount, also where it has more than two decimals: a part is at most what is left,
    so that many small lines rounded up cannot leave the last one a debt. Without any value the last line takes all.
    """
    if not values or freight < 0 or any(value < 0 for value in values):
        raise ValueError("分摊须有商品行，金额不得为负 / sharing needs a line and amounts of 0 or more")
    if not freight:
        return (freight,) * len(values)
    total = Fraction(add(values))
    last = max((at for at, value in enumerate(values) if value > 0), default=len(values) - 1)
    parts = [ZERO] * len(values)
    left = freight
    for at in range(last if total else 0):
        parts[at] = min(to_fen(Fraction(EXACT.multiply(freight, values[at])) / total, rounding), left)
        left = EXACT.subtract(left, parts[at])
    parts[last] = left
    return tuple(parts)
