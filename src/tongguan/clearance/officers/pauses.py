"""Pauses of release: set by one officer, lifted by another; what they are for, and the holds that they put.

A pause holds what would be released while it is open: asked for at acceptance and at every later step towards release,
and taken off at the first such step after its end. A pause of everything is an emergency: then the machine releases
nothing, while an officer who has looked at a case may still release it.
"""

from __future__ import annotations

import msgspec

from tongguan.clearance.handling import Officer, Pause, Scope
from tongguan.clearance.holds import EMERGENCY, HOLD_STATUS, PAUSE, lift, open_holds, status_of
from tongguan.clearance.model import Await, Commanded, Decision, Document, Facts, Hold
from tongguan.clearance.officer_rules import NO_PAUSE, SCOPE, SECOND_PERSON, WRONG_AGENCY, not_done
from tongguan.codes.catalogue import table
from tongguan.law.inforce import LawAt
from tongguan.law.rows import Parcel

KIND = "pause"
"""The kind of the subject that a pause's events belong to; its key is the pause's id."""
EVERYTHING = Scope()


def concerns(scope: Scope, parcel: Parcel, law: LawAt) -> bool:
    """Whether an inventory is within the scope: every part of it that is given has to fit."""
    lane = law.lane(scope.lane) if scope.lane else None
    return (
        parcel.customs_code.startswith(scope.office)
        and (not scope.party or scope.party in parcel.parties)
        and (not scope.lane or (lane is not None and lane.covers(parcel)))
        and any(code.startswith(scope.goods) and scope.origin in ("", origin) for code, origin in parcel.goods)
    )


def with_pauses(inventory: Document, facts: Facts) -> Document:
    """The accepted inventory as the pauses stand now: held by those that are open, free of those that have ended."""
    if not facts.pauses and not any(one.kind in (PAUSE, EMERGENCY) for one in open_holds(inventory)):
        return inventory
    holds = inventory.holds
    for pause in facts.pauses:
        if pause.resumed_at is not None:
            holds = lift(holds, (PAUSE, EMERGENCY), pause.resumed_by, facts.now, lane=pause.id)
        elif all(one.lane != pause.id for one in holds):  # what an officer let through in spite of it stays so
            holds = (*holds, _hold(pause, facts))
    if holds == inventory.holds:
        return inventory
    return msgspec.structs.replace(inventory, holds=holds, status=status_of(holds))


def awaited(inventory: Document) -> tuple[Await, ...]:
    """The ends of pauses that would bring the inventory on."""
    return tuple([Await(KIND, (one.lane,)) for one in open_holds(inventory) if one.kind in (PAUSE, EMERGENCY)])


def decide(event: Commanded, facts: Facts, law: LawAt, actor: Officer) -> Decision:
    """Set a pause, or end one; who acts has been asked about already."""
    return _set(event, facts, law, actor) if event.action == "pause" else _end(event, facts, actor)


def _set(event: Commanded, facts: Facts, law: LawAt, actor: Officer) -> Decision:
    scope = event.scope or EVERYTHING
    if (wrong := _wrong_part(scope, law)) is not None:
        return not_done(None, SCOPE, event, *wrong)
    pause = Pause(id=event.key[0], scope=scope, agency=actor.agency, actor=actor.id, at=facts.now)
    return Decision(outcome="paused", status="open", pause=pause)


def _end(event: Commanded, facts: Facts, actor: Officer) -> Decision:
    pause = facts.pauses[0] if facts.pauses else None
    if pause is None or pause.resumed_at is not None:
        return not_done(None, NO_PAUSE, event, " ".join(event.key))
    if pause.agency != actor.agency:
        return not_done(None, WRONG_AGENCY, event, actor.agency, pause.agency)
    if same_person(pause.actor, actor.id):
        return not_done(None, SECOND_PERSON, event, actor.id, f"!= {pause.actor}")
    ended = msgspec.structs.replace(pause, resumed_by=actor.id, resumed_at=facts.now)
    return Decision(outcome="resumed", status="ended", pause=ended, brings=(Await(KIND, (pause.id,)),))


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are written."""
    return one.strip().casefold() == other.strip().casefold()


def _wrong_part(scope: Scope, law: LawAt) -> tuple[str, str] | None:
    """(found, expected) of the first part of a scope that cannot be right."""
    if scope.office and not (scope.office.isascii() and scope.office.isdigit() and len(scope.office) <= 4):
        return scope.office, "1-4 × 0-9"
    if scope.goods and not (scope.goods.isascii() and scope.goods.isdigit() and len(scope.goods) <= 10):
        return scope.goods, "1-10 × 0-9"
    if scope.origin and not table("countries").has(scope.origin):
        return scope.origin, "countries.csv"
    if scope.lane and law.lane(scope.lane) is None:
        return scope.lane, "lanes.csv"
    return None


def _hold(pause: Pause, facts: Facts) -> Hold:
    kind = EMERGENCY if pause.scope == EVERYTHING else PAUSE
    named = ((name, getattr(pause.scope, name)) for name in Scope.__struct_fields__)
    parts = " ".join(f"{name}={value}" for name, value in named if value)
    return Hold(
        agency=pause.agency,
        kind=kind,
        status=HOLD_STATUS[kind],
        reason_zh=f"暂停放行（{parts or '全部'}）",
        reason_en=f"release is paused ({parts or 'everything'})",
        since=facts.now,
        lane=pause.id,
        by=pause.actor,
    )
