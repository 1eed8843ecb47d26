"""Receipts as they go out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tongguan.ceb.schema import validator
from tongguan.clearance.model import Receipt
from tongguan.store.issued import issue, render

AT = datetime(2026, 11, 24, 5, 0, 0, 250_000, UTC)


def a_receipt(info: str) -> Receipt:
    return Receipt("CEB312Message", (("ebpCode", "99E"), ("ebcCode", "99C"), ("orderNo", "SBX1")), "2", info, ("DXP1",))


@pytest.mark.parametrize("length", [1, 985, 986, 987, 1000])
def test_a_receipt_of_the_sandbox_ends_with_its_mark_and_still_fits_the_schema(length: int) -> None:
    (issued,) = issue("a house", 7, AT, [(0, a_receipt("字" * length))], sandbox=True)
    assert issued.receipt.info.endswith("[沙箱/SANDBOX]")
    assert issued.receipt.info.startswith("字")
    assert len(issued.receipt.info) <= 1000


def test_a_receipt_of_a_production_store_says_what_the_decision_says() -> None:
    (issued,) = issue("a house", 7, AT, [(0, a_receipt("申报成功"))], sandbox=False)
    assert issued.receipt.info == "申报成功"


def test_the_same_receipt_of_the_same_house_is_the_same_bytes_and_fits_the_schema() -> None:
    from lxml import etree

    one, again = (render(issue("a house", 7, AT, [(0, a_receipt("x"))], sandbox=True)) for _ in range(2))
    other = render(issue("another house", 7, AT, [(0, a_receipt("x"))], sandbox=True))
    assert one == again != other
    assert validator().validate(etree.fromstring(one[0]))
    assert b"<returnTime>20261124130000250</returnTime>" in one[0]
