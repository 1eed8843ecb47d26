"""After acceptance, through inbox, engine and store: cancellation, return, tax bills, payment, closing; replay."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from tests.clearance.life import Asked, cancellation, e8_set, goods_return
from tests.clearance.playstore import AGENT, COURIER, DXP, Filed, a_set
from tests.engine.house import House, registry
from tests.engine.test_cases import reviewing_law
from tongguan.ceb.schema import validator
from tongguan.clearance.ends import is_live, loose_ends
from tongguan.clearance.model import Document
from tongguan.engine.replay import replay
from tongguan.store.issued import render
from tongguan.store.listing import Listing
from tongguan.store.tax_bills import naming_keys


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def stands(house: House, filed: Filed) -> Document:
    reader = house.reader()
    document = reader.documents_of(filed.kind, filed.key)
    reader.close()
    assert document is not None
    return document


def sums(house: House) -> dict[str, tuple[Decimal, Decimal]]:
    return {one.kind: (one.held, one.used) for one in house.reader().accounts()}


def filed_now(house: House, asked: Asked) -> Asked:
    """The request with the time of the house."""
    return asked.head(appTime=(house.now + timedelta(hours=8)).strftime("%Y%m%d%H%M%S"))


def released(house: House, *numbers: int) -> list[dict[str, Filed]]:
    sets = [house.file_set(number) for number in numbers]
    drained(house)
    assert {house.status(docs["inventory"]) for docs in sets} == {"800"}
    return sets


def receipts(house: House, dxp_id: str, *messages: str) -> list[tuple[str, str, str]]:
    """(message, number, status) of the receipts of these messages to one exchange id."""
    found = house.reader().receipts(dxp_id, limit=10_000)[0]
    return [
        (one.receipt.message_type, dict(naming_keys(one.receipt)).get("taxNo", ""), one.receipt.status)
        for one in found
        if one.receipt.message_type in messages
    ]


def test_cancelled_by_an_officer_free_for_a_new_filing_and_replayed(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    docs = house.file_set(1)
    drained(house)
    asked = cancellation(docs["inventory"], stands(house, docs["inventory"]).invt_no)
    house.file(asked)
    drained(house)
    assert (house.status(asked), house.status(docs["inventory"])) == ("120", "300")
    house.command("release", kind="cancellation", key=asked.key, reason="同意")
    drained(house)
    assert (house.status(asked), house.status(docs["inventory"])) == ("399", "430")
    assert sums(house) == {"quota": (0, 0), "guarantee": (0, 0)}
    house.file(docs["inventory"].later())
    drained(house)
    assert house.status(docs["inventory"]) == "300"
    assert replay(house.store).differences == ()


def test_an_inventory_released_meanwhile_overtakes_its_cancellation(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    docs = house.file_set(1)
    drained(house)
    asked = cancellation(docs["inventory"], stands(house, docs["inventory"]).invt_no)
    house.file(asked)
    drained(house)
    house.command("release", kind="inventory", key=docs["inventory"].key, reason="无问题")
    drained(house)
    assert (house.status(asked), house.status(docs["inventory"])) == ("100", "800")
    assert replay(house.store).differences == ()


def test_e9_through_the_house_with_bills_that_fit_the_schema_and_replayed(house: House) -> None:
    docs = e8_set()
    for filed in docs.values():
        house.file(filed)
    drained(house)
    asked = goods_return(docs["inventory"], stands(house, docs["inventory"]).invt_no, (2, "1"))
    house.pass_time(days=20)
    asked = filed_now(house, asked)
    house.file(asked)
    drained(house)
    assert house.status(asked) == "120"
    house.pass_time(days=20)
    drained(house)  # day 31 has passed: the open return puts the summary off
    assert sums(house) == {"quota": (0, Decimal("210.00")), "guarantee": (0, Decimal("19.11"))}
    house.command("goods_back", kind="goods_return", key=asked.key, day=date(2026, 4, 11))
    drained(house)
    assert house.status(asked) == "399"
    assert sums(house) == {
        "quota": (0, Decimal("136.40")), "guarantee": (0, Decimal("12.41")), "payment_bill": (Decimal("12.41"), 0)
    }  # fmt: skip
    number = stands(house, docs["inventory"]).invt_no
    told = [
        ("CEB816Message", f"{number}_0", "1"), ("CEB818Message", f"{number}_0", "3"),
        ("CEB816Message", f"{number}_1", "1"), ("CEB818Message", f"{number}_1", "2"),
    ]  # fmt: skip
    for dxp_id in (DXP[AGENT], DXP[COURIER]):
        assert receipts(house, dxp_id, "CEB816Message", "CEB818Message") == told
    for message in render(house.reader().receipts(DXP[AGENT], limit=10_000)[0]):
        assert validator().validate(etree.fromstring(message)), message
    assert replay(house.store).differences == ()


def test_a_payment_wakes_every_inventory_of_its_bill_and_everything_comes_to_its_end(house: House) -> None:
    sets = released(house, *range(1, 151))
    house.pass_time(days=31)
    drained(house)
    house.pass_time(days=1)
    bill = stands(house, sets[0]["inventory"]).bill
    assert bill is not None and bill.ent_duty_no == "516520260402D99E1000001"
    total = 150 * Decimal("14.56")
    assert sums(house)["payment_bill"] == (total, 0) and sums(house)["guarantee"] == (0, total)
    house.command("paid", kind="payment_bill", key=(bill.ent_duty_no,), reason="银行回单")
    drained(house)
    assert sums(house)["payment_bill"] == (0, total) and sums(house)["guarantee"] == (0, 0)
    house.pass_time(days=15)
    drained(house)
    reader = house.reader()
    assert reader.counts()["inventory"] == {"899": 150}
    with sqlite3.connect(house.store.state_path) as db:
        left = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("awaits", "wakes")]
        of_cases = db.execute("SELECT count(*) FROM due WHERE kind <> 'party'").fetchone()[0]
    assert (*left, of_cases) == (0, 0, 0)
    assert not any(is_live(one) for one in Listing(house.store).documents("inventory"))
    assert replay(house.store).differences == ()


def test_a_payment_that_nobody_owes_is_refused_and_stays_on_record(house: House) -> None:
    command = house.command("paid", kind="payment_bill", key=("516520260402D99E1000001",), reason="银行回单")
    drained(house)
    view = house.reader().filing(command)
    assert view is not None and view.records[0].problems[0].rule_id == "C-PAID-NONE"
    assert replay(house.store).differences == ()


def test_what_lives_has_a_due_an_await_or_a_hold_in_the_store(house: House) -> None:
    sets = released(house, 1, 2)
    house.file(a_set(3)["order"])
    asked = filed_now(house, goods_return(sets[0]["inventory"], stands(house, sets[0]["inventory"]).invt_no, (2, "1")))
    house.file(asked)
    drained(house)
    for days in (0, 29, 2, 14, 1):
        house.pass_time(days=days)
        drained(house)
        listing = Listing(house.store)
        with sqlite3.connect(house.store.state_path) as db:
            dues = {(kind, key, what) for kind, key, what in db.execute("SELECT kind, key, what FROM due")}
            awaits = {(kind, key) for kind, key in db.execute("SELECT kind, inventory FROM awaits")}
        open_return = any(one.status == "120" for one in listing.documents("goods_return"))
        for kind in ("order", "inventory", "goods_return"):
            for document in listing.documents(kind):
                ends = loose_ends(document)
                assert ends or not is_live(document)
                key = "\x1f".join(document.key)
                for end in ends:
                    what, _, name = end.partition(":")
                    if what == "due":
                        assert (kind, key, name) in dues or (name in ("bill", "close") and open_return), (days, end)
                    elif what == "await":
                        assert (name, key) in awaits, (days, end)


def test_the_guarantors_registry_may_change_before_the_payment(house: House) -> None:
    """A lower guarantee stops new holds, not the return of old ones."""
    released(house, 1)
    house.pass_time(days=31)
    drained(house)
    house.pass_time(days=1)
    house.command("registry", snapshot=registry("1"))
    drained(house)
    house.command("paid", kind="payment_bill", key=("516520260402D99E1000001",), reason="银行回单")
    drained(house)
    assert sums(house)["guarantee"] == (0, 0)
    assert replay(house.store).differences == ()


def test_a_return_across_the_turn_of_the_year_goes_back_to_the_year_of_the_acceptance(tmp_path: Path) -> None:
    house = House(tmp_path / "store", now=datetime(2026, 12, 20, 4, tzinfo=UTC))
    docs = e8_set()
    docs["inventory"] = docs["inventory"].head(declTime="20261220")
    for filed in docs.values():
        house.file(filed)
    drained(house)
    house.pass_time(days=15)
    asked = filed_now(house, goods_return(docs["inventory"], stands(house, docs["inventory"]).invt_no, (2, "1")))
    house.file(asked)
    house.file(a_set(2)["order"])  # the new year has begun for others
    drained(house)
    house.command("goods_back", kind="goods_return", key=asked.key)
    drained(house)
    with sqlite3.connect(house.store.state_path) as db:
        years = db.execute("SELECT held, used FROM accounts WHERE kind = 'quota'").fetchall()
    assert years == [(0, 13_640_000)]  # one account, 136.40 in whole 1e-5
    assert stands(house, docs["inventory"]).returned == ((2, Decimal(1)),)
    assert replay(house.store).differences == ()
