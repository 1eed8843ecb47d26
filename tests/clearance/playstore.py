"""An invented case and a folder of documents in memory that plays the engine and the store around ``decide``.

Everything is invented: companies, buyer (an id number of an unassigned region with a valid check character), goods.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from tongguan.ceb.messages.ceb311 import Order, OrderHead, OrderList
from tongguan.ceb.messages.ceb411 import Payment, PaymentHead
from tongguan.ceb.messages.ceb511 import Logistics, LogisticsHead
from tongguan.ceb.messages.ceb621 import Inventory, InventoryHead, InventoryList
from tongguan.ceb.signature.verify import Verdict
from tongguan.clearance.accounts import stock_account
from tongguan.clearance.decide import decide
from tongguan.clearance.model import (
    Await,
    Balance,
    Case,
    Commanded,
    Decision,
    Document,
    Due,
    Event,
    Facts,
    RecordFiled,
    Woken,
)
from tongguan.clearance.record import head_of, order_of, waybill_of
from tongguan.law.snapshot import Law, Table, build_law, pack, package_tables
from tongguan.registry.model import BookItemRow, CertificateRow, GuaranteeRow, PartyRow

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in China
PLATFORM, MERCHANT, PAYER, COURIER, AGENT, AREA, OPERATOR = (
    "99E1000001", "99E1000002", "99E1000003", "99E1000004", "99E1000005", "99E1000006", "99E1000007",
)  # fmt: skip
ROLES = {
    PLATFORM: "platform", MERCHANT: "merchant", PAYER: "payment", COURIER: "logistics", AGENT: "declarant",
    AREA: "bonded", OPERATOR: "operator",
}  # fmt: skip
NAMES = dict(
    zip(ROLES, ("沙箱平台", "沙箱电商", "沙箱支付", "沙箱物流", "沙箱申报", "沙箱区内", "沙箱场所"), strict=True)
)
DXP = {code: f"DXPENT999000000{at}" for at, code in enumerate(ROLES, 1)}
SENDERS = {
    "order": PLATFORM, "payment": PAYER, "waybill": COURIER, "inventory": AGENT, "entry_list": OPERATOR,
    "waybill_status": COURIER,
}  # fmt: skip
TYPES = {
    "order": "CEB311Message", "payment": "CEB411Message", "waybill": "CEB511Message", "inventory": "CEB621Message",
    "cancellation": "CEB623Message", "goods_return": "CEB625Message", "entry_list": "CEB711Message",
    "waybill_status": "CEB513Message",
}  # fmt: skip
HEADS = {
    "order": "OrderHead", "payment": "PaymentHead", "waybill": "LogisticsHead", "inventory": "InventoryHead",
    "entry_list": "DeliveryHead", "waybill_status": "",
}  # fmt: skip
LINES = {"order": "OrderList", "inventory": "InventoryList", "entry_list": "DeliveryList"}


# 990101 is no region; the check character of 99010119900307001 by ISO 7064 MOD 11-2.
def _with_check(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11]


BUYER_ID, OTHER_ID = _with_check("99010119900307001"), _with_check("99010119850914002")


@cache
def the_law() -> Law:
    """The law that comes with the package."""
    return build_law(pack(package_tables()))


def law_with(name: str, row_id: str, **cells: str) -> Law:
    """The package's law with other cells in one row."""
    tables = package_tables()
    table = tables[name]
    rows = tuple(
        tuple(cells.get(column, cell) for column, cell in zip(table.header, row, strict=True))
        if row[table.header.index("id")] == row_id
        else row
        for row in table.rows
    )
    return build_law(pack(tables.with_table(name, Table(table.header, rows))))


def law_changed(name: str, row_id: str, last_day: date, new_id: str, **cells: str) -> Law:
    """The package's law after a change: a row ends on ``last_day`` and a new one with other cells follows it."""
    tables = package_tables()
    old = next(row for row in tables[name].as_dicts() if row["id"] == row_id)
    ended = tables.with_table(
        name,
        Table(
            tables[name].header,
            tuple(
                tuple({**row, "valid_to": last_day.isoformat()}.values())
                if row["id"] == row_id
                else tuple(row.values())
                for row in tables[name].as_dicts()
            ),
        ),
    )
    new = {**old, "id": new_id, "valid_from": (last_day + timedelta(days=1)).isoformat(), **cells}
    return build_law(pack(ended.with_row(name, new)))


def a_bonded_set(number: int = 1) -> tuple[dict[str, Filed], tuple[BookItemRow, ...]]:
    """One good 1210 set, and the account book that its two lines are written off from (10 kg of each)."""
    docs = a_set(number)
    docs["inventory"] = docs["inventory"].head(
        tradeMode="1210",
        emsNo="EMS1",
        areaCode=AREA,
        areaName="沙箱区内",
        country="142",
        trafMode="W",
        trafNo=None,
        voyageNo=None,
        billNo=None,
    )
    for at in (1, 2):
        docs["inventory"] = docs["inventory"].line(at, itemRecordNo=f"R{at}")
    book = tuple(
        BookItemRow(ems_no="EMS1", item_record_no=f"R{at}", area_code=AREA, gcode=GOODS, unit="142", unit1="035",
                    country="601", qty1=D("10"), price=D(price))
        for at, price in ((1, "100.00"), (2, "50.00"))
    )  # fmt: skip
    return docs, book


def D(text: str) -> Decimal:
    """An amount."""
    return Decimal(text)


@dataclass
class Filed:
    """A record as the test writes it, with what can be changed about its way in."""

    kind: str
    record: Any
    sender: str = ""
    certificate: str = ""
    verdict: Verdict = field(default_factory=lambda: Verdict(present=True, step="ok", fingerprint=b"\1" * 32))
    transfer: tuple[str, str] = ("", "")
    subscribers: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.sender = self.sender or SENDERS[self.kind]

    def head(self, **fields: Any) -> Filed:
        """The same with other values in the head."""
        name = HEADS[self.kind]
        if not name:
            return replace(self, record=msgspec.structs.replace(self.record, **fields))
        head = msgspec.structs.replace(getattr(self.record, name), **fields)
        return replace(self, record=msgspec.structs.replace(self.record, **{name: head}))

    def line(self, number: int, **fields: Any) -> Filed:
        """The same with other values in one line, counted from 1."""
        name = LINES[self.kind]
        lines = list(getattr(self.record, name))
        lines[number - 1] = msgspec.structs.replace(lines[number - 1], **fields)
        return replace(self, record=msgspec.structs.replace(self.record, **{name: tuple(lines)}))

    def later(self, minutes: int = 1, **fields: Any) -> Filed:
        """The same with a later appTime."""
        at = datetime.strptime(head_of(self.kind, self.record).appTime, "%Y%m%d%H%M%S")
        return self.head(appTime=(at + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S"), **fields)

    @property
    def key(self) -> tuple[str, ...]:
        head = head_of(self.kind, self.record)
        return {
            "order": lambda: (head.ebpCode, head.orderNo),
            "payment": lambda: (head.payCode, head.payTransactionId, head.ebpCode, head.orderNo),
            "waybill": lambda: (head.logisticsCode, head.logisticsNo),
            "inventory": lambda: (head.agentCode, head.copNo),
            "entry_list": lambda: (head.operatorCode, head.copNo or ""),
            "waybill_status": lambda: (head.logisticsCode, head.logisticsNo, head.logisticsStatus),
        }[self.kind]()


def a_set(
    number: int = 1, *, prices: tuple[str, ...] = ("100.00", "50.00"), freight: str = "10.00", tax: str = "14.56"
) -> dict[str, Filed]:
    """One good 9610 set: order, payment, waybill, inventory. One piece of each price.

    The tax of the default: freight is shared 6.67 and 3.33; 106.67 and 53.33 at 13 % × 70 % are 9.71 and 4.85.
    """
    total = sum(map(D, prices))
    paid = total + D(freight) + D(tax)
    person = {"buyerName": "沙箱甲", "buyerIdType": "1", "buyerIdNumber": BUYER_ID, "buyerTelephone": "00000000001"}
    common = {"appType": "1", "appTime": "20260302113000", "appStatus": "2", "guid": f"{number:036d}"}
    order_no, waybill_no, payment_no = f"SBX{number:06d}", f"W{number:06d}", f"P{number:06d}"
    order = Order(
        OrderHead=OrderHead(
            **common, orderType="I", orderNo=order_no, ebpCode=PLATFORM, ebpName="沙箱平台", ebcCode=MERCHANT,
            ebcName="沙箱电商", goodsValue=total, freight=D(freight), discount=D("0"), taxTotal=D(tax),
            acturalPaid=paid, currency="142", buyerRegNo="b1", **person, payCode=PAYER, payName="沙箱支付",
            payTransactionId=payment_no, consignee="沙箱乙", consigneeTelephone="00000000002", consigneeAddress="沙箱市样例路1号",
        ),
        OrderList=tuple(
            OrderList(gnum=at, itemNo=f"SKU{at}", itemName=f"沙箱货物{at}", gmodel="1瓶", unit="142", qty=D("1"),
                      price=D(price), totalPrice=D(price), currency="142", country="601")
            for at, price in enumerate(prices, 1)
        ),
    )  # fmt: skip
    payment = Payment(
        PaymentHead=PaymentHead(
            **common, payCode=PAYER, payName="沙箱支付", payTransactionId=payment_no, orderNo=order_no, ebpCode=PLATFORM,
            ebpName="沙箱平台", payerIdType="1", payerIdNumber=BUYER_ID, payerName="沙箱甲", amountPaid=paid,
            currency="142", payTime="20260302112900",
        )
    )  # fmt: skip
    waybill = Logistics(
        LogisticsHead=LogisticsHead(
            **common, logisticsCode=COURIER, logisticsName="沙箱物流", logisticsNo=waybill_no, orderNo=order_no,
            freight=D(freight), insuredFee=D("0"), currency="142", weight=D("1.5"), packNo=1, consignee="沙箱乙",
            consigneeAddress="沙箱市样例路1号", consigneeTelephone="00000000002",
        )
    )  # fmt: skip
    inventory = Inventory(
        InventoryHead=InventoryHead(
            **common, orderNo=order_no, ebpCode=PLATFORM, ebpName="沙箱平台", ebcCode=MERCHANT, ebcName="沙箱电商",
            logisticsNo=waybill_no, logisticsCode=COURIER, logisticsName="沙箱物流", copNo=f"C{number:06d}",
            assureCode=PLATFORM, ieFlag="I", declTime="20260302", customsCode="5165", portCode="5165", **person,
            consigneeAddress="沙箱市样例路1号", agentCode=AGENT, agentName="沙箱申报", tradeMode="9610", trafMode="5",
            trafNo="T1", voyageNo="V1", billNo="B1", country="601", freight=D(freight), insuredFee=D("0"),
            currency="142", packNo=1, grossWeight=D("1.5"), netWeight=D("1.2"),
        ),
        InventoryList=tuple(
            InventoryList(gnum=at, itemNo=f"SKU{at}", itemName=f"沙箱货物{at}", gcode=GOODS, gname=f"沙箱货物{at}",
                          gmodel="1瓶", country="601", currency="142", qty=D("1"), unit="142",
                          qty1=D("0.5"), unit1="035", price=D(price), totalPrice=D(price))
            for at, price in enumerate(prices, 1)
        ),
    )  # fmt: skip
    return {
        "order": Filed("order", order),
        "payment": Filed("payment", payment),
        "waybill": Filed("waybill", waybill),
        "inventory": Filed("inventory", inventory),
    }


GOODS = "1901101000"  # infant formula: first unit kilogram, no second, VAT standard, no consumption tax


@dataclass
class PlayStore:
    """Documents, accounts, awaits and dues in dictionaries; applies each decision as an engine would."""

    now: datetime = NOW
    law: Law = field(default_factory=the_law)
    documents: dict[tuple[str, tuple[str, ...]], Document] = field(default_factory=dict)
    accounts: dict[str, list[Decimal]] = field(default_factory=dict)
    awaits: dict[Await, set[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    dues: list[Due] = field(default_factory=list)
    draws: dict[str, Decimal] = field(default_factory=lambda: {"LN01": D("0.5"), "LN02": D("0.5")})
    guarantee: GuaranteeRow | None = field(
        default_factory=lambda: GuaranteeRow(
            assure_code=PLATFORM, kind="cash", amount=D("1000000"), valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31),
        )
    )  # fmt: skip
    parties: dict[str, PartyRow] = field(
        default_factory=lambda: {
            code: PartyRow(code=code, name=NAMES[code], roles=(role,), dxp_id=DXP[code], valid_from=date(2026, 1, 1))
            for code, role in ROLES.items()
        }
    )
    revoked: set[str] = field(default_factory=set)
    identity: str = ""
    book: tuple[BookItemRow, ...] = ()
    decisions: list[Decision] = field(default_factory=list)
    pre: int = 0
    receipt_copies: tuple[tuple[str, str], ...] = ()
    data_copies: tuple[str, ...] = ()
    invt: int = 0

    def file(self, filed: Filed) -> Decision:
        """File a record; whoever waits for it is woken. Gives the record's own decision."""
        sender = DXP[filed.sender]
        event = RecordFiled(
            kind=filed.kind,
            key=filed.key,
            message_type=TYPES[filed.kind],
            record=filed.record,
            digest=hashlib.sha256(msgspec.msgpack.encode(filed.record)).digest(),
            filing_id="G01-000000000001",
            record_no=1,
            sender=sender,
            transfer=tuple(given or own for given, own in zip(filed.transfer, (filed.sender, sender), strict=True)),
            subscribers=filed.subscribers,
            copy_to=filed.copy_to,
            verdict=filed.verdict,
        )
        owner = filed.certificate or filed.sender
        return self.decide(event, filed.kind, filed.key, owner=owner)

    def command(self, action: str, inventory: Filed, reason: str = "", version: int = 0) -> Decision:
        """An officer acts."""
        event = Commanded(
            action=action, kind="inventory", key=inventory.key, actor="officer:1", reason=reason, version=version
        )
        return self.decide(event, "inventory", inventory.key)

    def top_up(self, amount: str) -> Decision | None:
        """The guarantor gives a higher guarantee; the inventories that wait for it are woken."""
        assert self.guarantee is not None
        self.guarantee = msgspec.structs.replace(self.guarantee, amount=D(amount))
        return self._wake(Await("guarantor", (self.guarantee.assure_code,)))

    def pass_time(self, days: int) -> list[Decision]:
        """Days go by; what falls due is decided at its time."""
        end, made = self.now + timedelta(days=days), []
        for due in sorted(self.dues, key=lambda one: one.at):
            if due.at <= end:
                self.dues.remove(due)
                self.now = due.at
                made.append(self.decide(due, due.kind, due.key))
        self.now = end
        return made

    def get(self, filed: Filed) -> Document:
        """The stored document."""
        return self.documents[filed.kind, filed.key]

    def balance(self, account: str) -> tuple[Decimal, Decimal]:
        """(held, used) of an account."""
        held, used = self.accounts.get(account, (D("0"), D("0")))
        return held, used

    def decide(self, event: Event, kind: str, key: tuple[str, ...], owner: str = "") -> Decision:
        """One event: case, facts, decision, all of it applied."""
        decision = decide(self.case(event, kind, key), event, self.facts(event, kind, key, owner), self.law)
        self._apply(decision)
        return decision

    def case(self, event: Event, kind: str, key: tuple[str, ...]) -> Case:
        """What the store holds about the subject, as ``Case`` describes it."""
        existing = self.documents.get((kind, key))
        if kind != "inventory":
            return Case(existing=existing)
        subject = existing
        if isinstance(event, RecordFiled):
            subject = Document(kind=kind, key=key, message_type="", record=event.record, status="2", digest=b"",
                               app_time="", sender="", sender_code="", filed_at=self.now)  # fmt: skip
        if subject is None or subject.record is None:
            return Case(existing=existing)
        of = order_of(subject)
        return Case(
            existing=existing,
            order=self.documents.get(("order", of)),
            payments=tuple(one for (k, at), one in self.documents.items() if k == "payment" and at[2:] == of),
            waybill=self.documents.get(("waybill", waybill_of(subject))),
            inventories=tuple(
                one for (k, at), one in self.documents.items() if k == kind and at != key and order_of(one) == of
            ),
        )

    def facts(self, event: Event, kind: str, key: tuple[str, ...], owner: str = "") -> Facts:
        """Everything looked up for the event."""
        sender = certificate = None
        if isinstance(event, RecordFiled):
            sender = next((row for row in self.parties.values() if row.dxp_id == event.sender), None)
        if owner in self.parties:
            certificate = CertificateRow(
                number=f"N{owner}", fingerprint="01" * 32, party_code=owner, dxp_id=DXP[owner], algorithm="SM2",
                not_before=datetime(2026, 1, 1, tzinfo=UTC), not_after=datetime(2027, 1, 1, tzinfo=UTC),
                revoked_at=self.now if owner in self.revoked else None,
            )  # fmt: skip
        guarantee = self.guarantee
        return Facts(
            now=self.now,
            received_at=self.now,
            law_digest=self.law.digest,
            registry_digest="",
            sender=sender,
            certificate=certificate,
            parties=tuple(self.parties.values()),
            quota=self._account("quota"),
            guarantee=guarantee,
            guarantee_balance=self._account(f"guarantee:{guarantee.assure_code}") if guarantee else None,
            book_items=self.book,
            stock=tuple(self._account(stock_account(row.ems_no, row.item_record_no)) for row in self.book),
            draws=tuple(self.draws.items()),
            identity=self.identity,
            unrecorded_copies=self._unrecorded(event),
            data_copies=self.data_copies,
            next_pre_no=f"B20260302{self.pre + 1:09d}",
            next_invt_no=f"51652026I{self.invt + 1:09d}",
        )

    def _unrecorded(self, event: Event) -> tuple[tuple[str, str], ...]:
        """(filer, subscriber) of all that is filed, where the registry does not have them."""
        filed = [*self.documents.values(), *([event] if isinstance(event, RecordFiled) else [])]
        asked = {(one.sender, whom) for one in filed for whom in one.subscribers}
        return tuple(sorted(asked - set(self.receipt_copies)))

    def _account(self, account: str) -> Balance:
        held, used = self.balance(account)
        return Balance(account=account, held=held, used=used)

    def _apply(self, decision: Decision) -> None:
        self.decisions.append(decision)
        self.pre += decision.took_pre_no
        self.invt += decision.took_invt_no
        for document in decision.documents:
            self.documents[document.kind, document.key] = document
        for move in decision.moves:
            row = self.accounts.setdefault(move.account, [D("0"), D("0")])
            if move.op == "hold":
                row[0] += move.amount
                assert sum(row) <= move.limit, "the row's CHECK"
            elif move.op == "use":
                row[0] -= move.amount
                row[1] += move.amount
            else:
                row[1 if move.was_used else 0] -= move.amount
            assert min(row) >= 0, "nothing is given back twice"
        subject = decision.documents[0] if decision.documents else None
        for one in decision.awaits:
            if subject is not None:
                self.awaits.setdefault(one, set()).add((subject.kind, subject.key))
        self.dues += decision.due
        for one in decision.brings:
            self._wake(one)

    def _wake(self, by: Await) -> Decision | None:
        decision = None
        for kind, key in sorted(self.awaits.pop(by, ())):
            decision = self.decide(Woken(kind=kind, key=key, by=by), kind, key)
            if by in decision.awaits:
                self.awaits.setdefault(by, set()).add((kind, key))
        return decision
