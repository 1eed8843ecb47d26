"""Values of the handling by officers: who they are, what they did and wrote, what is paused, what goods cost before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import msgspec


class Words(msgspec.Struct, frozen=True, array_like=True):
    """What an officer and the filer wrote to one another. ``what``: question, answer, unanswered (its time is over),
    request (for a review), proposal (of a detention). ``until`` is the last day in China for the answer to a question.

    May name persons: kept sealed with the record.
    """

    what: str
    by: str
    at: datetime
    text: str = ""
    until: date | None = None


class Act(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an officer did to a document, without the words: those are in the event. ``choice`` as in Commanded."""

    action: str
    actor: str
    agency: str
    at: datetime
    choice: str = ""
    approver: str = ""
    document_no: str = ""


class Scope(msgspec.Struct, frozen=True, array_like=True):
    """What a pause of release is for; all that is given must fit, nothing at all is everything (an emergency).

    ``office`` and ``goods`` are prefixes; ``goods`` and ``origin`` must meet in one line; ``lane`` stands for all that
    the lane covers; ``party`` is any company named.
    """

    office: str = ""
    lane: str = ""
    goods: str = ""
    origin: str = ""
    party: str = ""


class Pause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pause of release. ``id`` is that of the command that set it; ``actor`` set it, another lifts it."""

    id: str
    scope: Scope
    agency: str
    actor: str
    at: datetime
    resumed_by: str = ""
    resumed_at: datetime | None = None


class Officer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An officer in office on the day of an event. ``conflicts``: the parties of the case that he or she must avoid."""

    id: str
    agency: str
    customs_code: str
    rank: int
    roles: tuple[str, ...]
    conflicts: tuple[str, ...] = ()


class Officers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom a command names, as far as registered: who acts, who approves, to whom it is handed or who proposed it.

    With ``registered`` False the registry has no officers at all, and a name is all that is known of anybody.
    """

    registered: bool = False
    actor: Officer | None = None
    approver: Officer | None = None
    named: Officer | None = None


class Duty(msgspec.Struct, frozen=True, array_like=True):
    """Who would get a case that customs holds: the officer drawn among those on shift without a conflict, or nobody;
    then when the next shift begins, where that is known.
    """

    officer: str
    next_shift: datetime | None = None


class PriceHistory(msgspec.Struct, frozen=True, array_like=True):
    """What goods cost before: the median of the unit prices of so many releases, in yuan a ``unit`` of the deal."""

    gcode: str
    unit: str
    median: Decimal
    releases: int
