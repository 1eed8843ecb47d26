"""Receipts at the pace of production, for a sandbox: a view over the outbox that changes nothing in it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tongguan.store.cursors import Bookmark, read_bookmark, write_bookmark
from tongguan.store.faults import StoreFault
from tongguan.store.issued import IssuedReceipt
from tongguan.store.layout import Store
from tongguan.store.pace import READ_MOST, Pace, between, goal_of, outgoing
from tongguan.store.reading import Reader


class PacedReader(Reader):
    """A Reader whose receipts take their time. ``clock_ns`` gives wall nanoseconds."""

    def __init__(self, store: Store, clock_ns: Callable[[], int] = time.time_ns) -> None:
        super().__init__(store)
        self._clock_ns = clock_ns

    def receipts(self, dxp_id: str, after: str = "", limit: int = 100) -> tuple[list[IssuedReceipt], str]:
        """Receipts of one exchange id that can be seen by now and were not shown before the cursor.

        In the order in which they could first be seen; one may come twice. Otherwise as Reader.receipts.
        """
        mark, goal, done = read_bookmark(after)
        found: list[IssuedReceipt] = []
        more = True
        while more and len(found) < limit:
            rows = [
                outgoing(issued[0].seq, at_ns, issued) for at_ns, issued in self._outbox(dxp_id, mark.event, READ_MOST)
            ]
            if goal is None:
                goal = goal_of(mark, rows, self._clock_ns())  # after the reading: what was read lies before now
                more = len(rows) >= READ_MOST
            window = between(mark, goal, rows)
            page = window[done : done + limit - len(found)]
            found += [one.receipt for one in page]
            done += len(page)
            if done >= len(window):
                more = more and bool(window)
                mark, goal, done = goal, None, 0
        return found, write_bookmark(Bookmark(mark, goal, done)) if found else after


def reader_at(pace: Pace, store: Store) -> Callable[[Store], Reader]:
    """What opens the Reader of a gateway at this pace. Raises StoreFault ``pace-in-production``."""
    if pace is Pace.INSTANT:
        return Reader
    if not store.sandbox:
        raise StoreFault(
            "pace-in-production",
            f"{store.dir} 是生产数据存储；只有沙箱可以按真实节奏给出回执",
            f"{store.dir} is a production store; only a sandbox gives receipts at a realistic pace",
        )
    return PacedReader
