"""Where a document stands in the officers' queue: at whose office, with whom, why, since when."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from tongguan.clearance.holds import AUTOMATIC, EMERGENCY, open_holds
from tongguan.clearance.model import Document
from tongguan.clearance.officers.assignment import CUSTOMS, office_of
from tongguan.clearance.officers.talk import open_question
from tongguan.clearance.rule import REQUESTS

QUEUED = frozenset({"inventory", *REQUESTS})
"""Kinds of documents that may wait for a person."""


class Place(NamedTuple):
    """A document that waits for a person. ``why``: kinds of open holds; request; review_asked; proposal; question (the
    filer may answer ``until`` that day in China), answered, unanswered.
    """

    office: str
    officer: str
    agencies: tuple[str, ...]
    why: tuple[str, ...]
    since: datetime
    until: date | None


def place(document: Document) -> Place | None:
    """The document's place in the queue; None where no person has to do anything."""
    if document.kind in REQUESTS:
        return _of_request(document)
    if not document.holds and document.review_asked_at is None:
        return None
    return None if document.deleted else _of_inventory(document)


def _of_request(request: Document) -> Place | None:
    if request.status != "120" or request.deleted:
        return None
    since = request.holds[0].since if request.holds else request.filed_at
    return Place(office_of(request), request.officer, (CUSTOMS,), ("request",), since, None)


def _of_inventory(inventory: Document) -> Place | None:
    holds = [one for one in open_holds(inventory) if one.kind not in AUTOMATIC or one.kind == EMERGENCY]
    why = [one.kind for one in holds]
    agencies = [one.agency for one in holds]
    since = [one.since for one in holds]
    if inventory.review_asked_at is not None:
        why.append("review_asked")
        agencies.append(CUSTOMS)
        since.append(inventory.review_asked_at)
    if not why:
        return None
    question = open_question(inventory)
    if inventory.proposed is not None:
        why.append("proposal")
        agencies.append(inventory.proposed.agency)
    if question is not None:
        why.append("question")
    elif inventory.words and inventory.words[-1].what in _TOLD:
        why.append(_TOLD[inventory.words[-1].what])
    return Place(
        office_of(inventory),
        inventory.officer,
        tuple(dict.fromkeys(agencies)),
        tuple(dict.fromkeys(why)),
        min(since),
        question.until if question is not None else None,
    )


_TOLD = {"answer": "answered", "unanswered": "unanswered"}
