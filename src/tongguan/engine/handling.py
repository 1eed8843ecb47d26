"""Facts about people and pauses: who acts, who is on duty, which pauses stand, what such goods cost before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tongguan.clearance.handling import Duty, Officer, Officers, Pause, PriceHistory
from tongguan.clearance.lanes import parcel_of
from tongguan.clearance.model import Case, Commanded, Document, Event
from tongguan.clearance.officers import pauses
from tongguan.clearance.officers.assignment import CUSTOMS
from tongguan.engine.casework import Casework
from tongguan.engine.draws import CHINA, case_of_draw, choose, lane_draws, played_draws, seed_of
from tongguan.law.inforce import LawAt
from tongguan.law.rows import Parcel
from tongguan.registry.officers import Roster

if TYPE_CHECKING:
    from tongguan.engine.facts import Sources

OFFICER = "officer"
"""What the draw of an officer is called, where a lane's is called by the lane's id."""


def handling_facts(
    event: Event,
    case: Case,
    record: Any,
    parties: Collection[str],
    sources: Sources,
    now: datetime,
    *,
    played: str = "",
) -> dict[str, Any]:
    """The facts named above and the draws of the lanes, as far as this event needs them.

    ``record`` is the one filed or stored, if any; ``played`` is the kind of lane that a sandbox's scenario wants.
    """
    found: dict[str, Any] = {}
    day = now.astimezone(CHINA).date()
    roster = sources.registry.roster
    if isinstance(event, Commanded):
        found["officers"] = _officers(event, case.existing, parties, roster, day)
    if event.kind == pauses.KIND:
        named = sources.workspace.casework.pause(event.key[0])
        found["pauses"] = (named,) if named is not None else ()
    if event.kind == "inventory" and record is not None:
        law, parcel = sources.law.at(day), parcel_of(record)
        lanes = law.lanes(parcel)
        draws = lane_draws(case.existing, record, lanes, sources.keys, day)
        found["draws"] = played_draws(played, draws, lanes) if played else draws
        found["pauses"] = _pauses(case.existing, parcel, law, sources.workspace.casework)
        if roster:
            found["duty"] = _duty(event, case.existing, record, parties, sources, now, day)
        if asking := [lane for lane in lanes if lane.price_outlier]:
            lines = [
                one for one in record.InventoryList if any(row.covers_line(one.gcode, one.country) for row in asking)
            ]
            found["prices"] = _prices(lines, record.InventoryHead.currency, law, sources.workspace.casework, now)
    return found


def _officers(
    event: Commanded, existing: Document | None, parties: Collection[str], roster: Roster, day: date
) -> Officers:
    if not roster:
        return Officers()
    named = event.choice if event.action == "hand_over" else ""
    if event.action == "approve" and existing is not None and existing.proposed is not None:
        named = existing.proposed.actor
    return Officers(
        registered=True,
        actor=_officer(event.actor, parties, roster, day),
        approver=_officer(event.approver, parties, roster, day),
        named=_officer(named, parties, roster, day),
    )


def _officer(officer_id: str, parties: Collection[str], roster: Roster, day: date) -> Officer | None:
    row = roster.officer(officer_id.strip(), day)
    if row is None:
        return None
    conflicts = roster.conflicts(row.officer_id, parties)
    return Officer(id=row.officer_id, agency=row.agency, customs_code=row.customs_code, rank=row.rank, roles=row.roles,
                   conflicts=conflicts)  # fmt: skip


def _pauses(existing: Document | None, parcel: Parcel, law: LawAt, casework: Casework) -> tuple[Pause, ...]:
    """The open ones that concern the inventory, and those that hold it, ended or not."""
    found = {one.id: one for one in casework.open_pauses() if pauses.concerns(one.scope, parcel, law)}
    for awaited in pauses.awaited(existing) if existing is not None else ():
        holding = casework.pause(awaited.key[0])
        if holding is not None:
            found[holding.id] = holding
    return tuple(found.values())


def _duty(
    event: Event,
    existing: Document | None,
    record: Any,
    parties: Collection[str],
    sources: Sources,
    now: datetime,
    day: date,
) -> Duty:
    head, roster = record.InventoryHead, sources.registry.roster
    left = set(existing.withdrawn) if existing is not None else set()
    if isinstance(event, Commanded) and event.action == "withdraw":
        left.add(event.actor)
    on_duty = roster.on_duty(CUSTOMS, head.customsCode, now)
    able = tuple([one for one in on_duty if one not in left and not roster.conflicts(one, parties)])
    if not able:
        return Duty("", roster.next_shift(CUSTOMS, head.customsCode, now))
    if existing is not None and existing.officer in able:
        return Duty(existing.officer)
    seed, case_id = seed_of(existing, sources.keys, day), case_of_draw(record, sources.keys)
    return Duty(choose(seed, case_id, f"{OFFICER}/{len(left)}" if left else OFFICER, able))


def _prices(lines: Any, currency: str, law: LawAt, casework: Casework, now: datetime) -> tuple[PriceHistory, ...]:
    since = now - timedelta(days=law.setting("price_outlier_days").int)
    found = []
    for gcode, unit in dict.fromkeys((line.gcode, line.unit) for line in lines):
        if prices := sorted(casework.prices_since((gcode, unit, currency), since)):
            found.append(PriceHistory(gcode, unit, _median(prices), len(prices)))
    return tuple(found)


def _median(prices: list[int]) -> Decimal:
    """The middle of sorted prices in whole 1e-5, in yuan: of an even number the mean of the two in the middle."""
    middle = len(prices) // 2
    twice = prices[middle] + prices[middle if len(prices) % 2 else middle - 1]
    return Decimal(twice * 5).scaleb(-6)
