"""How the tables of the pull write a moment: RFC 3339 in UTC with milliseconds, so that texts sort as times do."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """An aware time as ``2026-11-24T02:03:04.567Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
