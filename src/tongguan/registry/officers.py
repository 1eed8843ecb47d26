"""Officers, their shifts and their conflicts of interest: how the three tables are read, and who is on duty when."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from tongguan.ceb.problem import Problem
from tongguan.codes.catalogue import table
from tongguan.registry.model import ConflictRow, OfficerRow, PartyRow, ShiftRow
from tongguan.registry.roles import OFFICER_ROLES
from tongguan.registry.rules import problem
from tongguan.registry.sheet import CHINA, Cells

COLUMNS = {
    "officers.csv": (
        "officer_id", "name", "agency", "customs_code", "rank", "roles", "valid_from", "valid_to",
    ),
    "shifts.csv": ("officer_id", "from", "to"),
    "conflicts.csv": ("officer_id", "party_code"),
}  # fmt: skip
"""The tables about officers and their columns."""

_ID = re.compile(r"[0-9A-Za-z._-]{1,20}", re.ASCII)
_OFFICE = re.compile(r"[0-9]{4}|\*", re.ASCII)
_RANK = re.compile(r"[0-9]{1,2}", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{1,18}", re.ASCII)
ANY = "*"
KEPT = 1000
"""Answers kept in memory before they are thrown away and asked for anew."""


def read_officer(cells: Cells) -> OfficerRow:
    """One row of officers.csv."""
    first, last = cells.day("valid_from"), cells.day_or_none("valid_to")
    cells.in_order(first, last, "valid_to")
    rank = cells.matching("rank", _RANK, "0-99")
    return OfficerRow(
        officer_id=cells.matching("officer_id", _ID, "1-20 × 0-9 A-Z a-z . _ -"),
        name=cells.text("name", 40),
        agency=cells.one_of("agency", tuple(table("agencies"))),
        customs_code=cells.matching("customs_code", _OFFICE, "4 × 0-9 | *"),
        rank=int(rank) if rank.isdigit() else 0,
        roles=cells.words("roles", OFFICER_ROLES),
        valid_from=first,
        valid_to=last,
    )


def read_shift(cells: Cells) -> ShiftRow:
    """One row of shifts.csv; its times are China's."""
    begins, ends = cells.moment("from"), cells.moment("to")
    if cells.good and ends <= begins:
        cells.fault("R25", "to", f"> {begins:%Y-%m-%dT%H:%M}")
    return ShiftRow(officer_id=cells.matching("officer_id", _ID, "1-20 × 0-9 A-Z a-z . _ -"), begins=begins, ends=ends)


def read_conflict(cells: Cells) -> ConflictRow:
    """One row of conflicts.csv."""
    return ConflictRow(
        officer_id=cells.matching("officer_id", _ID, "1-20 × 0-9 A-Z a-z . _ -"),
        party_code=cells.matching("party_code", _CODE, "1-18 × 0-9 A-Z"),
    )


def broken(
    officers: Iterable[tuple[int, OfficerRow]],
    shifts: Iterable[tuple[int, ShiftRow]],
    conflicts: Iterable[tuple[int, ConflictRow]],
    parties: Iterable[tuple[int, PartyRow]],
) -> Iterator[Problem]:
    """Shifts and conflicts of nobody, conflicts with nobody."""
    known = {row.officer_id for _, row in officers}
    codes = {row.code for _, row in parties}
    for file, rows in (("shifts.csv", shifts), ("conflicts.csv", conflicts)):
        for at, row in rows:
            if row.officer_id not in known:
                yield problem("R26", file, f"row {at}/officer_id", row.officer_id)
    for at, conflict in conflicts:
        if conflict.party_code not in codes:
            yield problem("R12", "conflicts.csv", f"row {at}/party_code", conflict.party_code)


class Roster:
    """Who works where and when, over one snapshot."""

    def __init__(
        self, officers: Iterable[OfficerRow], shifts: Iterable[ShiftRow], conflicts: Iterable[ConflictRow]
    ) -> None:
        self._officers: dict[str, list[OfficerRow]] = {}
        for row in officers:
            self._officers.setdefault(row.officer_id, []).append(row)
        self._shifts: dict[str, list[ShiftRow]] = {}
        for shift in shifts:
            self._shifts.setdefault(shift.officer_id, []).append(shift)
        self._conflicts: dict[str, set[str]] = {}
        for conflict in conflicts:
            self._conflicts.setdefault(conflict.officer_id, set()).add(conflict.party_code)
        # Who is on duty changes at these times only, so the answer between two of them is looked up once.
        self._changes = sorted({at for rows in self._shifts.values() for one in rows for at in (one.begins, one.ends)})
        self._on_duty: dict[tuple[str, str, date, int], tuple[str, ...]] = {}
        self._next: dict[tuple[str, str, int], datetime | None] = {}

    def __bool__(self) -> bool:
        """Whether any officers are registered."""
        return bool(self._officers)

    def officer(self, officer_id: str, day: date) -> OfficerRow | None:
        """The officer in office on that day in China."""
        for row in self._officers.get(officer_id, ()):
            if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
                return row
        return None

    def conflicts(self, officer_id: str, parties: Iterable[str]) -> tuple[str, ...]:
        """The parties among these that the officer has a conflict with, sorted."""
        return tuple(sorted(self._conflicts.get(officer_id, set()).intersection(parties)))

    def on_duty(self, agency: str, office: str, at: datetime) -> tuple[str, ...]:
        """Ids of the officers of an agency who work on cases of an office and are on shift, sorted."""
        day, span = at.astimezone(CHINA).date(), bisect_right(self._changes, at)
        name = agency, office, day, span
        if name not in self._on_duty:
            if len(self._on_duty) > KEPT:
                self._on_duty.clear()
            self._on_duty[name] = tuple(sorted(self._present(agency, office, day, at)))
        return self._on_duty[name]

    def next_shift(self, agency: str, office: str, after: datetime) -> datetime | None:
        """When the next shift begins of somebody who works on cases of that office; None when none is known."""
        name = agency, office, bisect_right(self._changes, after)
        if name not in self._next:
            if len(self._next) > KEPT:
                self._next.clear()
            self._next[name] = min(self._beginnings(agency, office, after), default=None)
        return self._next[name]

    def _beginnings(self, agency: str, office: str, after: datetime) -> Iterator[datetime]:
        for officer_id, shifts in self._shifts.items():
            for shift in shifts:
                day = shift.begins.astimezone(CHINA).date()
                if shift.begins > after and self._works(officer_id, agency, office, day):
                    yield shift.begins

    def _present(self, agency: str, office: str, day: date, at: datetime) -> Iterator[str]:
        for officer_id, shifts in self._shifts.items():
            if any(one.begins <= at < one.ends for one in shifts) and self._works(officer_id, agency, office, day):
                yield officer_id

    def _works(self, officer_id: str, agency: str, office: str, day: date) -> bool:
        row = self.officer(officer_id, day)
        return (
            row is not None and row.agency == agency and row.customs_code in (ANY, office) and "casework" in row.roles
        )
