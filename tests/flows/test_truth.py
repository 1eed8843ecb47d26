"""Every fault that the sandbox can plant, twenty times each, at a seed that nobody has seen: every record comes out
right.

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

PARTS, ROUNDS = 4, 5
SEED = int(os.environ.get("TONGGUAN_SEED") or time.time_ns() // 1_000_000_000)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_fault_comes_out_as_it_was_planted(part: int, tmp_path: Path) -> None:
    seed = SEED + part
    sets = ROUNDS * len(FAULTS)
    make(sets, seed, "1", tmp_path / "box", datetime.now(UTC), records_per_message=1)
    store = made(tmp_path / "store", sandbox=True)
    bring_into_force(store, read_folder(tmp_path / "box" / "registry"), "test")
    run = clearing.clear(store, papers([tmp_path / "box" / "filings"], bytes_max=32 << 20))
    verdicts = list(truth.compare(tmp_path / "box" / "truth.csv", store, run))

    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    assert wrong == [], f"TONGGUAN_SEED={seed - part}: {wrong[:3]}"
    planted = Counter({name: len(files) for name, files in _files_by_fault(verdicts).items()})
    assert min(planted[fault.name] for fault in FAULTS) >= ROUNDS
    if part == 0:
        report = replay(store)
        assert report.same, f"TONGGUAN_SEED={seed}: {report.differences[:3]}"


def _files_by_fault(verdicts: list[truth.Verdict]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.fault, set()).add(verdict.file)
    return found
