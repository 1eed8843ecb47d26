"""What officers do to goods that are not released: let them go, hold them, detain them, send them back, reject."""

from __future__ import annotations

from tongguan.clearance.accounts import give_back
from tongguan.clearance.handling import Act, Officer, Words
from tongguan.clearance.holds import (
    ACCEPTED,
    AUTOMATIC,
    DETAINED,
    DETENTION,
    EMERGENCY,
    EXAMINATION,
    HOLD_STATUS,
    SUSPEND,
    lift,
    open_holds,
    status_of,
)
from tongguan.clearance.inventory import lift_holds, reject
from tongguan.clearance.model import Case, Commanded, Document, Hold
from tongguan.clearance.officer_rules import (
    APPROVER,
    CHOICE,
    EXAMINED,
    NO_DOCUMENT,
    NO_HOLD,
    RETURNED,
    SHIPPED_BACK,
    SUSPENDED,
    WRONG_AGENCY,
    WRONG_STATE,
    Refusal,
)
from tongguan.clearance.officer_rules import DETAINED as DETAINED_TEXT
from tongguan.clearance.officers.assignment import CUSTOMS
from tongguan.clearance.officers.pauses import same_person
from tongguan.clearance.officers.talk import told
from tongguan.clearance.receipts import coded
from tongguan.clearance.rule import Rule
from tongguan.clearance.turn import Turn
from tongguan.codes.catalogue import table

SHIPPED = "700"


def release(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Lift what the officer's agency holds, an emergency too, but no detention; released if nothing else is open."""
    kept = AUTOMATIC - {EMERGENCY} | {DETENTION}
    kinds = {one.kind for one in open_holds(inventory) if one.agency == actor.agency} - kept
    if not kinds:
        return Refusal(WRONG_STATE, inventory.status)
    turn.change(inventory, proposed=None)
    return lift_holds(inventory, kinds, actor, turn)


def lift_one(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Lift one kind of hold of the officer's own agency, a detention too."""
    found = [one for one in open_holds(inventory) if one.kind == event.hold and one.kind not in AUTOMATIC]
    if not found:
        return Refusal(NO_HOLD, event.hold, " ".join(one.kind for one in open_holds(inventory)))
    if all(one.agency != actor.agency for one in found):
        return Refusal(WRONG_AGENCY, actor.agency, found[0].agency)
    if event.hold == DETENTION and "enforcement" not in actor.roles:
        return Refusal(NO_HOLD, event.hold, "enforcement")
    return lift_holds(inventory, {event.hold}, actor, turn)


def send_back(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """100 with code 1300 and the officer's reason. Detained goods are not rejected: they are let go or shipped back."""
    if actor.agency != CUSTOMS:
        return Refusal(WRONG_AGENCY, actor.agency, CUSTOMS)
    if inventory.status not in ACCEPTED or inventory.status in DETAINED:
        return Refusal(WRONG_STATE, inventory.status)
    turn.change(inventory, proposed=None)
    return returned(inventory, case, event.reason, turn)


def returned(inventory: Document, case: Case, reason: str, turn: Turn) -> str:
    """The rejection itself."""
    reason = reason.strip()
    problem = RETURNED.problem("inventory", "", found=reason)
    return reject(inventory, case, (problem,), coded("1300") + f"[{reason}]", turn)


def examine(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Order an examination (500)."""
    return _hold_more(inventory, EXAMINATION, EXAMINED, event, turn, actor)


def suspend(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Suspend (600), for example until something is mended."""
    return _hold_more(inventory, SUSPEND, SUSPENDED, event, turn, actor)


def detain(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Detain with an approver named, or propose it to one, who then approves it under his or her own name."""
    if inventory.status not in ACCEPTED or _has(inventory, DETENTION, actor.agency):
        return Refusal(WRONG_STATE, inventory.status)
    if event.choice not in DETAINED:
        return Refusal(CHOICE, event.choice, " | ".join(DETAINED))
    if not event.document_no.strip():
        return Refusal(NO_DOCUMENT)
    act = Act(action="detain", actor=actor.id, agency=actor.agency, at=turn.facts.now, choice=event.choice,
              approver=event.approver.strip(), document_no=event.document_no.strip())  # fmt: skip
    if not act.approver:
        words = Words("proposal", actor.id, turn.facts.now, event.reason.strip())
        turn.change(inventory, proposed=act, words=(*inventory.words, words))
        return "proposed"
    if (refusal := _not_above(turn, actor.id, actor.agency, actor.rank, act.approver)) is not None:
        return refusal
    return _detained(inventory, act, event.reason.strip(), turn)


def approve(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Approve the detention that is proposed: another person of the same agency, of higher rank."""
    act = inventory.proposed
    if act is None or inventory.status not in ACCEPTED:
        return Refusal(WRONG_STATE, inventory.status)
    officers = turn.facts.officers
    proposer = officers.named if officers is not None else None
    rank = proposer.rank if proposer is not None else -1
    if same_person(act.actor, actor.id) or actor.agency != act.agency or actor.rank <= rank:
        return Refusal(APPROVER, actor.id, f"!= {act.actor}")
    reason = next((one.text for one in reversed(inventory.words) if one.what == "proposal"), "")
    approved = Act(action=act.action, actor=act.actor, agency=act.agency, at=act.at, choice=act.choice,
                   approver=actor.id, document_no=act.document_no)  # fmt: skip
    return _detained(inventory, approved, reason, turn)


def ship_back(inventory: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """700: the goods leave again. What was held is given back; the documents stay with this inventory."""
    if actor.agency != CUSTOMS:
        return Refusal(WRONG_AGENCY, actor.agency, CUSTOMS)
    if inventory.status not in ACCEPTED:
        return Refusal(WRONG_STATE, inventory.status)
    kinds = {one.kind for one in open_holds(inventory)}
    turn.moves += give_back(inventory.held)
    holds = lift(inventory.holds, kinds, actor.id, turn.facts.now)
    turn.change(inventory, status=SHIPPED, held=(), holds=holds, proposed=None)
    turn.say(inventory, SHIPPED, told(SHIPPED_BACK) + f"[{event.reason.strip()}]")
    return "shipped_back"


def _hold_more(
    inventory: Document, kind: str, rule: Rule, event: Commanded, turn: Turn, actor: Officer
) -> str | Refusal:
    if inventory.status not in ACCEPTED or _has(inventory, kind, actor.agency):
        return Refusal(WRONG_STATE, inventory.status)
    hold = Hold(agency=actor.agency, kind=kind, status=HOLD_STATUS[kind], reason_zh=rule.zh, reason_en=rule.en,
                since=turn.facts.now, by=actor.id)  # fmt: skip
    _put(inventory, hold, told(rule) + f"[{event.reason.strip()}]", turn)
    return "review"


def _detained(inventory: Document, act: Act, reason: str, turn: Turn) -> str:
    name = table("return_status")
    hold = Hold(agency=act.agency, kind=DETENTION, status=act.choice, reason_zh=name.zh(act.choice),
                reason_en=name.en(act.choice), since=turn.facts.now, by=act.actor, approver=act.approver,
                document_no=act.document_no)  # fmt: skip
    turn.change(inventory, proposed=None)
    text = told(DETAINED_TEXT, ("status", f"{act.choice} {hold.reason_zh}"), ("documentNo", act.document_no))
    _put(inventory, hold, text + f"[{reason}]", turn)
    return "detained"


def _put(inventory: Document, hold: Hold, text: str, turn: Turn) -> None:
    holds = (*inventory.holds, hold)
    changed = turn.change(inventory, holds=holds, status=status_of(holds))
    turn.say(inventory, changed.status, text)


def _has(inventory: Document, kind: str, agency: str) -> bool:
    return any(one.kind == kind and one.agency == agency for one in open_holds(inventory))


def _not_above(turn: Turn, actor: str, agency: str, rank: int, approver: str) -> Refusal | None:
    """Why somebody may not approve: the same person, or registered officers of whom he or she is not one above."""
    if same_person(actor, approver):
        return Refusal(APPROVER, approver, f"!= {actor}")
    officers = turn.facts.officers
    if officers is None or not officers.registered:
        return None
    found = officers.approver
    if found is None or found.agency != agency or found.rank <= rank or "approval" not in found.roles:
        return Refusal(APPROVER, approver, f"approval, rank > {rank}")
    return None
