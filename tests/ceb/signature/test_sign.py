"""Signing: each step by hand, and what cannot be signed."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.ceb.signature.made import MESSAGE, parse
from tongguan.ceb import sm2
from tongguan.ceb.signature import names
from tongguan.ceb.signature.canonical import canonical
from tongguan.ceb.signature.sign import Signer, SigningError

DS = "{http://www.w3.org/2000/09/xmldsig#}"


def test_the_steps_follow_from_each_other(signers: dict[str, Signer]) -> None:
    steps = dict(signers["SM2"].sign_steps(MESSAGE))
    assert list(steps) == ["document", "digest", "signed_info", "value", "message"]
    assert steps["document"] == canonical(parse(MESSAGE))
    assert steps["digest"] == hashlib.new("sm3", steps["document"]).digest()
    assert base64.b64encode(steps["digest"]) in steps["signed_info"]
    assert b'<ds:SignedInfo xmlns:ceb="' in steps["signed_info"], "SignedInfo carries the root's name spaces"
    assert sm2.verify(sm2.point_of(signers["SM2"].certificate.key), steps["signed_info"], steps["value"])
    signature = parse(steps["message"])[-1]
    assert signature.tag == f"{DS}Signature"
    assert canonical(signature[0]) == steps["signed_info"]
    assert base64.b64decode(signature.findtext(f"{DS}SignatureValue") or "") == steps["value"]
    assert signature.findtext(f"{DS}KeyInfo/{DS}KeyName") == "A1B2C3"


def test_the_names_are_those_of_the_specification(signers: dict[str, Signer]) -> None:
    text = signers["SM2"].sign(MESSAGE).decode()
    algorithms = re.findall(r'<ds:(\w+) Algorithm="([^"]*)"', text)
    assert algorithms == [
        ("CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        ("SignatureMethod", "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"),
        ("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
        ("DigestMethod", "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3"),
    ]
    text = signers["RSA"].sign(MESSAGE).decode()
    assert 'Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"' in text
    assert 'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"' in text
    text = signers["RSA"].sign(MESSAGE, algorithm="rsa-sha1").decode()
    assert 'Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"' in text
    assert 'Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"' in text


def test_a_raw_value_has_64_bytes_and_lines_have_their_length(signers: dict[str, Signer]) -> None:
    signature = parse(signers["SM2"].sign(MESSAGE, raw_value=True, line_length=20))[-1]
    text = signature.findtext(f"{DS}SignatureValue") or ""
    assert len(base64.b64decode(text)) == 64
    assert [len(line) for line in text.split("\n")] == [20, 20, 20, 20, 8]


@pytest.mark.parametrize(
    ("kind", "xml", "options"),
    [
        pytest.param("SM2", b"", {}, id="nothing"),
        pytest.param("SM2", b"<a>", {}, id="not XML"),
        pytest.param("SM2", b"<!DOCTYPE a><a/>", {}, id="a DOCTYPE"),
        pytest.param("SM2", MESSAGE, {"algorithm": "rsa-sha1"}, id="RSA with an SM2 key"),
        pytest.param("RSA", MESSAGE, {"algorithm": "sm2-sm3"}, id="SM2 with an RSA key"),
        pytest.param("RSA", MESSAGE, {"algorithm": "md5"}, id="an unknown algorithm"),
        pytest.param("RSA", MESSAGE, {"raw_value": True}, id="a raw RSA value"),
    ],
)
def test_what_cannot_be_signed(signers: dict[str, Signer], kind: str, xml: bytes, options: dict[str, object]) -> None:
    with pytest.raises(SigningError):
        signers[kind].sign(xml, **options)  # type: ignore[arg-type]


def test_a_signed_message_is_not_signed_again(signers: dict[str, Signer]) -> None:
    with pytest.raises(SigningError):
        signers["SM2"].sign(signers["RSA"].sign(MESSAGE))


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sm3"])
def test_digests_are_those_of_the_standards(hash_name: str) -> None:
    """Of "abc": FIPS 180-4 and GB/T 32905, appendix A."""
    assert (
        names.digest(hash_name, b"abc").hex()
        == {
            "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        }[hash_name]
    )
    assert names._sm3(b"abc") == names.digest("sm3", b"abc")
