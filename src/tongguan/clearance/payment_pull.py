"""A payment pull as customs decides it: opened, refused, uploaded, or not answered in time; and what a failure costs.

A failed pull is counted on an account of the platform for so many days; while any is counted there, each examination
lane takes a greater share of that platform's inventories.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tongguan.ceb.problem import Problem
from tongguan.clearance import payment_pull_rules as R
from tongguan.clearance.model import Balance, Case, Decision, Document, Due, Facts, Move, Pull, Pulled
from tongguan.clearance.payment_pull_checks import failing, upload_problems
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT
from tongguan.law.rows import LaneRow

OPENED, REFUSED, UPLOADED = "opened", "refused", "uploaded"
LATE = "pull"
"""``Due.what``: the platform should have uploaded by now."""
COUNTED = "pull_counted"
"""``Due.what``: a failed pull is no longer counted."""
RULES = R.RULES
_ONE = Decimal(1)
_SHARE, _DAYS = "pull_failed_examination_share", "pull_failed_days"
_MINUTES = "pull_answer_minutes"
"""A law of before the pull has none of these settings: then nothing is pulled."""


def failures_account(ebp_code: str) -> str:
    """The account that counts a platform's failed pulls."""
    return f"pull:{ebp_code}"


def pulled(case: Case, event: Pulled, facts: Facts, law: LawAt) -> Decision:
    """Decide on one step of a pull."""
    order = case.existing
    if event.step == OPENED:
        return _opened(case, event, facts, law)
    if order is None or order.pull is None or order.pull.session != event.session or order.pull.state != "open":
        problem = R.PP02.problem("order", "sessionID", found=event.session)
        return Decision(outcome="refused", status=order.status if order else "", problems=(problem,))
    turn = Turn(facts, law)
    if event.step == REFUSED:
        turn.problems = (R.PP14.problem("order", "platDataOpen", found=event.reason),)
        return _failed(order, turn.problems, turn)
    problems, rows = upload_problems(case, event, facts, law)
    turn.law_rows = rows
    turn.problems = problems
    if wrong := failing(problems, law):
        return _failed(order, wrong, turn)
    _close(order, "passed", (), turn)
    return turn.freeze("pull_passed", order)


def late(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """The time to upload is over: a pull that is still open has failed. That of a former pull changes nothing."""
    order = case.existing
    if order is None or order.pull is None or order.pull.state != "open" or order.pull.until != event.at:
        return nothing(order)
    turn = Turn(facts, law)
    turn.problems = (R.PP15.problem("order", "serviceTime", expected=order.pull.until.isoformat()),)
    return _failed(order, turn.problems, turn)


def no_longer_counted(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """A failed pull has been counted long enough. Each failure is taken off the account once, whatever came since."""
    move = Move(failures_account(event.key[0]), "give_back", _ONE, _ONE)
    order = case.existing
    return Decision(outcome="pull_forgotten", status=order.status if order else "", moves=(move,))


def examined_share(lane: LaneRow, failures: Balance | None, law: LawAt) -> tuple[Decimal, tuple[str, ...]]:
    """The share that a lane takes of an inventory whose platform has these failed pulls, and the law rows asked."""
    if lane.hold != "examination" or failures is None or failures.held <= 0 or not law.has_setting(_SHARE):
        return lane.share, ()
    more = law.setting(_SHARE)
    return min(_ONE, EXACT.add(lane.share, more.decimal)), (more.id, law.setting(_DAYS).id)


def _opened(case: Case, event: Pulled, facts: Facts, law: LawAt) -> Decision:
    order = case.existing
    if order is None or not law.has_setting(_MINUTES) or not can_be_pulled(case, facts):
        problem = R.PP16.problem("order", "orderNo", found=event.key[-1])
        return Decision(outcome="refused", status=order.status if order else "", problems=(problem,))
    turn, minutes = Turn(facts, law), law.setting(_MINUTES)
    until = facts.now + timedelta(minutes=minutes.int)
    turn.change(order, pull=Pull(session=event.session, state="open", opened_at=facts.now, until=until))
    turn.due.append(Due(what=LATE, kind=order.kind, key=order.key, at=until))
    turn.law_rows = (minutes.id,)
    return turn.freeze("pull_opened", order)


def can_be_pulled(case: Case, facts: Facts) -> bool:
    """Whether order and payment stand and no pull of the order is open, nor was closed in this very moment (two
    failures in one moment could not both be taken off the account again).
    """
    order = case.existing
    if order is None or not _stands(order) or not any(_stands(one) for one in case.payments):
        return False
    return order.pull is None or (order.pull.state != "open" and order.pull.closed_at != facts.now)


def _stands(document: Document) -> bool:
    return not document.deleted and document.record is not None and document.status in ("2", "120")


def _failed(order: Document, problems: tuple[Problem, ...], turn: Turn) -> Decision:
    days, most = turn.law.setting(_DAYS), turn.law.setting("quantity_bound")
    turn.law_rows = tuple(dict.fromkeys((*turn.law_rows, days.id)))
    turn.moves.append(Move(failures_account(order.key[0]), "hold", _ONE, most.decimal))
    forgotten = turn.facts.now + timedelta(days=days.int)
    turn.due.append(Due(what=COUNTED, kind=order.kind, key=order.key, at=forgotten))
    _close(order, "failed", problems, turn)
    return turn.freeze("pull_failed", order)


def _close(order: Document, state: str, problems: Sequence[Problem], turn: Turn) -> None:
    assert order.pull is not None, "only an open pull is closed"
    rules = tuple(dict.fromkeys(one.rule_id for one in problems))
    closed = Pull(
        session=order.pull.session,
        state=state,
        opened_at=order.pull.opened_at,
        until=order.pull.until,
        closed_at=turn.facts.now,
        rules=rules,
    )
    turn.change(order, pull=closed)
