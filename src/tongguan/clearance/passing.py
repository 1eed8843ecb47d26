"""What comes to a document that is there: somebody's command, the passing of time, the arrival of what it waits for."""

from __future__ import annotations

from tongguan.clearance.acceptance import GUARANTEE, open_holds
from tongguan.clearance.inventory import lift_review, retry_guarantee
from tongguan.clearance.model import Case, Commanded, Decision, Document, Due, Facts, Woken
from tongguan.clearance.officer import RETURNED, held_by_customs, proceed, send_back
from tongguan.clearance.receipts import tell
from tongguan.clearance.rule import KINDS, Rule
from tongguan.clearance.turn import Turn
from tongguan.law.inforce import LawAt

LAPSE = Rule(
    id="T-LAPSE", stage="time", documents=KINDS, fields=("wait_days_max",),
    zh="等待其他单证超过最长天数，单证失效", en="waited for the other documents longer than the greatest number of days",
    fix_zh="单证齐备后以较晚的报送时间重新申报", fix_en="file it again with a later appTime once all documents can come",
    source="setting wait_days_max; no figure is public", confidence="low",
)  # fmt: skip
STALE = Rule(
    id="C01", stage="officer", documents=("inventory",), fields=("version",),
    zh="单证在您查看之后已有变化，操作未执行", en="the document has changed since you saw it; nothing was done",
    fix_zh="刷新后核对现状再操作", fix_en="load it again, look, then act", source="ours", confidence="high",
)  # fmt: skip
WRONG_STATE = Rule(
    id="C02", stage="officer", documents=("inventory",), fields=("status",),
    zh="单证的状态不允许该操作", en="the state of the document does not allow this",
    fix_zh="只有海关审核或查验中的清单可放行，已入库未放行的清单可退单",
    fix_en="release works while customs holds the inventory; reject works from acceptance to release",
    source="ours", confidence="high",
)  # fmt: skip
NO_REASON = Rule(
    id="C03", stage="officer", documents=("inventory",), fields=("reason",),
    zh="退单须写明理由", en="a rejection needs a reason",
    fix_zh="填写退单理由", fix_en="give the reason", source="ours", confidence="high",
)  # fmt: skip
ABSENT = Rule(
    id="C04", stage="officer", documents=KINDS, fields=("key",),
    zh="没有这份清单", en="there is no such inventory",
    fix_zh="核对申报企业代码和企业内部编号", fix_en="check agentCode and copNo", source="ours", confidence="high",
)  # fmt: skip

RULES = (LAPSE, STALE, WRONG_STATE, NO_REASON, RETURNED, ABSENT)

_ACCEPTED = frozenset({"120", "300", "500"})


def woken(case: Case, event: Woken, facts: Facts, law: LawAt) -> Decision:
    """Something has come that an inventory waited for; it goes on from where it stood, or nothing happens."""
    inventory = case.existing
    if inventory is None or not _stands(inventory):
        return _nothing(inventory)
    turn = Turn(facts, law)
    if inventory.status in _ACCEPTED and any(one.kind == GUARANTEE for one in open_holds(inventory)):
        if facts.answer("guarantee") == "low" and event.by.kind != "guarantor":
            return _nothing(inventory)
        return turn.freeze(retry_guarantee(inventory, turn), inventory)
    if inventory.status != "2":
        return _nothing(inventory)
    return turn.freeze(proceed(inventory, case, turn), inventory)


def commanded(case: Case, event: Commanded, facts: Facts, law: LawAt) -> Decision:
    """An officer releases or rejects an inventory that customs holds."""
    inventory = case.existing
    if inventory is None or not _stands(inventory):
        return _not_done(inventory, ABSENT, event, " ".join(event.key))
    if event.version not in (0, inventory.version):
        return _not_done(inventory, STALE, event, str(event.version), str(inventory.version))
    turn = Turn(facts, law)
    if event.action == "release" and held_by_customs(inventory):
        return turn.freeze(lift_review(inventory, event.actor, turn), inventory)
    if event.action == "reject" and inventory.status in _ACCEPTED:
        if not event.reason.strip():
            return _not_done(inventory, NO_REASON, event, "")
        return turn.freeze(send_back(inventory, case, event.reason, turn), inventory)
    return _not_done(inventory, WRONG_STATE, event, inventory.status)


def lapsed(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """A document that still waits at its time lapses: 100, free to be filed again. A stale due changes nothing."""
    document = case.existing
    waits = (
        document is not None
        and not document.deleted
        and document.record is not None
        and document.used_by is None
        and document.status in ("1", "2", "4")
        and document.lapses_at == event.at
        and event.what == "lapse"
    )
    if document is None or not waits:
        return _nothing(document)
    turn = Turn(facts, law)
    setting = law.setting("wait_days_max")
    problem = LAPSE.problem(document.kind, "", expected=f"{setting.value} {setting.unit}", law_row=setting.id)
    turn.change(document, status="100", missing=(), problems=(problem,), lapses_at=None)
    turn.problems, turn.law_rows = (problem,), (setting.id,)
    turn.say(document, "100", tell((problem,)))
    return turn.freeze("lapsed", document)


def _stands(document: Document) -> bool:
    """Whether this is an inventory that is neither deleted nor erased."""
    return document.kind == "inventory" and not document.deleted and document.record is not None


def _nothing(document: Document | None) -> Decision:
    return Decision(outcome="nothing", status=document.status if document else "")


def _not_done(document: Document | None, rule: Rule, event: Commanded, found: str, expected: str = "") -> Decision:
    problem = rule.problem("inventory", event.action, found=found, expected=expected)
    return Decision(outcome="refused", status=document.status if document else "", problems=(problem,))
