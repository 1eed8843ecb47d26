"""POST /sandbox/sign: a signature that verifies, each step of it shown, nothing kept, and never a 500."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from lxml import etree

from tests.gateway import papers
from tests.gateway.conftest import House
from tongguan.ceb.limits import Limits
from tongguan.ceb.signature.issue import issue_test_ca
from tongguan.ceb.signature.verify import verify
from tongguan.ceb.write import write
from tongguan.config import Settings
from tongguan.gateway.signing import BODY_BYTES_MAX, sign_answer
from tongguan.store.issued import SANDBOX_MARK

NOW = datetime(2026, 1, 5, tzinfo=UTC)
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def house(new_house: Callable[..., House]) -> House:
    return new_house(sandbox=True)


def unsigned(**head: Any) -> str:
    message = papers.ceb311.CEB311Message(
        guid=papers.guid(1, 1), version="1.0", Order=(papers.order(**head),), BaseTransfer=papers.transfer()
    )
    return write(message).decode()


def sign(body: Any) -> tuple[int, Any]:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    answer = sign_answer(raw, Limits(), NOW)
    return answer.status, msgspec.json.decode(answer.body)


def pair(algorithm: str) -> dict[str, str]:
    dates = {"not_before": datetime(2026, 1, 1, tzinfo=UTC), "not_after": datetime(2036, 1, 1, tzinfo=UTC)}
    made = issue_test_ca(algorithm=algorithm, common_name="SANDBOX T", organization="SANDBOX", serial=9, **dates)
    return {"privateKey": made.key_pem.decode(), "certificate": made.certificate_pem.decode()}


def is_signed(message: str) -> bool:
    return verify(etree.fromstring(message.encode())).step == "ok"


@pytest.mark.parametrize("algorithm", ["SM2", "RSA"])
def test_a_partys_own_key_signs_and_every_step_is_shown(algorithm: str) -> None:
    status, done = sign({"message": unsigned(), **pair(algorithm)})
    assert status == 200
    assert [step["name"] for step in done["steps"]] == ["document", "digest", "signed_info", "value", "message"]
    assert all(step["zh"] and step["en"] for step in done["steps"])
    assert is_signed(done["message"]) and not done["throwaway"]
    root = etree.fromstring(done["message"].encode())
    digest, value = (next(step for step in done["steps"] if step["name"] == name) for name in ("digest", "value"))
    assert root.findtext(f".//{DS}DigestValue") == digest["base64"]
    assert root.findtext(f".//{DS}SignatureValue") == value["base64"]
    assert base64.b64decode(value["base64"]).hex() == value["hex"]
    if algorithm == "RSA":  # the digest of the canonical form, reckoned here
        assert hashlib.sha256(done["steps"][0]["text"].encode()).hexdigest() == digest["hex"]


@pytest.mark.parametrize("algorithm", ["", "sm2-sm3", "sm2-sha1", "rsa-sha1", "rsa-sha256"])
def test_without_a_key_a_throwaway_certificate_of_the_sandbox_signs(algorithm: str) -> None:
    status, done = sign({"message": unsigned(), "algorithm": algorithm})
    assert status == 200 and done["throwaway"] and "SANDBOX" in done["sandbox"]
    assert int(done["certificateNumber"], 16) >= 0x99000000
    assert is_signed(done["message"])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "A20"),
        (b"\xff\xfe", "A20"),
        (b"[" * 100_000, "A20"),
        ({"message": 1}, "A20"),
        ({"message": "<a/>", "surplus": 1}, "A20"),
        ({"message": "<a/>", "privateKey": "x"}, "A20"),
        ({"message": "<a/>", "privateKey": "x" * 20_001, "certificate": "x"}, "A20"),
        ({"message": "<a/>", "privateKey": "x", "certificate": "x"}, "A21"),
        ({"message": ""}, "A21"),
        ({"message": "no xml"}, "A21"),
        ({"message": "<a/>", "algorithm": "md5"}, "A21"),
        ({"message": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "A21"),
    ],
    ids=str,
)
def test_what_cannot_be_signed_is_named(body: Any, rule: str) -> None:
    status, said = sign(body)
    assert status == 400
    assert [one["rule_id"] for one in said["problems"]] == [rule]


def test_a_signed_message_and_a_foreign_key_are_refused_and_the_key_is_not_told() -> None:
    one, other = pair("SM2"), pair("SM2")
    _, done = sign({"message": unsigned()})
    assert sign({"message": done["message"]})[0] == 400
    answer = sign_answer(
        msgspec.json.encode({"message": unsigned(), **one, "certificate": other["certificate"]}), Limits(), NOW
    )
    assert answer.status == 400
    assert one["privateKey"].splitlines()[1].encode() not in answer.body


def test_no_body_ever_makes_it_fail() -> None:
    chance = random.Random(20260105)
    good = msgspec.json.encode({"message": unsigned(), **pair("SM2")})
    for _ in range(150):
        body = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(body))
            body[at : at + chance.randint(0, 30)] = chance.randbytes(chance.randint(0, 4))
        assert sign_answer(bytes(body), Limits(), NOW).status in (200, 400)


def test_over_http_it_needs_a_filers_token_and_keeps_nothing(house: House) -> None:
    body = msgspec.json.encode({"message": unsigned()})

    def ask(token: str | None, content: bytes = body) -> Any:
        with house.client(token) as client:
            return client.post("/sandbox/sign", content=content)

    assert ask(None).status_code == 200
    assert is_signed(ask(None).json()["message"])
    assert ask("").status_code == 401
    assert ask(house.auditor).status_code == 403
    large = ask(None, b"x" * (BODY_BYTES_MAX + 1))
    assert (large.status_code, large.json()["problems"][0]["rule_id"]) == (413, "A05")
    assert house.filings() == []
    assert house.get("/healthz", "").json() == {"status": "ok", "mode": "沙箱 SANDBOX"}


def test_a_production_gateway_has_no_such_page(new_house: Callable[..., House]) -> None:
    with new_house().client() as client:
        assert client.post("/sandbox/sign", content=b"{}").status_code == 404


def test_ceb900_of_a_sandbox_says_so_and_still_fits() -> None:
    from tongguan.gateway.door import Door

    for sandbox in (True, False):
        body = Door(sandbox=sandbox).take(
            b"<a>", filing_id="G01-000000000001", received_ns=10**18, token_party=None
        ).answer_body  # fmt: skip
        info = next(etree.fromstring(body).iter("{*}returnInfo")).text
        assert info.endswith(SANDBOX_MARK) == sandbox
        assert len(info) <= 5000


def test_a_gateway_listens_on_this_machine_only_unless_told_otherwise() -> None:
    assert Settings().gateway.host == "127.0.0.1"
