"""D21: cancelling an accepted inventory, told as a declarant and an officer would."""

from __future__ import annotations

import msgspec
import pytest

from tests.clearance.life import LifeStore, cancellation, released
from tests.clearance.playstore import AGENT, MERCHANT, OTHER_ID, D, Filed, a_bonded_set, a_set
from tongguan.clearance.ends import is_live, loose_ends
from tongguan.clearance.holds import open_holds
from tongguan.clearance.model import Decision

KINDS = ("order", "payment", "waybill", "inventory")


def said(decision: Decision, message: str) -> list[str]:
    return [one.status for one in decision.receipts if one.message_type == message]


def accepted(*, drawn: bool, guarantee: str = "1.00") -> tuple[LifeStore, dict[str, Filed], str]:
    """A store with one accepted inventory: drawn for review, or waiting for its guarantee alone."""
    store, docs = LifeStore(), a_set()
    if drawn:
        store.draws = {"LN01": D("0"), "LN02": D("0.5")}
    else:
        assert store.guarantee is not None
        store.guarantee = msgspec.structs.replace(store.guarantee, amount=D(guarantee))
    for kind in KINDS:
        store.file(docs[kind])
    return store, docs, store.get(docs["inventory"]).invt_no


def test_without_an_officers_hold_it_is_approved_at_once_and_everything_is_free_again():
    store, docs, number = accepted(drawn=False)
    assert store.balance("quota") == (D("160.00"), 0)
    done = store.ask(cancellation(docs["inventory"], number))
    assert (done.outcome, done.status) == ("cancelled", "399")
    assert said(done, "CEB624Message") == ["2", "3", "120", "399"]
    assert said(done, "CEB622Message") == ["430"]
    approved = next(one for one in done.receipts if one.status == "399")
    assert approved.info.startswith("[Code:2300;Desc:") and "撤单申请审核通过" in approved.info
    inventory = store.get(docs["inventory"])
    assert (inventory.status, inventory.held, inventory.holds) == ("430", (), ())
    assert store.balance("quota") == store.balance("guarantee:99E1000001") == (0, 0)
    for kind in KINDS[:3]:
        assert (store.get(docs[kind]).used_by, store.get(docs[kind]).status) == (None, "2")
        assert loose_ends(store.get(docs[kind])) == ("due:lapse",)
    assert not is_live(inventory)
    numbers = dict(next(one.keys for one in done.receipts if one.message_type == "CEB624Message"))
    assert numbers["preNo"][0] == "C" and numbers["invtNo"] == number


def test_a_cancelled_inventory_may_be_filed_again_later_and_clears():
    store, docs, number = accepted(drawn=False)
    store.ask(cancellation(docs["inventory"], number))
    assert store.file(docs["inventory"]).outcome == "repeated"
    store.guarantee = msgspec.structs.replace(store.guarantee, amount=D("1000"))
    again = store.file(docs["inventory"].later())
    assert (again.outcome, again.status) == ("released", "800")
    assert store.get(docs["inventory"]).invt_no != number


def test_an_officers_hold_makes_it_wait_and_the_officer_approves():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    waits = store.ask(asked)
    assert (waits.outcome, waits.status, said(waits, "CEB624Message")) == ("review", "120", ["2", "3", "120"])
    assert [one.kind for one in open_holds(store.get(asked))] == ["cancellation"]
    assert loose_ends(store.get(asked)) == ("hold:cancellation",)
    assert store.get(docs["inventory"]).status == "300"
    done = store.officer("release", asked)
    assert (done.outcome, said(done, "CEB624Message"), said(done, "CEB622Message")) == ("cancelled", ["399"], ["430"])
    assert store.balance("quota") == (0, 0)


def test_the_officer_turns_it_down_with_a_reason_and_the_inventory_goes_on():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    store.ask(asked)
    assert store.officer("reject", asked).problems[0].rule_id == "C03"
    assert store.officer("reject", asked, "x", version=9).problems[0].rule_id == "C01"
    done = store.officer("reject", asked, "已选中查验")
    assert (done.outcome, done.status, said(done, "CEB624Message")) == ("rejected", "100", ["100"])
    assert "已选中查验" in done.receipts[0].info
    assert not open_holds(store.get(asked))
    assert store.officer("release", asked).problems[0].rule_id == "C02-REQUEST"
    assert store.command("release", docs["inventory"]).status == "800"


@pytest.mark.parametrize(("action", "status"), [("release", "800"), ("reject", "100")])
def test_what_happens_to_the_inventory_first_overtakes_the_cancellation(action, status):
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    store.ask(asked)
    done = store.command(action, docs["inventory"], "理由")
    assert done.status == status
    late = store.get(asked)
    assert (late.status, late.holds, late.problems[0].rule_id) == ("100", (), "D21-STATE")
    assert said(done, "CEB624Message") == ["100"]
    assert done.documents[0].kind == "inventory"


@pytest.mark.parametrize(
    ("change", "code", "rule"),
    [
        ({"invtNo": "51652026I000000999"}, "-623003", "D21-ABSENT"),
        ({"invtNo": "X"}, "-623003", "D21-ABSENT"),
        ({"reason": "  "}, "-623012", "D21-REASON"),
        ({"orderNo": "SBX000002"}, "-623014", "D21-SAME"),
        ({"logisticsNo": "W2"}, "-623014", "D21-SAME"),
        ({"customsCode": "0100"}, "-623014", "D21-SAME"),
        ({"buyerIdNumber": OTHER_ID}, "-623014", "D21-SAME"),
        ({"buyerName": "沙箱丙"}, "-623014", "D21-SAME"),
        ({"appType": "2"}, "-623001", "K09"),
        ({"appType": "3"}, "-623001", "K09"),
    ],
)
def test_a_cancellation_that_is_wrong_is_refused_with_its_code_and_changes_nothing(change, code, rule):
    store, docs, number = accepted(drawn=False)
    before = dict(store.documents)
    done = store.ask(cancellation(docs["inventory"], number).head(**change))
    assert (done.outcome, done.status, done.problems[0].rule_id) == ("refused", code, rule)
    assert store.documents == before
    assert OTHER_ID not in str(done.receipts) and "沙箱丙" not in str(done.receipts)


def test_only_an_accepted_unreleased_inventory_can_be_cancelled():
    store, docs = released()
    number = store.get(docs["inventory"]).invt_no
    late = store.ask(cancellation(docs["inventory"], number))
    assert (late.status, late.problems[0].rule_id, late.problems[0].found) == ("-623005", "D21-STATE", "800")


def test_cancelling_twice_names_what_is_already_there():
    store, docs, number = accepted(drawn=True)
    store.ask(cancellation(docs["inventory"], number))
    assert store.ask(cancellation(docs["inventory"], number, "CX2")).status == "-623999"
    assert store.officer("release", cancellation(docs["inventory"], number)).outcome == "cancelled"
    assert store.ask(cancellation(docs["inventory"], number, "CX3")).status == "-623005"


def test_the_same_bytes_again_are_answered_the_same():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    first = store.ask(asked)
    again = store.ask(asked)
    assert (again.outcome, again.receipts) == ("repeated", first.receipts)


def test_after_a_rejection_it_may_be_asked_again_with_a_later_time():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    store.ask(asked)
    store.officer("reject", asked, "材料不全")
    assert store.ask_as_written(asked.head(appTime="20260302120500", reason="补充说明")).status == "120"


def test_nobody_cancels_what_another_company_declared():
    store, docs, number = accepted(drawn=False)
    strange = cancellation(docs["inventory"], number)
    strange.sender = "99E1000004"
    assert store.ask_as_written(strange).problems[0].rule_id == "D20-FILER"
    by_the_merchant = cancellation(docs["inventory"], number)
    by_the_merchant.sender = MERCHANT
    assert store.ask_as_written(by_the_merchant).outcome == "cancelled"
    assert AGENT != MERCHANT


def test_bonded_stock_held_at_120_is_given_back_by_a_cancellation():
    docs, book = a_bonded_set()
    store = LifeStore(book=book, draws={"LN01": D("0"), "LN02": D("0.5")})
    for kind in KINDS:
        store.file(docs[kind])
    assert store.balance("stock:EMS1:R1") == (D("0.5"), 0)
    asked = cancellation(docs["inventory"], store.get(docs["inventory"]).invt_no)
    store.ask(asked)
    store.officer("release", asked)
    assert store.balance("stock:EMS1:R1") == store.balance("stock:EMS1:R2") == (0, 0)


@pytest.mark.parametrize("action", ["release", "reject"])
def test_an_officer_cannot_decide_on_a_request_that_is_not_there(action):
    store, docs, number = accepted(drawn=True)
    assert store.officer(action, cancellation(docs["inventory"], number), "x").problems[0].rule_id == "C04-REQUEST"


def test_goods_back_is_nothing_for_a_cancellation():
    store, docs, number = accepted(drawn=True)
    asked = cancellation(docs["inventory"], number)
    store.ask(asked)
    assert store.officer("goods_back", asked).problems[0].rule_id == "C02"
