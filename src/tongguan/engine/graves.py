"""What a batch erases and restricts, and when its events were: noted while it is folded, written with it."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from tongguan.store.erasure import Restriction, erase_subject, restrict
from tongguan.store.events import utc
from tongguan.store.keys import Box
from tongguan.store.statements import sql


class Graves:
    """See the module. Belongs to a workspace and lives with its batches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._erased: list[tuple[int, int, str, Box | None]] = []
        self._restricted: list[Restriction] = []
        self._fresh: dict[int, int] = {}

    def __bool__(self) -> bool:
        """Whether the batch erases anything."""
        return bool(self._erased)

    def note_event(self, event_no: int, at_ns: int) -> None:
        """An event of this batch has this time; it is in no table yet."""
        self._fresh[event_no] = at_ns

    def time_of(self, event_no: int) -> datetime:
        """When an event was decided. Raises LookupError when there is no such event."""
        if (at_ns := self._fresh.get(event_no)) is None:
            row = self._db.execute(sql("event_time_from"), (event_no,)).fetchone()
            if row is None:
                raise LookupError(f"there is no event {event_no}")
            at_ns = row[0]
        return utc(at_ns)

    def bury(self, subject_no: int, tombstone: int, case_id: str, person: Box | None) -> None:
        """A subject is erased up to its tombstone; ``person`` opens what is to be destroyed."""
        self._erased.append((subject_no, tombstone, case_id, person))

    def restrict(self, one: Restriction) -> None:
        """A case is stored only from now on."""
        self._restricted.append(one)

    def write(self, db: sqlite3.Connection) -> None:
        """Inside the batch's transaction, after everything else."""
        for one in self._restricted:
            restrict(db, one)
        for subject_no, tombstone, case_id, person in self._erased:
            erase_subject(db, subject_no, tombstone, person)
            db.execute(sql("drop_restriction"), (case_id,))

    def settle(self) -> None:
        """After a commit."""
        self._erased, self._restricted, self._fresh = [], [], {}
