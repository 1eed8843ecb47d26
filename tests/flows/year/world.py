"""An invented house in the course of a year: what was filed in it, its clock, its engine, and what the history did."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from tests.clearance.playstore import Filed
from tests.engine.house import House
from tests.flows.year.rules_of_year import law_of_the_year, registry_of_the_year
from tongguan.clearance.model import Document
from tongguan.clearance.times import CHINA, china_day
from tongguan.engine import loop
from tongguan.store.commands import put_command
from tongguan.store.packing import key_tuple

MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)  # nine in China, when the first shift has begun
NEW_YEAR = datetime(2027, 1, 1, tzinfo=CHINA)


class Killed(Exception):
    """The engine's process ends here."""


class World:
    """One history. ``told`` is what was done, a line a step; ``papers`` all records filed so far, as filed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = Random(seed)
        self.house = House(folder, now=MORNING, law=law_of_the_year(), registry=registry_of_the_year())
        self.engine = self.house.engine()
        self.told: list[str] = []
        self.papers: list[Filed] = []
        self.open_papers: list[Filed] = []
        self.numbers = 0
        self.pauses: list[str] = []
        self.changed: set[str] = set()
        self.commands: list[str] = []
        self.drain()

    def close(self) -> None:
        self.engine.close()
        for number in [int(name[1:]) for name in self.house.gateways]:
            self.house.restart_gateway(number)

    # --- time

    @property
    def today(self) -> date:
        return china_day(self.house.now)

    def pass_time(self, delta: timedelta) -> None:
        """Time goes by. The turn of the year in China is not jumped over: work goes on in its last and first second."""
        end = self.house.now + delta
        if self.house.now < NEW_YEAR <= end:
            for at in (NEW_YEAR - timedelta(seconds=1), NEW_YEAR):
                self.house.now = at.astimezone(UTC)
                self.tell(f"midnight {at:%Y-%m-%d %H:%M:%S}")
                self.at_midnight()
                self.drain()
        self.house.now = max(end, self.house.now)

    def at_midnight(self) -> None:
        """What happens in the last and the first second of the year; a history puts its own here."""

    def now_text(self) -> str:
        return self.house.now.astimezone(CHINA).strftime("%Y%m%d%H%M%S")

    # --- filing and telling

    def tell(self, line: str) -> None:
        self.told.append(f"{self.house.now.astimezone(CHINA):%m-%d %H:%M} {line}")

    def file(self, filed: Filed, **head: Any) -> None:
        """File a record now, through either gateway."""
        self.again(filed.head(appTime=self.now_text(), **head))

    def again(self, filed: Filed) -> None:
        """File a record as it is."""
        self.papers.append(filed)
        self.house.file(filed, gateway=1 + self.rng.randrange(2))

    def command(self, action: str, actor: str, **fields: Any) -> str:
        self.tell(
            f"{actor} {action} {fields.get('kind', '')} {' '.join(fields.get('key', ()))} {fields.get('choice', '')}"
        )
        told = put_command(self.house.store, action, actor, clock_ns=self.house.clock, **fields)
        self.commands.append(told)
        return told

    # --- the engine

    def drain(self) -> None:
        self.engine.drain()

    def restart(self) -> None:
        """The engine ends between two batches and another one takes over."""
        self.tell("engine restarted")
        self.engine.close()
        self.engine = self.house.engine()

    def kill(self) -> None:
        """The engine is killed in the middle of a batch, before it is written or right after."""
        written, commit = self.rng.random() < 0.5, loop.commit

        def dying(*args: Any) -> None:
            if written:
                commit(*args)
            raise Killed

        self.tell(f"engine killed {'after' if written else 'before'} its commit")
        with patch.object(loop, "commit", dying), suppress(Killed):
            self.engine.run_once()
        self.restart()

    # --- what stands

    def documents(self, kind: str, *statuses: str) -> list[tuple[str, ...]]:
        """Keys of the documents of a kind, in these states or in any."""
        with sqlite3.connect(self.house.store.state_path) as db:
            rows = db.execute(
                "SELECT s.key, d.status FROM documents AS d JOIN subjects AS s ON s.subject_no = d.subject_no"
                " WHERE d.kind = ? ORDER BY d.subject_no",
                (kind,),
            ).fetchall()
        db.close()
        return [key_tuple(key) for key, status in rows if not statuses or status in statuses]

    def document(self, kind: str, key: tuple[str, ...]) -> Document:
        reader = self.house.reader()
        found = reader.documents_of(kind, key)
        reader.close()
        assert found is not None
        return found

    def become(self, command: str) -> str:
        """The outcome of a command."""
        reader = self.house.reader()
        view = reader.filing(command)
        reader.close()
        assert view is not None
        return view.records[0].outcome
