"""The DxpMsg envelope, opened and sealed."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from lxml import etree

from tests.ceb import samples
from tests.ceb.samples import build, smallest, xml
from tongguan.ceb.envelope import NAMESPACE, Envelope, open_envelope, seal_envelope
from tongguan.ceb.limits import Limits
from tongguan.ceb.read import read

MESSAGE = xml(build("CEB311Message", smallest))
CODED = base64.b64encode(MESSAGE)
AT = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)


def sealed(
    data: bytes = MESSAGE, receivers: tuple[str, ...] = ("DXPEDCCEB0000002",), msg_type: str = "CEB311Message"
) -> bytes:
    return seal_envelope(
        data,
        copMsgId="T-1",
        senderId="DXPENT0000099001",
        receiverIds=receivers,
        creatTime=AT,
        msgType=msg_type,
    )


def rules(envelope: Envelope) -> list[str]:
    return [p.rule_id for p in envelope.problems]


def test_what_was_sealed_opens_the_same() -> None:
    assert open_envelope(sealed()) == Envelope(
        copMsgId="T-1",
        senderId="DXPENT0000099001",
        receiverIds=("DXPEDCCEB0000002",),
        creatTime="2026-02-01T00:30:00",  # China time
        msgType="CEB311Message",
        data=MESSAGE,
        bare=False,
    )


def test_a_bare_message_and_anything_else_is_handed_on() -> None:
    for raw in (MESSAGE, b"", b"\xff\xff", b"<other>DxpMsg</other>", b"<!-- <DxpMsg> --><a/>", b"<DxpMsgSv/>"):
        assert open_envelope(raw) == Envelope("", "", (), "", "", raw, bare=True)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(sealed().replace(b"dxp:", b"").replace(b"xmlns:dxp", b"xmlns"), id="default namespace"),
        pytest.param(b"\xef\xbb\xbf" + sealed(), id="byte order mark"),
        pytest.param(sealed().replace(b"?>", b"?><!-- from the gateway -->", 1), id="comment before the root"),
        pytest.param(sealed().replace(b"UTF-8", b"GBK", 1), id="GBK"),
        pytest.param(
            sealed().replace(CODED, b"\r\n\t ".join((b"", CODED[:76], CODED[76:], b""))), id="Base64 in lines"
        ),
        pytest.param(
            sealed().replace(
                b"</dxp:DxpMsg>",
                b"<dxp:AddInfo><dxp:FileName>a.xml</dxp:FileName></dxp:AddInfo>"
                + samples.SIGNATURE.encode()
                + b"</dxp:DxpMsg>",
            ),
            id="AddInfo and a signature",
        ),
    ],
)
def test_envelopes_as_clients_write_them(raw: bytes) -> None:
    envelope = open_envelope(raw)
    assert rules(envelope) == []
    assert envelope.data == MESSAGE
    assert not envelope.bare


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"<dxp:CopMsgId>T-1</dxp:CopMsgId>", b"", [("E01", "TransInfo/CopMsgId")]),
        (b"T-1", b"", [("E02", "TransInfo/CopMsgId")]),
        (b"T-1", b"x" * 256, [("E02", "TransInfo/CopMsgId")]),
        (b"DXPENT0000099001", b"DXPENT00000990010", [("E02", "TransInfo/SenderId")]),
        (b"<dxp:ReceiverId>DXPEDCCEB0000002</dxp:ReceiverId>", b"", [("E01", "TransInfo/ReceiverIds/ReceiverId")]),
        (b">DXPEDCCEB0000002<", b"><", [("E02", "TransInfo/ReceiverIds/ReceiverId[1]")]),
        (b"2026-02-01T00:30:00", b"20260201003000", [("E05", "TransInfo/CreatTime")]),
        (b"2026-02-01T00:30:00", b"2026-02-30T00:30:00", [("E05", "TransInfo/CreatTime")]),
        (b"2026-02-01T00:30:00", b"2026-02-01T00:30:00.123+08:00", []),
        (b">CEB311Message<", b">" + b"x" * 31 + b"<", [("E02", "TransInfo/MsgType")]),
        (b">CEB311Message<", b"><", []),
        (b'ver="1.0"', b"", [("E06", "@ver")]),
        (b'ver="1.0"', b'ver="2.0"', [("E06", "@ver")]),
        (b"<dxp:Data>", b"<dxp:Data>*", [("E03", "Data")]),
        (b"<dxp:Data>", "<dxp:Data>数".encode(), [("E03", "Data")]),
        (b"<dxp:TransInfo>", b"<dxp:More/><dxp:TransInfo>", [("E04", "More")]),
    ],
)
def test_each_fault_of_an_envelope_is_named(old: bytes, new: bytes, expected: list[tuple[str, str]]) -> None:
    assert old in sealed()
    found = open_envelope(sealed().replace(old, new, 1)).problems
    assert [(p.rule_id, p.path) for p in found] == expected
    assert all(p.document == "DxpMsg" and p.text_zh and p.text_en for p in found)


def test_an_envelope_in_a_foreign_namespace_or_without_content() -> None:
    assert "E01" in rules(open_envelope(sealed().replace(NAMESPACE.encode(), b"urn:x")))
    empty = open_envelope(f'<DxpMsg xmlns="{NAMESPACE}" ver="1.0"/>'.encode())
    assert [(p.rule_id, p.path) for p in empty.problems] == [("E01", "TransInfo"), ("E01", "Data")]


def test_parts_in_the_wrong_order_or_twice() -> None:
    root = etree.fromstring(sealed())
    root.append(root[0])
    assert rules(open_envelope(xml(root))) == ["E04"]
    root = etree.fromstring(sealed())
    root.append(etree.fromstring(etree.tostring(root[1])))
    assert rules(open_envelope(xml(root))) == ["E04"]


def test_receivers_are_one_to_five() -> None:
    five = ("A", "B", "C", "D", "E")
    assert open_envelope(sealed(receivers=five)).receiverIds == five
    raw = sealed(receivers=five).replace(b"<dxp:ReceiverId>A", b"<dxp:ReceiverId>F</dxp:ReceiverId><dxp:ReceiverId>A")
    assert rules(open_envelope(raw)) == ["E04"]
    for receivers in ((), (*five, "F"), ("x" * 17,), ("",)):
        with pytest.raises(ValueError, match=r"receiver|ReceiverId"):
            sealed(receivers=receivers)
    with pytest.raises(ValueError, match="MsgType"):
        sealed(msg_type="x" * 31)
    with pytest.raises(ValueError, match="aware"):
        seal_envelope(b"", copMsgId="1", senderId="A", receiverIds=("B",), creatTime=datetime(2026, 1, 1), msgType="")


def test_the_limit_is_of_the_message_inside() -> None:
    raw = sealed(b"x" * 3000)
    assert rules(open_envelope(raw, Limits(bytes_max=3000))) == []
    opened = open_envelope(raw, Limits(bytes_max=2999))
    assert (rules(opened), opened.data) == (["W01"], b"")


def test_a_message_beyond_ten_megabytes_passes_through_an_envelope() -> None:
    data = b"x" * 12_000_000
    assert open_envelope(sealed(data)).data == data


def test_a_broken_or_hostile_envelope_is_refused_by_name() -> None:
    assert rules(open_envelope(sealed()[:-4])) == ["W09"]
    # With a document type it is no envelope to us; read as the bare message it then is, it is refused.
    odd = open_envelope(sealed().replace(b"?>", b"?><!DOCTYPE DxpMsg>", 1))
    assert odd.bare
    assert [p.rule_id for p in read(odd.data).problems] == ["W02"]
    assert rules(open_envelope(sealed().replace(CODED, CODED[:-1]))) == ["E03"]
