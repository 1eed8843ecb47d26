"""One event: gather the facts, decide, apply to the workspace, lay down the event."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tongguan.chain.event import SECRET_BYTES, Part, entry, make_part
from tongguan.clearance.decide import decide
from tongguan.clearance.model import Await, Commanded, Decision, Facts
from tongguan.clearance.record import head_of
from tongguan.clearance.rule import ALL_KINDS, REQUESTS
from tongguan.engine.cases import case_of
from tongguan.engine.causes import Cause
from tongguan.engine.erasure import erasure_decision
from tongguan.engine.facts import CHINA, Sources, facts_of
from tongguan.engine.numbers import first_rkd_serial, invt_no_scope, pre_no_scope, rkd_no_scope
from tongguan.engine.record import event_fields
from tongguan.engine.unhandled import decide_refused, decide_unhandled
from tongguan.engine.workspace import Workspace
from tongguan.store.erasure import Restriction
from tongguan.store.events import utc
from tongguan.store.notices import ToldNotice
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
    personal: Collection[str] | None = None,
) -> Folded | None:
    """Fold one cause. None when time or a wake-up found nothing to do: what changes nothing is no event.

    ``sources`` are needed only where the core is asked. ``facts`` and ``secrets`` (64 bytes) are given in a replay.
    ``brings`` is what a snapshot brings into the house; ``personal`` as in ``event_fields``.
    """
    at = utc(at_ns)
    decision, facts = _decide(cause, at, workspace, sources, facts, brings)
    if _is_idle(decision, cause, workspace):
        return None
    subject = workspace.subject(*_subject_of(cause, workspace), _order_key(cause))
    if subject.person_wrapped is None and cause.name in _SPEAKING:
        subject.renew()
    apply(decision, cause, facts, workspace, sources.first_serial if sources else 1)
    number = workspace.take("event")
    fields = event_fields(number, at, subject.case_id, subject.head_entry, cause, facts, decision, personal)
    part = make_part(fields, secrets or os.urandom(2 * SECRET_BYTES))
    parts = (cause.part, part) if cause.part else (part,)
    former = subject.head_entry
    workspace.advance(subject, number, entry(parts))
    workspace.graves.note_event(number, at_ns)
    _bury(cause, subject, number, workspace)
    return Folded(number, subject, cause, at_ns, at, parts, subject.head_entry, former, facts, decision)


_SPEAKING = ("record", "unhandled", "refused", "command")
"""Causes whose events may name a person: one that comes to an erased subject gives it a person key again."""


def _bury(cause: Cause, subject: Subject, number: int, workspace: Workspace) -> None:
    if cause.tombstone is not None:
        workspace.erase(subject, number)
    elif (found := cause.restricts) is not None:
        until = found.until.isoformat()
        workspace.graves.restrict(Restriction(found.case_id, found.kind, found.key, until, found.law_row, number))


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
        case "snapshot" | "staged" | "withdrawn":
            if cause.problem is not None:
                return Decision(outcome="refused", status="", problems=(cause.problem,)), None
            outcome = "in_force" if cause.name == "snapshot" else cause.name
            return Decision(outcome=outcome, status=cause.digest, brings=brings), None
        case "erased" | "not_erased":
            return erasure_decision(cause), None
        case _:
            if cause.event is None or sources is None:
                raise ValueError(f"a cause named {cause.name} has an event for the core")
            case = case_of(cause.event, workspace, sandbox=sources.sandbox)
            facts = facts or facts_of(cause.event, case, sources, at, cause.received_ns)
            return decide(case, cause.event, facts, sources.law), facts


def apply(decision: Decision, cause: Cause, facts: Facts | None, workspace: Workspace, serial: int) -> None:
    """Do to the workspace what a decision says. ``serial`` is what the scopes of numbers begin with."""
    for document in decision.documents:
        workspace.put(document)
        workspace.subject(document.kind, document.key)
    for move in decision.moves:
        workspace.move(move)
    if decision.pause is not None:
        workspace.casework.put_pause(decision.pause)
    if facts is not None:
        _take_numbers(decision, facts, workspace, serial)
        _note(decision, cause, facts, workspace)
    _queue(decision, cause, workspace)


def _take_numbers(decision: Decision, facts: Facts, workspace: Workspace, serial: int) -> None:
    """The free numbers among the facts that the decision has used are free no more."""
    if not (decision.took_pre_no or decision.took_invt_no or decision.took_rkd_no):
        return
    day = facts.now.astimezone(CHINA).date()
    if decision.took_pre_no:
        workspace.take(pre_no_scope(day, facts.next_pre_no[0]), serial)
    if decision.took_invt_no:
        workspace.take(invt_no_scope(facts.next_invt_no[:4], day), serial)
    if decision.took_rkd_no:
        workspace.take(rkd_no_scope(facts.next_rkd_no[:4], day), first_rkd_serial(serial))


def _note(decision: Decision, cause: Cause, facts: Facts, workspace: Workspace) -> None:
    """What the party is told by the event that is being laid down."""
    if not decision.notices:
        return
    code, event_no = cause.key[0], workspace.next_number("event")
    told = [ToldNotice(workspace.take("notice"), code, one, event_no, facts.now) for one in decision.notices]
    workspace.notices.put(told)


def _queue(decision: Decision, cause: Cause, workspace: Workspace) -> None:
    for awaited in decision.awaits:
        workspace.await_(awaited, cause.key)
    for brought in decision.brings:
        workspace.bring(brought)
    for woken in decision.wakes:
        workspace.wake(woken)
    for due in decision.due:
        workspace.fall_due(due)


def _is_idle(decision: Decision, cause: Cause, workspace: Workspace) -> bool:
    """Whether time or a wake-up has found nothing to do."""
    return (
        cause.name in ("due", "wake")
        and decision.outcome == "nothing"
        and not (decision.documents or decision.receipts or decision.moves)
        and not (decision.due or decision.brings or decision.wakes)
        and not any(not workspace.is_awaited(awaited, cause.key) for awaited in decision.awaits)
    )


def _subject_of(cause: Cause, workspace: Workspace) -> tuple[str, tuple[str, ...]]:
    """Whose chain the event belongs to. A command about a document that nobody has filed belongs to none but its own:
    otherwise whoever names it first would settle to which case it belongs.
    """
    if isinstance(cause.event, Commanded) and cause.kind in ALL_KINDS and not workspace.knows(cause.kind, cause.key):
        return "command", (cause.filing_id,)
    return cause.kind, cause.key


def _order_key(cause: Cause) -> tuple[str, ...]:
    """The order that a new subject belongs to, () when it belongs to none."""
    if cause.kind == "order":
        return cause.key
    if cause.kind == "payment":
        return cause.key[2:]
    if cause.kind in ("inventory", *REQUESTS) and cause.record is not None:
        head = head_of(cause.kind, cause.record)
        return head.ebpCode, head.orderNo
    return ()
