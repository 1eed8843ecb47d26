"""M19: an inventory and the warehouse entry list that its waybill stands in name the same transport."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance.compare import texts_agree
from tongguan.clearance.model import Compared, Document, Facts
from tongguan.clearance.rule import Rule

M19 = Rule(
    id="M19", stage="match", documents=("entry_list", "inventory"), fields=("trafMode", "trafNo", "voyageNo", "billNo"),
    zh="入库明细单与清单的运输方式、运输工具编号、航班航次号或提运单号不一致",
    en="the warehouse entry list and the inventory name another transport mode, means, voyage or master bill",
    fix_zh="核对跨境段运输信息：清单有误的，更正后重新申报；入库明细单有误的，由监管场所经营人变更",
    fix_en="check the cross-border transport: file the inventory again, or have the site change its list, "
    "whichever is wrong",
    source="specification 202205, CEB711; a platform that does so", confidence="medium",
)  # fmt: skip

DIRECT = "9610"
"""Direct shipping, the only mode that comes with an entry list."""
ELEMENTS = ("trafMode", "trafNo", "voyageNo", "billNo")
Transport = tuple[str, str, str, str]
"""The values of ``ELEMENTS``."""


def transport_of(head: Any) -> Transport:
    """What the head of an entry list or of an inventory says."""
    return (head.trafMode, head.trafNo or "", head.voyageNo or "", head.billNo or "")


def compared(inventory: Transport, entry_list: Transport) -> Iterator[tuple[str, str, str, bool]]:
    """(element, of the inventory, of the list, whether they agree) for each of the four."""
    for element, left, right in zip(ELEMENTS, inventory, entry_list, strict=True):
        yield element, left, right, texts_agree(left, right)


def match_arrival(inventory: Document, facts: Facts) -> tuple[tuple[Compared, ...], tuple[Problem, ...]]:
    """The inventory against the list that stands: all pairs, and a problem for each that differs."""
    head = inventory.record.InventoryHead
    arrival = facts.arrival
    if arrival is None or head.tradeMode != DIRECT:
        return (), ()
    listed = (arrival.traf_mode, arrival.traf_no, arrival.voyage_no, arrival.bill_no)
    pairs = tuple(compared(transport_of(head), listed))
    return (
        tuple(
            Compared(M19.id, f"inventory.InventoryHead.{name}", left, f"entry_list.DeliveryHead.{name}", right, equal)
            for name, left, right, equal in pairs
        ),
        tuple(
            M19.problem(inventory.kind, f"InventoryHead/{name}", found=left, expected=right)
            for name, left, right, equal in pairs
            if not equal
        ),
    )
