"""The yearly limit as it was to the end of 2018: over it the full tax of general trade, and nothing held in the year.

20,000 yuan a year and 2,000 an order (财关税〔2016〕18号); VAT 16 % from 2018-05-01; infant formula bears 15 % duty.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tests.clearance.life import cancellation
from tests.clearance.playstore import Filed, a_set
from tests.engine.house import House, registry
from tests.engine.test_cases import reviewing_law
from tongguan.clearance.model import Document
from tongguan.engine.replay import replay
from tongguan.registry.snapshot import build_registry, pack_registry

JUNE = datetime(2018, 6, 5, 4, tzinfo=UTC)  # noon in China
D = Decimal


def registry_of_2018() -> bytes:
    """The house's companies, certificates and guarantee, in force since 2018."""
    tables = build_registry(registry()).tables
    since = date(2018, 1, 1)
    return pack_registry(
        msgspec.structs.replace(
            tables,
            parties=tuple(msgspec.structs.replace(row, valid_from=since) for row in tables.parties),
            certificates=tuple(
                msgspec.structs.replace(row, not_before=datetime(2018, 1, 1, tzinfo=UTC)) for row in tables.certificates
            ),
            guarantees=tuple(msgspec.structs.replace(row, valid_from=since) for row in tables.guarantees),
        )
    )


def file(house: House, number: int, *prices: str, tax: str) -> dict[str, Filed]:
    """A set of June 2018 of one piece at each price, without freight."""
    docs = a_set(number, prices=prices, freight="0.00", tax=tax)
    for kind in docs:
        docs[kind] = docs[kind].head(appTime="20180605113000")
    docs["payment"] = docs["payment"].head(payTime="20180605112900")
    docs["inventory"] = docs["inventory"].head(declTime="20180605")
    for filed in docs.values():
        house.file(filed)
    return docs


def drained(house: House) -> None:
    with house.engine() as engine:
        engine.drain()


def stands(house: House, docs: dict[str, Filed]) -> Document:
    reader = house.reader()
    found = reader.documents_of("inventory", docs["inventory"].key)
    reader.close()
    assert found is not None
    return found


def year(house: House) -> tuple[Decimal, Decimal]:
    reader = house.reader()
    (found,) = [(one.held, one.used) for one in reader.accounts() if one.kind == "quota"]
    reader.close()
    return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    """19,900.00 of the year are used: ten orders of 1,990.00, each with VAT of 222.88 (16 % × 70 %)."""
    house = House(tmp_path / "store", now=JUNE, registry=registry_of_2018())
    for number in range(1, 11):
        file(house, number, "1990.00", tax="222.88")
    drained(house)
    assert year(house) == (0, D("19900.00"))
    return house


def test_what_fits_to_the_fen_bears_seventy_percent_and_fills_the_year(house: House) -> None:
    docs = file(house, 11, "100.00", tax="11.20")
    drained(house)
    found = stands(house, docs)
    assert found.status == "800" and found.tax is not None
    assert (found.tax.customsTax, found.tax.valueAddedTax) == (0, D("11.20"))
    assert {"T01", "L02"} <= set(found.law_rows) and "T02Y" not in found.law_rows
    assert year(house) == (0, D("20000.00"))


def test_a_fen_over_the_year_bears_the_full_tax_and_takes_nothing_of_it(house: House) -> None:
    """Duty 100.01 × 15 % = 15.0015; VAT (100.01 + 15.0015) × 16 % = 18.40184."""
    docs = file(house, 11, "100.01", tax="33.40")
    drained(house)
    found = stands(house, docs)
    assert found.status == "800" and found.tax is not None
    assert (found.tax.customsTax, found.tax.valueAddedTax, found.tax.taxTotal) == (D("15.00"), D("18.40"), D("33.40"))
    assert {"T02Y", "L02"} <= set(found.law_rows) and "T01" not in found.law_rows
    assert [one.account.partition(":")[0] for one in found.held] == ["guarantee"]
    assert year(house) == (0, D("19900.00"))
    again = file(house, 12, "100.00", tax="11.20")  # what is left of the year is still there
    drained(house)
    assert stands(house, again).status == "800" and year(house) == (0, D("20000.00"))
    assert replay(house.store).differences == ()


def test_a_cancelled_one_gives_its_guarantee_back_and_nothing_to_the_year(tmp_path: Path) -> None:
    house = House(tmp_path / "store", now=JUNE, registry=registry_of_2018())
    for number in range(1, 11):
        file(house, number, "2000.00", tax="224.00")
    drained(house)
    house.change_law(reviewing_law())
    docs = file(house, 11, "0.50", tax="0.17")  # nothing is left: duty 0.075, VAT (0.50 + 0.075) × 16 % = 0.092
    drained(house)
    found = stands(house, docs)
    assert found.status == "300" and found.tax is not None and found.tax.taxTotal == D("0.17")
    house.file(cancellation(docs["inventory"], found.invt_no, appTime="20180605120001"))
    drained(house)
    assert house.status(docs["inventory"]) == "300", "an officer has it"
    house.command("release", kind="cancellation", key=("99E1000005", "CX1"), reason="同意")
    drained(house)
    assert house.status(docs["inventory"]) == "430"
    assert year(house) == (0, D("20000.00"))
    assert replay(house.store).differences == ()


def test_several_items_over_the_single_limit_and_over_the_year_bear_the_full_tax_too(house: House) -> None:
    """2,000.00 + 500.00: duty 300.00 and 75.00; VAT 2,300.00 and 575.00 at 16 %: 368.00 and 92.00."""
    docs = file(house, 11, "2000.00", "500.00", tax="835.00")
    drained(house)
    found = stands(house, docs)
    assert found.status == "800" and found.tax is not None and found.tax.taxTotal == D("835.00")
    assert "T02Y" in found.law_rows and year(house) == (0, D("19900.00"))
