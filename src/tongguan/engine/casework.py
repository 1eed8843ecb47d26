"""What the engine keeps for officers: pauses of release, the queue of cases that wait for a person, prices of goods.

All of it follows from the documents and decisions of the events, and is written with their batch.
"""

from __future__ import annotations

import sqlite3
from bisect import insort
from collections.abc import Iterable
from datetime import datetime

from tongguan.clearance.handling import Pause
from tongguan.clearance.model import Document
from tongguan.clearance.officers.queue import Place, place
from tongguan.law.money import to_1e5
from tongguan.store.casework import pause_from, pause_row, place_row, wall_ns
from tongguan.store.statements import sql

PRICES_READ = 1000
"""The newest prices of one kind of goods that are looked at; more tell nothing about a median."""
GOODS_KEPT = 10_000
Goods = tuple[str, str, str]
"""Goods code, unit of the deal, currency."""
Price = tuple[int, int, int, int]
"""When released in ns, number of the inventory's subject, line, price in whole 1e-5."""


class Casework:
    """See the module. Belongs to a workspace and lives with its batches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._pauses = {row[0]: pause_from(row) for row in db.execute(sql("all_pauses"))}
        self._prices: dict[Goods, list[Price]] = {}
        self.pauses: dict[str, Pause] = {}
        self.queue: dict[int, tuple[str, Place | None]] = {}
        self.prices: list[tuple[Goods, Price]] = []

    # --- pauses

    def open_pauses(self) -> Iterable[Pause]:
        """The pauses that nobody has ended, by id."""
        return [one for _, one in sorted(self._pauses.items()) if one.resumed_at is None]

    def pause(self, pause_id: str) -> Pause | None:
        """A pause, open or ended."""
        return self._pauses.get(pause_id)

    def put_pause(self, pause: Pause) -> None:
        """A pause's new state."""
        self._pauses[pause.id] = self.pauses[pause.id] = pause

    # --- the queue, and prices

    def note(self, former: Document | None, document: Document, subject_no: int) -> None:
        """A document has a new state."""
        was, now = place(former) if former is not None else None, place(document)
        if was != now:
            self.queue[subject_no] = document.kind, now
        if document.released_at is not None and (former is None or former.released_at != document.released_at):
            self._note_prices(document, subject_no)

    def _note_prices(self, inventory: Document, subject_no: int) -> None:
        assert inventory.released_at is not None, "only what is released has a price to tell"
        if inventory.record is None:
            return
        at, currency = wall_ns(inventory.released_at), inventory.record.InventoryHead.currency
        for line in inventory.record.InventoryList:
            goods = (line.gcode, line.unit, currency)
            price = (at, subject_no, line.gnum, to_1e5(line.price))
            self.prices.append((goods, price))
            if (kept := self._prices.get(goods)) is not None:
                insort(kept, price)
                del kept[:-PRICES_READ]

    def prices_since(self, goods: Goods, since: datetime) -> list[int]:
        """Prices at which such goods were released since then, the newest PRICES_READ of them, in whole 1e-5."""
        if goods not in self._prices:
            if len(self._prices) >= GOODS_KEPT:
                self._prices.clear()
            found = [tuple(row) for row in self._db.execute(sql("find_prices"), (*goods, PRICES_READ))]
            found += [price for named, price in self.prices if named == goods]
            self._prices[goods] = sorted(found)[-PRICES_READ:]
        first = wall_ns(since)
        return [price for at, _, _, price in self._prices[goods] if at >= first]

    # --- between batches

    def write(self, db: sqlite3.Connection) -> None:
        """Write what has changed, inside the batch's transaction."""
        write = db.executemany
        write(sql("put_pause"), [pause_row(one) for one in self.pauses.values()])
        write(sql("put_queue"), [(no, kind, *place_row(found)) for no, (kind, found) in self.queue.items() if found])
        write(sql("drop_queue"), [(no,) for no, (_, found) in self.queue.items() if found is None])
        write(sql("put_price"), [(*goods, *price) for goods, price in self.prices])

    def settle(self) -> None:
        """After a commit: forget what was to be written."""
        self.pauses, self.queue, self.prices = {}, {}, []
