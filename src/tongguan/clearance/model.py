"""What the decision core takes and gives: documents, the case, its events, facts and decisions. Values only."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.verify import Verdict
from tongguan.law.money import add
from tongguan.law.tax import TaxBill
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow, SiteRow

Key = tuple[str, ...]
"""Keys as filed. order: (ebpCode, orderNo); payment: (payCode, payTransactionId, ebpCode, orderNo);
waybill: (logisticsCode, logisticsNo); inventory: (agentCode, copNo)."""


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agency's reason why goods are not released yet. ``status`` is what the receipt shows while it is open."""

    agency: str
    kind: str
    status: str
    reason_zh: str
    reason_en: str
    since: datetime
    lane: str = ""
    lifted_at: datetime | None = None
    lifted_by: str = ""


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What one inventory holds (``used`` False) or has used of one account. ``amount`` in yuan, or in stock units.

    ``limit`` is what held plus used of the account might not pass when it was held.
    """

    account: str
    amount: Decimal
    used: bool = False
    limit: Decimal = Decimal(0)


class TaxedLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tax of one line as stored, in yuan. ``taxPrice`` is the dutiable value with its parts of freight and
    insurance.
    """

    gnum: int
    gcode: str
    taxPrice: Decimal
    freight: Decimal
    insuredFee: Decimal
    customsTax: Decimal
    valueAddedTax: Decimal
    consumptionTax: Decimal
    duty_rate: Decimal
    vat_rate: Decimal
    consumption_rate: Decimal
    law_rows: tuple[str, ...]
    doubtful: bool = False


class Taxed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tax of an accepted inventory as stored: of ``law.tax.TaxBill`` what outlives the computation, packable.

    ``notes`` are pairs (zh, en).
    """

    lines: tuple[TaxedLine, ...]
    customsTax: Decimal
    valueAddedTax: Decimal
    consumptionTax: Decimal
    taxPrice: Decimal
    law_rows: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def taxTotal(self) -> Decimal:
        """Duty, VAT and consumption tax together, in yuan."""
        return add((self.customsTax, self.valueAddedTax, self.consumptionTax))

    @classmethod
    def of(cls, bill: TaxBill) -> Taxed:
        """The stored form of a computed bill."""
        lines = tuple(
            TaxedLine(**{name: getattr(line, name) for name in TaxedLine.__struct_fields__}) for line in bill.lines
        )
        sums = {name: getattr(bill, name) for name in cls.__struct_fields__ if name != "lines"}
        return cls(lines=lines, **sums)


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One filed document as it stands: its current record and everything decided about it.

    ``kind`` is order, payment, waybill or inventory; ``record`` is the typed record of ``ceb.messages`` or None once
    erased. ``status`` is the last receipt status (text, reference 4). ``digest`` is the SHA-256 of the packed record;
    ``former`` holds the digests of earlier versions. ``used_by`` names the inventory that locked it at acceptance.
    ``lapses_at`` is when it lapses if it still waits then; a due event of another time is stale.
    Fields from ``pre_no`` on belong to inventories.
    """

    kind: str
    key: Key
    message_type: str
    record: Any
    status: str
    digest: bytes
    former: tuple[bytes, ...] = ()
    app_time: str
    sender: str
    sender_code: str
    subscribers: tuple[str, ...] = ()
    filed_at: datetime
    version: int = 1
    deleted: bool = False
    used_by: Key | None = None
    last_receipts: tuple[Receipt, ...] = ()
    lapses_at: datetime | None = None
    pre_no: str = ""
    invt_no: str = ""
    accepted_at: datetime | None = None
    released_at: datetime | None = None
    law_rows: tuple[str, ...] = ()
    doubtful: bool = False
    tax: Taxed | None = None
    held: tuple[Held, ...] = ()
    holds: tuple[Hold, ...] = ()
    draws: tuple[tuple[str, Decimal], ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def order_key(self) -> Key:
        """(ebpCode, orderNo) that an inventory, a payment or an order speaks of."""
        return {"order": self.key, "payment": self.key[2:]}.get(self.kind) or (
            self.record.InventoryHead.ebpCode,
            self.record.InventoryHead.orderNo,
        )


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was filed about one order, as far as this event needs it.

    For an order, payment or waybill that arrives only ``existing`` (the stored document of the same key) is filled.
    For an inventory (filed, woken, commanded, due) ``existing`` is that inventory and the rest is what belongs to it:
    ``inventories`` are the other inventories of the same order, ``payments`` all payments of (ebpCode, orderNo).
    """

    existing: Document | None = None
    order: Document | None = None
    payments: tuple[Document, ...] = ()
    waybill: Document | None = None
    inventories: tuple[Document, ...] = ()


class RecordFiled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="record"):
    """A record of a filing. ``digest`` is the SHA-256 of its packed form; ``transfer`` is (copCode, dxpId)."""

    kind: str
    key: Key
    message_type: str
    record: Any
    digest: bytes
    filing_id: str
    record_no: int
    sender: str
    transfer: tuple[str, str]
    subscribers: tuple[str, ...] = ()
    verdict: Verdict
    warnings: tuple[Problem, ...] = ()


class Commanded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="command"):
    """What a person did. ``action`` is release or reject; ``version`` is the case version the person saw, 0 = any."""

    action: str
    kind: str
    key: Key
    actor: str
    reason: str
    version: int = 0


class Due(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="due"):
    """Time itself: ``what`` is lapse (a waiting document has waited too long). ``at`` is when it was due."""

    what: str
    kind: str
    key: Key
    at: datetime


class Woken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="wake"):
    """Something an inventory waits for has come. ``by`` names it, as in ``Await``."""

    kind: str
    key: Key
    by: Await


class Await(msgspec.Struct, frozen=True, array_like=True):
    """What a document waits for: order(ebpCode, orderNo), payment(ebpCode, orderNo),
    waybill(logisticsCode, logisticsNo), guarantor(assureCode)."""

    kind: str
    key: Key


Event = RecordFiled | Commanded | Due | Woken


class Balance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account row as it stood before this event, in yuan (quota, guarantee) or in the item's first legal unit."""

    account: str
    held: Decimal
    used: Decimal


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything looked up for one event, frozen and stored with it: nothing else may reach ``decide``.

    ``now`` is the wall time of the cut, ``received_at`` that of the gateway; both aware UTC. ``parties`` are the rows
    of all codes named in the case, in force that day. ``draws`` are values in [0, 1) by lane id. ``next_pre_no`` and
    ``next_invt_no`` are free numbers; a decision takes them by using them. ``answers`` come from a sandbox only: what
    the counterparties say in the scenario that the note of the record names.
    """

    now: datetime
    received_at: datetime | None = None
    law_digest: str
    registry_digest: str
    sender: PartyRow | None = None
    certificate: CertificateRow | None = None
    parties: tuple[PartyRow, ...] = ()
    quota: Balance | None = None
    guarantee: GuaranteeRow | None = None
    guarantee_balance: Balance | None = None
    book_items: tuple[BookItemRow, ...] = ()
    stock: tuple[Balance, ...] = ()
    site: SiteRow | None = None
    waybill_users: tuple[Key, ...] = ()
    draws: tuple[tuple[str, Decimal], ...] = ()
    next_pre_no: str = ""
    next_invt_no: str = ""
    answers: tuple[tuple[str, str], ...] = ()

    def answer(self, of: str) -> str:
        """What a counterparty answered (lane, officer, upstream, identity, quota, guarantee); empty: as always."""
        return next((value for name, value in self.answers if name == of), "")

    def party(self, code: str) -> PartyRow | None:
        """The registered company with this code, or None."""
        return next((row for row in self.parties if row.code == code), None)


class Compared(msgspec.Struct, frozen=True, array_like=True):
    """One compared pair, kept even when equal. Paths are ``order.OrderHead.acturalPaid`` and the like."""

    rule_id: str
    left_path: str
    left: str
    right_path: str
    right: str
    equal: bool
    personal: bool = False


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """One receipt, before it has a number: ``keys`` are the elements that name the document, in schema order.

    ``status`` and ``info`` become returnStatus and returnInfo (1 to 1,000 characters, reasons first, no personal
    value). ``to`` are the exchange ids it goes to.
    """

    message_type: str
    keys: tuple[tuple[str, str], ...]
    status: str
    info: str
    to: tuple[str, ...]


class Move(msgspec.Struct, frozen=True, array_like=True):
    """A change of one account: ``op`` is hold, use (held becomes used) or give_back (held, or used, is freed).

    ``limit`` is what held plus used may not pass; the row's CHECK holds it too. It counts for ``hold``; the other two
    carry the limit of the time of holding, which may have been changed since and is not to be set again.
    """

    account: str
    op: str
    amount: Decimal
    limit: Decimal
    was_used: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What follows from one event.

    ``outcome`` is a word for lists and logs (accepted, repeated, old, refused, waiting, rejected, review, released,
    lapsed, changed, deleted, saved, not_sent, nothing); ``status`` is the subject's status after it. ``documents`` are
    the new states of all documents that changed (the subject first); documents not named keep theirs.
    """

    outcome: str
    status: str
    receipts: tuple[Receipt, ...] = ()
    documents: tuple[Document, ...] = ()
    moves: tuple[Move, ...] = ()
    awaits: tuple[Await, ...] = ()
    brings: tuple[Await, ...] = ()
    due: tuple[Due, ...] = ()
    compared: tuple[Compared, ...] = ()
    problems: tuple[Problem, ...] = ()
    law_rows: tuple[str, ...] = ()
    doubtful: bool = False
    took_pre_no: bool = False
    took_invt_no: bool = False
