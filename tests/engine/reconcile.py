"""Counting everything again after crashes: filings, receipts, balances, queues, and a replay of the whole store."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from tests.engine.house import House
from tongguan.engine.replay import replay
from tongguan.store.database import open_reader
from tongguan.store.events import last_event_no, read_events

DUTIABLE, TAX, STOCK_EACH = Decimal("160.00"), Decimal("14.56"), Decimal("0.5")
"""Of one default set: 100 + 50 for the goods and 10 freight; 9.71 + 4.85 tax (see playstore); 0.5 kg of each item."""


def reconcile(house: House, acknowledged: Mapping[str, int], released: int, bonded: int = 0) -> None:
    """Everything acknowledged was decided exactly once and every balance is the sum of what was released.

    ``acknowledged`` gives the number of records of each filing, ``released`` the default sets that must have passed,
    ``bonded`` how many of them were written off an account book with two items.
    """
    with sqlite3.connect(house.store.state_path) as db:
        rows = db.execute("SELECT event_no, cause, filing_id, record_no FROM events ORDER BY event_no").fetchall()
        queues = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("wakes", "awaits")]
        stock = db.execute("SELECT held, used FROM accounts WHERE kind = 'stock'").fetchall()
        filings = dict(db.execute("SELECT filing_id, events FROM filings WHERE filing_id LIKE 'G%'"))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    decided = Counter((filing_id, record_no) for _, cause, filing_id, record_no in rows if cause == "record")
    expected = Counter((one, number) for one, count in acknowledged.items() for number in range(1, count + 1))
    assert decided == expected
    assert filings == dict(acknowledged)
    assert queues == [0, 0]
    assert stock == [(0, int(STOCK_EACH * bonded * 100_000))] * len(stock)
    assert bool(stock) is bool(bonded)
    reader = house.reader()
    assert all(lag == 0 for lag in reader.lag().values())
    assert reader.counts()["inventory"] == {"800": released}
    sums = {one.kind: (one.held, one.used) for one in reader.accounts()}
    assert sums["quota"] == (Decimal(0), DUTIABLE * released)
    assert sums["guarantee"] == (Decimal(0), TAX * released)
    for kind, count in reader.counts().items():
        assert sum(count.values()) == documents(house, kind)
    _reconcile_receipts(house)
    reader.close()
    report = replay(house.store)
    assert report.differences == () and report.events == report.decided == len(rows)


def documents(house: House, kind: str) -> int:
    """How many documents of a kind were ever filed: each has a subject whose chain is as long as its events."""
    with sqlite3.connect(house.store.state_path) as db:
        chains = db.execute(
            "SELECT s.events, (SELECT count(*) FROM events AS e WHERE e.subject_no = s.subject_no) FROM subjects AS s"
            " WHERE s.kind = ?",
            (kind,),
        ).fetchall()
    assert all(told == counted for told, counted in chains)
    return len(chains)


def _reconcile_receipts(house: House) -> None:
    """Whatever the events have decided to say was put out, once, to everyone it was for."""
    expected: dict[str, list[tuple[int, int]]] = {}
    db = open_reader(house.store.state_path)
    for event in read_events(db, house.store.keys, 1, last_event_no(db)):
        said: list[dict[str, Any]] = msgspec.json.decode(event.opened().get("decision.receipts", b"[]"))
        for index, receipt in enumerate(said):
            to = receipt["to"] if isinstance(receipt, dict) else receipt[-1]
            for dxp_id in dict.fromkeys(to):
                expected.setdefault(dxp_id, []).append((event.event_no, index))
    db.close()
    reader = house.reader()
    for dxp_id, places in expected.items():
        issued, _ = reader.receipts(dxp_id, limit=10 * len(places) + 10)
        assert [(one.seq, one.index) for one in issued] == places
        assert len({one.guid for one in issued}) == len(issued)
    with sqlite3.connect(house.store.state_path) as state:
        assert {row[0] for row in state.execute("SELECT DISTINCT dxp_id FROM outbox")} == set(expected)
    reader.close()
