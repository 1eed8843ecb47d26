"""What the waybills of a parcel tell: in which entry lists they stand, and whose parcel they were before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tongguan.clearance.model import Arrival, Document, Key
from tongguan.engine.workspace import Workspace
from tongguan.registry.model import SiteRow


def listed_elsewhere(key: Key, waybills: Iterable[Key], workspace: Workspace) -> tuple[tuple[str, Arrival], ...]:
    """(logisticsNo, where) of the waybills that stand in another list of the operator whose list has this key."""
    found = ((waybill[1], one) for waybill in dict.fromkeys(waybills) for one in workspace.arrivals(waybill))
    return tuple((number, one) for number, one in found if one.operator_code == key[0] and one.cop_no != key[1])


def released_by_other(waybill: Document | None, inventory: Key, workspace: Workspace) -> datetime | None:
    """When the inventory was released that uses the waybill, if that is another one than ``inventory``."""
    if waybill is None or waybill.used_by is None or waybill.used_by == inventory:
        return None
    user = workspace.document("inventory", waybill.used_by)
    return user.released_at if user is not None else None


def arrival_for(
    waybill_key: Key, waybill: Document | None, site: SiteRow | None, workspace: Workspace
) -> Arrival | None:
    """The entry list that an inventory's waybill stands in: of its site's operator, the latest where it names no site.

    What was listed before the number was free to be used again (M18) is about the former parcel.
    """
    listed = workspace.arrivals(waybill_key)
    if not listed:
        return None
    since = waybill.anew_from if waybill is not None else None
    found = [
        one
        for one in listed
        if (site is None or one.operator_code == site.operator_code) and (since is None or one.at >= since)
    ]
    return found[-1] if found else None
