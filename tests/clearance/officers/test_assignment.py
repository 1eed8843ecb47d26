"""Who gets a case: the officer drawn, the next shift, withdrawal and hand-over."""

from __future__ import annotations

from datetime import timedelta

from tests.clearance.office import Office, lane_law, refused
from tests.clearance.playstore import NOW
from tongguan.clearance.ends import loose_ends
from tongguan.clearance.handling import Duty
from tongguan.clearance.model import Await, Due


def test_a_case_that_customs_holds_goes_to_the_officer_on_duty():
    store = Office()
    assert store.a_held_case()[1].officer == "lin"


def test_what_is_released_or_held_by_another_agency_goes_to_nobody():
    assert Office().a_case()[1].officer == ""
    store = Office(law=lane_law(agency="inspection"))
    assert store.a_case()[1].officer == ""


def test_nobody_on_duty_the_next_shift_gets_it():
    begins = NOW + timedelta(hours=3)
    store = Office(duty=Duty("", begins))
    filed, held = store.a_held_case()
    assert held.officer == ""
    due = Due(what="shift", kind="inventory", key=filed.key, at=begins)
    assert due in store.dues
    store.duty = Duty("wu")
    decision = store.decide(due, due.kind, due.key)
    assert (decision.outcome, decision.receipts, store.get(filed).officer) == ("assigned", (), "wu")
    assert store.decide(due, due.kind, due.key).outcome == "nothing"


def test_a_shift_without_anybody_waits_for_the_one_after():
    store = Office(duty=Duty("", NOW + timedelta(hours=3)))
    filed, _ = store.a_held_case()
    store.duty = Duty("", NOW + timedelta(hours=9))
    due = next(one for one in store.dues if one.what == "shift")
    later = store.decide(due, due.kind, due.key)
    assert later.due == (Due(what="shift", kind="inventory", key=filed.key, at=NOW + timedelta(hours=9)),)


def test_where_no_shift_is_known_a_new_registry_may_tell_one():
    store = Office(duty=Duty(""))
    filed, _ = store.a_held_case()
    wait = Await("shift", ("*",))
    assert wait in store.awaits
    store.duty = Duty("wu")
    store._wake(wait)
    assert store.get(filed).officer == "wu"


def test_what_is_decided_meanwhile_needs_nobody():
    store = Office(duty=Duty("", NOW + timedelta(hours=3)))
    filed, _ = store.a_held_case()
    store.order("take", filed, "chief")
    store.order("release", filed, "chief")
    store.duty = Duty("wu")
    due = next(one for one in store.dues if one.what == "shift")
    assert store.decide(due, due.kind, due.key).outcome == "nothing"


def test_an_officer_with_a_conflict_withdraws_and_another_is_drawn():
    store = Office()
    filed, _ = store.a_held_case()
    store.duty = Duty("wu")
    assert store.order("withdraw", filed, reason="my cousin's shop").outcome == "withdrawn"
    assert (store.get(filed).officer, store.get(filed).withdrawn) == ("wu", ("lin",))
    assert refused(store.order("hand_over", filed, "wu", choice="lin")) == "C14"  # never back


def test_who_has_a_conflict_may_still_withdraw():
    store = Office(duty=Duty("kin"))
    filed, held = store.a_held_case()
    assert held.officer == "kin"
    assert refused(store.order("release", filed, "kin")) == "C09"
    store.duty = Duty("wu")
    assert store.order("withdraw", filed, "kin").outcome == "withdrawn"


def test_withdrawal_with_nobody_else_on_duty_leaves_the_case_to_the_next_shift():
    store = Office()
    filed, _ = store.a_held_case()
    store.duty = Duty("", NOW + timedelta(hours=3))
    decision = store.order("withdraw", filed)
    assert store.get(filed).officer == ""
    assert [one.what for one in decision.due] == ["shift"]
    assert loose_ends(store.get(filed))


def test_a_refiled_case_is_never_given_to_one_who_withdrew():
    store = Office()
    filed, _ = store.a_held_case()
    store.duty = Duty("wu")
    store.order("withdraw", filed)
    store.order("reject", filed, "wu")
    store.file(filed.later())
    assert store.get(filed).withdrawn == ("lin",)


def test_hand_over_gives_the_case_to_the_officer_named():
    store = Office()
    filed, _ = store.a_held_case()
    assert store.order("hand_over", filed, choice="wu").outcome == "handed_over"
    assert store.get(filed).officer == "wu"
    assert refused(store.order("release", filed, "lin")) == "C10"
