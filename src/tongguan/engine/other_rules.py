"""In a replay: what another version of the rules has decided, told apart from what nobody should find.

An event of another version may come out otherwise now, and nobody has done wrong. What follows from it may differ too:
later events of the same documents and cases, and the accounts, numbers and rows that it has moved. Every other
difference stays a failure, whichever rules decided before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tongguan.clearance import rules_version
from tongguan.clearance.model import Decision, Facts
from tongguan.engine.facts import CHINA
from tongguan.engine.fold import Folded
from tongguan.engine.numbers import invt_no_scope, pre_no_scope, rkd_no_scope
from tongguan.store.compare import Difference
from tongguan.store.events import StoredEvent
from tongguan.store.packing import key_text

_BY_RULES = ("decision", "compared.", "facts.", "cause.")
"""Fields of an event that the rules have a say in. Its number, time, case and digests are nobody's to decide."""
_NAMED = 50


class OtherRules(msgspec.Struct, frozen=True, kw_only=True):
    """One other version: ``events`` that it decided; ``differing`` are the numbers of those that come out otherwise
    now, or that follow from one that does. The first ``differences`` are named.
    """

    rules: str
    events: int
    differing: tuple[int, ...]
    differences: tuple[Difference, ...]


class RulesTold:
    """What is known about the rules of the events so far; for one replay."""

    def __init__(self) -> None:
        self.current = rules_version.RULES_VERSION
        self._events: Counter[str] = Counter()
        self._of_event: dict[int, str] = {}
        self._touched: dict[str, str] = {}
        self._differences: dict[str, list[Difference]] = {}
        self._now: str | None = None

    def begin(self, event: StoredEvent, facts: Facts | None, case_id: str) -> None:
        """The event that is looked at next; ``facts`` is None where the core was not asked."""
        if facts is not None:
            self._events[facts.rules] += 1
            if facts.rules != self.current:
                self._now = facts.rules
                return
        self._now = self._touched.get(_subject(event.kind, event.key), self._touched.get(case_id))

    def takes(self, difference: Difference) -> bool:
        """Whether this difference of the event comes from other rules; it is kept here then.

        A fact that differs because of what was moved before does not make the event one that comes out otherwise.
        """
        if self._now is not None and difference.field.startswith(_BY_RULES):
            self._of_event[difference.event_no] = self._now
            self._keep(self._now, difference)
            return True
        rules = self._named(difference)
        if rules is not None:
            self._keep(rules, difference)
        return rules is not None

    def differs(self, event: StoredEvent) -> bool:
        """Whether the event comes out otherwise by other rules."""
        return event.event_no in self._of_event

    def touch(
        self, event: StoredEvent, facts: Facts | None, values: Mapping[str, bytes], folded: Folded | None
    ) -> None:
        """The event came out otherwise: what it moved then or moves now may differ from here on. Its chain does not:
        that goes on from the stored entry.
        """
        rules = self._of_event[event.event_no]
        then = msgspec.json.decode(values.get("decision.effects", b"{}"))
        self._touched.setdefault(msgspec.json.decode(values["event.case"]), rules)
        for name in _moved(event, facts, then, folded.decision if folded else None):
            self._touched.setdefault(name, rules)
        if folded is not None:
            folded.subject.head_entry = event.entry

    def sift(self, differences: Iterable[Difference]) -> list[Difference]:
        """Of the differences between two states, those that other rules do not explain."""
        left = []
        for one in differences:
            rules = self._of_event.get(one.event_no, self._named(one))
            if rules is None:
                left.append(one)
            else:
                self._keep(rules, one)
        return left

    def report(self) -> tuple[OtherRules, ...]:
        """Every version but ours that has decided something, in order."""
        return tuple(
            OtherRules(
                rules=rules,
                events=count,
                differing=tuple(sorted(number for number, by in self._of_event.items() if by == rules)),
                differences=tuple(self._differences.get(rules, ())[:_NAMED]),
            )
            for rules, count in sorted(self._events.items())
            if rules != self.current
        )

    def _keep(self, rules: str, difference: Difference) -> None:
        self._differences.setdefault(rules, []).append(difference)

    def _named(self, difference: Difference) -> str | None:
        """The rules that have touched something which the difference names."""
        text = f"{difference.field} {difference.stored} {difference.found}"
        return next((rules for name, rules in self._touched.items() if _stands_in(name, text)), None)


def _moved(event: StoredEvent, facts: Facts | None, then: Mapping[str, Any], now: Decision | None) -> Iterator[str]:
    """Names of what an event moved, as they stand in differences."""
    yield from (f"subjects {event.subject_no}", f"officer_queue {event.subject_no}")
    documents = [(kind, tuple(key)) for kind, key, *_ in then.get("documents", ())]
    documents += [(one.kind, one.key) for one in now.documents] if now else []
    for kind, key in dict.fromkeys([(event.kind, event.key), *documents]):
        yield from (_subject(kind, key), key_text(key))
    if any(kind == "inventory" for kind, _ in documents):
        yield "prices"
    if any(kind == "entry_list" for kind, _ in documents):
        yield "arrivals"
    yield from (move["account"] if isinstance(move, dict) else move[0] for move in then.get("moves", ()))
    yield from (move.account for move in now.moves) if now else ()
    if facts is not None:
        yield from _numbers(facts, then, now)


def _numbers(facts: Facts, then: Mapping[str, Any], now: Decision | None) -> Iterator[str]:
    """Scopes of which one of the two decisions took a number and the other did not."""
    day = facts.now.astimezone(CHINA).date()
    took = (now.took_pre_no, now.took_invt_no, now.took_rkd_no) if now else (False, False, False)
    scopes = (
        pre_no_scope(day, facts.next_pre_no[:1]),
        invt_no_scope(facts.next_invt_no[:4], day),
        rkd_no_scope(facts.next_rkd_no[:4], day),
    )
    for name, taken, scope in zip(("pre_no", "invt_no", "rkd_no"), took, scopes, strict=True):
        if taken != (name in then):
            yield scope


def _subject(kind: str, key: tuple[str, ...]) -> str:
    return f"{kind} {'/'.join(key)}"


def _stands_in(name: str, text: str) -> bool:
    """Whether the name stands in the text as a whole: W1 does not stand in W12."""
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
