"""The read API over a real server: whose receipts, paging, forms, health."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from tests.gateway import papers, state
from tests.gateway.conftest import House
from tongguan.ceb.read import read

CEB = "{http://www.chinaport.gov.cn/ceb}"
BOX = f"/dxp/{papers.DXP}/receipts"


def as_json(house: House, path: str, token: str | None = None) -> Any:
    answer = house.get(path, token, accept="application/json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def rule_of(answer: Any) -> str:
    problem = answer.json()["problems"][0]
    assert all(problem[name] for name in ("text_zh", "text_en", "fix_zh", "fix_en"))
    return str(problem["rule_id"])


def test_paging_gives_every_receipt_once_in_order_and_the_same_again(house: House) -> None:
    house.reader.outbox[papers.DXP] = state.receipts(23)
    seen: list[str] = []
    cursor, more, pages = "", True, 0
    while more:
        page = as_json(house, f"{BOX}?limit=5&after={cursor}")
        seen += [item["keys"]["orderNo"] for item in page["receipts"]]
        cursor, more, pages = page["next"], page["more"], pages + 1
    assert seen == [f"T{number:08d}" for number in range(1, 24)]
    assert pages == 5
    assert as_json(house, f"{BOX}?limit=5&after={cursor}") == {
        "dxpId": papers.DXP, "receipts": [], "next": cursor, "more": False,
    }  # fmt: skip
    house.reader.outbox[papers.DXP] += state.receipts(2, first=24)
    new = as_json(house, f"{BOX}?after={cursor}")
    assert [item["keys"]["orderNo"] for item in new["receipts"]] == ["T00000024", "T00000025"]
    first = [as_json(house, f"{BOX}?limit=5") for _ in range(2)]
    assert first[0] == first[1]


def test_a_page_is_never_longer_than_the_setting(house: House) -> None:
    house.reader.outbox[papers.DXP] = state.receipts(60)
    assert len(as_json(house, f"{BOX}?limit=1000")["receipts"]) == 50


def test_receipts_as_xml_are_whole_official_messages(house: House) -> None:
    house.reader.outbox[papers.DXP] = state.receipts(3)
    answer = house.get(f"{BOX}?limit=3")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert (root.tag, root.get("dxpId"), root.get("more")) == ("{urn:tongguan:receipts:1}Receipts", papers.DXP, "true")
    assert root.get("next") == "c3"
    messages = [etree.tostring(child, method="c14n") for child in root]
    assert [read(message).message_type for message in messages] == ["CEB312Message"]
    assert [item.text for item in root.iter(f"{CEB}orderNo")] == ["T00000001", "T00000002", "T00000003"]


def test_no_receipts_are_an_empty_page(house: House) -> None:
    answer = house.get(f"/dxp/{papers.OTHER_DXP}/receipts", house.other)
    root = etree.fromstring(answer.content)
    assert (len(root), root.get("next"), root.get("more")) == (0, "", "false")


@pytest.mark.parametrize("token", ["other", "officer"])
def test_anothers_receipts_are_refused(house: House, token: str) -> None:
    answer = house.get(BOX, getattr(house, token))
    assert (answer.status_code, rule_of(answer)) == (403, "A04")


@pytest.mark.parametrize("token", ["operator", "auditor", "filer"])
def test_operator_and_auditor_read_all_receipts(house: House, token: str) -> None:
    assert house.get(BOX, getattr(house, token)).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "rule"),
    [
        (f"{BOX}?after=zzz", 400, "A12"),
        (f"{BOX}?limit=0", 400, "A12"),
        (f"{BOX}?limit=x", 400, "A12"),
        ("/cases?ebpCode=x", 400, "A12"),
        ("/cases?ebpCode=&orderNo=x", 400, "A12"),
        ("/nothing", 404, "A11"),
        ("/filings/G01-000000009999", 404, "A11"),
        ("/cases?ebpCode=x&orderNo=y", 404, "A11"),
    ],
)
def test_wrong_questions_are_named(house: House, path: str, status: int, rule: str) -> None:
    answer = house.get(path)
    assert (answer.status_code, rule_of(answer)) == (status, rule)


@pytest.mark.parametrize("path", [BOX, "/filings/x", "/cases?ebpCode=x&orderNo=y"])
def test_every_question_needs_a_token(house: House, path: str) -> None:
    answer = house.get(path, "")
    assert (answer.status_code, rule_of(answer)) == (401, "A01")


def test_posting_to_a_page_is_named(house: House) -> None:
    with house.client() as client:
        answer = client.post("/cases")
    assert (answer.status_code, rule_of(answer)) == (405, "A13")


def test_a_filing_is_told_with_its_problems_and_no_persons_number(house: House) -> None:
    house.reader.filings["G01-000000000001"] = state.filing_view()
    answer = house.get("/filings/G01-000000000001")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"], body["records"][0]["status"]) == ("decided", "-301002")
    problem = body["records"][0]["problems"][0]
    assert problem["found"] == papers.ID_NUMBER[0] + "*" * 16 + papers.ID_NUMBER[-1]
    assert papers.ID_NUMBER not in answer.text
    assert papers.ID_NUMBER not in house.get("/filings/G01-000000000001", house.operator).text


def test_anothers_filing_is_not_even_confirmed(house: House) -> None:
    house.reader.filings["G01-000000000001"] = state.filing_view()
    answer = house.get("/filings/G01-000000000001", house.other)
    assert (answer.status_code, rule_of(answer)) == (404, "A11")


def test_a_case_is_told_to_those_who_take_part(house: House) -> None:
    house.reader.cases[(papers.PLATFORM, "T00000001")] = state.a_case(missing=("payment",))
    path = f"/cases?ebpCode={papers.PLATFORM}&orderNo=T00000001"
    body = house.get(path).json()
    assert body["roles"] == ["platform"]
    assert [item["kind"] for item in body["documents"]] == ["order", "payment", "waybill", "inventory"]
    stands = body["documents"][3]["story"]["stands"]
    assert stands["zh"] and stands["en"]
    assert house.get(path, house.other).status_code == 404
    assert house.get(path, house.officer).json()["documents"][0]["record"]["OrderHead"]["buyerName"] == papers.BUYER
    assert papers.ID_NUMBER not in house.get(path, house.auditor).text


def test_health(house: House) -> None:
    assert house.get("/healthz", "").json() == {"status": "ok"}
    house.reader.behind = {"G01": 10}
    assert house.get("/readyz", "").status_code == 200
    house.reader.behind = {"G01": 6, "G02": 5}
    answer = house.get("/readyz", "")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == [{"zh": "裁决落后 11 份申报", "en": "the engine is 11 filings behind"}]
    house.reader.behind = {"G01": 0}


def test_figures(new_house: Callable[..., House]) -> None:
    house = new_house()
    house.post(papers.write(papers.ceb311_message(records=2)))
    house.post(b"<a/>")
    house.post(b"<a/>", "nobody")
    house.reader.behind = {"G01": 4}
    text = house.get("/metrics", "").text
    for line in (
        'tongguan_posts_total{answer="202",message_type="CEB311Message"} 1.0',
        'tongguan_posts_total{answer="422",message_type="Unknown"} 1.0',
        'tongguan_posts_total{answer="401",message_type="Unknown"} 1.0',
        'tongguan_records_total{message_type="CEB311Message"} 2.0',
        'tongguan_stage_seconds_count{stage="verify"} 1.0',
        'tongguan_engine_lag_filings{inbox="G01"} 4.0',
    ):
        assert line in text
    assert papers.ID_NUMBER not in text and "T00000001" not in text


def test_the_description_holds_every_path(house: House) -> None:
    document = house.get("/openapi.json", "").json()
    assert {"/dxp", "/dxp/{dxp_id}/receipts", "/filings/{filing_id}", "/cases", "/healthz", "/readyz"} <= set(
        document["paths"]
    )
    assert set(document["paths"]["/dxp"]["post"]["responses"]) == {
        "202", "401", "403", "408", "413", "415", "422", "429", "503",
    }  # fmt: skip
    names = [item["name"] for item in document["paths"]["/cases"]["get"]["parameters"]]
    assert names == ["ebpCode", "orderNo"]
    references = [part.split('"')[0] for part in house.get("/openapi.json", "").text.split("#/components/schemas/")[1:]]
    assert set(references) <= set(document["components"]["schemas"])
