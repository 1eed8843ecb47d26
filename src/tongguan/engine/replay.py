"""Replay: rebuild everything from the events and their stored facts, in an empty state, and compare it with what
stands.

Each event is opened, its digests are checked, the core is asked again with the stored facts and the snapshots that they
name, and the new decision, receipts, log entry and states are held against the stored ones. Order is that of the event
numbers; no clock is read. What was erased is counted apart and not decided again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.chain.event import SECRET_BYTES, SealBroken, entry, open_fields, open_part
from tongguan.clearance.model import Await, Facts, RecordFiled
from tongguan.engine.causes import Cause
from tongguan.engine.commit import Batch, Shapes, Snapshot, commit
from tongguan.engine.facts import CHINA, Sources, balances, invt_no_scope, pre_no_scope
from tongguan.engine.faults import EngineFault
from tongguan.engine.fold import Folded, fold
from tongguan.engine.record import event_from, facts_from, record_from
from tongguan.engine.snapshots import InForce, set_limits
from tongguan.engine.workspace import Workspace
from tongguan.law.faults import LawFault
from tongguan.registry.snapshot import RegistryFault
from tongguan.store.compare import Difference, compare_states
from tongguan.store.database import migrate, open_memory, open_reader, open_writer
from tongguan.store.events import StoredEvent, last_event_no, read_events
from tongguan.store.faults import StoreFault
from tongguan.store.filing import Command, Filing
from tongguan.store.layout import Store
from tongguan.store.statements import sql
from tongguan.store.subjects import Subject

EVENTS_A_BATCH = 200
DIFFERENCES_NAMED = 50
_SEALED = ("verdict", "warnings", "refused")
"""What the clear row of a filing leaves out and its events hold."""


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """``same`` when nothing differs. ``tombstones`` are events whose person fields were erased: not decided again."""

    events: int
    decided: int
    tombstones: int
    documents: int
    accounts: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        return not self.differences


def replay(store: Store, into: Path | None = None) -> ReplayReport:
    """Replay a whole store, into memory or into a new state file. Raises StoreFault; never changes the store.

    ``into`` is the path of a state file that must not exist yet. The engine should stand still meanwhile.
    """
    if into is not None and into.exists():
        raise EngineFault(
            "replay-into-something", f"{into} 已存在,只能重放到新文件", f"{into} exists; replay needs a new file"
        )
    source = open_reader(store.state_path)
    if into is not None:
        migrate(into)
    target = open_memory() if into is None else open_writer(into)
    try:
        source.execute("BEGIN")  # one view of the store, whatever the engine does meanwhile
        return _Replay(store, source, target).run()
    finally:
        source.close()
        target.close()


class _Replay:
    def __init__(self, store: Store, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        self._store = store
        self._source = source
        self._target = target
        self._workspace = Workspace(target, store.keys)
        self._shapes = Shapes(target)
        self._in_force: dict[tuple[str, str], InForce] = {}
        self._differences: list[Difference] = []
        self._tombstones = self._decided = 0
        self._erased: set[int] = set()

    def run(self) -> ReplayReport:
        last = last_event_no(self._source)
        for first in range(1, last + 1, EVENTS_A_BATCH):
            self._batch(first, min(first + EVENTS_A_BATCH - 1, last))
        found = compare_states(self._store, self._source, self._target, self._erased)
        return ReplayReport(
            events=last,
            decided=self._decided,
            tombstones=self._tombstones,
            documents=found.documents,
            accounts=found.accounts,
            differences=tuple((self._differences + found.differences)[:DIFFERENCES_NAMED]),
        )

    def _differ(self, event_no: int, field: str, stored: object = "", found: object = "") -> None:
        self._differences.append(Difference.of(event_no, field, stored, found))

    def _batch(self, first: int, last: int) -> None:
        folded: list[Folded] = []
        snapshots: list[Snapshot] = []
        first_event = self._workspace.next_number("event")
        expected = first
        for event in self._read(first, last):
            for missing in range(expected, event.event_no):
                self._differ(missing, "event.number", "missing", missing)
            expected = event.event_no + 1
            self._workspace.numbers["event"] = event.event_no
            self._workspace.changes.numbers.add("event")
            if event.erased:
                self._tombstones += 1
                self._erased.add(event.subject_no)
            elif (one := self._event(event, snapshots)) is not None:
                folded.append(one)
                self._decided += 1
        self._workspace.numbers["event"] = last + 1
        commit(self._target, self._workspace, self._shapes, Batch(folded, first_event, snapshots=snapshots))

    def _read(self, first: int, last: int) -> list[StoredEvent]:
        """Events of a range; one whose keys do not open it is named and left out."""
        try:
            return list(read_events(self._source, self._store.keys, first, last))
        except StoreFault:
            if first == last:
                self._differ(first, "event.secrets", "sealed text does not open")
                return []
            middle = (first + last) // 2
            return self._read(first, middle) + self._read(middle + 1, last)

    def _event(self, event: StoredEvent, snapshots: list[Snapshot]) -> Folded | None:
        """Fold one event again. None when it cannot be; why is among the differences then."""
        try:
            values = self._values(event)
            cause = self._cause(event, values)
            facts = facts_from(values)
        except (SealBroken, msgspec.MsgspecError, KeyError, LookupError) as broken:
            self._differ(event.event_no, "event.fields", str(broken))
            return None
        if entry(event.parts) != event.entry:
            self._differ(event.event_no, "event.entry", event.entry.hex(), entry(event.parts).hex())
        self._adopt(event)
        try:
            folded = self._fold(event, cause, facts, values, snapshots)
        except (EngineFault, LookupError, ValueError, LawFault, RegistryFault) as fault:
            self._differ(event.event_no, "decision", "decided", str(fault))
            return None
        if folded is None:
            self._differ(event.event_no, "decision.outcome", values["decision.outcome"].decode(), "nothing")
        elif folded.entry != event.entry or folded.former_entry != event.former_entry:
            self._compare(event, folded, values)
        return folded

    def _values(self, event: StoredEvent) -> dict[str, bytes]:
        """All fields; those whose digest does not fit their value are named one by one."""
        try:
            return event.opened()
        except SealBroken as broken:
            self._differ(event.event_no, "digest", str(broken))
        values: dict[str, bytes] = {}
        for part in event.parts:
            values |= open_fields(part.person, part.person_secret) | open_fields(part.rest, part.rest_secret)
        return values

    def _cause(self, event: StoredEvent, values: dict[str, bytes]) -> Cause:
        name: str = msgspec.json.decode(values["cause.name"])
        core_event = event_from(values)
        filing = self._filing(event, values)
        message_type = msgspec.json.decode(values.get("cause.message_type", b'""'))
        record = None
        if isinstance(core_event, RecordFiled):
            record, message_type = core_event.record, core_event.message_type
        if name == "unhandled":
            record = record_from(message_type, values)
        return Cause(
            name=name,
            kind=event.kind,
            key=event.key,
            event=core_event,
            part=event.parts[0] if len(event.parts) > 1 else None,
            filing=filing,
            record_no=getattr(core_event, "record_no", event.record_no),
            record=record,
            message_type=message_type,
            digest=msgspec.json.decode(values.get("snapshot.digest", b'""')),
        )

    def _filing(self, event: StoredEvent, values: dict[str, bytes]) -> Filing | Command | None:
        """The filing or command as its clear row and the sealed event tell it."""
        if not event.filing_id:
            return None
        row = self._source.execute(sql("filing_about"), (event.filing_id,)).fetchone()
        if row is None:
            raise LookupError(f"filing {event.filing_id} has no row")
        if event.filing_id.startswith("C"):
            command = msgspec.msgpack.decode(row[0], type=Command)
            return msgspec.structs.replace(command, reason=msgspec.json.decode(values.get("cause.reason", b'""')))
        filing = msgspec.msgpack.decode(row[0], type=Filing)
        sealed = {
            field.name: msgspec.json.decode(values[f"cause.{field.name}"], type=field.type)
            for field in msgspec.structs.fields(Filing)
            if field.name in _SEALED and f"cause.{field.name}" in values
        }
        return msgspec.structs.replace(filing, **sealed)

    def _adopt(self, event: StoredEvent) -> None:
        """The subject keeps its number and keys, and starts without events."""
        row = self._source.execute(sql("subject_origin"), (event.subject_no,)).fetchone()
        subject = Subject(self._store.keys, (*row, 0, b"", 0))
        if not self._workspace.knows(subject.kind, subject.key):
            self._workspace.adopt(subject)

    def _fold(
        self, event: StoredEvent, cause: Cause, facts: Facts | None, values: dict[str, bytes], kept: list[Snapshot]
    ) -> Folded | None:
        secrets = event.parts[-1].person_secret + event.parts[-1].rest_secret
        if len(secrets) != 2 * SECRET_BYTES:
            raise LookupError("the event's secrets are not whole")
        if cause.name != "snapshot":
            sources = None
            if facts is not None:
                self._check_looked_up(event, facts)
                in_force = self._snapshots(event, facts.law_digest, facts.registry_digest)
                sources = Sources(
                    self._workspace, self._store.keys, in_force.law, in_force.registry, self._store.sandbox
                )
            return fold(cause, event.at_ns, self._workspace, sources, facts=facts, secrets=secrets)
        if not cause.digest:  # the snapshot was damaged, and only what was wrong with it is kept
            problems = msgspec.json.decode(values["decision.problems"], type=tuple[Problem, ...])
            cause = msgspec.structs.replace(cause, problem=problems[0])
            return fold(cause, event.at_ns, self._workspace, None, secrets=secrets)
        brings: tuple[Await, ...] = ()
        packed = self._packed(event, cause.kind, cause.digest)
        in_force = InForce()
        in_force.put(cause.kind, packed)
        if cause.kind == "registry":
            set_limits(self._workspace, in_force.registry)
            brings = in_force.guarantors()
        folded = fold(cause, event.at_ns, self._workspace, None, secrets=secrets, brings=brings)
        if folded is not None:
            kept.append(Snapshot(event.event_no, cause.kind, cause.digest, packed))
        return folded

    def _check_looked_up(self, event: StoredEvent, facts: Facts) -> None:
        """Facts that come from our own tables must be what the events before have left."""
        for stored in balances(facts):
            found = self._workspace.balance(stored.account)
            if stored != found:
                self._differ(event.event_no, f"facts balance {stored.account.partition(':')[0]}", stored, found)
        day = facts.now.astimezone(CHINA).date()
        first = 900_000_001 if self._store.sandbox else 1
        for text, scope in (
            (facts.next_pre_no, pre_no_scope(day)),
            (facts.next_invt_no, invt_no_scope(facts.next_invt_no[:4], day)),
        ):
            if text and int(text[-9:]) != (number := self._workspace.next_number(scope, first)):
                self._differ(event.event_no, f"facts number {scope}", text, number)

    def _snapshots(self, event: StoredEvent, law: str, registry: str) -> InForce:
        if (found := self._in_force.get((law, registry))) is None:
            found = InForce()
            found.put("law", self._packed(event, "law", law))
            found.put("registry", self._packed(event, "registry", registry))
            self._in_force[law, registry] = found
        return found

    def _packed(self, event: StoredEvent, kind: str, digest: str) -> bytes:
        row = self._source.execute(sql("snapshot"), (digest, kind)).fetchone()
        if row is None:
            raise LookupError(f"there is no {kind} snapshot {digest}")
        found = hashlib.sha256(row[0]).hexdigest()
        if found != digest:
            self._differ(event.event_no, f"snapshot {kind}", digest, found)
        packed: bytes = row[0]
        return packed

    def _compare(self, event: StoredEvent, folded: Folded, values: dict[str, bytes]) -> None:
        """Name the fields in which the new event differs from the stored one."""
        part = folded.parts[-1]
        fresh = open_part(part)
        persons = (
            open_fields(part.person, part.person_secret).keys()
            | open_fields(event.parts[-1].person, event.parts[-1].person_secret).keys()
        )
        stored = {name: value for name, value in values.items() if not name.startswith("filed.")}
        named = False
        for name in sorted(stored.keys() | fresh.keys()):
            if stored.get(name) != fresh.get(name):
                named = True
                if name in persons:
                    self._differ(event.event_no, name, "***", "***")
                else:
                    self._differ(event.event_no, name, stored.get(name, b"").decode(), fresh.get(name, b"").decode())
        if folded.former_entry != event.former_entry:
            self._differ(event.event_no, "event.former", event.former_entry.hex(), folded.former_entry.hex())
        elif not named:
            self._differ(event.event_no, "event.entry", event.entry.hex(), folded.entry.hex())
