"""Reading the clearing state for those who answer questions: the API, the command line, later the portal. Read-only.

Nothing here decides, and nothing is masked here: who may see what is the asker's table (gateway/visibility).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.handling import Pause
from tongguan.clearance.model import Document, Receipt
from tongguan.clearance.rule import REQUESTS
from tongguan.law.money import from_1e5
from tongguan.store.casework import QueueRow, pause_from
from tongguan.store.cursors import BadCursor as BadCursor
from tongguan.store.cursors import read_place, write_place
from tongguan.store.database import open_reader
from tongguan.store.events import StoredEvent, last_event_no, read_events, utc
from tongguan.store.filing import Command, Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.issued import IssuedReceipt, issue
from tongguan.store.layout import Store
from tongguan.store.notices import ToldNotice
from tongguan.store.packing import key_text, key_tuple, part_of, unpack_document, waybill_key_of
from tongguan.store.statements import sql
from tongguan.store.subjects import person_box, rest_box

_decode_receipts = msgspec.msgpack.Decoder(list[tuple[int, Receipt]]).decode
_decode_filing = msgspec.msgpack.Decoder(Filing).decode
_decode_command = msgspec.msgpack.Decoder(Command).decode


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record of a filing. ``state`` is ``decided`` or, before the engine came to it, ``waiting``;
    ``erased`` or ``stored_only`` where its persons are.
    """

    number: int
    state: str
    event_no: int = 0
    kind: str = ""
    key: tuple[str, ...] = ()
    outcome: str = ""
    status: str = ""
    decided_at: datetime | None = None
    problems: tuple[Problem, ...] = ()


class FilingView(msgspec.Struct, frozen=True, kw_only=True):
    """A filing and its records. ``state``: ``waiting`` (taken, not yet decided), ``decided`` or ``refused``
    (CEB900).
    """

    filing_id: str
    state: str
    message_type: str
    sender: str
    received_at: datetime
    raw_digest: str
    raw_at: tuple[str, int, int]
    records: tuple[RecordView, ...] = ()
    refused: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one order. Records are opened.

    ``stored_until`` is the last day of a legal minimum for which the case is stored only: for auditors to see, else ''.
    """

    case_id: str
    ebp_code: str
    order_no: str
    order: Document | None
    payments: tuple[Document, ...]
    waybills: tuple[Document, ...]
    inventories: tuple[Document, ...]
    requests: tuple[Document, ...] = ()
    stored_until: str = ""


class AccountSum(msgspec.Struct, frozen=True, kw_only=True):
    """The sum over all accounts of one kind (quota, guarantee, stock)."""

    kind: str
    accounts: int
    held: Decimal
    used: Decimal


class Reader:
    """One read-only connection; cheap to keep, not shared between threads. Sees each commit of the engine at once.

    Raises StoreFault ``state-missing`` before an engine has ever opened the store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._keys = store.keys
        self._db = open_reader(store.state_path)
        self._inboxes: dict[str, SqliteInbox] = {}

    def close(self) -> None:
        self._db.close()
        for inbox in self._inboxes.values():
            inbox.close()

    def receipts(self, dxp_id: str, after: str = "", limit: int = 100) -> tuple[list[IssuedReceipt], str]:
        """Receipts of one exchange id after a cursor, in order, and the cursor of the last one returned.

        The cursor is opaque text; '' is the beginning. With nothing new the same cursor comes back.
        Raises BadCursor. ``store.issued.render(list)`` makes the XML messages.
        """
        seq, index = read_place(after, sandbox=self._store.sandbox)
        found: list[IssuedReceipt] = []
        for _, issued in self._outbox(dxp_id, seq, limit + 1):
            found += [one for one in issued if (one.seq, one.index) > (seq, index)]
            if len(found) >= limit:
                break
        found = found[:limit]
        return found, write_place(found[-1].seq, found[-1].index) if found else after

    def since(self, dxp_id: str, at_ns: int) -> str:
        """The cursor after which come the receipts of one exchange id that were decided at a time (ns) or later.

        Events lie in the order of their times, so they are searched by halves; in a sandbox, whose clock may be set,
        the first receipt of such a time is looked for.
        """
        if self._store.sandbox:
            first = self._db.execute(sql("first_outbox_since"), (dxp_id, at_ns)).fetchone()[0]
            return cursor_before(first) if first is not None else self._end()
        low, high = 1, last_event_no(self._db) + 1
        while low < high:
            middle = (low + high) // 2
            row = self._db.execute(sql("event_time_from"), (middle,)).fetchone()
            low, high = (low, middle) if row is None or row[0] >= at_ns else (middle + 1, high)
        return cursor_before(low)

    def _end(self) -> str:
        return cursor_before(last_event_no(self._db) + 1)

    def copies(self, dxp_id: str, after: str = "", limit: int = 100) -> tuple[list[StoredEvent], str]:
        """The events whose records a subscriber may read, after a cursor, and the cursor of the last. Raises BadCursor.

        What of each record is shown is the asker's table; whether still any of it, the registry of the day.
        """
        seq, _ = read_place(after, sandbox=False)
        numbers = [row[0] for row in self._db.execute(sql("read_copies"), (dxp_id, seq, limit))]
        found = [event for number in numbers for event in read_events(self._db, self._keys, number, number)]
        found = [msgspec.structs.replace(one, erased=True) if self._is_stored_only(one) else one for one in found]
        return found, write_place(numbers[-1], 0) if numbers else after

    def _outbox(self, dxp_id: str, first: int, most: int) -> Iterator[tuple[int, list[IssuedReceipt]]]:
        """(when decided, in ns; receipts) of the events from ``first`` on, in order, at most so many events."""
        rows = self._db.execute(sql("read_outbox"), (dxp_id, first, most))
        for event_no, at_ns, sealed, subject_no, rest_key in rows:
            receipts = _decode_receipts(rest_box(self._keys, subject_no, rest_key).open(sealed, b"outbox"))
            yield at_ns, issue(self._store.id, event_no, utc(at_ns), receipts, sandbox=self._store.sandbox)

    def filing(self, filing_id: str) -> FilingView | None:
        """A filing (or command) by its id, None when no inbox knows it."""
        # The position first: the engine may decide between two looks, and the filing would be in neither place.
        positions = self._positions()
        row = self._db.execute(sql("read_filing"), (filing_id,)).fetchone()
        if row is None:
            return self._waiting(filing_id, positions)
        first, count, about = row
        filing = _about(filing_id, about)
        events = list(read_events(self._db, self._keys, first, first + count - 1))
        if isinstance(filing, Filing) and not events[0].erased:
            values = events[0].opened()
            filing = msgspec.structs.replace(
                filing,
                refused=msgspec.json.decode(values.get("cause.refused", b"[]"), type=tuple[Problem, ...]),
                warnings=msgspec.json.decode(values.get("cause.warnings", b"[]"), type=tuple[Problem, ...]),
            )
        records = tuple(_record_view(number, event) for number, event in enumerate(events, 1))
        hidden = [self._is_stored_only(event) for event in events]
        shown = (_stored_only(one) if hides else one for one, hides in zip(records, hidden, strict=True))
        return _view(filing, tuple(shown), "decided")

    def stored_until(self, case_id: str) -> str:
        """The last day on which a case is stored only, '' where it is not."""
        if self._db.execute(sql("has_restrictions")).fetchone() is None:
            return ""  # a state of before there were any
        row = self._db.execute(sql("find_restriction"), (case_id,)).fetchone()
        return row[0] if row else ""

    def tombstone(self, kind: str, key: tuple[str, ...]) -> datetime | None:
        """When a subject was erased; None where it was not, or where there is none."""
        row = self._db.execute(sql("erased_at"), (kind, key_text(key))).fetchone()
        return utc(row[0]) if row else None

    def _is_stored_only(self, event: StoredEvent) -> bool:
        row = self._db.execute(sql("subject_by_number"), (event.subject_no,)).fetchone()
        return bool(row and self.stored_until(row[2]))

    def _waiting(self, filing_id: str, positions: dict[str, int]) -> FilingView | None:
        """A filing that the engine had not come to at these positions. It searches that inbox from there on."""
        name = filing_id.partition("-")[0]
        if name not in self._store.inbox_names():
            return None
        inbox = self._inbox(name)
        item = inbox.find(filing_id, positions.get(name, 0))
        if item is None:
            return None
        records = item.records if isinstance(item, Filing) else ()
        views = tuple(RecordView(number=one.number, state="waiting", kind=one.kind) for one in records)
        return _view(item, views, "waiting")

    def case(self, ebp_code: str, order_no: str) -> CaseView | None:
        """All documents of one order, the waybills that its inventories name included; None when there are none."""
        order_key = ebp_code, order_no
        order = self.documents_of("order", order_key)
        wanted = json.dumps([(part_of(order_no), key_text(order_key))])
        names = [
            (kind, key_tuple(key)) for _, kind, key in self._db.execute(sql("find_by_order"), (wanted,)).fetchall()
        ]
        found = [one for name in names if (one := self.documents_of(*name)) is not None]
        if order is None and not found:
            return None
        inventories = tuple(one for one in found if one.kind == "inventory")
        waybill_keys = dict.fromkeys(key for one in inventories if (key := waybill_key_of(one)))
        case_id = self._keys.case_id("order", order_key)
        return CaseView(
            case_id=case_id,
            ebp_code=ebp_code,
            order_no=order_no,
            order=order,
            payments=tuple(one for one in found if one.kind == "payment"),
            waybills=tuple(one for key in waybill_keys if (one := self.documents_of("waybill", key)) is not None),
            inventories=inventories,
            requests=tuple(one for one in found if one.kind in REQUESTS),
            stored_until=self.stored_until(case_id),
        )

    def documents_of(self, kind: str, key: tuple[str, ...]) -> Document | None:
        """One document by its key (payment, waybill, inventory …)."""
        wanted = json.dumps([(kind, key_text(key))])
        row = self._db.execute(sql("find_documents"), (wanted,)).fetchone()
        if row is None or row[10] is None:
            return None
        return unpack_document(row[10], row[11], row[12], person_box(self._keys, row[0], row[5]))

    def accounts(self) -> list[AccountSum]:
        return [
            AccountSum(kind=kind, accounts=number, held=from_1e5(held), used=from_1e5(used))
            for kind, number, held, used in self._db.execute(sql("read_accounts"))
        ]

    def held(self, account: str) -> Decimal:
        """What is held on one account, 0 where there is none."""
        row = self._db.execute(sql("find_accounts"), (json.dumps([account]),)).fetchone()
        return from_1e5(row[1]) if row else Decimal(0)

    def lag(self) -> dict[str, int]:
        """Rows not yet decided by inbox name."""
        positions = self._positions()
        return {name: self._inbox(name).highest_id() - positions.get(name, 0) for name in self._store.inbox_names()}

    def queue(
        self, *, office: str = "", agency: str = "", officer: str | None = None, limit: int = 100
    ) -> list[QueueRow]:
        """Documents that wait for a person, oldest first: of an office, for an agency, of an officer ('': nobody's)."""
        wanted = (office, office, f" {agency} " if agency else "", officer, officer, limit)
        return [QueueRow.of(row) for row in self._db.execute(sql("read_queue"), wanted)]

    def notices(self, party_code: str = "", after: int = 0, limit: int = 100) -> list[ToldNotice]:
        """What a party ('': every party) was told of its rows in the registry that end, after a number, in order."""
        wanted = (party_code, party_code, after, limit)
        return [ToldNotice.of(row) for row in self._db.execute(sql("read_notices"), wanted)]

    def pauses(self) -> list[Pause]:
        """All pauses of release, open and ended, oldest first."""
        found = [pause_from(row) for row in self._db.execute(sql("all_pauses"))]
        return sorted(found, key=lambda one: (one.at, one.id))

    def counts(self) -> dict[str, dict[str, int]]:
        """Number of documents by kind and status: ``counts()["inventory"]["800"]``."""
        found: dict[str, dict[str, int]] = {}
        for kind, status, number in self._db.execute(sql("read_counts")):
            found.setdefault(kind, {})[status] = number
        return found

    def in_force(self) -> dict[str, tuple[str, bytes]]:
        """The snapshots in force by kind (registry, law): digest and packed bytes."""
        return {kind: (digest, packed) for kind, digest, packed in self._db.execute(sql("snapshots_in_force"))}

    def law_in_force(self) -> str:
        """The digest of the law in force, '' when there is none yet."""
        row = self._db.execute(sql("law_in_force")).fetchone()
        return row[0] if row else ""

    def law_snapshot(self, digest: str) -> bytes | None:
        """The packed law of a digest, None when the store has none of that name."""
        row = self._db.execute(sql("snapshot"), (digest, "law")).fetchone()
        return row[0] if row else None

    def _positions(self) -> dict[str, int]:
        return {inbox: position for inbox, position, _ in self._db.execute(sql("all_positions"))}

    def _inbox(self, name: str) -> SqliteInbox:
        if name not in self._inboxes:
            self._inboxes[name] = SqliteInbox(self._store.inbox_path(name), self._keys, writer=False)
        return self._inboxes[name]


def cursor_before(event_no: int) -> str:
    """The cursor after which the receipts of this event come first."""
    return write_place(event_no, -1) if event_no > 1 else ""


def _about(filing_id: str, packed: bytes) -> Filing | Command:
    return _decode_command(packed) if filing_id.startswith("C") else _decode_filing(packed)


def _view(filing: Filing | Command, records: tuple[RecordView, ...], state: str) -> FilingView:
    if isinstance(filing, Command):
        return FilingView(
            filing_id=filing.filing_id,
            state=state,
            message_type=filing.action,
            sender=filing.actor,
            received_at=utc(filing.received_ns),
            raw_digest="",
            raw_at=("", 0, 0),
            records=records,
        )
    return FilingView(
        filing_id=filing.filing_id,
        state="refused" if filing.refused else state,
        message_type=filing.message_type,
        sender=filing.sender,
        received_at=utc(filing.received_ns),
        raw_digest=filing.raw_digest.hex(),
        raw_at=filing.raw_at,
        records=() if filing.refused else records,
        refused=filing.refused,
        warnings=filing.warnings,
    )


def _record_view(number: int, event: StoredEvent) -> RecordView:
    base = RecordView(
        number=event.record_no or number,
        state="decided",
        event_no=event.event_no,
        kind=event.kind,
        key=event.key,
        decided_at=event.at,
    )
    if event.erased:
        return msgspec.structs.replace(base, state="erased")
    values = event.opened()
    decode = msgspec.json.decode
    return msgspec.structs.replace(
        base,
        outcome=decode(values["decision.outcome"]),
        status=decode(values.get("decision.status", b'""')),
        problems=decode(values.get("decision.problems", b"[]"), type=tuple[Problem, ...]),
    )


def _stored_only(record: RecordView) -> RecordView:
    """A record of a case that is stored only: that it was decided, and no more."""
    return msgspec.structs.replace(record, state="stored_only", outcome="", status="", problems=())
