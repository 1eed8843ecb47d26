"""Sugar and rice: so many kilograms a person and year, held, used and given back beside the yearly quota in yuan."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.clearance.playstore import OTHER_ID, D, Filed
from tests.engine.house import House, a_set
from tests.engine.test_cases import reviewing_law
from tongguan.engine.replay import replay

SUGAR, RICE = "1701991090", "1006302090"


def of(number: int, gcode: str, *kilograms: str, buyer: str = "") -> dict[str, Filed]:
    """A set of goods of one code: a line for each weight, in kilograms."""
    made = a_set(number, prices=("10.00",) * len(kilograms), tax="0.00")
    inventory = made["inventory"]
    for at, weight in enumerate(kilograms, 1):
        inventory = inventory.line(at, gcode=gcode, qty1=D(weight))
    made["inventory"] = inventory
    if buyer:
        for kind, name in (("order", "buyerIdNumber"), ("payment", "payerIdNumber"), ("inventory", "buyerIdNumber")):
            made[kind] = made[kind].head(**{name: buyer})
    return made


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "store")


def filed(house: House, made: dict[str, Filed]) -> str:
    for document in made.values():
        house.file(document)
    with house.engine() as engine:
        engine.drain()
    return house.status(made["inventory"])


def accounts(house: House) -> dict[str, tuple[int, int, int]]:
    """(held, used, limit) in whole 1e-5 kg by limit, one buyer's where there are several."""
    with sqlite3.connect(house.store.state_path) as db:
        rows = db.execute(
            "SELECT account, held, used, account_limit FROM accounts WHERE kind = 'quota-kg' ORDER BY used + held"
        ).fetchall()
    db.close()
    return {account.split(":")[1]: (held, used, limit) for account, held, used, limit in rows}


def problem_of(house: House, made: dict[str, Filed]) -> list[tuple[str, str, str, str]]:
    document = house.reader().documents_of("inventory", made["inventory"].key)
    assert document is not None
    return [(one.rule_id, one.path, one.found, one.law_row) for one in document.problems]


def test_two_kilograms_of_sugar_a_year_and_not_a_gram_more(house: House) -> None:
    assert filed(house, of(1, SUGAR, "1.5")) == "800"
    assert accounts(house) == {"year_quantity_sugar": (0, 150_000, 200_000)}
    too_much = of(2, SUGAR, "0.50001")
    assert filed(house, too_much) == "100"
    assert problem_of(house, too_much) == [("T05-KG", "InventoryList[1]/qty1", "1.50 + 0.50001 kg", "L05")]
    assert filed(house, of(3, SUGAR, "0.5")) == "800"
    assert filed(house, of(4, SUGAR, "0.00001")) == "100"
    assert accounts(house) == {"year_quantity_sugar": (0, 200_000, 200_000)}
    assert filed(house, of(5, SUGAR, "2", buyer=OTHER_ID)) == "800"  # another person's own year
    assert filed(house, of(6, RICE, "20")) == "800"  # another limit
    assert replay(house.store).differences == ()


def test_lines_of_one_order_count_together(house: House) -> None:
    made = of(1, SUGAR, "1.2", "0.9")
    assert filed(house, made) == "100"
    assert [path for _, path, _, _ in problem_of(house, made)] == ["InventoryList[2]/qty1"]
    assert accounts(house) == {}
    assert filed(house, of(2, SUGAR, "1.2", "0.8")) == "800"
    assert replay(house.store).differences == ()


def test_a_new_year_is_a_new_account(house: House) -> None:
    assert filed(house, of(1, SUGAR, "2")) == "800"
    house.pass_time(days=310)  # 6 January 2027 in China
    later = {kind: one.head(appTime="20270106113000", guid=f"{9:036d}") for kind, one in of(2, SUGAR, "2").items()}
    later["inventory"] = later["inventory"].head(declTime="20270106")
    later["payment"] = later["payment"].head(payTime="20270106112900")
    assert filed(house, later) == "800"
    with sqlite3.connect(house.store.state_path) as db:
        assert db.execute("SELECT count(*) FROM accounts WHERE kind = 'quota-kg'").fetchone() == (2,)
    db.close()


def test_held_under_review_and_given_back_on_rejection(tmp_path: Path) -> None:
    house = House(tmp_path / "store", law=reviewing_law())
    made = of(1, SUGAR, "1.5")
    assert filed(house, made) == "300"
    assert accounts(house) == {"year_quantity_sugar": (150_000, 0, 200_000)}
    house.command("reject", kind="inventory", key=made["inventory"].key, reason="核对")
    with house.engine() as engine:
        engine.drain()
    assert accounts(house) == {"year_quantity_sugar": (0, 0, 200_000)}
    assert replay(house.store).differences == ()


def test_a_quantity_without_a_mass_is_never_guessed(house: House) -> None:
    made = of(1, SUGAR, "1")
    made["inventory"] = made["inventory"].line(1, unit1="142")  # a bottle
    assert filed(house, made) == "100"
    assert ("T05-KG", "InventoryList[1]/qty1", "142", "L05") in problem_of(house, made)


def test_other_goods_have_no_such_account(house: House) -> None:
    house.file_set(1)
    with house.engine() as engine:
        engine.drain()
    assert accounts(house) == {}
