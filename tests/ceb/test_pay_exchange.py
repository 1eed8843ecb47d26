"""Payment data as uploaded: read with the bytes that were signed, bounded by the announced table."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.ceb.pay_exchange import GOODS_MOST, ORDERS_MOST, read_upload, text_to_sign, written_upload


def exchange(**head: Any) -> dict[str, Any]:
    return {
        "sessionID": "fe2374-8fnejf97-32839218",
        "payExchangeInfoHead": {
            "guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419", "initalRequest": "原始请求", "initalResponse": "ok",
            "ebpCode": "99E1000001", "payCode": "99E1000003", "payTransactionId": "P1",
            "totalAmount": Decimal("118.10"),
            "currency": "142", "verDept": "3", "payType": "1", "tradingTime": "20260302112900", "note": "备注",
        } | head,
        "payExchangeInfoLists": [
            {
                "orderNo": "O1", "goodsInfo": [{"gname": "货物", "itemLink": "http://shop.invalid/1"}],
                "recpAccount": "A1", "recpCode": "99E1000002", "recpName": "商家",
            }
        ],
        "serviceTime": 1533271903898,
    }  # fmt: skip


def without(path: str) -> bytes:
    """An upload without one element."""
    one = exchange()
    one |= {"certNo": "01", "signValue": "x"}
    place: Any = one
    *parents, last = path.split("/")
    for name in parents:
        place = place[name][0] if isinstance(place[name], list) else place[name]
    del place[last]
    return json.dumps(one, default=str).encode()


def test_what_is_written_is_read_again_and_signed_as_announced():
    one = exchange()
    read = read_upload(written_upload(one, "c2ln", "01234567").encode())
    assert read.flaws == () and not read.misspelt
    assert read.exchange is not None
    assert read.exchange.payExchangeInfoHead.totalAmount == Decimal("118.10")
    assert read.exchange.payExchangeInfoLists[0].goodsInfo[0].gname == "货物"
    assert (read.exchange.certNo, read.exchange.signValue) == ("01234567", "c2ln")
    assert read.signed_texts[0].decode() == text_to_sign(one)


def test_the_text_is_the_four_members_joined_by_bars():
    text = text_to_sign(exchange())
    head = json.dumps(exchange()["payExchangeInfoHead"] | {"totalAmount": 0}, ensure_ascii=False, separators=(",", ":"))
    lists = json.dumps(exchange()["payExchangeInfoLists"], ensure_ascii=False, separators=(",", ":"))
    assert text == (
        '"sessionID":"fe2374-8fnejf97-32839218"||"payExchangeInfoHead":"'
        + head.replace('"totalAmount":0', '"totalAmount":118.10')
        + f'"||"payExchangeInfoLists":"{lists}"||"serviceTime":"1533271903898"'
    )


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(lambda text: text, id="as announced"),
        pytest.param(lambda text: text.replace(':"1533271903898"', ":1533271903898"), id="the time as a number"),
        pytest.param(
            lambda text: text.replace(':"{', ":{").replace('}"||', "}||").replace(':"[', ":[").replace(']"||', "]||")
            .replace(':"1533271903898"', ":1533271903898"),
            id="nothing quoted, as in the example of the announcement",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 2])
def test_programs_that_sign_differently_are_understood(variant: Any, indent: int | None):
    one = exchange(totalAmount=118)
    body = json.dumps(one | {"certNo": "01", "signValue": "x"}, ensure_ascii=False, indent=indent)
    assert variant(text_to_sign(one)).encode() in read_upload(body.encode()).signed_texts


def test_blanks_in_what_was_posted_may_have_been_signed_too():
    one = exchange(totalAmount=118)
    body = json.dumps(one | {"certNo": "01", "signValue": "x"}, ensure_ascii=False)
    head = json.dumps(one["payExchangeInfoHead"], ensure_ascii=False)
    assert any(head.encode() in text for text in read_upload(body.encode()).signed_texts)


def test_the_name_in_the_tables_of_the_announcement_is_taken_and_told():
    one = {("payExchangeInfoList" if k == "payExchangeInfoLists" else k): v for k, v in exchange().items()}
    read = read_upload(written_upload(one, "x", "01").encode())
    assert read.misspelt and read.exchange is not None and not read.flaws
    assert text_to_sign(one).encode() in read.signed_texts


@pytest.mark.parametrize(
    "path",
    [
        "sessionID", "certNo", "signValue", "serviceTime", "payExchangeInfoHead", "payExchangeInfoLists",
        "payExchangeInfoHead/guid", "payExchangeInfoHead/initalRequest", "payExchangeInfoHead/initalResponse",
        "payExchangeInfoHead/ebpCode", "payExchangeInfoHead/payCode", "payExchangeInfoHead/payTransactionId",
        "payExchangeInfoHead/totalAmount", "payExchangeInfoHead/currency", "payExchangeInfoHead/verDept",
        "payExchangeInfoHead/tradingTime", "payExchangeInfoLists/orderNo", "payExchangeInfoLists/goodsInfo",
        "payExchangeInfoLists/recpAccount", "payExchangeInfoLists/recpName", "payExchangeInfoLists/goodsInfo/gname",
        "payExchangeInfoLists/goodsInfo/itemLink",
    ],
)  # fmt: skip
def test_every_element_that_must_be_there_is_missed(path: str):
    flaws = read_upload(without(path)).flaws
    assert [flaw.path.replace("[1]", "") for flaw in flaws] == [path]


@pytest.mark.parametrize(
    "path", ["payExchangeInfoHead/payType", "payExchangeInfoHead/note", "payExchangeInfoLists/recpCode"]
)
def test_what_may_be_left_out_is_not_missed(path: str):
    read = read_upload(without(path))
    assert read.flaws == () and read.exchange is not None


@pytest.mark.parametrize(
    ("name", "most"),
    [("guid", 36), ("initalRequest", 8000), ("ebpCode", 18), ("payTransactionId", 60), ("currency", 4), ("note", 1000)],
)
def test_texts_may_be_as_long_as_the_table_says_and_no_longer(name: str, most: int):
    assert read_upload(written_upload(exchange(**{name: "币" * most}), "x", "01").encode()).flaws == ()
    (flaw,) = read_upload(written_upload(exchange(**{name: "币" * (most + 1)}), "x", "01").encode()).flaws
    assert flaw.path == f"payExchangeInfoHead/{name}" and flaw.found == str(most + 1)


@pytest.mark.parametrize(
    ("amount", "fits"),
    [("0", True), ("99999999999999.99999", True), ("100000000000000", False), ("0.000001", False), ("-0.01", False),
     ("1e-999999999", False), ("1e999999999", False)],
)  # fmt: skip
def test_the_amount_has_nineteen_digits_of_which_five_are_decimals(amount: str, fits: bool):
    text = written_upload(exchange(totalAmount=0), "x", "01").replace('"totalAmount":0', f'"totalAmount":{amount}')
    assert (read_upload(text.encode()).flaws == ()) is fits


@pytest.mark.parametrize(("orders", "fits"), [(0, False), (1, True), (ORDERS_MOST, True), (ORDERS_MOST + 1, False)])
def test_the_number_of_orders_is_bounded(orders: int, fits: bool):
    one = exchange()
    one["payExchangeInfoLists"] *= orders
    assert (read_upload(written_upload(one, "x", "01").encode()).flaws == ()) is fits


@pytest.mark.parametrize(("goods", "fits"), [(0, False), (1, True), (GOODS_MOST, True), (GOODS_MOST + 1, False)])
def test_the_number_of_goods_is_bounded(goods: int, fits: bool):
    one = exchange()
    one["payExchangeInfoLists"][0]["goodsInfo"] *= goods
    assert (read_upload(written_upload(one, "x", "01").encode()).flaws == ()) is fits


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"sessionID":1}', b"[" * 200_000, b'{"a":' * 200_000,
     written_upload(exchange(), "x", "01").replace('"3"', "{}").encode(),
     written_upload(exchange(), "x", "01").replace('"备注"', '"\\ud800"').encode(),
     written_upload(exchange() | {"serviceTime": "soon"}, "x", "01").encode(),
     written_upload(exchange() | {"payExchangeInfoHead": "{}"}, "x", "01").encode()],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_is_raised(text: bytes):
    read = read_upload(text)
    assert read.exchange is None and read.flaws


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda one: json.dumps({"sessionID": one}).encode()))
def test_no_bytes_raise(text: bytes):
    read_upload(text)


@given(st.integers(0, len(written_upload(exchange(), "x", "01").encode()) - 1), st.binary(min_size=1, max_size=3))
def test_no_change_of_a_good_upload_raises(at: int, put: bytes):
    good = written_upload(exchange(), "x", "01").encode()
    read_upload(good[:at] + put + good[at + len(put) :])
