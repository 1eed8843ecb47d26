"""Reads one CSV table of the folder cell by cell; everything wrong with a cell is named with its row and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TypeVar

from tongguan.ceb.person import mask
from tongguan.ceb.problem import Problem
from tongguan.registry.rules import problem

_NUMBER = re.compile(r"[0-9]{1,14}(\.[0-9]{1,5})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)
CHINA = timezone(timedelta(hours=8))

T = TypeVar("T")


class Cells:
    """One row while it is read. Getters note what is wrong and return a stand-in; ``good`` says if none did."""

    def __init__(self, file: str, row: int, cells: dict[str, str], problems: list[Problem]) -> None:
        self.file, self.row = file, row
        self._cells, self._problems, self._before = cells, problems, len(problems)

    @property
    def good(self) -> bool:
        """Whether nothing was wrong with the row so far."""
        return len(self._problems) == self._before

    def fault(self, rule_id: str, column: str, expected: str = "", *, hide: bool = False) -> None:
        """Note that a cell breaks an invariant; ``hide`` masks what stands in it."""
        cell = self._cells.get(column, "")
        found = mask(cell.strip()) if hide else cell
        self._problems.append(problem(rule_id, self.file, f"row {self.row}/{column}", found, expected))

    def hidden(self, column: str, most: int = 60) -> str:
        """The cell's text, trimmed, 1 to ``most`` characters; it names a person, so that no fault shows it."""
        cell = self._cells[column].strip()
        if not cell:
            self.fault("R04", column)
        elif len(cell) > most or not cell.isprintable():
            self.fault("R19", column, f"<= {most}", hide=True)
        return cell

    def text(self, column: str, most: int, least: int = 1) -> str:
        """The cell's text, trimmed, ``least`` to ``most`` characters."""
        cell = self._cells[column].strip()
        if len(cell) < least:
            self.fault("R04", column)
        elif len(cell) > most or not cell.isprintable():
            self.fault("R19", column, f"<= {most}")
        return cell

    def matching(self, column: str, pattern: re.Pattern[str], shape: str, *, empty: bool = False) -> str:
        """A code or number of the given shape (told in ``shape``); ``empty`` lets the cell be empty."""
        cell = self._cells[column].strip()
        if not cell:
            if not empty:
                self.fault("R04", column)
        elif not pattern.fullmatch(cell):
            self.fault("R19", column, shape)
        return cell

    def one_of(self, column: str, choices: Collection[str], default: str = "") -> str:
        """One of a closed list of words; an empty cell is ``default`` where there is one."""
        cell = self._cells[column].strip() or default
        if not cell:
            self.fault("R04", column)
        elif cell not in choices:
            self.fault("R09", column, " | ".join(choices))
        return cell

    def words(self, column: str, choices: Collection[str]) -> tuple[str, ...]:
        """Words of a closed list, joined by ``|``, in the order written and each once."""
        found = tuple(dict.fromkeys(word.strip() for word in self._cells[column].split("|") if word.strip()))
        if not found:
            self.fault("R04", column)
        elif not set(found) <= set(choices):
            self.fault("R07", column, " | ".join(choices))
        return found

    def day(self, column: str) -> date:
        """A date; the earliest one stands in for a wrong one."""
        found = self.day_or_none(column)
        if found is None and not self._cells[column].strip():
            self.fault("R04", column)
        return found or date.min

    def day_or_none(self, column: str) -> date | None:
        """A date or, for an empty cell, None."""
        cell = self._cells[column].strip()
        if not cell:
            return None
        try:
            # fromisoformat takes other spellings too; a table has one.
            return date.fromisoformat(cell if _DAY.fullmatch(cell) else "")
        except ValueError:
            self.fault("R05", column, "2026-01-31")
            return None

    def moment(self, column: str) -> datetime:
        """A time of China to the minute, aware; the earliest one stands in for a wrong one."""
        cell = self._cells[column].strip()
        try:
            return datetime.fromisoformat(cell if _MOMENT.fullmatch(cell) else "").replace(tzinfo=CHINA)
        except ValueError:
            self.fault("R24" if cell else "R04", column, "2026-01-31T08:00")
            return datetime.min.replace(tzinfo=CHINA)

    def number(self, column: str) -> Decimal:
        """A decimal number of zero or more, at most 14 digits before and 5 after the point."""
        cell = self._cells[column].strip()
        if not cell:
            self.fault("R04", column)
        elif not _NUMBER.fullmatch(cell):
            self.fault("R06", column)
        else:
            return Decimal(cell)
        return Decimal(0)

    def in_order(self, first: date, last: date | None, column: str) -> None:
        """The last day of a period may not lie before its first."""
        if last is not None and last < first:
            self.fault("R08", column, f">= {first.isoformat()}")


def read_sheet(
    file: str, content: bytes, columns: Sequence[str], make: Callable[[Cells], T | None], problems: list[Problem]
) -> tuple[tuple[int, T], ...]:
    """The rows of one table, each with its number as in a spreadsheet (the header is row 1).

    ``make`` builds a row or returns None; rows with problems are left out.
    """
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as broken:
        problems.append(problem("R03", file, "", type(broken).__name__))
        return ()
    header = [name.strip() for name in lines[0]] if lines else []
    if sorted(header) != sorted(columns):
        problems.append(problem("R02", file, "row 1", ",".join(header), ",".join(columns)))
        return ()
    rows: list[tuple[int, T]] = []
    for at, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(header):
            problems.append(problem("R03", file, f"row {at}", str(len(line)), str(len(header))))
            continue
        cells = Cells(file, at, dict(zip(header, line, strict=True)), problems)
        row = make(cells)
        if row is not None and cells.good:
            rows.append((at, row))
    return tuple(rows)
