"""CEB625: the return of goods of a released inventory, whole or in parts (D22, D23).

A request that stands waits at 120 until its goods are back in the site they were released from, at the latest on the
last day for that; then it lapses. Only with the goods back are tax, yearly quota and stock given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance import tax_bill, unpaid
from tongguan.clearance.closing import goods_awaited, resume, terms_after
from tongguan.clearance.compare import show, texts_agree
from tongguan.clearance.model import Case, Document, Due, Facts, RecordFiled, Terms
from tongguan.clearance.named import differences
from tongguan.clearance.officer_rules import RETURNED
from tongguan.clearance.receipts import coded, tell
from tongguan.clearance.record import element_path
from tongguan.clearance.remaining import Quantities, give_back_parts, together
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import china_day, china_midnight
from tongguan.clearance.turn import SENT, Turn
from tongguan.clearance.version import STATE as K05
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT

ABSENT = Rule(
    id="D22-ABSENT", stage="arrival", documents=("goods_return",), fields=("invtNo",),
    zh="查无此数据：没有该清单编号的清单", en="there is no inventory with this number",
    fix_zh="按 CEB622 回执的 invtNo 填写清单编号", fix_en="copy invtNo from the CEB622 receipt of the inventory",
    source="specification 202205 ch. 7", confidence="medium", codes={"goods_return": "-625016"},
)  # fmt: skip
STATE = Rule(
    id="D22-STATE", stage="arrival", documents=("goods_return",), fields=("invtNo",),
    zh="清单未放行，不能申请退货", en="the inventory is not released: there is nothing to return",
    fix_zh="放行前请用撤销申请（CEB623）", fix_en="ask for a cancellation (CEB623) before release",
    source="specification 202205, CEB625; ch. 7", confidence="high", codes={"goods_return": "-625004"},
)  # fmt: skip
SAME = Rule(
    id="D22-SAME", stage="arrival", documents=("goods_return",),
    fields=("customsCode", "orderNo", "ebpCode", "ebcCode", "logisticsNo", "logisticsCode", "agentCode",
            "buyerIdType", "buyerIdNumber", "buyerName"),
    zh="退货申请单与所填清单编号的清单不一致", en="the goods return differs from the inventory that it names",
    fix_zh="按原清单填写企业、单号和订购人", fix_en="copy companies, numbers and buyer from the inventory",
    source="specification 202205, CEB625", confidence="high",
)  # fmt: skip
LINE = Rule(
    id="D22-LINE", stage="arrival", documents=("goods_return",), fields=("gnum", "gcode"),
    zh="在关联的清单中未找到该表体序号、商品编号的数据", en="the inventory has no line with this gnum and goods code",
    fix_zh="按原清单表体填写序号和商品编码", fix_en="copy gnum and gcode from the line of the inventory",
    source="specification 202205 ch. 7", confidence="high", codes={"goods_return": "-625209"},
)  # fmt: skip
GOODS = Rule(
    id="D22-GOODS", stage="arrival", documents=("goods_return",), fields=("gname", "unit"),
    zh="退货商品的名称或计量单位与原清单不一致", en="name or unit of the goods differs from the line of the inventory",
    fix_zh="按原清单表体填写品名和单位", fix_en="copy gname and unit from the line of the inventory",
    source="specification 202205, CEB625 gname; ch. 7", confidence="medium", codes={"goods_return": "-625010"},
)  # fmt: skip
QUANTITY = Rule(
    id="D22-QTY", stage="arrival", documents=("goods_return",), fields=("qty",),
    zh="退货数量超过原清单该行的数量", en="the quantity is more than the line of the inventory has",
    fix_zh="退货数量不得大于原清单数量", fix_en="give at most the quantity of the inventory",
    source="specification 202205, CEB625 qty", confidence="high",
)  # fmt: skip
TWICE = Rule(
    id="D22-TWICE", stage="arrival", documents=("goods_return",), fields=("gnum", "qty"),
    zh="存在已申请的退货单证：该行剩余数量不足", en="other goods returns already ask for what is left of this line",
    fix_zh="核对该清单已有的退货申请", fix_en="look at the goods returns already filed for this inventory",
    source="field code", confidence="medium", codes={"goods_return": "-625201"},
)  # fmt: skip
TOO_LATE = Rule(
    id="D23", stage="time", documents=("goods_return",),
    fields=("appTime", "return_request_days", "return_arrival_days"),
    zh="超过申请退货或退货运抵原监管场所的期限，已征税款和已计额度不予退还",
    en="the goods return was asked for, or its goods were back in the site, after the last day: tax and quota stay",
    fix_zh="放行之日起30日内申请，45日内运抵原监管场所（期限见法规参数）",
    fix_en="ask and bring the goods back within the days that the law gives after release",
    source="GACC 2020-45; settings return_request_days, return_arrival_days", confidence="high",
)  # fmt: skip
RULES = (ABSENT, STATE, SAME, LINE, GOODS, QUANTITY, TWICE, TOO_LATE)

LIMIT = "return_limit"
_RELEASED = ("800", "899")


def refusals(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> tuple[Problem, ...]:
    """D22 at arrival: what the e-port refuses with a negative code.

    A request that waits for its goods can be taken back, not changed: a change would be a request of its own day.
    """
    head, existing, inventory = event.record.InvtRefundHead, case.existing, case.inventory
    path = element_path(event.kind, event.record_no, "InvtRefundHead", "invtNo")
    if head.appType == "3":  # what it takes back was checked when it came
        same = existing is not None and inventory is not None and existing.invt_no == inventory.invt_no
        return () if same else (SAME.problem(event.kind, path, found=head.invtNo),)
    if head.appType == "2" and existing is not None and goods_awaited((existing,)):
        return (K05.problem(event.kind, "appType", found=head.appType, expected=existing.status),)
    if inventory is None or inventory.record is None or inventory.deleted:
        return (ABSENT.problem(event.kind, path, found=head.invtNo),)
    if inventory.status not in _RELEASED:
        return (STATE.problem(event.kind, path, found=inventory.status, expected=_RELEASED[0]),)
    return differences(event, inventory, SAME) or tuple(_line_problems(event, inventory, case.requests))


def _line_problems(event: RecordFiled, inventory: Document, requests: Iterable[Document]) -> Iterator[Problem]:
    filed: dict[int, Any] = {line.gnum: line for line in inventory.record.InventoryList}
    elsewhere = dict(_asked_elsewhere(event, inventory, requests))
    here: dict[int, Decimal] = {}
    for at, line in enumerate(event.record.InvtRefundList, 1):
        path = element_path(event.kind, event.record_no, f"InvtRefundList[{at}]", "{}")
        original = filed.get(line.gnum)
        if original is None or original.gcode != line.gcode:
            yield LINE.problem(event.kind, path.format("gnum"), found=f"{line.gnum} {line.gcode}")
            continue
        for name in ("gname", "unit"):
            if not texts_agree(getattr(line, name), getattr(original, name)):
                found, expected = show(getattr(line, name)), show(getattr(original, name))
                yield GOODS.problem(event.kind, path.format(name), found=found, expected=expected)
        here[line.gnum] = asked = EXACT.add(here.get(line.gnum, Decimal(0)), line.qty)
        left = EXACT.subtract(original.qty, elsewhere.get(line.gnum, Decimal(0)))
        if asked > left:
            rule = QUANTITY if asked > original.qty else TWICE
            yield rule.problem(event.kind, path.format("qty"), found=show(asked), expected=f"<= {show(left)}")


def _asked_elsewhere(event: RecordFiled, inventory: Document, requests: Iterable[Document]) -> Quantities:
    """What has come back of each line, and what other requests still wait for."""
    open_ones = (one for one in requests if one.key != event.key and goods_awaited((one,)))
    return together(inventory.returned, *(quantities(one) for one in open_ones))


def quantities(request: Document) -> Quantities:
    """What a goods return asks for, by line of the inventory."""
    return together((line.gnum, line.qty) for line in request.record.InvtRefundList)


def proceed(request: Document, case: Case, turn: Turn) -> str:
    """120 if it was asked in time, with the last day for the goods; else 100. The outcome."""
    inventory = _inventory(case)
    terms = _terms(inventory, turn)
    asked = china_day(turn.facts.received_at or turn.facts.now)
    turn.law_rows = terms.law_rows
    turn.say(request, "3", SENT)
    turn.change(request, lapses_at=None)
    if asked > terms.ask_until:
        late = (_too_late(asked, terms.ask_until, terms.law_rows[0]),)
        return _turn_down(request, inventory, late, tell(late), turn)
    turn.change(request, status="120", law_rows=terms.law_rows, terms=terms)
    turn.say(
        request,
        "120",
        f"{coded('1800')}[货物须在 {terms.back_until} 前（含当日）运抵原监管场所 / "
        f"the goods must be back in the site by the end of {terms.back_until}]",
    )
    if turn.facts.answer("goods") == "back":
        return back(turn.now(request), case, asked, turn)
    turn.due.append(Due(what=LIMIT, kind=request.kind, key=request.key, at=_limit(terms)))
    return "accepted"


def back(request: Document, case: Case, day: date, turn: Turn) -> str:
    """399: the goods are back in the site on ``day``, in time. Tax, yearly quota and stock are given back."""
    inventory = _inventory(case)
    row = turn.law.treatment("returned_in_time")
    returned = together(inventory.returned, quantities(request))
    moves, held = give_back_parts(inventory, returned, turn.law)
    turn.law_rows = (*_granted(request).law_rows, row.id)
    turn.moves += moves
    turn.change(request, status="399", law_rows=turn.law_rows)
    turn.say(request, "399", f"{coded('2300')}[{day} 货物已运抵原监管场所 / the goods were back in the site on {day}]")
    if turn.law.has_setting("goods_return_released") and turn.law.setting("goods_return_released").yes:
        turn.change(request, status="800")
        turn.say(request, "800", coded("2600"))
    turn.change(inventory, returned=returned, held=held)
    if tax_bill.may_be_reissued(inventory.bill):
        tax_bill.reissue(inventory, turn)
        unpaid.lessened(inventory.bill, turn)
    resume(inventory, turn)
    return "returned"


def undo(request: Document, case: Case, turn: Turn) -> None:
    """A request is taken back before its goods have come: what it held up goes on."""
    if case.inventory is not None:
        resume(case.inventory, turn)


def lapse(request: Document, case: Case, turn: Turn) -> str:
    """100: the last day for the goods is over, and nothing is given back. The outcome."""
    terms = _granted(request)
    turn.law_rows = terms.law_rows
    late = (_too_late(terms.back_until + timedelta(days=1), terms.back_until, terms.law_rows[1]),)
    return _turn_down(request, _inventory(case), late, tell(late), turn)


def send_back(request: Document, inventory: Document, reason: str, turn: Turn) -> str:
    """100 with code 1300 and the officer's reason. The outcome."""
    why = (RETURNED.problem(request.kind, "", found=reason),)
    return _turn_down(request, inventory, why, f"{coded('1300')}[{reason}]", turn)


def _turn_down(request: Document, inventory: Document, why: tuple[Problem, ...], info: str, turn: Turn) -> str:
    """100: nothing is given back; what the request held up goes on."""
    turn.change(request, status="100", problems=why)
    turn.problems = why
    turn.say(request, "100", info)
    resume(inventory, turn)
    return "rejected"


def has_lapsed(request: Document, event: Due) -> bool:
    """Whether this due is that of the request as it stands: it waits, and this is the end of its last day."""
    return goods_awaited((request,)) and request.terms is not None and event.at == _limit(request.terms)


def last_day(request: Document) -> date:
    """The last day in China on which the goods of a request that was granted time may be back."""
    return _granted(request).back_until


def _granted(request: Document) -> Terms:
    assert request.terms is not None, "a goods return at 120 has its terms"
    return request.terms


def _terms(inventory: Document, turn: Turn) -> Terms:
    """The last days by the law of the release; an inventory released before they were kept has those of today's law."""
    if inventory.terms is not None:
        return inventory.terms
    assert inventory.released_at is not None, "D22 has refused what is not released"
    return terms_after(china_day(inventory.released_at), turn.law)


def _inventory(case: Case) -> Document:
    assert case.inventory is not None, "D22 has refused a return of nothing"
    return case.inventory


def _limit(terms: Terms) -> datetime:
    return china_midnight(terms.back_until + timedelta(days=1))


def _too_late(found: date, last: date, law_row: str) -> Problem:
    return TOO_LATE.problem("goods_return", "", found=str(found), expected=f"<= {last}", law_row=law_row)
