"""In a replay: the facts that came from our own tables, held against what the events before have left."""

from __future__ import annotations

from collections.abc import Iterator

from tongguan.clearance.model import Event, Facts, Pulled
from tongguan.clearance.officers.queue import QUEUED
from tongguan.clearance.payment_pull import failures_account
from tongguan.clearance.record import waybill_of_head
from tongguan.clearance.unpaid import unpaid_bills_account
from tongguan.engine.cases import case_of, filed_head, waybills_listed
from tongguan.engine.expiry import expiry_facts
from tongguan.engine.facts import CHINA, Sources, balances, parties_named, record_at_hand
from tongguan.engine.handling import handling_facts
from tongguan.engine.numbers import first_rkd_serial, first_serial, invt_no_scope, pre_no_scope, rkd_no_scope
from tongguan.engine.parcels import arrival_for, listed_elsewhere, released_by_other
from tongguan.engine.pulls import paid_orders
from tongguan.engine.workspace import Workspace

Finding = tuple[str, object, object]
"""Which fact, as stored, as found."""


def stale_facts(event: Event, facts: Facts, workspace: Workspace, sandbox: bool) -> Iterator[Finding]:
    """Every stored fact of an event that our tables, as they stood before it, do not bear out."""
    for stored in balances(facts):
        if stored != (found := workspace.balance(stored.account)):
            yield f"balance {stored.account.partition(':')[0]}", stored, found
    yield from _numbers(facts, workspace, first_serial(sandbox))
    if event.kind == "inventory":
        yield from _parcel(event, facts, workspace)
    elif event.kind == "entry_list":
        listed = listed_elsewhere(event.key, waybills_listed(event, workspace.document(*_name(event))), workspace)
        if facts.listed != listed:
            yield "listed", facts.listed, listed
    elif isinstance(event, Pulled) and facts.paid_orders != (paid := paid_orders(event, workspace)):
        yield "paid_orders", facts.paid_orders, paid
    elif event.kind == "waybill":
        yield from _released(facts, released_by_other(workspace.document(*_name(event)), (), workspace))


def stale_handling(event: Event, facts: Facts, sources: Sources) -> Iterator[Finding]:
    """The stored facts about endings, officers, duty and pauses that registry, seed and earlier events do not bear
    out.
    """
    for name, fresh in expiry_facts(event, sources).items():
        if (stored := getattr(facts, name)) != fresh:
            yield name, stored, fresh
    case = case_of(event, sources.workspace, sandbox=sources.sandbox)
    record = record_at_hand(event, case)
    if event.kind in QUEUED and record is None:
        return  # erased meanwhile
    found = handling_facts(event, case, record, parties_named(event, case), sources, facts.now)
    for name in ("officers", "duty", "pauses"):
        stored, fresh = getattr(facts, name), found.get(name)
        # Commands of before officers could be registered have no such fact.
        if (stored or fresh) and stored != fresh and not (name == "officers" and stored is None):
            yield name, stored, fresh


def _numbers(facts: Facts, workspace: Workspace, first: int) -> Iterator[Finding]:
    day = facts.now.astimezone(CHINA).date()
    for text, scope, digits, start in (
        (facts.next_pre_no, pre_no_scope(day, facts.next_pre_no[:1]), 9, first),
        (facts.next_invt_no, invt_no_scope(facts.next_invt_no[:4], day), 9, first),
        (facts.next_rkd_no, rkd_no_scope(facts.next_rkd_no[:4], day), 6, first_rkd_serial(first)),
    ):
        if text and int(text[-digits:]) != (number := workspace.next_number(scope, start)):
            yield f"number {scope}", text, number


def _parcel(event: Event, facts: Facts, workspace: Workspace) -> Iterator[Finding]:
    case = case_of(event, workspace)
    head = filed_head(event, case.existing)
    if head is None:
        return
    failures = workspace.balance(failures_account(head.ebpCode))
    if failures.held and facts.failed_pulls is None:
        yield "failed_pulls", None, failures
    unpaid = workspace.balance(unpaid_bills_account(head.assureCode))
    if unpaid.held and facts.unpaid_bills is None:
        yield "unpaid_bills", None, unpaid
    found = arrival_for(waybill_of_head(head), case.waybill, facts.site, workspace)
    if facts.arrival != found:
        yield "arrival", facts.arrival, found
    yield from _released(facts, released_by_other(case.waybill, event.key, workspace))


def _released(facts: Facts, found: object) -> Iterator[Finding]:
    # Events of before this fact was looked up have none.
    if facts.waybill_released_at is not None and facts.waybill_released_at != found:
        yield "waybill_released_at", facts.waybill_released_at, found


def _name(event: Event) -> tuple[str, tuple[str, ...]]:
    return event.kind, event.key
