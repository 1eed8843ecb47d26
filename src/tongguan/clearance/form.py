"""D01 to D18, D25: what one document must hold in itself. Asked once, when it arrives; law is not needed, settings are.

A check yields a finding (path below the record, found, expected) for each thing that breaks its rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tongguan.ceb.person import mask
from tongguan.ceb.problem import Problem
from tongguan.clearance import form_rules as R
from tongguan.clearance.compare import amounts_agree, show
from tongguan.clearance.model import RecordFiled
from tongguan.clearance.record import SHAPES, head_of, lines_of
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import china_day, read_day, read_time
from tongguan.codes.catalogue import table
from tongguan.codes.identity import id_number_fault, normalise
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT, add


class Finding(NamedTuple):
    """One thing that is not as its rule wants it. Personal values are masked before they come here."""

    rule: Rule
    path: str
    found: str = ""
    expected: str = ""


class Paper(NamedTuple):
    """A document under the checks of form: its head and lines, the settings of the day and the time received."""

    kind: str
    head: Any
    lines: tuple[Any, ...]
    law: LawAt
    received: datetime


Check = Callable[[Paper], Iterator[Finding]]


def form_problems(event: RecordFiled, law: LawAt, received: datetime) -> tuple[Problem, ...]:
    """Every rule of form that the record breaks, in the order of the rules.

    A deletion names a document; what it repeats of its content is not taken, so only its times have to be right.
    """
    kind, shape = event.kind, SHAPES[event.kind]
    paper = Paper(kind, head_of(kind, event.record), lines_of(kind, event.record), law, received)
    checks = (_times,) if paper.head.appType == "3" else CHECKS[kind]
    return tuple(
        finding.rule.problem(
            kind,
            f"{shape.record}[{event.record_no}]/{finding.path}",
            found=finding.found,
            expected=finding.expected,
        )
        for check in checks
        for finding in check(paper)
    )


def _paid_is_the_sum(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    due = EXACT.subtract(add((head.goodsValue, head.freight, head.taxTotal)), head.discount)
    if not amounts_agree(head.acturalPaid, due, _tolerance(paper)):
        yield Finding(R.D01, "OrderHead/acturalPaid", show(head.acturalPaid), show(due))


def _goods_value_is_the_sum(paper: Paper) -> Iterator[Finding]:
    total = add(line.totalPrice for line in paper.lines)
    if not amounts_agree(paper.head.goodsValue, total, _tolerance(paper)):
        yield Finding(R.D02, "OrderHead/goodsValue", show(paper.head.goodsValue), show(total))


def _line_totals(paper: Paper) -> Iterator[Finding]:
    tolerance = _tolerance(paper)
    for at, line in enumerate(paper.lines, 1):
        total = EXACT.multiply(line.price, line.qty)
        if not amounts_agree(line.totalPrice, total, tolerance):
            yield Finding(R.D03, _line(paper, at, "totalPrice"), show(line.totalPrice), show(total))


def _currency(paper: Paper) -> Iterator[Finding]:
    # The schema fixes it already; an empty element counts as 142. Asked again, because all sums rest on it.
    if (paper.head.currency or "142") != "142":
        yield Finding(R.D04, _head(paper, "currency"), paper.head.currency, "142")
    for at, line in enumerate(paper.lines, 1):
        if (line.currency or "142") != "142":
            yield Finding(R.D04, _line(paper, at, "currency"), line.currency, "142")


def _line_numbers(paper: Paper) -> Iterator[Finding]:
    for at, line in enumerate(paper.lines, 1):
        if line.gnum != at:
            yield Finding(R.D05, _line(paper, at, "gnum"), str(line.gnum), str(at))


def _one_parcel(paper: Paper) -> Iterator[Finding]:
    if paper.head.packNo != 1:
        yield Finding(R.D06, _head(paper, "packNo"), str(paper.head.packNo), "1")


def _weights(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    if paper.kind == "waybill":
        if head.weight <= 0:
            yield Finding(R.D07, _head(paper, "weight"), show(head.weight), "> 0")
    elif not head.grossWeight >= head.netWeight > 0:
        yield Finding(R.D07, _head(paper, "netWeight"), show(head.netWeight), f"> 0, <= {show(head.grossWeight)}")


def _quantities(paper: Paper) -> Iterator[Finding]:
    for at, line in enumerate(paper.lines, 1):
        if line.qty <= 0:
            yield Finding(R.D08, _line(paper, at, "qty"), show(line.qty), "> 0")
        if paper.kind != "inventory":
            continue
        if line.qty1 <= 0:
            yield Finding(R.D08, _line(paper, at, "qty1"), show(line.qty1), "> 0")
        if (line.qty2 is None) != (not line.unit2):
            yield Finding(R.D08, _line(paper, at, "qty2"), show(line.qty2), f"unit2 {show(line.unit2)}".strip())
        elif line.qty2 is not None and line.qty2 <= 0:
            yield Finding(R.D08, _line(paper, at, "qty2"), show(line.qty2), "> 0")


def _identity(paper: Paper) -> Iterator[Finding]:
    who = "payer" if paper.kind == "payment" else "buyer"
    id_type, number = getattr(paper.head, f"{who}IdType"), getattr(paper.head, f"{who}IdNumber")
    if id_type != "1":
        yield Finding(R.D10, _head(paper, f"{who}IdType"), id_type, "1")
    elif fault := id_number_fault(normalise(number)):
        yield Finding(R.D10, _head(paper, f"{who}IdNumber"), mask(normalise(number)), fault)


def _direction(paper: Paper) -> Iterator[Finding]:
    name = "orderType" if paper.kind == "order" else "ieFlag"
    if (value := getattr(paper.head, name)) != "I":
        yield Finding(R.D12, _head(paper, name), value, "I")


def _trade_mode(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    if head.tradeMode == "9610":
        for name in ("trafNo", "voyageNo", "billNo"):
            if not (getattr(head, name) or "").strip():
                yield Finding(R.D13, _head(paper, name))
        if head.country == "142":
            yield Finding(R.D13, _head(paper, "country"), head.country)
    elif head.tradeMode in ("1210", "1239"):
        for name in ("emsNo", "areaCode", "areaName"):
            if not (getattr(head, name) or "").strip():
                yield Finding(R.D14, _head(paper, name))
        for at, line in enumerate(paper.lines, 1):
            if not (line.itemRecordNo or "").strip():
                yield Finding(R.D14, _line(paper, at, "itemRecordNo"))
        if head.country != "142":
            yield Finding(R.D14, _head(paper, "country"), head.country, "142")
    else:
        yield Finding(R.D16, _head(paper, "tradeMode"), head.tradeMode, "9610 1210 1239")


_HEAD_CODES = (
    ("customsCode", "customs_districts"),
    ("portCode", "customs_districts"),
    ("trafMode", "transport_modes"),
    ("wrapType", "wrap_types_1digit"),
    ("country", "countries"),
)
_LINE_CODES = (("unit", "units"), ("unit1", "units"), ("unit2", "units"), ("country", "countries"))


def _codes(paper: Paper) -> Iterator[Finding]:
    if paper.kind == "inventory":
        for name, codes in _HEAD_CODES:
            if (value := getattr(paper.head, name)) and not table(codes).has(value):
                yield Finding(R.D16, _head(paper, name), value, codes)
    for at, line in enumerate(paper.lines, 1):
        for name, codes in _LINE_CODES:
            if (value := getattr(line, name, None)) and not table(codes).has(value):
                yield Finding(R.D16, _line(paper, at, name), value, codes)


def _server_numbers(paper: Paper) -> Iterator[Finding]:
    if paper.head.appType != "1":
        return
    for name in ("preNo", "invtNo"):
        if value := (getattr(paper.head, name) or "").strip():
            yield Finding(R.D17, _head(paper, name), value)


def _times(paper: Paper) -> Iterator[Finding]:
    ahead = timedelta(minutes=paper.law.setting("app_time_ahead_minutes_max").int)
    filed = read_time(paper.head.appTime)
    if filed is None or filed > paper.received + ahead:
        yield Finding(R.D18, _head(paper, "appTime"), paper.head.appTime)
    if paper.kind == "payment" and read_time(paper.head.payTime) is None:
        yield Finding(R.D18, _head(paper, "payTime"), paper.head.payTime)
    if paper.kind == "inventory":
        declared, today = read_day(paper.head.declTime), china_day(paper.received)
        days_max = paper.law.setting("decl_time_days_max").int
        if declared is None or abs((declared - today).days) > days_max:
            yield Finding(R.D18, _head(paper, "declTime"), paper.head.declTime, today.strftime("%Y%m%d"))
        if paper.head.ieDate and read_day(paper.head.ieDate) is None:
            yield Finding(R.D18, _head(paper, "ieDate"), paper.head.ieDate)


_AMOUNTS: dict[str, tuple[str, ...]] = {
    "order": ("goodsValue", "freight", "discount", "taxTotal", "acturalPaid"),
    "payment": ("amountPaid",),
    "waybill": ("freight", "insuredFee"),
    "inventory": ("freight", "insuredFee"),
}
_QUANTITIES: dict[str, tuple[str, ...]] = {
    "order": (),
    "payment": (),
    "waybill": ("weight",),
    "inventory": ("grossWeight", "netWeight"),
}
_LINE_AMOUNTS = ("price", "totalPrice")
_LINE_QUANTITIES: dict[str, tuple[str, ...]] = {"order": ("qty",), "inventory": ("qty", "qty1", "qty2")}


def _bounds(paper: Paper) -> Iterator[Finding]:
    yuan = paper.law.setting("amount_bound_yuan").decimal
    count = paper.law.setting("quantity_bound").decimal
    head = paper.head
    for names, most in ((_AMOUNTS[paper.kind], yuan), (_QUANTITIES[paper.kind], count)):
        for name in names:
            value = getattr(head, name)
            if value is not None and not _NOTHING <= value <= most:
                yield Finding(_outside(value), _head(paper, name), show(value), f"0 .. {show(most)}")
    for at, line in enumerate(paper.lines, 1):
        for names, most in ((_LINE_AMOUNTS, yuan), (_LINE_QUANTITIES[paper.kind], count)):
            for name in names:
                value = getattr(line, name)
                if value is not None and not _NOTHING <= value <= most:
                    yield Finding(_outside(value), _line(paper, at, name), show(value), f"0 .. {show(most)}")


_NOTHING = Decimal(0)


def _outside(value: Decimal) -> Rule:
    return R.D26 if value < 0 else R.D25


def _tolerance(paper: Paper) -> Decimal:
    return paper.law.setting("amount_tolerance_yuan").decimal


def _head(paper: Paper, element: str) -> str:
    return f"{SHAPES[paper.kind].head}/{element}"


def _line(paper: Paper, at: int, element: str) -> str:
    return f"{SHAPES[paper.kind].lines}[{at}]/{element}"


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "order": (_paid_is_the_sum, _goods_value_is_the_sum, _line_totals, _currency, _line_numbers, _quantities,
              _identity, _direction, _codes, _times, _bounds),
    "payment": (_currency, _identity, _times, _bounds),
    "waybill": (_currency, _one_parcel, _weights, _times, _bounds),
    "inventory": (_server_numbers, _line_totals, _currency, _line_numbers, _one_parcel, _weights, _quantities,
                  _identity, _direction, _trade_mode, _codes, _times, _bounds),
}  # fmt: skip
