"""Gathering: the facts for deciding on an event, everything looked up once and frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tongguan.clearance import rules_version
from tongguan.clearance.closing import BILL
from tongguan.clearance.model import Balance, Case, Document, Due, Event, Facts, Key, Pulled, RecordFiled
from tongguan.clearance.payment_pull import failures_account
from tongguan.clearance.quantity import quantity_account, quantity_limits
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import REQUESTS
from tongguan.clearance.tax_bill import PAYMENT_BILL, ent_duty_no, payment_bill_account
from tongguan.clearance.unpaid import guarantor_of, unpaid_bill_account, unpaid_bills_account
from tongguan.engine.cases import filed_head, waybills_listed
from tongguan.engine.copies import copy_facts
from tongguan.engine.expiry import expiry_facts
from tongguan.engine.handling import handling_facts
from tongguan.engine.numbers import first_serial, next_invt_no, next_pre_no, next_rkd_no
from tongguan.engine.parcels import arrival_for, listed_elsewhere, released_by_other
from tongguan.engine.pulls import pull_facts
from tongguan.engine.workspace import Workspace
from tongguan.law.inforce import Law
from tongguan.registry.identities import seal
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import Registry
from tongguan.store.events import utc
from tongguan.store.keys import KeyRing

CHINA = timezone(timedelta(hours=8))
SCENARIO = "SCENARIO:"
CODE = "code-"
"""How the scenarios begin that ask for one code of a receipt; they are too many to be named one by one."""
Scenarios = Mapping[str, tuple[tuple[str, str], ...]]
"""What the counterparties answer in each scenario of a sandbox: (who, what) by name."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where facts come from. The snapshots are those in force when the event is folded."""

    workspace: Workspace
    keys: KeyRing
    law: Law
    registry: Registry
    sandbox: bool
    scenarios: Scenarios | None = None

    @property
    def first_serial(self) -> int:
        return first_serial(self.sandbox)


def facts_of(event: Event, case: Case, sources: Sources, now: datetime, received_ns: int = 0) -> Facts:
    """Look up everything that deciding on this event may need. ``now`` is the wall time of the cut, aware UTC."""
    day = now.astimezone(CHINA).date()
    registry = sources.registry
    sender = certificate = None
    if isinstance(event, RecordFiled):
        sender = registry.by_dxp(event.sender, day)
        if event.verdict.fingerprint:
            certificate = registry.certificate(event.verdict.fingerprint.hex())
    common: dict[str, Any] = {
        "now": now,
        "received_at": utc(received_ns) if received_ns else None,
        "law_digest": sources.law.digest,
        "registry_digest": registry.digest,
        "rules": rules_version.RULES_VERSION,
        "sender": sender,
        "certificate": certificate,
    }
    if isinstance(event, Pulled):
        common |= pull_facts(event, sources.workspace, registry)
    common["answers"] = answers = _answers(event, case, sources)
    record = record_at_hand(event, case)
    if record is not None and event.kind in _LOOK_UPS:
        common |= _LOOK_UPS[event.kind](event, case, sources, day)
    if event.kind == "inventory" and record is not None:
        common |= _inventory_facts(event.key, record, case, sources, day)
    codes = parties_named(event, case)
    common |= handling_facts(event, case, record, codes, sources, now, played=dict(answers).get("lane", ""))
    common |= copy_facts(event, case, registry, day)
    common["parties"] = _parties(codes, registry, day)
    if (number := _payment_bill(event, record, day)) is not None:
        common["payment_bill"] = sources.workspace.balance(payment_bill_account(number))
    if event.kind == PAYMENT_BILL:
        common["unpaid_bill"] = sources.workspace.balance(unpaid_bill_account(event.key[0]))
        common["unpaid_bills"] = sources.workspace.balance(unpaid_bills_account(guarantor_of(event.key[0])))
    common |= expiry_facts(event, sources)
    return Facts(**common)


def record_at_hand(event: Event, case: Case) -> Any:
    """The record that was filed, or the one that stands; None where there is none any more."""
    return event.record if isinstance(event, RecordFiled) else case.existing.record if case.existing else None


def parties_named(event: Event, case: Case) -> set[str]:
    """The codes of all companies that the event, its document and the papers beside it name."""
    codes: set[str] = {event.transfer[0]} if isinstance(event, RecordFiled) else set()
    record = record_at_hand(event, case)
    if record is not None:
        codes |= _codes(event.kind, record)
    beside: tuple[Document | None, ...] = (case.inventory,) if event.kind in REQUESTS else ()
    if event.kind == "inventory" and record is not None:
        beside = (case.order, case.waybill, *case.payments)
    for paper in beside:
        if paper is not None and paper.record is not None:
            codes |= _codes(paper.kind, paper.record)
    return codes


def _payment_bill(event: Event, record: Any, day: date) -> str | None:
    """The payment bill that a command names, or that a tax bill whose day has come is summarised into; else None."""
    if event.kind == PAYMENT_BILL:
        return event.key[0]
    if isinstance(event, Due) and event.what == BILL and record is not None:
        return ent_duty_no(record.InventoryHead, day)
    return None


def account_names(head: Any, lines: Any, keys: KeyRing, day: date) -> list[str]:
    """The accounts that an inventory may move or asks for: the buyer's quota of the year, the guarantee, its platform's
    failed pulls, each stock item.
    """
    names = [
        quota_account(head.buyerIdNumber, keys, day),
        f"guarantee:{head.assureCode}",
        failures_account(head.ebpCode),
        unpaid_bills_account(head.assureCode),
    ]
    if head.emsNo:
        names += [stock_account(head.emsNo, line.itemRecordNo or "") for line in lines]
    return names


def quota_account(number: str, keys: KeyRing, day: date) -> str:
    """A buyer's year: the number itself never stands in it."""
    return f"quota:{keys.person_hash(number, day.year)}"


def stock_account(ems_no: str, item_record_no: str) -> str:
    return f"stock:{ems_no}:{item_record_no}"


def _request_facts(event: Event, case: Case, sources: Sources, day: date) -> dict[str, Any]:
    return {"next_pre_no": next_pre_no(event.kind, sources.workspace, day, sources.first_serial)}


def _entry_list_facts(event: Event, case: Case, sources: Sources, day: date) -> dict[str, Any]:
    office, workspace = filed_head(event, case.existing).customsCode, sources.workspace
    return {
        "next_pre_no": next_pre_no(event.kind, workspace, day, sources.first_serial),
        "next_rkd_no": next_rkd_no(office, workspace, day, sources.first_serial),
        "listed": listed_elsewhere(event.key, waybills_listed(event, case.existing), workspace),
    }


def _waybill_facts(event: Event, case: Case, sources: Sources, day: date) -> dict[str, Any]:
    return {"waybill_released_at": released_by_other(case.existing, (), sources.workspace)}


_LOOK_UPS: Mapping[str, Callable[[Event, Case, Sources, date], dict[str, Any]]] = {
    "cancellation": _request_facts,
    "goods_return": _request_facts,
    "entry_list": _entry_list_facts,
    "waybill": _waybill_facts,
}


def _inventory_facts(key: Key, record: Any, case: Case, sources: Sources, day: date) -> dict[str, Any]:
    head, lines = record.InventoryHead, record.InventoryList
    workspace, registry = sources.workspace, sources.registry
    quota = workspace.balance(quota_account(head.buyerIdNumber, sources.keys, day))
    guarantee = registry.guarantee(head.assureCode, day)
    site = registry.site(head.loctNo) if head.loctNo else None
    waybill_key = head.logisticsCode, head.logisticsNo
    found: dict[str, Any] = {
        "quota": quota,
        "guarantee": guarantee,
        "guarantee_balance": workspace.balance(f"guarantee:{head.assureCode}") if guarantee else None,
        "site": site,
        "arrival": arrival_for(waybill_key, case.waybill, site, workspace),
        "waybill_users": tuple(user for user in workspace.waybill_users(waybill_key) if user != key),
        "waybill_released_at": released_by_other(case.waybill, key, workspace),
        "next_pre_no": next_pre_no("inventory", workspace, day, sources.first_serial),
        "next_invt_no": next_invt_no(head.customsCode, workspace, day, sources.first_serial),
    }
    law = sources.law.at(day)
    if limits := quantity_limits([line.gcode for line in lines], law):
        buyer = sources.keys.person_hash(head.buyerIdNumber, day.year)
        found["quota_kg"] = tuple(workspace.balance(quantity_account(limit, buyer)) for limit in limits)
    if registry.identities:
        found["identity"] = registry.identities.answer(
            seal(sources.keys.identity_key(), head.buyerIdNumber, head.buyerName)
        )
    if (failures := workspace.balance(failures_account(head.ebpCode))).held:
        found["failed_pulls"] = failures
    if (unpaid := workspace.balance(unpaid_bills_account(head.assureCode))).held:
        found["unpaid_bills"] = unpaid
    if head.emsNo:
        items = dict.fromkeys(line.itemRecordNo or "" for line in lines)
        rows = [row for item in items if (row := registry.book_item(head.emsNo, item)) is not None]
        found["book_items"] = tuple(rows)
        found["stock"] = tuple(workspace.balance(stock_account(row.ems_no, row.item_record_no)) for row in rows)
    return found


def _answers(event: Event, case: Case, sources: Sources) -> tuple[tuple[str, str], ...]:
    """The answers of the scenario that the note names; none in production, whose notes are nobody's business here."""
    if not sources.sandbox or sources.scenarios is None:
        return ()
    record = event.record if isinstance(event, RecordFiled) else case.existing.record if case.existing else None
    note = head_of(event.kind, record).note if record is not None else None
    if not note or not note.startswith(SCENARIO):
        return ()
    name = note.removeprefix(SCENARIO).split(maxsplit=1)[0] if note.removeprefix(SCENARIO).strip() else "?"
    if name not in sources.scenarios:
        known = [one for one in sources.scenarios if not one.startswith(CODE)]
        return ("unknown", name[:40]), ("known", " ".join([*known, f"{CODE}<code>"]))
    return sources.scenarios[name]


_CODES = {
    "order": ("ebpCode", "ebcCode", "payCode"),
    "payment": ("payCode", "ebpCode"),
    "waybill": ("logisticsCode",),
    "inventory": ("ebpCode", "ebcCode", "agentCode", "logisticsCode", "areaCode", "assureCode"),
    "cancellation": ("ebpCode", "ebcCode", "agentCode", "logisticsCode"),
    "goods_return": ("ebpCode", "ebcCode", "agentCode", "logisticsCode"),
    "entry_list": ("operatorCode", "logisticsCode"),
    "waybill_status": ("logisticsCode",),
}


def _codes(kind: str, record: Any) -> set[str]:
    head = head_of(kind, record)
    return {getattr(head, name) for name in _CODES[kind]} - {None, ""}


def _parties(codes: set[str], registry: Registry, day: date) -> tuple[PartyRow, ...]:
    return tuple(row for code in sorted(codes) if (row := registry.party(code, day)) is not None)


def balances(facts: Facts) -> tuple[Balance, ...]:
    """All balances among the facts."""
    shared = (facts.payment_bill, facts.failed_pulls, facts.unpaid_bill, facts.unpaid_bills)
    found = (facts.quota, facts.guarantee_balance, *facts.stock, *facts.quota_kg, *shared)
    return tuple(one for one in found if one is not None)
