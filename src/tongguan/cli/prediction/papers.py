"""Files through the door, without storing any: what is wrong with the message, and the records to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from tongguan.ceb.limits import Limits
from tongguan.ceb.problem import Problem
from tongguan.ceb.read import Profile
from tongguan.engine.causes import Cause, causes_of
from tongguan.engine.workspace import wall_ns
from tongguan.gateway.door import Door

_OF_THE_DOOR = "A"
"""How the rules begin by which the door refuses what fits the schema."""


class Paper(NamedTuple):
    """One file as the door sees it. ``records`` are there where it would be let in, else ``problems``."""

    name: str
    message_type: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    records: tuple[Cause, ...]

    @property
    def fits_schema(self) -> bool:
        """Whether the message is well formed, be it let in or not."""
        return all(one.rule_id.startswith(_OF_THE_DOOR) for one in self.problems)


def taken(files: Iterable[tuple[str, bytes]], profile: Profile, limits: Limits, now: datetime) -> Iterator[Paper]:
    """Take each (name, bytes) through the door at ``now`` (aware). A file is its own filing id."""
    door = Door(limits=limits, profile_of=lambda dxp_id: profile.value)
    for name, raw in files:
        found = door.take(raw, filing_id=name, received_ns=wall_ns(now), token_party=None)
        filing = found.filing
        assert filing is not None, "only a token keeps the door from making a filing"
        records = () if filing.refused else tuple(causes_of(filing))
        yield Paper(name, filing.message_type, filing.refused, filing.warnings, records)
