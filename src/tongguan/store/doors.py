"""``doors.db``: the tokens that open the doors. A file of its own; no decision ever reads it.

Several processes write here now and then (issue, revoke, last use), so every write is one short transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    token_id   TEXT PRIMARY KEY,
    digest     BLOB NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('filer', 'officer', 'operator', 'auditor')),
    party_code TEXT NOT NULL,
    dxp_id     TEXT NOT NULL,
    office     TEXT NOT NULL,
    note       TEXT NOT NULL,
    issued_at  TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL DEFAULT '',
    used_at    TEXT NOT NULL DEFAULT '',
    officer_id TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""
_OFFICER = "ALTER TABLE tokens ADD COLUMN officer_id TEXT NOT NULL DEFAULT ''"
"""For files that were made before officers had tokens of their own."""
_COLUMNS = (
    "token_id, digest, kind, party_code, dxp_id, office, note, issued_at, expires_at, revoked_at, used_at, officer_id"
)
_INSERT = f"INSERT INTO tokens ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 — our own names
_SELECT = f"SELECT {_COLUMNS} FROM tokens"  # noqa: S608


class TokenRow(msgspec.Struct, frozen=True, array_like=True):
    """One token. ``digest`` is the SHA-256 of its secret; times are RFC 3339 in UTC with a ``Z``, empty = never."""

    token_id: str
    digest: bytes
    kind: str
    party_code: str
    dxp_id: str
    office: str
    note: str
    issued_at: str
    expires_at: str
    revoked_at: str = ""
    used_at: str = ""
    officer_id: str = ""


class Doors:
    """An open ``doors.db``, for use in one thread."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)  # before anything is written: its -wal and -shm take the same mode
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(_SCHEMA)
        if "officer_id" not in {row[1] for row in self._db.execute("PRAGMA table_info(tokens)")}:
            with suppress(sqlite3.OperationalError):  # another process has just done the same
                self._db.execute(_OFFICER)

    def version(self) -> int:
        """Changes whenever another process has written; cheap, so that a cache can ask before each use."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def add(self, row: TokenRow) -> None:
        """Keep a new token."""
        self._db.execute(_INSERT, msgspec.structs.astuple(row))

    def get(self, token_id: str) -> TokenRow | None:
        """The token with this id."""
        found = self._db.execute(_SELECT + " WHERE token_id = ?", (token_id,)).fetchone()
        return TokenRow(*found) if found else None

    def all(self) -> list[TokenRow]:
        """All tokens, oldest first."""
        rows = self._db.execute(_SELECT + " ORDER BY issued_at, token_id").fetchall()
        return [TokenRow(*row) for row in rows]

    def revoke(self, token_id: str, at: str) -> bool:
        """End a token; False when there is none that is still open under this id."""
        done = self._db.execute(
            "UPDATE tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at = ''", (at, token_id)
        )
        return done.rowcount == 1

    def used(self, times: Mapping[str, str]) -> None:
        """Note last uses, one transaction for all. A later time already noted stays."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE tokens SET used_at = max(used_at, ?) WHERE token_id = ?",
            [(at, token_id) for token_id, at in times.items()],
        )
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
