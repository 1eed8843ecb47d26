"""The case of a record that speaks of something filed earlier: an inventory by its number, a version to be changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from tongguan.clearance.model import Case, Decision, Document, RecordFiled
from tongguan.clearance.record import SHAPES, head_of
from tongguan.clearance.rule import REQUESTS
from tongguan.cli.prediction import assumptions as A
from tongguan.engine.cases import OF_THIS_ORDER, case_of
from tongguan.engine.workspace import Workspace

ON_THE_RECEIPT = "?"
"""Stands for a number that receipts gave and nobody has told."""
_WAITING = ("1", "2")
_ABSENT = ("D21-ABSENT", "D22-ABSENT", "D22-SAME", "D29")
_STATE = ("D21-STATE", "D22-STATE")


class Assumed(NamedTuple):
    """A case, and the assumptions that went into it."""

    case: Case
    names: tuple[str, ...] = ()


def case_for(event: RecordFiled, workspace: Workspace, now: datetime) -> Assumed:
    """The case as these files make it, with what was filed before them filled in where the record speaks of it.

    A request finds its inventory by the order that it names: the number was given by a store and is in no file.
    """
    case, names = case_of(event, workspace), []
    if event.kind in REQUESTS:
        case = _request_case(event, workspace)
        names.append(A.INVENTORY_STATE.name)
    head = head_of(event.kind, event.record)
    if head.appType in ("2", "3") and event.kind != "cancellation":
        case = msgspec.structs.replace(case, existing=_earlier(event, case, head, now))
        names.append(A.EARLIER_VERSION.name)
    return Assumed(case, tuple(names))


def is_open_question(event: RecordFiled, case: Case, decision: Decision) -> bool:
    """Whether a refusal rests on nothing but what is not among these files: an inventory, the papers it waits for, a
    waybill. Then nothing can be foretold.
    """
    rules = {one.rule_id for one in decision.problems}
    if event.kind == "waybill_status":
        return case.waybill is None and rules <= set(_ABSENT)
    if event.kind not in REQUESTS or not rules:
        return False
    if case.inventory is None:
        return rules <= set(_ABSENT)
    return case.inventory.status in _WAITING and rules <= set(_STATE)


def _request_case(event: RecordFiled, workspace: Workspace) -> Case:
    inner = SHAPES[event.kind].head
    of_order: Any = {"invtNo": OF_THIS_ORDER}
    if inner:
        of_order = {inner: msgspec.structs.replace(getattr(event.record, inner), **of_order)}
    named = msgspec.structs.replace(event.record, **of_order)
    case = case_of(msgspec.structs.replace(event, record=named), workspace, sandbox=True)
    inventory = case.inventory
    if event.kind == "cancellation" and inventory is not None and inventory.released_at is not None:
        # These files alone release it at once; whoever asks for a cancellation knows that customs still has it.
        inventory = msgspec.structs.replace(inventory, status="120", released_at=None)
        return msgspec.structs.replace(case, inventory=inventory)
    return case


def _earlier(event: RecordFiled, case: Case, head: Any, now: datetime) -> Document:
    """The version that a change or a deletion is about, with the numbers that the record brings."""
    numbers: dict[str, Any] = {
        "pre_no": getattr(head, "preNo", None) or ON_THE_RECEIPT,
        "rkd_no": getattr(head, "rkdNo", None) or "",
    }
    if event.kind == "inventory":
        numbers["invt_no"] = head.invtNo or ""
    if case.existing is not None:
        return msgspec.structs.replace(case.existing, **numbers)
    if event.kind == "goods_return":
        numbers["invt_no"] = case.inventory.invt_no if case.inventory is not None else head.invtNo
    return Document(
        kind=event.kind,
        key=event.key,
        message_type=event.message_type,
        record=event.record,
        status=_status(event.kind, head.appType),
        digest=b"",
        app_time="",
        sender=event.sender,
        sender_code=event.transfer[0],
        filed_at=now,
        **numbers,
    )


def _status(kind: str, app_type: str) -> str:
    """The state in which a document may be changed or deleted; a goods return that waits may be taken back only."""
    if kind == "goods_return":
        return "100" if app_type == "2" else "120"
    return "120" if kind in ("entry_list", "waybill_status") else "2"
