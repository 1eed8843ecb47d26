"""A record arrives: repeat, refusal, saved, stored, changed or deleted; an inventory then goes on its way."""

from __future__ import annotations

from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance.answers import scenario_problems
from tongguan.clearance.entry import entry_problems
from tongguan.clearance.form import form_problems
from tongguan.clearance.model import Case, Decision, Document, Facts, RecordFiled
from tongguan.clearance.officer import proceed
from tongguan.clearance.receipts import refusal, tell
from tongguan.clearance.record import brought_by, head_of
from tongguan.clearance.rule import GENERAL_CODES
from tongguan.clearance.turn import NOT_SENT, SENT, Turn
from tongguan.clearance.version import OLD, is_repeat, next_step
from tongguan.law.inforce import LawAt

_DONE = {
    "add": "新增申报成功 / filed",
    "change": "变更申报成功 / change filed",
    "delete": "删除申报成功 / deletion filed",
}
_SAVED = "暂存成功 / saved, not declared"


def filed(case: Case, event: RecordFiled, facts: Facts, law: LawAt) -> Decision:
    """Decide about one record, in this order: repeat, filer (D19, D20), form, key and version, then what it says."""
    existing = case.existing
    if existing is not None and is_repeat(event, existing):
        return Decision(outcome="repeated", status=existing.status, receipts=existing.last_receipts)
    if problems := entry_problems(event, facts) or scenario_problems(event, facts):
        return _refuse(event, case, facts, problems)
    if problems := form_problems(event, law, facts.received_at or facts.now):
        return _refuse(event, case, facts, problems)
    head = head_of(event.kind, event.record)
    assert facts.sender is not None, "D20 has refused a filing without a known sender"
    step = next_step(event, case, facts.sender.code)
    if step.problem is not None:
        return _refuse(event, case, facts, (step.problem,))
    turn = Turn(facts, law)
    document = turn.put(_made(event, existing, facts, head, deleted=step.action == "delete"))
    turn.took_pre_no = event.kind == "inventory" and existing is None
    if head.appStatus == "1" and step.action != "delete":
        turn.say(document, "1", _SAVED + _numbers(event.kind, head))
        turn.wait(document)
        return turn.freeze("saved", document)
    subject = "清单" if event.kind == "inventory" else ""
    turn.say(document, "2", subject + _DONE[step.action] + _numbers(event.kind, head))
    if step.action == "delete":
        turn.say(document, "3", SENT)
        return turn.freeze("deleted", document)
    turn.wait(document)
    if facts.answer("upstream") == "failed":
        turn.change(document, status="4")
        turn.say(document, "4", NOT_SENT)
        return turn.freeze("not_sent", document)
    if event.kind == "inventory":
        outcome = proceed(document, case, turn)
        return _without_due_when_done(turn, outcome, document)
    turn.say(document, "3", SENT)
    turn.brings = brought_by(document)
    return turn.freeze("changed" if step.action == "change" else "waiting", document)


def _made(event: RecordFiled, existing: Document | None, facts: Facts, head: Any, *, deleted: bool) -> Document:
    """The document that this record makes. Numbers and draws of former versions stay with it."""
    assert facts.sender is not None, "D20 has refused a filing without a known sender"
    pre_no = ""
    if event.kind == "inventory":
        pre_no = existing.pre_no if existing else facts.next_pre_no
    return Document(
        kind=event.kind,
        key=event.key,
        message_type=event.message_type,
        record=event.record,
        status="1" if head.appStatus == "1" and not deleted else "2",
        digest=event.digest,
        former=(*existing.former, existing.digest) if existing else (),
        app_time=head.appTime,
        sender=event.sender,
        sender_code=facts.sender.code,
        subscribers=event.subscribers,
        filed_at=facts.now,
        version=existing.version + 1 if existing else 1,
        deleted=deleted,
        pre_no=pre_no,
        invt_no=existing.invt_no if existing else "",
        draws=existing.draws if existing else (),
    )


def _refuse(event: RecordFiled, case: Case, facts: Facts, problems: tuple[Problem, ...]) -> Decision:
    """A negative code: the first that says more than "field checks failed", with all reasons in the text."""
    general = GENERAL_CODES[event.kind]
    code = next((problem.code for problem in problems if problem.code != general), general)
    existing = case.existing
    pre_no, fresh = "", False
    if event.kind == "inventory":
        # The receipt needs a preNo, also for what is refused.
        pre_no, fresh = (existing.pre_no, False) if existing else (facts.next_pre_no, True)
    return Decision(
        outcome="old" if problems[0].rule_id == OLD.id else "refused",
        status=code,
        receipts=(refusal(event, pre_no, code, tell(problems)),),
        problems=problems,
        took_pre_no=fresh,
    )


def _without_due_when_done(turn: Turn, outcome: str, document: Document) -> Decision:
    if outcome != "waiting":
        turn.due = [one for one in turn.due if (one.kind, one.key) != (document.kind, document.key)]
    return turn.freeze(outcome, document)


def _numbers(kind: str, head: Any) -> str:
    return f"[{head.ebcCode}][{head.orderNo}]" if kind == "inventory" else f"[{head.guid}]"
