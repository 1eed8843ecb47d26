"""CEB623: the cancellation of an accepted inventory that is not released (D21).

Without a hold of an officer it is approved at once; with one it waits at 120 until an officer decides on it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.holds import ACCEPTED, AUTOMATIC, open_holds
from tongguan.clearance.inventory import cancel
from tongguan.clearance.model import Case, Decision, Document, Facts, Hold, RecordFiled
from tongguan.clearance.named import differences
from tongguan.clearance.officer_rules import RETURNED
from tongguan.clearance.receipts import coded, receipt, tell
from tongguan.clearance.record import element_path
from tongguan.clearance.rule import Rule
from tongguan.clearance.turn import SENT, Turn
from tongguan.law.inforce import LawAt

ABSENT = Rule(
    id="D21-ABSENT", stage="arrival", documents=("cancellation",), fields=("invtNo",),
    zh="系统中不存在该清单编号的清单", en="there is no inventory with this number",
    fix_zh="按 CEB622 回执的 invtNo 填写清单编号", fix_en="copy invtNo from the CEB622 receipt of the inventory",
    source="specification 202205 ch. 7", confidence="high", codes={"cancellation": "-623003"},
)  # fmt: skip
STATE = Rule(
    id="D21-STATE", stage="arrival", documents=("cancellation",), fields=("invtNo",),
    zh="清单的状态不符合撤单申报要求：只有已入库、未放行的清单可以撤销",
    en="the state of the inventory does not allow a cancellation: it must be accepted and not released",
    fix_zh="未入库的清单用 appType 3 删除；已放行的申请退货（CEB625）",
    fix_en="delete an inventory that is not accepted (appType 3); ask for a goods return (CEB625) after release",
    source="specification 202205 ch. 7", confidence="high", codes={"cancellation": "-623005"},
)  # fmt: skip
SAME = Rule(
    id="D21-SAME", stage="arrival", documents=("cancellation",),
    fields=("customsCode", "orderNo", "ebpCode", "ebcCode", "logisticsNo", "logisticsCode", "agentCode",
            "buyerIdType", "buyerIdNumber", "buyerName"),
    zh="撤销申请单与所填清单编号的清单不一致", en="the cancellation differs from the inventory that it names",
    fix_zh="按原清单填写企业、单号和订购人", fix_en="copy companies, numbers and buyer from the inventory",
    source="specification 202205, CEB623; ch. 7", confidence="high", codes={"cancellation": "-623014"},
)  # fmt: skip
ONE = Rule(
    id="D21-ONE", stage="arrival", documents=("cancellation",), fields=("invtNo",),
    zh="该清单的撤销申请已存在", en="another cancellation of this inventory is open",
    fix_zh="等待已有申请的结果", fix_en="wait for the answer to that one",
    source="field code; specification 202205 ch. 7 (-623009)", confidence="high",
    codes={"cancellation": "-623999"},
)  # fmt: skip
REASON = Rule(
    id="D21-REASON", stage="arrival", documents=("cancellation",), fields=("reason",),
    zh="撤单原因为空", en="there is no reason for the cancellation",
    fix_zh="填写撤单原因", fix_en="give the reason",
    source="specification 202205 ch. 7", confidence="high", codes={"cancellation": "-623012"},
)  # fmt: skip
RULES = (ABSENT, STATE, SAME, ONE, REASON)

HOLD = "cancellation"
"""The kind of hold that is open on a cancellation while it waits for an officer."""
APPROVED = "撤单申请审核通过"
_PLAYED = "沙箱情景退单 / returned as the scenario says"


def refusals(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> tuple[Problem, ...]:
    """D21 at arrival: what the e-port refuses with a negative code."""
    head = event.record
    if not head.reason.strip():
        return (_at(event, REASON, "reason"),)
    inventory = case.inventory
    if inventory is None or inventory.record is None or inventory.deleted:
        return (_at(event, ABSENT, "invtNo", head.invtNo),)
    if inventory.status not in ACCEPTED:
        return (_at(event, STATE, "invtNo", inventory.status, "120"),)
    if found := differences(event, inventory, SAME):
        return found
    if any(is_open(other) and other.key != event.key for other in case.requests):
        return (_at(event, ONE, "invtNo", head.invtNo),)
    return ()


def proceed(request: Document, case: Case, turn: Turn) -> str:
    """120, and 399 at once if no officer holds the inventory; else it waits for one. The outcome."""
    inventory = case.inventory
    assert inventory is not None, "D21 has refused a cancellation of nothing"
    turn.say(request, "3", SENT)
    turn.change(request, status="120", lapses_at=None)
    turn.say(request, "120", coded("1800"))
    if not any(one.kind not in AUTOMATIC for one in open_holds(inventory)):
        return approve(request, case, turn)
    turn.change(request, holds=(_hold(turn),))
    return _played(request, case, turn)


def _played(request: Document, case: Case, turn: Turn) -> str:
    """It waits, unless a scenario of the sandbox plays the officer who decides on it."""
    match turn.facts.answer("officer"):
        case "release":
            return approve(request, case, turn)
        case "reject":
            return send_back(request, _PLAYED, turn)
    return "review"


def approve(request: Document, case: Case, turn: Turn) -> str:
    """399: the inventory is cancelled, what it held is free, its documents too. The outcome."""
    inventory = case.inventory
    assert inventory is not None, "a cancellation that is open names an inventory"
    turn.change(request, status="399", holds=())
    turn.say(request, "399", f"{coded('2300')}[{APPROVED} / the cancellation is approved]")
    cancel(inventory, case, turn)
    return "cancelled"


def turn_down(request: Document, why: tuple[Problem, ...], info: str, turn: Turn) -> str:
    """100: the inventory stays as it is. The outcome."""
    turn.change(request, status="100", holds=(), problems=why)
    turn.problems = why
    turn.say(request, "100", info)
    return "rejected"


def send_back(request: Document, reason: str, turn: Turn) -> str:
    """100 with code 1300 and the officer's reason. The outcome."""
    why = (RETURNED.problem(request.kind, "", found=reason),)
    return turn_down(request, why, f"{coded('1300')}[{reason}]", turn)


def is_open(request: Document) -> bool:
    """Whether this is a cancellation that waits for an officer."""
    return request.kind == "cancellation" and request.status == "120" and not request.deleted


def overtaken(case: Case, decision: Decision) -> Decision:
    """A decision about an inventory, with 100 for the cancellations that come too late by it (D21)."""
    waiting = tuple(one for one in case.requests if is_open(one))
    subject = decision.documents[0] if decision.documents else None
    if not waiting or subject is None or subject.kind != "inventory" or subject.status in ACCEPTED:
        return decision
    problem = STATE.problem("cancellation", "invtNo", found=subject.status, expected="120")
    documents, receipts = [*decision.documents], [*decision.receipts]
    for request in waiting:
        answer = receipt(request, "100", tell((problem,)))
        receipts.append(answer)
        documents.append(
            msgspec.structs.replace(
                request,
                status="100",
                holds=(),
                problems=(problem,),
                version=request.version + 1,
                last_receipts=(*request.last_receipts, answer),
            )
        )
    return msgspec.structs.replace(decision, documents=tuple(documents), receipts=tuple(receipts))


def _hold(turn: Turn) -> Hold:
    return Hold(
        agency="customs",
        kind=HOLD,
        status="120",
        reason_zh="撤单申请待关员审核",
        reason_en="the cancellation waits for an officer",
        since=turn.facts.now,
    )


def _at(event: RecordFiled, rule: Rule, element: str, found: Any = "", expected: str = "") -> Problem:
    path = element_path(event.kind, event.record_no, element)
    return rule.problem(event.kind, path, found=str(found), expected=expected)
