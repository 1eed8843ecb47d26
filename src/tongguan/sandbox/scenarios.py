"""Scenarios: what the counterparties of customs answer to a filing whose note begins with ``SCENARIO:name``.

The table is data (``scenarios.csv``); who wires a sandbox gives it to the engine, which keeps the answers as facts.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import msgspec

PREFIX = "SCENARIO:"
"""How the note of a filing begins that names a scenario; a blank ends the name."""
FILE = "scenarios.csv"


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario. ``answers`` are (who, what); ``statuses`` the receipts it ends in, of a set that is good."""

    name: str
    answers: tuple[tuple[str, str], ...]
    statuses: tuple[str, ...]
    zh: str
    en: str

    @property
    def note(self) -> str:
        """What to write in the note."""
        return PREFIX + self.name


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of the table."""
    text = (resources.files("tongguan.sandbox") / FILE).read_text(encoding="utf-8")
    return tuple(
        Scenario(
            name=row["name"],
            answers=tuple(_pair(word) for word in row["answers"].split()),
            statuses=tuple(row["statuses"].split()),
            zh=row["zh"],
            en=row["en"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def answers() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """The answers by name, as the engine takes them."""
    return MappingProxyType({one.name: one.answers for one in scenarios()})


def _pair(word: str) -> tuple[str, str]:
    who, _, what = word.partition("=")
    return who, what
