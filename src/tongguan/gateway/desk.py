"""What a relay or shadow answers in place of decisions of its own: the upstream's receipts, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from xml.sax.saxutils import quoteattr

import msgspec

from tongguan.ceb.source import body_start, to_utf8
from tongguan.gateway.forms import RECEIPTS_NAMESPACE, ForwardForm, ReceiptForm, ReceiptsPage, TaxBillForm
from tongguan.gateway.wire_time import iso_utc
from tongguan.store.cursors import read_message, write_message
from tongguan.store.layout import Store
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forwarded, Forwards
from tongguan.store.upstream.recorded import Recorded, UpstreamMessage
from tongguan.upstream.hearing import HeardReceipt, hear

T = TypeVar("T")


class UpstreamPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages of the upstream in order. ``next`` is the cursor to go on from."""

    messages: list[UpstreamMessage]
    next: str
    more: bool


class Desk:
    """Reads ``upstream.db`` in a thread of its own. ``role`` is relay or shadow."""

    def __init__(self, store: Store, role: str) -> None:
        self.role = role
        self._store = store
        self._file: UpstreamFile | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="upstream")

    async def page(self, dxp_id: str, after: str, limit: int) -> UpstreamPage:
        """Messages for one exchange id after a cursor, at most so many; none is ever cut. Raises BadCursor."""
        number = read_message(after)
        found = await self._ask(lambda file: Recorded(file).messages(dxp_id, number, limit))
        following = write_message(found[-1].message_no) if found else after
        return UpstreamPage(messages=found, next=following, more=len(found) == limit)

    async def since(self, dxp_id: str, received_ns: int) -> str:
        """The cursor after which come the messages that were received at a time or later."""
        return write_message(await self._ask(lambda file: Recorded(file).before(dxp_id, received_ns)))

    async def forwarded(self, filing_id: str) -> ForwardForm:
        """Where a filing stands on its way up; one that was not seen yet waits."""
        found = await self._ask(lambda file: Forwards(file).forward(filing_id))
        return forward_form(found or Forwarded(state="waiting", attempts=0, at_ns=0, answer=""))

    def close(self) -> None:
        """End the thread."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    async def _ask(self, question: Callable[[UpstreamFile], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[UpstreamFile], T]) -> T:
        if self._file is None:
            self._file = UpstreamFile(self._store)
        return question(self._file)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


def forward_form(found: Forwarded) -> ForwardForm:
    """A filing on its way, as JSON shows it."""
    return ForwardForm(state=found.state, at=iso_utc(found.at_ns) if found.at_ns else "", answer=found.answer)


def upstream_xml(dxp_id: str, page: UpstreamPage) -> bytes:
    """The upstream's messages side by side in one element that says whose they are; each as it came, in UTF-8."""
    source = page.messages[-1].source if page.messages else ""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Receipts xmlns="{RECEIPTS_NAMESPACE}" dxpId={quoteattr(dxp_id)}'
        f' next={quoteattr(page.next)} more="{str(page.more).lower()}" upstream={quoteattr(source)}>'
    )
    return b"\n".join([head.encode(), *(_body(message.raw) for message in page.messages), b"</Receipts>"])


def upstream_json(dxp_id: str, page: UpstreamPage) -> ReceiptsPage:
    """The same as values, one for each receipt."""
    receipts = [
        receipt_form(receipt, message)
        for message in page.messages
        for heard in hear(message.raw).messages
        for receipt in heard.receipts
    ]
    return ReceiptsPage(dxp_id=dxp_id, receipts=receipts, next=page.next, more=page.more)


def receipt_form(receipt: HeardReceipt, message: UpstreamMessage) -> ReceiptForm:
    """One receipt of the upstream; ``keys`` are all its elements that are not told apart, those unknown to us too."""
    keys = {name: text for name, text in receipt.fields.items() if name not in _TOLD_APART}
    bill = None
    if receipt.lines:
        bill = TaxBillForm(keys, list(receipt.lines))
        keys = {name: text for name, text in keys.items() if name in ("invtNo", "taxNo")}
    return ReceiptForm(
        guid=receipt.fields.get("guid", ""),
        message_type=receipt.message_type,
        keys=keys,
        return_status=receipt.status,
        return_info=receipt.text,
        at=receipt.at.isoformat() if receipt.at else iso_utc(message.received_ns),
        tax_bill=bill,
        upstream=message.source,
    )


_TOLD_APART = frozenset({"guid", "returnStatus", "status", "returnTime", "returnInfo", "oriBizMessage"})


def _body(raw: bytes) -> bytes:
    """The root element of a message, without what stands before it."""
    text = to_utf8(raw)
    if not isinstance(text, bytes):  # it was read when it came, so it can be read now
        raise ValueError("a recorded message is no XML any more")
    return text[body_start(text) :].strip()
