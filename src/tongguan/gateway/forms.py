"""The answers of the read API as values, and how they are made from what the store knows."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.clearance.remedies import act_of, sentences
from tongguan.gateway.answer import ProblemForm, problem_form
from tongguan.law.inforce import LawAt
from tongguan.store.issued import IssuedReceipt, render
from tongguan.store.reading import FilingView, RecordView
from tongguan.store.tax_bills import naming_keys, told

RECEIPTS_NAMESPACE = "urn:tongguan:receipts:1"


class ProblemsForm(msgspec.Struct, frozen=True):
    """What every refusal answers."""

    problems: list[ProblemForm]


class TaxBillForm(msgspec.Struct, frozen=True):
    """What an electronic tax bill (CEB816), or the status of one (CEB818), says besides; named as in the message."""

    head: dict[str, str]
    lines: list[dict[str, str]]


class ReceiptForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One receipt. ``keys`` are the elements that name the document; ``at`` is when it was issued, UTC.

    ``tax_bill`` is there for CEB816 and CEB818 only, whose status (1 generated, 2 summarised, 3 void) is in
    ``return_status``. ``upstream`` is who issued it, in a relay; absent where we did.
    """

    guid: str
    message_type: str
    keys: dict[str, str]
    return_status: str
    return_info: str
    at: str
    tax_bill: TaxBillForm | None = None
    upstream: str = ""


class ReceiptsPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Receipts in order. ``next`` is the cursor to go on from; ``more`` says that it pays to ask at once."""

    dxp_id: str
    receipts: list[ReceiptForm]
    next: str
    more: bool


class RemedyForm(msgspec.Struct, frozen=True):
    """What can be done against a refusal or a decision, in both languages."""

    zh: str
    en: str


class RecordForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of one record of a filing; ``remedies`` against it where there is something to contest."""

    number: int
    state: str
    kind: str
    key: tuple[str, ...]
    outcome: str
    status: str
    decided_at: str
    problems: list[ProblemForm]
    remedies: list[RemedyForm] = []


class ForwardForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A filing on its way to the upstream: ``state`` is waiting, sending, sent or refused; ``at`` '' = not yet."""

    state: str
    at: str
    answer: str


class FilingForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A filing: ``state`` is waiting, decided or refused (CEB900). ``forwarded`` is there in a relay only."""

    filing_id: str
    state: str
    message_type: str
    sender: str
    received_at: str
    sha256: str
    records: list[RecordForm]
    refused: list[ProblemForm]
    warnings: list[ProblemForm]
    forwarded: ForwardForm | None = None


def receipts_xml(dxp_id: str, found: list[IssuedReceipt], cursor: str, more: bool) -> bytes:
    """Receipt messages side by side in one element; each child is a whole official message."""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Receipts xmlns="{RECEIPTS_NAMESPACE}"'
        f' dxpId={quoteattr(dxp_id)} next={quoteattr(cursor)} more="{str(more).lower()}">'
    )
    bodies = [message.partition(b"?>")[2].strip() for message in render(found)]
    return b"\n".join([head.encode(), *bodies, b"</Receipts>"])


def receipt_form(item: IssuedReceipt) -> ReceiptForm:
    """One receipt as JSON shows it."""
    bill = told(item.receipt)
    return ReceiptForm(
        guid=item.guid,
        message_type=item.receipt.message_type,
        keys=dict(naming_keys(item.receipt)),
        return_status=item.receipt.status,
        return_info=item.receipt.info,
        at=item.at.isoformat(),
        tax_bill=TaxBillForm(bill.head, list(bill.lines)) if bill else None,
    )


def filing_form(view: FilingView, law: LawAt | None = None) -> FilingForm:
    """A filing as JSON shows it; values that name a person are masked. ``law`` is today's, for the remedies."""
    return FilingForm(
        filing_id=view.filing_id,
        state=view.state,
        message_type=view.message_type,
        sender=view.sender,
        received_at=view.received_at.isoformat(),
        sha256=view.raw_digest,
        records=[_record(record, law) for record in view.records],
        refused=_problems(view.refused),
        warnings=_problems(view.warnings),
    )


def _record(record: RecordView, law: LawAt | None) -> RecordForm:
    contested = act_of(record.status) if record.state == "decided" else ""
    return RecordForm(
        number=record.number,
        state=record.state,
        kind=record.kind,
        key=record.key,
        outcome=record.outcome,
        status=record.status,
        decided_at=record.decided_at.isoformat() if record.decided_at else "",
        problems=_problems(record.problems),
        remedies=[RemedyForm(zh, en) for zh, en in sentences(contested, law)] if law is not None and contested else [],
    )


def _problems(found: tuple[Problem, ...]) -> list[ProblemForm]:
    return [problem_form(item) for item in found]
