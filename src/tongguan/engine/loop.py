"""The loop: cut, load, fold, commit, go on. One engine decides; it holds the store's lock while it lives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec

from tongguan.clearance.model import Await
from tongguan.clearance.retention import ERASE
from tongguan.engine import collector
from tongguan.engine.causes import Cause
from tongguan.engine.commit import Batch, Position, Shapes, Snapshot, commit
from tongguan.engine.cut import Limits, take_cut
from tongguan.engine.erasure import erasing
from tongguan.engine.expiry import put_expiries
from tongguan.engine.facts import CHINA, Scenarios, Sources
from tongguan.engine.fold import Folded, fold
from tongguan.engine.lawmaking import Lawmaking
from tongguan.engine.lock import EngineLock
from tongguan.engine.prefetch import prefetch
from tongguan.engine.snapshots import InForce, set_limits
from tongguan.engine.workspace import Workspace, wall_ns
from tongguan.law.staging import Staged
from tongguan.store.database import checkpoint, migrate, open_writer
from tongguan.store.erasure import empty_wal
from tongguan.store.events import utc
from tongguan.store.filing import Command
from tongguan.store.inbox import SqliteInbox
from tongguan.store.layout import COMMANDS, Store, open_store
from tongguan.store.statements import sql

IDLE_SECONDS = 0.005  # how long an idle engine sleeps: the most that it adds to an answer
CHECKPOINT_SECONDS = 2.0
INBOXES_LOOKED_FOR_SECONDS = 1.0


class BatchReport(msgspec.Struct, frozen=True):
    """One batch: ``events`` written, ``causes`` looked at, ``receipts`` issued, and how long it took."""

    causes: int = 0
    events: int = 0
    receipts: int = 0
    seconds: float = 0.0


class Engine:
    """The writing side of one store. Use as a context manager, or ``close`` it.

    ``clock`` gives wall nanoseconds; an operator may set it (``--at``) to decide as of another time.
    ``scenarios`` are read from the notes of a sandbox only; without them notes say nothing.
    Raises EngineFault ``engine-running`` when another engine holds the store, or a StoreFault that says what is wrong.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int] = time.time_ns,
        limits: Limits | None = None,
        scenarios: Scenarios | None = None,
    ) -> None:
        self._store = store
        self._scenarios = scenarios if store.sandbox else None
        self._clock = clock
        self._limits = limits or Limits()
        self._lock = EngineLock(store.lock_path)
        try:
            migrate(store.state_path)
            self._db = open_writer(store.state_path)
            self._start()
        except BaseException:
            self._lock.release()
            raise

    def _start(self) -> None:
        self._workspace = Workspace(self._db, self._store.keys)
        self._shapes = Shapes(self._db)
        self._in_force = InForce.load(self._db)
        self._lawmaking = Lawmaking.load(self._db)
        self._positions = {inbox: position for inbox, position, _ in self._db.execute(sql("all_positions"))}
        self._inboxes: dict[str, SqliteInbox] = {}
        self._looked_for_inboxes = 0.0
        self._idle = True
        self._wal_to_empty = True  # an erasure may have been the last thing before the end

    def close(self) -> None:
        for inbox in self._inboxes.values():
            inbox.close()
        self._inboxes = {}
        self._db.close()
        self._lock.release()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run_once(self) -> BatchReport:
        """Decide one batch of what waits, oldest first; an empty report when nothing does.

        Raises OwnershipLost, InboxCutShort or another StoreFault; the engine must then be closed.
        """
        begun = time.perf_counter()
        self._open_inboxes()
        cut = take_cut(self._db, self._takeable(), self._positions, self._clock(), self._limits)
        self._idle = not cut.causes
        if self._idle:
            self._refuse_to_wait_for_nothing()
            return BatchReport()
        first_event = self._workspace.next_number("event")
        day = utc(cut.at_ns).astimezone(CHINA).date()
        prefetch(cut.causes, self._workspace, self._store.keys, day)
        folded: list[Folded] = []
        snapshots: list[Snapshot] = []
        staged: list[Staged] = []
        for given in cut.causes:
            for cause in self._steps(given, day):
                if (one := self._fold(cause, cut.at_ns, snapshots, staged)) is not None:
                    folded.append(one)
        positions = [Position(name, self._positions.get(name, 0), to) for name, to in cut.positions.items()]
        batch = Batch(folded, first_event, positions, cut.due, cut.last_wake, snapshots, staged)
        self._wal_to_empty = self._wal_to_empty or bool(self._workspace.graves)
        commit(self._db, self._workspace, self._shapes, batch)
        self._positions |= cut.positions
        receipts = sum(len(one.decision.receipts) for one in folded)
        return BatchReport(len(cut.causes), len(folded), receipts, time.perf_counter() - begun)

    def drain(self) -> BatchReport:
        """Decide until nothing waits; returns the sum."""
        total = BatchReport()
        self._idle = True  # look for new inboxes at once
        while (report := self.run_once()).causes:
            total = BatchReport(
                total.causes + report.causes,
                total.events + report.events,
                total.receipts + report.receipts,
                total.seconds + report.seconds,
            )
        if self._wal_to_empty:
            self._keep_nothing_erased()
        return total

    def run(self, stop: threading.Event) -> None:
        """Decide until ``stop`` is set. Checkpoints run in a thread of their own, off the commit path."""
        keeper = threading.Thread(target=self._keep_wal_short, args=(stop,), daemon=True, name="checkpoint")
        keeper.start()
        collector.calm()
        while not stop.is_set():
            if not self.run_once().causes:
                stop.wait(IDLE_SECONDS)
        keeper.join()

    def _steps(self, cause: Cause, today: date) -> tuple[Cause, ...]:
        """What is folded for a cause: itself; a command to erase becomes a tombstone for each subject."""
        return erasing(cause, self._workspace, self._in_force.law, today) if cause.name == ERASE else (cause,)

    def _fold(self, cause: Cause, at_ns: int, snapshots: list[Snapshot], staged: list[Staged]) -> Folded | None:
        brings: tuple[Await, ...] = ()
        if isinstance(cause.filing, Command) and cause.kind == "registry":
            cause = self._in_force.take(cause, cause.filing.snapshot)
            if cause.problem is None:
                set_limits(self._workspace, self._in_force.registry)
                brings = self._in_force.brings()
        elif isinstance(cause.filing, Command) and cause.kind == "law":
            cause = self._lawmaking.take(cause, self._in_force, utc(at_ns).astimezone(CHINA).date())
        folded = fold(cause, at_ns, self._workspace, self._sources(cause), brings=brings)
        if folded is not None and cause.digest and isinstance(cause.filing, Command):
            self._keep(folded, cause, cause.filing.snapshot, snapshots, staged)
            if cause.name == "snapshot":
                self._look_ahead(folded.at)
        return folded

    def _look_ahead(self, now: datetime) -> None:
        """Note what of the registry ends, and when it is told, by the snapshots now in force."""
        if self._in_force.complete:
            put_expiries(self._workspace, self._in_force.registry, self._in_force.law, now)

    def _keep(
        self, folded: Folded, cause: Cause, packed: bytes, snapshots: list[Snapshot], staged: list[Staged]
    ) -> None:
        """Note what of snapshots and staged changes is to be written with the batch."""
        if (row := self._lawmaking.record(folded)) is not None:
            staged.append(row)
            packed = self._lawmaking.packed(cause.digest)
            if cause.name == "snapshot":
                self._in_force.put("law", packed)
        if cause.name != "withdrawn":
            number = folded.event_no if cause.name == "snapshot" else 0
            snapshots.append(Snapshot(number, cause.kind, cause.digest, packed))

    def _sources(self, cause: Cause) -> Sources | None:
        """None for causes that the core is not asked about: they need no law and no registry."""
        if cause.event is None:
            return None
        return Sources(
            self._workspace,
            self._store.keys,
            self._in_force.law,
            self._in_force.registry,
            self._store.sandbox,
            self._scenarios,
        )

    def _takeable(self) -> dict[str, SqliteInbox]:
        """All inboxes; only the commands' until law and registry are in force, whatever filings came before them."""
        if self._in_force.complete:
            return self._inboxes
        return {name: inbox for name, inbox in self._inboxes.items() if name == COMMANDS}

    def _refuse_to_wait_for_nothing(self) -> None:
        """Raises EngineFault ``no-law`` or ``no-registry`` when filings wait and nothing says by what to decide
        them.
        """
        if self._in_force.complete:
            return
        if any(inbox.highest_id() > self._positions.get(name, 0) for name, inbox in self._inboxes.items()):
            _ = self._in_force.law, self._in_force.registry

    def _open_inboxes(self) -> None:
        """Open inboxes that have come since; those of removed gateways are read too."""
        now = time.monotonic()
        if now - self._looked_for_inboxes < INBOXES_LOOKED_FOR_SECONDS and not self._idle:
            return
        self._looked_for_inboxes = now
        for name in self._store.inbox_names():
            if name not in self._inboxes:
                self._inboxes[name] = SqliteInbox(self._store.inbox_path(name), self._store.keys, writer=False)

    def _keep_wal_short(self, stop: threading.Event) -> None:
        while not stop.wait(CHECKPOINT_SECONDS):
            if self._wal_to_empty:
                self._keep_nothing_erased()
            else:
                checkpoint(self._store.state_path)

    def _keep_nothing_erased(self) -> None:
        """The WAL may hold pages as they were before an erasure; where a reader is in the way, it is tried again."""
        self._wal_to_empty = not empty_wal(self._store.state_path)


def clock_from(at: datetime) -> Callable[[], int]:
    """A clock that shows ``at`` (aware) now and runs on from there: for an operator's ``--at``.

    Gateways and engine of one run must share it, and it must not stand still: the cut takes what lies before now.
    """
    begun = time.monotonic_ns()
    start = wall_ns(at)
    return lambda: start + time.monotonic_ns() - begun


def open_engine(directory: Path, sandbox: bool, clock: Callable[[], int] = time.time_ns) -> Engine:
    """An engine on the store in a directory. See ``open_store`` for what is refused."""
    return Engine(open_store(directory, sandbox), clock)
