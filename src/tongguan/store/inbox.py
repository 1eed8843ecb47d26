"""Inboxes: what a gateway (or the commands' door) has taken and the engine has not yet decided.

One interface, of which this is the SQLite kind: a file for each gateway, one writer, rising ids that never come again.
``accepted_ns`` rises with the id: max(last + 1, wall clock). It is stamped inside the transaction that makes the row
durable, so whatever was acknowledged before another was sent carries the lower time, through whichever gateway it came.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from tongguan.store.faults import ClockSteppedBack, StoreFault
from tongguan.store.filing import Command, Filing, Item
from tongguan.store.keys import KEY_BYTES, Box, KeyRing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice
    boot        TEXT    NOT NULL,                   -- of the host; rows of an earlier boot always come first
    wall_ns     INTEGER NOT NULL,                   -- the clock's reading at the commit; it never falls
    accepted_ns INTEGER NOT NULL,                   -- max(last + 1, wall_ns)
    received_ns INTEGER NOT NULL,
    counter     INTEGER NOT NULL,                   -- the number inside the filing id
    filing_id   TEXT    NOT NULL,
    day         TEXT    NOT NULL,                   -- of the key that seals the item
    sealed      BLOB                                -- NULL once forgotten
) STRICT;
CREATE TABLE IF NOT EXISTS day_keys (day TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""
ROWS_AT_ONCE = 8
_COLUMNS = "boot, wall_ns, accepted_ns, received_ns, counter, filing_id, day, sealed"
_INSERT = {  # by the number of rows; nothing but that number goes into the text
    size: f"INSERT INTO rows ({_COLUMNS}) VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?)'] * size)}"  # noqa: S608
    for size in (1, ROWS_AT_ONCE)
}
_encode = msgspec.msgpack.Encoder().encode
_decode_filing = msgspec.msgpack.Decoder(Filing).decode
_decode_command = msgspec.msgpack.Decoder(Command).decode


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One inbox row as the engine sees it. ``earlier_boot``: it was taken before the host last started."""

    id: int
    earlier_boot: bool
    accepted_ns: int
    item: Item


class Inbox(Protocol):
    """What every kind of inbox can do. ``name`` is ``G01`` and the like."""

    name: str

    def append(self, items: Sequence[Item]) -> list[int]:
        """Make the items durable in one commit; returns their ids. All of them or, with an exception, none."""

    def read(self, after_id: int, before_ns: int, limit: int) -> list[Row]:
        """Rows with a higher id that were accepted before ``before_ns``, oldest first."""

    def highest_id(self) -> int:
        """The highest id ever given, 0 when none."""

    def forget(self, upto: int) -> int:
        """Drop the packed items of rows up to this id, which the engine must have passed; returns how many."""


def host_boot() -> str:
    """A name for this run of the host: it changes when the machine starts anew, and only then."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # no such file outside Linux: then no row ever counts as of an earlier boot
        return "host"


class SqliteInbox:
    """The SQLite kind. Open it with ``writer`` in the one process that fills it; the engine opens it without.

    Raises StoreFault ``inbox-missing`` for a reader when the file is not there.
    """

    def __init__(
        self,
        path: Path,
        keys: KeyRing,
        *,
        writer: bool,
        clock_ns: Callable[[], int] = time.time_ns,
        boot: str | None = None,
    ) -> None:
        self.name = path.stem
        self._keys = keys
        self._clock_ns = clock_ns
        self._boot = host_boot() if boot is None else boot
        self._boxes: dict[str, Box] = {}
        self._ahead: list[Row] = []  # rows read before and not passed yet, opened once: the first follows _ahead_of
        self._ahead_of = 0
        self._raw_kind = _decode_command if self.name.startswith("C") else _decode_filing
        if not writer and not path.exists():
            raise StoreFault("inbox-missing", f"没有收件箱 {path}", f"there is no inbox {path}")
        if not path.exists():
            _make(path)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        if writer:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA secure_delete=ON")  # a forgotten row leaves no bytes behind in the file
        self._counter = self._last()[2]

    def close(self) -> None:
        self._db.close()

    def mint(self) -> str:
        """A fresh filing id, ``G01-000000000123``. One that is never appended may be minted again after a restart."""
        self._counter += 1
        return f"{self.name}-{self._counter:012d}"

    def day_box(self, day: str) -> Box:
        """What seals this gateway's items and raw messages of one day (``2026-11-24``, UTC). Makes the key if new."""
        if (box := self._boxes.get(day)) is None:
            label = f"{self.name} {day}".encode()
            row = self._db.execute("SELECT wrapped FROM day_keys WHERE day = ?", (day,)).fetchone()
            if row is None:
                key = os.urandom(KEY_BYTES)
                self._db.execute("INSERT INTO day_keys VALUES (?, ?)", (day, self._keys.wrap_day_key(key, label)))
            else:
                key = self._keys.unwrap_day_key(row[0], label)
            box = self._boxes[day] = Box(key)
        return box

    def append(self, items: Sequence[Item]) -> list[int]:
        """See Inbox. Raises ClockSteppedBack when the wall clock shows less than the last row: nothing is taken
        then.
        """
        if not items:
            return []
        self._db.execute("BEGIN IMMEDIATE")
        try:
            wall = self._clock_ns()
            last_wall, last_ns, _ = self._last()
            if wall < last_wall:
                raise ClockSteppedBack(
                    "clock-stepped-back",
                    f"系统时钟比上一次收件早 {last_wall - wall} 纳秒,停止收件",
                    f"the wall clock is {last_wall - wall} ns behind the last filing taken; intake stops",
                )
            day = utc_day(wall)
            box = self.day_box(day)
            first_ns = max(last_ns + 1, wall)
            rows = [
                (
                    self._boot,
                    wall,
                    first_ns + number,  # several rows of one commit share the clock reading but not the time
                    item.received_ns,
                    int(item.filing_id.rpartition("-")[2]),
                    item.filing_id,
                    day,
                    box.seal(_encode(item), item.filing_id.encode()),
                )
                for number, item in enumerate(items)
            ]
            ids = self._insert(rows)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            self._boxes.clear()  # a key made in this transaction is gone with it
            raise
        return ids

    def read(self, after_id: int, before_ns: int, limit: int) -> list[Row]:
        """See Inbox. Rows of an earlier boot count as before any time. Raises StoreFault ``seal-broken``.

        Raises StoreFault ``inbox-forgotten`` when a row that is asked for has been forgotten.

        A batch takes fewer rows than it looks at, so those left over are kept: rows never change while they wait, and
        to open one of twenty records costs 0.7 ms.
        """
        kept = self._ahead if after_id >= self._ahead_of else []
        kept = [row for row in kept if row.id > after_id]
        found = kept[:limit]
        if len(found) < limit:
            rows = self._db.execute(
                "SELECT id, boot, accepted_ns, filing_id, day, sealed FROM rows"
                " WHERE id > ? AND (accepted_ns < ? OR boot <> ?) ORDER BY id LIMIT ?",
                (found[-1].id if found else after_id, before_ns, self._boot, limit - len(found)),
            ).fetchall()
            found += [
                Row(row_id, boot != self._boot, ns, self._open(row_id, filing_id, day, sealed))
                for row_id, boot, ns, filing_id, day, sealed in rows
            ]
        self._ahead, self._ahead_of = found, after_id
        return [row for row in found if row.earlier_boot or row.accepted_ns < before_ns]

    def highest_id(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'rows'").fetchone()
        return row[0] if row else 0

    def find(self, filing_id: str, after_id: int) -> Item | None:
        """A row by its filing id among those after ``after_id``; None when it is not there or was forgotten."""
        row = self._db.execute(
            "SELECT id, filing_id, day, sealed FROM rows WHERE id > ? AND filing_id = ?", (after_id, filing_id)
        ).fetchone()
        return None if row is None or row[3] is None else self._open(*row)

    def forget(self, upto: int) -> int:
        """See Inbox. The rows stay, with their numbers: ids and counters never come again."""
        return self._db.execute("UPDATE rows SET sealed = NULL WHERE id <= ? AND sealed IS NOT NULL", (upto,)).rowcount

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> list[int]:
        """Add rows, several with one statement: each statement hands the interpreter to another thread and back.

        Their ids follow one another, because nobody else writes in between.
        """
        done, last = 0, 0
        while done < len(rows):
            size = ROWS_AT_ONCE if len(rows) - done >= ROWS_AT_ONCE else 1
            values = [value for row in rows[done : done + size] for value in row]
            last = self._db.execute(_INSERT[size], values).lastrowid or 0
            done += size
        return list(range(last - len(rows) + 1, last + 1))

    def _last(self) -> tuple[int, int, int]:
        row = self._db.execute("SELECT wall_ns, accepted_ns, counter FROM rows ORDER BY id DESC LIMIT 1").fetchone()
        return row or (0, 0, 0)

    def _open(self, row_id: int, filing_id: str, day: str, sealed: bytes | None) -> Item:
        if sealed is None:
            raise StoreFault(
                "inbox-forgotten",
                f"收件箱 {self.name} 第 {row_id} 行已被清除",
                f"row {row_id} of inbox {self.name} has been forgotten",
            )
        return self._raw_kind(self.day_box(day).open(sealed, filing_id.encode()))


def _make(path: Path) -> None:
    """Make an empty inbox. It gets its name when it is whole: an engine that looks for inboxes never sees half of
    one.
    """
    unnamed = path.with_name(f".{path.name}.{os.getpid()}")
    unnamed.touch(mode=0o600)
    db = sqlite3.connect(unnamed)
    db.executescript(_SCHEMA)
    db.close()
    os.replace(unnamed, path)


def utc_day(ns: int) -> str:
    """``2026-11-24`` of a wall time in ns."""
    return datetime.fromtimestamp(ns // 1_000_000_000, UTC).date().isoformat()
