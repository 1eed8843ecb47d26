"""The regional JSON form: a wrapping around the same door, and receipts asked for by time."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.clearance.playstore import AGENT, DXP
from tests.engine.house import House as EngineHouse
from tests.gateway import papers
from tests.gateway.conftest import House
from tests.gateway.state import FakeReader, receipts
from tongguan.ceb.envelope import open_envelope
from tongguan.store.reading import Reader

HEAD = {
    "version": "1.0",
    "messageId": "MSG-REGIONAL-1",
    "senderID": papers.DXP,
    "receiverID": "DXPEDCCEB0000002",
    "sendTime": "20260105093000",
    "messageType": "CEB311Message",
}


def post(raw: bytes | None = None, **head: Any) -> dict[str, Any]:
    message = papers.signed(papers.ceb311_message()) if raw is None else raw
    told = {name: value for name, value in (HEAD | head).items() if value is not None}
    return {"head": told, "data": base64.b64encode(message).decode()}


def send(house: House, body: Any, **headers: str) -> Any:
    with house.client(**{"content-type": "application/json", **headers}) as client:
        return client.post("/regional/messages", json=body)


def test_a_message_in_json_goes_through_the_same_door(house: House) -> None:
    raw = papers.signed(papers.ceb311_message(records=2))
    before = len(house.filings())
    answer = send(house, post(raw))
    assert (answer.status_code, answer.json()["records"]) == (202, 2)
    filing = house.filings()[before]
    assert (filing.sender, filing.cop_msg_id) == (papers.DXP, "MSG-REGIONAL-1")
    assert filing.verdict is not None and filing.verdict.step == "ok", "the bytes that were signed are untouched"
    kept = house.raw(filing)
    assert open_envelope(kept).data == raw
    assert filing.raw_digest == hashlib.sha256(kept).digest()


@pytest.mark.parametrize(
    "head",
    [
        {"sendTime": "20260105093000123"},
        {"sendTime": "2026-01-05 09:30:00"},
        {"sendTime": "2026-01-05T09:30:00"},
        {"receiverID": ["DXPEDCCEB0000002", "DXPENT9000000009"]},
    ],
)
def test_the_forms_that_are_met_are_taken(house: House, head: dict[str, Any]) -> None:
    assert send(house, post(**head)).status_code == 202


def test_names_are_taken_in_any_case(house: House) -> None:
    body = post()
    body = {"Head": {name.upper(): value for name, value in body["head"].items()}, "DATA": body["data"]}
    assert send(house, body).status_code == 202


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("no object", ""),
        ({}, "head"),
        ({"head": []}, "head"),
        (post(messageId=None), "head.messageId"),
        (post(senderID=""), "head.senderID"),
        (post(receiverID=[]), "head.receiverID"),
        (post(version=1), "head.version"),
        (post(sendTime="yesterday"), "head.sendTime"),
        (post(sendTime="20261305093000"), "head.sendTime"),
        (post(senderID="X" * 17), "head"),
        (post(receiverID=["R"] * 6), "head"),
        (post(messageId="M" * 256), "head"),
        (post(messageId="a\u0000b"), "head"),
        ({"head": HEAD}, "data"),
        ({"head": HEAD, "data": "not base64!"}, "data"),
        ({"head": HEAD, "data": "资料"}, "data"),
    ],
)
def test_a_post_of_another_shape_is_named_and_not_stored(house: House, body: Any, path: str) -> None:
    before = len(house.filings())
    answer = send(house, body)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["rule_id"], problem["path"]) == (400, "A24", path)
    assert len(house.filings()) == before


def test_the_sender_must_be_the_tokens_party(house: House) -> None:
    answer = send(house, post(senderID=papers.OTHER_DXP))
    assert (answer.status_code, answer.json()["problems"][0]["rule_id"]) == (403, "A03")


def test_a_message_against_the_schema_is_refused_in_json(house: House) -> None:
    answer = send(house, post(b"<x/>"), accept="application/xml")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["rule_id"] == "W11"


def test_it_takes_json_only_and_a_filers_token_only(house: House) -> None:
    assert send(house, post(), **{"content-type": "application/xml"}).status_code == 415
    with house.client(house.operator, **{"content-type": "application/json"}) as client:
        assert client.post("/regional/messages", json=post()).status_code == 403
        assert client.get("/regional/messages").status_code == 405


class TimedReader(FakeReader):
    """Receipts as FakeReader has them; ``since`` counts whole seconds after its first receipt."""

    def since(self, dxp_id: str, at_ns: int) -> str:
        assert dxp_id == papers.DXP
        return f"c{at_ns // 1_000_000_000 - int(datetime(2026, 1, 5, 2, 0, tzinfo=UTC).timestamp())}" if at_ns else ""


def test_receipts_come_whole_in_base64_from_a_time_on(new_house: Any) -> None:
    house = new_house()
    house.reader = TimedReader()
    house.reader.outbox[papers.DXP] = receipts(5)
    house.reading._open_reader = lambda store: house.reader
    page = house.get(f"/regional/receipts?dxpId={papers.DXP}&startTime=20260105100003").json()
    assert [one["head"]["messageType"] for one in page["receipts"]] == ["CEB312Message"]
    assert base64.b64decode(page["receipts"][0]["data"]).count(b"<OrderReturn>") == 2
    assert page["receipts"][0]["head"]["receiverID"] == papers.DXP
    all_of_them = house.get(f"/regional/receipts?dxpId={papers.DXP}&limit=2").json()
    assert all_of_them["more"] is True
    rest = house.get(f"/regional/receipts?dxpId={papers.DXP}&after={all_of_them['next']}").json()
    assert base64.b64decode(rest["receipts"][0]["data"]).count(b"<OrderReturn>") == 3
    refused = house.get(f"/regional/receipts?dxpId={papers.DXP}&startTime=soon")
    assert (refused.status_code, refused.json()["problems"][0]["path"]) == (400, "startTime")
    assert house.get(f"/regional/receipts?dxpId={papers.OTHER_DXP}").status_code == 403


@pytest.mark.parametrize("sandbox", [True, False])
def test_the_cursor_of_a_time_passes_over_nothing_and_shows_nothing_older(tmp_path: Path, sandbox: bool) -> None:
    house = EngineHouse(tmp_path / "store")
    for number in range(1, 6):
        house.file_set(number)
        with house.engine() as engine:
            engine.drain()
        house.pass_time(minutes=1)
    plate = msgspec.structs.replace(house.store.nameplate, sandbox=sandbox)
    reader = Reader(replace(house.store, nameplate=plate))
    dxp_id = DXP[AGENT]
    everything, _ = reader.receipts(dxp_id, limit=1000)
    times = sorted({one.at for one in everything})
    assert len(times) > 4
    for moment in (*times, times[0] - timedelta(hours=1), times[-1] + timedelta(hours=1)):
        cursor = reader.since(dxp_id, int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000)
        found, _ = reader.receipts(dxp_id, cursor, limit=1000)
        assert [one.guid for one in found] == [one.guid for one in everything if one.at >= moment]


def test_the_description_tells_of_both_addresses(house: House) -> None:
    paths = house.get("/openapi.json", "").json()["paths"]
    post = paths["/regional/messages"]["post"]
    head = post["requestBody"]["content"]["application/json"]["schema"]["properties"]["head"]
    assert set(head["required"]) == set(HEAD)
    assert {"202", "400", "403", "422", "503"} <= set(post["responses"])
    names = {item["name"] for item in paths["/regional/receipts"]["get"]["parameters"]}
    assert names == {"dxpId", "startTime", "after", "limit"}
