"""How many answers about persons a party gets in a day: counted by the engine, held against the limit at the door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clearance.playstore import AGENT, a_set
from tests.engine.house import House, law_without_lanes
from tests.gateway import papers
from tests.gateway.conftest import House as Gateway
from tongguan.engine.replay import replay
from tongguan.gateway.answered_out import AnsweredOut
from tongguan.gateway.quoting import LawInForce
from tongguan.gateway.reading_thread import ReadingThread
from tongguan.law.snapshot import Table, pack, unpack

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def with_most(number: str) -> bytes:
    tables = unpack(law_without_lanes())
    rows = [dict(row) for row in tables["settings"].as_dicts()]
    for row in rows:
        if row["key"] == "person_answers_day_max":
            row["value"] = number
    return pack(tables.with_table("settings", Table(tables["settings"].header, tuple(tuple(r.values()) for r in rows))))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store", law=with_most("2"))


@pytest.fixture
def reading(house: House) -> Iterator[ReadingThread]:
    thread = ReadingThread(house.store)
    yield thread
    thread.close()


def over_the_year(house: House, number: int) -> None:
    """A set that is refused because the buyer's year is used up (1313)."""
    docs = a_set(number)
    for kind in ("order", "payment", "waybill"):
        house.file(docs[kind])
    house.file(docs["inventory"].head(note="SCENARIO:quota-used-up"))


def drained(house: House) -> None:
    from tongguan.engine.loop import Engine
    from tongguan.sandbox.scenarios import answers

    with Engine(house.store, clock=house.clock, scenarios=dict(answers())) as engine:
        engine.drain()


def asked(reading: ReadingThread, at: datetime, party: str = AGENT) -> int:
    return asyncio.run(AnsweredOut(reading, LawInForce(reading), now=lambda: at).wait_seconds(party))


def test_at_the_limit_the_door_closes_until_midnight_in_china(house: House, reading: ReadingThread) -> None:
    over_the_year(house, 1)
    drained(house)
    assert asked(reading, NOON) == 0
    over_the_year(house, 2)
    drained(house)
    assert asked(reading, NOON) == 12 * 3600
    assert asked(reading, NOON.replace(hour=15, minute=59, second=59)) == 1
    assert asked(reading, NOON.replace(hour=16)) == 0, "a new day in China"
    assert asked(reading, NOON, party="99E1000002") == 0, "each party for itself"


def test_what_was_released_or_failed_for_other_reasons_is_no_answer(house: House, reading: ReadingThread) -> None:
    house.file_set(1)
    docs = a_set(2)
    for kind in ("order", "payment", "waybill"):
        house.file(docs[kind])
    house.file(docs["inventory"].head(insuredFee=docs["inventory"].record.InventoryHead.freight))
    drained(house)
    reader = house.reader()
    assert [one for one in reader.accounts() if one.kind == "answers"] == []
    reader.close()
    assert asked(reading, NOON) == 0


def test_the_counts_are_part_of_the_decisions_and_replay(house: House) -> None:
    for number in (1, 2, 3):
        over_the_year(house, number)
    drained(house)
    reader = house.reader()
    assert {one.kind: one.held for one in reader.accounts()}["answers"] == 3, "the engine counts on, the door refuses"
    reader.close()
    assert replay(house.store).differences == ()


def test_an_older_law_counts_nothing(tmp_path: Path) -> None:
    tables = unpack(law_without_lanes())
    settings = tables["settings"]
    key = settings.header.index("key")
    older = Table(settings.header, tuple(row for row in settings.rows if row[key] != "person_answers_day_max"))
    house = House(tmp_path / "older", law=pack(tables.with_table("settings", older)))
    over_the_year(house, 1)
    drained(house)
    reader = house.reader()
    assert all(one.kind != "answers" for one in reader.accounts())
    reader.close()
    thread = ReadingThread(house.store)
    assert asked(thread, NOON) == 0
    thread.close()


def test_a_look_is_taken_once_in_a_while_only(house: House, reading: ReadingThread) -> None:
    over_the_year(house, 1)
    over_the_year(house, 2)
    drained(house)
    steady = [100.0]
    door = AnsweredOut(reading, LawInForce(reading), now=lambda: NOON, steady=lambda: steady[0])
    assert asyncio.run(door.wait_seconds(AGENT)) == 12 * 3600
    door._now = lambda: NOON.replace(hour=16)
    steady[0] += 1.9
    assert asyncio.run(door.wait_seconds(AGENT)) == 12 * 3600
    steady[0] += 0.1
    assert asyncio.run(door.wait_seconds(AGENT)) == 0


def test_without_a_state_the_door_stays_open(tmp_path: Path) -> None:
    house = House(tmp_path / "fresh", commands=False)
    thread = ReadingThread(house.store)
    assert asked(thread, NOON) == 0
    thread.close()


class Closed:
    """A limit that one party has reached."""

    def __init__(self, party: str) -> None:
        self.party = party

    async def wait_seconds(self, party_code: str) -> int:
        return 4321 if party_code == self.party else 0


def test_the_door_takes_no_inventories_and_everything_else(new_house: Callable[..., Gateway]) -> None:
    house = new_house(answered_out=Closed(papers.PLATFORM))
    answer = house.post(papers.signed(papers.ceb621_message()))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "4321")
    assert "A27" in answer.text and house.filings() == []
    assert house.post(papers.signed(papers.ceb311_message())).status_code == 202
    assert [one.message_type for one in house.filings()] == ["CEB311Message"]
