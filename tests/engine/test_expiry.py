"""Registrations, certificates and guarantees that end, through engine and store: told once, stale when renewed; replay.

The house stands at 2 March 2026. What ends on 30 April is told from 31 March, 00:00 in China.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.clearance.playstore import PLATFORM, a_set
from tests.engine.house import House, law_without_lanes, registry
from tests.engine.test_life import drained, released, stands, sums
from tongguan.engine.replay import replay
from tongguan.law.snapshot import Table, pack, unpack
from tongguan.registry.model import PartyRow
from tongguan.registry.snapshot import build_registry, pack_registry

LAST = date(2026, 4, 30)
SOON = datetime(2026, 3, 30, 16, tzinfo=UTC)
OVER = datetime(2026, 4, 30, 16, tzinfo=UTC)


def ending(last: date | None = LAST, guarantee: date | None = None) -> bytes:
    """The registry of the house with a last day for its platform."""
    tables = build_registry(registry()).tables
    parties = tuple(
        msgspec.structs.replace(one, valid_to=last) if one.code == PLATFORM else one for one in tables.parties
    )
    guarantees = tuple(
        msgspec.structs.replace(one, valid_to=guarantee) if guarantee else one for one in tables.guarantees
    )
    return pack_registry(msgspec.structs.replace(tables, parties=parties, guarantees=guarantees))


def told(house: House) -> list[tuple[str, str, date]]:
    reader = house.reader()
    found = reader.notices(PLATFORM)
    reader.close()
    return [(one.notice.what, one.notice.ending.item, one.notice.ending.last_day) for one in found]


def at(house: House, moment: datetime) -> None:
    house.now, house.tick = moment, 0
    drained(house)


def events_of_parties(house: House) -> int:
    with sqlite3.connect(house.store.state_path) as db:
        return int(db.execute("SELECT coalesce(sum(events), 0) FROM subjects WHERE kind = 'party'").fetchone()[0])


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "store", registry=ending())
    drained(house)
    return house


def test_it_is_told_at_midnight_in_china_thirty_days_before_and_when_it_is_over(house: House) -> None:
    before = datetime(2026, 3, 30, 15, 59, 59, tzinfo=UTC)
    at(house, before)
    assert told(house) == []
    at(house, SOON)
    assert told(house) == [("expires_soon", "registration", LAST)]
    at(house, datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC))
    assert len(told(house)) == 1
    at(house, OVER)
    assert told(house) == [("expires_soon", "registration", LAST), ("expired", "registration", LAST)]
    assert events_of_parties(house) == 2
    report = replay(house.store)
    assert report.differences == ()


def test_a_row_that_a_later_registry_renews_is_told_nothing(house: House) -> None:
    house.command("registry", snapshot=ending(date(2027, 4, 30)))
    drained(house)
    at(house, OVER)
    assert told(house) == [] and events_of_parties(house) == 0
    assert replay(house.store).differences == ()


def test_renewed_after_the_first_notice_it_does_not_expire(house: House) -> None:
    at(house, SOON)
    house.command("registry", snapshot=ending(None))
    drained(house)
    at(house, OVER)
    assert told(house) == [("expires_soon", "registration", LAST)]
    assert replay(house.store).differences == ()


def test_the_same_registry_again_and_again_tells_nothing_twice(house: House) -> None:
    at(house, SOON)
    for amount in ("10", "20"):
        tables = build_registry(ending()).tables
        guarantees = tuple(msgspec.structs.replace(one, amount=Decimal(amount)) for one in tables.guarantees)
        house.command("registry", snapshot=pack_registry(msgspec.structs.replace(tables, guarantees=guarantees)))
        drained(house)
        house.pass_time(days=1)
        drained(house)
    assert told(house) == [("expires_soon", "registration", LAST)] and events_of_parties(house) == 1
    assert replay(house.store).differences == ()


def test_what_ends_soon_when_its_registry_comes_is_told_at_once_and_what_is_over_never(tmp_path: Path) -> None:
    house = House(tmp_path / "store", registry=ending(date(2026, 3, 1), guarantee=date(2026, 3, 10)))
    drained(house)
    house.pass_time(seconds=1)
    drained(house)
    assert told(house) == [("expires_soon", "guarantee", date(2026, 3, 10))]
    house.pass_time(days=400)
    drained(house)
    assert told(house)[1:] == [("expired", "guarantee", date(2026, 3, 10))]
    assert replay(house.store).differences == ()


def test_an_engine_that_stood_still_over_the_whole_time_tells_the_end_alone(house: House) -> None:
    at(house, datetime(2026, 6, 1, tzinfo=UTC))
    assert told(house) == [("expired", "registration", LAST)]
    assert replay(house.store).differences == ()


def test_a_law_without_the_setting_sleeps_and_one_that_brings_it_looks_ahead_at_once(tmp_path: Path) -> None:
    tables = unpack(law_without_lanes())
    rows = tuple(row for row in tables["settings"].rows if row[0] not in ("S23", "S24"))
    older = pack(tables.with_table("settings", Table(tables["settings"].header, rows)))
    house = House(tmp_path / "store", law=older, registry=ending())
    at(house, SOON)
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute("SELECT count(*) FROM due").fetchone() == (0,)
    house.change_law(law_without_lanes())
    drained(house)
    house.pass_time(seconds=1)
    drained(house)
    assert told(house) == [("expires_soon", "registration", LAST)]
    assert replay(house.store).differences == ()


def test_replay_names_a_notice_that_somebody_has_changed(house: House) -> None:
    at(house, SOON)
    with sqlite3.connect(house.store.state_path) as db:
        db.execute("UPDATE notices SET item = 'certificate'")
    assert any("notices" in one.field for one in replay(house.store).differences)


def test_many_parties_are_noted_with_their_registry_and_told_in_bounded_portions(tmp_path: Path) -> None:
    tables = build_registry(registry()).tables
    many = tuple(
        PartyRow(code=f"99F{number:07d}", name="沙箱", roles=("merchant",), valid_from=date(2026, 1, 1), valid_to=LAST)
        for number in range(450)
    )
    packed = pack_registry(msgspec.structs.replace(tables, parties=(*tables.parties, *many)))
    house = House(tmp_path / "store", registry=packed)
    drained(house)
    with sqlite3.connect(house.store.state_path) as db:
        count = "SELECT count(*) FROM due WHERE key LIKE '99F%'"
        assert db.execute(count).fetchone() == (900,)
    house.now = SOON
    with house.engine() as engine:
        reports = []
        while (report := engine.run_once()).causes:
            reports.append(report.events)
    assert sum(reports) == 450 and max(reports) <= 200
    assert replay(house.store).differences == ()


def test_an_unpaid_bill_closes_the_guarantee_in_the_store_and_payment_wakes_who_waits(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    first = released(house, 1)[0]
    house.pass_time(days=31)
    drained(house)
    bill = stands(house, first["inventory"]).bill
    assert bill is not None and bill.ent_duty_no
    house.pass_time(days=16)  # 18 April; the last day was Friday, the 17th
    drained(house)
    docs = a_set(2)
    docs["inventory"] = docs["inventory"].head(declTime="20260418")
    for one in docs.values():
        house.file(one)
    drained(house)
    assert house.status(docs["inventory"]) == "120"
    house.command("paid", kind="payment_bill", key=(bill.ent_duty_no,), reason="银行回单")
    drained(house)
    assert house.status(docs["inventory"]) == "800"
    found = sums(house)
    assert found["unpaid_bills"] == (0, 0) and found["unpaid_bill"] == (0, 1)
    assert replay(house.store).differences == ()
