"""Reckoning after a stretch of the invented year: accounts from the events, loose ends, numbers, receipts, replay.

Everything is added up here anew from what was stored; nothing of the engine that moved it is used.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from lxml import etree

from tests.engine.house import House
from tongguan.ceb.schema import validator
from tongguan.clearance.ends import is_live, loose_ends
from tongguan.clearance.model import Document
from tongguan.clearance.rule import ALL_KINDS, REQUESTS
from tongguan.clearance.times import CHINA
from tongguan.engine.replay import replay
from tongguan.store.database import open_reader
from tongguan.store.events import last_event_no, read_events
from tongguan.store.issued import render
from tongguan.store.listing import Listing

Sums = dict[str, list[Decimal]]
STEP = Decimal(100_000)
FIRST_SERIAL = 900_000_001  # of a sandbox
ACCEPTED = ("120", "300", "400", "500", "501", "502", "503", "599", "600")
RELEASED = ("800", "899")


def reckon(house: House) -> None:
    """Everything that must hold at any moment at which nothing waits to be decided."""
    documents = list(_documents(house))
    effects = list(_effects(house))
    sums = accounts_follow_from_events(house, effects)
    quota_is_what_was_released(house, documents, sums)
    nobody_is_forgotten(house, documents)
    papers_belong_to_one_inventory(documents)
    requests_may_still_be_granted(documents)
    numbers_have_no_gap(house, effects)


def close_the_books(house: House) -> None:
    """What is looked at once, at the end: every receipt by the schema, and everything decided again."""
    receipts_are_whole(house)
    report = replay(house.store)
    assert report.same, report.differences[:5]
    assert report.others == () and report.decided == report.events


def outcomes(house: House) -> set[str]:
    """What has happened: kind and outcome of every event, ``inventory released`` and the like."""
    db = open_reader(house.store.state_path)
    values = [(one.kind, one.opened()) for one in read_events(db, house.store.keys, 1, last_event_no(db))]
    db.close()
    return {f"{kind} {msgspec.json.decode(found['decision.outcome'])}" for kind, found in values}


def _documents(house: House) -> Iterator[Document]:
    listing = Listing(house.store)
    for kind in ALL_KINDS:
        yield from listing.documents(kind)
    listing.close()


def _effects(house: House) -> Iterator[dict[str, Any]]:
    """What each event did, as it is stored in it, in the order of the events."""
    db = open_reader(house.store.state_path)
    for event in read_events(db, house.store.keys, 1, last_event_no(db)):
        yield msgspec.json.decode(event.opened().get("decision.effects", b"{}"))
    db.close()


def accounts_follow_from_events(house: House, effects: list[dict[str, Any]]) -> Sums:
    """Each balance is the sum of the moves of all events; none was ever below 0, and no hold passed its limit."""
    sums: Sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for effect in effects:
        for account, op, amount, limit, was_used in effect.get("moves", ()):
            row, value = sums[account], Decimal(amount)
            if op == "hold":
                row[0] += value
                assert sum(row) <= Decimal(limit), f"{account} above its limit"
            elif op == "use":
                row[0], row[1] = row[0] - value, row[1] + value
            else:
                assert op == "give_back"
                row[1 if was_used else 0] -= value
            assert min(row) >= 0, f"{account} below nothing"
    with sqlite3.connect(house.store.state_path) as db:
        stored = {name: (held / STEP, used / STEP) for name, held, used in
                  db.execute("SELECT account, held, used FROM accounts")}  # fmt: skip
    db.close()
    for account in stored.keys() | sums.keys():
        assert stored.get(account, (0, 0)) == tuple(sums[account]), account
    return sums


def quota_is_what_was_released(house: House, documents: list[Document], sums: Sums) -> None:
    """Of each buyer's year: used is what was released less what came back, held is what is accepted and not out."""
    expected: Sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for one in documents:
        if one.kind != "inventory" or one.deleted or one.status not in (*ACCEPTED, *RELEASED):
            continue
        assert one.accepted_at is not None and one.tax is not None
        year = one.accepted_at.astimezone(CHINA).year
        assert one.invt_no[4:9] == f"{year}I", f"{one.key}: accepted in {year}, numbered {one.invt_no}"
        buyer = house.store.keys.person_hash(one.record.InventoryHead.buyerIdNumber, year)
        expected[f"quota:{buyer}"][one.status in RELEASED] += _value_left(one)
    of_quota = {name: row for name, row in sums.items() if name.startswith("quota:")}
    for account in of_quota.keys() | expected.keys():
        assert of_quota.get(account, [0, 0]) == expected[account], account


def _value_left(inventory: Document) -> Decimal:
    """The dutiable value of what did not come back: each line's share of it, half up to the fen."""
    back, filed = dict(inventory.returned), {line.gnum: line.qty for line in inventory.record.InventoryList}
    total = Decimal(0)
    assert inventory.tax is not None
    for line in inventory.tax.lines:
        left = Fraction(filed[line.gnum] - back.get(line.gnum, 0)) / Fraction(filed[line.gnum])
        fen = Fraction(line.taxPrice) * left * 100
        total += Decimal((2 * fen.numerator + fen.denominator) // (2 * fen.denominator)) / 100
    return total


def nobody_is_forgotten(house: House, documents: list[Document]) -> None:
    """Whatever is not at its end has a due time, waits for something by its key, or lies with a person."""
    queues = Queues(house)
    returns = [one for one in documents if one.kind == "goods_return" and not one.deleted]
    awaiting_goods = {one.invt_no for one in returns if one.status == "120"}
    for one in documents:
        if one.record is None or one.deleted or _is_at_its_end(one):
            continue
        ends = loose_ends(one)
        assert ends and is_live(one), f"{one.kind} {one.key} at {one.status} would be forgotten"
        put_off = one.kind == "inventory" and one.invt_no in awaiting_goods
        for end in ends:
            assert queues.hold(one, end, put_off), f"{one.kind} {one.key} at {one.status}: {end} is nowhere"
        for kind in one.missing if one.kind == "inventory" and one.status == "2" else ():
            assert queues.awaits(kind, one), f"{one.key} is not woken by its {kind}"


def nothing_is_left(house: House) -> None:
    """Every document has come to its end, and no queue has anything but what has fallen stale."""
    left = [
        (one.kind, one.key, one.status, loose_ends(one))
        for one in _documents(house)
        if one.record is not None and not one.deleted and one.used_by is None and not _is_at_its_end(one)
    ]
    assert left == []


def _is_at_its_end(one: Document) -> bool:
    """By its state alone: lists and signatures have nothing before them, requests end with their answer."""
    if one.kind in ("entry_list", "waybill_status"):
        return one.status in ("120", "100") or one.kind == "waybill_status"
    if one.kind != "inventory":
        return one.status in ("100", "399", "800")
    open_bill = one.bill is not None and one.bill.status != "3" and one.bill.paid_at is None
    return one.status in ("100", "430", "700") or (one.status == "899" and not open_bill)


class Queues:
    """What lies in the store to be done: dues, awaits, and the officers' queue."""

    def __init__(self, house: House) -> None:
        with sqlite3.connect(house.store.state_path) as db:
            self.dues = {(kind, tuple(key.split("\x1f")), what) for kind, key, what in
                         db.execute("SELECT kind, key, what FROM due")}  # fmt: skip
            self.awaiting = {(kind, tuple(key.split("\x1f"))) for kind, key in
                             db.execute("SELECT kind, inventory FROM awaits")}  # fmt: skip
            self.queued = {(kind, tuple(key.split("\x1f"))) for kind, key in
                           db.execute("SELECT s.kind, s.key FROM officer_queue AS q JOIN subjects AS s"
                                      " ON s.subject_no = q.subject_no")}  # fmt: skip
        db.close()

    def awaits(self, what: str, one: Document) -> bool:
        return (what, one.key) in self.awaiting

    def hold(self, one: Document, end: str, put_off: bool) -> bool:
        """Whether a loose end of a document lies somewhere. ``put_off``: a return of it is open and ends it."""
        sort, _, name = end.partition(":")
        if sort == "inventory":
            return one.used_by is not None
        if sort == "due":
            return (one.kind, one.key, name) in self.dues or (put_off and name in ("bill", "close"))
        if sort == "await":
            return self.awaits(name, one)
        automatic = {"guarantee": "guarantor", "arrival": "arrival", "pause": "pause", "emergency": "pause"}
        if name in automatic:
            return self.awaits(automatic[name], one)
        return (one.kind, one.key) in self.queued and self._has_somebody(one, name)

    def _has_somebody(self, one: Document, hold: str) -> bool:
        """An officer, or the next shift; another agency's queue is looked at by its own people."""
        agencies = {each.agency for each in one.holds if each.lifted_at is None and each.kind == hold}
        waits_for_shift = (one.kind, one.key, "shift") in self.dues or self.awaits("shift", one)
        return bool(one.officer) or waits_for_shift or agencies != {"customs"} or one.kind in REQUESTS


def papers_belong_to_one_inventory(documents: list[Document]) -> None:
    """What is locked is locked by an inventory that stands and names it; no order has two that stand."""
    standing = {one.key: one for one in documents if one.kind == "inventory" and not one.deleted
                and one.status in (*ACCEPTED, *RELEASED, "700")}  # fmt: skip
    for one in documents:
        if one.used_by is not None:
            assert one.used_by in standing, f"{one.kind} {one.key} is used by what does not stand"
    orders = [one.order_key for one in standing.values()]
    assert len(orders) == len(set(orders))


def requests_may_still_be_granted(documents: list[Document]) -> None:
    """An open cancellation is of an inventory that is accepted, an open goods return of one that is released."""
    numbered = {one.invt_no: one for one in documents if one.kind == "inventory" and one.invt_no}
    for one in documents:
        if one.kind in REQUESTS and one.status == "120" and not one.deleted:
            allowed = ACCEPTED if one.kind == "cancellation" else RELEASED
            assert numbered[one.invt_no].status in allowed, f"{one.kind} {one.key} can never be granted"


def numbers_have_no_gap(house: House, effects: list[dict[str, Any]]) -> None:
    """Each kind of number rises by one from the first, by day, office or year, and the next is the one after."""
    taken: dict[str, list[int]] = defaultdict(list)
    for effect in effects:
        if number := effect.get("pre_no"):
            letter = "" if number[0] == "B" else f"{number[0]}:"
            taken[f"preNo:{letter}{number[1:9]}"].append(int(number[9:]))
        if number := effect.get("invt_no"):
            taken[f"invtNo:{number[:4]}:{number[4:8]}"].append(int(number[9:]))
        if number := effect.get("rkd_no"):
            taken[f"rkdNo:{number[:4]}:{number[4:12]}"].append(int(number[12:]) + FIRST_SERIAL - 900_001)
    with sqlite3.connect(house.store.state_path) as db:
        stored = dict(db.execute("SELECT scope, next FROM numbers"))
        events = [number for (number,) in db.execute("SELECT event_no FROM events ORDER BY event_no")]
        subjects = [number for (number,) in db.execute("SELECT subject_no FROM subjects ORDER BY subject_no")]
    db.close()
    for scope, numbers in taken.items():
        assert numbers == list(range(FIRST_SERIAL, FIRST_SERIAL + len(numbers))), scope
        last = numbers[-1] - (FIRST_SERIAL - 900_001 if scope.startswith("rkdNo") else 0)
        assert stored[scope] == last + 1, scope
    assert {scope for scope in stored if ":" in scope} == set(taken)
    assert events == list(range(1, len(events) + 1)) and subjects == list(range(1, len(subjects) + 1))


def receipts_are_whole(house: House) -> None:
    """Whatever was decided to be said was put out in its order, under its own number, and fits the schema."""
    expected: dict[str, list[tuple[int, int]]] = defaultdict(list)
    db = open_reader(house.store.state_path)
    for event in read_events(db, house.store.keys, 1, last_event_no(db)):
        for index, said in enumerate(msgspec.json.decode(event.opened().get("decision.receipts", b"[]"))):
            for dxp_id in dict.fromkeys(said[-1]):
                expected[dxp_id].append((event.event_no, index))
    db.close()
    reader, guids = house.reader(), {}
    for dxp_id, places in expected.items():
        issued, _ = reader.receipts(dxp_id, limit=len(places) + 10)
        assert [(one.seq, one.index) for one in issued] == places
        for one in issued:
            assert guids.setdefault(one.guid, (one.seq, one.index)) == (one.seq, one.index)
        for message in render(issued):
            assert validator().validate(etree.fromstring(message)), message
    reader.close()
