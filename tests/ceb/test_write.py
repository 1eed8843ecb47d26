"""Writing: what was parsed is written as the same document, and what was written is read as the same message."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.ceb import samples
from tests.ceb.samples import NAMES, build, smallest, tag, xml
from tongguan.ceb.messages import MESSAGES
from tongguan.ceb.messages.ceb311 import CEB311Message
from tongguan.ceb.messages.ceb312 import CEB312Message, OrderReturn
from tongguan.ceb.read import read
from tongguan.ceb.table import DS_NAMESPACE, Kind, messages
from tongguan.ceb.write import extension, write

SHAPES = st.fixed_dictionaries(
    {
        "records": st.integers(1, 3),
        "lines": st.integers(1, 4),
        "subscribers": st.integers(0, 5),
        "extended": st.booleans(),
        "prefix": st.sampled_from(["ceb", None]),
    }
)


def shaped(name: str, seed: int, shape: dict[str, Any], *, plain: bool) -> etree._Element:
    if name in ("CEB711Message", "CEB900Message"):
        shape = shape | {"records": 1}
    return build(name, samples.drawn(random.Random(seed), plain=plain), **shape)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), shape=SHAPES)
def test_writing_what_was_parsed_gives_the_same_document(name: str, seed: int, shape: dict[str, Any]) -> None:
    root = shaped(name, seed, shape, plain=True)
    for signature in root.findall(f"{{{DS_NAMESPACE}}}Signature"):
        root.remove(signature)  # a signature is not part of the message; whoever signs adds a new one
    raw = xml(root)
    if messages()[name].signature == "required":
        root.append(etree.fromstring(samples.SIGNATURE))
    reading = read(xml(root))
    assert reading.problems == ()
    assert reading.message is not None
    written = write(reading.message, prefix=shape["prefix"])
    assert etree.tostring(etree.fromstring(written), method="c14n") == etree.tostring(
        etree.fromstring(raw), method="c14n"
    )


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), shape=SHAPES)
def test_reading_what_was_written_gives_the_same_message(name: str, seed: int, shape: dict[str, Any]) -> None:
    message = read(xml(shaped(name, seed, shape, plain=False))).message
    assert message is not None
    written = write(message, prefix=shape["prefix"])
    if messages()[name].signature == "required":
        signed = etree.fromstring(written)
        signed.append(etree.fromstring(samples.SIGNATURE))
        written = xml(signed)
    assert read(written).message == message


@pytest.mark.parametrize("name", NAMES)
def test_a_message_survives_packing(name: str) -> None:
    message = read(xml(build(name, samples.largest, lines=2))).message
    assert type(message) is MESSAGES[name]
    packed = msgspec.msgpack.encode(message)
    assert msgspec.msgpack.decode(packed, type=MESSAGES[name]) == message
    texts = msgspec.msgpack.decode(packed)
    decimals = [f.name for e in messages()[name].entities for f in e.fields if f.kind is Kind.DECIMAL]
    if decimals:
        assert f"'{decimals[0]}': '99999999999999.99999'" in str(texts)  # an amount travels as text


def receipt(**changes: str) -> CEB312Message:
    fields = {
        "guid": samples.GUID,
        "ebpCode": "990101000A",
        "ebcCode": "990101000B",
        "orderNo": "A-1",
        "returnStatus": "2",
        "returnTime": "20260131083000123",
        "returnInfo": "新增申报成功",
    }
    return CEB312Message(guid=samples.GUID, version="1.0", OrderReturn=(OrderReturn(**(fields | changes)),))


def test_a_receipt_has_a_default_namespace_and_stands_alone() -> None:
    written = write(receipt(), prefix=None)
    assert written.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<CEB312Message xmlns="http://www.chinaport.gov.cn/ceb" guid="'
    )
    assert "<returnInfo>新增申报成功</returnInfo>".encode() in written
    assert read(written).message == receipt()


def test_a_filing_has_the_prefix_and_no_standalone() -> None:
    message = read(xml(build("CEB311Message", smallest))).message
    assert message is not None
    assert write(message).startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<ceb:CEB311Message xmlns:ceb="')
    assert b"ceb:Signature" not in write(message)


@pytest.mark.parametrize("text", ["<a>&amp;]]>", "a\rb", "a\r\nb\tc", "\U00020000", '"', " "])
def test_marks_of_xml_in_a_value_come_back_as_they_went(text: str) -> None:
    assert read(write(receipt(returnInfo=text), prefix=None)).message == receipt(returnInfo=text)


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ud800", "\ufffe"])
def test_what_xml_cannot_carry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        write(receipt(returnInfo=text))


@pytest.mark.parametrize("amount", ["0.00000", "0.0000000", "-0", "1E+3", "1E-5", "12345678901234.12345"])
def test_amounts_are_written_without_exponent(amount: str) -> None:
    message = read(xml(build("CEB311Message", smallest))).message
    assert isinstance(message, CEB311Message)
    order = message.Order[0]
    head = msgspec.structs.replace(order.OrderHead, freight=Decimal(amount))
    changed = msgspec.structs.replace(message, Order=(msgspec.structs.replace(order, OrderHead=head),))
    again = read(write(changed)).message
    assert isinstance(again, CEB311Message)
    assert again.Order[0].OrderHead.freight == Decimal(amount)


def test_an_extension_is_made_and_kept() -> None:
    block = extension("probe", "1", b'<own xmlns="urn:own">x</own>')
    message = read(xml(build("CEB311Message", smallest))).message
    assert message is not None
    extended = msgspec.structs.replace(message, ExtendMessage=block)
    reading = read(write(extended))
    assert reading.problems == ()
    assert reading.message == extended
    assert read(write(msgspec.structs.replace(message, ExtendMessage=extension("probe", "1")))).problems == ()
    with pytest.raises(etree.XMLSyntaxError):
        extension("probe", "1", b"no XML")


def test_fields_of_the_struct_stand_in_the_order_of_the_table() -> None:
    for name in NAMES:
        root = etree.fromstring(write(read(xml(build(name, samples.largest))).message))  # type: ignore[arg-type]
        for entity in messages()[name].entities:
            element = next(root.iter(tag(entity.name)))
            assert [etree.QName(c).localname for c in element] == [f.name for f in entity.fields]


def test_no_field_is_a_binary_float() -> None:
    for message in MESSAGES.values():
        assert "FloatType" not in repr(msgspec.inspect.type_info(message))
