"""Every law file: source, both languages, dates without overlap or gap, units. Bad law is refused by name."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from tongguan import codes
from tongguan.law.rows import Parcel
from tongguan.law.schema import SCHEMAS
from tongguan.law.snapshot import (
    LawFault,
    LawTables,
    NoLaw,
    Table,
    build_law,
    digest,
    doubtful_rows,
    pack,
    package_tables,
    read_tables,
)

# Written here by hand, so that a schema that forgets a subject is seen.
SUBJECTS = {
    "limits": ("scheme", "subject", "limit_type"),
    "vat_rates": ("rate_class",),
    "consumption_tax_rates": ("hs8", "threshold_per", "threshold_test"),
    "import_tax_treatment": ("scheme", "condition"),
    "positive_list": ("hs8",),
    "goods": ("code",),
    "lanes": (
        "customs_code",
        "goods",
        "trade_mode",
        "hold",
        "value_from",
        "value_to",
        "party",
        "origin",
        "price_outlier",
        "agency",
    ),
    "remedies": ("acts", "remedy"),
    "retention": ("data_class", "rule"),
    "holidays": ("day",),
    "settings": ("key",),
}
CONTINUOUS = ("limits", "vat_rates", "import_tax_treatment", "settings")


def test_the_files_are_those_that_are_known():
    assert set(package_tables()) == set(SUBJECTS) == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SUBJECTS))
def test_every_row_has_its_source_both_languages_and_days(tables: LawTables, name):
    by_subject: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in tables[name].as_dicts():
        assert row["id"] and row["source"], row
        assert row["confidence"] in ("high", "medium", "low") and row["mark"] in ("S", "k", "d"), row
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row["zh"]), row
        assert row["en"].isascii() and any(letter.isalpha() for letter in row["en"]), row
        assert not row["valid_to"] or row["valid_from"] <= row["valid_to"], row
        by_subject.setdefault(tuple(row[column] for column in SUBJECTS[name]), []).append(row)
    for rows in by_subject.values():
        rows.sort(key=lambda row: row["valid_from"])
        for before, after in pairwise(rows):
            begins = date.fromisoformat(after["valid_from"])
            last = date.fromisoformat(before["valid_to"]) if before["valid_to"] else begins - timedelta(days=1)
            assert last < begins, (before["id"], after["id"])
            if name in CONTINUOUS:
                assert last + timedelta(days=1) == begins, (before["id"], after["id"])


def test_ids_are_used_once(tables: LawTables):
    ids = [row["id"] for name in tables for row in tables[name].as_dicts()]
    assert len(ids) == len(set(ids))


def test_goods_are_those_of_the_tariff(tables: LawTables):
    tariff = codes.table("hs_units_2019")
    rows = list(tables["goods"].as_dicts())
    assert len(rows) >= 60 and len({row["code"][:2] for row in rows}) >= 8
    for row in rows:
        assert (row["unit1"], row["unit2"]) == (tariff.get(row["code"], "unit1"), tariff.get(row["code"], "unit2"))
        assert codes.table("units").has(row["unit1"])


# 71132100 is not in the tariff of 2019, cigars and electronic cigarettes may not come in by this channel at all.
NO_CODE = {"71132100", "24021000", "85434000"}


def test_each_rate_class_and_remark_has_goods_that_it_is_for(tables: LawTables):
    goods = list(tables["goods"].as_dicts())
    taxed = {row["consumption_hs8"] for row in goods}
    assert {row["hs8"] for row in tables["consumption_tax_rates"].as_dicts()} - taxed == NO_CODE
    assert {row["rate_class"] for row in tables["vat_rates"].as_dicts()} == {row["vat_class"] for row in goods}
    codes_of = {row["code"][:8] for row in goods}
    kinds = {row["remark_kind"] for row in tables["positive_list"].as_dicts()}
    assert {row["remark_kind"] for row in tables["positive_list"].as_dicts() if row["hs8"] in codes_of} == kinds
    assert kinds == {"none", "mode", "exclusion", "unknown", "name", "quantity", "deleted"}


def test_equal_tables_give_equal_bytes_in_whatever_order_they_were_read(tables: LawTables):
    backwards = LawTables({name: tables[name] for name in reversed(list(tables))})
    assert pack(backwards) == pack(tables)
    assert len(digest(pack(tables))) == 64
    assert build_law(pack(tables)).digest == digest(pack(tables))
    assert digest(pack(tables.with_row("lanes", LANE))) != digest(pack(tables))


def test_look_ups_on_a_day(law):
    at = law.at(date(2025, 6, 1))
    assert at is law.at(date(2025, 6, 1))
    assert at.limit("cbec_import", "buyer_id", "single_transaction").id == "L03"
    assert at.listed("1901101000").doubtful and at.goods("1901101000").unit1 == "035"
    assert at.listed("9102110000") is None and at.goods("0000000000") is None
    assert [row.id for row in at.lanes(parcel("5100", "9610", "1901101000"))] == ["LN01", "LN02"]
    assert at.consumption("1901101000") == ()
    assert at.setting("wait_days_max").int == 30 and not at.setting("payment_split_allowed").yes
    # off the list with the change of 2022
    assert law.at(date(2022, 2, 28)).listed("9307009090") and not law.at(date(2022, 3, 1)).listed("9307009090")
    for look_up in (
        lambda: at.setting("no_such"), lambda: at.vat("no_such"), lambda: at.treatment("no_such"),
        lambda: law.at(date(1990, 1, 1)).vat("standard"),
    ):  # fmt: skip
        with pytest.raises(NoLaw):
            look_up()


def test_doubtful_rows_are_listed(law, tables):
    listed = {row.id for row in doubtful_rows(law)}
    by_hand = {
        row["id"]
        for name in tables
        for row in tables[name].as_dicts()
        if row["mark"] == "k" or row["confidence"] == "low"
    }
    assert listed == by_hand
    assert {"V08", "L15"} <= listed and not {"T01", "L03", "CT017"} & listed


LANE = {"id": "LN90", "customs_code": "51", "goods": "3304", "trade_mode": "1210", "share": "0.5", "hold": "review",
        "party": "*", "origin": "*", "price_outlier": "no", "agency": "customs", "zh": "测试", "en": "test",
        "valid_from": "2020-01-01", "source": "test", "confidence": "high",
        "mark": "d"}  # fmt: skip


def parcel(office: str, mode: str, *codes: str, origin: str = "601") -> Parcel:
    return Parcel(office, mode, ("99E1000001",), tuple((code, origin) for code in codes))


def test_a_lane_is_for_its_office_goods_and_mode(tables):
    at = build_law(pack(tables.with_row("lanes", LANE))).at(date(2025, 6, 1))
    drawn = {(office, code, mode): "LN90" in {row.id for row in at.lanes(parcel(office, mode, code))}
             for office in ("5100", "2200") for code in ("3304990029", "1901101000")
             for mode in ("1210", "9610")}  # fmt: skip
    assert [key for key, yes in drawn.items() if yes] == [("5100", "3304990029", "1210")]
    assert "LN90" in {row.id for row in at.lanes(parcel("5100", "1210", "1901101000", "3304990029"))}


SETTING = {"id": "S90", "key": "wait_days_max", "value": "20", "unit": "days", "zh": "天数", "en": "days",
           "valid_from": "2030-01-01", "source": "test", "confidence": "high", "mark": "d"}  # fmt: skip
LIMIT = {"id": "L90", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "single_transaction",
         "amount": "6000", "unit": "CNY", "inclusive": "yes", "on_exceed": "refuse", "zh": "限值", "en": "limit",
         "valid_from": "2030-01-01", "source": "test", "confidence": "high", "mark": "d"}  # fmt: skip
GOODS = {"id": "G90", "code": "3304990091", "zh": "化妆品", "en": "cosmetics", "unit1": "035", "unit2": "011",
         "mfn_duty": "0.01", "vat_class": "standard", "consumption_hs8": "33049900", "content": "",
         "valid_from": "2020-01-01", "source": "test", "confidence": "high", "mark": "d"}  # fmt: skip
EXCISE = {"id": "CT90", "hs8": "11111111", "rate": "0.1", "zh": "消费税", "en": "consumption tax",
          "valid_from": "2030-01-01", "source": "test", "confidence": "high", "mark": "d"}  # fmt: skip
LISTED = {"id": "P90", "hs8": "91021100", "zh": "手表", "en": "watch", "basis": "listed", "remark_kind": "none",
          "trade_modes": "*", "edition": "2030", "valid_from": "2030-01-01", "source": "test", "confidence": "high",
          "mark": "d"}  # fmt: skip
TREATMENT = {"id": "T90", "scheme": "cbec_import", "condition": "within_limits", "allowed": "yes", "duty_share": "0",
             "vat_share": "0.8", "consumption_share": "0.8", "channel": "inventory", "counts_in_year_limit": "yes",
             "zh": "限值以内", "en": "within", "valid_from": "2030-01-01", "source": "test", "confidence": "high",
             "mark": "d"}  # fmt: skip


@pytest.mark.parametrize(("table", "row", "change", "column"), [
    pytest.param("settings", SETTING, {"source": ""}, "source", id="no source"),
    pytest.param("settings", SETTING, {"en": " "}, "en", id="no English"),
    pytest.param("settings", SETTING, {"zh": ""}, "zh", id="no Chinese"),
    pytest.param("settings", SETTING, {"unit": "fortnights"}, "unit", id="unknown unit of a setting"),
    pytest.param("settings", SETTING, {"value": "many"}, "value", id="value does not fit its unit"),
    pytest.param("settings", SETTING, {"id": "S01"}, "id", id="id used twice in a table"),
    pytest.param("settings", SETTING, {"id": "L03"}, "id", id="id used in another table"),
    pytest.param("settings", SETTING, {"mark": "x"}, "mark", id="unknown mark"),
    pytest.param("limits", LIMIT, {"unit": "EUR"}, "unit", id="unknown unit of a limit"),
    pytest.param("limits", LIMIT, {"amount": "1e3"}, "amount", id="exponent"),
    pytest.param("limits", LIMIT, {"amount": "-1"}, "amount", id="below zero"),
    pytest.param("limits", LIMIT, {"valid_from": "2030-02-30"}, "valid_from", id="no such day"),
    pytest.param("limits", LIMIT, {"valid_to": "2029-12-31"}, "valid_to", id="ends before it begins"),
    pytest.param("limits", LIMIT, {"valid_from": "2018-12-31"}, "valid_from", id="overlaps a closed row"),
    pytest.param("limits", LIMIT, {"valid_from": "2019-01-01"}, "valid_from", id="begins the same day as another"),
    pytest.param("goods", GOODS, {"unit1": "999"}, "unit1", id="unknown unit code"),
    pytest.param("goods", GOODS, {"vat_class": "none"}, "vat_class", id="unknown VAT class"),
    pytest.param("goods", GOODS, {"consumption_hs8": "11111111"}, "consumption_hs8", id="no consumption tax row"),
    pytest.param("goods", GOODS, {"code": "123"}, "code", id="code too short"),
    pytest.param("consumption_tax_rates", EXCISE, {"hs8": "33049900"}, "threshold_per",
                 id="two rows could apply together"),
    pytest.param("consumption_tax_rates", EXCISE, {"rate": "1"}, "rate", id="rate of its own base"),
    pytest.param("consumption_tax_rates", EXCISE, {"threshold": "5"}, "threshold", id="half a threshold"),
    pytest.param("consumption_tax_rates", EXCISE, {"yuan_per_litre": "5"}, "yuan_per_kg",
                 id="litre without kilogram"),
    pytest.param("import_tax_treatment", TREATMENT, {"vat_share": ""}, "allowed", id="allowed without a share"),
    pytest.param("import_tax_treatment", TREATMENT, {"allowed": "no"}, "allowed", id="forbidden with shares"),
    pytest.param("import_tax_treatment", TREATMENT, {"vat_share": "1.01"}, "vat_share", id="share above the whole"),
    pytest.param("positive_list", LISTED, {"trade_modes": "1210 0000"}, "trade_modes", id="unknown trade mode"),
    pytest.param("positive_list", LISTED, {"year_limit": "none"}, "year_limit", id="unknown limit"),
    pytest.param("positive_list", LISTED, {"remark_zh": "备注"}, "remark_en", id="remark in one language"),
    pytest.param("lanes", LANE, {"hold": "seize"}, "hold", id="unknown hold"),
])  # fmt: skip
def test_bad_law_is_refused_by_table_row_and_column(tables, table, row, change, column):
    build_law(pack(tables.with_row(table, row)))
    bad = {**row, **change}
    with pytest.raises(LawFault) as refused:
        build_law(pack(tables.with_row(table, bad)))
    assert (refused.value.table, refused.value.column) == (table, column)
    assert refused.value.row in (bad["id"], "L03")
    assert refused.value.zh and refused.value.en


def test_a_gap_is_refused_where_the_law_must_be_continuous(tables):
    closed = Table(tables["limits"].header, tuple(
        tuple("2019-06-30" if column == "valid_to" and row[0] == "L03" else cell
              for column, cell in zip(tables["limits"].header, row, strict=True))
        for row in tables["limits"].rows))  # fmt: skip
    gap = tables.with_table("limits", closed).with_row("limits", {**LIMIT, "valid_from": "2019-07-02"})
    with pytest.raises(LawFault, match="gap"):
        build_law(pack(gap))
    build_law(pack(tables.with_table("limits", closed).with_row("limits", {**LIMIT, "valid_from": "2019-07-01"})))


def test_missing_and_unknown_tables_and_columns_are_refused(tables):
    without = LawTables({name: tables[name] for name in tables if name != "lanes"})
    with pytest.raises(LawFault, match="lanes"):
        build_law(pack(without))
    with pytest.raises(LawFault, match="extra"):
        build_law(pack(tables.with_table("extra", tables["lanes"])))
    with pytest.raises(LawFault, match="colour"):
        tables.with_row("lanes", {"id": "LN91", "colour": "red"})
    with pytest.raises(LawFault):
        tables.with_row("extra", {"id": "X"})
    no_hold = Table(tuple(column for column in tables["lanes"].header if column != "hold"), ())
    with pytest.raises(LawFault, match="hold"):
        build_law(pack(tables.with_table("lanes", no_hold)))


@pytest.mark.parametrize(
    "packed", [b"", b"\xff", b"[]", b"{}", b'{"limits":[[1]]}', b'{"limits":3}', b'{"limits":[["id"],[]]}']
)
def test_other_bytes_are_no_law(packed):
    with pytest.raises(LawFault):
        build_law(packed)


def test_csv_texts_are_read_with_or_without_a_byte_order_mark():
    read = read_tables({"lanes": "\ufeffid,zh\r\nA,甲\r\n\r\n"})
    assert list(read["lanes"].as_dicts()) == [{"id": "A", "zh": "甲"}]
    with pytest.raises(LawFault, match="cells"):
        read_tables({"lanes": "id,zh\nA\n"})
    with pytest.raises(LawFault, match="empty"):
        read_tables({"lanes": ""})
