"""What parties were told of their rows in the registry that end, as the table has it and as values."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from tongguan.clearance.model import Notice
from tongguan.registry.expiry import Ending
from tongguan.store.casework import wall_ns
from tongguan.store.events import utc


class ToldNotice(NamedTuple):
    """One notice: its number in the order of telling, to whom, with which event, when."""

    number: int
    party_code: str
    notice: Notice
    event_no: int
    at: datetime

    def row(self) -> tuple[Any, ...]:
        """For ``put_notice``."""
        what, ending = self.notice.what, self.notice.ending
        return (self.number, self.party_code, what, ending.item, ending.name, wall_ns(ending.over), self.event_no,
                wall_ns(self.at))  # fmt: skip

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> ToldNotice:
        """The reverse."""
        number, party_code, what, item, name, over, event_no, at = row
        return cls(number, party_code, Notice(what, Ending(item, name, utc(over))), event_no, utc(at))
