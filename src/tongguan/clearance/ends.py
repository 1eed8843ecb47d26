"""What still has to happen to a document. One that is live and has no such end loose would be forgotten for ever."""

from __future__ import annotations

from collections.abc import Iterator

from tongguan.clearance import closing, goods_return, tax_bill
from tongguan.clearance.holds import ACCEPTED, open_holds
from tongguan.clearance.model import Document
from tongguan.clearance.rule import REQUESTS

_WAITING = ("1", "2", "4")


def loose_ends(document: Document) -> tuple[str, ...]:
    """What will move the document, empty at its end.

    ``due:lapse``, ``due:return_limit``, ``due:bill`` and ``due:close`` are dues (the last two may have passed while a
    goods return of the inventory is open, and are put again when that is decided); ``await:paid`` waits for a payment
    bill; ``hold:…`` is an open hold of that kind; ``inventory`` says that the inventory which uses the document carries
    it along.
    """
    return tuple(_ends(document)) if document.record is not None and not document.deleted else ()


def _ends(document: Document) -> Iterator[str]:
    if document.used_by is not None:
        yield "inventory"
    elif document.status in _WAITING and document.lapses_at is not None:
        yield "due:lapse"
    yield from (f"hold:{hold.kind}" for hold in open_holds(document))
    if document.kind in REQUESTS and closing.goods_awaited((document,)):
        yield f"due:{goods_return.LIMIT}"
    if document.kind == "inventory":
        yield from _after_release(document)


def _after_release(inventory: Document) -> Iterator[str]:
    bill = inventory.bill
    if bill is not None and bill.status == tax_bill.GENERATED:
        yield f"due:{closing.BILL}"
    if inventory.status == "800" and inventory.terms is not None:
        yield f"due:{closing.CLOSE}"
    if bill is not None and bill.status == tax_bill.SUMMARISED and bill.paid_at is None:
        yield f"await:{tax_bill.PAID}"


def is_live(document: Document) -> bool:
    """Whether something must still happen to the document, so that it may not be without a loose end.

    A stored entry list (120) and the status of a waybill have nothing before them; an inventory that was released by a
    law without tax bills (``terms`` None) is at its end with 800.
    """
    if document.deleted or document.record is None:
        return False
    if document.kind == "inventory":
        bill_open = (
            document.bill is not None and document.bill.status != tax_bill.VOID and document.bill.paid_at is None
        )
        return (
            document.status in (*_WAITING, *ACCEPTED)
            or (document.status == "800" and document.terms is not None)
            or bill_open
        )
    if document.kind in REQUESTS:
        return document.status in (*_WAITING, "120")
    return document.kind in ("order", "payment", "waybill") and document.status in (*_WAITING, "120")
