"""Our own receipts in the order of deciding, each with the rules that it rests on: for comparing, never for a filer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from tongguan.ceb.problem import Problem
from tongguan.chain.event import open_fields
from tongguan.clearance.model import Key, Receipt
from tongguan.store.database import open_reader
from tongguan.store.events import last_event_no, read_events
from tongguan.store.layout import Store
from tongguan.store.packing import key_tuple
from tongguan.store.statements import sql


class DecidedReceipt(NamedTuple):
    """One receipt of one event. ``place`` is its index there; ``rules`` are the ids of the event's problems."""

    event_no: int
    place: int
    at_ns: int
    receipt: Receipt
    rules: tuple[str, ...]


class Decided:
    """One read-only connection. Raises StoreFault ``state-missing`` before an engine has ever opened the store."""

    def __init__(self, store: Store) -> None:
        self._keys = store.keys
        self._db = open_reader(store.state_path)

    def close(self) -> None:
        self._db.close()

    def last_event(self) -> int:
        """The number of the newest event, 0 when there is none."""
        return last_event_no(self._db)

    def erased(self, first: int, last: int) -> list[tuple[str, Key]]:
        """(kind, key) of the subjects that events of a range have erased, in order."""
        return [(kind, key_tuple(key)) for kind, key in self._db.execute(sql("erased_between"), (first, last))]

    def receipts(self, first: int, last: int) -> Iterator[DecidedReceipt]:
        """The receipts of a range of events, in order. Events whose persons were erased are passed over."""
        for event in read_events(self._db, self._keys, first, last):
            if event.erased or not event.parts:
                continue
            part = event.parts[-1]  # the engine's share; the gateway's holds the record
            values = open_fields(part.rest, part.rest_secret)
            if "decision.receipts" not in values and "decision.receipts" in part.names:
                values |= open_fields(part.person, part.person_secret)
            rules = tuple(dict.fromkeys(one.rule_id for one in _problems(values.get("decision.problems", b"[]"))))
            for place, receipt in enumerate(_receipts(values.get("decision.receipts", b"[]"))):
                yield DecidedReceipt(event.event_no, place, event.at_ns, receipt, rules)


_receipts = msgspec.json.Decoder(tuple[Receipt, ...]).decode
_problems = msgspec.json.Decoder(tuple[Problem, ...]).decode
