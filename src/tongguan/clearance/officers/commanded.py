"""What people tell the house to do with a document: may they, is it still as they saw it, and then the action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tongguan.clearance import tax_bill, unpaid
from tongguan.clearance.handling import Act, Officer
from tongguan.clearance.model import Case, Commanded, Decision, Document, Facts
from tongguan.clearance.officer_rules import ABSENT, NO_REASON, STALE, WRONG_STATE, Refusal, not_done
from tongguan.clearance.officers import assignment, authority, holding, pauses, talk
from tongguan.clearance.requests import decide_request
from tongguan.clearance.rule import REQUESTS
from tongguan.clearance.turn import Turn
from tongguan.law.inforce import LawAt

Doing = Callable[[Document, Case, Commanded, Turn, Officer], str | Refusal]
INVENTORY = ("inventory",)


class Action(NamedTuple):
    """One action. ``role``: of ``registry.roles.OFFICER_ROLES``, or the filer's; ``kinds``: what it is done to.

    ``do`` changes the document and names the outcome, or refuses; None where another module decides. ``owned``: only
    by the officer who has the case. ``speaks``: it needs a reason, or words.
    """

    role: str
    kinds: tuple[str, ...]
    do: Doing | None
    owned: bool = False
    speaks: bool = True


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "take": Action("casework", (*INVENTORY, *REQUESTS), assignment.take, speaks=False),
        "withdraw": Action("casework", (*INVENTORY, *REQUESTS), assignment.withdraw),
        "hand_over": Action("casework", (*INVENTORY, *REQUESTS), assignment.hand_over),
        "ask": Action("casework", INVENTORY, talk.ask, owned=True),
        "answer": Action(authority.FILER, INVENTORY, talk.answer),
        "release": Action("casework", (*INVENTORY, *REQUESTS), holding.release, owned=True, speaks=False),
        "reject": Action("casework", (*INVENTORY, *REQUESTS), holding.send_back, owned=True),
        "examine": Action("casework", INVENTORY, holding.examine, owned=True),
        "suspend": Action("casework", INVENTORY, holding.suspend, owned=True),
        "lift": Action("casework", INVENTORY, holding.lift_one, owned=True),
        "detain": Action("enforcement", INVENTORY, holding.detain, owned=True),
        "approve": Action("approval", INVENTORY, holding.approve, speaks=False),
        "ship_back": Action("enforcement", INVENTORY, holding.ship_back, owned=True),
        "request_review": Action(authority.FILER, INVENTORY, talk.request_review),
        "review": Action("internal_review", INVENTORY, talk.review),
        "goods_back": Action("casework", ("goods_return",), None, speaks=False),
        "paid": Action("revenue", (tax_bill.PAYMENT_BILL,), None, speaks=False),
        "pause": Action("duty", (pauses.KIND,), None),
        "resume": Action("duty", (pauses.KIND,), None),
    }
)
"""Everything that may be told to the house about a document, a payment bill or a pause."""
FILERS_ACTIONS = frozenset(name for name, action in ACTIONS.items() if action.role == authority.FILER)


def commanded(case: Case, event: Commanded, facts: Facts, law: LawAt) -> Decision:
    """Do what somebody tells, or say why not. Raises KeyError for an action that is not one of ACTIONS."""
    action, document = ACTIONS[event.action], case.existing
    if event.kind not in action.kinds:
        return not_done(document, WRONG_STATE, event, event.kind, " ".join(action.kinds))
    if event.kind in (pauses.KIND, tax_bill.PAYMENT_BILL):
        return _without_document(event, action, facts, law)
    if document is None or document.deleted or document.record is None:
        if event.kind in REQUESTS:
            return decide_request(case, event, facts, law)
        return not_done(document, ABSENT, event, " ".join(event.key))
    actor = _actor(event, action, document, facts)
    if isinstance(actor, Refusal):
        return not_done(document, actor.rule, event, actor.found, actor.expected)
    if event.version not in (0, document.version):
        return not_done(document, STALE, event, str(event.version), str(document.version))
    if action.speaks and not event.reason.strip():
        return not_done(document, NO_REASON, event, "")
    if action.do is None or (document.kind in REQUESTS and action.do in (holding.release, holding.send_back)):
        return decide_request(case, event, facts, law)
    return _done(action.do, document, case, event, Turn(facts, law), actor)


def _done(do: Doing, document: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> Decision:
    outcome = do(document, case, event, turn, actor)
    if isinstance(outcome, Refusal):
        return not_done(document, outcome.rule, event, outcome.found, outcome.expected)
    if actor.agency and turn.facts.officers is not None:
        act = Act(action=event.action, actor=actor.id, agency=actor.agency, at=turn.facts.now, choice=event.choice,
                  approver=event.approver, document_no=event.document_no)  # fmt: skip
        turn.change(document, acts=(*turn.now(document).acts, act))
    return turn.freeze(outcome, document)


def _actor(event: Commanded, action: Action, document: Document, facts: Facts) -> Officer | Refusal:
    if action.role == authority.FILER:
        return authority.filer(event, document)
    actor = authority.acting(event, facts, action.role)
    if isinstance(actor, Refusal):
        return actor
    withdraws = action.do is assignment.withdraw
    return authority.keeps_from(actor, document, facts, owned=action.owned, withdraws=withdraws) or actor


def _without_document(event: Commanded, action: Action, facts: Facts, law: LawAt) -> Decision:
    actor = authority.acting(event, facts, action.role)
    if isinstance(actor, Refusal):
        return not_done(None, actor.rule, event, actor.found, actor.expected)
    if action.speaks and not event.reason.strip():
        return not_done(None, NO_REASON, event, "")
    if event.kind == pauses.KIND:
        return pauses.decide(event, facts, law, actor)
    return unpaid.note_payment(event, facts, law)
