"""After acceptance: cancellations and goods returns, good ones and each with something wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.documents import DocumentSet
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.faults.planting import moment, plus_text, version
from tongguan.sandbox.requests import cancellation, goods_return, request_step
from tongguan.sandbox.step import (
    NOTHING,
    USED,
    Expected,
    Outcome,
    Step,
    inventory_is,
    refused,
    rejected,
    step,
    steps,
)

Plan = Callable[[Bench], Iterable[Step]]
Change = tuple[str, Any]
GENERAL_623, GENERAL_625 = "-623001", "-625001"
HEAD, LINE = "InvtRefundHead.", "InvtRefundList."
NO_SUCH_NUMBER = "51412026I000000000"
APPROVED = Expected(status="399", note_zh="撤单申请审核通过", note_en="the cancellation is approved")
WAITS_FOR_OFFICER = Expected(status="120", note_zh="等待关员审核", note_en="waits for an officer")
WAITS_FOR_GOODS = Expected(status="120", note_zh="等待货物运抵", note_en="waits for the goods")
BACK = Expected(status="399", note_zh="货物已退回", note_en="the goods are back")
CANCELLED = inventory_is(Expected(status="430", note_zh="已撤销", note_en="cancelled"))
_EXAMINED = Expected(status="500")
_RELEASED = Expected(status="800", note_zh="放行", note_en="released")


def _all_used(inventory: Expected) -> Outcome:
    return {"order": USED, "payment": USED, "waybill": USED, "inventory": inventory}


def _under(scenario: str, filed: DocumentSet) -> DocumentSet:
    """The set whose inventory goes as this scenario says, whatever the lanes draw."""
    return filed.put("inventory.InventoryHead.note", f"SCENARIO:{scenario}")


def _held(bench: Bench) -> DocumentSet:
    return _under("examination", bench.own())


def _out(bench: Bench) -> DocumentSet:
    return _under("release", bench.own())


def _cancelled(scenario: str, note: str, result: Expected, outcome: Outcome) -> Plan:
    """A set under a scenario, then the cancellation of its inventory, perhaps under another."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _under(scenario, bench.own())
        yield from steps(filed, outcome)
        wanted = cancellation(filed, ("note", f"SCENARIO:{note}" if note else None))
        yield request_step("cancellation", filed, wanted, result)

    return plan


def _cancelled_and_filed_anew(bench: Bench) -> Iterable[Step]:
    """The documents are free again: the same inventory, later, is accepted with a new number and released."""
    filed = _under("guarantee-low", bench.own())
    again = version(_under("release", filed), "inventory", "InventoryHead", "1", moment(bench, 1))
    gone = Expected(status="430", also=("120",), note_zh="先入库，后撤销", note_en="accepted, then cancelled")
    yield from steps(filed, _all_used(gone))
    yield request_step("cancellation", filed, cancellation(filed), APPROVED)
    yield step("inventory", [again], [_RELEASED])


def _cancel_repeated(bench: Bench) -> Iterable[Step]:
    filed = _held(bench)
    yield from steps(filed, _all_used(_EXAMINED))
    yield request_step("cancellation", filed, cancellation(filed), WAITS_FOR_OFFICER)
    yield request_step("cancellation", filed, cancellation(filed), NOTHING, again=1)


def _cancel_is(*changes: Change, code: str, rule: str) -> Plan:
    """A cancellation of a held inventory, refused on arrival."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _held(bench)
        yield from steps(filed, _all_used(_EXAMINED))
        yield request_step("cancellation", filed, cancellation(filed, *changes), refused(code, rule))

    return plan


def _cancel_again(number: int, code: str, rule: str, seconds: int) -> Plan:
    """A cancellation waits; another one, or the same number with other content, comes."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _held(bench)
        other = cancellation(filed, ("appTime", moment(bench, seconds)), ("reason", "另一原因"), number=number)
        yield from steps(filed, _all_used(_EXAMINED))
        yield request_step("cancellation", filed, cancellation(filed), WAITS_FOR_OFFICER)
        yield request_step("cancellation", filed, other, refused(code, rule))

    return plan


def _cancel_after_release(bench: Bench) -> Iterable[Step]:
    filed = _out(bench)
    yield from steps(filed, _all_used(_RELEASED))
    yield request_step("cancellation", filed, cancellation(filed), refused("-623005", "D21-STATE"))


def _returned(*lines: tuple[int, str], note: str = "", result: Expected = WAITS_FOR_GOODS) -> Plan:
    """A released set and the return of so much of its lines."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _out(bench)
        yield from steps(filed, _all_used(_RELEASED))
        wanted = goods_return(filed, (HEAD + "note", f"SCENARIO:{note}" if note else None), lines=lines)
        yield request_step("goods_return", filed, wanted, result)

    return plan


def _returned_in_parts(bench: Bench) -> Iterable[Step]:
    """The two pots of honey come back one by one, each with a request of its own."""
    filed = _out(bench)
    yield from steps(filed, _all_used(_RELEASED))
    for number in (1, 2):
        wanted = goods_return(filed, (HEAD + "note", "SCENARIO:goods-back"), lines=((1, "1"),), number=number)
        yield request_step("goods_return", filed, wanted, BACK)


def _return_withdrawn(bench: Bench) -> Iterable[Step]:
    """A request is taken back before the goods have come, and its goods can be asked for again."""
    filed = _out(bench)
    gone = goods_return(filed, (HEAD + "appType", "3"), (HEAD + "appTime", moment(bench, 1)))
    yield from steps(filed, _all_used(_RELEASED))
    yield request_step("goods_return", filed, goods_return(filed), WAITS_FOR_GOODS)
    yield request_step(
        "goods_return", filed, gone, Expected(status="2", also=("3",), note_zh="已删除", note_en="deleted")
    )
    yield request_step("goods_return", filed, goods_return(filed, number=2), WAITS_FOR_GOODS)


def _return_repeated(bench: Bench) -> Iterable[Step]:
    filed = _out(bench)
    yield from steps(filed, _all_used(_RELEASED))
    yield request_step("goods_return", filed, goods_return(filed), WAITS_FOR_GOODS)
    yield request_step("goods_return", filed, goods_return(filed), NOTHING, again=1)


def _return_is(*changes: Change, code: str = GENERAL_625, rule: str) -> Plan:
    """A goods return of a released set, refused on arrival."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _out(bench)
        yield from steps(filed, _all_used(_RELEASED))
        yield request_step("goods_return", filed, goods_return(filed, *changes), refused(code, rule))

    return plan


def _return_before_release(bench: Bench) -> Iterable[Step]:
    filed = _held(bench)
    yield from steps(filed, _all_used(_EXAMINED))
    yield request_step("goods_return", filed, goods_return(filed), refused("-625004", "D22-STATE"))


def _return_then(first: Expected, note: str, *changes: Change, number: int, code: str, rule: str) -> Plan:
    """A goods return is there; another file about the same goods is refused."""

    def plan(bench: Bench) -> Iterable[Step]:
        filed = _out(bench)
        known = goods_return(filed, (HEAD + "note", f"SCENARIO:{note}" if note else None))
        other = goods_return(filed, (HEAD + "appTime", moment(bench, 1)), *changes, number=number)
        yield from steps(filed, _all_used(_RELEASED))
        yield request_step("goods_return", filed, known, first)
        yield request_step("goods_return", filed, other, refused(code, rule))

    return plan


def _life(name: str, zh: str, en: str, plan: Plan, *, good: bool = False) -> Fault:
    return Fault(name=name, area="life", zh=zh, en=en, plan=plan, good=good)


FAULTS = (
    _life("cancel-at-once", "没有关员布控的清单：撤销立即通过", "no officer holds the inventory: cancelled at once",
          _cancelled("guarantee-low", "", APPROVED, CANCELLED), good=True),
    _life("cancel-waits", "查验中的清单：撤销申请等待关员", "an inventory under examination: the cancellation waits",
          _cancelled("examination", "", WAITS_FOR_OFFICER, _all_used(_EXAMINED)), good=True),
    _life("cancel-approved", "关员同意撤销", "an officer approves the cancellation",
          _cancelled("examination", "review-release", APPROVED, CANCELLED), good=True),
    _life("cancel-filed-anew", "撤销后以较晚时间重新申报：放行", "cancelled and filed anew, later: released",
          _cancelled_and_filed_anew, good=True),
    _life("cancel-repeated", "撤销申请重复发送：状态不变", "the same cancellation again: nothing changes",
          _cancel_repeated, good=True),
    _life("return-waits", "退货申请等待货物", "a goods return waits for its goods", _returned(), good=True),
    _life("return-back", "退货完成", "all goods come back", _returned(note="goods-back", result=BACK), good=True),
    _life("return-one-line", "退回一行商品", "one line comes back",
          _returned((2, "1"), note="goods-back", result=BACK), good=True),
    _life("return-in-parts", "同一行分两次退回", "a line comes back in two parts", _returned_in_parts, good=True),
    _life("return-withdrawn", "货物退回前撤回申请后重新申请", "a goods return is withdrawn and asked again",
          _return_withdrawn, good=True),
    _life("return-repeated", "退货申请重复发送：状态不变", "the same goods return again: nothing changes",
          _return_repeated, good=True),
    _life("C-REJECT-cancel", "关员退回撤销申请", "an officer turns the cancellation down",
          _cancelled("examination", "review-reject", rejected("C-REJECT", "1300"), _all_used(_EXAMINED))),
    _life("D21-ABSENT", "撤销不存在的清单", "a cancellation of an inventory that is not there",
          _cancel_is(("invtNo", NO_SUCH_NUMBER), code="-623003", rule="D21-ABSENT")),
    _life("D21-STATE", "清单放行后申请撤销", "a cancellation after release", _cancel_after_release),
    _life("D21-SAME-order", "撤销申请的订单编号与清单不一致", "the cancellation names another order number",
          _cancel_is(("logisticsNo", plus_text("X")), code="-623014", rule="D21-SAME")),
    _life("D21-SAME-buyer", "撤销申请的订购人与清单不一致", "the cancellation names another buyer",
          _cancel_is(("buyerName", "沙箱另人"), code="-623014", rule="D21-SAME")),
    _life("D21-ONE", "同一清单有两份撤销申请", "two cancellations of one inventory", _cancel_again(2, "-623999", "D21-ONE", 1)),
    _life("D21-REASON", "撤单原因只有空格", "the reason of a cancellation is blank",
          _cancel_is(("reason", " "), code="-623012", rule="D21-REASON")),
    _life("K09-cancel-changed", "以 appType 2 申报撤销申请", "a cancellation with appType 2",
          _cancel_is(("appType", "2"), code=GENERAL_623, rule="K09")),
    _life("K01-resent-cancel", "已申报的撤销申请以其他内容再次申报", "a cancellation filed as new once more",
          _cancel_again(1, "-623009", "K01", 1)),
    _life("D17-cancel-pre-no", "撤销申请自填预录入编号", "a cancellation brings its own preNo",
          _cancel_is(("preNo", "C20260101000000001"), code=GENERAL_623, rule="D17")),
    _life("D22-ABSENT", "退货申请的清单不存在", "a goods return of an inventory that is not there",
          _return_is((HEAD + "invtNo", NO_SUCH_NUMBER), code="-625016", rule="D22-ABSENT")),
    _life("D22-STATE", "清单放行前申请退货", "a goods return before release", _return_before_release),
    _life("D22-SAME", "退货申请的运单编号与清单不一致", "the goods return names another waybill",
          _return_is((HEAD + "logisticsNo", plus_text("X")), rule="D22-SAME")),
    _life("D22-LINE-gnum", "清单没有该行", "the inventory has no such line",
          _return_is((LINE + "1.gnum", 9), code="-625209", rule="D22-LINE")),
    _life("D22-LINE-gcode", "商品编码不是该行的", "the goods code is not that of the line",
          _return_is((LINE + "1.gcode", "9999999999"), code="-625209", rule="D22-LINE")),
    _life("D22-GOODS-name", "退货商品名称与清单不一致", "the goods have another name",
          _return_is((LINE + "1.gname", plus_text("X")), code="-625010", rule="D22-GOODS")),
    _life("D22-QTY", "退货数量大于清单数量", "more goods than the line has",
          _return_is((LINE + "1.qty", lambda old: old + 1), rule="D22-QTY")),
    _life("D22-TWICE", "已申请退货的商品再次申请", "goods that are asked for already",
          _return_then(WAITS_FOR_GOODS, "", number=2, code="-625201", rule="D22-TWICE")),
    _life("D08-return", "退货数量为0", "the quantity of a goods return is 0", _return_is((LINE + "1.qty", 0), rule="D08")),
    _life("D17-return-pre-no", "退货申请自填预录入编号", "a goods return brings its own preNo",
          _return_is((HEAD + "preNo", "T20260101000000001"), code="-625008", rule="D17")),
    _life("K01-resent-return", "已申报的退货申请以其他内容再次申报", "a goods return filed as new once more",
          _return_then(WAITS_FOR_GOODS, "", number=1, code="-625033", rule="K01")),
    _life("K04-change-return", "变更不存在的退货申请", "a change of a goods return that is not there",
          _return_is((HEAD + "appType", "2"), code="-625016", rule="K04")),
    _life("K05-return", "货物退回后删除退货申请", "a goods return is deleted after its goods are back",
          _return_then(BACK, "goods-back", (HEAD + "appType", "3"), number=1, code="-625022", rule="K05")),
)  # fmt: skip
"""Each entry: name, both languages and the files in their order."""
