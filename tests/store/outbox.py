"""An outbox that a test writes by hand, as the engine's commit would, and a clock that it sets."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tongguan.clearance.model import Receipt
from tongguan.store.database import migrate, open_writer
from tongguan.store.issued import IssuedReceipt
from tongguan.store.layout import init_store
from tongguan.store.pace import plan, wait_of
from tongguan.store.paced import PacedReader
from tongguan.store.reading import Reader
from tongguan.store.statements import sql
from tongguan.store.subjects import Subject

SECOND = 1_000_000_000
TEN_MINUTES = 600 * SECOND
START = 1_795_000_000 * SECOND


class Outbox:
    """A store with nothing but receipts. Every exchange id has events of its own, numbered from 1."""

    def __init__(self, directory: Path, *, sandbox: bool = True) -> None:
        self.store = init_store(directory, sandbox=sandbox)
        migrate(self.store.state_path)
        self.db = open_writer(self.store.state_path)
        self.subject = Subject.new(self.store.keys, 1, "order", ("P", "1"), "case")
        self.db.execute(sql("put_subject"), self.subject.row())
        self.now_ns = START
        self._events: dict[str, itertools.count[int]] = {}
        self._boxes = itertools.count(1)

    def reader(self) -> PacedReader:
        """A gateway's view over this outbox, by this clock."""
        return PacedReader(self.store, lambda: self.now_ns)

    def fresh_box(self) -> str:
        """An exchange id that nobody has written to yet."""
        return f"DXPENT9{next(self._boxes):09d}"

    def commit(self, dxp_id: str, events: Sequence[Sequence[str]], at_ns: int | None = None) -> None:
        """One transaction: each event has receipts of these statuses, decided at ``at_ns`` (now if left out)."""
        numbers = self._events.setdefault(dxp_id, itertools.count(1))
        self.db.execute("BEGIN IMMEDIATE")
        for statuses in events:
            receipts = [(place, a_receipt(status, dxp_id)) for place, status in enumerate(statuses)]
            sealed = self.subject.rest.seal(msgspec.msgpack.encode(receipts), b"outbox")
            at = self.now_ns if at_ns is None else at_ns
            self.db.execute(sql("put_outbox"), (dxp_id, next(numbers), 1, at, sealed))
        self.db.execute("COMMIT")


def a_receipt(status: str, dxp_id: str) -> Receipt:
    """A receipt before it has a number."""
    return Receipt("CEB312Message", (("ebpCode", "P"), ("ebcCode", "M"), ("orderNo", "1")), status, "text", (dxp_id,))


def everything(outbox: Outbox, box: str) -> list[IssuedReceipt]:
    """All receipts as an instant gateway gives them."""
    reader = Reader(outbox.store)
    found, _ = reader.receipts(box, limit=100_000)
    reader.close()
    return found


def planned(receipts: list[IssuedReceipt], at_ns: int | None = None, until_ns: int = 2**63) -> Counter[str]:
    """How often each receipt is to be shown up to a moment; all were decided at ``at_ns``."""
    return Counter(
        one.guid
        for one in receipts
        for delay in plan(one.guid, wait_of(one.receipt))
        if (at_ns or 0) + delay <= until_ns
    )


def poll_dry(reader: Reader, box: str, cursor: str, limit: int) -> tuple[list[str], str]:
    """Page until a page brings nothing; that page brings the same cursor back."""
    seen: list[str] = []
    while True:
        page, after = reader.receipts(box, cursor, limit)
        assert len(page) <= limit
        if not page:
            assert after == cursor
            return seen, cursor
        seen += [one.guid for one in page]
        cursor = after
