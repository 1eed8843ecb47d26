"""Who gets a case that customs holds: drawn among those on shift (双随机), taken, handed over, given up for a conflict.

The draw itself is a fact (``Facts.duty``): it follows from the seed of the day and the case, never from anybody's will.
"""

from __future__ import annotations

import msgspec

from tongguan.clearance.handling import Officer
from tongguan.clearance.holds import ACCEPTED, AUTOMATIC, open_holds
from tongguan.clearance.model import Await, Case, Commanded, Decision, Document, Due, Facts
from tongguan.clearance.officer_rules import (
    CHOICE,
    CONFLICT,
    NOT_REGISTERED,
    OTHERS,
    WRONG_AGENCY,
    WRONG_OFFICE,
    WRONG_STATE,
    Refusal,
)
from tongguan.clearance.officers.pauses import same_person
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import REQUESTS
from tongguan.clearance.turn import Turn, nothing
from tongguan.law.inforce import LawAt

CUSTOMS = "customs"
SHIFT = "shift"
"""What a case waits for that nobody on shift could get: the next shift, or a registry that tells one."""
ANY_OFFICE = "*"


def wants_officer(document: Document) -> bool:
    """Whether an officer of customs has to look at the document and nobody has it."""
    return not document.officer and any(
        one.agency == CUSTOMS and one.kind not in AUTOMATIC for one in open_holds(document)
    )


def with_officer(inventory: Document, facts: Facts) -> Document:
    """The inventory with the officer on duty, if it needs one and somebody is."""
    if facts.duty is None or not facts.duty.officer or not wants_officer(inventory):
        return inventory
    return msgspec.structs.replace(inventory, officer=facts.duty.officer)


def wait_for_shift(inventory: Document, turn: Turn) -> tuple[Await, ...]:
    """What brings an officer to a case that nobody has: the next shift, or a registry that tells of one."""
    duty = turn.facts.duty
    if duty is None or not wants_officer(inventory):
        return ()
    if duty.next_shift is None:
        return (Await(SHIFT, (ANY_OFFICE,)),)
    turn.due.append(Due(what=SHIFT, kind=inventory.kind, key=inventory.key, at=duty.next_shift))
    return ()


def office_of(document: Document) -> str:
    """The customs office that an inventory or a request names; the number of an accepted one begins with it, too."""
    if document.record is None:
        return document.invt_no[:4]
    office: str = head_of(document.kind, document.record).customsCode
    return office


def shift_begins(case: Case, event: object, facts: Facts, law: LawAt) -> Decision:
    """A shift begins, or a registry has come: whoever is on duty gets the case, if still nobody has it."""
    inventory, turn = case.existing, Turn(facts, law)
    if inventory is None or inventory.record is None or inventory.deleted or not wants_officer(inventory):
        return nothing(inventory)
    found = with_officer(inventory, facts)
    if found is inventory:
        turn.awaits = wait_for_shift(inventory, turn)
        return turn.freeze("nothing", inventory)
    turn.change(inventory, officer=found.officer)
    return turn.freeze("assigned", inventory)


def take(document: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """Nobody has the case: the officer takes it."""
    if document.officer:
        return Refusal(OTHERS, document.officer, "")
    waits = document.status in ACCEPTED or document.review_asked_at is not None
    if not (document.status == "120" if document.kind in REQUESTS else waits):
        return Refusal(WRONG_STATE, document.status)
    turn.change(document, officer=actor.id)
    return "taken"


def withdraw(document: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """The officer has a conflict of interest: another is drawn among the rest."""
    if not same_person(document.officer, actor.id):
        return Refusal(OTHERS, document.officer, actor.id)
    duty = turn.facts.duty
    left = turn.change(document, officer="", withdrawn=(*document.withdrawn, actor.id))
    if document.kind == "inventory":
        found = with_officer(left, turn.facts)
        turn.change(document, officer=found.officer)
        if duty is not None and not found.officer:
            turn.awaits += wait_for_shift(left, turn)
    return "withdrawn"


def hand_over(document: Document, case: Case, event: Commanded, turn: Turn, actor: Officer) -> str | Refusal:
    """The officer who has the case, or one with the role of duty, gives it to another one by name."""
    if not same_person(document.officer, actor.id) and "duty" not in actor.roles:
        return Refusal(OTHERS, document.officer, actor.id)
    name = event.choice.strip()
    if not name or same_person(name, document.officer) or any(same_person(name, one) for one in document.withdrawn):
        return Refusal(CHOICE, name)
    officers = turn.facts.officers
    if officers is not None and officers.registered and (refusal := _may_not_have(document, officers.named, actor)):
        return refusal
    turn.change(document, officer=officers.named.id if officers and officers.named else name)
    return "handed_over"


def _may_not_have(document: Document, named: Officer | None, actor: Officer) -> Refusal | None:
    if named is None:
        return Refusal(NOT_REGISTERED)
    if named.agency != actor.agency:
        return Refusal(WRONG_AGENCY, named.agency, actor.agency)
    if named.customs_code not in ("*", office_of(document)):
        return Refusal(WRONG_OFFICE, named.customs_code, office_of(document))
    if "casework" not in named.roles:
        return Refusal(CHOICE, " ".join(named.roles), "casework")
    if named.conflicts:
        return Refusal(CONFLICT, " ".join(named.conflicts))
    return None
