"""Holds: any agency's reason why goods are not released yet, which status they show, and how they are lifted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tongguan.clearance.model import Document, Hold

GUARANTEE, ARRIVAL, PAUSE, EMERGENCY = "guarantee", "arrival", "pause", "emergency"
REVIEW, EXAMINATION, SUSPEND, DETENTION = "review", "examination", "suspend", "detention"

HOLD_STATUS = {
    REVIEW: "300",
    EXAMINATION: "500",
    SUSPEND: "600",
    GUARANTEE: "120",
    ARRIVAL: "400",
    PAUSE: "600",
    EMERGENCY: "600",
}
"""The receipt status of an inventory while a hold of this kind is open; a detention has one of DETAINED."""
DETAINED = ("501", "502", "503", "599")
AUTOMATIC = frozenset({GUARANTEE, ARRIVAL, PAUSE, EMERGENCY})
"""Kinds that no officer lifts: what they wait for does. Every other is an officer's."""

# Which status shows when several holds are open: the gravest.
_GRAVITY = ("120", "300", "400", "600", "500", *DETAINED)
ACCEPTED = frozenset(_GRAVITY)
"""The statuses of an inventory that customs has accepted and not released yet."""


def open_holds(document: Document) -> tuple[Hold, ...]:
    """The holds that are not lifted yet, whatever their agency."""
    return tuple([one for one in document.holds if one.lifted_at is None])


def lift(
    holds: Sequence[Hold], kinds: Iterable[str], by: str, now: datetime, *, agency: str = "", lane: str = ""
) -> tuple[Hold, ...]:
    """The holds with the open ones of these kinds lifted: of one agency, or of one lane or pause, where it is named."""
    return tuple(
        msgspec.structs.replace(one, lifted_at=now, lifted_by=by)
        if one.lifted_at is None
        and one.kind in kinds
        and (not agency or one.agency == agency)
        and (not lane or one.lane == lane)
        else one
        for one in holds
    )


def status_of(holds: Sequence[Hold]) -> str:
    """The status that open holds show: the gravest of theirs, 120 where there is none."""
    return max((one.status for one in holds if one.lifted_at is None), key=_GRAVITY.index, default="120")
