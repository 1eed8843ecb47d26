"""Histories of an invented year, drawn by a seed: whatever happens, the books balance and nobody is forgotten.

Sets in any order, repeats, changes, cancellations, returns, entry lists, officers who do what they may and what they
may not, pauses, guarantees, changes of law, lapses, tax bills, the turn of the year, an engine that is killed: through
inbox, engine and store, with a clock of the history's own. ``TONGGUAN_SEED`` repeats a run; a failure tells the seed of
its history and what happened in it.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.flows.year import papers_of_year as papers
from tests.flows.year import people_of_year as people
from tests.flows.year.ending import come_to_the_end
from tests.flows.year.reckoning import close_the_books, nothing_is_left, outcomes, reckon
from tests.flows.year.world import World

FULL = os.environ.get("TONGGUAN_FULL") == "1"
SEED = int(os.environ.get("TONGGUAN_SEED") or time.time_ns() // 1_000_000_000)
PARTS, HISTORIES, STEPS = 6, 40 if FULL else 4, 150
Step = Callable[[World], None]

STEPS_OF_LIFE: tuple[tuple[int, Step], ...] = (
    (30, papers.file_set), (10, papers.file_late), (5, papers.repeat), (5, papers.file_anew), (8, papers.change),
    (6, papers.cancel), (12, papers.send_goods_back), (6, papers.list_parcels), (3, papers.sign_for),
    (2, papers.use_a_number_again), (8, people.anything), (18, people.handle), (5, people.answer),
    (14, people.decide_requests), (4, people.pay), (2, people.pause), (3, people.resume), (4, people.guarantee),
    (2, people.change_law), (1, World.restart), (2, World.kill),
)  # fmt: skip


ALWAYS = frozenset(
    f"inventory {word}" for word in ("waiting", "rejected", "released", "lapsed", "summarised", "paid", "closed")
)
"""What four histories never leave out."""
AT_LENGTH = ALWAYS | {
    "inventory deleted", "inventory shipped_back", "inventory detained", "inventory answered",
    "inventory unanswered", "inventory reviewed", "inventory assigned", "inventory handed_over", "inventory refused",
    "cancellation cancelled", "cancellation rejected", "goods_return returned", "goods_return rejected",
    "goods_return refused", "entry_list accepted", "entry_list rejected", "waybill_status accepted", "order changed",
    "order lapsed", "order repeated", "pause paused", "pause resumed", "payment_bill paid", "law in_force",
    "registry in_force",
}  # fmt: skip
"""What forty do not leave out either."""


class Year(World):
    """A world in which sets are filed in the last and the first second of a year."""

    def at_midnight(self) -> None:
        papers.file_set(self)


def pass_some_time(world: World) -> None:
    """Mostly minutes, sometimes days, now and then more than a month."""
    kind = world.rng.random()
    minutes = world.rng.randint(0, 90)
    days = 0 if kind < 0.65 else world.rng.randint(0, 3) if kind < 0.85 else world.rng.randint(4, 16)
    world.pass_time(timedelta(days=46 if kind > 0.985 else days, minutes=minutes, seconds=1))


def live(world: World) -> None:
    """A history from March to after the turn of the year."""
    weights, steps = zip(*STEPS_OF_LIFE, strict=True)
    for at, step in enumerate(world.rng.choices(steps, weights, k=STEPS)):
        step(world)
        if world.rng.random() < 0.7:
            world.drain()
        pass_some_time(world)
        if at % 40 == 39:
            world.drain()
            reckon(world.house)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mixed_year_of_life(part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    happened: set[str] = set()
    for number in range(HISTORIES):
        seed = SEED + part * 1000 + number
        monkeypatch.setattr(os, "urandom", random.Random(seed).randbytes)  # keys and secrets of the seed, too
        world = Year(tmp_path / str(seed), seed)
        try:
            live(world)
            come_to_the_end(world)
            reckon(world.house)
            nothing_is_left(world.house)
            close_the_books(world.house)
            happened |= outcomes(world.house)
        except Exception as failure:
            failure.add_note(f"TONGGUAN_SEED={seed} (part 0)\n" + "\n".join(world.told))
            raise
        finally:
            world.close()
    assert happened >= (AT_LENGTH if FULL else ALWAYS), f"TONGGUAN_SEED={SEED}: the histories say too little"
