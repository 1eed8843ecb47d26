"""The registry folder read into rows. Pure: file contents come in, rows and named problems go out.

Files (``docs/registry.md`` has every column): ``parties.csv`` must be there; ``certificates.csv`` with
``certificates/*.pem``, ``roots/*.pem``, ``crl/*.pem``, ``guarantees.csv``, ``sites.csv``, ``book_items.csv``,
``officers.csv``, ``shifts.csv``, ``conflicts.csv``, ``identities.csv`` and ``subscriptions.csv`` may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.ceb.signature.certificate import Certificate, CertificateError, has_number, read_certificate
from tongguan.registry import identities, invariants, officers, subscriptions
from tongguan.registry.model import (
    BookItemRow,
    CertificateRow,
    ConflictRow,
    GuaranteeRow,
    OfficerRow,
    PartyRow,
    ShiftRow,
    SiteRow,
    SubscriptionRow,
)
from tongguan.registry.roles import GUARANTEE_KINDS, PROFILES, ROLES
from tongguan.registry.rules import problem
from tongguan.registry.sheet import Cells, read_sheet
from tongguan.registry.trust import Trust

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "parties.csv": ("code", "name", "roles", "dxp_id", "profile", "valid_from", "valid_to"),
    "certificates.csv": ("number", "file", "party_code", "dxp_id"),
    "guarantees.csv": ("assure_code", "kind", "amount", "valid_from", "valid_to"),
    "sites.csv": ("loct_no", "customs_code", "name", "operator_code", "needs_arrival"),
    "book_items.csv": (
        "ems_no",
        "item_record_no",
        "area_code",
        "gcode",
        "unit",
        "unit1",
        "country",
        "qty1",
        "price",
    ),
    **officers.COLUMNS,
    **identities.COLUMNS,
    **subscriptions.COLUMNS,
}
"""The CSV files of the folder and their columns, in any order in a file."""

FOLDERS = ("certificates", "roots", "crl")

_CODE = re.compile(r"[0-9A-Z]{1,18}", re.ASCII)
_DXP = re.compile(r"[0-9A-Za-z]{1,16}", re.ASCII)
_FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}", re.ASCII)
_SERIAL = re.compile(r"[0-9A-Fa-f:]{1,64}", re.ASCII)
_DIGITS3 = re.compile(r"[0-9]{3}", re.ASCII)
_DIGITS4 = re.compile(r"[0-9]{4}", re.ASCII)
_DIGITS10 = re.compile(r"[0-9]{10}", re.ASCII)
_LOCT = re.compile(r"[0-9A-Z]{1,10}", re.ASCII)
_BOOK = re.compile(r"[0-9A-Za-z-]{1,30}", re.ASCII)


class RegistryTables(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one registry, sorted by their keys."""

    parties: tuple[PartyRow, ...]
    certificates: tuple[CertificateRow, ...] = ()
    guarantees: tuple[GuaranteeRow, ...] = ()
    sites: tuple[SiteRow, ...] = ()
    book_items: tuple[BookItemRow, ...] = ()
    certificate_files: tuple[tuple[str, bytes], ...] = ()
    """(fingerprint, DER): for messages that name their certificate by its number and do not carry it."""
    officers: tuple[OfficerRow, ...] = ()
    shifts: tuple[ShiftRow, ...] = ()
    conflicts: tuple[ConflictRow, ...] = ()
    people: tuple[identities.Person, ...] = ()
    """The identity register as read from a folder. Never packed: ``identities`` is what is kept of it."""
    identities: tuple[identities.IdentityRow, ...] = ()
    subscriptions: tuple[SubscriptionRow, ...] = ()


class RegistryReading(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a folder: ``tables`` is None iff there are ``problems``; ``warnings`` keep nothing out."""

    tables: RegistryTables | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_registry(files: Mapping[str, bytes | str]) -> RegistryReading:
    """Read a registry folder. ``files`` maps paths inside the folder, with ``/``, to contents. Never raises."""
    contents = {name: text.encode("utf-8") if isinstance(text, str) else text for name, text in files.items()}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for name in sorted(contents):
        folder, _, file = name.rpartition("/")
        if name not in COLUMNS and not (folder in FOLDERS and _FILE.fullmatch(file) and file.endswith(".pem")):
            problems.append(problem("R20", name))
    if "parties.csv" not in contents:
        problems.append(problem("R01", "parties.csv"))

    def sheet(file: str, make: Callable[[Cells], Any]) -> tuple[tuple[int, Any], ...]:
        if file not in contents:
            return ()
        return read_sheet(file, contents[file], COLUMNS[file], make, problems)

    trust = Trust(_inside("roots", contents), _inside("crl", contents), problems)
    encoded: dict[str, bytes] = {}
    sheets = invariants.Sheets(
        parties=sheet("parties.csv", _party),
        certificates=sheet("certificates.csv", lambda cells: _certificate(cells, contents, trust, warnings, encoded)),
        guarantees=sheet("guarantees.csv", _guarantee),
        sites=sheet("sites.csv", _site),
        book_items=sheet("book_items.csv", _book_item),
        officers=sheet("officers.csv", officers.read_officer),
        shifts=sheet("shifts.csv", officers.read_shift),
        conflicts=sheet("conflicts.csv", officers.read_conflict),
        people=sheet("identities.csv", identities.read_person),
        subscriptions=sheet(subscriptions.FILE, subscriptions.read_subscription),
    )
    # Rows that were left out would make others look wrong, so the rows are held against each other only when all read.
    if not problems:
        problems.extend(invariants.broken(sheets))
    if problems:
        return RegistryReading(tables=None, problems=tuple(problems), warnings=tuple(warnings))
    return RegistryReading(tables=_tables(sheets, encoded), warnings=tuple(warnings))


def _tables(sheets: invariants.Sheets, encoded: Mapping[str, bytes]) -> RegistryTables:
    """The rows without their places, sorted by key, so that equal folders give equal tables."""
    return RegistryTables(
        parties=tuple(sorted((row for _, row in sheets.parties), key=lambda row: (row.code, row.valid_from))),
        certificates=tuple(sorted((row for _, row in sheets.certificates), key=lambda row: row.fingerprint)),
        guarantees=tuple(
            sorted((row for _, row in sheets.guarantees), key=lambda row: (row.assure_code, row.valid_from))
        ),
        sites=tuple(sorted((row for _, row in sheets.sites), key=lambda row: row.loct_no)),
        book_items=tuple(
            sorted((row for _, row in sheets.book_items), key=lambda row: (row.ems_no, row.item_record_no))
        ),
        certificate_files=tuple(sorted(encoded.items())),
        officers=tuple(sorted((row for _, row in sheets.officers), key=lambda row: (row.officer_id, row.valid_from))),
        shifts=tuple(sorted((row for _, row in sheets.shifts), key=lambda row: (row.officer_id, row.begins))),
        conflicts=tuple(sorted((row for _, row in sheets.conflicts), key=lambda row: (row.officer_id, row.party_code))),
        people=tuple(sorted((row for _, row in sheets.people), key=lambda row: row.number)),
        subscriptions=tuple(
            sorted(
                (row for _, row in sheets.subscriptions), key=lambda row: (row.dxp_id, row.party_code, row.valid_from)
            )
        ),
    )


def _inside(folder: str, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in contents.items() if name.startswith(folder + "/")}


def _party(cells: Cells) -> PartyRow:
    first, last = cells.day("valid_from"), cells.day_or_none("valid_to")
    cells.in_order(first, last, "valid_to")
    return PartyRow(
        code=cells.matching("code", _CODE, "1-18 × 0-9 A-Z"),
        name=cells.text("name", 100),
        roles=cells.words("roles", ROLES),
        dxp_id=cells.matching("dxp_id", _DXP, "1-16 × 0-9 A-Z a-z", empty=True),
        profile=cells.one_of("profile", PROFILES, "strict"),
        valid_from=first,
        valid_to=last,
    )


def _certificate(
    cells: Cells, contents: Mapping[str, bytes], trust: Trust, warnings: list[Problem], encoded: dict[str, bytes]
) -> CertificateRow | None:
    """One row; the certificate itself goes into ``encoded`` by its fingerprint."""
    number = cells.matching("number", _SERIAL, "1-64 × 0-9 A-F")
    file = "certificates/" + cells.matching("file", _FILE, "name.pem")
    party_code = cells.matching("party_code", _CODE, "1-18 × 0-9 A-Z")
    dxp_id = cells.matching("dxp_id", _DXP, "1-16 × 0-9 A-Z a-z")
    certificate = _read(cells, contents.get(file))
    if certificate is None:
        return None
    if not has_number(certificate, number):
        cells.fault("R15", "number", certificate.number)
    chain = trust.chain(certificate)
    if chain != "ok":
        warnings.append(problem("R30", cells.file, f"row {cells.row}/file", chain, "ok"))
    encoded[certificate.fingerprint.hex()] = certificate.der
    return CertificateRow(
        number=certificate.number,
        fingerprint=certificate.fingerprint.hex(),
        party_code=party_code,
        dxp_id=dxp_id,
        algorithm=certificate.algorithm,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        revoked_at=trust.revoked_at(certificate),
        chain=chain,
    )


def _read(cells: Cells, content: bytes | None) -> Certificate | None:
    if content is None:
        cells.fault("R01", "file")
        return None
    try:
        return read_certificate(content)
    except CertificateError as unreadable:
        cells.fault("R14", "file", str(unreadable))
        return None


def _guarantee(cells: Cells) -> GuaranteeRow:
    first, last = cells.day("valid_from"), cells.day("valid_to")
    cells.in_order(first, last, "valid_to")
    return GuaranteeRow(
        assure_code=cells.matching("assure_code", _CODE, "1-18 × 0-9 A-Z"),
        kind=cells.one_of("kind", GUARANTEE_KINDS),
        amount=cells.number("amount"),
        valid_from=first,
        valid_to=last,
    )


def _site(cells: Cells) -> SiteRow:
    return SiteRow(
        loct_no=cells.matching("loct_no", _LOCT, "1-10 × 0-9 A-Z"),
        customs_code=cells.matching("customs_code", _DIGITS4, "4 × 0-9"),
        name=cells.text("name", 100),
        operator_code=cells.matching("operator_code", _CODE, "1-18 × 0-9 A-Z"),
        needs_arrival=cells.one_of("needs_arrival", ("yes", "no"), "no") == "yes",
    )


def _book_item(cells: Cells) -> BookItemRow:
    return BookItemRow(
        ems_no=cells.matching("ems_no", _BOOK, "1-30 × 0-9 A-Z a-z -"),
        item_record_no=cells.matching("item_record_no", _BOOK, "1-30 × 0-9 A-Z a-z -"),
        area_code=cells.matching("area_code", _CODE, "1-18 × 0-9 A-Z"),
        gcode=cells.matching("gcode", _DIGITS10, "10 × 0-9"),
        unit=cells.matching("unit", _DIGITS3, "3 × 0-9"),
        unit1=cells.matching("unit1", _DIGITS3, "3 × 0-9"),
        country=cells.matching("country", _DIGITS3, "3 × 0-9"),
        qty1=cells.number("qty1"),
        price=cells.number("price"),
    )
