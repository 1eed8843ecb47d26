"""M03 to M14, M17: the documents of one inventory against each other. Every compared pair is kept, equal or not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from tongguan.ceb.person import PERSON_ELEMENTS, mask
from tongguan.ceb.problem import Problem
from tongguan.clearance import match_rules as R
from tongguan.clearance.compare import amounts_agree, show, texts_agree
from tongguan.clearance.model import Compared, Document
from tongguan.clearance.rule import Rule
from tongguan.codes.identity import normalise
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT

Agree = Callable[[Any, Any, Decimal], bool]


class Papers(NamedTuple):
    """The four documents of one inventory, all there."""

    order: Document
    payment: Document
    waybill: Document
    inventory: Document


class Matched(NamedTuple):
    """All that was compared, what of it is wrong, and the rows of the settings that said how near is near enough."""

    compared: tuple[Compared, ...]
    problems: tuple[Problem, ...]
    law_rows: tuple[str, ...]


def _amount(left: Decimal | None, right: Decimal | None, tolerance: Decimal) -> bool:
    zero = Decimal(0)
    return amounts_agree(left or zero, right or zero, tolerance)  # an absent charge is none


def _text(left: str | None, right: str | None, _: Decimal) -> bool:
    return texts_agree(left, right)


def _number(left: str, right: str, _: Decimal) -> bool:
    return left == right or normalise(left) == normalise(right)


def _exact(left: Decimal, right: Decimal, _: Decimal) -> bool:
    return left == right


def _if_given(left: str | None, right: str | None, _: Decimal) -> bool:
    return not left or not right or texts_agree(left, right)


class Same:
    """One pair of fields that must agree. ``left`` and ``right`` are paths from the documents' names."""

    __slots__ = ("agree", "get_left", "get_right", "left", "personal", "right", "rule")

    def __init__(self, rule: Rule, left: str, right: str, agree: Agree) -> None:
        self.rule, self.left, self.right, self.agree = rule, left, right, agree
        self.get_left, self.get_right = _getter(left), _getter(right)
        self.personal = left.rpartition(".")[2] in PERSON_ELEMENTS or right.rpartition(".")[2] in PERSON_ELEMENTS


class SameLine(NamedTuple):
    """A field of an inventory line that must agree with one of the order's line of the same gnum."""

    left: str
    right: str
    agree: Agree


def _getter(path: str) -> Callable[[Papers], Any]:
    document, _, rest = path.partition(".")
    return attrgetter(f"{document}.record.{rest}")


PAIRS: tuple[Same, ...] = (
    Same(R.M04, "payment.PaymentHead.amountPaid", "order.OrderHead.acturalPaid", _amount),
    Same(R.M07, "waybill.LogisticsHead.orderNo", "order.OrderHead.orderNo", _text),
    Same(R.M08, "waybill.LogisticsHead.consignee", "order.OrderHead.consignee", _text),
    Same(R.M08, "waybill.LogisticsHead.consigneeTelephone", "order.OrderHead.consigneeTelephone", _text),
    Same(R.M08, "waybill.LogisticsHead.consigneeAddress", "order.OrderHead.consigneeAddress", _text),
    Same(R.M09, "inventory.InventoryHead.buyerName", "order.OrderHead.buyerName", _text),
    Same(R.M10, "inventory.InventoryHead.buyerIdType", "order.OrderHead.buyerIdType", _text),
    Same(R.M10, "inventory.InventoryHead.buyerIdNumber", "order.OrderHead.buyerIdNumber", _number),
    Same(R.M11, "inventory.InventoryHead.buyerTelephone", "order.OrderHead.buyerTelephone", _text),
    Same(R.M12, "inventory.InventoryHead.freight", "waybill.LogisticsHead.freight", _amount),
    Same(R.M12, "inventory.InventoryHead.insuredFee", "waybill.LogisticsHead.insuredFee", _amount),
)
# Only where the buyer must be the payer (setting buyer_is_payer).
PAYER_PAIRS = (
    Same(R.M05, "payment.PaymentHead.payerName", "order.OrderHead.buyerName", _text),
    Same(R.M05, "payment.PaymentHead.payerIdNumber", "order.OrderHead.buyerIdNumber", _number),
)
# Only where the order gives them.
PAY_COMPANY = Same(R.M03, "payment.PaymentHead.payCode", "order.OrderHead.payCode", _text)
PAY_TRANSACTION = Same(R.M03_ID, "payment.PaymentHead.payTransactionId", "order.OrderHead.payTransactionId", _text)

LINE_PAIRS = (
    SameLine("gname", "itemName", _text),
    SameLine("qty", "qty", _exact),
    SameLine("unit", "unit", _text),
    SameLine("price", "price", _amount),
    SameLine("totalPrice", "totalPrice", _amount),
    SameLine("country", "country", _text),
    SameLine("itemNo", "itemNo", _if_given),
)


_SETTINGS = ("amount_tolerance_yuan", "waybill_weight_tolerance_share", "buyer_is_payer")


def match(papers: Papers, law: LawAt) -> Matched:
    """Compare the four documents. Money agrees within the setting amount_tolerance_yuan, weights within their share."""
    tolerance = law.setting("amount_tolerance_yuan").decimal
    compared: list[Compared] = []
    problems: list[Problem] = []
    for same in _pairs_for(papers, law):
        left, right = same.get_left(papers), same.get_right(papers)
        equal = same.agree(left, right, tolerance)
        compared.append(Compared(same.rule.id, same.left, show(left), same.right, show(right), equal, same.personal))
        if not equal:
            problems.append(_differs(same.rule, same.left, left, right, same.personal))
    _weigh(papers, law, compared, problems)
    _match_lines(papers, tolerance, compared, problems)
    return Matched(
        tuple(compared), tuple(problems) + _used_elsewhere(papers), tuple(law.setting(key).id for key in _SETTINGS)
    )


def _pairs_for(papers: Papers, law: LawAt) -> tuple[Same, ...]:
    order = papers.order.record.OrderHead
    pairs = PAIRS
    if law.setting("buyer_is_payer").yes:
        pairs += PAYER_PAIRS
    if order.payCode:
        pairs += (PAY_COMPANY,)
    if order.payTransactionId:
        pairs += (PAY_TRANSACTION,)
    return pairs


def _weigh(papers: Papers, law: LawAt, compared: list[Compared], problems: list[Problem]) -> None:
    share = law.setting("waybill_weight_tolerance_share").decimal
    left, right = papers.waybill.record.LogisticsHead.weight, papers.inventory.record.InventoryHead.grossWeight
    near = abs(EXACT.subtract(left, right)) <= EXACT.multiply(right, share)
    paths = ("waybill.LogisticsHead.weight", "inventory.InventoryHead.grossWeight")
    compared.append(Compared(R.D07_WAYBILL.id, paths[0], show(left), paths[1], show(right), near))
    if not near:
        problems.append(_differs(R.D07_WAYBILL, paths[0], left, right, False))


def _match_lines(papers: Papers, tolerance: Decimal, compared: list[Compared], problems: list[Problem]) -> None:
    ours, theirs = papers.inventory.record.InventoryList, papers.order.record.OrderList
    counts = (len(ours), len(theirs))
    compared.append(
        Compared(R.M13.id, "inventory.InventoryList", str(counts[0]), "order.OrderList", str(counts[1]),
                 counts[0] == counts[1])
    )  # fmt: skip
    if counts[0] != counts[1]:
        problems.append(_differs(R.M13, "inventory.InventoryList", *counts, False))
    by_number = {line.gnum: line for line in theirs}
    for line in ours:
        other = by_number.get(line.gnum)
        if other is None:
            continue  # the counts differ then, since both count from 1: M13 speaks
        for same in LINE_PAIRS:
            left, right = getattr(line, same.left), getattr(other, same.right)
            equal = same.agree(left, right, tolerance)
            path = f"inventory.InventoryList[{line.gnum}].{same.left}"
            compared.append(
                Compared(R.M14.id, path, show(left), f"order.OrderList[{line.gnum}].{same.right}", show(right), equal)
            )
            if not equal:
                problems.append(_differs(R.M14, path, left, right, False))


def _used_elsewhere(papers: Papers) -> tuple[Problem, ...]:
    ours = papers.inventory.key
    return tuple(
        R.M17_USED.problem(document.kind, "", found=" ".join(document.key), expected=" ".join(document.used_by))
        for document in (papers.order, papers.payment, papers.waybill)
        if document.used_by is not None and document.used_by != ours
    )


def _differs(rule: Rule, path: str, left: Any, right: Any, personal: bool) -> Problem:
    document, _, rest = path.partition(".")
    found, expected = show(left), show(right)
    if personal:
        found, expected = mask(found), mask(expected)
    return rule.problem(document, rest.replace(".", "/"), found=found, expected=expected)
