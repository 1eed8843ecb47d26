"""The cut: what is taken from the inboxes for one batch, and in which order.

The engine notes a wall time T and takes from every inbox only what was accepted before T. Whatever was acknowledged
before another filing was sent has the lower time, so it is decided first, through whichever gateways the two came.
Rows of an earlier boot of the host come first and always count as before T. A row that is committed late goes into the
next cut: positions are ids of each inbox, never times.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tongguan.clearance.model import Await, Commanded, Due, Woken
from tongguan.clearance.officers import pauses
from tongguan.clearance.officers.commanded import ACTIONS
from tongguan.clearance.retention import ERASE
from tongguan.engine.causes import Cause, causes_of
from tongguan.engine.faults import EngineFault
from tongguan.engine.lawmaking import CAUSES
from tongguan.store.events import utc
from tongguan.store.faults import InboxCutShort
from tongguan.store.filing import PAYMENT_PULL, Command, Filing
from tongguan.store.inbox import Inbox, Row
from tongguan.store.packing import key_tuple
from tongguan.store.statements import sql


class Limits(NamedTuple):
    """How much one batch takes at most. A batch never waits to be full."""

    rows: int = 100
    records: int = 200
    wakes: int = 100
    due: int = 200


class Cut(NamedTuple):
    """One batch's causes in the order of deciding, and what to strike off when it is committed."""

    at_ns: int
    causes: list[Cause]
    positions: dict[str, int]
    due: list[tuple[int, str, str, str]]
    last_wake: int


def take_cut(
    db: sqlite3.Connection, inboxes: Mapping[str, Inbox], positions: Mapping[str, int], at_ns: int, limits: Limits
) -> Cut:
    """Take one batch. Raises InboxCutShort when an inbox has lost rows that were decided."""
    due = db.execute(sql("find_due"), (at_ns, limits.due)).fetchall()
    wakes = db.execute(sql("find_wakes"), (limits.wakes,)).fetchall()
    causes = [_due(*row) for row in due] + [_wake(*row[1:]) for row in wakes]
    reached: dict[str, int] = {}
    for name, row in _rows(inboxes, positions, at_ns, limits):
        causes += _row_causes(row)
        reached[name] = row.id
    return Cut(at_ns, causes, reached, due, wakes[-1][0] if wakes else 0)


def _rows(
    inboxes: Mapping[str, Inbox], positions: Mapping[str, int], at_ns: int, limits: Limits
) -> list[tuple[str, Row]]:
    """Rows of all inboxes in the order (earlier boot, accepted_ns, inbox, id), a prefix of each."""
    found: list[tuple[tuple[bool, int, str, int], str, Row]] = []
    horizon: tuple[bool, int] | None = None
    for name, inbox in inboxes.items():
        position = positions.get(name, 0)
        rows = inbox.read(position, at_ns, limits.rows)
        if not rows and inbox.highest_id() < position:
            raise InboxCutShort(
                "inbox-cut-short",
                f"收件箱 {name} 的最大编号低于已处理位置 {position},已处理的数据行丢失",
                f"inbox {name} ends below the position {position}: rows that were decided are gone",
            )
        found += [((not row.earlier_boot, row.accepted_ns, name, row.id), name, row) for row in rows]
        if len(rows) == limits.rows:
            # There may be more here; nothing from another inbox may overtake it.
            last = not rows[-1].earlier_boot, rows[-1].accepted_ns
            horizon = last if horizon is None else min(horizon, last)
    found.sort(key=lambda one: one[0])
    taken: list[tuple[str, Row]] = []
    records = 0
    for order, name, row in found:
        if (horizon is not None and order[:2] > horizon) or (taken and records >= limits.records):
            break
        taken.append((name, row))
        records += max(1, len(row.item.records)) if isinstance(row.item, Filing) else 1
    return taken


def _row_causes(row: Row) -> list[Cause]:
    return causes_of(row.item) if isinstance(row.item, Filing) else [_command(row.item)]


def _command(command: Command) -> Cause:
    if command.action == "registry":
        return Cause(name="snapshot", kind="registry", key=("registry",), filing=command)
    if command.action in CAUSES:
        return Cause(name=CAUSES[command.action], kind="law", key=("law",), filing=command)
    if command.action == ERASE:
        return Cause(name=ERASE, kind=command.kind, key=command.key, filing=command)
    if command.action not in (*ACTIONS, PAYMENT_PULL):
        raise EngineFault(
            "unknown-command",
            f"未知的指令 {command.action}",
            f"the command {command.action} is not one this engine knows",
        )
    event = command.pull or Commanded(**{name: getattr(command, name) for name in Commanded.__struct_fields__})
    if command.action == "pause":  # a pause is called by the command that sets it
        event = msgspec.structs.replace(event, kind=pauses.KIND, key=(command.filing_id,))
    return Cause(
        name="command",
        kind=event.kind,
        key=event.key,
        event=event,
        filing=command,
        received_ns=command.received_ns,
    )


def _due(at_ns: int, kind: str, key: str, what: str) -> Cause:
    event = Due(what=what, kind=kind, key=key_tuple(key), at=utc(at_ns))
    return Cause(name="due", kind=kind, key=event.key, event=event)


def _wake(inventory: str, by_kind: str, by_key: str) -> Cause:
    event = Woken(kind="inventory", key=key_tuple(inventory), by=Await(by_kind, key_tuple(by_key)))
    return Cause(name="wake", kind="inventory", key=event.key, event=event)
