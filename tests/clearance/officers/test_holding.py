"""Release, examination, suspension, detention, shipping back, rejection: what each does to goods and accounts."""

from __future__ import annotations

import msgspec
import pytest

from tests.clearance.office import Office, lane_law, refused
from tests.clearance.playstore import D, a_set
from tongguan.clearance.holds import ACCEPTED, open_holds, status_of
from tongguan.clearance.model import Decision

DETAIN = {"choice": "502", "document_no": "HG-2026-7"}
GUARANTEE = "guarantee:99E1000001"


def told(decision: Decision) -> list[tuple[str, str]]:
    """Status and text of the inventory's receipts."""
    return [(one.status, one.info) for one in decision.receipts if one.message_type == "CEB622Message"]


def test_release_lifts_what_customs_holds_and_the_goods_go():
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("release", filed)
    assert (decision.outcome, [status for status, _ in told(decision)]) == ("released", ["399", "800"])
    (hold,) = store.get(filed).holds
    assert (hold.lifted_by, hold.lifted_at) == ("lin", store.now)


def test_a_hold_of_another_agency_keeps_the_goods_until_that_agency_lifts_it():
    store = Office(law=lane_law(agency="inspection"))
    filed, _ = store.a_held_case(lane="LN02")  # customs examines, the inspection reviews
    assert {(one.agency, one.kind) for one in open_holds(store.get(filed))} == {
        ("customs", "examination"), ("inspection", "review"),
    }  # fmt: skip
    assert store.order("release", filed, "lin").outcome == "review"
    assert store.get(filed).status == "300"
    assert refused(store.order("release", filed, "lin")) == "C02"
    assert refused(store.order("lift", filed, "lin", hold="review")) == "C07"
    assert store.order("release", filed, "qi").outcome == "released"


def test_examine_and_suspend_add_holds_and_the_gravest_shows():
    store = Office()
    filed, _ = store.a_held_case()
    suspended = store.order("suspend", filed, reason="the address is unclear")
    assert told(suspended)[0][0] == "600" and "the address is unclear" in told(suspended)[0][1]
    assert refused(store.order("suspend", filed)) == "C02"  # once is enough
    examined = store.order("examine", filed)
    assert told(examined)[0][0] == store.get(filed).status == "500"
    assert store.order("lift", filed, hold="examination").status == "600"
    assert store.order("lift", filed, hold="suspend").status == "300"
    assert store.order("release", filed).outcome == "released"


def test_another_agency_may_examine_what_customs_examines_and_each_lifts_its_own():
    store = Office()
    filed, _ = store.a_held_case(lane="LN02")
    assert store.order("examine", filed, "qi").status == "500"
    assert store.order("release", filed, "lin").status == "500"
    assert [(one.agency, one.kind) for one in open_holds(store.get(filed))] == [("inspection", "examination")]
    assert store.order("release", filed, "qi").outcome == "released"


@pytest.mark.parametrize("status", ["501", "502", "503", "599"])
def test_a_detention_with_its_approver_named(status):
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("detain", filed, choice=status, document_no=" HG-7 ", approver="chief", reason="fake goods")
    ((shown, info),) = told(decision)
    assert (decision.outcome, shown, store.get(filed).status) == ("detained", status, status)
    assert "HG-7" in info and "fake goods" in info and "RM04" in info and "60 days" in info
    hold = open_holds(store.get(filed))[-1]
    assert (hold.kind, hold.by, hold.approver, hold.document_no) == ("detention", "lin", "chief", "HG-7")


def test_a_detention_that_is_proposed_waits_for_its_approval_and_holds_nothing_more_until_then():
    store = Office()
    filed, _ = store.a_held_case()
    proposal = store.order("detain", filed, reason="fake goods", **DETAIN)
    assert (proposal.outcome, proposal.status, told(proposal)) == ("proposed", "300", [])
    for nobody in ("lin", "wu"):  # oneself; equal rank
        assert refused(store.order("approve", filed, nobody)) == "C11"
    assert refused(store.order("approve", filed, "clerk")) == "C06"
    approved = store.order("approve", filed, "chief")
    assert (approved.outcome, approved.status) == ("detained", "502")
    assert "fake goods" in told(approved)[0][1] and "HG-2026-7" in told(approved)[0][1]
    hold = open_holds(store.get(filed))[-1]
    assert (hold.by, hold.approver) == ("lin", "chief")
    assert refused(store.order("approve", filed, "chief")) == "C02"  # once


def test_a_release_drops_a_proposal():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("detain", filed, **DETAIN)
    store.order("suspend", filed)
    store.order("release", filed)
    assert store.get(filed).proposed is None
    assert refused(store.order("approve", filed, "chief")) == "C02"


def test_detained_goods_are_neither_released_nor_rejected_until_the_detention_is_lifted():
    store = Office()
    filed, _ = store.a_held_case()
    store.order("detain", filed, approver="chief", **DETAIN)
    assert refused(store.order("reject", filed)) == "C02"
    assert store.order("release", filed).status == "502"  # the review is lifted, the detention stays
    assert refused(store.order("release", filed)) == "C02"
    assert refused(store.order("lift", filed, "clerk", hold="detention")) == "C10"
    assert store.order("lift", filed, hold="detention").outcome == "released"


def test_shipping_back_ends_the_inventory_and_gives_back_what_it_held_and_nothing_else():
    store = Office()
    filed, before = store.a_held_case()
    assert store.balance("quota") == (D("160.00"), 0) and store.balance(GUARANTEE) == (D("14.56"), 0)
    decision = store.order("ship_back", filed, reason="no licence")
    ((status, info),) = told(decision)
    assert (decision.outcome, status) == ("shipped_back", "700")
    assert "no licence" in info and "RM05" in info
    assert store.balance("quota") == (0, 0) and store.balance(GUARANTEE) == (0, 0)
    after = store.get(filed)
    assert (after.status, after.held, open_holds(after)) == ("700", (), ())
    used = [store.get(docs).used_by for docs in list(a_set().values())[:3]]
    assert used == [filed.key] * 3
    for action in ("release", "reject", "examine", "suspend", "ship_back"):
        assert refused(store.order(action, filed)) == "C02"
    assert store.file(filed.later()).status == "-621004"  # the order is taken: the goods came and went
    assert before.status in ACCEPTED and "700" not in ACCEPTED


def test_a_rejection_names_the_reason_the_law_and_who_can_be_asked():
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("reject", filed, reason="origin not as declared")
    ((status, info),) = told(decision)
    assert status == "100" and info.startswith("[Code:1300;Desc:人工退单][origin not as declared]")
    for word in ("RM01", "review by a person", "上一级海关", "60日内", "RM05", "within 6 months", "within 15 days"):
        assert word in info
    assert len(info) <= 950


def test_a_long_reason_leaves_out_remedies_rather_than_words():
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("reject", filed, reason="x" * 890)
    ((_, info),) = told(decision)
    assert "x" * 890 in info and "RM01" not in info


def test_what_xml_cannot_carry_never_reaches_a_receipt():
    store = Office()
    filed, _ = store.a_held_case()
    decision = store.order("reject", filed, reason="bad\x00\x01\x1f\ufffe & <fine>\t品名")
    ((_, info),) = told(decision)
    assert "[bad & <fine>\t品名]" in info


def test_a_store_of_before_decides_as_before():
    """A command without the fact about officers is one that was stored before there were any: nothing is noted."""
    store = Office()
    filed, _ = store.a_held_case()
    facts = store.facts

    def earlier(*given, **named):
        return msgspec.structs.replace(facts(*given, **named), officers=None, duty=None)

    store.facts = earlier  # type: ignore[method-assign]
    store.documents[filed.kind, filed.key] = msgspec.structs.replace(store.get(filed), officer="")
    assert store.order("release", filed, "anybody").outcome == "released"
    assert store.get(filed).acts == ()


def test_the_gravest_hold_shows_in_the_order_of_the_design():
    store = Office()
    filed, _ = store.a_held_case()
    (review,) = open_holds(store.get(filed))
    ladder = ["120", "300", "400", "600", "500", "501", "502", "503", "599"]
    for at, status in enumerate(ladder):
        holds = [msgspec.structs.replace(review, status=one) for one in ladder[: at + 1]]
        assert status_of(holds) == status_of(holds[::-1]) == status
