"""What is told after a release, in both languages."""

from __future__ import annotations

from tests.clearance.life import LifeStore, cancellation, e8_set, goods_return, released
from tests.clearance.playstore import D
from tests.clearance.test_cancellation import accepted
from tests.clearance.test_explain import texts
from tongguan.clearance.explain import explain_document

NUMBER = "51652026I000000001"


def test_a_released_inventory_tells_until_when_goods_may_come_back_and_of_its_tax_bill():
    store, docs = released(LifeStore(), e8_set())
    zh, en = texts(explain_document(store.get(docs["inventory"])))
    assert "2026-04-01" in zh and "2026-04-16" in zh  # days 30 and 45 after 2026-03-02
    assert "until the end of 2026-04-01" in en and "by the end of 2026-04-16" in en
    assert f"{NUMBER}_0" in zh and "19.11 yuan" in en and "2026-04-02" in en


def test_it_tells_what_came_back_what_is_to_be_paid_and_that_it_is_paid():
    store, docs = released(LifeStore(), e8_set())
    asked = goods_return(docs["inventory"], NUMBER, (2, "1"))
    store.ask(asked)
    waiting = texts(explain_document(store.get(asked)))
    assert (
        "2026-04-16" in waiting[0]
        and "bring the goods back" in waiting[1]
        and "nothing has to be done" not in waiting[1]
    )
    store.officer("goods_back", asked)
    store.go_to(31)
    zh, en = texts(explain_document(store.get(docs["inventory"])))
    assert "line 2: 1 came back" in en and "12.41 yuan are to be paid" in en and "待缴" in zh
    number = store.get(docs["inventory"]).bill.ent_duty_no
    assert number in zh
    store.go_to(32)
    store.pay(number)
    assert "paid" in texts(explain_document(store.get(docs["inventory"])))[1]
    assert "goods return may be asked" in texts(explain_document(store.get(docs["inventory"])))[1]
    store.go_to(46)
    assert "goods return may be asked" not in texts(explain_document(store.get(docs["inventory"])))[1]


def test_a_void_bill_says_that_everything_came_back():
    store, docs = released(LifeStore(), e8_set())
    asked = goods_return(docs["inventory"], NUMBER)
    store.ask(asked)
    store.officer("goods_back", asked)
    assert "everything came back" in texts(explain_document(store.get(docs["inventory"])))[1]


def test_a_cancellation_that_waits_names_the_officer_and_a_late_one_the_rule():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    store.ask(asked)
    assert "waits for an officer" in texts(explain_document(store.get(asked)))[1]
    store.command("release", docs["inventory"])
    zh, en = texts(explain_document(store.get(asked)))
    assert "D21-STATE" in zh and "CEB625" in en
    assert store.balance("quota") == (0, D("160.00"))
