"""Times as an operator writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from tongguan.cli.show import fail

CHINA = timezone(timedelta(hours=8))


def read_time(text: str) -> datetime:
    """An aware UTC time from ``2026-11-24T09:00:00``, ``2026-11-24`` or ``20261124090000``; without a zone: China
    time.
    """
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S") if text.isdigit() else datetime.fromisoformat(text)
    except ValueError:
        fail(f"时间「{text}」无法识别，请写作 2026-11-24T09:00:00", f"no time: {text}; write 2026-11-24T09:00:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).astimezone(UTC)
