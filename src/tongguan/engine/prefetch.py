"""Reading ahead: what the causes of a batch name, then what the documents found there name, a query a table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from tongguan.clearance.entry_list import ARRIVAL
from tongguan.clearance.model import Commanded, Document, Due, Key, RecordFiled, Woken
from tongguan.clearance.record import head_of, listed_waybills
from tongguan.clearance.rule import REQUESTS
from tongguan.engine.causes import Cause
from tongguan.engine.facts import account_names
from tongguan.engine.workspace import Named, Workspace
from tongguan.store.keys import KeyRing


class _Wanted:
    """What is to be loaded, gathered; each set goes to its table."""

    def __init__(self, keys: KeyRing, day: date) -> None:
        self._keys, self._day = keys, day
        self.documents: set[Named] = set()
        self.orders: set[Key] = set()
        self.waybills: set[Key] = set()
        self.accounts: set[str] = set()
        self.awaits: set[Named] = set()
        self.invt_nos: set[str] = set()

    def inventory(self, record: Any) -> None:
        """What an inventory's decision looks at."""
        head = record.InventoryHead
        order, waybill = (head.ebpCode, head.orderNo), (head.logisticsCode, head.logisticsNo)
        self.orders.add(order)
        self.waybills.add(waybill)
        self.documents |= {("order", order), ("waybill", waybill)}
        self.accounts.update(account_names(head, record.InventoryList, self._keys, self._day))

    def record(self, event: RecordFiled) -> None:
        """What the decision on a filed record looks at, as far as the record itself names it."""
        match event.kind:
            case "inventory":
                self.inventory(event.record)
            case "cancellation" | "goods_return":
                head = head_of(event.kind, event.record)
                self.orders.add((head.ebpCode, head.orderNo))
                self.invt_nos.add(head.invtNo)
            case "entry_list":
                self.entry_list(event.record)
            case "waybill_status":
                self.documents.add(("waybill", event.key[:2]))
            case kind:
                self.awaits.add((kind, event.key[2:] if kind == "payment" else event.key))

    def entry_list(self, record: Any) -> None:
        """Who names the waybills of a list, and who waits for them."""
        waybills = listed_waybills(record)
        self.waybills.update(waybills)
        self.awaits.update((ARRIVAL, waybill) for waybill in waybills)

    def load(self, workspace: Workspace) -> None:
        workspace.prefetch(self.documents, self.orders, self.waybills, self.accounts, self.awaits, self.invt_nos)


def prefetch(causes: Iterable[Cause], workspace: Workspace, keys: KeyRing, day: date) -> None:
    """Two rounds: what the causes name, then what the documents found there name."""
    wanted, found, lists = _Wanted(keys, day), [], []
    for cause in causes:
        wanted.documents.add((cause.kind, cause.key))
        event = cause.event
        if isinstance(event, RecordFiled):
            wanted.record(event)
            if event.kind == "entry_list":
                lists.append(event.record)
        if isinstance(event, Commanded | Due | Woken) or cause.kind in REQUESTS:
            found.append(cause)
    wanted.load(workspace)
    if found or lists:
        _second_round(found, lists, workspace, _Wanted(keys, day))


def _second_round(found: list[Cause], lists: list[Any], workspace: Workspace, wanted: _Wanted) -> None:
    for record in lists:
        for waybill in listed_waybills(record):
            wanted.documents.update(("inventory", user) for user in workspace.waybill_users(waybill))
    for cause in found:
        document = _inventory_of(cause, workspace)
        if document is not None and document.record is not None:
            wanted.inventory(document.record)
    wanted.load(workspace)


def _inventory_of(cause: Cause, workspace: Workspace) -> Document | None:
    """The inventory that a command, a moment or a wake-up is about, or that a request names."""
    if cause.kind == "inventory":
        return workspace.document("inventory", cause.key)
    if cause.kind not in REQUESTS:
        return None
    if isinstance(cause.event, RecordFiled):
        return workspace.inventory_numbered(head_of(cause.kind, cause.event.record).invtNo)
    request = workspace.document(cause.kind, cause.key)
    return workspace.inventory_numbered(request.invt_no) if request is not None else None
