"""A change of law passes two persons: what is staged, by whom, and what each command about it may do.

Held in memory beside the snapshots in force, loaded at start, kept in step with each event, written with its batch.
A replay builds the same from the events and asks the same questions again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import date

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.engine.causes import Cause
from tongguan.engine.fold import Folded
from tongguan.engine.snapshots import InForce, refused_snapshot
from tongguan.law.build import build_law
from tongguan.law.change import first_day, refuse_open_gaps
from tongguan.law.faults import LawFault
from tongguan.law.staging import (
    IN_FORCE,
    OPEN,
    UNSTAGED,
    WITHDRAWN,
    Staged,
    approval_problem,
    staging_problem,
    withdrawal_problem,
)
from tongguan.store.filing import Command
from tongguan.store.staged import read_staged
from tongguan.store.statements import sql

CAUSES = {"law": "snapshot", "law_stage": "staged", "law_approve": "snapshot", "law_withdraw": "withdrawn"}
"""The commands about the law, and the name of the cause that each becomes."""
STAGED_ACTIONS = frozenset(CAUSES) - {"law"}


class Lawmaking:
    """The staged changes by digest. ``packed_of`` finds the bytes of a snapshot that the store already has."""

    def __init__(self, packed_of: Callable[[str], bytes]) -> None:
        self._packed_of = packed_of
        self._fresh: dict[str, bytes] = {}  # staged in this batch or a former one of this engine
        self._staged: dict[str, Staged] = {}

    @classmethod
    def load(cls, db: sqlite3.Connection) -> Lawmaking:
        """As the events so far have left it."""

        def packed_of(digest: str) -> bytes:
            row = db.execute(sql("snapshot"), (digest, "law")).fetchone()
            if row is None:
                raise LookupError(f"there is no law snapshot {digest}")
            packed: bytes = row[0]
            return packed

        found = cls(packed_of)
        found._staged = {one.digest: one for one in read_staged(db)}
        return found

    def take(self, cause: Cause, in_force: InForce, today: date) -> Cause:
        """A command about the law with what it names: or with the problem that it has, and then without a digest."""
        assert isinstance(cause.filing, Command)
        command = cause.filing
        if command.action == "law":
            return self._first(cause, in_force, command.snapshot)
        digest = command.key[0] if command.key else ""
        if command.action == "law_stage":
            cause = msgspec.structs.replace(cause, base=digest)
            digest = hashlib.sha256(command.snapshot).hexdigest()
        return self.judged(msgspec.structs.replace(cause, digest=digest), in_force, today)

    def judged(self, cause: Cause, in_force: InForce, today: date) -> Cause:
        """The same for a cause that names its snapshot already, as a replay has it."""
        assert isinstance(cause.filing, Command)
        try:
            problem = self._problem(cause, cause.filing, in_force, today)
        except LawFault as fault:
            problem = refused_snapshot("law", str(fault), str(fault))
        if problem is not None:
            return msgspec.structs.replace(
                cause, digest="", problem=msgspec.structs.replace(problem, path=cause.digest)
            )
        if (staged := self._staged.get(cause.digest)) is not None and cause.name != "staged":
            return msgspec.structs.replace(cause, base=staged.base, maker=staged.maker)
        return cause

    def packed(self, digest: str) -> bytes:
        """The bytes of a staged snapshot. Raises LookupError where the store has lost them."""
        return self._fresh[digest] if digest in self._fresh else self._packed_of(digest)

    def record(self, folded: Folded) -> Staged | None:
        """Keep in step with an event; what must be written of it, if it was about a staged change."""
        cause = folded.cause
        if cause.kind != "law" or not cause.digest or not isinstance(cause.filing, Command):
            return None
        actor = cause.filing.actor
        if cause.name == "staged":
            if cause.filing.snapshot:  # a replay has it in the store it reads
                self._fresh[cause.digest] = cause.filing.snapshot
            row = Staged(
                digest=cause.digest, base=cause.base, maker=actor, retroactive=bool(cause.filing.reason.strip()),
                staged_event=folded.event_no,
            )  # fmt: skip
        elif (open_row := self._staged.get(cause.digest)) is not None:
            state = WITHDRAWN if cause.name == "withdrawn" else IN_FORCE
            row = msgspec.structs.replace(open_row, state=state, checker=actor, ended_event=folded.event_no)
        else:
            return None
        self._staged[row.digest] = row
        return row

    def _first(self, cause: Cause, in_force: InForce, packed: bytes) -> Cause:
        """Only a store without any law takes one from a single hand: the one it is made with."""
        if in_force.has_law:
            return msgspec.structs.replace(cause, problem=UNSTAGED.problem())
        return in_force.take(cause, packed)

    def _problem(self, cause: Cause, command: Command, in_force: InForce, today: date) -> Problem | None:
        staged = self._staged.get(cause.digest)
        standing = in_force.law.digest if in_force.has_law else ""
        match command.action:
            case "law_stage":
                packed = command.snapshot or self.packed(cause.digest)
                return staging_problem(
                    cause.digest, cause.base, command.actor, in_force=standing,
                    open_already=staged is not None and staged.state == OPEN, retroactive=bool(command.reason.strip()),
                    begins=self._begins(in_force, packed) if cause.base == standing else None, today=today,
                )  # fmt: skip
            case "law_approve":
                of_this_law = staged is not None and staged.base == standing
                begins = self._begins(in_force, self.packed(cause.digest)) if of_this_law else None
                return approval_problem(
                    cause.digest, staged, command.actor, in_force=standing, begins=begins, today=today
                )
            case _:
                return withdrawal_problem(cause.digest, staged, command.actor)

    def _begins(self, in_force: InForce, packed: bytes) -> date | None:
        """The first day whose law would differ. Raises LawFault for bytes that are no law, or leave a gap in it."""
        new = build_law(packed)
        if not in_force.has_law:
            return None
        refuse_open_gaps(in_force.law, new)
        return first_day(in_force.law, new)
