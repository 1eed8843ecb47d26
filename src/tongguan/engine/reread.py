"""A stored event read back into what was folded: its cause, the filing or command it came with, its secrets."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import msgspec

from tongguan.chain.event import SECRET_BYTES
from tongguan.clearance.model import RecordFiled
from tongguan.clearance.retention import Restricts, Tombstone
from tongguan.engine.causes import Cause
from tongguan.engine.record import event_from, record_from
from tongguan.store.events import StoredEvent
from tongguan.store.filing import Command, Filing
from tongguan.store.statements import sql

_SEALED = ("verdict", "warnings", "refused")
"""What the clear row of a filing leaves out and its events hold."""
_LEFT_OUT = ("reason", "key", "subjects")
"""What that of a command leaves out."""
_decode = msgspec.json.decode


def cause_of(event: StoredEvent, values: Mapping[str, bytes], source: sqlite3.Connection) -> Cause:
    """The cause of an event. Raises msgspec.MsgspecError, KeyError or LookupError where the fields tell none."""
    name: str = _decode(values["cause.name"])
    core_event = event_from(values)
    message_type = _decode(values.get("cause.message_type", b'""'))
    record = None
    if isinstance(core_event, RecordFiled):
        record, message_type = core_event.record, core_event.message_type
    if name == "unhandled":
        record = record_from(message_type, values)
    return Cause(
        name=name,
        kind=event.kind,
        key=event.key,
        event=core_event,
        part=event.parts[0] if len(event.parts) > 1 else None,
        filing=filing_of(event, values, source),
        record_no=getattr(core_event, "record_no", event.record_no),
        record=record,
        message_type=message_type,
        digest=_decode(values.get("snapshot.digest", b'""')),
        base=_decode(values.get("snapshot.base", b'""')),
        maker=_decode(values.get("snapshot.maker", b'""')),
        tombstone=_decode(values["tombstone"], type=Tombstone) if "tombstone" in values else None,
        restricts=_decode(values["restriction"], type=Restricts) if "restriction" in values else None,
    )


def filing_of(event: StoredEvent, values: Mapping[str, bytes], source: sqlite3.Connection) -> Filing | Command | None:
    """The filing or command as its clear row and the sealed event tell it. Raises LookupError where there is no row."""
    if not event.filing_id:
        return None
    row = source.execute(sql("filing_about"), (event.filing_id,)).fetchone()
    if row is None:
        raise LookupError(f"filing {event.filing_id} has no row")
    if event.filing_id.startswith("C"):
        return _whole(msgspec.msgpack.decode(row[0], type=Command), _LEFT_OUT, values)
    return _whole(msgspec.msgpack.decode(row[0], type=Filing), _SEALED, values)


def _whole(filed: Filing | Command, names: tuple[str, ...], values: Mapping[str, bytes]) -> Filing | Command:
    found = {
        field.name: _decode(values[f"cause.{field.name}"], type=field.type)
        for field in msgspec.structs.fields(type(filed))
        if field.name in names and f"cause.{field.name}" in values
    }
    return msgspec.structs.replace(filed, **found)


def secrets_of(event: StoredEvent) -> bytes:
    """Both secrets of the engine's part; zeros for the first where nothing is sealed by it and it is gone."""
    part = event.parts[-1]
    return (part.person_secret or (b"" if part.person else bytes(SECRET_BYTES))) + part.rest_secret
