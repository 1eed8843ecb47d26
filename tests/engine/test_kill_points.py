"""The engine is killed at named points of its work, each time with filings that are acknowledged and not decided.

The points are statements that SQLite is about to run (its own trace tells), and the folding of a record. Nothing in the
engine knows of it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clearance.playstore import a_bonded_set, a_set
from tests.engine.house import NOW, House, registry
from tests.engine.reconcile import reconcile
from tongguan.engine import loop
from tongguan.engine.workspace import wall_ns

ENGINE = """
import os, signal, sys, time
from pathlib import Path
from tongguan.engine import loop
from tongguan.store.layout import open_store
folder, behind, point, times = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
left = times
def pass_by(what):
    global left
    if what.startswith(point):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
engine = loop.Engine(open_store(folder, True), lambda: time.time_ns() - behind, loop.Limits(rows=40, records=110))
engine._db.set_trace_callback(pass_by)
def folding(*args, fold=loop.fold, **named):
    pass_by("fold")
    return fold(*args, **named)
loop.fold = folding
while engine.run_once().causes:
    pass_by("committed")
"""

POINTS = [
    ("fold", 50),  # in the middle of a filing with 100 records, nothing written yet
    ("BEGIN IMMEDIATE", 1),
    ("UPDATE positions", 1),  # positions moved, nothing else
    ("INSERT INTO subjects", 3),
    ("INSERT INTO documents", 70),
    ("INSERT INTO events", 60),  # in the middle of a filing's events
    ("INSERT INTO outbox", 5),
    ("INSERT INTO accounts", 1),  # events are in, quota, guarantee and stock are not
    ("COMMIT", 1),  # everything but the commit
    ("COMMIT", 2),  # one batch is in, the next is not
    ("committed", 1),  # between two batches
]


def test_a_kill_at_any_point_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    behind = time.time_ns() - wall_ns(NOW)
    _, book = a_bonded_set()
    house = House(tmp_path / "store", wall=lambda: time.time_ns() - behind, registry=registry(book=book))
    acknowledged: dict[str, int] = {}
    released = 0
    for number, (point, times) in enumerate(POINTS, 1):
        orders = [a_set(1000 * number + at)["order"] for at in range(100)]
        acknowledged[house.file(*orders)] = 100
        released += 2
        plain, (bonded, _) = a_set(2 * number), a_bonded_set(2 * number + 1)
        for at, kind in enumerate(("inventory", "order", "waybill", "payment")):  # each inventory is woken by the rest
            acknowledged[house.file(plain[kind], gateway=1 + at % 2)] = 1
            acknowledged[house.file(bonded[kind], gateway=2 - at % 2)] = 1
        arguments = [sys.executable, "-c", ENGINE, str(house.dir), str(behind), point, str(times)]
        engine = subprocess.run(arguments, check=False, timeout=60)
        assert engine.returncode == -signal.SIGKILL, f"{point} was never passed {times} times"
        assert sum(house.reader().lag().values()) + waking(house) > 0, "acknowledged and undecided"
    with house.engine() as last:  # the lock went with the process
        last.drain()
    reconcile(house, acknowledged, released, bonded=len(POINTS))


def waking(house: House) -> int:
    count: int = house.reader()._db.execute("SELECT count(*) FROM wakes").fetchone()[0]
    return count


def test_an_engine_that_fails_in_the_middle_of_a_filing_leaves_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No kill but an exception in the 50th record: the batch is gone whole, the next engine decides it once."""
    house = House(tmp_path / "store")
    with house.engine() as engine:
        engine.drain()
    filings = {house.file(*(a_set(100 * number + at)["order"] for at in range(100))): 100 for number in (1, 2, 3)}
    made = house.file_set(1, gateway=2)
    before = house.reader().counts(), house.reader().lag()
    calls = 0

    def breaking(*args: object, fold: object = loop.fold, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 50:
            raise OSError("a broken disk")
        return fold(*args, **named)  # type: ignore[operator]

    with monkeypatch.context() as patch, house.engine() as engine:
        patch.setattr(loop, "fold", breaking)
        with pytest.raises(OSError, match="broken disk"):
            engine.drain()
    assert (house.reader().counts(), house.reader().lag()) == before
    with house.engine() as engine:
        engine.drain()
    assert house.status(made["inventory"]) == "800"
    db = house.reader()._db
    rows = db.execute("SELECT filing_id, count(DISTINCT record_no) FROM events WHERE cause = 'record' GROUP BY 1")
    decided = dict(rows)
    assert {one: decided[one] for one in filings} == filings
    assert db.execute("SELECT count(*) FROM events WHERE cause = 'record'").fetchone() == (304,)
