"""What is left of an inventory after goods were returned, line by line, and what a return gives back.

Each figure of a line is taken as figure × quantity left ÷ quantity filed, always from the figures of acceptance: so the
parts given back by successive returns add up to the whole, whatever their order. Taxes and values are rounded half up
to the fen, quantities of stock to the fifth decimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from tongguan.clearance.accounts import stock_account
from tongguan.clearance.model import Document, Held, Move, TaxedLine
from tongguan.clearance.quantity import kilograms
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT, ZERO, add, to_fen

Quantities = tuple[tuple[int, Decimal], ...]
_TAXES = ("customsTax", "valueAddedTax", "consumptionTax")
_NONE = Decimal(0)


def together(*lists: Iterable[tuple[int, Decimal]]) -> Quantities:
    """Quantities by line number, added up."""
    sums: dict[int, Decimal] = {}
    for quantities in lists:
        for gnum, qty in quantities:
            sums[gnum] = EXACT.add(sums.get(gnum, _NONE), qty)
    return tuple(sorted(sums.items()))


def lines_left(inventory: Document) -> tuple[TaxedLine, ...]:
    """The taxed lines of an inventory that are not returned whole, with value and taxes of what is left of them."""
    return tuple(line for line, left in _lines(inventory, inventory.returned) if left)


def give_back_parts(inventory: Document, returned: Quantities, law: LawAt) -> tuple[tuple[Move, ...], tuple[Held, ...]]:
    """What the accounts get when ``returned`` (all returns so far, this one included) has come back: moves, and what
    stays held or used.

    The buyer's year gets the value, the guarantee the taxes unless it is free already, stock and yearly quantities of
    goods the quantity. ``law`` says which goods have such a quantity; if it has changed, no more than is held goes
    back.
    """
    before, after = _amounts(inventory, inventory.returned, law), _amounts(inventory, returned, law)
    moves, held = [], []
    for one in inventory.held:
        name = _purse(one)
        back = min(EXACT.subtract(before.get(name, ZERO), after.get(name, ZERO)), one.amount)
        if back:
            moves.append(Move(one.account, "give_back", back, one.limit, one.used))
        if rest := EXACT.subtract(one.amount, back):
            held.append(msgspec.structs.replace(one, amount=rest))
    return tuple(moves), tuple(held)


def _purse(held: Held) -> str:
    """What of an account tells it from the others that one inventory holds: an account of a buyer ends in the buyer."""
    kind, _, rest = held.account.partition(":")
    if kind == "stock":
        return held.account
    return f"{kind}:{rest.partition(':')[0]}" if kind == "quota-kg" else kind


def _amounts(inventory: Document, returned: Quantities, law: LawAt) -> dict[str, Decimal]:
    """What an inventory takes of each purse when so much of it has been returned."""
    amounts = {"quota": ZERO, "guarantee": ZERO}
    for line, _ in _lines(inventory, returned):
        amounts["quota"] = EXACT.add(amounts["quota"], line.taxPrice)
        amounts["guarantee"] = add((amounts["guarantee"], *(getattr(line, tax) for tax in _TAXES)))
    head, back = inventory.record.InventoryHead, dict(returned)
    for line in inventory.record.InventoryList:
        taken = back.get(line.gnum, _NONE)
        if head.emsNo:
            account = stock_account(head.emsNo, line.itemRecordNo or "")
            amounts[account] = EXACT.add(amounts.get(account, _NONE), _quantity_left(line.qty1, line.qty, taken))
        listed = law.listed(line.gcode)
        if listed is not None and listed.year_limit and (weight := kilograms(line)) is not None:
            account = f"quota-kg:{listed.year_limit}"
            amounts[account] = EXACT.add(amounts.get(account, _NONE), _quantity_left(weight, line.qty, taken))
    return amounts


def _lines(inventory: Document, returned: Quantities) -> Iterator[tuple[TaxedLine, bool]]:
    """Each taxed line as it is when so much has been returned, and whether anything of it is left."""
    assert inventory.tax is not None, "a released inventory has its tax"
    filed: dict[int, Any] = {line.gnum: line for line in inventory.record.InventoryList}
    back = dict(returned)
    for line in inventory.tax.lines:
        taken = back.get(line.gnum, _NONE)
        if not taken:
            yield line, True
            continue
        part = Fraction(EXACT.subtract(filed[line.gnum].qty, taken)) / Fraction(filed[line.gnum].qty)
        figures = {name: _part(getattr(line, name), part) for name in ("taxPrice", *_TAXES)}
        yield msgspec.structs.replace(line, **figures), part > 0


def _part(amount: Decimal, part: Fraction) -> Decimal:
    """A part of an amount to the fen; never more than the whole, should that have less than a fen."""
    return min(to_fen(Fraction(amount) * part), amount)


def _quantity_left(quantity: Decimal, qty: Decimal, returned: Decimal) -> Decimal:
    """What is left of a quantity of a line (of ``qty`` in the unit of the deal), to the fifth decimal as accounts hold
    it.
    """
    if not returned:
        return quantity
    left = Fraction(quantity) * Fraction(EXACT.subtract(qty, returned)) / Fraction(qty)
    return min(to_fen(left * 1000).scaleb(-3, EXACT), quantity)
