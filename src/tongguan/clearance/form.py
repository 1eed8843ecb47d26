"""D01 to D18, D25 to D27: what one document must hold in itself. Asked once, when it arrives; of the law it needs only
the settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from tongguan.ceb.person import mask
from tongguan.ceb.problem import Problem
from tongguan.clearance import form_rules as R
from tongguan.clearance.bounds import within_bounds
from tongguan.clearance.code_fields import codes_are_known
from tongguan.clearance.compare import amounts_agree, show
from tongguan.clearance.model import RecordFiled
from tongguan.clearance.paper import Check, Finding, Paper
from tongguan.clearance.record import element_path, head_of, lines_of
from tongguan.clearance.times import china_day, read_day, read_time
from tongguan.codes.identity import id_number_fault, normalise
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT, add


def form_problems(event: RecordFiled, law: LawAt, received: datetime) -> tuple[Problem, ...]:
    """Every rule of form that the record breaks, in the order of the rules.

    A deletion names a document; what it repeats of its content is not taken, so only its times have to be right.
    """
    kind = event.kind
    paper = Paper(kind, head_of(kind, event.record), lines_of(kind, event.record), law, received)
    checks = DELETION_CHECKS if paper.head.appType == "3" else CHECKS[kind]
    return tuple(
        finding.rule.problem(
            kind,
            element_path(kind, event.record_no, finding.path),
            found=finding.found,
            expected=finding.expected,
        )
        for check in checks
        for finding in check(paper)
    )


def _nothing_blank(paper: Paper) -> Iterator[Finding]:
    for name in _blank(paper.head):
        if (paper.kind, name) not in _ASKED_ELSEWHERE:
            yield Finding(R.D27, paper.at_head(name))
    for at, line in enumerate(paper.lines, 1):
        for name in _blank(line):
            yield Finding(R.D27, paper.at_line(at, name))


def _blank(part: Any) -> tuple[str, ...]:
    """The text elements of a head or line that must be filled and hold nothing but blanks."""
    struct: Any = type(part)
    texts = _texts_of(struct)(part)
    if not any(map(str.isspace, texts)):  # nearly always, and then this is all that is done
        return ()
    return tuple(name for name, text in zip(must_be_filled(struct), texts, strict=True) if text.isspace())


@cache
def _texts_of(struct: type[msgspec.Struct]) -> Callable[[Any], tuple[str, ...]]:
    first, *others = must_be_filled(struct)
    # A getter of one name would give the text alone, not a tuple of it.
    return attrgetter(first, *others) if others else lambda part: (getattr(part, first),)


_ASKED_ELSEWHERE = frozenset({("cancellation", "reason")})
"""What may not be blank by a rule of its own, with a closer code."""


@cache
def must_be_filled(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The text elements of a head or line that the schema demands. It takes a single blank for one, so D27 does not."""
    return tuple(one.name for one in msgspec.structs.fields(struct) if one.required and one.type is str)


def _paid_is_the_sum(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    due = EXACT.subtract(add((head.goodsValue, head.freight, head.taxTotal)), head.discount)
    if not amounts_agree(head.acturalPaid, due, paper.tolerance):
        yield Finding(R.D01, "OrderHead/acturalPaid", show(head.acturalPaid), show(due))


def _goods_value_is_the_sum(paper: Paper) -> Iterator[Finding]:
    total = add(line.totalPrice for line in paper.lines)
    if not amounts_agree(paper.head.goodsValue, total, paper.tolerance):
        yield Finding(R.D02, "OrderHead/goodsValue", show(paper.head.goodsValue), show(total))


def _line_totals(paper: Paper) -> Iterator[Finding]:
    tolerance = paper.tolerance
    for at, line in enumerate(paper.lines, 1):
        total = EXACT.multiply(line.price, line.qty)
        if not amounts_agree(line.totalPrice, total, tolerance):
            yield Finding(R.D03, paper.at_line(at, "totalPrice"), show(line.totalPrice), show(total))


def _currency(paper: Paper) -> Iterator[Finding]:
    # The schema fixes it already; an empty element counts as 142. Asked again, because all sums rest on it.
    if (paper.head.currency or "142") != "142":
        yield Finding(R.D04, paper.at_head("currency"), paper.head.currency, "142")
    for at, line in enumerate(paper.lines, 1):
        if (line.currency or "142") != "142":
            yield Finding(R.D04, paper.at_line(at, "currency"), line.currency, "142")


def _line_numbers(paper: Paper) -> Iterator[Finding]:
    for at, line in enumerate(paper.lines, 1):
        if line.gnum != at:
            yield Finding(R.D05, paper.at_line(at, "gnum"), str(line.gnum), str(at))


def _one_parcel(paper: Paper) -> Iterator[Finding]:
    if paper.head.packNo != 1:
        yield Finding(R.D06, paper.at_head("packNo"), str(paper.head.packNo), "1")


def _weights(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    if paper.kind == "waybill":
        if head.weight <= 0:
            yield Finding(R.D07, paper.at_head("weight"), show(head.weight), "> 0")
    elif not head.grossWeight >= head.netWeight > 0:
        yield Finding(R.D07, paper.at_head("netWeight"), show(head.netWeight), f"> 0, <= {show(head.grossWeight)}")


def _quantities(paper: Paper) -> Iterator[Finding]:
    for at, line in enumerate(paper.lines, 1):
        if line.qty <= 0:
            yield Finding(R.D08, paper.at_line(at, "qty"), show(line.qty), "> 0")
        if paper.kind != "inventory":
            continue
        if line.qty1 <= 0:
            yield Finding(R.D08, paper.at_line(at, "qty1"), show(line.qty1), "> 0")
        if (line.qty2 is None) != (not line.unit2):
            yield Finding(R.D08, paper.at_line(at, "qty2"), show(line.qty2), f"unit2 {show(line.unit2)}".strip())
        elif line.qty2 is not None and line.qty2 <= 0:
            yield Finding(R.D08, paper.at_line(at, "qty2"), show(line.qty2), "> 0")


def _identity(paper: Paper) -> Iterator[Finding]:
    who = "payer" if paper.kind == "payment" else "buyer"
    id_type, number = getattr(paper.head, f"{who}IdType"), getattr(paper.head, f"{who}IdNumber")
    if id_type != "1":
        yield Finding(R.D10, paper.at_head(f"{who}IdType"), id_type, "1")
    elif fault := id_number_fault(normalise(number)):
        yield Finding(R.D10, paper.at_head(f"{who}IdNumber"), mask(normalise(number)), fault)


def _direction(paper: Paper) -> Iterator[Finding]:
    name = "orderType" if paper.kind == "order" else "ieFlag"
    if (value := getattr(paper.head, name)) != "I":
        yield Finding(R.D12, paper.at_head(name), value, "I")


_NOT_ABROAD = frozenset({"142", "701", "702", "999"})
"""China itself, and the codes of countries.csv that name no place: unknown, United Nations, neutral packaging."""


def _trade_mode(paper: Paper) -> Iterator[Finding]:
    head = paper.head
    if head.tradeMode == "9610":
        for name in ("trafNo", "voyageNo", "billNo"):
            if not (getattr(head, name) or "").strip():
                yield Finding(R.D13, paper.at_head(name))
        if head.country in _NOT_ABROAD:
            yield Finding(R.D13, paper.at_head("country"), head.country)
    elif head.tradeMode in ("1210", "1239"):
        for name in ("emsNo", "areaCode", "areaName"):
            if not (getattr(head, name) or "").strip():
                yield Finding(R.D14, paper.at_head(name))
        for at, line in enumerate(paper.lines, 1):
            if not (line.itemRecordNo or "").strip():
                yield Finding(R.D14, paper.at_line(at, "itemRecordNo"))
        if head.country != "142":
            yield Finding(R.D14, paper.at_head("country"), head.country, "142")
    else:
        yield Finding(R.D16, paper.at_head("tradeMode"), head.tradeMode, "9610 1210 1239")


_SERVER_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "inventory": ("preNo", "invtNo"),
    "cancellation": ("preNo",),  # its invtNo is that of the inventory it is about
    "goods_return": ("preNo",),
    "entry_list": ("preNo", "rkdNo"),
}


def _server_numbers(paper: Paper) -> Iterator[Finding]:
    if paper.head.appType != "1":
        return
    for name in _SERVER_NUMBERS[paper.kind]:
        if value := (getattr(paper.head, name) or "").strip():
            yield Finding(R.D17, paper.at_head(name), value)


_MOMENTS: Mapping[str, str] = {"payment": "payTime", "waybill_status": "logisticsTime"}
"""The time of which a document speaks, besides that of its filing."""


def _times(paper: Paper) -> Iterator[Finding]:
    latest = paper.received + timedelta(minutes=paper.law.setting("app_time_ahead_minutes_max").int)
    filed = read_time(paper.head.appTime)
    if filed is None or filed > latest:
        yield Finding(R.D18, paper.at_head("appTime"), paper.head.appTime)
    if name := _MOMENTS.get(paper.kind):
        value = getattr(paper.head, name)
        at = read_time(value)
        if at is None or at > latest:
            yield Finding(R.D18, paper.at_head(name), value)
    if paper.kind == "inventory":
        yield from _days(paper)


def _days(paper: Paper) -> Iterator[Finding]:
    head, today = paper.head, china_day(paper.received)
    declared, days_max = read_day(head.declTime), paper.law.setting("decl_time_days_max").int
    if declared is None or abs((declared - today).days) > days_max:
        yield Finding(R.D18, paper.at_head("declTime"), head.declTime, today.strftime("%Y%m%d"))
    if head.ieDate and read_day(head.ieDate) is None:
        yield Finding(R.D18, paper.at_head("ieDate"), head.ieDate)


DELETION_CHECKS: tuple[Check, ...] = (_times,)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "order": (_paid_is_the_sum, _goods_value_is_the_sum, _line_totals, _currency, _line_numbers, _quantities,
              _identity, _direction, codes_are_known, _times, within_bounds, _nothing_blank),
    "payment": (_currency, _identity, _times, within_bounds, _nothing_blank),
    "waybill": (_currency, _one_parcel, _weights, _times, within_bounds, _nothing_blank),
    "inventory": (_server_numbers, _line_totals, _currency, _line_numbers, _one_parcel, _weights, _quantities,
                  _identity, _direction, _trade_mode, codes_are_known, _times, within_bounds, _nothing_blank),
    "cancellation": (_server_numbers, codes_are_known, _times, _nothing_blank),
    "goods_return": (_server_numbers, _quantities, codes_are_known, _times, within_bounds, _nothing_blank),
    "entry_list": (_server_numbers, _line_numbers, _direction, codes_are_known, _times, _nothing_blank),
    "waybill_status": (codes_are_known, _times, _nothing_blank),
}  # fmt: skip
