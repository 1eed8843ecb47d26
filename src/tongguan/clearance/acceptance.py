"""Acceptance (120), the holds that follow it, and release (399, 800)."""

from __future__ import annotations

import msgspec

from tongguan.clearance.accounts import fits, guarantee_account
from tongguan.clearance.admission import Admission
from tongguan.clearance.holds import GUARANTEE, HOLD_STATUS, open_holds, status_of
from tongguan.clearance.lanes import drawn_holds
from tongguan.clearance.match_rules import M16_LOW, M16_UNPAID
from tongguan.clearance.model import Document, Facts, FactsMissing, Held, Hold, Taxed
from tongguan.clearance.unpaid import is_closed
from tongguan.law.inforce import LawAt
from tongguan.law.tax import TaxBill


def hold_guarantee(bill: TaxBill | Taxed, facts: Facts) -> Held | None:
    """Hold the tax in the guarantee; None when its balance is too low."""
    row = facts.guarantee
    if row is None or not fits(bill.taxTotal, facts.guarantee_balance, row.amount):
        return None
    account = facts.guarantee_balance.account if facts.guarantee_balance else guarantee_account(row.assure_code)
    return Held(account, bill.taxTotal, False, row.amount)


def guarantee_hold(facts: Facts) -> Hold:
    """Why an inventory waits when the guarantee is too low, or closed."""
    closed = is_closed(facts)
    rule = M16_UNPAID if closed else M16_LOW
    return Hold(
        agency="customs",
        kind=GUARANTEE,
        status=HOLD_STATUS[GUARANTEE],
        reason_zh=rule.zh,
        reason_en=rule.en,
        since=facts.now,
        rule=rule.id if closed else "",
    )


def with_open_guarantee(inventory: Document, facts: Facts) -> Document:
    """The inventory with a hold of the guarantee, where that was closed after the tax had been held in it."""
    if not is_closed(facts) or any(one.kind == GUARANTEE for one in open_holds(inventory)):
        return inventory
    holds = (*inventory.holds, guarantee_hold(facts))
    return msgspec.structs.replace(inventory, holds=holds, status=status_of(holds))


def accept(
    inventory: Document, admission: Admission, year: Held | None, facts: Facts, law: LawAt, law_rows: tuple[str, ...]
) -> Document:
    """The accepted inventory: its number, its tax, what it holds and which holds are open on it.

    ``year`` is None where nothing is held of the buyer's year.
    """
    assert admission.bill is not None, "an inventory without a tax bill has a problem and is not accepted"
    refused = is_closed(facts) or facts.answer("guarantee") == "low"
    guarantee = None if refused else hold_guarantee(admission.bill, facts)
    drawn = drawn_holds(inventory, admission.bill.taxPrice, facts, law)
    holds = (*admission.holds, *drawn.holds)
    if guarantee is None:
        holds = (guarantee_hold(facts), *holds)
    return msgspec.structs.replace(
        inventory,
        status=status_of(holds),
        invt_no=_number(inventory, facts),
        accepted_at=facts.now,
        lapses_at=None,
        missing=(),
        problems=admission.notes,
        tax=Taxed.of(admission.bill),
        doubtful=admission.doubtful,
        held=tuple(one for one in (year, guarantee, *admission.stock) if one is not None),
        holds=holds,
        draws=drawn.draws,
        law_rows=tuple(dict.fromkeys((*law_rows, *drawn.law_rows))),
    )


def _number(inventory: Document, facts: Facts) -> str:
    """The inventory number: the one it has, if office and year (its first eight characters) still fit, else a new
    one.
    """
    if not facts.next_invt_no:
        raise FactsMissing("next_invt_no")
    kept = inventory.invt_no
    return kept if kept and kept[:8] == facts.next_invt_no[:8] else facts.next_invt_no
