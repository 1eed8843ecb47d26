"""The way down: each receipt once, in the bytes in which it came, for whom it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.upstream.conftest import BEGUN, DECLARANT, PLATFORM, Below
from tests.upstream.samples import (
    format_error,
    inventory_receipt,
    inventory_return,
    message,
    order_receipt,
    tax_bill,
)
from tongguan.ceb.envelope import seal_envelope
from tongguan.store.upstream.beside import Beside
from tongguan.store.upstream.database import UpstreamFile
from tongguan.store.upstream.forwards import Forward, Forwards
from tongguan.store.upstream.recorded import Recorded
from tongguan.upstream.recording import Recorder


@pytest.fixture
def recorder(file: UpstreamFile, registry) -> Recorder:
    return Recorder(file, lambda: registry, clock_ns=lambda: BEGUN)


def raws(file: UpstreamFile, dxp_id: str) -> list[bytes]:
    return [one.raw for one in Recorded(file).messages(dxp_id)]


def test_a_message_is_kept_byte_for_byte_and_once(file, recorder):
    raw = order_receipt()
    assert recorder.take(raw, "port", PLATFORM[1]).new == 1
    assert recorder.take(raw, "port", PLATFORM[1]).new == 0
    assert raws(file, PLATFORM[1]) == [raw]
    (kept,) = Recorded(file).messages(PLATFORM[1])
    assert (kept.source, kept.message_type, kept.received_ns) == ("port", "CEB312Message", BEGUN)
    assert Recorded(file).counts() == (1, 1, 0)


def test_a_known_receipt_in_another_message_is_not_kept_again_but_a_new_one_beside_it_is(file, recorder):
    first, second = inventory_return("2", "a"), inventory_return("3", "b")
    recorder.take(message("CEB622", first), "port", DECLARANT[1])
    assert recorder.take(message("CEB622", first, attributes=""), "port", DECLARANT[1]).new == 0
    both = message("CEB622", first + second)
    assert recorder.take(both, "port", DECLARANT[1]).new == 1
    assert raws(file, DECLARANT[1]) == [message("CEB622", first), both]
    assert [one.status for one in Beside(file).theirs("CEB622Message", (DECLARANT[0], "C1"))] == ["2", "3"]


def test_one_receipt_twice_in_one_message_counts_once(file, recorder):
    recorder.take(message("CEB622", inventory_return() * 2), "port", DECLARANT[1])
    assert Recorded(file).counts()[:2] == (1, 1)


def test_the_place_is_kept_with_what_was_read_up_to_it(file, recorder):
    recorder.take(order_receipt(), "port", PLATFORM[1], {"receipts:x": "cursor"})
    assert file.place("receipts:x") == "cursor"
    recorder.take(b"nothing to read", "port", PLATFORM[1], {"receipts:x": "further"})
    assert file.place("receipts:x") == "further"


def envelope_for(receiver: str, raw: bytes) -> bytes:
    return seal_envelope(
        raw,
        copMsgId="X",
        senderId="DXPEDCCEB0000002",
        receiverIds=(receiver,),
        creatTime=datetime(2026, 1, 5, tzinfo=UTC),
        msgType="CEB622Message",
    )


@pytest.mark.parametrize(
    ("raw", "given", "whose"),
    [
        pytest.param(order_receipt(), "", PLATFORM[1], id="the platform that it names"),
        pytest.param(inventory_receipt(), "", DECLARANT[1], id="the declarant that it names"),
        pytest.param(inventory_receipt(), PLATFORM[1], PLATFORM[1], id="whoever it was fetched for"),
        pytest.param(envelope_for(PLATFORM[1], inventory_receipt()), "", PLATFORM[1], id="whom the envelope names"),
        pytest.param(envelope_for("DXPENT9999999999", inventory_receipt()), "", DECLARANT[1],
                     id="an envelope for nobody that we know"),
        pytest.param(envelope_for("DXPENT9999999999", message("CEB622", "<InventoryReturn><copNo>C1</copNo>"
                     "</InventoryReturn>")), "", "DXPENT9999999999", id="nobody that we know at all"),
        pytest.param(message("CEB622", "<InventoryReturn><copNo>C1</copNo></InventoryReturn>"), "", "", id="nobody"),
        pytest.param(tax_bill(), "", DECLARANT[1], id="the declarant of a tax bill"),
    ],
)  # fmt: skip
def test_a_receipt_finds_the_one_it_is_for(file, recorder, raw, given, whose):
    recorder.take(raw, "port", given)
    assert [one.dxp_id for one in Recorded(file).all_messages()] == [whose]
    assert Recorded(file).counts()[2] == (whose == "")


def test_a_format_error_goes_to_whoever_sent_the_message(file, recorder):
    forward = Forward(0, "G01-000000000001", "G01", PLATFORM[1], "CEB311Message", "MSG-7", ("x", 0, 0))
    Forwards(file).take_in([forward], {})
    recorder.take(format_error("MSG-7"), "port")
    assert [one.dxp_id for one in Recorded(file).all_messages()] == [PLATFORM[1]]


def test_a_declarant_that_is_left_out_is_the_one_it_came_for(file, recorder):
    recorder.take(inventory_receipt(agentCode=""), "port", DECLARANT[1])
    assert [one.status for one in Beside(file).theirs("CEB622Message", (DECLARANT[0], "C1"))] == ["100"]


def test_days_are_days_in_china(file, recorder):
    recorder.take(inventory_receipt(returnTime="20260106000000000"), "port", DECLARANT[1])
    recorder.take(inventory_receipt("3", returnTime="20260105235959999"), "port", DECLARANT[1])
    assert [one.day for one in Beside(file).theirs("CEB622Message", (DECLARANT[0], "C1"))] == [
        "2026-01-05",
        "2026-01-06",
    ]


def test_what_a_receipt_says_lies_sealed(below: Below, file, recorder):
    recorder.take(inventory_receipt(info="订购人身份证号码 99010119900307001X"), "port", DECLARANT[1])
    file.close()
    on_disk = b"".join(path.read_bytes() for path in below.store.dir.rglob("upstream.db*"))
    assert b"99010119900307001X" not in on_disk and "订购人".encode() not in on_disk
    assert b"9901000005" in on_disk, "keys stand in clear"


def test_messages_are_paged_in_order_and_found_by_time(file, recorder):
    for number in range(5):
        recorder.take(order_receipt(order_no=f"T{number}"), "port", PLATFORM[1])
    recorder.take(inventory_receipt(), "port", DECLARANT[1])
    recorded = Recorded(file)
    first = recorded.messages(PLATFORM[1], limit=2)
    rest = recorded.messages(PLATFORM[1], first[-1].message_no, limit=100)
    assert [one.message_no for one in first + rest] == [1, 2, 3, 4, 5]
    assert recorded.before(PLATFORM[1], BEGUN) == 0
    assert recorded.messages(PLATFORM[1], recorded.before(PLATFORM[1], BEGUN + 1)) == []
    assert recorded.newest() == 6
