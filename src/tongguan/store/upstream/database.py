"""The file itself: opened or made, with its key, its tokens and how far each source has been read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources

from tongguan.store.faults import StoreFault
from tongguan.store.keys import KEY_BYTES, Box
from tongguan.store.layout import Store
from tongguan.store.statements import statements

ANYBODY = "*"
"""Stands for every exchange id that has no token of its own."""
_LABEL = b"upstream"


class UpstreamFile:
    """An open ``upstream.db``, made when it is not there. For one thread; several may be open at once."""

    def __init__(self, store: Store) -> None:
        self._keys = store.keys
        path = store.upstream_path
        path.touch(mode=0o600, exist_ok=True)  # before anything is written: its -wal and -shm take the same mode
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA secure_delete = ON")
        self.db.executescript((resources.files(__package__) / "schema.sql").read_text(encoding="utf-8"))
        self.box = self._open_box()

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> UpstreamFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put_token(self, dxp_id: str, token: str) -> None:
        """Keep the token that an exchange id (or ANYBODY) has at the upstream."""
        self.db.execute(named("up_put_token"), (dxp_id, self.box.seal(token.encode(), _token_label(dxp_id))))

    def drop_token(self, dxp_id: str) -> bool:
        """Forget a token; False when there was none."""
        return self.db.execute(named("up_drop_token"), (dxp_id,)).rowcount == 1

    def token(self, dxp_id: str) -> str:
        """The token to use for an exchange id: its own, else that of ANYBODY, else ''."""
        for name in (dxp_id, ANYBODY):
            if row := self.db.execute(named("up_token"), (name,)).fetchone():
                return self.box.open(row[0], _token_label(name)).decode()
        return ""

    def token_ids(self) -> list[str]:
        """Whose tokens there are."""
        return [row[0] for row in self.db.execute(named("up_token_ids"))]

    def place(self, source: str) -> str:
        """How far a source has been read; '' is its beginning."""
        row = self.db.execute(named("up_place"), (source,)).fetchone()
        return row[0] if row else ""

    def places(self, prefix: str) -> dict[str, str]:
        """How far each source whose name begins so has been read, by the rest of its name."""
        found = self.db.execute(named("up_places"), (f"{prefix}*",))
        return {source.removeprefix(prefix): at for source, at in found}

    def start(self, places: dict[str, str]) -> None:
        """Where sources begin that nobody has read yet; those that have begun are left alone."""
        with self.transaction():
            self.db.executemany(named("up_start_place"), places.items())

    def put_places(self, places: dict[str, str]) -> None:
        """Note how far sources have been read; inside a transaction of the caller."""
        self.db.executemany(named("up_put_place"), places.items())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is kept together or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def _open_box(self) -> Box:
        with self.transaction():
            row = self.db.execute(named("up_key")).fetchone()
            if row is None:
                key = os.urandom(KEY_BYTES)
                self.db.execute(named("up_put_key"), (self._keys.wrap_day_key(key, _LABEL),))
            else:
                key = self._keys.unwrap_day_key(row[0], _LABEL)
        return Box(key)


def existing(store: Store) -> UpstreamFile:
    """The ``upstream.db`` of a relay or shadow. Raises StoreFault ``no-upstream`` where there has never been one."""
    if not store.upstream_path.exists():
        raise StoreFault(
            "no-upstream",
            f"{store.dir} 从未作为 relay 或 shadow 运行，没有上游记录",
            f"{store.dir} has never run as a relay or shadow; nothing of an upstream is recorded",
        )
    return UpstreamFile(store)


def named(name: str) -> str:
    """The text of one statement on this file."""
    return statements("upstream")[name].sql


def _token_label(dxp_id: str) -> bytes:
    return f"token {dxp_id}".encode()
