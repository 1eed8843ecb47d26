"""What inboxes and day files give up: only what was erased or has aged, only what was decided, and safely twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.clearance.playstore import Filed, a_set
from tests.engine.house import House, a_filing
from tongguan.engine.workspace import wall_ns
from tongguan.store.faults import StoreFault
from tongguan.store.forgetting import Forgetting, open_tasks
from tongguan.store.inbox import SqliteInbox
from tongguan.store.raw import RawFile, destroy_raw, read_raw

LATER = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
DAY = "2026-03-02"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two orders that were never accepted, each in a message of its own with its raw bytes, decided long ago."""
    house = House(tmp_path / "store")
    for number in (1, 2):
        post(house, a_set(number)["order"], f"raw {number} ".encode() * 50)
    drained(house)
    house.now = LATER
    drained(house)
    yield house
    for inbox in house.gateways.values():
        inbox.close()


def post(house: House, filed: Filed, raw: bytes) -> str:
    """As the sink of a gateway does it: bytes first, then the row."""
    import msgspec

    inbox = house.gateway(1)
    filing = a_filing(inbox.mint(), (filed,), house.clock())
    file = RawFile(house.store.raw_dir, inbox)
    place = file.append(raw, filing.filing_id, f"{house.now:%Y-%m-%d}")
    file.close()
    inbox.append([msgspec.structs.replace(filing, raw_at=place)])
    return filing.filing_id


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def erase(house: House, number: int) -> None:
    house.command("erase", kind="order", key=a_set(number)["order"].key, choice="RT14", approver="auditor:1")
    drained(house)


def forgetting(house: House, name: str = "G01") -> Forgetting:
    return Forgetting(house.store, name, lambda: wall_ns(house.now))


def sealed(house: House) -> list[bool]:
    """Which rows of the gateway still have content."""
    with sqlite3.connect(house.store.inbox_path("G01")) as db:
        found = [row[0] is not None for row in db.execute("SELECT sealed FROM rows ORDER BY id")]
    db.close()
    return found


def raw_of(house: House, filing_id: str) -> bytes:
    reader = house.reader()
    view = reader.filing(filing_id)
    reader.close()
    assert view is not None
    return read_raw(house.store.raw_dir, house.gateway(1), view.raw_at, filing_id)


def test_what_was_erased_is_destroyed_and_its_neighbour_is_not(house: House) -> None:
    erase(house, 1)
    assert open_tasks(house.store, "G01") == 2
    one = forgetting(house)
    done = one.work_off(None)
    assert (done.packed, done.raw, done.aged, done.days) == (1, 1, 0, 0)
    assert sealed(house) == [False, True]
    with pytest.raises(StoreFault, match="raw-erased"):
        raw_of(house, "G01-000000000001")
    assert raw_of(house, "G01-000000000002") == b"raw 2 " * 50
    assert open_tasks(house.store, "G01") == 0
    assert one.work_off(None).raw == 0
    one.close()
    again = forgetting(house)  # another process looks at the list anew
    assert again.open_tasks() == [] and again.work_off(None).packed == 0
    again.close()


def test_the_zeros_lie_in_the_place_of_the_message_and_nowhere_else(house: House) -> None:
    path = house.store.raw_dir / f"G01-{DAY}.seal"
    before = path.read_bytes()
    erase(house, 1)
    one = forgetting(house)
    one.work_off(None)
    one.close()
    after = path.read_bytes()
    length = 4 + 12 + 16 + len(b"raw 1 " * 50)
    assert len(after) == len(before)
    assert after[:length] == bytes(length) and after[length:] == before[length:]


def test_with_its_last_message_goes_the_whole_day_and_its_key(house: House) -> None:
    erase(house, 1)
    erase(house, 2)
    one = forgetting(house)
    assert one.work_off(None).days == 1
    one.close()
    assert not (house.store.raw_dir / f"G01-{DAY}.seal").exists()
    with sqlite3.connect(house.store.inbox_path("G01")) as db:
        assert db.execute("SELECT count(*) FROM day_keys").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM rows").fetchone() == (2,)
    db.close()


def test_a_day_stays_while_something_of_it_is_undecided(house: House) -> None:
    """The engine is down; the last message of the day waits in the inbox."""
    house.now = datetime(2026, 3, 2, 4, 0, tzinfo=UTC) + timedelta(days=300)
    house.tick = 0
    post(house, a_set(3)["order"], b"raw 3")
    late = f"G01-{house.now:%Y-%m-%d}.seal"
    house.now += timedelta(days=30)
    erase(house, 1)  # decides the third as well
    post(house, a_set(4)["order"], b"raw 4")  # … and this one waits
    erase(house, 2)
    one = forgetting(house)
    one.work_off(None)
    one.close()
    assert (house.store.raw_dir / late).exists()
    assert raw_of(house, "G01-000000000003") == b"raw 3"


def test_content_ages_and_ids_never_come_again(house: House) -> None:
    one = forgetting(house)
    highest = house.gateway(1).highest_id()
    house.now = datetime(2026, 4, 1, 3, 59, tzinfo=UTC)
    assert one.work_off(30).aged == 0
    house.now = datetime(2026, 4, 1, 4, 1, tzinfo=UTC)
    assert one.work_off(30).aged == 2
    one.close()
    assert sealed(house) == [False, False]
    assert house.gateway(1).highest_id() == highest
    assert raw_of(house, "G01-000000000001") == b"raw 1 " * 50, "the raw message belongs to the case"


def test_nothing_is_forgotten_before_it_is_decided(house: House) -> None:
    post(house, a_set(3)["order"], b"raw 3")
    house.now += timedelta(days=400)
    one = forgetting(house)
    assert one.work_off(30).aged == 2
    one.close()
    assert sealed(house) == [False, False, True]
    drained(house)
    assert house.status(a_set(3)["order"]) in ("2", "100", "")
    reader = house.reader()
    assert all(lag == 0 for lag in reader.lag().values())
    reader.close()


def test_a_command_is_forgotten_with_the_case_it_was_about(house: House) -> None:
    erase(house, 1)
    with sqlite3.connect(house.store.state_path) as db:
        named = [row[0] for row in db.execute("SELECT filing_id FROM forgetting WHERE filing_id LIKE 'C%'")]
    db.close()
    assert named == [], "nobody had given a command about it; that to erase names no person"


def test_the_wal_is_cut_to_nothing(house: House) -> None:
    erase(house, 1)
    one = forgetting(house)
    assert one.work_off(None).clean
    wal = house.store.inbox_path("G01").with_name("G01.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    one.close()


def test_a_reader_in_the_way_is_waited_out(house: House) -> None:
    erase(house, 1)
    reader = sqlite3.connect(house.store.inbox_path("G01"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchone()
    one = forgetting(house)
    assert not one.work_off(None).clean
    reader.execute("COMMIT")
    reader.close()
    assert one.work_off(None).clean
    one.close()


@pytest.mark.parametrize("place", [("G01-1999-01-01.seal", 0, 50), ("", 0, 0)])
def test_what_is_not_there_is_left_alone(house: House, place: tuple[str, int, int]) -> None:
    if place[0]:
        destroy_raw(house.store.raw_dir, place)
    path = house.store.raw_dir / f"G01-{DAY}.seal"
    before = path.read_bytes()
    destroy_raw(house.store.raw_dir, (path.name, len(before), 400))
    assert path.read_bytes() == before, "never beyond the end of the file"


def test_the_gateway_goes_on_writing_beside_it(house: House) -> None:
    erase(house, 1)
    one = forgetting(house)
    inbox: SqliteInbox = house.gateway(1)
    post(house, a_set(3)["order"], b"raw 3")
    one.work_off(None)
    filing_id = post(house, a_set(4)["order"], b"raw 4")
    one.close()
    assert filing_id == "G01-000000000004" and inbox.highest_id() == 4
