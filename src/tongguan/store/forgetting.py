"""What an inbox and its day files give up: the content of erased filings, of what was decided long ago, whole days.

Whoever calls is the one that writes this inbox: its gateway, or a command that holds the lock of an inbox without one.
All of it is safe to do again. What is done is kept in the inbox, so that nothing is looked for twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import msgspec

from tongguan.store.database import open_reader
from tongguan.store.erasure import Task, empty_wal, tasks
from tongguan.store.filing import Filing
from tongguan.store.inbox import utc_day
from tongguan.store.layout import COMMANDS, Store
from tongguan.store.raw import destroy_raw
from tongguan.store.statements import sql

_SCHEMA = """
CREATE TABLE IF NOT EXISTS forgotten (  -- tasks of the state that are done
    filing_id TEXT NOT NULL,
    what      TEXT NOT NULL,
    PRIMARY KEY (filing_id, what)
) STRICT, WITHOUT ROWID
"""
_decode_filing = msgspec.msgpack.Decoder(Filing).decode
_SPARE_DAYS = 2  # a message may lie in the file of the day before that of its row


class Forgotten(msgspec.Struct, frozen=True):
    """What one look has destroyed: ``packed`` contents of erased filings, ``raw`` messages, contents that were
    ``aged``, whole ``days``. ``clean``: nothing of it is left in the WAL.
    """

    packed: int = 0
    raw: int = 0
    aged: int = 0
    days: int = 0
    clean: bool = True


class Forgetting:
    """One inbox. ``clock_ns`` gives wall nanoseconds. Raises StoreFault ``state-missing`` before an engine has run."""

    def __init__(self, store: Store, inbox: str, clock_ns: Callable[[], int]) -> None:
        self._store = store
        self._name = inbox
        self._clock_ns = clock_ns
        self._path = store.inbox_path(inbox)
        self._state = open_reader(store.state_path)
        self._db = sqlite3.connect(self._path, isolation_level=None, timeout=10, check_same_thread=False)
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(_SCHEMA)
        self._seen = 0  # tasks up to here are done
        self._clean = False  # an earlier process may have ended before the WAL was emptied

    def close(self) -> None:
        self._state.close()
        self._db.close()

    def open_tasks(self) -> list[Task]:
        """What is still to be destroyed here."""
        done = {tuple(row) for row in self._db.execute("SELECT filing_id, what FROM forgotten")}
        return [one for one in tasks(self._state, self._name, self._seen) if (one.filing_id, one.what) not in done]

    def work_off(self, packed_days: int | None) -> Forgotten:
        """Destroy what is to be destroyed. ``packed_days``: how long decided content is kept, None for ever."""
        position = self._position()
        found = self.open_tasks()
        packed = self._forget([one.filing_id for one in found if one.what == "packed"], position)
        raw = [one for one in found if one.what == "raw"]
        for one in raw:
            destroy_raw(self._store.raw_dir, one.raw_at)
        self._note(found)
        aged = self._forget_aged(packed_days, position) if packed_days is not None else 0
        files = {one.raw_at[0] for one in raw if one.raw_at[0]}
        days = sum(self._close_day(name, position) for name in files)
        if packed or aged or days:
            self._clean = False
        if not self._clean:
            self._clean = empty_wal(self._path)
        return Forgotten(packed, len(raw), aged, days, self._clean)

    def _position(self) -> int:
        """The id up to which the engine has decided: nothing after it is touched."""
        return next((at for name, at, _ in self._state.execute(sql("all_positions")) if name == self._name), 0)

    def _forget(self, filing_ids: Collection[str], position: int) -> int:
        if not filing_ids:
            return 0
        return self._db.execute(
            "UPDATE rows SET sealed = NULL WHERE id <= ? AND sealed IS NOT NULL"
            " AND filing_id IN (SELECT value FROM json_each(?))",
            (position, json.dumps(list(filing_ids))),
        ).rowcount

    def _forget_aged(self, days: int, position: int) -> int:
        before = self._clock_ns() - days * 86_400_000_000_000
        return self._db.execute(
            "UPDATE rows SET sealed = NULL WHERE sealed IS NOT NULL AND id <= ? AND wall_ns < ?", (position, before)
        ).rowcount

    def _note(self, done: list[Task]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "INSERT OR IGNORE INTO forgotten VALUES (?, ?)", [(one.filing_id, one.what) for one in done]
        )
        self._db.execute("COMMIT")
        self._seen = max([self._seen, *(one.task_no for one in done)])

    def _close_day(self, file_name: str, position: int) -> bool:
        """Remove the file of a day of which no message is left, and the key that sealed it and the rows of the day."""
        day = file_name.removeprefix(f"{self._name}-").removesuffix(".seal")
        if self._name == COMMANDS or day >= utc_day(self._clock_ns() - _SPARE_DAYS * 86_400_000_000_000):
            return False
        counters = self._db.execute(
            "SELECT min(counter), max(counter) FROM rows WHERE day IN (?, ?)", (day, _next_day(day))
        ).fetchone()
        kept = self._db.execute(
            "SELECT 1 FROM rows WHERE (day = ? AND sealed IS NOT NULL) OR (day IN (?, ?) AND id > ?) LIMIT 1",
            (day, day, _next_day(day), position),
        ).fetchone()
        if kept is not None or (counters[0] is not None and not self._all_destroyed(file_name, *counters)):
            return False
        self._db.execute("DELETE FROM day_keys WHERE day = ?", (day,))
        (self._store.raw_dir / file_name).unlink(missing_ok=True)
        return True

    def _all_destroyed(self, file_name: str, first: int, last: int) -> bool:
        span = f"{self._name}-{first:012d}", f"{self._name}-{last:012d}"
        named = {
            filing_id
            for filing_id, about in self._state.execute(sql("filings_between"), span)
            if _decode_filing(about).raw_at[0] == file_name
        }
        gone = {row[0] for row in self._db.execute("SELECT filing_id FROM forgotten WHERE what = 'raw'")}
        return named <= gone


def _next_day(day: str) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()


def open_tasks(store: Store, inbox: str) -> int:
    """How many things one inbox has still to destroy; looks only."""
    state = open_reader(store.state_path)
    db = sqlite3.connect(f"file:{store.inbox_path(inbox)}?mode=ro", uri=True, timeout=10)
    try:
        known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'forgotten'").fetchone() is not None
        done = {tuple(row) for row in db.execute("SELECT filing_id, what FROM forgotten")} if known else set()
        return sum((one.filing_id, one.what) not in done for one in tasks(state, inbox))
    finally:
        db.close()
        state.close()
