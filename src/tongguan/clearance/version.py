"""The key and the version: repeats, new versions, changes and deletions of a document that is already there."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Case, Document, RecordFiled
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import KINDS, Rule

EXISTS = Rule(
    id="K01", stage="arrival", documents=KINDS, fields=("appType",),
    zh="已存在相同编号的单证，请勿重复申报", en="a document with this number was already filed; do not file it again",
    fix_zh="内容有误的，用 appType 2 变更；内容无误的，无需再报",
    fix_en="use appType 2 if something is wrong with it; else there is nothing to do",
    source="specification 202205 ch. 7; field -621041", confidence="high",
    codes={"order": "-301010", "payment": "-401007", "waybill": "-504015", "inventory": "-621004"},
)  # fmt: skip
OLD = Rule(
    id="K02", stage="arrival", documents=KINDS, fields=("appTime",),
    zh="接收报文为旧报文数据，不做处理：报送时间不晚于已存单证", en="older than what is stored: appTime is not later",
    fix_zh="以较晚的报送时间重新申报", fix_en="file again with a later appTime",
    source="specification 202205 ch. 7; an equal time with other content counts as old (ours)", confidence="high",
    codes={"order": "-301014", "payment": "-401012", "waybill": "-505016", "inventory": "-621055"},
)  # fmt: skip
LOCKED = Rule(
    id="K03", stage="arrival", documents=("order", "payment", "waybill"), fields=("appType",),
    zh="该单证已向海关申报清单，状态不符", en="an accepted inventory uses this document: it can no longer be changed",
    fix_zh="清单退单或撤销后才能变更", fix_en="it can be changed after the inventory is rejected or cancelled",
    source="specification 202205 ch. 7", confidence="high",
    codes={"order": "-301011", "payment": "-401008", "waybill": "-504016"},
)  # fmt: skip
ABSENT = Rule(
    id="K04", stage="arrival", documents=KINDS, fields=("appType",),
    zh="未找到要变更或删除的单证", en="there is no document to change or delete",
    fix_zh="核对编号；首次申报用 appType 1", fix_en="check the number; a first filing has appType 1",
    source="specification 202205 ch. 7; field -621042", confidence="high",
    codes={"order": "-301009", "payment": "-401006", "waybill": "-504014", "inventory": "-621042"},
)  # fmt: skip
STATE = Rule(
    id="K05", stage="arrival", documents=("inventory",), fields=("appType",),
    zh="清单状态不允许改单或删除", en="the state of the inventory does not allow a change or a deletion",
    fix_zh="海关已入库的清单请用撤销申请（CEB623）", fix_en="ask for cancellation (CEB623) of an accepted inventory",
    source="field code", confidence="medium", codes={"inventory": "-621043"},
)  # fmt: skip
NUMBERS = Rule(
    id="K06", stage="arrival", documents=("inventory",), fields=("preNo", "invtNo"),
    zh="改单须填写回执给出的预录入编号和清单编号，且不允许修改",
    en="a change carries preNo and invtNo as the receipts gave them",
    fix_zh="按最近一次回执填写 preNo；已有 invtNo 的一并填写",
    fix_en="copy preNo from the last receipt, and invtNo where there is one",
    source="field code", confidence="medium", codes={"inventory": "-621053"},
)  # fmt: skip
APP_TYPE = Rule(
    id="K07", stage="arrival", documents=KINDS, fields=("appType", "appStatus"),
    zh="报送类型只能为1、2、3，业务状态只能为1、2", en="appType is not 1, 2 or 3, or appStatus is not 1 or 2",
    fix_zh="更正报送类型或业务状态", fix_en="correct appType or appStatus",
    source="specification 202205", confidence="high",
)  # fmt: skip
OTHERS = Rule(
    id="K08", stage="arrival", documents=KINDS, fields=("BaseTransfer.copCode",),
    zh="该单证由其他企业申报，不能由本企业变更、删除或重报", en="another company filed this document: you cannot replace it",
    fix_zh="由原申报企业办理", fix_en="the company that filed it has to do this",
    source="our reading of who answers for a document", confidence="medium",
    codes={"inventory": "-621016"},
)  # fmt: skip
ORDER_TAKEN = Rule(
    id="M17", stage="arrival", documents=("inventory",), fields=("ebpCode", "orderNo"),
    zh="该订单已有其他清单申报，一份订单只对应一份清单", en="another live inventory was filed for this order: one order, one inventory",
    fix_zh="核对订单编号；原清单有误的，先撤销或删除原清单",
    fix_en="check orderNo; cancel or delete the other inventory first if that one is wrong",
    source="specification 202205 ch. 7", confidence="medium", codes={"inventory": "-621004"},
)  # fmt: skip

RULES = (EXISTS, OLD, LOCKED, ABSENT, STATE, NUMBERS, APP_TYPE, OTHERS, ORDER_TAKEN)

REPLACEABLE = frozenset({"1", "4", "100"})
"""States in which a new filing of the same key makes a new version."""


class Step(NamedTuple):
    """What a filing does to its key: add, change or delete; or why it may not."""

    action: Literal["add", "change", "delete"]
    problem: Problem | None = None


def is_repeat(event: RecordFiled, existing: Document | None) -> bool:
    """Whether this very record, from this very sender, already made a version of the document."""
    return (
        existing is not None
        and existing.sender == event.sender
        and (event.digest == existing.digest or event.digest in existing.former)
    )


def next_step(event: RecordFiled, case: Case, sender_code: str) -> Step:
    """What the filing does, in the order of the questions: known type, same filer, there at all, free, newer, state."""
    head, existing = head_of(event.kind, event.record), case.existing
    if head.appType not in _ACTIONS or head.appStatus not in ("1", "2"):
        return Step("add", _problem(APP_TYPE, event, "appType", f"{head.appType} {head.appStatus}"))
    action = _ACTIONS[head.appType]
    if existing is not None and existing.sender_code != sender_code:
        return Step(action, _problem(OTHERS, event, "appType"))
    if action == "add":
        return Step(action, _no_addition(event, head, existing) or _order_taken(event, head, case))
    if existing is None or existing.deleted:
        return Step(action, _problem(ABSENT, event, "appType"))
    problem = _no_change(event, head, existing)
    if problem is None and action == "change":
        problem = _order_taken(event, head, case)
    return Step(action, problem)


def is_live(inventory: Document) -> bool:
    """Whether an inventory still claims its order: filed or accepted, neither rejected nor deleted."""
    return not inventory.deleted and inventory.status != "100" and not inventory.status.startswith("-")


def _no_addition(event: RecordFiled, head: Any, existing: Document | None) -> Problem | None:
    if existing is None:
        return None
    if not existing.deleted and existing.status not in REPLACEABLE:
        return _problem(EXISTS, event, "appType", expected=existing.status)
    return _not_newer(event, head, existing)


def _no_change(event: RecordFiled, head: Any, existing: Document) -> Problem | None:
    if existing.used_by is not None:
        return _problem(LOCKED, event, "appType")
    if event.kind == "inventory":
        if existing.status not in ("1", "2", "4", "100"):
            return _problem(STATE, event, "appType", expected=existing.status)
        if (head.preNo or "") != existing.pre_no:
            return _problem(NUMBERS, event, "preNo", head.preNo or "", existing.pre_no)
        if (head.invtNo or "") != existing.invt_no:
            return _problem(NUMBERS, event, "invtNo", head.invtNo or "", existing.invt_no)
    return _not_newer(event, head, existing)


def _not_newer(event: RecordFiled, head: Any, existing: Document) -> Problem | None:
    if head.appTime > existing.app_time:
        return None
    return _problem(OLD, event, "appTime", head.appTime, f"> {existing.app_time}")


def _order_taken(event: RecordFiled, head: Any, case: Case) -> Problem | None:
    if event.kind != "inventory":
        return None
    for other in case.inventories:
        if other.key != event.key and is_live(other):
            named = " ".join(filter(None, (*other.key, other.pre_no, other.invt_no)))
            return _problem(ORDER_TAKEN, event, "orderNo", head.orderNo, named)
    return None


def _problem(rule: Rule, event: RecordFiled, element: str, found: str = "", expected: str = "") -> Problem:
    return rule.problem(event.kind, element, found=found, expected=expected)


_ACTIONS: dict[str, Literal["add", "change", "delete"]] = {"1": "add", "2": "change", "3": "delete"}
