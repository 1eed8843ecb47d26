"""In a replay: events of erased subjects, and what leans on them.

Such an event cannot be decided again, but all that names nobody still opens: its digests are checked, and what it did
to accounts, numbers and queues is done again as it was recorded. So everything that came after meets the same sums. A
decision about somebody else that had looked at an erased document is decided again all the same; only where it comes
out otherwise is it taken as recorded too, and counted as explained by the tombstone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

import msgspec

from tongguan.chain.event import entry, make_part
from tongguan.clearance.decide import decide
from tongguan.clearance.handling import Pause
from tongguan.clearance.model import Await, Decision, Due, Event, Facts, FactsMissing, Key, Move, Pulled, Receipt, Woken
from tongguan.clearance.record import waybill_of_head
from tongguan.clearance.rule import REQUESTS
from tongguan.engine.cases import case_of, filed_head, waybills_listed
from tongguan.engine.causes import Cause
from tongguan.engine.facts import Sources
from tongguan.engine.fold import Folded, apply
from tongguan.engine.record import event_fields
from tongguan.engine.reread import secrets_of
from tongguan.engine.workspace import Named, Workspace
from tongguan.law.faults import NoLaw
from tongguan.store.events import StoredEvent
from tongguan.store.packing import key_tuple
from tongguan.store.statements import sql


class _Effects(msgspec.Struct, frozen=True):
    """``decision.effects`` as it is laid down."""

    moves: tuple[Move, ...] = ()
    awaits: tuple[Await, ...] = ()
    brings: tuple[Await, ...] = ()
    due: tuple[Due, ...] = ()
    wakes: tuple[Woken, ...] = ()
    pause: Pause | None = None
    copies: tuple[str, ...] = ()
    documents: tuple[tuple[str, Key, str, int, bool], ...] = ()
    pre_no: str = ""
    invt_no: str = ""
    rkd_no: str = ""


TOMBSTONE = "erased"
"""The cause of a tombstone."""
_decode_effects = msgspec.json.Decoder(_Effects).decode
_decode_receipts = msgspec.json.Decoder(tuple[Receipt, ...]).decode
_decode = msgspec.json.decode


class Buried:
    """The erased subjects of a store, and what has come to lean on them so far."""

    def __init__(self, source: sqlite3.Connection) -> None:
        rows = source.execute(sql("last_tombstones")).fetchall()
        self.graves: dict[int, int] = {number: tombstone for number, tombstone, _, _ in rows}
        self._lost: set[Named] = {(kind, key_tuple(key)) for _, _, kind, key in rows}
        self.explained: set[Named] = set()

    def holds(self, event: StoredEvent) -> bool:
        """Whether an event is one of those that a tombstone stands for; an earlier tombstone is none of them."""
        return event.cause != TOMBSTONE and event.event_no < self.graves.get(event.subject_no, 0)

    def leans(self, event: Event | None, facts: Facts, workspace: Workspace) -> bool:
        """Whether deciding on this event looks at something that was erased, or leans on it itself."""
        return bool(self._lost) and event is not None and not self._lost.isdisjoint(_looked_at(event, facts, workspace))

    def has_lost(self, name: Named) -> bool:
        """Whether something of this name was erased at some time."""
        return name in self._lost

    def lay(
        self, event: StoredEvent, cause: Cause, facts: Facts | None, values: Mapping[str, bytes], workspace: Workspace,
        first_serial: int, again: Decision | None = None,
    ) -> Folded:  # fmt: skip
        """Do again what an event did, as it was recorded, without deciding.

        ``again`` is what the core has decided instead, where it could be asked: its documents are taken, if they are
        those that were recorded. Raises msgspec.MsgspecError, KeyError or EngineFault where it cannot have been so.
        """
        effects = _decode_effects(values.get("decision.effects", b"{}"))
        decision = _recorded(values, effects)
        names = [(kind, key) for kind, key, *_ in effects.documents]
        if again is not None and _told(again) == effects.documents:
            decision = msgspec.structs.replace(decision, documents=again.documents)
        else:
            self._lost.update(names)  # what became of them cannot be followed any more
        self._lost.update(_waybill_named(values))
        self.explained.update(names)
        subject = workspace.subject(event.kind, event.key)
        apply(decision, cause, facts, workspace, first_serial)
        number, former = workspace.take("event"), subject.head_entry
        workspace.advance(subject, number, event.entry)
        workspace.graves.note_event(number, event.at_ns)
        return Folded(number, subject, cause, event.at_ns, event.at, event.parts, event.entry, former, facts, decision)


def decide_again(cause: Cause, facts: Facts, workspace: Workspace, sources: Sources) -> Decision | None:
    """What the core decides now, None where it cannot; nothing is changed by asking."""
    assert cause.event is not None, "asked of events of the core only"
    try:
        return decide(case_of(cause.event, workspace, sandbox=sources.sandbox), cause.event, facts, sources.law)
    except (FactsMissing, NoLaw, AttributeError):  # a case that never was: half of its documents are gone
        return None


def comes_to(event: StoredEvent, cause: Cause, facts: Facts, decision: Decision, workspace: Workspace) -> bool:
    """Whether a decision makes the very event that is stored."""
    subject = workspace.subject(event.kind, event.key)
    fields = event_fields(event.event_no, event.at, subject.case_id, subject.head_entry, cause, facts, decision)
    part = make_part(fields, secrets_of(event))
    return entry((cause.part, part) if cause.part else (part,)) == event.entry


def _told(decision: Decision) -> tuple[tuple[str, Key, str, int, bool], ...]:
    """The documents of a decision as its effects tell them."""
    return tuple((one.kind, one.key, one.status, one.version, one.deleted) for one in decision.documents)


def _recorded(values: Mapping[str, bytes], effects: _Effects) -> Decision:
    return Decision(
        outcome=_decode(values["decision.outcome"]),
        status=_decode(values.get("decision.status", b'""')),
        receipts=_decode_receipts(values.get("decision.receipts", b"[]")),
        moves=effects.moves,
        awaits=effects.awaits,
        brings=effects.brings,
        due=effects.due,
        wakes=effects.wakes,
        pause=effects.pause,
        copies=effects.copies,
        took_pre_no=bool(effects.pre_no),
        took_invt_no=bool(effects.invt_no),
        took_rkd_no=bool(effects.rkd_no),
    )


def _waybill_named(values: Mapping[str, bytes]) -> Iterator[Named]:
    """The waybill that an inventory names: entry lists and other inventories ask who does."""
    head = "filed.InventoryHead."
    if f"{head}logisticsNo" in values:
        yield "waybill", (_decode(values[f"{head}logisticsCode"]), _decode(values[f"{head}logisticsNo"]))


def _looked_at(event: Event, facts: Facts, workspace: Workspace) -> Iterator[Named]:
    """What a decision on this event looks at, by name, whether it is there or not."""
    yield event.kind, event.key
    if facts.arrival is not None:
        yield "entry_list", (facts.arrival.operator_code, facts.arrival.cop_no)
    existing = workspace.document(event.kind, event.key)
    if isinstance(event, Pulled):
        exchange = event.exchange
        yield from (
            ("order", (event.key[0], one.orderNo)) for one in (exchange.payExchangeInfoLists if exchange else ())
        )
    elif event.kind == "inventory" and (head := filed_head(event, existing)) is not None:
        yield "order", (head.ebpCode, head.orderNo)
        yield "waybill", waybill_of_head(head)
    elif event.kind in REQUESTS and existing is not None:
        inventory = workspace.inventory_numbered(existing.invt_no)
        if inventory is not None and inventory.record is not None:
            yield "waybill", waybill_of_head(inventory.record.InventoryHead)
    elif event.kind == "entry_list":
        yield from (("waybill", key) for key in waybills_listed(event, existing))
    elif event.kind == "waybill_status":
        yield "waybill", event.key[:2]
