"""POST /dxp over a real server: every answer, and what is on disk after it."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from tests.gateway import papers
from tests.gateway.conftest import House
from tongguan.ceb.read import read

CEB = "{http://www.chinaport.gov.cn/ceb}"


def rule_ids(body: dict[str, Any]) -> list[str]:
    return [item["rule_id"] for item in body["problems"]]


def test_a_signed_order_is_stored_and_acknowledged(house: House) -> None:
    raw = papers.enveloped(papers.signed(papers.ceb311_message(records=3)), cop_msg_id="MSG-77")
    before = len(house.filings())
    answer = house.post(raw)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["messageType"], body["records"], body["warnings"]) == ("CEB311Message", 3, [])
    filing = house.filings()[before]
    assert filing.filing_id == body["filingId"]
    assert (filing.cop_msg_id, filing.sender, filing.transfer) == ("MSG-77", papers.DXP, (papers.PLATFORM, papers.DXP))
    assert filing.subscribers == ("DXPENT9000000009",)  # DATA alone asks for no receipts
    assert filing.verdict is not None and filing.verdict.step == "ok"
    assert [record.number for record in filing.records] == [1, 2, 3]
    assert {record.kind for record in filing.records} == {"order"}
    assert filing.raw_digest == hashlib.sha256(raw).digest()
    assert house.raw(filing) == raw


def test_a_bare_message_takes_its_sender_from_the_token(house: House) -> None:
    assert house.post(papers.signed(papers.ceb411_message())).status_code == 202
    assert house.filings()[-1].sender == papers.DXP


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (papers.ceb411_message(), "payment"),
        (papers.ceb511_message(), "waybill"),
        (papers.ceb621_message(), "inventory"),
    ],
)
def test_each_document_has_its_kind(house: House, message: Any, kind: str) -> None:
    assert house.post(papers.signed(message)).status_code == 202
    assert house.filings()[-1].records[0].kind == kind


def test_a_broken_signature_is_taken_and_its_verdict_kept(house: House) -> None:
    raw = papers.signed(papers.ceb311_message()).replace("测试商家".encode(), "测试某家".encode())
    assert house.post(raw).status_code == 202
    verdict = house.filings()[-1].verdict
    assert verdict is not None and verdict.step == "digest"


def test_an_unsigned_order_is_taken_too(house: House) -> None:
    assert house.post(papers.write(papers.ceb311_message())).status_code == 202
    verdict = house.filings()[-1].verdict
    assert verdict is not None and not verdict.present


def test_another_dxp_id_inside_the_message_is_left_to_the_decision(house: House) -> None:
    raw = papers.enveloped(papers.signed(papers.ceb311_message(dxp_id="DXPENT9000000055")))
    assert house.post(raw).status_code == 202
    assert house.filings()[-1].transfer == (papers.PLATFORM, "DXPENT9000000055")


@pytest.mark.parametrize(
    ("token", "status", "rule"),
    [("", 401, "A01"), ("tg_000000000000_" + "x" * 43, 401, "A01"), ("nonsense", 401, "A01"), ("§", 401, "A01")],
)
def test_without_a_token_nothing_is_stored(house: House, token: str, status: int, rule: str) -> None:
    before = len(house.filings())
    headers = {b"authorization": f"Bearer {token}".encode()} if token else {}
    with house.client("") as client:
        answer = client.post("/dxp", content=papers.signed(papers.ceb311_message()), headers=headers)
    assert (answer.status_code, rule_ids(answer.json())) == (status, [rule])
    assert answer.headers["www-authenticate"] == "Bearer"
    assert len(house.filings()) == before


def test_an_operator_does_not_file(house: House) -> None:
    before = len(house.filings())
    answer = house.post(papers.signed(papers.ceb311_message()), house.operator)
    assert (answer.status_code, rule_ids(answer.json())) == (403, ["A02"])
    assert len(house.filings()) == before


def test_an_envelope_of_another_sender_is_forbidden_and_not_stored(house: House) -> None:
    before = len(house.filings())
    answer = house.post(papers.enveloped(papers.signed(papers.ceb311_message()), sender=papers.OTHER_DXP))
    assert answer.status_code == 403
    problem = answer.json()["problems"][0]
    assert (problem["rule_id"], problem["found"], problem["expected"]) == ("A03", papers.OTHER_DXP, papers.DXP)
    assert all(problem[name] for name in ("text_zh", "text_en", "fix_zh", "fix_en"))
    assert len(house.filings()) == before


def refused(house: House, raw: bytes) -> etree._Element:
    """CEB900 of a refused message, after looking that it is stored as such."""
    before = len(house.filings())
    answer = house.post(raw)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert read(answer.content).message is not None  # fits the official schema
    filing = house.filings()[before]
    assert filing.refused and not filing.records
    assert filing.raw_digest == hashlib.sha256(raw).digest()
    assert house.raw(filing) == raw
    return etree.fromstring(answer.content).find(f"{CEB}MessageReturn")


def test_one_bad_record_spoils_the_message(house: House) -> None:
    raw = papers.write(papers.ceb311_message(records=3))
    raw = raw.replace(b"<ceb:orderNo>T00000002</ceb:orderNo>", b"", 1)
    found = refused(house, papers.enveloped(raw, cop_msg_id="MSG-9"))
    assert found.findtext(f"{CEB}oriCopMsgId") == "MSG-9"
    assert found.findtext(f"{CEB}oriMessageType") == "CEB311Message"
    assert found.findtext(f"{CEB}returnStatus", "").startswith("-")
    assert "Order[2]/OrderHead/orderNo" in found.findtext(f"{CEB}returnInfo", "")
    assert found.findtext(f"{CEB}oriBizMessage") == raw.decode()


@pytest.mark.parametrize(
    ("raw", "type_"),
    [
        (b"", "Unknown"),
        (b"\xff\xfe\x00garbage", "Unknown"),
        (b"<a>]]></a>", "Unknown"),
        (b"<CEB999Message xmlns='http://www.chinaport.gov.cn/ceb'/>", "Unknown"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "Unknown"),
        ("<a>\u6d4b</a>".encode("utf-16"), "Unknown"),
    ],
    ids=["empty", "garbage", "end of cdata", "unknown message", "doctype", "utf-16"],
)
def test_what_cannot_be_read_is_refused_and_sent_back(house: House, raw: bytes, type_: str) -> None:
    found = refused(house, raw)
    assert found.findtext(f"{CEB}oriMessageType") == type_
    assert found.findtext(f"{CEB}returnInfo")


def test_the_original_comes_back_whole_even_with_the_end_of_a_cdata_section(house: House) -> None:
    assert refused(house, b"<a>x]]&gt;y ]]></a>").findtext(f"{CEB}oriBizMessage") == "<a>x]]&gt;y ]]></a>"


def test_without_cop_no_the_answer_is_ceb900(house: House) -> None:
    found = refused(house, papers.signed(papers.ceb621_message(cop_no=None)))
    assert "A15;Inventory[1]/InventoryHead/copNo" in found.findtext(f"{CEB}returnInfo", "")
    assert refused(house, papers.signed(papers.ceb621_message(cop_no=" "))) is not None
    assert house.post(papers.signed(papers.ceb621_message(cop_no="C"))).status_code == 202


def test_a_receipt_is_not_a_filing(house: House) -> None:
    answer = house.post(papers.write(papers.receipt_message()), accept="application/json")
    assert (answer.status_code, rule_ids(answer.json())) == (422, ["A16"])


def test_all_problems_come_as_json_when_asked(house: House) -> None:
    raw = papers.write(papers.ceb311_message())
    raw = raw.replace(b"<ceb:appType>1", b"<ceb:appType>11").replace(papers.ID_NUMBER.encode(), b"9" * 61)
    answer = house.post(raw, accept="application/json")
    assert answer.status_code == 422
    body = answer.json()
    assert body["messageType"] == "CEB311Message"
    problems = {item["path"].rpartition("/")[2]: item for item in body["problems"]}
    assert problems.keys() == {"appType", "buyerIdNumber"}
    assert problems["appType"]["found"] == "11"
    assert problems["buyerIdNumber"]["found"] == "9" + "*" * 59 + "9"
    assert all(item[name] for item in body["problems"] for name in ("text_zh", "text_en", "fix_zh", "fix_en"))
    assert body["filingId"] == house.filings()[-1].filing_id


def test_the_profile_is_that_of_the_senders_row(house: House) -> None:
    raw = papers.write(papers.ceb621_message()).replace(b"<ceb:packNo>", b"<ceb:wrapType></ceb:wrapType><ceb:packNo>")
    assert house.post(raw).status_code == 422
    answer = house.post(raw, house.other)
    assert answer.status_code == 202
    assert answer.json()["warnings"]
    assert house.filings()[-1].profile == "lenient"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_other_content_types_are_not_taken(house: House, kind: str) -> None:
    answer = house.post(b"<a/>", **{"content-type": kind})
    assert (answer.status_code, rule_ids(answer.json())) == (415, ["A07"])


@pytest.mark.parametrize("kind", ["application/xml; charset=utf-8", "TEXT/XML", "application/octet-stream"])
def test_these_content_types_are_taken(house: House, kind: str) -> None:
    assert house.post(papers.write(papers.ceb311_message()), **{"content-type": kind}).status_code == 202


def test_gzip_is_unpacked_and_the_unpacked_bytes_are_kept(house: House) -> None:
    raw = papers.signed(papers.ceb311_message())
    assert house.post(gzip.compress(raw), **{"content-encoding": "gzip"}).status_code == 202
    assert house.raw(house.filings()[-1]) == raw


@pytest.mark.parametrize(
    ("body", "coding", "status", "rule"),
    [
        (gzip.compress(b"<a/>")[:-1], "gzip", 415, "A08"),
        (gzip.compress(b"<a/>") + b"x", "gzip", 415, "A08"),
        (b"<a/>", "gzip", 415, "A08"),
        (zlib.compress(b"<a/>"), "deflate", 415, "A08"),
        (b"", "gzip", 415, "A08"),
        (gzip.compress(bytes(500_001)), "gzip", 413, "A06"),
        (gzip.compress(bytes(200_000_000), 9), "gzip", 413, "A06"),
    ],
    ids=["cut short", "something after", "not gzip", "deflate", "empty", "one byte too many", "bomb"],
)
def test_bad_compression_and_bombs(house: House, body: bytes, coding: str, status: int, rule: str) -> None:
    before = len(house.filings())
    answer = house.post(body, **{"content-encoding": coding})
    assert (answer.status_code, rule_ids(answer.json())) == (status, [rule])
    assert len(house.filings()) == before


def test_the_largest_body_is_taken_and_one_byte_more_is_not(house: House) -> None:
    assert house.post(b"x" * 300_000).status_code == 422
    assert house.post(b"x" * 300_001).status_code == 413
    assert house.post(gzip.compress(b"x" * 500_000), **{"content-encoding": "gzip"}).status_code == 422


def speak(house: House, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send raw bytes and read until the server closes or goes quiet."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=15) as line:
        for piece in pieces:
            line.sendall(piece)
            time.sleep(pause)
        line.settimeout(10)
        heard = b""
        while b"}" not in heard:
            try:
                more = line.recv(65536)
            except TimeoutError:
                break
            if not more:
                break
            heard += more
        return heard


def head(house: House, *lines: str) -> bytes:
    common = ["POST /dxp HTTP/1.1", "Host: x", f"Authorization: Bearer {house.filer}", "Content-Type: text/xml"]
    return ("\r\n".join([*common, *lines]) + "\r\n\r\n").encode()


def test_a_chunked_body_past_the_limit_is_cut_off(house: House) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    heard = speak(house, head(house, "Transfer-Encoding: chunked"), *([chunk] * 5))
    assert heard.startswith(b"HTTP/1.1 413") and b"A05" in heard


def test_a_length_past_the_limit_is_refused_before_the_body(house: House) -> None:
    heard = speak(house, head(house, "Content-Length: 300001"))
    assert heard.startswith(b"HTTP/1.1 413") and b"A05" in heard


def test_a_body_in_many_pieces_is_taken(house: House) -> None:
    raw = papers.signed(papers.ceb311_message())
    pieces = [raw[i : i + 1000] for i in range(0, len(raw), 1000)]
    heard = speak(house, head(house, f"Content-Length: {len(raw)}"), *pieces, pause=0.01)
    assert heard.startswith(b"HTTP/1.1 202")


def test_a_body_that_stays_away_ends_by_name(new_house: Callable[..., House]) -> None:
    slow = new_house(seconds=0.3)
    heard = speak(slow, head(slow, "Content-Length: 100"), b"<a")
    assert heard.startswith(b"HTTP/1.1 408") and b"A18" in heard
    assert slow.filings() == []


def test_an_aborted_body_stores_nothing(house: House) -> None:
    before = len(house.filings())
    with socket.create_connection(("127.0.0.1", house.port)) as line:
        line.sendall(head(house, "Content-Length: 1000") + b"<half")
    time.sleep(0.2)
    assert len(house.filings()) == before
    assert house.post(papers.write(papers.ceb311_message())).status_code == 202


def test_get_on_the_door_is_named(house: House) -> None:
    answer = house.get("/dxp")
    assert (answer.status_code, rule_ids(answer.json())) == (405, ["A13"])


def test_too_often_is_told_with_the_seconds_to_wait(new_house: Callable[..., House]) -> None:
    limited = new_house(rate=0.1, burst=2)
    raw = papers.write(papers.ceb311_message())
    assert [limited.post(raw).status_code for _ in range(3)] == [202, 202, 429]
    answer = limited.post(raw)
    assert rule_ids(answer.json()) == ["A09"]
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert len(limited.filings()) == 2
    assert limited.post(raw, limited.other).status_code in (202, 422)  # the limit is each token's own


class Stuck:
    """A sink whose disk can be held up or made to fail."""

    def __init__(self, sink: Any) -> None:
        self.sink = sink
        self.go = threading.Event()
        self.go.set()
        self.broken = False

    def mint(self) -> str:
        return self.sink.mint()

    def store(self, posts: Any) -> None:
        self.go.wait(10)
        if self.broken:
            raise OSError("no space left")
        self.sink.store(posts)


def test_no_acknowledgement_before_the_row_is_on_disk_and_one_commit_answers_all(
    new_house: Callable[..., House],
) -> None:
    house = new_house(wrap=Stuck)
    house.sink_used.go.clear()
    raw = papers.write(papers.ceb311_message())
    statuses: list[int] = []
    posts = [threading.Thread(target=lambda: statuses.append(house.post(raw).status_code)) for _ in range(12)]
    for post in posts:
        post.start()
    until = time.monotonic() + 10
    while house.commit.waiting < 12 and time.monotonic() < until:
        time.sleep(0.01)
    assert house.commit.waiting == 12
    assert statuses == [] and house.filings() == []
    house.sink_used.go.set()
    for post in posts:
        post.join(10)
    assert statuses == [202] * 12
    assert len({filing.filing_id for filing in house.filings()}) == 12
    assert sum(house.commits) == 12 and len(house.commits) <= 3  # the first few alone, the rest together


def test_a_full_house_and_a_broken_disk_answer_503_and_store_nothing(new_house: Callable[..., House]) -> None:
    house = new_house(wrap=Stuck, posts_max=1)
    house.sink_used.go.clear()
    raw = papers.write(papers.ceb311_message())
    first = threading.Thread(target=lambda: house.post(raw))
    first.start()
    until = time.monotonic() + 10
    while house.commit.waiting < 1 and time.monotonic() < until:
        time.sleep(0.01)
    answer = house.post(raw)
    assert (answer.status_code, rule_ids(answer.json()), answer.headers["retry-after"]) == (503, ["A10"], "2")
    house.sink_used.go.set()
    first.join(10)
    assert len(house.filings()) == 1
    house.sink_used.broken = True
    answer = house.post(raw)
    assert (answer.status_code, rule_ids(answer.json())) == (503, ["A10"])
    house.sink_used.broken = False
    assert house.post(raw).status_code == 202
    assert len(house.filings()) == 2


def test_a_fault_of_ours_is_a_named_500_without_a_traceback(new_house: Callable[..., House]) -> None:
    class Broken:
        def take(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("secret detail")

    house = new_house(door=Broken())
    answer = house.post(b"<a/>")
    assert (answer.status_code, rule_ids(answer.json())) == (500, ["A17"])
    assert "secret" not in answer.text and "Traceback" not in answer.text
