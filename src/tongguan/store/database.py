"""Opening ``state.db``: who writes, how it is kept durable, and bringing the schema up to date.

PRAGMAs of the writing connection: ``journal_mode=WAL`` (readers never wait for the writer), ``synchronous=FULL`` (a
commit is on disk when it returns; a batch shares one), ``wal_autocheckpoint=0`` (checkpoints run in a thread of their
own, off the commit path), ``secure_delete=ON`` (what is erased leaves no bytes), ``cache_size`` 64 MiB.
"""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

import msgspec
from yoyo import default_migration_table, read_migrations
from yoyo.backends import SQLiteBackend
from yoyo.connections import parse_uri

from tongguan.store.casework import queue_column
from tongguan.store.faults import StoreFault

_MIGRATIONS = resources.files("tongguan.store") / "migrations" / "sqlite"


def migrate(path: Path) -> None:
    """Bring the schema of a state file up to date; makes the file (0600) when there is none."""
    fresh = not path.exists()
    if fresh:
        path.touch(mode=0o600)
    with resources.as_file(_MIGRATIONS) as folder:
        migrations = read_migrations(str(folder))
        backend = _Backend(parse_uri(f"sqlite:///{path.resolve()}"), default_migration_table)
        backend.init_database()
        try:
            with backend.lock():
                backend.apply_migrations(backend.to_apply(migrations))
        finally:
            backend.connection.close()


class _Backend(SQLiteBackend):
    """yoyo opens a connection for each migration: every one of them knows our functions."""

    def init_connection(self, connection: sqlite3.Connection) -> None:
        _teach(connection)


def open_writer(path: Path) -> sqlite3.Connection:
    """The engine's connection; transactions are begun by hand."""
    db = sqlite3.connect(path, isolation_level=None, cached_statements=256, timeout=10, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("PRAGMA secure_delete=ON")
    db.execute("PRAGMA cache_size=-65536")
    return db


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection. Raises StoreFault ``state-missing`` before the engine has ever run."""
    if not path.exists():
        raise StoreFault(
            "state-missing", f"{path} 不存在,引擎尚未运行", f"{path} is not there yet: the engine has not run"
        )
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=10, check_same_thread=False)


def open_memory() -> sqlite3.Connection:
    """An empty clearing state in memory, for a replay that leaves nothing behind."""
    db = sqlite3.connect(":memory:", isolation_level=None, cached_statements=256)
    _teach(db)
    for migration in sorted(_MIGRATIONS.iterdir(), key=lambda file: file.name):
        if migration.name.endswith(".sql") and not migration.name.endswith(".rollback.sql"):
            db.executescript(migration.read_text(encoding="utf-8"))
    return db


def _teach(db: sqlite3.Connection) -> None:
    """Give a connection the functions that migrations call."""
    db.create_function("packed_text", 2, _packed_text, deterministic=True)
    db.create_function("queue_column", 2, queue_column, deterministic=True)


def _packed_text(packed: bytes, name: str) -> str:
    """A text member of a packed state; empty where it has none."""
    return str(msgspec.msgpack.decode(packed).get(name, ""))


def checkpoint(path: Path) -> None:
    """Move the WAL into the database, as far as readers let it; from a connection of its own."""
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        db.close()
