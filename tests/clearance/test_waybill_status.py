"""CEB513: the parcel was signed for. It needs a waybill, its time is a time, and it stays with the waybill."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.clearance.playstore import COURIER, PLATFORM, a_set
from tests.clearance.yard import YardStore, file_all, signed_for

SIGNED = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def test_a_status_is_stored_and_its_time_kept_with_the_waybill():
    store, docs = YardStore(), a_set()
    file_all(store, docs)
    decision = store.file(signed_for())
    assert (decision.outcome, decision.status) == ("accepted", "120")
    assert [(one.message_type, one.status) for one in decision.receipts] == [
        ("CEB514Message", status) for status in ("2", "3", "120")
    ]
    assert dict(decision.receipts[0].keys) == {
        "logisticsCode": COURIER, "logisticsNo": "W000001", "logisticsStatus": "S",
    }  # fmt: skip
    waybill = store.get(docs["waybill"])
    assert (waybill.signed_at, waybill.status, waybill.used_by) == (SIGNED, "120", docs["inventory"].key)
    assert not decision.took_pre_no, "a status has no number"


def test_a_waybill_that_only_waits_can_be_signed_for_too():
    store, docs = YardStore(), a_set()
    store.file(docs["waybill"])
    assert store.file(signed_for()).status == "120"
    assert store.get(docs["waybill"]).status == "2"


@pytest.mark.parametrize("there", ["never filed", "saved only", "deleted", "lapsed"])
def test_a_status_needs_a_waybill_that_stands(there: str):
    store, waybill = YardStore(), a_set()["waybill"]
    if there == "saved only":
        store.file(waybill.head(appStatus="1"))
    elif there != "never filed":
        store.file(waybill)
    if there == "deleted":
        store.file(waybill.later(appType="3"))
    if there == "lapsed":
        store.pass_time(30)
    decision = store.file(signed_for())
    assert (decision.status, [one.rule_id for one in decision.problems]) == ("-505014", ["D29"])
    assert decision.documents == ()


@pytest.mark.parametrize(
    ("fields", "code", "rule"),
    [
        ({"logisticsStatus": "X"}, "-505011", "D16"),
        ({"logisticsTime": "20260230113000"}, "-505011", "D18"),
        ({"logisticsTime": "20260302121001"}, "-505011", "D18"),
        ({"appTime": "20260302121001"}, "-505011", "D18"),
        ({"appType": "4"}, "-505014", "K07"),
        ({"appType": "2"}, "-505014", "K04"),
        ({"appType": "3"}, "-505014", "K04"),
    ],
)
def test_a_status_with_a_fault_is_refused(fields: dict[str, str], code: str, rule: str):
    store = YardStore()
    store.file(a_set()["waybill"])
    decision = store.file(signed_for(**fields))
    assert (decision.status, decision.problems[0].rule_id) == (code, rule)
    assert store.get(a_set()["waybill"]).signed_at is None


def test_only_the_logistics_company_says_so():
    store = YardStore()
    store.file(a_set()["waybill"])
    filed = signed_for()
    filed.sender = PLATFORM
    assert store.file(filed).problems[0].rule_id == "D20-FILER"


def test_it_is_changed_later_and_taken_back():
    store, docs = YardStore(), a_set()
    store.file(docs["waybill"])
    store.file(signed_for())
    again = store.file(signed_for(logisticsTime="20260302113500").later())
    assert (again.status, again.problems[0].rule_id) == ("-505012", "K01")
    old = store.file(signed_for(appType="2", logisticsTime="20260302113500"))
    assert (old.status, old.problems[0].rule_id) == ("-505016", "K02")
    assert store.file(signed_for(appType="2", logisticsTime="20260302113500").later()).status == "120"
    assert store.get(docs["waybill"]).signed_at == datetime(2026, 3, 2, 3, 35, tzinfo=UTC)
    assert store.file(signed_for(appType="3").later(2)).outcome == "deleted"
    assert store.get(docs["waybill"]).signed_at is None


def test_a_change_that_is_only_saved_says_nothing_of_the_parcel():
    store, docs = YardStore(), a_set()
    store.file(docs["waybill"])
    store.file(signed_for())
    assert store.file(signed_for(appType="2", appStatus="1").later()).status == "1"
    assert store.get(docs["waybill"]).signed_at is None


def test_the_same_bytes_again_change_nothing():
    store, docs = YardStore(), a_set()
    store.file(docs["waybill"])
    first = store.file(signed_for())
    again = store.file(signed_for())
    assert again.outcome == "repeated" and again.receipts == first.receipts


def test_a_change_of_the_waybill_keeps_the_signature():
    store, docs = YardStore(), a_set()
    store.file(docs["waybill"])
    store.file(signed_for())
    store.file(docs["waybill"].later(appType="2", goodsInfo="沙箱货物"))
    assert store.get(docs["waybill"]).signed_at == SIGNED
