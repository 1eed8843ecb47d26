"""What a run came to, for people and for programs: receipts as XML, summary.json, decisions.csv."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from tongguan.clearance.model import Document
from tongguan.cli.clearing import Run
from tongguan.gateway.file_names import receipt_file_name, safe_name
from tongguan.store.issued import render
from tongguan.store.layout import Store
from tongguan.store.listing import Listing
from tongguan.store.reading import Reader

COLUMNS = (
    "ebcCode", "orderNo", "copNo", "invtNo", "status", "codes", "customsTax", "valueAddedTax", "consumptionTax",
)  # fmt: skip
_NAME_MOST = 60  # characters kept of a name; a file system takes 255 bytes

RELEASED = ("800", "899")
WAITING = ("1", "2", "3", "4")
REVIEW = ("120", "300", "399", "400", "500", "600")


class Line(msgspec.Struct, frozen=True):
    """One inventory, as a row of decisions.csv; amounts are texts, empty where no tax was computed.

    ``ebpCode`` is no column: with the order number it names the case for ``explain``.
    """

    ebcCode: str
    orderNo: str
    copNo: str
    invtNo: str
    status: str
    codes: str
    customsTax: str = ""
    valueAddedTax: str = ""
    consumptionTax: str = ""
    ebpCode: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a run. ``refused`` counts messages refused at the door; ``rejected`` inventories with 100 or a
    negative status; ``reasons`` are inventories by code, or by rule where no code is known. Tax in yuan as text."""

    filed: int
    records: int
    inventories: int
    released: int
    waiting: int
    review: int
    rejected: int
    refused: int
    reasons: dict[str, int]
    statuses: dict[str, int]
    customsTax: str
    valueAddedTax: str
    consumptionTax: str
    seconds: str


def lines(store: Store, run: Run) -> Iterator[Line]:
    """All inventories of the store as they stand, then those of this run that were refused before they became one."""
    known: set[tuple[str, ...]] = set()
    listing, reader = Listing(store), Reader(store)
    for document in listing.documents("inventory"):
        known.add(document.key)
        yield _line(document)
    for filed in run.inventories:
        if (filed.agent_code, filed.cop_no) in known:
            continue
        view = reader.filing(filed.filing_id)
        record = next((r for r in view.records if r.number == filed.record_no), None) if view else None
        if record:
            codes = " ".join(dict.fromkeys(problem.code or problem.rule_id for problem in record.problems))
            yield Line(filed.ebc_code, filed.order_no, filed.cop_no, "", record.status, codes, ebpCode=filed.ebp_code)
    listing.close()
    reader.close()


def summarise(rows: list[Line], run: Run) -> Summary:
    """Add up the rows of one run."""
    statuses = Counter(row.status for row in rows)
    reasons = Counter(code for row in rows for code in row.codes.split() if row.status not in (*RELEASED, *REVIEW))

    def total(column: str) -> str:
        return str(sum((Decimal(getattr(row, column)) for row in rows if row.status in RELEASED), Decimal("0.00")))

    return Summary(
        filed=run.filed,
        records=run.records,
        inventories=len(rows),
        released=sum(statuses[status] for status in RELEASED),
        waiting=sum(statuses[status] for status in WAITING),
        review=sum(statuses[status] for status in REVIEW),
        rejected=sum(number for status, number in statuses.items() if status == "100" or status.startswith("-")),
        refused=len(run.refused),
        reasons=dict(reasons.most_common()),
        statuses=dict(sorted(statuses.items())),
        customsTax=total("customsTax"),
        valueAddedTax=total("valueAddedTax"),
        consumptionTax=total("consumptionTax"),
        seconds=f"{run.seconds:.2f}",
    )


def write_out(folder: Path, store: Store, run: Run, rows: list[Line], summary: Summary) -> int:
    """Write summary.json, decisions.csv, one XML file a receipt of this run, one a refusal; returns the receipts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
    with (folder / "decisions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
    written = 0
    listing = Listing(store)
    for dxp_id, receipt in listing.receipts_since(run.first_event):
        receipts = folder / "receipts" / safe_name(dxp_id)
        receipts.mkdir(parents=True, exist_ok=True)
        (receipts / receipt_file_name(receipt)).write_bytes(render([receipt])[0])
        written += 1
    listing.close()
    _write_refused(folder / "refused", run)
    return written


def _write_refused(folder: Path, run: Run) -> None:
    """One CEB900 for each refused message, named after its file; names that look alike get a number."""
    used: Counter[str] = Counter()
    for name, body in run.refused.items():
        folder.mkdir(parents=True, exist_ok=True)
        stem = safe_name(name)[-_NAME_MOST:]
        used[stem] += 1
        number = f"-{used[stem]}" if used[stem] > 1 else ""
        (folder / f"{stem}{number}.CEB900.xml").write_bytes(body)


def _line(document: Document) -> Line:
    head, tax = document.record.InventoryHead, document.tax
    return Line(
        ebcCode=head.ebcCode,
        orderNo=head.orderNo,
        copNo=head.copNo or "",
        invtNo=document.invt_no,
        status=document.status,
        codes=" ".join(dict.fromkeys(problem.code or problem.rule_id for problem in document.problems)),
        customsTax=str(tax.customsTax) if tax else "",
        valueAddedTax=str(tax.valueAddedTax) if tax else "",
        consumptionTax=str(tax.consumptionTax) if tax else "",
        ebpCode=head.ebpCode,
    )
