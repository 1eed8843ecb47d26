"""How to find one's way in the typed records: the head, the lines, the receipt and who may file, by kind of
document.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tongguan.clearance.model import Await, Document, Key


class Shape(NamedTuple):
    """Names of the elements of one kind, its receipt message and what it is called.

    ``head`` is empty where the record has no inner head and is its own; ``lines`` where it has none.
    """

    record: str
    head: str
    lines: str
    receipt: str
    zh: str
    en: str


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "order": Shape("Order", "OrderHead", "OrderList", "CEB312Message", "订单", "order"),
        "payment": Shape("Payment", "PaymentHead", "", "CEB412Message", "支付单", "payment"),
        "waybill": Shape("Logistics", "LogisticsHead", "", "CEB512Message", "运单", "waybill"),
        "inventory": Shape("Inventory", "InventoryHead", "InventoryList", "CEB622Message", "清单", "inventory"),
        "cancellation": Shape("InvtCancel", "", "", "CEB624Message", "撤销申请单", "cancellation"),
        "goods_return": Shape(
            "InvtRefund", "InvtRefundHead", "InvtRefundList", "CEB626Message", "退货申请单", "goods return"
        ),
        "entry_list": Shape(
            "Delivery", "DeliveryHead", "DeliveryList", "CEB712Message", "入库明细单", "warehouse entry list"
        ),
        "waybill_status": Shape("LogisticsStatus", "", "", "CEB514Message", "运单状态", "waybill status"),
    }
)
MESSAGE_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "CEB311Message": "order",
        "CEB411Message": "payment",
        "CEB511Message": "waybill",
        "CEB621Message": "inventory",
        "CEB623Message": "cancellation",
        "CEB625Message": "goods_return",
        "CEB711Message": "entry_list",
        "CEB513Message": "waybill_status",
    }
)
"""The kind of document that each filed message brings."""
PRE_NO_LETTERS: Mapping[str, str] = MappingProxyType(
    {"inventory": "B", "cancellation": "C", "goods_return": "T", "entry_list": "R"}
)
"""The letter that a preNo begins with; kinds that are not here have no preNo."""


def head_of(kind: str, record: Any) -> Any:
    """The head of a typed record."""
    name = SHAPES[kind].head
    return getattr(record, name) if name else record


def element_path(kind: str, record_no: int, *steps: str) -> str:
    """Where an element stands in its message: ``Order[1]/OrderHead/orderNo``, ``InvtCancel[1]/reason``."""
    return "/".join(step for step in (f"{SHAPES[kind].record}[{record_no}]", *steps) if step)


def lines_of(kind: str, record: Any) -> tuple[Any, ...]:
    """The lines of an order, an inventory, a goods return or an entry list; none for the others."""
    name = SHAPES[kind].lines
    lines: tuple[Any, ...] = getattr(record, name) if name else ()
    return lines


def order_of(inventory: Document) -> Key:
    """(ebpCode, orderNo) of an inventory."""
    head = inventory.record.InventoryHead
    return (head.ebpCode, head.orderNo)


def listed_waybills(record: Any) -> tuple[Key, ...]:
    """(logisticsCode, logisticsNo) of every line of a warehouse entry list, in the order of the lines."""
    code = record.DeliveryHead.logisticsCode
    return tuple([(code, line.logisticsNo) for line in record.DeliveryList])


def waybill_of(inventory: Document) -> Key:
    """(logisticsCode, logisticsNo) of an inventory."""
    return waybill_of_head(inventory.record.InventoryHead)


def waybill_of_head(head: Any) -> Key:
    """(logisticsCode, logisticsNo) that the head of an inventory or a request names."""
    return (head.logisticsCode, head.logisticsNo)


def brought_by(document: Document) -> tuple[Await, ...]:
    """What an inventory may have waited for and this document brings."""
    if document.kind == "payment":
        return (Await("payment", document.key[2:]),)
    return (Await(document.kind, document.key),) if document.kind in ("order", "waybill") else ()


Named = tuple[tuple[str, str, str], ...]


def parties_of(kind: str, head: Any) -> Named:
    """(element, code, role) of every company that a document names."""
    if kind == "order":
        named: Named = (("ebpCode", head.ebpCode, "platform"), ("ebcCode", head.ebcCode, "merchant"))
        return (*named, ("payCode", head.payCode, "payment")) if head.payCode else named
    if kind == "payment":
        return (("payCode", head.payCode, "payment"), ("ebpCode", head.ebpCode, "platform"))
    if kind in ("waybill", "waybill_status"):
        return (("logisticsCode", head.logisticsCode, "logistics"),)
    if kind == "entry_list":
        return (("operatorCode", head.operatorCode, "operator"), ("logisticsCode", head.logisticsCode, "logistics"))
    named = (
        ("ebpCode", head.ebpCode, "platform"),
        ("ebcCode", head.ebcCode, "merchant"),
        ("logisticsCode", head.logisticsCode, "logistics"),
    )
    # A merchant may declare for itself: then it needs no second role.
    if head.agentCode != head.ebcCode:
        named = (*named, ("agentCode", head.agentCode, "declarant"))
    area = head.areaCode if kind == "inventory" else None
    return (*named, ("areaCode", area, "bonded")) if area else named


def may_file(kind: str, head: Any) -> tuple[str, ...]:
    """The codes of the companies that may file this document (an order also: a courier they empower)."""
    if kind == "order":
        return (head.ebpCode, head.ebcCode)
    if kind == "payment":
        return (head.payCode,)
    if kind in ("waybill", "waybill_status"):
        return (head.logisticsCode,)
    if kind == "entry_list":
        return (head.operatorCode,)
    return (head.agentCode, head.ebcCode)
