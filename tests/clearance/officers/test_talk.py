"""Questions with a last day, answers, and the review of a rejection or a detention by another officer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.clearance.office import DAY, Office, refused
from tests.clearance.playstore import AGENT, MERCHANT, NOW, D, a_set
from tongguan.clearance.explain import explain_document
from tongguan.clearance.model import Decision, Due
from tongguan.clearance.officers.queue import place
from tongguan.clearance.times import CHINA

QUESTION = {"reason": "Which model is it?", "deadline": DAY + timedelta(days=3)}


def told(decision: Decision) -> list[tuple[str, str]]:
    """Status and text of the inventory's receipts."""
    return [(one.status, one.info) for one in decision.receipts if one.message_type == "CEB622Message"]


def test_a_question_goes_to_the_filer_with_the_status_as_it_is_and_falls_due_after_its_last_day():
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("ask", filed, **QUESTION)
    ((status, info),) = told(decision)
    assert status == "300" and "Which model is it?" in info and "2026-03-05" in info
    assert decision.due == (Due(what="answer", kind="inventory", key=filed.key, at=datetime(2026, 3, 6, tzinfo=CHINA)),)
    assert place(store.get(filed)).until == date(2026, 3, 5)
    assert refused(store.order("ask", filed, **QUESTION)) == "C02"  # one question at a time
    todo = " ".join(text.en for text in explain_document(store.get(filed)).todo)
    assert "answer the question of customs by the end of 2026-03-05" in todo and "model" not in todo


@pytest.mark.parametrize(
    ("deadline", "rule"), [(DAY - timedelta(days=1), "C13"), (DAY, ""), (None, "C13")], ids=["past", "today", "none"]
)
def test_the_last_day_is_today_or_later(deadline, rule):
    store = Office()
    filed, _ = store.a_held_case()
    assert refused(store.order("ask", filed, reason="?", deadline=deadline)) == rule


def test_an_answer_on_the_last_day_counts_and_its_due_then_finds_nothing():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, **QUESTION)
    store.now = datetime(2026, 3, 5, 23, 59, 59, tzinfo=CHINA)
    assert store.order("answer", filed, AGENT, reason="The blue one.").outcome == "answered"
    assert [(one.what, one.by, one.text) for one in store.get(filed).words] == [
        ("question", "lin", "Which model is it?"), ("answer", AGENT, "The blue one."),
    ]  # fmt: skip
    assert "answered" in place(store.get(filed)).why
    (due,) = [one for one in store.dues if one.what == "answer"]
    assert store.decide(due, due.kind, due.key).outcome == "nothing"
    assert refused(store.order("answer", filed, AGENT)) == "C02"  # the question is closed


def test_after_the_last_day_the_decision_goes_on_without_the_answer():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, **QUESTION)
    store.now = datetime(2026, 3, 6, 0, 0, tzinfo=CHINA)
    assert refused(store.order("answer", filed, AGENT)) == "C02"
    (due,) = [one for one in store.dues if one.what == "answer"]
    decision = store.decide(due, due.kind, due.key)
    assert decision.outcome == "unanswered" and "C-UNANSWERED" in told(decision)[0][1]
    assert "unanswered" in place(store.get(filed)).why
    assert store.decide(due, due.kind, due.key).outcome == "nothing"  # told once
    assert store.order("release", filed).outcome == "released"


def test_the_due_of_an_earlier_question_does_not_end_a_later_one():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, reason="1?", deadline=DAY)
    store.order("answer", filed, MERCHANT, reason="1.")
    store.order("ask", filed, reason="2?", deadline=DAY + timedelta(days=1))  # its last day begins with that due
    early = min((one for one in store.dues if one.what == "answer"), key=lambda one: one.at)
    store.now = early.at
    assert store.decide(early, early.kind, early.key).outcome == "nothing"
    assert store.order("answer", filed, MERCHANT, reason="2.").outcome == "answered"


def test_a_release_while_a_question_is_open_leaves_nothing_to_fall_due():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, **QUESTION)
    store.order("release", filed)
    store.now = NOW + timedelta(days=9)
    (due,) = [one for one in store.dues if one.what == "answer"]
    assert told(store.decide(due, due.kind, due.key)) == []
    assert store.get(filed).status == "800"


def test_a_rejection_is_reviewed_by_another_officer_on_request():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("reject", filed, reason="fake")
    asked = store.order("request_review", filed, AGENT, reason="It is not fake.")
    assert (asked.outcome, told(asked)[0][0]) == ("review_asked", "100")
    assert place(store.get(filed)).why == ("review_asked",)
    assert refused(store.order("request_review", filed, AGENT)) == "C02"  # once
    assert refused(store.order("review", filed, "lin", choice="reverse")) == "C17"  # who rejected
    assert refused(store.order("review", filed, "clerk", choice="reverse")) == "C06"
    assert refused(store.order("review", filed, "judge", choice="maybe")) == "C14"
    reversed_ = store.order("review", filed, "judge", choice="reverse", reason="it is genuine")
    ((status, info),) = told(reversed_)
    assert status == "100" and "C-REVERSED" in info and "it is genuine" in info
    assert place(store.get(filed)) is None
    assert refused(store.order("review", filed, "judge", choice="confirm")) == "C02"  # decided
    assert store.file(filed.later()).status == "300"  # the draw of the case stands


def test_a_rejection_by_the_machine_may_be_reviewed_too():
    store, docs = Office(), a_set()
    for kind in ("order", "waybill", "inventory"):
        store.file(docs[kind])
    assert store.file(docs["payment"].head(amountPaid=D("1.00"))).status == "2"
    assert store.get(docs["inventory"]).status == "100"
    assert store.order("request_review", docs["inventory"], AGENT).outcome == "review_asked"
    assert store.order("take", docs["inventory"], "wu").outcome == "taken"
    assert store.order("review", docs["inventory"], "wu", choice="confirm").outcome == "reviewed"
    assert "C-CONFIRMED" in told(store.decisions[-1])[0][1]


def test_a_detention_that_is_reversed_is_lifted():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("detain", filed, approver="chief", choice="501", document_no="D-1")
    store.order("request_review", filed, MERCHANT, reason="It is ours.")
    for involved in ("lin", "chief"):
        assert refused(store.order("review", filed, involved, choice="reverse")) == "C17"
    decision = store.order("review", filed, "judge", choice="reverse")
    assert [status for status, _ in told(decision)] == ["501", "300"]
    assert store.get(filed).status == "300"


def test_a_detention_that_is_confirmed_stays():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("detain", filed, approver="chief", choice="501", document_no="D-1")
    assert store.order("review", filed, "judge", choice="confirm").status == "501"
