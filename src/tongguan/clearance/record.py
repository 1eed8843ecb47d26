"""How to find one's way in the typed records: the head, the lines, the receipt and who may file, by kind of
document.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tongguan.clearance.model import Await, Document, Key


class Shape(NamedTuple):
    """Names of the elements of one kind, its receipt message and what it is called."""

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
    }
)


def head_of(kind: str, record: Any) -> Any:
    """The head of a typed record."""
    return getattr(record, SHAPES[kind].head)


def lines_of(kind: str, record: Any) -> tuple[Any, ...]:
    """The goods lines of an order or an inventory; none for the others."""
    name = SHAPES[kind].lines
    lines: tuple[Any, ...] = getattr(record, name) if name else ()
    return lines


def order_of(inventory: Document) -> Key:
    """(ebpCode, orderNo) of an inventory."""
    head = inventory.record.InventoryHead
    return (head.ebpCode, head.orderNo)


def waybill_of(inventory: Document) -> Key:
    """(logisticsCode, logisticsNo) of an inventory."""
    head = inventory.record.InventoryHead
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
    if kind == "waybill":
        return (("logisticsCode", head.logisticsCode, "logistics"),)
    named = (
        ("ebpCode", head.ebpCode, "platform"),
        ("ebcCode", head.ebcCode, "merchant"),
        ("logisticsCode", head.logisticsCode, "logistics"),
    )
    # A merchant may declare for itself: then it needs no second role.
    if head.agentCode != head.ebcCode:
        named = (*named, ("agentCode", head.agentCode, "declarant"))
    return (*named, ("areaCode", head.areaCode, "bonded")) if head.areaCode else named


def may_file(kind: str, head: Any) -> tuple[str, ...]:
    """The codes of the companies that may file this document (an order also: a courier they empower)."""
    if kind == "order":
        return (head.ebpCode, head.ebcCode)
    if kind == "payment":
        return (head.payCode,)
    if kind == "waybill":
        return (head.logisticsCode,)
    return (head.agentCode, head.ebcCode)
