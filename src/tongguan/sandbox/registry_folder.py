"""The registry folder of the sandbox (documented in ``docs/registry.md``), as file names and contents."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tongguan.sandbox.authority import Authority, Held
from tongguan.sandbox.companies import (
    BONDED,
    COMPANIES,
    DECLARANTS,
    GUARANTOR,
    LOGISTICS_COMPANIES,
    OPERATOR,
    PLATFORMS,
    Company,
)
from tongguan.sandbox.deal import BOOK
from tongguan.sandbox.documents import (
    ARRIVAL_SITE,
    BONDED_OFFICE,
    BONDED_SITE,
    CHINA,
    DIRECT_OFFICE,
    DIRECT_SITE,
    record_no,
)
from tongguan.sandbox.goods import goods
from tongguan.sandbox.people import LISTED, NAMESAKE, OTHER_NAME

AMPLE = Decimal(900_000_000)
"""Yuan of guarantee and units of stock that no run of the sandbox uses up."""
SCARCE_GUARANTEE = Decimal("0.01")
SCARCE_STOCK = Decimal("0.1")
SCARCE_ITEM = "R-SBX-SCARCE"
"""An item of the account book with next to no stock: the goods of SBX-G08."""


def registry_folder(authority: Authority, start: datetime) -> dict[str, bytes]:
    """All files of the folder, path to content. ``start`` (aware) is when the filings begin."""
    held = [one for one in authority.held.values() if one.registered]
    files = {
        "parties.csv": parties_csv(COMPANIES, start),
        "certificates.csv": certificates_csv(held),
        "roots/sandbox-root.pem": authority.root.certificate_pem,
        "crl/sandbox.pem": authority.crl_pem,
        "guarantees.csv": _guarantees(start),
        "sites.csv": _sites(),
        "book_items.csv": _book_items(),
        "identities.csv": _identities(),
    }
    return files | {f"certificates/{one.file}": one.issued.certificate_pem for one in held}


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8 with line feeds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def parties_csv(companies: Iterable[Company], start: datetime) -> bytes:
    """``parties.csv``: every company registered since a year before ``start``, without an end."""
    since = _day(start, -365)
    return table(
        ("code", "name", "roles", "dxp_id", "profile", "valid_from", "valid_to"),
        ((one.code, one.name, "|".join(one.roles), one.dxp_id, "strict", since, "") for one in companies),
    )


def certificates_csv(held: Iterable[Held]) -> bytes:
    """``certificates.csv``."""
    return table(
        ("number", "file", "party_code", "dxp_id"),
        ((one.signer.certificate.number, one.file, one.company.code, one.company.dxp_id) for one in held),
    )


def _day(start: datetime, days: int) -> str:
    return (start.astimezone(CHINA) + timedelta(days=days)).date().isoformat()


_GUARANTEE_COLUMNS = ("assure_code", "kind", "amount", "valid_from", "valid_to")


def guarantees_csv(companies: Iterable[Company], start: datetime, *more: Sequence[object]) -> bytes:
    """``guarantees.csv``: an ample guarantee for each company from a year before ``start``, and more rows as given."""
    since, until = _day(start, -365), _day(start, 3650)
    rows = [*((one.code, "letter", AMPLE, since, until) for one in companies), *more]
    return table(_GUARANTEE_COLUMNS, rows)


def _guarantees(start: datetime) -> bytes:
    """Ample ones for declarants and the bystander, a scarce one for logistics 1, an expired one for platform 1."""
    since, until = _day(start, -365), _day(start, 3650)
    scarce = (LOGISTICS_COMPANIES[0].code, "deposit", SCARCE_GUARANTEE, since, until)
    expired = (PLATFORMS[0].code, "letter", AMPLE, since, _day(start, -30))
    return guarantees_csv((*DECLARANTS, GUARANTOR), start, scarce, expired)


def _sites() -> bytes:
    return table(
        ("loct_no", "customs_code", "name", "operator_code", "needs_arrival"),
        (
            (DIRECT_SITE, DIRECT_OFFICE, "沙箱直购监管作业场所（SANDBOX）", OPERATOR.code, "no"),
            (ARRIVAL_SITE, DIRECT_OFFICE, "沙箱待运抵监管作业场所（SANDBOX）", OPERATOR.code, "yes"),
            (BONDED_SITE, BONDED_OFFICE, "沙箱保税监管作业场所（SANDBOX）", OPERATOR.code, "no"),
        ),
    )


def _identities() -> bytes:
    """Two people only: everybody else is unknown to the register, and accepted."""
    return table(("number", "name"), ((LISTED.id_number, LISTED.name), (NAMESAKE.id_number, OTHER_NAME)))


def _book_items() -> bytes:
    return table(
        ("ems_no", "item_record_no", "area_code", "gcode", "unit", "unit1", "country", "qty1", "price"),
        _items(),
    )


def _items() -> Iterator[Sequence[object]]:
    for good in goods():
        item = (BONDED.code, good.gcode, good.unit, good.unit1, good.country)
        yield BOOK, record_no(good.sku), *item, AMPLE, good.price
        if good.sku == "SBX-G08":
            yield BOOK, SCARCE_ITEM, *item, SCARCE_STOCK, good.price
