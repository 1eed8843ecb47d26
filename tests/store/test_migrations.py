"""A state of an earlier version is brought up to date with nothing lost."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from typing import Any

from tests.engine.house import House
from tests.engine.test_cases import reviewing_law
from tongguan.engine.replay import replay
from tongguan.store.database import migrate, open_memory

FOLDER = resources.files("tongguan.store") / "migrations" / "sqlite"


def schema(db: sqlite3.Connection) -> dict[str, str]:
    """Tables and indexes with what made them, those of the migration tool aside."""
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%yoyo%'")
    return {name: " ".join(sql.split()) for name, sql in rows}


def roll_back(path: Path, number: str) -> None:
    """Undo the migration of this number by its own rollback, as an operator would before an older version."""
    (migration,) = [
        one for one in FOLDER.iterdir() if one.name.startswith(number) and one.name.endswith("rollback.sql")
    ]
    with sqlite3.connect(path) as db:
        db.executescript(migration.read_text(encoding="utf-8"))
        db.execute("DELETE FROM _yoyo_migration WHERE migration_id LIKE ?", (f"{number}.%",))
    db.close()


def test_a_new_state_has_the_schema_of_one_in_memory(tmp_path: Path) -> None:
    migrate(tmp_path / "state.db")
    with sqlite3.connect(tmp_path / "state.db") as db:
        assert schema(db) == schema(open_memory())


def test_inventories_of_before_are_numbered_in_the_new_column(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    made = [house.file_set(number) for number in (1, 2)]
    house.file(made[0]["order"].head(orderNo="SBX000009"))
    with house.engine() as engine:
        engine.drain()
    path = house.store.state_path
    before = _numbers(path)
    assert len(before) == 2 and all(len(number) == 18 for number in before.values())
    roll_back(path, "0002")
    with sqlite3.connect(path) as db:
        assert "invt_no" not in {row[1] for row in db.execute("PRAGMA table_info(documents)")}
    db.close()
    with house.engine() as engine:
        workspace = engine._workspace
        assert _numbers(path) == before
        for number in before.values():
            found = workspace.inventory_numbered(number)
            assert found is not None and found.invt_no == number
    assert replay(house.store).same


def _numbers(path: Path) -> dict[int, str]:
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT subject_no, invt_no FROM documents WHERE invt_no <> ''").fetchall()
    db.close()
    return dict(rows)


def test_held_cases_of_before_are_queued_and_prices_begin_with_the_new_table(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    held, released = house.file_set(1)["inventory"], house.file_set(2)["inventory"]
    with house.engine() as engine:
        engine.drain()
        house.command("release", kind="inventory", key=released.key)
        engine.drain()
    path = house.store.state_path
    before = _queue(path)
    assert len(before) == 1 and before[0][2:6] == ("5165", "", " customs ", "review")
    roll_back(path, "0004")
    with house.engine() as engine:
        engine.drain()
    assert _queue(path) == before
    assert replay(house.store).same
    house.command("release", kind="inventory", key=held.key)
    with house.engine() as engine:
        engine.drain()
    assert _queue(path) == []
    assert replay(house.store).same


def _queue(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT * FROM officer_queue").fetchall()
    db.close()
    return rows
