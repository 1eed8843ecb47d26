"""The case of an event: which of the stored documents belong to what it is about."""

from __future__ import annotations

from typing import Any

from tongguan.clearance.model import Case, Document, Event, Key, Pulled, RecordFiled
from tongguan.clearance.record import head_of, listed_waybills
from tongguan.engine.workspace import Workspace

OF_THIS_ORDER = "OF-THIS-ORDER"
"""What a request in a sandbox may write for invtNo: the last inventory of the order that it names. So files can be made
before the number is known. Nothing in production: there it is a number that no inventory has.
"""


def case_of(event: Event, workspace: Workspace, *, sandbox: bool = False) -> Case:
    """What was filed about the event's order, as far as the decision needs it (``clearance.model.Case``)."""
    existing = workspace.document(event.kind, event.key)
    if isinstance(event, Pulled):
        return Case(existing=existing, payments=workspace.payments(event.key))
    match event.kind:
        case "inventory":
            return _inventory_case(event, existing, workspace)
        case "cancellation" | "goods_return":
            return _request_case(event, existing, workspace, sandbox)
        case "entry_list":
            return Case(existing=existing, claims=_claims(event, existing, workspace))
        case "waybill_status":
            return Case(existing=existing, waybill=workspace.document("waybill", event.key[:2]))
        case _:
            return Case(existing=existing)


def _inventory_case(event: Event, existing: Document | None, workspace: Workspace) -> Case:
    head = filed_head(event, existing)
    if head is None:
        return Case(existing=existing)
    order_key = head.ebpCode, head.orderNo
    return Case(
        existing=existing,
        requests=workspace.requests(order_key, existing.invt_no if existing else ""),
        order=workspace.document("order", order_key),
        payments=workspace.payments(order_key),
        waybill=workspace.document("waybill", (head.logisticsCode, head.logisticsNo)),
        inventories=tuple(other for other in workspace.inventories(order_key) if other.key != event.key),
    )


def _request_case(event: Event, existing: Document | None, workspace: Workspace, sandbox: bool) -> Case:
    inventory = _named_inventory(event, existing, workspace, sandbox)
    if inventory is None or inventory.record is None:
        return Case(existing=existing, inventory=inventory)
    named, order_key = inventory.record.InventoryHead, inventory.order_key
    return Case(
        existing=existing,
        inventory=inventory,
        order=workspace.document("order", order_key),
        payments=workspace.payments(order_key),
        waybill=workspace.document("waybill", (named.logisticsCode, named.logisticsNo)),
        requests=tuple(
            other
            for other in workspace.requests(order_key, inventory.invt_no)
            if (other.kind, other.key) != (event.kind, event.key)
        ),
    )


def _named_inventory(event: Event, existing: Document | None, workspace: Workspace, sandbox: bool) -> Document | None:
    """The inventory that a request names, by its number."""
    if not isinstance(event, RecordFiled):
        return workspace.inventory_numbered(existing.invt_no) if existing is not None else None
    head = head_of(event.kind, event.record)
    if sandbox and head.invtNo == OF_THIS_ORDER:
        return next(reversed(workspace.inventories((head.ebpCode, head.orderNo))), None)
    return workspace.inventory_numbered(head.invtNo)


def _claims(event: Event, existing: Document | None, workspace: Workspace) -> tuple[Document, ...]:
    """The live inventories that name a waybill of an entry list, as it is filed and as it stands."""
    waybills = dict.fromkeys(waybills_listed(event, existing))
    users = dict.fromkeys(user for waybill in waybills for user in workspace.waybill_users(waybill))
    found = (workspace.document("inventory", user) for user in users)
    return tuple(one for one in found if one is not None and one.record is not None)


def waybills_listed(event: Event, existing: Document | None) -> tuple[Key, ...]:
    """The waybills of an entry list, as it is filed and as it stands."""
    filed = event.record if isinstance(event, RecordFiled) else None
    stored = existing.record if existing is not None else None
    return tuple(key for record in (filed, stored) if record is not None for key in listed_waybills(record))


def filed_head(event: Event, existing: Document | None) -> Any:
    """The head of the record that was filed, or of the document as it stands; None where that was erased."""
    if isinstance(event, RecordFiled):
        return head_of(event.kind, event.record)
    return head_of(event.kind, existing.record) if existing is not None and existing.record is not None else None
