"""How two values are held to agree: amounts to two decimals within a tolerance, texts without blanks around them."""

from __future__ import annotations

from decimal import Decimal

from tongguan.law.money import EXACT

_FEN = Decimal("0.01")
# Only the rounding to the fen may drop digits, and only here.
_ROUND = EXACT.copy()
_ROUND.clear_traps()


def fen(amount: Decimal) -> Decimal:
    """The amount to two decimals, half up: what two filed amounts are compared in."""
    return amount.quantize(_FEN, context=_ROUND)


def amounts_agree(left: Decimal, right: Decimal, tolerance: Decimal) -> bool:
    """Whether two amounts in yuan, each to two decimals, differ by no more than the tolerance.

    Source: no tolerance is public; two decimals and a tolerance of 0 are our reading (setting amount_tolerance_yuan).
    """
    return left == right or abs(EXACT.subtract(fen(left), fen(right))) <= tolerance


def texts_agree(left: str | None, right: str | None) -> bool:
    """Whether two texts are the same, blanks around them aside; absent and empty are the same."""
    return left == right or (left or "").strip() == (right or "").strip()


def show(value: object) -> str:
    """A filed value as text: amounts without trailing zeros past two decimals, absent as empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        if text.endswith("0") and (point := text.find(".")) >= 0:
            text = text[: point + 3] + text[point + 3 :].rstrip("0")
        return text
    return str(value)
