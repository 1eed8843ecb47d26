"""Records that nothing decided: what the door refused, and what an earlier version answered without deciding.

Waybill status, cancellation, goods return and warehouse entry list once got the official code for "checks failed" and
rule E01 at once. New ones are decided; a replay of a store that has such events answers them as they were answered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from tongguan.ceb.messages import MESSAGES
from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Decision, Receipt
from tongguan.engine.causes import Cause
from tongguan.store.filing import Filing
from tongguan.store.packing import record_class

RULE = "E01"
NO_PRE_NO = "0" * 18
"""A receipt must carry a preNo; a record that has none gets eighteen zeros, which no number of ours ever is."""


class _Answer(NamedTuple):
    receipt: str
    code: str
    zh: str
    en: str


ANSWERS = {
    "CEB513Message": _Answer("CEB514Message", "-505011", "运单状态", "waybill status"),
    "CEB623Message": _Answer("CEB624Message", "-623001", "撤销申请单", "cancellation request"),
    "CEB625Message": _Answer("CEB626Message", "-625001", "退货申请单", "goods return request"),
    "CEB711Message": _Answer("CEB712Message", "-800001", "入库明细单", "warehouse entry list"),
}


def decide_unhandled(cause: Cause) -> Decision:
    """The answer to one record of a kind that nothing decides yet."""
    assert isinstance(cause.filing, Filing)
    answer = ANSWERS.get(cause.message_type)
    if answer is None:
        return Decision(outcome="refused", status="", problems=(_problem(cause, "报文", "message", ""),))
    problem = _problem(cause, answer.zh, answer.en, answer.code)
    receipt = Receipt(
        answer.receipt,
        _keys(answer.receipt, cause.record),
        answer.code,
        f"[{RULE};{problem.text_zh}]",
        (cause.filing.sender,),
    )
    return Decision(outcome="refused", status=answer.code, receipts=(receipt,), problems=(problem,))


def decide_refused(cause: Cause) -> Decision:
    """What the door refused stays on record; its CEB900 went out with the answer."""
    assert isinstance(cause.filing, Filing)
    return Decision(outcome="refused", status="", problems=cause.filing.refused)


def _problem(cause: Cause, zh: str, en: str, code: str) -> Problem:
    return Problem(
        rule_id=RULE,
        document=cause.message_type,
        path="",
        code=code,
        text_zh=f"本系统尚不处理{zh}",
        text_en=f"this system does not handle a {en} yet",
        fix_zh="请通过海关现有渠道办理",
        fix_en="use the existing channel of customs for now",
    )


def _keys(receipt_type: str, record: Any) -> tuple[tuple[str, str], ...]:
    """The elements of the receipt that the record names, in schema order."""
    heads = [record, *(getattr(record, field.name) for field in msgspec.structs.fields(type(record)))]
    found: list[tuple[str, str]] = []
    for field in msgspec.structs.fields(record_class(receipt_type)):
        if field.name == "guid" or field.name.startswith("return"):
            continue
        value = next((text for head in heads if isinstance(text := getattr(head, field.name, None), str)), None)
        if value is None and field.name == "preNo" and field.required:
            value = NO_PRE_NO
        if value is not None:
            found.append((field.name, value))
    return tuple(found)


assert all(answer.receipt in MESSAGES for answer in ANSWERS.values())
