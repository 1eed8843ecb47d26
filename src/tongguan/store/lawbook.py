"""The law as a store has it: its snapshots, the changes that wait, and which decisions used a row. Read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, timezone

import msgspec

from tongguan.law.change import Span
from tongguan.law.staging import Staged
from tongguan.store.database import open_reader
from tongguan.store.events import StoredEvent, read_events
from tongguan.store.faults import StoreFault
from tongguan.store.layout import Store
from tongguan.store.staged import read_staged
from tongguan.store.statements import sql

_CHINA = timezone(timedelta(hours=8))
_EVENTS_AT_ONCE = 500
_DIGEST_DIGITS_LEAST = 6
_LAST_DAY = date(2200, 1, 1)  # later than any event; its nanoseconds still fit into a column


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that used a row of law on a day in China. ``key`` as in ``clearance.model.Key``."""

    case_id: str
    kind: str
    key: tuple[str, ...]
    day: date
    event_no: int
    outcome: str
    status: str
    row_id: str


class StagedView(msgspec.Struct, frozen=True, kw_only=True):
    """A staged change as people read it. ``reason`` is the maker's for reaching back, '' where there is none."""

    staged: Staged
    at: datetime
    reason: str


class Lawbook:
    """One read-only connection. Raises StoreFault ``state-missing`` before an engine has ever opened the store."""

    def __init__(self, store: Store) -> None:
        self._keys = store.keys
        self._db: sqlite3.Connection = open_reader(store.state_path)

    def close(self) -> None:
        self._db.close()

    def in_force(self) -> str:
        """The digest of the law in force, '' when there is none yet."""
        row = self._db.execute(sql("law_in_force")).fetchone()
        return row[0] if row else ""

    def packed(self, digest: str) -> bytes:
        """The bytes of a law snapshot. Raises StoreFault ``no-snapshot``."""
        row = self._db.execute(sql("snapshot"), (digest, "law")).fetchone()
        if row is None:
            raise _no_snapshot(digest)
        packed: bytes = row[0]
        return packed

    def find(self, beginning: str) -> str:
        """The digest that begins so. Raises StoreFault ``no-snapshot`` where none does, or more than one."""
        all_of_them = (row[0] for row in self._db.execute(sql("snapshot_digests"), ("law",)))
        found = [digest for digest in all_of_them if digest.startswith(beginning)]
        if len(beginning) < _DIGEST_DIGITS_LEAST or len(found) != 1:
            raise _no_snapshot(beginning)
        return found[0]

    def staged(self) -> list[StagedView]:
        """Every change that was staged, oldest first."""
        return [self._view(one) for one in read_staged(self._db)]

    def _view(self, staged: Staged) -> StagedView:
        (event,) = read_events(self._db, self._keys, staged.staged_event, staged.staged_event)
        reason = "" if event.erased else msgspec.json.decode(event.opened().get("cause.reason", b'""'))
        return StagedView(staged=staged, at=event.at, reason=reason)

    def uses(self, spans: Sequence[Span]) -> Iterator[Use]:
        """The decisions that used one of these rows on one of these days, in the order of the events."""
        if not spans:
            return
        begin = min(span.first for span in spans)
        end = max(span.last or _LAST_DAY for span in spans)
        bounds = _ns(begin), _ns(min(end, _LAST_DAY) + timedelta(days=1))
        first, last = self._db.execute(sql("events_between"), bounds).fetchone()
        for start in range(first or 1, (last or 0) + 1, _EVENTS_AT_ONCE):
            for event in read_events(self._db, self._keys, start, min(start + _EVENTS_AT_ONCE - 1, last)):
                yield from _uses_of(event, spans)


def _uses_of(event: StoredEvent, spans: Sequence[Span]) -> Iterator[Use]:
    if event.erased:
        return
    values = event.opened()
    used = set(msgspec.json.decode(values.get("decision.basis", b"{}")).get("law_rows", ()))
    day = event.at.astimezone(_CHINA).date()
    for row_id in dict.fromkeys(span.row_id for span in spans if span.row_id in used and span.has(day)):
        yield Use(
            case_id=msgspec.json.decode(values["event.case"]),
            kind=event.kind,
            key=event.key,
            day=day,
            event_no=event.event_no,
            outcome=msgspec.json.decode(values["decision.outcome"]),
            status=msgspec.json.decode(values["decision.status"]),
            row_id=row_id,
        )


def _ns(day: date) -> int:
    """Wall ns at which a day begins in China; 0 for days before 1970, and no later than a column can hold."""
    begins = datetime.combine(min(day, _LAST_DAY + timedelta(days=1)), time(), _CHINA)
    return max(0, int(begins.timestamp())) * 1_000_000_000


def _no_snapshot(named: str) -> StoreFault:
    return StoreFault(
        "no-snapshot",
        f"没有唯一以 {named} 开头的法规快照；至少写出 {_DIGEST_DIGITS_LEAST} 位，可用 tongguan law staged 查看",
        f"no single snapshot of the law begins with {named}; give at least {_DIGEST_DIGITS_LEAST} digits, see"
        " `tongguan law staged`",
    )
