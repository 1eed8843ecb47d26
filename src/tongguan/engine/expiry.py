"""Registrations, certificates and guarantees that end: their dues, and what parties were told of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tongguan.clearance.expiry import EXPIRED, EXPIRES_SOON, PARTY, SETTING, moments
from tongguan.clearance.model import Due, Event, Notice
from tongguan.clearance.times import china_day
from tongguan.law.inforce import Law
from tongguan.law.rows import SettingRow
from tongguan.registry.expiry import Ending
from tongguan.registry.snapshot import Registry
from tongguan.store.casework import wall_ns
from tongguan.store.notices import ToldNotice
from tongguan.store.packing import key_text
from tongguan.store.statements import sql

if TYPE_CHECKING:
    from tongguan.engine.facts import Sources
    from tongguan.engine.workspace import Workspace


class Notices:
    """What parties were told; belongs to a workspace and lives with its batches. A party's are read when asked for."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._fresh: dict[str, list[ToldNotice]] = {}

    def of(self, party_code: str) -> tuple[Notice, ...]:
        """What a party was told, this batch included, in that order."""
        stored = [ToldNotice.of(row).notice for row in self._db.execute(sql("notices_of_party"), (party_code,))]
        return (*stored, *(one.notice for one in self._fresh.get(party_code, ())))

    def put(self, told: Iterable[ToldNotice]) -> None:
        """A party is told something."""
        for one in told:
            self._fresh.setdefault(one.party_code, []).append(one)

    def write(self, db: sqlite3.Connection) -> None:
        """Write what is new, inside the batch's transaction."""
        db.executemany(sql("put_notice"), [one.row() for told in self._fresh.values() for one in told])

    def settle(self) -> None:
        """After a commit: forget what was to be written."""
        self._fresh = {}


def put_expiries(workspace: Workspace, registry: Registry, law: Law, now: datetime) -> None:
    """Note all that will end, for a registry or a law that comes into force; known dues are not put twice.

    A law older than the setting knows of no endings.
    """
    if not (days := _days(law, now)):
        return
    kept: dict[datetime, list[tuple[int, str]]] = {}  # many rows end at the same time, above all with a year

    def of(ending: Ending) -> list[tuple[int, str]]:
        if (found := kept.get(ending.over)) is None:
            found = kept[ending.over] = [(wall_ns(at), what) for what, at in moments(ending, days, now)]
        return found

    workspace.fall_due_all(
        (at_ns, PARTY, key_text((code,)), what)
        for code, endings in registry.endings.items()
        for ending in endings
        for at_ns, what in of(ending)
    )


def _days(law: Law, now: datetime) -> tuple[int, ...]:
    """How many days before its end a row is told of: today and, where the law says so, later."""
    today = china_day(now)
    rows = (row for row in law.rows("settings") if isinstance(row, SettingRow) and row.key == SETTING)
    return tuple(sorted({row.int for row in rows if row.valid_to is None or today <= row.valid_to}))


def expiry_facts(event: Event, sources: Sources) -> Mapping[str, Any]:
    """For what falls due for a party: what of it ends, and what of that it was told."""
    if not isinstance(event, Due) or event.what not in (EXPIRES_SOON, EXPIRED):
        return {}
    code = event.key[0]
    endings = sources.registry.endings.get(code, ())
    told = [one for one in sources.workspace.notices.of(code) if one.ending in endings]
    return {"endings": endings, "told": tuple(told)}
