"""The payment data that a trading platform uploads when customs pulls them (announcements 165 and 179 of 2018).

Not a CEB message but JSON in a form field. What is signed is a text put together from the members as they were
written, so reading keeps their very bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

MEMBERS = ("sessionID", "payExchangeInfoHead", "payExchangeInfoLists", "serviceTime")
"""What is signed, in this order."""
LISTS_MISSPELT = "payExchangeInfoList"
"""The name of the lists in the tables of the announcement; its example, and all programs, have the one above."""
ORDERS_MOST = 100
GOODS_MOST = 1000
"""Orders that one payment may cover, and goods of one order: bounds of ours."""


class Goods(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of goods as the platform shows it; ``itemLink`` may hold several links joined by semicolons."""

    gname: str = ""
    itemLink: str = ""


class PaidOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One order that the payment covers, and who receives the money."""

    orderNo: str = ""
    goodsInfo: tuple[Goods, ...] = ()
    recpAccount: str = ""
    recpCode: str | None = None
    recpName: str = ""


class PayHead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The payment. ``initalRequest`` and ``initalResponse`` (misspelt officially) are what went between platform and
    payment company, untouched. ``tradingTime`` is 14 digits of China time.
    """

    guid: str = ""
    initalRequest: str = ""
    initalResponse: str = ""
    ebpCode: str = ""
    payCode: str = ""
    payTransactionId: str = ""
    totalAmount: Decimal = Decimal(-1)
    currency: str = ""
    verDept: str = ""
    payType: str | None = None
    tradingTime: str = ""
    note: str | None = None


class PayExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One upload. ``serviceTime`` is milliseconds since 1970."""

    sessionID: str
    payExchangeInfoHead: PayHead
    payExchangeInfoLists: tuple[PaidOrder, ...]
    serviceTime: int
    certNo: str
    signValue: str


class Flaw(NamedTuple):
    """One thing that keeps an upload from being read, as in ``Problem``."""

    path: str
    found: str
    expected: str


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload as read: ``exchange`` is None where nothing could be made of it, ``flaws`` say what is wrong.

    ``signed_texts`` are the texts, UTF-8, of which one has to be the one that was signed.
    """

    exchange: PayExchange | None = None
    flaws: tuple[Flaw, ...] = ()
    misspelt: bool = False
    signed_texts: tuple[bytes, ...] = ()


def read_upload(text: bytes) -> Upload:
    """Read ``payExInfoStr``. Never raises for anything in it."""
    try:
        members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Upload(flaws=(Flaw("payExInfoStr", text[:40].decode("utf-8", "replace"), "JSON {…}"),))
    misspelt = "payExchangeInfoLists" not in members and LISTS_MISSPELT in members
    named = members | ({"payExchangeInfoLists": members[LISTS_MISSPELT]} if misspelt else {})
    if missing := [name for name in (*MEMBERS, "certNo", "signValue") if name not in named]:
        return Upload(flaws=tuple(Flaw(name, "", "M") for name in missing), misspelt=misspelt)
    lists_name = LISTS_MISSPELT if misspelt else "payExchangeInfoLists"
    head, lists = bytes(members[MEMBERS[1]]), bytes(members[lists_name])
    try:
        exchange = msgspec.convert(
            {name: _member(name, bytes(named[name])) for name in PayExchange.__struct_fields__}, PayExchange
        )
        texts = tuple(signed_texts(exchange.sessionID, head, lists, exchange.serviceTime, lists_name))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as broken:
        return Upload(flaws=(Flaw("payExInfoStr", "", str(broken)[:200]),), misspelt=misspelt)
    return Upload(exchange=exchange, flaws=tuple(_flaws(exchange)), misspelt=misspelt, signed_texts=texts)


def _member(name: str, raw: bytes) -> Any:
    kind: Any = {"payExchangeInfoHead": PayHead, "payExchangeInfoLists": tuple[PaidOrder, ...]}.get(name, Any)
    value = msgspec.json.decode(raw, type=kind)
    # Programs write the time as a number or as its digits.
    return int(value) if name == "serviceTime" and isinstance(value, str) and value.isdecimal() else value


def signed_texts(session: str, head: bytes, lists: bytes, service_time: int, lists_name: str) -> Iterator[bytes]:
    """The texts that an upload may have been signed as, the announced one first.

    Members are joined by ``||``, each as ``"name":"value"``; the example of the announcement leaves out the quotes
    around JSON and numbers. JSON is taken as it was written or without blanks.
    """
    pairs = [(head, lists)]
    if (compact := (_compact(head), _compact(lists))) != pairs[0]:
        pairs.append(compact)
    for one, other in pairs:
        for json_quote, time_quote in ((b'"', b'"'), (b"", b""), (b'"', b"")):
            yield b"||".join(
                (
                    b'"sessionID":"%s"' % session.encode(),
                    b'"payExchangeInfoHead":%s%s%s' % (json_quote, one, json_quote),
                    b'"%s":%s%s%s' % (lists_name.encode(), json_quote, other, json_quote),
                    b'"serviceTime":%s%d%s' % (time_quote, service_time, time_quote),
                )
            )


def _compact(raw: bytes) -> bytes:
    """The same JSON without blanks, numbers and the order of members as they are."""
    value = json.loads(raw, parse_float=_Number, parse_int=_Number)
    return _dumped(value).encode()


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _dumped(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{_dumped(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_dumped(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def written_upload(exchange: Mapping[str, Any], sign_value: str, cert_no: str) -> str:
    """``payExInfoStr`` of the four members of ``exchange`` (as ``json`` takes them, and Decimal) with certificate and
    signature.
    """
    return _dumped({**exchange, "certNo": cert_no, "signValue": sign_value})


def text_to_sign(exchange: Mapping[str, Any]) -> str:
    """The announced text of the four members of ``exchange``, in their order there."""
    return "||".join(
        f'"{name}":"{value if isinstance(value, (str, int)) else _dumped(value)}"' for name, value in exchange.items()
    )


# --- lengths and digits, from the table of the announcement

_HEAD_LENGTHS: Sequence[tuple[str, int, bool]] = (
    ("guid", 36, True),
    ("initalRequest", 8000, True),
    ("initalResponse", 8000, True),
    ("ebpCode", 18, True),
    ("payCode", 18, True),
    ("payTransactionId", 60, True),
    ("currency", 4, True),
    ("verDept", 1, True),
    ("payType", 1, False),
    ("tradingTime", 14, True),
    ("note", 1000, False),
)
_ORDER_LENGTHS = (("orderNo", 60, True), ("recpAccount", 60, True), ("recpCode", 18, False), ("recpName", 100, True))
_GOODS_LENGTHS = (("gname", 250, True), ("itemLink", 3000, True))
_TEXT_LENGTHS = (("sessionID", 60, True), ("certNo", 64, True), ("signValue", 1024, True))
_AMOUNT_DIGITS, _AMOUNT_DECIMALS = 19, 5


def _flaws(exchange: PayExchange) -> Iterator[Flaw]:
    yield from _of_lengths(exchange, "", _TEXT_LENGTHS)
    head = exchange.payExchangeInfoHead
    yield from _of_lengths(head, "payExchangeInfoHead/", _HEAD_LENGTHS)
    if not _fits_amount(head.totalAmount):
        yield Flaw("payExchangeInfoHead/totalAmount", _shown(head.totalAmount), "N19,5 >= 0")
    orders = exchange.payExchangeInfoLists
    if not 1 <= len(orders) <= ORDERS_MOST:
        yield Flaw("payExchangeInfoLists", str(len(orders)), f"1..{ORDERS_MOST}")
        return
    for number, order in enumerate(orders, 1):
        path = f"payExchangeInfoLists[{number}]/"
        yield from _of_lengths(order, path, _ORDER_LENGTHS)
        if not 1 <= len(order.goodsInfo) <= GOODS_MOST:
            yield Flaw(path + "goodsInfo", str(len(order.goodsInfo)), f"1..{GOODS_MOST}")
            continue
        for line, goods in enumerate(order.goodsInfo, 1):
            yield from _of_lengths(goods, f"{path}goodsInfo[{line}]/", _GOODS_LENGTHS)


def _of_lengths(struct: Any, path: str, lengths: Sequence[tuple[str, int, bool]]) -> Iterator[Flaw]:
    for name, most, needed in lengths:
        value = getattr(struct, name) or ""
        if len(value) > most or (needed and not value.strip()):
            yield Flaw(path + name, f"{len(value)}", f"C..{most}" + (" M" if needed else ""))


def _fits_amount(amount: Decimal) -> bool:
    if not amount.is_finite() or amount < 0:
        return False
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number has a whole exponent"
    return exponent >= -_AMOUNT_DECIMALS and amount.adjusted() < _AMOUNT_DIGITS - _AMOUNT_DECIMALS


def _shown(amount: Decimal) -> str:
    return "" if amount < 0 or not amount.is_finite() else f"{amount:.6g}"
