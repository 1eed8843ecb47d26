"""The answers put together by order: through payments and waybills, as customs sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tongguan.clearance.holds import ACCEPTED
from tongguan.clearance.record import head_of, waybill_of_head
from tongguan.clearance.rule import KINDS, REQUESTS
from tongguan.clearance.version import CANCELLED
from tongguan.cli.prediction.foresee import UNKNOWN, Answer

CaseKey = tuple[tuple[str, str], ...]
"""(element, value) of what a case is known by: ebpCode and orderNo; else what its only document is known by."""

REFUSED, REJECTED, WAITING, REVIEW, RELEASED, STORED = (
    "refused", "rejected", "waiting", "review", "released", "stored",
)  # fmt: skip
PREDICTIONS = {
    REFUSED: ("拒收", "refused"),
    REJECTED: ("退单", "rejected"),
    UNKNOWN: ("无法预测", "cannot be foretold"),
    WAITING: ("等待", "waits"),
    REVIEW: ("待审", "held"),
    STORED: ("接收", "stored"),
    RELEASED: ("放行", "released"),
}
"""What may be foretold of a document or a case, the gravest first, in both languages."""
BAD = (REFUSED, REJECTED)
_SET_ASIDE = ("1", CANCELLED)
"""Inventories that go no way: saved only, or cancelled."""


class CaseAnswers(NamedTuple):
    """What is foretold about one order. ``missing`` are the kinds of papers that its inventory would wait for; of an
    order without an inventory, the kinds that are not among the files.
    """

    key: CaseKey
    prediction: str
    answers: tuple[Answer, ...]
    missing: tuple[str, ...]


def prediction_of(answer: Answer) -> str:
    """One word for where a record ends."""
    if answer.outcome == UNKNOWN:
        return UNKNOWN
    status, document = answer.status, answer.document
    if status.startswith("-"):
        return REFUSED
    if status == "100":
        return REJECTED
    if answer.event.kind != "inventory" or status in _SET_ASIDE or (document is not None and document.deleted):
        return STORED
    if status == "2":
        return WAITING
    return REVIEW if status in ACCEPTED else RELEASED


def grouped(answers: Iterable[Answer]) -> list[CaseAnswers]:
    """The cases in the order in which the files first speak of them."""
    answers = list(answers)
    keys = _Keys(answers)
    found: dict[CaseKey, list[Answer]] = {}
    for answer in answers:
        found.setdefault(keys.of(answer), []).append(answer)
    return [_case(key, tuple(members)) for key, members in found.items()]


def _case(key: CaseKey, answers: tuple[Answer, ...]) -> CaseAnswers:
    words = {prediction_of(answer) for answer in answers}
    if RELEASED in words:
        words.discard(STORED)  # the papers of a released inventory are stored; that is not what is asked
    gravest = next(word for word in PREDICTIONS if word in words)
    return CaseAnswers(key, gravest, answers, tuple(_missing(answers)))


def _missing(answers: tuple[Answer, ...]) -> Iterator[str]:
    kinds = {answer.event.kind for answer in answers}
    if "inventory" in kinds:
        waiting = [
            answer.document.missing for answer in answers if answer.document and answer.event.kind == "inventory"
        ]
        yield from waiting[-1] if waiting else ()
    elif kinds <= set(KINDS):
        yield from (kind for kind in KINDS if kind not in kinds)


class _Keys:
    """Which case a record belongs to. A waybill goes with the inventory that names it, else with the order it names."""

    def __init__(self, answers: list[Answer]) -> None:
        self._by_waybill: dict[tuple[str, ...], CaseKey] = {}
        self._by_order_no: dict[str, CaseKey] = {}
        for event in (answer.event for answer in answers):
            head = head_of(event.kind, event.record)
            if event.kind in ("order", "payment", "inventory", *REQUESTS):
                key = _order(head.ebpCode, head.orderNo)
                self._by_order_no.setdefault(head.orderNo, key)
            if event.kind == "inventory":
                self._by_waybill.setdefault(waybill_of_head(head), key)
        for event in (answer.event for answer in answers):
            if event.kind == "waybill":
                order_no = event.record.LogisticsHead.orderNo
                self._by_waybill.setdefault(event.key, self._by_order_no.get(order_no, _order("", order_no)))

    def of(self, answer: Answer) -> CaseKey:
        event = answer.event
        if event.kind == "entry_list":
            return ("operatorCode", event.key[0]), ("copNo", event.key[1])
        if event.kind in ("waybill", "waybill_status"):
            waybill = event.key[:2]
            return self._by_waybill.get(waybill, (("logisticsCode", waybill[0]), ("logisticsNo", waybill[1])))
        head = head_of(event.kind, event.record)
        return _order(head.ebpCode, head.orderNo)


def _order(ebp_code: str, order_no: str) -> CaseKey:
    return ("ebpCode", ebp_code), ("orderNo", order_no)
