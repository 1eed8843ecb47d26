"""The key and the version: repeats, new versions, changes and deletions of a document that is already there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from tongguan.ceb.problem import Problem
from tongguan.clearance.model import Case, Document, Facts, RecordFiled
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import ALL_KINDS, REQUESTS, Rule
from tongguan.clearance.times import china_day, china_midnight, months_after
from tongguan.law.inforce import LawAt

EXISTS = Rule(
    id="K01", stage="arrival", documents=ALL_KINDS, fields=("appType",),
    zh="已存在相同编号的单证，请勿重复申报", en="a document with this number was already filed; do not file it again",
    fix_zh="内容有误的，用 appType 2 变更；内容无误的，无需再报",
    fix_en="use appType 2 if something is wrong with it; else there is nothing to do",
    source="specification 202205 ch. 7; field -621041", confidence="high",
    codes={
        "order": "-301010", "payment": "-401007", "waybill": "-504015", "inventory": "-621004",
        "cancellation": "-623009", "goods_return": "-625033", "entry_list": "-800003", "waybill_status": "-505012",
    },
)  # fmt: skip
OLD = Rule(
    id="K02", stage="arrival", documents=ALL_KINDS, fields=("appTime",),
    zh="接收报文为旧报文数据，不做处理：报送时间不晚于已存单证", en="older than what is stored: appTime is not later",
    fix_zh="以较晚的报送时间重新申报", fix_en="file again with a later appTime",
    source="specification 202205 ch. 7; an equal time with other content counts as old (ours)", confidence="high",
    codes={
        "order": "-301014", "payment": "-401012", "waybill": "-505016", "inventory": "-621055", "entry_list": "-800005",
        "waybill_status": "-505016",
    },
)  # fmt: skip
LOCKED = Rule(
    id="K03", stage="arrival", documents=("order", "payment", "waybill"), fields=("appType",),
    zh="该单证已向海关申报清单，状态不符", en="an accepted inventory uses this document: it can no longer be changed",
    fix_zh="清单退单或撤销后才能变更", fix_en="it can be changed after the inventory is rejected or cancelled",
    source="specification 202205 ch. 7", confidence="high",
    codes={"order": "-301011", "payment": "-401008", "waybill": "-504016"},
)  # fmt: skip
ABSENT = Rule(
    id="K04", stage="arrival", documents=ALL_KINDS, fields=("appType",),
    zh="未找到要变更或删除的单证", en="there is no document to change or delete",
    fix_zh="核对编号；首次申报用 appType 1", fix_en="check the number; a first filing has appType 1",
    source="specification 202205 ch. 7; field -621042", confidence="high",
    codes={
        "order": "-301009", "payment": "-401006", "waybill": "-504014", "inventory": "-621042",
        "goods_return": "-625016", "waybill_status": "-505014",
    },
)  # fmt: skip
STATE = Rule(
    id="K05", stage="arrival", documents=("inventory", "goods_return", "entry_list"), fields=("appType",),
    zh="单证状态不允许变更或删除", en="the state of the document does not allow a change or a deletion",
    fix_zh="海关已入库的清单请用撤销申请（CEB623）；退货申请、入库明细单在货物退回或放行前方可变更、删除",
    fix_en="ask for cancellation (CEB623) of an accepted inventory; a goods return or an entry list can be changed or "
    "deleted until the goods are back, or released",
    source="specification 202205 ch. 7; field code", confidence="medium",
    codes={"inventory": "-621043", "goods_return": "-625022"},
)  # fmt: skip
NUMBERS = Rule(
    id="K06", stage="arrival", documents=("inventory", "goods_return", "entry_list"),
    fields=("preNo", "rkdNo"),
    zh="改单须填写回执给出的预录入编号，且不允许修改；其他单证填写编号的，须与回执一致",
    en="a change carries preNo as the receipts gave it; other documents may leave numbers out, not change them",
    fix_zh="按最近一次回执填写 preNo；已有 invtNo 的一并填写",
    fix_en="copy preNo from the last receipt, and invtNo where there is one",
    source="field code", confidence="medium", codes={"inventory": "-621053"},
)  # fmt: skip
NO_INVT_NO = Rule(
    id="K06-EMPTY", stage="arrival", documents=("inventory",), fields=("invtNo",),
    zh="改单时清单编号不能为空", en="a change of an inventory that has a number leaves invtNo out",
    fix_zh="按最近一次回执填写 invtNo 和 preNo", fix_en="copy invtNo and preNo from the last receipt",
    source="field code", confidence="medium", codes={"inventory": "-621057"},
)  # fmt: skip
OTHER_INVT_NO = Rule(
    id="K06-INVT", stage="arrival", documents=("inventory",), fields=("invtNo",),
    zh="海关清单编号不允许修改", en="a change of an inventory names another invtNo than customs gave",
    fix_zh="按最近一次回执填写 invtNo；尚无编号的留空",
    fix_en="copy invtNo from the last receipt; leave it empty while there is none",
    source="field code", confidence="medium", codes={"inventory": "-621999"},
)  # fmt: skip
APP_TYPE = Rule(
    id="K07", stage="arrival", documents=ALL_KINDS, fields=("appType", "appStatus"),
    zh="报送类型只能为1、2、3，业务状态只能为1、2", en="appType is not 1, 2 or 3, or appStatus is not 1 or 2",
    fix_zh="更正报送类型或业务状态", fix_en="correct appType or appStatus",
    source="specification 202205", confidence="high",
    codes={"order": "-301012", "payment": "-401010", "waybill_status": "-505014"},
)  # fmt: skip
OTHERS = Rule(
    id="K08", stage="arrival", documents=ALL_KINDS, fields=("BaseTransfer.copCode",),
    zh="该单证由其他企业申报，不能由本企业变更、删除或重报", en="another company filed this document: you cannot replace it",
    fix_zh="由原申报企业办理", fix_en="the company that filed it has to do this",
    source="our reading of who answers for a document", confidence="medium",
    codes={"inventory": "-621016", "cancellation": "-623026", "goods_return": "-625021"},
)  # fmt: skip
ONLY_NEW = Rule(
    id="K09", stage="arrival", documents=("cancellation",), fields=("appType",),
    zh="撤销申请单只能新增（appType 1）", en="a cancellation can only be filed as new (appType 1)",
    fix_zh="撤销申请退单后，以 appType 1 和较晚的报送时间重新申报",
    fix_en="file it again as new with a later appTime after it was rejected",
    source="specification 202205, CEB623 appType", confidence="high",
)  # fmt: skip
ORDER_TAKEN = Rule(
    id="M17", stage="arrival", documents=("inventory",), fields=("ebpCode", "orderNo"),
    zh="该订单已有其他清单申报，一份订单只对应一份清单", en="another live inventory was filed for this order: one order, one inventory",
    fix_zh="核对订单编号；原清单有误的，先撤销或删除原清单",
    fix_en="check orderNo; cancel or delete the other inventory first if that one is wrong",
    source="specification 202205 ch. 7", confidence="medium", codes={"inventory": "-621004"},
)  # fmt: skip

M18 = Rule(
    id="M18", stage="arrival", documents=("waybill",), fields=("logisticsNo",),
    zh="该运单号的包裹放行未满规定月数，同一物流企业不得重复使用该号码",
    en="the parcel with this waybill number was released less than the set months ago: it is too early to use it again",
    fix_zh="使用新的运单号；满期后该号码可重新申报", fix_en="use another number; this one can be filed anew once the time is over",
    source="specification 202205, CEB511 logisticsNo; setting waybill_number_reuse_months", confidence="high",
    codes={"waybill": "-504015"},
)  # fmt: skip

RULES = (EXISTS, OLD, LOCKED, ABSENT, STATE, NUMBERS, NO_INVT_NO, OTHER_INVT_NO, APP_TYPE, OTHERS, ONLY_NEW,
         ORDER_TAKEN, M18)  # fmt: skip

CANCELLED = "430"
REPLACEABLE = frozenset({"1", "4", "100", CANCELLED})
"""States in which a new filing of the same key makes a new version."""
_CHANGEABLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "inventory": frozenset({"1", "2", "4", "100"}),
        "goods_return": frozenset({"1", "2", "4", "100", "120"}),
        "entry_list": frozenset({"1", "2", "4", "100", "120"}),
    }
)
"""States in which a document may be changed or deleted, for kinds whose state says so."""


class Step(NamedTuple):
    """What a filing does to its key: add, change or delete; or why it may not.

    ``anew_from`` is set where a waybill's number is used again: from when on it was free (M18), as ``law_rows`` say.
    """

    action: Literal["add", "change", "delete"]
    problem: Problem | None = None
    anew_from: datetime | None = None
    law_rows: tuple[str, ...] = ()


def is_repeat(event: RecordFiled, existing: Document | None) -> bool:
    """Whether this very record, from this very sender, already made a version of the document."""
    return (
        existing is not None
        and existing.sender == event.sender
        and (event.digest == existing.digest or event.digest in existing.former)
    )


def next_step(event: RecordFiled, case: Case, facts: Facts, law: LawAt) -> Step:
    """What the filing does, in the order of the questions: known type, same filer, there at all, free, newer, state."""
    head, existing = head_of(event.kind, event.record), case.existing
    if head.appType not in _ACTIONS or head.appStatus not in ("1", "2"):
        return Step("add", _problem(APP_TYPE, event, "appType", f"{head.appType} {head.appStatus}"))
    action = _ACTIONS[head.appType]
    if event.kind == "cancellation" and action != "add":
        return Step("add", _problem(ONLY_NEW, event, "appType", head.appType, "1"))
    if existing is not None and existing.sender_code != (facts.sender.code if facts.sender else ""):
        return Step(action, _problem(OTHERS, event, "appType"))
    if action == "add":
        if existing is not None and existing.used_by is not None and facts.waybill_released_at is not None:
            return _used_again(event, head, existing, facts, law)
        return Step(action, _no_addition(event, head, existing) or _order_taken(event, head, case))
    if existing is None or existing.deleted:
        return Step(action, _problem(ABSENT, event, "appType"))
    problem = _no_change(event, head, existing)
    if problem is None and action == "change":
        problem = _order_taken(event, head, case)
    return Step(action, problem)


def is_live(inventory: Document) -> bool:
    """Whether an inventory still claims its order: filed or accepted, neither rejected, cancelled nor deleted."""
    return not (inventory.deleted or inventory.status in ("100", CANCELLED) or inventory.status.startswith("-"))


_REUSE_MONTHS = "waybill_number_reuse_months"


def number_free_from(released: datetime, law: LawAt) -> datetime:
    """From when on the waybill number of a parcel that was released then may be used again (M18).

    A period of months ends with the day of the same number (Civil Code art. 202), so the number is free from the
    midnight in China that follows.
    """
    last_day = months_after(china_day(released), law.setting(_REUSE_MONTHS).int)
    return china_midnight(last_day + timedelta(days=1))


def _used_again(event: RecordFiled, head: Any, existing: Document, facts: Facts, law: LawAt) -> Step:
    """M18: a waybill whose parcel was released comes again as new."""
    assert facts.waybill_released_at is not None, "the parcel was released"
    free, row = number_free_from(facts.waybill_released_at, law), law.setting(_REUSE_MONTHS).id
    if facts.now < free:
        found, expected = head.logisticsNo, f">= {china_day(free)}"
        return Step("add", M18.problem(event.kind, "logisticsNo", found=found, expected=expected, law_row=row))
    return Step("add", _not_newer(event, head, existing), free, (row,))


def _no_addition(event: RecordFiled, head: Any, existing: Document | None) -> Problem | None:
    if existing is None:
        return None
    if not existing.deleted and existing.status not in REPLACEABLE:
        return _problem(EXISTS, event, "appType", expected=existing.status)
    return _not_newer(event, head, existing)


def _no_change(event: RecordFiled, head: Any, existing: Document) -> Problem | None:
    if existing.used_by is not None:
        return _problem(LOCKED, event, "appType")
    if existing.status not in _CHANGEABLE.get(event.kind, (existing.status,)):
        return _problem(STATE, event, "appType", expected=existing.status)
    for element, stored in _numbers(event.kind, existing):
        filed = getattr(head, element) or ""
        if filed != stored and (filed or event.kind == "inventory"):
            return _problem(_number_rule(element, filed), event, element, filed, stored)
    return _not_newer(event, head, existing)


def _numbers(kind: str, existing: Document) -> tuple[tuple[str, str], ...]:
    """The numbers that receipts gave a document, by their elements."""
    pre_no = ("preNo", existing.pre_no)
    if kind == "inventory":
        return (("invtNo", existing.invt_no), pre_no)
    if kind == "entry_list":
        return (pre_no, ("rkdNo", existing.rkd_no))
    return (pre_no,) if kind in REQUESTS else ()


def _number_rule(element: str, filed: str) -> Rule:
    if element != "invtNo":
        return NUMBERS
    return OTHER_INVT_NO if filed else NO_INVT_NO


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
