"""What the gateway answers, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and how to mend it; texts in Chinese and English."""

    rule_id: str
    code: str
    document: str
    path: str
    found: str
    expected: str
    law_row: str
    text_zh: str
    text_en: str
    fix_zh: str
    fix_en: str

    def __str__(self) -> str:
        where = f" {self.path}" if self.path else ""
        found = f": {self.found}" if self.found else ""
        wanted = f" (expected 应为 {self.expected})" if self.expected else ""
        return f"{self.rule_id}{where}{found}{wanted} {self.text_zh}；{self.fix_zh}。{self.text_en}; {self.fix_en}."


@dataclass(frozen=True, slots=True)
class Filed:
    """The gateway has stored the message. Each record is answered by receipts later."""

    filing_id: str
    message_type: str
    records: int
    received_at: str
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one record: ``state`` is waiting or decided, ``status`` its receipt status."""

    number: int
    state: str
    kind: str
    key: tuple[str, ...]
    outcome: str
    status: str
    decided_at: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing: ``state`` is waiting, decided or refused."""

    filing_id: str
    state: str
    message_type: str
    sender: str
    received_at: str
    sha256: str
    records: tuple[Record, ...]
    refused: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TaxBill:
    """An electronic tax bill (CEB816: head and lines) or the status of one (CEB818: head), named as in the message.

    Amounts are exact text in yuan: make a Decimal of them, not a float.
    """

    head: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt. ``keys`` are the elements that name the document, e.g. ``{"copNo": "C1"}``.

    CEB816 and CEB818 are tax bills: ``return_status`` is the bill's (1 generated, 2 summarised, 3 void).
    """

    guid: str
    message_type: str
    keys: Mapping[str, str]
    return_status: str
    return_info: str
    at: str
    tax_bill: TaxBill | None = None


@dataclass(frozen=True, slots=True)
class Receipts:
    """A page of receipts; go on from ``next`` (keep it: it is the place where you left off)."""

    receipts: tuple[Receipt, ...]
    next: str
    more: bool


def filed(body: Mapping[str, Any]) -> Filed:
    """A 202 answer."""
    return Filed(body["filingId"], body["messageType"], body["records"], body["receivedAt"], problems(body["warnings"]))


def filing(body: Mapping[str, Any]) -> Filing:
    """The answer of /filings/{id}."""
    return Filing(
        filing_id=body["filingId"],
        state=body["state"],
        message_type=body["messageType"],
        sender=body["sender"],
        received_at=body["receivedAt"],
        sha256=body["sha256"],
        records=tuple(_record(item) for item in body["records"]),
        refused=problems(body["refused"]),
        warnings=problems(body["warnings"]),
    )


def receipts(body: Mapping[str, Any]) -> Receipts:
    """A page of /dxp/{dxpId}/receipts."""
    found = tuple(_receipt(item) for item in body["receipts"])
    return Receipts(found, body["next"], body["more"])


def _receipt(item: Mapping[str, Any]) -> Receipt:
    bill = item.get("taxBill")
    return Receipt(
        guid=item["guid"],
        message_type=item["messageType"],
        keys=item["keys"],
        return_status=item["returnStatus"],
        return_info=item["returnInfo"],
        at=item["at"],
        tax_bill=TaxBill(bill["head"], tuple(bill["lines"])) if bill else None,
    )


def problems(items: Any) -> tuple[Problem, ...]:
    """Problems as the gateway writes them; members that this version does not know are left out."""
    names = [field.name for field in fields(Problem)]
    return tuple(Problem(**{name: str(item.get(name, "")) for name in names}) for item in items)


def _record(item: Mapping[str, Any]) -> Record:
    return Record(
        number=item["number"],
        state=item["state"],
        kind=item["kind"],
        key=tuple(item["key"]),
        outcome=item["outcome"],
        status=item["status"],
        decided_at=item["decidedAt"],
        problems=problems(item["problems"]),
    )
