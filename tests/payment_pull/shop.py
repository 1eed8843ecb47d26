"""A platform's card and what it uploads, for tests of the customs side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from tongguan.ceb.pay_exchange import text_to_sign, written_upload
from tongguan.sandbox.ukey.card import Card, throwaway

SESSION = "fe2374-8fe0ef97-32839218"


@cache
def card(algorithm: str = "SM2", which: int = 1) -> Card:
    """One of several cards."""
    return throwaway(algorithm, datetime(2026, 3, 2, 4, 0, which, tzinfo=UTC))


def exchange(session: str = SESSION, order: str = "O1", **head: Any) -> dict[str, Any]:
    """What is signed of one payment."""
    return {
        "sessionID": session,
        "payExchangeInfoHead": {
            "guid": "9D55BA71-55DE-41F4-8B50-C36C83B3B419", "initalRequest": "a+b &c", "initalResponse": "ok=1",
            "ebpCode": "99E1000001", "payCode": "99E1000003", "payTransactionId": "P1",
            "totalAmount": Decimal("118.10"),
            "currency": "142", "verDept": "3", "payType": "1", "tradingTime": "20260302112900",
        } | head,
        "payExchangeInfoLists": [
            {"orderNo": order, "goodsInfo": [{"gname": "货物", "itemLink": "http://shop.invalid/1?a=1&b=2"}],
             "recpAccount": "A1", "recpName": "商家"}
        ],
        "serviceTime": 1533271903898,
    }  # fmt: skip


def text(one: Mapping[str, Any] | None = None, by: Card | None = None) -> str:
    """``payExInfoStr``, signed."""
    one, by = one or exchange(), by or card()
    return written_upload(one, by.sign(text_to_sign(one)), by.certificate.number.lower())


def form(value: str) -> bytes:
    """The body of a form with this value."""
    return urlencode({"payExInfoStr": value}).encode()
