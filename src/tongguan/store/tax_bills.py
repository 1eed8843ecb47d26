"""Electronic tax bills as they lie in receipts, pairs of names and texts; and the records of their messages."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from tongguan.ceb.messages import ceb816, ceb818
from tongguan.ceb.production import ProductionTaxHead
from tongguan.clearance.model import Receipt
from tongguan.clearance.tax_bill import BILL_MESSAGE as BILL
from tongguan.clearance.tax_bill import LINE
from tongguan.clearance.tax_bill import STATUS_MESSAGE as STATUS

_LINE = ceb816.TaxListRd.__struct_fields__
_PRODUCTION = ("orderNo", "logisticsNo")


class Told(NamedTuple):
    """What a tax bill says: elements of the head in their order, and of each line, as text."""

    head: dict[str, str]
    lines: tuple[dict[str, str], ...]


def told(receipt: Receipt) -> Told | None:
    """The content of an 816 or 818; None for every other receipt."""
    if receipt.message_type not in (BILL, STATUS):
        return None
    head = {name: value for name, value in receipt.keys if name != LINE}
    lines = (value.split(" ") for name, value in receipt.keys if name == LINE)
    return Told(head, tuple(dict(zip(_LINE, values, strict=True)) for values in lines))


def naming_keys(receipt: Receipt) -> tuple[tuple[str, str], ...]:
    """The elements that name the document a receipt is about: for a tax bill its number and its inventory's."""
    if receipt.message_type not in (BILL, STATUS):
        return receipt.keys
    return tuple(pair for pair in receipt.keys if pair[0] in ("invtNo", "taxNo"))


def tax_record(receipt: Receipt, guid: str, return_time: str) -> msgspec.Struct:
    """The record of one tax bill, or of the status of one, for the message that carries it."""
    content = told(receipt)
    assert content is not None, "asked for tax bills only"
    head: dict[str, Any] = {
        **content.head, "guid": guid, "returnTime": return_time, "status": receipt.status,
    }  # fmt: skip
    if receipt.message_type == STATUS:
        return ceb818.Tax(TaxHeadStatus=msgspec.convert(head, ceb818.TaxHeadStatus))
    form = ProductionTaxHead if any(name in head for name in _PRODUCTION) else ceb816.TaxHeadRd
    lines = msgspec.convert(content.lines, tuple[ceb816.TaxListRd, ...], strict=False)
    return ceb816.Tax(TaxHeadRd=msgspec.convert({**head, "note": receipt.info}, form), TaxListRd=lines)
