"""Wall time in nanoseconds as the texts that leave the house: China time for messages, UTC for JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))


def china_time(ns: int) -> str:
    """17 digits yyyyMMddHHmmssSSS in China time, as returnTime wants it."""
    at = datetime.fromtimestamp(ns // 1_000_000_000, _CHINA)
    return at.strftime("%Y%m%d%H%M%S") + f"{ns // 1_000_000 % 1000:03d}"


def iso_utc(ns: int) -> str:
    """``2026-01-02T03:04:05.678Z``."""
    at = datetime.fromtimestamp(ns // 1_000_000_000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns // 1_000_000 % 1000:03d}Z"
