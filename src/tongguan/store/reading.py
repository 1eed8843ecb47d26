"""Reading the clearing state for those who answer questions: the API, the command line, later the portal. Read-only.

Nothing here decides, and nothing is masked here: who may see what is the asker's table (gateway/visibility).
"""

from __future__ import annotations

import base64
import json
from datetime import datetime
from decimal import Decimal

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Document, Receipt
from tongguan.law.money import from_1e5
from tongguan.store.database import open_reader
from tongguan.store.events import StoredEvent, read_events, utc
from tongguan.store.filing import Command, Filing
from tongguan.store.inbox import SqliteInbox
from tongguan.store.issued import IssuedReceipt, issue
from tongguan.store.layout import Store
from tongguan.store.packing import key_text, key_tuple, part_of, unpack_document, waybill_key_of
from tongguan.store.statements import sql
from tongguan.store.subjects import person_box, rest_box

_decode_receipts = msgspec.msgpack.Decoder(list[tuple[int, Receipt]]).decode
_decode_filing = msgspec.msgpack.Decoder(Filing).decode
_decode_command = msgspec.msgpack.Decoder(Command).decode


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one record of a filing. ``state`` is ``decided`` or, before the engine came to it, ``waiting``."""

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
    """Everything about one order. Records are opened; ``record`` is None only where it was erased."""

    case_id: str
    ebp_code: str
    order_no: str
    order: Document | None
    payments: tuple[Document, ...]
    waybills: tuple[Document, ...]
    inventories: tuple[Document, ...]


class AccountSum(msgspec.Struct, frozen=True, kw_only=True):
    """The sum over all accounts of one kind (quota, guarantee, stock)."""

    kind: str
    accounts: int
    held: Decimal
    used: Decimal


class BadCursor(ValueError):
    """A receipts cursor that this store never gave."""


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
        seq, index = _read_cursor(after)
        found: list[IssuedReceipt] = []
        rows = self._db.execute(sql("read_outbox"), (dxp_id, seq, limit + 1))
        for event_no, at_ns, sealed, subject_no, rest_key in rows:
            packed = rest_box(self._keys, subject_no, rest_key).open(sealed, b"outbox")
            fresh = [one for one in _decode_receipts(packed) if (event_no, one[0]) > (seq, index)]
            found += issue(self._store.id, event_no, utc(at_ns), fresh, sandbox=self._store.sandbox)
            if len(found) >= limit:
                break
        found = found[:limit]
        return found, _write_cursor(found[-1].seq, found[-1].index) if found else after

    def filing(self, filing_id: str) -> FilingView | None:
        """A filing (or command) by its id, None when no inbox knows it."""
        row = self._db.execute(sql("read_filing"), (filing_id,)).fetchone()
        if row is None:
            return self._waiting(filing_id)
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
        return _view(filing, tuple(_record_view(number, event) for number, event in enumerate(events, 1)), "decided")

    def _waiting(self, filing_id: str) -> FilingView | None:
        """A filing that the engine has not come to. It searches that inbox from the position on."""
        name = filing_id.partition("-")[0]
        if name not in self._store.inbox_names():
            return None
        inbox = self._inbox(name)
        position = self._positions().get(name, 0)
        item = inbox.find(filing_id, position)
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
        return CaseView(
            case_id=self._keys.case_id("order", order_key),
            ebp_code=ebp_code,
            order_no=order_no,
            order=order,
            payments=tuple(one for one in found if one.kind == "payment"),
            waybills=tuple(one for key in waybill_keys if (one := self.documents_of("waybill", key)) is not None),
            inventories=inventories,
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

    def lag(self) -> dict[str, int]:
        """Rows not yet decided by inbox name."""
        positions = self._positions()
        return {name: self._inbox(name).highest_id() - positions.get(name, 0) for name in self._store.inbox_names()}

    def counts(self) -> dict[str, dict[str, int]]:
        """Number of documents by kind and status: ``counts()["inventory"]["800"]``."""
        found: dict[str, dict[str, int]] = {}
        for kind, status, number in self._db.execute(sql("read_counts")):
            found.setdefault(kind, {})[status] = number
        return found

    def in_force(self) -> dict[str, tuple[str, bytes]]:
        """The snapshots in force by kind (registry, law): digest and packed bytes."""
        return {kind: (digest, packed) for kind, digest, packed in self._db.execute(sql("snapshots_in_force"))}

    def _positions(self) -> dict[str, int]:
        return {inbox: position for inbox, position, _ in self._db.execute(sql("all_positions"))}

    def _inbox(self, name: str) -> SqliteInbox:
        if name not in self._inboxes:
            self._inboxes[name] = SqliteInbox(self._store.inbox_path(name), self._keys, writer=False)
        return self._inboxes[name]


def cursor_before(event_no: int) -> str:
    """The cursor after which the receipts of this event come first."""
    return _write_cursor(event_no, -1) if event_no > 1 else ""


def _write_cursor(seq: int, index: int) -> str:
    return base64.urlsafe_b64encode(b"1.%d.%d" % (seq, index)).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[int, int]:
    if not text:
        return 0, -1
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, seq, index = map(int, packed.split(b"."))
    except ValueError:  # binascii.Error is one too
        raise BadCursor(text) from None
    if version != 1 or not 0 <= seq < 2**63 or not -1 <= index < 2**31 or _write_cursor(seq, index) != text:
        raise BadCursor(text)
    return seq, index


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
