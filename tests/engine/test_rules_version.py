"""Which rules decided: what another version decided otherwise is told apart, what nobody should find is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.clearance.life import goods_return
from tests.clearance.playstore import Filed
from tests.engine.house import House, a_set
from tongguan.clearance import rules_version
from tongguan.clearance.match import Matched, match
from tongguan.engine.record import facts_from
from tongguan.engine.replay import ReplayReport, replay
from tongguan.store.database import open_reader
from tongguan.store.events import read_events

BEFORE = "2026-02-01"
RELEASE = 6  # law, registry, order, payment, waybill, inventory


def blind(*papers: Any) -> Matched:
    """The match of an earlier version, which compared and refused nothing for it."""
    return match(*papers)._replace(problems=())


@contextmanager
def rules_of(version: str) -> Iterator[None]:
    """Decided by that version, which does not refuse by the match."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules_version, "RULES_VERSION", version)
        patch.setattr("tongguan.clearance.inventory.match", blind)
        yield


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def underpaid(house: House, number: int) -> Filed:
    """A set whose payment is five yuan short; its inventory."""
    docs = a_set(number)
    short = docs["payment"].record.PaymentHead.amountPaid - 5
    docs["payment"] = docs["payment"].head(amountPaid=short)
    for filed in docs.values():
        house.file(filed)
    return docs["inventory"]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Under the earlier rules an underpaid set and a good one were released; by ours another good one."""
    house = House(tmp_path / "store")
    with rules_of(BEFORE):
        underpaid(house, 1)
        house.file_set(2)
        drained(house)
    house.file_set(3)
    drained(house)
    assert [house.status(a_set(number)["inventory"]) for number in (1, 2, 3)] == ["800", "800", "800"]
    return house


def versions(house: House) -> list[str]:
    db = open_reader(house.store.state_path)
    found = [facts_from(event.opened()) for event in read_events(db, house.store.keys, 1, 99)]
    db.close()
    return [facts.rules for facts in found if facts is not None]


def fields(report: ReplayReport) -> set[str]:
    (other,) = report.others
    return {one.field for one in other.differences}


def test_every_decided_event_carries_the_version_of_the_rules(house: House) -> None:
    assert versions(house) == [BEFORE] * 8 + [rules_version.RULES_VERSION] * 4


def test_by_the_rules_of_their_time_nothing_differs(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    with rules_of(BEFORE):
        underpaid(house, 1)
        drained(house)
        report = replay(house.store)
    assert report.same and report.others == () and report.rules == BEFORE


def test_what_other_rules_decided_otherwise_is_told_apart(house: House) -> None:
    report = replay(house.store)
    assert report.same, report.differences
    (other,) = report.others
    assert (other.rules, other.events) == (BEFORE, 8)
    assert RELEASE in other.differing
    assert {"decision.outcome", "decision.status", "decision.receipts"} <= fields(report)
    (said,) = [one for one in other.differences if one.field == "decision.status" and one.event_no == RELEASE]
    assert (said.stored, said.found) == ('"800"', '"100"')


def test_the_good_set_of_the_earlier_rules_is_not_among_them(house: House) -> None:
    """Only its balances follow from what was released before: its year and its guarantee are the same buyer's."""
    (other,) = replay(house.store).others
    of_later = {one.field for one in other.differences if one.event_no > RELEASE}
    assert of_later <= {"facts balance quota", "facts balance guarantee", "facts number invtNo:5165:2026"}


def test_the_same_difference_under_our_own_version_is_a_failure(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    with rules_of(rules_version.RULES_VERSION):
        underpaid(house, 1)
        drained(house)
    report = replay(house.store)
    assert not report.same and report.others == ()
    assert (RELEASE, "decision.status") in {(one.event_no, one.field) for one in report.differences}


def test_what_follows_under_our_rules_from_a_case_of_other_rules_is_told_there_too(house: House) -> None:
    """A goods return of what our rules would have refused: now there would be nothing to return."""
    house.now += timedelta(days=3)
    reader = house.reader()
    inventory = reader.documents_of("inventory", a_set(1)["inventory"].key)
    reader.close()
    assert inventory is not None
    app_time = (house.now + timedelta(hours=8)).strftime("%Y%m%d%H%M%S")
    house.file(goods_return(a_set(1)["inventory"], inventory.invt_no, appTime=app_time))
    drained(house)
    report = replay(house.store)
    assert report.same, report.differences
    assert 15 in report.others[0].differing and versions(house)[-1] == rules_version.RULES_VERSION


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "UPDATE documents SET status = '100' WHERE kind = 'inventory' AND order_key LIKE '%SBX000002'",
            "C000002 status",
        ),
        ("UPDATE documents SET version = 9 WHERE kind = 'order' AND order_key LIKE '%SBX000003'", "SBX000003 version"),
        ("UPDATE events SET at_ns = at_ns + 1000000 WHERE event_no = 6", "event.at"),
        ("DELETE FROM outbox WHERE event_no = 14", "receipts to"),
        ("UPDATE events SET entry = x'00' WHERE event_no = 8", "event.entry"),
    ],
)
def test_tampering_beside_other_rules_is_still_a_failure(house: House, statement: str, named: str) -> None:
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute(statement).rowcount >= 1
    db.close()
    report = replay(house.store)
    assert not report.same
    assert all(named in one.field for one in report.differences), report.differences


def test_events_of_before_the_version_was_kept_are_of_other_rules(tmp_path: Path) -> None:
    house = House(tmp_path / "store")
    with rules_of(""):
        underpaid(house, 1)
        drained(house)
    report = replay(house.store)
    assert report.same and [one.rules for one in report.others] == [""]
