"""The door without HTTP: any bytes give an answer, profiles, local commands."""

from __future__ import annotations

import os
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway import fuzz, papers
from tongguan.ceb.messages.ceb621 import Inventory
from tongguan.ceb.problem import Problem
from tongguan.ceb.table import messages
from tongguan.chain.event import open_part
from tongguan.clearance.record import MESSAGE_KINDS
from tongguan.clearance.rule import ALL_KINDS
from tongguan.gateway.answer import problem_form
from tongguan.gateway.body import BadCompression, TooLargeUnpacked, unpack
from tongguan.gateway.door import Door, Taken
from tongguan.gateway.refusal import original_text, refusal_guid, return_info
from tongguan.gateway.wire_time import china_time, iso_utc
from tongguan.store.filing import Filing

ROUNDS = 200_000 if os.environ.get("TONGGUAN_FULL") else 400


def take(raw: bytes, door: Door | None = None, **options: object) -> Taken:
    fields: dict[str, object] = {
        "filing_id": "G01-000000000007",
        "received_ns": 1_767_576_600_123_000_000,
        "token_party": fuzz.PARTY,
    }
    return (door or Door()).take(raw, **(fields | options))  # type: ignore[arg-type]


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_get_an_answer(raw: bytes) -> None:
    assert fuzz.take(raw).answer_status == 422
    fuzz.unzip(raw)


@pytest.mark.fuzz
def test_mutated_posts_get_an_answer() -> None:
    count = fuzz.run(ROUNDS, seed=20260105)
    assert count[422] > ROUNDS // 2 and count[202] > 0


def test_a_record_is_packed_with_its_digest_and_its_part_opens() -> None:
    filing = take(papers.signed(papers.ceb621_message(lines=2))).filing
    assert filing is not None
    record = filing.records[0]
    decoded = msgspec.msgpack.decode(record.record, type=Inventory)
    assert decoded == papers.ceb621_message(lines=2).Inventory[0]
    values = open_part(record.part)
    assert values["filed.InventoryHead.buyerIdNumber"] == f'"{papers.ID_NUMBER}"'.encode()
    assert values["filed.InventoryList[2].totalPrice"] == b'"100.00"'
    assert papers.ID_NUMBER.encode() not in record.part.person + record.part.rest


def test_every_record_has_secrets_of_its_own() -> None:
    filing = take(papers.write(papers.ceb311_message(records=100))).filing
    assert filing is not None
    assert len({record.part.person_secret for record in filing.records}) == 100


def test_every_message_that_may_be_filed_brings_a_kind_of_document() -> None:
    filing = take(papers.write(papers.status_message())).filing
    assert filing is not None
    assert [record.kind for record in filing.records] == ["waybill_status"]
    assert set(MESSAGE_KINDS) == {name for name, spec in messages().items() if spec.direction == "in"}
    assert sorted(MESSAGE_KINDS.values()) == sorted(ALL_KINDS)


def test_a_local_command_needs_no_token() -> None:
    raw = papers.write(papers.ceb311_message())
    bare, inside = take(raw, token_party=None), take(papers.enveloped(raw, "DXPENT9000000044"), token_party=None)
    assert bare.filing is not None and inside.filing is not None
    assert (bare.answer_status, bare.filing.sender) == (202, papers.DXP)
    assert (inside.answer_status, inside.filing.sender) == (202, "DXPENT9000000044")


def test_a_bare_message_of_a_local_command_is_read_by_its_own_partys_profile() -> None:
    raw = papers.write(papers.ceb621_message()).replace(b"<ceb:packNo>", b"<ceb:wrapType></ceb:wrapType><ceb:packNo>")
    lenient = Door(profile_of=lambda dxp_id: "lenient" if dxp_id == papers.DXP else "strict")
    assert take(raw, lenient, token_party=None).answer_status == 202
    assert take(raw, token_party=None).answer_status == 422


def test_the_same_refusal_gives_the_same_bytes() -> None:
    assert take(b"<a/>").answer_body == take(b"<a/>").answer_body
    assert refusal_guid("G01-000000000001", "return") != refusal_guid("G01-000000000002", "return")
    assert len(refusal_guid("x", "message")) == 36 and refusal_guid("x", "message").isupper()


def test_a_long_original_is_cut_and_says_so() -> None:
    taken = take(b"<a>" + b"y" * 5000, Door(echo_chars_max=100))
    assert b"<a>" + b"y" * 97 + b"]]>" in taken.answer_body
    assert b"only its beginning" in taken.answer_body


def problem(path: str, found: str = "", expected: str = "", rule_id: str = "S05") -> Problem:
    return Problem(
        rule_id=rule_id,
        document="d",
        path=path,
        text_zh="长",
        text_en="long",
        fix_zh="改",
        fix_en="mend",
        found=found,
        expected=expected,
    )


def test_return_info_never_passes_its_length_and_counts_the_rest() -> None:
    text = return_info(tuple(problem(f"Order[{n}]/OrderHead/orderNo", "x" * 200) for n in range(500)))
    assert len(text) <= 5000
    told = text.count("[S05;")
    assert 0 < told < 500 and f"{500 - told} more" in text


def test_persons_values_are_masked_and_bounds_are_not() -> None:
    form = problem_form(problem("Order[1]/OrderHead/buyerIdNumber", papers.ID_NUMBER, "1..60"))
    assert (form.found, form.expected) == ("9" + "*" * 16 + papers.ID_NUMBER[-1], "1..60")
    assert problem_form(problem("Order[1]/OrderHead/orderNo", "T1")).found == "T1"
    compared = problem_form(problem("payment.PaymentHead.payerName", "测甲", "测乙", rule_id="M04"))
    assert (compared.found, compared.expected) == ("测*", "测*")


def test_originals_in_chinese_encodings_come_back_readable() -> None:
    text = '<?xml version="1.0" encoding="GBK"?><a>测试</a>'
    assert original_text(text.encode("gbk")) == text
    assert original_text("\ufeff<a/>".encode()) == "<a/>"
    assert original_text(b"a\x00b\xff") == "a\ufffdb\ufffd"


def test_times_on_the_wire() -> None:
    ns = 1_767_542_399_999_999_999  # 2026-01-04T15:59:59.999999999Z
    assert (china_time(ns), iso_utc(ns)) == ("20260104235959999", "2026-01-04T15:59:59.999Z")
    assert (china_time(ns + 1), iso_utc(ns + 1)) == ("20260105000000000", "2026-01-04T16:00:00.000Z")


@given(st.binary(max_size=5000), st.integers(0, 6000))
def test_gzip_gives_back_exactly_what_was_packed_or_says_too_large(data: bytes, bound: int) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(data) + packer.flush()
    if len(data) <= bound:
        assert unpack(packed, "gzip", bound) == data
        with pytest.raises(BadCompression):
            unpack(packed[:-1], "gzip", bound)
    else:
        with pytest.raises(TooLargeUnpacked):
            unpack(packed, "gzip", bound)


def test_a_filing_survives_packing() -> None:
    filing = take(papers.signed(papers.ceb311_message(records=2))).filing
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(filing), type=Filing) == filing
