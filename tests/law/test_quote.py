"""A quote lays every step open: worked examples step by step, one order through the years, what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import msgspec
import pytest

from tongguan.law.quote import quote, read_order, shown
from tongguan.law.quote_form import Quote

DAY = date(2025, 6, 1)
WINE_AND_CREAM = (
    b'{"freight": "20.00", "lines": ['
    b'{"gcode": "2204210000", "totalPrice": "300.00", "qty1": "0.75", "unit1": "095"},'
    b'{"gcode": "3304990029", "totalPrice": 425, "qty1": "0.02", "unit1": "035"}]}'
)


def quoted(law, text, day=DAY):
    return quote(read_order(text), law, day)


def test_e3_step_by_step(law):
    """Wine 300.00 and freight 20.00: base 355.5556, consumption tax 24.89, VAT 32.36, with rows and shares."""
    found = quoted(law, b'{"freight": 20, "lines": [{"gcode": "2204210000", "totalPrice": 300}]}')
    assert isinstance(found, Quote)
    (line,) = found.lines
    assert (found.treatment, found.dutiable_value) == ("T01", D(320))
    assert Fraction(line.base) == Fraction(320) / (1 - Fraction(1, 10))
    duty, consumption, vat = line.steps
    assert (duty.amount, duty.levied, duty.rows) == (D("0.00"), D(0), ("G0062",))
    assert (consumption.rate, consumption.levied, consumption.amount, consumption.rows) == (
        D("0.1"), D("0.70"), D("24.89"), ("CT022",))  # fmt: skip
    assert Fraction(consumption.exact) == Fraction(320) / Fraction(9, 10) / 10 * Fraction(7, 10)
    assert (vat.rate, vat.amount, vat.rule, vat.rows) == (D("0.13"), D("32.36"), "T01", ("V06",))
    assert all(Fraction(step.exact) == (Fraction(step.base) * Fraction(step.rate) + Fraction(step.specific))
               * Fraction(step.levied) for step in line.steps)  # fmt: skip
    assert found.taxTotal == D("57.25") and (found.rounding, found.order) == ("half_up", "once")
    assert {"T01", "L03", "L04", "G0062", "V06", "CT022", "S06", "S07"} <= {row.id for row in found.rows}
    assert found.notes and {row.id for row in found.rows if row.doubtful} == {"G0062"}


def test_e2_shows_the_threshold_that_was_asked(law):
    found = quoted(law, b'[{"gcode": "3304990029", "totalPrice": "425.00", "qty1": "0.02", "unit1": "035"}]')
    assert isinstance(found, Quote)
    (asked,) = found.lines[0].thresholds
    assert (asked.row, asked.per, asked.test, asked.reached) == ("CT017", "gram_or_ml", "from", True)
    assert (Fraction(asked.content), Fraction(asked.price), Fraction(asked.threshold)) == (20, Fraction("21.25"), 10)
    below = quoted(law, b'[{"gcode": "3304990029", "totalPrice": "180.00", "qty1": "0.02", "unit1": "035"}]')
    assert isinstance(below, Quote)
    assert [one.reached for one in below.lines[0].thresholds] == [False] and below.taxTotal == D("16.38")


def test_e8_shares_add_up(law):
    found = quoted(law, b'{"freight": "10.00", "lines": [{"gcode": "1901101000", "totalPrice": "129.90"},'
                        b'{"gcode": "1901101000", "totalPrice": "70.10"}]}')  # fmt: skip
    assert isinstance(found, Quote)
    assert [(line.gnum, line.freight, line.taxPrice) for line in found.lines] == [
        (1, D("6.50"), D("136.40")), (2, D("3.50"), D("73.60"))]  # fmt: skip
    assert found.taxTotal == D("19.11")


@pytest.mark.parametrize(("day", "consumption", "vat", "rows"), [
    # wine 300.00 of freight 8.28 (300/725 of 20), cream 425.00 of freight 11.72; the cream at 21.836 a gram
    # 2016-05: wine 308.28/0.9 x (10, 17) % x 0.7, cream 436.72/0.7 x (30, 17) % x 0.7, no threshold yet
    (date(2016, 5, 1), ["23.98", "131.02"], ["40.76", "74.24"], {"V01", "CT016"}),
    # 2019-02: the same at 16 %; cream 436.72/0.85 x (15, 16) % x 0.7
    (date(2019, 2, 1), ["23.98", "53.95"], ["38.36", "57.54"], {"V04", "CT017"}),
    # today: 13 %
    (date(2026, 11, 25), ["23.98", "53.95"], ["31.17", "46.75"], {"V08", "CT017"}),
])  # fmt: skip
def test_the_same_order_through_the_years(law, day, consumption, vat, rows):
    found = quoted(law, WINE_AND_CREAM, day)
    assert isinstance(found, Quote)
    assert [line.steps[1].amount for line in found.lines] == list(map(D, consumption))
    assert [line.steps[2].amount for line in found.lines] == list(map(D, vat))
    assert rows <= {row.id for row in found.rows}


def test_before_the_channel_there_is_no_such_tax(law):
    """October 2015: the pilot's limits for articles stood in its place; that tax is not reckoned here."""
    (problem,) = quoted(law, WINE_AND_CREAM, date(2015, 10, 1))
    assert (problem.rule_id, problem.expected, problem.law_row) == ("TX05", ">= 2016-04-08", "L15 L16")
    assert isinstance(quoted(law, WINE_AND_CREAM, date(2016, 4, 8)), Quote)
    (long_ago,) = quoted(law, WINE_AND_CREAM, date(2000, 1, 1))
    assert (long_ago.rule_id, long_ago.law_row) == ("TX05", "")


@pytest.mark.parametrize(("text", "day", "rule", "row", "path"), [
    pytest.param(b'[{"gcode": "3304990029", "totalPrice": "100", "qty1": "1", "unit1": "142"}]', DAY,
                 "TX02", "CT017", "lines[1]/qty1", id="a bottle of cream: give ml, g or pieces"),
    pytest.param(b'[{"gcode": "1901101000", "totalPrice": "1"}, {"gcode": "9999999999", "totalPrice": "1"}]', DAY,
                 "TX01", "", "lines[2]/gcode", id="no such goods"),
    pytest.param(b'[{"gcode": "9102110000", "totalPrice": "5200.00", "qty": 2, "unit": "008"}]', DAY,
                 "TX03", "T04", "order/dutiableValue", id="E11 two over the single limit"),
    pytest.param(b'{"yearUsed": "24500", "lines": [{"gcode": "1901101000", "totalPrice": "1500.01"}]}', DAY,
                 "TX03", "T05", "order/dutiableValue", id="E10 one fen over the year"),
    pytest.param(b'[{"gcode": "1901101000", "totalPrice": "-0.01"}]', DAY, "TX04", "S11", "lines[1]/totalPrice",
                 id="below zero"),
    pytest.param(b'[{"gcode": "1901101000", "totalPrice": "NaN"}]', DAY, "TX04", "S11", "lines[1]/totalPrice",
                 id="not a number"),
    pytest.param(b'[{"gcode": "1901101000", "totalPrice": "1", "qty1": "1e-9"}]', DAY, "TX04", "S12", "lines[1]/qty1",
                 id="finer than a message can say"),
    pytest.param(b'{"freight": 1e10, "lines": [{"gcode": "1901101000", "totalPrice": "1"}]}', DAY, "TX04", "S11",
                 "order/freight", id="above the bound"),
])  # fmt: skip
def test_what_is_refused_is_named(law, text, day, rule, row, path):
    (problem,) = quoted(law, text, day)
    assert (problem.rule_id, problem.law_row, problem.path) == (rule, row, path)


def test_e10_passes_at_the_limit_and_over_the_year_all_was_due_before_2019(law):
    text = b'{"yearUsed": "24500", "lines": [{"gcode": "1901101000", "totalPrice": "1500.00"}]}'
    at_the_limit = quoted(law, text)
    assert isinstance(at_the_limit, Quote) and at_the_limit.treatment == "T01"
    before = quoted(law, b'{"yearUsed": "19000", "lines": [{"gcode": "1901101000", "totalPrice": "1000.01"}]}',
                    date(2018, 6, 1))  # fmt: skip
    assert isinstance(before, Quote) and before.treatment == "T02Y"
    # duty 15 %: 150.0015 -> 150.00; VAT 16 % of 1,150.0115: 184.00184 -> 184.00
    assert (before.customsTax, before.valueAddedTax) == (D("150.00"), D("184.00"))


@pytest.mark.parametrize(("gcode", "mode", "said"), [
    ("1901101000", "", "whether it is on the list is to be checked"), ("9102110000", "", "T06"),
    ("0306120000", "9610", "1210 1239"), ("0306120000", "1210", "bonded import only"),
    ("1701991090", "", "2 kg a person and year"),
])  # fmt: skip
def test_what_the_positive_list_says_stands_beside_the_tax(law, gcode, mode, said):
    text = f'{{"tradeMode": "{mode}", "lines": [{{"gcode": "{gcode}", "totalPrice": "100", "unit": "008"}}]}}'
    found = quoted(law, text.encode())
    assert isinstance(found, Quote) and any(said in en and zh for zh, en in found.lines[0].notes)
    if (gcode, mode) == ("0306120000", "1210"):
        assert not any("trade modes" in en for _, en in found.lines[0].notes)


@pytest.mark.parametrize("text", [
    b"", b"{}", b"[]", b"3", b'{"lines": []}', b'[{"gcode": "1901101000"}]', b'[{"gcode": 1, "totalPrice": 1}]',
    b'{"lines": [{"gcode": "1901101000", "totalPrice": 1}], "colour": 1}', b"\xff[", b"[" * 100_000,
])  # fmt: skip
def test_other_forms_are_no_order(text):
    with pytest.raises((msgspec.DecodeError, RecursionError, UnicodeDecodeError)):
        read_order(text)


@pytest.mark.parametrize(("exact", "text"), [
    ("3200/9", "355.555555…"), ("320", "320.00"), ("1/2", "0.50"), ("1/3", "0.333333…"), ("1/1000000", "0.000001"),
    ("1/10000000", "0.000000…"),
])  # fmt: skip
def test_quotients_as_people_read_them(exact, text):
    assert shown(exact) == text
