"""The officers' queue: what waits for a person, and what does not."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tests.clearance.office import DAY, Office, lane_law
from tests.clearance.playstore import AGENT, GOODS
from tongguan.clearance.officers.queue import Place, place


def test_what_nobody_has_to_look_at_has_no_place():
    store = Office()
    filed, inventory = store.a_case()
    assert place(inventory) is None
    store.pause(goods=GOODS)
    assert place(store.a_case(2)[1]) is None  # the end of the pause does it
    assert filed.key


def test_a_held_case_waits_at_its_office_with_its_officer():
    store = Office()
    _, inventory = store.a_held_case()
    assert place(inventory) == Place("5165", "lin", ("customs",), ("review",), store.now, None)


def test_every_agency_finds_what_it_holds():
    store = Office(law=lane_law(agency="inspection"))
    found = place(store.a_held_case(lane="LN02")[1])
    assert set(found.agencies) == {"customs", "inspection"} and set(found.why) == {"review", "examination"}


def test_questions_proposals_and_requests_for_review_are_told():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("ask", filed, reason="?", deadline=DAY + timedelta(days=1))
    store.order("detain", filed, choice="501", document_no="D-1")
    assert place(store.get(filed)).why == ("review", "proposal", "question")
    store.order("answer", filed, AGENT, reason="!")
    assert place(store.get(filed)).why == ("review", "proposal", "answered")
    store.order("reject", filed)
    assert place(store.get(filed)) is None
    store.order("request_review", filed, AGENT)
    assert place(store.get(filed)).why == ("review_asked",)


def test_in_an_emergency_everything_is_queued():
    store = Office()
    store.pause()
    assert place(store.a_case()[1]).why == ("emergency",)


def test_a_released_or_deleted_document_leaves_the_queue():
    store = Office()
    filed, inventory = store.a_held_case()
    assert place(msgspec.structs.replace(inventory, deleted=True)) is None
    store.order("release", filed)
    assert place(store.get(filed)) is None
