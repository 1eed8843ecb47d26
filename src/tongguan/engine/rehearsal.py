"""Rehearsal: every stored event is decided a second time, under another law, and what would differ is told.

A replay builds the state before each event; the same case and the stored facts then meet the other law. What the other
law asks beyond the stored facts (a new lane's draw, another yearly quantity) is looked up in that state. Each event
stands for itself: what a different decision would have led to later is not played on. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from sqlite3 import Connection

import msgspec

from tongguan.clearance.decide import decide
from tongguan.clearance.model import Decision, Facts, FactsMissing
from tongguan.engine.cases import case_of
from tongguan.engine.causes import Cause
from tongguan.engine.commit import Snapshot
from tongguan.engine.facts import CHINA, Sources, facts_of
from tongguan.engine.fold import Folded
from tongguan.engine.replay import Replaying
from tongguan.law.faults import NoLaw
from tongguan.law.inforce import Law
from tongguan.store.database import open_memory, open_reader
from tongguan.store.events import StoredEvent
from tongguan.store.layout import Store
from tongguan.store.statements import sql


class Differs(msgspec.Struct, frozen=True, kw_only=True):
    """One event that the other law decides otherwise.

    ``changes`` are (what, then, now): status, outcome, tax, rules, due. ``rows`` are the law rows that made it so: used
    by one of the two only, or by both with another content.
    """

    event_no: int
    case_id: str
    kind: str
    key: tuple[str, ...]
    day: date
    changes: tuple[tuple[str, str, str], ...]
    rows: tuple[str, ...]


class RehearsalReport(msgspec.Struct, frozen=True, kw_only=True):
    """``decided`` events were decided again; ``differing`` are those that come out otherwise."""

    law: str
    decided: int
    cases: int
    differing: tuple[Differs, ...]


def rehearse(
    store: Store, law: Law, last: int = 0, told: Callable[[int], None] = lambda decided: None
) -> RehearsalReport:
    """Decide a store's events again under ``law``: of the last so many cases, or (0) of all. Raises StoreFault."""
    source, target = open_reader(store.state_path), open_memory()
    try:
        source.execute("BEGIN")
        cases = {row[0] for row in source.execute(sql("last_cases"), (last,))} if last else None
        return _Rehearsal(store, source, target, law, cases, told).rehearse()
    finally:
        source.close()
        target.close()


_CASES = ("order", "inventory")
"""Kinds whose subjects make a case; a waybill or an entry list has an id of its own."""


class _Rehearsal(Replaying):
    def __init__(
        self,
        store: Store,
        source: Connection,
        target: Connection,
        law: Law,
        cases: set[str] | None,
        told: Callable[[int], None],
    ) -> None:
        super().__init__(store, source, target)
        self._law, self._cases, self._told = law, cases, told
        self._again = 0
        self._seen: set[str] = set()
        self._differing: list[Differs] = []

    def rehearse(self) -> RehearsalReport:
        self.pass_over_events()
        return RehearsalReport(
            law=self._law.digest, decided=self._again, cases=len(self._seen), differing=tuple(self._differing)
        )

    def _fold(
        self, event: StoredEvent, cause: Cause, facts: Facts | None, values: dict[str, bytes], kept: list[Snapshot]
    ) -> Folded | None:
        case_id: str = msgspec.json.decode(values["event.case"])
        wanted = facts is not None and (self._cases is None or case_id in self._cases)
        other = self._decide_again(event, cause, facts) if wanted and facts is not None else None
        folded = super()._fold(event, cause, facts, values, kept)
        if other is not None and folded is not None:
            if event.kind in _CASES:
                self._seen.add(case_id)
            self._again += 1
            self._told(self._again)
            self._hold_against(event, case_id, folded.decision, other, facts.law_digest if facts else "")
        return folded

    def _decide_again(self, event: StoredEvent, cause: Cause, facts: Facts) -> Decision | str | None:
        """The decision under the other law; a text where it cannot be made; None where the core is not asked."""
        if cause.event is None:
            return None
        registry = self._snapshots(event, facts.law_digest, facts.registry_digest).registry
        sources = Sources(self._workspace, self._store.keys, self._law, registry, self._store.sandbox)
        case = case_of(cause.event, self._workspace, sandbox=self._store.sandbox)
        try:
            fresh = facts_of(cause.event, case, sources, facts.now)
            return decide(case, cause.event, _together(facts, fresh, self._law.digest), self._law)
        except (NoLaw, FactsMissing) as missing:
            return str(missing)

    def _hold_against(self, event: StoredEvent, case_id: str, then: Decision, now: Decision | str, digest: str) -> None:
        changes: tuple[tuple[str, str, str], ...] = (("decision", then.outcome, str(now)),)
        rows: tuple[str, ...] = ()
        if isinstance(now, Decision):
            pairs = zip(_ASKED, _told(then), _told(now), strict=True)
            changes = tuple((what, one, other) for what, one, other in pairs if one != other)
            rows = _why(then, now, self._law_of(digest), self._law)
        if not changes:
            return
        self._differing.append(
            Differs(
                event_no=event.event_no, case_id=case_id, kind=event.kind, key=event.key,
                day=event.at.astimezone(CHINA).date(), changes=changes, rows=rows,
            )
        )  # fmt: skip

    def _law_of(self, digest: str) -> Law:
        return next(found.law for (law, _), found in self._in_force.items() if law == digest)


def _together(stored: Facts, fresh: Facts, digest: str) -> Facts:
    """The stored facts, and from the fresh ones whatever only the other law asks for."""
    draws = tuple((dict(fresh.draws) | dict(stored.draws)).items())
    known = {one.account for one in stored.quota_kg}
    quota_kg = (*stored.quota_kg, *(one for one in fresh.quota_kg if one.account not in known))
    wanting = {
        name: value
        for name in Facts.__struct_fields__
        if not getattr(stored, name) and name != "answers" and (value := getattr(fresh, name))
    }
    return msgspec.structs.replace(stored, **{**wanting, "draws": draws, "quota_kg": quota_kg, "law_digest": digest})


_ASKED = ("outcome", "status", "tax", "rules", "due")


def _told(decision: Decision) -> tuple[str, ...]:
    """What of a decision is compared, as texts, in the order of ``_ASKED``."""
    tax = decision.documents[0].tax if decision.documents else None
    return (
        decision.outcome,
        decision.status,
        str(tax.taxTotal) if tax else "",
        " ".join(problem.rule_id for problem in decision.problems),
        " ".join(f"{due.what} {due.at.astimezone(CHINA).date()}" for due in decision.due),
    )


def _why(then: Decision, now: Decision, law: Law, other: Law) -> tuple[str, ...]:
    """Rows that one of the two has not used, or that say something else in the other law."""
    before, after = _rows(then), _rows(now)
    return tuple(
        row_id
        for row_id in dict.fromkeys((*before, *after))
        if (row_id in before) != (row_id in after) or law.row(row_id) != other.row(row_id)
    )


def _rows(decision: Decision) -> dict[str, None]:
    named = (problem.law_row for problem in decision.problems if problem.law_row)
    return dict.fromkeys((*decision.law_rows, *named))
