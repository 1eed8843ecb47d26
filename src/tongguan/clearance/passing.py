"""What comes to a document that is there: the arrival of what it waits for."""

from __future__ import annotations

from tongguan.clearance import tax_bill
from tongguan.clearance.entry_list import ARRIVAL
from tongguan.clearance.holds import ACCEPTED, GUARANTEE, open_holds
from tongguan.clearance.inventory import recheck, retry_guarantee
from tongguan.clearance.model import Case, Decision, Document, Facts, Woken
from tongguan.clearance.officers import pauses
from tongguan.clearance.officers.assignment import SHIFT, shift_begins
from tongguan.clearance.officers.play import proceed
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt


def woken(case: Case, event: Woken, facts: Facts, law: LawAt) -> Decision:
    """Something has come that an inventory waited for; it goes on from where it stood, or nothing happens."""
    inventory = case.existing
    if inventory is None or not _stands(inventory):
        return nothing(inventory)
    turn = Turn(facts, law)
    if event.by.kind == tax_bill.PAID:
        return turn.freeze(tax_bill.paid(inventory, event.by.key[0], turn), inventory)
    if event.by.kind == SHIFT:
        return shift_begins(case, event, facts, law)
    if event.by.kind in (ARRIVAL, pauses.KIND):
        if inventory.status not in ACCEPTED:
            return nothing(inventory)
        return turn.freeze(recheck(inventory, turn), inventory)
    if inventory.status in ACCEPTED and any(one.kind == GUARANTEE for one in open_holds(inventory)):
        if facts.answer("guarantee") == "low" and event.by.kind != "guarantor":
            return nothing(inventory)
        return turn.freeze(retry_guarantee(inventory, turn), inventory)
    if inventory.status != "2":
        return nothing(inventory)
    return turn.freeze(proceed(inventory, case, turn), inventory)


def _stands(document: Document) -> bool:
    """Whether this is an inventory that is neither deleted nor erased."""
    return document.kind == "inventory" and not document.deleted and document.record is not None
