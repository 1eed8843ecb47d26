"""Each record decided as if it were filed now, one after another, in the order of the files."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.decide import decide
from tongguan.clearance.model import Await, Case, Decision, Document, Event, Facts, Key, Receipt, RecordFiled, Woken
from tongguan.cli.prediction import assumptions as A
from tongguan.cli.prediction.earlier import case_for, is_open_question
from tongguan.cli.prediction.facts import assumed_facts
from tongguan.cli.times import CHINA
from tongguan.engine.cases import case_of
from tongguan.engine.causes import Cause
from tongguan.engine.facts import Sources
from tongguan.engine.prefetch import prefetch
from tongguan.engine.workspace import Workspace
from tongguan.law.inforce import Law
from tongguan.registry.snapshot import build_registry, pack_registry
from tongguan.registry.tables import RegistryTables
from tongguan.store.database import open_memory
from tongguan.store.keys import KEY_BYTES, KINDS, KeyRing
from tongguan.store.keys import Key as StoreKey

UNKNOWN = "unknown"
"""The outcome where all depends on something that is not among the files."""


@dataclass(slots=True)
class Answer:
    """What one record is answered: by its receipts when it came, and by those of the document that it made.

    ``status`` is where it ends, empty where nothing can be foretold. ``document`` is that document as later records
    left it, until another version takes its place.
    """

    file: str
    record_no: int
    event: RecordFiled
    outcome: str
    status: str
    receipts: tuple[Receipt, ...]
    problems: tuple[Problem, ...]
    assumed: tuple[str, ...]
    document: Document | None = None

    @property
    def told(self) -> tuple[Receipt, ...]:
        """All receipts about it, in order."""
        return self.document.last_receipts if self.document is not None else self.receipts

    @property
    def info(self) -> str:
        """The returnInfo of the last receipt that has its status: what waits at 2 has been told 3, sent to customs."""
        found = [one for one in self.told if one.status == self.status] or self.told
        return found[-1].info if found else ""


@dataclass(slots=True)
class Foresight:
    """The state that the records make, in memory. Use ``foresee``."""

    law: Law
    now: datetime
    sources: Sources
    answers: list[Answer] = field(default_factory=list)
    _speaks_for: dict[tuple[str, Key], Answer] = field(default_factory=dict)
    _awaits: dict[Await, dict[Key, None]] = field(default_factory=dict)
    _serial: int = 0

    def take(self, cause: Cause) -> None:
        """Decide on one record, and on everything that it wakes."""
        event = cause.event
        assert isinstance(event, RecordFiled), "every message that the door lets in brings records to decide"
        given = A.assumed_of(event)
        if _is_unverifiable(event):
            event, given = _as_signed(event), (*given, A.SIGNATURE.name)
        self.answers.append(self._file(event, given))

    def _file(self, event: RecordFiled, given: tuple[str, ...]) -> Answer:
        workspace = self.sources.workspace
        case, more = case_for(event, workspace, self.now)
        decision = self._decide(case, event)
        answer = Answer(event.filing_id, event.record_no, event, decision.outcome, decision.status,
                        decision.receipts, decision.problems, (*given, *more))  # fmt: skip
        if is_open_question(event, case, decision):
            answer.outcome, answer.status, answer.receipts, answer.problems = UNKNOWN, "", (), ()
            return answer
        made = next((one for one in decision.documents if (one.kind, one.key) == (event.kind, event.key)), None)
        if made is not None:
            self._speaks_for[event.kind, event.key] = answer
        self._follow(event, decision)
        return answer

    def _follow(self, event: Event, decision: Decision) -> None:
        woken = deque(self._apply(event.key, decision))
        while woken:
            wake = woken.popleft()
            case = case_of(wake, self.sources.workspace)
            woken.extend(self._apply(wake.key, self._decide(case, wake)))

    def _decide(self, case: Case, event: Event) -> Decision:
        self._serial += 1
        facts: Facts = assumed_facts(event, case, self.sources, self.now, self._serial)
        return decide(case, event, facts, self.law)

    def _apply(self, key: Key, decision: Decision) -> list[Woken]:
        """Keep what a decision changes; returns whom it wakes."""
        for document in decision.documents:
            self.sources.workspace.put(document)
            if (answer := self._speaks_for.get((document.kind, document.key))) is not None:
                answer.document, answer.status = document, document.status
        for move in decision.moves:
            self.sources.workspace.move(move)
        for awaited in decision.awaits:
            self._awaits.setdefault(awaited, {})[key] = None
        brought = [
            Woken(kind="inventory", key=waiting, by=one)
            for one in decision.brings
            for waiting in self._awaits.pop(one, {})
        ]
        return [*brought, *decision.wakes]


def foresee(
    causes: Iterable[Cause], law: Law, now: datetime, progress: Callable[[], None] = lambda: None
) -> list[Answer]:
    """An answer for each record, in order, as of ``now`` (aware). Raises NoLaw where no law is in force on its day.

    ``progress`` is called once for each record.
    """
    causes = list(causes)
    keys = KeyRing.of({kind: StoreKey(kind, "00000000", os.urandom(KEY_BYTES)) for kind in KINDS})
    workspace = Workspace(open_memory(), keys)
    registry = build_registry(pack_registry(RegistryTables(parties=())))
    foresight = Foresight(law, now, Sources(workspace, keys, law, registry, sandbox=False))
    # Everything is known to be absent at once: else each look-up would walk through all that came before it.
    prefetch(causes, workspace, keys, now.astimezone(CHINA).date())
    for cause in causes:
        foresight.take(cause)
        progress()
    return foresight.answers


def _is_unverifiable(event: RecordFiled) -> bool:
    """Whether the message only names its certificate: whether the signature is good cannot be said without it."""
    verdict = event.verdict
    return verdict.step == "certificate" and verdict.problem is not None and bool(verdict.problem.found)


def _as_signed(event: RecordFiled) -> RecordFiled:
    verdict = msgspec.structs.replace(event.verdict, step="ok", problem=None)
    return msgspec.structs.replace(event, verdict=verdict)
