"""A record arrives: repeat, refusal, saved, stored, changed or deleted; then it goes the way of its kind."""

from __future__ import annotations

from typing import Any

from tongguan.ceb.problem import Problem
from tongguan.clearance.answers import scenario_problems
from tongguan.clearance.code_play import play_rejection, play_status, played_refusal, plays_rejection
from tongguan.clearance.entry import entry_problems
from tongguan.clearance.form import form_problems
from tongguan.clearance.model import Case, Decision, Document, Facts, RecordFiled
from tongguan.clearance.official import refusal_text
from tongguan.clearance.receipts import refusal
from tongguan.clearance.record import PRE_NO_LETTERS, brought_by, head_of
from tongguan.clearance.rule import GENERAL_CODES, REQUESTS
from tongguan.clearance.turn import NOT_SENT, SENT, Turn
from tongguan.clearance.version import CANCELLED, OLD, Step, is_repeat, next_step
from tongguan.clearance.ways import WAYS, Way
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
    if problems := entry_problems(event, facts) or scenario_problems(event, facts) or played_refusal(event, facts):
        return _refuse(event, case, facts, problems)
    if problems := form_problems(event, law, facts.received_at or facts.now):
        return _refuse(event, case, facts, problems)
    head = head_of(event.kind, event.record)
    assert facts.sender is not None, "D20 has refused a filing without a known sender"
    step = next_step(event, case, facts, law)
    if step.problem is not None:
        return _refuse(event, case, facts, (step.problem,))
    way = WAYS.get(event.kind)
    if way is not None and (problems := way.refusals(event, case, facts, law)):
        return _refuse(event, case, facts, problems)
    turn = Turn(facts, law)
    turn.law_rows = step.law_rows
    document = turn.put(_made(event, case, facts, head, step))
    turn.took_pre_no = event.kind in PRE_NO_LETTERS and existing is None
    if head.appStatus == "1" and step.action != "delete":
        turn.say(document, "1", _SAVED + _numbers(event.kind, head))
        turn.wait(document)
        _undo_former(step, way, document, case, turn)
        return turn.freeze("saved", document)
    subject = "清单" if event.kind == "inventory" else ""
    turn.say(document, "2", subject + _DONE[step.action] + _numbers(event.kind, head))
    if step.action == "delete":
        turn.say(document, "3", SENT)
        if way is not None:
            way.undo(document, case, turn)
        return turn.freeze("deleted", document)
    turn.wait(document)
    if plays_rejection(facts):
        play_rejection(document, turn)
        return _without_due_when_done(turn, "rejected", document)
    play_status(document, turn)
    if facts.answer("upstream") == "failed":
        turn.change(document, status="4")
        turn.say(document, "4", NOT_SENT)
        _undo_former(step, way, document, case, turn)
        return turn.freeze("not_sent", document)
    if way is not None:
        return _without_due_when_done(turn, way.proceed(document, case, turn), document)
    turn.say(document, "3", SENT)
    turn.brings = brought_by(document)
    return turn.freeze("changed" if step.action == "change" else "waiting", document)


def _undo_former(step: Step, way: Way | None, document: Document, case: Case, turn: Turn) -> None:
    """A change that is only saved, or not sent, has taken the place of a version that stood."""
    if way is not None and step.action == "change":
        way.undo(document, case, turn)


def _made(event: RecordFiled, case: Case, facts: Facts, head: Any, step: Step) -> Document:
    """The document that this record makes. Numbers and draws of former versions stay with it; a number that was
    cancelled, and the signature of the former parcel of a waybill, do not.
    """
    assert facts.sender is not None, "D20 has refused a filing without a known sender"
    existing, deleted = case.existing, step.action == "delete"
    anew_from = step.anew_from or (existing.anew_from if existing else None)
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
        pre_no=_pre_no(event.kind, existing, facts),
        invt_no=_invt_no(event.kind, case, head),
        rkd_no=existing.rkd_no if existing else "",
        signed_at=existing.signed_at if existing and step.anew_from is None else None,
        anew_from=anew_from,
        draws=existing.draws if existing else (),
        withdrawn=existing.withdrawn if existing else (),
        pull=existing.pull if existing else None,
    )


def _pre_no(kind: str, existing: Document | None, facts: Facts) -> str:
    if kind not in PRE_NO_LETTERS:
        return ""
    return existing.pre_no if existing else facts.next_pre_no


def _invt_no(kind: str, case: Case, head: Any) -> str:
    """The number of an inventory, or of the one that a request names."""
    if kind in REQUESTS:
        return case.inventory.invt_no if case.inventory is not None else str(head.invtNo)
    existing = case.existing
    return existing.invt_no if existing and existing.status != CANCELLED else ""


def _refuse(event: RecordFiled, case: Case, facts: Facts, problems: tuple[Problem, ...]) -> Decision:
    """A negative code: the first that says more than "field checks failed", with all reasons in the text."""
    general = GENERAL_CODES[event.kind]
    code = next((problem.code for problem in problems if problem.code != general), general)
    # The receipt needs a preNo, also for what is refused.
    pre_no = _pre_no(event.kind, case.existing, facts)
    fresh = bool(pre_no) and case.existing is None
    return Decision(
        outcome="old" if problems[0].rule_id == OLD.id else "refused",
        status=code,
        receipts=(refusal(event, pre_no, code, refusal_text(event, code, problems)),),
        problems=problems,
        took_pre_no=fresh,
    )


def _without_due_when_done(turn: Turn, outcome: str, document: Document) -> Decision:
    if outcome != "waiting":
        own = ("lapse", document.kind, document.key)
        turn.due = [one for one in turn.due if (one.what, one.kind, one.key) != own]
    return turn.freeze(outcome, document)


def _numbers(kind: str, head: Any) -> str:
    return f"[{head.ebcCode}][{head.orderNo}]" if kind == "inventory" else f"[{head.guid}]"
