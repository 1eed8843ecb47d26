"""Waiting for arrival (400): where a site wants it, in whichever order list, papers and officers come."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from tests.clearance.playstore import COURIER, OPERATOR, D, a_bonded_set
from tests.clearance.yard import OPEN_SITE, SITE, YardStore, arriving_set, entry_list, file_all, signed_for
from tongguan.clearance.explain import explain_document
from tongguan.clearance.holds import ACCEPTED, status_of
from tongguan.clearance.model import Await, Hold

REVIEWED = {"LN01": D("0"), "LN02": D("0.5")}
WAYBILL = Await("arrival", (COURIER, "W000001"))


def test_an_accepted_inventory_waits_for_its_list_and_goes_on_by_itself():
    store, docs = YardStore(), arriving_set()
    accepted = file_all(store, docs)
    assert accepted.outcome == "review" and accepted.awaits == (WAYBILL,)
    told = [(one.status, one.info) for one in accepted.receipts if one.message_type == "CEB622Message"]
    assert [status for status, _ in told] == ["2", "3", "120", "400"]
    assert "M19-WAIT" in told[-1][1] and "等待货物运抵" in told[-1][1]
    inventory = store.get(docs["inventory"])
    assert (inventory.status, inventory.arrival, inventory.released_at) == ("400", None, None)
    assert store.get(docs["waybill"]).status == "120", "accepted is accepted"
    held = store.balance("quota")
    assert held[0] > 0 and held[1] == 0

    brought = store.arrive(entry_list(1))
    assert brought.brings == (WAYBILL,) and brought.wakes == ()
    inventory = store.get(docs["inventory"])
    assert inventory.status == "800" and inventory.arrival is not None
    assert inventory.arrival.rkd_no == "516520260302000001" and inventory.arrival.operator_code == OPERATOR
    assert [(one.kind, one.lifted_by) for one in inventory.holds] == [("arrival", "516520260302000001")]
    assert store.balance("quota") == (D("0"), held[0])


@pytest.mark.parametrize("order", list(permutations(("order", "payment", "waybill", "inventory", "list"))))
def test_every_order_of_arrival_ends_in_release(order: tuple[str, ...]):
    store, docs = YardStore(), arriving_set()
    for kind in order:
        if kind == "list":
            store.arrive(entry_list(1))
        else:
            store.file(docs[kind])
    assert store.get(docs["inventory"]).status == "800"


@pytest.mark.parametrize(
    ("loct_no", "waits"),
    [(SITE.loct_no, True), (OPEN_SITE.loct_no, False), ("SITE9", False), (None, False)],
    ids=["a site that needs arrival", "one that does not", "an unknown site", "no site named"],
)
def test_only_the_sites_row_makes_a_parcel_wait(loct_no: str | None, waits: bool):
    store, docs = YardStore(), arriving_set()
    docs["inventory"] = docs["inventory"].head(loctNo=loct_no)
    assert file_all(store, docs).status == ("400" if waits else "800")


def test_bonded_goods_never_wait_for_a_list():
    docs, book = a_bonded_set()
    store = YardStore(book=book)
    docs["inventory"] = docs["inventory"].head(loctNo=SITE.loct_no)
    assert file_all(store, docs).status == "800"


def test_a_list_of_another_sites_operator_is_no_arrival():
    store, docs = YardStore(), arriving_set()
    store.sites[SITE.loct_no] = msgspec.structs.replace(SITE, operator_code=COURIER)
    file_all(store, docs)
    store.arrive(entry_list(1))
    assert store.get(docs["inventory"]).status == "400"


def test_review_and_arrival_are_open_together_and_the_graver_one_shows():
    store, docs = YardStore(draws=REVIEWED), arriving_set()
    accepted = file_all(store, docs)
    assert accepted.status == "400"
    kinds = [one.kind for one in store.get(docs["inventory"]).holds]
    assert kinds == ["review", "arrival"]
    store.arrive(entry_list(1))
    inventory = store.get(docs["inventory"])
    assert inventory.status == "300"
    assert [one.kind for one in inventory.holds if one.lifted_at is None] == ["review"]
    assert store.command("release", docs["inventory"]).status == "800"


def test_an_officer_lifts_the_review_and_never_the_arrival():
    store, docs = YardStore(draws=REVIEWED), arriving_set()
    file_all(store, docs)
    released = store.command("release", docs["inventory"])
    assert released.status == "400"
    again = store.command("release", docs["inventory"])
    assert again.outcome == "refused", "nothing is left that an officer holds"
    store.arrive(entry_list(1))
    assert store.get(docs["inventory"]).status == "800"


def test_an_officer_may_reject_what_has_not_arrived():
    store, docs = YardStore(), arriving_set()
    file_all(store, docs)
    assert store.command("reject", docs["inventory"], reason="申报不实").status == "100"
    assert store.balance("quota") == (D("0"), D("0"))
    store.arrive(entry_list(1))
    assert store.get(docs["inventory"]).status == "100", "a list wakes nobody who has been rejected"


def test_guarantee_and_arrival_are_waited_for_at_once():
    store, docs = YardStore(), arriving_set()
    assert store.guarantee is not None
    store.guarantee = msgspec.structs.replace(store.guarantee, amount=D("1"))
    accepted = file_all(store, docs)
    assert set(accepted.awaits) == {Await("guarantor", (store.guarantee.assure_code,)), WAYBILL}
    store.arrive(entry_list(1))
    assert store.get(docs["inventory"]).status == "120", "arrived; the guarantee is still too low"
    store.top_up("1000000")
    assert store.get(docs["inventory"]).status == "800"


def test_a_guarantee_that_comes_first_leaves_the_parcel_waiting_for_arrival():
    store, docs = YardStore(), arriving_set()
    assert store.guarantee is not None
    store.guarantee = msgspec.structs.replace(store.guarantee, amount=D("1"))
    file_all(store, docs)
    topped = store.top_up("1000000")
    assert topped is not None and topped.awaits == (WAYBILL,)
    assert store.get(docs["inventory"]).status == "400"
    store.arrive(entry_list(1))
    assert store.get(docs["inventory"]).status == "800"


def test_a_site_that_stops_asking_lets_the_parcel_go_at_the_next_step():
    store, docs = YardStore(draws=REVIEWED), arriving_set()
    file_all(store, docs)
    store.sites[SITE.loct_no] = OPEN_SITE
    assert store.command("release", docs["inventory"]).status == "800"


def test_one_list_brings_many_and_names_only_those_who_wait():
    store = YardStore()
    for number in (1, 2, 3):
        file_all(store, arriving_set(number))
    file_all(store, arriving_set(4, site=OPEN_SITE))
    brought = store.arrive(entry_list(1, 2, 4, 5))
    assert brought.brings == tuple(Await("arrival", (COURIER, f"W00000{number}")) for number in (1, 2))
    assert [store.get(arriving_set(number)["inventory"]).status for number in (1, 2, 3)] == ["800", "800", "400"]


def test_the_story_says_what_is_awaited_from_whom_and_what_has_come():
    store, docs = YardStore(), arriving_set()
    file_all(store, docs)
    story = explain_document(store.get(docs["inventory"]))
    assert story.stands.zh.startswith("400 ") and story.stands.en.startswith("400 ")
    ((zh, en),) = story.awaits
    assert "监管场所经营人" in zh and "入库明细单" in zh and "W000001" in zh
    assert "operator of the site" in en and "W000001" in en
    store.arrive(entry_list(1))
    store.file(signed_for())
    why = explain_document(store.get(docs["inventory"])).why
    assert any("516520260302000001" in one.zh and "516520260302000001" in one.en for one in why)
    assert any(
        "签收" in one.zh and "2026-03-02 11:30" in one.en for one in explain_document(store.get(docs["waybill"])).why
    )
    assert "rkdNo 516520260302000001" in explain_document(store.get(entry_list(1))).what.en


@pytest.mark.parametrize(
    ("open_statuses", "shown"),
    [
        (("120", "300"), "300"),
        (("300", "400"), "400"),
        (("400", "600"), "600"),
        (("600", "500"), "500"),
        (("600", "400", "300", "599"), "599"),
        ((), "120"),
    ],
)
def test_the_gravest_open_hold_shows(open_statuses: tuple[str, ...], shown: str):
    """5xx before 600 before 400 before 300 (design of the holds)."""
    now = YardStore().now
    holds = [
        Hold(agency="customs", kind="x", status=one, reason_zh="", reason_en="", since=now) for one in open_statuses
    ]
    assert status_of(holds) == shown
    lifted = Hold(agency="customs", kind="x", status="599", reason_zh="", reason_en="", since=now, lifted_at=now)
    assert status_of([*holds, lifted]) == shown
    assert "400" in ACCEPTED
