"""Gathering: the case an event is about, and the facts for deciding on it. The only room that looks things up."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from tongguan.clearance.model import Balance, Case, Event, Facts, Key, RecordFiled
from tongguan.engine.workspace import Workspace
from tongguan.law.inforce import Law
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import Registry
from tongguan.store.events import utc
from tongguan.store.keys import KeyRing

CHINA = timezone(timedelta(hours=8))
SANDBOX_SERIAL = 900_000_001
"""Numbers of a sandbox come from a range of their own: serials that begin with 9."""
_DRAW_DIGITS = 12
SCENARIO = "SCENARIO:"
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
        return SANDBOX_SERIAL if self.sandbox else 1


def case_of(event: Event, workspace: Workspace) -> Case:
    """What was filed about the event's order, as far as the decision needs it (``clearance.model.Case``)."""
    existing = workspace.document(event.kind, event.key)
    if event.kind != "inventory":
        return Case(existing=existing)
    head = _inventory_head(event, existing)
    if head is None:
        return Case(existing=existing)
    order_key = head.ebpCode, head.orderNo
    return Case(
        existing=existing,
        order=workspace.document("order", order_key),
        payments=workspace.payments(order_key),
        waybill=workspace.document("waybill", (head.logisticsCode, head.logisticsNo)),
        inventories=tuple(other for other in workspace.inventories(order_key) if other.key != event.key),
    )


def facts_of(event: Event, case: Case, sources: Sources, now: datetime, received_ns: int = 0) -> Facts:
    """Look up everything that deciding on this event may need. ``now`` is the wall time of the cut, aware UTC."""
    day = now.astimezone(CHINA).date()
    registry = sources.registry
    sender = certificate = None
    codes: set[str] = set()
    if isinstance(event, RecordFiled):
        sender = registry.by_dxp(event.sender, day)
        if event.verdict.fingerprint:
            certificate = registry.certificate(event.verdict.fingerprint.hex())
        codes = _codes(event.kind, event.record) | {event.transfer[0]}
    common: dict[str, Any] = {
        "now": now,
        "received_at": utc(received_ns) if received_ns else None,
        "law_digest": sources.law.digest,
        "registry_digest": registry.digest,
        "sender": sender,
        "certificate": certificate,
    }
    existing = case.existing
    common["answers"] = answers = _answers(event, case, sources)
    record = event.record if isinstance(event, RecordFiled) else existing.record if existing else None
    if event.kind == "inventory" and record is not None:
        codes |= _codes("inventory", record)
        if case.order and case.order.record:
            codes |= _codes("order", case.order.record)
        common |= _inventory_facts(event.key, record, case, sources, day)
        if lane := dict(answers).get("lane"):
            common["draws"] = _draws_for(lane, common["draws"], record, sources, day)
    common["parties"] = _parties(codes, registry, day)
    return Facts(**common)


def account_names(head: Any, lines: Any, keys: KeyRing, day: date) -> list[str]:
    """The accounts that an inventory may move: the buyer's quota of the year, the guarantee, each stock item."""
    names = [quota_account(head.buyerIdNumber, keys, day), f"guarantee:{head.assureCode}"]
    if head.emsNo:
        names += [stock_account(head.emsNo, line.itemRecordNo or "") for line in lines]
    return names


def quota_account(number: str, keys: KeyRing, day: date) -> str:
    """A buyer's year: the number itself never stands in it."""
    return f"quota:{keys.person_hash(number, day.year)}"


def stock_account(ems_no: str, item_record_no: str) -> str:
    return f"stock:{ems_no}:{item_record_no}"


def draw(seed: bytes, case_id: str, lane: str) -> Decimal:
    """A value in [0, 1) with twelve decimals: HMAC-SHA-256(seed of the day, case id, 0x00, lane), scaled down."""
    value = int.from_bytes(hmac.digest(seed, f"{case_id}\0{lane}".encode(), "sha256"), "big")
    return Decimal(value * 10**_DRAW_DIGITS >> 256).scaleb(-_DRAW_DIGITS)


@cache
def pre_no_scope(day: date) -> str:
    return f"preNo:{_digits(day)}"


@cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


def invt_no_scope(customs_code: str, day: date) -> str:
    return f"invtNo:{customs_code}:{day.year}"


def _inventory_facts(key: Key, record: Any, case: Case, sources: Sources, day: date) -> dict[str, Any]:
    head, lines = record.InventoryHead, record.InventoryList
    workspace, registry = sources.workspace, sources.registry
    quota = workspace.balance(quota_account(head.buyerIdNumber, sources.keys, day))
    guarantee = registry.guarantee(head.assureCode, day)
    found: dict[str, Any] = {
        "quota": quota,
        "guarantee": guarantee,
        "guarantee_balance": workspace.balance(f"guarantee:{head.assureCode}") if guarantee else None,
        "site": registry.site(head.loctNo) if head.loctNo else None,
        "waybill_users": tuple(
            user for user in workspace.waybill_users((head.logisticsCode, head.logisticsNo)) if user != key
        ),
        "draws": _draws(key, record, case, sources, day),
        "next_pre_no": f"B{_digits(day)}{workspace.next_number(pre_no_scope(day), sources.first_serial):09d}",
        "next_invt_no": f"{head.customsCode}{day.year}I"
        f"{workspace.next_number(invt_no_scope(head.customsCode, day), sources.first_serial):09d}",
    }
    if head.emsNo:
        items = dict.fromkeys(line.itemRecordNo or "" for line in lines)
        rows = [row for item in items if (row := registry.book_item(head.emsNo, item)) is not None]
        found["book_items"] = tuple(rows)
        found["stock"] = tuple(workspace.balance(stock_account(row.ems_no, row.item_record_no)) for row in rows)
    return found


def _draws(key: Key, record: Any, case: Case, sources: Sources, day: date) -> tuple[tuple[str, Decimal], ...]:
    """Draws that the case already has are kept; refiling never draws again."""
    head = record.InventoryHead
    existing = case.existing
    kept = dict(existing.draws) if existing else {}
    accepted = existing.accepted_at if existing else None
    seed_day = accepted.astimezone(CHINA).date() if accepted else day
    lanes = sources.law.at(day).lanes(head.customsCode, [line.gcode for line in record.InventoryList], head.tradeMode)
    missing = [lane.id for lane in lanes if lane.id not in kept]
    if missing:
        case_id = sources.keys.case_id("order", (head.ebpCode, head.orderNo))
        seed = sources.keys.draw_seed(seed_day)
        kept |= {lane: draw(seed, case_id, lane) for lane in missing}
    return tuple(kept.items())


def _draws_for(
    hold: str, draws: tuple[tuple[str, Decimal], ...], record: Any, sources: Sources, day: date
) -> tuple[tuple[str, Decimal], ...]:
    """Draws that let an inventory into the lanes of this kind of hold (``none``: into none) and past the others."""
    head = record.InventoryHead
    lanes = sources.law.at(day).lanes(head.customsCode, [line.gcode for line in record.InventoryList], head.tradeMode)
    wanted = {lane.id for lane in lanes if lane.hold == hold}
    last = Decimal(10**_DRAW_DIGITS - 1).scaleb(-_DRAW_DIGITS)
    return tuple((lane, Decimal(0) if lane in wanted else last) for lane, _ in draws)


def _answers(event: Event, case: Case, sources: Sources) -> tuple[tuple[str, str], ...]:
    """The answers of the scenario that the note names; none in production, whose notes are nobody's business here."""
    if not sources.sandbox or sources.scenarios is None:
        return ()
    record = event.record if isinstance(event, RecordFiled) else case.existing.record if case.existing else None
    note = getattr(record, _CODES[event.kind][0]).note if record is not None else None
    if not note or not note.startswith(SCENARIO):
        return ()
    name = note.removeprefix(SCENARIO).split(maxsplit=1)[0] if note.removeprefix(SCENARIO).strip() else "?"
    if name not in sources.scenarios:
        return ("unknown", name[:40]), ("known", " ".join(sources.scenarios))
    return sources.scenarios[name]


def _inventory_head(event: Event, existing: Any) -> Any:
    if isinstance(event, RecordFiled):
        return event.record.InventoryHead
    return existing.record.InventoryHead if existing and existing.record else None


_CODES = {
    "order": ("OrderHead", ("ebpCode", "ebcCode", "payCode")),
    "payment": ("PaymentHead", ("payCode", "ebpCode")),
    "waybill": ("LogisticsHead", ("logisticsCode",)),
    "inventory": ("InventoryHead", ("ebpCode", "ebcCode", "agentCode", "logisticsCode", "areaCode", "assureCode")),
}


def _codes(kind: str, record: Any) -> set[str]:
    head_name, names = _CODES[kind]
    head = getattr(record, head_name)
    return {getattr(head, name) for name in names} - {None, ""}


def _parties(codes: set[str], registry: Registry, day: date) -> tuple[PartyRow, ...]:
    return tuple(row for code in sorted(codes) if (row := registry.party(code, day)) is not None)


def balances(facts: Facts) -> tuple[Balance, ...]:
    """All balances among the facts."""
    return tuple(one for one in (facts.quota, facts.guarantee_balance, *facts.stock) if one is not None)
