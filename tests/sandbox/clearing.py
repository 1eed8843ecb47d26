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
from tongguan.clearance.model import Await, Balance, Case, Decision, Document, Event, Facts, RecordFiled, Woken
from tongguan.clearance.record import head_of, lines_of, order_of, waybill_of
from tongguan.law.snapshot import Law
from tongguan.registry.snapshot import Registry, build_registry, pack_registry
from tongguan.registry.tables import read_registry
from tongguan.sandbox.documents import CHINA

KIND_OF = {
    "CEB311Message": "order", "CEB411Message": "payment", "CEB511Message": "waybill", "CEB621Message": "inventory",
}  # fmt: skip
ZERO = Decimal(0)


def registry_files(out: Path) -> dict[str, bytes]:
    """The contents of a made registry folder, as ``read_registry`` takes them."""
    folder = out / "registry"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def registry_of(out: Path) -> Registry:
    """The registry of a made folder."""
    reading = read_registry(registry_files(out))
    assert reading.tables is not None, reading.problems
    return build_registry(pack_registry(reading.tables))


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
                woken = Woken(kind=kind, key=key, by=one)
                decided = decide(self._case(woken, kind, key), woken, self._facts(woken), self.law)
                self._apply(decided, (kind, key))

    def _case(self, event: Event, kind: str, key: Any) -> Case:
        existing = self.documents.get((kind, key))
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
        )

    def _facts(self, event: Event) -> Facts:
        day: date = self.now.astimezone(CHINA).date()
        if isinstance(event, RecordFiled):
            record = event.record
            sender = self.registry.by_dxp(event.sender, day)
            certificate = self.registry.certificate(event.verdict.fingerprint.hex())
        else:
            record, sender, certificate = self.documents[event.kind, event.key].record, None, None
        head = head_of(event.kind, record)
        codes = {getattr(head, name, None) for name in _CODES}
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
            parties=tuple(row for row in (self.registry.party(code, day) for code in codes if code) if row is not None),
            quota=self._balance(f"quota:{getattr(head, 'buyerIdNumber', '')}"),
            guarantee=self.registry.guarantee(guarantor, day),
            guarantee_balance=self._balance(f"guarantee:{guarantor}"),
            book_items=book,
            stock=tuple(self._balance(stock_account(row.ems_no, row.item_record_no)) for row in book),
            waybill_users=users,
            draws=(("LN01", Decimal("0.5")), ("LN02", Decimal("0.5"))),
            next_pre_no=f"B20260101{self.numbers:09d}",
            next_invt_no=f"51412026I{self.numbers:09d}",
        )

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


_CODES = ("ebpCode", "ebcCode", "payCode", "logisticsCode", "agentCode", "areaCode")


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
    return (head.agentCode, head.copNo or "")


START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in China on a day of 2026."""
