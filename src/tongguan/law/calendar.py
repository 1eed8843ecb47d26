"""Working days in China: weekends, the holidays of each year's notice, and the weekend days that are made up for them.

Days are dates in China. Where a year has no notice yet, weekends alone tell, and what is reckoned by them is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tongguan.law.rows import HolidayRow

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class Reckoned(NamedTuple):
    """A day that was reckoned, the ids of the rows that it rests on, and whether its basis is to be checked."""

    day: date
    law_rows: tuple[str, ...] = ()
    doubtful: bool = False


class Calendar:
    """The working days by the rows given: those in force on one day."""

    __slots__ = ("_rows", "_years")

    def __init__(self, rows: Iterable[HolidayRow]) -> None:
        self._rows = {row.day: row for row in rows}
        self._years = {day.year for day in self._rows}

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        row = self._rows.get(day)
        return day.weekday() < _SATURDAY if row is None else row.kind == "workday"

    def is_doubtful(self, day: date) -> bool:
        """Whether that may turn out otherwise: no notice of that year is known, or its row is itself in doubt."""
        row = self._rows.get(day)
        return day.year not in self._years if row is None else row.doubtful

    def next_working_day(self, day: date) -> Reckoned:
        """The day itself if it is a working day, else the first one after it."""
        looked_at = [day]
        while not self.is_working_day(looked_at[-1]):
            looked_at.append(looked_at[-1] + _ONE_DAY)
        return self._reckoned(looked_at)

    def add_working_days(self, day: date, count: int) -> Reckoned:
        """The day on which so many working days (0 or more) have passed; ``day`` itself is not counted."""
        looked_at, left = [day], count
        while left:
            looked_at.append(looked_at[-1] + _ONE_DAY)
            left -= self.is_working_day(looked_at[-1])
        return self._reckoned(looked_at[1:] or looked_at)

    def _reckoned(self, looked_at: list[date]) -> Reckoned:
        rows = tuple([row.id for day in looked_at if (row := self._rows.get(day)) is not None])
        return Reckoned(looked_at[-1], rows, any(self.is_doubtful(day) for day in looked_at))
