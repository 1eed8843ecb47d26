"""A change of law is one row: no code, no edit of the row before it. Decisions of earlier days stay as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from tongguan.law.change import Span, first_day, merge, refuse_open_gaps, row_changes, spans_lost
from tongguan.law.limits import within_single, within_year
from tongguan.law.schema import SCHEMAS
from tongguan.law.snapshot import Law, LawFault, LawTables, Table, build_law, digest, pack
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


# --- rows laid over the law in force


VAT_10 = {**COMMON, "id": "V90", "rate_class": "standard", "rate": "0.10", "valid_to": ""}


def given(name: str, *rows: dict[str, str]) -> LawTables:
    """A folder with one file."""
    header = tuple(rows[0])
    return LawTables({name: Table(header, tuple(tuple(row[column] for column in header) for row in rows))})


def row_of(tables: LawTables, name: str, row_id: str, **cells: str) -> dict[str, str]:
    return next(row for row in tables[name].as_dicts() if row["id"] == row_id) | cells


def laws(tables: LawTables, *folders: LawTables) -> tuple[Law, Law]:
    merged = tables
    for folder in folders:
        merged = merge(merged, folder)
    return build_law(pack(tables)), build_law(pack(merged))


def test_a_whole_copy_of_the_tables_changes_nothing(tables):
    assert pack(merge(tables, tables)) == pack(tables)
    assert row_changes(tables, merge(tables, tables)) == ()


def test_columns_may_come_in_any_order_and_rows_not_given_stay(tables):
    merged = merge(tables, given("vat_rates", dict(reversed(VAT_10.items()))))
    (change,) = row_changes(tables, merged)
    assert (change.table, change.row_id, change.kind) == ("vat_rates", "V90", "added")
    assert len(merged["vat_rates"].rows) == len(tables["vat_rates"].rows) + 1


@pytest.mark.parametrize(("folder", "where"), [
    pytest.param(given("customs_duty", VAT_10), ("customs_duty", "*"), id="no such table"),
    pytest.param(given("vat_rates", {**VAT_10, "colour": "red"}), ("vat_rates", "colour"), id="no such column"),
    pytest.param(given("vat_rates", {name: cell for name, cell in VAT_10.items() if name != "source"}),
                 ("vat_rates", "source"), id="a column is missing"),
    pytest.param(given("vat_rates", VAT_10, VAT_10), ("vat_rates", "id"), id="a row comes twice"),
])  # fmt: skip
def test_what_cannot_be_laid_over_is_named(tables, folder, where):
    with pytest.raises(LawFault) as refused:
        merge(tables, folder)
    assert (refused.value.table, refused.value.column) == where


@pytest.mark.parametrize(("cells", "kind", "begins"), [
    pytest.param({"valid_to": "2030-06-30"}, "ended", date(2030, 7, 1), id="the last day is named"),
    pytest.param({"source": "the act itself", "confidence": "high", "mark": "S"}, "worded", None, id="told otherwise"),
    pytest.param({"mfn_duty": "0.10"}, "changed", date(2016, 4, 8), id="a figure, from its first day"),
    pytest.param({"valid_from": "2016-05-01"}, "changed", date(2016, 4, 8), id="begins later than it did"),
])  # fmt: skip
def test_how_a_row_differs_and_from_which_day_the_law_does(tables, cells, kind, begins):
    old, new = laws(tables, given("goods", row_of(tables, "goods", "G0056", **cells)))
    (change,) = row_changes(tables, merge(tables, given("goods", row_of(tables, "goods", "G0056", **cells))))
    assert (change.row_id, change.kind, set(change.columns)) == ("G0056", kind, set(cells))
    assert first_day(old, new) == begins


def test_a_removed_row_is_named_and_its_days_are_lost(tables):
    without = tables.with_table("goods", Table(tables["goods"].header, tables["goods"].rows[1:]))
    (change,) = row_changes(tables, without)
    assert (change.row_id, change.kind) == ("G0001", "removed")
    old, new = build_law(pack(tables)), build_law(pack(without))
    assert spans_lost(old, new) == (Span("goods", "G0001", date(2016, 4, 8), None),)
    assert (first_day(new, old), spans_lost(new, old)) == (date(2016, 4, 8), ())


def test_an_open_row_loses_the_days_that_its_successor_takes(tables):
    old, new = laws(tables, given("vat_rates", VAT_10))
    assert spans_lost(old, new) == (Span("vat_rates", "V08", BEGINS, None),)
    assert first_day(old, new) == BEGINS
    (span,) = spans_lost(old, new)
    assert [span.has(day) for day in (EVE, BEGINS, date(2099, 1, 1))] == [False, True, True]


def test_a_rate_for_a_time_needs_the_row_that_follows_it(tables):
    """A closed row in place of an open one leaves nothing in force afterwards: a limit or a rate may never be so."""
    limit = {**COMMON, "id": "L90", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "single_transaction",
             "amount": "6000", "unit": "CNY", "inclusive": "yes", "on_exceed": "refuse",
             "valid_to": "2030-12-31"}  # fmt: skip
    with pytest.raises(LawFault, match="gap") as refused:
        refuse_open_gaps(*laws(tables, given("limits", limit)))
    assert (refused.value.table, refused.value.row, refused.value.column) == ("limits", "L90", "valid_to")
    back = {**limit, "id": "L91", "amount": "5000", "valid_from": "2031-01-01", "valid_to": ""}
    old, new = laws(tables, given("limits", limit, back))
    refuse_open_gaps(old, new)
    assert first_day(old, new) == BEGINS and first_day(new, old) == BEGINS
    with pytest.raises(LawFault, match="all days") as refused:  # goods lean on their VAT class
        laws(tables, given("vat_rates", {**VAT_10, "valid_to": "2030-12-31"}))
    assert refused.value.column == "vat_class"
    goods_ended = laws(tables, given("goods", row_of(tables, "goods", "G0056", valid_to="2030-06-30")))
    refuse_open_gaps(*goods_ended)  # goods may leave the tariff


def test_a_change_of_consumption_tax_concerns_the_goods_that_bear_it(tables):
    """Whisky is taxed by CT032; a second row from 2030 on concerns who used either that row or the goods row."""
    row = row_of(tables, "consumption_tax_rates", "CT032", id="CT90", rate="0.25", valid_from="2030-07-01")
    old, new = laws(tables, given("consumption_tax_rates", row))
    lost = {span.row_id: span for span in spans_lost(old, new)}
    assert set(lost) == {"CT032", "G0066"}
    assert all((span.first, span.last) == (BEGINS, None) for span in lost.values())


def test_an_older_snapshot_is_read_with_what_it_lacks(tables):
    """Columns and tables that came later: as their defaults, and as empty. The digest stays that of its own bytes."""
    younger = {name: schema for name, schema in SCHEMAS.items() if schema.later}
    added = {name: set(schema.added) for name, schema in SCHEMAS.items() if schema.added}
    old = LawTables({
        name: Table(
            tuple(column for column in table.header if column not in added.get(name, ())),
            tuple(tuple(cell for column, cell in zip(table.header, row, strict=True)
                        if column not in added.get(name, ())) for row in table.rows),
        )
        for name, table in tables.tables.items() if name not in younger
    })  # fmt: skip
    law = build_law(pack(old))
    assert law.digest == digest(pack(old)) != digest(pack(tables))
    assert all(law.rows(name) == () for name in younger)
    assert set(merge(old, given("vat_rates", VAT_10))) == set(tables)
    assert merge(tables, LawTables({"lanes": old["lanes"]})) == tables  # a folder of that time may still be given
