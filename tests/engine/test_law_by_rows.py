"""A row of law alone, without code, changes the decision from its day on: imported, approved, filed, whole cases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.clearance.playstore import Filed
from tests.engine.house import House, a_set
from tests.engine.test_lawmaking import COMMON, act, outcome, stage, vat, with_rows
from tongguan.clearance.model import Document
from tongguan.engine.replay import replay
from tongguan.law.snapshot import unpack


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Noon of 2 March 2026 in China."""
    return House(tmp_path / "store")


def change(house: House, **rows: dict[str, str]) -> None:
    """Staged on 2 March by one person, approved by another; in force from the days that the rows say."""
    new = with_rows(house.law, **rows)
    assert outcome(house, stage(house, new)) == "staged"
    assert outcome(house, act(house, "law_approve", new, "乙")) == "in_force"
    house.law = new


def on_the_day(made: dict[str, Filed], day: str) -> dict[str, Filed]:
    """The set as it would be filed on a day of March 2026."""
    moved = {kind: one.head(appTime=f"202603{day}113000") for kind, one in made.items()}
    moved["payment"] = moved["payment"].head(payTime=f"202603{day}112900")
    moved["inventory"] = moved["inventory"].head(declTime=f"202603{day}")
    return moved


def decided(house: House, made: dict[str, Filed]) -> Document:
    for one in made.values():
        house.file(one)
    with house.engine() as engine:
        engine.drain()
    document = house.reader().documents_of("inventory", made["inventory"].key)
    assert document is not None
    return document


def test_a_new_rate_from_its_day(house: House) -> None:
    change(house, vat_rates=vat("2026-03-03"))
    before = decided(house, a_set(1))
    assert before.tax is not None and before.tax.taxTotal == Decimal("14.56")
    assert "V08" in before.law_rows and "V90" not in before.law_rows
    house.pass_time(days=1)
    after = decided(house, on_the_day(a_set(2, tax="11.20"), "03"))
    # 106.67 and 53.33 at 10 % x 0.7: 7.4669 and 3.7331
    assert after.status == "800" and after.tax is not None and after.tax.taxTotal == Decimal("11.20")
    assert "V90" in after.law_rows and "V08" not in after.law_rows
    assert replay(house.store).differences == ()


def test_goods_off_the_list_from_the_day_after_their_last(house: House) -> None:
    row = next(row for row in unpack(house.law)["positive_list"].as_dicts() if row["id"] == "P0087")
    change(house, positive_list=row | {"valid_to": "2026-03-02"})
    assert decided(house, a_set(1)).status == "800"
    house.pass_time(days=1)
    after = decided(house, on_the_day(a_set(2), "03"))
    assert after.status == "100" and {one.rule_id for one in after.problems} == {"D09"}
    assert replay(house.store).differences == ()


def test_a_raised_limit_from_its_day(house: House) -> None:
    """Two items of 5,500.00 together: refused by L03, taxed within the limits by the new row."""
    limit = {**COMMON, "id": "L90", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "single_transaction",
             "amount": "6000", "unit": "CNY", "inclusive": "yes", "on_exceed": "full_tax_if_one_item",
             "valid_from": "2026-03-03"}  # fmt: skip
    change(house, limits=limit)
    prices = {"prices": ("3000.00", "2490.00"), "tax": "500.50"}
    before = decided(house, a_set(1, **prices))
    assert before.status == "100" and [(one.rule_id, one.law_row) for one in before.problems] == [("T04", "L03")]
    house.pass_time(days=1)
    after = decided(house, on_the_day(a_set(2, **prices), "03"))
    assert after.status == "800" and {"L90", "T01"} <= set(after.law_rows)
    assert replay(house.store).differences == ()


def test_a_limit_of_a_year_that_is_lowered_holds_from_its_day(house: House) -> None:
    limit = {**COMMON, "id": "L91", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "calendar_year",
             "amount": "300", "unit": "CNY", "inclusive": "yes", "on_exceed": "refuse",
             "valid_from": "2026-03-03"}  # fmt: skip
    change(house, limits=limit)
    assert decided(house, a_set(1)).status == "800"  # 160.00 of 26,000.00
    house.pass_time(days=1)
    assert (
        decided(house, on_the_day(a_set(2, prices=("130.00",), tax="12.74"), "03")).status == "800"
    )  # 300.00 of 300.00
    after = decided(house, on_the_day(a_set(3, prices=("0.01",), freight="0", tax="0.00"), "03"))
    assert after.status == "100" and [(one.rule_id, one.law_row) for one in after.problems] == [("T05", "L91")]
    assert replay(house.store).differences == ()
