"""The pace of a sandbox: when each receipt is shown, and how pages of them are cut. Pure: no clock, no database.

A receipt is decided at once, but production tells of it seconds or minutes later, sometimes twice and sometimes out of
turn. ``plan`` gives each receipt its showings, the moments from which it may be seen. So the order of showing is not
the order of deciding, and one number cannot say how far a client has come. A ``Mark`` can: it says up to which moment
was shown, and up to which event the outbox reached when that was done. An event that is committed late lies beyond
``last`` whatever its time, so no mark has passed over it. Marks only grow, and a page shows what lies between two of
them: everything once, nothing never.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from tongguan.clearance.model import Receipt
from tongguan.store.issued import IssuedReceipt

READ_MOST = 4000
"""Events that one look reads, so that a poll never walks through a whole outbox."""
HELD_MOST = 3000
"""Events that may be held back at once; when more wait, the oldest are shown early. Below READ_MOST, so that a look
reaches past all that is held.
"""
ONE_IN = 8
"""One receipt in so many is held up, and one in so many is shown a second time."""
REPEAT_MS = 5_000, 60_000
"""The second showing comes so much after the first."""

_NS_A_MS = 1_000_000


class Pace(StrEnum):
    """How soon receipts are shown: as soon as decided, or as production does it."""

    INSTANT = "instant"
    REALISTIC = "realistic"


class Wait(NamedTuple):
    """How long after its decision a receipt is shown, in ms, drawn evenly; ``held_up`` is added to one in eight."""

    least: int
    most: int
    held_up: int = 0


QUICK = Wait(200, 1_500, 6_000)
"""What the single window says itself: 1, 2, 4 and the refusals. Held up, it falls behind 3."""
WAITS = {
    "1": QUICK,
    "2": QUICK,
    "4": QUICK,
    "3": Wait(2_000, 6_000),
    "120": Wait(8_000, 45_000),
    "100": Wait(60_000, 90_000),
    "399": Wait(60_000, 180_000, 310_000),
    "800": Wait(180_000, 360_000),
}
"""By status; 399 held up falls behind 800."""
OTHERS = Wait(45_000, 60_000)
"""300, 500 and whatever else customs says: after 120 and before what an officer makes of it."""
TAX_BILLS = frozenset({"CEB816Message", "CEB818Message"})
AFTER_RELEASE = Wait(360_000, 420_000)
"""Tax bills have statuses of their own; they follow the release."""


class Showing(NamedTuple):
    """One time that a receipt is shown: from ``from_ns`` on (wall ns), as ``copy`` 0 or 1.

    ``place`` is its index in the event. The order of the fields is the order of showing.
    """

    from_ns: int
    event: int
    place: int
    copy: int
    receipt: IssuedReceipt


class Outgoing(NamedTuple):
    """One row of an outbox: what is shown of one event to one exchange id. ``at_ns`` is when it was decided."""

    event: int
    at_ns: int
    showings: tuple[Showing, ...]


class Mark(NamedTuple):
    """What a client has been shown of an outbox: all of the receipts before (``event``, ``place``), and of the
    events up to ``last`` whatever could be seen at ``until_ns``.
    """

    event: int = 0
    place: int = 0
    last: int = 0
    until_ns: int = 0

    def covers(self, one: Showing) -> bool:
        """Whether this has been shown."""
        passed = (one.event, one.place) < (self.event, self.place)
        return passed or (one.event <= self.last and one.from_ns <= self.until_ns)


def wait_of(receipt: Receipt) -> Wait:
    """How long receipts of this kind take."""
    if receipt.message_type in TAX_BILLS:
        return AFTER_RELEASE
    return WAITS.get(receipt.status, QUICK if receipt.status.startswith("-") else OTHERS)


def plan(guid: str, wait: Wait) -> tuple[int, ...]:
    """The delays after the decision, in ns, at which a receipt is shown: one, or two where it is repeated.

    Drawn from the guid, which follows from the store's id and the event: every gateway plans the same.
    """
    drawn = hashlib.sha256(f"tongguan pace {guid}".encode()).digest()
    first = _between(drawn[:8], wait.least, wait.most)
    if drawn[8] % ONE_IN == 0:
        first += wait.held_up
    if drawn[9] % ONE_IN:
        return (first * _NS_A_MS,)
    return first * _NS_A_MS, (first + _between(drawn[10:18], *REPEAT_MS)) * _NS_A_MS


def outgoing(event: int, at_ns: int, receipts: Iterable[IssuedReceipt]) -> Outgoing:
    """The receipts of one event with their moments."""
    shown = [
        Showing(at_ns + delay, event, receipt.index, copy, receipt)
        for receipt in receipts
        for copy, delay in enumerate(plan(receipt.guid, wait_of(receipt.receipt)))
    ]
    return Outgoing(event, at_ns, tuple(shown))


def goal_of(mark: Mark, rows: Sequence[Outgoing], now_ns: int) -> Mark:
    """The mark to come to next: all that can be seen now of what the outbox holds now.

    ``rows`` are the events from ``mark.event`` on, at most READ_MOST; ``now_ns`` is read after them. Some are shown
    before their time: the oldest when more than HELD_MOST wait, and everything up to an event that was decided ahead
    of the clock (the sandbox was worked with another time, or the clock was set back), which else might wait for days.
    """
    last = max(mark.last, rows[-1].event if rows else 0)
    until_ns = max(mark.until_ns, now_ns)
    ahead = [(row.event + 1, 0) for row in rows if row.at_ns > until_ns]
    crowded = [(rows[-HELD_MOST].event, 0)] if len(rows) >= READ_MOST else []
    early = Mark(*max([mark[:2], *ahead, *crowded]), last, until_ns)
    held = [(one.event, one.place) for row in rows for one in row.showings if not early.covers(one)]
    return Mark(*min(held, default=(last + 1, 0)), last, until_ns)


def between(mark: Mark, goal: Mark, rows: Sequence[Outgoing]) -> list[Showing]:
    """What ``goal`` covers and ``mark`` does not, in the order in which it could first be seen."""
    return sorted(one for row in rows for one in row.showings if goal.covers(one) and not mark.covers(one))


def _between(drawn: bytes, least: int, most: int) -> int:
    return least + int.from_bytes(drawn) % (most - least + 1)
