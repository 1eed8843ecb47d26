"""A payment bill that is not paid in time closes its guarantee. Released on 2 March 2026, summarised on 2 April.

2 April and 15 days are 17 April, a Friday and a working day.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.clearance.life import LifeStore, e8_set, goods_return, released
from tests.clearance.playstore import D, Filed, a_set, law_with
from tongguan.clearance.explain import explain_document
from tongguan.clearance.holds import open_holds
from tongguan.clearance.times import CHINA
from tongguan.clearance.unpaid import guarantor_of, last_day
from tongguan.law.snapshot import Table, build_law, pack, package_tables

BILL = "516520260402D99E1000001"
COUNT, OWN = "unpaid_bills:99E1000001", f"unpaid_bill:{BILL}"
GUARANTEE = "guarantee:99E1000001"
NUMBER = "51652026I000000001"
LAW = build_law(pack(package_tables()))
DAYS_OF_LAST = 46  # 17 April, counted from the release


def late(store: LifeStore | None = None, docs: dict[str, Filed] | None = None) -> LifeStore:
    """A store with one released inventory whose payment bill is late."""
    store, _ = released(store, docs)
    made = store.go_to(DAYS_OF_LAST + 1, "00:00")
    assert "unpaid" in [one.outcome for one in made]
    return store


def file_next(store: LifeStore, number: int = 2, **heads: str) -> dict[str, Filed]:
    """Another set, filed now."""
    docs = a_set(number)
    now = f"{store.now.astimezone(CHINA):%Y%m%d}"
    docs["inventory"] = docs["inventory"].head(declTime=now, **heads)
    for kind in ("order", "payment", "waybill", "inventory"):
        store.file(docs[kind])
    return docs


@pytest.mark.parametrize(
    ("made", "last"),
    [
        pytest.param("20260402", "2026-04-17", id="a Friday"),
        pytest.param("20260403", "2026-04-20", id="a Saturday moves to Monday"),
        pytest.param("20260425", "2026-05-11", id="10 May is a Sunday"),
        pytest.param("20260424", "2026-05-09", id="9 May is a Saturday that is made up"),
        pytest.param("20260917", "2026-10-08", id="2 October is a holiday"),
        pytest.param("20260925", "2026-10-10", id="10 October is a Saturday that is made up"),
        pytest.param("20251218", "2026-01-04", id="2 January is off, Sunday the 4th is worked"),
    ],
)
def test_the_last_day_is_the_fifteenth_or_the_next_working_day(made: str, last: str) -> None:
    found = last_day(f"5165{made}D99E1000001", LAW.at(date(2026, 9, 17)))
    assert found is not None and found.day == date.fromisoformat(last)
    assert found.law_rows[0] == "S23" and found.doubtful, "how the days are counted is general knowledge"


def test_a_number_names_its_guarantor_and_one_without_a_day_has_no_last_day() -> None:
    assert guarantor_of(BILL) == "99E1000001"
    assert last_day("5165", LAW.at(date(2026, 9, 17))) is None


@pytest.mark.parametrize(("day", "clock", "count"), [(46, "23:59", 0), (47, "00:00", 1)])
def test_it_is_late_from_the_midnight_in_china_after_its_last_day(day: int, clock: str, count: int) -> None:
    store, _ = released(LifeStore(), e8_set())
    made = store.go_to(day, clock)
    assert store.balance(COUNT) == (count, 0)
    told = [one for one in made if one.outcome == "unpaid"]
    assert len(told) == count
    for one in told:
        (problem,) = one.problems
        assert (problem.rule_id, problem.found, problem.expected) == ("T-UNPAID", BILL, "2026-04-17")
        assert one.law_rows == ("S23",) and one.doubtful


def test_a_last_day_on_a_holiday_closes_nothing_until_the_working_day_is_over() -> None:
    tables = package_tables()
    off = [f"HX{at},2026-04-{at},holiday,假,off,2026-01-01,,test,high,S".split(",") for at in (17, 20)]
    table = Table(tables["holidays"].header, (*tables["holidays"].rows, *map(tuple, off)))
    store, _ = released(LifeStore(law=build_law(pack(tables.with_table("holidays", table)))))
    # 17 April off, 18 and 19 a weekend, 20 off: the last day is Tuesday, 21 April, day 50
    assert "unpaid" not in [one.outcome for one in store.go_to(50, "23:59")]
    assert [one.outcome for one in store.go_to(51, "00:00")] == ["unpaid"]


def test_paid_on_the_last_day_it_is_never_late() -> None:
    store, _ = released()
    store.go_to(DAYS_OF_LAST, "23:59")
    assert store.pay(BILL).outcome == "paid"
    assert "unpaid" not in [one.outcome for one in store.go_to(60)]
    assert store.balance(COUNT) == (0, 0) and store.balance(OWN) == (0, 1)


def test_a_payment_noted_on_the_last_day_counts_though_not_every_inventory_has_been_told_yet() -> None:
    store, _ = released()
    store.go_to(DAYS_OF_LAST, "23:59")
    waiting, store.awaits = store.awaits, {}
    store.pay(BILL)
    assert store.balance(f"payment_bill:{BILL}")[0] > 0
    assert "unpaid" not in [one.outcome for one in store.go_to(47)]
    store.awaits = waiting


def test_what_comes_while_the_guarantee_is_closed_is_accepted_and_waits_and_goes_on_when_it_is_paid() -> None:
    store = late()
    used = store.balance(GUARANTEE)
    docs = file_next(store)
    inventory = store.get(docs["inventory"])
    assert inventory.status == "120" and [one.kind for one in open_holds(inventory)] == ["guarantee"]
    said = next(
        one.info for one in store.decisions[-1].receipts if (one.message_type[:6], one.status) == ("CEB622", "120")
    )
    assert "M16-UNPAID" in said and "M16-LOW" not in said
    assert store.balance(GUARANTEE) == used, "nothing new is held in a closed guarantee"
    assert "pay what is late" in explain_document(inventory).awaits[-1].en
    assert store.top_up("2000000") is not None and store.get(docs["inventory"]).status == "120"
    assert store.pay(BILL).outcome == "paid"
    assert store.get(docs["inventory"]).status == "800"
    assert store.balance(COUNT) == (0, 0) and store.balance(OWN) == (0, 1)
    assert store.balance(GUARANTEE) == (0, D("14.56")), "the first tax is free, the second is used"


def test_what_was_accepted_before_is_not_released_by_a_closed_guarantee_either() -> None:
    store, _ = released()
    store.go_to(DAYS_OF_LAST)
    store.draws = {"LN01": D("0.001"), "LN02": D("0.5")}
    docs = file_next(store)
    assert store.get(docs["inventory"]).status == "300"
    held = store.balance(GUARANTEE)
    store.go_to(DAYS_OF_LAST + 1)
    store.command("release", docs["inventory"])
    inventory = store.get(docs["inventory"])
    assert inventory.status == "120" and inventory.released_at is None
    assert "M16-UNPAID" in store.decisions[-1].receipts[-1].info
    store.pay(BILL)
    assert store.get(docs["inventory"]).status == "800"
    assert store.balance(GUARANTEE) == (0, held[0]), "its tax was held once"


def test_the_guarantee_opens_when_the_last_of_two_late_bills_is_paid() -> None:
    store, _ = released(LifeStore(), a_set(1))
    store.go_to(1)
    second = file_next(store)
    assert store.get(second["inventory"]).status == "800"
    store.go_to(50)
    assert store.balance(COUNT) == (2, 0)
    third = file_next(store, 3)
    store.pay(BILL)
    assert store.get(third["inventory"]).status == "120" and store.balance(COUNT) == (1, 0)
    store.pay("516520260403D99E1000001")
    assert store.get(third["inventory"]).status == "800" and store.balance(COUNT) == (0, 0)


def test_open_again_but_too_low_it_waits_for_the_other_reason() -> None:
    store = late()
    docs = file_next(store)
    assert store.guarantee is not None
    store.top_up("10.00")
    store.pay(BILL)
    inventory = store.get(docs["inventory"])
    assert inventory.status == "120" and open_holds(inventory)[0].rule == ""
    assert "M16-LOW" in store.decisions[-1].receipts[-1].info
    store.top_up("1000000")
    assert store.get(docs["inventory"]).status == "800"


def test_returns_that_leave_nothing_to_pay_open_the_guarantee() -> None:
    store, docs = released(LifeStore(), e8_set())
    store.go_to(20)
    asked = goods_return(docs["inventory"], NUMBER)
    store.ask(asked)
    store.go_to(45)
    bill = store.get(docs["inventory"]).bill
    assert bill is not None and bill.status == "1", "put off while the return is open"
    store.officer("goods_back", asked)
    assert "unpaid" not in [one.outcome for one in store.go_to(90)] and store.balance(COUNT) == (0, 0)


def test_a_late_bill_that_a_return_empties_counts_no_longer() -> None:
    """It came on day 30, the engine to it after midnight; the last day is 3 April, day 32."""
    store, docs = released(LifeStore(law=law_with("settings", "S23", value="1")), e8_set())
    store.go_to(31, "00:00")
    facts = store.facts
    store.facts = lambda *args, **more: replace(facts(*args, **more), received_at=store.now - timedelta(seconds=1))
    asked = goods_return(docs["inventory"], NUMBER)
    assert store.ask(asked).status == "120"
    store.facts = facts
    store.go_to(33)
    assert store.balance(COUNT) == (1, 0)
    waiting = file_next(store)
    assert store.get(waiting["inventory"]).status == "120"
    store.officer("goods_back", asked)
    assert "settled" in [one.outcome for one in store.until(store.now)]
    assert store.balance(COUNT) == (0, 0) and store.balance(OWN) == (0, 0)
    assert store.get(waiting["inventory"]).status == "800"


def test_a_second_note_of_the_same_payment_changes_nothing_more() -> None:
    store = late()
    waiting, store.awaits = store.awaits, {}
    store.pay(BILL)
    again = store.pay(BILL)
    assert again.moves == () and store.balance(COUNT) == (0, 0) and store.balance(OWN) == (0, 1)
    store.awaits = waiting


def test_another_guarantor_is_not_concerned() -> None:
    store = late()
    assert store.guarantee is not None
    store.guarantee = replace(store.guarantee, assure_code="99E1000002")
    docs = file_next(store, assureCode="99E1000002")
    assert store.get(docs["inventory"]).status == "800"


def test_a_law_older_than_the_setting_closes_nothing() -> None:
    tables = package_tables()
    header, rows = tables["settings"].header, tables["settings"].rows
    older = tables.with_table("settings", Table(header, tuple(row for row in rows if row[0] != "S23")))
    store, _ = released(LifeStore(law=build_law(pack(older))))
    assert "unpaid" not in [one.outcome for one in store.go_to(60)]
    assert store.pay(BILL).moves == () and store.balance(OWN) == (0, 0)
