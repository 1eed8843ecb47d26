"""Exact money: one Decimal context, one way to the fen, one way to whole 1e-5 yuan. Nothing here is a float."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import lru_cache
from typing import Literal

Rounding = Literal["half_up", "half_even"]

# Sixty digits hold any sum or product of amounts of nineteen digits; an operation that would lose one raises Inexact.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])

ZERO = Decimal("0.00")

# Figures of law rows come again with every line, so their fractions are kept. Not for amounts filed: those differ.
fraction = lru_cache(maxsize=1024)(Fraction)


def add(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum, in yuan; 0.00 of none."""
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def to_fen(yuan: Fraction, rounding: Rounding = "half_up") -> Decimal:
    """Round an amount to the fen (two decimals); ``half_up`` is 四舍五入, ``half_even`` takes the even fen at a half.

    ``yuan`` is 0 or more, else ValueError: a refund reverses a charge, it is not computed anew.
    """
    if yuan < 0:
        raise ValueError(f"负数金额不可舍入到分 / an amount below zero is not rounded: {yuan}")
    whole, rest = divmod(100 * yuan.numerator, yuan.denominator)
    if 2 * rest > yuan.denominator or (2 * rest == yuan.denominator and (rounding == "half_up" or whole % 2)):
        whole += 1
    return Decimal(whole).scaleb(-2, EXACT)


def to_1e5(yuan: Decimal) -> int:
    """The amount in whole 1e-5 yuan, as columns hold it. Raises ValueError when it has more than five decimals."""
    scaled = yuan.scaleb(5, EXACT)
    units = int(scaled)
    if units != scaled:
        raise ValueError(f"金额超过五位小数 / more than five decimals: {yuan}")
    return units


def from_1e5(units: int) -> Decimal:
    """The amount of so many 1e-5 yuan, with five decimals, or two where the other three are 0."""
    amount = Decimal(units).scaleb(-5, EXACT)
    return amount.quantize(ZERO, context=EXACT) if units % 1000 == 0 else amount
