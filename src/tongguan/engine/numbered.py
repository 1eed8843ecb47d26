"""Inventories by the numbers that customs gave them: read ahead, kept in step with the documents."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from tongguan.clearance.model import Document, Key
from tongguan.store.packing import key_tuple
from tongguan.store.statements import sql


class Numbered:
    """See the module."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[str, Key | None] = {}

    def load(self, numbers: Iterable[str]) -> None:
        """Read what is not known yet; what the batch has changed is known."""
        wanted = [number for number in dict.fromkeys(numbers) if number and number not in self._known]
        if not wanted:
            return
        self._known |= dict.fromkeys(wanted)
        for number, key in self._db.execute(sql("find_by_invt_no"), (json.dumps(wanted),)):
            self._known[number] = key_tuple(key)

    def of(self, number: str) -> Key | None:
        """The key of the inventory that has this number now."""
        self.load((number,))
        return self._known.get(number)

    def renumber(self, former: Document | None, document: Document) -> None:
        """An inventory has got its number, or lost it."""
        old = former.invt_no if former is not None else ""
        if old == document.invt_no:
            return
        if old and self._known.get(old) in (None, document.key):
            self._known[old] = None
        if document.invt_no:
            self._known[document.invt_no] = document.key

    def clear(self) -> None:
        """Forget what was read."""
        self._known.clear()
