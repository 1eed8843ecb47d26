"""What is told about a document and a case, in both languages, without a personal value."""

from __future__ import annotations

import msgspec

from tests.clearance.playstore import BUYER_ID, OTHER_ID, D, PlayStore, a_set
from tests.clearance.test_whole_cases import KINDS, clear
from tongguan.clearance.explain import Story, explain_case, explain_document
from tongguan.clearance.model import Case


def texts(story: Story) -> tuple[str, str]:
    parts = (story.what, story.stands, *story.why, *story.awaits, *story.todo)
    return "\n".join(one.zh for one in parts), "\n".join(one.en for one in parts)


def test_an_early_inventory_says_what_it_waits_for_from_whom_and_until_when():
    store, docs = PlayStore(), a_set()
    store.file(docs["inventory"])
    store.file(docs["order"])
    zh, en = texts(explain_document(store.get(docs["inventory"])))
    assert "等待支付企业申报支付单" in zh and "等待物流企业申报运单" in zh and "申报订单" not in zh
    assert "the payment company" in en and "the logistics company" in en
    assert "2026-04-01 12:00" in zh and "2026-04-01 12:00" in en


def test_a_released_inventory_shows_its_tax_line_by_line_with_the_law():
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    story = explain_document(store.get(docs["inventory"]))
    assert [(line.dutiable_value, line.vat, line.duty, line.consumption_tax) for line in story.tax] == [
        ("106.67", "9.71", "0.00", "0.00"),
        ("53.33", "4.85", "0.00", "0.00"),
    ]
    assert story.tax_total == "14.56" and all("T01" in line.law_rows for line in story.tax)
    assert "800" in story.stands.zh and story.to_check
    assert "51652026I000000001" in story.what.en


def test_a_rejected_inventory_says_why_and_what_to_do_without_the_values_of_persons():
    store, docs = PlayStore(), a_set()
    docs["payment"] = docs["payment"].head(payerIdNumber=OTHER_ID, amountPaid=D("1"))
    clear(store, docs)
    story = explain_document(store.get(docs["inventory"]))
    zh, en = texts(story)
    assert (
        "M04 [1332]" in zh and "填报 1，应为 174.56" in zh and "found 1, expected 174.56" in en and "M05 [1327]" in en
    )
    assert story.todo
    shown = msgspec.json.encode(story).decode()
    assert BUYER_ID not in shown and OTHER_ID not in shown


def test_a_held_inventory_names_the_agency_and_the_guarantor():
    store, docs = PlayStore(draws={"LN01": D("0"), "LN02": D("1")}), a_set()
    assert store.guarantee is not None
    store.guarantee = msgspec.structs.replace(store.guarantee, amount=D("1"))
    clear(store, docs)
    zh, en = texts(explain_document(store.get(docs["inventory"])))
    assert "customs" in en and "人工审核" in zh and "等待担保企业 99E1000001" in zh


def test_a_lapsed_and_a_deleted_document():
    store, docs = PlayStore(), a_set()
    store.file(docs["order"])
    store.file(docs["payment"])
    store.file(docs["payment"].later(appType="3"))
    assert explain_document(store.get(docs["payment"])).stands.en == "deleted"
    store.pass_time(30)
    zh, en = texts(explain_document(store.get(docs["order"])))
    assert "T-LAPSE" in zh and "lapse" in en.lower()


def test_a_case_tells_every_document_once():
    store, docs = PlayStore(), a_set()
    clear(store, docs)
    case = Case(
        existing=store.get(docs["inventory"]),
        order=store.get(docs["order"]),
        payments=(store.get(docs["payment"]),),
        waybill=store.get(docs["waybill"]),
        inventories=(store.get(docs["inventory"]),),
    )
    stories = explain_case(case)
    assert [one.kind for one in stories] == ["inventory", "order", "payment", "waybill"]
    assert "C000001" in stories[1].why[0].en
    assert {one.kind for one in stories} == set(KINDS)
