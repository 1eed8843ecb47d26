"""The checks on pulled payment data: held against the order and the payment that were filed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from tongguan.ceb.pay_exchange import PaidOrder, PayExchange, PayHead
from tongguan.ceb.problem import Problem
from tongguan.clearance import payment_pull_rules as R
from tongguan.clearance.compare import show
from tongguan.clearance.likeness import likeness
from tongguan.clearance.model import Case, Document, Facts, FactsMissing, Pulled
from tongguan.clearance.times import read_time
from tongguan.codes.catalogue import table
from tongguan.law.inforce import LawAt
from tongguan.law.money import add

YUAN = "142"
_HEAD = "payExchangeInfoHead"
_LISTS = "payExchangeInfoLists"


def upload_problems(case: Case, event: Pulled, facts: Facts, law: LawAt) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Everything that is wrong with an upload, and the ids of the settings asked. Raises FactsMissing.

    The signature comes first: of data that nobody signed nothing else is said.
    """
    if event.exchange is None or event.verdict is None or case.existing is None:
        raise FactsMissing("an upload without data, verdict or order")
    if problems := tuple(_signature(event, facts)):
        return problems, ()
    payment = _payment(case, event.exchange.payExchangeInfoHead)
    found = [
        *_names(event),
        *_codes(event.exchange.payExchangeInfoHead),
        *_parties(event, payment),
        *_amount(event.exchange, facts),
        *_time(event.exchange.payExchangeInfoHead, payment, law),
        *_goods(case.existing, event.exchange, law),
        *_receivers(case.existing, event.exchange, facts, law),
    ]
    rows = ("pull_time_tolerance_minutes", "pull_names_differ", "pull_name_likeness_share")
    return tuple(found), tuple(law.setting(key).id for key in rows)


def failing(problems: Iterable[Problem], law: LawAt) -> tuple[Problem, ...]:
    """Those of the problems that fail a pull; the others are told."""
    told = R.NOTES | (R.NAMES if law.setting("pull_names_differ").value == "note" else frozenset())
    return tuple(problem for problem in problems if problem.rule_id not in told)


def _signature(event: Pulled, facts: Facts) -> Iterator[Problem]:
    verdict, row = event.verdict, facts.certificate
    at = facts.received_at or facts.now
    assert verdict is not None, "asked before"
    if verdict.step != "ok":
        yield R.PP03.problem("payment", "signValue", found=verdict.step)
    elif row is None or row.party_code != event.key[0]:
        yield R.PP03.problem("payment", "certNo", found=verdict.number, expected=event.key[0])
    elif row.revoked_at is not None and row.revoked_at <= at:
        yield R.PP03.problem("payment", "certNo", found=f"{verdict.number} revoked")
    elif not row.not_before <= at <= row.not_after or row.chain != "ok":
        yield R.PP03.problem("payment", "certNo", found=f"{verdict.number} not in force")


def _payment(case: Case, head: PayHead) -> Document:
    """The filed payment that the upload means: the one with its transaction number, else the one filed last."""
    standing = [one for one in case.payments if not one.deleted and one.record is not None]
    if not standing:
        raise FactsMissing("the payments of the order")
    return max(
        standing,
        key=lambda one: (one.record.PaymentHead.payTransactionId == head.payTransactionId, one.app_time, one.key),
    )


def _names(event: Pulled) -> Iterator[Problem]:
    if event.misspelt:
        yield R.PP04.problem("payment", "payExchangeInfoList", found="payExchangeInfoList", expected=_LISTS)


def _codes(head: PayHead) -> Iterator[Problem]:
    for name, code, codes in (
        ("verDept", head.verDept, "pull_ver_dept"),
        ("payType", head.payType, "pull_pay_type"),
        ("currency", head.currency, "currencies"),
    ):
        if code and code not in table(codes):
            yield R.PP13.problem("payment", f"{_HEAD}/{name}", found=code, expected=" ".join(table(codes))[:100])


def _parties(event: Pulled, payment: Document) -> Iterator[Problem]:
    assert event.exchange is not None, "asked before"
    head, filed = event.exchange.payExchangeInfoHead, payment.record.PaymentHead
    if head.ebpCode != event.key[0]:
        yield R.PP05.problem("payment", f"{_HEAD}/ebpCode", found=head.ebpCode, expected=event.key[0])
    numbers = [one.orderNo for one in event.exchange.payExchangeInfoLists]
    if event.key[1] not in numbers:
        yield R.PP06.problem("payment", f"{_LISTS}/orderNo", found=" ".join(numbers)[:200], expected=event.key[1])
    for name in ("payCode", "payTransactionId"):
        if getattr(head, name) != getattr(filed, name):
            yield R.PP07.problem("payment", f"{_HEAD}/{name}", found=getattr(head, name), expected=getattr(filed, name))


def _amount(exchange: PayExchange, facts: Facts) -> Iterator[Problem]:
    """The amount of the whole payment against what was paid for each of its orders, as far as these were filed."""
    head = exchange.payExchangeInfoHead
    if head.currency != YUAN:
        yield R.PP09.problem("payment", f"{_HEAD}/currency", found=head.currency, expected=YUAN)
        return
    paid = add(amount for _, amount in facts.paid_orders) if facts.paid_orders else Decimal(0)
    if head.totalAmount < paid:
        yield R.PP08.problem(
            "payment", f"{_HEAD}/totalAmount", found=show(head.totalAmount), expected=f">= {show(paid)}"
        )


def _time(head: PayHead, payment: Document, law: LawAt) -> Iterator[Problem]:
    filed = payment.record.PaymentHead.payTime
    traded, paid = read_time(head.tradingTime), read_time(filed)
    tolerance = timedelta(minutes=law.setting("pull_time_tolerance_minutes").int)
    if traded is None or paid is None or abs(traded - paid) > tolerance:
        yield R.PP10.problem("payment", f"{_HEAD}/tradingTime", found=head.tradingTime, expected=filed)


def _goods(order: Document, exchange: PayExchange, law: LawAt) -> list[Problem]:
    """Each line of the order wants a name like its own among the goods that the platform shows for that order."""
    least = law.setting("pull_name_likeness_share").decimal
    shown = [goods.gname for one in _of_order(order, exchange) for goods in one.goodsInfo]
    return [
        R.PP11.problem(
            "order", f"OrderList[{line.gnum}]/itemName", found=line.itemName, expected=" | ".join(shown)[:200]
        )
        for line in order.record.OrderList
        if not any(likeness(line.itemName, name) >= least for name in shown)
    ]


def _receivers(order: Document, exchange: PayExchange, facts: Facts, law: LawAt) -> list[Problem]:
    """Who gets the money should be the merchant, by the name filed or the one registered."""
    least, head = law.setting("pull_name_likeness_share").decimal, order.record.OrderHead
    registered = facts.party(head.ebcCode)
    names = [head.ebcName, *([registered.name] if registered else [])]
    return [
        R.PP12.problem("order", f"{_LISTS}/recpName", found=one.recpName, expected=names[0])
        for one in _of_order(order, exchange)
        if not any(likeness(one.recpName, name) >= least for name in names)
    ]


def _of_order(order: Document, exchange: PayExchange) -> tuple[PaidOrder, ...]:
    return tuple(one for one in exchange.payExchangeInfoLists if one.orderNo == order.key[1])
