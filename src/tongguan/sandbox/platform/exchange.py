"""The payment data that the platform uploads: right as the filings have it, or wrong in one named way."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tongguan.ceb.messages.ceb311 import Order
from tongguan.ceb.messages.ceb411 import Payment
from tongguan.ceb.pay_exchange import text_to_sign, written_upload
from tongguan.sandbox.ukey.card import Card

Exchange = dict[str, Any]
"""The four members that are signed, as ``pay_exchange`` writes them."""


def exchange_of(session_id: str, paid: list[tuple[Order, Payment]], guid: str, now_ms: int) -> Exchange:
    """The data of one payment and its orders. ``guid`` is 36 characters; ``now_ms`` is serviceTime."""
    head = paid[0][1].PaymentHead
    total = sum((payment.PaymentHead.amountPaid for _, payment in paid[1:]), start=head.amountPaid)
    return {
        "sessionID": session_id,
        "payExchangeInfoHead": {
            "guid": guid.upper(),
            "initalRequest": f"https://pay.sandbox.invalid/gateway?out_trade_no={head.orderNo}&total_amount={total}",
            "initalResponse": f'{{"code":"SUCCESS","trade_no":"{head.payTransactionId}"}}',
            "ebpCode": head.ebpCode,
            "payCode": head.payCode,
            "payTransactionId": head.payTransactionId,
            "totalAmount": total,
            "currency": head.currency,
            "verDept": "3",
            "payType": "1",
            "tradingTime": head.payTime,
            "note": "沙箱 SANDBOX",
        },
        "payExchangeInfoLists": [_order(order) for order, _ in paid],
        "serviceTime": now_ms,
    }


def _order(order: Order) -> dict[str, Any]:
    head = order.OrderHead
    goods = [
        {"gname": line.itemName, "itemLink": f"https://shop.sandbox.invalid/{line.itemNo or line.gnum}"}
        for line in order.OrderList
    ]
    return {
        "orderNo": head.orderNo,
        "goodsInfo": goods,
        "recpAccount": f"SANDBOX{head.ebcCode}",
        "recpCode": head.ebcCode,
        "recpName": head.ebcName,
    }


def signed_upload(exchange: Exchange, card: Card) -> str:
    """``payExInfoStr``, signed as announced."""
    return written_upload(exchange, card.sign(text_to_sign(exchange)), card.certificate.number.lower())


def _with_head(**fields: object) -> Callable[[Exchange], Exchange]:
    return lambda one: one | {"payExchangeInfoHead": one["payExchangeInfoHead"] | fields}


def _with_order(**fields: object) -> Callable[[Exchange], Exchange]:
    return lambda one: one | {"payExchangeInfoLists": [each | fields for each in one["payExchangeInfoLists"]]}


def _without_transaction(one: Exchange) -> Exchange:
    head = {name: value for name, value in one["payExchangeInfoHead"].items() if name != "payTransactionId"}
    return one | {"payExchangeInfoHead": head}


def _misspelt(one: Exchange) -> Exchange:
    return {"payExchangeInfoList" if name == "payExchangeInfoLists" else name: value for name, value in one.items()}


def _half(one: Exchange) -> Exchange:
    head = one["payExchangeInfoHead"]
    return one | {"payExchangeInfoHead": head | {"totalAmount": (head["totalAmount"] / 2).quantize(Decimal("0.01"))}}


CHANGED: Mapping[str, Callable[[Exchange], Exchange]] = {
    "incomplete": _without_transaction,
    "session": lambda one: one | {"sessionID": "000000-00000000-00000000"},
    "list-name": _misspelt,
    "ebp": _with_head(ebpCode="9900999999"),
    "order": _with_order(orderNo="SANDBOX-OTHER-ORDER"),
    "pay-code": _with_head(payCode="9900999999"),
    "transaction": _with_head(payTransactionId="SANDBOX-OTHER-TRANSACTION"),
    "amount": _half,
    "currency": _with_head(currency="502"),
    "time": _with_head(tradingTime="20000101000000"),
    "goods": _with_order(goodsInfo=[{"gname": "沙箱另一种东西", "itemLink": "https://shop.sandbox.invalid/other"}]),
    "receiver": _with_order(recpName="毫不相干有限公司"),
    "code": _with_head(verDept="9"),
}
"""What is changed before signing, by the name of the failure."""


def upload_that_fails(failure: str, exchange: Exchange, card: Card, stranger: Card) -> str:
    """``payExInfoStr`` with one failure in it (``""``: none). ``stranger`` signs what must not be trusted."""
    if failure == "unreadable":
        return "{" + signed_upload(exchange, card)
    if failure == "stranger":
        return signed_upload(exchange, stranger)
    if failure == "signature":
        return written_upload(exchange, base64.b64encode(bytes(64)).decode(), card.certificate.number.lower())
    return signed_upload(CHANGED.get(failure, dict)(exchange), card)
