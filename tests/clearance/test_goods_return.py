"""D22, D23: goods that come back, whole and in parts, in time and too late. Days count from the release (day 0)."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from tests.clearance.life import Asked, LifeStore, bills, e8_set, goods_return, released, three_of_one
from tests.clearance.playstore import COURIER, D, Filed, a_bonded_set, a_set, law_with
from tongguan.clearance.ends import loose_ends
from tongguan.clearance.model import Decision

GUARANTEE = "guarantee:99E1000001"


def said(decision: Decision, message: str = "CEB626Message") -> list[str]:
    return [one.status for one in decision.receipts if one.message_type == message]


def start(docs: dict[str, Filed] | None = None) -> tuple[LifeStore, dict[str, Filed], str]:
    store, docs = released(LifeStore(), docs or e8_set())
    return store, docs, store.get(docs["inventory"]).invt_no


def test_example_e9_a_line_returned_on_day_20_and_back_on_day_40():
    """E8: values 136.40 and 73.60, taxes 12.41 and 6.70. Line 2 back: 6.70 is not levied, the year gets 73.60."""
    store, docs, number = start()
    assert store.balance("quota") == (0, D("210.00")) and store.balance(GUARANTEE) == (0, D("19.11"))
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.go_to(20)
    waits = store.ask(asked)
    assert (waits.outcome, waits.status, said(waits)) == ("accepted", "120", ["2", "3", "120"])
    assert dict(waits.receipts[0].keys)["preNo"][0] == "T"
    assert "2026-04-16" in waits.receipts[-1].info  # released 2026-03-02, day 45
    assert store.balance("quota") == (0, D("210.00"))  # only goods that are back change anything
    assert loose_ends(store.get(asked)) == ("due:return_limit",)
    store.go_to(40)
    back = store.officer("goods_back", asked)
    assert (back.outcome, back.status, said(back)) == ("returned", "399", ["399"])
    assert "T07" in back.law_rows and "S17" in back.law_rows and "S18" in back.law_rows
    assert store.balance("quota") == (0, D("136.40")) and store.balance(GUARANTEE) == (0, D("12.41"))
    assert store.get(docs["inventory"]).returned == ((2, D("1")),)
    assert store.get(docs["inventory"]).status == "800"


@pytest.mark.parametrize(("day", "clock", "status"), [(30, "23:59", "120"), (31, "00:00", "100"), (60, "12:00", "100")])
def test_a_return_is_asked_for_until_the_end_of_day_30_in_china(day, clock, status):
    store, docs, number = start()
    store.go_to(day, clock)
    done = store.ask(goods_return(docs["inventory"], number, (2, "1")))
    assert done.status == status
    if status == "100":
        assert (done.outcome, done.problems[0].rule_id, done.problems[0].law_row) == ("rejected", "D23", "S17")
        assert said(done) == ["2", "3", "100"] and not done.moves
        assert done.problems[0].expected == "<= 2026-04-01"


def test_the_day_of_asking_is_that_on_which_the_gateway_received_it():
    store, docs, number = start()
    store.go_to(31, "00:00")
    given, facts = goods_return(docs["inventory"], number, (2, "1")), store.facts
    store.facts = lambda *args, **more: msgspec.structs.replace(  # the engine comes to it a minute after midnight
        facts(*args, **more), received_at=store.now - timedelta(seconds=1)
    )
    assert store.ask(given).status == "120"


@pytest.mark.parametrize(("clock", "outcome"), [("23:59", "returned"), ("24:00", "refused")])
def test_goods_are_back_until_the_end_of_day_45_in_china(clock, outcome):
    store, docs, number = start()
    store.go_to(20)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    over = store.go_to(45, clock)
    done = store.officer("goods_back", asked)
    assert done.outcome == outcome
    if outcome == "refused":
        assert [one.outcome for one in over][:1] == ["rejected"]
        assert (
            over[0].problems[0].rule_id == "D23" and over[0].problems[0].law_row == "S18" and said(over[0]) == ["100"]
        )
        assert store.balance("quota") == (0, D("210.00")) and store.balance(GUARANTEE) == (0, D("19.11"))
        assert done.problems[0].rule_id == "C02-REQUEST"


def test_goods_reported_on_day_46_before_the_clock_was_looked_at_are_too_late_all_the_same():
    store, docs, number = start()
    store.go_to(20)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    store.now = store.now + timedelta(days=26)  # day 46: the due is still in the queue
    assert store.officer("goods_back", asked).outcome == "rejected"
    assert store.balance("quota") == (0, D("210.00"))
    assert store.go_to(47) and store.get(asked).status == "100"


def test_goods_that_were_back_on_day_45_count_though_it_is_noted_after_midnight():
    store, docs, number = start()
    store.go_to(20)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    store.now = store.now + timedelta(days=26)
    day_45 = date(2026, 3, 2) + timedelta(days=45)
    assert store.officer("goods_back", asked, day=day_45).outcome == "returned"


@pytest.mark.parametrize("away", [-1, 41])
def test_the_day_on_which_goods_were_back_lies_between_the_release_and_today(away):
    store, docs, number = start()
    store.go_to(40)
    store.now = store.now - timedelta(days=20)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    store.now = store.now + timedelta(days=20)
    done = store.officer("goods_back", asked, day=date(2026, 3, 2) + timedelta(days=away))
    assert done.problems[0].rule_id == "C-BACK-DAY"


def test_parts_that_do_not_divide_add_up_to_the_whole():
    """10.01 and 109.99 in thirds: left 6.67 and 73.33, then 3.34 and 36.66, then nothing."""
    store, docs, number = start(three_of_one())
    store.go_to(10)
    left = [("6.67", "73.33"), ("3.34", "36.66"), ("0", "0")]
    for at, (tax, value) in enumerate(left, 1):
        asked = goods_return(docs["inventory"], number, (1, "1"), cop_no=f"TH{at}")
        assert store.ask(asked).status == "120"
        assert store.officer("goods_back", asked).outcome == "returned"
        assert store.balance(GUARANTEE) == (0, D(tax)) and store.balance("quota") == (0, D(value))
    assert store.get(docs["inventory"]).held == ()
    assert store.ask(goods_return(docs["inventory"], number, (1, "1"), cop_no="TH4")).status == "-625201"


def test_the_order_of_two_returns_does_not_matter():
    balances = []
    for order in ((1, 2), (2, 1)):
        store, docs, number = start()
        store.go_to(5)
        for line in order:
            asked = goods_return(docs["inventory"], number, (line, "0.3"), cop_no=f"TH{line}")
            store.ask(asked)
            store.officer("goods_back", asked)
        balances.append((store.balance("quota"), store.balance(GUARANTEE)))
    assert balances[0] == balances[1]
    # 0.7 of 136.40 is 95.48, of 73.60 is 51.52; of 12.41 is 8.687, of 6.70 is 4.69
    assert balances[0] == ((0, D("147.00")), (0, D("13.38")))


def test_everything_comes_back():
    store, docs, number = start()
    store.go_to(3)
    asked = goods_return(docs["inventory"], number)
    store.ask(asked)
    assert store.officer("goods_back", asked).outcome == "returned"
    assert store.balance("quota") == store.balance(GUARANTEE) == (0, 0)


def test_stock_gets_back_the_first_legal_quantity_in_proportion():
    """qty1 is 0.5 a piece; of three pieces together 1.00000: a third left is 0.33333, two thirds 0.66667."""
    docs, book = a_bonded_set()
    docs["order"] = (
        docs["order"]
        .line(1, qty=D("3"), totalPrice=D("300.00"))
        .head(goodsValue=D("350.00"), acturalPaid=D("392.76"), taxTotal=D("32.76"))
    )
    docs["payment"] = docs["payment"].head(amountPaid=D("392.76"))
    docs["inventory"] = docs["inventory"].line(1, qty=D("3"), totalPrice=D("300.00"), qty1=D("1"))
    store, docs = released(LifeStore(book=book), docs)
    assert store.balance("stock:EMS1:R1") == (0, D("1"))
    for at, left in enumerate(("0.66667", "0.33333", "0"), 1):
        asked = goods_return(docs["inventory"], store.get(docs["inventory"]).invt_no, (1, "1"), cop_no=f"TH{at}")
        store.ask(asked)
        store.officer("goods_back", asked)
        assert store.balance("stock:EMS1:R1") == (0, D(left))
    assert store.balance("stock:EMS1:R2") == (0, D("0.5"))


def change(name: str, value: object) -> object:
    return lambda asked: asked.head(**{name: value})


@pytest.mark.parametrize(
    ("spoil", "code", "rule"),
    [
        (change("invtNo", "51652026I000000999"), "-625016", "D22-ABSENT"),
        (change("orderNo", "SBX000002"), "-625001", "D22-SAME"),
        (change("logisticsNo", "W2"), "-625001", "D22-SAME"),
        (change("buyerName", "沙箱丙"), "-625001", "D22-SAME"),
        (lambda asked: asked.line(1, gnum=3), "-625209", "D22-LINE"),
        (lambda asked: asked.line(1, gcode="2106909090"), "-625209", "D22-LINE"),
        (lambda asked: asked.line(1, gname="别的"), "-625010", "D22-GOODS"),
        (lambda asked: asked.line(1, unit="011"), "-625010", "D22-GOODS"),
        (lambda asked: asked.line(1, qty=D("1.00001")), "-625001", "D22-QTY"),
    ],
)
def test_a_goods_return_that_is_wrong_is_refused_with_its_code_and_changes_nothing(spoil, code, rule):
    store, docs, number = start()
    before = dict(store.documents)
    done = store.ask(spoil(goods_return(docs["inventory"], number, (2, "1"))))
    assert (done.outcome, done.status) == ("refused", code)
    assert rule in {one.rule_id for one in done.problems}
    assert store.documents == before and "沙箱丙" not in str(done.receipts)


def test_a_return_before_release_is_refused():
    store, docs = LifeStore(draws={"LN01": D("0"), "LN02": D("0.5")}), a_set()
    for filed in docs.values():
        store.file(filed)
    done = store.ask(goods_return(docs["inventory"], store.get(docs["inventory"]).invt_no))
    assert (done.status, done.problems[0].rule_id, done.problems[0].found) == ("-625004", "D22-STATE", "300")


def test_two_lines_of_one_gnum_are_counted_together():
    store, docs, number = start()
    done = store.ask(goods_return(docs["inventory"], number, (2, "0.6"), (2, "0.6")))
    assert (done.status, done.problems[0].rule_id, done.problems[0].found) == ("-625001", "D22-QTY", "1.2")
    assert store.ask(goods_return(docs["inventory"], number, (2, "0.6"), (2, "0.4"))).status == "120"


def test_what_an_open_return_asks_for_cannot_be_asked_for_again_until_that_one_is_withdrawn():
    store, docs, number = start()
    store.go_to(5)
    first = goods_return(docs["inventory"], number, (2, "0.6"))
    store.ask(first)
    second = goods_return(docs["inventory"], number, (2, "0.5"), cop_no="TH2")
    refused = store.ask(second)
    assert (refused.status, refused.problems[0].expected) == ("-625201", "<= 0.4")
    taken_back = store.ask_as_written(first.head(appType="3", appTime="20260307120500"))
    assert (taken_back.outcome, said(taken_back)) == ("deleted", ["2", "3"])
    assert store.ask(second).status == "120"
    assert store.officer("goods_back", first).problems[0].rule_id == "C04-REQUEST"


def test_a_return_that_waits_for_its_goods_is_taken_back_but_not_changed():
    store, docs, number = start()
    store.go_to(5)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    assert store.ask_as_written(asked.head(appType="2", appTime="20260307120500")).status == "-625022"
    stray = asked.head(appType="3", appTime="20260307120500", invtNo="51652026I000000999")
    assert store.ask_as_written(stray).problems[0].rule_id == "D22-SAME"
    assert store.ask_as_written(asked.head(appType="3", appTime="20260307120500")).outcome == "deleted"


def test_once_the_goods_are_back_a_return_can_no_longer_be_taken_back():
    store, docs, number = start()
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    store.officer("goods_back", asked)
    assert store.ask_as_written(asked.head(appType="3", appTime="20260302120500")).status == "-625022"


def test_an_officer_turns_a_return_down_with_a_reason():
    store, docs, number = start()
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    assert store.officer("release", asked).problems[0].rule_id == "C02-REQUEST"
    done = store.officer("reject", asked, "货物与申报不符")
    assert (done.status, said(done)) == ("100", ["100"]) and "货物与申报不符" in done.receipts[0].info
    assert not done.moves
    assert store.officer("goods_back", asked).problems[0].rule_id == "C02-REQUEST"


def test_a_setting_makes_800_follow_399_as_seen_in_practice():
    store, docs, number = start()
    store.law = law_with("settings", "S21", value="yes")
    asked = goods_return(docs["inventory"], number, (2, "1"))
    store.ask(asked)
    assert said(store.officer("goods_back", asked)) == ["399", "800"]
    assert store.get(asked).status == "800" and loose_ends(store.get(asked)) == ()


def test_the_days_are_those_of_the_law_on_the_day_of_release():
    store, docs, number = start()
    store.law = law_with("settings", "S17", value="10")  # a shorter time for those released from now on
    store.go_to(30)
    assert store.ask(goods_return(docs["inventory"], number, (2, "1"))).status == "120"


def test_an_inventory_released_before_tax_bills_were_kept_has_the_days_of_todays_law():
    store, docs, number = start()
    old = store.get(docs["inventory"])
    store.documents[old.kind, old.key] = msgspec.structs.replace(old, terms=None, bill=None)
    store.go_to(30)
    asked = goods_return(docs["inventory"], number, (2, "1"))
    assert store.ask(asked).status == "120"
    back = store.officer("goods_back", asked)
    assert store.balance("quota") == (0, D("136.40")) and bills([back]) == []
    store.go_to(31)
    assert store.ask(goods_return(docs["inventory"], number, (1, "1"), cop_no="TH2")).status == "100"


def test_nobody_returns_what_another_company_declared():
    store, docs, number = start()
    strange = Asked("goods_return", goods_return(docs["inventory"], number).record, sender=COURIER)
    assert store.ask_as_written(strange).problems[0].rule_id == "D20-FILER"
