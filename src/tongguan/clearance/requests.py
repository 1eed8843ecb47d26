"""Cancellations and goods returns that wait: what people and time do to them."""

from __future__ import annotations

from datetime import date

from tongguan.clearance import cancellation, goods_return
from tongguan.clearance.model import Case, Commanded, Decision, Document, Due, Facts
from tongguan.clearance.officer_rules import NO_REASON, STALE, not_done
from tongguan.clearance.rule import REQUESTS, Rule
from tongguan.clearance.times import china_day
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt

NOT_OPEN = Rule(
    id="C02-REQUEST", stage="officer", documents=REQUESTS, fields=("status",),
    zh="申请的状态不允许该操作", en="the state of the request does not allow this",
    fix_zh="撤销申请、退货申请在120时方可办理", fix_en="a cancellation or a goods return is decided while it stands at 120",
    source="ours", confidence="high",
)  # fmt: skip
ABSENT = Rule(
    id="C04-REQUEST", stage="officer", documents=REQUESTS, fields=("key",),
    zh="没有这份申请", en="there is no such request",
    fix_zh="核对申报企业代码和企业内部编号", fix_en="check agentCode and copNo", source="ours", confidence="high",
)  # fmt: skip
BACK_DAY = Rule(
    id="C-BACK-DAY", stage="officer", documents=("goods_return",), fields=("day",),
    zh="货物运抵日期不得早于放行之日，也不得晚于今天", en="the day on which the goods were back lies before the release, or after today",
    fix_zh="填写货物实际运抵原监管场所的日期", fix_en="give the day on which the goods came back into the site",
    source="ours", confidence="high",
)  # fmt: skip
RULES = (NOT_OPEN, ABSENT, BACK_DAY)


def decide_request(case: Case, event: Commanded, facts: Facts, law: LawAt) -> Decision:
    """What a person does to a request: release or reject a cancellation; goods_back or reject for a goods return."""
    request = case.existing
    if request is None or request.deleted or request.record is None or case.inventory is None:
        return not_done(request, ABSENT, event, " ".join(event.key))
    if event.version not in (0, request.version):
        return not_done(request, STALE, event, str(event.version), str(request.version))
    turn = Turn(facts, law)
    if request.status == "120":
        if event.action == "reject":
            return _reject(request, case, event, turn)
        if event.action == "release" and request.kind == "cancellation":
            return turn.freeze(cancellation.approve(request, case, turn), request)
        if event.action == "goods_back" and request.kind == "goods_return":
            return _back(request, case, event, turn)
    return not_done(request, NOT_OPEN, event, request.status)


def limit_reached(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """The end of the last day for the goods of a return. A stale due changes nothing."""
    request = case.existing
    if (
        request is None
        or request.record is None
        or case.inventory is None
        or not goods_return.has_lapsed(request, event)
    ):
        return nothing(request)
    turn = Turn(facts, law)
    return turn.freeze(goods_return.lapse(request, case, turn), request)


def _reject(request: Document, case: Case, event: Commanded, turn: Turn) -> Decision:
    reason = event.reason.strip()
    if not reason:
        return not_done(request, NO_REASON, event, "")
    if request.kind == "cancellation":
        return turn.freeze(cancellation.send_back(request, reason, turn), request)
    assert case.inventory is not None, "decide_request has asked"
    return turn.freeze(goods_return.send_back(request, case.inventory, reason, turn), request)


def _back(request: Document, case: Case, event: Commanded, turn: Turn) -> Decision:
    today = china_day(turn.facts.now)
    day = event.day or today
    if not _released_on(case) <= day <= today:
        return not_done(request, BACK_DAY, event, str(day), f"{_released_on(case)} .. {today}")
    if day > goods_return.last_day(request):  # the end of the last day is still in the queue
        return turn.freeze(goods_return.lapse(request, case, turn), request)
    return turn.freeze(goods_return.back(request, case, day, turn), request)


def _released_on(case: Case) -> date:
    assert case.inventory is not None and case.inventory.released_at is not None, "D22 asks for a release"
    return china_day(case.inventory.released_at)
