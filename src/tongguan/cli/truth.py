"""What the sandbox planted held against what was decided: every row of truth.csv, none left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tongguan.clearance.model import Document
from tongguan.clearance.rule import ALL_KINDS
from tongguan.cli.clearing import Run
from tongguan.store.layout import Store
from tongguan.store.listing import Listing
from tongguan.store.reading import FilingView, Reader, RecordView

AT_THE_DOOR = "CEB900"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One row of truth and what came of it. ``agrees`` asks for the status, and for the code or rule where one is
    named.
    """

    file: str
    record: int
    fault: str
    expected: str
    expected_reason: str
    status: str
    reasons: str
    agrees: bool


def compare(truth: Path, store: Store, run: Run) -> Iterator[Verdict]:
    """Judge each row of ``truth`` (a truth.csv) by what ``run`` filed and ``store`` holds now."""
    by_name = {Path(name).name: filing_id for name, filing_id in run.files.items()}
    refused = {Path(name).name for name in run.refused}
    reader, listing = Reader(store), Listing(store)
    documents = {
        (kind, " ".join(_short_key(document))): document for kind in ALL_KINDS for document in listing.documents(kind)
    }
    with truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    latest = {(row["document"], row["key"]): number for number, row in enumerate(rows) if _makes_a_version(row)}
    name, records = "", {}
    for number, row in enumerate(rows):
        if row["file"] in refused:
            yield _verdict(row, AT_THE_DOOR, AT_THE_DOOR)
            continue
        if row["file"] != name:  # the rows of one file stand together
            name, records = row["file"], _records(reader.filing(by_name[row["file"]]))
        record = records.get(int(row["record"]))
        named = row["document"], row["key"]
        # A version that a later file replaced is judged by what was decided when it came.
        document = documents.get(named) if latest.get(named, number) <= number else None
        yield _verdict(row, *_came_of(record, document))
    reader.close()
    listing.close()


def _records(view: FilingView | None) -> dict[int, RecordView]:
    return {record.number: record for record in view.records} if view else {}


def _makes_a_version(row: dict[str, str]) -> bool:
    return row["expected_status"] not in ("", AT_THE_DOOR) and not row["expected_status"].startswith("-")


def _came_of(record: RecordView | None, document: Document | None) -> tuple[str, str]:
    """Status and reasons: of the record where it was refused or repeated, else of the document it made."""
    if record is None or record.outcome == "repeated":
        return "", ""
    if record.status.startswith("-") or document is None:
        return record.status, _reasons(record)
    return document.status, _reasons(document)


def _reasons(of: RecordView | Document) -> str:
    words = [word for problem in of.problems for word in (problem.code, problem.rule_id) if word]
    if isinstance(of, Document):
        words += [hold.kind for hold in of.holds] + list(of.missing)
    return " ".join(dict.fromkeys(words))


def _verdict(row: dict[str, str], status: str, reasons: str) -> Verdict:
    allowed = (row["expected_status"], *filter(None, row["also_right"].split("|")))
    wanted = [word for word in (*row["expected_code"].split("|"), row["expected_rule"]) if word]
    # A document that waits names no rule of its own; its status says all. At the door CEB900 does.
    told = status in ("2", AT_THE_DOOR) or not wanted or any(_names(reasons, word) for word in wanted)
    return Verdict(
        file=row["file"],
        record=int(row["record"]),
        fault=row["fault"],
        expected="/".join(allowed),
        expected_reason=" ".join(wanted),
        status=status,
        reasons=reasons,
        agrees=status in allowed and told,
    )


def _names(reasons: str, word: str) -> bool:
    """Whether a reason is this code or rule; ``D20`` is also told by ``D20-SIGN``."""
    return any(reason == word or reason.startswith(f"{word}-") for reason in reasons.split())


def _short_key(document: Document) -> tuple[str, ...]:
    """The key as truth.csv writes it: a payment by company and transaction, a waybill status by its waybill."""
    return document.key[:2]
