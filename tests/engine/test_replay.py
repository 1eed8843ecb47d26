"""Replay: the same from the events alone, and each kind of changed value is found and named."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.engine.house import House
from tongguan.chain.event import Field, entry, make_part, open_fields
from tongguan.engine.replay import ReplayReport, replay
from tongguan.store.database import open_reader
from tongguan.store.events import StoredEvent, read_events
from tongguan.store.layout import Store, open_store
from tongguan.store.subjects import person_box, rest_box


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("replay") / "store")
    house.file_set(1)
    early = house.file_set(2)
    with house.engine() as engine:
        engine.drain()
        house.file(early["inventory"])  # a repeat
        waiting = house.file_set(3, prices=("9.00",))
        house.file(waiting["order"].later())  # locked by then: refused
        house.command("reject", kind="inventory", key=early["inventory"].key, reason="沙箱甲")  # too late: refused
        engine.drain()
    return house


@pytest.fixture
def store(house: House, tmp_path: Path) -> Store:
    """A copy to spoil."""
    shutil.copytree(house.dir, tmp_path / "store")
    return open_store(tmp_path / "store", sandbox=True)


def test_a_store_replays_to_the_same(house: House) -> None:
    report = replay(house.store)
    assert report.differences == ()
    assert (report.events, report.decided, report.tombstones, report.documents) == (17, 17, 0, 12)


def test_a_replay_into_a_file_leaves_a_state_that_replays_itself(house: House, store: Store, tmp_path: Path) -> None:
    into = tmp_path / "again.db"
    assert replay(store, into).same
    rows = "SELECT event_no, entry, former_entry, digests FROM events ORDER BY event_no"
    with sqlite3.connect(into) as again, sqlite3.connect(store.state_path) as first:
        assert again.execute(rows).fetchall() == first.execute(rows).fetchall()


def spoil(store: Store, sql: str, *values: object) -> ReplayReport:
    with sqlite3.connect(store.state_path) as db:
        assert db.execute(sql, values).rowcount == 1
    db.close()
    return replay(store)


def named(report: ReplayReport) -> set[tuple[int, str]]:
    return {(one.event_no, one.field) for one in report.differences}


def rewrite(store: Store, event_no: int, change: Callable[[dict[str, bytes]], None], digests: bool = True) -> None:
    """Change fields of the engine's part and seal it anew, as somebody with all keys could.

    With ``digests`` the field digests and the entry are made to fit, so that only what follows can tell.
    """
    db = sqlite3.connect(store.state_path)
    event = next(iter(read_events(db, store.keys, event_no, event_no)))
    part = event.parts[-1]
    person = open_fields(part.person, part.person_secret)
    values = person | open_fields(part.rest, part.rest_secret)
    names = set(values)
    change(values)
    assert set(values) == names, "the shape stays"
    fields = [Field(name, value, name in person) for name, value in values.items()]
    made = make_part(fields, part.person_secret + part.rest_secret)
    parts = (*event.parts[:-1], made)
    db.execute(
        "UPDATE events SET sealed = ? WHERE event_no = ?",
        (msgspec.msgpack.encode([(one.person, one.rest) for one in parts]), event_no),
    )
    if digests:
        db.execute(
            "UPDATE events SET digests = ?, entry = ? WHERE event_no = ?",
            (b"".join(one.digests for one in parts), entry(parts), event_no),
        )
    db.commit()
    db.close()


def event(store: Store, number: int) -> StoredEvent:
    db = open_reader(store.state_path)
    found = next(iter(read_events(db, store.keys, number, number)))
    db.close()
    return found


RELEASE = 6  # law, registry, order, payment, waybill, inventory


def test_a_changed_fact_is_named_by_what_it_would_have_decided(store: Store) -> None:
    def revoke(values: dict[str, bytes]) -> None:
        rows = msgspec.json.decode(values["facts.registry"])
        rows["certificate"]["revoked_at"] = "2026-01-02T00:00:00Z"
        values["facts.registry"] = msgspec.json.encode(rows, order="sorted")

    rewrite(store, RELEASE, revoke)
    found = named(replay(store))
    assert {(RELEASE, "decision.outcome"), (RELEASE, "decision.status"), (RELEASE, "decision.receipts")} <= found


def test_a_changed_balance_among_the_facts_is_named(store: Store) -> None:
    def richer(values: dict[str, bytes]) -> None:
        row = msgspec.json.decode(values["facts.quota"])
        row["quota"]["used"] = "1.00"
        values["facts.quota"] = msgspec.json.encode(row, order="sorted")

    rewrite(store, RELEASE, richer)
    assert (RELEASE, "facts balance quota") in named(replay(store))


def test_a_value_that_does_not_fit_its_digest_is_named(store: Store) -> None:
    def later(values: dict[str, bytes]) -> None:
        values["event.at"] = b'"2027-01-01T00:00:00Z"'

    rewrite(store, RELEASE, later, digests=False)
    report = replay(store)
    assert any(one.field == "digest" and "event.at" in one.stored for one in report.differences)


def test_a_changed_digest_is_named(store: Store) -> None:
    digests = bytearray(
        sqlite3.connect(store.state_path).execute("SELECT digests FROM events WHERE event_no = 3").fetchone()[0]
    )
    digests[5] ^= 1
    assert {(3, "digest"), (3, "event.entry")} <= named(
        spoil(store, "UPDATE events SET digests = ? WHERE event_no = 3", bytes(digests))
    )


def test_a_changed_entry_is_named(store: Store) -> None:
    assert (3, "event.entry") in named(spoil(store, "UPDATE events SET entry = ? WHERE event_no = 3", bytes(33)))


def test_a_changed_law_row_is_named(store: Store) -> None:
    packed = sqlite3.connect(store.state_path).execute("SELECT packed FROM snapshots WHERE kind = 'law'").fetchone()[0]
    law = msgspec.json.decode(packed)
    header, rows = law["limits"][0], law["limits"][1:]
    column = header.index("amount")
    single = next(
        row for row in rows if row[header.index("limit_type")] == "single_transaction" and row[column] == "5000"
    )
    single[column] = "50"
    report = spoil(store, "UPDATE snapshots SET packed = ? WHERE kind = 'law'", msgspec.json.encode(law))
    found = named(report)
    assert (1, "snapshot law") in found  # the event that brought it into force
    assert (RELEASE, "decision.outcome") in found  # and what it would have decided


def test_a_changed_account_is_named(store: Store) -> None:
    account = (
        sqlite3.connect(store.state_path).execute("SELECT account FROM accounts WHERE kind = 'quota'").fetchone()[0]
    )
    report = spoil(store, "UPDATE accounts SET used = used + 1 WHERE account = ?", account)
    assert named(report) == {(0, f"accounts {account} used")}


def test_a_changed_receipt_is_named(store: Store) -> None:
    db = sqlite3.connect(store.state_path)
    dxp_id, sealed, subject_no, key = db.execute(
        "SELECT o.dxp_id, o.sealed, o.subject_no, s.rest_key FROM outbox AS o JOIN subjects AS s USING (subject_no)"
        " WHERE o.event_no = 3"
    ).fetchone()
    box = rest_box(store.keys, subject_no, key)
    other = box.seal(box.open(sealed, b"outbox").replace("申报成功".encode(), "申报失败".encode()), b"outbox")
    assert named(spoil(store, "UPDATE outbox SET sealed = ? WHERE event_no = 3", other)) == {
        (3, f"receipts to {dxp_id}")
    }


@pytest.mark.parametrize(("column", "value"), [("status", "100"), ("used_by", ""), ("version", 9), ("deleted", 1)])
def test_a_changed_document_column_is_named(store: Store, column: str, value: object) -> None:
    report = spoil(
        store, f"UPDATE documents SET {column} = ? WHERE kind = 'order' AND order_key LIKE '%SBX000001'", value
    )
    assert named(report) == {(3, f"document order 99E1000001/SBX000001 {column}")}


def test_a_changed_document_state_is_named_by_its_field(store: Store) -> None:
    db = sqlite3.connect(store.state_path)
    state = msgspec.msgpack.decode(db.execute("SELECT state FROM documents WHERE kind = 'inventory'").fetchone()[0])
    state["status"] = "300"
    packed = msgspec.msgpack.encode(state)
    report = spoil(
        store, "UPDATE documents SET state = ? WHERE kind = 'inventory' AND order_key LIKE '%SBX000001'", packed
    )
    assert (RELEASE, "document inventory 99E1000005/C000001 status") in named(report)


def test_a_changed_record_is_named_without_showing_it(store: Store) -> None:
    db = sqlite3.connect(store.state_path)
    number, record, key = db.execute(
        "SELECT d.subject_no, d.record, s.person_key FROM documents AS d JOIN subjects AS s USING (subject_no)"
        " WHERE d.kind = 'order' AND d.order_key LIKE '%SBX000001'"
    ).fetchone()
    box = person_box(store.keys, number, key)
    assert box is not None
    other = box.seal(box.open(record, b"record").replace("沙箱甲".encode(), "沙箱丁".encode()), b"record")
    report = spoil(store, "UPDATE documents SET record = ? WHERE subject_no = ?", other, number)
    assert named(report) == {(3, "document order 99E1000001/SBX000001 record")}
    assert "沙箱" not in str(report)


def test_a_missing_event_is_named(store: Store) -> None:
    assert (4, "event.number") in named(spoil(store, "DELETE FROM events WHERE event_no = 4"))


def test_an_event_sealed_with_other_keys_is_named(store: Store) -> None:
    report = spoil(store, "UPDATE events SET rest_secrets = ? WHERE event_no = 4", hashlib.sha256(b"x").digest() * 3)
    assert (4, "event.secrets") in named(report)


def test_a_person_key_that_is_gone_without_a_tombstone_is_named_at_each_event(store: Store) -> None:
    """The third set's order was filed and then refused a change: two events that nobody can decide on again."""
    with sqlite3.connect(store.state_path) as db:
        (number,) = db.execute(
            "SELECT subject_no FROM subjects WHERE kind = 'order' AND key LIKE '%SBX000003'"
        ).fetchone()
        events = {row[0] for row in db.execute("SELECT event_no FROM events WHERE subject_no = ?", (number,))}
    assert len(events) == 2
    report = spoil(store, "UPDATE subjects SET person_key = NULL WHERE subject_no = ?", number)
    assert {(one, "event.persons") for one in events} <= named(report)
    assert (report.tombstones, report.erased) == (0, 0)


def test_replay_writes_into_nothing_that_exists(store: Store) -> None:
    with pytest.raises(Exception, match="replay-into-something"):
        replay(store, store.state_path)
