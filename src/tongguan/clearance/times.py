"""China time, in which filings are written and by which the law's days are counted."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def china_day(at: datetime) -> date:
    """The day in China of an aware time."""
    return at.astimezone(CHINA).date()


def china_midnight(day: date) -> datetime:
    """When a day begins in China, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA).astimezone(UTC)


def months_after(day: date, months: int) -> date:
    """The day of the same number so many months later, or the last of that month where it has none."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def read_time(text: str) -> datetime | None:
    """``yyyyMMddHHmmss`` of China as an aware time; None when it is no time."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return datetime(
            int(text[:4]), int(text[4:6]), int(text[6:8]), int(text[8:10]), int(text[10:12]), int(text[12:]),
            tzinfo=CHINA,
        )  # fmt: skip
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """``yyyyMMdd`` as a date; None when it is no date."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
