"""A small clearing house for the tests: reads made files from disk, decides each record, keeps what comes of it.

It stands for gateway, engine and store, so that the truth of the sandbox can be held against ``clearance.decide``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tongguan.ceb.read import read
from tongguan.ceb.signature.verify import verify
from tongguan.clearance.accounts import stock_account
from tongguan.clearance.decide import decide
from tongguan.clearance.model import (
    Arrival,
    Await,
    Balance,
    Case,
    Decision,
    Document,
    Event,
    Facts,
    RecordFiled,
    Woken,
)
from tongguan.clearance.quantity import quantity_account, quantity_limits
from tongguan.clearance.record import head_of, lines_of, order_of, waybill_of
from tongguan.clearance.rule import REQUESTS
from tongguan.law.snapshot import Law
from tongguan.registry.identities import seal
from tongguan.registry.snapshot import Registry, build_registry, pack_registry
from tongguan.registry.tables import read_registry
from tongguan.sandbox.documents import CHINA
from tongguan.sandbox.requests import OF_THIS_ORDER
from tongguan.sandbox.scenarios import PREFIX, answers

KIND_OF = {
    "CEB311Message": "order", "CEB411Message": "payment", "CEB511Message": "waybill", "CEB621Message": "inventory",
    "CEB623Message": "cancellation", "CEB625Message": "goods_return", "CEB711Message": "entry_list",
    "CEB513Message": "waybill_status",
}  # fmt: skip
ZERO = Decimal(0)
REGISTER_KEY = b"the key of an invented store, 32"
LANES = (("LN01", "review"), ("LN02", "examination"))
"""The lanes of the package's law and the hold of each."""


def registry_files(out: Path) -> dict[str, bytes]:
    """The contents of a made registry folder, as ``read_registry`` takes them."""
    folder = out / "registry"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def registry_of(out: Path) -> Registry:
    """The registry of a made folder."""
    reading = read_registry(registry_files(out))
    assert reading.tables is not None, reading.problems
    return build_registry(pack_registry(reading.tables, REGISTER_KEY))


@dataclass
class Answer:
    """What became of one record: the version's statuses as they came, codes and rules named on the way."""

    statuses: list[str] = field(default_factory=list)
    said: str = ""


@dataclass
class ClearingHouse:
    """Documents, accounts and awaits in dictionaries; ``answers`` by (file, record number)."""

    law: Law
    registry: Registry
    now: datetime
    documents: dict[tuple[str, Any], Document] = field(default_factory=dict)
    accounts: dict[str, list[Decimal]] = field(default_factory=dict)
    awaits: dict[Await, set[tuple[str, Any]]] = field(default_factory=dict)
    answers: dict[tuple[str, int], Answer] = field(default_factory=dict)
    speaks_for: dict[tuple[str, Any], Answer] = field(default_factory=dict)
    numbers: int = 0

    def take(self, path: Path) -> None:
        """One file: the door, then each record of it."""
        reading = read(path.read_bytes())
        if reading.problems:
            answer = Answer(["CEB900"], "CEB900 " + " ".join(one.rule_id for one in reading.problems))
            self.answers[path.name, 1] = answer
            return
        message: Any = reading.message
        verdict = verify(reading.root)
        for number, record in enumerate(reading.records, 1):
            kind = KIND_OF[reading.message_type]
            event = RecordFiled(
                kind=kind,
                key=_key(kind, record),
                message_type=reading.message_type,
                record=record,
                digest=hashlib.sha256(msgspec.msgpack.encode(record)).digest(),
                filing_id=path.name,
                record_no=number,
                sender=message.BaseTransfer.dxpId,
                transfer=(message.BaseTransfer.copCode, message.BaseTransfer.dxpId),
                verdict=verdict,
            )
            self._file(event, path.name, number)

    def _file(self, event: RecordFiled, file: str, number: int) -> None:
        answer = self.answers.setdefault((file, number), Answer())
        subject = (event.kind, event.key)
        before = self.documents.get(subject)
        decision = decide(self._case(event, *subject), event, self._facts(event), self.law)
        refused = decision.status.startswith("-")
        if decision.outcome == "repeated":
            answer.statuses.append("")
            return
        if refused:
            answer.statuses.append(decision.status)
            answer.said += _said(decision)
            after = self.documents.get(subject)
            assert after == before
            self._apply(decision, None)
            return
        self.speaks_for[subject] = answer
        self._apply(decision, subject)

    def _apply(self, decision: Decision, subject: tuple[str, Any] | None) -> None:
        for document in decision.documents:
            self.documents[document.kind, document.key] = document
            answer = self.speaks_for.get((document.kind, document.key))
            if answer is not None:
                answer.statuses.append(document.status)
        if subject is not None and subject in self.speaks_for:
            self.speaks_for[subject].said += _said(decision)
        self.numbers += 1
        for move in decision.moves:
            row = self.accounts.setdefault(move.account, [ZERO, ZERO])
            if move.op == "hold":
                row[0] += move.amount
                assert sum(row) <= move.limit
            elif move.op == "use":
                row[0] -= move.amount
                row[1] += move.amount
            else:
                row[1 if move.was_used else 0] -= move.amount
        for one in decision.awaits:
            if subject is not None:
                self.awaits.setdefault(one, set()).add(subject)
        for one in decision.brings:
            for kind, key in sorted(self.awaits.pop(one, ())):
                self._wake(Woken(kind=kind, key=key, by=one))
        for woken in decision.wakes:
            self._wake(woken)

    def _wake(self, woken: Woken) -> None:
        decided = decide(self._case(woken, woken.kind, woken.key), woken, self._facts(woken), self.law)
        self._apply(decided, (woken.kind, woken.key))

    def _case(self, event: Event, kind: str, key: Any) -> Case:
        existing = self.documents.get((kind, key))
        if kind == "waybill_status":
            return Case(existing=existing, waybill=self.documents.get(("waybill", key[:2])))
        if kind == "entry_list":
            return Case(existing=existing, claims=self._claims(event, existing))
        if kind in REQUESTS:
            return self._request_case(event, existing)
        if kind != "inventory":
            return Case(existing=existing)
        record = event.record if isinstance(event, RecordFiled) else existing.record if existing else None
        if record is None:
            return Case()
        head = record.InventoryHead
        order_key = (head.ebpCode, head.orderNo)
        others = [one for (k, at), one in self.documents.items() if k == kind and at != key]
        return Case(
            existing=existing,
            order=self.documents.get(("order", order_key)),
            payments=tuple(one for (k, at), one in self.documents.items() if k == "payment" and at[2:] == order_key),
            waybill=self.documents.get(("waybill", (head.logisticsCode, head.logisticsNo))),
            inventories=tuple(one for one in others if order_of(one) == order_key),
            requests=self._requests(existing.invt_no if existing else "", key),
        )

    def _request_case(self, event: Event, existing: Document | None) -> Case:
        """The inventory is named by its number, or as that of the order: a sandbox lets files be made beforehand."""
        assert isinstance(event, RecordFiled)
        head = head_of(event.kind, event.record)
        inventories = [one for (kind, _), one in self.documents.items() if kind == "inventory"]
        if head.invtNo == OF_THIS_ORDER:
            found = [one for one in inventories if order_of(one) == (head.ebpCode, head.orderNo)]
        else:
            found = [one for one in inventories if one.invt_no == head.invtNo]
        if not found:
            return Case(existing=existing)
        woken = Woken(kind="inventory", key=found[-1].key, by=Await("", ()))
        of = self._case(woken, "inventory", found[-1].key)
        return Case(
            existing=existing, inventory=found[-1], order=of.order, payments=of.payments, waybill=of.waybill,
            requests=self._requests(found[-1].invt_no, event.key),
        )  # fmt: skip

    def _requests(self, invt_no: str, but: Any) -> tuple[Document, ...]:
        return tuple(
            one
            for (kind, key), one in self.documents.items()
            if kind in REQUESTS and invt_no and one.invt_no == invt_no and key != but
        )

    def _claims(self, event: Event, existing: Document | None) -> tuple[Document, ...]:
        records = [getattr(event, "record", None), existing.record if existing else None]
        listed = {waybill for record in records if record is not None for waybill in _listed(record)}
        named = (one for (kind, _), one in self.documents.items() if kind == "inventory" and waybill_of(one) in listed)
        return tuple(one for one in named if one.status != "100")

    def _lists(self) -> list[Document]:
        """The entry lists that stand."""
        found = (one for (kind, _), one in self.documents.items() if kind == "entry_list")
        return [one for one in found if one.status == "120" and not one.deleted]

    def _arrival_facts(self, event: Event, head: Any) -> dict[str, Any]:
        if event.kind == "inventory":
            waybill = (head.logisticsCode, head.logisticsNo)
            lists = [one for one in self._lists() if waybill in _listed(one.record)]
            site = self.registry.site(head.loctNo) if head.loctNo else None
            return {"site": site, "arrival": _arrival(lists[-1]) if lists else None}
        if event.kind == "waybill":
            stored = self.documents.get((event.kind, event.key))
            user = self.documents.get(("inventory", stored.used_by if stored else None))
            return {"waybill_released_at": user.released_at if user else None}
        if event.kind != "entry_list":
            return {}
        others = [one for one in self._lists() if one.key != event.key and one.key[0] == event.key[0]]
        wanted = set(_listed(event.record)) if isinstance(event, RecordFiled) else set()
        return {
            "next_rkd_no": f"{head.customsCode}20260302{self.numbers:06d}",
            "listed": tuple((at[1], _arrival(one)) for one in others for at in _listed(one.record) if at in wanted),
        }

    def _facts(self, event: Event) -> Facts:
        day: date = self.now.astimezone(CHINA).date()
        if isinstance(event, RecordFiled):
            record = event.record
            sender = self.registry.by_dxp(event.sender, day)
            certificate = self.registry.certificate(event.verdict.fingerprint.hex())
        else:
            record, sender, certificate = self.documents[event.kind, event.key].record, None, None
        head = head_of(event.kind, record)
        note = getattr(head, "note", None) or ""
        told = _told(note)
        rows = self.registry.tables.parties
        parties = tuple(row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))
        guarantor = getattr(head, "assureCode", "")
        items = [
            self.registry.book_item(getattr(head, "emsNo", None) or "", getattr(line, "itemRecordNo", None) or "")
            for line in lines_of(event.kind, record)
        ]
        book = tuple({row.item_record_no: row for row in items if row is not None}.values())
        users = () if event.kind != "inventory" else self._waybill_users(event, head)
        return Facts(
            now=self.now,
            received_at=self.now,
            law_digest=self.law.digest,
            registry_digest=self.registry.digest,
            sender=sender,
            certificate=certificate,
            parties=parties,
            quota=self._balance(f"quota:{getattr(head, 'buyerIdNumber', '')}"),
            guarantee=self.registry.guarantee(guarantor, day),
            guarantee_balance=self._balance(f"guarantee:{guarantor}"),
            book_items=book,
            stock=tuple(self._balance(stock_account(row.ems_no, row.item_record_no)) for row in book),
            waybill_users=users,
            draws=_draws(dict(told).get("lane", "")),
            answers=told,
            next_pre_no=f"B20260101{self.numbers:09d}",
            next_invt_no=f"51412026I{self.numbers:09d}",
            **self._arrival_facts(event, head),
            **self._buyer_facts(event, head, record, day),
        )

    def _buyer_facts(self, event: Event, head: Any, record: Any, day: date) -> dict[str, Any]:
        if event.kind != "inventory":
            return {}
        limits = quantity_limits([line.gcode for line in record.InventoryList], self.law.at(day))
        asked = seal(REGISTER_KEY, head.buyerIdNumber, head.buyerName)
        return {
            "quota_kg": tuple(self._balance(quantity_account(limit, head.buyerIdNumber)) for limit in limits),
            "identity": self.registry.identities.answer(asked),
        }

    def _waybill_users(self, event: Event, head: Any) -> tuple[Any, ...]:
        wanted = (head.logisticsCode, head.logisticsNo)
        return tuple(
            at
            for (kind, at), one in self.documents.items()
            if kind == "inventory" and at != event.key and waybill_of(one) == wanted and one.accepted_at is not None
        )

    def _balance(self, account: str) -> Balance:
        held, used = self.accounts.get(account, (ZERO, ZERO))
        return Balance(account=account, held=held, used=used)


def _told(note: str) -> tuple[tuple[str, str], ...]:
    """What the counterparties answer in the scenario that a note names."""
    if not note.startswith(PREFIX):
        return ()
    name = note.removeprefix(PREFIX).split(maxsplit=1)[0]
    return answers().get(name, (("unknown", name), ("known", "")))


def _draws(hold: str) -> tuple[tuple[str, Decimal], ...]:
    """Into the lanes of this kind of hold, and past the others."""
    return tuple((lane, ZERO if hold == of_lane else Decimal("0.5")) for lane, of_lane in LANES)


def _listed(record: Any) -> tuple[tuple[str, str], ...]:
    """The waybills of an entry list."""
    return tuple((record.DeliveryHead.logisticsCode, line.logisticsNo) for line in record.DeliveryList)


def _arrival(one: Document) -> Arrival:
    head = one.record.DeliveryHead
    assert one.accepted_at is not None
    return Arrival(*one.key, one.rkd_no, head.trafMode, head.trafNo, head.voyageNo, head.billNo, one.accepted_at)


def _said(decision: Decision) -> str:
    told = " ".join(f"{one.rule_id} {one.code}" for one in decision.problems)
    return f" {told} " + " ".join(receipt.info for receipt in decision.receipts)


def _key(kind: str, record: Any) -> tuple[str, ...]:
    head = head_of(kind, record)
    if kind == "order":
        return (head.ebpCode, head.orderNo)
    if kind == "payment":
        return (head.payCode, head.payTransactionId, head.ebpCode, head.orderNo)
    if kind == "waybill":
        return (head.logisticsCode, head.logisticsNo)
    if kind == "waybill_status":
        return (head.logisticsCode, head.logisticsNo, head.logisticsStatus)
    if kind == "entry_list":
        return (head.operatorCode, head.copNo or "")
    return (head.agentCode, head.copNo or "")


START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in China on a day of 2026."""
