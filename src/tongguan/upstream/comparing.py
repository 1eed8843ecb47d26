"""Ours beside theirs: what both sides said of one document, cut into attempts and held against each other. Pure.

An attempt begins with a filing and goes on to its refusal or through its acceptance. A refusal with a negative code is
an attempt of its own and leaves one that is under way alone; 100 ends an attempt, and so does a cancellation. Attempts
are paired in their order. Two equal refusals in a row count once: the same bytes may have been sent twice to one side.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest

import msgspec

from tongguan.clearance.model import Key
from tongguan.store.upstream.beside import Heard
from tongguan.upstream.mapping import Stand, rules_of, stand_of


class Verdict(StrEnum):
    """How two attempts stand to each other.

    ``agree`` and the three disagreements are settled: ``outcome`` (one takes what the other refuses), ``reason`` (both
    refuse, for other reasons), ``tax``. ``officer`` is a refusal by an officer of the upstream of what had been
    accepted: no rule of ours speaks of it. ``open`` waits for one side; ``only_ours``, ``only_theirs`` lack the other.
    """

    AGREE = "agree"
    OUTCOME = "outcome"
    REASON = "reason"
    TAX = "tax"
    OFFICER = "officer"
    OPEN = "open"
    ONLY_OURS = "only_ours"
    ONLY_THEIRS = "only_theirs"


DISAGREEMENTS = frozenset({Verdict.OUTCOME, Verdict.REASON, Verdict.TAX})


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt as one side has judged it so far. ``status`` is the last, ``day`` that of the last receipt (China).

    ``rules`` are ours, or what the upstream's codes and text stand for; ``text`` is what the upstream wrote.
    """

    stand: Stand
    status: str
    codes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    text: str = ""
    by_officer: bool = False
    was_accepted: bool = False
    day: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of one document on both sides. ``day`` is when the upstream spoke last, else when we did."""

    message_type: str
    document: Key
    attempt: int
    day: str
    verdict: Verdict
    ours: Attempt | None
    theirs: Attempt | None


def compare(message_type: str, document: Key, ours: Sequence[Heard], theirs: Sequence[Heard]) -> list[Comparison]:
    """All attempts of one document, paired in their order. Both sides come in the order in which they spoke."""
    pairs = zip_longest(attempts(message_type, ours), attempts(message_type, theirs))
    return [
        Comparison(
            message_type=message_type,
            document=document,
            attempt=number,
            day=(their or our or _NOTHING).day,
            verdict=verdict(our, their),
            ours=our,
            theirs=their,
        )
        for number, (our, their) in enumerate(pairs, 1)
    ]


def verdict(ours: Attempt | None, theirs: Attempt | None) -> Verdict:
    """How two attempts stand to each other; one that is open on either side is not judged."""
    if ours is None or theirs is None:
        return Verdict.ONLY_THEIRS if ours is None else Verdict.ONLY_OURS
    if "open" in (ours.stand, theirs.stand):
        return Verdict.OPEN
    refused = ours.stand == "no", theirs.stand == "no"
    if refused == (True, True):
        return Verdict.AGREE if _same_reason(ours, theirs) else Verdict.REASON
    if refused == (False, False):
        return Verdict.AGREE
    if refused == (False, True) and theirs.was_accepted and theirs.by_officer:
        return Verdict.OFFICER
    return Verdict.OUTCOME


def attempts(message_type: str, heard: Sequence[Heard]) -> list[Attempt]:
    """Cut what one side said of a document into attempts."""
    found: list[Attempt] = []
    running = -1  # the place of the attempt that is under way
    for one in heard:
        if one.status.startswith("-"):
            found.append(_grown(None, message_type, one))
        elif running < 0:
            found.append(_grown(None, message_type, one))
            running = len(found) - 1
        else:
            found[running] = _grown(found[running], message_type, one)
        if running >= 0 and found[running].stand in ("no", "end"):
            running = -1
    return [one for number, one in enumerate(found) if number == 0 or not _same_refusal(found[number - 1], one)]


def _grown(before: Attempt | None, message_type: str, one: Heard) -> Attempt:
    """The attempt after one more receipt. What was accepted stays so when 2 or 3 is repeated."""
    stand, by_officer = stand_of(one.status)
    if before is not None and stand == "open" and before.stand == "yes":
        return before
    refuses = stand == "no"
    return Attempt(
        stand=stand,
        status=one.status,
        codes=one.codes if refuses else (),
        rules=(one.rules or rules_of(message_type, one.codes, one.text)) if refuses else (),
        text=one.text if refuses else "",
        by_officer=by_officer or (before is not None and before.by_officer) or _OFFICERS_CODE in one.codes,
        was_accepted=before is not None and (before.was_accepted or before.stand == "yes"),
        day=one.day,
    )


_OFFICERS_CODE = "1300"
_NOTHING = Attempt(stand="open", status="")


def _same_refusal(left: Attempt, right: Attempt) -> bool:
    return left.stand == right.stand == "no" and (left.status, left.codes) == (right.status, right.codes)


def _same_reason(ours: Attempt, theirs: Attempt) -> bool:
    return not set(ours.codes).isdisjoint(theirs.codes) or not set(ours.rules).isdisjoint(theirs.rules)
