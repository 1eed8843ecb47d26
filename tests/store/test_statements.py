"""Named statements and the schema they run on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tongguan.store.database import migrate, open_memory, open_writer
from tongguan.store.packing import key_text, key_tuple, part_of
from tongguan.store.statements import statements


def test_every_statement_has_a_purpose_and_runs_on_the_schema() -> None:
    db = open_memory()
    for one in statements().values():
        assert one.purpose.endswith(".")
        db.execute(f"EXPLAIN {one.sql}", ["[]"] * one.sql.count("?"))


@pytest.mark.parametrize(("held", "used", "limit"), [(-1, 0, 10), (0, -1, 10), (6, 5, 10)])
def test_no_balance_passes_its_limit_or_falls_below_zero(held: int, used: int, limit: int) -> None:
    db = open_memory()
    put = statements()["put_account"].sql
    db.execute(put, ("quota:a", "quota", 5, 5, 10))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(put, ("quota:b", "quota", held, used, limit))
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(put, ("quota:a", "quota", held, used, limit))
    assert db.execute("SELECT held, used FROM accounts").fetchall() == [(5, 5)]


def test_migrating_twice_changes_nothing_and_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    migrate(path)
    migrate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    ours = {row for row in open_memory().execute("SELECT name, sql FROM sqlite_master")}
    assert ours <= {row for row in sqlite3.connect(path).execute("SELECT name, sql FROM sqlite_master")}


def test_a_commit_is_on_disk_when_it_returns(tmp_path: Path) -> None:
    migrate(tmp_path / "state.db")
    db = open_writer(tmp_path / "state.db")
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("text", "fnv"),
    # the published FNV-1a 32-bit values of these texts
    [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)],
)
def test_the_part_of_a_case_is_its_order_numbers_fnv(text: str, fnv: int) -> None:
    assert part_of(text) == fnv % 64


def test_keys_that_look_alike_when_joined_stay_apart() -> None:
    assert key_text(("ab", "c")) != key_text(("a", "bc"))
    assert key_tuple(key_text(("ab", "", "c d"))) == ("ab", "", "c d")
