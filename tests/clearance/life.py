"""What comes after acceptance, in the folder of documents in memory: requests, days in China, payment bills."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from tests.clearance.playstore import AGENT, DXP, TYPES, D, Filed, PlayStore, a_set
from tongguan.ceb.messages.ceb623 import InvtCancel
from tongguan.ceb.messages.ceb625 import InvtRefund, InvtRefundHead, InvtRefundList
from tongguan.clearance import tax_bill, unpaid
from tongguan.clearance.model import Await, Case, Commanded, Decision, Document, Due, Event, Facts, RecordFiled
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import REQUESTS
from tongguan.clearance.times import CHINA, china_day

_COPIED = (
    "customsCode", "orderNo", "ebpCode", "ebpName", "ebcCode", "ebcName", "logisticsNo", "logisticsCode",
    "logisticsName", "buyerIdType", "buyerIdNumber", "buyerName", "buyerTelephone", "agentCode", "agentName",
)  # fmt: skip


class Asked(Filed):
    """A request as the test writes it."""

    @property
    def key(self) -> tuple[str, ...]:
        head = head_of(self.kind, self.record)
        return (head.agentCode, head.copNo)

    def head(self, **fields: Any) -> Asked:
        """The same with other values in the head."""
        if self.kind == "cancellation":
            return replace(self, record=msgspec.structs.replace(self.record, **fields))
        head = msgspec.structs.replace(self.record.InvtRefundHead, **fields)
        return replace(self, record=msgspec.structs.replace(self.record, InvtRefundHead=head))

    def line(self, number: int, **fields: Any) -> Asked:
        """The same with other values in one line, counted from 1."""
        lines = list(self.record.InvtRefundList)
        lines[number - 1] = msgspec.structs.replace(lines[number - 1], **fields)
        return replace(self, record=msgspec.structs.replace(self.record, InvtRefundList=tuple(lines)))


class LifeStore(PlayStore):
    """A store with requests. It files at the moment that ``now`` says, whatever the record's times."""

    def ask(self, asked: Asked) -> Decision:
        """File a request now."""
        asked = asked.head(appTime=self.now.astimezone(CHINA).strftime("%Y%m%d%H%M%S"))
        return self.ask_as_written(asked)

    def ask_as_written(self, asked: Asked) -> Decision:
        """File a request with the appTime that it has."""
        sender = DXP[asked.sender]
        event = RecordFiled(
            kind=asked.kind, key=asked.key, message_type=TYPES[asked.kind], record=asked.record,
            digest=hashlib.sha256(msgspec.msgpack.encode(asked.record)).digest(), filing_id="G01-000000000009",
            record_no=1, sender=sender, transfer=(asked.sender, sender), verdict=asked.verdict,
        )  # fmt: skip
        return self.decide(event, asked.kind, asked.key, owner=asked.certificate or asked.sender)

    def officer(
        self, action: str, asked: Asked, reason: str = "", version: int = 0, day: date | None = None
    ) -> Decision:
        """An officer decides on a request."""
        event = Commanded(
            action=action, kind=asked.kind, key=asked.key, actor="officer:1", reason=reason, version=version, day=day
        )
        return self.decide(event, asked.kind, asked.key)

    def pay(self, ent_duty_no: str) -> Decision:
        """Somebody notes that a payment bill is paid."""
        event = Commanded(
            action="paid", kind=tax_bill.PAYMENT_BILL, key=(ent_duty_no,), actor="officer:1", reason="bank slip"
        )
        return self.decide(event, event.kind, event.key)

    def go_to(self, day: int, clock: str = "12:00") -> list[Decision]:
        """Go to a time in China on that day after the first release (0: the day itself); what falls due is decided."""
        hours, minutes = map(int, clock.split(":"))
        first = min(one.released_at for one in self.documents.values() if one.released_at is not None)
        at = datetime.combine(china_day(first) + timedelta(days=day), datetime.min.time(), CHINA)
        return self.until((at + timedelta(hours=hours, minutes=minutes)).astimezone(UTC))

    def until(self, end: datetime) -> list[Decision]:
        """Go to that time. Dues are decided in their order, those put meanwhile too."""
        made = []
        while self.dues and (first := min(self.dues, key=_order)).at <= end:
            self.dues = [one for one in self.dues if one != first]
            self.now = max(self.now, first.at)
            made.append(self.decide(first, first.kind, first.key))
        self.now = end
        return [one for one in made if one.outcome != "nothing"]

    def case(self, event: Event, kind: str, key: tuple[str, ...]) -> Case:
        if kind == "inventory":
            case = super().case(event, kind, key)
            number = case.existing.invt_no if case.existing else ""
            return msgspec.structs.replace(case, requests=self._requests(number, key))
        if kind not in REQUESTS:
            return super().case(event, kind, key)
        existing = self.documents.get((kind, key))
        record = event.record if isinstance(event, RecordFiled) else existing.record if existing else None
        named = head_of(kind, record).invtNo if record is not None else ""
        inventory = next(
            (one for one in self.documents.values() if one.kind == "inventory" and named and one.invt_no == named), None
        )
        if inventory is None:
            return Case(existing=existing)
        of = super().case(Due(what="", kind="inventory", key=inventory.key, at=self.now), "inventory", inventory.key)
        return Case(
            existing=existing, inventory=inventory, order=of.order, payments=of.payments, waybill=of.waybill,
            requests=self._requests(named, key),
        )  # fmt: skip

    def _requests(self, number: str, but: tuple[str, ...]) -> tuple[Document, ...]:
        return tuple(
            one
            for (kind, key), one in self.documents.items()
            if kind in REQUESTS and number and one.invt_no == number and key != but
        )

    def facts(self, event: Event, kind: str, key: tuple[str, ...], owner: str = "") -> Facts:
        found = super().facts(event, kind, key, owner)
        letter = {"cancellation": "C", "goods_return": "T"}.get(kind, "B")
        account = key[0] if kind == tax_bill.PAYMENT_BILL else ""
        inventory = self.documents.get((kind, key)) if kind == "inventory" else None
        if inventory is not None:
            account = tax_bill.ent_duty_no(inventory.record.InventoryHead, china_day(self.now))
        return msgspec.structs.replace(
            found,
            next_pre_no=letter + found.next_pre_no[1:],
            payment_bill=self._account(tax_bill.payment_bill_account(account)) if account else None,
            **self._late(kind, key),
        )

    def _late(self, kind: str, key: tuple[str, ...]) -> dict[str, Any]:
        """What is known of late payment bills: of the one that the event is about, of the guarantor of an inventory."""
        if kind == tax_bill.PAYMENT_BILL:
            of = unpaid.guarantor_of(key[0])
            return {
                "unpaid_bill": self._account(unpaid.unpaid_bill_account(key[0])),
                "unpaid_bills": self._account(unpaid.unpaid_bills_account(of)),
            }
        count = self._account(unpaid.unpaid_bills_account(self.guarantee.assure_code)) if self.guarantee else None
        return {"unpaid_bills": count} if kind == "inventory" and count is not None and count.held else {}


def _order(due: Due) -> tuple[Any, ...]:
    return due.at, due.kind, due.key, due.what


def released(
    store: LifeStore | None = None, docs: dict[str, Filed] | None = None
) -> tuple[LifeStore, dict[str, Filed]]:
    """A store with one released set."""
    store, docs = store or LifeStore(), docs or a_set()
    for kind in ("order", "payment", "waybill", "inventory"):
        store.file(docs[kind])
    assert store.get(docs["inventory"]).status == "800"
    return store, docs


def cancellation(inventory: Filed, invt_no: str, cop_no: str = "CX1", **fields: Any) -> Asked:
    """A cancellation of an inventory, as a careful declarant writes it."""
    head = inventory.record.InventoryHead
    record = InvtCancel(
        guid="00000000-0000-4000-8000-000000000623", appType="1", appTime="20260302113001", appStatus="2",
        **{name: getattr(head, name) for name in _COPIED}, copNo=cop_no, invtNo=invt_no, reason="订购人取消订单",
    )  # fmt: skip
    return Asked("cancellation", record, sender=AGENT).head(**fields)


def goods_return(inventory: Filed, invt_no: str, *lines: tuple[int, str], cop_no: str = "TH1", **fields: Any) -> Asked:
    """A goods return of so much of each (gnum, quantity) line; without lines, of everything."""
    head, filed = inventory.record.InventoryHead, inventory.record.InventoryList
    wanted = lines or tuple((line.gnum, str(line.qty)) for line in filed)
    by_number = {line.gnum: line for line in filed}
    record = InvtRefund(
        InvtRefundHead=InvtRefundHead(
            guid="00000000-0000-4000-8000-000000000625", appType="1", appTime="20260302113001", appStatus="2",
            **{name: getattr(head, name) for name in _COPIED}, copNo=cop_no, invtNo=invt_no, reason="尺寸不符",
        ),
        InvtRefundList=tuple(
            InvtRefundList(gnum=gnum, gcode=by_number[gnum].gcode, gname=by_number[gnum].gname, qty=D(qty),
                           unit=by_number[gnum].unit)
            for gnum, qty in wanted
        ),
    )  # fmt: skip
    return Asked("goods_return", record, sender=AGENT).head(**fields)


def bills(decisions: list[Decision]) -> list[tuple[str, str, str]]:
    """(message, taxNo, status) of every tax bill and status of one, in order."""
    return [
        (one.message_type, dict(one.keys)["taxNo"], one.status)
        for decision in decisions
        for one in decision.receipts
        if one.message_type in ("CEB816Message", "CEB818Message")
    ]


def paid_await(ent_duty_no: str) -> Await:
    """What an inventory in a payment bill waits for."""
    return Await(tax_bill.PAID, (ent_duty_no,))


def e8_set() -> dict[str, Filed]:
    """Worked example E8: lines of 129.90 and 70.10, freight 10.00; taxes 12.41 and 6.70, values 136.40 and 73.60."""
    return a_set(prices=("129.90", "70.10"), freight="10.00", tax="19.11")


def three_of_one() -> dict[str, Filed]:
    """One line of three pieces at 33.33 with freight 10.00: value 109.99, VAT 109.99 × 9.1 % = 10.00909, to 10.01."""
    docs = a_set(prices=("99.99",), freight="10.00", tax="10.01")
    for kind in ("order", "inventory"):
        docs[kind] = docs[kind].line(1, qty=D("3"), price=D("33.33"))
    return docs
