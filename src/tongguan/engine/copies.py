"""Which of the subscribers that filings name are recorded in the registry: a fact of its own for each event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tongguan.clearance.model import Case, Document, Event, RecordFiled
from tongguan.registry.snapshot import Registry
from tongguan.registry.subscriptions import DATA, RECEIPTS


def copy_facts(event: Event, case: Case, registry: Registry, day: date) -> dict[str, Any]:
    """Facts about copies; nothing at all where nobody has subscribed, which is almost always."""
    found: dict[str, Any] = {}
    asked = {(one.sender, whom) for one in _documents(case) for whom in one.subscribers}
    if isinstance(event, RecordFiled):
        asked |= {(event.sender, whom) for whom in event.subscribers}
        if event.copy_to:
            found["data_copies"] = tuple(
                whom for whom in event.copy_to if _is_recorded(registry, event.sender, whom, DATA, day)
            )
    if asked:
        found["unrecorded_copies"] = tuple(
            pair for pair in sorted(asked) if not _is_recorded(registry, *pair, RECEIPTS, day)
        )
    return found


def _is_recorded(registry: Registry, filer: str, whom: str, copies: str, day: date) -> bool:
    party = registry.by_dxp(filer, day)
    return party is not None and registry.subscriptions.recorded(whom, party.code, copies, day) is not None


def _documents(case: Case) -> Iterable[Document]:
    """The documents about which an event may put out receipts, those with subscribers."""
    several = (*case.payments, *case.inventories, *case.requests, *case.claims)
    return [
        one
        for one in (case.existing, case.order, case.waybill, case.inventory, *several)
        if one is not None and one.subscribers
    ]
