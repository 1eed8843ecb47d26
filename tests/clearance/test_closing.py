"""899: an inventory is closed after the last day for returns, once its tax bill is settled."""

from __future__ import annotations

import pytest

from tests.clearance.life import LifeStore, e8_set, goods_return, released
from tests.clearance.playstore import D, law_with
from tongguan.clearance.ends import is_live, loose_ends

NUMBER = "51652026I000000001"


@pytest.mark.parametrize(("day", "clock", "status"), [(45, "23:59", "800"), (46, "00:00", "899")])
def test_it_is_closed_when_day_45_is_over_in_china(day, clock, status):
    store, docs = released(LifeStore(), e8_set())
    made = store.go_to(day, clock)
    inventory = store.get(docs["inventory"])
    assert inventory.status == status
    if status == "899":
        assert made[-1].outcome == "closed" and inventory.closed_at == store.now
        assert [one.status for one in made[-1].receipts] == ["899"]
        assert loose_ends(inventory) == ("await:paid",) and is_live(inventory)
        store.go_to(47)
        store.pay(inventory.bill.ent_duty_no)
        assert loose_ends(store.get(docs["inventory"])) == () and not is_live(store.get(docs["inventory"]))


def test_a_return_that_lapses_at_the_same_moment_does_not_leave_it_open():
    store, docs = released(LifeStore(), e8_set())
    store.go_to(30)
    store.ask(goods_return(docs["inventory"], NUMBER, (2, "1")))
    made = store.go_to(46, "00:00")
    assert [one.outcome for one in made] == ["rejected", "summarised", "closed"]
    assert store.get(docs["inventory"]).status == "899"


def test_a_summary_later_than_the_last_day_for_returns_comes_before_the_closing():
    store, _ = released(LifeStore(law=law_with("settings", "S20", value="50")), e8_set())
    assert store.go_to(49) == []
    assert [one.outcome for one in store.go_to(50, "00:00")] == ["summarised", "closed"]


def test_after_closing_a_return_is_too_late_and_a_payment_still_frees_the_guarantee():
    store, docs = released(LifeStore(), e8_set())
    store.go_to(50)
    late = store.ask(goods_return(docs["inventory"], NUMBER, (2, "1")))
    assert (late.status, late.problems[0].rule_id) == ("100", "D23")
    store.pay(store.get(docs["inventory"]).bill.ent_duty_no)
    assert store.balance("guarantee:99E1000001") == (0, 0) and store.balance("quota") == (0, D("210.00"))
    assert store.get(docs["inventory"]).status == "899"


def test_every_live_document_has_a_loose_end_all_its_life_long():
    store, docs = released(LifeStore(), e8_set())
    for day in range(0, 50, 1):
        store.go_to(day, "18:00")
        if day == 12:
            asked = goods_return(docs["inventory"], NUMBER, (2, "1"))
            store.ask(asked)
        if day == 33:
            store.officer("goods_back", asked)
        for document in store.documents.values():
            assert not is_live(document) or loose_ends(document), (day, document.kind, document.status)
