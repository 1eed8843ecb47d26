"""What the lanes say of an inventory: for which of them it is drawn, and which holds follow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from tongguan.clearance.handling import PriceHistory
from tongguan.clearance.holds import HOLD_STATUS
from tongguan.clearance.model import Document, Facts, FactsMissing, Hold
from tongguan.clearance.payment_pull import examined_share
from tongguan.law.inforce import LawAt
from tongguan.law.money import EXACT
from tongguan.law.rows import LaneRow, Parcel


class Drawn(NamedTuple):
    """What the lanes say: holds, the draws (to be kept for later versions) and the ids of the law rows asked."""

    holds: tuple[Hold, ...]
    draws: tuple[tuple[str, Decimal], ...]
    law_rows: tuple[str, ...]


def parcel_of(record: Any) -> Parcel:
    """What lanes and pauses ask about, of an inventory's record."""
    head = record.InventoryHead
    parties = (head.ebpCode, head.ebcCode, head.agentCode, head.logisticsCode, head.areaCode or "")
    return Parcel(
        head.customsCode,
        head.tradeMode,
        tuple(dict.fromkeys(filter(None, parties))),
        tuple([(line.gcode, line.country) for line in record.InventoryList]),
    )


def drawn_holds(inventory: Document, dutiable_value: Decimal, facts: Facts, law: LawAt) -> Drawn:
    """The holds of the lanes that this inventory is drawn for. A draw made once stands: filing again is no new draw."""
    known = dict(facts.draws) | dict(inventory.draws)
    lanes = law.lanes(parcel_of(inventory.record))
    if wanting := [lane.id for lane in lanes if lane.id not in known]:
        raise FactsMissing(f"draws of lanes {wanting}")
    rows = [lane.id for lane in lanes]
    holds = []
    for lane in lanes:
        share, share_rows = examined_share(lane, facts.failed_pulls, law)
        rows += share_rows
        if known[lane.id] >= share or not lane.covers_value(dutiable_value):
            continue
        if lane.price_outlier:
            rows += _price_rows(law)
            if not has_outlier(inventory.record.InventoryList, lane, facts.prices, law):
                continue
        holds.append(_hold(lane, facts))
    draws = dict(inventory.draws) | {lane.id: known[lane.id] for lane in lanes}
    return Drawn(tuple(holds), tuple(draws.items()), tuple(dict.fromkeys(rows)))


def has_outlier(lines: tuple[Any, ...], lane: LaneRow, prices: tuple[PriceHistory, ...], law: LawAt) -> bool:
    """Whether a line of the lane's goods has a unit price far from the median of what was released (F3.4).

    With fewer releases than the law asks for nothing is said about a price.
    """
    least = law.setting("price_outlier_releases_min").int
    low, high = (law.setting(key).decimal for key in ("price_outlier_low_share", "price_outlier_high_factor"))
    histories = {(one.gcode, one.unit): one for one in prices if one.releases >= least}
    for line in lines:
        history = histories.get((line.gcode, line.unit))
        if history is None or not lane.covers_line(line.gcode, line.country):
            continue
        if not EXACT.multiply(history.median, low) <= line.price <= EXACT.multiply(history.median, high):
            return True
    return False


def _price_rows(law: LawAt) -> list[str]:
    keys = ("price_outlier_low_share", "price_outlier_high_factor", "price_outlier_releases_min", "price_outlier_days")
    return [law.setting(key).id for key in keys]


def _hold(lane: LaneRow, facts: Facts) -> Hold:
    return Hold(
        agency=lane.agency,
        kind=lane.hold,
        status=HOLD_STATUS[lane.hold],
        reason_zh=lane.zh,
        reason_en=lane.en,
        since=facts.now,
        lane=lane.id,
    )
