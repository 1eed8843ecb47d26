"""What the decision core takes and gives: documents, the case, its events, facts and decisions. Values only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from tongguan.ceb.pay_exchange import PayExchange
from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.verify import Verdict
from tongguan.clearance.handling import Act, Duty, Officers, Pause, PriceHistory, Scope, Words
from tongguan.law.money import add
from tongguan.law.tax import TaxBill
from tongguan.registry.expiry import Ending
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow, SiteRow

Key = tuple[str, ...]
"""Keys as filed. order: (ebpCode, orderNo); payment: (payCode, payTransactionId, ebpCode, orderNo);
waybill: (logisticsCode, logisticsNo); inventory, cancellation, goods_return: (agentCode, copNo);
entry_list: (operatorCode, copNo); waybill_status: (logisticsCode, logisticsNo, logisticsStatus)."""


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agency's reason why goods are not released yet. ``status`` is what the receipt shows while it is open.

    ``lane`` is the lane that it came from, or the pause. ``by`` is the officer who set it, empty for the house;
    ``approver`` and ``document_no`` belong to a detention. ``rule`` is the rule that opened it, where one did.
    """

    agency: str
    kind: str
    status: str
    reason_zh: str
    reason_en: str
    since: datetime
    lane: str = ""
    lifted_at: datetime | None = None
    lifted_by: str = ""
    by: str = ""
    approver: str = ""
    document_no: str = ""
    rule: str = ""


class Held(msgspec.Struct, frozen=True, array_like=True):
    """What one inventory holds (``used`` False) or has used of one account. ``amount`` in yuan, or in stock units.

    ``limit`` is what held plus used of the account might not pass when it was held.
    """

    account: str
    amount: Decimal
    used: bool = False
    limit: Decimal = Decimal(0)


class Arrival(msgspec.Struct, frozen=True, array_like=True):
    """A waybill stands in a stored warehouse entry list: whose list, its number, on which transport it came.

    ``at`` is when the list was stored, aware UTC.
    """

    operator_code: str
    cop_no: str
    rkd_no: str
    traf_mode: str
    traf_no: str
    voyage_no: str
    bill_no: str
    at: datetime


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


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """What follows a release, by the law of its day: the last days in China on which a goods return may be asked for
    and its goods be back, and the day on which the tax bill is summarised. ``law_rows`` say so.
    """

    ask_until: date
    back_until: date
    bill_on: date
    law_rows: tuple[str, ...]


class Bill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The electronic tax bill of a released inventory as it stands. ``status``: 1 generated, 2 summarised, 3 void.

    The sums are of what has not been returned, in yuan. ``ent_duty_no`` is the payment bill it was summarised into.
    """

    taxNo: str
    status: str
    customsTax: Decimal
    valueAddedTax: Decimal
    consumptionTax: Decimal
    ent_duty_no: str = ""
    paid_at: datetime | None = None

    @property
    def taxTotal(self) -> Decimal:
        """Duty, VAT and consumption tax together, in yuan."""
        return add((self.customsTax, self.valueAddedTax, self.consumptionTax))


class Pull(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The last pull of an order's payment data from its platform. ``state``: open, passed or failed; ``rules`` are the
    ids of what it failed by.
    """

    session: str
    state: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None = None
    rules: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One filed document as it stands: its current record and everything decided about it.

    ``kind`` is one of ``clearance.rule.ALL_KINDS``; ``record`` is the typed record of ``ceb.messages`` or None once
    erased. ``status`` is the last receipt status (text, reference 4). ``digest`` is the SHA-256 of the packed record;
    ``former`` holds the digests of earlier versions. ``used_by`` names the inventory that locked it at acceptance.
    ``lapses_at`` is when it lapses if it still waits then; a due event of another time is stale.
    ``pre_no`` and the fields after it belong to inventories; pre_no to requests and entry lists too, ``invt_no`` to
    requests as the inventory that they name. ``rkd_no`` is the number of an entry list. ``arrival`` is the entry list
    that an inventory's waybill stands in. ``signed_at`` is when a waybill's parcel was signed for; ``anew_from`` is
    from when on a waybill's number was free to be used again (M18), where it was: whatever was said of it before
    concerns the former parcel. ``returned`` holds (gnum, quantity taken back) of an inventory;
    ``terms`` and ``bill`` it has from its release on; a goods return that was granted time has those terms too.
    ``officer`` has the case; ``withdrawn`` are those who gave it up for a conflict of interest. ``proposed`` is a
    detention that waits for its approval; ``review_asked_at`` is when the filer asked that another officer look at a
    rejection.
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
    rkd_no: str = ""
    arrival: Arrival | None = None
    signed_at: datetime | None = None
    anew_from: datetime | None = None
    returned: tuple[tuple[int, Decimal], ...] = ()
    closed_at: datetime | None = None
    terms: Terms | None = None
    bill: Bill | None = None
    officer: str = ""
    pull: Pull | None = None
    withdrawn: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    words: tuple[Words, ...] = ()
    proposed: Act | None = None
    review_asked_at: datetime | None = None

    @property
    def order_key(self) -> Key:
        """(ebpCode, orderNo) that an order, a payment, an inventory or a request about an inventory speaks of."""
        if self.kind == "order":
            return self.key
        if self.kind == "payment":
            return self.key[2:]
        head = getattr(self.record, _ORDER_HEADS[self.kind], self.record)
        return (head.ebpCode, head.orderNo)


# A cancellation's record has no inner head: it is its own.
_ORDER_HEADS = {"inventory": "InventoryHead", "goods_return": "InvtRefundHead", "cancellation": ""}


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that was filed about one order, as far as this event needs it.

    For an order, payment or waybill that arrives only ``existing`` (the stored document of the same key) is filled.
    For an inventory (filed, woken, commanded, due) ``existing`` is that inventory and the rest is what belongs to it:
    ``inventories`` are the other inventories of the same order, ``payments`` all payments of (ebpCode, orderNo),
    ``requests`` the cancellations and goods returns that name its invtNo.
    For a cancellation or a goods return ``inventory`` is the one that its invtNo names, order, payments and waybill are
    that inventory's, and ``requests`` are the others that name it.
    For an entry list ``claims`` are the live inventories that name its waybills; for a waybill status ``waybill`` is
    the one it is about.
    """

    existing: Document | None = None
    order: Document | None = None
    payments: tuple[Document, ...] = ()
    waybill: Document | None = None
    inventories: tuple[Document, ...] = ()
    inventory: Document | None = None
    requests: tuple[Document, ...] = ()
    claims: tuple[Document, ...] = ()


class RecordFiled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="record"):
    """A record of a filing. ``digest`` is the SHA-256 of its packed form; ``transfer`` is (copCode, dxpId).

    ``subscribers`` are named for receipts, ``copy_to`` for the data; whether they get any is a fact of its own.
    """

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
    copy_to: tuple[str, ...] = ()


class Commanded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="command"):
    """What a person did. ``action`` is one of ``officer_rules.ACTIONS``; ``version`` is the version seen, 0 = any.

    ``reason`` is the text that goes with it: why, what is asked, what is answered. ``approver`` and ``document_no``
    belong to a detention, ``deadline`` (the last day in China) to a question, ``hold`` (kind) to lift, ``scope`` to a
    pause. ``choice`` is the status of a detention, the officer whom hand_over names, confirm or reverse of a review.
    goods_back tells on which ``day`` in China returned goods were back (None: today); paid, that the payment bill named
    by the key (of kind payment_bill) is paid.
    """

    action: str
    kind: str
    key: Key
    actor: str
    reason: str
    version: int = 0
    day: date | None = None
    approver: str = ""
    document_no: str = ""
    deadline: date | None = None
    hold: str = ""
    choice: str = ""
    scope: Scope | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="due"):
    """Time itself, ``at`` when it was due. ``what``: lapse (a waiting document has waited too long), return_limit (of a
    goods return), bill (a tax bill is to be summarised), close (of an inventory), answer (the last day of a question is
    over), shift (of officers, who may get a case that nobody has), unpaid (a payment bill's last day is over), settled
    (a return may have left nothing of it to pay), expires_soon and expired (of kind party: a row of the registry ends).
    """

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
    waybill(logisticsCode, logisticsNo), guarantor(assureCode), arrival(logisticsCode, logisticsNo),
    paid(entDutyNo), pause(id), shift(*)."""

    kind: str
    key: Key


class Pulled(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pull"):
    """A step of pulling the payment data of an order (kind order) from its platform.

    ``step``: opened (the platform is about to be asked), refused (it did not take the request, ``reason`` says what it
    answered), uploaded (``exchange`` came, ``verdict`` says what its signature proves, ``misspelt`` how its lists are
    called). ``actor`` is who pulls.
    """

    step: str
    kind: str
    key: Key
    session: str
    actor: str = ""
    reason: str = ""
    exchange: PayExchange | None = None
    verdict: Verdict | None = None
    misspelt: bool = False


Event = RecordFiled | Commanded | Due | Woken | Pulled


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """What a party is told of one of its rows in the registry. ``what``: expires_soon or expired."""

    what: str
    ending: Ending


class Balance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An account row as it stood before this event, in yuan (quota, guarantee) or in the item's first legal unit."""

    account: str
    held: Decimal
    used: Decimal


class FactsMissing(Exception):
    """The engine did not look up what a decision needs. Broken code, never a fault of a filing."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything looked up for one event, frozen and stored with it: nothing else may reach ``decide``.

    ``now`` is the wall time of the cut, ``received_at`` that of the gateway; both aware UTC. ``parties`` are the rows
    of all codes named in the case, in force that day. ``draws`` are values in [0, 1) by lane id. ``next_pre_no``,
    ``next_invt_no`` and ``next_rkd_no`` are free numbers; a decision takes them by using them. ``arrival`` is the entry
    list that an inventory's waybill stands in. ``waybill_released_at`` is when the inventory was released that uses the
    waybill in question, where that is another one than the subject. ``listed`` are the waybills of an entry list that
    stand in another list of its operator: (logisticsNo, where). ``payment_bill`` is the account of the payment bill
    that a command names, or that a tax bill would be summarised into now. ``quota_kg`` are the buyer's yearly
    quantities that the goods count against, in kilograms. ``officers`` are those whom a command names; ``duty`` says
    who would get the case, None while no officers are registered. ``pauses`` are the open ones that concern the
    inventory and those that hold it, or the one that a command names. ``prices`` are told where a lane asks for them.
    ``failed_pulls`` counts the platform's failed payment pulls, where there are any; ``paid_orders`` are (orderNo,
    paid in yuan) of the orders that an uploaded payment covers, as far as filed. ``identity`` is what the identity
    register says of the buyer: known, mismatch (another name), unknown; empty where none is kept.
    ``unrecorded_copies`` are (filer, subscriber) not recorded for receipts, ``data_copies`` the subscribers recorded
    for the data. ``answers`` come from a sandbox only: what the counterparties say in the scenario that the note of
    the record names. ``rules`` is the version of the rules that decided, empty for events of before it was kept.
    ``unpaid_bill`` tells of one payment bill whether its last day has passed without payment (held) and whether
    payment was noted (used); ``unpaid_bills`` counts those of a guarantor, where there are any. ``endings`` are the
    days that a party's rows in the registry come to, ``told`` what it was told of them.
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
    arrival: Arrival | None = None
    waybill_released_at: datetime | None = None
    next_rkd_no: str = ""
    listed: tuple[tuple[str, Arrival], ...] = ()
    payment_bill: Balance | None = None
    officers: Officers | None = None
    duty: Duty | None = None
    pauses: tuple[Pause, ...] = ()
    prices: tuple[PriceHistory, ...] = ()
    quota_kg: tuple[Balance, ...] = ()
    failed_pulls: Balance | None = None
    paid_orders: tuple[tuple[str, Decimal], ...] = ()
    identity: str = ""
    unrecorded_copies: tuple[tuple[str, str], ...] = ()
    data_copies: tuple[str, ...] = ()
    rules: str = ""
    unpaid_bill: Balance | None = None
    unpaid_bills: Balance | None = None
    endings: tuple[Ending, ...] = ()
    told: tuple[Notice, ...] = ()

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
    the new states of all documents that changed (the subject first); documents not named keep theirs. ``brings`` wakes
    those who wait for something, ``wakes`` inventories by name. ``copies`` are exchange ids that may read the record.
    ``notices`` are what the party, which the event is about, is told.
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
    took_rkd_no: bool = False
    wakes: tuple[Woken, ...] = ()
    pause: Pause | None = None
    copies: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
