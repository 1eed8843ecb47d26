"""Rows of what officers work with: pauses of release and places in the queue, as tables have them and as values."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import msgspec

from tongguan.clearance.handling import Pause, Scope
from tongguan.clearance.model import Key
from tongguan.clearance.officers.queue import Place, place
from tongguan.store.events import utc
from tongguan.store.packing import key_tuple, unpack_state

_CHINA = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = ("office", "officer", "agencies", "why", "since_ns", "until_ns")


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A document that waits for a person, as it is listed; ``until`` is when an open question ends."""

    kind: str
    key: Key
    case_id: str
    ebp_code: str
    order_no: str
    status: str
    version: int
    office: str
    officer: str
    agencies: tuple[str, ...]
    why: tuple[str, ...]
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> QueueRow:
        """From a row of ``read_queue``."""
        kind, key, case_id, office, officer, agencies, why, since, until, status, version, order_key = row
        ebp_code, order_no = key_tuple(order_key) if order_key else ("", "")
        return cls(
            kind=kind, key=key_tuple(key), case_id=case_id, ebp_code=ebp_code, order_no=order_no, status=status,
            version=version, office=office, officer=officer, agencies=tuple(agencies.split()), why=tuple(why.split()),
            since=utc(since), until=utc(until) if until else None,
        )  # fmt: skip


def queue_column(state: bytes, column: str) -> Any:
    """A column of the queue's row for a packed state, None where it has no place there. For migrations."""
    found = place(unpack_state(state))
    return place_row(found)[_COLUMNS.index(column)] if found is not None else None


def place_row(found: Place) -> tuple[Any, ...]:
    """Office, officer, agencies, why, since and until of a place in the queue, as ``officer_queue`` has them."""
    until = datetime.combine(found.until + timedelta(days=1), time(), _CHINA) if found.until else None
    return (
        found.office,
        found.officer,
        f" {' '.join(found.agencies)} ",
        " ".join(found.why),
        wall_ns(found.since),
        wall_ns(until) if until else 0,
    )


def pause_row(pause: Pause) -> tuple[Any, ...]:
    """For ``put_pause``."""
    scope = pause.scope
    return (
        pause.id, scope.office, scope.lane, scope.goods, scope.origin, scope.party, pause.agency, pause.actor,
        wall_ns(pause.at), pause.resumed_by, wall_ns(pause.resumed_at) if pause.resumed_at else 0,
    )  # fmt: skip


def pause_from(row: tuple[Any, ...]) -> Pause:
    """The reverse."""
    pause_id, office, lane, goods, origin, party, agency, actor, at, resumed_by, resumed = row
    return Pause(id=pause_id, scope=Scope(office, lane, goods, origin, party), agency=agency, actor=actor, at=utc(at),
                 resumed_by=resumed_by, resumed_at=utc(resumed) if resumed else None)  # fmt: skip


def wall_ns(at: datetime) -> int:
    """An aware time in ns since 1970, exactly."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000
