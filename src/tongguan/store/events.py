"""Events as rows: laying one down, and opening it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from tongguan.chain.event import FORMAT, SECRET_BYTES, Part, open_part, open_rest
from tongguan.clearance.model import Key
from tongguan.store.keys import KeyRing
from tongguan.store.packing import key_tuple
from tongguan.store.statements import sql
from tongguan.store.subjects import Subject, person_box, rest_box

ERASED = b"\x00"
"""What stands where the sealed half of a part was, whose person fields are erased."""
_encode = msgspec.msgpack.encode
_decode_names = msgspec.msgpack.Decoder(list[tuple[str, ...]]).decode
_decode_sealed = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]]).decode


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as read.

    ``erased``: it has fields that name a person and do not open any more; ``opened`` then fails.
    """

    event_no: int
    subject_no: int
    kind: str
    key: Key
    cause: str
    at_ns: int
    entry: bytes
    former_entry: bytes
    filing_id: str
    record_no: int
    parts: tuple[Part, ...]
    erased: bool = False

    @property
    def at(self) -> datetime:
        return utc(self.at_ns)

    def opened(self) -> dict[str, bytes]:
        """All fields by name. Raises ``chain.event.SealBroken``."""
        values: dict[str, bytes] = {}
        for part in self.parts:
            values |= open_part(part)
        return values

    def rest(self) -> dict[str, bytes]:
        """The fields that name nobody, which open for ever, by name. Raises ``chain.event.SealBroken``, also when a
        digest does not fit its value.
        """
        values: dict[str, bytes] = {}
        for part in self.parts:
            values |= open_rest(part)
        return values


def event_row(
    *,
    event_no: int,
    subject: Subject,
    cause: str,
    at_ns: int,
    shape_no: int,
    parts: Sequence[Part],
    entry: bytes,
    former_entry: bytes,
    filing_id: str,
    record_no: int,
) -> tuple[Any, ...]:
    """For ``put_event``: the parts' secrets are sealed with the two keys of the subject."""
    person = subject.person
    label = f"event {event_no}".encode()
    return (
        event_no,
        subject.subject_no,
        cause,
        at_ns,
        FORMAT[0],
        shape_no,
        b"".join([part.digests for part in parts]),
        entry,
        former_entry,
        person.seal(b"".join([part.person_secret for part in parts]), label) if person else b"",
        subject.rest.seal(b"".join([part.rest_secret for part in parts]), label),
        _encode([(part.person, part.rest) for part in parts]),
        filing_id,
        record_no,
    )


def pack_names(parts: Sequence[Part]) -> bytes:
    """The shape of an event: its field names, part by part."""
    return _encode([part.names for part in parts])


def read_events(db: sqlite3.Connection, keys: KeyRing, first: int, last: int) -> Iterator[StoredEvent]:
    """Events of a range of numbers, in order. Raises StoreFault ``seal-broken`` when a key does not open its
    secrets.
    """
    for row in db.execute(sql("read_events"), (first, last)):
        yield _event(row, keys)


def last_event_no(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT max(event_no) FROM events").fetchone()
    return row[0] or 0


@lru_cache(maxsize=256)  # all events of one cut have one time, all records of a filing were received at one
def utc(ns: int) -> datetime:
    """A wall time in ns as an aware datetime, cut to the microsecond."""
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC) + timedelta(microseconds=ns % 1_000_000_000 // 1000)


def _event(row: Sequence[Any], keys: KeyRing) -> StoredEvent:
    (
        number,
        subject_no,
        cause,
        at_ns,
        _,
        names,
        digests,
        entry,
        former,
        persons,
        rests,
        sealed,
        filing_id,
        record_no,
    ) = row[:14]
    kind, key, person_key, rest_key = row[14:]
    label = f"event {number}".encode()
    person = person_box(keys, subject_no, person_key)
    person_secrets = person.open(persons, label) if person is not None and persons else b""
    rest_secrets = rest_box(keys, subject_no, rest_key).open(rests, label)
    parts = []
    place = 0
    all_halves = _decode_sealed(sealed)
    erased = not person_secrets and any(half for half, _ in all_halves)
    for index, (part_names, halves) in enumerate(zip(_decode_names(names), all_halves, strict=True)):
        secret = slice(SECRET_BYTES * index, SECRET_BYTES * (index + 1))
        end = place + 32 * len(part_names)
        parts.append(
            Part(part_names, digests[place:end], halves[0], halves[1], person_secrets[secret], rest_secrets[secret])
        )
        place = end
    return StoredEvent(
        event_no=number,
        subject_no=subject_no,
        kind=kind,
        key=key_tuple(key),
        cause=cause,
        at_ns=at_ns,
        entry=entry,
        former_entry=former,
        filing_id=filing_id,
        record_no=record_no,
        parts=tuple(parts),
        erased=erased,
    )
