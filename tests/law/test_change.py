"""A change of law is one row: no code, no edit of the row before it. Decisions of earlier days stay as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from tongguan.law.limits import within_single, within_year
from tongguan.law.snapshot import build_law, pack
from tongguan.law.tax import GoodsLine, assess

BEGINS = date(2030, 7, 1)
EVE = date(2030, 6, 30)
COMMON = {
    "valid_from": "2030-07-01",
    "zh": "新规定",
    "en": "new rule",
    "source": "test",
    "confidence": "high",
    "mark": "S",
}
CREAM = GoodsLine(gnum=1, gcode="3304990029", qty=D(1), unit="142", qty1=D("0.02"), unit1="035", qty2=D(1), unit2="011",
                  totalPrice=D("425.00"))  # fmt: skip


def taxes(law, day):
    at = law.at(day)
    bill = assess([CREAM], D(0), D(0), at, at.treatment("within_limits"))
    return bill.consumptionTax, bill.valueAddedTax


@pytest.mark.parametrize(("table", "row", "after"), [
    # 425 x 10 % x 0.7 = 29.75 on the base 425 / 0.85 = 500: 75 x 0.7 and 500 x 10 % x 0.7 = 35
    pytest.param("vat_rates", {"id": "V90", "rate_class": "standard", "rate": "0.10"}, ("52.50", "35.00"),
                 id="VAT 10 %"),
    # base 425 / 0.8 = 531.25: 106.25 x 0.7 = 74.375; 69.0625 x 0.7 = 48.34375
    pytest.param("consumption_tax_rates", {"id": "CT90", "hs8": "33049900", "rate": "0.20", "threshold": "10",
                 "threshold_currency": "CNY", "threshold_per": "gram_or_ml", "threshold_test": "from"},
                 ("74.38", "48.34"), id="consumption tax 20 %"),
    # 425 / 20 g = 21.25: 425 x 13 % x 0.7 = 38.675
    pytest.param("consumption_tax_rates", {"id": "CT90", "hs8": "33049900", "rate": "0.15", "threshold": "30",
                 "threshold_currency": "CNY", "threshold_per": "gram_or_ml", "threshold_test": "from"},
                 ("0.00", "38.68"), id="threshold 30 a gram"),
    # 75 x 0.8 and 65 x 0.8
    pytest.param("import_tax_treatment", {"id": "T90", "scheme": "cbec_import", "condition": "within_limits",
                 "allowed": "yes", "duty_share": "0", "vat_share": "0.80", "consumption_share": "0.80",
                 "channel": "inventory", "counts_in_year_limit": "yes"}, ("60.00", "52.00"), id="80 % levied"),
])  # fmt: skip
def test_a_new_row_changes_the_tax_from_its_day(tables, law, table, row, after):
    changed = build_law(pack(tables.with_row(table, {**COMMON, **row})))
    assert taxes(changed, EVE) == taxes(law, EVE) == (D("52.50"), D("45.50"))
    assert taxes(changed, BEGINS) == tuple(map(D, after))
    assert taxes(law, BEGINS) == (D("52.50"), D("45.50"))
    at = changed.at(BEGINS)
    assert row["id"] in assess([CREAM], D(0), D(0), at, at.treatment("within_limits")).law_rows


def test_a_new_limit_changes_the_outcome_from_its_day(tables):
    limit = {"scheme": "cbec_import", "subject": "buyer_id", "unit": "CNY", "inclusive": "yes", "on_exceed": "refuse"}
    changed = tables.with_row(
        "limits", {**COMMON, **limit, "id": "L90", "limit_type": "single_transaction", "amount": "8000"}
    )
    changed = changed.with_row(
        "limits", {**COMMON, **limit, "id": "L91", "limit_type": "calendar_year", "amount": "30000"}
    )
    law = build_law(pack(changed))
    assert within_single(D("8000.00"), 3, law.at(EVE)).id == "T04"
    assert within_single(D("8000.00"), 3, law.at(BEGINS)).id == "T01"
    assert within_single(D("8000.01"), 1, law.at(BEGINS)).id == "T03"
    assert within_year(D("4000.00"), D("26000.00"), law.at(EVE)) is not None
    assert within_year(D("4000.00"), D("26000.00"), law.at(BEGINS)) is None


def test_a_limit_that_excludes_its_own_amount(tables):
    row = {**COMMON, "id": "L90", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "single_transaction",
           "amount": "5000", "unit": "CNY", "inclusive": "no", "on_exceed": "refuse"}  # fmt: skip
    at = build_law(pack(tables.with_row("limits", row))).at(BEGINS)
    assert within_single(D("5000.00"), 2, at).id == "T04"
    assert within_single(D("4999.99"), 2, at).id == "T01"


def test_a_listed_code_comes_and_goes(tables):
    row = {**COMMON, "id": "P90", "hs8": "91021100", "basis": "listed", "remark_kind": "mode", "trade_modes": "1210",
           "remark_zh": "仅限网购保税", "remark_en": "bonded only", "edition": "2030",
           "valid_to": "2030-12-31"}  # fmt: skip
    law = build_law(pack(tables.with_row("positive_list", row)))
    listed = [law.at(day).listed("9102110000") for day in (EVE, BEGINS, date(2030, 12, 31), date(2031, 1, 1))]
    assert [found is not None for found in listed] == [False, True, True, False]
    assert listed[1].trade_modes == ("1210",)
