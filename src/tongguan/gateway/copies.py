"""Copies of filed data for a subscriber: as its recorded role sees them, and of that the recorded fields only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from tongguan.clearance.model import RecordFiled
from tongguan.engine.record import event_from
from tongguan.gateway.visibility import visibility
from tongguan.registry.model import SubscriptionRow
from tongguan.registry.snapshot import Registry
from tongguan.registry.subscriptions import DATA
from tongguan.store.events import StoredEvent


class CopyForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One filed record as a subscriber may see it today.

    ``record`` is empty where the subscription has ended or the data were erased; ``key`` names the document still.
    """

    filing_id: str
    record_no: int
    message_type: str
    kind: str
    key: tuple[str, ...]
    sender: str
    filed_at: str
    record: dict[str, Any]


class CopiesPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Copies in the order of filing. ``next`` is the cursor to go on from."""

    dxp_id: str
    copies: list[CopyForm]
    next: str
    more: bool


def copies_page(
    dxp_id: str, found: Sequence[StoredEvent], cursor: str, more: bool, registry: Registry | None, today: date
) -> CopiesPage:
    """What one exchange id may see of these events today (in China)."""
    return CopiesPage(
        dxp_id=dxp_id,
        copies=[_copy(dxp_id, event, registry, today) for event in found],
        next=cursor,
        more=more,
    )


def _copy(dxp_id: str, event: StoredEvent, registry: Registry | None, today: date) -> CopyForm:
    filed = None if event.erased else event_from(event.opened())
    assert filed is None or isinstance(filed, RecordFiled), "only filed records are copied"
    return CopyForm(
        filing_id=event.filing_id,
        record_no=event.record_no,
        message_type=filed.message_type if filed else "",
        kind=event.kind,
        key=event.key,
        sender=filed.sender if filed else "",
        filed_at=event.at.isoformat(),
        record=_shown(dxp_id, filed, registry, today) if filed else {},
    )


def _shown(dxp_id: str, filed: RecordFiled, registry: Registry | None, today: date) -> dict[str, Any]:
    party = registry.by_dxp(filed.sender, today) if registry else None
    row = registry.subscriptions.recorded(dxp_id, party.code, DATA, today) if registry and party else None
    if row is None:
        return {}
    return narrowed(visibility(today).record((row.role,), filed.kind, filed.record), row)


def narrowed(record: dict[str, Any], row: SubscriptionRow) -> dict[str, Any]:
    """The record without the fields that the row does not name; a row that names none keeps all."""
    if not row.fields:
        return record
    kept = {part: _narrowed(part, value, frozenset(row.fields)) for part, value in record.items()}
    return {part: value for part, value in kept.items() if value}


def _narrowed(part: str, value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [line for line in (_narrowed(part, one, fields) for one in value) if line]
    return {name: text for name, text in value.items() if f"{part}.{name}" in fields}
