"""Order of arrival, repeats, versions and deletions, and one bad record among good ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import permutations

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.companies import parties_of
from tongguan.sandbox.documents import KINDS, DocumentSet
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.faults.planting import GENERAL, Change, changed, moment, plus, version
from tongguan.sandbox.step import (
    ALL_RELEASED,
    NOTHING,
    WAITS,
    Expected,
    Step,
    document_is,
    inventory_is,
    refused,
    rejected,
    step,
    steps,
)

HEADS = {"order": "OrderHead", "payment": "PaymentHead", "waybill": "LogisticsHead", "inventory": "InventoryHead"}
_THERE = {"order": "-301010", "payment": "-401007", "waybill": "-504015", "inventory": "-621004|-621041"}
_OLD = {"order": "-301014", "payment": "-401012", "waybill": "-505016"}
_LOCKED = {"order": "-301011", "payment": "-401008", "waybill": "-504016"}
_ABSENT = {"order": "-301009", "payment": "-401006", "waybill": "-504014", "inventory": "-621042"}
_DOCUMENTS = {
    "order": ("订单", "order"),
    "payment": ("支付单", "payment"),
    "waybill": ("运单", "waybill"),
    "inventory": ("清单", "inventory"),
}
_NOTE = ("note", "沙箱改动")
_SAVED = Expected(status="1", note_zh="暂存", note_en="saved only")


def _rest(document: str) -> list[str]:
    return [kind for kind in KINDS if kind != document]


def _first_then(document: str) -> list[str]:
    """The order of filing in which this document comes first."""
    return [document, *_rest(document)]


def _all_orders(bench: Bench) -> Iterable[Step]:
    for order in permutations(KINDS):
        yield from steps(bench.own(), ALL_RELEASED, order)


def _repeats(bench: Bench) -> Iterable[Step]:
    """Each file a second time while the set waits, and a third time when it is done."""
    filed = bench.own()
    for document in KINDS[:-1]:
        yield step(document, [filed], [ALL_RELEASED[document]])
        yield step(document, [filed], [NOTHING], again=1)
    yield step("inventory", [filed], [ALL_RELEASED["inventory"]])
    for document, back in zip(KINDS, (7, 6, 5, 4), strict=True):
        yield step(document, [filed], [NOTHING], again=back)


def _resent(document: str) -> Callable[[Bench], Iterable[Step]]:
    """The same key as new once more, other in content and later, while the first one waits."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        other = version(filed, document, HEADS[document], "1", moment(bench, 1), _NOTE)
        yield step(document, [filed], [ALL_RELEASED[document]])
        yield step(document, [other], [refused(_THERE[document], "K01")])
        yield from steps(filed, ALL_RELEASED, _rest(document))

    return plan


def _old(document: str) -> Callable[[Bench], Iterable[Step]]:
    """A change whose appTime lies before that of what is stored."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        other = version(filed, document, HEADS[document], "2", moment(bench, -60), _NOTE)
        yield step(document, [filed], [ALL_RELEASED[document]])
        yield step(document, [other], [refused(_OLD[document], "K02")])
        yield from steps(filed, ALL_RELEASED, _rest(document))

    return plan


def _locked(document: str) -> Callable[[Bench], Iterable[Step]]:
    """A change after an accepted inventory uses the document."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        other = version(filed, document, HEADS[document], "2", moment(bench, 1), _NOTE)
        yield from steps(filed, ALL_RELEASED)
        yield step(document, [other], [refused(_LOCKED[document], "K03")])

    return plan


def _absent(document: str, app_type: str) -> Callable[[Bench], Iterable[Step]]:
    """A change or deletion of what was never filed."""

    def plan(bench: Bench) -> Iterable[Step]:
        other = version(bench.own(), document, HEADS[document], app_type, moment(bench, 0))
        yield step(document, [other], [refused(_ABSENT[document], "K04")])

    return plan


def _mended(document: str, field: str, wrong: object) -> Callable[[Bench], Iterable[Step]]:
    """A wrong first version, put right by a change before the inventory is accepted."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        head = HEADS[document]
        right = version(filed, document, head, "2", moment(bench, 1))
        yield step(document, [changed(filed, [(f"{document}.{head}.{field}", wrong)])], [WAITS])
        yield step(document, [right], [ALL_RELEASED[document]])
        yield from steps(filed, ALL_RELEASED, _rest(document))

    return plan


def _deleted(document: str) -> Callable[[Bench], Iterable[Step]]:
    """Filed and taken back before the inventory comes: the inventory waits for it."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        gone = version(filed, document, HEADS[document], "3", moment(bench, 1))
        deleted = Expected(status="2", also=("3",), note_zh="已删除", note_en="deleted")
        yield step(document, [filed], [WAITS])
        yield step(document, [gone], [deleted])
        yield from steps(filed, document_is(document, WAITS), _rest(document))

    return plan


def _saved(bench: Bench) -> Iterable[Step]:
    """An order that is saved only (appStatus 1) brings nothing: the inventory waits for it."""
    filed = bench.own().put("order.OrderHead.appStatus", "1")
    return steps(filed, document_is("order", _SAVED))


def _corrected(bench: Bench) -> Iterable[Step]:
    """Rejected for the amount paid; the payment is changed and the inventory filed again, later: released."""
    filed = bench.own()
    wrong = filed.put("payment.PaymentHead.amountPaid", plus("1"))
    right = version(filed, "payment", "PaymentHead", "2", moment(bench, 1))
    again = version(filed, "inventory", "InventoryHead", "1", moment(bench, 2))
    first = {"order": ALL_RELEASED["order"], "payment": WAITS, "waybill": ALL_RELEASED["waybill"]}
    yield from steps(wrong, {**first, "inventory": rejected("M04", "1332")})
    yield step("payment", [right], [ALL_RELEASED["payment"]])
    yield step("inventory", [again], [ALL_RELEASED["inventory"]])


def _change_without_numbers(bench: Bench) -> Iterable[Step]:
    """A change of a waiting inventory that does not bring the preNo of its receipt."""
    filed = bench.own()
    other = version(filed, "inventory", "InventoryHead", "2", moment(bench, 1), _NOTE)
    yield step("inventory", [filed], [ALL_RELEASED["inventory"]])
    yield step("inventory", [other], [refused("-621053|-621057", "K06")])
    yield from steps(filed, ALL_RELEASED, _rest("inventory"))


def _played(filed: DocumentSet, scenario: str) -> DocumentSet:
    """The set with an inventory that asks for a scenario."""
    return filed.put("inventory.InventoryHead.note", f"SCENARIO:{scenario}")


_RETURNED = inventory_is(rejected("C-REJECT", "1300"))


def _returned(bench: Bench) -> Iterable[Step]:
    """An officer returns the inventory, as the scenario says."""
    return steps(_played(bench.own(), "review-reject"), _RETURNED)


def _changed_after_return(code: str, rule: str, *changes: Change) -> Callable[[Bench], Iterable[Step]]:
    """The inventory got a number of customs before an officer returned it; a change brings none, or another one."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = bench.own()
        other = version(filed, "inventory", "InventoryHead", "2", moment(bench, 1), _NOTE, *changes)
        yield from steps(_played(filed, "review-reject"), _RETURNED)
        yield step("inventory", [other], [refused(code, rule)])

    return plan


def _changed_by_another(bench: Bench) -> Iterable[Step]:
    """A courier may file orders, but not change the one that the platform filed."""
    filed = bench.own(parties=parties_of(0))
    other = version(filed, "order", "OrderHead", "2", moment(bench, 1), _NOTE)
    courier = filed.deal.parties.logistics
    yield step("order", [filed], [ALL_RELEASED["order"]])
    yield step("order", [other], [refused(GENERAL["order"], "K08")], sender=courier, signed_by=courier)
    yield from steps(filed, ALL_RELEASED, _rest("order"))


def _one_bad_record(bench: Bench) -> Iterable[Step]:
    """Three sets in four messages; the second order's sum is wrong: the other two clear."""
    parties = parties_of(0)
    sets: list[DocumentSet] = [bench.own(parties=parties) for _ in range(3)]
    sets[1] = sets[1].put("order.OrderHead.acturalPaid", plus("1"))
    bad = document_is("order", refused("-301008", "D01"))
    for document in KINDS:
        yield step(document, sets, [outcome[document] for outcome in (ALL_RELEASED, bad, ALL_RELEASED)])


def _many_records(bench: Bench) -> Iterable[Step]:
    """A hundred sets in four messages, the most that a message may hold."""
    parties = parties_of(0)
    sets = [bench.good(parties) for _ in range(100)]
    for document in KINDS:
        yield step(document, sets, [ALL_RELEASED[document]] * len(sets))


def _flow(name: str, zh: str, en: str, plan: Callable[[Bench], Iterable[Step]], *, good: bool = False) -> Fault:
    return Fault(name=name, area="flow", zh=zh, en=en, plan=plan, good=good)


def _each(
    name: str, zh: str, en: str, plan: Callable[[str], Callable[[Bench], Iterable[Step]]], kinds: Iterable[str]
) -> list[Fault]:
    """One fault a document; ``{}`` in the sentences is its name."""
    return [
        _flow(f"{name}-{kind}", zh.format(_DOCUMENTS[kind][0]), en.format(_DOCUMENTS[kind][1]), plan(kind))
        for kind in kinds
    ]


FAULTS = (
    _flow("arrival-orders", "二十四种到达顺序：全部放行", "all 24 orders of arrival: released", _all_orders, good=True),
    _flow("repeats", "同一报文重复发送：状态不变", "the same bytes again: nothing changes", _repeats, good=True),
    _flow("many-records", "一个报文一百份单证：全部放行", "a hundred records in a message: released", _many_records, good=True),
    *_each("K01-resent", "等待中的{}以 appType 1 再次申报", "a waiting {} filed as new once more", _resent, KINDS),
    *_each("K02-old", "以较早报送时间变更{}", "a change of the {} with an older appTime", _old, KINDS[:-1]),
    *_each("K03-locked", "清单入库后变更{}", "a change of the {} after its inventory is accepted", _locked, KINDS[:-1]),
    *_each("K04-change", "变更不存在的{}", "a change of a {} that is not there", lambda kind: _absent(kind, "2"), KINDS),
    *_each("K04-delete", "删除不存在的{}", "a deletion of a {} that is not there", lambda kind: _absent(kind, "3"), KINDS),
    _flow("K06-no-numbers", "改单不填预录入编号", "a change of an inventory without its preNo", _change_without_numbers),
    _flow("K06-EMPTY-no-number", "退单后改单不填清单编号", "a change after a rejection that leaves invtNo out",
          _changed_after_return("-621057", "K06-EMPTY")),
    _flow("K06-INVT-other-number", "退单后改单填写另一清单编号", "a change after a rejection that names another invtNo",
          _changed_after_return("-621999", "K06-INVT", ("invtNo", "51412026I999999999"))),
    _flow("K08-courier", "物流企业变更电商平台申报的订单", "a courier changes the order that the platform filed", _changed_by_another),
    _flow("C-REJECT-review", "人工审核后退单（情景）", "returned by an officer after review (a scenario)", _returned),
    _flow("change-order", "入库前更正订单：放行", "an order put right before acceptance: released",
          _mended("order", "consignee", "沙箱另人"), good=True),
    _flow("change-payment", "入库前更正支付单：放行", "a payment put right before acceptance: released",
          _mended("payment", "amountPaid", plus("1")), good=True),
    _flow("change-waybill", "入库前更正运单：放行", "a waybill put right before acceptance: released",
          _mended("waybill", "consignee", "沙箱另人"), good=True),
    _flow("M01-deleted", "订单已删除，清单等待", "the order is deleted; the inventory waits", _deleted("order")),
    _flow("M02-deleted", "支付单已删除，清单等待", "the payment is deleted; the inventory waits", _deleted("payment")),
    _flow("M06-deleted", "运单已删除，清单等待", "the waybill is deleted; the inventory waits", _deleted("waybill")),
    _flow("M01-saved", "订单只是暂存，清单等待", "the order is only saved; the inventory waits", _saved),
    _flow("corrected", "退单后更正并重新申报：放行", "put right and filed again after a rejection: released", _corrected, good=True),
    _flow("D01-one-of-three", "一个报文三份订单，其中一份有误", "one bad record among three: only that one is refused",
          _one_bad_record),
)  # fmt: skip
"""Each entry: name, both languages and the files in their order."""
