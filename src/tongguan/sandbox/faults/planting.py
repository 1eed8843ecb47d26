"""Short forms in which most faults are written: a good set with one thing put wrong, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tongguan.sandbox.bench import Bench
from tongguan.sandbox.documents import DocumentSet, china_time
from tongguan.sandbox.faults.fault import Fault
from tongguan.sandbox.step import ALL_RELEASED, Expected, Outcome, Step, document_is, inventory_is, refused, steps

Change = tuple[str, Any]
"""A path of ``DocumentSet.put`` and the new value, or a function of the old one."""

GENERAL = {"order": "-301008", "payment": "-401009", "waybill": "-504011", "inventory": "-621001"}
"""The e-port's answer when fields of a document fail their checks and no closer code is known (chapter 7)."""


def planted(
    name: str,
    area: str,
    zh: str,
    en: str,
    changes: Iterable[Change],
    outcome: Outcome,
    *,
    bonded: bool = False,
    good: bool = False,
) -> Fault:
    """A fault that lies in the fields of a set: made in an otherwise good one, filed in the usual order."""
    wrong = tuple(changes)

    def plan(bench: Bench) -> Iterable[Step]:
        return steps(changed(bench.own(bonded=bonded), wrong), outcome)

    return Fault(name=name, area=area, zh=zh, en=en, plan=plan, good=good)


def form(document: str, rule: str, name: str, zh: str, en: str, *changes: Change, code: str = "", **more: Any) -> Fault:
    """A fault inside one document, refused on arrival with ``code`` (or the general one). Paths begin in the record."""
    paths = [(f"{document}.{path}", value) for path, value in changes]
    outcome = document_is(document, refused(code or GENERAL[document], rule))
    return planted(f"{rule}-{name}", "document", zh, en, paths, outcome, **more)


def unmatched(rule: str, name: str, zh: str, en: str, *changes: Change, code: str = "", **more: Any) -> Fault:
    """A difference between documents: the inventory is rejected with 100. Paths begin with the document's kind."""
    outcome = inventory_is(Expected(status="100", code=code, rule=rule))
    return planted(f"{rule}-{name}", "match", zh, en, changes, outcome, **more)


def unlawful(rule: str, name: str, zh: str, en: str, *changes: Change, **more: Any) -> Fault:
    """Something that the law or the account book of the day does not allow: 100, without a known code."""
    outcome = inventory_is(Expected(status="100", rule=rule))
    return planted(f"{rule}-{name}", "law", zh, en, changes, outcome, **more)


def passes(name: str, area: str, zh: str, en: str, *changes: Change, **more: Any) -> Fault:
    """Something odd that is right all the same."""
    return planted(name, area, zh, en, changes, ALL_RELEASED, good=True, **more)


def changed(filed: DocumentSet, changes: Iterable[Change]) -> DocumentSet:
    """A set with several fields changed."""
    for path, value in changes:
        filed = filed.put(path, value)
    return filed


def plus(yuan: str) -> Callable[[Decimal], Decimal]:
    """A function that adds so much."""
    return lambda old: old + Decimal(yuan)


def plus_text(more: str) -> Callable[[str], str]:
    """A function that writes so much after it."""
    return lambda old: old + more


def times(factor: str) -> Callable[[Decimal], Decimal]:
    """A function that multiplies by so much."""
    return lambda old: old * Decimal(factor)


def version(
    filed: DocumentSet, document: str, head: str, app_type: str, app_time: str, *changes: Change
) -> DocumentSet:
    """The set with another version of one document: its appType and appTime, and more if wanted (paths in the head)."""
    start = f"{document}.{head}"
    wanted = (("appType", app_type), ("appTime", app_time), *changes)
    return changed(filed, [(f"{start}.{path}", value) for path, value in wanted])


def moment(bench: Bench, seconds: int) -> str:
    """An appTime so many seconds after (or before) that of every first version."""
    return china_time(bench.start + timedelta(seconds=seconds))
