"""Receipts of others are read, whatever liberties they take; what is no receipt is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.upstream.samples import (
    NS,
    fields,
    format_error,
    inventory_receipt,
    inventory_return,
    message,
    order_receipt,
    tax_bill,
)
from tongguan.ceb.envelope import seal_envelope
from tongguan.ceb.table import messages
from tongguan.gateway.forms import receipts_xml
from tongguan.upstream.hearing import NAMING, hear

CHINA = timezone(timedelta(hours=8))


def one(raw: bytes):
    (found,) = hear(raw).messages
    (receipt,) = found.receipts
    return receipt


def test_a_receipt_of_production_is_read_with_what_no_schema_knows():
    receipt = one(inventory_receipt())
    assert (receipt.message_type, receipt.status, receipt.codes) == ("CEB622Message", "100", ("1332",))
    assert receipt.document == ("9901000005", "C1")
    assert receipt.at == datetime(2026, 1, 5, 9, 30, 0, 123000, tzinfo=CHINA)
    assert receipt.fields["sysDate"] == "20260105"
    assert receipt.fields["guid"].islower()


@pytest.mark.parametrize(
    "raw",
    [
        message("CEB622", inventory_return(), attributes=f'xmlns:ceb="{NS}"', prefix="ceb:"),
        message("CEB622", inventory_return(), attributes=""),
        message("CEB622", inventory_return(), attributes='xmlns="urn:other"'),
        b"\xef\xbb\xbf" + inventory_receipt(),
        inventory_receipt(info="退单").decode().replace("UTF-8", "GB18030").encode("gb18030"),
        inventory_receipt().replace(b"><", b">\n  <"),
        b"<!-- from the port -->" + inventory_receipt().partition(b"?>")[2],
    ],
    ids=["prefix", "no namespace", "another namespace", "byte order mark", "GB18030", "indented", "comment"],
)
def test_the_dress_of_a_message_is_of_no_matter(raw):
    assert one(raw).document == ("9901000005", "C1")


def test_the_bytes_are_kept_as_they_came():
    raw = inventory_receipt()
    assert hear(raw).messages[0].raw == raw


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20260105093000123", datetime(2026, 1, 5, 1, 30, 0, 123000, tzinfo=UTC)),
        ("20260105093000", datetime(2026, 1, 5, 1, 30, tzinfo=UTC)),
        ("20261305093000123", None),
        ("5 January", None),
        ("", None),
    ],
)
def test_a_time_that_cannot_be_read_is_no_time(text, at):
    assert one(inventory_receipt(returnTime=text)).at == at


def test_missing_elements_are_left_out_not_invented():
    receipt = one(message("CEB622", "<InventoryReturn><copNo>C1</copNo></InventoryReturn>"))
    assert (receipt.status, receipt.text, receipt.document, receipt.at) == ("", "", ("", "C1"), None)


@pytest.mark.parametrize(
    ("status", "info", "codes"),
    [
        ("100", "[Code:1332;Desc:金额不一致][PaymentHead.amountPaid:1]", ("1332",)),
        ("100", "[Code:1332;Desc:a][Code:1320;Desc:b][Code:1332;Desc:a]", ("1332", "1320")),
        ("-621004", "清单已经申报过", ("-621004",)),
        ("-621001", "[Code:-621001;Desc:x]", ("-621001",)),
        ("100", "人工退单", ()),
        ("2", "", ()),
    ],
)
def test_codes_are_found_in_the_status_and_in_the_text(status, info, codes):
    assert one(inventory_receipt(status, info)).codes == codes


def test_a_tax_bill_of_production_is_read_with_its_lines():
    receipt = one(tax_bill())
    assert (receipt.status, receipt.document) == ("1", ("99012026I000000001", "99012026I000000001_0"))
    assert (receipt.fields["orderNo"], receipt.fields["logisticsNo"]) == ("T1", "W1")
    assert [line["gcode"] for line in receipt.lines] == ["1901101010"]


def test_a_format_error_names_the_transport_message():
    assert one(format_error("MSG-9")).document == ("MSG-9",)


def test_an_envelope_says_whom_it_is_for():
    raw = seal_envelope(
        inventory_receipt(),
        copMsgId="X1",
        senderId="DXPEDCCEB0000002",
        receiverIds=("DXPENT9010000001",),
        creatTime=datetime(2026, 1, 5, tzinfo=UTC),
        msgType="CEB622Message",
    )
    (found,) = hear(raw).messages
    assert (found.receivers, found.raw) == (("DXPENT9010000001",), inventory_receipt())


def test_a_page_holds_several_messages_and_its_cursor():
    bodies = b"".join(raw.partition(b"?>")[2] for raw in (order_receipt(), inventory_receipt()))
    page = b'<Receipts xmlns="urn:tongguan:receipts:1" next="abc" more="true">' + bodies + b"</Receipts>"
    heard = hear(page)
    assert [found.message_type for found in heard.messages] == ["CEB312Message", "CEB622Message"]
    assert (heard.attributes["next"], heard.attributes["more"]) == ("abc", "true")
    assert one(heard.messages[1].raw).document == ("9901000005", "C1")


def test_our_own_empty_page_is_a_page():
    heard = hear(receipts_xml("DXPENT9010000001", [], "abc", False))
    assert (heard.messages, heard.problems, heard.attributes["next"]) == ((), (), "abc")


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"", "U01"),
        (b"<a>", "U01"),
        (b"no xml at all", "U01"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "U01"),
        (b"<a/>", "U02"),
        (message("CEB311", "<Order/>"), "U02"),
        (message("CEB999", "<x/>"), "U02"),
        (b"<Receipts>" + inventory_receipt().partition(b"?>")[2] + b"<strange/></Receipts>", "U02"),
    ],
)
def test_what_is_no_receipt_is_named(raw, rule):
    heard = hear(raw)
    assert heard.messages == ()
    assert [problem.rule_id for problem in heard.problems] == [rule]


@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_bytes_raise(noise, at):
    raw = inventory_receipt()
    hear(raw[:at] + noise + raw[at:])


def test_every_receipt_of_the_specification_can_be_heard():
    outgoing = {spec.name for spec in messages().values() if spec.direction == "out"}
    assert set(NAMING) == outgoing


def test_equal_receipts_are_one_whatever_the_case_of_the_guid_and_the_message_around():
    left = one(inventory_receipt())
    right = one(message("CEB622", inventory_return().replace("a1b2c3d4", "A1B2C3D4"), attributes=""))
    assert left.identity("DXP1") == right.identity("DXP1")
    assert left.identity("DXP1") != left.identity("DXP2")
    assert left.identity("DXP1") != one(inventory_receipt(info="another")).identity("DXP1")


def test_a_field_cannot_pretend_to_be_two():
    left = one(message("CEB622", f"<InventoryReturn>{fields(copNo='a', preNo='b')}</InventoryReturn>"))
    right = one(message("CEB622", f"<InventoryReturn>{fields(copNo='apreNo=b')}</InventoryReturn>"))
    assert left.identity("") != right.identity("")
