"""The race for the last fen of a buyer's year: two gateways take declarations at once while the engine decides."""

from __future__ import annotations

import sqlite3
import threading
import time
from decimal import Decimal
from pathlib import Path

from tests.clearance.life import goods_return
from tests.clearance.playstore import Filed, a_set
from tests.engine.house import NOW, House
from tongguan.clearance.times import CHINA
from tongguan.engine.replay import replay
from tongguan.engine.workspace import wall_ns
from tongguan.store.events import utc

SETS, PASSING = 100, 86  # 26,000.00 // 300.00


def a_house(folder: Path) -> House:
    """Its clock runs on from the day of the invented filings."""
    behind = time.time_ns() - wall_ns(NOW)
    return House(folder, wall=lambda: time.time_ns() - behind)


def papers(number: int) -> dict[str, Filed]:
    """A set of dutiable value 300.00: goods 290.00, freight 10.00."""
    return a_set(number, prices=("290.00",))


def declare(house: House, gateway: int, start: threading.Barrier) -> None:
    """One gateway's half of the inventories; its connection is its thread's own."""
    house.gateway(gateway)
    start.wait()
    for number in range(gateway, SETS + 1, 2):
        house.file(papers(number)["inventory"], gateway=gateway)
    house.restart_gateway(gateway)


def race(house: House) -> None:
    """The papers are there; then both gateways file at once, and the engine decides meanwhile."""
    for number in range(1, SETS + 1):
        for kind in ("order", "payment", "waybill"):
            house.file(papers(number)[kind], gateway=3)
    start = threading.Barrier(3)
    gateways = [threading.Thread(target=declare, args=(house, number, start)) for number in (1, 2)]
    with house.engine() as engine:
        engine.drain()
        for gateway in gateways:
            gateway.start()
        start.wait()
        while any(gateway.is_alive() for gateway in gateways):
            engine.run_once()
        engine.drain()


def used(house: House) -> Decimal:
    """What is used of the year; nothing may be held."""
    with sqlite3.connect(house.store.state_path) as db:
        rows = db.execute("SELECT held, used FROM accounts WHERE kind = 'quota'").fetchall()
    db.close()
    ((held, found),) = rows
    assert held == 0
    return Decimal(found) / 100_000


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def test_of_a_hundred_at_once_exactly_eighty_six_pass_and_a_return_gives_back_once(tmp_path: Path) -> None:
    house = a_house(tmp_path / "store")
    race(house)
    states = {number: house.status(papers(number)["inventory"]) for number in range(1, SETS + 1)}
    assert sorted(states.values()) == ["100"] * (SETS - PASSING) + ["800"] * PASSING
    assert used(house) == Decimal("25800.00")

    released = next(number for number, status in states.items() if status == "800")
    inventory = papers(released)["inventory"]
    reader = house.reader()
    stored = reader.documents_of("inventory", inventory.key)
    reader.close()
    assert stored is not None
    asked = goods_return(
        inventory, stored.invt_no, appTime=utc(house.clock()).astimezone(CHINA).strftime("%Y%m%d%H%M%S")
    )
    house.file(asked, gateway=3)
    house.file(asked, gateway=4)  # the same bytes through another door
    drained(house)
    for _ in range(2):
        house.command("goods_back", kind="goods_return", key=asked.key)
    drained(house)
    assert house.status(asked) == "399" and used(house) == Decimal("25500.00")

    two_of_those_refused = [number for number, status in states.items() if status == "100"][:2]
    for number in two_of_those_refused:  # 500.00 are free: one fits, the other does not
        house.file(papers(number)["inventory"].later(), gateway=3 + number % 2)
    drained(house)
    again = sorted(house.status(papers(number)["inventory"]) for number in two_of_those_refused)
    assert again == ["100", "800"] and used(house) == Decimal("25800.00")
    assert replay(house.store).differences == ()
