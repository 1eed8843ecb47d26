"""Pauses of release: what they catch, when they end, and who may end them."""

from __future__ import annotations

import pytest

from tests.clearance.office import Office, lane_law, refused
from tests.clearance.playstore import AGENT, COURIER, GOODS, MERCHANT, D
from tongguan.clearance.handling import Scope
from tongguan.clearance.holds import open_holds
from tongguan.clearance.officers.pauses import concerns
from tongguan.law.rows import Parcel

PARCEL = Parcel("5165", "9610", (AGENT, MERCHANT), ((GOODS, "601"), ("3304990029", "110")))


@pytest.mark.parametrize(
    ("scope", "caught"),
    [
        pytest.param({}, True, id="everything"),
        pytest.param({"office": "5165"}, True, id="the office"),
        pytest.param({"office": "51"}, True, id="offices that begin so"),
        pytest.param({"office": "22"}, False, id="another office"),
        pytest.param({"goods": GOODS[:4]}, True, id="goods by their heading"),
        pytest.param({"goods": "9999"}, False, id="other goods"),
        pytest.param({"origin": "110"}, True, id="the origin of one line"),
        pytest.param({"origin": "502"}, False, id="another origin"),
        pytest.param({"goods": "3304", "origin": "110"}, True, id="goods and origin in one line"),
        pytest.param({"goods": "3304", "origin": "601"}, False, id="goods and origin in two lines"),
        pytest.param({"party": MERCHANT}, True, id="a party"),
        pytest.param({"party": COURIER}, False, id="a party that has no part in it"),
        pytest.param({"lane": "LN01"}, True, id="a lane that covers it"),
        pytest.param({"lane": "LN99"}, False, id="a lane that is not in force"),
        pytest.param({"office": "5165", "origin": "502"}, False, id="all parts have to fit"),
    ],
)
def test_what_a_pause_catches(scope, caught):
    assert concerns(Scope(**scope), PARCEL, lane_law().at(Office().now.date())) is caught


def test_a_pause_holds_what_would_be_released_and_its_end_lets_it_go():
    store = Office()
    assert store.pause(goods=GOODS[:4]).outcome == "paused"
    filed, held = store.a_case()
    assert held.status == "600"
    (hold,) = open_holds(held)
    assert (hold.kind, hold.agency, hold.lane, hold.by) == ("pause", "customs", "C00-1", "guard")
    assert held.officer == ""  # nothing for an officer to do
    assert store.balance("quota") == (D("160.00"), 0)  # accepted, not released
    for action, fields in (("release", {}), ("lift", {"hold": "pause"})):
        store.order("take", filed, "lin")
        assert refused(store.order(action, filed, **fields)) in ("C02", "C15")
    assert store.resume("C00-1", "lin").outcome == "resumed"
    assert store.get(filed).status == "800"
    assert store.get(filed).holds[0].lifted_by == "lin"


def test_a_pause_catches_at_release_what_it_did_not_at_acceptance():
    store = Office()
    filed, held = store.a_held_case()
    assert held.status == "300"
    store.pause(origin="601")
    decision = store.order("release", filed)
    assert (decision.outcome, decision.status) == ("review", "600")
    store.resume("C00-1", "lin")
    assert store.get(filed).status == "800"


def test_a_pause_that_ended_before_the_release_holds_nothing():
    store = Office()
    store.pause()
    store.resume("C00-1", "lin")
    assert store.a_case()[1].status == "800"


def test_two_pauses_hold_until_both_have_ended():
    store = Office()
    store.pause(goods=GOODS)
    store.pause("wu", office="51")
    filed, _ = store.a_case()
    store.resume("C00-1", "lin")
    assert store.get(filed).status == "600"
    store.resume("C00-2", "lin")
    assert store.get(filed).status == "800"


@pytest.mark.parametrize(
    ("actor", "rule"),
    [
        pytest.param("guard", "C17", id="who set it"),
        pytest.param(" Guard ", "C05", id="a name that is nobody's"),
        pytest.param("clerk", "C06", id="without the role"),
        pytest.param("qi", "C07", id="of another agency"),
        pytest.param("nobody", "C05", id="not registered"),
        pytest.param("lin", "", id="a second person"),
    ],
)
def test_a_second_person_of_the_agency_ends_a_pause(actor, rule):
    store = Office()
    store.pause()
    assert refused(store.resume("C00-1", actor)) == rule
    assert (store.paused["C00-1"].resumed_at is None) == bool(rule)


def test_where_none_are_registered_it_still_takes_a_second_name():
    store = Office(people={}, duty=None)
    store.pause("Officer 7")
    assert refused(store.resume("C00-1", " OFFICER 7")) == "C17"
    assert store.resume("C00-1", "Officer 8").outcome == "resumed"


@pytest.mark.parametrize("pause_id", ["C00-1", "C00-9"], ids=["ended already", "never set"])
def test_only_an_open_pause_is_ended(pause_id):
    store = Office()
    store.pause()
    store.resume("C00-1", "lin")
    assert refused(store.resume(pause_id, "wu")) == "C18"


@pytest.mark.parametrize(
    "scope", [{"office": "51x"}, {"office": "51651"}, {"goods": "milk"}, {"origin": "000"}, {"lane": "LN99"}], ids=str
)
def test_a_scope_that_cannot_be_right_is_refused(scope):
    store = Office()
    assert refused(store.pause(**scope)) == "C19"
    assert store.paused == {}


def test_a_pause_needs_a_reason_and_the_role_of_duty():
    store = Office()
    assert refused(store.pause("clerk")) == "C06"
    assert refused(store.pause("judge")) == "C06"


def test_in_an_emergency_the_machine_releases_nothing_and_an_officer_still_may():
    store = Office()
    store.pause()
    filed, held = store.a_case()
    assert (held.status, open_holds(held)[0].kind) == ("600", "emergency")
    assert store.top_up("2000000") is None and store.get(filed).status == "600"  # nothing that the machine does
    store.order("take", filed, "lin")
    assert store.order("release", filed).outcome == "released"
    other, held = store.a_case(2)
    store.resume("C00-1", "lin")
    assert store.get(other).status == "800"


def test_an_emergency_of_another_agency_is_not_lifted_by_customs():
    store = Office()
    store.pause("qi")
    filed, _ = store.a_case()
    store.order("take", filed, "lin")
    assert refused(store.order("release", filed)) == "C02"
    assert store.order("release", filed, "qi").outcome == "released"


def test_what_waits_for_a_guarantee_and_a_pause_needs_both():
    store = Office()
    store.guarantee = (
        None
        if store.guarantee is None
        else store.guarantee.__class__(
            **{name: getattr(store.guarantee, name) for name in store.guarantee.__struct_fields__} | {"amount": D("1")}
        )
    )
    store.pause(office="5165")
    filed, held = store.a_case()
    assert {one.kind for one in open_holds(held)} == {"guarantee", "pause"}
    store.resume("C00-1", "lin")
    assert store.get(filed).status == "120"
    store.top_up("2000000")
    assert store.get(filed).status == "800"
