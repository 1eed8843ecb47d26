"""The worked examples, to the fen: one row each, the sum beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from fractions import Fraction

import pytest

from tongguan.law.limits import item_count, returned_in_time, within_single, within_year, year_left
from tongguan.law.snapshot import Law, LawAt, LawTables, build_law, pack
from tongguan.law.tax import GoodsLine, TaxBill, TaxFault, assess, dutiable_value

FORMULA, CREAM, MASK = "1901101000", "3304990029", "3304990049"
PERFUME_BY_VOLUME, WINE, WHISKY, BEER = "3303000020", "2204210000", "2208300000", "2203000000"
WATCH, GOLD_WATCH = "9102110000", "9101110000"


def line(gcode: str, total: str, *, qty: str = "1", unit: str = "011", first: str = "1 035", second: str = "",
         gnum: int = 1) -> GoodsLine:  # fmt: skip
    qty1, unit1 = first.split()
    qty2, unit2 = second.split() if second else (None, "")
    return GoodsLine(gnum=gnum, gcode=gcode, qty=D(qty), unit=unit, qty1=D(qty1), unit1=unit1,
                     qty2=D(qty2) if qty2 else None, unit2=unit2, totalPrice=D(total))  # fmt: skip


def bill(
    law: LawAt, lines: list[GoodsLine], freight: str = "0", insurance: str = "0", count: int | None = None
) -> TaxBill:
    value = dutiable_value(lines, D(freight), D(insurance))
    treatment = within_single(value, item_count(lines) if count is None else count, law)
    assessed = assess(lines, D(freight), D(insurance), law, treatment)
    assert isinstance(assessed, TaxBill), assessed
    return assessed


EXAMPLES = [
    # id, lines, freight, duty, consumption tax, VAT
    pytest.param([line(FORMULA, "200.00")], "0", "0.00", "0.00", "18.20", id="E1 infant formula: 26.00 x 0.7"),
    pytest.param([line(CREAM, "425.00", first="0.02 035", second="1 011")], "0", "0.00", "52.50", "45.50",
                 id="E2 cream at 21.25 a gram: 75.00 and 65.00, x 0.7"),
    pytest.param([line(CREAM, "180.00", first="0.02 035", second="1 011")], "0", "0.00", "0.00", "16.38",
                 id="E2b the same cream at 9.00 a gram: no consumption tax"),
    pytest.param([line(WINE, "300.00", first="0.75 095")], "20.00", "0.00", "24.89", "32.36",
                 id="E3 wine with freight: base 355.5556"),
    pytest.param([line(WATCH, "8000.00", first="1 008")], "0", "800.00", "0.00", "1144.00",
                 id="E4 watch over 5,000, one item, under 10,000 a piece: full duty, no consumption tax"),
    pytest.param([line(GOLD_WATCH, "12000.00", first="1 008")], "0", "960.00", "3240.00", "2106.00",
                 id="E5 precious metal watch: base 16,200.00"),
    pytest.param([line(WHISKY, "500.00", first="0.7 095")], "0", "0.00", "88.06", "56.95",
                 id="E6 whisky 0.7 l: 20 % and 0.912 a litre"),
    pytest.param([line(BEER, "60.00", qty="6", first="1.98 095")], "0", "0.00", "0.35", "5.51",
                 id="E7 beer 1.98 l, dearer class: 0.253 a litre"),
    pytest.param([line(FORMULA, "129.90"), line(FORMULA, "70.10", gnum=2)], "10.00", "0.00", "0.00", "19.11",
                 id="E8 two lines share 10.00: 12.41 + 6.70"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "freight", "duty", "consumption", "vat"), EXAMPLES)
def test_tax_to_the_fen(law_2025, lines, freight, duty, consumption, vat):
    found = bill(law_2025, lines, freight)
    assert (found.customsTax, found.consumptionTax, found.valueAddedTax) == (D(duty), D(consumption), D(vat))
    assert found.taxTotal == D(duty) + D(consumption) + D(vat)


def test_e3_rounding_the_full_tax_first_gives_one_fen_less(tables: LawTables):
    changed = tables.with_row("settings", {
        "id": "S07x", "key": "tax_rounding_order", "value": "statutory_first", "unit": "choice:once|statutory_first",
        "zh": "先舍入法定税额", "en": "round the full tax first", "valid_from": "2025-01-01", "source": "test",
        "confidence": "high", "mark": "d"})  # fmt: skip
    law = build_law(pack(changed))
    wine = [line(WINE, "300.00", first="0.75 095")]
    assert bill(law.at(date(2025, 6, 1)), wine, "20.00").valueAddedTax == D("32.35")
    assert bill(law.at(date(2024, 12, 31)), wine, "20.00").valueAddedTax == D("32.36")


def test_e8_shares_and_dutiable_values(law_2025):
    found = bill(law_2025, [line(FORMULA, "129.90"), line(FORMULA, "70.10", gnum=2)], "10.00")
    assert [part.freight for part in found.lines] == [D("6.50"), D("3.50")]
    assert [part.taxPrice for part in found.lines] == [D("136.40"), D("73.60")]
    assert [part.valueAddedTax for part in found.lines] == [D("12.41"), D("6.70")]


@pytest.mark.parametrize(("asked", "arrived", "in_time"), [
    pytest.param(20, 40, True, id="E9 asked on day 20, back on day 40"),
    pytest.param(30, 45, True, id="the last days"),
    pytest.param(31, 40, False, id="E9 asked on day 31"),
    pytest.param(20, 46, False, id="E9 back on day 46"),
])  # fmt: skip
def test_e9_returned_goods(law, asked, arrived, in_time):
    released = date(2025, 6, 1)
    row = returned_in_time(released, date.fromordinal(released.toordinal() + asked),
                           date.fromordinal(released.toordinal() + arrived), law.at(released))  # fmt: skip
    assert (row is not None) == in_time
    if row is not None:
        levied = assess([line(FORMULA, "70.10")], D("3.50"), D(0), law.at(released), row)
        assert isinstance(levied, TaxBill)
        assert (levied.taxTotal, levied.taxPrice) == (D("0.00"), D("73.60"))


@pytest.mark.parametrize(
    ("order", "passes"), [("1500.00", True), ("1500.01", False)], ids=["E10 passes", "E10 refused"]
)
def test_e10_the_year(law_2025, order, passes):
    row = within_year(D(order), D("24500.00"), law_2025)
    assert (row is None) == passes
    if row is not None:
        assert (row.id, row.allowed) == ("T05", False)
    assert year_left(D("24500.00"), law_2025) == D("1500.00")
    assert year_left(D("26000.01"), law_2025) == 0


@pytest.mark.parametrize(("lines", "row"), [
    pytest.param([line(WATCH, "2600.00", first="1 008"), line(GOLD_WATCH, "2600.00", first="1 008", gnum=2)], "T04",
                 id="E11 two different items, 5,200.00 together"),
    pytest.param([line(WATCH, "5200.00", qty="2", first="2 008")], "T04", id="E11 two of one item"),
    pytest.param([line(WATCH, "5200.00", first="1 008")], "T03", id="one item"),
    pytest.param([line(WATCH, "5000.00", qty="2", first="2 008")], "T01", id="exactly the limit"),
    pytest.param([line(WATCH, "5000.01", qty="1.5", first="2 008")], "T04", id="one and a half are two"),
])  # fmt: skip
def test_e11_the_single_limit(law_2025, lines, row):
    treatment = within_single(dutiable_value(lines, D(0), D(0)), item_count(lines), law_2025)
    assert treatment.id == row
    if row == "T04":
        faults = assess(lines, D(0), D(0), law_2025, treatment)
        assert isinstance(faults, tuple)
        assert [(fault.rule.id, fault.law_row) for fault in faults] == [("TX03", "T04")]


@pytest.mark.parametrize(("day", "rate_class", "composite"), [
    ("2016-04-08", "standard", "0.119"), ("2018-04-30", "standard", "0.119"), ("2018-05-01", "standard", "0.112"),
    ("2019-03-31", "standard", "0.112"), ("2019-04-01", "standard", "0.091"), ("2026-06-01", "standard", "0.091"),
    ("2017-06-30", "reduced", "0.091"), ("2017-07-01", "reduced", "0.077"), ("2018-04-30", "reduced", "0.077"),
    ("2018-05-01", "reduced", "0.070"), ("2019-04-01", "reduced", "0.063"), ("2026-06-01", "reduced", "0.063"),
])  # fmt: skip
def test_e19_composite_rate_by_date(law: Law, day, rate_class, composite):
    at = law.at(date.fromisoformat(day))
    treatment = at.treatment("within_limits")
    assert treatment.vat_share is not None
    assert Fraction(at.vat(rate_class).rate) * Fraction(treatment.vat_share) == Fraction(composite)


@pytest.mark.parametrize(("gcode", "total", "taxed", "quantities"), [
    pytest.param(CREAM, "200.00", True, {"first": "0.02 035"}, id="10.00 a gram is reached at exactly 10.00"),
    pytest.param(CREAM, "199.99", False, {"first": "0.02 035"}, id="one fen below"),
    pytest.param(PERFUME_BY_VOLUME, "500.00", True, {"first": "0.06 035", "qty": "50", "unit": "096"},
                 id="labelled by volume: 10.00 a ml, though 8.33 a gram"),
    pytest.param(PERFUME_BY_VOLUME, "500.00", False, {"first": "0.06 035"}, id="no volume filed: by the gram"),
    pytest.param(MASK, "75.00", True, {"first": "0.125 035", "qty": "5", "unit": "020"}, id="mask at 15.00 a sheet"),
    pytest.param(MASK, "74.99", False, {"first": "0.125 035", "qty": "5", "unit": "010"}, id="mask just below"),
    pytest.param(WATCH, "10000.00", True, {"first": "1 008"}, id="watch at 10,000.00"),
    pytest.param(WATCH, "9999.99", False, {"first": "1 008"}, id="watch just below"),
    pytest.param(WATCH, "19999.98", False, {"first": "2 008"}, id="the threshold is by the piece"),
])  # fmt: skip
def test_thresholds_at_their_edge(law_2025, gcode, total, taxed, quantities):
    found = bill(law_2025, [line(gcode, total, **quantities)], count=1)
    assert (found.consumptionTax > 0) == taxed


def test_beer_classes_meet_at_370_dollars_a_tonne(law_2025):
    # 1 tonne = 988 l; at 7.00 yuan a dollar the line between the classes is 2,590.00 yuan for 988 l
    dearer, cheaper = (bill(law_2025, [line(BEER, total, first="988 095")]) for total in ("2590.00", "2589.99"))
    assert dearer.consumptionTax == D("174.97")  # 988 x 0.253 = 249.964; x 0.7 = 174.9748
    assert cheaper.consumptionTax == D("154.02")  # 988 x 0.2227 = 220.0276; x 0.7 = 154.01932
    assert {"CT019"} <= set(dearer.law_rows)
    by_mass = bill(law_2025, [line(BEER, "2590.00", first="1 070")])
    assert by_mass.consumptionTax == D("175.00")  # 1 t x 250 x 0.7


@pytest.mark.parametrize(("filed", "rule", "field"), [
    pytest.param(line("9999999999", "10.00"), "TX01", "gcode", id="code not in the tariff"),
    pytest.param(line(CREAM, "425.00", first="1 142", second="1 011"), "TX02", "qty1", id="a bottle tells no content"),
    pytest.param(line(CREAM, "425.00", first="0 035"), "TX02", "qty1", id="no content"),
    pytest.param(line(MASK, "75.00", first="0.1 035", second="1 140"), "TX02", "qty1", id="a box tells no sheets"),
    pytest.param(line(WHISKY, "75.00", first="1 142"), "TX02", "qty1", id="a bottle tells no litres"),
    pytest.param(line(FORMULA, "-0.01"), "TX04", "totalPrice", id="below zero"),
    pytest.param(line(FORMULA, "1000000000.01"), "TX04", "totalPrice", id="above the bound"),
])  # fmt: skip
def test_never_a_guess(law_2025, filed, rule, field):
    """A fault names the line and is told as a problem in both languages; a sound line beside it changes nothing."""
    other = line(FORMULA, "1.00", gnum=1)
    faulty = line(FORMULA, "1.00")
    faulty = GoodsLine(**{name: getattr(filed, name) for name in GoodsLine.__slots__} | {"gnum": 2})
    faults = assess([other, faulty], D(0), D(0), law_2025, law_2025.treatment("within_limits"))
    assert isinstance(faults, tuple)
    assert [(fault.rule.id, fault.gnum, fault.field) for fault in faults] == [(rule, 2, field)]
    assert isinstance(faults[0], TaxFault)
    problem = faults[0].problem("CEB621", "Inventory[1]/InventoryList[2]")
    assert problem.path == f"Inventory[1]/InventoryList[2]/{field}"
    assert problem.text_zh and problem.text_en and problem.fix_zh and problem.fix_en and problem.found


def test_a_discount_counts_only_where_the_setting_says_so(law, tables):
    changed = tables.with_row("settings", {
        "id": "S09x", "key": "discount_lowers_dutiable_value", "value": "yes", "unit": "yes_no", "zh": "优惠抵减",
        "en": "a discount lowers it", "valid_from": "2025-01-01", "source": "test", "confidence": "high",
        "mark": "d"})  # fmt: skip
    day = date(2025, 6, 1)
    lines = [line(FORMULA, "200.00")]
    for snapshot, vat in ((law, "18.20"), (build_law(pack(changed)), "9.10")):
        at = snapshot.at(day)
        found = assess(lines, D(0), D(0), at, at.treatment("within_limits"), discount=D("100.00"))
        assert isinstance(found, TaxBill)
        assert found.valueAddedTax == D(vat)
    at = build_law(pack(changed)).at(day)
    assert isinstance(assess(lines, D(0), D(0), at, at.treatment("within_limits"), discount=D("200.01")), tuple)


def test_a_bill_names_its_law_and_what_is_to_be_checked(law):
    lines = [line(CREAM, "425.00", first="0.02 035")]
    found = bill(law.at(date(2026, 6, 1)), lines)
    assert {"T01", "V08", "CT017"} <= set(found.law_rows)
    assert found.doubtful and any("依据待核" in zh and "basis to be checked" in en for zh, en in found.notes)
    assert all(law.row(row_id) for row_id in found.law_rows)
    sure = bill(law.at(date(2025, 6, 1)), [line(WATCH, "4000.00", first="1 008")])
    assert not sure.doubtful and sure.notes == ()


def test_before_2019_the_smaller_limit_and_full_tax(law):
    at = law.at(date(2018, 6, 1))
    assert within_single(D("2000.00"), 3, at).id == "T01"
    assert within_single(D("2000.01"), 1, at).id == "T02"
    assert within_single(D("2000.01"), 3, at).channel == "general_trade"
    over = within_year(D("0.01"), D("20000.00"), at)
    assert over is not None and over.allowed


def test_cosmetics_before_october_2016_bore_30_percent_without_a_threshold(law):
    # base 425 / 0.7 = 607.142857; x 30 % x 0.7 = 127.50; x 17 % x 0.7 = 72.25
    found = bill(law.at(date(2016, 9, 30)), [line(CREAM, "425.00", first="0.02 035")])
    assert (found.consumptionTax, found.valueAddedTax) == (D("127.50"), D("72.25"))
    found = bill(law.at(date(2016, 10, 1)), [line(CREAM, "425.00", first="0.02 035")])
    # base 500: 15 % and 17 %, x 0.7
    assert (found.consumptionTax, found.valueAddedTax) == (D("52.50"), D("59.50"))


def test_the_bill_adds_rounded_lines(law_2025):
    # each line 0.05 x 9.1 % = 0.00455 -> 0.00; together 0.0091 would be 0.01
    found = bill(law_2025, [line(FORMULA, "0.05"), line(FORMULA, "0.05", gnum=2)])
    assert found.valueAddedTax == D("0.00") and found.taxPrice == D("0.10")
