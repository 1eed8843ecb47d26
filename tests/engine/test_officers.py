"""Officers in a real store: the draw, shifts, pauses, prices and the queue, all of it replayed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, COURIER, GOODS, MERCHANT, Filed, a_set
from tests.engine.house import House, law_without_lanes, registry
from tongguan.clearance.handling import Scope
from tongguan.clearance.model import Document
from tongguan.clearance.times import CHINA
from tongguan.engine.casework import PRICES_READ, Casework
from tongguan.engine.draws import choose
from tongguan.engine.rehearsal import rehearse
from tongguan.engine.replay import replay
from tongguan.law.change import merge
from tongguan.law.snapshot import LawTables, Table, build_law, pack, unpack
from tongguan.registry.model import ConflictRow, OfficerRow, ShiftRow
from tongguan.registry.roles import OFFICER_ROLES
from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.store.casework import wall_ns
from tongguan.store.commands import put_command
from tongguan.store.statements import sql

MORNING = datetime(2026, 3, 2, 8, tzinfo=CHINA)  # filings come at noon
NAMES = ("chen", "deng", "feng", "gao", "han")


def officer(name: str, **fields: Any) -> OfficerRow:
    usual = {"agency": "customs", "customs_code": "5165", "rank": 1, "roles": tuple(OFFICER_ROLES)}
    return OfficerRow(officer_id=name, name=f"沙箱{name}", valid_from=date(2026, 1, 1), **(usual | fields))


def shift(name: str, begins: datetime = MORNING, hours: int = 8) -> ShiftRow:
    return ShiftRow(officer_id=name, begins=begins, ends=begins + timedelta(hours=hours))


def staffed(*shifts: ShiftRow, conflicts: tuple[ConflictRow, ...] = (), more: tuple[OfficerRow, ...] = ()) -> bytes:
    """The house's registry with officers; the chief and the inspector are on no shift."""
    people = (
        *map(officer, NAMES),
        officer("chief", rank=5, customs_code="*"),
        officer("qin", agency="inspection"),
        *more,
    )
    tables = build_registry(registry()).tables
    return pack_registry(msgspec.structs.replace(tables, officers=people, shifts=shifts, conflicts=conflicts))


def lane(**cells: str) -> bytes:
    """The house's law with one lane, which takes everything it is for."""
    row = {"id": "LN80", "customs_code": "*", "goods": "*", "trade_mode": "*", "share": "1", "hold": "review",
           "value_from": "", "value_to": "", "party": "*", "origin": "*", "price_outlier": "no", "agency": "customs",
           "zh": "测试", "en": "test", "valid_from": "2020-01-01", "valid_to": "", "source": "test",
           "confidence": "high", "mark": "d"} | cells  # fmt: skip
    return pack(merge(unpack(law_without_lanes()), LawTables({"lanes": Table(tuple(row), (tuple(row.values()),))})))


def tell(house: House, action: str, actor: str, filed: Filed | None = None, **fields: Any) -> str:
    """A command, by default about an inventory and with a reason."""
    key = filed.key if filed is not None else fields.pop("key", ())
    kind = "inventory" if filed is not None else "pause"
    given = {"kind": kind, "key": key, "reason": "核对"} | fields
    return put_command(house.store, action, actor, clock_ns=house.clock, **given)


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def become(house: House, command_id: str) -> str:
    """The rule a command was refused by, else its outcome."""
    reader = house.reader()
    (record,) = reader.filing(command_id).records
    reader.close()
    return record.problems[0].rule_id if record.outcome == "refused" else record.outcome


def inventory(house: House, filed: Filed) -> Document:
    reader = house.reader()
    found = reader.documents_of("inventory", filed.key)
    reader.close()
    assert found is not None
    return found


def same(house: House) -> None:
    report = replay(house.store)
    assert report.same, report.differences


def house_of(tmp_path: Path, packed: bytes, law: bytes) -> House:
    house = House(tmp_path / "store", registry=packed, law=law)
    drained(house)
    return house


# --- the draw


def test_the_draw_is_uniform_over_ten_thousand_cases_at_a_fixed_seed():
    """Chi-square with four degrees of freedom: 18.47 is passed by one seed in a thousand."""
    found = Counter(
        choose(b"a fixed seed of the day".ljust(32), f"{at:032x}", "officer", NAMES) for at in range(10_000)
    )
    assert set(found) == set(NAMES)
    assert sum((count - 2000) ** 2 / 2000 for count in found.values()) < 18.47


def test_a_second_draw_among_the_rest_does_not_follow_from_the_first():
    seed, rest = b"a fixed seed of the day".ljust(32), NAMES[1:]
    cases = [f"{at:032x}" for at in range(10_000) if choose(seed, f"{at:032x}", "officer", NAMES) == NAMES[0]]
    found = Counter(choose(seed, case, "officer/1", rest) for case in cases)
    expected = len(cases) / 4
    assert sum((found[name] - expected) ** 2 / expected for name in rest) < 16.27  # three degrees, one in a thousand


def test_cases_go_to_officers_on_shift_without_a_conflict_and_to_no_others(tmp_path: Path):
    shifts = (*map(shift, NAMES[:3]), shift("gao", MORNING - timedelta(days=1)), shift("qin"))
    house = house_of(
        tmp_path, staffed(*shifts, conflicts=(ConflictRow(officer_id="deng", party_code=MERCHANT),)), lane()
    )
    sets = [house.file_set(number)["inventory"] for number in range(1, 41)]
    drained(house)
    found = Counter(inventory(house, filed).officer for filed in sets)
    assert set(found) == {"chen", "feng"}  # deng has a conflict, gao was there yesterday, qin is of the inspection
    assert min(found.values()) > 5
    same(house)


def test_a_conflict_with_any_party_of_the_case_counts(tmp_path: Path):
    conflicts = tuple(ConflictRow(officer_id=name, party_code=COURIER) for name in NAMES[:2])
    house = house_of(tmp_path, staffed(*map(shift, NAMES[:3]), conflicts=conflicts), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    assert inventory(house, filed).officer == "feng"
    named = tell(house, "hand_over", "feng", filed, choice="chen")
    drained(house)
    assert become(house, named) == "C09"
    same(house)


def test_withdrawal_draws_among_the_rest_until_nobody_is_left(tmp_path: Path):
    house = house_of(tmp_path, staffed(*map(shift, NAMES[:3])), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    had = []
    for _ in range(3):
        had.append(inventory(house, filed).officer)
        done = tell(house, "withdraw", had[-1], filed)
        drained(house)
        assert become(house, done) == "withdrawn"
    assert sorted(had) == sorted(NAMES[:3])
    assert inventory(house, filed).officer == ""
    same(house)


# --- shifts


def test_at_night_a_case_waits_for_the_next_shift_which_takes_it_over(tmp_path: Path):
    evening = MORNING + timedelta(hours=10)
    house = house_of(tmp_path, staffed(shift("han", evening)), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    assert inventory(house, filed).officer == ""
    house.now = evening - timedelta(seconds=1)
    drained(house)
    assert inventory(house, filed).officer == ""
    house.now = evening + timedelta(seconds=1)
    drained(house)
    assert inventory(house, filed).officer == "han"
    same(house)


def test_a_registry_with_a_shift_brings_an_officer_to_those_who_wait(tmp_path: Path):
    house = house_of(tmp_path, staffed(), lane())
    sets = [house.file_set(number)["inventory"] for number in (1, 2)]
    drained(house)
    taken = tell(house, "take", "gao", sets[1])
    drained(house)
    assert [inventory(house, filed).officer for filed in sets] == ["", "gao"]
    house.command("registry", snapshot=staffed(shift("han")))
    drained(house)
    assert [inventory(house, filed).officer for filed in sets] == ["han", "gao"]
    assert become(house, taken) == "taken"
    same(house)


# --- forbidden actions, told directly to the engine


@pytest.mark.parametrize(
    ("actor", "action", "fields", "rule"),
    [
        ("nobody", "release", {}, "C05"),
        ("operator:1", "release", {}, "C05"),
        ("qin", "lift", {"hold": "review"}, "C07"),
        ("deng", "release", {}, "C10"),
        ("chen", "release", {"version": 99}, "C01"),
        ("chen", "detain", {"choice": "501", "document_no": "D-1", "approver": "chen"}, "C11"),
        ("chen", "detain", {"choice": "501", "document_no": "D-1", "approver": "deng"}, "C11"),
        (AGENT, "release", {}, "C05"),
        ("chen", "answer", {}, "C16"),
    ],
)
def test_what_is_forbidden_changes_nothing_and_replays(tmp_path: Path, actor, action, fields, rule):
    house = house_of(tmp_path, staffed(shift("chen")), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    before = inventory(house, filed)
    told = tell(house, action, actor, filed, **fields)
    drained(house)
    assert become(house, told) == rule
    assert inventory(house, filed) == before
    same(house)


def test_who_names_a_document_before_it_is_filed_does_not_settle_its_case(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), lane())
    filed = a_set(1)["inventory"]
    told = tell(house, "answer", MERCHANT, filed)
    drained(house)
    assert become(house, told) == "C04"
    house.file_set(1)
    drained(house)
    reader = house.reader()
    (row,) = reader.queue()
    reader.close()
    head = filed.record.InventoryHead
    assert row.case_id == house.store.keys.case_id("order", (head.ebpCode, head.orderNo))
    same(house)


def test_a_whole_case_with_two_persons(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    told = [
        tell(house, "ask", "chen", filed, reason="哪个型号？", deadline=date(2026, 3, 4)),
        tell(house, "answer", AGENT, filed, reason="蓝色的"),
        tell(house, "suspend", "chen", filed),
        tell(house, "lift", "chen", filed, hold="suspend"),
        tell(house, "detain", "chen", filed, choice="503", document_no="HG-1"),
        tell(house, "approve", "deng", filed),
        tell(house, "approve", "chief", filed),
        tell(house, "request_review", MERCHANT, filed),
        tell(house, "review", "chen", filed, choice="reverse"),
        tell(house, "review", "gao", filed, choice="reverse"),
        tell(house, "release", "chen", filed),
    ]
    drained(house)
    assert [become(house, one) for one in told] == [
        "asked", "answered", "review", "review", "proposed", "C11", "detained", "review_asked", "C17", "review",
        "released",
    ]  # fmt: skip
    found = inventory(house, filed)
    assert [one.what for one in found.words] == ["question", "answer", "proposal", "request"]
    assert [one.action for one in found.acts] == [
        "ask", "suspend", "lift", "detain", "approve", "review", "release",
    ]  # fmt: skip
    reader = house.reader()
    assert reader.queue() == []
    reader.close()
    same(house)


def test_words_of_officers_and_filers_lie_sealed_only(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    for action, actor, text in (("ask", "chen", "NEEDLE-ONE"), ("answer", AGENT, "NEEDLE-TWO")):
        tell(house, action, actor, filed, reason=text, deadline=date(2026, 3, 4))
        drained(house)
    tell(house, "detain", "chen", filed, reason="NEEDLE-THREE", choice="501", document_no="D-1")
    drained(house)
    files = [path for path in house.store.dir.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"NEEDLE" in path.read_bytes()] == []
    assert [one.text for one in inventory(house, filed).words] == ["NEEDLE-ONE", "NEEDLE-TWO", "NEEDLE-THREE"]


# --- the queue


def test_the_queue_lists_by_office_agency_and_officer(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), lane(agency="customs"))
    first, second = (house.file_set(number)["inventory"] for number in (1, 2))
    drained(house)
    tell(house, "ask", "chen", first, reason="?", deadline=date(2026, 3, 4))
    tell(house, "examine", "qin", second)
    drained(house)
    reader = house.reader()
    rows = {row.key: row for row in reader.queue(office="5165")}
    assert rows[first.key].why == ("review", "question")
    assert rows[first.key].until == datetime(2026, 3, 5, tzinfo=CHINA)
    assert (rows[second.key].agencies, rows[second.key].status) == (("customs", "inspection"), "500")
    assert rows[first.key].ebp_code and rows[first.key].order_no == "SBX000001"
    assert [row.key for row in reader.queue(agency="inspection")] == [second.key]
    assert len(reader.queue(officer="chen")) == 2 and reader.queue(officer="") == []
    assert reader.queue(office="2200") == [] and len(reader.queue(limit=1)) == 1
    reader.close()
    tell(house, "release", "chen", first)
    drained(house)
    reader = house.reader()
    assert [row.key for row in reader.queue()] == [second.key]
    reader.close()
    same(house)


# --- pauses


def test_a_pause_takes_effect_with_the_next_filing_and_its_end_wakes_all_in_portions(tmp_path: Path):
    house = house_of(tmp_path, staffed(), law_without_lanes())
    before = house.file_set(1)["inventory"]
    drained(house)
    pause = tell(house, "pause", "chen", scope=Scope(goods=GOODS[:4]))
    # More than one portion of wakes, and cheap enough for one buyer's year.
    sets = [house.file_set(number, prices=("10.00",))["inventory"] for number in range(2, 252)]
    drained(house)
    assert house.status(before) == "800"
    assert {house.status(filed) for filed in sets} == {"600"}
    own = tell(house, "resume", "chen", key=(pause,))
    drained(house)
    assert become(house, own) == "C17"
    assert {house.status(filed) for filed in sets[:3]} == {"600"}
    ended = tell(house, "resume", "deng", key=(pause,))
    drained(house)
    assert become(house, ended) == "resumed"
    assert {house.status(filed) for filed in sets} == {"800"}
    reader = house.reader()
    (found,) = reader.pauses()
    assert (found.id, found.actor, found.resumed_by) == (pause, "chen", "deng")
    reader.close()
    same(house)


@pytest.mark.parametrize("pause_first", [True, False])
def test_whichever_of_pause_and_release_was_told_first_wins(tmp_path: Path, pause_first: bool):
    house = house_of(tmp_path, staffed(shift("chen")), lane())
    filed = house.file_set(1)["inventory"]
    drained(house)
    orders = [lambda: tell(house, "pause", "deng", scope=Scope()), lambda: tell(house, "release", "chen", filed)]
    for order in orders if pause_first else orders[::-1]:
        order()
    drained(house)  # both lie in one batch
    assert house.status(filed) == ("600" if pause_first else "800")
    same(house)


def test_a_pause_and_a_filing_in_one_batch_keep_their_order(tmp_path: Path):
    house = house_of(tmp_path, staffed(), law_without_lanes())
    before = house.file_set(1)["inventory"]
    pause = tell(house, "pause", "chen", scope=Scope(party=MERCHANT))
    after = house.file_set(2)["inventory"]
    tell(house, "resume", "deng", key=(pause,))
    last = house.file_set(3)["inventory"]
    drained(house)
    assert [house.status(filed) for filed in (before, after, last)] == ["800", "800", "800"]
    # The one between was held and then woken by the end.
    assert [one.kind for one in inventory(house, after).holds] == ["pause"]
    assert inventory(house, before).holds == () and inventory(house, last).holds == ()
    same(house)


def test_a_restarted_engine_still_knows_what_is_paused(tmp_path: Path):
    house = house_of(tmp_path, staffed(), law_without_lanes())
    tell(house, "pause", "chen", scope=Scope(office="51"))
    drained(house)
    filed = house.file_set(1)["inventory"]
    drained(house)  # another engine
    assert house.status(filed) == "600"
    same(house)


# --- prices


def at_price(number: int, price: str) -> dict[str, Filed]:
    """A set of one line at this unit price, its sums in step; its tax is a note only."""
    return a_set(number, prices=(price,))


def test_a_price_outlier_is_told_by_what_was_released_before(tmp_path: Path):
    few = law_without_lanes()
    rows = [list(row) for row in unpack(few)["settings"].rows]
    header = unpack(few)["settings"].header
    for row in rows:
        if row[header.index("key")] == "price_outlier_releases_min":
            row[header.index("value")] = "4"
    settings = Table(header, tuple(map(tuple, rows)))
    base = pack(unpack(few).with_table("settings", settings))
    law = pack(unpack(lane(price_outlier="yes")).with_table("settings", settings))
    house = House(tmp_path / "store", law=base)
    drained(house)
    for number, price in enumerate(("80.00", "100.00", "120.00"), 1):
        for filed in at_price(number, price).values():
            house.file(filed)
    drained(house)
    house.change_law(law)
    drained(house)

    def status(number: int, price: str) -> str:
        filed = at_price(number, price)
        for one in filed.values():
            house.file(one)
        drained(house)
        return house.status(filed["inventory"])

    assert status(11, "900.00") == "800"  # three releases tell nothing; now there are four: median 110
    assert status(12, "220.01") == "300"
    assert status(13, "220.00") == "800"  # twice the median; now five: 80, 100, 120, 220, 900
    assert status(14, "59.99") == "300"
    assert status(15, "60.00") == "800"
    same(house)


def test_only_the_newest_prices_of_the_days_asked_for_are_looked_at(tmp_path: Path):
    house = house_of(tmp_path, staffed(), law_without_lanes())
    db = sqlite3.connect(house.store.state_path, isolation_level=None)
    goods, day = (GOODS, "142", "142"), 86_400_000_000_000
    now = wall_ns(house.now)
    rows = [(*goods, now - at * day, 1, 1, at) for at in range(1, 1201)]
    db.executemany(sql("put_price"), rows)
    casework = Casework(db)
    since = [house.now - timedelta(days=days) for days in (180, 0, 5000)]
    assert sorted(casework.prices_since(goods, since[0])) == list(range(1, 181))  # the first day is among them
    assert casework.prices_since(goods, since[1]) == []
    assert sorted(casework.prices_since(goods, since[2])) == list(range(1, PRICES_READ + 1))
    assert casework.prices_since((GOODS, "011", "142"), since[2]) == []
    db.close()


def test_prices_are_kept_line_by_line_and_only_of_what_was_released(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), lane(value_from="100000"))
    house.file_set(1)
    drained(house)
    db = sqlite3.connect(house.store.state_path)
    assert db.execute("SELECT gcode, unit, currency, gnum, price FROM prices ORDER BY gnum").fetchall() == [
        (GOODS, "142", "142", 1, 10_000_000), (GOODS, "142", "142", 2, 5_000_000),
    ]  # fmt: skip
    db.close()
    same(house)


# --- what replay sees


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE officer_queue SET officer = 'deng'", "officer_queue"),
        ("DELETE FROM officer_queue", "officer_queue"),
        ("UPDATE pauses SET actor = 'deng'", "pauses"),
        ("UPDATE prices SET price = price + 1", "prices"),
    ],
)
def test_a_changed_row_is_named(tmp_path: Path, change: str, named: str):
    house = house_of(tmp_path, staffed(shift("chen")), lane(value_from="150"))
    house.file_set(1)
    for filed in a_set(2, prices=("20.00",)).values():
        house.file(filed)
    tell(house, "pause", "chen", scope=Scope(party="99E1999999"))
    drained(house)
    same(house)
    db = sqlite3.connect(house.store.state_path)
    db.execute(change)
    db.commit()
    db.close()
    assert any(named in one.field for one in replay(house.store).differences)


def test_a_draft_lane_is_tried_on_the_last_cases_before_anybody_publishes_it(tmp_path: Path):
    house = house_of(tmp_path, staffed(shift("chen")), law_without_lanes())
    for number, price in ((1, "900.00"), (2, "20.00"), (3, "500.00")):
        for filed in a_set(number, prices=(price,)).values():
            house.file(filed)
    drained(house)
    draft = build_law(lane(value_from="400", hold="examination"))
    report = rehearse(house.store, draft, 2)
    assert report.cases == 2
    (one,) = report.differing  # the first case is not among the last two, the second is worth too little
    assert (one.key, one.rows) == ((AGENT, "C000003"), ("LN80",))
    assert ("status", "800", "500") in one.changes
    assert len(rehearse(house.store, draft).differing) == 2
    same(house)
