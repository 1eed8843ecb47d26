"""What can be wrong with a store, told in both languages. These are faults of the house, never of a filing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class StoreFault(Exception):
    """The store cannot be used as asked. ``name`` is stable; both texts are fit for an operator."""

    def __init__(self, name: str, text_zh: str, text_en: str) -> None:
        super().__init__(f"{name}: {text_en} / {text_zh}")
        self.name = name
        self.text_zh = text_zh
        self.text_en = text_en


class ClockSteppedBack(StoreFault):
    """The wall clock shows less than when the last filing was taken: taking more would break their order."""


class InboxCutShort(StoreFault):
    """An inbox's highest id lies below the position of the engine: rows that were decided are gone."""


class OwnershipLost(StoreFault):
    """Another engine has moved on since this one looked: nothing of this transaction was kept."""


@contextmanager
def named_database_errors() -> Iterator[None]:
    """Turn what SQLite says of a broken file or disk into a StoreFault ``database-broken``."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StoreFault(
            "database-broken",
            f"数据库无法使用（{error}）；请检查磁盘，必要时由备份恢复",
            f"the database cannot be used ({error}); check the disk, and restore it from a backup if need be",
        ) from error
