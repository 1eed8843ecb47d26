"""One document under the checks of form: what a check is given, what it finds, and where it says that it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from tongguan.clearance.record import SHAPES
from tongguan.clearance.rule import Rule
from tongguan.law.inforce import LawAt


class Finding(NamedTuple):
    """One thing that is not as its rule wants it. ``path`` is below the record; personal values come masked."""

    rule: Rule
    path: str
    found: str = ""
    expected: str = ""


class Paper(NamedTuple):
    """A document under the checks of form: its head and lines, the settings of the day and the time received."""

    kind: str
    head: Any
    lines: tuple[Any, ...]
    law: LawAt
    received: datetime

    def at_head(self, element: str) -> str:
        """Where an element of the head stands: ``OrderHead/freight``, or ``reason`` where the record is its head."""
        name = SHAPES[self.kind].head
        return f"{name}/{element}" if name else element

    def at_line(self, number: int, element: str) -> str:
        """Where an element of a line stands, counted from 1: ``OrderList[2]/qty``."""
        return f"{SHAPES[self.kind].lines}[{number}]/{element}"

    @property
    def tolerance(self) -> Decimal:
        """By how much two amounts in yuan may differ and still agree."""
        return self.law.setting("amount_tolerance_yuan").decimal


Check = Callable[[Paper], Iterator[Finding]]
"""A check yields a finding for each thing that breaks its rule."""
