"""Invented sets with planted faults, at a seed that nobody has seen: every record comes out as it was planted.

The filings go through the real door, inbox, engine and store. What must come of each was written when the fault was
planted, never by asking our rules. ``TONGGUAN_SEED`` repeats a run; its seed stands in every failure.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongguan.cli import clearing, truth
from tongguan.cli.house import made
from tongguan.cli.papers import papers
from tongguan.cli.registry import bring_into_force, read_folder
from tongguan.engine.replay import replay
from tongguan.sandbox.faults import FAULTS
from tongguan.sandbox.make import make
from tongguan.store.layout import Store

PARTS, ROUNDS = 4, 5
SETS, SHARE = 1000, 0.2
SEED = int(os.environ.get("TONGGUAN_SEED") or time.time_ns() // 1_000_000_000)


def cleared(box: Path, store: Store) -> list[truth.Verdict]:
    """What became of each record of a made folder, and what was to become of it."""
    bring_into_force(store, read_folder(box / "registry"), "test")
    run = clearing.clear(store, papers([box / "filings"], bytes_max=32 << 20))
    return list(truth.compare(box / "truth.csv", store, run))


def agree(verdicts: list[truth.Verdict]) -> None:
    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    assert wrong == [], f"TONGGUAN_SEED={SEED}: {wrong[:3]}"


def replays(store: Store) -> None:
    report = replay(store)
    assert report.same and report.others == (), f"TONGGUAN_SEED={SEED}: {report.differences[:3]}"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_fault_comes_out_as_it_was_planted(part: int, tmp_path: Path) -> None:
    """Each of them twenty times over the parts, nothing but faults."""
    sets = ROUNDS * len(FAULTS)
    make(sets, SEED + part, "1", tmp_path / "box", datetime.now(UTC), records_per_message=1)
    store = made(tmp_path / "store", sandbox=True)
    verdicts = cleared(tmp_path / "box", store)
    agree(verdicts)
    planted = Counter({name: len(files) for name, files in _files_by_fault(verdicts).items()})
    assert min(planted[fault.name] for fault in FAULTS) >= ROUNDS
    if part == 0:
        replays(store)


@pytest.mark.parametrize("records_per_message", [1, 20])
def test_two_thousand_sets_with_a_fifth_of_faults(records_per_message: int, tmp_path: Path) -> None:
    """A thousand sets one by one, a thousand in messages of twenty: 800 good ones and 200 with a fault, each time."""
    seed = SEED + PARTS + records_per_message
    made_here = make(SETS, seed, str(SHARE), tmp_path / "box", datetime.now(UTC), records_per_message)
    assert (made_here.sets, len(made_here.faults)) == (800, 200)
    verdicts = cleared(tmp_path / "box", made(tmp_path / "store", sandbox=True))
    agree(verdicts)
    assert len(verdicts) == made_here.records
    good = Counter(verdict.status for verdict in verdicts if verdict.fault == "good")
    drawn = good["300"] + good["500"]  # the lanes draw about three in a hundred good sets
    assert (good["120"], good["800"] + drawn) == (3 * 800, 800) and drawn < 60, f"TONGGUAN_SEED={SEED}: {good}"


def _files_by_fault(verdicts: list[truth.Verdict]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.fault, set()).add(verdict.file)
    return found
