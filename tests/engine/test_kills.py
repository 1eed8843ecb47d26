"""An engine process is killed at random moments, again and again: nothing acknowledged is lost, nothing is decided
twice.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

from tests.clearance.playstore import a_set
from tests.engine.house import NOW, House
from tongguan.engine.replay import replay
from tongguan.engine.workspace import wall_ns

KILLS = 60 if os.environ.get("TONGGUAN_FULL") else 6
SETS_A_ROUND = 25

ENGINE = """
import sys, threading, time
from pathlib import Path
from tongguan.engine.cut import Limits
from tongguan.engine.loop import Engine
from tongguan.store.layout import open_store
store, behind = open_store(Path(sys.argv[1]), True), int(sys.argv[2])
engine = Engine(store, lambda: time.time_ns() - behind, Limits(rows=7, records=11, wakes=3))
print("ready", flush=True)
engine.run(threading.Event())
"""


def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    behind = time.time_ns() - wall_ns(NOW)
    house = House(tmp_path / "store", wall=lambda: time.time_ns() - behind)
    acknowledged: list[str] = []
    sets = 0
    for _ in range(KILLS):
        for _ in range(SETS_A_ROUND):
            sets += 1
            made = a_set(sets, prices=("10.00",), freight="0.50")  # 10.50 of the one buyer's year each
            kinds = list(made)
            chance.shuffle(kinds)
            acknowledged += [house.file(made[kind], gateway=chance.randint(1, 2)) for kind in kinds]
        engine = subprocess.Popen(
            [sys.executable, "-c", ENGINE, str(house.dir), str(behind)], stdout=subprocess.PIPE, text=True
        )
        assert engine.stdout is not None and engine.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.25))
        engine.send_signal(signal.SIGKILL)
        engine.wait()
        engine.stdout.close()
    with house.engine() as last:  # the lock went with the process
        last.drain()
    with sqlite3.connect(house.store.state_path) as db:
        decided = [
            row[0] for row in db.execute("SELECT filing_id FROM events WHERE cause = 'record' ORDER BY event_no")
        ]
        numbers = [row[0] for row in db.execute("SELECT event_no FROM events ORDER BY event_no")]
        pre_nos = [row[0] for row in db.execute("SELECT next - 900000001 FROM numbers WHERE scope LIKE 'preNo:%'")]
    assert sorted(decided) == sorted(acknowledged)
    assert numbers == list(range(1, len(numbers) + 1))
    assert pre_nos == [sets]
    reader = house.reader()
    assert reader.counts()["inventory"] == {"800": sets}
    quota = next(one for one in reader.accounts() if one.kind == "quota")
    assert (quota.held, quota.used) == (Decimal(0), Decimal("10.50") * sets)
    report = replay(house.store)
    assert report.differences == () and report.events == len(numbers)
