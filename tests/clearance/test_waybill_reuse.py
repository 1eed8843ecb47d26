"""M18: a waybill number is not used again by its company within the set months after the parcel's release."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.clearance.playstore import Filed, a_set, law_with
from tests.clearance.yard import YardStore, file_all, signed_for
from tongguan.clearance.times import months_after

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LAST_SECOND = datetime(2026, 9, 2, 15, 59, 59, tzinfo=UTC)  # of 2 September in China
MIDNIGHT = datetime(2026, 9, 2, 16, 0, tzinfo=UTC)


def again(docs: dict[str, Filed], number: int = 2) -> dict[str, Filed]:
    """Another set, of half a year later, under the waybill number of the first."""
    made = a_set(number)
    at = {"appTime": "20260902235900"}
    made["waybill"] = made["waybill"].head(logisticsNo=docs["waybill"].key[1], **at)
    made["inventory"] = made["inventory"].head(logisticsNo=docs["waybill"].key[1], declTime="20260902", **at)
    for kind in ("order", "payment"):
        made[kind] = made[kind].head(**at)
    return made


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 3, 2), 6, date(2026, 9, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 31), 12, date(2027, 5, 31)),
    ],
)
def test_a_period_of_months_ends_with_the_day_of_the_same_number(day: date, months: int, last: date):
    assert months_after(day, months) == last


@pytest.mark.parametrize(("at", "free"), [(NOON, False), (LAST_SECOND, False), (MIDNIGHT, True)])
def test_the_number_is_free_from_the_midnight_after_six_months(at: datetime, free: bool):
    store, first = YardStore(), a_set()
    file_all(store, first)
    store.now = at
    filed = again(first)["waybill"].head(appTime="20260302113100")
    decision = store.file(filed)
    if free:
        assert (decision.outcome, decision.status, decision.law_rows) == ("waiting", "2", ("S16",))
        return
    assert (decision.status, decision.problems[0].rule_id) == ("-504015", "M18")
    assert (decision.problems[0].expected, decision.problems[0].law_row) == (">= 2026-09-03", "S16")
    assert store.get(first["waybill"]).used_by == first["inventory"].key


def test_the_months_are_those_of_the_law():
    store, first = YardStore(law=law_with("settings", "S16", value="1")), a_set()
    file_all(store, first)
    store.now = datetime(2026, 4, 2, 16, 0, tzinfo=UTC)
    assert store.file(again(first)["waybill"].head(appTime="20260302113100")).status == "2"


def test_a_new_parcel_under_the_old_number_clears_and_the_old_one_stays_as_it_is():
    store, first = YardStore(), a_set()
    file_all(store, first)
    store.file(signed_for())
    before = store.get(first["inventory"])
    store.now = MIDNIGHT
    second = again(first)
    assert file_all(store, second).status == "800"
    waybill = store.get(second["waybill"])
    assert waybill.used_by == second["inventory"].key and waybill.version > 1
    assert waybill.anew_from == MIDNIGHT and waybill.signed_at is None, "the signature was that of the former parcel"
    assert store.get(first["inventory"]) == before


def test_an_inventory_that_comes_before_the_new_waybill_waits_for_it():
    """The old parcel's waybill is not this one's, however its number reads."""
    store, first = YardStore(), a_set()
    file_all(store, first)
    store.now = MIDNIGHT
    second = again(first)
    for kind in ("order", "payment"):
        store.file(second[kind])
    assert (store.file(second["inventory"]).outcome, store.get(second["inventory"]).missing) == (
        "waiting",
        ("waybill",),
    )
    store.file(second["waybill"])
    assert store.get(second["inventory"]).status == "800"


def test_within_the_time_an_inventory_on_a_used_waybill_is_rejected():
    store, first = YardStore(), a_set()
    file_all(store, first)
    store.now = LAST_SECOND
    second = again(first)
    second["waybill"] = first["waybill"]
    for kind in ("order", "payment"):
        store.file(second[kind])
    final = store.file(second["inventory"])
    assert final.status == "100" and "M17-USED" in {one.rule_id for one in final.problems}


def test_a_number_in_use_by_a_parcel_that_is_not_released_is_never_free():
    store, first = YardStore(), a_set()
    store.draws = {"LN01": store.draws["LN01"] * 0, "LN02": store.draws["LN02"]}
    file_all(store, first)
    assert store.get(first["inventory"]).status == "300"
    store.now = datetime(2026, 12, 1, tzinfo=UTC)
    decision = store.file(again(first)["waybill"])
    assert (decision.status, decision.problems[0].rule_id) == ("-504015", "K01")


def test_anew_is_still_by_its_company_and_later_than_what_is_stored():
    store, first = YardStore(), a_set()
    file_all(store, first)
    store.now = MIDNIGHT
    old = store.file(again(first)["waybill"].head(appTime="20260302113000"))
    assert (old.status, old.problems[0].rule_id) == ("-505016", "K02")
    changed = store.file(again(first)["waybill"].head(appType="2"))
    assert (changed.status, changed.problems[0].rule_id) == ("-504016", "K03"), "a change is not a new parcel"
