"""Waiting for arrival (400): where a site wants it, a 9610 parcel is not released before its warehouse entry list."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tongguan.clearance.entry_list import ARRIVAL
from tongguan.clearance.holds import HOLD_STATUS, lift, open_holds, status_of
from tongguan.clearance.model import Await, Document, Facts, Hold
from tongguan.clearance.record import waybill_of
from tongguan.clearance.rule import Rule
from tongguan.clearance.transport import DIRECT

WAITS = Rule(
    id="M19-WAIT", stage="accept", documents=("inventory",), fields=("loctNo", "logisticsCode", "logisticsNo"),
    zh="等待货物运抵监管作业场所（入库明细单）",
    en="waits for the goods to arrive in the supervised site (warehouse entry list)",
    fix_zh="由监管场所经营人申报入库明细单（CEB711），到达后自动继续",
    fix_en="the operator of the site files the entry list (CEB711); the inventory goes on by itself",
    source="real receipts (status 400); registry sites.csv needs_arrival", confidence="medium",
)  # fmt: skip
RULES = (WAITS,)


def with_arrival(inventory: Document, facts: Facts) -> Document:
    """The accepted inventory as its arrival stands now: held until its waybill is in a list, again if that list goes.

    Asked at every step towards release, so that nothing is released that is not there.
    """
    arrival, site = facts.arrival, facts.site
    wanted = site is not None and site.needs_arrival and inventory.record.InventoryHead.tradeMode == DIRECT
    awaited = wanted or facts.answer(ARRIVAL) == "missing"
    held = waits_for_arrival(inventory)
    holds = inventory.holds
    if held and (arrival is not None or not awaited):
        holds = lift(holds, (ARRIVAL,), arrival.rkd_no if arrival else "", facts.now)
    elif not held and arrival is None and awaited:
        holds = (*holds, _hold(facts.now))
    if holds is inventory.holds and arrival == inventory.arrival:
        return inventory
    return msgspec.structs.replace(inventory, holds=holds, arrival=arrival, status=status_of(holds))


def waits_for_arrival(inventory: Document) -> bool:
    """Whether the hold of arrival is open."""
    return any(one.kind == ARRIVAL for one in open_holds(inventory))


def arrival_awaited(inventory: Document) -> Await:
    """What brings the inventory on."""
    return Await(ARRIVAL, waybill_of(inventory))


def _hold(now: datetime) -> Hold:
    return Hold(
        agency="customs",
        kind=ARRIVAL,
        status=HOLD_STATUS[ARRIVAL],
        reason_zh=WAITS.zh,
        reason_en=WAITS.en,
        since=now,
    )
