"""All cases as retention sees them: what belongs together, when something happened last, what has no document.

Walks over the whole store and sorts it by case, so it is for an operator's run, never for the hot path. Read-only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from tongguan.clearance.model import Document, Key
from tongguan.clearance.record import listed_waybills
from tongguan.clearance.rule import REQUESTS
from tongguan.store.database import open_reader
from tongguan.store.erasure import Restriction, restrictions
from tongguan.store.events import utc
from tongguan.store.layout import Store
from tongguan.store.packing import key_text, key_tuple, unpack_document, unpack_state
from tongguan.store.statements import sql
from tongguan.store.subjects import person_box

_OF_AN_ORDER = ("order", "payment", "inventory", *REQUESTS)
_FOR_THEMSELVES = ("waybill", "waybill_status", "entry_list", "command")


SEALED = "sealed"
"""What stands for a record that is there and was not opened."""


class Unit(NamedTuple):
    """What is erased together. ``documents`` have SEALED for their records; ``refused`` the numbers of the other
    subjects that have none, beside the one named by ``kind`` and ``key``; ``last`` is when something happened last.
    """

    case_id: str
    kind: str
    key: Key
    documents: tuple[Document, ...]
    refused: tuple[int, ...]
    last: datetime


class Retained:
    """One read-only connection. Raises StoreFault ``state-missing`` before an engine has ever opened the store."""

    def __init__(self, store: Store) -> None:
        self._keys = store.keys
        self._db = open_reader(store.state_path)

    def close(self) -> None:
        self._db.close()

    def count(self) -> int:
        """How many subjects ``units`` walks over."""
        return int(self._db.execute(sql("count_subjects")).fetchone()[0])

    def erased(self) -> int:
        """How many subjects have been erased."""
        return int(self._db.execute(sql("count_tombstones")).fetchone()[0])

    def raw_kept_back(self) -> int:
        """How many messages with an erased record wait for the last of their cases."""
        return int(self._db.execute(sql("raw_kept_back")).fetchone()[0])

    def restricted(self) -> list[Restriction]:
        """The cases that are stored only."""
        return restrictions(self._db)

    def units(self) -> Iterator[tuple[int, Unit | None]]:
        """Every case with how many subjects it took; None instead of what is no case, or goes with another one."""
        rows = self._db.execute(sql("subjects_by_case"))
        for case_id, group in groupby(rows, key=lambda row: row[0]):
            subjects = list(group)
            yield len(subjects), self._unit(case_id, subjects)

    def find(self, case_id: str) -> Unit | None:
        """The case of this id."""
        rows = self._db.execute(sql("subjects_of_case_in_full"), (case_id,)).fetchall()
        return self._unit(case_id, rows) if rows else None

    def in_use(self, unit: Unit) -> bool:
        """Whether other cases still use a waybill or an entry list, so that it goes with the last of them."""
        if unit.kind == "waybill":
            return self._has_users((unit.key,))
        if unit.kind == "waybill_status":
            return self._is_there("waybill", unit.key[:2])
        return unit.kind == "entry_list" and self._has_users(self._listed(unit.key))

    def _unit(self, case_id: str, rows: list[tuple[Any, ...]]) -> Unit | None:
        filed = [row for row in rows if row[4] is not None]
        root = next((row for kind in _OF_AN_ORDER for row in filed or rows if row[2] == kind), rows[0])
        kind, key = root[2], key_tuple(root[3])
        of_a_gateway = kind == "filing" and key[0].startswith("G")
        if kind not in (*_OF_AN_ORDER, *_FOR_THEMSELVES) and not of_a_gateway:
            return None
        counted = filed or rows
        return Unit(
            case_id=case_id,
            kind=kind,
            key=key,
            documents=tuple(msgspec.structs.replace(unpack_state(row[4]), record=SEALED) for row in filed),
            refused=tuple(row[1] for row in rows if row[4] is None and row[1] != root[1]),
            last=utc(max(row[5] for row in counted)),
        )

    def _has_users(self, waybills: tuple[Key, ...]) -> bool:
        wanted = json.dumps([key_text(key) for key in waybills])
        return self._db.execute(sql("find_users"), (wanted,)).fetchone() is not None

    def _is_there(self, kind: str, key: Key) -> bool:
        row = self._row(kind, key)
        return row is not None and row[5] is not None

    def _listed(self, key: Key) -> tuple[Key, ...]:
        row = self._row("entry_list", key)
        if row is None or row[10] is None:
            return ()
        document = unpack_document(row[10], row[11], row[12], person_box(self._keys, row[0], row[5]))
        return listed_waybills(document.record) if document.record is not None else ()

    def _row(self, kind: str, key: Key) -> tuple[Any, ...] | None:
        wanted = json.dumps([(kind, key_text(key))])
        row: tuple[Any, ...] | None = self._db.execute(sql("find_documents"), (wanted,)).fetchone()
        return row
