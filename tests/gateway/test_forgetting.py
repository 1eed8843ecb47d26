"""The gateway's part of an erasure: its own inbox by itself, an inbox without a writer by whoever comes, no other."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clearance.playstore import a_set
from tests.engine.house import House
from tests.store.test_forgetting import drained, erase, post, sealed
from tongguan.engine.workspace import wall_ns
from tongguan.gateway import forgetting
from tongguan.gateway.access import folder_of
from tongguan.gateway.forgetting import forget, keep_forgetting
from tongguan.gateway.sink import StoreSink
from tongguan.store.forgetting import open_tasks

LATER = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An erased order whose message lies in the inbox of gateway 1, which nobody serves now."""
    house = House(tmp_path / "store")
    post(house, a_set(1)["order"], b"raw")
    drained(house)
    house.now = LATER
    drained(house)
    erase(house, 1)
    house.restart_gateway(1)
    return house


def test_an_inbox_without_a_writer_is_worked_off_by_whoever_comes(house: House) -> None:
    done = forget(house.store, clock_ns=lambda: wall_ns(house.now))
    assert sorted(done) == ["C00", "G01"]
    assert (done["G01"].packed, done["G01"].raw) == (1, 1)
    assert sealed(house) == [False]


def test_an_inbox_that_another_writes_is_left_to_it(house: House) -> None:
    sink = StoreSink(house.store, 1, house.clock)
    assert "G01" not in forget(house.store, clock_ns=lambda: wall_ns(house.now))
    assert open_tasks(house.store, "G01") == 2
    assert forget(house.store, "G01", clock_ns=lambda: wall_ns(house.now))["G01"].raw == 1
    sink.close()
    assert open_tasks(house.store, "G01") == 0


def test_a_gateway_works_its_list_off_by_itself_and_ends_when_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "EVERY_SECONDS", 0.02)
    stop = threading.Event()
    thread = keep_forgetting(house.store, "G01", stop)
    until = time.monotonic() + 20
    while open_tasks(house.store, "G01") and time.monotonic() < until:
        time.sleep(0.02)
    stop.set()
    thread.join(20)
    assert not thread.is_alive() and open_tasks(house.store, "G01") == 0


def test_without_a_state_it_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(tmp_path / "store", commands=False)
    monkeypatch.setattr(forgetting, "EVERY_SECONDS", 0.01)
    stop = threading.Event()
    thread = keep_forgetting(house.store, "G01", stop)
    time.sleep(0.1)
    assert thread.is_alive()
    stop.set()
    thread.join(20)
    assert not folder_of(house.store).exists()


def test_content_ages_by_the_law_in_force(house: House) -> None:
    post(house, a_set(2)["order"], b"another")
    drained(house)
    house.restart_gateway(1)
    after = LATER.replace(day=30)
    assert forget(house.store, clock_ns=lambda: wall_ns(after))["G01"].aged == 0
    after = LATER.replace(month=12, day=3)
    assert forget(house.store, clock_ns=lambda: wall_ns(after))["G01"].aged == 1
