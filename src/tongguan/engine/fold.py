"""One event: gather the facts, decide, apply to the workspace, lay down the event."""

from __future__ import annotations

import os
from datetime import datetime
from typing import NamedTuple

from tongguan.chain.event import SECRET_BYTES, Part, entry, make_part
from tongguan.clearance.decide import decide
from tongguan.clearance.model import Await, Decision, Facts
from tongguan.engine.causes import Cause
from tongguan.engine.facts import CHINA, Sources, case_of, facts_of, invt_no_scope, pre_no_scope
from tongguan.engine.record import event_fields
from tongguan.engine.unhandled import decide_refused, decide_unhandled
from tongguan.engine.workspace import Workspace
from tongguan.store.events import utc
from tongguan.store.subjects import Subject


class Folded(NamedTuple):
    """One event, decided and applied, not yet written."""

    event_no: int
    subject: Subject
    cause: Cause
    at_ns: int
    at: datetime
    parts: tuple[Part, ...]
    entry: bytes
    former_entry: bytes
    facts: Facts | None
    decision: Decision


def fold(
    cause: Cause,
    at_ns: int,
    workspace: Workspace,
    sources: Sources | None,
    *,
    facts: Facts | None = None,
    secrets: bytes | None = None,
    brings: tuple[Await, ...] = (),
) -> Folded | None:
    """Fold one cause. None when time or a wake-up found nothing to do: what changes nothing is no event.

    ``sources`` are needed only where the core is asked. ``facts`` and ``secrets`` (64 bytes) are given in a replay.
    ``brings`` is what a snapshot brings into the house.
    """
    at = utc(at_ns)
    decision, facts = _decide(cause, at, workspace, sources, facts, brings)
    if _is_idle(decision, cause, workspace):
        return None
    subject = workspace.subject(cause.kind, cause.key, _order_key(cause))
    _apply(decision, cause, facts, workspace, sources.first_serial if sources else 1)
    number = workspace.take("event")
    fields = event_fields(number, at, subject.case_id, subject.head_entry, cause, facts, decision)
    part = make_part(fields, secrets or os.urandom(2 * SECRET_BYTES))
    parts = (cause.part, part) if cause.part else (part,)
    former = subject.head_entry
    workspace.advance(subject, number, entry(parts))
    return Folded(number, subject, cause, at_ns, at, parts, subject.head_entry, former, facts, decision)


def _decide(
    cause: Cause,
    at: datetime,
    workspace: Workspace,
    sources: Sources | None,
    facts: Facts | None,
    brings: tuple[Await, ...],
) -> tuple[Decision, Facts | None]:
    match cause.name:
        case "refused":
            return decide_refused(cause), None
        case "unhandled":
            return decide_unhandled(cause), None
        case "snapshot":
            if cause.problem is not None:
                return Decision(outcome="refused", status="", problems=(cause.problem,)), None
            return Decision(outcome="in_force", status=cause.digest, brings=brings), None
        case _:
            if cause.event is None or sources is None:
                raise ValueError(f"a cause named {cause.name} has an event for the core")
            case = case_of(cause.event, workspace)
            facts = facts or facts_of(cause.event, case, sources, at, cause.received_ns)
            return decide(case, cause.event, facts, sources.law), facts


def _apply(decision: Decision, cause: Cause, facts: Facts | None, workspace: Workspace, serial: int) -> None:
    for document in decision.documents:
        workspace.put(document)
        workspace.subject(document.kind, document.key)
    for move in decision.moves:
        workspace.move(move)
    if facts is not None and (decision.took_pre_no or decision.took_invt_no):
        day = facts.now.astimezone(CHINA).date()
        if decision.took_pre_no:
            workspace.take(pre_no_scope(day), serial)
        if decision.took_invt_no:
            workspace.take(invt_no_scope(facts.next_invt_no[:4], day), serial)
    _queue(decision, cause, workspace)


def _queue(decision: Decision, cause: Cause, workspace: Workspace) -> None:
    for awaited in decision.awaits:
        workspace.await_(awaited, cause.key)
    for brought in decision.brings:
        workspace.bring(brought)
    for due in decision.due:
        workspace.fall_due(due)


def _is_idle(decision: Decision, cause: Cause, workspace: Workspace) -> bool:
    """Whether time or a wake-up has found nothing to do."""
    return (
        cause.name in ("due", "wake")
        and decision.outcome == "nothing"
        and not (decision.documents or decision.receipts or decision.moves or decision.due or decision.brings)
        and not any(not workspace.is_awaited(awaited, cause.key) for awaited in decision.awaits)
    )


def _order_key(cause: Cause) -> tuple[str, ...]:
    """The order that a new subject belongs to, () when it belongs to none."""
    if cause.kind == "order":
        return cause.key
    if cause.kind == "payment":
        return cause.key[2:]
    if cause.kind == "inventory" and cause.record is not None:
        return cause.record.InventoryHead.ebpCode, cause.record.InventoryHead.orderNo
    return ()
