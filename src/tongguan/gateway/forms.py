"""The answers of the read API as values, and how they are made from what the store knows."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.gateway.answer import ProblemForm, problem_form
from tongguan.store.issued import IssuedReceipt, render
from tongguan.store.reading import FilingView, RecordView

RECEIPTS_NAMESPACE = "urn:tongguan:receipts:1"


class ProblemsForm(msgspec.Struct, frozen=True):
    """What every refusal answers."""

    problems: list[ProblemForm]


class ReceiptForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One receipt. ``keys`` are the elements that name the document; ``return_time`` as in the XML, China time."""

    guid: str
    message_type: str
    keys: dict[str, str]
    return_status: str
    return_info: str
    at: str


class ReceiptsPage(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Receipts in order. ``next`` is the cursor to go on from; ``more`` says that it pays to ask at once."""

    dxp_id: str
    receipts: list[ReceiptForm]
    next: str
    more: bool


class RecordForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of one record of a filing."""

    number: int
    state: str
    kind: str
    key: tuple[str, ...]
    outcome: str
    status: str
    decided_at: str
    problems: list[ProblemForm]


class FilingForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A filing: ``state`` is waiting, decided or refused (CEB900)."""

    filing_id: str
    state: str
    message_type: str
    sender: str
    received_at: str
    sha256: str
    records: list[RecordForm]
    refused: list[ProblemForm]
    warnings: list[ProblemForm]


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
    return ReceiptForm(
        guid=item.guid,
        message_type=item.receipt.message_type,
        keys=dict(item.receipt.keys),
        return_status=item.receipt.status,
        return_info=item.receipt.info,
        at=item.at.isoformat(),
    )


def filing_form(view: FilingView) -> FilingForm:
    """A filing as JSON shows it; values that name a person are masked."""
    return FilingForm(
        filing_id=view.filing_id,
        state=view.state,
        message_type=view.message_type,
        sender=view.sender,
        received_at=view.received_at.isoformat(),
        sha256=view.raw_digest,
        records=[_record(record) for record in view.records],
        refused=_problems(view.refused),
        warnings=_problems(view.warnings),
    )


def _record(record: RecordView) -> RecordForm:
    return RecordForm(
        number=record.number,
        state=record.state,
        kind=record.kind,
        key=record.key,
        outcome=record.outcome,
        status=record.status,
        decided_at=record.decided_at.isoformat() if record.decided_at else "",
        problems=_problems(record.problems),
    )


def _problems(found: tuple[Problem, ...]) -> list[ProblemForm]:
    return [problem_form(item) for item in found]
