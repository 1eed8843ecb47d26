"""``pulls.db``: where platforms are asked for payment data, and which questions are under way.

A file of its own, like that of the tokens: no decision ever reads it. What customs concludes from a pull stands in the
events of the order. Commands and gateways write here now and then, each time in one short transaction.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

_SCHEMA = """
CREATE TABLE IF NOT EXISTS addresses (
    ebp_code      TEXT NOT NULL,
    url           TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('new', 'on', 'failed', 'off')),
    registered_by TEXT NOT NULL,
    registered_at TEXT NOT NULL,
    tested_at     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (ebp_code, url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
    session_id TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('test', 'pull')),
    ebp_code   TEXT NOT NULL,
    order_no   TEXT NOT NULL,
    url        TEXT NOT NULL,
    opened_by  TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    until_at   TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('asked', 'refused', 'uploaded')),
    told       TEXT NOT NULL DEFAULT '',
    digest     TEXT NOT NULL DEFAULT '',
    closed_at  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""


class Address(msgspec.Struct, frozen=True, array_like=True):
    """Where a platform is asked. ``state``: new (never tested), on, failed (its last test did), off. Times as in
    ``doors.TokenRow``.
    """

    ebp_code: str
    url: str
    state: str
    registered_by: str
    registered_at: str
    tested_at: str = ""


class Session(msgspec.Struct, frozen=True, array_like=True):
    """One question to a platform. ``purpose`` is test or pull; ``state`` asked, refused or uploaded; ``told`` what the
    platform answered, or the code that its upload was answered with; ``digest`` the SHA-256 of the upload, hexadecimal.
    """

    session_id: str
    purpose: str
    ebp_code: str
    order_no: str
    url: str
    opened_by: str
    opened_at: str
    until_at: str
    state: str = "asked"
    told: str = ""
    digest: str = ""
    closed_at: str = ""


class Pulls:
    """An open ``pulls.db``, for use in one thread at a time."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)  # before anything is written: its -wal and -shm take the same mode
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def register(self, ebp_code: str, url: str, by: str, at: str) -> Address:
        """An address of a platform, to be tested; one that is there already is to be tested anew."""
        self._db.execute(
            "INSERT INTO addresses (ebp_code, url, state, registered_by, registered_at) VALUES (?, ?, 'new', ?, ?)"
            " ON CONFLICT (ebp_code, url) DO UPDATE SET state = 'new', registered_by = excluded.registered_by,"
            " registered_at = excluded.registered_at",
            (ebp_code, url, by, at),
        )
        return self.addresses(ebp_code, url)[0]

    def set_state(self, ebp_code: str, url: str, state: str, tested_at: str = "") -> bool:
        """Switch an address; False when there is none."""
        done = self._db.execute(
            "UPDATE addresses SET state = ?, tested_at = max(tested_at, ?) WHERE ebp_code = ? AND url = ?",
            (state, tested_at, ebp_code, url),
        )
        return done.rowcount == 1

    def addresses(self, ebp_code: str = "", url: str = "") -> list[Address]:
        """All addresses, of one platform, or the one."""
        rows = self._db.execute(
            "SELECT ebp_code, url, state, registered_by, registered_at, tested_at FROM addresses"
            " WHERE (? = '' OR ebp_code = ?) AND (? = '' OR url = ?) ORDER BY ebp_code, registered_at, url",
            (ebp_code, ebp_code, url, url),
        )
        return [Address(*row) for row in rows]

    def open(self, session: Session) -> None:
        """Keep a new question."""
        places = ", ".join("?" * len(Session.__struct_fields__))
        row: tuple[Any, ...] = msgspec.structs.astuple(session)
        self._db.execute(f"INSERT INTO sessions VALUES ({places})", row)  # noqa: S608 — question marks of our own

    def session(self, session_id: str) -> Session | None:
        """The question with this id."""
        row = self._db.execute("SELECT * FROM sessions WHERE session_id = ?", (session_id,)).fetchone()
        return Session(*row) if row else None

    def sessions(self, limit: int) -> list[Session]:
        """The newest questions, newest first."""
        rows = self._db.execute("SELECT * FROM sessions ORDER BY opened_at DESC, session_id LIMIT ?", (limit,))
        return [Session(*row) for row in rows]

    def close_session(self, session_id: str, state: str, told: str, at: str, digest: str = "") -> bool:
        """A question is answered or refused; False when it was no longer open: whoever comes second changes nothing."""
        done = self._db.execute(
            "UPDATE sessions SET state = ?, told = ?, closed_at = ?, digest = ?"
            " WHERE session_id = ? AND state = 'asked'",
            (state, told, at, digest, session_id),
        )
        return done.rowcount == 1

    def close(self) -> None:
        """Close the file."""
        self._db.close()
