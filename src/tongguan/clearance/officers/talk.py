"""What officers ask and filers answer, and the filer's request that another officer look at a rejection."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tongguan.clearance.handling import Officer, Words
from tongguan.clearance.holds import ACCEPTED, DETAINED, DETENTION, open_holds
from tongguan.clearance.inventory import lift_holds
from tongguan.clearance.model import Case, Commanded, Decision, Document, Due, Facts
from tongguan.clearance.officer_rules import (
    ANSWERED,
    ASKED,
    CHOICE,
    CONFIRMED,
    DEADLINE,
    REVERSED,
    REVIEW_ASKED,
    SECOND_PERSON,
    UNANSWERED,
    WRONG_AGENCY,
    WRONG_STATE,
    Refusal,
)
from tongguan.clearance.officers.pauses import same_person
from tongguan.clearance.rule import Rule
from tongguan.clearance.times import CHINA, china_day
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt

ANSWER = "answer"
"""The due of a question: its last day is over."""
REVIEWED = ("100", *DETAINED)
"""Statuses of what another officer may review."""
_DECIDING = frozenset({"reject", "detain", "approve"})
_OUTCOMES = {"confirm": CONFIRMED, "reverse": REVERSED}


def open_question(document: Document) -> Words | None:
    """The officer's question that has no answer yet and whose time is not over."""
    last = next((one for one in reversed(document.words) if one.what in ("question", "answer", "unanswered")), None)
    return last if last is not None and last.what == "question" else None


def ask(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Ask the filer; the answer may come until the end of a day in China."""
    if inventory.status not in ACCEPTED or open_question(inventory) is not None:
        return Refusal(WRONG_STATE, inventory.status)
    today = china_day(turn.facts.now)
    if event.deadline is None or event.deadline < today:
        return Refusal(DEADLINE, str(event.deadline or ""), f">= {today}")
    words = Words("question", actor.id, turn.facts.now, event.reason.strip(), event.deadline)
    turn.change(inventory, words=(*inventory.words, words))
    # The end of the last day is the beginning of the next one.
    at = datetime.combine(event.deadline + timedelta(days=1), time(), CHINA)
    turn.due.append(Due(what=ANSWER, kind=inventory.kind, key=inventory.key, at=at))
    turn.say(inventory, inventory.status, told(ASKED, ("deadline", str(event.deadline))) + f"[{words.text}]")
    return "asked"


def answer(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """The filer answers the open question."""
    question = open_question(inventory)
    if question is None or question.until is None or china_day(turn.facts.now) > question.until:
        return Refusal(WRONG_STATE, inventory.status)
    words = Words("answer", event.actor, turn.facts.now, event.reason.strip())
    turn.change(inventory, words=(*inventory.words, words))
    turn.say(inventory, inventory.status, told(ANSWERED))
    return "answered"


def time_over(case: Case, event: Due, facts: Facts, law: LawAt) -> Decision:
    """The last day of a question is over: the decision goes on without the answer."""
    inventory, turn = case.existing, Turn(facts, law)
    question = open_question(inventory) if inventory is not None and inventory.record is not None else None
    if inventory is None or question is None or question.until is None or question.until >= china_day(event.at):
        return nothing(inventory)
    turn.change(inventory, words=(*inventory.words, Words("unanswered", "", facts.now)))
    if inventory.status in ACCEPTED:
        turn.say(inventory, inventory.status, told(UNANSWERED))
    return turn.freeze("unanswered", inventory)


def request_review(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """The filer asks that another officer look at a rejection or a detention."""
    if inventory.status not in REVIEWED or inventory.review_asked_at is not None:
        return Refusal(WRONG_STATE, inventory.status)
    words = Words("request", event.actor, turn.facts.now, event.reason.strip())
    # Whoever rejected may not review: a rejected case is nobody's until it is taken. A detained one keeps its officer.
    officer = "" if inventory.status == "100" else inventory.officer
    turn.change(inventory, words=(*inventory.words, words), review_asked_at=turn.facts.now, officer=officer)
    turn.say(inventory, inventory.status, told(REVIEW_ASKED))
    return "review_asked"


def review(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Another officer than those who acted confirms a rejection or a detention, or reverses it.

    A detention that is reversed is lifted; after a rejection that is reversed the filer files again.
    """
    rule = _OUTCOMES.get(event.choice)
    if rule is None:
        return Refusal(CHOICE, event.choice, " | ".join(_OUTCOMES))
    if inventory.status not in REVIEWED or _is_reviewed(inventory):
        return Refusal(WRONG_STATE, inventory.status)
    of = next((one.agency for one in open_holds(inventory) if one.kind == DETENTION), actor.agency)
    if of != actor.agency:
        return Refusal(WRONG_AGENCY, actor.agency, of)
    decided = [one for one in inventory.acts if one.action in _DECIDING]
    if any(same_person(actor.id, name) for one in decided for name in (one.actor, one.approver)):
        return Refusal(SECOND_PERSON, actor.id)
    turn.change(inventory, review_asked_at=None)
    turn.say(inventory, inventory.status, told(rule) + f"[{event.reason.strip()}]")
    if rule is REVERSED and inventory.status in DETAINED:
        return lift_holds(inventory, {DETENTION}, actor, turn)
    return "reviewed"


def _is_reviewed(inventory: Document) -> bool:
    """Whether the last rejection or detention has been reviewed."""
    actions = [one.action for one in inventory.acts]
    decided = max((at for at, action in enumerate(actions) if action in _DECIDING), default=-1)
    return "review" in actions[decided + 1 :]


def told(rule: Rule, *pairs: tuple[str, str]) -> str:
    """A text of ours in returnInfo: the rule's sentence in both languages, and values by name."""
    values = "".join(f";{name}:{value}" for name, value in pairs)
    return f"[{rule.id};{rule.zh} / {rule.en}{values}]"
