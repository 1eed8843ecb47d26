"""Code tables: what is there, what is not, and that codes are text."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction

import pytest

from tongguan import codes
from tongguan.codes.measure import Measure, measure

ROWS = {
    "admin_divisions": 3515, "agencies": 6, "app_status": 2, "app_type": 3, "countries": 249, "currencies": 28,
    "customs_districts": 1085, "customs_result_codes": 13, "customs_result_prefixes": 7, "dxp_error_codes": 15,
    "hs_units_2019": 11929, "id_types": 2, "ie_flag": 2, "logistics_status": 1, "order_type": 4,
    "pull_answers": 10, "pull_pay_type": 4, "pull_ver_dept": 3,
    "return_error_codes": 172, "return_status": 21, "subscribe_status": 3, "tax_status": 3, "trade_modes": 99,
    "transport_modes": 19, "units": 123, "wrap_types_1digit": 7,
}  # fmt: skip


def test_the_tables_and_how_many_codes_each_has():
    assert {name: len(codes.table(name)) for name in codes.table_names()} == ROWS


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_code_has_a_name_in_both_languages_or_the_chinese_one_in_its_place(name):
    table = codes.table(name)
    assert table.columns[0] == "code"
    for code in table:
        assert code == code.strip() and code
        assert table.zh(code).strip() and table.en(code).strip()


@pytest.mark.parametrize(("table", "code", "zh"), [
    ("units", "035", "千克"), ("countries", "142", "中国"), ("countries", "502", "美国"),
    ("currencies", "142", "人民币"),
    ("units", "142", "瓶"), ("trade_modes", "9610", "跨境贸易电子商务"), ("id_types", "1", "身份证"),
])  # fmt: skip
def test_known_codes(table, code, zh):
    assert codes.table(table).has(code) and codes.table(table).zh(code) == zh


def test_codes_are_text_and_compared_as_written():
    units = codes.table("units")
    assert units.has("007") and not units.has("7") and not units.has(" 007") and "007" in units


def test_what_is_not_there_is_named():
    with pytest.raises(codes.UnknownTable, match="no_such"):
        codes.table("no_such")
    with pytest.raises(codes.UnknownTable):
        codes.table("../identity")
    with pytest.raises(codes.UnknownCode, match="999"):
        codes.table("units").zh("999")
    with pytest.raises(KeyError):
        codes.table("units").get("035", "no_such")


def test_every_code_that_a_goods_code_names_is_a_unit():
    goods, units = codes.table("hs_units_2019"), codes.table("units")
    for code in goods:
        assert units.has(goods.get(code, "unit1")), code
        assert not goods.get(code, "unit2") or units.has(goods.get(code, "unit2")), code


@pytest.mark.parametrize(("quantity", "unit", "kind", "amount"), [
    ("0.02", "035", "mass", "20"), ("20", "036", "mass", "20"), ("1", "070", "mass", "1000000"),
    ("0.7", "095", "volume", "700"), ("330", "096", "volume", "330"), ("1", "063", "volume", "1000000"),
    ("1", "076", "mass", "453.59237"), ("2", "008", "piece", "2"), ("1", "043", "piece", "100"),
    ("5", "020", "sheet", "5"), ("1", "058", "sheet", "1000"),
])  # fmt: skip
def test_units_of_fixed_content(quantity, unit, kind, amount):
    assert measure(D(quantity), unit) == Measure(kind, Fraction(amount))


@pytest.mark.parametrize("unit", ["142", "140", "122", "006", "030", "999", "", "35"])
def test_a_bottle_is_not_a_number_of_millilitres(unit):
    assert measure(D(1), unit) is None
