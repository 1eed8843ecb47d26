"""Entry lists, waybill status and numbers used again through a real store: tables, portions, replay."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from tests.clearance.playstore import COURIER, DXP, OPERATOR, Filed, a_set
from tests.clearance.yard import OPEN_SITE, SITE, arriving_set, entry_list, signed_for
from tests.engine.house import House, registry
from tongguan.ceb.schema import validator
from tongguan.clearance.model import Arrival
from tongguan.clearance.record import MESSAGE_KINDS
from tongguan.clearance.rule import KINDS
from tongguan.engine.cut import Limits
from tongguan.engine.loop import Engine
from tongguan.engine.replay import replay
from tongguan.store.issued import render


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store", registry=registry(sites=(SITE, OPEN_SITE)))


def run(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def arrivals(house: House) -> dict[tuple[str, str], Arrival]:
    """The table of arrivals: (waybill number, operator) and what it says."""
    with sqlite3.connect(house.store.state_path) as db:
        rows = db.execute("SELECT waybill_key, operator, arrival FROM arrivals").fetchall()
    decode = msgspec.msgpack.Decoder(Arrival).decode
    return {(key.split("\x1f")[1], operator): decode(packed) for key, operator, packed in rows}


def change(house: House, statement: str) -> None:
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute(statement).rowcount == 1
    db.close()


def file_all(house: House, docs: dict[str, Filed]) -> None:
    for filed in docs.values():
        house.file(filed)


@pytest.mark.parametrize("batches", ["one", "many"], ids=["in one batch", "each filing in a batch of its own"])
@pytest.mark.parametrize("first", ["list", "papers"])
def test_a_list_brings_its_parcels_whichever_comes_first(house: House, batches: str, first: str) -> None:
    docs = [arriving_set(number) for number in (1, 2, 3)]
    filings = [filed for one in docs for filed in one.values()]
    filings.insert(0 if first == "list" else len(filings), entry_list(1, 2))
    for filed in filings:
        house.file(filed)
        if batches == "many":
            run(house)
    run(house)
    assert [house.status(one["inventory"]) for one in docs] == ["800", "800", "400"]
    stands = arrivals(house)
    assert sorted(stands) == [("W000001", OPERATOR), ("W000002", OPERATOR)]
    assert stands["W000001", OPERATOR].rkd_no == "516520260302900001", "a sandbox counts from 900001"
    assert house.status(entry_list(1, 2)) == "120"
    assert replay(house.store).same


def test_a_list_wakes_a_few_at_a_time(house: House) -> None:
    count = 25
    for number in range(1, count + 1):
        file_all(house, arriving_set(number))
    run(house)
    house.file(entry_list(*range(1, count + 1)))
    with Engine(house.store, clock=house.clock, limits=Limits(wakes=10)) as engine:
        sizes = []
        while (report := engine.run_once()).causes:
            sizes.append(report.causes)
    assert sizes == [1, 10, 10, 5]
    assert {house.status(arriving_set(number)["inventory"]) for number in range(1, count + 1)} == {"800"}
    assert replay(house.store).same


def test_what_a_changed_or_deleted_list_leaves_behind(house: House) -> None:
    house.file(entry_list(1, 2, 3))
    run(house)
    house.file(entry_list(2, 4).later(appType="2", voyageNo="V2"))
    run(house)
    stands = arrivals(house)
    assert sorted(number for number, _ in stands) == ["W000002", "W000004"]
    assert {one.voyage_no for one in stands.values()} == {"V2"}
    house.file(entry_list(9).later(2, appType="3"))
    run(house)
    assert arrivals(house) == {}
    assert replay(house.store).same


def test_lists_of_two_operators_stand_beside_each_other(house: House) -> None:
    """The other operator's list neither replaces nor removes the one that counts."""
    other = entry_list(1, operatorCode=COURIER, cop_no="X1")
    other.sender = COURIER
    two = registry(sites=(SITE, OPEN_SITE), more_roles={COURIER: "operator"})
    house.command("registry", snapshot=two)
    house.file(entry_list(1))
    house.file(other)
    house.file(other.later(appType="3"))
    file_all(house, arriving_set())
    run(house)
    assert house.status(other) == "2"
    assert sorted(arrivals(house)) == [("W000001", OPERATOR)]
    assert house.status(arriving_set()["inventory"]) == "800"
    assert replay(house.store).same


def test_a_rejected_list_is_no_arrival(house: House) -> None:
    file_all(house, arriving_set())
    house.file(entry_list(1, billNo="B9"))
    run(house)
    assert house.status(entry_list(1)) == "100" and arrivals(house) == {}
    reader = house.reader()
    inventory = reader.documents_of("inventory", arriving_set()["inventory"].key)
    assert inventory is not None and inventory.status == "400"
    house.file(entry_list(1).later())
    run(house)
    assert house.status(arriving_set()["inventory"]) == "800"


def test_the_case_shows_arrival_and_signature(house: House) -> None:
    file_all(house, arriving_set())
    house.file(entry_list(1))
    house.file(signed_for())
    run(house)
    head = arriving_set()["inventory"].record.InventoryHead
    case = house.reader().case(head.ebpCode, head.orderNo)
    assert case is not None
    (inventory,), (waybill,) = case.inventories, case.waybills
    assert inventory.arrival is not None and inventory.arrival.cop_no == "L1"
    assert waybill.signed_at == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert replay(house.store).same


def test_every_receipt_of_a_list_or_a_status_fits_the_schema(house: House) -> None:
    file_all(house, arriving_set())
    for filed in (
        entry_list(1, copNo=None),  # refused without its own number
        entry_list(1, voyageNo="V2"),  # rejected
        entry_list(2, cop_no="L2", appStatus="1"),  # saved
        entry_list(1).later(),  # stored
        signed_for(9),  # of no waybill
        signed_for(),
    ):
        house.file(filed)
    run(house)
    reader, seen = house.reader(), Counter[tuple[str, str]]()
    for sender in (OPERATOR, COURIER):
        issued, _ = reader.receipts(DXP[sender], limit=100)
        seen.update((one.receipt.message_type, one.receipt.status) for one in issued)
        for one in issued:
            validator().assertValid(etree.fromstring(render([one])[0]))
    assert {name: number for name, number in seen.items() if name[0] in ("CEB712Message", "CEB514Message")} == {
        ("CEB712Message", "-800001"): 1, ("CEB712Message", "1"): 1, ("CEB712Message", "2"): 2,
        ("CEB712Message", "3"): 2, ("CEB712Message", "100"): 1, ("CEB712Message", "120"): 1,
        ("CEB514Message", "-505014"): 1, ("CEB514Message", "2"): 1, ("CEB514Message", "3"): 1,
        ("CEB514Message", "120"): 1,
    }  # fmt: skip


def test_numbers_are_counted_apart_by_kind_office_and_day(house: House) -> None:
    house.file(arriving_set()["inventory"])
    house.file(entry_list(1))
    house.file(entry_list(2, cop_no="L2", customsCode="5141"))
    house.file(entry_list(3, cop_no="L3", copNo=None))
    house.file(entry_list(3, cop_no="L3"))
    run(house)
    house.pass_time(days=1)
    house.file(entry_list(4, cop_no="L4"))
    run(house)
    with house.engine():
        reader = house.reader()
        lists = {name: reader.documents_of("entry_list", (OPERATOR, name)) for name in ("L1", "L2", "L3", "L4")}
    numbers = {name: (one.pre_no, one.rkd_no) for name, one in lists.items() if one}
    assert numbers == {
        "L1": ("R20260302900000001", "516520260302900001"),
        "L2": ("R20260302900000002", "514120260302900001"),
        "L3": ("R20260302900000004", "516520260302900002"),  # 3 went to the list that was refused
        "L4": ("R20260303900000001", "516520260303900001"),
    }
    inventory = house.reader().documents_of("inventory", arriving_set()["inventory"].key)
    assert inventory is not None and inventory.pre_no == "B20260302900000001"
    assert replay(house.store).same


def test_a_waybill_number_is_used_again_half_a_year_later(house: House) -> None:
    house.file_set(1)
    house.file(signed_for())
    run(house)
    house.pass_time(days=180)  # 29 August
    again = a_set(1)["waybill"].head(orderNo="SBX000002", appTime="20260829120000")
    house.file(again)
    run(house)
    waybill = house.reader().documents_of("waybill", again.key)
    assert waybill is not None and waybill.used_by is not None, "five months and 27 days are not six months"
    house.pass_time(days=5)
    second = a_set(2)
    for kind, filed in second.items():
        more = {"logisticsNo": "W000001"} if kind in ("waybill", "inventory") else {}
        more |= {"declTime": "20260903"} if kind == "inventory" else {}
        house.file(filed.head(appTime="20260903120000", **more))
    run(house)
    assert house.status(second["inventory"]) == "800"
    assert house.status(a_set(1)["inventory"]) == "899", "closed long ago, and still the former parcel's"
    waybill = house.reader().documents_of("waybill", again.key)
    assert waybill is not None and waybill.used_by == second["inventory"].key and waybill.signed_at is None
    assert replay(house.store).same


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE documents SET invt_no = '' WHERE kind = 'inventory' AND invt_no <> ''", "invt_no"),
        ("DELETE FROM arrivals WHERE operator <> ''", "arrivals"),
        ("UPDATE arrivals SET operator = 'X'", "arrivals"),
        ("INSERT INTO arrivals VALUES ('a', 'b', x'00')", "arrivals"),
        ("UPDATE numbers SET next = 900009 WHERE scope LIKE 'rkdNo:%'", "rkdNo"),
    ],
)
def test_a_replay_names_what_was_changed_in_the_new_tables(house: House, statement: str, named: str) -> None:
    file_all(house, arriving_set())
    house.file(entry_list(1))
    run(house)
    assert replay(house.store).same
    change(house, statement)
    report = replay(house.store)
    assert not report.same
    assert any(named in one.field for one in report.differences), report.differences


def test_lists_that_an_earlier_version_did_not_decide_replay_as_they_were_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {name: kind for name, kind in MESSAGE_KINDS.items() if kind in KINDS}
    with monkeypatch.context() as earlier:
        earlier.setattr("tongguan.engine.causes.MESSAGE_KINDS", known)
        filing = house.file(entry_list(1))
        run(house)
    (record,) = house.reader().filing(filing).records
    assert (record.status, [one.rule_id for one in record.problems]) == ("-800001", ["E01"])
    house.file(entry_list(1))
    run(house)
    assert house.status(entry_list(1)) == "120", "filed again, it is decided"
    assert replay(house.store).same


def test_an_inventory_is_found_by_its_number_within_the_batch_that_gave_it(house: House) -> None:
    made = house.file_set(1)
    with house.engine() as engine:
        engine.drain()
        workspace = engine._workspace
        inventory = workspace.document("inventory", made["inventory"].key)
        assert inventory is not None and inventory.invt_no
        assert workspace.inventory_numbered(inventory.invt_no) is inventory
        assert workspace.inventory_numbered("516520260000000000") is None
        workspace._numbered.clear()
        assert workspace.inventory_numbered(inventory.invt_no) is inventory, "from the table"
