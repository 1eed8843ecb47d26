"""The way up: filings out of the inboxes, in the order in which they were taken, to the upstream as they came.

A filing is queued and its inbox's place moved in one transaction, marked as being sent before it is sent, and settled
in the transaction that marks the next. So none is lost, and after a kill at most the one that was being sent is sent
again: whether the upstream has it cannot be known, and the same bytes twice change nothing there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from tongguan import logs
from tongguan.store.faults import StoreFault
from tongguan.store.filing import Filing
from tongguan.store.inbox import Row, SqliteInbox
from tongguan.store.layout import COMMANDS, Store
from tongguan.store.raw import read_raw
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forward, Forwards
from tongguan.upstream.window import Fate, Sent, Window

log = logs.get("tongguan.upstream")
INBOX = "inbox:"
ROWS = 200
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
HELD_BACK_SECONDS = 30.0


class ForwardReport(msgspec.Struct, frozen=True, kw_only=True):
    """One round: what was queued, sent, refused, and whether something waits for a better moment."""

    queued: int = 0
    sent: int = 0
    refused: int = 0
    later: bool = False


def begin(store: Store) -> None:
    """Note where forwarding begins, once: filings that lie in the inboxes already are none of the upstream's business.

    To be called before any door of a relay opens.
    """
    with UpstreamFile(store) as file:
        places = {}
        for name in filing_inboxes(store):
            inbox = SqliteInbox(store.inbox_path(name), store.keys, writer=False)
            places[INBOX + name] = str(inbox.highest_id())
            inbox.close()
        if not file.place(_BEGUN):
            file.start({**places, _BEGUN: "yes"})


_BEGUN = "forwarding"


def filing_inboxes(store: Store) -> list[str]:
    """The inboxes that filings lie in."""
    return [name for name in store.inbox_names() if name != COMMANDS]


class Forwarder:
    """Sends one store's filings to one window. For one thread; call ``begin`` on the store before.

    ``on_receipt`` is given what the upstream answers to a message that it refuses (CEB900), and for whom.
    """

    def __init__(
        self,
        store: Store,
        file: UpstreamFile,
        window: Window,
        *,
        on_receipt: Callable[[bytes, str], None] = lambda raw, dxp_id: None,
        clock_ns: Callable[[], int] = time.time_ns,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._file = file
        self._queue = Forwards(file)
        self._window = window
        self._on_receipt = on_receipt
        self._clock_ns = clock_ns
        self._steady = steady
        self._inboxes: dict[str, SqliteInbox] = {}
        self._held_back: dict[str, float] = {}
        self._not_before = 0.0
        self._pause = FIRST_PAUSE
        if again := self._queue.take_up_again():
            log.warning("sent_again", filings=again)

    def close(self) -> None:
        for inbox in self._inboxes.values():
            inbox.close()

    def round(self, ended: Callable[[], bool] = lambda: False) -> ForwardReport:
        """Queue what has come, then send what waits, until the upstream asks for a pause or ``ended`` says so."""
        queued = self._take_in()
        counts = dict.fromkeys(Fate, 0)
        settled: list[Settled] = []
        after = 0
        while self._steady() >= self._not_before and not ended() and (forward := self._next(after)) is not None:
            self._queue.step(settled, sending=forward.seq)
            sent = self._send(forward)
            settled = [self._settled(forward, sent)]
            counts[sent.fate] += 1
            after = forward.seq
        if settled:
            self._queue.step(settled)
        return ForwardReport(
            queued=queued,
            sent=counts[Fate.TAKEN],
            refused=counts[Fate.REFUSED],
            later=self._steady() < self._not_before or bool(self._held_back),
        )

    def _take_in(self) -> int:
        """Queue the filings of all inboxes that were taken before now, in the order of their taking."""
        now = self._clock_ns()
        found: list[tuple[int, str, Row]] = []
        reach = now
        for name in filing_inboxes(self._store):
            rows = self._inbox(name).read(int(self._file.place(INBOX + name) or 0), now, ROWS)
            found += [(0 if row.earlier_boot else row.accepted_ns, name, row) for row in rows]
            if len(rows) == ROWS:
                reach = min(reach, rows[-1].accepted_ns)  # what lies beyond may be older than other inboxes' newest
        found = sorted((one for one in found if one[0] <= reach), key=lambda one: (one[0], one[1], one[2].id))
        forwards = [forward for _, name, row in found if (forward := _forward(name, row)) is not None]
        places = {INBOX + name: str(row.id) for _, name, row in found}
        if places:
            self._queue.take_in(forwards, places)
        return len(forwards)

    def _next(self, after: int) -> Forward | None:
        """The next filing to send, those of senders that are held back passed over: each sender's order is kept."""
        now = self._steady()
        self._held_back = {sender: until for sender, until in self._held_back.items() if until > now}
        found = self._queue.waiting(after, 1, tuple(self._held_back))
        return found[0] if found else None

    def _send(self, forward: Forward) -> Sent:
        try:
            raw = self._raw(forward)
        except StoreFault as fault:
            if fault.name != "raw-erased":
                raise  # a disk that is not there, say: the bytes may come back
            log.error("nothing_to_send", filing=forward.filing_id)
            return Sent(fate=Fate.REFUSED, note=fault.name)
        sent = self._window.send(forward, raw, self._file.token(forward.sender))
        if sent.fate is Fate.LATER:
            wait = max(sent.wait_seconds, self._pause)
            self._not_before = self._steady() + wait
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            log.warning("upstream_not_ready", why=sent.note, again_in_seconds=wait)
            return sent
        self._pause = FIRST_PAUSE
        if sent.fate is Fate.HELD_BACK:
            self._held_back[forward.sender] = self._steady() + HELD_BACK_SECONDS
            log.error("sender_held_back", sender=forward.sender, why=sent.note, again_in_seconds=HELD_BACK_SECONDS)
        if sent.fate is Fate.REFUSED:
            log.error("upstream_refused", filing=forward.filing_id, why=sent.note)
            if sent.receipt:
                self._on_receipt(sent.receipt, forward.sender)
        return sent

    def _settled(self, forward: Forward, sent: Sent) -> Settled:
        state = {Fate.TAKEN: "sent", Fate.REFUSED: "refused"}.get(sent.fate, "waiting")
        return forward.seq, state, self._clock_ns() if state != "waiting" else 0, sent.note

    def _raw(self, forward: Forward) -> bytes:
        return read_raw(self._store.raw_dir, self._inbox(forward.inbox), forward.raw_at, forward.filing_id)

    def _inbox(self, name: str) -> SqliteInbox:
        if name not in self._inboxes:
            self._inboxes[name] = SqliteInbox(self._store.inbox_path(name), self._store.keys, writer=False)
        return self._inboxes[name]


Settled = tuple[int, str, int, str]
"""(seq, state, time in ns, answer) of a filing that was sent."""


def _forward(inbox: str, row: Row) -> Forward | None:
    """A filing for the queue; None for one that was refused at our door and so has nothing to say further up."""
    item = row.item
    if not isinstance(item, Filing) or item.refused:
        return None
    return Forward(0, item.filing_id, inbox, item.sender, item.message_type, item.cop_msg_id, item.raw_at)
