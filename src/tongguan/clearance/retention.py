"""How long a case is kept: which periods of the law run for it, whether it may be erased, and what then stands for it.

A period runs to the end of the day in China that has the number of the day on which it began. While a least period runs
nothing is erased, whoever asks; the data are then restricted: kept, and shown to nobody but auditors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.ends import is_live
from tongguan.clearance.model import Document, Key
from tongguan.clearance.officers.pauses import same_person
from tongguan.clearance.rule import KINDS
from tongguan.clearance.times import china_day, months_after
from tongguan.law.inforce import LawAt
from tongguan.law.rows import RetentionRow

ERASE = "erase"
"""The command."""
REQUEST = "request"
"""The data class of rows that give a person the right to ask."""
_PAPERS = tuple(kind for kind in KINDS if kind != "inventory")
_OF_A_SITE = ("entry_list", "waybill_status")


class Entry(NamedTuple):
    """Why nothing is erased, in both languages, with the cure."""

    id: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str


ABSENT = Entry(
    "ER01",
    "没有这个案件，或其个人信息已经删除",
    "there is no such case, or its persons have been erased",
    "用 tongguan retention run --dry-run 查看可删除的案件",
    "see `tongguan retention run --dry-run` for what there is",
)
UNFINISHED = Entry(
    "ER02",
    "案件尚未了结，不得删除",
    "the case has not come to its end: nothing of it is erased",
    "待其结关、失效或撤销后再办；未缴清的税单也须先缴清",
    "wait until it is closed, lapsed or cancelled and its bill is paid",
)
KEPT = Entry(
    "ER03",
    "法定保存期限未届满：不予删除，仅作存储，对各方停止展示",
    "a legal minimum still runs: not erased, but stored only and shown to nobody",
    "在所示日期之后再次请求",
    "ask again after the day that is shown",
)
EARLY = Entry(
    "ER04",
    "所引规定的最长期限尚未届满",
    "the longest period of the row named is not over yet",
    "引用个人请求删除的规定，或待期限届满",
    "name the row of a person's request, or wait until the period is over",
)
BASIS = Entry(
    "ER05",
    "所引依据不是在有效的、适用于本案的删除依据",
    "the basis named is no row in force by which this case could be erased",
    "引用所列的留存规定之一",
    "name one of the rows of retention that are listed",
)
TWO_PERSONS = Entry(
    "ER06",
    "删除须由一人提出、另一人批准",
    "erasing takes one person who asks and another who approves",
    "写明 --actor 和另一人 --approver",
    "give --actor and another person as --approver",
)
SHARED = Entry(
    "ER07",
    "仍有其他案件使用，随最后一个案件删除",
    "other cases still use it: it is erased with the last of them",
    "先删除所列清单的案件",
    "erase the cases of the inventories listed first",
)
ENTRIES = (ABSENT, UNFINISHED, KEPT, EARLY, BASIS, TWO_PERSONS, SHARED)


class Ended(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What periods are counted by: the classes of the data, and the days in China on which they begin."""

    classes: tuple[str, ...]
    ended_on: date
    released_on: date | None = None


class Closing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is left of one subject: how many events it had, its last status, its sums in yuan."""

    events: int
    status: str = ""
    version: int = 0
    taxPrice: Decimal | None = None
    customsTax: Decimal | None = None
    valueAddedTax: Decimal | None = None
    consumptionTax: Decimal | None = None
    billed: Decimal | None = None


class Tombstone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in the chain in place of a subject's persons: by which row of which law, what it was, with what."""

    basis: str
    law_digest: str
    ended: Ended
    closing: Closing
    together: tuple[tuple[str, Key], ...]


class Restricts(msgspec.Struct, frozen=True, array_like=True):
    """A case that may not be erased yet and is stored only: until the end of which day in China, by which row."""

    case_id: str
    kind: str
    key: Key
    until: date
    law_row: str


class Period(NamedTuple):
    """A row of retention and the last day of its least or most."""

    row: RetentionRow
    last: date


def ended(documents: Collection[Document], last_event: datetime, *, of: str) -> Ended:
    """What the periods of these documents hang on. ``of`` is the kind that gives them their name, which counts where
    there is no document: what was refused. ``last_event`` is when something happened to any of them last.
    """
    inventories = [one for one in documents if one.kind == "inventory"]
    released = [china_day(one.released_at) for one in inventories if one.released_at is not None]
    classes = [_class(documents, of)]
    if any(one.pull is not None for one in documents):
        classes.append("payment_pull")
    closed = [one.closed_at for one in inventories if one.closed_at is not None]
    paid = [one.bill.paid_at for one in inventories if one.bill is not None and one.bill.paid_at is not None]
    # What is said about a case after its end must not make its periods longer.
    end = max(closed + paid) if closed and len(closed) == len(inventories) else last_event
    return Ended(classes=tuple(classes), ended_on=china_day(end), released_on=max(released, default=None))


def _class(documents: Collection[Document], of: str) -> str:
    if any(one.kind == "inventory" and one.accepted_at is not None for one in documents):
        return "accepted"
    if of in _OF_A_SITE:
        return "site"
    return "unaccepted" if documents else "refused"


def kept(ended: Ended, law: LawAt) -> Period | None:
    """The least period that runs longest, None where there is none."""
    periods = [
        Period(row, last_day(ended, row, row.least)) for row in law.retention(*ended.classes) if row.least is not None
    ]
    return max(periods, key=lambda one: (one.last, one.row.id), default=None)


def due(ended: Ended, law: LawAt) -> Period | None:
    """The most period that is over first; it never ends before the least does."""
    periods = [
        Period(row, last_day(ended, row, row.most)) for row in law.retention(*ended.classes) if row.most is not None
    ]
    first = min(periods, key=lambda one: (one.last, one.row.id), default=None)
    least = kept(ended, law)
    if first is None or least is None:
        return first
    return Period(first.row, max(first.last, least.last))


def last_day(ended: Ended, row: RetentionRow, number: int) -> date:
    """The last day of so many units of the row."""
    begun = ended.released_on if row.start == "release" and ended.released_on is not None else ended.ended_on
    return months_after(begun, number) if row.unit == "months" else begun + timedelta(days=number)


def unfinished(documents: Iterable[Document]) -> Document | None:
    """The first document to which something must still happen. One that an inventory uses goes along with that."""
    for one in documents:
        carried = one.kind in _PAPERS and one.used_by is not None
        if (not carried and is_live(one)) or (one.pull is not None and one.pull.state == "open"):
            return one
    return None


def bases(ended: Ended, law: LawAt) -> tuple[RetentionRow, ...]:
    """The rows by which such data may be erased: those with a most, and those that give a person the right to ask."""
    return tuple(row for row in law.retention(*ended.classes, REQUEST) if row.most is not None or row.least is None)


def refusal(
    basis: str, actor: str, approver: str, documents: Collection[Document], ended: Ended, law: LawAt
) -> Problem | None:
    """Why these documents may not be erased today (the law's day), None when they may."""
    if not (actor.strip() and approver.strip()) or same_person(actor, approver):
        return problem(TWO_PERSONS, found=f"{actor} / {approver}")
    row = next((one for one in bases(ended, law) if one.id == basis), None)
    if row is None:
        return problem(BASIS, found=basis, expected=" ".join(one.id for one in bases(ended, law)))
    if (open_one := unfinished(documents)) is not None:
        return problem(UNFINISHED, open_one.kind, found=f"{'/'.join(open_one.key)} {open_one.status}")
    if (least := kept(ended, law)) is not None and law.day <= least.last:
        return problem(KEPT, found=str(law.day), expected=f"> {least.last}", law_row=least.row.id)
    if row.most is not None and law.day <= (last := last_day(ended, row, row.most)):
        return problem(EARLY, found=str(law.day), expected=f"> {last}", law_row=row.id)
    return None


def problem(entry: Entry, document: str = "case", *, found: str = "", expected: str = "", law_row: str = "") -> Problem:
    """An entry as a problem."""
    return Problem(
        rule_id=entry.id, document=document, path="", text_zh=entry.zh, text_en=entry.en, fix_zh=entry.fix_zh,
        fix_en=entry.fix_en, found=found, expected=expected, law_row=law_row,
    )  # fmt: skip


def closing(document: Document | None, events: int) -> Closing:
    """What is left of a subject that has so many events."""
    if document is None:
        return Closing(events=events)
    tax, bill = document.tax, document.bill
    return Closing(
        events=events,
        status=document.status,
        version=document.version,
        taxPrice=tax.taxPrice if tax else None,
        customsTax=tax.customsTax if tax else None,
        valueAddedTax=tax.valueAddedTax if tax else None,
        consumptionTax=tax.consumptionTax if tax else None,
        billed=bill.taxTotal if bill else None,
    )
