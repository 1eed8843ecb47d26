"""Rows of lanes and remedies: what is refused, what older snapshots mean, what a lane covers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tongguan.law.snapshot import LawFault, LawTables, Parcel, Table, build_law, pack, package_tables

DAY = date(2026, 3, 2)
LANE = {"id": "LN90", "customs_code": "51", "goods": "3304", "trade_mode": "9610", "share": "0.5", "hold": "review",
        "value_from": "", "value_to": "", "party": "*", "origin": "*", "price_outlier": "no", "agency": "customs",
        "zh": "测试", "en": "test", "valid_from": "2020-01-01", "source": "test", "confidence": "high",
        "mark": "d"}  # fmt: skip
REMEDY = {"id": "RM90", "acts": "tax", "remedy": "lawsuit", "authority_zh": "法院", "authority_en": "court",
          "period": "15", "period_unit": "days", "zh": "测试", "en": "test", "valid_from": "2020-01-01",
          "source": "test", "confidence": "high", "mark": "d"}  # fmt: skip


def without(tables: LawTables, name: str, *columns: str) -> LawTables:
    """The tables as an earlier version of the program packed them: without some columns of one."""
    table = tables[name]
    kept = [at for at, column in enumerate(table.header) if column not in columns]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return tables.with_table(name, Table(tuple(table.header[at] for at in kept), rows))


@pytest.mark.parametrize(
    ("table", "cells", "column"),
    [
        ("lanes", {"value_from": "100", "value_to": "99.99"}, "value_to"),
        ("lanes", {"value_from": "-1"}, "value_from"),
        ("lanes", {"party": "small letters"}, "party"),
        ("lanes", {"party": ""}, "party"),
        ("lanes", {"origin": "000"}, "origin"),
        ("lanes", {"agency": "secret"}, "agency"),
        ("lanes", {"hold": "guarantee"}, "hold"),
        ("lanes", {"hold": "detention"}, "hold"),
        ("lanes", {"share": "1.01"}, "share"),
        ("lanes", {"price_outlier": "perhaps"}, "price_outlier"),
        ("remedies", {"acts": ""}, "acts"),
        ("remedies", {"acts": "rejection other"}, "acts"),
        ("remedies", {"remedy": "appeal"}, "remedy"),
        ("remedies", {"period": "", "period_unit": "days"}, "period_unit"),
        ("remedies", {"period": "15", "period_unit": ""}, "period_unit"),
        ("remedies", {"period": "1.5"}, "period"),
        ("remedies", {"authority_en": ""}, "authority_en"),
    ],
)
def test_a_bad_cell_is_named(table: str, cells: dict[str, str], column: str) -> None:
    row = (LANE if table == "lanes" else REMEDY) | cells
    with pytest.raises(LawFault) as fault:
        build_law(pack(package_tables().with_row(table, row)))
    assert f"{column}" in str(fault.value) and row["id"] in str(fault.value)


def test_a_lane_for_price_outliers_needs_the_settings_that_say_what_one_is() -> None:
    tables = package_tables()
    settings = tables["settings"]
    at = settings.header.index("key")
    bare = Table(settings.header, tuple(row for row in settings.rows if not row[at].startswith("price_outlier")))
    build_law(pack(tables.with_table("settings", bare)))
    with pytest.raises(LawFault, match="price_outlier"):
        build_law(pack(tables.with_table("settings", bare).with_row("lanes", LANE | {"price_outlier": "yes"})))
    build_law(pack(tables.with_row("lanes", LANE | {"price_outlier": "yes"})))


def test_a_lane_of_an_earlier_snapshot_is_customs_and_asks_nothing_more() -> None:
    new = ("value_from", "value_to", "party", "origin", "price_outlier", "agency")
    (lane, *_) = (
        build_law(pack(without(package_tables(), "lanes", *new)))
        .at(DAY)
        .lanes(Parcel("5165", "9610", ("A",), (("1901101000", "601"),)))
    )
    assert (lane.value_from, lane.value_to, lane.party, lane.origin) == (None, None, "*", "*")
    assert (lane.price_outlier, lane.agency) == (False, "customs")


def test_an_earlier_snapshot_knows_no_remedies() -> None:
    tables = package_tables()
    earlier = LawTables({name: tables[name] for name in tables if name != "remedies"})
    assert build_law(pack(earlier)).at(DAY).remedies("rejection") == ()


@pytest.mark.parametrize(
    ("day", "act", "ids"),
    [
        (date(2023, 12, 31), "rejection", ["RM01", "RM03", "RM05", "RM06"]),
        (date(2024, 1, 1), "rejection", ["RM01", "RM04", "RM05", "RM06"]),
        (DAY, "detention", ["RM01", "RM04", "RM05", "RM06"]),
        (DAY, "ship_back", ["RM04", "RM05", "RM06"]),
        (DAY, "refusal", ["RM02"]),
        (DAY, "tax", ["RM06", "RM07"]),
        (DAY, "applause", []),
    ],
)
def test_the_remedies_of_a_day(day: date, act: str, ids: list[str]) -> None:
    rows = build_law(pack(package_tables())).at(day).remedies(act)
    assert [row.id for row in rows] == ids


def test_the_periods_are_those_of_the_statutes() -> None:
    """Reconsideration 60 days; a lawsuit 6 months, after reconsideration 15 days."""
    rows = build_law(pack(package_tables())).at(DAY).remedies("rejection")
    assert {row.remedy: (row.period, row.period_unit) for row in rows} == {
        "human_decision": (None, ""), "reconsideration": (60, "days"), "lawsuit": (6, "months"),
        "lawsuit_after_reconsideration": (15, "days"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "covered"), [("99.99", False), ("100", True), ("200", True), ("200.01", False)], ids=str
)
def test_the_bounds_of_a_value_belong_to_it(value: str, covered: bool) -> None:
    row = LANE | {"value_from": "100", "value_to": "200"}
    lane = build_law(pack(package_tables().with_row("lanes", row))).at(DAY).lane("LN90")
    assert lane is not None and lane.covers_value(Decimal(value)) is covered


def test_two_lanes_that_differ_in_any_condition_stand_side_by_side() -> None:
    tables = package_tables().with_row("lanes", LANE)
    for number, cells in enumerate(({"value_from": "1"}, {"party": "A1"}, {"origin": "601"}, {"agency": "tax"}), 91):
        tables = tables.with_row("lanes", LANE | cells | {"id": f"LN{number}"})
    assert build_law(pack(tables)).at(DAY).lane("LN94") is not None
    with pytest.raises(LawFault):
        build_law(pack(tables.with_row("lanes", LANE | {"id": "LN99"})))
