"""The small parts: agreement of values, China time, the length of a receipt, deletions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearance.playstore import NOW, D, PlayStore, a_set, law_changed
from tongguan.clearance.compare import amounts_agree, show, texts_agree
from tongguan.clearance.model import FactsMissing
from tongguan.clearance.times import china_day, read_day, read_time

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=5, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("left", "right", "tolerance", "agree"),
    [
        ("1.00", "1", "0", True),
        ("1.00", "1.00499", "0", True),
        ("1.00", "1.00500", "0", False),
        ("1.00", "1.01", "0.01", True),
        ("1.00", "1.02", "0.01", False),
        ("99999999999999.99999", "100000000000000", "0", True),
    ],
)
def test_amounts_agree_to_two_decimals_within_the_tolerance(left, right, tolerance, agree):
    assert amounts_agree(D(left), D(right), D(tolerance)) is agree
    assert amounts_agree(D(right), D(left), D(tolerance)) is agree


@given(AMOUNTS, AMOUNTS)
def test_agreement_is_that_of_whole_fen(left: Decimal, right: Decimal):
    def fen(amount: Decimal) -> int:
        units = int(amount * 100_000)  # whole 1e-5 yuan
        return (units + 500) // 1000

    assert amounts_agree(left, right, Decimal(0)) is (fen(left) == fen(right))


def test_texts_agree_without_the_blanks_around_them():
    assert texts_agree(" 沙箱 ", "沙箱") and texts_agree(None, "") and not texts_agree("沙 箱", "沙箱")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("118.00000"), "118.00"),
        (D("118.0"), "118.0"),
        (D("1.23450"), "1.2345"),
        (D("1E+3"), "1000"),
        (None, ""),
        (7, "7"),
    ],
)
def test_values_are_shown_as_a_person_writes_them(value, text):
    assert show(value) == text


def test_days_and_times_are_those_of_china():
    assert china_day(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)
    assert china_day(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 12, 31)
    assert read_time("20260302120000") == NOW
    for text in ("20260230120000", "2026030212000", "2026030212000x", "２０２６0302120000", ""):
        assert read_time(text) is None
    assert read_day("20240229") == date(2024, 2, 29)
    assert read_day("20250229") is None and read_day("2025022") is None


@pytest.mark.parametrize(("seconds", "row"), [(11 * 3600 + 3599, "L04"), (12 * 3600, "L04B")])
def test_the_law_changes_at_midnight_in_china(seconds, row):
    """NOW is noon in China; the old yearly limit ends with that day."""
    store, docs = PlayStore(now=NOW + timedelta(seconds=seconds)), a_set()
    store.law = law_changed("limits", "L04", date(2026, 3, 2), "L04B", amount="30000")
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    final = store.file(docs["inventory"])
    assert final.outcome == "released" and row in final.law_rows


def test_a_receipt_holds_a_thousand_characters_with_the_reasons_first():
    store, docs = PlayStore(), a_set(prices=("1.00",) * 60, tax="0")
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    inventory = docs["inventory"].head(orderNo="SBX000001")
    for number in range(1, 61):
        inventory = inventory.line(number, unit1="036")
    final = store.file(inventory)
    assert len(final.problems) == 60
    (text,) = [one.info for one in final.receipts if one.status == "100"]
    assert len(text) == 1000 and text.startswith("[D08-UNIT;") and text.endswith("…")


def test_a_deletion_need_not_repeat_its_content_rightly_but_its_time():
    store, order = PlayStore(), a_set()["order"]
    store.file(order)
    assert store.file(order.head(appType="3", appTime="29991231000000")).problems[0].rule_id == "D18"
    assert store.file(order.later(appType="3", acturalPaid=D("1"))).outcome == "deleted"


def test_a_fact_that_was_not_looked_up_is_broken_code_and_not_a_silent_pass():
    store, docs = PlayStore(draws={"LN01": D("0.5")}), a_set()
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    with pytest.raises(FactsMissing, match="LN02"):
        store.file(docs["inventory"])
