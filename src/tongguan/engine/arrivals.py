"""Which waybills stand in which warehouse entry lists: kept in step with the lists, read ahead, written once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from tongguan.clearance.entry_list import arrival_of_list, stands
from tongguan.clearance.model import Arrival, Document, Key
from tongguan.clearance.record import listed_waybills
from tongguan.store.packing import key_text, unpack_arrival
from tongguan.store.statements import sql


class Arrivals:
    """See the module. A waybill stands in at most one list of each operator. ``changed`` is what a batch will write."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[Key, dict[str, Arrival]] = {}
        self.changed: dict[tuple[Key, str], Arrival | None] = {}

    def __len__(self) -> int:
        return len(self._known)

    def load(self, waybills: Iterable[Key]) -> None:
        """Read what is not known yet."""
        keys = {key for key in waybills if key not in self._known}
        if not keys:
            return
        found = {key_text(key): self._known.setdefault(key, {}) for key in keys}
        for waybill_key, operator, packed in self._db.execute(sql("find_arrivals"), (json.dumps(list(found)),)):
            found[waybill_key][operator] = unpack_arrival(packed)
        for (key, operator), arrival in self.changed.items():  # the batch may already have changed what was read
            if key in keys:
                self._put(key, operator, arrival)

    def of(self, waybill: Key) -> tuple[Arrival, ...]:
        """The stored lists that a waybill stands in: one for each operator, the latest last."""
        if waybill not in self._known:
            self.load((waybill,))
        listed = self._known[waybill]
        return tuple(sorted(listed.values(), key=lambda one: (one.at, one.operator_code))) if listed else ()

    def relist(self, former: Document | None, document: Document) -> None:
        """A list has come, changed or gone."""
        operator = document.key[0]
        gone = set(listed_waybills(former.record)) if former is not None and stands(former) else set()
        if stands(document):
            arrival = arrival_of_list(document)
            for key in listed_waybills(document.record):
                gone.discard(key)
                self._change(key, operator, arrival)
        for key in gone:
            # Long after its release a number is used again, and then the line may be another list's.
            if any((one.operator_code, one.cop_no) == document.key for one in self.of(key)):
                self._change(key, operator, None)

    def settle(self) -> None:
        """After a commit."""
        self.changed = {}

    def clear(self) -> None:
        """Forget what was read."""
        self._known.clear()

    def _change(self, key: Key, operator: str, arrival: Arrival | None) -> None:
        self.changed[key, operator] = arrival
        if key in self._known:
            self._put(key, operator, arrival)

    def _put(self, key: Key, operator: str, arrival: Arrival | None) -> None:
        if arrival is None:
            self._known[key].pop(operator, None)
        else:
            self._known[key][operator] = arrival
