"""Filings on their way up: queued in their order, each sent once unless it is not known whether it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import msgspec

from tongguan.store.upstream.database import UpstreamFile, named

_FEW = 20
STATES = ("waiting", "sending", "sent", "refused")


class Forward(msgspec.Struct, frozen=True, array_like=True):
    """A filing to be forwarded, with the place of its raw bytes. ``seq`` is its place in the order."""

    seq: int
    filing_id: str
    inbox: str
    sender: str
    message_type: str
    cop_msg_id: str
    raw_at: tuple[str, int, int]


class Forwarded(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a filing stands on its way up: ``state`` is waiting, sending, sent or refused; ``at_ns`` 0 = not yet."""

    state: str
    attempts: int
    at_ns: int
    answer: str


class Forwards:
    """The queue of filings in an open ``upstream.db``."""

    def __init__(self, file: UpstreamFile) -> None:
        self._file = file

    def take_in(self, forwards: Iterable[Forward], places: dict[str, str]) -> None:
        """Queue filings, and note how far their inboxes have been read, in one transaction."""
        rows = [(f.filing_id, f.inbox, f.sender, f.message_type, f.cop_msg_id, *f.raw_at) for f in forwards]
        with self._file.transaction():
            self._file.db.executemany(named("up_put_forward"), rows)
            self._file.put_places(places)

    def waiting(self, after_seq: int = 0, limit: int = 100, but_of: Sequence[str] = ()) -> list[Forward]:
        """What waits to be sent, oldest first; that of the senders ``but_of`` is passed over."""
        rows = self._file.db.execute(named("up_waiting"), (after_seq, json.dumps(but_of), limit))
        return [
            Forward(seq, filing_id, inbox, sender, message_type, cop_msg_id, (raw_file, raw_offset, raw_length))
            for seq, filing_id, inbox, sender, message_type, cop_msg_id, raw_file, raw_offset, raw_length in rows
        ]

    def step(self, settled: Sequence[tuple[int, str, int, str]], sending: int = 0) -> None:
        """Settle filings ((seq, state, time in ns, answer) each) and mark the next as being sent, in one commit."""
        with self._file.transaction():
            self._file.db.executemany(named("up_settle"), [(state, at, text, seq) for seq, state, at, text in settled])
            if sending:
                self._file.db.execute(named("up_sending"), (sending,))

    def take_up_again(self) -> int:
        """Let what was being sent when a forwarder ended wait again; returns how many."""
        return self._file.db.execute(named("up_in_doubt")).rowcount

    def forward(self, filing_id: str) -> Forwarded | None:
        """Where a filing stands, None when it is not to be forwarded (or not seen yet)."""
        row = self._file.db.execute(named("up_forward"), (filing_id,)).fetchone()
        return Forwarded(state=row[0], attempts=row[1], at_ns=row[2], answer=row[3]) if row else None

    def senders(self) -> list[str]:
        """Everybody whose filings were forwarded."""
        return [row[0] for row in self._file.db.execute(named("up_senders"))]

    def sender_of(self, cop_msg_id: str) -> str:
        """Who sent the transport message with this id last; '' when nobody did."""
        row = self._file.db.execute(named("up_sender_of"), (cop_msg_id,)).fetchone() if cop_msg_id else None
        return row[0] if row else ""

    def cop_msg_id(self, filing_id: str) -> str:
        """The transport id under which a filing went up; '' when it had none, or never went."""
        row = self._file.db.execute(named("up_cop_msg_id"), (filing_id,)).fetchone()
        return row[0] if row else ""

    def refused(self, limit: int = _FEW) -> list[tuple[str, str, str, int, str]]:
        """(filing, sender, message type, time in ns, answer) of filings that were refused above, newest first."""
        return self._file.db.execute(named("up_refused"), (limit,)).fetchall()

    def counts(self) -> dict[str, int]:
        """How many filings stand in each state."""
        found = dict(self._file.db.execute(named("up_counts")).fetchall())
        return {state: found.get(state, 0) for state in STATES}
