"""What was verified is what is parsed: every way to put other content under a good signature is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.ceb.signature.made import MESSAGE, parse
from tongguan.ceb.signature.verify import verify

Sign = Callable[..., bytes]
SIGNATURE = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)
EVIL = MESSAGE.replace(b"100.00", b"1.00")


def step(raw: bytes) -> str:
    return verify(parse(raw)).step


def taken_apart(raw: bytes) -> tuple[bytes, bytes]:
    """The message without its signature, and the signature."""
    found = SIGNATURE.search(raw)
    assert found is not None
    return SIGNATURE.sub(b"", raw), found.group(0)


def inner(raw: bytes) -> bytes:
    """A message without its XML declaration, to be put inside another."""
    return raw.partition(b"?>")[2].strip()


@pytest.fixture
def good(signed: Sign) -> bytes:
    raw = signed("rsa-sha1")
    assert step(raw) == "ok"
    return raw


def test_two_signatures(good: bytes) -> None:
    _, signature = taken_apart(good)
    assert step(good.replace(signature, signature * 2)) == "structure"


def test_a_second_signature_inside_a_record(good: bytes) -> None:
    _, signature = taken_apart(good)
    assert step(good.replace(b"</ceb:OrderHead>", b"</ceb:OrderHead>" + signature)) == "structure"


@pytest.mark.parametrize("place", [b"<ceb:Order>", b"<ceb:OrderHead>", b"<ceb:BaseTransfer>"])
def test_the_signature_moved_to_another_place(good: bytes, place: bytes) -> None:
    bare, signature = taken_apart(good)
    assert step(bare.replace(place, place + signature)) == "structure"


def test_the_signature_before_the_last_element(good: bytes) -> None:
    bare, signature = taken_apart(good)
    assert step(bare.replace(b"<ceb:BaseTransfer>", signature + b"<ceb:BaseTransfer>")) == "structure"


def test_an_element_behind_the_signature(good: bytes) -> None:
    assert step(good.replace(b"</ds:Signature>", b"</ds:Signature><ceb:Order/>")) == "structure"


def test_the_signed_message_inside_another(good: bytes) -> None:
    wrapped = EVIL.replace(b"</ceb:CEB311Message>", inner(good) + b"</ceb:CEB311Message>")
    assert step(wrapped) == "structure"


def test_the_signed_message_kept_inside_the_signature(good: bytes) -> None:
    """The classic: the good document moves into ds:Object, the signature goes over to a bad one."""
    bare, signature = taken_apart(good)
    kept = signature.replace(b"</ds:Signature>", b"<ds:Object>" + inner(bare) + b"</ds:Object></ds:Signature>")
    assert step(EVIL.replace(b"</ceb:CEB311Message>", kept + b"</ceb:CEB311Message>")) == "structure"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'URI=""', b'URI="#SBX"', id="to an Id"),
        pytest.param(b'URI=""', b'URI="#xpointer(/)"', id="to an xpointer"),
        pytest.param(b'URI=""', b'URI="http://example.invalid/"', id="to another document"),
        pytest.param(b' URI=""', b"", id="to nothing"),
        pytest.param(b'URI=""', b'URI="" Type="http://www.w3.org/2000/09/xmldsig#Object"', id="with a type"),
        pytest.param(
            b"</ds:Reference>",
            b'</ds:Reference><ds:Reference URI=""><ds:DigestMethod Algorithm="x"/></ds:Reference>',
            id="a second one",
        ),
        pytest.param(b"#enveloped-signature", b"#base64", id="another transform"),
        pytest.param(
            b"</ds:Transforms>",
            b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
            b"<ds:XPath>ancestor::ceb:Order</ds:XPath></ds:Transform></ds:Transforms>",
            id="an XPath transform",
        ),
        pytest.param(
            b"</ds:Transforms>",
            b'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></ds:Transforms>',
            id="the same transform twice",
        ),
        pytest.param(b"<ds:Transforms>", b"<ds:Transforms><ds:Other/>", id="something else among the transforms"),
        pytest.param(
            b'#enveloped-signature"/>', b'#enveloped-signature">1=1</ds:Transform>', id="a transform with content"
        ),
        pytest.param(b"<ds:SignedInfo>", b"<ds:SignedInfo><ds:Other/>", id="something else in SignedInfo"),
        pytest.param(b"<ds:KeyName>", b"<ds:KeyName>1</ds:KeyName><ds:KeyName>", id="two key names"),
        pytest.param(b"<ds:KeyName>", b"<ds:KeyValue/><ds:KeyName>", id="a bare key"),
        pytest.param(b"<ds:X509Data>", b"<ds:X509Data/><ds:X509Data>", id="two X509Data"),
        pytest.param(
            b"</ds:X509Data>", b"<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>", id="two certificates"
        ),
        pytest.param(b"<ds:DigestValue>", b"<ds:DigestValue><!-- -->", id="a comment in a value"),
        pytest.param(b"<ds:KeyInfo>", b"<!-- --><ds:KeyInfo>", id="a comment in the signature"),
        pytest.param(b"<ds:SignatureValue>", b"<ds:SignatureValue><ds:a/>", id="an element in a value"),
    ],
)
def test_a_reference_or_signature_of_another_form(good: bytes, old: bytes, new: bytes) -> None:
    changed = good.replace(old, new, 1)
    assert changed != good
    assert step(changed) == "structure"


@pytest.mark.parametrize("piece", [b"<!-- -->", b"<?pi?>"])
@pytest.mark.parametrize("value", [b"100.00", b"SBX-1"])
def test_comments_and_instructions_that_cut_a_value(good: bytes, piece: bytes, value: bytes) -> None:
    """The canonical form drops the comment, while a reader could stop at it: 100.00 would read as 1."""
    assert step(good.replace(value, value[:1] + piece + value[1:])) == "structure"


def test_a_comment_that_cuts_a_value_is_refused_even_if_it_was_signed(signed: Sign) -> None:
    cut = MESSAGE.replace(b"100.00", b"1<!-- -->00.00")
    assert step(signed(message=cut)) == "structure"
    assert step(signed(message=cut, comments=True)) == "structure"
    blank = MESSAGE.replace(b"100.00", b" <!-- --> ")
    assert step(signed(message=blank)) == "structure"


def test_a_comment_added_between_elements_changes_nothing_that_is_read(good: bytes) -> None:
    assert step(good.replace(b"<ceb:Order>", b"<ceb:Order><!-- added -->")) == "ok"


def test_instructions_around_the_root(good: bytes) -> None:
    assert step(good.replace(b"<ceb:CEB", b"<?pi?><ceb:CEB", 1)) == "structure"
    assert step(good + b"<?pi?>") == "structure"


def test_a_document_type_and_its_entities(signed: Sign, good: bytes) -> None:
    doctype = b'<!DOCTYPE a [<!ENTITY e "1.00"><!ATTLIST ceb:CEB311Message guid CDATA "x">]>'
    assert step(good.replace(b"<ceb:CEB", doctype + b"<ceb:CEB", 1)) == "structure"
    assert step(good.replace(b"<ceb:CEB", doctype + b"<ceb:CEB", 1).replace(b"100.00", b"&e;")) == "structure"


def test_an_element_that_is_not_the_root_cannot_be_verified_alone(good: bytes) -> None:
    outer = parse(b"<outer>" + inner(good) + b"</outer>")
    assert verify(outer[0]).step == "structure"


def test_a_signature_of_another_name_space_is_none(good: bytes) -> None:
    assert step(good.replace(b'http://www.w3.org/2000/09/xmldsig#"', b'urn:other"', 1)) in ("missing", "structure")


def test_a_relative_name_space_is_refused_by_name(signed: Sign) -> None:
    relative = signed("rsa-sha1").replace(b' guid="', b' xmlns:r="relative" guid="')
    assert step(relative) == "structure"
