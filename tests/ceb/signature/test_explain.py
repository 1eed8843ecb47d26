"""Explaining a signature: what fits, what does not, and where two canonical forms part."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from tests.ceb.signature.made import MESSAGE, parse
from tongguan.ceb import sm2
from tongguan.ceb.signature import names
from tongguan.ceb.signature.canonical import canonical
from tongguan.ceb.signature.certificate import Issued
from tongguan.ceb.signature.explain import explain

Sign = Callable[..., bytes]


def resigned(raw: bytes, party: Issued, hash_name: str, digested: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The message with the digest of other bytes, and signed anew: what a client of other habits sends."""
    digest = base64.b64encode(names.digest(hash_name, digested))
    raw = re.sub(rb"(<ds:DigestValue>)[^<]*", rb"\g<1>" + digest, raw)
    value = base64.b64encode(sign(canonical(parse(raw)[-1][0])))
    return re.sub(rb"(<ds:SignatureValue>)[^<]*", rb"\g<1>" + value, raw)


def by_sm2(party: Issued) -> Callable[[bytes], bytes]:
    return lambda message: sm2.sign(party.key_pem, message)


def by_rsa(party: Issued) -> Callable[[bytes], bytes]:
    key: Any = load_pem_private_key(party.key_pem, None)
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303


def test_a_good_signature_needs_nothing_registered(signed: Sign) -> None:
    said = explain(signed("sm2-sm3"))
    assert (said.step, said.algorithm, said.document) == ("ok", "sm2-sm3", "CEB311Message")
    assert said.certificate is not None and said.certificate.number == "A1B2C3"
    assert said.digest_filed == said.digest_computed
    assert "chain not checked" in said.render("en")
    assert "未核对证书链" in said.render("zh")
    assert said.canonical_size == len(canonical(parse(MESSAGE)))


@pytest.mark.parametrize(
    ("algorithm", "options", "fits"),
    [
        ("sm2-sm3", {}, "digest c14n-sm3, value c14n-sm2-sm3"),
        ("sm2-sm3", {"raw_value": True, "line_length": 76}, "digest c14n-sm3, value c14n-sm2-sm3"),
        ("sm2-sha1", {}, "digest c14n-sha1, value c14n-sm2-sm3"),
        ("rsa-sha1", {}, "digest c14n-sha1, value c14n-rsa-sha1"),
        ("rsa-sha256", {}, "digest c14n-sha256, value c14n-rsa-sha256"),
    ],
)
def test_the_variants_that_are_taken_are_named(
    signed: Sign, algorithm: str, options: dict[str, object], fits: str
) -> None:
    said = explain(signed(algorithm, **options))
    assert (said.step, said.would_verify) == ("ok", fits)
    assert any(one.taken and one.part == "digest" for one in said.attempts)
    assert any(one.taken and one.part == "value" for one in said.attempts)


def test_comments_in_the_digest_are_named(signed: Sign) -> None:
    commented = MESSAGE.replace(b"<ceb:Order>", b"<!-- 1 --><ceb:Order>")
    said = explain(signed("sm2-sm3", message=commented, comments=True))
    assert (said.step, said.would_verify) == ("ok", "digest c14n-comments-sm3, value c14n-sm2-sm3")


BARE = MESSAGE.partition(b"?>")[2].strip()


@pytest.mark.parametrize(
    ("name", "hash_name", "digested"),
    [
        pytest.param("as-filed-bare", "sha1", BARE, id="the text, not canonical"),
        pytest.param(
            "serialised-declared", "sha1", b"<?xml version='1.0' encoding='UTF-8'?>\n" + BARE, id="serialised"
        ),
        pytest.param("c14n", "sm3", canonical(parse(MESSAGE)), id="another digest than stated"),
        pytest.param("c14n-crlf", "sha1", canonical(parse(MESSAGE)).replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(
            "c14n-no-blanks", "sha1", re.sub(rb">\s+<", b"><", canonical(parse(MESSAGE))), id="white space dropped"
        ),
        pytest.param(
            "exclusive",
            "sha1",
            canonical(parse(MESSAGE)).replace(b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', b""),
            id="exclusive canonical form",
        ),
    ],
)
def test_a_digest_made_otherwise_is_named_and_still_refused(
    signed: Sign, parties: dict[str, Issued], name: str, hash_name: str, digested: bytes
) -> None:
    message = BARE.replace(b'version="1.0">', b'version="1.0" note="&#228;">', 1)
    digested = digested.replace(b'version="1.0">', 'version="1.0" note="ä">'.encode(), 1)
    order = b'guid="00000000-0000-4000-8000-000000000311" note="\xc3\xa4" version="1.0">'
    if name.startswith("c14n") or name == "exclusive":
        digested = re.sub(rb'guid="[^"]*" version="1.0" note="\xc3\xa4">', order, digested)
    elif name == "as-filed-bare":
        digested = message
    raw = resigned(signed("rsa-sha1", message=message), parties["RSA"], hash_name, digested, by_rsa(parties["RSA"]))
    if name == "as-filed-bare":
        raw = raw.replace('note="ä"'.encode(), b'note="&#228;"')
    said = explain(raw)
    assert said.step == "digest"
    assert said.would_verify == f"digest {name}-{hash_name}, value c14n-rsa-sha1"
    assert said.digest_filed != said.digest_computed
    assert not any(one.taken for one in said.attempts if one.part == "digest")
    for language in ("zh", "en"):
        assert said.would_verify in said.render(language)


def test_a_digest_in_hexadecimal_is_named(signed: Sign, parties: dict[str, Issued]) -> None:
    hexed = base64.b64encode(names.digest("sm3", canonical(parse(MESSAGE))).hex().encode())
    raw = re.sub(rb"(<ds:DigestValue>)[^<]*", rb"\g<1>" + hexed, signed("sm2-sm3"))
    value = base64.b64encode(sm2.sign(parties["SM2"].key_pem, canonical(parse(raw)[-1][0])))
    raw = re.sub(rb"(<ds:SignatureValue>)[^<]*", rb"\g<1>" + value, raw)
    assert explain(raw).would_verify == "digest c14n-sm3-hex, value c14n-sm2-sm3"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "exclusive-sm2-sm3", lambda info: re.sub(rb' xmlns:(ceb|xsi)="[^"]*"', b"", info), id="no name spaces"
        ),
        pytest.param("document-sm2-sm3", lambda info: canonical(parse(MESSAGE)), id="the document itself"),
        pytest.param("hashed-sm3-sm2-sm3", lambda info: names.digest("sm3", info), id="hashed twice"),
    ],
)
def test_a_value_made_otherwise_is_named_and_still_refused(
    signed: Sign, parties: dict[str, Issued], name: str, message: Callable[[bytes], bytes]
) -> None:
    raw = signed("sm2-sm3")
    value = base64.b64encode(sm2.sign(parties["SM2"].key_pem, message(canonical(parse(raw)[-1][0]))))
    said = explain(re.sub(rb"(<ds:SignatureValue>)[^<]*", rb"\g<1>" + value, raw))
    assert (said.step, said.would_verify) == ("value", f"digest c14n-sm3, value {name}")
    assert not any(one.taken for one in said.attempts if one.part == "value")


def test_an_empty_user_id_is_named(signed: Sign, parties: dict[str, Issued]) -> None:
    raw = signed("sm2-sm3")
    value = base64.b64encode(sm2.sign(parties["SM2"].key_pem, canonical(parse(raw)[-1][0]), identity=b""))
    said = explain(re.sub(rb"(<ds:SignatureValue>)[^<]*", rb"\g<1>" + value, raw))
    assert (said.step, said.would_verify) == ("value", "digest c14n-sm3, value c14n-sm2-sm3-no-id")


def test_a_changed_message_fits_nothing(signed: Sign) -> None:
    said = explain(signed("sm2-sm3").replace(b"100.00", b"100.01"))
    assert (said.step, said.would_verify) == ("digest", "")
    assert [one.part for one in said.attempts] == ["value"]
    assert "no known way" in said.render("en")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(b"100.00", b"100.01", ("document", "100.00", "100.01"), id="a digit"),
        pytest.param(b"\n  <ceb:BaseT", b"\r\n  <ceb:BaseT", ("document", "\\n", "\\r"), id="a line break"),
    ],
)
def test_the_first_differing_byte_of_a_canonical_form(
    signed: Sign, old: bytes, new: bytes, expected: tuple[str, str, str]
) -> None:
    ours = canonical(parse(MESSAGE))
    mine = ours.replace(old, new)
    said = explain(signed("sm2-sm3"), mine)
    differs = said.difference
    assert said.same is False and differs is not None
    at = ours.index(old) + next(at for at in range(len(old)) if old[at] != new[at])
    assert (differs.of, differs.offset) == (expected[0], at)
    assert differs.line == ours[:at].count(b"\n") + 1
    assert differs.column == len(ours[:at].split(b"\n")[-1]) + 1
    assert expected[1] in differs.ours and expected[2] in differs.mine
    assert differs.ours in said.render("zh") and differs.mine in said.render("en")


def test_the_same_form_a_shorter_one_and_that_of_signed_info(signed: Sign) -> None:
    raw = signed("sm2-sm3")
    ours, info = canonical(parse(MESSAGE)), canonical(parse(raw)[-1][0])
    assert explain(raw, ours).same is True
    assert explain(raw, ours).difference is None
    short = explain(raw, ours[:-1]).difference
    assert short is not None and short.offset == len(ours) - 1
    assert explain(raw, info).same is True
    other = explain(raw, info.replace(b"sm2-sm3", b"sm2-sm4")).difference
    assert other is not None and other.of == "SignedInfo"


def test_the_message_in_an_envelope(signed: Sign) -> None:
    data = base64.encodebytes(signed("sm2-sm3"))
    envelope = b'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><Data>' + data + b"</Data></DxpMsg>"
    assert explain(envelope).step == "ok"
    assert explain(envelope.replace(data, b"***")).step == "missing"


def test_the_embedded_certificate_may_be_absent(signed: Sign) -> None:
    said = explain(signed("sm2-sm3", with_certificate=False))
    assert (said.step, said.certificate) == ("certificate", None)
    assert "no readable certificate" in said.render("en")
    assert [one.part for one in said.attempts] == ["digest"]


def test_a_key_name_that_is_not_the_serial_number_is_said(signed: Sign) -> None:
    said = explain(signed("sm2-sm3", key_name="0301SBX"))
    assert said.certificate is not None and not said.certificate.key_name_agrees
    assert "is not the serial number" in said.render("en")


@pytest.mark.parametrize("raw", [b"", b"<a", b"\xff\xfe\x00", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_what_cannot_be_read_is_said(raw: bytes) -> None:
    said = explain(raw)
    assert said.step == "unreadable" and said.problem is not None
    assert said.render("zh") and said.render("en")


def test_an_unsigned_message_and_a_wrapped_one(signed: Sign) -> None:
    assert explain(MESSAGE).step == "missing"
    raw = signed("sm2-sm3").replace(b'URI=""', b'URI="#a"')
    assert explain(raw).step == "structure"


def test_an_algorithm_outside_the_list_is_still_tried(signed: Sign) -> None:
    said = explain(signed("sm2-sm3").replace(b"2022/04/xmldsig#sm2-sm3", b"2023/04/xmldsig#sm2-sm3"))
    assert said.step == "algorithm"
    assert {one.name for one in said.attempts} == {"c14n-sm3"}


def test_it_goes_into_json_and_leaves_the_message_alone(signed: Sign) -> None:
    raw = signed("sm2-sm3")
    told = msgspec.json.decode(explain(raw).to_json())
    assert told["step"] == "ok"
    assert told["certificate"]["number"] == "A1B2C3"
    assert etree.tostring(parse(raw)) == etree.tostring(parse(raw))
