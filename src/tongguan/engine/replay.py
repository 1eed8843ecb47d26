"""Replay: rebuild everything from the events and their stored facts, in an empty state, and compare it with what
stands.

Each event is opened, its digests are checked, the core is asked again with the stored facts and the snapshots that they
name, and the new decision, receipts, log entry and states are held against the stored ones. Order is that of the event
numbers; no clock is read. What was erased is counted apart and not decided again, and so is what another version of the
rules has decided otherwise. A person key that is gone without a tombstone is a difference (see ``buried``).
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.chain.event import SECRET_BYTES, SealBroken, entry, open_fields, open_part
from tongguan.clearance.model import Await, Decision, Facts, FactsMissing
from tongguan.clearance.retention import ERASE, SHARED
from tongguan.engine.buried import Buried, comes_to, decide_again
from tongguan.engine.causes import Cause
from tongguan.engine.commit import Batch, Shapes, Snapshot, commit
from tongguan.engine.erasure import erasing, tombstone_faults
from tongguan.engine.expiry import put_expiries
from tongguan.engine.facts import CHINA, Sources
from tongguan.engine.faults import EngineFault
from tongguan.engine.fold import Folded, fold
from tongguan.engine.lawmaking import STAGED_ACTIONS, Lawmaking
from tongguan.engine.numbers import first_serial
from tongguan.engine.other_rules import OtherRules, RulesTold
from tongguan.engine.recheck import stale_facts, stale_handling
from tongguan.engine.record import facts_from
from tongguan.engine.reread import cause_of, filing_of, secrets_of
from tongguan.engine.snapshots import InForce, set_limits
from tongguan.engine.workspace import Workspace
from tongguan.law.build import build_law
from tongguan.law.faults import LawFault
from tongguan.law.inforce import Law
from tongguan.law.staging import Staged
from tongguan.registry.snapshot import RegistryFault
from tongguan.store.compare import Difference, compare_states
from tongguan.store.database import migrate, open_memory, open_reader, open_writer
from tongguan.store.events import StoredEvent, last_event_no, read_events
from tongguan.store.faults import StoreFault
from tongguan.store.filing import Command
from tongguan.store.layout import Store
from tongguan.store.statements import sql
from tongguan.store.subjects import Subject

EVENTS_A_BATCH = 200
DIFFERENCES_NAMED = 50


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """``same`` when nothing differs. ``tombstones`` are events whose person fields were erased: not decided again, but
    checked and taken as recorded, like the ``explained`` ones of others that had looked at what was erased. ``erased``
    are the subjects erased.

    ``rules`` is our version of the rules; ``others`` are those that decided some of the events. What comes out
    otherwise because of them is told there and does not count as a difference.
    """

    events: int
    decided: int
    tombstones: int
    documents: int
    accounts: int
    differences: tuple[Difference, ...]
    rules: str = ""
    others: tuple[OtherRules, ...] = ()
    erased: int = 0
    explained: int = 0

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
        return Replaying(store, source, target).run()
    finally:
        source.close()
        target.close()


class Replaying:
    """One pass over all events of a store; ``run`` once."""

    def __init__(self, store: Store, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        self._store = store
        self._source = source
        self._target = target
        self._workspace = Workspace(target, store.keys)
        self._shapes = Shapes(target)
        self._in_force: dict[tuple[str, str], InForce] = {}
        self._standing = InForce()
        self._laws: dict[str, Law] = {}
        self._lawmaking = Lawmaking(self._law_bytes)
        self._staged: list[Staged] = []
        self._differences: list[Difference] = []
        self._tombstones = self._decided = self._explained = 0
        self._buried = Buried(source)
        self._rules = RulesTold()

    def run(self) -> ReplayReport:
        last = self.pass_over_events()
        found = compare_states(
            self._store, self._source, self._target, set(self._buried.graves), self._buried.explained
        )
        return ReplayReport(
            events=last,
            decided=self._decided,
            tombstones=self._tombstones,
            documents=found.documents,
            accounts=found.accounts,
            differences=tuple((self._differences + self._rules.sift(found.differences))[:DIFFERENCES_NAMED]),
            rules=self._rules.current,
            others=self._rules.report(),
            erased=len(self._buried.graves),
            explained=self._explained,
        )

    def pass_over_events(self) -> int:
        """Fold all events again, in their order; returns the number of the last."""
        last = last_event_no(self._source)
        for first in range(1, last + 1, EVENTS_A_BATCH):
            self._batch(first, min(first + EVENTS_A_BATCH - 1, last))
        return last

    def _differ(self, event_no: int, field: str, stored: object = "", found: object = "") -> None:
        difference = Difference.of(event_no, field, stored, found)
        if not self._rules.takes(difference):
            self._differences.append(difference)

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
            buried = self._buried.holds(event)
            if not buried and event.erased:
                self._differ(event.event_no, "event.persons", "erased", "no tombstone says why")
                continue
            one = self._lay(event) if buried else self._event(event, snapshots)
            if one is not None:
                folded.append(one)
                self._tombstones += buried
                self._decided += not buried
        self._workspace.numbers["event"] = last + 1
        batch = Batch(folded, first_event, snapshots=snapshots, staged=self._staged)
        commit(self._target, self._workspace, self._shapes, batch)
        self._staged = []

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

    def _lay(self, event: StoredEvent) -> Folded | None:
        """Check and do again what is left of an event that a tombstone stands for."""
        if not event.erased and any(part.person for part in event.parts):
            self._differ(event.event_no, "event.persons", "opens", "a tombstone says that it is erased")
        try:
            values = event.rest()
            self._check_entry(event)
            self._adopt(event)
            cause = Cause(
                name=msgspec.json.decode(values["cause.name"]),
                kind=event.kind, key=event.key, record_no=event.record_no,
                filing=filing_of(event, values, self._source),
            )  # fmt: skip
            facts = facts_from(values)
            self._rules.begin(event, facts, msgspec.json.decode(values["event.case"]))
            return self._lay_recorded(event, cause, facts, values)
        except (SealBroken, msgspec.MsgspecError, KeyError, LookupError, EngineFault) as broken:
            self._differ(event.event_no, "event.fields", str(broken))
            return None

    def _lay_recorded(
        self,
        event: StoredEvent,
        cause: Cause,
        facts: Facts | None,
        values: dict[str, bytes],
        again: Decision | None = None,
    ) -> Folded:
        serial = first_serial(self._store.sandbox)
        laid = self._buried.lay(event, cause, facts, values, self._workspace, serial, again)
        if laid.former_entry != event.former_entry:
            self._differ(event.event_no, "event.former", event.former_entry.hex(), laid.former_entry.hex())
        return laid

    def _check_entry(self, event: StoredEvent) -> None:
        if entry(event.parts) != event.entry:
            self._differ(event.event_no, "event.entry", event.entry.hex(), entry(event.parts).hex())

    def _event(self, event: StoredEvent, snapshots: list[Snapshot]) -> Folded | None:
        """Fold one event again. None when it cannot be; why is among the differences then."""
        try:
            values = self._values(event)
            cause = cause_of(event, values, self._source)
            facts = facts_from(values)
        except (SealBroken, msgspec.MsgspecError, KeyError, LookupError) as broken:
            self._differ(event.event_no, "event.fields", str(broken))
            return None
        self._check_entry(event)
        self._adopt(event)
        self._rules.begin(event, facts, msgspec.json.decode(values["event.case"]))
        folded = None
        try:
            if facts is not None and self._buried.leans(cause.event, facts, self._workspace):
                folded = self._fold_leaning(event, cause, facts, values, snapshots)
            else:
                folded = self._fold(event, cause, facts, values, snapshots)
        except (EngineFault, FactsMissing, LookupError, ValueError, LawFault, RegistryFault) as fault:
            self._differ(event.event_no, "decision", "decided", str(fault))
        else:
            self._check_folded(event, folded, values)
        if self._rules.differs(event):
            self._rules.touch(event, facts, values, folded)
        return folded

    def _check_folded(self, event: StoredEvent, folded: Folded | None, values: dict[str, bytes]) -> None:
        if folded is None:
            self._differ(event.event_no, "decision.outcome", values["decision.outcome"].decode(), "nothing")
        elif folded.entry != event.entry or folded.former_entry != event.former_entry:
            self._compare(event, folded, values)

    def _fold_leaning(
        self, event: StoredEvent, cause: Cause, facts: Facts, values: dict[str, bytes], snapshots: list[Snapshot]
    ) -> Folded | None:
        """Fold an event that looked at something erased: again if that still gives the same, else as recorded."""
        told = len(self._differences)
        sources = self._sources_of(event, cause, facts)
        stale = len(self._differences) > told
        del self._differences[told:]
        again = decide_again(cause, facts, self._workspace, sources)
        same = again is not None and not stale and comes_to(event, cause, facts, again, self._workspace)
        if same:
            return self._fold(event, cause, facts, values, snapshots)
        self._explained += 1
        return self._lay_recorded(event, cause, facts, values, again)

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

    def _adopt(self, event: StoredEvent) -> None:
        """The subject keeps its number and keys, and starts without events."""
        row = self._source.execute(sql("subject_origin"), (event.subject_no,)).fetchone()
        subject = Subject(self._store.keys, (*row, 0, b"", 0))
        if not self._workspace.knows(subject.kind, subject.key):
            if self._buried.holds(event):
                subject.renew()  # until its tombstone comes it is as if its key were there
            self._workspace.adopt(subject)
        known = self._workspace.subject(subject.kind, subject.key)
        if known.person_wrapped is None and subject.person_wrapped is not None and not self._buried.holds(event):
            known.renew(subject.person_wrapped)

    def _fold(
        self, event: StoredEvent, cause: Cause, facts: Facts | None, values: dict[str, bytes], kept: list[Snapshot]
    ) -> Folded | None:
        secrets = secrets_of(event)
        if len(secrets) != 2 * SECRET_BYTES:
            raise LookupError("the event's secrets are not whole")
        if cause.name in ("erased", "not_erased"):
            return fold(self._erasure(event, cause, values), event.at_ns, self._workspace, None, secrets=secrets)
        if cause.name not in ("snapshot", "staged", "withdrawn"):
            sources = self._sources_of(event, cause, facts) if facts is not None else None
            personal = open_fields(event.parts[-1].person, event.parts[-1].person_secret).keys()
            return fold(cause, event.at_ns, self._workspace, sources, facts=facts, secrets=secrets, personal=personal)
        if not cause.digest:  # the snapshot or the change was refused, and only what was wrong with it is kept
            problems = msgspec.json.decode(values["decision.problems"], type=tuple[Problem, ...])
            cause = msgspec.structs.replace(cause, problem=problems[0])
            return fold(cause, event.at_ns, self._workspace, None, secrets=secrets)
        return self._fold_snapshot(event, cause, secrets, kept)

    def _fold_snapshot(self, event: StoredEvent, cause: Cause, secrets: bytes, kept: list[Snapshot]) -> Folded | None:
        """A snapshot that came into force, or a change of law that was staged or withdrawn."""
        packed = self._packed(event, cause.kind, cause.digest)
        brings: tuple[Await, ...] = ()
        if isinstance(cause.filing, Command) and cause.filing.action in STAGED_ACTIONS:
            cause = self._lawmaking.judged(cause, self._standing, event.at.astimezone(CHINA).date())
        if cause.name == "snapshot" and cause.problem is None:
            self._standing.put(cause.kind, packed)
            if cause.kind == "registry":
                set_limits(self._workspace, self._standing.registry)
                brings = self._standing.brings()
            if self._standing.complete:
                put_expiries(self._workspace, self._standing.registry, self._standing.law, event.at)
        folded = fold(cause, event.at_ns, self._workspace, None, secrets=secrets, brings=brings)
        if folded is not None and cause.digest:
            if (staged := self._lawmaking.record(folded)) is not None:
                self._staged.append(staged)
            if cause.name != "withdrawn":
                number = event.event_no if cause.name == "snapshot" else 0
                kept.append(Snapshot(number, cause.kind, cause.digest, packed))
        return folded

    def _sources_of(self, event: StoredEvent, cause: Cause, facts: Facts) -> Sources:
        """Where the facts came from, and whether they still come from there."""
        self._check_looked_up(event, cause, facts)
        in_force = self._snapshots(event, facts.law_digest, facts.registry_digest)
        sources = Sources(self._workspace, self._store.keys, in_force.law, in_force.registry, self._store.sandbox)
        self._check_people(event, cause, facts, sources)
        return sources

    def _erasure(self, event: StoredEvent, cause: Cause, values: dict[str, bytes]) -> Cause:
        """A tombstone, or why there is none, with what of it still follows from law and documents."""
        today = event.at.astimezone(CHINA).date()
        if cause.tombstone is not None:
            for name, told, found in tombstone_faults(cause, self._workspace, self._law_of, today):
                self._differ(event.event_no, f"tombstone {name}", told, found)
            return cause
        (stored,) = msgspec.json.decode(values["decision.problems"], type=tuple[Problem, ...])
        cause = msgspec.structs.replace(cause, problem=stored)
        assert isinstance(cause.filing, Command), "only a command erases"
        by_erased = stored.rule_id == SHARED.id and bool(self._buried.graves)  # a user that may be erased meanwhile
        if not by_erased and not self._buried.has_lost((cause.filing.kind, cause.filing.key)):
            asked = msgspec.structs.replace(cause, name=ERASE, kind=cause.filing.kind, key=cause.filing.key)
            again = erasing(asked, self._workspace, self._standing.law, today)[0]
            if (again.problem, again.restricts) != (stored, cause.restricts):
                self._differ(event.event_no, "decision.problems", stored, again.problem)
        return cause

    def _law_of(self, digest: str) -> Law:
        if digest not in self._laws:
            self._laws[digest] = build_law(self._law_bytes(digest))
        return self._laws[digest]

    def _check_looked_up(self, event: StoredEvent, cause: Cause, facts: Facts) -> None:
        """Facts that come from our own tables must be what the events before have left."""
        if cause.event is None:
            return
        for name, stored, found in stale_facts(cause.event, facts, self._workspace, self._store.sandbox):
            self._differ(event.event_no, f"facts {name}", stored, found)

    def _check_people(self, event: StoredEvent, cause: Cause, facts: Facts, sources: Sources) -> None:
        """Who acts, who is drawn and what is paused follow from snapshots, seed and earlier events."""
        if cause.event is None:
            return
        for name, stored, found in stale_handling(cause.event, facts, sources):
            self._differ(event.event_no, f"facts {name}", stored, found)

    def _snapshots(self, event: StoredEvent, law: str, registry: str) -> InForce:
        if (found := self._in_force.get((law, registry))) is None:
            found = InForce()
            found.put("law", self._packed(event, "law", law))
            found.put("registry", self._packed(event, "registry", registry))
            self._in_force[law, registry] = found
        return found

    def _law_bytes(self, digest: str) -> bytes:
        row = self._source.execute(sql("snapshot"), (digest, "law")).fetchone()
        if row is None:
            raise LookupError(f"there is no law snapshot {digest}")
        packed: bytes = row[0]
        return packed

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
