"""A command to erase a case: which subjects that is, whether the law lets them go, and the tombstone of each.

A case is erased with what is used by it alone: all that was filed about its order, refused attempts included, and the
waybills that no other inventory uses. A waybill without an inventory, an entry list whose parcels are all erased, and a
message that was refused are erased for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.ends import is_live
from tongguan.clearance.model import Decision, Document, Key
from tongguan.clearance.record import listed_waybills
from tongguan.clearance.retention import (
    ABSENT,
    KEPT,
    SHARED,
    Ended,
    Restricts,
    Tombstone,
    bases,
    closing,
    ended,
    kept,
    problem,
    refusal,
)
from tongguan.clearance.rule import REQUESTS
from tongguan.codes.catalogue import table
from tongguan.engine.causes import Cause
from tongguan.engine.workspace import Named, Workspace
from tongguan.law.inforce import Law
from tongguan.store.filing import Command
from tongguan.store.packing import waybill_key_of

_OF_AN_ORDER = ("inventory", *REQUESTS)


class _Case(NamedTuple):
    names: tuple[Named, ...]
    documents: tuple[Document, ...]
    ended: Ended


def erasing(cause: Cause, workspace: Workspace, law: Law, today: date) -> tuple[Cause, ...]:
    """What a command to erase becomes: a tombstone for each subject, or one cause that says why not.

    ``today`` is the day in China.
    """
    command = cause.filing
    assert isinstance(command, Command), "only a command erases"
    root = command.kind, command.key
    if not _has_person(root, workspace):
        return (_not_erased(cause, problem(ABSENT, found="/".join(root[1]))),)
    case = _case_of(root, command.subjects, workspace)
    if (user := _user_outside(case, root, workspace)) is not None:
        return (_not_erased(cause, problem(SHARED, root[0], found="/".join(user))),)
    law_at = law.at(today)
    wrong = refusal(command.choice, command.actor, command.approver, case.documents, case.ended, law_at)
    if wrong is not None:
        least = kept(case.ended, law_at) if wrong.rule_id == KEPT.id else None
        restricts = None
        if least is not None:
            restricts = Restricts(workspace.subject(*root).case_id, *root, least.last, least.row.id)
        return (_not_erased(cause, wrong, restricts),)
    return tuple(_erased(cause, name, case, law.digest, workspace) for name in case.names)


def erasure_decision(cause: Cause) -> Decision:
    """What stands in the event of a cause that ``erasing`` made."""
    if cause.tombstone is not None:
        return Decision(outcome="erased", status=cause.tombstone.closing.status)
    assert cause.problem is not None, "either it is erased or there is a reason why not"
    return Decision(outcome="restricted" if cause.restricts else "refused", status="", problems=(cause.problem,))


def _erased(cause: Cause, name: Named, case: _Case, law_digest: str, workspace: Workspace) -> Cause:
    command = cause.filing
    assert isinstance(command, Command), "only a command erases"
    subject = workspace.subject(*name)
    stone = Tombstone(
        basis=command.choice,
        law_digest=law_digest,
        ended=case.ended,
        closing=closing(workspace.document(*name), subject.events),
        together=case.names,
    )
    return msgspec.structs.replace(cause, name="erased", kind=name[0], key=name[1], tombstone=stone)


def _not_erased(cause: Cause, wrong: Problem, restricts: Restricts | None = None) -> Cause:
    """The refusal has a chain of its own: what is said about a case does not make it longer."""
    key = (cause.filing_id,)
    return msgspec.structs.replace(cause, name="not_erased", kind="filing", key=key, problem=wrong, restricts=restricts)


def _has_person(name: Named, workspace: Workspace) -> bool:
    return workspace.knows(*name) and workspace.subject(*name).person_wrapped is not None


def _case_of(root: Named, also: Iterable[int], workspace: Workspace) -> _Case:
    names = dict.fromkeys(name for name in _names(root, also, workspace) if _has_person(name, workspace))
    found = (workspace.document(*name) for name in names)
    documents = tuple(one for one in found if one is not None)
    counted = [(one.kind, one.key) for one in documents] or list(names)
    last = max(workspace.graves.time_of(workspace.subject(*name).head_event) for name in counted)
    return _Case(tuple(names), documents, ended(documents, last, of=root[0]))


def _names(root: Named, also: Iterable[int], workspace: Workspace) -> Iterator[Named]:
    kind, key = root
    order_key = _order_of(root, workspace)
    if order_key:
        yield "order", order_key
        yield from (("payment", one.key) for one in workspace.payments(order_key))
        inventories = workspace.inventories(order_key)
        yield from _waybills(inventories, workspace)
        yield from (("inventory", one.key) for one in inventories)
        yield from ((one.kind, one.key) for one in workspace.requests_of(order_key))
    elif kind == "waybill":
        yield from _with_statuses(key)
    yield root
    yield from _of_same_case(root, also, workspace)


def _order_of(root: Named, workspace: Workspace) -> Key:
    kind, key = root
    if kind in ("order", "payment"):
        return key if kind == "order" else key[2:]
    document = workspace.document(kind, key) if kind in _OF_AN_ORDER else None
    return document.order_key if document is not None else ()


def _waybills(inventories: tuple[Document, ...], workspace: Workspace) -> Iterator[Named]:
    """The waybills that these inventories use alone, with the statuses that were told of them."""
    own = {one.key for one in inventories}
    for key in dict.fromkeys(filter(None, map(waybill_key_of, inventories))):
        waybill = workspace.document("waybill", key)
        if waybill is None or set(workspace.waybill_users(key)) - own:
            continue
        mine = waybill.used_by in own if waybill.used_by is not None else not is_live(waybill)
        if mine:  # one that still waits was named by mistake: it belongs to another parcel
            yield from _with_statuses(key)


def _with_statuses(key: Key) -> Iterator[Named]:
    yield "waybill", key
    yield from (("waybill_status", (*key, status)) for status in table("logistics_status"))


def _of_same_case(root: Named, numbers: Iterable[int], workspace: Workspace) -> Iterator[Named]:
    """Attempts that were refused and became no document: whoever commands has looked for them, and says which."""
    case_id = workspace.subject(*root).case_id
    for number in numbers:
        name = workspace.name_of(number)
        if name is not None and workspace.document(*name) is None and workspace.subject(*name).case_id == case_id:
            yield name


def _user_outside(case: _Case, root: Named, workspace: Workspace) -> Key | None:
    """An inventory of another case that uses the waybill, or a parcel of the entry list, that is to be erased."""
    if root[0] not in ("waybill", "entry_list"):
        return None
    document = workspace.document(*root)
    if document is None or document.record is None:
        return None
    waybills = (root[1],) if root[0] == "waybill" else listed_waybills(document.record)
    workspace.prefetch(waybills=waybills)
    return next((user for key in waybills for user in workspace.waybill_users(key)), None)


def tombstone_faults(
    cause: Cause, workspace: Workspace, law_of: Callable[[str], Law], today: date
) -> Iterator[tuple[str, object, object]]:
    """What of a tombstone does not follow from the law it names and from the chain it ends (in a replay)."""
    stone = cause.tombstone
    assert stone is not None, "asked of tombstones only"
    law = law_of(stone.law_digest).at(today)
    if all(row.id != stone.basis for row in bases(stone.ended, law)):
        yield "basis", stone.basis, " ".join(row.id for row in bases(stone.ended, law))
    least = kept(stone.ended, law)
    if least is not None and today <= least.last:
        yield "period", today, f"> {least.last}"
    events = workspace.subject(cause.kind, cause.key).events
    if stone.closing.events != events:
        yield "events", stone.closing.events, events
