"""``replay --against``: what another law would have decided, and by which rows; the store stays as it is."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import pytest

from tests.engine.house import House
from tests.engine.test_lawmaking import COMMON, vat, with_rows
from tongguan.engine.rehearsal import RehearsalReport, rehearse
from tongguan.law.snapshot import build_law

LIMIT = {**COMMON, "id": "L90", "scheme": "cbec_import", "subject": "buyer_id", "limit_type": "single_transaction",
         "amount": "6000", "unit": "CNY", "inclusive": "yes", "on_exceed": "full_tax_if_one_item",
         "valid_from": "2026-03-01"}  # fmt: skip
# goods values of orders of two pieces; freight is 10.00, so the dutiable values are 10.00 more
VALUES = ("4990.00", "4990.01", "5500.00", "5990.00", "5990.01")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("rehearsal") / "store")
    for number, value in enumerate(VALUES, 1):
        house.file_set(number, prices=("0.01", str(Decimal(value) - Decimal("0.01"))), tax="0.00")
    with house.engine() as engine:
        engine.drain()
    return house


def against(house: House, packed: bytes, **asked: object) -> RehearsalReport:
    before = hashlib.sha256(house.store.state_path.read_bytes()).digest()
    report = rehearse(house.store, build_law(packed), **asked)  # type: ignore[arg-type]
    assert hashlib.sha256(house.store.state_path.read_bytes()).digest() == before
    return report


def inventories(report: RehearsalReport) -> dict[str, dict[str, tuple[str, str]]]:
    return {
        one.key[1]: {what: (then, now) for what, then, now in one.changes}
        for one in report.differing
        if one.kind == "inventory"
    }


def test_an_unchanged_law_changes_nothing(house: House) -> None:
    report = against(house, house.law)
    assert (report.differing, report.cases, report.decided) == ((), 5, 20)


def test_raising_5000_to_6000_moves_exactly_the_orders_between(house: House) -> None:
    report = against(house, with_rows(house.law, limits=LIMIT))
    found = inventories(report)
    assert set(found) == {"C000002", "C000003", "C000004"}
    assert all(changes["status"] == ("100", "800") and changes["rules"][0] == "T04" for changes in found.values())
    assert all({"L03", "L90", "T04", "T01"} <= set(one.rows) for one in report.differing)
    assert all(one.day == date(2026, 3, 2) for one in report.differing)


def test_a_rate_changes_the_tax_and_names_its_row(house: House) -> None:
    report = against(house, with_rows(house.law, vat_rates=vat("2026-03-01", "0.20")))
    # 5,000.00 at 20 % x 0.7 in place of 13 % x 0.7; what was rejected has no tax either way
    assert inventories(report)["C000001"]["tax"] == ("455.00", "700.00")
    assert set(inventories(report)) == {"C000001"}
    assert [set(one.rows) for one in report.differing] == [{"V08", "V90"}]


def test_a_change_that_lies_ahead_is_tried_as_of_its_day(house: House) -> None:
    packed = with_rows(house.law, limits={**LIMIT, "valid_from": "2027-01-01"})
    assert against(house, packed).differing == ()
    report = rehearse(house.store, build_law(packed).as_of(date(2027, 1, 1)))
    assert set(inventories(report)) == {"C000002", "C000003", "C000004"}
    assert rehearse(house.store, build_law(packed).as_of(date(2026, 12, 31))).differing == ()


def test_the_last_cases_only(house: House) -> None:
    report = against(house, with_rows(house.law, limits=LIMIT), last=2)  # numbers 4 and 5
    assert (report.cases, set(inventories(report))) == (2, {"C000004"})


def test_goods_taken_off_the_list_would_have_been_rejected(house: House) -> None:
    ended = {"id": "P0087", "valid_to": "2026-03-01"}
    from tongguan.law.snapshot import pack, unpack

    tables = unpack(house.law)
    row = next(row for row in tables["positive_list"].as_dicts() if row["id"] == "P0087") | ended
    report = against(house, with_rows(pack(tables), positive_list=row))
    assert inventories(report)["C000001"]["rules"] == ("", "D09 D09")  # both lines


def test_a_law_that_is_not_there_on_the_day_is_told_and_not_raised(house: House) -> None:
    report = rehearse(house.store, build_law(house.law).as_of(date(2000, 1, 1)))
    assert report.differing and all((what == "decision" and "limits" in now) or "settings" in now
                                    for one in report.differing for what, _, now in one.changes)  # fmt: skip


def test_a_new_lane_draws_by_the_days_seed(house: House) -> None:
    """Facts of the time held no draw for it; the share of one draws all, the share of nothing none."""
    from tongguan.law.snapshot import package_tables

    lane = next(row for row in package_tables()["lanes"].as_dicts() if row["hold"] == "review")
    for share, drawn in (("1", {"C000001"}), ("0", set())):
        report = against(house, with_rows(house.law, lanes={**lane, "id": "LN90", "share": share}))
        assert {key for key, changes in inventories(report).items() if "status" in changes} == drawn
