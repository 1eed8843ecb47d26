"""Order, repeats and positions: whatever was acknowledged before another was sent is decided before it."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest

from tests.engine.house import House, a_set
from tongguan.engine.cut import Limits
from tongguan.engine.loop import Engine
from tongguan.store.faults import InboxCutShort, OwnershipLost, StoreFault
from tongguan.store.filing import Filing

PAIRS = 100_000 if os.environ.get("TONGGUAN_FULL") else 5_000


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


def events(house: House, where: str = "1") -> list[tuple[int, str, int]]:
    with sqlite3.connect(house.store.state_path) as db:
        return db.execute(
            f"SELECT event_no, filing_id, record_no FROM events WHERE {where} ORDER BY event_no"
        ).fetchall()


def test_a_client_that_alternates_between_two_gateways_is_decided_in_its_order(house: House) -> None:
    """Refused filings, the cheapest there are: what matters is the order only. Cuts fall anywhere between them."""
    gateways = house.gateway(1), house.gateway(2)
    sent: list[str] = []
    chance = random.Random(7)
    with Engine(house.store, clock=house.clock, limits=Limits(rows=300, records=500)) as engine:
        engine.drain()
        while len(sent) < 2 * PAIRS:
            for _ in range(chance.randint(1, 400)):
                inbox = gateways[(len(sent) + chance.randint(0, 3) // 3) % 2]
                ours = [
                    Filing(filing_id=inbox.mint(), message_type="Unknown", received_ns=1, raw_digest=b"")
                    for _ in range(chance.choice((1, 1, 1, 3)))
                ]
                inbox.append(ours)
                sent += [one.filing_id for one in ours]
            engine.run_once()
        engine.drain()
    assert [filing_id for _, filing_id, _ in events(house, "cause = 'refused'")] == sent
    assert [number for number, _, _ in events(house)] == list(range(1, len(sent) + 3))


def test_rows_of_an_earlier_boot_come_first(house: House) -> None:
    """Gateway 2 filed before the host went down, by a clock that was ahead; gateway 1 after it came up."""
    with house.engine() as engine:
        engine.drain()
    house.file(a_set(1)["order"], gateway=1)
    house.file(a_set(2)["order"], gateway=2)
    with sqlite3.connect(house.store.inbox_path("G02")) as db:
        db.execute("UPDATE rows SET boot = 'former', accepted_ns = accepted_ns + 3600000000000")
    with house.engine() as engine:
        engine.drain()
    assert [filing_id[:3] for _, filing_id, _ in events(house, "cause = 'record'")] == ["G02", "G01"]


def test_the_same_bytes_through_another_gateway_and_after_a_restart_change_nothing(house: House) -> None:
    made = house.file_set(1)
    with house.engine() as engine:
        engine.drain()
    before = state(house)
    for gateway in (2, 1):
        house.restart_gateway(1) if gateway == 1 else None
        for filed in made.values():
            house.file(filed, gateway=gateway)
        with house.engine() as engine:
            assert engine.drain().events == 4
    assert state(house) == before
    reader = house.reader()
    issued, _ = reader.receipts("DXPENT9990000005", limit=1000)
    answers = [one for one in issued if one.receipt.message_type == "CEB622Message"]
    contents = [(one.receipt.status, one.receipt.info) for one in answers]
    first = [one for one in answers if one.seq == answers[0].seq]
    assert contents == contents[: len(first)] * 3
    assert len([one for one in issued if one.receipt.message_type == "CEB816Message"]) == 1  # one release, one bill
    assert len({one.guid for one in issued}) == len(issued)  # the same content, in a new place with a new number


def state(house: House) -> list[object]:
    with sqlite3.connect(house.store.state_path) as db:
        return [
            db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("documents", "accounts", "due")
        ]


def test_a_message_with_many_records_is_decided_record_by_record(house: House) -> None:
    orders = [a_set(number)["order"] for number in range(1, 101)]
    filing_id = house.file(*orders)
    with house.engine() as engine:
        engine.drain()
    view = house.reader().filing(filing_id)
    assert view is not None and view.state == "decided"
    assert [record.number for record in view.records] == list(range(1, 101))
    assert {(record.outcome, record.status) for record in view.records} == {("waiting", "2")}


def test_a_filing_is_found_while_the_engine_comes_to_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine decides it between the reader's look at what is decided and its look at what waits."""
    with house.engine() as engine:
        engine.drain()
    filing_id = house.file(a_set(1)["order"])
    reader = house.reader()
    look_among_waiting = reader._waiting

    def decided_meanwhile(*asked: object) -> object:
        with house.engine() as engine:
            engine.drain()
        return look_among_waiting(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "_waiting", decided_meanwhile)
    assert reader.filing(filing_id) is not None
    view = reader.filing(filing_id)
    assert view is not None and view.state == "decided"


def test_every_order_of_arrival_over_two_gateways_ends_in_release(house: House) -> None:
    from itertools import permutations

    orders = list(permutations(("order", "payment", "waybill", "inventory")))
    for number, kinds in enumerate(orders, 1):
        made = a_set(number, prices=("9.00",))
        for place, kind in enumerate(kinds):
            house.file(made[kind], gateway=1 + (number + place) % 2)
    with house.engine() as engine:
        engine.drain()
    assert house.reader().counts()["inventory"] == {"800": len(orders)}


def test_a_second_engine_process_is_refused(house: House) -> None:
    with house.engine(), pytest.raises(StoreFault, match="engine-running"):
        house.engine()
    house.engine().close()  # free again


def test_an_engine_that_wakes_late_writes_nothing_and_gives_up(house: House) -> None:
    """The lock is taken away from the first engine by hand: the compare-and-set must still hold."""
    first = house.engine()
    first.drain()
    house.file_set(1)
    first._lock.release()
    with house.engine() as second:
        second.drain()
    before = state(house), events(house)
    late = Engine.__new__(Engine)
    late.__dict__ = first.__dict__
    with pytest.raises(OwnershipLost):
        late.run_once()
    assert (state(house), events(house)) == before


def test_an_inbox_that_lost_decided_rows_stops_the_engine_by_name(house: House) -> None:
    house.file_set(1)
    with house.engine() as engine:
        engine.drain()
    with sqlite3.connect(house.store.inbox_path("G01")) as db:
        db.execute("DELETE FROM rows")
        db.execute("UPDATE sqlite_sequence SET seq = 2")
    with house.engine() as engine, pytest.raises(InboxCutShort, match="G01"):
        engine.run_once()


def test_forgetting_below_the_position_disturbs_nothing(house: House) -> None:
    house.file_set(1)
    with house.engine() as engine:
        engine.drain()
        assert house.gateway(1).forget(4) == 4
        house.file_set(2)
        assert engine.drain().events == 4
    assert house.reader().lag() == {"C00": 0, "G01": 0}


def test_inboxes_of_removed_gateways_are_read_too(house: House) -> None:
    house.file_set(1, gateway=7)
    house.gateways.pop("G07").close()
    with house.engine() as engine:
        engine.drain()
    assert house.reader().counts()["inventory"] == {"800": 1}


def test_the_outcome_does_not_depend_on_reading_ahead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongguan.engine.workspace import Workspace

    monkeypatch.setattr(Workspace, "prefetch", lambda *_, **__: None)
    for number in range(1, 4):
        made = a_set(number, prices=("9.00",))
        for kind in ("inventory", "waybill", "payment", "order"):
            house.file(made[kind], gateway=number)
    with house.engine() as engine:
        engine.drain()
    assert house.reader().counts()["inventory"] == {"800": 3}


def test_filings_wait_until_law_and_registry_are_in_force(tmp_path: Path) -> None:
    house = House(tmp_path / "store", commands=False)
    made = house.file_set(1)
    with house.engine() as engine, pytest.raises(StoreFault, match="no-law"):
        engine.run_once()
    house.command("law", snapshot=house.law)
    with house.engine() as engine, pytest.raises(StoreFault, match="no-registry"):
        engine.drain()
    house.command("registry", snapshot=house.registry)
    with house.engine() as engine:
        engine.drain()
    assert house.status(made["inventory"]) == "800"
