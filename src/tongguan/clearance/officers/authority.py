"""Who may do this: a registered officer in office, with the role, of the office, without a conflict, who has the case;
or, for what filers do, the company that answers for the document.
"""

from __future__ import annotations

from tongguan.clearance.handling import Officer
from tongguan.clearance.model import Commanded, Document, Facts
from tongguan.clearance.officer_rules import (
    CONFLICT,
    NOT_FILER,
    NOT_REGISTERED,
    OTHERS,
    WRONG_OFFICE,
    WRONG_ROLE,
    Refusal,
)
from tongguan.clearance.officers.assignment import CUSTOMS, office_of
from tongguan.clearance.officers.pauses import same_person
from tongguan.clearance.record import head_of, may_file
from tongguan.registry.roles import OFFICER_ROLES

FILER = ""
"""The role of those who filed the document."""


def acting(event: Commanded, facts: Facts, role: str) -> Officer | Refusal:
    """The officer who acts, if he or she has the role. Where none are registered every name is an officer's."""
    name = event.actor.strip()
    officers = facts.officers
    if officers is None or not officers.registered:
        if not name:
            return Refusal(NOT_REGISTERED)
        return Officer(id=name, agency=CUSTOMS, customs_code="*", rank=0, roles=tuple(OFFICER_ROLES))
    if officers.actor is None:
        return Refusal(NOT_REGISTERED, name)
    if role not in officers.actor.roles:
        return Refusal(WRONG_ROLE, " ".join(officers.actor.roles), role)
    return officers.actor


def keeps_from(actor: Officer, document: Document, facts: Facts, *, owned: bool, withdraws: bool) -> Refusal | None:
    """Why the officer may not act on this document: another office's, a conflict, somebody else's case."""
    if actor.customs_code not in ("*", office_of(document)):
        return Refusal(WRONG_OFFICE, actor.customs_code, office_of(document))
    if actor.conflicts and not withdraws:
        return Refusal(CONFLICT, " ".join(actor.conflicts))
    registered = facts.officers is not None and facts.officers.registered
    if not owned or actor.agency != CUSTOMS or not (document.officer or registered):
        return None
    return None if same_person(document.officer, actor.id) else Refusal(OTHERS, document.officer, actor.id)


def filer(event: Commanded, document: Document) -> Officer | Refusal:
    """The company that answers for the document, as the one who acts."""
    answering = may_file(document.kind, head_of(document.kind, document.record))
    if event.actor not in answering:
        return Refusal(NOT_FILER, event.actor, " ".join(answering))
    return Officer(id=event.actor, agency="", customs_code="*", rank=0, roles=())
