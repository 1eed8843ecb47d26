"""What must hold between the rows of a registry, whatever file they came from. Rows carry their place in the file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise
from typing import TypeVar

import msgspec

from tongguan.ceb.person import mask
from tongguan.ceb.problem import Problem
from tongguan.registry import officers, subscriptions
from tongguan.registry.identities import Person
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
from tongguan.registry.rules import problem

T = TypeVar("T")
Dated = TypeVar("Dated", PartyRow, GuaranteeRow, OfficerRow, SubscriptionRow)


class Sheets(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of all files as they were read, each with its number in the file (the header is row 1)."""

    parties: tuple[tuple[int, PartyRow], ...]
    certificates: tuple[tuple[int, CertificateRow], ...]
    guarantees: tuple[tuple[int, GuaranteeRow], ...]
    sites: tuple[tuple[int, SiteRow], ...]
    book_items: tuple[tuple[int, BookItemRow], ...]
    officers: tuple[tuple[int, OfficerRow], ...] = ()
    shifts: tuple[tuple[int, ShiftRow], ...] = ()
    conflicts: tuple[tuple[int, ConflictRow], ...] = ()
    people: tuple[tuple[int, Person], ...] = ()
    subscriptions: tuple[tuple[int, SubscriptionRow], ...] = ()


def broken(sheets: Sheets) -> Iterator[Problem]:
    """Every invariant between rows that does not hold."""
    yield from _periods(sheets)
    yield from _repeats(sheets)
    yield from _certificates(sheets)
    yield from _references(sheets)
    yield from officers.broken(sheets.officers, sheets.shifts, sheets.conflicts, sheets.parties)
    yield from subscriptions.broken(sheets.subscriptions, sheets.parties)


def _periods(sheets: Sheets) -> Iterator[Problem]:
    for at, row, other in _overlaps(sheets.parties, lambda row: row.code):
        yield problem("R11", "parties.csv", f"row {at}/code", row.code, f"row {other}")
    filers = [(at, row) for at, row in sheets.parties if row.dxp_id]
    codes = {at: row.code for at, row in filers}
    for at, row, other in _overlaps(filers, lambda row: row.dxp_id):
        if codes[other] != row.code:  # the same party twice is R11
            yield problem("R10", "parties.csv", f"row {at}/dxp_id", row.dxp_id, f"row {other}: {codes[other]}")
    for at, guarantee, other in _overlaps(sheets.guarantees, lambda row: row.assure_code):
        yield problem("R11", "guarantees.csv", f"row {at}/assure_code", guarantee.assure_code, f"row {other}")
    for at, officer, other in _overlaps(sheets.officers, lambda row: row.officer_id):
        yield problem("R11", "officers.csv", f"row {at}/officer_id", officer.officer_id, f"row {other}")
    for at, copied, other in _overlaps(sheets.subscriptions, lambda row: f"{row.dxp_id} {row.party_code}"):
        yield problem("R11", subscriptions.FILE, f"row {at}/dxp_id", copied.dxp_id, f"row {other}")


def _overlaps(rows: Iterable[tuple[int, Dated]], key: Callable[[Dated], str]) -> Iterator[tuple[int, Dated, int]]:
    """Rows whose period (last day included, None for no end) shares a day with an earlier one of the same key.

    Each comes with its number, and with that of the row it collides with. Rows are sorted by their first day, so it
    is enough to look at neighbours: a period that reaches over several others collides with the next one at least.
    """
    ordered = sorted(rows, key=lambda placed: (key(placed[1]), placed[1].valid_from))
    for (other, left), (at, right) in pairwise(ordered):
        if key(left) == key(right) and (left.valid_to is None or left.valid_to >= right.valid_from):
            yield at, right, other


def _repeats(sheets: Sheets) -> Iterator[Problem]:
    yield from _twice("certificates.csv", "file", sheets.certificates, lambda row: row.fingerprint)
    yield from _twice("certificates.csv", "number", sheets.certificates, lambda row: row.number)
    yield from _twice("sites.csv", "loct_no", sheets.sites, lambda row: row.loct_no)
    yield from _twice(
        "book_items.csv", "item_record_no", sheets.book_items, lambda row: f"{row.ems_no} {row.item_record_no}"
    )
    yield from _twice(
        "shifts.csv", "officer_id", sheets.shifts, lambda row: f"{row.officer_id} {row.begins:%Y-%m-%dT%H:%M}"
    )
    yield from _twice("conflicts.csv", "officer_id", sheets.conflicts, lambda row: f"{row.officer_id} {row.party_code}")
    yield from _twice("identities.csv", "number", sheets.people, lambda row: row.number, show=mask)


def _twice(
    file: str,
    column: str,
    rows: Iterable[tuple[int, T]],
    key: Callable[[T], str],
    show: Callable[[str], str] = str,
) -> Iterator[Problem]:
    seen: dict[Hashable, int] = {}
    for at, row in rows:
        other = seen.setdefault(key(row), at)
        if other != at:
            yield problem("R16", file, f"row {at}/{column}", show(key(row)), f"row {other}")


def _certificates(sheets: Sheets) -> Iterator[Problem]:
    ids: dict[str, set[str]] = {}
    for _, party in sheets.parties:
        ids.setdefault(party.code, set()).add(party.dxp_id)
    for at, row in sheets.certificates:
        if row.party_code not in ids:
            yield problem("R12", "certificates.csv", f"row {at}/party_code", row.party_code)
        elif row.dxp_id not in ids[row.party_code]:
            expected = " | ".join(sorted(filter(None, ids[row.party_code])))
            yield problem("R13", "certificates.csv", f"row {at}/dxp_id", row.dxp_id, expected)


def _references(sheets: Sheets) -> Iterator[Problem]:
    roles: dict[str, set[str]] = {}
    for _, party in sheets.parties:
        roles.setdefault(party.code, set()).update(party.roles)

    def holds(file: str, column: str, at: int, code: str, role: str) -> Iterator[Problem]:
        if code not in roles:
            yield problem("R12", file, f"row {at}/{column}", code)
        elif role not in roles[code]:
            yield problem("R18", file, f"row {at}/{column}", code, role)

    for at, guarantee in sheets.guarantees:
        yield from holds("guarantees.csv", "assure_code", at, guarantee.assure_code, "guarantor")
    for at, site in sheets.sites:
        yield from holds("sites.csv", "operator_code", at, site.operator_code, "operator")
    for at, item in sheets.book_items:
        yield from holds("book_items.csv", "area_code", at, item.area_code, "bonded")
