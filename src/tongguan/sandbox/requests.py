"""What is asked about an accepted inventory: cancellations and goods returns of a set."""

from __future__ import annotations

from typing import Any

import msgspec

from tongguan.ceb.messages.ceb623 import InvtCancel
from tongguan.ceb.messages.ceb625 import InvtRefund, InvtRefundHead, InvtRefundList
from tongguan.sandbox.documents import DocumentSet, china_time, guid_of
from tongguan.sandbox.site import changed
from tongguan.sandbox.step import Expected, Step

OF_THIS_ORDER = "OF-THIS-ORDER"
"""What a sandbox takes for invtNo: the last inventory of the request's order, whatever its number will be."""
_COPIED = (
    "customsCode", "orderNo", "ebpCode", "ebpName", "ebcCode", "ebcName", "logisticsNo", "logisticsCode",
    "logisticsName", "buyerIdType", "buyerIdNumber", "buyerName", "buyerTelephone", "agentCode", "agentName",
)  # fmt: skip


def cancellation(filed: DocumentSet, *changes: tuple[str, Any], number: int = 1) -> InvtCancel:
    """The cancellation of a set's inventory, as its declarant files it.

    ``number`` tells requests of the same set apart. ``changes`` are paths in the record with what stands there instead.
    """
    head = _head(filed, "cancellation", number)
    return changed(InvtCancel(**head, copNo=_cop_no("X", filed, number), reason="订购人取消订单"), *changes)


def goods_return(
    filed: DocumentSet, *changes: tuple[str, Any], lines: tuple[tuple[int, str], ...] = (), number: int = 1
) -> InvtRefund:
    """The goods return of so much of each (gnum, quantity) line; without lines, of everything."""
    of_inventory = {line.gnum: line for line in filed.inventory.InventoryList}
    wanted = lines or tuple((line.gnum, str(line.qty)) for line in of_inventory.values())
    head = _head(filed, "goods_return", number)
    record = InvtRefund(
        InvtRefundHead=InvtRefundHead(**head, copNo=_cop_no("T", filed, number), reason="订购人退货"),
        InvtRefundList=tuple(_line(of_inventory[gnum], qty) for gnum, qty in wanted),
    )
    return changed(record, *changes)


def request_step(document: str, filed: DocumentSet, record: Any, expected: Expected, **more: Any) -> Step:
    """The file of one request."""
    sender = filed.deal.parties.declarant
    plain = Step(document=document, records=(record,), expected=(expected,), sender=sender, signed_by=sender)
    return msgspec.structs.replace(plain, **more)


def _head(filed: DocumentSet, document: str, number: int) -> dict[str, Any]:
    """What the head of a request has in common: its four first fields, and what it copies from the inventory."""
    deal, inventory = filed.deal, filed.inventory.InventoryHead
    return {
        "guid": guid_of(deal.seed, deal.number, document, number),
        "appType": "1",
        "appTime": china_time(deal.at),
        "appStatus": "2",
        **{name: getattr(inventory, name) for name in _COPIED},
        "invtNo": OF_THIS_ORDER,
    }


def _cop_no(letter: str, filed: DocumentSet, number: int) -> str:
    return f"SBX{letter}{filed.deal.stem}{number:02d}"


def _line(line: Any, qty: str) -> InvtRefundList:
    return msgspec.convert(
        {"gnum": line.gnum, "gcode": line.gcode, "gname": line.gname, "qty": qty, "unit": line.unit}, InvtRefundList
    )
