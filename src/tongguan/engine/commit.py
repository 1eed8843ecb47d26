"""One transaction: everything a batch has changed, and the positions of the inboxes it was read from."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from tongguan.clearance.model import Receipt
from tongguan.engine.fold import Folded
from tongguan.engine.workspace import Named, Workspace
from tongguan.law.staging import Staged
from tongguan.store.events import event_row, pack_names
from tongguan.store.faults import OwnershipLost
from tongguan.store.filing import Command, Filing
from tongguan.store.packing import (
    is_live,
    key_text,
    order_key_of,
    pack_record,
    pack_said,
    pack_state,
    part_of,
    waybill_key_of,
)
from tongguan.store.staged import staged_row
from tongguan.store.statements import sql

_encode = msgspec.msgpack.Encoder().encode


class Position(NamedTuple):
    """An inbox moves from one id to another."""

    inbox: str
    former: int
    id: int


class Snapshot(NamedTuple):
    """A snapshot that came into force with an event; one that is only staged has the number 0."""

    event_no: int
    kind: str
    digest: str
    packed: bytes


class Batch(NamedTuple):
    """What was folded and where it came from."""

    folded: Sequence[Folded]
    first_event: int
    positions: Sequence[Position] = ()
    due: Sequence[tuple[int, str, str, str]] = ()
    last_wake: int = 0
    snapshots: Sequence[Snapshot] = ()
    staged: Sequence[Staged] = ()


class Shapes:
    """The lists of field names seen so far, each with its number."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._numbers = {digest: number for number, digest in db.execute(sql("all_shapes"))}
        self._of_names: dict[tuple[Any, ...], int] = {}
        self.fresh: list[tuple[int, bytes, bytes]] = []

    def number(self, folded: Folded) -> int:
        """The number of an event's shape; a new one is written with the batch."""
        names = tuple([part.names for part in folded.parts])
        if (found := self._of_names.get(names)) is not None:
            return found
        packed = pack_names(folded.parts)
        digest = hashlib.sha256(packed).digest()
        if digest not in self._numbers:
            self._numbers[digest] = len(self._numbers) + 1
            self.fresh.append((self._numbers[digest], digest, packed))
        if len(self._of_names) > 10_000:
            self._of_names.clear()
        self._of_names[names] = self._numbers[digest]
        return self._numbers[digest]


def commit(db: sqlite3.Connection, workspace: Workspace, shapes: Shapes, batch: Batch) -> None:
    """Write a batch. Raises OwnershipLost, with nothing written, when another engine has moved on meanwhile."""
    changes = workspace.changes
    documents = [_document_rows(workspace, name) for name in changes.documents]
    events = [_event_row(folded, shapes.number(folded)) for folded in batch.folded]
    outbox = [row for folded in batch.folded for row in _outbox_rows(folded)]
    filings = _filing_rows(batch.folded)
    numbers = [(scope, workspace.numbers[scope]) for scope in changes.numbers if scope != "event"]
    awaits = [(name, inventory, waits) for (name, inventory), waits in changes.awaits.items()]
    arrivals = list(workspace.listed.changed.items())
    write = db.executemany
    db.execute("BEGIN IMMEDIATE")
    try:
        _claim(db, workspace, batch)
        write(sql("put_subject"), [subject.row() for subject in changes.subjects.values()])
        write(sql("put_document"), [row for row, whole in documents if whole])
        write(sql("put_state"), [row for row, whole in documents if not whole])
        write(sql("put_shape"), shapes.fresh)
        write(sql("put_event"), events)
        write(sql("put_outbox"), outbox)
        write(sql("put_copy"), [row for folded in batch.folded for row in _copy_rows(folded)])
        write(sql("put_filing"), filings)
        write(sql("put_account"), [(name, name.partition(":")[0], *row) for name, row in changes.accounts.items()])
        write(sql("put_await"), [(n[0], key_text(n[1]), key_text(key)) for n, key, waits in awaits if waits])
        write(sql("drop_await"), [(n[0], key_text(n[1]), key_text(key)) for n, key, waits in awaits if not waits])
        write(sql("put_arrival"), [(key_text(name[0]), name[1], _encode(one)) for name, one in arrivals if one])
        write(sql("drop_arrival"), [(key_text(name[0]), name[1]) for name, one in arrivals if not one])
        if batch.last_wake:
            db.execute(sql("drop_wakes"), (batch.last_wake,))
        write(sql("put_wake"), changes.wakes)
        write(sql("drop_due"), batch.due)
        write(sql("put_due"), changes.due)
        write(sql("put_number"), numbers)
        write(sql("put_snapshot"), [(one.digest, one.kind, one.packed) for one in batch.snapshots])
        write(sql("put_in_force"), [(one.event_no, one.kind, one.digest) for one in batch.snapshots if one.event_no])
        write(sql("put_staged_law"), [staged_row(one) for one in batch.staged])
        workspace.casework.write(db)
        workspace.graves.write(db)
        workspace.notices.write(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    shapes.fresh.clear()
    workspace.settle()


def _claim(db: sqlite3.Connection, workspace: Workspace, batch: Batch) -> None:
    """The last wall against two engines: the numbers we started from must still be there."""
    if batch.first_event == 1:
        db.execute(sql("first_event_number"))
    moved = db.execute(sql("move_events"), (workspace.next_number("event"), batch.first_event)).rowcount == 1
    for position in batch.positions:
        db.execute(sql("first_position"), (position.inbox,))
        cursor = db.execute(sql("move_position"), (position.id, position.inbox, position.former))
        moved = moved and cursor.rowcount == 1
    if not moved:
        raise OwnershipLost(
            "ownership-lost",
            "另一个引擎已处理了这些申报,本引擎放弃写入并停止",
            "another engine has decided these filings; this one writes nothing and stops",
        )


def _document_rows(workspace: Workspace, name: Named) -> tuple[tuple[Any, ...], bool]:
    """A row for ``put_document`` (True) or, when the record is the one already sealed, for ``put_state`` (False)."""
    document = workspace.changes.documents[name]
    subject = workspace.subject(*name)
    state = pack_state(document)
    said = subject.person.seal(pack_said(document), b"said") if subject.person else None
    used_by = key_text(document.used_by) if document.used_by else ""
    live, deleted = int(is_live(document)), int(document.deleted)
    if name not in workspace.changes.records:
        changed = (document.invt_no, live, document.status, deleted, used_by, document.version, state, said)
        return (*changed, subject.subject_no), False
    order_key = order_key_of(document)
    sealed = None
    if document.record is not None and subject.person is not None:
        sealed = subject.person.seal(pack_record(document.record), b"record")
    return (
        subject.subject_no,
        part_of(order_key[-1]) if order_key else subject.part,
        document.kind,
        key_text(order_key),
        key_text(waybill_key_of(document)),
        document.invt_no,
        live,
        document.status,
        deleted,
        used_by,
        document.app_time,
        document.version,
        document.digest,
        state,
        said,
        sealed,
    ), True


def _event_row(folded: Folded, shape_no: int) -> tuple[Any, ...]:
    return event_row(
        event_no=folded.event_no,
        subject=folded.subject,
        cause=folded.cause.name,
        at_ns=folded.at_ns,
        shape_no=shape_no,
        parts=folded.parts,
        entry=folded.entry,
        former_entry=folded.former_entry,
        filing_id=folded.cause.filing_id,
        record_no=folded.cause.record_no,
    )


def _outbox_rows(folded: Folded) -> list[tuple[Any, ...]]:
    """One row for each exchange id that gets receipts of this event."""
    by_dxp: dict[str, list[tuple[int, Receipt]]] = {}
    for index, receipt in enumerate(folded.decision.receipts):
        for dxp_id in dict.fromkeys(receipt.to):
            by_dxp.setdefault(dxp_id, []).append((index, receipt))
    return [
        (
            dxp_id,
            folded.event_no,
            folded.subject.subject_no,
            folded.at_ns,
            folded.subject.rest.seal(_encode(receipts), b"outbox"),
        )
        for dxp_id, receipts in by_dxp.items()
    ]


def _copy_rows(folded: Folded) -> list[tuple[str, int, int]]:
    """One row for each exchange id that may read the record of this event."""
    return [(dxp_id, folded.event_no, folded.subject.subject_no) for dxp_id in folded.decision.copies]


def _filing_rows(folded: Sequence[Folded]) -> list[tuple[Any, ...]]:
    """One row for each filing; its events follow one another without others between."""
    found: dict[str, tuple[int, int, Filing | Command]] = {}
    for one in folded:
        if (filing := one.cause.filing) is not None:
            first, count, _ = found.get(filing.filing_id, (one.event_no, 0, filing))
            found[filing.filing_id] = first, count + 1, filing
    return [(filing_id, first, count, _about(filing)) for filing_id, (first, count, filing) in found.items()]


def _about(filing: Filing | Command) -> bytes:
    """What may be told of a filing in clear. What its records and problems hold stays in the sealed events."""
    if isinstance(filing, Filing):
        return _encode(msgspec.structs.replace(filing, records=(), refused=(), warnings=(), verdict=None))
    return _encode(msgspec.structs.replace(filing, snapshot=b"", reason="", key=(), pull=None, subjects=()))
