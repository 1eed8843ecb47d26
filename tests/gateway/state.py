"""A clearing state that a test fills by hand: the shape of ``store.reading.Reader``."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from tests.gateway import papers
from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Receipt
from tongguan.store.issued import IssuedReceipt, issue
from tongguan.store.reading import BadCursor, CaseView, FilingView, RecordView

AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


class FakeReader:
    """Receipts by exchange id, filings and cases by their keys."""

    def __init__(self) -> None:
        self.outbox: dict[str, list[IssuedReceipt]] = {}
        self.filings: dict[str, FilingView] = {}
        self.cases: dict[tuple[str, str], CaseView] = {}
        self.behind = {"G01": 0}
        self.law = b""

    def receipts(self, dxp_id: str, after: str = "", limit: int = 100) -> tuple[list[IssuedReceipt], str]:
        if after and not after.startswith("c"):
            raise BadCursor(after)
        start = int(after[1:]) if after else 0
        found = self.outbox.get(dxp_id, [])[start : start + limit]
        return found, f"c{start + len(found)}" if found else after

    def filing(self, filing_id: str) -> FilingView | None:
        return self.filings.get(filing_id)

    def case(self, ebp_code: str, order_no: str) -> CaseView | None:
        return self.cases.get((ebp_code, order_no))

    def lag(self) -> dict[str, int]:
        return self.behind

    def law_in_force(self) -> str:
        return hashlib.sha256(self.law).hexdigest() if self.law else ""

    def law_snapshot(self, digest: str) -> bytes:
        return self.law


def receipts(count: int, first: int = 1) -> list[IssuedReceipt]:
    """Order receipts, one event each."""
    made: list[IssuedReceipt] = []
    for number in range(first, first + count):
        keys = (("ebpCode", papers.PLATFORM), ("ebcCode", papers.MERCHANT), ("orderNo", f"T{number:08d}"))
        receipt = Receipt("CEB312Message", keys, "2", "[Code:2600;Desc:放行]", (papers.DXP,))
        made += issue("a-store", number, AT, [(0, receipt)], sandbox=False)
    return made


def filing_view(**changes: Any) -> FilingView:
    """A decided filing of the test's filer with one refused record."""
    problem = Problem(
        rule_id="D05",
        document="order",
        path="Order[1]/OrderHead/buyerIdNumber",
        text_zh="身份证号码校验位不符",
        text_en="the check digit of the id number is wrong",
        fix_zh="请核对",
        fix_en="check it",
        found=papers.ID_NUMBER,
    )
    record = RecordView(number=1, state="decided", kind="order", status="-301002", decided_at=AT, problems=(problem,))
    fields: dict[str, Any] = {
        "filing_id": "G01-000000000001",
        "state": "decided",
        "message_type": "CEB311Message",
        "sender": papers.DXP,
        "received_at": AT,
        "raw_digest": "00" * 32,
        "raw_at": ("x", 0, 0),
        "records": (record,),
    }
    return FilingView(**fields | changes)


def document(kind: str, key: tuple[str, ...], message_type: str, record: Any, **changes: Any) -> Document:
    """A stored document at status 2."""
    fields: dict[str, Any] = {
        "kind": kind,
        "key": key,
        "message_type": message_type,
        "record": record,
        "status": "2",
        "digest": b"",
        "app_time": papers.TIME,
        "sender": papers.DXP,
        "sender_code": papers.PLATFORM,
        "filed_at": AT,
    }
    return Document(**fields | changes)


def a_case(**inventory: Any) -> CaseView:
    """A whole case, accepted unless a status of the inventory is given: order, payment, waybill, inventory."""
    used: dict[str, Any] = {}
    if "status" not in inventory:
        inventory = {"status": "120", "accepted_at": AT} | inventory
        used = {"status": "120", "used_by": (papers.AGENT, "C1")}
    order, payment = papers.order(), papers.ceb411_message().Payment[0]
    waybill, declared = papers.ceb511_message().Logistics[0], papers.ceb621_message().Inventory[0]
    return CaseView(
        case_id="opaque",
        ebp_code=papers.PLATFORM,
        order_no="T00000001",
        order=document("order", (papers.PLATFORM, "T00000001"), "CEB311Message", order, **used),
        payments=(
            document(
                "payment", (papers.PAYER, "P00000001", papers.PLATFORM, "T00000001"), "CEB411Message", payment, **used
            ),
        ),
        waybills=(document("waybill", (papers.CARRIER, "W00000001"), "CEB511Message", waybill, **used),),
        inventories=(document("inventory", (papers.AGENT, "C1"), "CEB621Message", declared, **inventory),),
    )
