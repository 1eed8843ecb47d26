"""CEB711: what a list must hold, what it may not contradict, what it brings, and until when it can be changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.clearance.playstore import COURIER, NOW, OPERATOR, D, Filed
from tests.clearance.yard import OPEN_SITE, YardStore, arriving_set, entry_list, file_all
from tongguan.clearance.model import Decision

STATUSES = ["2", "3", "120"]


def statuses(decision: Decision) -> list[str]:
    return [one.status for one in decision.receipts]


def rules(decision: Decision) -> list[str]:
    return [one.rule_id for one in decision.problems]


def test_a_good_list_is_stored_under_a_number_of_its_own():
    store = YardStore()
    decision = store.arrive(entry_list(1, 2, 3))
    assert decision.outcome == "accepted" and statuses(decision) == STATUSES
    document = decision.documents[0]
    assert document.rkd_no == "516520260302000001" and document.pre_no == "R20260302000000001"
    assert {one.message_type for one in decision.receipts} == {"CEB712Message"}
    keys = dict(decision.receipts[-1].keys)
    assert keys == {
        "customsCode": "5165", "operatorCode": OPERATOR, "copNo": "L1", "preNo": "R20260302000000001",
        "rkdNo": "516520260302000001",
    }  # fmt: skip
    assert "rkdNo" not in dict(decision.receipts[0].keys), "there is no number before it is stored"
    assert store.arrive(entry_list(4, cop_no="L2")).documents[0].rkd_no == "516520260302000002"


def test_a_saved_list_is_no_arrival():
    store, docs = YardStore(), arriving_set()
    saved = store.arrive(entry_list(1, appStatus="1"))
    assert saved.outcome == "saved" and statuses(saved) == ["1"]
    assert file_all(store, docs).status == "400"


@pytest.mark.parametrize(
    ("filed", "code", "rule"),
    [
        pytest.param(entry_list(1, 2).line(1, gnum=2), "-800001", "D05", id="the first line is not 1"),
        pytest.param(entry_list(1, 2).line(2, gnum=1), "-800001", "D05", id="a line number twice"),
        pytest.param(entry_list(1, ieFlag="E"), "-800001", "D12", id="an export list"),
        pytest.param(entry_list(1, customsCode="9999"), "-800001", "D16", id="unknown office"),
        pytest.param(entry_list(1, trafMode="Q"), "-800001", "D16", id="unknown transport mode"),
        pytest.param(entry_list(1, appTime="20260302121001"), "-800001", "D18", id="a second beyond the ten minutes"),
        pytest.param(entry_list(1, copNo=None), "-800001", "D28", id="no number of the filer's own"),
        pytest.param(entry_list(1, copNo="  "), "-800001", "D28", id="a number of blanks"),
        pytest.param(entry_list(1, 2, 1), "-800001", "D30", id="a waybill twice"),
        pytest.param(entry_list(1, rkdNo="516520260302000009"), "-800001", "D17", id="a number that customs gives"),
        pytest.param(entry_list(1, operatorCode=COURIER), "-800001", "D20-FILER", id="another company's list"),
        pytest.param(entry_list(1, appType="2"), "-800001", "K04", id="a change of nothing"),
        pytest.param(entry_list(1, appType="3"), "-800001", "K04", id="a deletion of nothing"),
    ],
)  # fmt: skip
def test_a_list_with_a_fault_is_refused_and_nothing_is_stored(filed: Filed, code: str, rule: str):
    store = YardStore()
    decision = store.arrive(filed)
    assert (decision.outcome, decision.status, decision.documents) == ("refused", code, ())
    assert rule in rules(decision)
    keys = dict(decision.receipts[0].keys)
    assert len(keys["preNo"]) == 18 and keys["preNo"].startswith("R"), "a 712 always carries a preNo"


def test_the_edges_are_taken():
    store = YardStore()
    assert store.arrive(entry_list(1, appTime="20260302121000")).status == "120", "ten minutes ahead"
    many = entry_list(*range(10, 2010), cop_no="L2")
    assert store.arrive(many).status == "120"


def test_only_an_operator_of_a_site_files_lists():
    store = YardStore()
    filed = entry_list(1, operatorCode=COURIER)
    filed.sender = COURIER
    decision = store.arrive(filed)
    assert (decision.status, rules(decision)) == ("-10101", ["D19-ROLE"])


def test_a_list_must_be_signed():
    filed = entry_list(1)
    filed.verdict = type(filed.verdict)(present=False, step="missing")
    decision = YardStore().arrive(filed)
    assert (decision.status, rules(decision)) == ("-800001", ["D20-SIGN"])


@pytest.mark.parametrize("element", ["trafMode", "trafNo", "voyageNo", "billNo"])
def test_a_list_that_contradicts_an_accepted_inventory_is_rejected_with_its_lines_named(element: str):
    store = YardStore()
    for number in (1, 2):
        file_all(store, arriving_set(number))
    other = {"trafMode": "2"}.get(element, "ELSE")
    decision = store.arrive(entry_list(7, 1, 2, **{element: other}))
    assert decision.outcome == "rejected" and statuses(decision) == ["2", "3", "100"]
    assert [(one.rule_id, one.path) for one in decision.problems] == [
        ("M19", "DeliveryList[2]/logisticsNo"),
        ("M19", "DeliveryList[3]/logisticsNo"),
    ]
    filed = {"trafMode": "5", "trafNo": "T1", "voyageNo": "V1", "billNo": "B1"}[element]
    assert decision.problems[0].found == f"W000001 {element}:{other}"
    assert decision.problems[0].expected == f"{element}:{filed}"
    told = decision.receipts[-1].info
    assert "W000001" in told and "W000002" in told and "W000007" not in told and len(told) <= 1000
    assert store.get(arriving_set(1)["inventory"]).status == "400", "nothing has arrived"


def test_a_contradiction_that_is_only_blanks_is_none():
    store = YardStore()
    file_all(store, arriving_set())
    assert store.arrive(entry_list(1, voyageNo=" V1 ")).status == "120"


def test_an_inventory_that_still_waits_for_its_papers_is_contradicted_later_not_now():
    """Whoever comes second is told: the list is stored first, so the inventory is rejected at its match."""
    store, docs = YardStore(), arriving_set()
    store.file(docs["inventory"])
    assert store.arrive(entry_list(1, voyageNo="V2")).status == "120"
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    inventory = store.get(docs["inventory"])
    assert inventory.status == "100" and [one.rule_id for one in inventory.problems] == ["M19"]


@pytest.mark.parametrize("element", ["trafMode", "trafNo", "voyageNo", "billNo"])
def test_an_inventory_that_contradicts_a_stored_list_is_rejected_at_the_match(element: str):
    store, docs = YardStore(), arriving_set()
    store.arrive(entry_list(1))
    docs["inventory"] = docs["inventory"].head(**{element: {"trafMode": "2"}.get(element, "ELSE")})
    decision = file_all(store, docs)
    assert (decision.outcome, decision.status) == ("rejected", "100")
    assert [(one.rule_id, one.path) for one in decision.problems] == [("M19", f"InventoryHead/{element}")]
    pairs = {one.left_path: one.equal for one in decision.compared if one.rule_id == "M19"}
    assert len(pairs) == 4 and [path for path, equal in pairs.items() if not equal] == [
        f"inventory.InventoryHead.{element}"
    ]


def test_a_list_speaks_to_a_site_that_does_not_wait_for_it_too():
    store, docs = YardStore(), arriving_set(site=OPEN_SITE)
    store.arrive(entry_list(1, billNo="B2"))
    assert file_all(store, docs).status == "100"


def test_a_rejected_inventory_contradicts_no_list():
    store, docs = YardStore(), arriving_set()
    wrong = docs["inventory"].head(voyageNo="V9")
    store.arrive(entry_list(1))
    for kind in ("order", "payment", "waybill"):
        store.file(docs[kind])
    assert store.file(wrong).status == "100"
    assert store.arrive(entry_list(1).later(appType="2")).status == "120"
    assert store.file(docs["inventory"].later()).status == "800"


def test_a_parcel_stands_in_one_list_of_an_operator():
    store = YardStore()
    store.arrive(entry_list(1, 2))
    decision = store.arrive(entry_list(3, 2, cop_no="L2"))
    assert decision.status == "100"
    assert [(one.rule_id, one.path, one.found) for one in decision.problems] == [
        ("M19-LISTED", "DeliveryList[2]/logisticsNo", "W000002")
    ]
    assert store.arrive(entry_list(3, 2, cop_no="L2").later(5)).status == "100", "as long as the other list stands"
    assert store.arrive(entry_list(1, 2).later(6, appType="3")).outcome == "deleted"
    assert store.arrive(entry_list(3, 2, cop_no="L2").later(7)).status == "120"


def test_many_faulty_lines_are_named_one_by_one_up_to_a_hundred():
    store = YardStore()
    for number in range(1, 103):
        file_all(store, arriving_set(number))
    decision = store.arrive(entry_list(*range(1, 103), voyageNo="V2"))
    assert len(decision.problems) == 100
    assert len(decision.receipts[-1].info) == 1000, "what the receipt has no room for is cut"


# --- change and deletion


def test_a_list_is_changed_until_one_of_its_inventories_is_released():
    store, docs = YardStore(), arriving_set()
    first = store.arrive(entry_list(1)).documents[0]
    changed = store.arrive(entry_list(1, 2).later(appType="2"))
    assert changed.status == "120"
    document = changed.documents[0]
    assert (document.rkd_no, document.pre_no, document.version) == (first.rkd_no, first.pre_no, 2)
    assert file_all(store, docs).status == "800"
    for app_type in ("2", "3"):
        refused = store.arrive(entry_list(1, 2).later(9, appType=app_type))
        assert (refused.status, rules(refused)) == ("-800001", ["K05"])
    assert store.get(entry_list(1)).version == 2


def test_lines_of_others_do_not_bind_a_list():
    """The inventory of a waybill that only the change would add is released; the stored list has none."""
    store = YardStore()
    file_all(store, arriving_set(2, site=OPEN_SITE))
    store.arrive(entry_list(1))
    assert store.arrive(entry_list(1, 2).later(appType="2")).status == "120"


def test_a_change_that_contradicts_is_refused_and_the_list_stays():
    store, docs = YardStore(draws={"LN01": D("0"), "LN02": D("0.5")}), arriving_set()
    store.arrive(entry_list(1))
    assert file_all(store, docs).status == "300", "drawn for review, arrived"
    refused = store.arrive(entry_list(1, voyageNo="V2").later(appType="2"))
    assert (refused.outcome, refused.status, rules(refused)) == ("refused", "-800001", ["M19"])
    assert store.get(entry_list(1)).record.DeliveryHead.voyageNo == "V1"
    assert store.get(docs["inventory"]).arrival is not None


@pytest.mark.parametrize(
    ("other", "gone"),
    [
        pytest.param(1, {"appType": "3"}, id="deleted"),
        pytest.param(2, {"appType": "2"}, id="changed to another parcel"),
        pytest.param(1, {"appType": "2", "appStatus": "1"}, id="changed to one that is only saved"),
    ],
)
def test_a_parcel_that_leaves_its_list_waits_again(other: int, gone: dict[str, str]):
    store, docs = YardStore(draws={"LN01": D("0"), "LN02": D("0.5")}), arriving_set()
    store.arrive(entry_list(1))
    file_all(store, docs)
    decision = store.arrive(entry_list(other).later(**gone))
    assert [one.key for one in decision.wakes] == [docs["inventory"].key]
    inventory = store.get(docs["inventory"])
    assert (inventory.status, inventory.arrival) == ("400", None)
    assert [one.kind for one in inventory.holds if one.lifted_at is None] == ["review", "arrival"]
    assert store.command("release", docs["inventory"]).status == "400", "the officer has no say in whether it is there"
    store.arrive(entry_list(1, cop_no="L3"))
    assert store.get(docs["inventory"]).status == "800"


@pytest.mark.parametrize(
    ("filed", "code", "rule"),
    [
        pytest.param(entry_list(1, 2).later(), "-800003", "K01", id="as new once more"),
        pytest.param(entry_list(1, 2, appType="2"), "-800005", "K02", id="a change at the same time"),
        pytest.param(entry_list(1).later(appType="2", preNo="R20260302000000099"), "-800001", "K06", id="a new preNo"),
        pytest.param(entry_list(1).later(appType="2", rkdNo="516520260302000099"), "-800001", "K06", id="a new rkdNo"),
    ],
)  # fmt: skip
def test_a_stored_list_has_its_number_and_its_time(filed: Filed, code: str, rule: str):
    store = YardStore()
    store.arrive(entry_list(1))
    decision = store.arrive(filed)
    assert (decision.status, rules(decision)) == (code, [rule])


def test_a_change_may_carry_the_numbers_or_leave_them_out():
    store = YardStore()
    first = store.arrive(entry_list(1)).documents[0]
    assert store.arrive(entry_list(1, 2).later(1, appType="2")).status == "120"
    with_numbers = entry_list(1, 2, 3).later(2, appType="2", preNo=first.pre_no, rkdNo=first.rkd_no)
    assert store.arrive(with_numbers).status == "120"


def test_the_same_bytes_again_change_nothing():
    store = YardStore()
    first = store.arrive(entry_list(1))
    again = store.arrive(entry_list(1))
    assert again.outcome == "repeated" and again.receipts == first.receipts and again.documents == ()


def test_a_rejected_list_is_filed_again_later_and_keeps_its_pre_no():
    store, docs = YardStore(), arriving_set()
    file_all(store, docs)
    rejected = store.arrive(entry_list(1, voyageNo="V2")).documents[0]
    assert rejected.rkd_no == ""
    stored = store.arrive(entry_list(1).later()).documents[0]
    assert stored.status == "120" and stored.pre_no == rejected.pre_no and stored.rkd_no
    assert store.get(docs["inventory"]).status == "800"


def test_what_was_listed_while_the_number_was_bound_is_about_the_former_parcel():
    """Six months after release the number is used anew (M18): the old list neither helps nor harms the new parcel."""
    store, first = YardStore(), arriving_set()
    file_all(store, first)
    store.arrive(entry_list(1))
    store.now = datetime(2026, 9, 2, 16, 0, tzinfo=UTC)  # midnight in China, after the corresponding day
    at = {"appTime": "20260902235900"}
    second = arriving_set(2)
    second["waybill"] = second["waybill"].head(logisticsNo="W000001", **at)
    second["inventory"] = second["inventory"].head(logisticsNo="W000001", declTime="20260903", voyageNo="V7", **at)
    for kind in ("order", "payment"):
        second[kind] = second[kind].head(**at)
    assert file_all(store, second).status == "400"
    assert store.arrive(entry_list(1, cop_no="L9", voyageNo="V1", **at)).status == "100", (
        "it contradicts the new parcel"
    )
    assert store.arrive(entry_list(1, cop_no="L9", voyageNo="V7", appTime="20260902235901")).status == "120"
    assert store.get(second["inventory"]).status == "800"
    assert store.get(first["inventory"]).status == "800"


def test_a_list_lapses_only_while_it_is_saved():
    store = YardStore(now=NOW)
    store.arrive(entry_list(1))
    store.arrive(entry_list(2, cop_no="L2", appStatus="1"))
    made = store.pass_time(30)
    assert [one.documents[0].key[1] for one in made] == ["L2"]
    assert store.get(entry_list(2, cop_no="L2")).status == "100"
    assert store.get(entry_list(1)).status == "120"
    assert store.now == NOW + timedelta(days=30)
