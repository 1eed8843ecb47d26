"""The sandbox's goods and words agree with law, code tables and registry, which it may not import itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.sandbox.clearing import START
from tongguan.codes import table
from tongguan.law.snapshot import build_law, pack, package_tables
from tongguan.registry.roles import ROLES
from tongguan.sandbox import companies
from tongguan.sandbox.bench import article
from tongguan.sandbox.deal import Deal, Line
from tongguan.sandbox.documents import BONDED_OFFICE, DIRECT_OFFICE
from tongguan.sandbox.goods import Good, goods
from tongguan.sandbox.people import person


@pytest.mark.parametrize("good", goods(), ids=lambda good: good.sku)
def test_a_good_is_on_the_list_with_the_units_of_the_tariff(good: Good) -> None:
    law = build_law(pack(package_tables())).at(date(2026, 3, 2))
    row, listed = law.goods(good.gcode), law.listed(good.gcode)
    assert row is not None and listed is not None
    assert (good.unit1, good.unit2) == (row.unit1, row.unit2)
    assert good.vat_rate == law.vat(row.vat_class).rate
    assert not law.consumption(good.gcode)
    assert not listed.trade_modes or {"9610", "1210"} <= set(listed.trade_modes)


@pytest.mark.parametrize("good", goods(), ids=lambda good: good.sku)
def test_codes_of_a_good_are_in_the_tables(good: Good) -> None:
    assert all(table("units").has(unit) for unit in (good.unit, good.unit1, *filter(None, [good.unit2])))
    assert table("countries").has(good.country)
    assert good.unit != good.unit1 or good.qty1_each == 1


def test_offices_and_roles_are_known() -> None:
    assert all(table("customs_districts").has(office) for office in (DIRECT_OFFICE, BONDED_OFFICE))
    assert set(companies.ROLES) == set(ROLES)
    assert {role for company in companies.COMPANIES for role in company.roles} == set(ROLES)
    assert len({company.code for company in companies.COMPANIES}) == len(companies.COMPANIES)


def test_advance_tax_by_hand() -> None:
    """Honey 2 × 128.00 at 9 %, T-shirt 168.00 at 13 %, 12.50 + 1.00 carried.

    Shares by value: 13.50 × 256/424 = 8.1509… → 8.15, the rest 5.35. 264.15 × 0.063 = 16.64145 → 16.64;
    173.35 × 0.091 = 15.77485 → 15.77. Together 32.41.
    """
    lines = tuple(
        Line(good=article(sku), qty=Decimal(qty), price=article(sku).price)
        for sku, qty in (("SBX-G08", 2), ("SBX-G15", 1))
    )
    deal = Deal(seed=1, number=1, parties=companies.parties_of(0), buyer=person(1, 1), lines=lines,
                freight=Decimal("12.50"), insured_fee=Decimal("1.00"), at=START)  # fmt: skip
    assert deal.tax == Decimal("32.41")


def test_no_two_people_share_an_identity_number() -> None:
    numbers = [person(5, number).id_number for number in (*range(0, 60_000, 7), *range(10_000_000, 10_000_500))]
    assert len(set(numbers)) == len(numbers)
