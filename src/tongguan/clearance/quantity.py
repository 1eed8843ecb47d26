"""The quantity of some goods that a person may buy in a year (remarks of the positive list): held in kilograms.

An account for each limit and buyer stands beside the yearly quota in yuan and moves as it does: held at acceptance,
used at release, given back when the goods do not come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

from tongguan.ceb.problem import Problem
from tongguan.clearance.accounts import fits, taken
from tongguan.clearance.compare import show
from tongguan.clearance.model import Balance, Facts, FactsMissing, Held
from tongguan.clearance.rule import Rule
from tongguan.law.excise import Quantities, first_measure
from tongguan.law.inforce import IMPORT_SCHEME, LawAt
from tongguan.law.limits import BUYER
from tongguan.law.money import EXACT
from tongguan.law.rows import LimitRow

T05_KG = Rule(
    id="T05-KG", stage="match", documents=("inventory",), fields=("gcode", "qty1", "unit1", "buyerIdNumber"),
    zh="订购人购买该商品超过每人每年的数量限制", en="the buyer would be over the yearly quantity of these goods for a person",
    fix_zh="减少数量，或按一般贸易办理；数量须以千克等重量单位申报",
    fix_en="order less, or import it as general trade; the quantity has to be given in a unit of mass",
    source="remarks of the positive list", confidence="high",
)  # fmt: skip

RULES = (T05_KG,)
_GRAMS_PER_KG = 1000
_STEP = 100_000  # accounts count whole 1e-5 kg


def kilograms(line: Quantities) -> Decimal | None:
    """What a line weighs by the first mass filed, rounded up to 1e-5 kg; None where it has none."""
    found = first_measure(line, "mass")
    return None if found is None else Decimal(ceil(found.amount * _STEP / _GRAMS_PER_KG)).scaleb(-5, EXACT)


def quantity_limits(gcodes: Sequence[str], law: LawAt) -> tuple[str, ...]:
    """The quantity limits (limit_type) that goods of these codes count against, sorted."""
    rows = (law.listed(code) for code in gcodes)
    return tuple(sorted({row.year_limit for row in rows if row is not None and row.year_limit}))


def hold_quantities(
    lines: Sequence[Quantities], facts: Facts, law: LawAt
) -> tuple[list[Problem], tuple[Held, ...], list[str]]:
    """What the goods hold of the buyer's yearly quantities, what is over them, and the ids of the limits asked."""
    problems: list[Problem] = []
    held: dict[str, Held] = {}
    rows: list[str] = []
    for at, line in enumerate(lines, 1):
        listed = law.listed(line.gcode)
        if listed is None or not listed.year_limit:
            continue
        limit = law.limit(IMPORT_SCHEME, BUYER, listed.year_limit)
        rows.append(limit.id)
        wanted = kilograms(line)
        balance = _balance(facts, listed.year_limit)
        if wanted is None:
            problems.append(_over(at, limit, line.unit1, limit.unit))
            continue
        before = held[balance.account].amount if balance.account in held else Decimal(0)
        held[balance.account] = Held(balance.account, EXACT.add(before, wanted), False, limit.amount)
        if not fits(held[balance.account].amount, balance, limit.amount):
            found = f"{show(taken(balance))} + {show(held[balance.account].amount)} kg"
            problems.append(_over(at, limit, found, f"<= {show(limit.amount)} kg"))
    return problems, tuple(held.values()), rows


def quantity_account(limit_type: str, buyer: str) -> str:
    """The account of a buyer (the keyed hash of number and year) under one quantity limit."""
    return f"quota-kg:{limit_type}:{buyer}"


def _balance(facts: Facts, limit_type: str) -> Balance:
    prefix = quantity_account(limit_type, "")
    found = next((one for one in facts.quota_kg if one.account.startswith(prefix)), None)
    if found is None:
        raise FactsMissing(f"quota_kg {limit_type}")
    return found


def _over(at: int, limit: LimitRow, found: str, expected: str) -> Problem:
    path = f"InventoryList[{at}]/qty1"
    return T05_KG.problem("inventory", path, found=found, expected=expected, law_row=limit.id)
