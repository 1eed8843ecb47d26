"""The virtual key as public signers meet it: a real WebSocket client, a real process, and our own door to judge."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.cli.conftest import Run, run  # noqa: F401 — a fixture
from tests.sandbox.ukey.signer import ORDER, RSA, SM2, WEASLEY, ask, connected, sha1, signed, sm3_with_identity, ukey
from tongguan.ceb import sm2
from tongguan.ceb.signature.parsed import read_certificate, rsa_key
from tongguan.ceb.signature.verify import verify

SIGN, SIGN_DIGEST = "cus-sec_SpcSignDataAsPEM", "cus-sec_SpcSignDataNoHashAsPEM"
CERTIFICATE = "cus-sec_SpcGetSignCertAsPEM"
PASSWORD = {"passwd": "88888888"}


@pytest.fixture(scope="module")
def sm2_key() -> Iterator[str]:
    with ukey() as url:
        yield url


@pytest.fixture(scope="module")
def rsa_key_url() -> Iterator[str]:
    with ukey("--algorithm", "RSA") as url:
        yield url


@pytest.mark.parametrize("algorithms", [SM2, WEASLEY], ids=["sm2-sm3", "sm2 under W3C's name with SHA-1"])
def test_a_message_signed_by_the_sm2_key_verifies_at_our_door(sm2_key: str, algorithms: tuple[str, str, str]) -> None:
    with connected(sm2_key) as line:
        message = signed(line, ORDER, algorithms)
    verdict = verify(etree.fromstring(message))
    assert verdict.step == "ok", verdict
    assert verify(etree.fromstring(message.replace(b"&amp; 1", b"&amp; 2"))).step == "digest"


def test_a_message_signed_by_the_rsa_key_verifies_at_our_door(rsa_key_url: str) -> None:
    with connected(rsa_key_url) as line:
        message = signed(line, ORDER, RSA)
    verdict = verify(etree.fromstring(message))
    assert (verdict.step, verdict.algorithm) == ("ok", "rsa-sha1")


def test_the_value_is_64_bytes_and_comes_with_the_certificate_number(sm2_key: str) -> None:
    with connected(sm2_key) as line:
        value, number = ask(line, SIGN, {"inData": "订单", **PASSWORD})["Data"]
        certificate = read_certificate(base64.b64decode(ask(line, CERTIFICATE)["Data"][0]))
    assert len(base64.b64decode(value)) == 64
    assert number == certificate.number.lower()
    assert sm2.verify(sm2.point_of(certificate.key), "订单".encode(), base64.b64decode(value))


@pytest.mark.parametrize("encode", [bytes.hex, lambda one: base64.b64encode(one).decode()], ids=["hex", "base64"])
def test_a_digest_is_signed_without_hashing_it_again(sm2_key: str, encode) -> None:
    with connected(sm2_key) as line:
        certificate = read_certificate(base64.b64decode(ask(line, CERTIFICATE)["Data"][0]))
        point = sm2.point_of(certificate.key)
        value, _ = ask(line, SIGN_DIGEST, {"inData": encode(sm3_with_identity(point, b"abc")), **PASSWORD})["Data"]
    assert sm2.verify(point, b"abc", base64.b64decode(value))


@pytest.mark.parametrize("length", [20, 32])
def test_an_rsa_card_signs_digests_of_sha1_and_sha256(rsa_key_url: str, length: int) -> None:
    made = sha1(b"abc") if length == 20 else hashes_sha256(b"abc")
    with connected(rsa_key_url) as line:
        key = rsa_key(read_certificate(base64.b64decode(ask(line, CERTIFICATE)["Data"][0])).key)
        value, _ = ask(line, SIGN_DIGEST, {"inData": made.hex()})["Data"]
    scheme = hashes.SHA1() if length == 20 else hashes.SHA256()  # noqa: S303
    key.verify(base64.b64decode(value), b"abc", padding.PKCS1v15(), scheme)


def hashes_sha256(message: bytes) -> bytes:
    state = hashes.Hash(hashes.SHA256())
    state.update(message)
    return state.finalize()


@pytest.mark.parametrize("data", ["", "zz", "00" * 31, "00" * 33, "订单"])
def test_what_is_no_digest_is_not_signed(sm2_key: str, data: str) -> None:
    with connected(sm2_key) as line:
        told = ask(line, SIGN_DIGEST, {"inData": data})
        assert (told["Result"], told["Data"]) == (False, []) and told["Error"]
        assert ask(line, SIGN, {"inData": "still there"})["Result"] is True


def test_a_wrong_password_signs_nothing_and_none_is_needed_by_an_open_card(sm2_key: str) -> None:
    with connected(sm2_key) as line:
        assert ask(line, SIGN, {"inData": "a", "passwd": "12345678"})["Result"] is False
        assert ask(line, SIGN, {"inData": "a"})["Result"] is True
        assert ask(line, "cus-sec_SpcVerifyPIN", {"passwd": "12345678"})["Result"] is False
        assert ask(line, "cus-sec_SpcVerifyPIN", PASSWORD)["Result"] is True


def test_the_id_comes_back_as_a_number_as_the_component_has_it(sm2_key: str) -> None:
    with connected(sm2_key) as line:
        ask(line, CERTIFICATE, number="7")
        ask(line, CERTIFICATE, number=8)


def test_the_time_of_validity_is_json_inside_a_text(sm2_key: str) -> None:
    with connected(sm2_key) as line:
        times = json.loads(ask(line, "cus-sec_SpcGetValidTimeFromCert")["Data"][0])
    assert times["szStartTime"] < times["szEndTime"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"_id":1}', "BLOCKTXT" + "0" * 120, '{"_method":"nothing","_id":1}'])
def test_what_is_no_request_is_answered_and_the_line_stays(sm2_key: str, text: str) -> None:
    with connected(sm2_key) as line:
        line.send(text)
        told = json.loads(line.recv(timeout=10))
        assert told["_status"] == "99" and told["_args"]["Result"] is False
        assert ask(line, CERTIFICATE)["Result"] is True


def test_the_reader_fails_with_50070_and_comes_back() -> None:
    with ukey("--fail", "reader", "--after", 1, "--times", 2) as url, connected(url) as line:
        assert ask(line, SIGN, {"inData": "a"})["Result"] is True
        for _ in range(2):
            told = ask(line, SIGN, {"inData": "a"})
            assert told["Result"] is False and told["Data"] == []
            assert "50070" in told["Error"][0] and told["Error"][1] == "Err:Custom50070"
        assert ask(line, SIGN, {"inData": "a"})["Result"] is True


def test_a_silent_key_takes_requests_and_answers_none() -> None:
    with ukey("--fail", "silent") as url, connected(url) as line:
        line.send(json.dumps({"_method": CERTIFICATE, "_id": 1, "args": {}}))
        with pytest.raises(TimeoutError):
            line.recv(timeout=0.5)
        assert ask(line, "sandbox-fail", {"mode": ""})["Result"] is True
        assert ask(line, CERTIFICATE)["Result"] is True


def test_a_failure_can_be_asked_for_by_the_client(sm2_key: str) -> None:
    with connected(sm2_key) as line:
        assert ask(line, "sandbox-fail", {"mode": "no-such"})["Result"] is False
        assert ask(line, "sandbox-fail", {"mode": "drop", "times": 1})["Result"] is True
        line.send(json.dumps({"_method": CERTIFICATE, "_id": 1, "args": {}}))
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=10)
    with connected(sm2_key) as line:
        assert ask(line, CERTIFICATE)["Result"] is True


def test_several_signers_are_served_side_by_side(sm2_key: str) -> None:
    with connected(sm2_key) as one, connected(sm2_key) as other:
        assert ask(one, CERTIFICATE) == ask(other, CERTIFICATE)


def test_a_party_of_the_sandbox_signs_with_its_own_certificate(run: Run, tmp_path: Path) -> None:  # noqa: F811
    made = json.loads(run("sandbox", "party", "new", "--out", tmp_path / "mine", "--json").stdout)
    with ukey("--key", made["key"], "--certificate", made["certificate"]) as url, connected(url) as line:
        assert ask(line, "cus-sec_SpcGetCertNo")["Data"] == [made["number"].lower()]
        message = signed(line, ORDER, SM2)
    assert verify(etree.fromstring(message)).number == made["number"]


def test_it_listens_on_loopback_only_and_names_a_port_in_use(run: Run, sm2_key: str) -> None:  # noqa: F811
    assert sm2_key.startswith("ws://127.0.0.1:")
    refused = run("sandbox", "ukey", "--port", sm2_key.rpartition(":")[2], code=2)
    assert "in use" in refused.stderr
    with socket.socket() as other, pytest.raises(OSError):
        other.connect(("127.0.0.2", int(sm2_key.rpartition(":")[2])))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("--fail", "sulking"), "no failure", id="an unknown failure"),
        pytest.param(("--algorithm", "DSA"), "SM2 or RSA", id="an unknown algorithm"),
        pytest.param(("--key", "nothing.pem"), "or neither", id="a key alone"),
        pytest.param(("--key", "no.pem", "--certificate", "no.pem"), "cannot be read", id="files that are not there"),
    ],
)
def test_what_cannot_be_served_is_told(run: Run, options: tuple[str, ...], words: str) -> None:  # noqa: F811
    assert words in run("sandbox", "ukey", *options, code=2).stderr


def test_the_greeting_comes_by_itself(sm2_key: str) -> None:
    with connect(sm2_key) as line:
        assert json.loads(line.recv(timeout=10))["_method"] == "open"
