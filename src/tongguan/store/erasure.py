"""Erasing in the clearing state: what names a person goes, what names nobody stays, and the gateways are told.

Runs inside the transaction of the batch whose tombstones ask for it. ``secure_delete`` writes zeros over what is freed;
the WAL, which may still hold pages as they were, is moved into the database and cut to nothing afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from tongguan.chain.event import SECRET_BYTES, open_fields
from tongguan.clearance.model import Key, Receipt
from tongguan.store.events import ERASED
from tongguan.store.filing import Filing
from tongguan.store.keys import Box
from tongguan.store.packing import key_text, key_tuple
from tongguan.store.statements import sql

_decode_sealed = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]]).decode
_decode_receipts = msgspec.json.Decoder(tuple[Receipt, ...]).decode
_decode_filing = msgspec.msgpack.Decoder(Filing).decode
_encode = msgspec.msgpack.encode
_RECEIPTS = "decision.receipts"
_WAIT_MS = 500


class Restriction(NamedTuple):
    """A case that is stored only: the subject that was named, the last day and the row of the period that runs."""

    case_id: str
    kind: str
    key: Key
    until: str
    law_row: str
    event_no: int


class Task(NamedTuple):
    """What a gateway is to destroy of one filing: what is ``packed`` in its inbox, or the ``raw`` bytes, and where."""

    task_no: int
    filing_id: str
    what: str
    raw_at: tuple[str, int, int]


def erase_subject(db: sqlite3.Connection, subject_no: int, tombstone: int, person: Box | None) -> None:
    """Destroy what names a person in a subject's events up to its tombstone, and its document.

    ``person`` is the box of its key, which the caller takes out of the subject's row. Receipts that were sealed among
    the person fields (they may hold an officer's words) leave the outbox. Raises StoreFault ``seal-broken``.
    """
    filings: dict[str, None] = {}
    for event_no, filing_id, persons, sealed in db.execute(
        sql("events_of_subject"), (subject_no, tombstone)
    ).fetchall():
        halves = _decode_sealed(sealed)
        _drop_receipts(db, event_no, halves, persons, person)
        blank = [(ERASED if half else b"", rest) for half, rest in halves]
        db.execute(sql("blank_event"), (_encode(blank), event_no))
        if filing_id and event_no < tombstone:
            filings[filing_id] = None
    db.execute(sql("drop_document"), (subject_no,))
    db.execute(sql("drop_queue"), (subject_no,))
    for filing_id in filings:
        db.execute(sql("put_forgetting"), (filing_id, tombstone))
        db.execute(sql("put_forgetting_raw"), (tombstone, filing_id, tombstone))


def _drop_receipts(
    db: sqlite3.Connection, event_no: int, halves: list[tuple[bytes, bytes]], persons: bytes, person: Box | None
) -> None:
    if all(half in (b"", ERASED) for half, _ in halves):
        return
    if person is None or not persons:  # they do not open any more, so whom they went to cannot be asked
        db.execute(sql("drop_receipts_of_event"), (event_no,))
        return
    secrets = person.open(persons, f"event {event_no}".encode())
    for index, (half, _) in enumerate(halves):
        fields = open_fields(half, secrets[SECRET_BYTES * index : SECRET_BYTES * (index + 1)])
        for whom in {dxp_id for one in _decode_receipts(fields.get(_RECEIPTS, b"[]")) for dxp_id in one.to}:
            db.execute(sql("drop_receipts"), (whom, event_no))


def restrict(db: sqlite3.Connection, one: Restriction) -> None:
    """Note that a case is stored only."""
    db.execute(sql("put_restriction"), (one.case_id, one.kind, key_text(one.key), one.until, one.law_row, one.event_no))


def restrictions(db: sqlite3.Connection) -> list[Restriction]:
    """All cases that are stored only."""
    rows = db.execute(sql("all_restrictions"))
    return [Restriction(case_id, kind, key_tuple(key), *rest) for case_id, kind, key, *rest in rows]


def tasks(db: sqlite3.Connection, inbox: str, after: int = 0) -> Iterator[Task]:
    """What one inbox is to destroy, after a task, in order."""
    for task_no, filing_id, what, about in db.execute(sql("read_forgetting"), (f"{inbox}-", f"{inbox}.", after)):
        raw_at = _decode_filing(about).raw_at if what == "raw" else ("", 0, 0)
        yield Task(task_no, filing_id, what, raw_at)


def empty_wal(path: Path) -> bool:
    """Move the whole WAL of a database into it and cut it to nothing; False while a reader stands in the way."""
    db = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_MS / 1000)
    try:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:  # another checkpoint is at work
        return False
    finally:
        db.close()
    return not busy
