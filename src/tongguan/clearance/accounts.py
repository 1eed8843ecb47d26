"""Names of the accounts, and the moves between free, held and used."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tongguan.clearance.model import Balance, Held, Move
from tongguan.law.money import EXACT


def guarantee_account(assure_code: str) -> str:
    """The account of a guarantor's tax guarantee, in yuan."""
    return f"guarantee:{assure_code}"


def stock_account(ems_no: str, item_record_no: str) -> str:
    """The account of one item of a bonded account book, in its first legal unit."""
    return f"stock:{ems_no}:{item_record_no}"


def taken(balance: Balance | None) -> Decimal:
    """Held and used together; nothing where no row is there yet."""
    return EXACT.add(balance.held, balance.used) if balance else Decimal(0)


def fits(amount: Decimal, balance: Balance | None, limit: Decimal) -> bool:
    """Whether ``amount`` may still be held below ``limit``."""
    return EXACT.add(taken(balance), amount) <= limit


def hold(held: Iterable[Held]) -> tuple[Move, ...]:
    """The moves that hold these amounts."""
    return tuple(Move(one.account, "hold", one.amount, one.limit) for one in held)


def use(held: Iterable[Held]) -> tuple[Move, ...]:
    """The moves that turn what is held into used (at release)."""
    return tuple(Move(one.account, "use", one.amount, one.limit) for one in held if not one.used)


def give_back(held: Iterable[Held]) -> tuple[Move, ...]:
    """The moves that free these amounts again (after a rejection)."""
    return tuple(Move(one.account, "give_back", one.amount, one.limit, one.used) for one in held)
