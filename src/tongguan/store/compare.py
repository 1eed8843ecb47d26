"""Two clearing states held against each other, table by table: the one that stands and the one that a replay built."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

import msgspec

from tongguan.store.faults import StoreFault
from tongguan.store.keys import Box
from tongguan.store.layout import Store
from tongguan.store.packing import key_tuple
from tongguan.store.subjects import person_box, rest_box

_NEVER = 2**62
Named = tuple[str, tuple[str, ...]]
"""A subject by kind and key."""
_SHOWN = 300  # characters of a value in a difference


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was decided. ``event_no`` is 0 where no single event is meant.

    ``stored`` is what stands, ``found`` what the replay has; values that name a person are never shown.
    """

    event_no: int
    field: str
    stored: str
    found: str

    @classmethod
    def of(cls, event_no: int, field: str, stored: object, found: object) -> Difference:
        return cls(event_no=event_no, field=field, stored=str(stored)[:_SHOWN], found=str(found)[:_SHOWN])


class Compared(NamedTuple):
    """How much was compared, and what differs."""

    documents: int
    accounts: int
    differences: list[Difference]


def compare_states(
    store: Store, source: sqlite3.Connection, target: sqlite3.Connection, erased: set[int], explained: set[Named]
) -> Compared:
    """Compare everything that events leave behind. The prices and places in queues of subjects in ``erased`` cannot be
    rebuilt and are passed over; so are the documents that are ``explained`` by a tombstone, given by kind and key.
    """
    differences: list[Difference] = []
    known = source.execute("SELECT kind, key, subject_no FROM subjects") if explained else ()
    passed = {number for kind, key, number in known if (kind, key_tuple(key)) in explained}
    erased = erased | passed
    documents = _compare_documents(store, source, target, passed, differences)
    accounts = _compare_rows(source, target, "accounts", "account", ("held", "used", "account_limit"), differences)
    _compare_rows(source, target, "arrivals", "waybill_key || ' ' || operator", ("arrival",), differences)
    _compare_rows(source, target, "numbers", "scope", ("next",), differences)
    _compare_rows(source, target, "in_force", "event_no", ("kind", "digest"), differences)
    _compare_rows(
        source, target, "staged_law", "digest",
        ("base", "maker", "retroactive", "staged_event", "state", "checker", "ended_event"), differences,
    )  # fmt: skip
    _compare_rows(
        source, target, "pauses", "pause_id",
        ("office", "lane", "goods", "origin", "party", "agency", "actor", "at_ns", "resumed_by", "resumed_ns"),
        differences,
    )  # fmt: skip
    _compare_rows(
        source, target, "notices", "notice_no", ("party_code", "what", "item", "name", "over_ns", "event_no", "at_ns"),
        differences,
    )  # fmt: skip
    _compare_of_subjects(source, target, "officer_queue", erased, differences)
    _compare_of_subjects(source, target, "prices", erased, differences, since=_first_price(source))
    _compare_rows(
        source, target, "subjects", "subject_no",
        ("kind", "key", "case_id", "head_event", "events", "person_key IS NULL"), differences,
    )  # fmt: skip
    _compare_rows(source, target, "forgetting", "task_no", ("filing_id", "what", "event_no"), differences)
    _compare_rows(
        source, target, "restrictions", "case_id", ("kind", "key", "until", "law_row", "event_no"), differences
    )
    _compare_events(source, target, differences)
    _compare_filings(source, target, differences)
    _compare_heads(source, target, differences)
    _compare_outbox(store, source, target, differences)
    _compare_copies(source, target, differences)
    _compare_queues(source, target, differences)
    return Compared(documents, accounts, differences)


def _compare_events(source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]) -> None:
    """The clear columns that the sealed fields also tell. An event that was not decided again is named elsewhere."""
    columns = ("cause", "format", "record_no")
    sql = f"SELECT event_no, {', '.join(columns)} FROM events ORDER BY event_no"  # noqa: S608 — names of our own
    rebuilt = {row[0]: row[1:] for row in target.execute(sql)}
    for number, *stored in source.execute(sql):
        for column, one, other in zip(columns, stored, rebuilt.get(number, stored), strict=True):
            if one != other:
                out.append(Difference.of(number, f"events {column}", one, other))


def _compare_filings(source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]) -> None:
    """Which events each filing became."""
    sql = "SELECT filing_id, first_event, events FROM filings ORDER BY filing_id"
    rebuilt = {row[0]: row[1:] for row in target.execute(sql)}
    for filing_id, *stored in source.execute(sql):
        found = rebuilt.pop(filing_id, None)
        if found is None:
            out.append(Difference.of(stored[0], f"filings {filing_id}", "stored", "missing"))
            continue
        for column, one, other in zip(("first_event", "events"), stored, found, strict=True):
            if one != other:
                out.append(Difference.of(0, f"filings {filing_id} {column}", one, other))
    out += [Difference.of(row[0], f"filings {filing_id}", "missing", "decided") for filing_id, row in rebuilt.items()]


_CLEAR = (
    "part", "kind", "order_key", "waybill_key", "invt_no", "live", "status", "deleted", "used_by", "app_time",
    "version", "digest",
)  # fmt: skip


def _compare_documents(
    store: Store, source: sqlite3.Connection, target: sqlite3.Connection, erased: set[int], out: list[Difference]
) -> int:
    sql = (
        "SELECT d.subject_no, s.head_event, s.person_key, d.state, d.record, d.said, "  # noqa: S608 — names of our own
        f"{', '.join('d.' + column for column in _CLEAR)}"
        " FROM documents AS d JOIN subjects AS s ON s.subject_no = d.subject_no ORDER BY d.subject_no"
    )
    rebuilt = {row[0]: row for row in target.execute(sql)}
    count = 0
    for row in source.execute(sql):
        count += 1
        number, event_no, person_key = row[:3]
        other = rebuilt.pop(number, None)
        if number in erased:
            continue
        if other is None:
            out.append(Difference.of(event_no, "document", f"subject {number}", "missing"))
            continue
        name = f"document {row[7]} {'/'.join(_key(source, number))}"
        for column, stored, found in zip(_CLEAR, row[6:], other[6:], strict=True):
            if stored != found:
                out.append(Difference.of(event_no, f"{name} {column}", _text(stored), _text(found)))
        if row[3] != other[3]:
            out += _state_differences(event_no, name, row[3], other[3])
        box = person_box(store.keys, number, person_key)
        if not _same_sealed(box, row[4], other[4], b"record"):
            out.append(Difference.of(event_no, f"{name} record", "***", "***"))
        if not _same_sealed(box, row[5], other[5], b"said"):
            out.append(Difference.of(event_no, f"{name} last receipts or problems", "***", "***"))
    out += [Difference.of(row[1], "document", "missing", f"subject {row[0]}") for row in rebuilt.values()]
    return count


def _state_differences(event_no: int, name: str, stored: bytes, found: bytes) -> list[Difference]:
    """The fields of a document's state that differ; states hold nothing that names a person."""
    try:
        left: dict[str, Any] = msgspec.msgpack.decode(stored)
        right: dict[str, Any] = msgspec.msgpack.decode(found)
        fields = [field for field in left.keys() | right.keys() if left.get(field) != right.get(field)]
    except (msgspec.MsgspecError, AttributeError):
        fields = []
    if not fields:
        return [Difference.of(event_no, f"{name} state", stored.hex(), found.hex())]
    return [Difference.of(event_no, f"{name} {field}", left.get(field), right.get(field)) for field in sorted(fields)]


def _compare_rows(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: str,
    key: str,
    columns: tuple[str, ...],
    out: list[Difference],
) -> int:
    sql = f"SELECT {key}, {', '.join(columns)} FROM {table} ORDER BY {key}"  # noqa: S608 — names of our own
    rebuilt = {row[0]: row[1:] for row in target.execute(sql)}
    stored = {row[0]: row[1:] for row in source.execute(sql)}
    for name in sorted(stored.keys() | rebuilt.keys()):
        here, there = stored.get(name), rebuilt.get(name)
        if here is None or there is None:
            out.append(Difference.of(0, f"{table} {name}", here or "missing", there or "missing"))
            continue
        for column, one, other in zip(columns, here, there, strict=True):
            if one != other:
                out.append(Difference.of(0, f"{table} {name} {column}", one, other))
    return len(stored)


def _first_price(source: sqlite3.Connection) -> int:
    """When the first price was kept: goods that were released before there was such a table have none."""
    found: int | None = source.execute("SELECT min(released_ns) FROM prices").fetchone()[0]
    return _NEVER if found is None else found


def _compare_of_subjects(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: str,
    erased: set[int],
    out: list[Difference],
    since: int | None = None,
) -> None:
    """Whole rows of a table that names subjects; those that were erased are passed over. ``since``: of released_ns."""
    later = f" WHERE released_ns >= {since}" if since is not None else ""
    sql = f"SELECT subject_no, * FROM {table}{later}"  # noqa: S608 — names of our own
    stored, rebuilt = set(source.execute(sql)), set(target.execute(sql))
    for row, here, there in ((*((row, "stored", "missing") for row in stored - rebuilt),
                              *((row, "missing", "decided") for row in rebuilt - stored))):  # fmt: skip
        if row[0] not in erased:
            out.append(Difference.of(0, f"{table} {'/'.join(map(str, row[1:]))}", here, there))


def _compare_heads(source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]) -> None:
    sql = "SELECT subject_no, head_event, head_digest FROM subjects"
    rebuilt = {row[0]: row[2] for row in target.execute(sql)}
    for number, event_no, digest in source.execute(sql):
        if rebuilt.get(number) not in (None, digest):
            out.append(Difference.of(event_no, "subject head_digest", digest.hex(), rebuilt[number].hex()))


def _compare_outbox(
    store: Store, source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]
) -> None:
    sql = (
        "SELECT o.dxp_id, o.event_no, o.subject_no, o.at_ns, o.sealed, s.rest_key FROM outbox AS o"
        " JOIN subjects AS s ON s.subject_no = o.subject_no ORDER BY o.event_no, o.dxp_id"
    )
    rebuilt = {row[:2]: row for row in target.execute(sql)}
    for row in source.execute(sql):
        dxp_id, event_no, subject_no, at_ns, sealed, rest_key = row
        other = rebuilt.pop((dxp_id, event_no), None)
        name = f"receipts to {dxp_id}"
        box = rest_box(store.keys, subject_no, rest_key)
        if other is None:
            out.append(Difference.of(event_no, name, "stored", "missing"))
        elif at_ns != other[3]:
            out.append(Difference.of(event_no, f"{name} time", at_ns, other[3]))
        elif not _same_sealed(box, sealed, other[4], b"outbox"):
            out.append(Difference.of(event_no, name, *_opened(box, sealed, other[4])))
    out += [Difference.of(event_no, f"receipts to {dxp_id}", "missing", "issued") for dxp_id, event_no in rebuilt]


def _compare_copies(source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]) -> None:
    sql = "SELECT event_no, dxp_id, subject_no FROM copies"
    stored, rebuilt = (set(db.execute(sql)) for db in (source, target))
    out += [Difference.of(row[0], f"copy to {row[1]}", "given", "missing") for row in sorted(stored - rebuilt)]
    out += [Difference.of(row[0], f"copy to {row[1]}", "missing", "given") for row in sorted(rebuilt - stored)]


def _compare_queues(source: sqlite3.Connection, target: sqlite3.Connection, out: list[Difference]) -> None:
    """What still waits must have been queued by an event; what has been taken off the queue is taken off here too."""
    for table, columns in (
        ("due", "at_ns, kind, key, what"),
        ("awaits", "kind, key, inventory"),
        ("wakes", "wake_no, inventory, by_kind, by_key"),
    ):
        sql = f"SELECT {columns} FROM {table}"  # noqa: S608 — names of our own
        stored, rebuilt = set(source.execute(sql)), set(target.execute(sql))
        out += [Difference.of(0, f"{table} {'/'.join(map(str, row))}", "queued", "missing") for row in stored - rebuilt]
        target.execute(f"DELETE FROM {table}")  # noqa: S608
        places = ", ".join("?" * len(columns.split(",")))
        target.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", sorted(stored))  # noqa: S608


def _same_sealed(box: Box | None, stored: bytes | None, found: bytes | None, label: bytes) -> bool:
    if box is None or stored is None or found is None:
        return stored is None and found is None
    try:
        return box.open(stored, label) == box.open(found, label)
    except StoreFault:
        return False


def _opened(box: Box, stored: bytes, found: bytes) -> tuple[object, object]:
    try:
        return msgspec.msgpack.decode(box.open(stored, b"outbox")), msgspec.msgpack.decode(box.open(found, b"outbox"))
    except (StoreFault, msgspec.MsgspecError):
        return "does not open", "issued"


def _key(source: sqlite3.Connection, subject_no: int) -> tuple[str, ...]:
    row = source.execute("SELECT key FROM subjects WHERE subject_no = ?", (subject_no,)).fetchone()
    return key_tuple(row[0]) if row else ()


def _text(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
