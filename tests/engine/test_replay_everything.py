"""A store in which everything has happened once replays to the same, and what the smaller store cannot show is
named.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest

from tests.clearance.playstore import AGENT, a_bonded_set
from tests.engine.house import House, a_set, fingerprint, registry
from tests.engine.test_cases import reviewing_law
from tongguan.ceb.problem import Problem
from tongguan.engine.replay import EVENTS_A_BATCH, ReplayReport, replay
from tongguan.store.filing import Filing
from tongguan.store.layout import Store, open_store


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    docs, book = a_bonded_set(7)
    house = House(tmp_path_factory.mktemp("everything") / "store", registry=registry("20", book))
    for number in (1, 2, 3):  # filings that begin in one batch of the replay and end in the next
        house.file(*(a_set(1000 * number + at)["order"] for at in range(100)))
    with house.engine() as engine:
        engine.drain()
        for kind in ("inventory", "waybill", "payment", "order"):  # woken by what it waits for
            house.file(a_set(1)[kind])
        house.file_set(2)  # the guarantee of 20.00 covers one tax of 14.56 only
        engine.drain()
        house.command("registry", snapshot=registry("100000", book))  # topped up: wakes the second
        for filed in docs.values():
            house.file(filed)
        engine.drain()
        house.command("law", snapshot=b"{}")  # damaged
        house.change_law(reviewing_law())
        third, fourth = house.file_set(3, gateway=2), house.file_set(4, gateway=2)
        engine.drain()
        house.command("release", kind="inventory", key=third["inventory"].key, reason="核对")
        house.command("reject", kind="inventory", key=fourth["inventory"].key, reason="核对")
        house.file(third["order"])  # a repeat
        house.file(third["order"].later())  # locked
        inbox = house.gateway()
        problem = Problem(rule_id="S05", document="CEB311Message", path="", text_zh="过长", text_en="too long",
                          fix_zh="缩短", fix_en="shorten")  # fmt: skip
        inbox.append(
            [Filing(filing_id=inbox.mint(), message_type="", received_ns=1, raw_digest=b"d" * 32, refused=(problem,))]
        )
        engine.drain()
        house.pass_time(days=31)  # what nobody followed lapses
        engine.drain()
    return house


@pytest.fixture
def store(house: House, tmp_path: Path) -> Store:
    shutil.copytree(house.dir, tmp_path / "store")
    return open_store(tmp_path / "store", sandbox=True)


def test_everything_has_happened_and_replays_to_the_same(house: House, tmp_path: Path) -> None:
    with sqlite3.connect(house.store.state_path) as db:
        causes = dict(db.execute("SELECT cause, count(*) FROM events GROUP BY cause"))
    assert set(causes) == {"snapshot", "staged", "record", "wake", "command", "refused", "due"}
    # 300 lonely orders, the order, payment and waybill that the rejected inventory has set free, and four tax bills
    assert (causes["due"], causes["command"], causes["snapshot"]) == (307, 2, 5)
    assert house.reader().counts()["inventory"] == {"800": 4, "100": 1}
    assert sum(causes.values()) > 3 * EVENTS_A_BATCH
    for into in (None, tmp_path / "again.db"):
        report = replay(house.store, into)
        assert report.differences == ()
        assert report.events == report.decided == sum(causes.values())


def named(store: Store, *statements: str) -> tuple[set[tuple[int, str]], ReplayReport]:
    db = sqlite3.connect(store.state_path)
    for statement in statements:
        assert db.execute(statement).rowcount >= 1
    db.commit()
    db.close()
    report = replay(store)
    return {(one.event_no, one.field) for one in report.differences}, report


def test_a_changed_registry_row_is_named(store: Store) -> None:
    """One date in the row of a certificate: the snapshot no longer has the digest under which it came into force."""
    db = sqlite3.connect(store.state_path)
    digest, packed = db.execute(
        "SELECT s.digest, s.packed FROM snapshots AS s JOIN in_force AS f ON f.digest = s.digest"
        " WHERE f.kind = 'registry' ORDER BY f.event_no"
    ).fetchone()
    tables = msgspec.msgpack.decode(packed[1:])
    rows = tables["certificates"] if isinstance(tables, dict) else tables[1]
    (row,) = (one for one in rows if one["fingerprint"] == fingerprint(AGENT).hex())
    row["not_after"] = "2026-01-02T00:00:00Z"
    changed = packed[:1] + msgspec.msgpack.encode(tables)
    db.execute("UPDATE snapshots SET packed = ? WHERE digest = ?", (changed, digest))
    db.commit()
    found, _ = named(store, "UPDATE numbers SET next = next WHERE scope = 'event'")
    assert (2, "snapshot registry") in found


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE events SET cause = 'wake' WHERE event_no = 9", (9, "events cause")),
        ("UPDATE events SET record_no = 50 WHERE event_no = 9", (9, "events record_no")),
        ("UPDATE events SET format = 2 WHERE event_no = 9", (9, "events format")),
        ("UPDATE events SET at_ns = at_ns + 1000000 WHERE event_no = 9", (9, "event.at")),
        ("UPDATE events SET former_entry = x'00' WHERE event_no = 9", (9, "event.former")),
        ("UPDATE filings SET first_event = 4 WHERE first_event = 3", (0, "filings G01-000000000001 first_event")),
        ("UPDATE filings SET events = 99 WHERE first_event = 3", (0, "filings G01-000000000001 events")),
        ("UPDATE numbers SET next = next + 1 WHERE scope LIKE 'preNo:%'", None),
        ("DELETE FROM outbox WHERE event_no = 9", None),
        ("DELETE FROM events WHERE event_no = (SELECT max(event_no) FROM events)", None),
    ],
)
def test_each_kind_of_changed_row_is_named(store: Store, statement: str, field: tuple[int, str] | None) -> None:
    found, report = named(store, statement)
    assert not report.same
    assert field is None or field in found, found


def test_two_events_that_changed_places_are_named(store: Store) -> None:
    found, _ = named(
        store,
        "UPDATE events SET event_no = -1 WHERE event_no = 9",
        "UPDATE events SET event_no = 9 WHERE event_no = 10",
        "UPDATE events SET event_no = 10 WHERE event_no = -1",
    )
    assert {(9, "event.secrets"), (10, "event.secrets")} <= found
