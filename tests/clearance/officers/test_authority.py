"""Who may act on a case: forbidden actions are refused by name and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clearance.office import DAY, PEOPLE, Office, officer, refused
from tests.clearance.playstore import AGENT, MERCHANT, PLATFORM

ASK = {"reason": "Which model is it?", "deadline": DAY}
DETAIN = {"choice": "501", "document_no": "D-1"}


@pytest.mark.parametrize(
    ("action", "actor", "fields", "rule"),
    [
        pytest.param("release", "nobody", {}, "C05", id="a name that is not registered"),
        pytest.param("release", "", {}, "C05", id="no name"),
        pytest.param("detain", "clerk", DETAIN, "C06", id="a clerk detains"),
        pytest.param("release", "judge", {}, "C06", id="a reviewer releases"),
        pytest.param("examine", "guard", {}, "C06", id="the officer on duty examines"),
        pytest.param("release", "far", {}, "C08", id="an officer of another office"),
        pytest.param("release", "kin", {}, "C09", id="an officer with a conflict of interest"),
        pytest.param("take", "kin", {}, "C09", id="a conflict already bars taking"),
        pytest.param("release", "wu", {}, "C10", id="another officer has the case"),
        pytest.param("ask", "wu", ASK, "C10", id="another officer asks"),
        pytest.param("release", "lin", {"version": 77}, "C01", id="a version that was never there"),
        pytest.param("reject", "lin", {"reason": "  "}, "C03", id="a rejection without a reason"),
        pytest.param("ask", "lin", {"reason": "x"}, "C13", id="a question without a last day"),
        pytest.param("detain", "lin", {"choice": "504", "document_no": "D-1"}, "C14", id="a kind of detention unknown"),
        pytest.param("detain", "lin", {"choice": "501"}, "C12", id="a detention without a document"),
        pytest.param("detain", "lin", {**DETAIN, "approver": "lin"}, "C11", id="the approver is the actor"),
        pytest.param("detain", "lin", {**DETAIN, "approver": " LIN "}, "C11", id="the same name, written otherwise"),
        pytest.param("detain", "lin", {**DETAIN, "approver": "wu"}, "C11", id="an approver of equal rank"),
        pytest.param("detain", "lin", {**DETAIN, "approver": "nobody"}, "C11", id="an approver who is not registered"),
        pytest.param("lift", "lin", {"hold": "guarantee"}, "C15", id="a hold of the house"),
        pytest.param("lift", "lin", {"hold": "suspend"}, "C15", id="a hold that is not there"),
        pytest.param("lift", "qi", {"hold": "review"}, "C07", id="a hold of another agency"),
        pytest.param("reject", "qi", {}, "C07", id="another agency rejects"),
        pytest.param("ship_back", "qi", {}, "C07", id="another agency ships back"),
        pytest.param("release", "qi", {}, "C02", id="an agency that holds nothing releases"),
        pytest.param("answer", "lin", {}, "C16", id="an officer answers for the filer"),
        pytest.param("answer", PLATFORM, {}, "C16", id="a company that did not file the inventory answers"),
        pytest.param("answer", AGENT, {}, "C02", id="there is no question to answer"),
        pytest.param("approve", "chief", {}, "C02", id="nothing is proposed"),
        pytest.param("review", "judge", {"choice": "confirm"}, "C02", id="nothing was rejected"),
        pytest.param("request_review", AGENT, {}, "C02", id="a review of what is not rejected"),
        pytest.param("take", "wu", {}, "C10", id="a case that somebody has is not taken"),
        pytest.param("hand_over", "wu", {"choice": "chief"}, "", id="wu has the role of duty and may hand over"),
        pytest.param("hand_over", "clerk", {"choice": "wu"}, "C10", id="a clerk hands over what is not his"),
        pytest.param("hand_over", "lin", {"choice": "qi"}, "C07", id="handed to another agency"),
        pytest.param("hand_over", "lin", {"choice": "far"}, "C08", id="handed to another office"),
        pytest.param("hand_over", "lin", {"choice": "kin"}, "C09", id="handed to somebody with a conflict"),
        pytest.param("hand_over", "lin", {"choice": "guard"}, "C14", id="handed to somebody who works on no cases"),
        pytest.param("hand_over", "lin", {"choice": "lin"}, "C14", id="handed to oneself"),
        pytest.param("hand_over", "lin", {"choice": "nobody"}, "C05", id="handed to nobody"),
        pytest.param("withdraw", "wu", {}, "C10", id="withdrawing from another's case"),
        pytest.param("goods_back", "lin", {}, "C02", id="goods are back of an inventory"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_by_name_and_changes_nothing(action, actor, fields: dict[str, Any], rule):
    store = Office()
    filed, before = store.a_held_case()
    assert (before.status, before.officer) == ("300", "lin")
    decision = store.order(action, filed, actor, **fields)
    assert refused(decision) == rule
    if rule:
        assert store.get(filed) == before
        assert not (decision.documents or decision.receipts or decision.moves or decision.due)
        problem = decision.problems[0]
        assert problem.text_zh and problem.text_en and problem.fix_zh and problem.fix_en


def test_nobody_acts_on_a_document_that_is_not_there():
    store = Office()
    filed, _ = store.a_held_case()
    assert refused(store.order("release", filed.head(copNo="C999999"), "lin")) == "C04"


def test_an_unassigned_case_has_to_be_taken_first():
    store = Office(duty=None)
    filed, before = store.a_held_case()
    assert before.officer == ""
    assert refused(store.order("release", filed, "lin")) == "C10"
    assert store.order("take", filed, "wu").outcome == "taken"
    assert refused(store.order("take", filed, "lin")) == "C10"
    assert refused(store.order("release", filed, "lin")) == "C10"
    assert store.order("release", filed, "wu").outcome == "released"


def test_where_no_officers_are_registered_any_name_will_do():
    store = Office(people={}, duty=None)
    filed, _ = store.a_held_case()
    assert refused(store.order("release", filed, " ")) == "C05"
    assert refused(store.order("detain", filed, "Officer 7", approver="officer 7", **DETAIN)) == "C11"
    assert store.order("release", filed, "Officer 7").outcome == "released"


def test_who_took_a_case_has_it_also_where_none_are_registered():
    store = Office(people={}, duty=None)
    filed, _ = store.a_held_case()
    store.order("take", filed, "Officer 7")
    assert refused(store.order("release", filed, "Officer 8")) == "C10"
    assert store.order("release", filed, "officer 7").outcome == "released"


def test_what_an_officer_did_stands_with_the_case_without_the_words():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("suspend", filed, reason="the label of Zhang San is torn", version=store.get(filed).version)
    (act,) = store.get(filed).acts
    assert (act.action, act.actor, act.agency, act.at) == ("suspend", "lin", "customs", store.now)
    assert "Zhang" not in repr((store.get(filed).acts, store.get(filed).holds))


@pytest.mark.parametrize("company", [AGENT, MERCHANT])
def test_declarant_and_merchant_may_answer(company):
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, **ASK)
    assert store.order("answer", filed, company, reason="The blue one.").outcome == "answered"
    assert store.get(filed).acts[-1].action == "ask"  # a filer's words are no act of an officer


def test_one_officer_may_be_of_all_offices():
    store = Office(duty=None)
    filed, _ = store.a_held_case()
    assert PEOPLE["chief"].customs_code == "*"
    assert store.order("take", filed, "chief").outcome == "taken"
    store.people["roving"] = officer("roving", customs_code="51")
    assert refused(store.order("hand_over", filed, "chief", choice="roving")) == "C08"  # an office is not a prefix
