"""Acceptance (120), the holds that follow it, and release (399, 800)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.accounts import fits, guarantee_account, taken
from tongguan.clearance.admission import Admission
from tongguan.clearance.compare import show
from tongguan.clearance.law_rules import T05
from tongguan.clearance.match_rules import M16_LOW
from tongguan.clearance.model import Document, Facts, Held, Hold, Taxed
from tongguan.law.inforce import LawAt
from tongguan.law.limits import within_year, year_limit
from tongguan.law.tax import TaxBill

GUARANTEE = "guarantee"

HOLD_STATUS = {"review": "300", "examination": "500", GUARANTEE: "120"}
"""The receipt status of an inventory while a hold of this kind is open."""

# Which status shows when several holds are open: the gravest.
_GRAVITY = ("120", "300", "400", "500", "501", "502", "503", "599", "600")


class FactsMissing(Exception):
    """The engine did not look up what a decision needs. Broken code, never a fault of a filing."""


class Year(NamedTuple):
    """The buyer's year after this inventory: what is held, or why it cannot be; and the rows of law used."""

    held: Held | None
    problem: Problem | None
    law_rows: tuple[str, ...]


def hold_year(value: Decimal, facts: Facts, law: LawAt) -> Year:
    """Hold the dutiable value in the buyer's year of acceptance, or say that the year has not so much left."""
    if facts.quota is None:
        raise FactsMissing("quota")
    limit = year_limit(law)
    used = limit.amount if facts.answer("quota") == "used-up" else taken(facts.quota)
    over = within_year(value, used, law)
    if over is not None and not over.allowed:
        problem = T05.problem(
            "inventory",
            "InventoryHead/dutiableValue",
            found=f"{show(used)} + {show(value)}",
            expected=f"<= {show(limit.amount)}",
            law_row=limit.id,
        )
        return Year(None, problem, (limit.id, over.id))
    return Year(Held(facts.quota.account, value, False, limit.amount), None, (limit.id,))


def hold_guarantee(bill: TaxBill | Taxed, facts: Facts) -> Held | None:
    """Hold the tax in the guarantee; None when its balance is too low."""
    row = facts.guarantee
    if row is None or not fits(bill.taxTotal, facts.guarantee_balance, row.amount):
        return None
    account = facts.guarantee_balance.account if facts.guarantee_balance else guarantee_account(row.assure_code)
    return Held(account, bill.taxTotal, False, row.amount)


def guarantee_hold(now: datetime) -> Hold:
    """Why an inventory waits when the guarantee is too low."""
    return Hold(
        agency="customs",
        kind=GUARANTEE,
        status=HOLD_STATUS[GUARANTEE],
        reason_zh=M16_LOW.zh,
        reason_en=M16_LOW.en,
        since=now,
    )


class Drawn(NamedTuple):
    """What the lanes say: holds, the draws (to be kept for later versions) and the ids of the lanes asked."""

    holds: tuple[Hold, ...]
    draws: tuple[tuple[str, Decimal], ...]
    lanes: tuple[str, ...]


def drawn_holds(inventory: Document, facts: Facts, law: LawAt) -> Drawn:
    """The holds of the lanes that this inventory is drawn for. A draw made once stands: filing again is no new draw."""
    head, lines = inventory.record.InventoryHead, inventory.record.InventoryList
    known = dict(facts.draws) | dict(inventory.draws)
    lanes = law.lanes(head.customsCode, [line.gcode for line in lines], head.tradeMode)
    if wanting := [lane.id for lane in lanes if lane.id not in known]:
        raise FactsMissing(f"draws of lanes {wanting}")
    holds = tuple(
        Hold(
            agency="customs",
            kind=lane.hold,
            status=HOLD_STATUS[lane.hold],
            reason_zh=lane.zh,
            reason_en=lane.en,
            since=facts.now,
            lane=lane.id,
        )
        for lane in lanes
        if known[lane.id] < lane.share
    )
    draws = dict(inventory.draws) | {lane.id: known[lane.id] for lane in lanes}
    return Drawn(holds, tuple(draws.items()), tuple(lane.id for lane in lanes))


def open_holds(inventory: Document) -> tuple[Hold, ...]:
    """The holds that are not lifted yet, whatever their agency."""
    return tuple(one for one in inventory.holds if one.lifted_at is None)


def lift(holds: Sequence[Hold], kinds: Sequence[str], by: str, now: datetime) -> tuple[Hold, ...]:
    """The holds with the open ones of these kinds lifted."""
    return tuple(
        msgspec.structs.replace(one, lifted_at=now, lifted_by=by)
        if one.lifted_at is None and one.kind in kinds
        else one
        for one in holds
    )


def status_of(holds: Sequence[Hold]) -> str:
    """The status that open holds show: the gravest of theirs, 120 where there is none."""
    return max((one.status for one in holds if one.lifted_at is None), key=_GRAVITY.index, default="120")


def accept(
    inventory: Document, admission: Admission, year: Held, facts: Facts, law: LawAt, law_rows: tuple[str, ...]
) -> Document:
    """The accepted inventory: its number, its tax, what it holds and which holds are open on it."""
    assert admission.bill is not None, "an inventory without a tax bill has a problem and is not accepted"
    guarantee = None if facts.answer("guarantee") == "low" else hold_guarantee(admission.bill, facts)
    drawn = drawn_holds(inventory, facts, law)
    holds = drawn.holds
    if guarantee is None:
        holds = (guarantee_hold(facts.now), *holds)
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
        law_rows=tuple(dict.fromkeys((*law_rows, *drawn.lanes))),
    )


def _number(inventory: Document, facts: Facts) -> str:
    """The inventory number: the one it has, if office and year (its first eight characters) still fit, else a new
    one.
    """
    if not facts.next_invt_no:
        raise FactsMissing("next_invt_no")
    kept = inventory.invt_no
    return kept if kept and kept[:8] == facts.next_invt_no[:8] else facts.next_invt_no
